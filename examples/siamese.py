"""A Siamese network: two pictures go through the same network; near together means the same sign.

It learns from some signs which pictures belong together, and is asked about signs that it has never seen.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

SIDE, SIGNS, UNSEEN, MARGIN = 12, 40, 10, 1.0


def signs() -> np.ndarray:
    """(SIGNS + UNSEEN, SIDE, SIDE): each a few strokes, as a hand might draw them."""
    rng = np.random.default_rng(0)
    drawn = np.zeros((SIGNS + UNSEEN, SIDE, SIDE), np.float32)
    for sign in drawn:
        place = rng.integers(3, SIDE - 3, 2)
        for _ in range(4):
            towards = rng.integers(2, SIDE - 2, 2)
            for part in np.linspace(0, 1, 12):
                sign[tuple(np.round(place + part * (towards - place)).astype(int))] = 1
            place = towards
    return drawn


KNOWN = signs()


def pairs(n: int, first: int, last: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Two pictures (n, 1, SIDE, SIDE), shifted and noisy, and whether they show the same sign (n,)."""
    same = rng.random(n) < 0.5
    left = rng.integers(first, last, n)
    other = first + (left - first + rng.integers(1, last - first, n)) % (last - first)
    shown = []
    for which in (left, np.where(same, left, other)):
        moved = np.stack([np.roll(KNOWN[k], rng.integers(-1, 2, 2), (0, 1)) for k in which])
        shown.append((moved + 0.15 * rng.standard_normal(moved.shape)).astype(np.float32)[:, None])
    return shown[0], shown[1], same.astype(np.float32)


def build() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(32 * 9, 32))


def apart(model: nn.Module, left: np.ndarray, right: np.ndarray):
    """How far apart the network puts two pictures."""
    return nn.functional.pairwise_distance(model(torch.from_numpy(left)), model(torch.from_numpy(right)))


def train(model: nn.Module, steps: int) -> list[float]:
    rng = np.random.default_rng(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(steps):
        left, right, same = pairs(64, 0, SIGNS, rng)
        distance, alike = apart(model, left, right), torch.from_numpy(same)
        # Hadsell, Chopra and LeCun (2006): together what belongs together, others at least MARGIN apart.
        loss = (alike * distance ** 2 + (1 - alike) * (MARGIN - distance).clamp(min=0) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 300) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    left, right, same = pairs(400, SIGNS, SIGNS + UNSEEN, np.random.default_rng(2))
    with torch.no_grad():
        distance = apart(model, left, right).numpy()
    correct = ((distance < MARGIN / 2) == (same > 0)).mean()
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}; "
          f"{correct:.0%} of pairs of signs never seen judged rightly:")
    both = np.concatenate([left, np.zeros_like(left[..., :1]), right], 3)[:3, 0]
    for row in range(SIDE):
        print("   ".join("".join(" .:#"[int(np.clip(v, 0, 0.99) * 4)] for v in pair[row]) for pair in both))
    print("   ".join(f"{'same' if d < MARGIN / 2 else 'different'} ({d:.2f})".center(2 * SIDE + 1)
                     for d in distance[:3]))


if __name__ == "__main__":
    main()
