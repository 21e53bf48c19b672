"""Transforms: a picture goes in, as an array (H, W) or (H, W, C), Pillow's image or a tensor (..., C, H, W);
a picture of the same kind comes out, or by ToTensor a tensor."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.functional import interpolate
from retrograd.nn.module import Module
from retrograd.tensors.create import from_numpy, rand, randint
from retrograd.tensors.tensor import Tensor

__all__ = ["CenterCrop", "Compose", "ConvertImageDtype", "Grayscale", "InterpolationMode", "Lambda",
           "Normalize", "Pad", "PILToTensor", "RandomApply", "RandomChoice", "RandomCrop",
           "RandomHorizontalFlip", "RandomVerticalFlip", "Resize", "ToPILImage", "ToTensor", "opened"]
# Those of varying strength are loaded when they are first asked for.
_RANDOM = ("ColorJitter", "GaussianBlur", "RandomAffine", "RandomErasing", "RandomGrayscale",
           "RandomResizedCrop", "RandomRotation")


def __getattr__(name: str) -> Any:
    if name == "functional":
        return import_module("retrograd.vision.functional")
    if name in _RANDOM:
        return getattr(import_module("retrograd.vision.varied"), name)
    raise AttributeError(f"module 'retrograd.vision.transforms' has no attribute {name!r}", name=name)


class InterpolationMode(Enum):
    """How values between pixels are found."""

    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


def opened(path: str) -> np.ndarray:
    """The picture in a file as an RGB array; needs Pillow."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("Reading pictures needs Pillow:  pip install pillow") from error
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _array(picture: Any) -> np.ndarray:
    """What is no tensor, as an array."""
    return picture if isinstance(picture, np.ndarray) else np.asarray(picture)


def _axes(picture: Any) -> tuple[int, int]:
    """The axes of height and width."""
    if isinstance(picture, Tensor):
        return picture.ndim - 2, picture.ndim - 1
    return 0, 1


def _size(size: Any) -> tuple[int, int]:
    return (int(size), int(size)) if isinstance(size, int) else \
        (int(size[0]), int(size[0])) if len(size) == 1 else (int(size[0]), int(size[1]))


def _cut(picture: Any, top: int, left: int, height: int, width: int) -> Any:
    if not isinstance(picture, Tensor):
        return _array(picture)[top:top + height, left:left + width]
    return picture[..., top:top + height, left:left + width]


def _flipped(picture: Any, axis: int) -> Any:
    at = _axes(picture)[axis]
    if isinstance(picture, Tensor):
        return picture.flip(at)
    return np.ascontiguousarray(np.flip(_array(picture), at))


class Compose:
    """One transform after another.

    >>> Compose([abs, float])(-1)
    1.0
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def __call__(self, picture: Any) -> Any:
        for transform in self.transforms:
            picture = transform(picture)
        return picture

    def __repr__(self) -> str:
        inner = "".join(f"\n    {transform!r}" for transform in self.transforms)
        return f"{type(self).__name__}({inner}\n)"


class _Shown:
    """A transform that is shown by its options."""

    def __repr__(self) -> str:
        options = ", ".join(f"{k}={v!r}" for k, v in vars(self).items()
                            if not k.startswith("_") and k != "training")
        return f"{type(self).__name__}({options})"


class _Transform(_Shown, Module):
    """A transform that is a module, as in torchvision, so that nn.Sequential takes it."""


class ToTensor(_Shown):
    """An array or Pillow's image (H, W, C) to a float tensor (C, H, W); uint8 is divided by 255."""

    def __call__(self, picture: Any) -> Tensor:
        if isinstance(picture, Tensor):
            raise TypeError(f"pic should be PIL Image or ndarray. Got {type(picture)}")
        pixels = _array(picture)
        if pixels.ndim not in (2, 3):
            raise ValueError(f"pic should be 2/3 dimensional. Got {pixels.ndim} dimensions.")
        channels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        if channels.dtype == np.uint8:
            return from_numpy(channels.astype(np.float32) / np.float32(255))
        if channels.dtype == np.bool_:
            return from_numpy(channels.astype(np.float32))
        return from_numpy(np.array(channels))


class PILToTensor(_Shown):
    """An array or Pillow's image (H, W, C) to a tensor (C, H, W) of the same numbers."""

    def __call__(self, picture: Any) -> Tensor:
        pixels = _array(picture)
        return from_numpy(np.array(pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)))


