"""A register tile and a range of rows or columns go in; loops over tiles of ever smaller sizes come out.

    for height, m in row_tiles(b, tile, begin, end):                    what is emitted in the body of `for`
        for vectors, n, count, masked in column_tiles(b, tile, ...):    is the body of an emitted loop
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from llvmlite import ir

from retrograd.codegen.contract.tile import Tile, row_steps, vector_steps
from retrograd.codegen.emit.types import i64
from retrograd.codegen.loops.loop import least, loop


class Columns(NamedTuple):
    """`vectors` machine vectors of columns from `n` on, `count` of which exist; fewer if `masked`."""

    vectors: int
    n: ir.Value
    count: ir.Value
    masked: bool


def row_tiles(b: ir.IRBuilder, tile: Tile, begin: ir.Value, end: ir.Value) -> Iterator[tuple[int, ir.Value]]:
    """Tall tiles, then lower ones for the rows that remain: the height, and the first row."""
    row = begin
    for height in row_steps(tile):
        left = b.sub(end, row)
        stop = b.add(row, b.sub(left, b.srem(left, i64(height))))
        with loop(b, row, stop, height) as m:
            yield height, m
        row = stop


def column_tiles(b: ir.IRBuilder, tile: Tile, begin: ir.Value, end: ir.Value) -> Iterator[Columns]:
    """Whole tiles of columns, then ever narrower ones; the last is a vector under a mask."""
    for vectors in vector_steps(tile):
        masked = vectors == 1
        width = vectors * tile.lanes
        stop = end if masked else b.sub(end, b.srem(b.sub(end, begin), i64(width)))
        with loop(b, begin, stop, width) as n:
            count = least(b, b.sub(end, n), i64(width)) if masked else i64(width)
            yield Columns(vectors, n, count, masked)
        begin = stop
