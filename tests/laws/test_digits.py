"""The classifier of 784, 256 and 10 units with dropout on the bundled digits, drawn on 28 x 28 pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

import retrograd as rg
from retrograd import nn
from retrograd.datasets import every_fifth, load_digits
from retrograd.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.dropout = nn.Dropout(0.5)
        self.fc2 = nn.Linear(256, 10)

    def forward(self, x: Any) -> Any:
        return self.fc2(self.dropout(rg.relu(self.fc1(x))))


def test_an_mlp_with_dropout_reads_97_percent_of_the_digits() -> None:
    rg.manual_seed(0)
    images, labels = load_digits()
    large = np.pad(images.reshape(-1, 8, 8).repeat(3, 1).repeat(3, 2), ((0, 0), (2, 2), (2, 2)))
    train, test = every_fifth(len(labels))
    x, y = rg.tensor(large.reshape(-1, 784).astype(np.float32)), rg.tensor(labels.astype(np.int64))
    net = Net()
    optimizer = rg.optim.Adam(net.parameters(), lr=2e-3, weight_decay=1e-4)
    schedule = rg.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=40)
    loader = DataLoader(TensorDataset(x[rg.tensor(train)], y[rg.tensor(train)]), batch_size=32, shuffle=True)
    for _ in range(40):
        for batch, target in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(batch), target).backward()
            optimizer.step()
        schedule.step()
    net.eval()
    with rg.no_grad():
        right = (net(x[rg.tensor(test)]).argmax(1) == y[rg.tensor(test)]).float().mean().item()
    assert right >= 0.97
