"""A convolution of three by three taps to calls: transformed weights, images in phases, and one kernel."""

from __future__ import annotations

from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.contract.winograd import Winograd, WinogradWeights
from retrograd.codegen.jit import host
from retrograd.codegen.lowering.call import Address, Call, Scratch, start_of
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.lowering.images import lower_images, lower_offsets
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node

# Vector instructions: of a channel and a row with one vector of windows, and with 32 pieces of an image; to
# transform 32 pieces of a channel, and those of a row back; and to transform the weights of both.
_DIRECT, _PRODUCTS, _THERE, _BACK, _WEIGHTS = 9, 32, 180, 150, 20
# A vector, as it is counted here, and rows that meet a channel once it is transformed: numbers of their own,
# since they decide bits, which no machine may.
_LANES, _ROWS = 16, 132


def pays(n: Node) -> bool:
    """Whether the transform takes clearly fewer instructions."""
    (x, w), (stride, _, _, dilation, groups) = n.inputs, n.params
    if w.shape[2:] != (3, 3) or stride != (1, 1) or dilation != (1, 1) or not n.dtype.is_floating_point:
        return False
    rows, channels, (height, width) = n.shape[1] // groups, w.shape[1], n.shape[2:]
    blocks = x.shape[0] * -(-(-(-height // 2) * -(-width // 2)) // (2 * _LANES))
    direct = _DIRECT * x.shape[0] * -(-height * width // _LANES) * rows * channels
    transforms = _THERE * channels * -(-rows // _ROWS) + _BACK * rows
    transformed = blocks * (_PRODUCTS * rows * channels + transforms) + _WEIGHTS * rows * channels
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
    kernel = Winograd(tile)
    calls.append(Call(kernel, [
        images.address, Address(u, 0, size), offsets, after.product,
        0, n.shape[0] * groups, 0, rows, 0, lines, channels, groups,
        images.image, channels * images.channel, images.lines[0], 16 * each, each,
        rows * positions, positions, height, width, pieces, *after.args],
        axes=kernel.axes(), cost=after.cost + nanoseconds(10 * numel(n.shape) * channels, 0)))
    return calls
