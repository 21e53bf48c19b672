"""Super-resolution by sub-pixel convolution (Shi et al., 2016): pictures of twice the side from small ones.

The network computes four numbers for each small pixel, and PixelShuffle lays them out as 2 x 2 pixels.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

SIDE = 24


def pictures(n: int, seed: int) -> np.ndarray:
    """(n, 1, SIDE, SIDE) in [0, 1]: discs, bars and rings with soft edges."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE]
    made = np.zeros((n, 1, SIDE, SIDE), np.float32)
    for picture in made[:, 0]:
        for _ in range(3):
            cy, cx, size, turn = *rng.uniform(4, SIDE - 4, 2), rng.uniform(2, 6), rng.uniform(0, np.pi)
            far = np.hypot(y - cy, x - cx)
            across = np.abs((y - cy) * np.cos(turn) + (x - cx) * np.sin(turn))
            edge = (far - size, np.abs(far - size) - 1.2, np.maximum(across - 1.2, far - 8))[rng.integers(3)]
            picture += rng.uniform(0.4, 1) / (1 + np.exp(np.clip(3 * edge, -30, 30)))
    return made.clip(0, 1)


def small(images: np.ndarray) -> np.ndarray:
    """Half the side: means of 2 x 2 pixels."""
    return images.reshape(len(images), 1, SIDE // 2, 2, SIDE // 2, 2).mean((3, 5))


def build() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(),
                         nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(),
                         nn.Conv2d(32, 4, 3, padding=1), nn.PixelShuffle(2))


def enlarged(model: nn.Module, x):
    """The network adds detail to the picture that interpolation gives."""
    smooth = nn.functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    return smooth + model(x), smooth


def train(model: nn.Module, steps: int) -> list[float]:
    large = pictures(256, 0)
    x, y = torch.from_numpy(small(large)), torch.from_numpy(large)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for step in range(steps):
        at = step * 32 % 256
        loss = nn.functional.mse_loss(enlarged(model, x[at:at + 32])[0], y[at:at + 32])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def decibels(made, wanted) -> float:
    """The peak signal-to-noise ratio: more is better."""
    return -10 * np.log10(nn.functional.mse_loss(made, wanted).item())


def main(steps: int = 300) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    wanted = torch.from_numpy(pictures(32, 1))
    with torch.no_grad():
        made, smooth = enlarged(model, torch.from_numpy(small(wanted.numpy())))
    print(f"loss {losses[0]:.5f} -> {losses[-1]:.5f}; on new pictures {decibels(made, wanted):.1f} dB, "
          f"interpolation {decibels(smooth, wanted):.1f} dB (interpolated, network, true):")
    for row in range(0, SIDE, 2):
        print("   ".join("".join(" .:-=+*#%@"[int(np.clip(v, 0, 0.99) * 10)]
                                 for v in kind[0, 0, row].tolist()) for kind in (smooth, made, wanted)))


if __name__ == "__main__":
    main()
