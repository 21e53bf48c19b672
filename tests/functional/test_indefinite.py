"""Factors of symmetric matrices that need not be positive agree with LAPACK's, as PyTorch hands them over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg


def _symmetric(rng: np.random.Generator, n: int, kind: str) -> np.ndarray:
    a = rng.standard_normal((n, n))
    a = a + a.T
    if kind == "hollow":                # every block is one of two
        np.fill_diagonal(a, 0)
    if kind == "definite":
        a = a @ a + np.eye(n)
    return a


@pytest.mark.parametrize("kind", ["any", "hollow", "definite"])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_factors_and_pivots_are_those_of_lapack(torch: Any, rng: np.random.Generator, kind: str,
                                                n: int) -> None:
    a = _symmetric(rng, n, kind)
    mine, theirs = rg.linalg.ldl_factor_ex(rg.tensor(a)), torch.linalg.ldl_factor_ex(torch.tensor(a))
    assert mine.pivots.tolist() == theirs.pivots.tolist() and mine.info.item() == theirs.info.item()
    assert mine.pivots.dtype is rg.int32
    np.testing.assert_allclose(mine.LD.numpy(), np.tril(theirs.LD.numpy()), rtol=1e-9, atol=1e-11)


def test_systems_are_solved_in_batches(torch: Any, rng: np.random.Generator) -> None:
    a = np.stack([_symmetric(rng, 4, kind) for kind in ("any", "hollow")])
    b = rng.standard_normal((3, 1, 4, 2))
    x = rg.linalg.ldl_solve(*rg.linalg.ldl_factor(rg.tensor(a)), rg.tensor(b))
    np.testing.assert_allclose(a @ x.numpy(), np.broadcast_to(b, (3, 2, 4, 2)), rtol=1e-9, atol=1e-11)


def test_a_singular_matrix_and_misfits_are_told(torch: Any) -> None:
    for T in (rg, torch):
        assert T.linalg.ldl_factor_ex(T.zeros(2, 2)).info.item() == 1
        with pytest.raises(RuntimeError):
            T.linalg.ldl_factor_ex(T.zeros(2, 2), check_errors=True)
        with pytest.raises(RuntimeError):
            T.linalg.ldl_factor(T.zeros(2, 3))
        with pytest.raises(RuntimeError):
            T.linalg.ldl_solve(*T.linalg.ldl_factor(T.eye(2)), T.ones(3, 1))
    with pytest.raises(NotImplementedError, match="eigh"):
        rg.linalg.ldl_factor(rg.eye(2, dtype=rg.complex64), hermitian=True)
