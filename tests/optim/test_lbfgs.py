"""L-BFGS beside PyTorch's, beside dense BFGS, and when things go wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg


def rosenbrock(w: Any) -> Any:
    return ((1 - w[:-1]) ** 2 + 100 * (w[1:] - w[:-1] ** 2) ** 2).sum()


def trajectory(T: Any, steps: int, start: Any = (-1.2, 1.0, 0.5, 2.0), **options: Any) -> Any:
    """(loss before each step, parameters, evaluations)."""
    w = T.tensor(start, dtype=T.float64, requires_grad=True)
    optimizer = T.optim.LBFGS([w], **options)
    calls = 0

    def closure() -> Any:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = rosenbrock(w)
        loss.backward()
        return loss
    losses = [optimizer.step(closure).item() for _ in range(steps)]
    return losses, w.detach().numpy(), calls


@pytest.mark.parametrize(("steps", "options"), [
    (3, {"line_search_fn": "strong_wolfe"}),
    (6, {"line_search_fn": "strong_wolfe", "lr": 0.5, "max_iter": 7, "history_size": 3}),
    (4, {"lr": 1e-3}), (4, {"lr": 0.01, "max_iter": 5, "history_size": 2}),
    (1, {"line_search_fn": "strong_wolfe", "max_iter": 60, "max_eval": 9}), (3, {"lr": 1e-4, "max_iter": 1})])
def test_the_trajectory_is_pytorchs(steps: int, options: dict[str, Any], torch: Any) -> None:
    losses, w, calls = trajectory(rg, steps, **options)
    theirs, v, count = trajectory(torch, steps, **options)
    assert calls == count
    # float64; the order of sums differs by some ulp, which a badly conditioned valley magnifies
    np.testing.assert_allclose(losses, theirs, rtol=1e-8)
    np.testing.assert_allclose(w, v, rtol=1e-7)


def test_rosenbrock_in_fewer_than_fifty_evaluations() -> None:
    _, w, calls = trajectory(rg, 1, (-1.2, 1.0), line_search_fn="strong_wolfe", max_iter=100,
                             tolerance_change=1e-16)
    np.testing.assert_allclose(w, [1, 1], atol=1e-6)
    assert calls < 50


def test_the_two_loops_are_dense_bfgs() -> None:
    """-H g with H <- (I - r s y') H (I - r y s') + r s s' (Nocedal and Wright, 6.17)."""
    rng = np.random.default_rng(0)
    optimizer = rg.optim.LBFGS([rg.zeros(5, dtype=rg.float64, requires_grad=True)])
    pairs = []
    memory: dict[str, Any] = {"n_iter": 1}
    g = rng.standard_normal(5)
    d = optimizer._direction(memory, g, 10)
    for k in range(2, 6):
        memory.update(n_iter=k, prev_flat_grad=rg.tensor(g), d=rg.tensor(d), t=0.3)
        s = 0.3 * d
        y = 2 * s + 0.1 * np.abs(rng.standard_normal(5)) * s
        pairs.append((s, y))
        g = g + y
        d = optimizer._direction(memory, g, 10)
        h = np.eye(5) * (pairs[-1][0] @ pairs[-1][1]) / (pairs[-1][1] @ pairs[-1][1])
        for s, y in pairs:
            r = 1 / (s @ y)
            left = np.eye(5) - r * np.outer(s, y)
            h = left @ h @ left.T + r * np.outer(s, s)
        np.testing.assert_allclose(d, -h @ g, rtol=1e-12)


def test_parameters_are_put_back_when_the_closure_fails() -> None:
    w = rg.tensor([-1.2, 1.0], requires_grad=True)
    optimizer = rg.optim.LBFGS([w], line_search_fn="strong_wolfe")
    calls = 0

    def closure() -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        optimizer.zero_grad()
        loss = rosenbrock(w)
        loss.backward()
        return loss
    with pytest.raises(KeyboardInterrupt):
        optimizer.step(closure)
    assert w.tolist() == rg.tensor([-1.2, 1.0]).tolist()


def test_groups_are_one_vector() -> None:
    a, b = (rg.tensor([1.0], dtype=rg.float64, requires_grad=True) for _ in range(2))
    optimizer = rg.optim.LBFGS([{"params": [a]}, {"params": [b]}], line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((a - 2) ** 2 + (b + 3) ** 2).sum()
        loss.backward()
        return loss
    optimizer.step(closure)
    np.testing.assert_allclose([a.item(), b.item()], [2, -3], atol=1e-9)
    with pytest.raises(ValueError, match="lr"):
        rg.optim.LBFGS([{"params": [a]}, {"params": [b], "lr": 0.1}])


def test_a_resumed_run_goes_on_as_it_would_have() -> None:
    def run(first: int, second: int) -> list[float]:
        w = rg.tensor([-1.2, 1.0], dtype=rg.float64, requires_grad=True)
        saved: Any = None
        losses = []
        for steps in (first, second):
            optimizer = rg.optim.LBFGS([w], line_search_fn="strong_wolfe", max_iter=3)
            if saved is not None:
                optimizer.load_state_dict(saved)

            def closure(optimizer: Any = optimizer) -> Any:
                optimizer.zero_grad()
                loss = rosenbrock(w)
                loss.backward()
                return loss
            losses += [optimizer.step(closure).item() for _ in range(steps)]
            saved = optimizer.state_dict()
        return losses
    assert run(3, 3) == run(6, 0)


def test_a_closure_may_keep_the_parameters_within_bounds(torch: Any) -> None:
    """The tutorial on neural style clamps its picture before each evaluation; the next step starts there."""
    start = np.random.default_rng(0).random(6)
    target = np.array([-0.5, 0.2, 0.4, 0.9, 1.5, 0.7])
    runs = []
    for lib in (rg, torch):
        x = lib.tensor(start.tolist(), dtype=lib.float64, requires_grad=True)
        optimizer = lib.optim.LBFGS([x], max_iter=8)
        losses: list[float] = []

        def closure(lib: Any = lib, x: Any = x, optimizer: Any = optimizer, losses: Any = losses) -> Any:
            with lib.no_grad():
                x.clamp_(0, 1)
            optimizer.zero_grad()
            loss = ((x - lib.tensor(target.tolist(), dtype=lib.float64)) ** 4).sum() + (x[1:] * x[:-1]).sum()
            loss.backward()
            losses.append(loss.item())
            return loss

        optimizer.step(closure)
        optimizer.step(closure)
        runs.append((losses, x.tolist()))
    (ours, mine), (theirs, their_x) = runs
    assert len(ours) == len(theirs)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(mine, their_x, rtol=1e-8, atol=1e-10)
