"""Optimisers: their formulas term by term, reference trajectories, and what each is known for, measured."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn import functional as F

Make = Callable[[Any], Any]


def parameter(value: Any) -> Any:
    return rg.nn.Parameter(rg.tensor(value, dtype=rg.float64))


def along(make: Make, gradients: Any, start: Any = 0.0) -> tuple[list[np.ndarray], Any, Any]:
    """(the parameter after each step, the optimiser, the parameter) for gradients that are given."""
    p = parameter(start)
    optimizer = make([p])
    seen = []
    for g in gradients:
        p.grad = rg.tensor(g, dtype=rg.float64)
        optimizer.step()
        seen.append(p.detach().numpy().copy())
    return seen, optimizer, p


def descend(make: Make, f: Callable[[Any], Any], start: Any, steps: int) -> list[np.ndarray]:
    """The parameter before each step and at the end."""
    p = parameter(start)
    optimizer = make([p])
    seen = [p.detach().numpy().copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        f(p).backward()
        optimizer.step()
        seen.append(p.detach().numpy().copy())
    return seen


# Six steps on x^2 from 1, computed from the formulas in long arithmetic.
TRAJECTORIES = {
    "sgd": (lambda p: rg.optim.SGD(p, lr=0.1), [.8, .64, .512, .4096, .32768, .262144]),
    "momentum": (lambda p: rg.optim.SGD(p, lr=0.1, momentum=0.9),
                 [.8, .46, .062, -.3086, -.58042, -.708974]),
    "nesterov": (lambda p: rg.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
                 [.62, .2224, -.108352, -.32482304, -.4157175808, -.398018134016]),
    "adagrad": (lambda p: rg.optim.Adagrad(p, lr=0.1),
                [.900000000005, .833103526845036, .78045618135681, .73622313266101, .697714862054354,
                 .663432343165284]),
    "rmsprop": (lambda p: rg.optim.RMSprop(p, lr=0.01),
                [.900000005, .832917967970033, .779982273243635, .735389044438224, .696465788738208,
                 .661724650245887]),
    "adam": (lambda p: rg.optim.Adam(p, lr=0.1),
             [.9000000005, .800412228691793, .70158627294603, .603939060573746, .507963659264342,
              .414236455993662]),
    "adamw": (lambda p: rg.optim.AdamW(p, lr=0.1, weight_decay=0.01),
              [.8990000005, .798519027168522, .698911183158232, .600598574159543, .504080090087945,
               .409938436770929]),
    "adadelta": (lambda p: rg.optim.Adadelta(p, lr=1.0, rho=0.9, eps=1e-6),
                 [.996837726292671, .993598174078306, .990309045658058, .986984042427535, .983631323953412,
                  .980256296213972]),
}


@pytest.mark.parametrize("name", TRAJECTORIES)
def test_six_steps_on_a_parabola(name: str) -> None:
    make, expected = TRAJECTORIES[name]
    found = descend(make, lambda p: (p * p).sum(), 1.0, 6)[1:]
    np.testing.assert_allclose(found, expected, rtol=1e-12)     # the table has 15 digits


# ---------------------------------------------------------------- formulas
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradient_descent_is_its_formula_to_the_bit(dtype: str, rng: np.random.Generator) -> None:
    p0, g = rng.standard_normal((2, 1000)).astype(dtype)
    p = rg.nn.Parameter(rg.tensor(p0))
    p.grad = rg.tensor(g)
    rg.optim.SGD([p], lr=0.3).step()
    np.testing.assert_array_equal(p.detach().numpy(), p0 - np.asarray(0.3, dtype) * g)


def test_momentum_is_the_weighted_sum_of_all_gradients(rng: np.random.Generator) -> None:
    """v_t = sum over i of beta^(t-i) g_i, and p_t = p_0 - lr (v_1 + ... + v_t)."""
    g = rng.standard_normal((12, 3))
    seen, optimizer, p = along(lambda p: rg.optim.SGD(p, lr=0.1, momentum=0.8), g, np.zeros(3))
    v = [sum(0.8 ** (t - i) * g[i] for i in range(t + 1)) for t in range(12)]
    np.testing.assert_allclose(optimizer.state[p]["momentum_buffer"].numpy(), v[-1], rtol=1e-13)
    np.testing.assert_allclose(seen, -0.1 * np.cumsum(v, 0), rtol=1e-12)


def test_nesterov_is_the_look_ahead_of_the_textbook_in_other_variables() -> None:
    """v = beta v + g(theta - lr beta v), theta = theta - lr v; what is kept here is theta - lr beta v."""
    lr, beta = 0.02, 0.9
    curvature = np.array([1.0, 10.0])
    theta, v, ahead = np.array([1.0, -2.0]), np.zeros(2), []
    for _ in range(30):
        v = beta * v + curvature * (theta - lr * beta * v)
        theta = theta - lr * v
        ahead.append(theta - lr * beta * v)
    found = descend(lambda p: rg.optim.SGD(p, lr=lr, momentum=beta, nesterov=True),
                    lambda p: 0.5 * (rg.tensor(curvature) * p * p).sum(), [1.0, -2.0], 30)[1:]
    np.testing.assert_allclose(found, ahead, rtol=1e-11, atol=1e-14)


def test_adagrad_adds_up_squares_and_divides_by_their_root(rng: np.random.Generator) -> None:
    g = rng.standard_normal((9, 4))
    seen, optimizer, p = along(lambda p: rg.optim.Adagrad(p, lr=0.1), g, np.zeros(4))
    total = np.cumsum(g * g, 0)
    np.testing.assert_allclose(optimizer.state[p]["sum"].numpy(), total[-1], rtol=1e-13)
    expected = -0.1 * np.cumsum(g / (np.sqrt(total) + 1e-10), 0)
    np.testing.assert_allclose(seen, expected, rtol=1e-12, atol=1e-14)


def test_rmsprop_averages_squares(rng: np.random.Generator) -> None:
    g = rng.standard_normal((9, 4))
    seen, _, _ = along(lambda p: rg.optim.RMSprop(p, lr=0.1, alpha=0.9), g, np.zeros(4))
    s, p = np.zeros(4), np.zeros(4)
    for t in range(9):
        s = 0.9 * s + 0.1 * g[t] ** 2
        p = p - 0.1 * g[t] / (np.sqrt(s) + 1e-8)
        np.testing.assert_allclose(seen[t], p, rtol=1e-12)


def adam(g: np.ndarray, lr: float) -> np.ndarray:
    """Adam from zero along given gradients, as the paper writes it."""
    m = v = p = np.zeros(g.shape[1])
    seen = []
    for t, gt in enumerate(g, 1):
        m = 0.9 * m + (1 - 0.9) * gt
        v = 0.999 * v + (1 - 0.999) * gt**2
        p = p - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        seen.append(p)
    return np.array(seen)


def test_adam_goes_ten_thousand_steps_with_the_formula(rng: np.random.Generator) -> None:
    g = rng.standard_normal((10_000, 3)) + 0.1
    seen, optimizer, _ = along(lambda p: rg.optim.Adam(p, lr=1e-3), g, np.zeros(3))
    assert {k: optimizer.defaults[k] for k in ("betas", "eps")} == {"betas": (0.9, 0.999), "eps": 1e-8}
    np.testing.assert_allclose(seen, adam(g, 1e-3), rtol=1e-12, atol=1e-13)


def test_the_first_step_of_adam_is_corrected_for_its_start_from_zero() -> None:
    g = np.array([1e-3, 1.0, -250.0])
    (first,), _, _ = along(lambda p: rg.optim.Adam(p, lr=0.1), [g], np.zeros(3))
    np.testing.assert_allclose(first, -0.1 * g / (np.abs(g) + 1e-8), rtol=1e-13)


def test_a_constant_gradient_moves_adam_by_the_same_step_every_time() -> None:
    g = np.array([0.01, -3.0])
    seen, _, _ = along(lambda p: rg.optim.Adam(p, lr=0.1), [g] * 200, np.zeros(2))
    steps = np.diff(np.array([np.zeros(2), *seen]), axis=0)
    np.testing.assert_allclose(steps, np.tile(-0.1 * g / (np.abs(g) + 1e-8), (200, 1)), rtol=1e-11)


PAIRS = {
    "sgd without momentum": (lambda p: rg.optim.SGD(p, lr=0.1, momentum=0.0),
                             lambda p: rg.optim.SGD(p, lr=0.1)),
    "adamw without decay": (lambda p: rg.optim.AdamW(p, lr=0.1, weight_decay=0.0),
                            lambda p: rg.optim.Adam(p, lr=0.1)),
    "decoupled adam": (lambda p: rg.optim.Adam(p, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True),
                       lambda p: rg.optim.AdamW(p, lr=0.1, weight_decay=0.1)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_two_ways_to_say_the_same(name: str, rng: np.random.Generator) -> None:
    g, start = rng.standard_normal((20, 3)), rng.standard_normal(3)
    one, other = (along(make, g, start)[0] for make in PAIRS[name])
    np.testing.assert_array_equal(one, other)


def test_decay_is_added_to_the_gradient_in_sgd_and_adam_and_taken_off_the_weight_in_adamw(
        rng: np.random.Generator) -> None:
    start, g, lam, lr = rng.standard_normal(4), rng.standard_normal(4), 0.3, 0.1
    (sgd,), _, _ = along(lambda p: rg.optim.SGD(p, lr=lr, weight_decay=lam), [g], start)
    np.testing.assert_allclose(sgd, start - lr * (g + lam * start), rtol=1e-14)
    (coupled,), _, _ = along(lambda p: rg.optim.Adam(p, lr=lr, weight_decay=lam), [g], start)
    h = g + lam * start
    np.testing.assert_allclose(coupled, start - lr * h / (np.abs(h) + 1e-8), rtol=1e-12)
    (decoupled,), _, _ = along(lambda p: rg.optim.AdamW(p, lr=lr, weight_decay=lam), [g], start)
    np.testing.assert_allclose(decoupled, start * (1 - lr * lam) - lr * g / (np.abs(g) + 1e-8), rtol=1e-12)


# ---------------------------------------------------------------- what each is for
def bowl(kappa: float) -> Callable[[Any], Any]:
    scale = rg.tensor([1.0, kappa], dtype=rg.float64)
    return lambda p: 0.5 * (scale * p * p).sum()


def steps_to(make: Make, kappa: float, tolerance: float = 1e-6, limit: int = 3000) -> int:
    """Steps until the distance has shrunk to a part of the first."""
    seen = np.linalg.norm(descend(make, bowl(kappa), [1.0, 1.0], limit), axis=1)
    below = np.flatnonzero(seen <= tolerance * seen[0])
    return int(below[0]) if below.size else limit


def best_descent(kappa: float) -> Make:
    return lambda p: rg.optim.SGD(p, lr=2 / (1 + kappa))


def best_momentum(kappa: float) -> Make:
    root = math.sqrt(kappa)
    return lambda p: rg.optim.SGD(p, lr=4 / (1 + root) ** 2, momentum=((root - 1) / (root + 1)) ** 2)


def test_descent_contracts_a_ravine_by_exactly_its_rate() -> None:
    """(kappa - 1) / (kappa + 1) a step at lr = 2 / (L + mu): 691 steps to 1e-6 at kappa = 100."""
    seen = np.linalg.norm(descend(best_descent(100), bowl(100), [1.0, 1.0], 50), axis=1)
    np.testing.assert_allclose(seen[1:] / seen[:-1], 99 / 101, rtol=1e-10)
    assert steps_to(best_descent(100), 100) == 691


def test_momentum_crosses_a_ravine_in_the_root_of_the_steps() -> None:
    kappas = [16, 64, 256]
    plain = [steps_to(best_descent(k), k) for k in kappas]
    heavy = [steps_to(best_momentum(k), k) for k in kappas]
    slope = [np.polyfit(np.log(kappas), np.log(n), 1)[0] for n in (plain, heavy)]
    assert abs(slope[0] - 1) < 0.05 and abs(slope[1] - 0.5) < 0.1
    assert heavy[2] < plain[2] / 10


def test_momentum_rolls_through_a_shallow_minimum_that_holds_plain_descent() -> None:
    """f = x^4/4 - 0.3 x^2 - 0.05 x from the left: minima near -0.73 and, deeper, near 0.81."""
    def f(p: Any) -> Any:
        return (p**4 / 4 - 0.3 * p**2 - 0.05 * p).sum()
    plain = descend(lambda p: rg.optim.SGD(p, lr=0.05), f, [-1.6], 500)[-1].item()
    heavy = descend(lambda p: rg.optim.SGD(p, lr=0.05, momentum=0.9), f, [-1.6], 500)[-1].item()
    assert plain < 0 < heavy
    assert f(rg.tensor(heavy)).item() < f(rg.tensor(plain)).item()


@pytest.mark.parametrize(("make", "threshold"), [
    (lambda lr: lambda p: rg.optim.SGD(p, lr=lr), 2.0),
    (lambda lr: lambda p: rg.optim.SGD(p, lr=lr, momentum=0.9), 3.8),
    (lambda lr: lambda p: rg.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True), 2 * 1.9 / 2.8)])
def test_steps_grow_without_bound_beyond_the_known_rate(make: Any, threshold: float) -> None:
    """On x^2/2: 2 for descent, 2 (1 + beta) with momentum, 2 (1 + beta) / (1 + 2 beta) for Nesterov."""
    def last(lr: float) -> float:
        return abs(descend(make(lr), lambda p: 0.5 * (p * p).sum(), [1.0], 2000)[-1].item())
    assert last(0.99 * threshold) < 1e-3 and last(1.01 * threshold) > 1e3


def test_adagrad_takes_larger_steps_along_rare_features() -> None:
    """A feature seen once in 25 steps is learned as one seen every time is; plain descent lags."""
    def distance(make: Make) -> Any:
        w = parameter([0.0, 0.0])
        optimizer = make([w])
        for t in range(500):
            x = np.array([1.0, 0.0]) if t % 25 else np.array([0.0, 1.0])
            optimizer.zero_grad()
            (0.5 * ((w - 1.0) * rg.tensor(x)) ** 2).sum().backward()
            optimizer.step()
        return np.abs(w.detach().numpy() - 1)
    common, rare = distance(lambda p: rg.optim.Adagrad(p, lr=0.5))
    assert common < 1e-3 and rare < 0.1
    assert distance(lambda p: rg.optim.SGD(p, lr=0.02))[1] > 0.5


def test_the_rate_of_adagrad_falls_as_one_over_the_root_of_time() -> None:
    seen, _, _ = along(lambda p: rg.optim.Adagrad(p, lr=0.1), np.ones((400, 1)), np.zeros(1))
    steps = -np.diff(np.concatenate([[0.0], np.array(seen)[:, 0]]))
    np.testing.assert_allclose(steps, 0.1 / np.sqrt(np.arange(1, 401)), rtol=1e-9)


# ---------------------------------------------------------------- L-BFGS
def minimise(f: Callable[[Any], Any], start: np.ndarray, noise: float = 0.0, **options: Any
             ) -> tuple[float, Any, int]:
    """(last loss, parameter, evaluations) of one call with strong Wolfe steps."""
    w, calls = parameter(start), 0
    optimizer = rg.optim.LBFGS([w], line_search_fn="strong_wolfe", **options)
    rng = np.random.default_rng(0)

    def closure() -> Any:
        nonlocal calls
        calls += 1
        optimizer.zero_grad()
        loss = f(w) + noise * float(rng.standard_normal())
        loss.backward()
        return loss
    optimizer.step(closure)
    return f(w).item(), w.detach().numpy(), calls


def rosenbrock(w: Any) -> Any:
    return (100 * (w[1::2] - w[::2] ** 2) ** 2 + (1 - w[::2]) ** 2).sum()


@pytest.mark.parametrize(("n", "evaluations"), [(2, 80), (10, 160), (100, 900)])
def test_lbfgs_descends_valleys_of_any_size(n: int, evaluations: int) -> None:
    loss, _, calls = minimise(rosenbrock, np.tile([-1.2, 1.0], n // 2), max_iter=2000, max_eval=2000,
                              history_size=10, tolerance_grad=1e-8, tolerance_change=0.0)
    assert loss < 1e-14 and calls <= evaluations


def test_lbfgs_ends_a_quadratic_in_a_few_evaluations_a_dimension(rng: np.random.Generator) -> None:
    q, _ = np.linalg.qr(rng.standard_normal((8, 8)))
    a = rg.tensor(q @ np.diag(np.linspace(1, 20, 8)) @ q.T)
    loss, _, calls = minimise(lambda w: 0.5 * w @ (a @ w), rng.standard_normal(8), max_iter=100,
                              history_size=20, tolerance_grad=1e-9, tolerance_change=0.0)
    # Not exact line searches, so some more than n + 1.
    assert loss < 1e-17 and calls <= 4 * 9


def test_lbfgs_survives_noise() -> None:
    loss, w, _ = minimise(rosenbrock, np.array([-1.2, 1.0]), noise=1e-4, max_iter=200)
    assert np.isfinite(w).all() and loss < rosenbrock(rg.tensor([-1.2, 1.0])).item()


def test_a_closure_is_called_once_a_step_and_its_loss_handed_back() -> None:
    for name in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD",
                 "Rprop"):
        p, calls = parameter([1.0]), []
        optimizer = getattr(rg.optim, name)([p], lr=0.1)

        def closure(p: Any = p, calls: list[int] = calls, optimizer: Any = optimizer) -> Any:
            calls.append(1)
            optimizer.zero_grad()
            loss = F.mse_loss(p, rg.zeros(1, dtype=rg.float64))
            loss.backward()
            return loss
        assert optimizer.step(closure).item() == 1.0 and len(calls) == 1 and p.item() < 1.0
