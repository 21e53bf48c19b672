"""What initialisations are for: signals and gradients keep their size through many layers.

M_l = |a_l|^2 / n goes through the network, |delta_l|^2 comes back. Each law is stated for the network, and
the tolerance is four standard errors of its own statistics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.nn import init

Fill = Callable[[Any], Any]
HE: Fill = lambda w: init.kaiming_normal_(w, nonlinearity="relu")
XAVIER: Fill = lambda w: init.xavier_normal_(w)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
GAUSS = WEIGHTS / WEIGHTS.sum()


def profiles(fill: Fill, phi: Callable[[Any], Any], n: int, depth: int, draws: int, start: float = 1.0
             ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(M_0 ... M_L, |delta_1|^2 ... |delta_L|^2) of one random network after another, without biases."""
    for _ in range(draws):
        a = math.sqrt(start) * rg.randn(n)
        a.requires_grad_()
        sizes, zs = [(a * a).mean()], []
        for _ in range(depth):
            zs.append(fill(rg.empty(n, n)) @ a)
            a = phi(zs[-1])
            sizes.append((a * a).mean())
        deltas = rg.autograd.grad((rg.randn(n) * a).sum(), zs)
        yield (rg.stack(sizes).detach().numpy().astype(float),
               rg.stack([(d * d).sum() for d in deltas]).numpy().astype(float))


def ratios(fill: Fill, phi: Callable[[Any], Any], n: int, depth: int, draws: int) -> tuple[Any, Any]:
    """(M_l / M_(l-1), |delta_l|^2 / |delta_(l+1)|^2), a row a network."""
    rows = [(m[1:] / m[:-1], d[:-1] / d[1:]) for m, d in profiles(fill, phi, n, depth, draws)]
    forward, backward = zip(*rows)
    return np.array(forward), np.array(backward)


def standard_error(x: np.ndarray) -> float:
    return float(x.std() / math.sqrt(x.size))


@pytest.mark.parametrize(("n", "depth", "draws"), [
    (128, 20, 10), pytest.param(512, 50, 20, marks=pytest.mark.slow)])
def test_he_keeps_signal_and_gradient_through_relu_layers(n: int, depth: int, draws: int) -> None:
    """E[M_l / M_(l-1)] = 1 with variance 5/n, a layer: a martingale, so ratios are uncorrelated."""
    forward, backward = ratios(HE, rg.relu, n, depth, draws)
    assert abs(forward.mean() - 1) < 4 * math.sqrt(5 / (n * depth * draws))
    # The variance of a variance of nearly normal ratios; their fourth moment adds a little at small n.
    assert abs(forward.var() * n / 5 - 1) < 4 * math.sqrt(2.5 / forward.size)
    assert abs(backward.mean() - 1) < 4 * standard_error(backward)


@pytest.mark.parametrize(("n", "depth", "draws"), [
    (128, 20, 6), pytest.param(512, 50, 10, marks=pytest.mark.slow)])
def test_xavier_keeps_tanh_layers_as_the_mean_field_says(n: int, depth: int, draws: int) -> None:
    """q -> E[tanh(sqrt(q) Z)^2], and the gradient's square is multiplied by E[tanh'(sqrt(q) Z)^2] a layer."""
    found = [(m, d) for m, d in profiles(XAVIER, rg.tanh, n, depth, draws, start=0.1)]
    m, d = (np.array([pair[k] for pair in found]) for k in (0, 1))
    for l in range(depth):
        slope = np.tanh(np.sqrt(m[:, l, None]) * NODES)
        expected = (slope**2 @ GAUSS) / m[:, l]
        ratio = m[:, l + 1] / m[:, l]
        assert abs((ratio / expected).mean() - 1) < 4 * math.sqrt(2 / (n * draws))
    gain = ((1 - np.tanh(np.sqrt(m[:, 1:-1, None]) * NODES) ** 2) ** 2) @ GAUSS
    backward = d[:, :-1] / d[:, 1:] / gain
    assert abs(backward.mean() - 1) < 4 * standard_error(backward) + 2 / n
    # So a layer changes neither by more than some percent, on average over the network.
    forward = (m[:, -1] / m[:, 0]) ** (1 / depth)
    back = (d[:, 0] / d[:, -1]) ** (1 / (depth - 1))
    assert 0.9 < forward.mean() <= 1.01 and 0.9 < back.mean() <= 1.01


@pytest.mark.parametrize(("name", "fill", "phi", "forward", "backward"), [
    ("xavier before relu", XAVIER, rg.relu, -0.1505, -0.1505),      # half the power a layer
    ("he before relu", HE, rg.relu, 0.0, 0.0),
    ("three times he", lambda w: HE(w).mul_(3.0), rg.relu, 0.4771, 0.4771),
    ("xavier before sigmoid", XAVIER, rg.sigmoid, None, -0.62)])
def test_slopes_of_a_wrong_gain_are_seen_in_decades_a_layer(name: str, fill: Fill, phi: Any, forward: Any,
                                                            backward: float) -> None:
    """log10 of the root mean square, a layer; sigmoid's slope is near 1/4 around 0, less elsewhere."""
    f, b = (0.5 * np.log10(r).mean() for r in ratios(fill, phi, 256, 20, 4))
    assert forward is None or abs(f - forward) < 0.02, name
    assert abs(b - backward) < 0.02, name


