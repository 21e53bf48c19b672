"""The next word of a nursery rhyme, predicted by an LSTM over word embeddings.

Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import retrograd as torch
from retrograd import nn

RHYME = """this is the house that jack built . this is the malt that lay in the house that jack built .
this is the rat that ate the malt that lay in the house that jack built . this is the cat that killed the rat
that ate the malt that lay in the house that jack built . this is the dog that worried the cat that killed the
rat that ate the malt that lay in the house that jack built .""".split()
WORDS = sorted(set(RHYME))
LENGTH = 12


class NextWord(nn.Module):
    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.words = nn.Embedding(len(WORDS), width)
        self.lstm = nn.LSTM(width, 2 * width, batch_first=True)
        self.head = nn.Linear(2 * width, len(WORDS))

    def forward(self, i):
        return self.head(self.lstm(self.words(i))[0])


def build() -> nn.Module:
    return NextWord()


def train(model: nn.Module, steps: int) -> list[float]:
    rhyme = torch.tensor([WORDS.index(w) for w in RHYME])
    starts = range(0, len(RHYME) - LENGTH - 1, 4)
    x = torch.stack([rhyme[s:s + LENGTH] for s in starts])
    y = torch.stack([rhyme[s + 1:s + LENGTH + 1] for s in starts])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return losses


def recite(model: nn.Module, start: str, count: int) -> str:
    """The likeliest continuation, word by word."""
    told = start.split()
    with torch.no_grad():
        for _ in range(count):
            i = torch.tensor([[WORDS.index(w) for w in told[-LENGTH:]]])
            told.append(WORDS[int(model(i)[0, -1].argmax())])
    return " ".join(told)


def main(steps: int = 100) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}")
    print(recite(model, "this is the cat", 12))


if __name__ == "__main__":
    main()
