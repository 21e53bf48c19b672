"""MobileNetV2 (Sandler et al., 2018): pictures (N, 3, H, W) go in, scores (N, classes) come out."""

from __future__ import annotations

from typing import Any

from retrograd import nn
from retrograd.tensors.tensor import Tensor
from retrograd.vision.models.weights import refuse

__all__ = ["InvertedResidual", "MobileNetV2", "mobilenet_v2"]

# expansion, channels, blocks, stride of the first
_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
           (6, 320, 1, 1))


def _rounded(channels: float, divisor: int = 8) -> int:
    """To the nearest multiple, but not below nine tenths."""
    near = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * channels else near


def _block(before: int, after: int, size: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(before, after, size, stride, (size - 1) // 2, groups=groups, bias=False),
                         nn.BatchNorm2d(after), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    """Wide, 3 x 3 by channel, narrow again without activation; a shortcut where the shapes agree."""

    def __init__(self, inp: int, oup: int, stride: int, expand_ratio: int) -> None:
        super().__init__()
        wide = round(inp * expand_ratio)
        self.use_res_connect = stride == 1 and inp == oup
        self.conv = nn.Sequential(*([_block(inp, wide, 1)] if expand_ratio != 1 else []),
                                  _block(wide, wide, 3, stride, wide),
                                  nn.Conv2d(wide, oup, 1, bias=False), nn.BatchNorm2d(oup))

    def forward(self, x: Tensor) -> Tensor:
        """x + f(x), or f(x)."""
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    """A stem, 17 inverted residuals, a 1 x 1 convolution (`features`), the mean, dropout and `classifier`."""

    def __init__(self, num_classes: int = 1000, width_mult: float = 1.0, dropout: float = 0.2) -> None:
        super().__init__()
        before, last = _rounded(32 * width_mult), _rounded(1280 * max(1.0, width_mult))
        layers: list[nn.Module] = [_block(3, before, stride=2)]
        for expansion, channels, blocks, stride in _STAGES:
            after = _rounded(channels * width_mult)
            for k in range(blocks):
                layers.append(InvertedResidual(before, after, stride if k == 0 else 1, expansion))
                before = after
        self.last_channel = last
        self.features = nn.Sequential(*layers, _block(before, last, 1))
        self.classifier = nn.Sequential(nn.Dropout(p=dropout), nn.Linear(last, num_classes))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out")
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.zeros_(m.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, num_classes)."""
        return self.classifier(self.features(x).mean((2, 3)))  # type: ignore[no-any-return]


def mobilenet_v2(*, weights: Any = None, progress: bool = True, **more: Any) -> MobileNetV2:
    """`MobileNetV2(**more)`; `weights` must be None."""
    refuse("mobilenet_v2", weights, more)
    return MobileNetV2(**more)