def test_a_gain_of_two_multiplies_activations_and_deltas_by_powers_of_two() -> None:
    """W -> 2 W in every layer: a_l -> 2^l a_l, delta_l -> 2^(L-l) delta_l, dW -> 2^(L-1) dW, exactly."""
    depth, n = 8, 32
    weights = [HE(rg.empty(n, n)) for _ in range(depth)]
    x = rg.randn(3, n)

    def run(gain: float) -> tuple[list[Any], list[Any], list[Any]]:
        ws = [(gain * w).requires_grad_() for w in weights]
        a, acts, zs = x, [], []
        for w in ws:
            zs.append(a @ w.T)
            a = rg.relu(zs[-1])
            acts.append(a)
        grads = rg.autograd.grad(a.sum(), [*zs, *ws])
        return acts, list(grads[:depth]), list(grads[depth:])
    (a1, d1, w1), (a2, d2, w2) = run(1.0), run(2.0)
    for l in range(depth):
        assert rg.equal(a2[l], 2.0 ** (l + 1) * a1[l])
        assert rg.equal(d2[l], 2.0 ** (depth - 1 - l) * d1[l])
        assert rg.equal(w2[l], 2.0 ** (depth - 1) * w1[l])


def test_the_log_of_a_linear_layer_shrinks_as_the_digamma_says() -> None:
    """E log(|W x| / |x|) = (psi(n/2) + ln(2/n)) / 2 for W ~ N(0, 1/n)."""
    for n, expected in ((8, -0.0650883), (32, -0.0157877)):
        w = rg.randn(4000, n, n) / math.sqrt(n)
        x = rg.randn(n)
        y = (w @ x).numpy().astype(float)
        logs = np.log(np.linalg.norm(y, axis=1) / np.linalg.norm(x.numpy()))
        assert abs(logs.mean() - expected) < 4 * standard_error(logs)


def test_orthogonal_layers_keep_every_singular_value_at_one() -> None:
    product = np.eye(24)
    for _ in range(50):
        product = init.orthogonal_(rg.empty(24, 24, dtype=rg.float64)).numpy() @ product
    np.testing.assert_allclose(np.linalg.svd(product, compute_uv=False), 1, atol=1e-10)


@pytest.mark.slow
def test_the_signal_of_deep_relu_networks_is_log_normal() -> None:
    """log M_L is about N(-beta/2, beta) with beta = 5 L / n, and E[M_L^2] = (1 + 5/n)^L."""
    n, depth, draws = 128, 50, 1500
    m = np.array([m[-1] / m[0] for m, _ in profiles(HE, rg.relu, n, depth, draws)])
    beta = 5 * depth / n
    logs = np.log(m)
    assert abs(logs.mean() + beta / 2) < 0.1 * beta / 2 + 4 * standard_error(logs)
    assert abs(logs.std() / math.sqrt(beta) - 1) < 0.1
    short = np.array([m[-1] / m[0] for m, _ in profiles(HE, rg.relu, n, 10, draws)])
    assert abs((short**2).mean() - (1 + 5 / n) ** 10) < 4 * standard_error(short**2)


NORMAL = math.sqrt(2)           # a relative variance of N draws has this standard error times 1/sqrt(N)
UNIFORM = math.sqrt(0.8)


@pytest.mark.parametrize(("fill", "variance", "spread"), [
    (init.xavier_normal_, 2 / (300 + 200), NORMAL), (init.xavier_uniform_, 2 / (300 + 200), UNIFORM),
    (HE, 2 / 200, NORMAL), (lambda w: init.kaiming_uniform_(w, nonlinearity="relu"), 2 / 200, UNIFORM),
    (lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), 2 / 300, NORMAL),
    (lambda w: init.kaiming_normal_(w, nonlinearity="linear"), 1 / 200, NORMAL),
    (lambda w: init.xavier_normal_(w, init.calculate_gain("tanh")), (5 / 3) ** 2 * 2 / 500, NORMAL)])
def test_weights_have_the_distribution_of_the_formula(fill: Fill, variance: float, spread: float) -> None:
    """The sample variance within four standard errors; Kolmogorov and Smirnov's distance with p > 1e-4."""
    w = fill(rg.empty(300, 200)).numpy().astype(float).ravel()
    assert abs(w.var() / variance - 1) < 4 * spread / math.sqrt(w.size)
    x = np.sort(w) / math.sqrt(variance)
    cdf = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x]) if spread == NORMAL else \
        np.clip(0.5 + x / math.sqrt(12), 0, 1)
    steps = np.arange(x.size + 1) / x.size
    distance = max(np.abs(cdf - steps[1:]).max(), np.abs(cdf - steps[:-1]).max())
    assert distance * math.sqrt(x.size) < 2.2253        # 2 exp(-2 d^2) = 1e-4


def test_draws_are_the_same_numbers_in_every_dtype_and_on_any_number_of_threads() -> None:
    threads = rg.get_num_threads()
    drawn = []
    try:
        for count in (1, 3):
            rg.set_num_threads(count)
            rg.manual_seed(5)
            drawn.append(rg.randn(200_000, dtype=rg.float64).numpy())
    finally:
        rg.set_num_threads(threads)
    np.testing.assert_array_equal(*drawn)
    rg.manual_seed(5)
    single = rg.randn(200_000).numpy()
    # float32 has its own logarithm and cosine: some ulp of the largest intermediate value
    np.testing.assert_allclose(single, drawn[0], rtol=1e-5, atol=1e-6)
