"""`torch.optim.lr_scheduler`: learning rates as functions of the epoch."""

from importlib import import_module

from retrograd.optim.lr_scheduler.base import LRScheduler
from retrograd.optim.lr_scheduler.combined import ChainedScheduler, SequentialLR
from retrograd.optim.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from retrograd.optim.lr_scheduler.cycles import CyclicLR, OneCycleLR
from retrograd.optim.lr_scheduler.decay import (
    ExponentialLR,
    LambdaLR,
    MultiplicativeLR,
    MultiStepLR,
    StepLR,
)
from retrograd.optim.lr_scheduler.plateau import ReduceLROnPlateau
from retrograd.optim.lr_scheduler.ramps import ConstantLR, LinearLR, PolynomialLR

_LRScheduler = LRScheduler

__all__ = [
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "MultiplicativeLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]


def __getattr__(name: str) -> object:
    raise import_module("retrograd.missing").attribute_error("optim.lr_scheduler", name, globals())
