"""Microseconds a whole training step (forward, backward, Adam) of small networks,
as a plain loop writes it."""

from __future__ import annotations

import importlib
import time
from typing import Any

STEPS = {"xor": 300, "mlp64": 60, "mlp512": 20}


def network(T: Any, nn: Any, work: str) -> tuple[Any, Any, Any]:
    """(model, inputs, labels)."""
    T.manual_seed(0)
    if work == "xor":
        return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2)), \
            T.randn(4, 2), T.tensor([0, 1, 1, 0])
    batch = int(work[3:])
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    return model, T.randn(batch, 784), T.randint(0, 10, (batch,))


def measure(lib: str, work: str) -> dict[str, float]:
    """Median microseconds a step, and seconds of the first one."""
    if lib == "jax":
        return measure_jax(work)
    T: Any = importlib.import_module(lib)
    nn: Any = importlib.import_module(lib + ".nn")
    F: Any = importlib.import_module(lib + ".nn.functional")
    optim: Any = importlib.import_module(lib + ".optim")
    model, x, y = network(T, nn, work)
    opt = optim.Adam(model.parameters())

    def step() -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        opt.step()
        return loss
    start = time.perf_counter()
    first = step().item()
    cold = time.perf_counter() - start
    us = _median(step, STEPS[work])
    assert step().item() < first, "the network did not learn"
    return {"us": us, "cold": cold}


def _median(step: Any, count: int, repeats: int = 7) -> float:
    for _ in range(5):
        step()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(count):
            step()
        times.append((time.perf_counter() - start) / count * 1e6)
    return sorted(times)[repeats // 2]


def measure_jax(work: str) -> dict[str, float]:
    """The same step under jax.jit, with Adam written out."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    rng = np.random.default_rng(0)
    sizes = (2, 8, 2) if work == "xor" else (784, 256, 10)
    batch = 4 if work == "xor" else int(work[3:])
    act = jnp.tanh if work == "xor" else jax.nn.relu
    p = [(jnp.asarray(rng.standard_normal((a, b)) / np.sqrt(a), jnp.float32), jnp.zeros(b))
         for a, b in zip(sizes, sizes[1:])]
    x = jnp.asarray(rng.standard_normal((batch, sizes[0])), jnp.float32)
    y = jnp.asarray(rng.integers(0, sizes[-1], batch))

    def loss_of(p: Any) -> Any:
        z = act(x @ p[0][0] + p[0][1]) @ p[1][0] + p[1][1]
        return -jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1).mean()

    @jax.jit
    def update(state: Any) -> Any:
        p, m, v, t = state
        loss, g = jax.value_and_grad(loss_of)(p)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        p = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / (1 - 0.9 ** t))
                         / (jnp.sqrt(v / (1 - 0.999 ** t)) + 1e-8), p, m, v)
        return (p, m, v, t), loss
    zeros = jax.tree.map(jnp.zeros_like, p)
    state = [(p, zeros, jax.tree.map(jnp.zeros_like, p), jnp.asarray(0.0))]

    def step() -> None:
        state[0], loss = update(state[0])
        loss.block_until_ready()
    start = time.perf_counter()
    step()
    cold = time.perf_counter() - start
    return {"us": _median(step, STEPS[work]), "cold": cold}
