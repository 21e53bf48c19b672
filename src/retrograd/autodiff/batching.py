"""vmap on nodes: walk a graph written for one example, bind it for all of them, the batch axis in front."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

from retrograd.autodiff.custom import call_node, call_p, kept_by, output, project_p, rules_of
from retrograd.autodiff.expand import expand_node, must_expand
from retrograd.base.config import config
from retrograd.base.modes import modes
from retrograd.base.shape import numel
from retrograd.graph.graph import topological
from retrograd.graph.node import PLAIN, TRACKED, Node, bind, hole, recorder
from retrograd.ops import linear as lin
from retrograd.ops.attention import Inputs, attention_p, back_of_each, back_p, rows_of_each, rows_p
from retrograd.ops.checked import checked_p
from retrograd.ops.composite import log_softmax, softmax
from retrograd.ops.constant import argsort, iota, random_int, random_normal, random_uniform
from retrograd.ops.contract import matmul_p
from retrograd.ops.fourier import fourier_p, from_half_p, to_half_p
from retrograd.ops.gather import gather_p, place_p, scatter_add_p, scatter_along_p, take_p
from retrograd.ops.pool import pool_pick_p, pool_place_p
from retrograd.ops.window import conv_input_p, conv_p, conv_weight_p, fold_p, windows_p

Flags = Sequence[bool]


def spread(x: Node, size: int) -> Node:
    """Repeat an unbatched node along a new axis in front."""
    return lin.expand(x, (size, *x.shape), (0,))


def _all(inputs: Sequence[Node], batched: Flags, size: int) -> list[Node]:
    return [x if b else spread(x, size) for x, b in zip(inputs, batched)]


def pointwise_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    inner = node.shape
    out = []
    for x, b in zip(inputs, batched):
        shape = x.shape[1:] if b else x.shape
        if not b and shape == ():
            out.append(x)                   # a scalar may stand beside any shape
        elif shape == inner:
            out.append(x if b else spread(x, size))
        else:                               # a scalar of each example beside larger operands
            out.append(lin.expand(x, (size, *inner), tuple(range(1, 1 + len(inner)))))
    return bind(node.prim, tuple(out), node.params)


def reduction_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    first = node.params[0]
    moved = first + 1 if isinstance(first, int) else tuple(a + 1 for a in first)
    return bind(node.prim, tuple(inputs), (moved, *node.params[1:]))


def view_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    if node.prim is lin.concat_p:
        return bind(node.prim, tuple(_all(inputs, batched, size)), (node.params[0] + 1,))
    if node.prim is lin.update_p:
        start, step = node.params
        return bind(node.prim, tuple(_all(inputs, batched, size)), ((0, *start), (1, *step)))
    assert node.prim.batch is not None, node
    return bind(node.prim, tuple(inputs), node.prim.batch(node.params, inputs[0].aval))


def stacked_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """Primitives that work on the last axes and take any number of axes in front (matmul, solve)."""
    a, *rest = inputs
    if node.prim is matmul_p and batched[0] and not batched[1] and a.ndim == 3:     # more rows of one product
        y = bind(matmul_p, (lin.reshape(a, (size * a.shape[1], a.shape[2])), *rest))
        return lin.reshape(y, (size, *node.shape))
    return bind(node.prim, tuple(_all(inputs, batched, size)), node.params)


def axis_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """Primitives of one input whose first parameter is an axis (argsort, softmax, cumsum)."""
    return bind(node.prim, tuple(inputs), (node.params[0] + 1, *node.params[1:]))


def take_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    x, i = inputs
    axis = node.params[0]
    if not batched[1]:
        return bind(node.prim, (x, i), (axis + 1, *node.params[1:]))
    if not batched[0] and node.prim is take_p:      # a larger index into the one x
        y = bind(take_p, (x, i), (axis,))
        return lin.permute(y, (axis, *range(axis), *range(axis + 1, y.ndim)))
    adds = node.prim is scatter_add_p
    width = i.ndim - 1 if adds else 1           # axes of x that belong to the index
    x = x if batched[0] else spread(x, size)
    # One axis for (example, place), with the index moved to its example's places.
    n = node.params[1] if adds else x.shape[axis + 1]
    front = (0, *range(axis + 1, axis + 1 + width))
    rest = tuple(d for d in range(x.ndim) if d not in front)
    flat = lin.reshape(
        lin.permute(x, front + rest),
        ((size * numel(tuple(x.shape[d] for d in front[1:])),) + tuple(x.shape[d] for d in rest)),
    )
    offset = lin.reshape(bind(iota, (), ((size,), 0, "int64")), (size,))
    shifted = i + lin.expand(offset * n, i.shape, tuple(range(1, i.ndim)))
    if adds:
        out = bind(scatter_add_p, (flat, lin.reshape(shifted, (numel(i.shape),))), (0, size * n))
        out = lin.reshape(out, (size, n, *out.shape[1:]))
        inner = 1
    else:
        out = bind(take_p, (flat, shifted), (0,))
        inner = i.ndim - 1
    # axes now: size, index axes, leading axes of x (axis of them), trailing axes
    lead = tuple(range(1 + inner, 1 + inner + axis))
    tail = tuple(range(1 + inner + axis, out.ndim))
    return lin.permute(out, (0, *lead, *range(1, 1 + inner), *tail))


def gather_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    x, i = _all(inputs, batched, size)
    params = (node.params[0] + 1, *((size, *p) if isinstance(p, tuple) else p for p in node.params[1:]))
    return bind(node.prim, (x, i), params)


def place_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    x, v, i = _all(inputs, batched, size)
    n = x.shape[1]
    offset = lin.expand(bind(iota, (), ((size,), 0, "int64")) * n, i.shape, tuple(range(1, i.ndim)))
    flat = bind(place_p, (lin.reshape(x, (size * n, *x.shape[2:])),
                          lin.reshape(v, (numel(i.shape), *x.shape[2:])),
                          lin.reshape(i + offset, (numel(i.shape),))))
    return lin.reshape(flat, x.shape)


def conv_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """The batch becomes groups: channels (B * C), one group of kernels an example."""
    if not size:
        return lin.full(0, (0, *node.shape), node.dtype)
    a, b = _all(inputs, batched, size)
    params = list(node.params)
    params[4] *= size

    def channels(x: Node) -> Node:              # (B, N, C, *S) -> (N, B * C, *S)
        B, N, C = x.shape[:3]
        return lin.reshape(lin.permute(x, (1, 0, *range(2, x.ndim))), (N, B * C, *x.shape[3:]))

    def kernels(w: Node) -> Node:               # (B, O, C, *K) -> (B * O, C, *K)
        return lin.reshape(w, (w.shape[0] * w.shape[1], *w.shape[2:]))

    second = channels if node.prim is conv_weight_p else kernels
    y = bind(node.prim, (channels(a), second(b)), tuple(params))
    if node.prim is conv_weight_p:
        return lin.reshape(y, (size, *node.shape))
    N, C = node.shape[:2]
    return lin.permute(lin.reshape(y, (N, size, C, *node.shape[2:])), (1, 0, *range(2, y.ndim + 1)))


def random_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """Each example its own numbers: one larger draw. The counter of the examples is one counter, repeated."""
    seed, counters = inputs
    shape, *rest = node.params
    return bind(node.prim, (seed, counters.inputs[0]), ((size, *shape), *rest))


def attention_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """More matrices of one batch. Of weights that are dropped each example has its own; those that are to be
    the same for all are not those of one larger draw."""
    before = 2 if node.prim is back_p else 0        # a cotangent, and rows that are kept
    draw = 2 * bool(Inputs.of(inputs[before:]).draw)
    if not size or draw and not batched[-1]:
        return loop_rule(node, inputs, batched, size)
    every, last = _all(inputs[:len(inputs) - draw], batched, size), inputs[len(inputs) - draw:]
    x = [*every[before:], *(n.inputs[0] if n.shape else n for n in last)]
    if node.prim is attention_p:
        return bind(attention_p, tuple(x), node.params)
    if node.prim is rows_p:
        return rows_of_each(x, node.params)
    return back_of_each(every[0], every[1], x, node.params)


def loop_rule(node: Node, inputs: Sequence[Node], batched: Flags, size: int) -> Node:
    """For a primitive that says nothing of batches: one node an example."""
    if config.debug:
        print(f"vmap: {node.prim.name} has no batching rule; it is applied {size} times", file=sys.stderr)
    outs = []
    for k in range(size):
        one = [lin.reshape(lin.narrow(x, 0, k, 1), x.shape[1:]) if b else x for x, b in zip(inputs, batched)]
        outs.append(lin.reshape(bind(node.prim, tuple(one), node.params), (1, *node.shape)))
    return bind(lin.concat_p, tuple(outs), (0,)) if outs else lin.full(0, (0, *node.shape), node.dtype)


Rule = Callable[[Node, Sequence[Node], Flags, int], Node]
RULES: dict[str, Rule] = {"pointwise": pointwise_rule, "reduction": reduction_rule, "view": view_rule,
                          "contract": stacked_rule}
BY_NAME: dict[str, Rule] = {prim.name: rule for prim, rule in {
    argsort: axis_rule, softmax: axis_rule, log_softmax: axis_rule, lin.cumsum_p: axis_rule,
    take_p: take_rule, scatter_add_p: take_rule, gather_p: gather_rule, scatter_along_p: gather_rule,
    fourier_p: reduction_rule, to_half_p: reduction_rule, from_half_p: reduction_rule,
    pool_pick_p: stacked_rule, pool_place_p: stacked_rule,
    attention_p: attention_rule, rows_p: attention_rule, back_p: attention_rule, place_p: place_rule,
    checked_p: pointwise_rule,
    conv_p: conv_rule, conv_input_p: conv_rule, conv_weight_p: conv_rule,
    windows_p: view_rule, fold_p: view_rule,
    random_uniform: random_rule, random_normal: random_rule, random_int: random_rule}.items()}


def rule_of(node: Node) -> Rule | None:
    """The batching rule of a node's primitive, None if it has none."""
    found = BY_NAME.get(node.prim.name) or RULES.get(node.prim.family)
    return stacked_rule if found is None and node.prim.stacks else found


