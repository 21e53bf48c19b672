"""The bundled digits as a task, and images of 8 x 8 pixels from files of the user's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from retrograd.cli.errors import CommandError
from retrograd.cli.task import Recipe, Split, Task
from retrograd.cli.terminal import count
from retrograd.datasets import every_fifth, load_digits
from retrograd.datasets.digits import LICENCE, SOURCE

MODELS = {
    "mlp": {"kind": "mlp", "inputs": 64, "hidden": [128], "outputs": 10},
    "cnn": {"kind": "cnn", "outputs": 10},
}
# Chosen by cross-validation inside the training images; the test images took no part.
RECIPES = {
    "mlp": Recipe(epochs=30, batch=32, lr=5e-3, seed=0, smoothing=0.1),
    "cnn": Recipe(epochs=12, batch=32, lr=5e-3, seed=0, smoothing=0.1),
}
SHAPES = "8 lines of 8 pixels (one image), or 64 pixels a line (an image a line), or these and the digit"


def build_task() -> Task:
    """Every fifth image is for the test."""
    images, labels = load_digits()
    train, test = every_fifth(len(images))
    inputs = images[:, None]
    return Task(
        name="digits", classes=tuple("0123456789"), noun="image", reading={"kind": "digits"},
        train=Split(inputs[train], labels[train]), test=Split(inputs[test], labels[test]),
        facts=[
            ("what", f"{count(len(images), 'image')} of handwritten digits, 8 x 8 pixels"),
            ("source", SOURCE),
            ("licence", LICENCE),
            ("split", f"{len(train):,} to train on; every fifth, {len(test):,}, to test on at the end: "
                      "they are used to choose nothing"),
        ])


def read(path: str) -> tuple[np.ndarray, np.ndarray | None, list[str]]:
    """Images of shape (N, 1, 8, 8) in 0..1 from a file, the digits they show if the file says so, notes."""
    array = read_array(path)
    labels = None
    if array.shape == (8, 8):
        array = array[None]
    elif array.ndim == 2 and array.shape[1] == 65:
        labels = array[:, 64]
        array = array[:, :64]
        if not np.isin(labels, range(10)).all():
            raise CommandError(f"{path}: the last of the 65 columns must be a digit 0..9")
        labels = labels.astype(np.int64)
    if array.size == 0 or array.size != len(array) * 64 or array.shape[1:] not in ((64,), (8, 8), (1, 8, 8)):
        raise CommandError(f"{path} holds an array of shape {array.shape}", f"Expected {SHAPES}.")
    if not np.isfinite(array).all() or array.min() < 0:
        raise CommandError(f"{path}: pixels must be finite and not negative",
                           "0 is paper, the largest value is ink.")
    notes, largest = [], float(array.max())
    if largest > 1:
        white = 16 if largest <= 16 else 255
        array = array / white
        notes.append(f"pixels up to {largest:g}: divided by {white}")
    return array.astype(np.float32).reshape(-1, 1, 8, 8), labels, notes


def read_array(path: str) -> np.ndarray:
    if not Path(path).is_file():
        raise CommandError(f"there is no file {path}", f"It should hold {SHAPES}.")
    try:
        if path.endswith(".npy"):
            return np.atleast_2d(np.load(path, allow_pickle=False).astype(np.float64))
        return np.loadtxt(path, delimiter=",", ndmin=2)
    except (ValueError, OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read as numbers: {error}",
                           f"Expected a .npy file or numbers with commas: {SHAPES}.") from error


def sample(task: Task) -> list[list[str]]:
    """The first test image as `read` takes it: 8 rows of 8 pixels of 0..16."""
    return [[f"{pixel * 16:g}" for pixel in row] for row in task.test.inputs[0, 0]]
