"""An actor and a critic (advantage actor-critic) balance poles on sixteen carts at once.

The critic says what a state is worth, the actor is told by how much each action did better than that.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

CARTS, AHEAD, LONGEST, DISCOUNT = 16, 20, 200, 0.98


class CartPoles:
    """Carts that start anew when the pole falls, or after LONGEST steps; equations of Barto et al. (1983)."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.state = self.rng.uniform(-0.05, 0.05, (CARTS, 4))     # place, speed, angle, turning speed
        self.age = np.zeros(CARTS, int)
        self.finished: list[int] = []

    def push(self, right: np.ndarray) -> np.ndarray:
        """Push every cart; which games are over."""
        x, v, angle, turn = self.state.T
        force, sine, cosine = np.where(right, 10.0, -10.0), np.sin(angle), np.cos(angle)
        pushed = (force + 0.05 * turn ** 2 * sine) / 1.1
        bend = (9.8 * sine - cosine * pushed) / (0.5 * (4 / 3 - 0.1 * cosine ** 2 / 1.1))
        speed_up = pushed - 0.05 * bend * cosine / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * speed_up, angle + 0.02 * turn, turn + 0.02 * bend], 1)
        self.age += 1
        fallen = (np.abs(self.state[:, 0]) > 2.4) | (np.abs(self.state[:, 2]) > 0.2095)
        over = fallen | (self.age >= LONGEST)
        self.finished += self.age[over].tolist()
        self.state[over] = self.rng.uniform(-0.05, 0.05, (int(over.sum()), 4))
        self.age[over] = 0
        return over


class ActorCritic(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 64), nn.Tanh())
        self.actor, self.critic = nn.Linear(64, 2), nn.Linear(64, 1)

    def forward(self, state):
        seen = self.body(state)
        return torch.log_softmax(self.actor(seen), 1), self.critic(seen)[:, 0]


def build() -> nn.Module:
    return ActorCritic()


def train(model: nn.Module, steps: int, carts: CartPoles | None = None) -> list[float]:
    carts = CartPoles(0) if carts is None else carts
    rng = np.random.default_rng(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(steps):
        scores, values, over = [], [], []
        for _ in range(AHEAD):
            logits, value = model(torch.from_numpy(carts.state.astype(np.float32)))
            # Chance comes from NumPy so that every library plays the same games.
            right = rng.random(CARTS) < logits[:, 1].detach().exp().numpy()
            scores.append(logits)
            values.append(value)
            over.append((right, carts.push(right)))
        with torch.no_grad():
            total = model(torch.from_numpy(carts.state.astype(np.float32)))[1].numpy()
        worth = []
        for _, ended in over[::-1]:
            total = 1 + DISCOUNT * np.where(ended, 0, total)
            worth.append(total.astype(np.float32))
        returns = torch.from_numpy(np.stack(worth[::-1]))
        actions = torch.from_numpy(np.stack([right for right, _ in over]).astype(np.int64))
        logs, value = torch.stack(scores), torch.stack(values)
        advantage = (returns - value).detach()
        chosen = logs.gather(2, actions[..., None])[..., 0]
        entropy = -(logs.exp() * logs).sum(2).mean()
        loss = -(chosen * advantage).mean() + 0.5 * nn.functional.mse_loss(value, returns) - 0.01 * entropy
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 400) -> None:
    torch.manual_seed(0)
    model, carts = build(), CartPoles(0)
    train(model, steps, carts)
    games = np.array(carts.finished, float)
    parts = [part.mean() for part in np.array_split(games, min(12, len(games)))]
    print(f"steps upright {parts[0]:.0f} -> {parts[-1]:.0f} of {LONGEST}, {len(games)} games; "
          "while it learned:")
    for part in parts:
        print(f"{'#' * round(part / 4)} {part:.0f}")


if __name__ == "__main__":
    main()
