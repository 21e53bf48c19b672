"""A program bound to memory and its roots go in; arrays that its results are written to come out, and what
native code needs to put them there (codegen/reading.py)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from retrograd.graph.node import Node
from retrograd.runtime.bound import Bound
from retrograd.runtime.buffer import address
from retrograd.runtime.program import PRIVATE, Recipe, Seen
from retrograd.runtime.recycle import recycler
from retrograd.runtime.table import WORD

ELEMENTS = 1 << 16      # of results that are copied


class Results:
    """An array for each root of a bound program: what it writes, or a copy of what the root sees of that, of
    a leaf or of what the program keeps. If they are `kept`, they are used again while nobody else refers to
    them; else each run has others."""

    def __init__(self, bound: Bound, roots: Sequence[Node], inside: dict[int, int], copied: Sequence[int]
                 ) -> None:
        recipe, frame = bound.program.recipe, bound.frame
        self.bound, self.kept = bound, False
        written = {key: k for k, (key, _, _) in enumerate(recipe.outputs)}
        self._sizes = [*frame.fresh, *[_size(roots[k]) for k in copied]]
        self.nbytes = sum([nbytes for _, _, nbytes in self._sizes])
        self.count = len(self._sizes)
        # Addresses of the arrays, of the leaves, and of what is inside.
        self.bases = np.zeros(self.count + len(recipe.leaves) + len(inside), np.int64)
        self.bases[self.count + len(recipe.leaves):] = list(inside.values())
        at = address(self.bases)
        place = {key: at + WORD * k for k, key in enumerate([*recipe.leaves, *inside], self.count)}
        place.update({key: at + WORD * k for key, k in written.items()})
        self.also = {k: place[key] for k, key in enumerate(recipe.leaves)
                     if any(recipe.roots[j].key == key for j in copied)}
        words = ctypes.addressof(frame.table)
        self.patches = table([(words + WORD * word, at + WORD * k, offset)
                              for k, patches in enumerate(frame.output_patches)
                              for word, offset in patches], 3)
        copies: list[tuple[int, ...]] = []
        self.which = [written.get(seen.key, 0) for seen in recipe.roots]       # the array of each root
        for k, j in enumerate(copied, len(frame.fresh)):
            self.which[j] = k
            size = np.dtype(roots[j].dtype.np).itemsize
            copies += [(place[recipe.roots[j].key], size * begin, at + WORD * k, size * first, size * count)
                       for begin, first, count in _runs(recipe.roots[j], roots[j].shape)]
        self.copies = table(copies, 5)
        self.sizes = len(self.patches), len(copies)
        self.arrays: list[Any] = [None] * self.count

    def renew(self) -> None:
        """Other memory: there is none, or somebody refers to some of it."""
        self.arrays[:] = [recycler.empty(*size) for size in self._sizes]

    def release(self) -> None:
        """The arrays belong to whoever got them."""
        self.arrays[:] = [None] * self.count


def results_of(bound: Bound, roots: Sequence[Node]) -> Results | None:
    """Memory for each root; None where there would be much to copy, or one lies nowhere."""
    recipe, inside = bound.program.recipe, _inside(bound)
    copied, known = _copied(recipe), {*[key for key, _, _ in recipe.outputs], *recipe.leaves, *inside}
    if any(seen.key not in known for seen in recipe.roots) \
            or sum([prod(roots[k].shape) for k in copied]) > ELEMENTS:
        return None
    results = Results(bound, roots, inside, copied)
    return results if sorted(results.which) == list(range(results.count)) else None


def _copied(recipe: Recipe) -> list[int]:
    """The roots that are no array which the program writes: views of one, leaves, the same one again."""
    written = {key for key, _, _ in recipe.outputs}
    return [k for k, seen in enumerate(recipe.roots) if seen.strides is not None or seen.key not in written
            or any(seen.key == other.key and other.strides is None for other in recipe.roots[:k])]


def _size(n: Node) -> tuple[tuple[int, ...], Any, int]:
    dtype = np.dtype(n.dtype.np)
    return n.shape, dtype, prod(n.shape) * dtype.itemsize


def table(rows: Sequence[tuple[int, ...]], words: int) -> Any:
    return np.array(rows, np.int64).reshape(-1, words)


def _runs(seen: Seen, shape: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """What a root sees as runs of elements that lie together: where one begins there and in the root, and how
    many these are."""
    if seen.strides is None:
        return [(seen.offset, 0, prod(shape))]
    at = np.full(shape, seen.offset, np.int64)
    for axis, (n, stride) in enumerate(zip(shape, seen.strides)):
        at += (np.arange(n) * stride).reshape(-1, *[1] * (len(shape) - 1 - axis))
    at = at.reshape(-1)
    begins = [0, *(np.flatnonzero(np.diff(at) != 1) + 1).tolist(), at.size]
    return [(int(at[begin]), begin, end - begin) for begin, end in zip(begins, begins[1:]) if end > begin]


def _inside(bound: Bound) -> dict[int, int]:
    """Where a program keeps values that are no results of their own: by key the address."""
    recipe, frame = bound.program.recipe, bound.frame
    found = {}
    if recipe.arena <= PRIVATE:         # a leased one lies elsewhere each time
        found = {key: frame.base + offset for key, (offset, _, _) in recipe.placed.items()}
    found.update((key, address(value)) for key, value in recipe.consts.items())
    for k, (key, is_float, dtype) in enumerate(recipe.scalars):
        if np.dtype(dtype).itemsize == WORD:        # as it lies in its slot
            found[key] = ctypes.addressof(frame.floats if is_float else frame.ints) + WORD * k
    return found
