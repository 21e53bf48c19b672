"""What a builder is asked for beside its network: weights, which are not fetched."""

from __future__ import annotations

from enum import Enum
from typing import Any

from retrograd.base.errors import MissingAttributeError, MissingError

_FIX = ("Build the network with weights=None and load a file of its weights:\n"
        "model.load_state_dict(retrograd.load(path)) .")


def refuse(name: str, weights: Any, more: dict[str, Any]) -> None:
    """Raise if `weights`, or the older `pretrained`, asks for any; takes `pretrained` out of `more`."""
    if weights is not None or more.pop("pretrained", False):
        raise MissingError("weights are not fetched from the network", op=f"models.{name}",
                           got=f"weights={getattr(weights, 'name', weights)!r}", fix=_FIX)


def __getattr__(name: str) -> Any:
    """`ResNet18_Weights` and the like: names to pass, which the builder then refuses."""
    if name.endswith("_Weights"):
        return Enum(name, {"DEFAULT": "DEFAULT", "IMAGENET1K_V1": "IMAGENET1K_V1",
                           "IMAGENET1K_V2": "IMAGENET1K_V2"}, module=__name__)
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"torchvision.models.{name} is not implemented yet",
                                fix="There are resnet, vgg, alexnet and mobilenet_v2; others: plain nn code.")
