"""Spectra of pieces of a signal, and the signal back from them: stft and istft."""

from __future__ import annotations

import warnings
from typing import Any

from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.modes import modes
from retrograd.engine.evaluate import evaluate
from retrograd.functional import fourier
from retrograd.functional.arranging import windows as pieces
from retrograd.functional.door import Tensor, need_tensor, wrap
from retrograd.functional.elementwise import div, mul, square
from retrograd.functional.padding import pad
from retrograd.functional.plane import view_as_real
from retrograd.functional.shape import expand, narrow, reshape, transpose
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops.window import fold_p

LEAST = 1e-11       # of the squares of windows that meet in one place: PyTorch's


def _window(window: Any, x: Node, n_fft: int, win_length: int, op: str) -> Tensor:
    """Of n_fft numbers: the window in the middle, zeros around it."""
    if not 0 < win_length <= n_fft:
        raise ArgumentError(f"win_length is {win_length}", op=op,
                            expected=f"0 < win_length <= {n_fft}, n_fft")
    if window is None:
        warnings.warn(f"{op}: no window was given, so all of a piece counts alike and frequencies leak into "
                      "each other: pass rg.hann_window(n_fft), or rg.ones(n_fft) if that is meant",
                      UserWarning, stacklevel=4)
        w = lin.full(1, (win_length,), x.dtype.to_real())
    else:
        w = need_tensor(window, op, "window")
        if w.shape != (win_length,):
            raise ShapeError(f"window is {w.shape}", op=op, expected=f"({win_length},), win_length numbers")
    left = (n_fft - win_length) // 2
    return pad(wrap(w), (left, n_fft - win_length - left))  # type: ignore[no-any-return]


