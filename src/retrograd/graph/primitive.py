"""Primitive: one definition from which shapes, values, derivatives, batching and tests are read."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from retrograd.graph.aval import Aval

if TYPE_CHECKING:
    from retrograd.graph.node import Node

REGISTRY: dict[str, Primitive] = {}
"""Every primitive by name, in order of definition."""

SIZES = frozenset(("shape", "start", "stop", "low", "high", "size", "loop"))
"""Parameters that are sizes, by name: a graph in other sizes differs from it in these. One that is more says
which `sizes` it holds, what the rest is (`structure`), and what it is with other sizes (`resized`)."""

REAL = frozenset(("pointwise", "reduction", "constant", "expansion"))
"""Families whose members have a meaning on real numbers, unless they say more."""

DERIVATIVES = ("partials", "transpose", "explicit", "constant", "expansion")


def parameters_of(fn: Callable[..., Any]) -> tuple[str, ...]:
    """Names of a plain function's parameters. (inspect.signature costs twenty times as much,
    at every import.)"""
    code = fn.__code__
    return code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]


class Rule:
    """A derivative rule and its residuals, which are the names of its parameters.

    A parameter is `g` (cotangent), `dx`-style tangents as `d<input>`, an input's name, `<input>_aval`
    (its shape and dtype only), `y` (the output), `y_aval`, `wanted` (of each input, whether its cotangent is
    asked for; others may be None), `beside` (what was kept beside the value, or None), or a parameter of the
    primitive.
    """

    __slots__ = ("fn", "_get", "residuals")

    def __init__(self, fn: Callable[..., Any], prim: Primitive) -> None:
        self.fn = fn
        self._get: list[tuple[str, Any]] = []
        names = parameters_of(fn)
        self.residuals: list[str | int] = []       # "y" or the position of an input whose value is needed
        for name in names:
            self._get.append(prim.accessor(name))
            kind, where = self._get[-1]
            if kind == "input":
                self.residuals.append(where)
            elif kind == "inputs":
                self.residuals.append("inputs")
            elif kind == "y":
                self.residuals.append("y")

    def __call__(self, node: Node, g: Node | None = None, tangents: Any = (), needed: Any = None) -> Any:
        args: list[Any] = []
        for kind, where in self._get:
            if kind == "input":
                args.append(node.inputs[where])
            elif kind == "param":
                args.append(node.params[where])
            elif kind == "y":
                args.append(node)
            elif kind == "g":
                args.append(g)
            elif kind == "aval":
                n = node.inputs[where]
                args.append(Aval(n.shape, n.dtype))
            elif kind == "tangent":
                args.append(tangents[where])
            elif kind == "inputs":
                args.append(node.inputs)
            elif kind == "beside":
                args.append(None if node.owner is None else node.owner[0])
            elif kind == "wanted":
                args.append(tuple([bool(i.rg) and (needed is None or i in needed) for i in node.inputs]))
            elif kind == "avals":
                args.append(tuple(Aval(n.shape, n.dtype) for n in node.inputs))
            elif kind == "tangents":
                args.append(tangents)
            else:
                args.append(Aval(node.shape, node.dtype))
        return self.fn(*args)


class Sample(NamedTuple):
    """One call of a primitive for the registry tests: inputs as arrays, parameters, and what to skip."""

    inputs: tuple[Any, ...]
    params: tuple[Any, ...] = ()
    smooth: bool = True     # False: a kink or a jump lies near; values are tested, derivatives are not


class Primitive:
    """A named operation with exactly one derivative declared; see docs/add_an_op.md.

    `inputs` are the names of its array operands (one name with a leading * means any number of them),
    `params` the names of its static parameters. `infer(inputs, params)` gives (shape, dtype) or raises the
    user's error. `np(*arrays, *params)` is its meaning.
    """

    __slots__ = ("name", "id", "family", "inputs", "params", "variadic", "infer", "np", "lower",
                 "strided", "cuts",
                 "partials", "transpose", "linear", "vjp", "jvp", "expansion", "derivative", "differentiable",
                 "batch", "sample", "commutative", "unit", "involution", "exact", "singular", "flops",
                 "keeps", "reads", "beside", "alias", "moves", "source", "sized", "complex", "real", "phase",
                 "stacks")

    def __init__(self, name: str, family: str, inputs: str, params: str = "", *, infer: Callable[..., Any],
                 np: Any = None, lower: Callable[..., Any] | str | None = None,
                 strided: bool = False, cuts: bool = False,
                 partials: Any = None, transpose: Any = None, linear: Any = None,
                 vjp: Any = None, jvp: Any = None,
                 constant: bool = False, expansion: Callable[..., Any] | None = None,
                 batch: Callable[..., Any] | None = None, sample: Callable[[], Any] | None = None,
                 commutative: bool = False, unit: float | None = None, involution: bool = False,
                 exact: bool = False, singular: bool = False, alias: bool = False, moves: bool = False,
                 complex: bool | None = None, real: bool = False, phase: bool = False,
                 stacks: bool = False,
                 flops: Callable[..., int] | None = None,
                 reads: Callable[[Node], list[Node]] | None = None,
                 beside: Callable[[Node], Node | None] | None = None) -> None:
        self.name, self.family, self.id = name, family, len(REGISTRY)
        self.inputs = tuple(n.lstrip("*") for n in inputs.split())
        self.variadic = inputs.startswith("*")
        self.params = tuple(params.split())
        self.sized = tuple([k for k, p in enumerate(self.params) if p in SIZES])
        self.infer, self.np, self.lower, self.strided = infer, np, lower, strided
        self.batch, self.sample, self.flops = batch, sample, flops
        self.commutative, self.unit, self.involution = commutative, unit, involution
        self.exact, self.singular, self.alias = exact, singular, alias
        # A view that keeps elements in their order: a box cut out, or another shape of the same.
        self.cuts = cuts
        # Elements are moved or selected, not computed with: half types need no wider arithmetic.
        self.moves = moves or alias or (exact and family in ("view", "gather"))
        # Whether it has a meaning on complex numbers.
        self.complex = family not in REAL if complex is None else complex
        # Its Jacobian is real on complex numbers too, or its rules are written for pairs of real numbers:
        # cotangents pass without conjugation (autodiff/rules.py).
        self.real = real or self.moves
        # Of complex numbers the result is one of many: what does not depend on phases has a derivative.
        self.phase = phase
        # It works on the last axes of all its operands and takes any number of axes in front.
        self.stacks = stacks
        declared = [d for d, is_ in zip(DERIVATIVES, (partials is not None, transpose is not None,
                                                      (vjp or jvp) is not None and expansion is None,
                                                      constant, expansion is not None)) if is_]
        if len(declared) != 1:
            raise TypeError(f"primitive {name}: declare exactly one of partials, transpose, vjp + jvp, "
                            f"constant, expansion; it declares {declared or 'none'}")
        self.derivative = declared[0]
        if (vjp is None) != (jvp is None):
            raise TypeError(f"primitive {name}: vjp and jvp are declared together")
        self.differentiable = not constant
        self.partials = self._rules(partials)
        self.transpose = self._rules(transpose)
        self.vjp = Rule(vjp, self) if vjp else None
        self.jvp = Rule(jvp, self) if jvp else None
        self.expansion = expansion
        self.linear = self._groups(linear) if transpose is not None else ()
        self.keeps = self._residuals()
        # The nodes that the rule reads, where that depends on the parameters too.
        self.reads = reads
        # A node that its rule reads too and that is not part of the graph: where the value is computed before
        # the pullback, this one is with it, and is the one element of `owner` from then on.
        self.beside = beside
        caller: Any = sys._getframe(1)
        while caller and caller.f_globals.get("__name__", "").endswith((".primitive", ".families")):
            caller = caller.f_back
        self.source = caller.f_globals.get("__name__", "") if caller else ""
        if name in REGISTRY:
            raise TypeError(f"primitive {name} is defined twice")
        REGISTRY[name] = self

    def accessor(self, name: str) -> tuple[str, Any]:
        """How a rule's parameter of that name is read off a node; an unknown name fails at import."""
        if name == "g":
            return "g", None
        if name == "y":
            return "y", None
        if name in ("y_aval", "wanted", "beside"):
            return name, None
        if self.variadic:
            many = self.inputs[0]
            found = {many: "inputs", many + "_avals": "avals", "d" + many: "tangents"}.get(name)
            if found:
                return found, None
        if name in self.inputs:
            return "input", self.inputs.index(name)
        if name in self.params:
            return "param", self.params.index(name)
        if name.endswith("_aval") and name[:-5] in self.inputs:
            return "aval", self.inputs.index(name[:-5])
        if name.startswith("d") and name[1:] in self.inputs:
            return "tangent", self.inputs.index(name[1:])
        raise TypeError(f"primitive {self.name}: its rule names {name!r}, which is neither an input "
                        f"{self.inputs}, nor a parameter {self.params}, nor g, y, wanted, beside, "
                        f"<input>_aval, d<input>")

    def _rules(self, rules: Any) -> Any:
        if rules is None:
            return None
        if callable(rules):
            return (Rule(rules, self),)
        return tuple(Rule(r, self) if callable(r) else r for r in rules)

    def _groups(self, linear: Any) -> tuple[tuple[int, ...], ...]:
        """Inputs the primitive is linear in, grouped: jointly within a group, separately between groups."""
        if linear is None:
            if self.variadic:
                return ()
            assert self.transpose is not None
            linear = tuple((n,) for n, r in zip(self.inputs, self.transpose) if r is not None)
        return tuple(tuple(self.inputs.index(n) for n in group) for group in linear)

    def _residuals(self) -> tuple[tuple[Any, ...], ...]:
        """Per input (or once for all): what the reverse rule keeps."""
        if self.partials is not None:
            return tuple(tuple(r.residuals) if isinstance(r, Rule) else () for r in self.partials)
        if self.transpose is not None:
            return tuple(tuple(r.residuals) if isinstance(r, Rule) else () for r in self.transpose)
        if self.expansion is not None and self.lower is not None:   # its meaning is differentiated for it
            return (("inputs",),)
        return (tuple(self.vjp.residuals),) if self.vjp else ()

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> str:
        raise TypeError("primitives are not pickled")
