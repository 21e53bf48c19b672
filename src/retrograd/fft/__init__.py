"""`torch.fft`: Fourier transforms under PyTorch's module name.

>>> import retrograd as rg
>>> rg.fft.rfft(rg.ones(4)).real
tensor([4., 0., 0.])
"""

from __future__ import annotations

from typing import Any

from retrograd.functional.fourier import (
    fft,
    fft2,
    fftfreq,
    fftn,
    fftshift,
    hfft,
    hfft2,
    hfftn,
    ifft,
    ifft2,
    ifftn,
    ifftshift,
    ihfft,
    ihfft2,
    ihfftn,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftfreq,
    rfftn,
)
from retrograd.functional.into import install
from retrograd.missing import attribute_error

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn",
    "ifftshift", "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq",
    "rfftn",
]

install(globals(), "fft")


def __getattr__(name: str) -> Any:
    raise attribute_error("fft", name, __all__)
