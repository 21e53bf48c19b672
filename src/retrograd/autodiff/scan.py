"""scan: a loop over time as one node, with reverse and forward mode and vmap read off its body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from retrograd.autodiff.batching import BY_NAME, batch, spread
from retrograd.autodiff.expand import expanded
from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.loop import Loop, Output, operations
from retrograd.autodiff.loop_back import Source, all_given, closed_over, pulled_back, saved
from retrograd.autodiff.loop_parts import parts_of
from retrograd.base.dtype import DType, float64
from retrograd.base.modes import local, modes
from retrograd.base.shape import Shape, numel
from retrograd.graph.body import Body, walk
from retrograd.graph.node import Node, bind, hole, silent
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.contract import matmul
from retrograd.ops.families import Inferred, rng_for


def scan(body: Body, consts: Sequence[Node], carry: Sequence[Node], xs: Sequence[Node], *, length: int,
         reverse: bool = False, wanted: Sequence[Output], save: bool = True) -> list[Node]:
    """What is wanted of a loop, as nodes. Where a derivative may be asked, what the pullback reads is kept
    too. One node a dtype: a loop whose outputs differ in dtype runs once for each. How is asked once for all
    loops that are alike."""
    inputs = (*consts, *carry, *xs)
    needs = tuple([bool(n.rg) for n in inputs]) if modes.grad else ()
    plan = _planned(Loop(body, len(consts), len(carry), length, reverse, (), save), tuple(wanted),
                    needs if True in needs else None)
    made = [bind(scan_p, inputs, (loop,)) for loop in plan.loops]
    state, found = local.state, []
    for k, views in plan.cuts:
        y = made[k]
        for prim, params, shape in views:
            y = silent(prim, y, params, shape, state)
        found.append(y)
    return found


class _Plan(NamedTuple):
    """One loop a dtype; for each value that is wanted the number of its loop, and the views that cut it out
    of what that keeps."""

    loops: tuple[Loop, ...]
    cuts: tuple[tuple[int, tuple[tuple[Primitive, tuple[Any, ...], Shape], ...]], ...]


@lru_cache(maxsize=1024)
def _planned(probe: Loop, wanted: tuple[Output, ...], needs: tuple[bool, ...] | None) -> _Plan:
    """`probe` is the loop without outputs; `needs` None: nobody will pull it back."""
    body, count = probe.body, probe.carries
    asked: list[Output] = []            # a y that is a carry is seen in the carry's path
    for kind, k in wanted:
        same = kind == "each" and body.outputs[count + k] in body.outputs[:count]
        asked.append(("path", body.outputs.index(body.outputs[count + k])) if same else (kind, k))
    groups: dict[DType, list[Output]] = {}
    for output in asked:
        group = groups.setdefault(probe.aval(output).dtype, [])
        if output not in group:
            group.append(output)
    loops = {dtype: _keeping(replace(probe, outputs=tuple(outputs)), needs if dtype.smooth else None)
             for dtype, outputs in groups.items()}
    cuts = []
    for want, output in zip(wanted, asked):
        dtype = probe.aval(output).dtype
        y = whole = hole((loops[dtype].size,), dtype)
        y = loops[dtype].block(y, output) if want == output else loops[dtype].after(y, output[1])
        views: list[Any] = []
        while y is not whole:
            views.insert(0, (y.prim, y.params, y.shape))
            y = y.inputs[0]
        cuts.append((list(groups).index(dtype), tuple(views)))
    return _Plan(tuple(loops.values()), tuple(cuts))


@lru_cache(maxsize=1024)
def _keeping(loop: Loop, needs: tuple[bool, ...] | None) -> Loop:
    """The loop that keeps what its pullback reads (None: that nobody will pull back)."""
    if needs is None:
        return loop
    body, outputs = saved(loop, needs)
    return Loop(body, loop.consts, loop.carries, loop.length, loop.reverse, outputs, loop.save)


def _infer(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    loop: Loop = params[0]
    return (loop.size,), loop.dtype


# ---------------------------------------------------------------- reverse
def _vjp(g: Node, xs: tuple[Node, ...], y: Node, loop: Loop, wanted: tuple[bool, ...]
         ) -> tuple[Node | None, ...]:
    parts = parts_of(g, loop)
    back = pulled_back(loop, wanted, frozenset(parts))
    known = _Known(xs, y, loop, parts)
    consts = [*[xs[k] for k in back.consts], *back.lifted]
    carry = [known(("dlast", k)) if ("dlast", k) in parts else lin.zeros(loop.body.results[k])
             for k in back.carries]
    carry += [lin.zeros(aval) for aval in back.sums]
    got = scan(back.body, consts, carry, [known(s) for s in back.xs], length=loop.length,
               reverse=not loop.reverse, wanted=back.outputs, save=loop.save) if back.outputs else []
    shares = back.after.bound([got[s[1]] if s[0] == "got" else known(s) for s in back.sources])
    return tuple([None if k is None else shares[k] for k in back.shares])


class _Known:
    """Sources of a pullback as nodes."""

    def __init__(self, xs: Sequence[Node], y: Node, loop: Loop, parts: Mapping[Source, Node]) -> None:
        self.xs, self.y, self.loop, self.parts = xs, y, loop, parts
        self.paths: dict[int, tuple[Node, Loop]] = {}

    def __call__(self, source: Source) -> Node:
        kind, k = source
        loop = self.loop
        if source in self.parts:
            return self.parts[source]
        if kind == "const":
            return self.xs[k]
        if kind == "x":
            return self.xs[loop.consts + loop.carries + k]
        if kind == "each":
            return loop.block(self.y, source)
        y = self.y
        if ("path", k) not in loop.outputs:         # not kept: computed again
            loop = Loop(loop.body, loop.consts, loop.carries, loop.length, loop.reverse, (("path", k),))
            y = bind(scan_p, tuple(self.xs), (loop,))
        return loop.before(y, k) if kind == "before" else loop.after(y, k)


def _reads(node: Node) -> list[Node]:
    """The nodes that the pullback reads."""
    loop: Loop = node.params[0]
    sources = pulled_back(loop, tuple([bool(x.rg) for x in node.inputs]), all_given(loop)).reads()
    found: list[Node] = []
    for kind, k in sources:
        if kind == "const":
            found.append(node.inputs[k])
        elif kind == "x":
            found.append(node.inputs[loop.consts + loop.carries + k])
        elif kind == "each" or kind in ("before", "after") and ("path", k) in loop.outputs:
            found.append(node)
        elif kind in ("before", "after"):
            found += node.inputs
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------- forward
def _jvp(dxs: Sequence[Node | None], xs: tuple[Node, ...], loop: Loop) -> Node:
    given = tuple([t is not None for t in dxs])
    body, lifted = _pushed(loop, given)
    c, n = loop.consts, loop.carries
    floats = [k for k in range(n) if xs[c + k].dtype.smooth]
    tangents = [lin.zeros(xs[c + k].aval) if dxs[c + k] is None else dxs[c + k] for k in floats]
    consts = [*xs[:c], *[t for t in dxs[:c] if t is not None], *lifted]
    carry = [*xs[c:c + n], *[t for t in tangents if t is not None]]
    along = [*xs[c + n:], *[t for t in dxs[c + n:] if t is not None]]
    wanted = [(kind, k if kind == "each" else n + floats.index(k)) for kind, k in loop.outputs]
    return loop.pack(scan(body, consts, carry, along, length=loop.length, reverse=loop.reverse,
                          wanted=wanted, save=loop.save))


@lru_cache(maxsize=1024)
def _pushed(loop: Loop, given: tuple[bool, ...]) -> tuple[Body, tuple[Node, ...]]:
    """One step together with its tangents; the ys are the tangents of the ys."""
    body, c, n = loop.body, loop.consts, loop.carries
    before = modes.grad
    modes.grad = False
    try:
        xs = [hole(*aval) for aval in body.inputs]
        floats = [k for k in range(n) if xs[c + k].dtype.smooth]
        dxs = {x: hole(*x.aval) for k, (x, g) in enumerate(zip(xs, given))
               if g or k - c in floats}
        outs = body.bound(xs)
        tangents = pushforward(outs, dxs)
        tangents = [lin.zeros(y.aval) if t is None else t for y, t in zip(outs, tangents)]
        roots = [*outs[:n], *[tangents[k] for k in floats], *tangents[n:]]
        expanded(roots)                                             # type: ignore[arg-type]
    finally:
        modes.grad = before
    groups = [xs[:c], xs[c:c + n], xs[c + n:]]
    known = [*xs, *dxs.values()]
    lifted = closed_over(walk(roots, set(known)), roots, set(known))        # type: ignore[arg-type]
    moved = [[dxs[x] for x in group if x in dxs] for group in groups]
    inputs = [*groups[0], *moved[0], *lifted, *groups[1], *moved[1], *groups[2], *moved[2]]
    return Body.of(roots, inputs), tuple(lifted)                            # type: ignore[arg-type]


# ---------------------------------------------------------------- vmap
def _batched(node: Node, inputs: Sequence[Node], batched: Sequence[bool], size: int) -> Node:
    loop: Loop = node.params[0]
    c, n = loop.consts, loop.carries
    body, carries = _mapped(loop, tuple(batched), size)
    carry = [x if b or not over else spread(x, size)
             for x, b, over in zip(inputs[c:c + n], batched[c:c + n], carries)]
    xs = [lin.permute(x, (1, 0, *range(2, x.ndim))) if b else x
          for x, b in zip(inputs[c + n:], batched[c + n:])]
    found = scan(body, inputs[:c], carry, xs, length=loop.length, reverse=loop.reverse, wanted=loop.outputs,
                 save=loop.save)
    parts = []
    for (kind, k), x in zip(loop.outputs, found):
        over = 1 if kind != "last" else 0
        if kind != "each" and not carries[k]:
            x = lin.expand(x, (*x.shape[:over], size, *x.shape[over:]), (over,))
        x = lin.permute(x, (over, *[d for d in range(x.ndim) if d != over]))
        parts.append(lin.reshape(x, (size, numel(x.shape[1:]))))
    return parts[0] if len(parts) == 1 else bind(lin.concat_p, tuple(parts), (1,))


@lru_cache(maxsize=1024)
def _mapped(loop: Loop, batched: tuple[bool, ...], size: int) -> tuple[Body, tuple[bool, ...]]:
    """One step for all examples, and which carries differ between them; all ys do."""
    body, c, n = loop.body, loop.consts, loop.carries
    flags = list(batched)
    while True:
        one = [hole(*aval) for aval in body.inputs]
        many = [hole((size, *x.shape), x.dtype) if b else x for x, b in zip(one, flags)]
        outs = body.bound(one)
        given = {x: y for x, y, b in zip(one, many, flags) if b}
        got = batch(outs, given, size)
        more = [*flags[:c], *[b or g for b, (_, g) in zip(flags[c:c + n], got)], *flags[c + n:]]
        if more == flags:
            break
        flags = more
    roots = [spread(y, size) if not b and (k >= n or flags[c + k]) else y for k, (y, b) in enumerate(got)]
    expanded(roots)
    return Body.of(roots, many), tuple(flags[c:c + n])


# ---------------------------------------------------------------- the primitive
def _cell(x: Node, w: Node, h: Node) -> Node:
    return bind(pw.tanh, (matmul(h, w) + x,))


def _sample() -> Iterator[Sample]:
    """A recurrent layer; the same backwards with its path kept; a product of all steps, and its steps."""
    rng = rng_for("scan")
    w, h, x = hole((2, 2), float64), hole((3, 2), float64), hole((3, 2), float64)
    new = _cell(x, w, h)
    layer = Body.of([new, new * h], [w, h, x])
    arrays = rng.uniform(-1, 1, (2, 2)), rng.uniform(-1, 1, (3, 2)), rng.uniform(-1, 1, (4, 3, 2))
    yield Sample(arrays, (Loop(layer, 1, 1, 4, False, (("last", 0), ("each", 0))),))
    yield Sample(arrays, (Loop(layer, 1, 1, 4, True, (("path", 0), ("each", 0))),))
    a, p, q, b = (hole((2,), float64) for _ in range(4))
    mixed = Body.of([p * b * a, q + p, bind(pw.sin, (q * b,))], [a, p, q, b])
    vectors = [rng.uniform(0.5, 1, s) for s in ((2,), (2,), (2,), (3, 2))]
    yield Sample(tuple(vectors), (Loop(mixed, 1, 2, 3, False, (("each", 0), ("last", 1))),))


scan_p = Primitive("scan", "loop", "*xs", "loop", infer=_infer, lower="recurrence", vjp=_vjp, jvp=_jvp,
                   np=lambda *args: args[-1].run(*args[:-1]), sample=_sample, moves=True, reads=_reads,
                   flops=lambda n: n.params[0].length * operations(n.params[0].body))
"""One array of everything that is kept of a loop; what is computed in half types is widened step by step."""

BY_NAME[scan_p.name] = _batched
