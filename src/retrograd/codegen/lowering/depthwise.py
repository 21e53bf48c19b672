"""A convolution of one channel a group, or its derivative to the weights, to one kernel that reads images
where they lie."""

from __future__ import annotations

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.depthwise import Depthwise, DepthwiseWeight
from retrograd.codegen.jit import host
from retrograd.codegen.layout import row_major
from retrograd.codegen.lowering.call import Address, Call, copied, start_of
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.lowering.images import lower_images, three
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node


def lower_depthwise(work: Work, schedule: Schedule) -> list[Call]:
    """y[n, o, p] = sum over t of x[n, o // m, p * stride + t * dilation - low] w[o, t]."""
    n = work.nodes[0]
    x, w = n.inputs
    stride, low, _, dilation, groups = n.params
    calls: list[Call] = []
    geometry, source = _geometry(calls, x, n.shape, w.shape[2:], (stride, low, dilation), groups, schedule)
    positions, layout = numel(n.shape[2:]), schedule.layouts[w]
    after = lower_epilogue(work, schedule, calls, (n.shape[0], n.shape[1], positions))
    conv = Depthwise(n.dtype.name, host().lanes(n.dtype.name), three(w.shape[2:], 1), _even(stride, dilation))
    calls.append(Call(conv, [
        source, start_of(layout, w), after.product, 0, n.shape[0] * n.shape[1], n.shape[1], *geometry,
        layout.strides[0], *three(layout.strides[2:], 0), *after.args],
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
    conv = DepthwiseWeight(n.dtype.name, three(kernel, 1), _even(stride, dilation))
    calls.append(Call(conv, [
        source, start_of(layout, g), Address(n, 0, n.dtype.itemsize), 0, n.shape[0], g.shape[0], *geometry],
        axes=conv.axes(), cost=nanoseconds(2 * numel(g.shape) * numel(kernel),
                                           2 * numel(g.shape) * n.dtype.itemsize)))
    return calls


def _geometry(calls: list[Call], x: Node, y: Shape, kernel: Shape, windows: tuple[Shape, Shape, Shape],
              groups: int, schedule: Schedule) -> tuple[list[int], Address]:
    """What the kernels are told of positions and images, and where the images lie."""
    stride, low, dilation = windows
    images = lower_images(calls, x, schedule.layouts[x], stride[-1], kernel[-1], dilation[-1])
    width = x.shape[-1] if stride[-1] == 1 else images.phase
    positions = numel(y[2:])
    return [
        *three(y[2:], 1), *three((*x.shape[2:-1], width), 1), *three(low, 0), *three(stride, 1)[:2],
        *three(dilation, 1), stride[-1], images.phase, y[1] // groups, images.image, images.channel,
        *three(images.lines, 0)[1:], y[1] * positions, positions], images.address


def _even(stride: Shape, dilation: Shape) -> bool:
    """Whether a window begins where a tap of the one before it lies, a line further on."""
    return bool(three(stride, 1)[1] == three(dilation, 1)[1])
