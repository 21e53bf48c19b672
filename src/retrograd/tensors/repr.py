"""How a tensor prints: PyTorch's layout, and for large tensors a line of statistics instead of
corners alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from retrograd.base.dtype import bool_, default, int64
from retrograd.graph.node import LEAF, TRACKED
from retrograd.tensors.made_by import GradFn
from retrograd.tensors.tensor import Tensor


@dataclass
class PrintOptions:
    """What set_printoptions sets."""

    precision: int = 4
    threshold: int = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


options = PrintOptions()


def set_printoptions(precision: int | None = None, threshold: float | None = None,
                     edgeitems: int | None = None, linewidth: int | None = None,
                     profile: str | None = None, sci_mode: bool | None = None) -> None:
    """Set how tensors print; profile 'default', 'short' or 'full' sets several at once."""
    if profile is not None:
        presets = {"default": (4, 1000, 3), "short": (2, 1000, 2), "full": (4, math.inf, 3)}
        options.precision, limit, options.edgeitems = presets[profile]
        options.threshold = limit                               # type: ignore[assignment]
        options.linewidth = 80
    for name, value in (("precision", precision), ("threshold", threshold), ("edgeitems", edgeitems),
                        ("linewidth", linewidth), ("sci_mode", sci_mode)):
        if value is not None:
            setattr(options, name, value)


class _ComplexFormatter:
    """Both parts, each in the notation that fits it."""

    def __init__(self, values: Any) -> None:
        self.real, self.imag = _Formatter(values.real), _Formatter(values.imag)
        self.width = self.real.width + self.imag.width + 1

    def __call__(self, v: Any) -> str:
        imag = self.imag(v.imag).lstrip() + "j"
        return self.real(v.real) + ("" if imag[0] in "+-" else "+") + imag


class _Formatter:
    """The width and notation that fit all the numbers shown: PyTorch's rules."""

    def __init__(self, values: Any) -> None:
        self.floating = values.dtype.kind == "f"
        self.integral, self.scientific, self.width = True, False, 1
        if not self.floating:
            self.width = max((len(str(v)) for v in values.tolist()), default=1)
            return
        finite = values[np.isfinite(values) & (values != 0)].astype(np.float64)
        if finite.size:
            low, high = np.abs(finite).min(), np.abs(finite).max()
            self.integral = bool((finite == np.ceil(finite)).all())
            self.scientific = bool(high / low > 1000 or high > 1e8 or low < 1e-4)
        if options.sci_mode is not None:
            self.scientific = options.sci_mode
        self.width = max((len(self.one(v)) for v in finite.tolist()), default=1)

    def one(self, v: Any) -> str:
        if not self.floating:
            return str(v)
        if self.scientific:
            return f"{v:{self.width}.{options.precision}e}"
        if not self.integral:
            return f"{v:.{options.precision}f}"
        return f"{v:.0f}" + ("." if math.isfinite(v) else "")

    def __call__(self, v: Any) -> str:
        return self.one(v).rjust(self.width)


def _edges(a: Any) -> Any:
    """The corners that are shown of a large array, as one flat array."""
    k = options.edgeitems
    for axis in range(a.ndim):
        if a.shape[axis] > 2 * k:
            a = np.concatenate([np.take(a, range(k), axis),
                                np.take(a, range(a.shape[axis] - k, a.shape[axis]), axis)], axis)
    return a.reshape(-1)


def _body(a: Any, fmt: _Formatter | _ComplexFormatter, indent: int, short: bool) -> str:
    k = options.edgeitems
    if a.ndim == 0:
        return fmt(a.item())
    cut = short and a.shape[0] > 2 * k
    rows = [*range(k), None, *range(a.shape[0] - k, a.shape[0])] if cut else list(range(a.shape[0]))
    if a.ndim == 1:
        items = [fmt(a[i].item()) if i is not None else " ..." for i in rows]
        per_line = max(1, (options.linewidth - indent) // (fmt.width + 2))
        lines = [", ".join(items[i:i + per_line]) for i in range(0, len(items), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = [_body(a[i], fmt, indent + 1, short) if i is not None else "..." for i in rows]
    between = "," + "\n" * (a.ndim - 1) + " " * (indent + 1)
    return "[" + between.join(parts) + "]"


def statistics(a: Any) -> str:
    """'mean=..., std=..., min=..., max=...' and the counts of nan and inf, of a floating-point array."""
    v = a.astype(np.float64)
    good = v[np.isfinite(v)]
    parts = [f"{name}={fn(good):.4g}" for name, fn in (("mean", np.mean), ("std", np.std), ("min", np.min),
                                                       ("max", np.max))] if good.size else []
    for name, count in (("nan", np.isnan(v).sum()), ("inf", np.isinf(v).sum())):
        if count:
            parts.append(f"{name}={int(count)}")
    return ", ".join(parts)


def to_text(self: Tensor, *, tensor_contents: Any = None) -> str:
    """tensor(...) with values, and dtype, size, grad_fn where they say something."""
    n = self.node
    a = self._value()
    if n.dtype.name == "bfloat16":
        a = a.astype(np.float32)
    short = a.size > options.threshold
    fmt = (_ComplexFormatter if n.dtype.is_complex else _Formatter)(_edges(a) if short else a.reshape(-1))
    notes = []
    if a.size == 0:
        body = "[]"
        if a.ndim != 1:
            notes.append(f"size={tuple(n.shape)}")
    else:
        body = _body(a, fmt, len("tensor("), short)
    usual = default(), default().to_complex(), int64, bool_
    if n.dtype not in usual or (a.size == 0 and n.dtype is not default()):
        notes.append(f"dtype={n.dtype}")
    if short:
        notes.append(f"size={tuple(n.shape)}")
        if n.dtype.is_floating_point:
            notes.append(statistics(a))
    if n.rg == TRACKED:
        notes.append(f"grad_fn=<{GradFn(n).name()}>")
    elif n.rg == LEAF:
        notes.append("requires_grad=True")
    return with_notes(f"tensor({body}", notes, len("tensor("), short) + ")"


def with_notes(text: str, notes: list[str], indent: int, newline: bool) -> str:
    """Notes after the numbers, each on a line of its own where it would not fit."""
    used = len(text) - text.rfind("\n") + 1
    for note in notes:
        if newline or used + len(note) + 2 > options.linewidth:
            text += ",\n" + " " * indent + note
            used, newline = indent + len(note), False
        else:
            text += ", " + note
            used += len(note) + 2
    return text
