"""A graph convolution (Kipf and Welling, 2017) on Zachary's karate club: who goes with whom in the quarrel?

Of 34 members only the two leaders are labelled; the network learns the rest from 78 friendships.
H' = act(A H W), where A is the adjacency matrix with loops, divided by the roots of both degrees.
Runs with PyTorch too: change the two import lines to `import torch` and `from torch import nn`.
"""

import numpy as np

import retrograd as torch
from retrograd import nn

# Zachary (1977): for each member, friends with a higher number.
FRIENDS = {0: (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31), 1: (2, 3, 7, 13, 17, 19, 21, 30),
           2: (3, 7, 8, 9, 13, 27, 28, 32), 3: (7, 12, 13), 4: (6, 10), 5: (6, 10, 16), 6: (16,),
           8: (30, 32, 33), 9: (33,), 13: (33,), 14: (32, 33), 15: (32, 33), 18: (32, 33), 19: (33,),
           20: (32, 33), 22: (32, 33), 23: (25, 27, 29, 32, 33), 24: (25, 27, 31), 25: (31,),
           26: (29, 33), 27: (33,), 28: (31, 33), 29: (32, 33), 30: (32, 33), 31: (32, 33), 32: (33,)}
TEACHER, OFFICER, MEMBERS = 0, 33, 34
WITH_TEACHER = {0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 17, 19, 21}


def adjacency() -> np.ndarray:
    """(34, 34): D^-1/2 (A + I) D^-1/2."""
    a = np.eye(MEMBERS)
    for member, friends in FRIENDS.items():
        a[member, list(friends)] = a[list(friends), member] = 1
    root = 1 / np.sqrt(a.sum(1))
    return (root[:, None] * a * root).astype(np.float32)


class GraphNetwork(nn.Module):
    """Three graph convolutions; a member is at first only a number, so the features are the identity."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.register_buffer("a", torch.from_numpy(adjacency()))
        self.weights = nn.ParameterList([nn.Parameter(torch.empty(i, o)) for i, o in
                                         ((MEMBERS, width), (width, width), (width, 2))])
        for weight in self.weights:
            nn.init.xavier_uniform_(weight)

    def forward(self):
        h = self.a @ self.weights[0]
        for weight in self.weights[1:]:
            h = self.a @ torch.tanh(h) @ weight
        return h


def build() -> nn.Module:
    return GraphNetwork()


def train(model: nn.Module, steps: int) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2, weight_decay=5e-4)
    leaders, sides = torch.tensor([TEACHER, OFFICER]), torch.tensor([0, 1])
    losses = []
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model()[leaders], sides)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def main(steps: int = 200) -> None:
    torch.manual_seed(0)
    model = build()
    losses = train(model, steps)
    with torch.no_grad():
        side = model().argmax(1).tolist()
    right = sum((k in WITH_TEACHER) == (side[k] == 0) for k in range(MEMBERS))
    print(f"loss {losses[0]:.3f} -> {losses[-1]:.3f}; {right} of {MEMBERS} members placed rightly")
    for name, which in (("teacher", 0), ("officer", 1)):
        print(f"with the {name}:", *(f"{k}{'' if (k in WITH_TEACHER) == (which == 0) else '(!)'}"
                                     for k in range(MEMBERS) if side[k] == which))


if __name__ == "__main__":
    main()
