"""`torchvision.transforms.functional`: a picture and numbers go in, the changed picture comes out.

Pictures are as in `transforms`: arrays (H, W) or (H, W, C), Pillow's images, or tensors (..., C, H, W).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.functional import affine_grid, conv2d, grid_sample
from retrograd.functional import pad as reflect
from retrograd.tensors.create import from_numpy
from retrograd.tensors.tensor import Tensor
from retrograd.vision import transforms as _t
from retrograd.vision.transforms import InterpolationMode

__all__ = ["InterpolationMode", "adjust_brightness", "adjust_contrast", "adjust_hue", "adjust_saturation",
           "affine", "center_crop", "convert_image_dtype", "crop", "erase",
           "gaussian_blur", "get_dimensions", "get_image_size", "hflip",
           "normalize", "pad", "pil_to_tensor", "resize", "resized_crop", "rgb_to_grayscale", "rotate",
           "to_grayscale", "to_pil_image", "to_tensor", "vflip"]


def to_tensor(pic: Any) -> Tensor:
    """`ToTensor()(pic)`."""
    return _t.ToTensor()(pic)


def pil_to_tensor(pic: Any) -> Tensor:
    """`PILToTensor()(pic)`."""
    return _t.PILToTensor()(pic)


def to_pil_image(pic: Any, mode: str | None = None) -> Any:
    """`ToPILImage(mode)(pic)`; needs Pillow."""
    return _t.ToPILImage(mode)(pic)


def convert_image_dtype(image: Tensor, dtype: Any) -> Tensor:
    """`ConvertImageDtype(dtype)(image)`."""
    return _t.ConvertImageDtype(dtype)(image)


def normalize(tensor: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """(tensor - mean) / std by channel."""
    return _t.Normalize(mean, std, inplace)(tensor)


def get_dimensions(img: Any) -> list[int]:
    """[channels, height, width].

    >>> get_dimensions(np.zeros((4, 6, 3)))
    [3, 4, 6]
    """
    if isinstance(img, Tensor):
        return [1 if img.ndim == 2 else img.shape[-3], *img.shape[-2:]]
    pixels = np.asarray(img)
    return [1 if pixels.ndim == 2 else pixels.shape[2], *pixels.shape[:2]]


def get_image_size(img: Any) -> list[int]:
    """[width, height].

    >>> get_image_size(np.zeros((4, 6, 3)))
    [6, 4]
    """
    return get_dimensions(img)[:0:-1]


def resize(img: Any, size: Any, interpolation: Any = InterpolationMode.BILINEAR, max_size: int | None = None,
           antialias: bool = True) -> Any:
    """`Resize(size, ...)(img)`."""
    return _t.Resize(size, interpolation, max_size, antialias)(img)


def pad(img: Any, padding: Any, fill: float = 0, padding_mode: str = "constant") -> Any:
    """`Pad(padding, ...)(img)`."""
    return _t.Pad(list(padding) if isinstance(padding, tuple) else padding, fill, padding_mode)(img)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The window of that height and width; what lies outside the picture is 0.

    >>> crop(np.arange(6).reshape(2, 3), 0, 1, 2, 2)
    array([[1, 2],
           [4, 5]])
    """
    _, rows, columns = get_dimensions(img)
    more = [max(-left, 0), max(-top, 0), max(left + width - columns, 0), max(top + height - rows, 0)]
    if any(more):
        img = _t.Pad(more)(img)
    return _t._cut(img, top + more[1], left + more[0], height, width)


def center_crop(img: Any, output_size: Any) -> Any:
    """`CenterCrop(output_size)(img)`."""
    return _t.CenterCrop(output_size)(img)


def resized_crop(img: Any, top: int, left: int, height: int, width: int, size: Any,
                 interpolation: Any = InterpolationMode.BILINEAR, antialias: bool = True) -> Any:
    """`crop`, then `resize`."""
    return resize(crop(img, top, left, height, width), size, interpolation, antialias=antialias)


def hflip(img: Any) -> Any:
    """Left and right change places."""
    return _t._flipped(img, 1)


