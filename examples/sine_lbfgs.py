"""The next values of sine waves, predicted by two LSTM cells that L-BFGS trains.

Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn


def waves(n: int = 8, length: int = 40) -> np.ndarray:
    """(n, length) samples of sines with shifted phases."""
    phase = np.random.default_rng(0).uniform(0, 2 * np.pi, (n, 1))
    return np.sin(np.arange(length) / 4 + phase).astype(np.float64)


class Predictor(nn.Module):
    """Reads a wave value by value and says the next value each time; then goes on from its own."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.width = width
        self.first, self.second = nn.LSTMCell(1, width), nn.LSTMCell(width, width)
        self.head = nn.Linear(width, 1)

    def forward(self, x, future: int = 0):
        state = [torch.zeros(len(x), self.width, dtype=x.dtype) for _ in range(4)]
        said = []
        value = None
        for step in range(x.shape[1] + future):
            value = x[:, step:step + 1] if step < x.shape[1] else value
            state[:2] = self.first(value, tuple(state[:2]))
            state[2:] = self.second(state[0], tuple(state[2:]))
            value = self.head(state[2])
            said.append(value)
        return torch.cat(said, dim=1)


def build() -> nn.Module:
    return Predictor().double()


def train(model: nn.Module, steps: int) -> list[float]:
    x = torch.from_numpy(waves())
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.8, max_iter=5, line_search_fn="strong_wolfe")
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[:, :-1]), x[:, 1:])
        loss.backward()
        return loss
    for _ in range(steps):
        losses.append(optimizer.step(closure).item())
    return losses


def main(steps: int = 12) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    x = waves(1, 60)
    with torch.no_grad():
        said = model(torch.from_numpy(x[:, :40]), future=20)[0, -20:]
    error = float(np.abs(said.numpy() - x[0, 40:]).max())
    print(f"loss {losses[0]:.4f} -> {losses[-1]:.5f}; largest error over 20 values to come {error:.2f}")


if __name__ == "__main__":
    main()
