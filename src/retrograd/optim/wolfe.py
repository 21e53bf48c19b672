"""A line of steps goes in; a step that satisfies the strong Wolfe conditions comes out.

    f(t) <= f(0) + c1 t f'(0)     and     |f'(t)| <= c2 |f'(0)|

Bracketing, then zooming by cubic interpolation: algorithms 3.5 and 3.6 of Nocedal and Wright, "Numerical
Optimization", 2nd edition, with the safeguards that PyTorch's L-BFGS has, so that trajectories agree.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any, NamedTuple

SUFFICIENT, CURVATURE, MOST = 1e-4, 0.9, 25


class Point(NamedTuple):
    """A step, the loss there, its gradient and its slope along the direction."""

    t: float
    loss: float
    gradient: Any
    slope: float


def cubic_minimum(a: Point, b: Point, least: float, most: float) -> float:
    """The minimum of the cubic through two points with their slopes, kept within bounds.

    >>> cubic_minimum(Point(0.0, 1.0, None, -2.0), Point(2.0, 1.0, None, 2.0), 0.0, 2.0)
    1.0
    """
    if a.t > b.t:
        a, b = b, a
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    bottom = b.slope - a.slope + 2 * sqrt(square) if square >= 0 else 0.0
    if square < 0 or bottom == 0:
        return (least + most) / 2
    t = b.t - (b.t - a.t) * ((b.slope + sqrt(square) - d1) / bottom)
    return min(max(t, least), most)


def strong_wolfe(at: Callable[[float], Point], start: Point, t: float, length: float,
                 tolerance: float) -> tuple[Point, int]:
    """(the point found, evaluations of `at`). `length` is the largest entry of the direction: a bracket
    in which no parameter moves by `tolerance` is small enough."""
    new, calls = at(t), 1
    before = start
    bracket = None
    while calls <= MOST:
        if _too_high(new, start) or (calls > 2 and new.loss >= before.loss):
            bracket = [before, new]
        elif abs(new.slope) <= -CURVATURE * start.slope:
            return new, calls
        elif new.slope >= 0:
            bracket = [before, new]
        if bracket:
            break
        step = cubic_minimum(before, new, new.t + 0.01 * (new.t - before.t), 10 * new.t)
        before, new = new, at(step)
        calls += 1
    return _zoom(at, start, bracket or [start, new], calls, length, tolerance)


def _too_high(p: Point, start: Point) -> bool:
    return p.loss > start.loss + SUFFICIENT * p.t * start.slope


def _zoom(at: Callable[[float], Point], start: Point, bracket: list[Point], calls: int, length: float,
          tolerance: float) -> tuple[Point, int]:
    low, high = sorted(bracket, key=lambda p: p.loss)       # stable: the earlier of equals
    stuck = False
    while calls <= MOST and abs(high.t - low.t) * length >= tolerance:
        least, most = min(low.t, high.t), max(low.t, high.t)
        t = cubic_minimum(low, high, least, most)
        margin = 0.1 * (most - least)
        near_end = min(most - t, t - least) < margin
        if near_end and (stuck or not least < t < most):
            t = most - margin if abs(t - most) < abs(t - least) else least + margin
            stuck = False
        else:
            stuck = near_end
        new = at(t)
        calls += 1
        if _too_high(new, start) or new.loss >= low.loss:
            high = new
        else:
            if abs(new.slope) <= -CURVATURE * start.slope:
                return new, calls
            if new.slope * (high.t - low.t) >= 0:
                high = low
            low = new
    return low, calls
