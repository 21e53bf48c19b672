"""Gradient check of a trained model: backpropagation against finite differences, one verdict a parameter."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import retrograd as rg

CORRECT, SUSPICIOUS = 1e-7, 1e-4  # relative errors below are correct, below suspicious, the rest wrong
DIRECTIONS, ENTRIES = 3, 5
STEPS = tuple(4e-3 / 4**k for k in range(7))
KINK = 1e-9  # the least jump of a slope that counts as a kink: a smaller one cannot move a verdict


@dataclass(frozen=True)
class Verdict:
    """The largest relative error found in one parameter."""

    name: str
    shape: tuple[int, ...]
    error: float

    @property
    def word(self) -> str:
        if self.error < CORRECT:
            return "correct"
        return "suspicious" if self.error < SUSPICIOUS else "wrong"


def check(model: rg.nn.Module, inputs: np.ndarray, targets: np.ndarray, losses: Callable, *,
          seed: int = 0) -> list[Verdict]:
    """Compare in float64, on a copy of the model, along random directions and along the largest entries.

    A random direction feels an error in any entry, the largest entries are those that steer the training.
    The relative error is |numeric - backward| / (|numeric| + |backward|). `losses(outputs, targets)` gives
    one loss a row; their mean is differentiated. In evaluation mode a row's loss depends on that row alone.
    """
    twin = copy.deepcopy(model).double().eval()
    goals = targets.astype(np.float64) if targets.dtype.kind == "f" else targets
    x, y = rg.from_numpy(inputs.astype(np.float64)), rg.from_numpy(goals)
    random = np.random.default_rng(seed)

    def rows() -> rg.Tensor:
        return losses(twin(x), y).reshape(len(inputs), -1).mean(1)

    return [Verdict(name, tuple(parameter.shape), worst(parameter, rows, random))
            for name, parameter in twin.named_parameters()]


def worst(parameter: rg.Tensor, losses: Callable[[], rg.Tensor], random: np.random.Generator) -> float:
    """The largest relative error over all probes of one parameter, which is left as it was."""
    origin = np.array(parameter.detach().numpy())

    def at(offset: np.ndarray | float) -> np.ndarray:
        with rg.no_grad():
            parameter.copy_(rg.from_numpy(origin + offset))
            return np.array(losses().numpy())

    def backward(kept: np.ndarray) -> np.ndarray:
        parameter.grad = None
        (losses() * rg.from_numpy(kept / len(kept))).sum().backward()
        assert parameter.grad is not None
        return np.array(parameter.grad.numpy())

    here, errors = at(0.0), [0.0]
    # Where both sides are below what float64 resolves in losses of this size, there is nothing to compare.
    floor = 1e-11 * max(1.0, float(np.abs(here).mean()))
    whole = backward(np.ones(len(here)))
    for direction in probes(whole, random):
        ahead, behind = (np.stack([at(side * h * direction) for h in STEPS]) for side in (1, -1))
        at(0.0)
        slope, smooth = slopes(ahead - here, behind - here)
        gradient = whole if smooth.all() else backward(smooth.astype(np.float64))
        claimed, numeric = float((gradient * direction).sum()), float((slope * smooth).mean())
        size = abs(numeric) + abs(claimed)
        errors.append(abs(numeric - claimed) / size if size > floor else 0.0)
    return max(errors)


def probes(gradient: np.ndarray, random: np.random.Generator) -> list[np.ndarray]:
    """Directions of length one: random ones, then the axes of the largest entries."""
    directions = [random.standard_normal(gradient.shape) for _ in range(DIRECTIONS)]
    directions = [d / np.linalg.norm(d) for d in directions]
    for entry in np.argsort(-np.abs(gradient), axis=None)[:ENTRIES]:
        axis = np.zeros(gradient.shape)
        axis.flat[entry] = 1.0
        directions.append(axis)
    return directions


def slopes(ahead: np.ndarray, behind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The derivative of each row's loss, and whether it has one, from its changes at +-STEPS: (steps, rows).

    Central differences at two neighbouring steps combined leave an error of step**4. Large steps suffer from
    curvature and kinks (ReLU, pooling), small ones from rounding: for each row that estimate is taken which
    agrees best with its neighbour. A row that sits on a kink, as among many some row does, has no derivative
    to compare: there the sum of the two changes falls with the step, elsewhere with its square. The gradient
    under test has no say in any of this.
    """
    steps = np.array(STEPS)[:, None]
    central, bend = (ahead - behind) / (2 * steps), (ahead + behind) / steps
    refined = (16 * central[1:] - central[:-1]) / 15
    best = np.abs(np.diff(refined, axis=0)).argmin(0) + 1
    row = np.arange(len(best))
    jump = np.abs(bend[1:] - bend[:-1] / 4)
    return refined[best, row], jump[best, row] < KINK
