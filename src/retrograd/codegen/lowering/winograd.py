"""A convolution of three by three taps to calls: transformed weights, images in phases, and one kernel."""

from __future__ import annotations

from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.contract.winograd import Winograd, WinogradWeights
from retrograd.codegen.contract.winograd_weight import COLUMNS, PIECES, ROWS, WinogradWeight
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, row_major
from retrograd.codegen.lowering.call import Address, Call, Scratch, start_of
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.lowering.images import Images, deal, lower_images, lower_offsets
from retrograd.codegen.lowering.nest import Array, fill
from retrograd.codegen.lowering.parts import in_parts, parts_of
from retrograd.codegen.schedule import Schedule, Work
from retrograd.codegen.symbol import number_of
from retrograd.graph.node import Node

# Vector instructions: of a channel and a row with one vector of windows, and with 32 pieces of an image; to
# transform 32 pieces of a channel, and those of a row back; and to transform the weights of both.
_DIRECT, _PRODUCTS, _THERE, _BACK, _WEIGHTS = 9, 32, 180, 150, 20
# Of the derivative to the weights: of a channel, an output channel and a vector of pieces; of a channel and a
# vector of pieces; of an output channel and one; of the weights of both; to turn a vector of the cotangent.
_SUMS, _TOWARDS, _APART, _TAPS, _TURN = 18, 110, 75, 10, 8
# A vector, as it is counted here, and rows that meet a channel once it is transformed: numbers of their own,
# since they decide bits, which no machine may.
_LANES, _ROWS = 16, 132
# Images whose pieces are counted on, at most.
_IMAGES = 16


