"""The logarithm and the turn that normal numbers are made of: within 1 ulp; the split is exact."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.ops.box_muller import Arrays, log, normals, turned


def _uniform(rng: Any, n: int) -> Any:
    return rng.integers(0, 2**53, n) * 2.0**-53


def test_the_logarithm_is_within_an_ulp(rng: Any) -> None:
    x = np.concatenate([1 - _uniform(rng, 20000), 2.0 ** -np.arange(54), 1 - 2.0 ** -np.arange(1, 54)])
    exact = np.log(x.astype(np.longdouble))
    error = np.abs((log(Arrays, x) - exact) / np.spacing(np.abs(exact.astype(float)) + 5e-324))
    assert error[exact != 0].max() < 1.0
    assert log(Arrays, np.ones(1))[0] == 0.0


def test_the_turn_is_within_an_ulp_of_one(rng: Any) -> None:
    v = np.concatenate([_uniform(rng, 20000), np.arange(64) / 64, [1 - 2.0**-53]])
    cosine, sine = turned(Arrays, v)
    angle = v.astype(np.longdouble) * (2 * np.longdouble(np.pi) + np.longdouble(2.4492935982947064e-16))
    assert np.abs(cosine - np.cos(angle)).max() < 2.0**-52 and np.abs(sine - np.sin(angle)).max() < 2.0**-52
    assert turned(Arrays, np.array([0.0, 0.25, 0.5, 0.75]))[0].tolist() == [1, 0, -1, 0]


def test_the_split_is_exact(rng: Any) -> None:
    x = 1 - _uniform(rng, 1000)
    k, r = Arrays.split(x)
    assert np.array_equal(np.ldexp(r, k.astype(int)), x) and r.min() >= 0.7 and r.max() < 1.4143


def test_the_extreme_draws_are_finite() -> None:
    u = np.array([0.0, 1 - 2.0**-53])
    z = np.array(normals(Arrays, u, np.array([0.0, 1 - 2.0**-53])))
    assert np.isfinite(z).all() and np.abs(z).max() < math.sqrt(2 * 53 * math.log(2)) + 1e-9
