"""One node, or the pullback of one, goes in; a unit comes out: kernel calls, and where its results lie.

A unit is made by the compiler from a graph of that one node, so a composite is a few fused kernels and a view
is none. It is found again by the primitive, its parameters and the forms of its operands: how they lie in
memory. Where these are new only in their sizes, the numbers of the template are computed anew by a variant: a
template whose numbers are expressions of the sizes, good for all sizes that answer its guards alike.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retrograd import codegen
from retrograd.autodiff.expand import opened
from retrograd.autodiff.pieces import Piece
from retrograd.autodiff.reverse import joined, pullback
from retrograd.base.dtype import DType
from retrograd.base.modes import modes
from retrograd.base.shape import Shape, numel
from retrograd.engine.interpret import numpy_call
from retrograd.graph.node import PLAIN, TRACKED, Node, const_p, leaf_p, scalar_p
from retrograd.graph.primitive import Primitive

if TYPE_CHECKING:
    from retrograd.codegen.symbol import Guards
    from retrograd.codegen.unit import Plan

FRESH, OPERAND, FIXED = range(3)        # as codegen/unit.py numbers them
MANY = 8            # variants of one structure; what fits none is made for its sizes alone
MOST = 20_000       # units that are kept


class Form:
    """How an operand lies in memory: an array by shape, dtype and strides (in elements), a number in a slot
    of 64 bits (`strides` None), or a number that is part of the kernel (`const`). One object a form: units
    are found by identity."""

    __slots__ = ("shape", "dtype", "strides", "const", "whole")

    def __init__(self, shape: Shape, dtype: DType, strides: Shape | None, const: Any = None) -> None:
        self.shape, self.dtype, self.strides, self.const = shape, dtype, strides, const
        self.whole = strides is not None and strides == codegen.layout.whole(None, shape).strides

    def array(self, at: int) -> Any:
        """The memory at an address as a NumPy array (no copy)."""
        size = self.dtype.itemsize
        if not numel(self.shape):
            return np.empty(self.shape, self.dtype.np)
        reach = [(n - 1) * s for n, s in zip(self.shape, self.strides or ())]
        low, high = sum(r for r in reach if r < 0) * size, sum(r for r in reach if r > 0) * size
        memory = (ctypes.c_byte * (high - low + size)).from_address(at + low)
        strides = [s * size for s in self.strides or ()]
        return np.ndarray(self.shape, self.dtype.np, memory, -low, strides)     # type: ignore[arg-type]

    def operand(self, plain: bool, size: Callable[[int], Any] = int) -> Node:
        """A node in the place of an operand of this form, its sizes through `size`; `plain`: row-major."""
        if self.const is not None:
            return Node(const_p, (), self.const, (), self.dtype)
        if self.strides is None:
            return Node(scalar_p, (), (), (), self.dtype, PLAIN, 0)
        params = () if plain or self.whole else (tuple([size(s) for s in self.strides]),)
        return Node(leaf_p, (), params, tuple([size(n) for n in self.shape]), self.dtype, PLAIN, _NOTHING)


_NOTHING = np.zeros(())


class Unit:
    """A plan with memory for its block, at `template` (0: nothing is to be run), and the forms of its
    results. With a `program` it is run by that instead, on whole arrays.

    What most units are is said once more, for short: `simple` is template, room and form of the one result,
    which is new memory, and bytes of scratch; `several` the forms of results that are new memory each;
    `views`, of results that lie in operands, which of these, how many bytes further, and the form."""

    __slots__ = ("template", "results", "rooms", "scratch", "checks", "program", "simple", "several", "views",
                 "_alive")

    def __init__(self, results: Sequence[tuple[int, int, int, Form] | None], plan: Plan | None = None,
                 program: Any = None) -> None:
        self.results, self.program = tuple(results), program
        self.template, self.rooms, self.scratch, self.checks = 0, [], 0, []
        if plan is not None:
            self.rooms, self.scratch, self.checks = plan.rooms, plan.scratch, plan.checks
            block = array("q", plan.block)
            self.template = block.buffer_info()[0] if plan.block[0] else 0
            self._alive = block, plan.alive
        self.simple: tuple[int, int, Form, int] | None = None
        self.several: list[Form] | None = None
        self.views: list[tuple[int, int, Form]] | None = None
        made = [r for r in self.results if r is not None]
        if len(made) < len(self.results) or not made or self.checks or program is not None:
            return
        if not self.template and all([r[0] == OPERAND for r in made]):
            self.views = [r[1:] for r in made]
        elif self.template and [r[:3] for r in made] == [(FRESH, k, 0) for k in range(len(self.rooms))]:
            self.several = [r[3] for r in made]
            if len(made) == 1:
                self.simple = self.template, self.rooms[0], made[0][3], self.scratch


class Graph(NamedTuple):
    """What a unit computes: operands in the order of its slots, and for each result a node or None."""

    roots: list[Node | None]
    operands: list[Node]


class Variant:
    """A plan whose numbers are functions of the sizes."""

    def __init__(self, plan: Plan, guards: Guards, count: int, shares: list[bool],
                 dtypes: list[DType]) -> None:
        self._plan, self.shares, self.dtypes = plan, shares, dtypes
        results = ", ".join([f"({_texts(r.offset)}, {_texts(r.shape)}, {_texts(r.strides)})"
                             for r in plan.results])
        body = (f"{_texts(plan.block)}, {_texts(plan.rooms)}, {_texts(plan.scratch)}, [{results}], "
                f"{_texts([at for at, _ in plan.checks])}")
        given = ", ".join(f"s{k}" for k in range(count))
        asked = " and ".join(guards.texts) or "True"
        # An expression of our own making, over integers: Python has no faster way to a list of numbers.
        self._numbers = eval(f"lambda {given}: ({body}) if {asked} else None")      # noqa: S307

    def plan(self, sizes: Sequence[int], failures: Callable[[], Sequence[Any]]) -> Plan | None:
        """The plan for those sizes, if they answer the guards alike."""
        found = self._numbers(*sizes)
        if found is None:
            return None
        block, rooms, scratch, results, checks = found
        return codegen.unit.Plan(block, rooms, scratch,
                    [codegen.unit.Result(r.kind, r.number, *numbers)
                     for r, numbers in zip(self._plan.results, results)],
                    [(at, _late(failures, k)) for k, at in enumerate(checks)], self._plan.alive)


def _late(failures: Callable[[], Sequence[Any]], k: int) -> Callable[[int], Exception]:
    """The error of check k, whose words hold sizes: found when it is needed."""
    return lambda bad: failures()[k][1](bad)        # type: ignore[no-any-return]


def _texts(numbers: Any) -> str:
    if isinstance(numbers, (tuple, list)):
        inside = ", ".join([codegen.symbol.text_of(x) for x in numbers])
        return f"[{inside}]" if isinstance(numbers, list) else f"({inside}{',' if len(numbers) == 1 else ''})"
    return codegen.symbol.text_of(numbers)


class Units:
    """Forms and units of this process."""

    def __init__(self) -> None:
        self._forms: dict[Any, Form] = {}
        self.units: dict[Any, Unit] = {}
        self._variants: dict[Any, list[Variant] | None] = {}

    # ------------------------------------------------------------ forms
    def array(self, shape: Shape, dtype: DType, strides: Shape | None = None) -> Form:
        """The form of an array; without strides it is row-major."""
        key = shape, dtype, strides
        form = self._forms.get(key)
        if form is None:
            plain = codegen.layout.whole(None, shape).strides
            form = self._forms[key] = Form(shape, dtype, plain) if strides is None else \
                self.array(shape, dtype) if strides == plain else Form(shape, dtype, strides)
        return form

    def scalar(self, dtype: DType) -> Form:
        key = "scalar", dtype
        return self._forms.get(key) or self._forms.setdefault(key, Form((), dtype, None))

    def const(self, value: Any, dtype: DType) -> Form:
        key = repr(value), dtype
        return self._forms.get(key) or self._forms.setdefault(key, Form((), dtype, None, (value,)))

    def bound(self) -> None:
        """Forget all units when there are too many; who runs some holds the dict."""
        if len(self.units) > MOST or len(self._forms) > MOST:
            self.units, self._forms = {}, {}

    # ------------------------------------------------------------ units
    def forward(self, key: tuple[Any, ...], shape: Shape, dtype: DType) -> Unit:
        """The unit of (primitive, parameters, *forms of the inputs)."""
        prim, params, *forms = key
        unit = self._view(prim, params, forms[-1], shape, dtype) if forms else None
        if unit is None:
            def graph(plain: bool, size: Callable[[int], Any]) -> Graph:
                inputs = [form.operand(plain, size) for form in forms]
                given = _sized(prim, params, size)
                out, kind = (shape, dtype) if size is int else prim.infer(tuple(inputs), given)
                return Graph([Node(prim, tuple(inputs), given, out, kind)], inputs)
            unit = self._made(key, prim, params, forms, graph)
        return self.units.setdefault(key, unit)     # another thread's, which may run it now, stays

    def backward(self, key: tuple[Any, ...], prim: Primitive, params: tuple[Any, ...], forms: Sequence[Form],
                 needs: Sequence[bool], y: Form, g: Form | tuple[Piece, ...]) -> Unit:
        """The unit of a pullback: operands are the inputs, the output and its cotangent, or the pieces that
        it is joined from; results the shares of the inputs that need one (None: none)."""
        def graph(plain: bool, size: Callable[[int], Any]) -> Graph:
            inputs = [form.operand(plain, size) for form in forms]
            for x, need in zip(inputs, needs):
                x.rg = TRACKED if need else PLAIN
            given = [f.operand(plain, size) for f in ((g,) if isinstance(g, Form) else [p.g for p in g])]
            known = y.operand(plain, size)
            cotangent = given[0] if isinstance(g, Form) else \
                joined(known, [p._replace(g=o) for p, o in zip(g, given)])
            out = Node(prim, tuple(inputs), _sized(prim, params, size), known.shape, y.dtype, TRACKED)
            wrt = [x for x in inputs if x.rg]
            shares = pullback([out], [cotangent], wrt, ends=True)[0]
            if not opened(out):         # from here on its value is known
                out.prim, out.inputs, out.params, out.value = leaf_p, (), known.params, known.value
            return Graph([shares.get(x) for x in wrt], [*inputs, out, *given])
        before = modes.grad
        modes.grad = False
        try:
            if isinstance(g, Form):
                unit = self._made((*key, "pullback"), prim, params, [*forms, y, g], graph)
            else:
                unit = self._by_program(graph(True, int))
        finally:
            modes.grad = before
        return self.units.setdefault(key, unit)

    def _view(self, prim: Primitive, params: tuple[Any, ...], form: Form, shape: Shape, dtype: DType
              ) -> Unit | None:
        """The unit of a view: nothing is run."""
        if not (prim.alias or prim.strided) or form.strides is None or not numel(shape):
            return None
        x = form.operand(False)
        inner = codegen.layout.Layout(x, 0, form.shape, form.strides)
        seen = codegen.layout.viewed(inner, Node(prim, (x,), params, shape, dtype))
        if seen is None:
            return None
        lies = self.array(shape, dtype, seen.strides)
        return Unit([(codegen.unit.OPERAND, 0, seen.offset * dtype.itemsize, lies)])

    def _made(self, key: tuple[Any, ...], prim: Primitive, params: tuple[Any, ...], forms: Sequence[Form],
              graph: Callable[[bool, Callable[[int], Any]], Graph]) -> Unit:
        """By a variant of the same structure, or by the compiler."""
        sizes: dict[int, int] = {}

        def number(n: int) -> int:
            return n if n == 0 or n == 1 else 2 + sizes.setdefault(n, len(sizes))
        def seen(form: Form) -> tuple[Any, ...]:
            strides = None if form.whole or form.strides is None else tuple([number(s) for s in form.strides])
            return (form.dtype, form.const and repr(form.const[0]), form.strides is None,
                    tuple([number(n) for n in form.shape]), strides)
        structure = (prim, _sized(prim, params, number), tuple([seen(f) for f in forms]),
                     key[4] if key[-1] == "pullback" else None)
        numbers = list(sizes)

        def failures() -> Sequence[Any]:
            plan = self._planned(graph(False, int))
            assert plan is not None
            return plan[0].checks
        variants = self._variants.setdefault(structure, [])
        for variant in variants or ():
            plan = variant.plan(numbers, failures)
            if plan is not None:
                return self._unit(plan, variant.shares, variant.dtypes)
        if variants is not None and len(variants) < MANY:
            made = self._trace(graph, numbers)
            if made is None:
                self._variants[structure] = None
            else:
                variants.append(made)
                plan = made.plan(numbers, failures)
                if plan is not None:
                    return self._unit(plan, made.shares, made.dtypes)
        found = self._planned(graph(False, int))
        if found is not None:
            return self._unit(*found)
        return self._by_program(graph(True, int))

    def _planned(self, graph: Graph) -> tuple[Plan, list[bool], list[DType]] | None:
        roots = [r for r in graph.roots if r is not None]
        nothing = codegen.unit.Plan([0, 0], [], 0, [], [], [])
        plan = codegen.unit.plan_unit(roots, graph.operands) if roots else nothing
        if plan is None:
            return None
        return plan, [r is not None for r in graph.roots], [r.dtype for r in roots]

    def _trace(self, graph: Callable[[bool, Callable[[int], Any]], Graph], numbers: Sequence[int]
               ) -> Variant | None:
        """A plan over symbols; None where something needs to know a number."""
        guards = codegen.symbol.Guards()
        symbols: dict[int, Any] = {n: guards.symbol(n, f"s{k}") for k, n in enumerate(numbers)}
        try:
            found = self._planned(graph(False, lambda n: symbols.get(n, n)))
            if found is None:
                return None
            return Variant(found[0], guards, len(numbers), found[1], found[2])
        except TypeError:
            return None

    def _unit(self, plan: Plan, shares: Sequence[bool], dtypes: Sequence[DType]) -> Unit:
        found = iter([(r.kind, r.number, r.offset, self.array(r.shape, dtype, r.strides))
                      for r, dtype in zip(plan.results, dtypes)])
        return Unit([next(found) if share else None for share in shares], plan)

    def _by_program(self, graph: Graph) -> Unit:
        roots = [r for r in graph.roots if r is not None]
        leaves = [n for n in graph.operands if n.prim is leaf_p]
        scalars = [n for n in graph.operands if n.prim is scalar_p]
        program = codegen.compile_graph.compile_graph(roots, leaves, scalars, numpy_call)
        slots = {n: k for k, n in enumerate(graph.operands)}
        found = iter([(codegen.unit.FRESH, k, 0, self.array(r.shape, r.dtype)) for k, r in enumerate(roots)])
        return Unit([None if r is None else next(found) for r in graph.roots],
                    program=(program, [slots[n] for n in leaves], [slots[n] for n in scalars]))


def _sized(prim: Primitive, params: tuple[Any, ...], size: Callable[[int], Any]) -> tuple[Any, ...]:
    """The parameters with their sizes seen through `size`."""
    if size is int or not params:
        return params
    return tuple([_seen(p, size) if k in prim.sized else p for k, p in enumerate(params)])


def _seen(p: Any, size: Callable[[int], Any]) -> Any:
    if p.__class__ is tuple and all([n.__class__ is int for n in p]):
        return tuple([size(n) for n in p])
    return size(p) if p.__class__ is int else p
