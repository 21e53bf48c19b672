"""Microseconds of a whole step (forward, backward, SGD) as ONE program:
what is left when Python records nothing."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.networks import data, network

STEPS = {"xor": 300, "mlp64": 60, "mlp512": 20}


def measure(work: str) -> dict[str, float]:
    """Record one step, keep its program, run it again and again on its own results."""
    import retrograd as rg
    from retrograd.autodiff.reverse import pullback
    from retrograd.base.dtype import float32
    from retrograd.engine.linearize import linearize
    from retrograd.engine.program import make_program
    from retrograd.graph.node import const
    model = network(rg, rg.nn, rg.nn.functional, work)
    x, y = (rg.tensor(a) for a in data(work))
    rg.synchronize()
    loss = rg.nn.functional.cross_entropy(model(x), y).node
    leaves = [p.node for p in model.parameters()]
    grads, _ = pullback([loss], [const(1.0, float32)])
    roots = [loss, *(w - 0.1 * grads[w] for w in leaves)]
    linear = linearize(roots)
    program = make_program(roots, linear.leaves, linear.scalars)
    values: list[Any] = [n.value for n in linear.leaves]
    scalars = [n.value for n in linear.scalars]
    places = [linear.leaves.index(w) for w in leaves]

    def step() -> float:
        out = program.run(values, scalars)
        for k, value in zip(places, out[1:]):
            values[k] = value
        return float(out[0])
    first = step()
    times = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(STEPS[work]):
            last = step()
        times.append((time.perf_counter() - start) / STEPS[work] * 1e6)
    assert last < first, "the network did not learn"
    return {"us": sorted(times)[3]}
