"""Rows, blocks and stages of a program go in; what the native driver reads comes out, as words of 64 bits.

A row is a kernel and the address of its args. A block is a part of a row that may run beside other parts: the
row's args with other bounds. A stage is rows to be run in order, or blocks of the same work that may run at
once; one without rows is always run by its blocks.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd.runtime.buffer import address

WORD = 8
ROW = 2             # words: kernel, args
CUTS = 3
BLOCK = 12          # words: row, number of args or 0, for each cut (place in args, begin, end), one to spare
STAGE = 5           # words: first row, last, address of blocks, their number, patience
FOREVER = 1 << 62   # nanoseconds

# One steady step, in one call (codegen/guarded.py): words of an order, words of a guard, how it ended.
ORDER = ("guards", "guard_count", "pool", "rows", "stages", "commit", "last", "verdicts", "verdict_count",
         "status")
GUARD = 4           # words: an address, a mask, where the word lies that is there under the mask, room for it
DONE, MOVED, FAILED = range(3)
# A graph that is computed in one call (codegen/reading.py): addresses of tables and how many rows they
# have, where nodes keep what, objects of the interpreter and functions of its own.
READ_ORDER = ("steps", "step_count", "registers", "pool", "rows", "stages", "last", "arrays",
              "bases", "array_count", "patches", "patch_count", "ints", "int_count",
              "verdicts", "verdict_count", "copies", "copy_count", "gives", "give_count",
              "keeps", "keep_count", "value", "prim", "inputs", "params", "deep", "leaf", "empty", "no",
              "busy", "yes", "keep", "drop", "cut", "number", "save", "restore")


class Cut(NamedTuple):
    """The args at `place` and behind it are begin and end of what the kernel does along an axis."""

    place: int
    begin: int
    end: int


class Block(NamedTuple):
    """A row between other bounds; without cuts, the row as it is."""

    row: int
    cuts: tuple[Cut, ...] = ()


class Stage(NamedTuple):
    """Rows from first to last, and the same work as blocks; `patience`: nanoseconds that it is normal to wait
    for one of them."""

    first: int
    last: int
    blocks: tuple[Block, ...] = ()
    patience: int = 0


class StageTable:
    """Stages in native memory, which lives as long as this object."""

    def __init__(self, stages: Sequence[Stage], args: Sequence[int]) -> None:
        """`args`: how many each row has."""
        words: list[int] = []
        for stage in stages:
            for block in stage.blocks:
                words += _words(block, args[block.row])
        self._blocks = (ctypes.c_int64 * max(1, len(words)))(*words)
        at = ctypes.addressof(self._blocks)
        head: list[int] = []
        for stage in stages:
            head += [stage.first, stage.last, at, len(stage.blocks), stage.patience]
            at += len(stage.blocks) * BLOCK * WORD
        self._stages = (ctypes.c_int64 * max(1, len(head)))(*head)
        self.address = ctypes.addressof(self._stages)


class StageWords:
    """Stages whose blocks are words already, in native memory."""

    def __init__(self, stages: Sequence[tuple[int, int, Any, int]]) -> None:
        """First row, last, blocks as an array of BLOCK words each (None: none), patience."""
        self.count = len(stages)
        self._blocks = [blocks for _, _, blocks, _ in stages]
        head = []
        for first, last, blocks, patience in stages:
            at, count = (0, 0) if blocks is None else (blocks.buffer_info()[0], len(blocks) // BLOCK)
            head += [first, last, at, count, patience]
        self._stages = array("q", head)
        self.address = self._stages.buffer_info()[0]


def _words(block: Block, args: int) -> list[int]:
    if not block.cuts:
        return [block.row] + [0] * (BLOCK - 1)
    assert len(block.cuts) <= CUTS, block
    # The driver always writes CUTS cuts: writing one twice changes nothing.
    cuts = [*block.cuts, *[block.cuts[-1]] * (CUTS - len(block.cuts))]
    return [block.row, args, *(w for cut in cuts for w in cut), 0]


class RowTable:
    """Rows and their args; what is an address is put in later, at `words`."""

    def __init__(self, rows: Sequence[tuple[int, Sequence[int]]]) -> None:
        words = [0] * (ROW * len(rows))
        places = []
        for _, args in rows:
            places.append(len(words))
            words += args
        self.words: Any = (ctypes.c_int64 * max(1, len(words)))(*words)
        self.address = ctypes.addressof(self.words)
        self.places = places                # of the first arg of each row
        for k, ((kernel, _), place) in enumerate(zip(rows, places)):
            self.words[ROW * k], self.words[ROW * k + 1] = kernel, self.address + WORD * place


class Guard(NamedTuple):
    """The word at `place`, under `mask`, is `expected`; or it is the word at the place `twin`."""

    place: int
    mask: int
    expected: int = 0
    twin: int = 0


def guard_table(guards: Sequence[Guard]) -> Any:
    """Guards as the driver reads them: memory that lives as long as this object."""
    table = np.zeros(GUARD * len(guards), np.int64)
    own = address(table) + WORD * (GUARD - 1)
    table[:] = [w for k, g in enumerate(guards)
                for w in (g.place, g.mask, g.twin or own + WORD * GUARD * k, g.expected)]
    return table
