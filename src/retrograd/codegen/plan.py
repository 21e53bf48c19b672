"""Memory: an offset in one arena for every value that lives only inside a program,
by first fit over lifetimes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

ALIGN = 64


def plan_memory(sizes: dict[Any, int], born: dict[Any, int], dies: dict[Any, int],
                steps: int) -> tuple[dict[Any, int], int]:
    """Offsets and the arena's size; a value may take the place of one that died in an earlier step."""
    begins: list[list[Any]] = [[] for _ in range(steps)]
    ends: list[list[Any]] = [[] for _ in range(steps + 1)]
    for v, s in born.items():
        begins[s].append(v)
        ends[max(dies.get(v, s), s)].append(v)
    free: list[tuple[int, int]] = []
    offsets: dict[Any, int] = {}
    top = 0
    for s in range(steps):
        for v in begins[s]:
            need = -(-max(sizes[v], 1) // ALIGN) * ALIGN
            for k, (at, size) in enumerate(free):
                if size >= need:
                    offsets[v] = at
                    free[k:k + 1] = [(at + need, size - need)] if size > need else []
                    break
            else:
                offsets[v], top = top, top + need
        for v in ends[s]:
            free = joined(free, (offsets[v], -(-max(sizes[v], 1) // ALIGN) * ALIGN))
    return offsets, top


def joined(free: Sequence[tuple[int, int]], block: tuple[int, int]) -> list[tuple[int, int]]:
    """The free list with a block given back, neighbours merged."""
    out: list[tuple[int, int]] = []
    for at, size in sorted([*free, block]):
        if out and out[-1][0] + out[-1][1] == at:
            out[-1] = (out[-1][0], out[-1][1] + size)
        else:
            out.append((at, size))
    return out
