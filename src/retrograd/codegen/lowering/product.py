"""A batched matrix product to calls: operands read by strides, packed where the planner says so."""

from __future__ import annotations

from typing import Any, NamedTuple

from retrograd.base.shape import Shape
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.matvec import matvec_kernel
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.contract.plan import Side, plan_product
from retrograd.codegen.emit.types import PAIR
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, merged
from retrograd.codegen.lowering.call import Address, Call, Scratch, copied
from retrograd.codegen.lowering.epilogue import lower_epilogue
from retrograd.codegen.schedule import Schedule, Work
from retrograd.codegen.symbol import number_of
from retrograd.graph.node import Node
from retrograd.ops.contract import dot_p


class _Matrix(NamedTuple):
    """Where matrices lie: strides over two axes of the batch, over their own axis (m or n) and over k."""

    address: Address
    outer: int
    batch: int
    step: int
    depth: int


def lower_product(work: Work, schedule: Schedule) -> list[Call]:
    """C[..., m, n] = sum over k of A[..., m, k] B[..., k, n]."""
    n = work.nodes[0]
    if 1 in n.shape[-2:]:
        return _times_vector(work, schedule)
    calls: list[Call] = []
    m, cols, k = *n.shape[-2:], n.inputs[0].shape[-1]
    size, dtype = n.dtype.itemsize, n.dtype.name
    layouts = [schedule.layouts[i] for i in n.inputs]
    if n.prim is dot_p:
        k, dtype, layouts = k // 2, PAIR, _in_pairs(calls, n, layouts)
    lead, strides, layouts = _batches(calls, n, layouts)
    x, y = (_Matrix(Address(lay.base, lay.offset, size), *st, *ends)
            for lay, st, ends in zip(layouts, strides, (layouts[0].strides[-2:], layouts[1].strides[:-3:-1])))
    if not any((y.outer, y.batch, x.outer)) and lead[0] == 1 and x.batch == m * x.step:
        m, lead = m * lead[1], (1, 1)       # one B for all: the matrices of A are one tall matrix
    after = lower_epilogue(work, schedule, calls, (lead[0] * lead[1], m, cols))
    plan = plan_product(_side(schedule, x, m, cols, k), _side(schedule, y, cols, m, k), k, dtype, host())
    rows, columns, m, cols = (y, x, cols, m) if plan.turned else (x, y, m, cols)
    tile, (outer, inner) = plan.tile, lead
    if plan.pack_rows:
        rows = _packed(schedule, calls, rows, lead, m, k, Pack(dtype, tile.rows, tile.lanes), size)
        a_panel = tile.rows * k
    else:
        a_panel = tile.rows * rows.step
    if plan.pack_columns:
        columns = _packed(schedule, calls, columns, lead, cols, k, Pack(dtype, tile.width, tile.lanes), size)
        b_panel = tile.width * k
    else:
        b_panel = tile.width * columns.step
    # One row stored transposed is one row.
    turned = plan.turned and m > 1
    gemm = Gemm(tile, crossed=plan.crossed)
    calls.append(Call(gemm, [
        rows.address, columns.address, after.product, 0, outer * inner, 0, m, 0, cols, k, inner,
        rows.outer, rows.batch, a_panel, rows.step, rows.depth,
        columns.outer, columns.batch, b_panel, columns.step if plan.crossed else columns.depth,
        m * cols, m if turned else cols, int(turned), *after.args],
        axes=gemm.axes(), cost=after.cost + nanoseconds(2 * outer * inner * m * cols * k, 0)))
    return calls


