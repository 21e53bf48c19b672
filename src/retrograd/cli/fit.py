"""The training loop of the commands: minibatches, Adam, a cosine schedule; one record an epoch."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

import retrograd as rg
from retrograd.cli.task import Recipe, Split, Task, criterion
from retrograd.utils.data import DataLoader, TensorDataset


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training set measured while it went; accuracy is None for a regression."""

    number: int
    loss: float
    accuracy: float | None
    seconds: float


def fit(model: rg.nn.Module, task: Task, recipe: Recipe, report: Callable[[Epoch], None]) -> list[Epoch]:
    """Train the model in place and report each epoch as it ends; on a terminal a bar shows the way."""
    data = TensorDataset(rg.from_numpy(task.train.inputs), rg.from_numpy(task.train.targets))
    order = rg.Generator()
    order.manual_seed(recipe.seed)
    batches = DataLoader(data, batch_size=recipe.batch, shuffle=True, generator=order)
    loss_of = criterion(task, recipe.smoothing)
    optimizer = rg.optim.AdamW(model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    schedule = rg.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=recipe.epochs)
    epochs = []
    with progress(recipe.epochs * len(batches)) as bar:
        for number in range(1, recipe.epochs + 1):
            begin, total, right = time.perf_counter(), 0.0, 0
            model.train()
            for inputs, targets in batches:
                optimizer.zero_grad()
                outputs = model(inputs)
                loss = loss_of(outputs, targets)
                loss.backward()
                optimizer.step()
                total += loss.item() * len(inputs)
                if task.classifies:
                    right += int((outputs.detach().numpy().argmax(1) == targets.numpy()).sum())
                bar.update()
            schedule.step()
            accuracy = right / len(data) if task.classifies else None
            epochs.append(Epoch(number, total / len(data), accuracy, time.perf_counter() - begin))
            report(epochs[-1])
    return epochs


def progress(steps: int) -> tqdm:
    """A bar on standard error; nothing where standard error is no terminal."""
    shape = "  {percentage:3.0f} % {bar} {n_fmt}/{total_fmt} steps  {remaining} left"
    wide = min(80, shutil.get_terminal_size((80, 24)).columns)
    # nrows: a terminal that does not tell its height would get no bar
    return tqdm(total=steps, bar_format=shape, ncols=wide, nrows=24, leave=False,
                disable=not sys.stderr.isatty())


def outputs_of(model: rg.nn.Module, inputs: np.ndarray, *, batch: int = 512) -> np.ndarray:
    """What the network puts out, in evaluation mode and without recording gradients."""
    model.eval()
    with rg.no_grad():
        parts = [model(rg.from_numpy(inputs[k:k + batch])).numpy() for k in range(0, len(inputs), batch)]
    return np.concatenate(parts)


def probabilities(outputs: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, in float64."""
    shifted = np.exp(outputs.astype(np.float64) - outputs.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def measure(model: rg.nn.Module, task: Task, split: Split) -> dict[str, float]:
    """The figures of a data set: accuracy, or the error in the target's own unit and the share explained."""
    outputs = outputs_of(model, split.inputs)
    if task.classifies:
        wrong = int((outputs.argmax(1) != split.targets).sum())
        return {"rows": len(split), "wrong": wrong, "accuracy": 1 - wrong / len(split)}
    error = float(np.sqrt(np.mean((outputs - split.targets) ** 2))) * task.std
    spread = float(np.std(split.targets)) * task.std
    return {"rows": len(split), "rmse": error, "r2": 1 - (error / spread) ** 2 if spread else float("nan")}
