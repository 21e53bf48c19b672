"""A program bound to memory that stays: addresses are written when they change, not at every run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from retrograd.runtime.program import Frame, Program, Run


class Bound:
    """A frame of a native program for one caller, who says where leaves and results lie.

    What is written over lies in its leaf: the caller owns those arrays.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.frame = Frame(program.recipe, program.driver, program.stages)
        self._place = {key: k for k, (key, _, _) in enumerate(program.recipe.outputs)}

    @staticmethod
    def fits(program: Any, passed_on: Sequence[int] = ()) -> bool:
        """Whether a program is made of kernels alone and each result is an output or lies in a leaf; the
        roots `passed_on` may be leaves that the program only reads."""
        if program.__class__ is not Program:
            return False
        recipe = program.recipe
        keys = {key for key, _, _ in recipe.outputs}
        read = set(recipe.leaves) - {recipe.leaves[j] for j in recipe.over.values()}
        passed = {k for k in passed_on if recipe.roots[k].strides is None and recipe.roots[k].key in read}
        return len(recipe.segments) == 1 and isinstance(recipe.segments[0], Run) and all(
            k in recipe.over or seen.key in keys or k in passed for k, seen in enumerate(recipe.roots))

    def leaf(self, k: int, array: Any) -> bool:
        """Read leaf k from that array from now on; False where it does not lie row after row."""
        if not array.flags.c_contiguous:
            return False
        self.frame.point(self.frame.leaf_patches[k], array)
        return True

    def output_of(self, root: int) -> int:
        """The output that a root lies in."""
        return self._place[self.program.recipe.roots[root].key]

    def has_output(self, root: int) -> bool:
        """Whether a root lies in an output; else it is a leaf that is passed on."""
        return self.program.recipe.roots[root].key in self._place

    def leaf_of(self, root: int) -> int:
        """The number of the leaf that a root is."""
        recipe = self.program.recipe
        return recipe.leaves.index(recipe.roots[root].key)

    def fresh(self, k: int) -> Any:
        """New memory for output k."""
        _, shape, dtype = self.program.recipe.outputs[k]
        return np.empty(shape, dtype)

    def output(self, k: int, array: Any) -> None:
        """Write output k there from now on; the caller keeps the array."""
        self.frame.point(self.frame.output_patches[k], array)

    def seen(self, root: int, array: Any) -> Any:
        """A root as a view of the memory of its output."""
        seen = self.program.recipe.roots[root]
        if seen.strides is None:
            return array
        flat = array.reshape(-1)[seen.offset:]
        strides = tuple(s * array.itemsize for s in seen.strides)
        return np.lib.stride_tricks.as_strided(flat, seen.shape, strides)

    def run(self, then: Callable[[], Any]) -> bool:
        """One run; `then` is called once everything is written. False, and nothing is done, where a guard
        of the frame does not hold."""
        return self.program.guarded(self.frame, then)
