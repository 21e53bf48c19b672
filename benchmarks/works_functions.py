"""Training steps that are more than a stack of layers: tables of embeddings, higher derivatives, steps within
steps, experts, flows, and optimisers by themselves."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.library import Library, Work, layers


def factorisation(L: Library) -> Work:
    nn = L.nn

    class Factors(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.users, self.items = nn.Embedding(6000, 40), nn.Embedding(3000, 40)
            self.user, self.item = nn.Embedding(6000, 1), nn.Embedding(3000, 1)

        def forward(self, u: Any, i: Any) -> Any:
            both = (self.users(u) * self.items(i)).sum(1)
            return both + self.user(u).squeeze(1) + self.item(i).squeeze(1)
    return L.trained(Factors(), lambda f, u, i, y: L.F.mse_loss(f(u, i), y),
                     (L.integers(6000, 500), L.integers(3000, 500), L.normal(500)))


def dlrm(L: Library) -> Work:
    nn, T = L.nn, L.T

    class DLRM(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.bags = nn.ModuleList([nn.EmbeddingBag(n, 16, mode="sum") for n in (2000, 500, 7000, 40)])
            self.dense, self.top = layers(L, 13, 64, 16), layers(L, 26, 60, 1)
            self.rows, self.columns = (list(k) for k in zip(*((i, j) for i in range(5) for j in range(i))))

        def forward(self, x: Any, places: Any, starts: Any) -> Any:
            x = self.dense(x)
            all_of = T.stack([x, *(bag(p, starts) for bag, p in zip(self.bags, places))], 1)
            pairs = T.bmm(all_of, all_of.transpose(1, 2))[:, self.rows, self.columns]
            return self.top(T.cat([x, pairs], 1)).squeeze(1)
    places = T.stack([L.integers(n, 128 * 3) for n in (2000, 500, 7000, 40)])
    return L.trained(DLRM(), lambda f, *a: L.F.binary_cross_entropy_with_logits(f(*a[:3]), a[3]),
                     (L.normal(128, 13), places, T.arange(128) * 3, L.uniform(128)), "Adagrad", lr=0.01)


def pinn(L: Library) -> Work:
    T = L.T
    grad = L.autograd.grad

    def loss(f: Any, x: Any, t: Any, x0: Any) -> Any:
        u = f(T.cat([x, t], 1))
        du_x, du_t = grad(u.sum(), (x, t), create_graph=True)
        du_xx, = grad(du_x.sum(), x, create_graph=True)
        begin = f(T.cat([x0, T.zeros_like(x0)], 1)) + T.sin(math.pi * x0)
        return (du_t + u * du_x - 0.01 / math.pi * du_xx).square().mean() + begin.square().mean()
    points = [L.uniform(300, 1).requires_grad_() for _ in range(2)]
    return L.trained(layers(L, 2, 30, 30, 30, 1, act="Tanh"), loss, (*points, L.uniform(50, 1)), lr=1e-3)


def penalty(L: Library) -> Work:
    def loss(f: Any, real: Any, fake: Any, mix: Any) -> Any:
        between = (mix * real + (1 - mix) * fake).requires_grad_()
        slope, = L.autograd.grad(f(between).sum(), between, create_graph=True)
        return f(fake).mean() - f(real).mean() + 10 * ((slope.norm(2, 1) - 1) ** 2).mean()
    return L.trained(layers(L, 100, 150, 90, 1, act="LeakyReLU"), loss,
                     (L.normal(64, 100), L.normal(64, 100), L.uniform(64, 1)), "RMSprop", lr=1e-4)


def maml(L: Library) -> Work:
    """One step of descent for each of four tasks, and the derivative through it."""
    F = L.F
    model = layers(L, 1, 40, 40, 1, act="Tanh")

    def loss(f: Any, xs: Any, ys: Any) -> Any:
        names, total = dict(f.named_parameters()), 0
        for x, y in zip(xs, ys):
            inner = F.mse_loss(L.func.functional_call(f, names, (x[:10],)), y[:10])
            slopes = L.autograd.grad(inner, list(names.values()), create_graph=True)
            moved = {n: p - 0.1 * g for (n, p), g in zip(names.items(), slopes)}
            total = total + F.mse_loss(L.func.functional_call(f, moved, (x[10:],)), y[10:])
        return total / len(xs)
    return L.trained(model, loss, (L.normal(4, 20, 1), L.normal(4, 20, 1)))


def per_sample(L: Library) -> Work:
    """Gradients of single examples, clipped and averaged."""
    T = L.T
    model = layers(L, 60, 50, 8, act="Tanh")
    opt = L.optimizer(model.parameters(), "SGD", lr=0.1)

    def loss_of(p: Any, x: Any, y: Any) -> Any:
        return L.F.cross_entropy(L.func.functional_call(model, p, (x[None],)), y[None])

    def step(x: Any, y: Any) -> Any:
        p = {n: v.detach() for n, v in model.named_parameters()}
        both = L.func.vmap(L.func.grad_and_value(loss_of), in_dims=(None, 0, 0))
        slopes, losses = both(p, x, y)
        size = sum(g.flatten(1).square().sum(1) for g in slopes.values()).sqrt()
        scale = T.clamp(1 / (size + 1e-6), max=1.0)
        for n, v in model.named_parameters():
            v.grad = T.einsum("b,b...->...", scale, slopes[n]) / len(x)
        opt.step()
        return losses.mean()
    return model, step, (L.normal(64, 60), L.integers(8, 64))


def experts(L: Library) -> Work:
    """Each row goes to the two experts that like it best: chosen rows are gathered, results added back."""
    nn, T, F = L.nn, L.T, L.F

    class Experts(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.gate, self.head = nn.Linear(64, 6), nn.Linear(64, 10)
            self.up, self.down = (nn.Parameter(T.empty(6, *s)) for s in ((64, 100), (100, 64)))
            for p in (self.up, self.down):
                nn.init.normal_(p, std=0.1)

        def forward(self, x: Any) -> Any:
            weight, chosen = T.topk(self.gate(x), 2)
            weight, spread = T.softmax(weight, 1).flatten(), chosen.flatten()
            order = T.argsort(spread, stable=True)
            rows, place = order // 2, spread[order]
            # A place for each row of each expert, as many as the fullest could get.
            own = F.one_hot(place, 6)
            slot = ((own.cumsum(0) - 1) * own).sum(1)
            kept = T.zeros(6, 128, 64).index_put((place, slot), x[rows])
            out = T.bmm(F.gelu(T.bmm(kept, self.up)), self.down)[place, slot]
            return self.head(x.index_add(0, rows, out * weight[order][:, None]))
    return L.classified(Experts(), L.normal(128, 64), 10)


def flow(L: Library) -> Work:
    """RealNVP: couplings of halves, the negative log-likelihood of the data."""
    nn, T = L.nn, L.T

    class Flow(nn.Module):     # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.ModuleList([layers(L, 3, 50, 50, 3, act="Tanh") for _ in range(6)])
            self.shift = nn.ModuleList([layers(L, 3, 50, 50, 3) for _ in range(6)])

        def forward(self, x: Any) -> Any:
            a, b = x[:, :3], x[:, 3:]
            volume = T.zeros(len(x))
            for scale, shift in zip(self.scale, self.shift):
                s = T.tanh(scale(a))
                b = b * T.exp(s) + shift(a)
                volume = volume + s.sum(1)
                a, b = b, a
            normal = L.distributions.Normal(T.zeros(6), T.ones(6))
            return -(normal.log_prob(T.cat([a, b], 1)).sum(1) + volume).mean()
    return L.trained(Flow(), lambda f, x: f(x), (L.normal(200, 6),))


def lbfgs(L: Library) -> Work:
    model = layers(L, 3, 30, 1, act="Tanh")
    x = L.normal(150, 3)
    y = x.square().sum(1, keepdim=True)
    opt, called = L.optim.LBFGS(model.parameters(), max_iter=5, line_search_fn="strong_wolfe"), L.wrap(model)

    def step(x: Any, y: Any) -> Any:
        def closure() -> Any:
            opt.zero_grad()
            loss = L.F.mse_loss(called(x), y)
            loss.backward()
            return loss
        return opt.step(closure)
    return model, step, (x, y)


def optimizer(L: Library, kind: str, **options: Any) -> Work:
    """Ten million parameters, gradients given."""
    shapes = ((1000, 5000), (5000, 950), (250, 1000))
    model = L.nn.ParameterList([L.nn.Parameter(L.normal(*s)) for s in shapes])
    opt = L.optimizer(model.parameters(), kind, **options)
    for p in model:
        p.grad = L.normal(*p.shape)

    def step() -> Any:
        opt.step()
        return model[2][0, 0].detach()
    return model, step, ()