def batch(roots: Sequence[Node], given: Mapping[Node, Node], size: int) -> list[tuple[Node, bool]]:
    """(node, batched?) for each root, where `given` maps nodes of the one-example graph to batched ones."""
    order = _dependent(roots, given)
    while _expand(order):
        order = _dependent(roots, given)
    done: dict[Node, Node] = dict(given)
    before = modes.grad, recorder.where
    try:
        for n in order:
            # What was recorded without derivative stays so; what was recorded with one is tracked if its
            # inputs are.
            modes.grad, recorder.where = bool(n.rg), n.where
            if n.prim is project_p:
                done[n] = _project(n, done, given, size)
            elif n.prim is call_p:
                done[n] = _call(n, done, given, size)
            else:
                rule = rule_of(n) or loop_rule
                done[n] = rule(n, [done.get(i, i) for i in n.inputs], [i in done for i in n.inputs], size)
    finally:
        modes.grad, recorder.where = before
    return [(done.get(r, r), r in done) for r in roots]


def _dependent(roots: Sequence[Node], given: Mapping[Node, Node]) -> list[Node]:
    """The nodes that differ between examples, inputs first. (A node made from a hole never has a value.)"""
    varies = set(given)
    order = []
    for n in topological(roots):
        if n not in varies and n.value is None and any(i in varies for i in n.inputs):
            varies.add(n)
            order.append(n)
    return order