def vflip(img: Any) -> Any:
    """Top and bottom change places."""
    return _t._flipped(img, 0)


def rgb_to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """`Grayscale(num_output_channels)(img)`."""
    return _t.Grayscale(num_output_channels)(img)


to_grayscale = rgb_to_grayscale


def _blend(img: Any, other: Any, factor: float) -> Any:
    """factor * img + (1 - factor) * other within the picture's range, of the picture's type."""
    if factor < 0:
        raise ValueError(f"the factor ({factor}) is not non-negative.")
    if isinstance(img, Tensor):
        top = 1.0 if img.is_floating_point() else 255.0
        return (factor * img + (1.0 - factor) * other).clamp(0, top).to(img.dtype)
    pixels = np.asarray(img)
    made = np.clip(factor * pixels.astype(np.float64) + (1 - factor) * other, 0, 255)
    return made.astype(pixels.dtype)


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """Blended with black: 0 is black, 1 the picture, 2 twice as bright.

    >>> adjust_brightness(np.full((1, 2), 100, np.uint8), 1.5)
    array([[150, 150]], dtype=uint8)
    """
    return _blend(img, 0.0, brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """Blended with the mean of its grey picture."""
    grey = img if get_dimensions(img)[0] == 1 else rgb_to_grayscale(img)
    if isinstance(img, Tensor):
        grey = grey if grey.is_floating_point() else grey.float()
        return _blend(img, grey.mean((-3, -2, -1), keepdim=True), contrast_factor)
    return _blend(img, np.floor(np.mean(np.asarray(grey)) + 0.5), contrast_factor)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """Blended with its grey picture."""
    return img if get_dimensions(img)[0] == 1 else _blend(img, rgb_to_grayscale(img, 3), saturation_factor)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """The colours turned by `hue_factor` (-0.5 to 0.5) of their circle; grey pictures as they are.

    >>> adjust_hue(np.array([[[255, 0, 0]]], np.uint8), 1 / 3)
    array([[[  0, 255,   0]]], dtype=uint8)
    """
    if not -0.5 <= hue_factor <= 0.5:
        raise ValueError(f"hue_factor ({hue_factor}) is not in [-0.5, 0.5].")
    if get_dimensions(img)[0] != 3:
        return img
    if isinstance(img, Tensor):
        top = 1.0 if img.is_floating_point() else 255.0
        turned = _turned(np.moveaxis(img.detach().numpy(), -3, -1) / top, hue_factor) * top
        made = from_numpy(np.ascontiguousarray(np.moveaxis(turned, -1, -3)))
        return (made if img.is_floating_point() else made.round()).to(img.dtype)
    pixels = np.asarray(img)
    return np.rint(_turned(pixels / 255.0, hue_factor) * 255).astype(pixels.dtype)


def _turned(rgb: np.ndarray, by: float) -> np.ndarray:
    """(..., 3) in [0, 1]: value and spread of the three stay, the hue moves on (the hexagon of HSV)."""
    value, least = rgb.max(-1), rgb.min(-1)
    spread = value - least
    safe = np.where(spread == 0, 1, spread)
    red, green, blue = np.moveaxis(rgb, -1, 0)
    hue = np.where(value == red, (green - blue) / safe,
                   np.where(value == green, 2 + (blue - red) / safe, 4 + (red - green) / safe)) / 6 + by
    sector = (np.array([5, 3, 1]) + 6 * (hue % 1)[..., None]) % 6
    return value[..., None] - spread[..., None] * np.clip(np.minimum(sector, 4 - sector), 0, 1)


def _warped(img: Any, inverse: np.ndarray, mode: Any, fill: float) -> Any:
    """The picture where output point p (pixels from the middle) is read at inverse @ (p, 1)."""
    if not isinstance(img, Tensor):
        pixels = np.asarray(img)
        planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        made = _warped(from_numpy(np.ascontiguousarray(planes)), inverse, mode, fill).numpy()
        return made[0] if pixels.ndim == 2 else made.transpose(1, 2, 0)
    batch = img.reshape(-1, *img.shape[-3:]).float() - fill
    rows, columns = img.shape[-2:]
    scale = np.array([columns / 2, rows / 2])
    theta = np.concatenate([inverse[:, :2] * scale, inverse[:, 2:]], 1) / scale[:, None]
    theta = np.broadcast_to(theta.astype(np.float32), (batch.shape[0], 2, 3))
    grid = affine_grid(from_numpy(np.ascontiguousarray(theta)), list(batch.shape), align_corners=False)
    made = grid_sample(batch, grid, mode=getattr(mode, "value", mode), padding_mode="zeros",
                       align_corners=False) + fill
    return (made if img.is_floating_point() else made.round()).to(img.dtype).reshape(img.shape)


def affine(img: Any, angle: float, translate: Sequence[float], scale: float, shear: Any,
           interpolation: Any = InterpolationMode.NEAREST, fill: float | None = None,
           center: Sequence[float] | None = None) -> Any:
    """Sheared (x, y) and turned clockwise by degrees, scaled, then moved by `translate` pixels."""
    across, down = shear if isinstance(shear, (tuple, list)) else (shear, 0.0)
    turn, sx, sy = (math.radians(v) for v in (angle, across, down))
    skew = np.array([[math.cos(turn - sy) / math.cos(sy),
                      -math.cos(turn - sy) * math.tan(sx) / math.cos(sy) - math.sin(turn)],
                     [math.sin(turn - sy) / math.cos(sy),
                      -math.sin(turn - sy) * math.tan(sx) / math.cos(sy) + math.cos(turn)]]) * scale
    back = np.linalg.inv(skew)
    width, height = get_image_size(img)
    middle = np.zeros(2) if center is None else np.asarray(center) - np.array([width, height]) / 2
    offset = middle - back @ (np.asarray(translate) + middle)
    return _warped(img, np.concatenate([back, offset[:, None]], 1), interpolation, fill or 0.0)


def rotate(img: Any, angle: float, interpolation: Any = InterpolationMode.NEAREST, expand: bool = False,
           center: Sequence[float] | None = None, fill: float | None = None) -> Any:
    """Turned anticlockwise by `angle` degrees about its middle, or `center` (x, y), at its size.

    >>> rotate(np.arange(4).reshape(2, 2), 90)
    array([[1, 3],
           [0, 2]])
    """
    if expand:
        raise ArgumentError("expand=True is not there", op="rotate", expected="a picture of the same size")
    return affine(img, -angle, (0, 0), 1.0, (0.0, 0.0), interpolation, fill, center)


def gaussian_blur(img: Any, kernel_size: Any, sigma: Any = None) -> Any:
    """Each channel convolved with a Gaussian (by default of width 0.15 k + 0.35), the borders mirrored."""
    if not isinstance(img, Tensor):
        pixels = np.asarray(img)
        planes = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        made = gaussian_blur(from_numpy(np.ascontiguousarray(planes)), kernel_size, sigma).numpy()
        return made[0] if pixels.ndim == 2 else made.transpose(1, 2, 0)
    across, down = _t._size(kernel_size)
    widths = list(sigma) if isinstance(sigma, (tuple, list)) else [sigma]
    kernels = []
    for k, width in zip((across, down), (widths[0], widths[-1])):
        width = k * 0.15 + 0.35 if width is None else width
        bell = np.exp(-0.5 * ((np.arange(k) - (k - 1) / 2) / width) ** 2)
        kernels.append((bell / bell.sum()).astype(np.float32))
    stack = img.reshape(-1, 1, *img.shape[-2:]).float()
    stack = reflect(stack, [across // 2, across // 2, down // 2, down // 2], mode="reflect")
    made = conv2d(stack, from_numpy(np.outer(kernels[1], kernels[0])[None, None]))
    return (made if img.is_floating_point() else made.round()).to(img.dtype).reshape(img.shape)


def erase(img: Tensor, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Tensor:
    """The tensor with v in its window of h rows from i and w columns from j."""
    img = img if inplace else img.clone()
    img[..., i:i + h, j:j + w] = v
    return img
