"""A generative adversarial network (Goodfellow et al., 2014) that learns eight heaps of points on a circle.

The discriminator says how real a point looks, the generator turns noise into points that fool it.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

BATCH, NOISE = 128, 8
ANGLES = np.arange(8) * np.pi / 4
CENTRES = np.stack([np.cos(ANGLES), np.sin(ANGLES)], 1)


def real_points(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n, 2): near one of the eight centres each."""
    return (CENTRES[rng.integers(8, size=n)] + 0.05 * rng.standard_normal((n, 2))).astype(np.float32)


def layers(*widths: int) -> nn.Module:
    inner = [f(a, b) for a, b in zip(widths, widths[1:]) for f in (nn.Linear, lambda *_: nn.LeakyReLU(0.2))]
    return nn.Sequential(*inner[:-1])


def build() -> nn.Module:
    return nn.ModuleDict({"generator": layers(NOISE, 64, 64, 2), "discriminator": layers(2, 64, 64, 1)})


def train(model: nn.Module, steps: int) -> list[float]:
    """The losses of both players, in turn."""
    # Noise comes from NumPy so that every library trains on the same.
    rng = np.random.default_rng(1)
    generator, discriminator = model["generator"], model["discriminator"]
    players = [torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.5, 0.999))
               for net in (discriminator, generator)]
    judge = nn.functional.binary_cross_entropy_with_logits
    yes, no = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)
    losses = []
    for _ in range(steps):
        real = torch.from_numpy(real_points(BATCH, rng))
        fake = generator(torch.from_numpy(rng.standard_normal((BATCH, NOISE)).astype(np.float32)))

        players[0].zero_grad()
        loss = judge(discriminator(real), yes) + judge(discriminator(fake.detach()), no)
        loss.backward()
        players[0].step()
        losses.append(loss.item())

        players[1].zero_grad()
        loss = judge(discriminator(fake), yes)
        loss.backward()
        players[1].step()
        losses.append(loss.item())
    return losses


def drawn(model: nn.Module, n: int = 1000) -> np.ndarray:
    noise = np.random.default_rng(2).standard_normal((n, NOISE)).astype(np.float32)
    with torch.no_grad():
        return model["generator"](torch.from_numpy(noise)).numpy()


def distance(points: np.ndarray) -> float:
    """Mean distance of the points to the nearest centre."""
    return float(np.linalg.norm(points[:, None] - CENTRES, axis=2).min(1).mean())


def main(steps: int = 3000) -> None:
    torch.manual_seed(0)
    model = build()
    before = distance(drawn(model))
    losses = train(model, steps)
    points = drawn(model)
    nearest = np.linalg.norm(points[:, None] - CENTRES, axis=2).argmin(1)
    print(f"distance to the nearest centre {before:.2f} -> {distance(points):.2f}; "
          f"{len(set(nearest))} of 8 heaps found; last losses {losses[-2]:.2f} (discriminator), "
          f"{losses[-1]:.2f} (generator)")
    count, _, _ = np.histogram2d(points[:, 1], points[:, 0], (15, 30), ((-1.5, 1.5), (-1.5, 1.5)))
    for row in count[::-1]:
        print("".join(" .:+#"[min(int(np.ceil(c / 4)), 4)] for c in row).rstrip())


if __name__ == "__main__":
    main()
