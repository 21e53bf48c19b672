"""A batched matrix product to calls: operands read by strides, the one in the lanes packed if it must be."""

from __future__ import annotations

from typing import Any, NamedTuple

from retrograd.base.shape import numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, one_step
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node


def lower_product(work: Work, schedule: Schedule) -> list[Call]:
    """A batched matrix product: operands read by their strides, the one in the lanes packed if it must be."""
    n = work.nodes[0]
    calls: list[Call] = []
    a, b = (_product_operand(calls, schedule.layouts[i], i) for i in n.inputs)
    batch, (m, cols), k = numel(n.shape[:-2]), n.shape[-2:], n.inputs[0].shape[-1]
    size = n.dtype.itemsize
    turned = b.strides[-1] != 1 and m < cols        # then it is cheaper to put the rows of A into the lanes
    if turned:                                      # C^T = B^T A^T
        a, b = _transposed(b), _transposed(a)
        m, cols = cols, m
    tile = default_tile(host(), n.dtype.name)
    b_batch, b_depth, b_lane = b.strides
    address = Address(b.base, b.offset, size)
    if b_lane == 1:
        panel, depth, b_step = tile.width, b_depth, b_batch
    else:
        padded = -(-cols // tile.width) * tile.width
        scratch = Scratch(max(1, batch * padded * k) * size)
        pack = Pack(n.dtype.name, tile.width, tile.lanes)
        calls.append(Call(pack, [address, Address(scratch, 0, size), 0, batch, 0, cols, k, b_batch, b_lane,
                                 b_depth, padded * k],
                          axes=pack.axes(), cost=nanoseconds(0, 2 * scratch.nbytes)))
        address, panel, depth, b_step = Address(scratch, 0, size), tile.width * k, tile.width, padded * k
    a_batch, a_row, a_depth = a.strides
    gemm = Gemm(tile, unit_rows=a_row == 1, turned=turned)
    c_row = m if turned else cols
    calls.append(Call(gemm, [Address(a.base, a.offset, size), address, Address(n, 0, size),
                             0, batch, 0, m, 0, cols, k,
                             a_batch, tile.rows * a_row, a_row, a_depth, b_step, panel, depth,
                             n.shape[-2] * n.shape[-1], c_row],
                      axes=gemm.axes(), cost=nanoseconds(2 * batch * m * cols * k, 0)))
    return calls


def _product_operand(calls: list[Call], layout: Layout, n: Node) -> Any:
    lead = layout.shape[:-2]
    step = one_step(lead, layout.strides[:-2]) if lead else 0
    if step is None:
        layout = copied(calls, layout, n)
        step = one_step(lead, layout.strides[:-2])
    return _Matrix(layout.base, layout.offset, (step or 0, layout.strides[-2], layout.strides[-1]))


class _Matrix(NamedTuple):
    """strides over (batch, row, column)."""

    base: Any
    offset: int
    strides: tuple[int, int, int]


def _transposed(x: _Matrix) -> _Matrix:
    return _Matrix(x.base, x.offset, (x.strides[0], x.strides[2], x.strides[1]))
