"""The derivative of a convolution to few weights to calls: a table of where the elements of a window lie, and
one kernel that reads the cotangent as it lies."""

from __future__ import annotations

from retrograd.base.shape import numel
from retrograd.codegen.axis import Axis, nanoseconds
from retrograd.codegen.contract.conv_dots import BLOCK, COLUMNS, ROWS, ConvDots
from retrograd.codegen.contract.dots import lanes_of, tiles_of
from retrograd.codegen.jit import host
from retrograd.codegen.layout import one_step
from retrograd.codegen.lowering.call import Address, Call, copied
from retrograd.codegen.lowering.images import lower_images, lower_offsets, lower_positions
from retrograd.codegen.lowering.parts import in_parts, parts_of
from retrograd.codegen.schedule import Schedule, Work
from retrograd.codegen.symbol import number_of
from retrograd.graph.node import Node

# Vector instructions: to gather a vector of a row; to turn one of the cotangent; to add the lanes of a sum. A
# sum takes a tenth more than its multiply-adds: it is put down after a block and taken up again.
_GATHERED, _TURNED, _REDUCED = 3, 14, 6
# A vector, as it is counted here: a number of its own, since it decides bits, which no machine may.
_LANES = 16


def dots_pay(n: Node) -> bool:
    """Whether it takes fewer instructions than turning the cotangent (contract/conv_weight.py)."""
    g, groups = n.inputs[1], n.params[4]
    rows, columns, each = numel(n.shape[1:]), n.shape[0] // groups, numel(g.shape[2:])
    chunks, chunk, _ = _blocks(each, _LANES)
    dots = g.shape[0] * chunks * -(-chunk // _LANES) * rows * (11 * columns // 10 + _GATHERED) + \
        _REDUCED * rows * columns
    turned = -(-g.shape[0] * each // _LANES) * (
        _LANES * -(-columns // _LANES) * (rows + _TURNED) + _GATHERED * rows)
    return bool(dots < turned)


def lower_conv_dots(work: Work, schedule: Schedule) -> list[Call]:
    """w[o, c, t] = sum over n and p of x[n, c, p * stride + t * dilation] g[n, o, p], a group at a time."""
    n = work.nodes[0]
    x, g = n.inputs
    stride, low, high, dilation, groups, kernel = n.params
    calls: list[Call] = []
    size, dtype = n.dtype.itemsize, n.dtype.name
    rows, columns, each = numel(n.shape[1:]), n.shape[0] // groups, numel(g.shape[2:])
    images = lower_images(calls, x, schedule.layouts[x], stride[-1], kernel[-1], dilation[-1],
                          borders=(low, high))
    offsets = lower_offsets(calls, images, n.shape[1], kernel, stride, dilation)
    layout = schedule.layouts[g]
    if one_step(g.shape[2:], layout.strides[2:]) != 1:
        layout = copied(calls, layout, g)
    chunks, chunk, together = _blocks(each, lanes_of(dtype))
    blocks = -(-g.shape[0] // together) * chunks
    bands = max(1, -(-rows // ROWS))
    step = -(-rows // (3 * bands)) * 3
    parts = parts_of(groups * bands * -(-columns // COLUMNS), blocks, 1)
    target, sums = in_parts(n, parts)
    conv = ConvDots(dtype, tiles_of(host()))
    whole, down, across = (Axis(conv.parameters().index(name), align) for name, align in (
        ("batch_begin", 1), ("m_begin", number_of(step)), ("n_begin", COLUMNS)))
    calls.append(Call(conv, [
        images.address, Address(layout.base, layout.offset, size), offsets, target,
        0, parts * groups, 0, rows, 0, columns, blocks, parts, groups,
        chunks, chunk, together, g.shape[0], step, n.shape[1] * images.channel,
        layout.strides[0], columns * layout.strides[1], layout.strides[1], rows * columns, rows,
        *lower_positions(images, g.shape[2:], stride), images.image],
        axes=(whole, down, across),
        cost=nanoseconds(2 * groups * rows * columns * each * g.shape[0], 0)))
    return [*calls, *sums]


def _blocks(each: int, lanes: int) -> tuple[int, int, int]:
    """In how many chunks the positions of an image are summed, of how many each; and how many images
    together."""
    if each > BLOCK:
        chunks = -(-each // BLOCK)
        return chunks, -(-each // chunks // lanes) * lanes, 1
    return 1, each, max(1, BLOCK // max(lanes, -(-each // lanes) * lanes))
