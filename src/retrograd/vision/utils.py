"""Pictures together, and in files: make_grid and save_image."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.interop.events import png
from retrograd.tensors.create import from_numpy
from retrograd.tensors.tensor import Tensor

__all__ = ["make_grid", "save_image"]


def make_grid(tensor: Any, nrow: int = 8, padding: int = 2, normalize: bool = False,
              value_range: tuple[float, float] | None = None, scale_each: bool = False,
              pad_value: float = 0.0) -> Tensor:
    """Pictures (n, C, H, W), or a list of (C, H, W), side by side: one tensor (3, H', W'), `nrow` in a row.

    >>> make_grid(from_numpy(np.zeros((3, 1, 4, 4), np.float32)), nrow=2, padding=1).shape
    retrograd.Size([3, 11, 11])
    """
    each = tensor if isinstance(tensor, Tensor) else None
    pixels = each.detach().numpy(force=True) if each is not None else \
        np.stack([np.asarray(x.detach().numpy(force=True)) for x in tensor])
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.ndim == 3:
        pixels = pixels[None]
    if pixels.shape[1] == 1:
        pixels = np.repeat(pixels, 3, 1)
    if normalize:
        parts = [_normal(p, value_range) for p in pixels] if scale_each else [*_normal(pixels, value_range)]
        pixels = np.stack(parts)
    if len(pixels) == 1:
        return from_numpy(np.array(pixels[0]))
    columns = min(nrow, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    height, width = pixels.shape[2] + padding, pixels.shape[3] + padding
    size = (pixels.shape[1], height * rows + padding, width * columns + padding)
    grid = np.full(size, pad_value, pixels.dtype)
    for k, picture in enumerate(pixels):
        y, x = k // columns * height + padding, k % columns * width + padding
        grid[:, y:y + pixels.shape[2], x:x + pixels.shape[3]] = picture
    return from_numpy(grid)


def _normal(pixels: np.ndarray, limits: tuple[float, float] | None) -> np.ndarray:
    low, high = limits if limits is not None else (float(pixels.min()), float(pixels.max()))
    return (np.clip(pixels, low, high) - low) / max(high - low, 1e-5)


def save_image(tensor: Any, fp: Any, format: str | None = None, **kwargs: Any) -> None:
    """Write make_grid(tensor, ...) as a PNG file; numbers are in [0, 1]."""
    name = str(fp) if isinstance(fp, (str, Path)) else ""
    kind = (format or Path(name).suffix.lstrip(".") or "png").lower()
    grid = make_grid(tensor, **kwargs).numpy()
    pixels = np.ascontiguousarray((grid * 255 + 0.5).clip(0, 255).astype(np.uint8).transpose(1, 2, 0))
    if kind == "png":
        content = png(pixels)
        if name:
            Path(name).write_bytes(content)
        else:
            fp.write(content)
        return
    try:
        from PIL import Image
    except ImportError as error:
        raise ArgumentError(f"the format is {kind!r}", op="save_image", expected="'png'",
                            fix="Name the file .png; other formats need Pillow.") from error
    Image.fromarray(pixels).save(fp, format=format)
