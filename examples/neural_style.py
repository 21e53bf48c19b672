"""Neural style (Gatys, Ecker and Bethge, 2015): a picture takes on the texture of another.

The picture itself is trained: its features shall be those of the content, their products (Gram matrices)
those of the style. The features are random filters here, which serve for small textures.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

SIDE, STYLE_WEIGHT = 32, 300.0


def content() -> np.ndarray:
    """(1, 1, SIDE, SIDE): a disc before a dark ground."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return (1 / (1 + np.exp(np.hypot(y - 15.5, x - 15.5) - 10))).astype(np.float32)[None, None]


def style() -> np.ndarray:
    """Diagonal stripes."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return (0.5 + 0.5 * np.sin((x + y) * 1.1)).astype(np.float32)[None, None]


class Stylised(nn.Module):
    """The picture, which learns, and two layers of filters, which do not."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = nn.Parameter(torch.from_numpy(content()))
        self.first, self.second = nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 32, 5, padding=2)
        for layer in (self.first, self.second):
            layer.requires_grad_(False)

    def forward(self, picture):
        near = torch.relu(self.first(picture))
        return near, torch.relu(self.second(nn.functional.avg_pool2d(near, 2)))


def build() -> nn.Module:
    return Stylised()


def gram(features):
    """(channels, channels): how much each two features go together, wherever that is."""
    flat = features.flatten(2)[0]
    return flat @ flat.T / flat.shape[1]


def train(model: nn.Module, steps: int) -> list[float]:
    with torch.no_grad():
        wanted = [f.clone() for f in model(torch.from_numpy(content()))]
        textures = [gram(f) for f in model(torch.from_numpy(style()))]
    optimizer = torch.optim.Adam([model.picture], lr=0.02)
    mse = nn.functional.mse_loss
    losses = []
    for _ in range(steps):
        features = model(model.picture)
        loss = mse(features[1], wanted[1])
        for f, texture in zip(features, textures):
            loss = loss + STYLE_WEIGHT * mse(gram(f), texture)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 150) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}; content, style, and the one in the other's manner:")
    made = model.picture.detach().numpy()
    for row in range(0, SIDE, 2):
        print("   ".join("".join(" .:-=+*#%@"[int(np.clip(v, 0, 0.99) * 10)] for v in kind[0, 0, row])
                         for kind in (content(), style(), made)))


if __name__ == "__main__":
    main()