def _expand(order: Sequence[Node]) -> bool:
    found = False
    for n in order:
        if must_expand(n) or (n.prim.expansion is not None and rule_of(n) is None):
            expand_node(n)
            found = True
    return found


# ---------------------------------------------------------------- functions with rules of the user's own
class BatchedCall:
    """A call for all examples: its rules are those of one example, batched in their turn.

    It keeps what the rules of one example read, batched, and never the outputs (see custom.Call).
    """

    def __init__(self, node: Node, flags: Flags, given: Mapping[Node, Node], size: int) -> None:
        self.call = rules_of(node)
        self.outputs = self.call.outputs
        self.flags, self.given, self.size = flags, given, size
        # A rule that runs the user's function again (checkpoint) draws random numbers as it did the first
        # time.
        self.level: Any = (
            modes.levels[-1] if modes.levels and modes.levels[-1].size == size else nullcontext()
        )

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        """Shares for the batched inputs; those of an input that all examples use are summed."""
        shares = self._batched(self.call.pullback, cotangents)
        return [
            share if b or share is None else lin.reduce_sum(share, (0,))
            for share, b in zip(shares, self.flags)
        ]

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        """Tangents of the batched outputs."""
        return self._batched(self.call.pushforward, [t if b or t is None else spread(t, self.size)
                                                     for t, b in zip(tangents, self.flags)])

    def _batched(
        self, rule: Callable[..., Sequence[Node | None]], given: Sequence[Node | None]
    ) -> list[Node | None]:
        holes = [None if g is None else hole(g.shape[1:], g.dtype, TRACKED if g.rg else PLAIN) for g in given]
        with self.level as level:
            out = rule(holes)
        drawn = level.given if level is not None else {}
        known = {
            **drawn,
            **self.given,
            **{h: g for h, g in zip(holes, given) if h is not None and g is not None},
        }
        found = iter(batch([n for n in out if n is not None], known, self.size))
        result: list[Node | None] = []
        for n in out:
            if n is None:
                result.append(None)
                continue
            y, b = next(found)
            result.append(y if b else spread(y, self.size))
        return result


def _call(n: Node, done: Mapping[Node, Node], given: Mapping[Node, Node], size: int) -> Node:
    keeps = kept_by(n)
    flags = [i in done for i in n.inputs]
    known = {**given, **{k: done[k] for k in keeps if k in done}}
    return call_node(BatchedCall(n, flags, known, size), tuple(done.get(i, i) for i in n.inputs),
                     tuple(done.get(k, k) for k in keeps))


def _project(n: Node, done: dict[Node, Node], given: Mapping[Node, Node], size: int) -> Node:
    call, value = n.inputs
    if call not in done:                    # the value varies through something that is not an argument
        done[call] = _call(call, done, given, size)
    return output(done[call], done[value] if value in done else spread(value, size), n.params[0])
