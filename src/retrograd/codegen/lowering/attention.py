"""Attention and its pullback to calls: operands by their strides, queries in blocks."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.attention import Attention
from retrograd.codegen.contract.attention_back import AttentionBack
from retrograd.codegen.contract.attention_sum import AttentionSum
from retrograd.codegen.contract.blocks import AXES, queries
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, merged, whole
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node
from retrograd.ops.attention import back_parts, parts, row_parts

TASKS = 16          # queries are dealt to groups until there is so much to do at once


class _Walk(NamedTuple):
    """The axes of a batch, at most three, and the strides of each operand and result over all its axes."""

    sizes: Shape
    addresses: list[Address]
    strides: list[list[int]]


def _walk(calls: list[Call], lead: Shape, read: Sequence[tuple[Node, Layout]], made: Sequence[Layout],
          size: int) -> _Walk:
    """Operands are copied if the batch has no few axes that walk all of them."""
    rank = len(lead)
    layouts = [lay for _, lay in read]
    sizes, strides = merged(lead, [lay.strides[:rank] for lay in (*layouts, *made)])
    if len(sizes) > AXES:
        layouts = [copied(calls, lay, n) for n, lay in read]
        sizes, strides = merged(lead, [lay.strides[:rank] for lay in (*layouts, *made)])
    before = (1,) * (AXES - len(sizes))
    every = [*layouts, *made]
    return _Walk((*before, *sizes), [Address(lay.base, lay.offset, size) for lay in every],
                 [[*(0 for _ in before), *s, *lay.strides[rank:]] for s, lay in zip(strides, every)])


def _stored(of: Node, shapes: Sequence[Shape]) -> list[Layout]:
    """The parts of a row of numbers, their axes in the order of their users."""
    base, offset = of, 0
    layouts = []
    for (at, stored), shape in zip(parts(shapes), shapes):
        strides = whole(None, stored).strides
        if len(stored) > 3:
            strides = (strides[0], *strides[2:-1], strides[1], strides[-1])
        layouts.append(Layout(base, offset + at, shape, strides))
    return layouts


def _neighbours(calls: list[Call], n: Node, layout: Layout) -> Layout:
    """A layout whose last axis is contiguous."""
    return layout if layout.shape[-1] == 1 or layout.strides[-1] == 1 else copied(calls, layout, n)


def _common(x: Sequence[Node], params: tuple[bool, float]) -> list[int]:
    """length, keys, width, values ... as the kernels list them."""
    (q, _, v), (causal, scale) = (n.shape for n in x[:3]), params
    keys = v[-2]
    return [q[-2], keys, q[-1], v[-1], 0 if causal else keys,
            int(struct.unpack("<q", struct.pack("<d", scale))[0]), int(len(x) > 3)]


def lower_attention(work: Work, schedule: Schedule) -> list[Call]:
    """One call: y, and the logarithm of each row's sum."""
    n = work.nodes[0]
    x = n.inputs
    lead, rows, size = x[0].shape[:-2], x[0].shape[-2], n.dtype.itemsize
    calls: list[Call] = []
    y, sums = _stored(n, row_parts(x))
    walk = _walk(calls, lead, [(i, schedule.layouts[i]) for i in x], [y], size)
    addresses, strides = list(walk.addresses), list(walk.strides)
    if len(x) == 3:
        addresses.insert(3, addresses[0])       # read by nobody
        strides.insert(3, [0] * (AXES + 2))
    kernel = Attention(default_tile(host(), n.dtype.name))
    strides[-1] = strides[-1][:-1]
    flops = n.prim.flops(n) if n.prim.flops else 0
    calls.append(Call(kernel, [
        *addresses, Address(n, sums.offset, size), 0, numel(lead), 0, rows, *walk.sizes[1:],
        *_common(x, n.params), *(s for each in strides for s in each)],
        axes=kernel.axes(), cost=nanoseconds(flops, 0)))
    return calls


def lower_attention_back(work: Work, schedule: Schedule) -> list[Call]:
    """One call for groups of queries, and one each to add what they summed for keys and for values."""
    n = work.nodes[0]
    g, row, *x = n.inputs
    lead, rows, size = x[0].shape[:-2], x[0].shape[-2], n.dtype.itemsize
    calls: list[Call] = []
    kept = schedule.layouts[row]
    y, sums = (lay._replace(base=kept.base, offset=lay.offset + kept.offset)
               for lay in _stored(row, row_parts(x)))
    made = _stored(n, back_parts(x))
    given = [(i, schedule.layouts[i]) for i in (*x, g)]
    for k in (0, len(given) - 1):
        given[k] = given[k][0], _neighbours(calls, *given[k])
    walk = _walk(calls, lead, given, [y, *made], size)
    names = ["q", "k", "v", "bias"][:len(x)] + ["g", "y", "dq", "dk", "dv"]
    at, strides = dict(zip(names, walk.addresses)), dict(zip(names, walk.strides))
    if len(x) == 3:
        at["bias"], strides["bias"] = at["q"], [0] * (AXES + 2)
    tile = default_tile(host(), n.dtype.name)
    block, batch = queries(n.dtype.name), numel(lead)
    blocks, wanted = -(-rows // block), -(-TASKS // batch)
    group = -(-blocks // wanted) * block
    groups = -(-rows // group)
    wide = {d: -(-i.shape[-1] // tile.width) * tile.width for d, i in (("dk", x[1]), ("dv", x[2]))}
    keys = x[1].shape[-2]
    parts_of = {d: Address(Scratch(batch * groups * keys * wide[d] * size), 0, size) for d in wide}
    kernel = AttentionBack(tile)
    common = _common(x, n.params)
    flops = n.prim.flops(n) if n.prim.flops else 0
    calls.append(Call(kernel, [
        *(at[name] for name in ("q", "k", "v", "bias", "y")), Address(sums.base, sums.offset, size), at["g"],
        at["dq"], parts_of["dk"], parts_of["dv"],
        0, batch, 0, groups, groups, group, *walk.sizes[1:], *common[:4], wide["dk"], wide["dv"], *common[4:],
        *(s for name in ("q", "k", "v", "bias") for s in strides[name]), *strides["y"][:-1], *strides["g"],
        *strides["dq"][:-1]],
        axes=kernel.axes(), cost=nanoseconds(flops, 0)))
    for d, i in (("dk", x[1]), ("dv", x[2])):
        nest = AttentionSum(n.dtype.name, tile.lanes)
        calls.append(Call(nest, [
            parts_of[d], at[d], 0, batch, 0, keys, groups, keys, i.shape[-1], wide[d], *walk.sizes[1:],
            *strides[d][:-1]],
            axes=nest.axes(), cost=nanoseconds(0, (groups + 1) * batch * keys * wide[d] * size)))
    return calls
