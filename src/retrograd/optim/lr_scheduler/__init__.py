"""`torch.optim.lr_scheduler`: learning rates as functions of the epoch."""

from importlib import import_module

from retrograd.optim.lr_scheduler.base import LRScheduler
from retrograd.optim.lr_scheduler.cosine import CosineAnnealingLR
from retrograd.optim.lr_scheduler.decay import ExponentialLR, LambdaLR, MultiStepLR, StepLR
from retrograd.optim.lr_scheduler.plateau import ReduceLROnPlateau

_LRScheduler = LRScheduler

__all__ = [
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "MultiStepLR",
    "ReduceLROnPlateau",
    "StepLR",
]


def __getattr__(name: str) -> object:
    raise import_module("retrograd.missing").attribute_error("optim.lr_scheduler", name, globals())