def stft(input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
         window: Any = None, center: bool = True, pad_mode: str = "reflect", normalized: bool = False,
         onesided: bool | None = None, return_complex: bool | None = None,
         align_to_window: bool | None = None) -> Tensor:
    """Short-time Fourier transform of a signal (L) or (B, L): X[..., f, t] =
    sum_k window[k] input[..., t hop_length + k] exp(-2 pi i f k / n_fft).

    A window of win_length (n_fft) numbers stands in the middle of n_fft; hop_length is n_fft // 4. `center`
    pads n_fft // 2 on both sides as `pad_mode` says, so that piece t is about t hop_length; without it
    `align_to_window` lets the first window, not the zeros before it, begin where the signal does.
    `normalized` divides by the root of n_fft. Of a real signal and window the first n_fft // 2 + 1
    frequencies are given (`onesided`). Derivative: through `pad`, `unfold` and `fft`. Raises ArgumentError,
    ShapeError, DTypeError. Source: Griffin and Lim, IEEE Trans. ASSP 32(2), 1984.

    >>> import retrograd as rg
    >>> x = rg.sin(rg.arange(64) * (2 * rg.pi / 8))
    >>> X = rg.stft(x, 16, window=rg.hann_window(16), return_complex=True)
    >>> X.shape, X.abs()[:, 8].argmax()      # 2 of 16: a period of 8
    (retrograd.Size([9, 17]), tensor(2))
    """
    op = "stft"
    x = need_tensor(input, op)
    if not x.dtype.smooth:
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="floating-point or complex numbers")
    if x.ndim not in (1, 2):
        raise ShapeError(f"input is {x.shape}", op=op, expected="(L) or (B, L)")
    if center and align_to_window is not None:
        raise ArgumentError(f"align_to_window is {align_to_window} with center=True", op=op,
                            expected="align_to_window with center=False only")
    hop = n_fft // 4 if hop_length is None else hop_length
    length = n_fft if win_length is None else win_length
    signal: Any = input
    if center:
        shape = (1,) * (3 - x.ndim) + x.shape
        signal = pad(reshape(signal, shape), (n_fft // 2, n_fft // 2), pad_mode)
        signal = reshape(signal, (*x.shape[:-1], signal.shape[-1]))
    elif align_to_window:
        left = (n_fft - length) // 2
        signal = pad(signal, (left, n_fft - length - left))
    if not 0 < n_fft <= signal.shape[-1]:
        raise ArgumentError(f"n_fft is {n_fft}, the signal has {signal.shape[-1]} numbers", op=op,
                            expected=f"0 < n_fft <= {signal.shape[-1]}")
    if hop <= 0:
        raise ArgumentError(f"hop_length is {hop}", op=op, expected="hop_length > 0")
    w = _window(window, x, n_fft, length, op)
    real = not (x.dtype.is_complex or w.node.dtype.is_complex)
    half = real if onesided is None else onesided
    if half and not real:
        raise ArgumentError("onesided=True of a complex signal or window", op=op, expected="onesided=False",
                            fix="Only the spectrum of real numbers is given by its half.")
    if return_complex is None:
        if real:
            raise ArgumentError("return_complex is not given for a real signal", op=op,
                                expected="return_complex=True",
                                fix="view_as_real of the result gives (..., 2) numbers.")
        return_complex = True
    frames = mul(pieces(signal, -1, n_fft, hop), w)
    spectrum = (fourier.rfft if half else fourier.fft)(frames, norm="ortho" if normalized else None)
    out = transpose(spectrum, -1, -2)
    return out if return_complex else view_as_real(out)     # type: ignore[no-any-return]


def istft(input: Any, n_fft: int, hop_length: int | None = None, win_length: int | None = None,
          window: Any = None, center: bool = True, normalized: bool = False, onesided: bool | None = None,
          length: int | None = None, return_complex: bool = False) -> Tensor:
    """The signal, (L) or (B, L), whose `stft` with these arguments is nearest to input (F, T) or (B, F, T) in
    the least squares: the pieces times the window, added where they overlap, over the sum of the windows'
    squares.

    `length`: that many numbers, cut or filled up with zeros. Derivative: linear in the input, a quotient in
    the window. Raises ArgumentError where windows leave a place uncovered, ShapeError, DTypeError.
    Source: Griffin and Lim, IEEE Trans. ASSP 32(2), 1984.

    >>> import retrograd as rg
    >>> x, w = rg.tensor([1.0, -2.0, 3.0, 0.5, 4.0, -1.0, 2.0, 0.0]), rg.ones(4)
    >>> rg.istft(rg.stft(x, 4, window=w, return_complex=True), 4, window=w).round(decimals=3)
    tensor([ 1.0000, -2.0000,  3.0000,  0.5000,  4.0000, -1.0000,  2.0000,  0.0000])
    """
    op = "istft"
    x = need_tensor(input, op)
    if not x.dtype.is_complex:
        raise DTypeError(f"input is {x.dtype.name}", op=op, expected="complex numbers, as stft gives",
                         fix="Join real and imaginary parts with view_as_complex.")
    if x.ndim not in (2, 3) or 0 in x.shape:
        raise ShapeError(f"input is {x.shape}", op=op, expected="(F, T) or (B, F, T), none of them 0")
    frequencies, count = x.shape[-2:]
    half = frequencies != n_fft if onesided is None else onesided
    wanted = n_fft // 2 + 1 if half else n_fft
    if frequencies != wanted:
        raise ShapeError(f"input has {frequencies} frequencies", op=op,
                         expected=f"{wanted} for n_fft={n_fft} and onesided={half}")
    if half and return_complex:
        raise ArgumentError("return_complex=True of half a spectrum", op=op,
                            expected="onesided=False with it")
    hop = n_fft // 4 if hop_length is None else hop_length
    win_length = n_fft if win_length is None else win_length
    w = _window(window, x, n_fft, win_length, op)
    if not 0 < hop <= win_length:
        raise ArgumentError(f"hop_length is {hop}", op=op,
                            expected=f"0 < hop_length <= {win_length}, win_length")
    spectrum = transpose(input, -1, -2)
    norm = "ortho" if normalized else None
    frames = fourier.ifft(spectrum, norm=norm) if return_complex else \
        fourier.irfft(spectrum, n_fft, norm=norm)       # which reads the first half only
    total = n_fft + hop * (count - 1)
    signal = _added(mul(frames, w), total, hop)
    covered = _added(expand(square(w), count, n_fft), total, hop)
    start = n_fft // 2 if center else 0
    end = min(start + length, total) if length is not None else total - start
    signal, covered = (narrow(v, -1, start, max(end - start, 0)) for v in (signal, covered))
    if modes.capture is None:           # a compiled function does not look: it would divide by nothing
        evaluate([covered.node])
        least = abs(covered.node.value).min(initial=1.0)
        if least < LEAST:
            raise ArgumentError(f"windows add up to {least:.1e} somewhere: nothing is known of that place",
                                op=op, expected="windows that overlap everywhere",
                                fix="Use a smaller hop_length, center=True, or another window.")
    out = div(signal, covered)
    missing = 0 if length is None else length - (end - start)
    if missing > 0:
        warnings.warn(f"istft: the spectrum tells of {end - start} numbers only: {missing} zeros follow",
                      UserWarning, stacklevel=2)
        out = pad(out, (0, missing))
    return out      # type: ignore[no-any-return]


def _added(frames: Any, total: int, hop: int) -> Tensor:
    """(..., T, n) into (..., total): piece t from t hop on."""
    return wrap(bind(fold_p, (frames.node,), ((total,), (hop,), (1,))))
