"""A character-level transformer that learns a verse by heart.

Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

VERSE = """Tyger Tyger, burning bright,
In the forests of the night;
What immortal hand or eye,
Could frame thy fearful symmetry?
"""
LETTERS = sorted(set(VERSE))
WIDTH, HEADS, CONTEXT = 32, 4, 32


class Block(nn.Module):
    """Causal self-attention, then a network for every place, each beside a residual connection."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        batch, length, _ = x.shape
        heads = [z.reshape(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
                 for z in self.qkv(self.norm1(x)).split(WIDTH, -1)]
        mixed = nn.functional.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, WIDTH))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self, layers: int = 2) -> None:
        super().__init__()
        self.letters, self.places = nn.Embedding(len(LETTERS), WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*[Block() for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, len(LETTERS))

    def forward(self, i):
        x = self.letters(i) + self.places(torch.arange(i.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def build() -> nn.Module:
    return GPT()


def train(model: nn.Module, steps: int) -> list[float]:
    verse = torch.tensor([LETTERS.index(c) for c in VERSE])
    starts = np.random.default_rng(0).integers(0, len(VERSE) - CONTEXT - 1, (steps, 8))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
    losses = []
    for row in starts:
        x = torch.stack([verse[s:s + CONTEXT] for s in row.tolist()])
        y = torch.stack([verse[s + 1:s + CONTEXT + 1] for s in row.tolist()])
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def write(model: nn.Module, start: str, count: int) -> str:
    """The likeliest continuation, letter by letter, over the last `CONTEXT` letters."""
    text = start
    with torch.no_grad():
        for _ in range(count):
            i = torch.tensor([[LETTERS.index(c) for c in text[-CONTEXT:]]])
            text += LETTERS[int(model(i)[0, -1].argmax())]
    return text


def main(steps: int = 200) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
    print(write(model, "Tyger", 60))


if __name__ == "__main__":
    main()
