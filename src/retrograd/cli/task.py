"""What a command trains on: arrays split into training and test, and the words that describe them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

import retrograd as rg


@dataclass(frozen=True)
class Split:
    """Inputs and targets, row for row; targets are int64 classes, or float32 numbers of shape (N, 1)."""

    inputs: np.ndarray
    targets: np.ndarray

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Task:
    """One learning problem. `reading` is what `predict` needs to read new input the same way (JSON)."""

    name: str
    classes: tuple[str, ...]  # empty: regression
    train: Split
    test: Split
    facts: list[tuple[str, str]]
    reading: dict
    noun: str = "row"
    mean: float = 0.0  # of a regression target, as is `std`: the network learns (target - mean) / std
    std: float = 1.0
    notes: list[str] = field(default_factory=list)

    @property
    def classifies(self) -> bool:
        return bool(self.classes)


@dataclass(frozen=True)
class Recipe:
    """How a network is trained."""

    epochs: int
    batch: int
    lr: float
    seed: int
    smoothing: float = 0.0  # of the labels: that share is taken from the true class and dealt out to all
    weight_decay: float = 0.0


def criterion(task: Task, smoothing: float = 0.0, reduction: str = "mean") -> rg.nn.Module:
    """The loss that belongs to the task."""
    if task.classifies:
        return rg.nn.CrossEntropyLoss(label_smoothing=smoothing, reduction=reduction)
    return rg.nn.MSELoss(reduction=reduction)


def least_loss(task: Task, recipe: Recipe) -> float:
    """The loss of a perfect network: with smoothed labels the entropy of the label, else nothing."""
    if not recipe.smoothing or not task.classifies:
        return 0.0
    rest = recipe.smoothing / len(task.classes)
    true = 1 - recipe.smoothing + rest
    return -true * math.log(true) - (len(task.classes) - 1) * rest * math.log(rest)
