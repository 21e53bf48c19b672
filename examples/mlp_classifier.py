"""Two interleaved spirals told apart by a small multilayer perceptron.

Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn


def spirals(n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (2n, 2) on two noisy spirals, and which spiral each is on."""
    rng = np.random.default_rng(seed)
    t = np.sqrt(rng.random(2 * n)) * 3 * np.pi
    label = np.arange(2 * n) % 2
    angle = t + np.pi * label
    points = np.stack([t * np.cos(angle), t * np.sin(angle)], 1) / 5 + 0.05 * rng.standard_normal((2 * n, 2))
    return points.astype(np.float32), label


def build() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 2))


def train(model: nn.Module, steps: int) -> list[float]:
    points, label = spirals()
    x, y = torch.from_numpy(points), torch.from_numpy(label)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 400) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    points, label = spirals(seed=1)
    with torch.no_grad():
        right = (model(torch.from_numpy(points)).argmax(1) == torch.from_numpy(label)).float().mean()
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}; {right.item():.1%} of new points on the right spiral")


if __name__ == "__main__":
    main()
