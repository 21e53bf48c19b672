"""`torch.testing`: `assert_close` and `make_tensor`, under PyTorch's module name."""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import BOOL, FLOATING, as_dtype
from retrograd.functional.plane import view_as_complex
from retrograd.tensors.create import rand, randint
from retrograd.trust.close import assert_close

__all__ = ["assert_close", "make_tensor"]


def make_tensor(*shape: Any, dtype: Any, device: Any = None, low: float | None = None,
                high: float | None = None,
                requires_grad: bool = False, noncontiguous: bool = False, exclude_zero: bool = False,
                memory_format: Any = None) -> Any:
    """Random numbers on [low, high): by default [-9, 9), of uint8 [0, 9), of bool [0, 2).

    >>> import retrograd as rg
    >>> make_tensor(2, dtype=rg.int64, low=3, high=4)
    tensor([3, 3])
    """
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    d = as_dtype(dtype)
    least, top = (0, 2) if d.kind == BOOL else (0, 9) if d.name == "uint8" else (-9, 9)
    low, high = least if low is None else low, top if high is None else high
    if d.is_complex:
        parts = rand(*sizes, 2, dtype=d.to_real()) * (high - low) + low
        out = view_as_complex(parts)
    elif d.kind == FLOATING:
        out = rand(*sizes, dtype=d) * (high - low) + low
    else:
        out = randint(int(low), int(high), sizes).to(d)
    if exclude_zero:
        out = out + (out == 0).to(d)
    return out.requires_grad_() if requires_grad else out
