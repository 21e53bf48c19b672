"""A convolution of one channel a group, or its derivative to the weights, to one kernel that reads images
where they lie."""

from __future__ import annotations

from math import gcd

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.depthwise import Depthwise
from retrograd.codegen.contract.depthwise_input import DepthwiseInput
from retrograd.codegen.contract.depthwise_weight import DepthwiseWeight
from retrograd.codegen.jit import host
from retrograd.codegen.layout import row_major
from retrograd.codegen.lowering.call import Address, Call, copied, start_of
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.lowering.images import lower_images, three
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node
from retrograd.ops.convolution import DEALT

# Vectors of a strip, those of a strip of one line, and the fewest lanes of a vector.
_WIDE, _LONG = (7, 4, 2), 4
_FEWEST = 4
# Bytes of images that no cache of a core holds.
_FAR = 1 << 23


def lower_depthwise(work: Work, schedule: Schedule) -> list[Call]:
    """y[n, o, p] = sum over t of x[n, o // m, p * stride + t * dilation - low] w[o, t]."""
    n = work.nodes[0]
    x, w = n.inputs
    stride, low, _, dilation, groups = n.params
    calls: list[Call] = []
    geometry, source = _geometry(calls, x, n.shape, w.shape[2:], (stride, low, dilation), groups, schedule)
    positions, layout = numel(n.shape[2:]), schedule.layouts[w]
    after = lower_epilogue(work, schedule, calls, (n.shape[0], n.shape[1], positions))
    taps, counts, strides, gaps = (three(s, 1) for s in (w.shape[2:], n.shape[2:], stride, dilation))
    pace, classes = _pace(taps[1], counts[1], strides[1], gaps[1])
    reach = _reach(taps[2], strides[2], low[-1], gaps[2])
    conv = _strips(n.dtype.name, taps, pace, counts[2], reach,
                   [r // 2 * 2 - reach[0] - low[-1] for r in reach] if reach else
                   [t * gaps[2] // strides[2] - low[-1] for t in range(taps[2])], _width(x, strides[2]))
    calls.append(Call(conv, [
        source, start_of(layout, w), after.product, 0, n.shape[0] * n.shape[1], n.shape[1], *geometry,
        classes, layout.strides[0], *three(layout.strides[2:], 0), *after.args],
        axes=conv.axes(), cost=after.cost + nanoseconds(2 * numel(n.shape) * numel(w.shape[2:]),
                                                        2 * numel(n.shape) * n.dtype.itemsize)))
    return calls


def lower_depthwise_weight(work: Work, schedule: Schedule) -> list[Call]:
    """w[o, t] = sum over n and p of g[n, o, p] x[n, o // m, p * stride + t * dilation - low]."""
    n = work.nodes[0]
    x, g = n.inputs
    stride, low, _, dilation, groups, kernel = n.params
    calls: list[Call] = []
    geometry, source = _geometry(calls, x, g.shape, kernel, (stride, low, dilation), groups, schedule)
    layout = schedule.layouts[g]
    if layout.strides != row_major(g.shape):
        layout = copied(calls, layout, g)
    conv = DepthwiseWeight(n.dtype.name, three(kernel, 1), _even(stride, dilation),
                           _reach(kernel[-1], stride[-1], low[-1], dilation[-1]),
                           (numel(x.shape) + numel(g.shape)) * n.dtype.itemsize > _FAR)
    calls.append(Call(conv, [
        source, start_of(layout, g), Address(n, 0, n.dtype.itemsize), 0, n.shape[0], g.shape[0], *geometry],
        axes=conv.axes(), cost=nanoseconds(2 * numel(g.shape) * numel(kernel),
                                           2 * numel(g.shape) * n.dtype.itemsize)))
    return calls


def lower_depthwise_input(work: Work, schedule: Schedule) -> list[Call]:
    """x[n, c, e] = sum over o of c's group and t of g[n, o, p] w[o, t], where that tap of window p is e."""
    n = work.nodes[0]
    g, w = n.inputs
    stride, low, _, dilation, groups, size = n.params
    calls: list[Call] = []
    given, weights = schedule.layouts[g], schedule.layouts[w]
    if given.strides != row_major(g.shape):
        given = copied(calls, given, g)
    sizes, lows, steps, gaps = three(size, 1), three(low, 0), three(stride, 1), three(dilation, 1)
    back, phase = divmod(low[-1], steps[2])
    count = -(-sizes[2] // steps[2])
    lanes = _lanes(n.dtype.name, count)
    vectors = 1 if -(-count // lanes) % 2 else 2
    conv = DepthwiseInput(n.dtype.name, lanes, vectors, three(w.shape[2:], 1), steps, phase, gaps[2])
    calls.append(Call(conv, [
        start_of(given, g), start_of(weights, w), Address(n, 0, n.dtype.itemsize),
        0, n.shape[0] * n.shape[1], n.shape[1], g.shape[1] // groups, *sizes, *three(g.shape[2:], 1),
        *lows[:2], back, *gaps[:2], weights.strides[0], *three(weights.strides[2:], 0)],
        axes=conv.axes(), cost=nanoseconds(2 * numel(g.shape) * numel(w.shape[2:]),
                                           (numel(g.shape) + numel(n.shape)) * n.dtype.itemsize)))
    return calls


def _geometry(calls: list[Call], x: Node, y: Shape, kernel: Shape, windows: tuple[Shape, Shape, Shape],
              groups: int, schedule: Schedule) -> tuple[list[int], Address]:
    """What the kernels are told of positions and images, and where the images lie."""
    stride, low, dilation = windows
    phases = stride[-1] if stride[-1] > DEALT else 1
    images = lower_images(calls, x, schedule.layouts[x], phases, kernel[-1], dilation[-1])
    positions = numel(y[2:])
    return [
        *three(y[2:], 1), *three((*x.shape[2:-1], _width(x, stride[-1])), 1), *three(low, 0),
        *three(stride, 1)[:2], *three(dilation, 1), phases, images.phase, y[1] // groups,
        images.image, images.channel, *three(images.lines, 0)[1:], y[1] * positions, positions,
    ], images.address


def _width(x: Node, stride: int) -> int:
    """Of a line, or of one phase of it."""
    return x.shape[-1] if stride <= DEALT else -(-x.shape[-1] // stride)


def _reach(taps: int, stride: int, low: int, dilation: int) -> Shape:
    """Where taps lie, counted from the last even element at or before the beginning of a window; nothing if
    windows begin one element apart, as they do in phases."""
    return tuple(low % 2 + t * dilation for t in range(taps)) if stride == DEALT else ()


def _pace(taps: int, count: int, stride: int, dilation: int) -> tuple[int, int]:
    """How many taps of the second axis a window begins behind the one before it, and how many lines before
    that one lies: taps that lie d windows apart are shared by every d-th line. As many as there are taps, if
    none is shared, or if lines are too few."""
    common = gcd(stride, dilation)
    pace, classes = stride // common, dilation // common
    shared = pace < taps and 1 in (pace, classes) and count // classes >= (taps - 1) // pace
    return (pace, classes) if shared else (taps, 1)


def _strips(dtype: str, taps: Shape, pace: int, count: int, reach: Shape, columns: list[int],
            width: int) -> Depthwise:
    """The widest strips that leave their sums and the weights in registers."""
    lanes = _lanes(dtype, count)
    vectors = -(-count // lanes)
    end = vectors * lanes           # of the last vector; `right` counts taps that read beyond the line there
    step = 2 if reach else 1
    left, right = sum([c < 0 for c in columns]), sum([c + step * end > width for c in columns])
    edges = step * lanes + columns[0] < 0 or step * (end - lanes) + columns[-1] > width
    waiting = (taps[1] - 1) // pace
    room = host().vector_registers - numel(taps) - 2
    wide = next((v for v in _WIDE if vectors % v == 0 and v * (waiting + 1) <= room), 1)
    if taps[1] == 1 and wide < vectors:     # strips of one line, whose ends are apart
        return Depthwise(dtype, lanes, _LONG, False, taps, taps[2], taps[2], False, pace, reach)
    return Depthwise(dtype, lanes, wide, wide == vectors, taps, left, right, edges and vectors > 1, pace,
                     reach)


def _lanes(dtype: str, count: int) -> int:
    """Halved where a line would fill half of them."""
    lanes = host().lanes(dtype)
    while lanes > _FEWEST and 2 * count <= lanes:
        lanes //= 2
    return lanes


def _even(stride: Shape, dilation: Shape) -> bool:
    """Whether a window begins where a tap of the one before it lies, a line further on."""
    return bool(three(stride, 1)[1] == three(dilation, 1)[1])
