"""A convolution, or its derivative to the weights, to calls: a table of where the elements of a window lie,
and one implicit product."""

from __future__ import annotations

from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.conv import Conv
from retrograd.codegen.contract.conv_lines import ConvLines
from retrograd.codegen.contract.conv_weight import ConvWeight
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.contract.plan import Side, aliased, rows_tile
from retrograd.codegen.contract.tile import K_BLOCK, Tile, even_tile
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, one_step
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied
from retrograd.codegen.lowering.conv_dots import dots_pay, lower_conv_dots
from retrograd.codegen.lowering.depthwise import lower_depthwise, lower_depthwise_weight
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.lowering.images import lower_images, lower_offsets, lower_positions
from retrograd.codegen.lowering.parts import THREADS, blocks_of, in_parts, parts_of
from retrograd.codegen.lowering.winograd import lower_winograd, lower_winograd_weight, pays, weight_pays
from retrograd.codegen.schedule import Schedule, Work
from retrograd.codegen.symbol import number_of
from retrograd.graph.node import Node
from retrograd.ops.convolution import reads_lines, sums_lines

# Vector instructions of a window's element and a vector of positions, beside multiply-adds: to read it, once
# for a tile of rows, or to gather it.
_READ, _GATHERED = 2, 8
# Positions that an epilogue takes at once.
_POSITIONS = 128


