"""Sizes and lifetimes go in; an offset in one arena for every value inside a program comes out.

No plan is smaller than what lives at once. First fit in order of birth, or of death seen backwards, is quick
and mostly close to that; where neither is, the largest values, or those that take most room for longest, are
placed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

ALIGN = 64
CLOSE = 1.02            # of what lives at once


def plan_memory(sizes: dict[Any, int], born: dict[Any, int], dies: dict[Any, int],
                steps: int) -> tuple[dict[Any, int], int]:
    """Offsets and the arena's size; a value may take the place of one that died in an earlier step."""
    values = list(born)
    need = [-(-max(sizes[v], 1) // ALIGN) * ALIGN for v in values]
    begin = [born[v] for v in values]
    end = [max(dies.get(v, s), s) for v, s in born.items()]
    bound = CLOSE * most_alive(need, begin, end, steps)
    offsets, top = _first_fit(need, begin, end, steps)
    for plan in (_backwards, _largest, _longest):
        if top > bound:
            other, height = plan(need, begin, end, steps)
            if height < top:
                offsets, top = other, height
    return dict(zip(values, offsets)), top


def most_alive(need: Sequence[int], begin: Sequence[int], end: Sequence[int], steps: int) -> int:
    """Bytes that live at once, where they are most."""
    change = [0] * (steps + 1)
    for n, b, e in zip(need, begin, end):
        change[b] += n
        change[e + 1] -= n
    alive = most = 0
    for c in change:
        alive += c
        most = max(most, alive)
    return most


def _first_fit(need: Sequence[int], begin: Sequence[int], end: Sequence[int], steps: int
               ) -> tuple[list[int], int]:
    """In order of birth, each into the lowest gap that holds it."""
    begins: list[list[int]] = [[] for _ in range(steps)]
    ends: list[list[int]] = [[] for _ in range(steps)]
    for k, (b, e) in enumerate(zip(begin, end)):
        begins[b].append(k)
        ends[e].append(k)
    free: list[tuple[int, int]] = []
    offsets = [0] * len(need)
    top = 0
    for s in range(steps):
        for k in begins[s]:
            for j, (at, size) in enumerate(free):
                if size >= need[k]:
                    offsets[k] = at
                    free[j:j + 1] = [(at + need[k], size - need[k])] if size > need[k] else []
                    break
            else:
                offsets[k], top = top, top + need[k]
        free = joined(free, [(offsets[k], need[k]) for k in ends[s]]) if ends[s] else free
    return offsets, top


def _backwards(need: Sequence[int], begin: Sequence[int], end: Sequence[int], steps: int
               ) -> tuple[list[int], int]:
    """In order of death, the last first."""
    last = steps - 1
    return _first_fit(need, [last - e for e in end], [last - b for b in begin], steps)


def _largest(need: Sequence[int], begin: Sequence[int], end: Sequence[int], _: int) -> tuple[list[int], int]:
    return _lowest(sorted(range(len(need)), key=lambda k: -need[k]), need, begin, end)


def _longest(need: Sequence[int], begin: Sequence[int], end: Sequence[int], _: int) -> tuple[list[int], int]:
    weight = [n * (e - b + 1) for n, b, e in zip(need, begin, end)]
    return _lowest(sorted(range(len(need)), key=lambda k: -weight[k]), need, begin, end)


def joined(free: Sequence[tuple[int, int]], blocks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The free list with blocks given back, neighbours merged."""
    out: list[tuple[int, int]] = []
    for at, size in sorted([*free, *blocks]):
        if out and out[-1][0] + out[-1][1] == at:
            out[-1] = (out[-1][0], out[-1][1] + size)
        else:
            out.append((at, size))
    return out


def _lowest(order: Sequence[int], need: Sequence[int], begin: Sequence[int], end: Sequence[int]
            ) -> tuple[list[int], int]:
    """In that order, each at the lowest offset that nothing placed before has while it lives."""
    births, deaths, low, high = (np.zeros(len(order), np.int64) for _ in range(4))
    offsets, top = [0] * len(order), 0
    for count, k in enumerate(order):
        together = (births[:count] <= end[k]) & (deaths[:count] >= begin[k])
        at = _gap(low[:count][together], high[:count][together], need[k])
        births[count], deaths[count], low[count], high[count] = begin[k], end[k], at, at + need[k]
        offsets[k], top = at, max(top, at + need[k])
    return offsets, top


def _gap(low: np.ndarray, high: np.ndarray, need: int) -> int:
    """The lowest offset from which on so many bytes lie in none of the intervals [low, high)."""
    if not len(low):
        return 0
    order = low.argsort()
    covered = np.maximum.accumulate(high[order])        # up to here, once an interval has begun
    before = np.concatenate(([0], covered[:-1]))
    wide = low[order] - before >= need
    first = int(wide.argmax())
    return int(before[first] if wide[first] else covered[-1])
