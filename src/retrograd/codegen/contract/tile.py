"""A machine goes in; the register tiles worth generating for it come out.

A tile of C is held in registers while k runs: `rows` broadcast elements of A meet `vectors` vectors of B.
What is left must hold the vectors of B and one broadcast.
"""

from __future__ import annotations

from dataclasses import dataclass

from retrograd.codegen.jit import Target

# C is summed over k in blocks of this many terms, each from zero, and the blocks are then added in order. The
# number is part of the meaning of a product (it decides the bits), so it is one for all machines, dtypes and
# shapes.
K_BLOCK = 512

# Products with no more rows than this have tiles of just that height.
FEW_ROWS = 4


@dataclass(frozen=True)
class Tile:
    rows: int
    vectors: int
    lanes: int
    dtype: str

    @property
    def width(self) -> int:
        """Columns of C that a tile covers."""
        return self.vectors * self.lanes


def default_tile(target: Target, dtype: str) -> Tile:
    """12x2 with 32 registers, 6x2 with 16: a panel of B stays small, and the rows hide the fma's latency.

    12 and not 14, since 12 rows of a power-of-two length still fit the ways of one set of the first cache.
    """
    rows = 12 if target.vector_registers == 32 else 6
    return Tile(rows, 2, target.lanes(dtype), dtype)


def low_tile(target: Target, dtype: str, rows: int) -> Tile:
    """A tile for a product of up to FEW_ROWS rows: as wide as registers allow, since B is read only once."""
    held = 16 if target.vector_registers == 32 else 8
    return Tile(rows, held // 2 if rows <= 2 else held // 4, target.lanes(dtype), dtype)


def even_tile(target: Target, dtype: str, rows: int) -> Tile:
    """A tile for few rows: as high as all that cover them, none of which is taller than the default, and as
    wide as registers allow, which hold C, a row of B and one broadcast."""
    height = -(-rows // -(-rows // default_tile(target, dtype).rows))
    if height <= FEW_ROWS:
        return low_tile(target, dtype, height)
    return Tile(height, min(4, (target.vector_registers - 2) // (height + 1)), target.lanes(dtype), dtype)


def crossed_tile(target: Target, dtype: str, rows: int) -> Tile:
    """A tile whose columns are turned into lanes on the way. Half vectors, four of them: a square of 8 takes
    fewer shuffles an element than one of 16, and four chains a row hide the fma's latency."""
    lanes = target.lanes(dtype)
    return Tile(rows, 4, lanes // 2, dtype) if lanes >= 8 else Tile(rows, 2, lanes, dtype)


def row_steps(tile: Tile) -> tuple[int, ...]:
    """Heights of the tiles that cover any number of rows, tallest first."""
    if tile.rows <= FEW_ROWS:
        return tuple(dict.fromkeys((tile.rows, 1)))
    return (tile.rows, *(r for r in (8, 4, 2, 1) if r < tile.rows))


def vector_steps(tile: Tile) -> tuple[int, ...]:
    """Widths, in vectors, of the tiles that cover any number of columns, widest first; the last is one vector
    and may be cut short."""
    return tuple(dict.fromkeys((tile.vectors, *(v for v in (4,) if v < tile.vectors), 1)))
