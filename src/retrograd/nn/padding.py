"""Padding as modules: with a constant, by reflection, by the border, around the other side."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.base.errors import ShapeError
from retrograd.nn.module import Module
from retrograd.tensors.tensor import Tensor


class _Pad(Module):
    """Padding of the last `sides` dimensions; one count serves all sides."""

    sides: int
    mode: str

    def __init__(self, padding: Any) -> None:
        super().__init__()
        self.padding = (padding,) * (2 * self.sides) if isinstance(padding, int) else tuple(padding)

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border."""
        if self.mode == "circular" and input.ndim not in (self.sides + 1, self.sides + 2):
            raise ShapeError(f"input is {tuple(input.shape)}", op=type(self).__name__,
                             expected=f"{self.sides + 1} or {self.sides + 2} dimensions")
        return F.pad(input, self.padding, self.mode)

    def extra_repr(self) -> str:
        """The counts."""
        return f"{self.padding}"


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Any, value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        """The input with a border of the value."""
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        """The counts and the value."""
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    def __init__(self, padding: Any) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        """The counts."""
        return f"{self.padding}"


def _kind(name: str, base: type, sides: int, mode: str, doc: str) -> type:
    rest = "" if base is not _ConstantPad else ", 1.5"
    shape = ", ".join(["1", "1", *["4"] * sides])
    example = f"""{doc}

    >>> import retrograd as torch
    >>> tuple(torch.nn.{name}(1{rest})(torch.ones({shape})).shape)
    {(1, 1, *(6,) * sides)}
    """
    return type(name, (base,), {"__doc__": example, "__module__": __name__, "__qualname__": name,
                                "sides": sides,
                                "mode": mode})


_ZERO, _CONSTANT = "Zeros around the last {} dimension(s).", "A constant around the last {} dimension(s)."
_REFLECT = "The input mirrored around the last {} dimension(s), without the border itself."
_REPLICATE = "The border repeated around the last {} dimension(s)."
_CIRCULAR = "The other side continued around the last {} dimension(s)."
ZeroPad1d, ZeroPad2d, ZeroPad3d = (
    _kind(f"ZeroPad{n}d", _ZeroPad, n, "constant", _ZERO.format(n)) for n in (1, 2, 3))
ConstantPad1d, ConstantPad2d, ConstantPad3d = (
    _kind(f"ConstantPad{n}d", _ConstantPad, n, "constant", _CONSTANT.format(n)) for n in (1, 2, 3))
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = (
    _kind(f"ReflectionPad{n}d", _Pad, n, "reflect", _REFLECT.format(n)) for n in (1, 2, 3))
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = (
    _kind(f"ReplicationPad{n}d", _Pad, n, "replicate", _REPLICATE.format(n)) for n in (1, 2, 3))
CircularPad1d, CircularPad2d, CircularPad3d = (
    _kind(f"CircularPad{n}d", _Pad, n, "circular", _CIRCULAR.format(n)) for n in (1, 2, 3))
