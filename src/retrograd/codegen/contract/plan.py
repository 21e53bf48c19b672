"""Extents and strides of a product go in; how to compute it comes out: what lies in lanes, what is packed.

    C[m, n] = sum over k of A[m, k] B[k, n]         C^T[n, m] = sum over k of B^T[n, k] A^T[k, m]

Either side may lie in the lanes. Costs are counted in vector instructions; the bits are the same whatever is
chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from retrograd.codegen.contract.tile import FEW_ROWS, Tile, crossed_tile, default_tile, low_tile
from retrograd.codegen.emit.types import SIZE
from retrograd.codegen.jit import Target
from retrograd.codegen.symbol import number_of

# What it costs to copy a vector of elements into panels, to turn it through registers on the way there, and
# to store one transposed.
_COPY, _TURN, _STORE_TURNED = 3, 6, 4
# And if it is larger than that in bytes, and no cache of a core holds it: 0.7 ms for 6.5 MB, measured.
_FAR, _FETCH = 1 << 20, 24
# Rows of memory at a distance of a multiple of this many bytes meet in few sets of the first cache, so each
# is fetched anew for every tile. A copy without that pays if tiles read it often and it is deep enough.
_ALIAS, _OFTEN, _DEEP = 1024, 8, 512
# With no more terms than this a product takes as long as storing it: long runs of memory matter.
_SHALLOW = 4


class Side(NamedTuple):
    """One operand: its extent (m or n), and elements from one index to the next along that axis and k;
    whether many products read it as it is, so that packing it costs nothing; and how much of other operands
    it meets in other products, which share its panels; the widths of those that are there already."""

    extent: int
    step: int
    depth: int
    steady: bool = False
    elsewhere: int = 0
    ready: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """turned: rows of A lie in the lanes; crossed: columns become lanes as they are read; what is packed."""

    tile: Tile
    turned: bool
    crossed: bool
    pack_rows: bool
    pack_columns: bool


def plan_product(a: Side, b: Side, k: int, dtype: str, target: Target) -> Plan:
    """The cheaper of the two ways round."""
    cost, plain = _planned(a, b, k, dtype, target, turned=False)
    cost_turned, turned = _planned(b, a, k, dtype, target, turned=True)
    return turned if number_of(cost_turned) < number_of(cost) else plain


def _planned(rows: Side, columns: Side, k: int, dtype: str, target: Target, *, turned: bool
             ) -> tuple[int, Plan]:
    lanes = target.lanes(dtype)
    vectors = -(-columns.extent // lanes)
    crossed = columns.step != 1 and columns.depth == 1 and rows.extent <= FEW_ROWS and not columns.steady
    tile = _tile(rows.extent, k, dtype, target, crossed)
    cost = vectors * max(rows.extent, 2) * k            # one row alone waits for its own sums
    pack_columns = columns.steady or columns.step != 1 and not crossed
    if columns.steady:
        pass
    elif crossed:
        cost += vectors * k * lanes.bit_length()
    elif pack_columns:
        cost += vectors * k * _TURN
    elif number_of(rows.extent) + columns.elsewhere >= _OFTEN * tile.rows and aliased(columns, k, dtype):
        pack_columns = True
        cost += _copying(columns, tile.width, k, dtype, lanes)
    if turned:
        cost += vectors * rows.extent * _STORE_TURNED
    # Of rows that are neighbours a tile reads a part of each line.
    often = _OFTEN * tile.width // (2 if rows.depth != 1 else 1)
    pack_rows = rows.steady or \
        number_of(columns.extent) + rows.elsewhere >= often and aliased(rows, k, dtype)
    if pack_rows and not rows.steady:
        cost += _copying(rows, tile.rows, k, dtype, lanes)
    return cost, Plan(tile, turned, crossed, pack_rows, pack_columns)


def _copying(side: Side, width: int, k: int, dtype: str, lanes: int) -> int:
    """What panels of neighbours cost: nothing if they are there; more if the operand comes from far away."""
    if width in side.ready:
        return 0
    far = number_of(side.extent * k) * SIZE[dtype] > _FAR
    return -(-side.extent // lanes) * k * (_FETCH if far else _COPY)


def _tile(rows: int, k: int, dtype: str, target: Target, crossed: bool) -> Tile:
    return crossed_tile(target, dtype, rows) if crossed else rows_tile(rows, k, dtype, target)


def rows_tile(rows: int, k: int, dtype: str, target: Target) -> Tile:
    """The tile for so many rows of sums of k terms, where columns lie in lanes."""
    if rows <= FEW_ROWS:
        return low_tile(target, dtype, rows)
    return low_tile(target, dtype, 2) if k <= _SHALLOW else default_tile(target, dtype)


def aliased(side: Side, k: int, dtype: str) -> bool:
    """Whether what a tile reads of an operand falls into few sets of a cache."""
    away = number_of(side.step if side.depth == 1 else side.depth)
    return number_of(k) * SIZE[dtype] >= _DEEP and away * SIZE[dtype] % _ALIAS == 0