def pays(n: Node) -> bool:
    """Whether the transform takes clearly fewer instructions."""
    (x, w), (stride, _, _, dilation, groups) = n.inputs, n.params
    if w.shape[2:] != (3, 3) or stride != (1, 1) or dilation != (1, 1) or not n.dtype.is_floating_point:
        return False
    rows, channels, (height, width) = n.shape[1] // groups, w.shape[1], n.shape[2:]
    blocks = -(-x.shape[0] * -(-height // 2) * -(-width // 2) // (2 * _LANES))
    direct = _DIRECT * x.shape[0] * -(-height * width // _LANES) * rows * channels
    transforms = _THERE * channels * -(-rows // _ROWS) + _BACK * rows
    transformed = blocks * (_PRODUCTS * rows * channels + transforms) + _WEIGHTS * rows * channels
    return bool(5 * transformed < 4 * direct)


def _together(images: int, pieces: int) -> int:
    """Of how many images the pieces are counted on, so that few places of the last block stay empty."""
    counts = range(1, max(1, min(images, _IMAGES)) + 1)
    return min(counts, key=lambda k: -(-images // k) * -(-k * pieces // (2 * _LANES)))


def weight_pays(n: Node) -> bool:
    """Whether the transform takes clearly fewer instructions of the derivative to the weights."""
    g, (stride, _, _, dilation, groups, kernel) = n.inputs[1], n.params
    if kernel != (3, 3) or stride != (1, 1) or dilation != (1, 1) or not n.dtype.is_floating_point:
        return False
    columns, channels, (height, width) = n.shape[0] // groups, n.shape[1], g.shape[2:]
    pieces = -(-g.shape[0] * -(-height // 2) * -(-width // 2) // _LANES)
    direct = _DIRECT * -(-g.shape[0] * height * width // _LANES) * columns * channels + \
        _TURN * g.shape[0] * height * width // _LANES * columns
    transforms = _TOWARDS * channels * -(-columns // COLUMNS) + _APART * columns * -(-channels // ROWS)
    transformed = pieces * (_SUMS * columns * channels + transforms) + _TAPS * columns * channels
    return bool(5 * transformed < 4 * direct)


def lower_winograd(work: Work, schedule: Schedule) -> list[Call]:
    """y[n, o, p] = sum over c and t of x[n, c, p + t] w[o, c, t], a group at a time."""
    n = work.nodes[0]
    x, w = n.inputs
    groups, size = n.params[4], n.dtype.itemsize
    calls: list[Call] = []
    rows, channels, (height, width) = n.shape[1] // groups, w.shape[1], n.shape[2:]
    tile = default_tile(host(), n.dtype.name)
    # A line more: the last pieces of an odd height read it.
    images = lower_images(calls, x, schedule.layouts[x], 2, 4, 1, slack=True)
    offsets = lower_offsets(calls, images, channels, (4, 4), (1, 2), (1, 1))
    panels = -(-rows // tile.rows)
    # A line of the cache more: elements do not meet in one set of it.
    each = panels * tile.rows * channels + 64 // size
    u = Scratch(16 * groups * each * size)
    weights, layout = WinogradWeights(n.dtype.name, tile.rows), schedule.layouts[w]
    calls.append(Call(weights, [
        start_of(layout, w), Address(u, 0, size), 0, groups * panels, panels, channels, rows, *layout.strides,
        16 * each, each], axes=weights.axes(), cost=nanoseconds(200 * numel(w.shape[:2]), 0)))
    positions = height * width
    after = lower_epilogue(work, schedule, calls, (n.shape[0] * groups, rows, positions))
    lines, pieces = -(-height // 2), -(-width // 2)
    together = _together(number_of(n.shape[0]), number_of(lines * pieces))
    kernel = Winograd(tile)
    calls.append(Call(kernel, [
        images.address, Address(u, 0, size), offsets, after.product,
        0, -(-n.shape[0] // together) * groups, 0, rows, 0, together * lines, channels, groups, n.shape[0],
        together, images.image, channels * images.channel, images.lines[0], 16 * each, each,
        rows * positions, positions, height, width, pieces, *after.args],
        axes=kernel.axes(), cost=after.cost + nanoseconds(10 * numel(n.shape) * channels, 0)))
    return calls


def lower_winograd_weight(work: Work, schedule: Schedule) -> list[Call]:
    """w[o, c, t] = sum over n and p of x[n, c, p + t] g[n, o, p], a group at a time."""
    n = work.nodes[0]
    x, g = n.inputs
    groups = n.params[4]
    calls: list[Call] = []
    columns, channels = n.shape[0] // groups, n.shape[1]
    lines, across = (-(-s // 2) for s in g.shape[2:])
    images = _even_images(calls, x, schedule.layouts[x], 2 * lines + 2, 2 * across + 2)
    cotangents = _even_images(calls, g, schedule.layouts[g], 2 * lines, 2 * across)
    tables = [lower_offsets(calls, of, count, (taps, taps), (1, 2), (1, 1))
              for of, count, taps in ((images, channels, 4), (cotangents, columns, 2))]
    pieces = g.shape[0] * lines * across
    kernel = WinogradWeight(default_tile(host(), n.dtype.name))
    blocks = groups * -(-channels // ROWS) * -(-columns // COLUMNS)
    parts = parts_of(blocks, pieces, PIECES)
    target, sums = in_parts(n, parts)
    calls.append(Call(kernel, [
        images.address, cotangents.address, *tables, target,
        0, parts * groups, 0, channels, 0, columns, pieces, -(-pieces // parts), groups,
        channels * images.channel, columns * cotangents.channel, columns * channels * 9, channels * 9,
        across, lines, images.lines[0], images.image, cotangents.lines[0], cotangents.image],
        axes=kernel.axes(), cost=nanoseconds(40 * pieces * groups * columns * channels, 0)))
    return [*calls, *sums]


def _even_images(calls: list[Call], x: Node, layout: Layout, lines: int, across: int) -> Images:
    """Images in phases of two, with zeros behind their last lines and columns up to so many."""
    size, half = x.dtype.itemsize, across // 2
    lead, height = x.shape[:2], x.shape[2]
    shape = (*lead, lines, 2, half)
    scratch = Scratch(numel(shape) * size)
    if x.shape[2:] != (lines, across):
        calls.append(fill((numel(shape),), Array(Address(scratch, 0, size), x.dtype.name, (1,))))
    target = Layout(scratch, 0, (*lead, height, half), (*row_major(shape)[:3], 1))
    deal(calls, x, layout, target, 2, (0, 1))
    image, channel, line, _ = target.strides
    return Images(Address(scratch, 0, size), image, channel, (line,), half)
