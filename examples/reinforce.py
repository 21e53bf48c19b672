"""REINFORCE (Williams, 1992): a network learns to balance a pole on a cart from how long it stood.

loss = -mean(log p(action) * advantage), where the advantage is the reward to come, discounted and normalised.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

CARTS, LONGEST, DISCOUNT = 8, 200, 0.99


class CartPoles:
    """Carts side by side, each pushed left or right every 0.02 s; equations of Barto et al. (1983)."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.state = rng.uniform(-0.05, 0.05, (CARTS, 4))      # place, speed, angle, turning speed
        self.alive = np.ones(CARTS, bool)

    def push(self, right: np.ndarray) -> None:
        x, v, angle, turn = self.state.T
        force, sine, cosine = np.where(right, 10.0, -10.0), np.sin(angle), np.cos(angle)
        pushed = (force + 0.05 * turn ** 2 * sine) / 1.1
        bend = (9.8 * sine - cosine * pushed) / (0.5 * (4 / 3 - 0.1 * cosine ** 2 / 1.1))
        speed_up = pushed - 0.05 * bend * cosine / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * speed_up, angle + 0.02 * turn, turn + 0.02 * bend], 1)
        self.alive &= (np.abs(self.state[:, 0]) < 2.4) & (np.abs(self.state[:, 2]) < 0.2095)


def build() -> nn.Module:
    return nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 2))


def play(policy: nn.Module, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One episode a cart: states (n, 4), actions (n,), rewards to come (n,)."""
    carts = CartPoles(rng)
    states, actions, lived = [], [], []
    while carts.alive.any() and len(states) < LONGEST:
        states.append(carts.state.astype(np.float32))
        lived.append(carts.alive.copy())
        with torch.no_grad():
            right = torch.softmax(policy(torch.from_numpy(states[-1])), 1)[:, 1].numpy()
        # Chance comes from NumPy so that every library plays the same games.
        actions.append(rng.random(CARTS) < right)
        carts.push(actions[-1])
    alive, to_come, total = np.array(lived), np.zeros((len(lived), CARTS)), np.zeros(CARTS)
    for t in range(len(lived))[::-1]:
        total = np.where(alive[t], 1 + DISCOUNT * total, 0)
        to_come[t] = total
    return (np.array(states)[alive], np.array(actions)[alive].astype(np.int64),
            to_come[alive].astype(np.float32))


def train(policy: nn.Module, steps: int, lengths: list[float] | None = None) -> list[float]:
    rng = np.random.default_rng(0)
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)
    losses = []
    for _ in range(steps):
        states, actions, to_come = play(policy, rng)
        advantage = torch.from_numpy((to_come - to_come.mean()) / (to_come.std() + 1e-8))
        chosen = nn.functional.cross_entropy(policy(torch.from_numpy(states)), torch.from_numpy(actions),
                                             reduction="none")
        loss = (chosen * advantage).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if lengths is not None:
            lengths.append(len(states) / CARTS)
    return losses


def main(steps: int = 60) -> None:
    torch.manual_seed(0)
    policy = build()
    lengths: list[float] = []
    train(policy, steps, lengths)
    last = float(np.mean(lengths[-5:]))
    print(f"steps upright {lengths[0]:.0f} -> {last:.0f} of {LONGEST}; while it learned:")
    for k in range(0, len(lengths), max(1, len(lengths) // 12)):
        print(f"{k * CARTS:>5} games  {'#' * round(lengths[k] / 4)} {lengths[k]:.0f}")


if __name__ == "__main__":
    main()