def _in_pairs(calls: list[Call], n: Node, layouts: list[Layout]) -> list[Layout]:
    """Operands of bfloat16 as elements of two terms, which must lie side by side; others are copied first."""
    own = [layouts[0], _turned(layouts[1])]         # of both, terms along the last axis
    apart = len(merged(n.shape[:-2], [lay.strides[:-2] for lay in own])[0]) > 2
    found = []
    for lay, x in zip(own, n.inputs):
        if apart or lay.strides[-1] != 1 or any([s % 2 for s in (lay.offset, *lay.strides[:-1])]):
            lay = copied(calls, lay, x)     # noqa: PLW2901
        found.append(Layout(lay.base, lay.offset // 2, (*lay.shape[:-1], lay.shape[-1] // 2),
                            (*[s // 2 for s in lay.strides[:-1]], 1)))
    return [found[0], _turned(found[1])]


def _turned(lay: Layout) -> Layout:
    """Rows as columns."""
    return Layout(lay.base, lay.offset, (*lay.shape[:-2], *lay.shape[:-3:-1]),
                  (*lay.strides[:-2], *lay.strides[:-3:-1]))


def _times_vector(work: Work, schedule: Schedule) -> list[Call]:
    """A matrix times a vector; whether that is A or B, the result is contiguous."""
    n = work.nodes[0]
    calls: list[Call] = []
    layouts = [schedule.layouts[i] for i in n.inputs]
    which = 1 if n.shape[-2] == 1 < n.shape[-1] else 0          # the matrix among the operands
    extent, k = n.shape[-1 if which else -2], n.inputs[0].shape[-1]

    def ends(i: int) -> tuple[int, int]:
        """Steps along the operand's own axis and along k."""
        own, depth = layouts[i].strides[-2:] if i == 0 else layouts[i].strides[:-3:-1]
        return own, depth

    if k > 1 and ends(1 - which)[1] != 1:
        layouts[1 - which] = copied(calls, layouts[1 - which], n.inputs[1 - which])
    if k > 1 and extent > 1 and 1 not in ends(which):
        layouts[which] = copied(calls, layouts[which], n.inputs[which])
    (outer, inner), strides, layouts = _batches(calls, n, layouts)
    own, depth = ends(which)
    along = depth == 1 if k > 1 else own != 1       # what has one element is contiguous either way
    size = n.dtype.itemsize
    matrix, vector = (Address(lay.base, lay.offset, size) for lay in (layouts[which], layouts[1 - which]))
    after = lower_epilogue(work, schedule, calls, (outer * inner, 1, extent))
    kernel = matvec_kernel(host(), n.dtype.name, along)
    calls.append(Call(kernel, [
        matrix, vector, after.product, 0, outer * inner, 0, extent, k, inner,
        *strides[which], own if along else depth, *strides[1 - which], extent, *after.args],
        axes=kernel.axes(), cost=after.cost + nanoseconds(0, outer * inner * extent * k * size)))
    return calls


def _batches(calls: list[Call], n: Node, layouts: list[Layout]
             ) -> tuple[tuple[int, int], list[tuple[int, int]], list[Layout]]:
    """The batch as two axes, and how the operands walk along them; an operand that needs more is copied."""
    shape = n.shape[:-2]
    sizes, strides = merged(shape, [lay.strides[:-2] for lay in layouts])
    if len(sizes) > 2:
        layouts = [copied(calls, lay, i) for lay, i in zip(layouts, n.inputs)]
        sizes, strides = merged(shape, [lay.strides[:-2] for lay in layouts])
    pairs: list[tuple[int, int]] = [(0, s[0]) if len(s) == 1 else (s[0], s[1]) for s in strides]
    return ((1, sizes[0]) if len(sizes) == 1 else (sizes[0], sizes[1])), pairs, layouts


def _side(schedule: Schedule, x: _Matrix, extent: int, other: int, k: int) -> Side:
    """An operand that meets `other` rows or columns here, and perhaps more in other products."""
    if not schedule.meets:
        for n in [w.nodes[0] for w in schedule.work if w.kind == "product"]:
            (a, b), (rows, columns) = [schedule.layouts[i] for i in n.inputs], n.shape[-2:]
            depth = a.shape[-1]
            for lay, st, own, meets in ((a, a.strides[-2:], rows, columns),
                                        (b, b.strides[:-3:-1], columns, rows)):
                if len(n.shape) == 2 and _plain(key := (lay.base, lay.offset, *st, own, depth)):
                    schedule.meets[key] = schedule.meets.get(key, 0) + number_of(meets)
    key = (x.address.of, x.address.offset, x.step, x.depth, extent, k)
    steady = x.address.of in schedule.steady
    if not _plain(key):
        return Side(extent, x.step, x.depth, steady)
    elsewhere = schedule.meets.get(key, 0) - number_of(other)
    ready = tuple([pack.width for pack in schedule.panels.get(key, ())])
    return Side(extent, x.step, x.depth, steady, max(0, elsewhere), ready)


def _plain(key: tuple[Any, ...]) -> bool:
    """Whether numbers are known, and may be looked for."""
    return all([k.__class__ is int for k in key[1:]])


def _packed(schedule: Schedule, calls: list[Call], x: _Matrix, lead: Shape, extent: int, k: int, pack: Pack,
            size: int) -> _Matrix:
    """Panels of an operand; matrices that a whole axis of the batch shares are packed once, and so is one
    that several products read."""
    key = (x.address.of, x.address.offset, x.step, x.depth, extent, k)
    if lead == (1, 1) and _plain(key):
        known = schedule.panels.setdefault(key, {})
        if pack not in known:
            known[pack] = _panels(calls, x, lead, extent, k, pack, size)
        return known[pack]      # type: ignore[no-any-return]
    return _panels(calls, x, lead, extent, k, pack, size)


def _panels(calls: list[Call], x: _Matrix, lead: Shape, extent: int, k: int, pack: Pack, size: int
            ) -> _Matrix:
    outer, inner = (1 if step == 0 else s for s, step in zip(lead, (x.outer, x.batch)))
    each = -(-extent // pack.width) * pack.width * k
    scratch = Scratch(max(1, outer * inner * each) * size)
    calls.append(Call(pack, [x.address, Address(scratch, 0, size), 0, outer * inner, 0, extent, k, inner,
                             x.outer, x.batch, x.step, x.depth, inner * each, each, k],
                      axes=pack.axes(), cost=nanoseconds(0, 2 * scratch.nbytes)))
    return _Matrix(Address(scratch, 0, size), inner * each if outer > 1 else 0, each if inner > 1 else 0,
                   1, pack.width)