class ToPILImage(_Shown):
    """A tensor (C, H, W), floats in [0, 1] or bytes, or an array (H, W, C) to Pillow's image."""

    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, picture: Any) -> Any:
        try:
            from PIL import Image
        except ImportError as error:
            raise ImportError("Pillow's images need Pillow:  pip install pillow") from error
        if isinstance(picture, Tensor):
            if picture.is_floating_point() and self.mode != "F":
                picture = (picture * 255).byte()
            picture = picture.detach().numpy()
            picture = picture if picture.ndim == 2 else picture.transpose(1, 2, 0)
        pixels = picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture
        image = Image.fromarray(np.ascontiguousarray(pixels))
        return image if self.mode in (None, image.mode) else image.convert(self.mode)


class ConvertImageDtype(_Transform):
    """A tensor in another dtype, bytes and floats scaled between 255 and 1."""

    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, picture: Tensor) -> Tensor:
        if self.dtype.is_floating_point == picture.is_floating_point():
            return picture.to(self.dtype)
        if self.dtype.is_floating_point:
            return picture.to(self.dtype) / float(np.iinfo(picture.dtype.np).max)
        return (picture * (np.iinfo(self.dtype.np).max + 1.0 - 1e-3)).to(self.dtype)


class Normalize(_Transform):
    """(x - mean) / std for each channel of a float tensor (..., C, H, W).

    >>> Normalize((0.5,), (0.25,))(from_numpy(np.ones((1, 1, 2), np.float32)))
    tensor([[[2., 2.]]])
    """

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace
        if not np.all(np.asarray(std)):
            raise ValueError(f"std evaluated to zero, leading to division by zero: {std}")

    def forward(self, picture: Tensor) -> Tensor:
        if not isinstance(picture, Tensor):
            raise TypeError(f"img should be Tensor Image. Got {type(picture)}")
        if not picture.is_floating_point():
            raise TypeError(f"Input tensor should be a float tensor. Got {picture.dtype}.")
        mean, std = (np.asarray(v, picture.dtype.np).reshape(-1, 1, 1) for v in (self.mean, self.std))
        if not picture.requires_grad and not self.inplace:
            return from_numpy((picture.numpy() - mean) / std)
        result = (picture - from_numpy(mean)) / from_numpy(std)
        return picture.copy_(result) if self.inplace else result


class Lambda(_Shown):
    """A function as a transform."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Argument lambd should be callable, got {type(lambd).__name__!r}")
        self.lambd = lambd

    def __call__(self, picture: Any) -> Any:
        return self.lambd(picture)


class Resize(_Transform):
    """To (height, width), or the smaller side to `size`: bilinear, averaging where it shrinks (antialias)."""

    def __init__(self, size: Any, interpolation: Any = "bilinear", max_size: int | None = None,
                 antialias: bool = True) -> None:
        super().__init__()
        self.size, self.interpolation, self.antialias = size, interpolation, antialias
        if max_size is not None:
            raise ArgumentError("max_size is not there", op="Resize", expected="size alone")

    def forward(self, picture: Any) -> Any:
        height, width = (picture.shape[axis] for axis in _axes(picture)) if hasattr(picture, "shape") else \
            _array(picture).shape[:2]
        wanted = _size(self.size)
        if isinstance(self.size, int):
            short = min(height, width)
            wanted = (self.size * height // short, self.size * width // short)
        if isinstance(picture, Tensor):
            batch = picture if picture.ndim == 4 else picture.reshape(-1, *picture.shape[-3:])
            mode = getattr(self.interpolation, "value", self.interpolation)
            more = {} if mode in ("nearest", "nearest-exact") else {"antialias": self.antialias,
                                                                    "align_corners": False}
            made = interpolate(batch.float(), wanted, mode=mode, **more)
            return made.reshape(*picture.shape[:-2], *wanted)
        return _resized(_array(picture), wanted)


def _resized(pixels: np.ndarray, wanted: tuple[int, int]) -> np.ndarray:
    """An array by two products: each axis with its matrix of triangular weights."""
    made = pixels.astype(np.float64)
    for axis in (0, 1):
        made = np.moveaxis(np.tensordot(_weights(pixels.shape[axis], wanted[axis]), made, (1, axis)), 0, axis)
    if pixels.dtype.kind in "ui":
        limits = np.iinfo(pixels.dtype)
        made = np.clip(np.rint(made), limits.min, limits.max)
    return made.astype(pixels.dtype)


def _weights(old: int, new: int) -> np.ndarray:
    """(new, old): the triangle filter of Pillow's bilinear resizing, wide where it shrinks; rows add to 1."""
    scale = old / new
    reach = max(scale, 1.0)
    centre = (np.arange(new)[:, None] + 0.5) * scale
    weights = np.maximum(0, 1 - np.abs((np.arange(old)[None] + 0.5 - centre) / reach))
    return weights / weights.sum(1, keepdims=True)


