"""Where a kernel may be cut, and what a call of it takes on a nominal machine: all by shape alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Axis(NamedTuple):
    """The args at `place` and behind it are begin and end of an extent that may be cut at multiples of
    `align`. However it is cut, the results have the same bits."""

    place: int
    align: int


def axes_of(parameters: Sequence[str], **aligned: int) -> tuple[Axis, ...]:
    """By the names of the parameters where the extents begin."""
    return tuple(Axis(parameters.index(name), align) for name, align in aligned.items())


def nanoseconds(flops: float, nbytes: float) -> float:
    """Of one core of a machine that is nobody's: threads and machines do not enter, so cuts never vary."""
    return flops / 100 + nbytes / 30
