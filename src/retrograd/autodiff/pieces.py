"""Cotangents of slices of one value go in; its cotangent comes out: side by side, not padded and added.

What reads a sequence step by step (`unbind`, `split`, `chunk`, `x[t]`) hands back a cotangent for each step.
Padding each to the whole and adding them up takes time quadratic in the steps; pieces that do not overlap are
concatenated instead, with zeros where nobody read:

    pad(a) + pad(b) + pad(c)   ->   concat(a, b, zeros, c)

Where they lie is asked of shapes and parameters only, so each graph has its one answer however it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from retrograd.base.shape import Shape


class Piece(NamedTuple):
    """The parameters of a slice, its shape and its cotangent (a node, or what stands for one)."""

    params: tuple[Shape, Shape, Shape]
    shape: Shape
    g: Any


class Row(NamedTuple):
    """What lies side by side along an axis: for each part a piece, or the size of a gap."""

    axis: int
    parts: list[Any]


def rows(shape: Shape, pieces: Sequence[Piece]) -> list[Piece | Row]:
    """Pieces of a value of a shape, in rows as few as their overlaps allow; a piece alone stays one."""
    out: list[Piece | Row] = []
    along: dict[int, list[Piece]] = {}
    for p in pieces:
        axis = _axis(shape, p)
        if axis is None:
            out.append(p)
        else:
            along.setdefault(axis, []).append(p)
    for axis, found in along.items():
        layers: list[list[Piece]] = []
        for p in sorted(found, key=lambda p: p.params[0][axis]):
            fits = next((y for y in layers if _end(y[-1], axis) <= p.params[0][axis]), None)
            if fits is None:
                layers.append([p])
            else:
                fits.append(p)
        out += [layer[0] if len(layer) == 1 else _row(layer, axis, shape[axis]) for layer in layers]
    return out


def total(shape: Shape, pieces: Sequence[Piece], padded: Callable[[Piece], Any],
          side_by_side: Callable[[Row], Any], add: Callable[[Any, Any], Any]) -> Any:
    """The sum of all rows, in their order."""
    out = None
    for row in rows(shape, pieces):
        share = side_by_side(row) if row.__class__ is Row else padded(row)      # type: ignore[arg-type]
        out = share if out is None else add(out, share)
    return out


def _axis(shape: Shape, p: Piece) -> int | None:
    """The one axis along which a piece is a range of the whole, which it covers along the others."""
    narrow = [d for d, (n, m) in enumerate(zip(shape, p.shape)) if n != m]
    if len(narrow) != 1 or p.params[2][narrow[0]] != 1:
        return None
    return narrow[0]


def _end(p: Piece, axis: int) -> Any:
    return p.params[0][axis] + p.shape[axis]


def _row(layer: Sequence[Piece], axis: int, size: int) -> Row:
    parts: list[Piece | int] = []
    at = 0
    for p in layer:
        if p.params[0][axis] != at:
            parts.append(p.params[0][axis] - at)
        parts.append(p)
        at = _end(p, axis)
    if at != size:
        parts.append(size - at)
    return Row(axis, parts)
