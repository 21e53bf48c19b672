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
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied, start_of
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node
from retrograd.ops.attention import (
    Inputs,
    back_parts,
    factor_of,
    parts,
    quarters,
    row_parts,
    threshold_of,
)

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


def _bits(x: float) -> int:
    """Of a float64."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def _common(x: Inputs, params: tuple[bool, float, float]) -> list[int]:
    """length, keys, width, values ... as the kernels list them."""
    (rows, width), (keys, values) = x.q.shape[-2:], x.v.shape[-2:]
    causal, scale, _ = params
    return [rows, keys, width, values, 0 if causal else keys, _bits(scale), int(x.bias is not None)]


def _dropping(x: Inputs, schedule: Schedule, p: float) -> tuple[list[Address], list[int]]:
    """The further pointers and integers of a kernel that drops weights."""
    if not x.draw:
        return [], []
    places = [start_of(schedule.layouts[i], i) for i in x.draw]
    return places, [quarters(x.k.shape[-2]), threshold_of(p), _bits(factor_of(p))]


def lower_attention(work: Work, schedule: Schedule) -> list[Call]:
    """One call: y, and the logarithm of each row's sum."""
    n = work.nodes[0]
    x = Inputs.of(n.inputs)
    lead, rows, size = x.q.shape[:-2], x.q.shape[-2], n.dtype.itemsize
    calls: list[Call] = []
    y, sums = _stored(n, row_parts(x))
    operands = [i for i in x[:4] if i is not None]
    walk = _walk(calls, lead, [(i, schedule.layouts[i]) for i in operands], [y], size)
    addresses, strides = list(walk.addresses), list(walk.strides)
    if x.bias is None:
        addresses.insert(3, addresses[0])       # read by nobody
        strides.insert(3, [0] * (AXES + 2))
    kernel = Attention(default_tile(host(), n.dtype.name), bool(x.draw))
    places, numbers = _dropping(x, schedule, n.params[2])
    strides[-1] = strides[-1][:-1]
    flops = n.prim.flops(n) if n.prim.flops else 0
    calls.append(Call(kernel, [
        *addresses, Address(n, sums.offset, size), *places, 0, numel(lead), 0, rows, *walk.sizes[1:],
        *_common(x, n.params), *(s for each in strides for s in each), *numbers],
        axes=kernel.axes(), cost=nanoseconds(flops, 0)))
    return calls


def lower_attention_back(work: Work, schedule: Schedule) -> list[Call]:
    """One call for groups of queries, and one each to add what they summed for keys and for values, if those
    are asked for."""
    n = work.nodes[0]
    g, row, *inputs = n.inputs
    x = Inputs.of(inputs)
    lead, rows, size = x.q.shape[:-2], x.q.shape[-2], n.dtype.itemsize
    calls: list[Call] = []
    kept = schedule.layouts[row]
    y, sums = (lay._replace(base=kept.base, offset=lay.offset + kept.offset)
               for lay in _stored(row, row_parts(x)))
    which = n.params[3]
    asked = [d for d, wanted in zip(("dq", "dk", "dv"), which) if wanted]
    made = _stored(n, back_parts(x, which))
    operands = {name: i for name, i in zip(("q", "k", "v", "bias", "g"), (*x[:4], g)) if i is not None}
    given = {name: (i, schedule.layouts[i]) for name, i in operands.items()}
    for name in ("q", "g"):
        given[name] = given[name][0], _neighbours(calls, *given[name])
    walk = _walk(calls, lead, list(given.values()), [y, *made], size)
    names = [*given, "y", *asked]
    at, strides = dict(zip(names, walk.addresses)), dict(zip(names, walk.strides))
    for name in {"bias", "dq"} - set(names):            # read and written by nobody
        at[name], strides[name] = at["q"], [0] * (AXES + 2)
    tile = default_tile(host(), n.dtype.name)
    block, batch = queries(n.dtype.name), numel(lead)
    blocks, wanted = -(-rows // block), -(-TASKS // batch)
    group = -(-blocks // wanted) * block
    groups = -(-rows // group)
    wide = {d: -(-i.shape[-1] // tile.width) * tile.width for d, i in (("dk", x.k), ("dv", x.v))}
    keys = x.k.shape[-2]
    parts_of = {d: at["q"] if d not in asked else
                Address(Scratch(batch * groups * keys * wide[d] * size), 0, size) for d in wide}
    kernel = AttentionBack(tile, bool(x.draw), which)
    places, numbers = _dropping(x, schedule, n.params[2])
    common = _common(x, n.params[:3])
    flops = n.prim.flops(n) if n.prim.flops else 0
    calls.append(Call(kernel, [
        *(at[name] for name in ("q", "k", "v", "bias", "y")), Address(sums.base, sums.offset, size), at["g"],
        at["dq"], parts_of["dk"], parts_of["dv"], *places,
        0, batch, 0, groups, groups, group, *walk.sizes[1:], *common[:4], wide["dk"], wide["dv"], *common[4:],
        *(s for name in ("q", "k", "v", "bias") for s in strides[name]), *strides["y"][:-1], *strides["g"],
        *strides["dq"][:-1], *numbers],
        axes=kernel.axes(), cost=nanoseconds(flops, 0)))
    for d, i in (("dk", x.k), ("dv", x.v)):
        if d not in asked:
            continue
        nest = AttentionSum(n.dtype.name, tile.lanes)
        calls.append(Call(nest, [
            parts_of[d], at[d], 0, batch, 0, keys, groups, keys, i.shape[-1], wide[d], *walk.sizes[1:],
            *strides[d][:-1]],
            axes=nest.axes(), cost=nanoseconds(0, (groups + 1) * batch * keys * wide[d] * size)))
    return calls
