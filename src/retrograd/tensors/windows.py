"""Windows for pieces of signals: numbers that rise from the ends to 1 in the middle."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.dtype import as_dtype, default
from retrograd.base.errors import ArgumentError
from retrograd.graph.node import leaf
from retrograd.tensors.tensor import Tensor


def _window(name: str, length: int, periodic: bool, dtype: Any, requires_grad: bool,
            formula: Callable[[Any], Any]) -> Tensor:
    """formula of places from 0 to 1; a periodic window leaves out the last."""
    kind = default() if dtype is None else as_dtype(dtype)
    if length < 0 or not kind.is_floating_point:
        raise ArgumentError(f"window_length is {length}, dtype {kind.name}", op=name,
                            expected="a length of 0 or more, a floating-point dtype")
    steps = length if periodic else length - 1
    values = formula(np.arange(length) / steps) if length > 1 else np.ones(length)
    out = Tensor(leaf(np.asarray(values).astype(kind.np), kind))
    return out.requires_grad_() if requires_grad else out


def hann_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """(1 - cos(2 pi n)) / 2, n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _window("hann_window", window_length, periodic, dtype, requires_grad,
                   lambda n: 0.5 - 0.5 * np.cos(2 * math.pi * n))


def hamming_window(window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *,
                   dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
                   requires_grad: bool = False) -> Tensor:
    """alpha - beta cos(2 pi n), n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.hamming_window(2)
    tensor([0.0800, 1.0000])
    """
    return _window("hamming_window", window_length, periodic, dtype, requires_grad,
                   lambda n: alpha - beta * np.cos(2 * math.pi * n))


def blackman_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """0.42 - cos(2 pi n) / 2 + 0.08 cos(4 pi n), n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.blackman_window(2)[1]
    tensor(1.)
    """
    return _window("blackman_window", window_length, periodic, dtype, requires_grad,
                   lambda n: 0.42 - 0.5 * np.cos(2 * math.pi * n) + 0.08 * np.cos(4 * math.pi * n))


def bartlett_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """1 - |2 n - 1|, n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    return _window("bartlett_window", window_length, periodic, dtype, requires_grad,
                   lambda n: 1 - np.abs(2 * n - 1))


def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: Any = None,
                  layout: Any = None, device: Any = None, pin_memory: bool = False,
                  requires_grad: bool = False) -> Tensor:
    """I0(beta sqrt(1 - (2 n - 1)^2)) / I0(beta), n from 0 to 1, I0 the modified Bessel function.

    >>> import retrograd as rg
    >>> rg.kaiser_window(2, beta=0.0)
    tensor([1., 1.])
    """
    return _window("kaiser_window", window_length, periodic, dtype, requires_grad,
                   lambda n: np.i0(beta * np.sqrt(1 - (2 * n - 1) ** 2)) / np.i0(beta))
