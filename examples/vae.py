"""A variational autoencoder (Kingma and Welling, 2013) of bars in 8x8 images.

loss = reconstruction (binary cross-entropy) + KL(N(mean, exp(log_var)) || N(0, 1)), summed, per image.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

SIDE, LATENT = 8, 4


def bars(n: int, seed: int) -> np.ndarray:
    """Images (n, 64) in [0, 1]: one or two rows or columns are lit."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, SIDE, SIDE), np.float32)
    for image in images:
        for _ in range(rng.integers(1, 3)):
            if rng.random() < 0.5:
                image[rng.integers(SIDE)] = 1
            else:
                image[:, rng.integers(SIDE)] = 1
    return images.reshape(n, SIDE * SIDE)


class VAE(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(SIDE * SIDE, 64), nn.ReLU(), nn.Linear(64, 2 * LATENT))
        self.decoder = nn.Sequential(nn.Linear(LATENT, 64), nn.ReLU(), nn.Linear(64, SIDE * SIDE))

    def forward(self, x, noise):
        mean, log_var = self.encoder(x).chunk(2, dim=1)
        z = mean + torch.exp(0.5 * log_var) * noise         # the reparameterisation trick
        return self.decoder(z), mean, log_var


def build() -> nn.Module:
    return VAE()


def loss_of(logits, x, mean, log_var):
    reconstruction = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    divergence = -0.5 * (1 + log_var - mean ** 2 - log_var.exp()).sum()
    return (reconstruction + divergence) / len(x)


def train(model: nn.Module, steps: int) -> list[float]:
    images = torch.from_numpy(bars(256, 0))
    # Noise comes from NumPy so that every library trains on the same.
    rng = np.random.default_rng(1)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for step in range(steps):
        x = images[step * 64 % 256:][:64]
        noise = torch.from_numpy(rng.standard_normal((len(x), LATENT)).astype(np.float32))
        optimizer.zero_grad()
        loss = loss_of(*[(out := model(x, noise))[0], x, *out[1:]])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 400) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    print(f"loss {losses[0]:.2f} -> {losses[-1]:.2f}; four images from the latent space:")
    with torch.no_grad():
        drawn = torch.sigmoid(model.decoder(torch.randn(4, LATENT))).reshape(4, SIDE, SIDE)
    for row in range(SIDE):
        print("   ".join("".join(" .:#"[int(v * 3.99)] for v in image[row].tolist()) for image in drawn))


if __name__ == "__main__":
    main()
