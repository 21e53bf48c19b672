"""Horizontal, vertical and diagonal strokes in noisy 16x16 images, told apart by a convolutional network
with batch normalisation.

Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

SIZE, CLASSES = 16, 4


def strokes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 1, 16, 16), each with one stroke, and its direction: -, |, \\ or /."""
    rng = np.random.default_rng(seed)
    images = 0.3 * rng.standard_normal((n, 1, SIZE, SIZE)).astype(np.float32)
    label = rng.integers(0, CLASSES, n)
    for image, direction in zip(images, label):
        row, column = rng.integers(4, 12, 2)
        for k in range(-3, 4):
            dr, dc = ((0, k), (k, 0), (k, k), (k, -k))[direction]
            image[0, row + dr, column + dc] += 1
    return images, label


def build() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(16, CLASSES))


def train(model: nn.Module, steps: int) -> list[float]:
    images, label = (torch.from_numpy(a) for a in strokes(512, 0))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
    losses = []
    for step in range(steps):
        at = step * 32 % len(images)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(images[at:at + 32]), label[at:at + 32])
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 120) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    model.eval()
    images, label = (torch.from_numpy(a) for a in strokes(256, 1))
    with torch.no_grad():
        right = (model(images).argmax(1) == label).float().mean()
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}; {right.item():.1%} of new strokes named rightly")


if __name__ == "__main__":
    main()
