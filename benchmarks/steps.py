"""Microseconds a whole training step (forward, backward, Adam): compiled, and as a plain loop writes it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

from benchmarks.networks import WORK, data, network


def measure(lib: str, mode: str, work: str) -> dict[str, float]:
    """Median microseconds a step, seconds of the first one.

    mode: "plain" (the loop as it stands) or "compile" (retrograd.compile over the step, torch.compile over
    the model: each library's own advice).
    """
    run = training(lib, mode, work)
    start = time.perf_counter()
    first = float(run())
    cold = time.perf_counter() - start
    count = 0

    def once() -> None:
        nonlocal count
        loss = run()
        count += 1
        if count % 10 == 0:         # a loop looks at its loss now and then
            loss.item()
    us = _median(run if lib == "jax" else once, WORK[work])
    assert float(run()) < first, "the network did not learn"
    return {"us": us, "cold": cold}


def training(lib: str, mode: str, work: str) -> Callable[[], Any]:
    """What does a step at each call and returns its loss."""
    if lib == "jax":
        return _jax_training(work)
    T: Any = importlib.import_module(lib)
    nn: Any = importlib.import_module(lib + ".nn")
    F: Any = importlib.import_module(lib + ".nn.functional")
    optim: Any = importlib.import_module(lib + ".optim")
    model = network(T, nn, F, work)
    x, y = (T.from_numpy(a) for a in data(work))
    opt = optim.Adam(model.parameters(), **({"fused": True} if lib == "torch" else {}))
    called = T.compile(model) if mode == "compile" and lib == "torch" else model

    def step(x: Any, y: Any) -> Any:
        opt.zero_grad()
        loss = F.cross_entropy(called(x), y)
        loss.backward()
        opt.step()
        return loss
    run = T.compile(step) if mode == "compile" and lib != "torch" else step
    return lambda: run(x, y)


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


def _jax_training(work: str) -> Callable[[], Any]:
    """The same step under jax.jit with donated state, Adam written out."""
    import jax
    import jax.numpy as jnp
    import numpy as np
    rng = np.random.default_rng(0)
    forward, p = _jax_network(
        work, lambda *s: jnp.asarray(rng.standard_normal(s) / np.sqrt(s[0]), jnp.float32))
    x, y = (jnp.asarray(a) for a in data(work))

    def loss_of(p: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(forward(p, x)), y[:, None], 1).mean()

    def update(state: Any) -> Any:
        p, m, v, t = state
        loss, g = jax.value_and_grad(loss_of)(p)
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
        p = jax.tree.map(lambda p, m, v: p - 1e-3 * (m / (1 - 0.9 ** t))
                         / (jnp.sqrt(v / (1 - 0.999 ** t)) + 1e-8), p, m, v)
        return (p, m, v, t), loss
    compiled = jax.jit(update, donate_argnums=0)
    state = [(p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.asarray(0.0))]

    def step() -> Any:
        state[0], loss = compiled(state[0])
        return loss.block_until_ready()
    return step


def _jax_network(work: str, normal: Any) -> tuple[Any, Any]:
    """(forward, parameters) of the networks made of linear layers; the others are not written for JAX."""
    import jax
    import jax.numpy as jnp

    def linear(p: Any, x: Any) -> Any:
        return x @ p[0] + p[1]
    if work == "resmlp":
        p = ([(normal(128, 128), jnp.zeros(128)) for _ in range(50)], (normal(128, 10), jnp.zeros(10)))

        def residual(p: Any, x: Any) -> Any:
            for layer in p[0]:
                x = x + jax.nn.relu(linear(layer, x))
            return linear(p[1], x)
        return residual, p
    sizes = (2, 8, 2) if work == "xor" else (784, 256, 10)
    act = jnp.tanh if work == "xor" else jax.nn.relu
    layers = [(normal(a, b), jnp.zeros(b)) for a, b in zip(sizes, sizes[1:])]
    return lambda p, x: linear(p[1], act(linear(p[0], x))), layers


JAX_WORK = ("xor", "mlp64", "mlp512", "resmlp")
