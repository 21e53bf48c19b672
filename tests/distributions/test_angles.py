"""VonMises beside PyTorch, whose Bessel functions are polynomials good to 1e-7."""

from __future__ import annotations

from typing import Any

import numpy as np

import retrograd as rg


def test_von_mises_has_pytorch_s_density_and_gradients(torch: Any) -> None:
    def found(T: Any) -> list[Any]:
        loc, k = (T.tensor(v, dtype=T.float64, requires_grad=True)
                  for v in ([0.3, -2.0, 1.0], [0.5, 30.0, 4.0]))
        law = T.distributions.VonMises(loc, k)
        density = law.log_prob(T.tensor([1.0, -1.9, -3.0], dtype=T.float64))
        density.sum().backward()
        return [density.tolist(), law.variance.tolist(), loc.grad.tolist(), k.grad.tolist()]
    np.testing.assert_allclose(found(rg), found(torch), atol=2e-7)


def test_angles_are_drawn_around_their_mean_as_far_as_their_variance_says() -> None:
    rg.manual_seed(0)
    law = rg.distributions.VonMises(rg.tensor([0.5, -2.0]), rg.tensor([0.7, 30.0]))
    drawn = law.sample((20_000,))
    sine, cosine = drawn.sin().mean(0), drawn.cos().mean(0)
    # 20,000 draws: the standard error of a mean of sines is below 0.7 / 141 = 0.005; four of them.
    np.testing.assert_allclose(1 - (sine ** 2 + cosine ** 2).sqrt().numpy(), law.variance.numpy(), atol=0.02)
    np.testing.assert_allclose(rg.atan2(sine, cosine).numpy(), [0.5, -2.0], atol=0.06)


def test_the_mode_of_kumaraswamy_is_where_its_density_is_greatest() -> None:
    law = rg.distributions.Kumaraswamy(rg.tensor(2.5), rg.tensor(3.0))
    x = rg.linspace(0.001, 0.999, 9999)
    assert abs(x[law.log_prob(x).argmax()].item() - law.mode.item()) < 2e-4
    assert np.isnan(rg.distributions.Kumaraswamy(0.5, 3.0).mode.item())
