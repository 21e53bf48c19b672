"""Windows under the names that `retrograd` itself has for them: `periodic` is not `sym` of signal.windows."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.signal import windows
from retrograd.tensors.tensor import Tensor


def _sized(name: str, window_length: int) -> int:
    if window_length < 0:
        raise ArgumentError(f"window_length is {window_length}", op=name, expected="0 or more")
    return window_length


def hann_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """(1 - cos(2 pi n)) / 2, n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.hann_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    M = _sized("hann_window", window_length)
    return windows.hann(M, sym=not periodic, dtype=dtype, requires_grad=requires_grad)


def hamming_window(window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *,
                   dtype: Any = None, layout: Any = None, device: Any = None, pin_memory: bool = False,
                   requires_grad: bool = False) -> Tensor:
    """alpha - beta cos(2 pi n), n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.hamming_window(2)
    tensor([0.0800, 1.0000])
    """
    M = _sized("hamming_window", window_length)
    return windows.general_cosine(M, a=(alpha, beta), sym=not periodic, dtype=dtype,
                                  requires_grad=requires_grad)


def blackman_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """0.42 - cos(2 pi n) / 2 + 0.08 cos(4 pi n), n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.blackman_window(2)[1]
    tensor(1.)
    """
    M = _sized("blackman_window", window_length)
    return windows.blackman(M, sym=not periodic, dtype=dtype, requires_grad=requires_grad)


def bartlett_window(window_length: int, periodic: bool = True, *, dtype: Any = None, layout: Any = None,
                    device: Any = None, pin_memory: bool = False, requires_grad: bool = False) -> Tensor:
    """1 - |2 n - 1|, n from 0 to 1.

    >>> import retrograd as rg
    >>> rg.bartlett_window(4)
    tensor([0.0000, 0.5000, 1.0000, 0.5000])
    """
    M = _sized("bartlett_window", window_length)
    return windows.bartlett(M, sym=not periodic, dtype=dtype, requires_grad=requires_grad)


def kaiser_window(window_length: int, periodic: bool = True, beta: float = 12.0, *, dtype: Any = None,
                  layout: Any = None, device: Any = None, pin_memory: bool = False,
                  requires_grad: bool = False) -> Tensor:
    """I0(beta sqrt(1 - (2 n - 1)^2)) / I0(beta), n from 0 to 1, I0 the modified Bessel function.

    >>> import retrograd as rg
    >>> rg.kaiser_window(2, beta=0.0)
    tensor([1., 1.])
    """
    M = _sized("kaiser_window", window_length)
    return windows.kaiser(M, beta=beta, sym=not periodic, dtype=dtype, requires_grad=requires_grad)
