"""The networks that the commands train, each built from a description that fits into run.json."""

from __future__ import annotations

from retrograd import nn


def build(spec: dict) -> nn.Module:
    """A new network.

    Args:
        spec: {"kind": "mlp", "inputs": 64, "hidden": [128], "outputs": 10} or {"kind": "cnn", "outputs": 10}.
    """
    if spec["kind"] == "cnn":
        return cnn(spec["outputs"])
    return mlp(spec["inputs"], spec["hidden"], spec["outputs"])


def mlp(inputs: int, hidden: list[int], outputs: int) -> nn.Sequential:
    """Linear layers with ReLU between them."""
    layers: list[nn.Module] = [nn.Flatten()]
    wide = inputs
    for width in hidden:
        layers += [nn.Linear(wide, width), nn.ReLU()]
        wide = width
    return nn.Sequential(*layers, nn.Linear(wide, outputs))


def cnn(outputs: int) -> nn.Sequential:
    """Two convolutions with pooling for images of (1, 8, 8)."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 2 * 2, outputs),
    )
