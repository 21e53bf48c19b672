"""Transforms of varying strength: a picture goes in; the same kind of picture, turned, cut or tinted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from retrograd.tensors.create import rand, randn, randperm
from retrograd.tensors.tensor import Tensor
from retrograd.vision import functional as F
from retrograd.vision.transforms import Grayscale, InterpolationMode, _size, _Transform

__all__ = ["ColorJitter", "GaussianBlur", "RandomAffine", "RandomErasing", "RandomGrayscale",
           "RandomResizedCrop", "RandomRotation"]


def _between(low: float, high: float) -> float:
    return low + (high - low) * float(rand(1).item())


def _range(value: Any, centre: float, name: str, least: float = 0.0) -> tuple[float, float] | None:
    """(low, high) of a half width about `centre`, or of a pair; None where nothing varies."""
    if isinstance(value, (int, float)):
        if value < 0:
            raise ValueError(f"If {name} is a single number, it must be non negative.")
        low, high = max(centre - value, least), centre + value
    else:
        low, high = (float(v) for v in value)
    return None if low == high == centre else (low, high)


class RandomResizedCrop(_Transform):
    """A window of random area (a part of the picture's) and shape, resized to `size`."""

    def __init__(self, size: Any, scale: Sequence[float] = (0.08, 1.0),
                 ratio: Sequence[float] = (3 / 4, 4 / 3), interpolation: Any = InterpolationMode.BILINEAR,
                 antialias: bool = True) -> None:
        super().__init__()
        self.size, self.scale, self.ratio = _size(size), scale, ratio
        self.interpolation, self.antialias = interpolation, antialias

    def _window(self, picture: Any) -> tuple[int, int, int, int]:
        """(top, left, height, width)."""
        _, height, width = F.get_dimensions(picture)
        for _ in range(10):
            area = height * width * _between(*self.scale)
            shape = math.exp(_between(math.log(self.ratio[0]), math.log(self.ratio[1])))
            w, h = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
            if 0 < w <= width and 0 < h <= height:
                top, left = (int(_between(0, n + 1)) for n in (height - h, width - w))
                return top, left, h, w
        h, w = height, width
        if width / height < min(self.ratio):
            h = round(width / min(self.ratio))
        elif width / height > max(self.ratio):
            w = round(height * max(self.ratio))
        return (height - h) // 2, (width - w) // 2, h, w

    def forward(self, picture: Any) -> Any:
        return F.resized_crop(picture, *self._window(picture), self.size, self.interpolation, self.antialias)


class RandomRotation(_Transform):
    """Turned by an angle between -degrees and degrees, or within a pair."""

    def __init__(self, degrees: Any, interpolation: Any = InterpolationMode.NEAREST, expand: bool = False,
                 center: Sequence[float] | None = None, fill: float = 0) -> None:
        super().__init__()
        self.degrees = (-float(degrees), float(degrees)) if isinstance(degrees, (int, float)) else degrees
        self.interpolation, self.expand, self.center, self.fill = interpolation, expand, center, fill

    def forward(self, picture: Any) -> Any:
        return F.rotate(picture, _between(*self.degrees), self.interpolation, self.expand, self.center,
                        self.fill)


class RandomAffine(_Transform):
    """Turned, moved by parts of width and height, scaled and sheared, each within its range."""

    def __init__(self, degrees: Any, translate: Sequence[float] | None = None,
                 scale: Sequence[float] | None = None, shear: Any = None,
                 interpolation: Any = InterpolationMode.NEAREST, fill: float = 0,
                 center: Sequence[float] | None = None) -> None:
        super().__init__()
        self.degrees = (-float(degrees), float(degrees)) if isinstance(degrees, (int, float)) else degrees
        self.translate, self.scale = translate, scale
        self.shear = (-float(shear), float(shear)) if isinstance(shear, (int, float)) else shear
        self.interpolation, self.fill, self.center = interpolation, fill, center

    def forward(self, picture: Any) -> Any:
        size = F.get_image_size(picture)
        parts = self.translate or (0.0, 0.0)
        moved = [round(_between(-part * n, part * n)) for part, n in zip(parts, size)]
        across = _between(*self.shear[:2]) if self.shear else 0.0
        down = _between(*self.shear[2:]) if self.shear and len(self.shear) == 4 else 0.0
        return F.affine(picture, _between(*self.degrees), moved, _between(*self.scale) if self.scale else 1.0,
                        (across, down), self.interpolation, self.fill, self.center)


class ColorJitter(_Transform):
    """Brightness, contrast and saturation times a random factor each and the hue moved, in random order."""

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        super().__init__()
        self.brightness = _range(brightness, 1.0, "brightness")
        self.contrast = _range(contrast, 1.0, "contrast")
        self.saturation = _range(saturation, 1.0, "saturation")
        self.hue = _range(hue, 0.0, "hue", -0.5)

    def forward(self, picture: Any) -> Any:
        changes = ((F.adjust_brightness, self.brightness), (F.adjust_contrast, self.contrast),
                   (F.adjust_saturation, self.saturation), (F.adjust_hue, self.hue))
        for k in randperm(len(changes)).tolist():
            change, limits = changes[k]
            if limits is not None:
                picture = change(picture, _between(*limits))
        return picture


class GaussianBlur(_Transform):
    """`functional.gaussian_blur` with a width drawn from `sigma`."""

    def __init__(self, kernel_size: Any, sigma: Any = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = _size(kernel_size)
        self.sigma = (sigma, sigma) if isinstance(sigma, (int, float)) else sigma
        if any(k <= 0 or k % 2 == 0 for k in self.kernel_size):
            raise ValueError("Kernel size value should be an odd and positive number.")

    def forward(self, picture: Any) -> Any:
        return F.gaussian_blur(picture, self.kernel_size, _between(*self.sigma))


class RandomGrayscale(_Transform):
    """Grey, in as many channels as before, with probability p."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__()
        self.p = p

    def forward(self, picture: Any) -> Any:
        if rand(1).item() >= self.p:
            return picture
        return Grayscale(F.get_dimensions(picture)[0])(picture)


class RandomErasing(_Transform):
    """With probability p a window of a tensor (C, H, W) becomes `value`, or noise with value='random'."""

    def __init__(self, p: float = 0.5, scale: Sequence[float] = (0.02, 0.33),
                 ratio: Sequence[float] = (0.3, 3.3), value: Any = 0, inplace: bool = False) -> None:
        super().__init__()
        self.p, self.scale, self.ratio, self.value, self.inplace = p, scale, ratio, value, inplace

    def forward(self, picture: Tensor) -> Tensor:
        if rand(1).item() >= self.p:
            return picture
        channels, height, width = F.get_dimensions(picture)
        for _ in range(10):
            area = height * width * _between(*self.scale)
            shape = math.exp(_between(math.log(self.ratio[0]), math.log(self.ratio[1])))
            h, w = round(math.sqrt(area * shape)), round(math.sqrt(area / shape))
            if h < height and w < width:
                top, left = (int(_between(0, n + 1)) for n in (height - h, width - w))
                value = randn(channels, h, w) if self.value == "random" else self.value
                return F.erase(picture, top, left, h, w, value, self.inplace)
        return picture