class Pad(_Transform):
    """Pad by a number, (left and right, top and bottom), or (left, top, right, bottom), with `fill`."""

    def __init__(self, padding: Any, fill: float = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode
        if padding_mode not in ("constant", "edge", "reflect", "symmetric"):
            raise ArgumentError(f"padding_mode is {padding_mode!r}", op="Pad",
                                expected="'constant', 'edge', 'reflect' or 'symmetric'")

    def forward(self, picture: Any) -> Any:
        p = self.padding
        left, top, right, bottom = (p,) * 4 if isinstance(p, int) else (*p, *p) if len(p) == 2 else p
        pixels = picture.numpy() if isinstance(picture, Tensor) else _array(picture)
        width = [(0, 0)] * pixels.ndim
        width[_axes(picture)[0]], width[_axes(picture)[1]] = (top, bottom), (left, right)
        more = {"constant_values": self.fill} if self.padding_mode == "constant" else {}
        padded = np.pad(pixels, width, mode=self.padding_mode, **more)  # type: ignore[call-overload]
        return from_numpy(padded) if isinstance(picture, Tensor) else padded


class CenterCrop(_Transform):
    """The middle (height, width) of a picture, which is padded with zeros where it is smaller."""

    def __init__(self, size: Any) -> None:
        super().__init__()
        self.size = _size(size)

    def forward(self, picture: Any) -> Any:
        picture = picture if isinstance(picture, Tensor) else _array(picture)
        height, width = (picture.shape[axis] for axis in _axes(picture))
        (rows, columns), short = self.size, (max(self.size[0] - height, 0), max(self.size[1] - width, 0))
        if any(short):
            picture = Pad((short[1] // 2, short[0] // 2, (short[1] + 1) // 2, (short[0] + 1) // 2))(picture)
            height, width = height + short[0], width + short[1]
        return _cut(picture, round((height - rows) / 2), round((width - columns) / 2), rows, columns)


class RandomCrop(_Transform):
    """A (height, width) somewhere in a picture, padded before if asked."""

    def __init__(self, size: Any, padding: Any = None, pad_if_needed: bool = False, fill: float = 0,
                 padding_mode: str = "constant") -> None:
        super().__init__()
        self.size, self.padding, self.pad_if_needed = _size(size), padding, pad_if_needed
        self.fill, self.padding_mode = fill, padding_mode

    def forward(self, picture: Any) -> Any:
        picture = picture if isinstance(picture, Tensor) else _array(picture)
        if self.padding is not None:
            picture = Pad(self.padding, self.fill, self.padding_mode)(picture)
        rows, columns = self.size
        height, width = (picture.shape[axis] for axis in _axes(picture))
        if self.pad_if_needed and (height < rows or width < columns):
            more = (max(columns - width, 0), max(rows - height, 0))
            picture = Pad(more, self.fill, self.padding_mode)(picture)
            height, width = (picture.shape[axis] for axis in _axes(picture))
        if height < rows or width < columns:
            raise ValueError(f"Required crop size {self.size} is larger than input image size "
                             f"{(height, width)}")
        top, left = (int(randint(0, n + 1, (1,)).item()) for n in (height - rows, width - columns))
        return _cut(picture, top, left, rows, columns)


class RandomHorizontalFlip(_Transform):
    """Left and right change places with probability p.

    >>> RandomHorizontalFlip(1.0)(np.array([[1, 2]]))
    array([[2, 1]])
    """

    _axis = 1

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, picture: Any) -> Any:
        return _flipped(picture, self._axis) if rand(1).item() < self.p else picture


class RandomVerticalFlip(RandomHorizontalFlip):
    """Top and bottom change places with probability p."""

    _axis = 0


class Grayscale(_Transform):
    """0.299 red + 0.587 green + 0.114 blue, in one channel or three equal ones."""

    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.num_output_channels = num_output_channels

    def forward(self, picture: Any) -> Any:
        weights = np.array([0.2989, 0.587, 0.114])
        if isinstance(picture, Tensor):
            grey = np.tensordot(weights, np.moveaxis(picture.numpy(), -3, 0), 1)[..., None, :, :]
            return from_numpy(np.repeat(grey, self.num_output_channels, -3).astype(picture.dtype.np))
        pixels = _array(picture)
        grey = pixels if pixels.ndim == 2 else np.rint(pixels[..., :3] @ weights).astype(pixels.dtype)
        n = self.num_output_channels
        return grey if n == 1 else np.repeat(grey[..., None], n, 2)


class RandomApply(Compose):
    """All of the transforms with probability p, else none."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        super().__init__(transforms)
        self.p = p

    def __call__(self, picture: Any) -> Any:
        return super().__call__(picture) if rand(1).item() < self.p else picture


class RandomChoice(Compose):
    """One of the transforms, each as likely as the others."""

    def __call__(self, picture: Any) -> Any:
        return self.transforms[math.floor(rand(1).item() * len(self.transforms))](picture)
