"""A script as users write it, with annotations: it runs, and type checkers understand it (`make check`)."""

import retrograd as torch
import retrograd.nn.functional as F
from retrograd import nn
from retrograd.utils.data import DataLoader, TensorDataset


class Net(nn.Module):
    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.hidden = nn.Linear(4, width)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu(self.norm(self.hidden(x)))
        y: torch.Tensor = self.out(x)
        return y


def accuracy(scores: torch.Tensor, labels: torch.Tensor) -> float:
    return float((scores.argmax(1) == labels).float().mean())


torch.manual_seed(0)
x = torch.randn(90, 4, dtype=torch.float32)
y = torch.randint(0, 3, (90,))
net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 10)
loader = DataLoader(TensorDataset(x, y), batch_size=30, shuffle=True)
for _ in range(3):
    for inputs, labels in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(net(inputs), labels) + 1e-4 * sum((p ** 2).sum() for p in net.parameters())
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    schedule.step()
with torch.no_grad():
    z = torch.exp(x) @ torch.ones(4, 1) / 2 - x[:, :1] * 3
    z += 1
    z[0] = torch.tensor(2.0)
    big = z > 0
    rows = torch.cat([z, z.abs().clamp(min=0.1).sqrt_()], dim=1).view(-1, 2)
    print(accuracy(net(x), y), rows.shape[0], big.any().item(), -z.mean())
    print(torch.softmax(rows, -1).max(dim=1).values.shape)
