"""Windows for pieces of signals: M numbers by their places n. `sym=False` leaves out the last of M + 1, so
that windows in a row have a period of M.

Sources: F. J. Harris, Proc. IEEE 66(1), 1978; A. H. Nuttall, IEEE Trans. ASSP 29(1), 1981.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from retrograd.base.dtype import as_dtype, default
from retrograd.base.errors import ArgumentError
from retrograd.graph.node import leaf
from retrograd.tensors.tensor import Tensor

__all__ = ["bartlett", "blackman", "cosine", "exponential", "gaussian", "general_cosine", "general_hamming",
           "hamming", "hann", "kaiser", "nuttall"]


def _window(name: str, M: int, sym: bool, dtype: Any, requires_grad: bool,
            formula: Callable[[Any, int], Any], alone: float = 1.0) -> Tensor:
    """formula(n, last) at n = 0, 1, ..., M - 1 of a window that ends at n = last; `alone` if M is 1."""
    kind = default() if dtype is None else as_dtype(dtype)
    if M < 0 or not kind.is_floating_point:
        raise ArgumentError(f"M is {M}, dtype {kind.name}", op=f"signal.windows.{name}",
                            expected="M of 0 or more, a floating-point dtype")
    last = M - 1 if sym else M
    values = np.full(M, alone) if M < 2 else formula(np.arange(M), last)
    out = Tensor(leaf(np.asarray(values).astype(kind.np), kind))
    return out.requires_grad_() if requires_grad else out


def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, dtype: Any = None, layout: Any = None,
                   device: Any = None, requires_grad: bool = False) -> Tensor:
    """sum_k (-1)^k a[k] cos(2 pi k n / (M - 1)).

    >>> import retrograd as rg
    >>> rg.signal.windows.general_cosine(3, a=[0.5, 0.5])
    tensor([0., 1., 0.])
    """
    weights = list(a)
    if not weights:
        raise ArgumentError("a is empty", op="signal.windows.general_cosine", expected="at least one number")
    return _window("general_cosine", M, sym, dtype, requires_grad, lambda n, last: sum(
        (-1) ** k * w * np.cos(2 * math.pi * k * n / last) for k, w in enumerate(weights)))


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, dtype: Any = None, layout: Any = None,
                    device: Any = None, requires_grad: bool = False) -> Tensor:
    """alpha - (1 - alpha) cos(2 pi n / (M - 1)).

    >>> import retrograd as rg
    >>> rg.signal.windows.general_hamming(3, alpha=0.5)
    tensor([0., 1., 0.])
    """
    return general_cosine(M, a=(alpha, 1 - alpha), sym=sym, dtype=dtype, requires_grad=requires_grad)


def hamming(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
            requires_grad: bool = False) -> Tensor:
    """0.54 - 0.46 cos(2 pi n / (M - 1)).

    >>> import retrograd as rg
    >>> rg.signal.windows.hamming(3)
    tensor([0.0800, 1.0000, 0.0800])
    """
    return general_hamming(M, sym=sym, dtype=dtype, requires_grad=requires_grad)


def hann(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
         requires_grad: bool = False) -> Tensor:
    """(1 - cos(2 pi n / (M - 1))) / 2.

    >>> import retrograd as rg
    >>> rg.signal.windows.hann(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    return general_hamming(M, alpha=0.5, sym=sym, dtype=dtype, requires_grad=requires_grad)


def blackman(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """0.42 - cos(2 pi n / (M - 1)) / 2 + 0.08 cos(4 pi n / (M - 1)).

    >>> import retrograd as rg
    >>> rg.signal.windows.blackman(3)[1]
    tensor(1.)
    """
    return general_cosine(M, a=(0.42, 0.5, 0.08), sym=sym, dtype=dtype, requires_grad=requires_grad)


def nuttall(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
            requires_grad: bool = False) -> Tensor:
    """The general cosine window of 0.3635819, 0.4891775, 0.1365995, 0.0106411.

    >>> import retrograd as rg
    >>> rg.signal.windows.nuttall(3)[1]
    tensor(1.)
    """
    return general_cosine(M, a=(0.3635819, 0.4891775, 0.1365995, 0.0106411), sym=sym, dtype=dtype,
                          requires_grad=requires_grad)


def bartlett(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
             requires_grad: bool = False) -> Tensor:
    """1 - |2 n / (M - 1) - 1|.

    >>> import retrograd as rg
    >>> rg.signal.windows.bartlett(5)
    tensor([0.0000, 0.5000, 1.0000, 0.5000, 0.0000])
    """
    return _window("bartlett", M, sym, dtype, requires_grad, lambda n, last: 1 - np.abs(2 * n / last - 1))


def cosine(M: int, *, sym: bool = True, dtype: Any = None, layout: Any = None, device: Any = None,
           requires_grad: bool = False) -> Tensor:
    """sin(pi (n + 1/2) / M).

    >>> import retrograd as rg
    >>> rg.signal.windows.cosine(3)
    tensor([0.5000, 1.0000, 0.5000])
    """
    return _window("cosine", M, sym, dtype, requires_grad,
                   lambda n, last: np.sin(math.pi * (n + 0.5) / (last + 1)))


def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, dtype: Any = None,
                layout: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """exp(-|n - center| / tau); center is the middle, and where `sym` nothing else.

    >>> import retrograd as rg
    >>> rg.signal.windows.exponential(3)
    tensor([0.3679, 1.0000, 0.3679])
    """
    if tau <= 0 or (sym and center is not None):
        raise ArgumentError(f"tau is {tau}, center {center}, sym {sym}", op="signal.windows.exponential",
                            expected="tau > 0, and center=None of a symmetric window")
    return _window("exponential", M, sym, dtype, requires_grad, lambda n, last: np.exp(
        -np.abs(n - (last / 2 if center is None else center)) / tau), math.exp(-abs(center or 0) / tau))


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, dtype: Any = None, layout: Any = None,
             device: Any = None, requires_grad: bool = False) -> Tensor:
    """exp(-((n - (M - 1) / 2) / std)^2 / 2).

    >>> import retrograd as rg
    >>> rg.signal.windows.gaussian(3)
    tensor([0.6065, 1.0000, 0.6065])
    """
    if std <= 0:
        raise ArgumentError(f"std is {std}", op="signal.windows.gaussian", expected="std > 0")
    return _window("gaussian", M, sym, dtype, requires_grad,
                   lambda n, last: np.exp(-0.5 * ((n - last / 2) / std) ** 2))


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, dtype: Any = None, layout: Any = None,
           device: Any = None, requires_grad: bool = False) -> Tensor:
    """I0(beta sqrt(1 - (2 n / (M - 1) - 1)^2)) / I0(beta), I0 the modified Bessel function.

    >>> import retrograd as rg
    >>> rg.signal.windows.kaiser(3, beta=0.0)
    tensor([1., 1., 1.])
    """
    if beta < 0:
        raise ArgumentError(f"beta is {beta}", op="signal.windows.kaiser", expected="beta >= 0")
    return _window("kaiser", M, sym, dtype, requires_grad, lambda n, last: np.i0(
        beta * np.sqrt(np.maximum(0, 1 - (2 * n / last - 1) ** 2))) / np.i0(beta))
