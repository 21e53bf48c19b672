"""torch.linalg's names: values, derivatives and errors as PyTorch's, in double precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

import retrograd as rg

# k eps(float64): sums of up to some ten products, once more in each derivative.
CLOSE = {"rtol": 1e-12, "atol": 1e-12}


def compared(torch, name, *arrays, **options):
    """Value and gradient of linalg.<name> here and in PyTorch."""
    results = []
    for lib in (rg, torch):
        leaves = [lib.tensor(a, requires_grad=True) for a in arrays]
        out = getattr(lib.linalg, name)(*leaves, **options)
        parts = out if isinstance(out, tuple) else (out,)
        loss = sum(
            (p * lib.tensor(np.cos(np.arange(p.numel())).reshape(tuple(p.shape)))).sum() for p in parts
        )
        loss.backward()
        results.append([*(p.detach().numpy() for p in parts), *(leaf.grad.numpy() for leaf in leaves)])
    for ours, theirs in zip(*results):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, **CLOSE)


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (5, 5), (3, 4, 4), (2, 1, 3, 3)])
@pytest.mark.parametrize("name", ["det", "slogdet"])
def test_determinants(torch, rng, name, shape):
    compared(torch, name, rng.standard_normal(shape))


@pytest.mark.parametrize("matrix,expected", [
    ([[0.0, 1.0], [1.0, 0.0]], -1.0), ([[1.0, 2.0], [2.0, 4.0]], 0.0), ([[0.0, 0.0], [0.0, 1.0]], 0.0),
    (np.eye(4)[[1, 2, 3, 0]].tolist(), -1.0), (np.zeros((0, 0)), 1.0),
])
def test_determinants_with_row_exchanges_and_of_singular_matrices(matrix, expected):
    assert rg.linalg.det(rg.tensor(matrix)).item() == expected


def test_the_gradient_of_a_determinant_that_is_zero_is_the_cofactor():
    a = rg.tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    rg.det(a).backward()
    assert a.grad.tolist() == [[4.0, -2.0], [-2.0, 1.0]]


def test_the_second_derivative_of_a_determinant(rng):
    a = rg.tensor(rng.standard_normal((3, 3)), requires_grad=True)
    assert rg.autograd.gradgradcheck(rg.linalg.det, (a,))


@pytest.mark.parametrize("options", [
    {}, {"ord": 1}, {"ord": math.inf}, {"dim": 0}, {"dim": (0, 1)}, {"ord": 3, "dim": 1, "keepdim": True},
    {"ord": "fro"}, {"ord": -1}, {"ord": -math.inf}, {"ord": math.inf, "dim": (1, 0), "keepdim": True},
])
def test_norms(torch, rng, options):
    compared(torch, "norm", rng.standard_normal((3, 4)), **options)


@pytest.mark.parametrize("ord", ["fro", 1, -1, math.inf, -math.inf])
@pytest.mark.parametrize("dim,keepdim", [((-2, -1), False), ((0, 2), True), ((2, 0), False)])
def test_matrix_norms(torch, rng, ord, dim, keepdim):
    compared(torch, "matrix_norm", rng.standard_normal((2, 3, 4)), ord=ord, dim=dim, keepdim=keepdim)


@pytest.mark.parametrize("n", [-3, -1, 0, 1, 2, 7])
def test_matrix_powers(torch, rng, n):
    a = rng.standard_normal((2, 3, 3)) + 3 * np.eye(3)
    if n:
        compared(torch, "matrix_power", a, n=n)
    else:
        assert rg.equal(rg.linalg.matrix_power(rg.tensor(a), 0), rg.eye(3, dtype=rg.float64).expand(2, 3, 3))


def test_products(torch, rng):
    compared(torch, "vecdot", rng.standard_normal((2, 3)), rng.standard_normal((2, 3)))
    compared(torch, "vecdot", rng.standard_normal((2, 3)), rng.standard_normal((2, 3)), dim=0)
    compared(torch, "cross", rng.standard_normal((2, 3)), rng.standard_normal((2, 3)))
    compared(torch, "cross", rng.standard_normal((3, 2)), rng.standard_normal((3, 2)), dim=0)
    a, b, c = (rng.standard_normal(s) for s in ((2, 3), (3, 4), (4, 2)))
    got = rg.linalg.multi_dot([rg.tensor(x) for x in (a, b, c)])
    np.testing.assert_allclose(got.numpy(), a @ b @ c, **CLOSE)


@pytest.mark.parametrize("call,text", [
    (lambda: rg.linalg.det(rg.ones(2, 3)), r"linalg.det: A is \(2, 3\)(.|\n)*square"),
    (lambda: rg.linalg.det(rg.eye(2).long()), r"\.float\(\)"),
    (lambda: rg.linalg.norm(rg.ones(2, 2, 2), 1), r"dim="),
    (lambda: rg.linalg.matrix_norm(rg.ones(2, 2), "two"), "'nuc'"),
    (lambda: rg.linalg.cross(rg.ones(2), rg.ones(2)), "3 elements along dim -1"),
    (lambda: rg.linalg.multi_dot([rg.ones(2)]), "at least two"),
])
def test_errors_say_what_is_wrong(call, text):
    with pytest.raises((ValueError, NotImplementedError), match=text):
        call()
