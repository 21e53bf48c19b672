"""A loop goes in; the loop that pulls it back comes out as data, with what is done before and after it.

The cotangents of the carries run through the same steps backwards. Values of the forward that were kept are
read; what was not kept is computed again inside the step. The cotangent of a constant is a sum over all
steps: where a step's share is a product, its operands are kept and one product over all steps is done at the
end; what has no such form is added up on the way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from retrograd.autodiff.batching import batch
from retrograd.autodiff.expand import expanded
from retrograd.autodiff.loop import Loop, Output
from retrograd.autodiff.reverse import pullback
from retrograd.base.modes import modes
from retrograd.base.shape import numel
from retrograd.graph.aval import Aval
from retrograd.graph.body import Body, walk
from retrograd.graph.node import PLAIN, TRACKED, Node, const_p, hole, recorder
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.contract import matmul, matmul_p

Source = tuple[str, int]
"""What is known of a loop: ("const", k), ("x", k), ("before", k), ("after", k) and ("each", j) as in Loop;
("dfirst", k), ("dafter", k), ("dlast", k), ("dy", j): cotangents of its outputs; ("got", k): output k of the
loop that runs back."""


class Back(NamedTuple):
    """How a loop is pulled back. The body takes `consts` and nodes made on the way (`lifted`), cotangents of
    `carries` and sums of these avals, and `xs`. The graph `after` takes sources; `shares` says which of its
    outputs is the cotangent of each input (None: none)."""

    body: Body
    consts: tuple[int, ...]
    lifted: tuple[Node, ...]
    carries: tuple[int, ...]
    sums: tuple[Aval, ...]
    xs: tuple[Source, ...]
    outputs: tuple[Output, ...]
    after: Body
    sources: tuple[Source, ...]
    shares: tuple[int | None, ...]

    def reads(self) -> list[Source]:
        """Everything that must be known."""
        return [*[("const", k) for k in self.consts], *self.xs, *[s for s in self.sources if s[0] != "got"]]


@contextmanager
def _recording(grad: bool) -> Iterator[None]:
    before = modes.grad, recorder.where, modes.detect
    modes.grad, modes.detect = grad, False
    try:
        yield
    finally:
        modes.grad, recorder.where, modes.detect = before


class _Step:
    """One step of a loop on holes, and the shares of its inputs for cotangents of its outputs."""

    def __init__(self, loop: Loop, needs: Sequence[bool], given: AbstractSet[Source]) -> None:
        self.loop = loop
        body, c, n = loop.body, loop.consts, loop.carries
        with _recording(True):
            self.inputs = [hole(*aval, TRACKED if aval.dtype.smooth and
                                (c <= k < c + n or needs[k]) else PLAIN)
                           for k, aval in enumerate(body.inputs)]
            self.values = body.values(self.inputs)
        self.consts = self.inputs[:c]
        self.carry, self.xs = self.inputs[c:c + n], self.inputs[c + n:]
        self.outputs = [self.values[k] for k in body.outputs]
        self.cotangents: dict[Source, Node] = {}
        active = {k for kind, k in given if kind in ("dlast", "dafter")}
        while True:
            self._walk(needs, given, active)
            more = active | {k for k, x in enumerate(self.carry) if x in self.shares}
            if more == active:
                break
            active = more
        self.active = sorted(active)

    def _walk(self, needs: Sequence[bool], given: AbstractSet[Source], active: set[int]) -> None:
        cot = self.cotangents = {}
        roots, cotangents = [], []
        with _recording(False):
            for k in sorted(active):
                g = cot["dcarry", k] = hole(*self.outputs[k].aval)
                if ("dafter", k) in given:
                    cot["dafter", k] = hole(*g.aval)
                    g = g + cot["dafter", k]
                roots.append(self.outputs[k])
                cotangents.append(g)
            for kind, j in sorted(given):
                if kind == "dy":
                    roots.append(self.outputs[self.loop.carries + j])
                    cot[kind, j] = hole(*roots[-1].aval)
                    cotangents.append(cot[kind, j])
            wrt = [x for x in self.inputs if x.rg]
            self.shares = pullback(roots, cotangents, wrt, ends=True)[0]
            order = [x for x in wrt if x in self.shares]
            found = [self.shares[x] for x in order]
            expanded(found)

    def varying(self) -> set[int]:
        """The values that differ between steps."""
        return self.loop.body.reaching(range(self.loop.consts, len(self.inputs)))


@lru_cache(maxsize=1024)
def saved(loop: Loop, needs: tuple[bool, ...]) -> tuple[Body, tuple[Output, ...]]:
    """The body with more outputs, and all outputs that make the pullback of these cheap: what it reads."""
    step = _Step(loop, needs, all_given(loop))
    body, outputs = loop.body, list(loop.outputs)
    number = {n: k for k, n in reversed(list(enumerate(step.values)))}
    varies, numbers = step.varying(), list(body.outputs)
    roots = [g for x, g in step.shares.items() if x in step.carry or needs[number[x]]]
    read = [n for n in walk(roots, number) if n in number]
    seen: set[int] = set()
    residuals: set[int] = set()

    def keep(output: Output) -> None:
        if output not in outputs:
            outputs.append(output)
    while read:
        k = number[read.pop()]
        if k in seen:
            continue
        seen.add(k)
        while k >= len(body.inputs) and step.values[k].prim.strided:
            k = number[step.values[k].inputs[0]]
        n = step.values[k]
        if k < len(body.inputs):
            if n in step.carry:
                keep(("path", step.carry.index(n)))
        elif k not in varies or n.prim is const_p:
            pass                                    # made of constants alone: nothing to keep
        elif not loop.save or n.dtype is not loop.dtype:
            read += n.inputs
        elif k in body.outputs[:loop.carries]:
            keep(("path", body.outputs.index(k)))
        else:
            residuals.add(k)
    for k in _needed(step, residuals, outputs):
        if k not in numbers[loop.carries:]:
            numbers.append(k)
        keep(("each", numbers.index(k, loop.carries) - loop.carries))
    if not loop.save:
        outputs += [("path", k) for k in step.active if ("path", k) not in outputs]
    kept = [o for o in outputs if o[0] == "each" or body.results[o[1]].dtype is loop.dtype]
    return body.with_outputs(tuple(numbers)), tuple(kept)


def _needed(step: _Step, residuals: set[int], outputs: Sequence[Output]) -> list[int]:
    """The residuals without those that one operation on an element makes of what is kept anyway: putting them
    down and reading them back takes as long, and memory."""
    body, consts, carries = step.loop.body, step.loop.consts, step.loop.carries
    known = {k for k in range(len(body.inputs))
             if not 0 <= k - consts < carries or ("path", k - consts) in outputs}
    known.update([body.outputs[k + (carries if kind == "each" else 0)]
                  for kind, k in outputs if kind != "last"])
    needed = set(residuals)
    for k in sorted(residuals, reverse=True):
        one = body.steps[k - len(body.inputs)]
        if one.prim.family == "pointwise" and all([i in known or i in needed and i != k for i in one.inputs]):
            needed.discard(k)
    return sorted(needed)


def all_given(loop: Loop) -> frozenset[Source]:
    """Cotangents of every output."""
    found: set[Source] = set()
    for kind, k in loop.outputs:
        found |= {("dfirst", k), ("dafter", k)} if kind == "path" else \
            {("dlast", k)} if kind == "last" else {("dy", k)}
    return frozenset(found)


@lru_cache(maxsize=1024)
def pulled_back(loop: Loop, needs: tuple[bool, ...], given: frozenset[Source]) -> Back:
    """The loop that runs back, for cotangents of some outputs and inputs that need one."""
    step = _Step(loop, (True,) * len(needs), given)
    with _recording(False):
        return _Sums(step, needs, given).back()


class _Sums:
    """Shares of one step to shares of the whole loop."""

    def __init__(self, step: _Step, needs: Sequence[bool], given: AbstractSet[Source]) -> None:
        self.step, self.needs, self.given, self.loop = step, needs, given, step.loop
        loop = step.loop
        varies = step.varying()
        ends: dict[Node, Source] = {}           # what is known in a step without computing it
        for kind, k in loop.outputs:
            if kind == "each" and loop.body.outputs[loop.carries + k] in varies:
                ends.setdefault(step.outputs[loop.carries + k], (kind, k))
            elif kind == "path" and loop.body.outputs[k] in varies:
                ends.setdefault(step.outputs[k], ("after", k))
        ends.update({x: ("x", k) for k, x in enumerate(step.xs)})
        ends.update({x: ("before", k) for k, x in enumerate(step.carry)})
        ends.update({x: s for s, x in step.cotangents.items()})
        self.ends = ends
        self.stops = {*ends, *step.consts}
        self._varies: dict[Node, bool] = {}
        self.keepable = self._keepable()
        self.emitted: dict[Node, int] = {}      # nodes of a step whose values are kept
        self.sums: list[Node] = []              # nodes of a step that are added up
        self.sources: dict[Source, Node] = {}   # what the graph after the loop reads
        self.totals: dict[Node, Node] = {}
        self.sum_at: dict[Node, Source] = {}

    def back(self) -> Back:
        loop, step, needs = self.loop, self.step, self.needs
        shares = [step.shares.get(x) if x.rg and needs[k] else None for k, x in enumerate(step.inputs)]
        c, n = loop.consts, loop.carries
        roots: list[Node] = []
        at: list[int | None] = []
        for k, (x, g) in enumerate(zip(step.inputs, shares)):
            share: Node | None = None
            if k < c:
                share = None if g is None else self._total(g)
            elif k < c + n:
                share = self._initial(k - c, x)
            elif g is not None:
                share = self._stacked(g)
            at.append(None if share is None else len(roots))
            if share is not None:
                roots.append(share)
        shares = [step.shares.get(step.carry[k]) for k in step.active]
        carried = [lin.zeros(step.carry[k].aval) if g is None else g for k, g in zip(step.active, shares)]
        held = [hole(*g.aval) for g in self.sums]
        outs = [*carried, *[a + g for a, g in zip(held, self.sums)], *self.emitted]
        expanded(outs)
        body, consts, lifted, xs = self._body(outs, [step.cotangents["dcarry", k] for k in step.active], held)
        outputs = self._outputs()
        after = list(self.sources)
        named = {("got", self._place(s)) if s[0] in ("last", "kept") else s: s for s in after}
        return Back(body, consts, lifted, tuple(step.active), tuple([g.aval for g in self.sums]), xs, outputs,
                    Body.of(roots, [self.sources[s] for s in named.values()]), tuple(named), tuple(at))

    # ------------------------------------------------------------ the graph after the loop
    def _source(self, source: Source, aval: Aval) -> Node:
        return self.sources.setdefault(source, hole(*aval))

    def _stack(self, n: Node) -> Node:
        """The values of a node of the step, at all steps."""
        aval = Aval((self.loop.length, *n.shape), n.dtype)
        source = self.ends.get(n)
        if source is not None and source[0] != "dcarry":
            return self._source(source, aval)
        return self._source(("kept", self.emitted.setdefault(n, len(self.emitted))), aval)

    def _initial(self, k: int, x: Node) -> Node | None:
        """The cotangent of the carry before the first step."""
        share: Node | None = None
        if not self.needs[self.loop.consts + k] or not x.rg:
            return None
        if k in self.step.active:
            share = self._source(("last", k), x.aval)
        if ("dfirst", k) in self.given:
            first = self._source(("dfirst", k), x.aval)
            share = first if share is None else share + first
        return share

    def _outputs(self) -> tuple[Output, ...]:
        """Of the loop that runs back: those that the graph after it reads."""
        carries = len(self.step.active)
        found: list[Output] = [("last", self.step.active.index(k)) for kind, k in self.sources
                               if kind == "last" and k >= 0]
        found += [("last", carries + k) for k in range(len(self.sums))]
        return (*found, *[("each", k) for k in self.emitted.values()])

    def _place(self, source: Source) -> int:
        kind, k = source
        carries = len(self.step.active)
        output = ("each", k) if kind == "kept" else ("last", self.step.active.index(k) if k >= 0 else
                                                     carries - 1 - k)
        return self._outputs().index(output)

    def _stacked(self, n: Node) -> Node:
        """A node of the step at all steps: what is kept, seen through the views above it."""
        base = self._stripped(n)
        stack = self._stack(base)
        return stack if base is n else batch([n], {base: stack}, self.loop.length)[0][0]

    def _stripped(self, n: Node) -> Node:
        while n not in self.stops and n.prim.strided and numel(n.inputs[0].shape) <= numel(n.shape):
            n = n.inputs[0]
        return n

    def _known(self, n: Node) -> bool:
        source = self.ends.get(n)
        return n in self.keepable or source is not None and source[0] != "dcarry"

    def _keepable(self) -> set[Node]:
        """What is kept if every share is asked: how a share is summed, and so its bits, does not depend on
        which others are. Those are the operands of products that shares of constants are made of, and
        shares of the xs."""
        c, n = self.loop.consts, self.loop.carries
        found = set()
        for k, x in enumerate(self.step.inputs):
            g = self.step.shares.get(x)
            if g is not None and k < c:
                found.update([self._stripped(i) for term in self._terms(g) if self._is_product(term)
                              for i in term.inputs])
            elif g is not None and k >= c + n:
                found.add(self._stripped(g))
        return found

    def _is_product(self, n: Node) -> bool:
        return n.prim is matmul_p and n not in self.stops and all([self._differs(i) for i in n.inputs])

    def _differs(self, n: Node) -> bool:
        """Whether a node of the step has another value at each step."""
        known = self._varies.get(n)
        if known is None:
            known = self._varies[n] = n in self.ends or \
                n not in self.stops and any([self._differs(i) for i in n.inputs])
        return known

    # ------------------------------------------------------------ sums over the steps
    def _terms(self, g: Node) -> Iterator[Node]:
        if self._linear(g):
            for i in g.inputs:
                yield from self._terms(i)
        else:
            yield g

    def _linear(self, g: Node) -> bool:
        """Whether the sum of a node over the steps is the node of the sums."""
        if g in self.stops or not g.inputs:
            return False
        if g.prim is pw.add:
            return all([i.shape == g.shape and self._differs(i) for i in g.inputs])
        return g.prim.family == "view" and len(g.inputs) == 1 or g.prim is pw.neg

    def _total(self, g: Node) -> Node:
        """The sum of a node over all steps."""
        if g not in self.totals:
            self.totals[g] = self._summed(g)
        return self.totals[g]

    def _summed(self, g: Node) -> Node:
        if self._linear(g):
            inputs = [self._total(i) for i in g.inputs]
            return inputs[0] + inputs[1] if g.prim is pw.add else \
                -inputs[0] if g.prim is pw.neg else _applied(g, inputs[0])
        if self._is_product(g):
            return _contracted(*[self._stacked(i) for i in g.inputs])
        if g.prim is lin.reduce_sum_p and g not in self.stops and self._known(self._stripped(g.inputs[0])):
            return lin.reduce_sum(self._stacked(g.inputs[0]), (0, *[a + 1 for a in g.params[0]]))
        if self._known(g):
            return lin.reduce_sum(self._stack(g), (0,))
        self.sums.append(g)
        return self._source(("last", -len(self.sums)), g.aval)

    # ------------------------------------------------------------ the body
    def _body(self, outs: Sequence[Node], cotangents: Sequence[Node], held: Sequence[Node]
              ) -> tuple[Body, tuple[int, ...], tuple[Node, ...], tuple[Source, ...]]:
        ends = {*self.stops, *held}
        order = walk(outs, ends)
        read = set(order)
        consts = [k for k, x in enumerate(self.step.consts) if x in read]
        xs = [(x, s) for x, s in self.ends.items() if x in read and s[0] != "dcarry"]
        lifted = closed_over(order, outs, ends)
        inputs = [*[self.step.consts[k] for k in consts], *lifted, *cotangents, *held, *[x for x, _ in xs]]
        return Body.of(outs, inputs), tuple(consts), tuple(lifted), tuple([s for _, s in xs])


def closed_over(order: Sequence[Node], roots: Sequence[Node], ends: AbstractSet[Node]) -> list[Node]:
    """Nodes in an order, inputs first, that depend on no end, and that roots are or others, which do, read.
    Structural numbers, spread over a shape or not, are no such nodes."""
    free: set[Node] = set()
    plain: set[Node] = set()
    found: dict[Node, None] = {}
    for n in order:
        if n not in ends and all([i in free for i in n.inputs]):
            free.add(n)
            if n.value is None and (n.prim is const_p or n.prim.strided and n.inputs[0] in plain):
                plain.add(n)
        elif n not in ends:
            found.update({i: None for i in n.inputs if i in free and i not in plain})
    found.update({r: None for r in roots if r in free and r not in plain})
    return list(found)


def _applied(g: Node, x: Node) -> Node:
    return Node(g.prim, (x,), g.params, g.shape, g.dtype)


def _contracted(a: Node, b: Node) -> Node:
    """sum over t of a[t] @ b[t] as one product."""
    lead = tuple(range(1, a.ndim - 2))
    times, m, k, n = a.shape[0], a.shape[-2], a.shape[-1], b.shape[-1]
    batch_shape = tuple([a.shape[d] for d in lead])
    a = lin.permute(a, (*[d for d in lead], a.ndim - 2, 0, a.ndim - 1))
    b = lin.permute(b, (*[d for d in lead], 0, b.ndim - 2, b.ndim - 1))
    return matmul(lin.reshape(a, (*batch_shape, m, times * k)), lin.reshape(b, (*batch_shape, times * k, n)))