def lower_conv(work: Work, schedule: Schedule) -> list[Call]:
    """y[n, o, p] = sum over c and t of x[n, c, p * stride + t * dilation] w[o, c, t], a group at a time."""
    n = work.nodes[0]
    x, w = n.inputs
    stride, low, high, dilation, groups = n.params
    if reads_lines(x, groups, w.shape[2:]):
        return lower_depthwise(work, schedule)
    if pays(n):
        return lower_winograd(work, schedule)
    calls: list[Call] = []
    dtype, kernel = n.dtype.name, w.shape[2:]
    rows, channels, k = n.shape[1] // groups, w.shape[1], numel(w.shape[1:])
    images = lower_images(calls, x, schedule.layouts[x], stride[-1], kernel[-1], dilation[-1],
                          borders=(low, high))
    offsets = lower_offsets(calls, images, channels, kernel, stride, dilation)
    count, positions = n.shape[0] * groups, numel(n.shape[2:])
    after = lower_epilogue(work, schedule, calls, (count, rows, positions))
    conv: Conv | ConvLines = Conv(rows_tile(rows, k, dtype, host()))
    axes, ends = conv.axes(), (0, rows, 0, positions)
    together: Shape = ()
    few = even_tile(host(), dtype, number_of(rows))
    if _lines_pay(rows, n.shape[2:], few):
        lines = few.vectors * -(-_POSITIONS // (few.vectors * number_of(n.shape[-1])))
        conv = ConvLines(few)
        axes, ends, together = conv.axes(lines), (0, rows, 0, numel(n.shape[2:-1])), (lines,)
    elif blocks_of(axes, (count, rows, positions)) < THREADS:
        axes = conv.axes(1)
    kernels = _kernels(calls, w, schedule.layouts[w], groups, conv.tile)
    calls.append(Call(conv, [
        images.address, kernels.address, offsets, after.product, 0, count, *ends, k, groups,
        images.image, channels * images.channel, kernels.group, kernels.panel, kernels.row, kernels.depth,
        rows * positions, positions, *lower_positions(images, n.shape[2:], stride), *together, *after.args],
        axes=axes, cost=after.cost + nanoseconds(2 * count * rows * positions * k, 0)))
    return calls


def _lines_pay(rows: int, counts: Shape, tile: Tile) -> bool:
    """Whether fewer instructions read vectors where they lie, which begin with every line, than gather whole
    ones. This way or that, the bits are the same."""
    rows, width, positions = number_of(rows), number_of(counts[-1]), number_of(numel(counts))
    tiles = -(-rows // tile.rows)
    lines = positions // width * -(-width // tile.lanes)
    return bool(lines * (rows + _READ * tiles) < -(-positions // tile.lanes) * (rows + _GATHERED))


def lower_conv_weight(work: Work, schedule: Schedule) -> list[Call]:
    """w[o, c, t] = sum over n and p of x[n, c, p * stride + t * dilation] g[n, o, p], a group at a time."""
    n = work.nodes[0]
    x, g = n.inputs
    stride, low, high, dilation, groups, kernel = n.params
    if sums_lines(x, g, groups, kernel):
        return lower_depthwise_weight(work, schedule)
    if weight_pays(n):
        return lower_winograd_weight(work, schedule)
    if dots_pay(n):
        return lower_conv_dots(work, schedule)
    calls: list[Call] = []
    size, dtype = n.dtype.itemsize, n.dtype.name
    rows, columns, each = numel(n.shape[1:]), n.shape[0] // groups, numel(g.shape[2:])
    images = lower_images(calls, x, schedule.layouts[x], stride[-1], kernel[-1], dilation[-1],
                          borders=(low, high))
    offsets = lower_offsets(calls, images, n.shape[1], kernel, stride, dilation)
    layout = schedule.layouts[g]
    if one_step(g.shape[2:], layout.strides[2:]) != 1:
        layout = copied(calls, layout, g)
    positions = g.shape[0] * each
    conv = ConvWeight(rows_tile(rows, positions, dtype, host()))
    axes = conv.axes()
    blocks = blocks_of(axes, (groups, rows, columns))
    parts = parts_of(blocks, positions, K_BLOCK // 2)
    if parts * blocks < THREADS:
        axes = conv.axes(panels=1)
        blocks = blocks_of(axes, (groups, rows, columns))
        parts = parts_of(blocks, positions, K_BLOCK // 2)
    target, sums = in_parts(n, parts)
    span = -(-positions // parts)
    calls.append(Call(conv, [
        images.address, Address(layout.base, layout.offset, size), offsets, target,
        0, parts * groups, 0, rows, 0, columns, positions, span, groups, n.shape[1] * images.channel,
        layout.strides[0], columns * layout.strides[1], layout.strides[1], rows * columns, rows,
        *lower_positions(images, g.shape[2:], stride), images.image],
        axes=axes, cost=nanoseconds(2 * groups * rows * columns * positions, 0)))
    return [*calls, *sums]


class _Kernels(NamedTuple):
    """Kernels as rows of a matrix over (channel, tap)."""

    address: Address
    group: int
    panel: int
    row: int
    depth: int


def _kernels(calls: list[Call], w: Node, layout: Layout, groups: int, tile: Tile) -> _Kernels:
    """As they lie, or in panels of rows where no one step leads from tap to tap, or a bad one."""
    size, dtype = w.dtype.itemsize, w.dtype.name
    rows, channels, taps, k = w.shape[0] // groups, w.shape[1], numel(w.shape[2:]), numel(w.shape[1:])
    own = layout.strides[0]
    depth = one_step(w.shape[1:], layout.strides[1:])
    if depth == 1 and not aliased(Side(rows, own, 1), k, dtype):
        return _Kernels(Address(layout.base, layout.offset, size), rows * own, tile.rows * own, own, 1)
    along = one_step(w.shape[2:], layout.strides[2:])
    if along is None:
        layout = copied(calls, layout, w)
        own, along = layout.strides[0], 1
    each = -(-rows // tile.rows) * tile.rows * k
    scratch = Scratch(max(1, groups * each) * size)
    parts, channel = (channels, layout.strides[1]) if depth is None else (1, 0)
    deep = taps if depth is None else k
    pack = Pack(dtype, tile.rows, tile.lanes)
    calls.append(Call(pack, [
        Address(layout.base, layout.offset, size), Address(scratch, 0, size), 0, groups * parts, 0, rows,
        deep, parts, rows * own, channel, own, along if depth is None else depth, each, deep * tile.rows, k],
        axes=pack.axes(), cost=nanoseconds(0, 2 * scratch.nbytes)))
    return _Kernels(Address(scratch, 0, size), each, tile.rows * k, 1, tile.rows)
