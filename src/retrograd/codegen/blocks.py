"""Calls of a program in one size go in; the stages that threads share come out, as words.

What codegen/parallelize.py says of a call that is planned is said here of numbers: the same cuts, made for
each size that comes, so no object is made for a block.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from retrograd.codegen.axis import Axis
from retrograd.codegen.lowering.call import Call
from retrograd.codegen.parallelize import BLOCK_COST, LONGEST, PATIENCE, WAKE, Bound, division, marks_of
from retrograd.codegen.pool import MAX_BLOCKS
from retrograd.runtime.table import BLOCK, CUTS, StageWords

_NAMELESS: Any = None       # the description of a call that is asked where it may be cut
Row = tuple[int, int, tuple[Axis, ...]]     # first word of its args, end, and where it may be cut
Division = tuple[list[Bound], list[int]] | None


def staged(groups: Sequence[Sequence[Row]]) -> Callable[[Sequence[int], Sequence[float]], StageWords | None]:
    """How threads share groups of rows that may run at once, by the words of the args and the costs of the
    rows; None where one thread does it alone."""

    def stages(words: Sequence[int], costs: Sequence[float]) -> StageWords | None:
        if sum(costs) < WAKE:
            return None
        found: list[tuple[int, int, Any, int]] = []
        row, alone, shared = 0, 0.0, 0.0
        for group in groups:
            end = row + len(group)
            given = costs[row:end]
            cost = sum(given)
            divided = [_divided(words, each, c) for each, c in zip(group, given)]
            if any([d is not None for d in divided]):
                blocks: list[int] = []
                largest, before = 0.0, 0
                for k, ((a, b, _), c, d) in enumerate(zip(group, given, divided)):
                    _put(blocks, row + k, b - a, d)
                    largest = max(largest, c * BLOCK / (len(blocks) - before))
                    before = len(blocks)
                pieces = max(-(-len(blocks) // (BLOCK * MAX_BLOCKS)), int(cost / LONGEST) + 1)
                size = -(-len(blocks) // (BLOCK * pieces)) * BLOCK
                for at in range(0, len(blocks), size):
                    last = end if size >= len(blocks) else row
                    part = array("q", blocks[at:at + size])
                    found.append((row, last, part, PATIENCE + int(4 * largest)))
                shared += cost
                alone = LONGEST
            elif alone + cost < LONGEST and found:
                found[-1] = found[-1][0], end, None, 0
                alone += cost
            else:
                found.append((row, end, None, 0))
                alone = cost
            row = end
        return StageWords(found) if shared >= WAKE else None
    return stages


def _divided(words: Sequence[int], row: Row, cost: float) -> Division:
    begin, end, axes = row
    return division(Call(_NAMELESS, words[begin:end], axes=axes, cost=cost)) \
        if axes and cost >= 2 * BLOCK_COST else None


def _put(blocks: list[int], row: int, args: int, divided: Division) -> None:
    """Add the blocks of a row. The driver always writes CUTS cuts: writing one twice changes nothing."""
    if divided is None:
        blocks += (row, *[0] * (BLOCK - 1))
        return
    cuts: list[tuple[int, ...]] = [()]
    for bound, parts in zip(*divided):
        place, marks = bound[0], marks_of(bound, parts)
        cuts = [(*cut, place, low, high) for cut in cuts for low, high in zip(marks, marks[1:])]
    more = CUTS - len(divided[0])
    for cut in cuts:
        blocks += (row, args, *cut, *cut[-3:] * more, 0)
