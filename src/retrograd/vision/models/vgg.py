"""VGG (Simonyan and Zisserman, 2014) and AlexNet (Krizhevsky et al., 2012): pictures to scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd import nn
from retrograd.tensors.tensor import Tensor
from retrograd.vision.models.weights import refuse

__all__ = ["VGG", "AlexNet", "alexnet", "vgg11", "vgg11_bn", "vgg13", "vgg13_bn", "vgg16", "vgg16_bn", 
           "vgg19", "vgg19_bn"]

_WIDTHS = (64, 128, 256, 512, 512)
_DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


class VGG(nn.Module):
    """`features`, pooled to 7 x 7, then three linear layers with dropout between them (`classifier`)."""

    def __init__(self, features: nn.Module, num_classes: int = 1000, init_weights: bool = True,
                 dropout: float = 0.5) -> None:
        super().__init__()
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(512 * 7 * 7, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, 4096), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(4096, num_classes))
        for m in self.modules() if init_weights else ():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, num_classes)."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))  # type: ignore[no-any-return]


def _features(depth: int, norm: bool) -> nn.Sequential:
    layers: list[nn.Module] = []
    before = 3
    for width, repeats in zip(_WIDTHS, _DEPTHS[depth]):
        for _ in range(repeats):
            layers += [nn.Conv2d(before, width, 3, padding=1), *([nn.BatchNorm2d(width)] if norm else []),
                       nn.ReLU(inplace=True)]
            before = width
        layers.append(nn.MaxPool2d(2, 2))
    return nn.Sequential(*layers)


def _builder(depth: int, norm: bool) -> Callable[..., VGG]:
    name = f"vgg{depth}" + "_bn" * norm

    def build(*, weights: Any = None, progress: bool = True, **more: Any) -> VGG:
        refuse(name, weights, more)
        return VGG(_features(depth, norm), **more)
    build.__name__ = build.__qualname__ = name
    build.__doc__ = f"VGG of {depth} layers{', with batch norm' * norm}. `weights` must be None."
    return build


vgg11, vgg13, vgg16, vgg19 = (_builder(depth, False) for depth in _DEPTHS)
vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn = (_builder(depth, True) for depth in _DEPTHS)


class AlexNet(nn.Module):
    """Five convolutions (`features`), pooled to 6 x 6, then three linear layers (`classifier`)."""

    def __init__(self, num_classes: int = 1000, dropout: float = 0.5) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
            nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=dropout), nn.Linear(256 * 6 * 6, 4096), nn.ReLU(inplace=True),
            nn.Dropout(p=dropout), nn.Linear(4096, 4096), nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) to (N, num_classes)."""
        return self.classifier(self.avgpool(self.features(x)).flatten(1))  # type: ignore[no-any-return]


def alexnet(*, weights: Any = None, progress: bool = True, **more: Any) -> AlexNet:
    """`AlexNet(**more)`; `weights` must be None."""
    refuse("alexnet", weights, more)
    return AlexNet(**more)
