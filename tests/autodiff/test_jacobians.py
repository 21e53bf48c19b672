"""Jacobians and Hessians: closed formulas, both modes, structures, chunks, and autograd.functional."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import func
from retrograd.autodiff import jacobians
from retrograd.autograd import functional

F64 = rg.float64


@pytest.mark.parametrize("chunk", [None, 1, 2, 100])
def test_both_modes_agree_for_nested_inputs_and_outputs(chunk: int | None, rng: np.random.Generator) -> None:
    p = {"a": rg.tensor(rng.standard_normal((2, 3))), "b": rg.tensor(rng.standard_normal(3))}
    f = lambda p, x: [(p["a"] @ p["b"]).tanh() * x, {"s": p["b"].sum()}]
    x = rg.tensor(1.5, dtype=F64)
    back = func.jacrev(f, (0, 1), chunk_size=chunk)(p, x)
    forth = func.jacfwd(f, (0, 1), chunk_size=chunk)(p, x)
    assert tuple(back[0][0]["a"].shape) == (2, 2, 3) and tuple(back[1]["s"][1].shape) == ()
    pairs = [(b, a) for u, v in ((back[0], forth[0]), (back[1]["s"], forth[1]["s"]))
             for b, a in ((u[0]["a"], v[0]["a"]), (u[0]["b"], v[0]["b"]), (u[1], v[1]))]
    for b, a in pairs:
        np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-13, atol=1e-14)
    assert back[1]["s"][0]["a"].abs().sum().item() == 0.0       # plays no part


def test_the_hessian_of_a_quadratic_is_its_matrix(rng: np.random.Generator) -> None:
    a = rng.standard_normal((5, 5))
    A, x = rg.tensor(a), rg.tensor(rng.standard_normal(5))
    f = lambda x: x @ A @ x
    np.testing.assert_allclose(func.hessian(f)(x).numpy(), a + a.T, rtol=1e-13, atol=1e-13)
    v = rg.tensor(rng.standard_normal(5))
    np.testing.assert_allclose(func.hvp(f, x, v).numpy(), (a + a.T) @ v.numpy(), rtol=1e-12, atol=1e-13)


def test_the_hessian_of_logistic_regression(rng: np.random.Generator) -> None:
    xs, w, y = rng.standard_normal((8, 3)), rng.standard_normal(3), rng.integers(0, 2, 8) * 2.0 - 1
    loss = lambda w: ((-rg.tensor(y) * (rg.tensor(xs) @ w)).exp() + 1).log().sum()
    s = 1 / (1 + np.exp(-xs @ w))
    expected = xs.T @ (xs * (s * (1 - s))[:, None])
    np.testing.assert_allclose(func.hessian(loss)(rg.tensor(w)).numpy(), expected, rtol=1e-12)


def test_other_orders_of_the_hessian_agree(rng: np.random.Generator) -> None:
    x = rg.tensor(rng.standard_normal(4))
    f = lambda x: (x.sin() * x.prod()).sum()
    ways = [
        func.hessian(f),
        func.jacrev(func.jacrev(f)),
        func.jacfwd(func.jacfwd(f)),
        func.jacrev(func.jacfwd(f)),
    ]
    first, *rest = [w(x).numpy() for w in ways]
    for other in rest:
        np.testing.assert_allclose(other, first, rtol=1e-12, atol=1e-13)


def test_hvp_over_several_arguments() -> None:
    f = lambda x, y: (x ** 2 * y).sum()
    x, y, one = (rg.tensor(v, dtype=F64) for v in (2.0, 3.0, 1.0))
    hx, hy = func.hvp(f, (x, y), (one, one))
    assert (hx.item(), hy.item()) == (2 * 3 + 2 * 2, 2 * 2)


def test_sizes_zero_and_aux() -> None:
    x = rg.zeros(0, dtype=F64)
    assert (
        tuple(func.jacrev(lambda x: x * 2)(x).shape) == tuple(func.jacfwd(lambda x: x * 2)(x).shape) == (0, 0)
    )
    for make in (func.jacrev, func.jacfwd):
        j, aux = make(lambda x: (x ** 2, x.sum()), has_aux=True)(rg.tensor([1.0, 2.0], dtype=F64))
        assert j.tolist() == [[2.0, 0.0], [0.0, 4.0]] and aux.item() == 3.0 and not aux.requires_grad


def test_a_huge_result_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jacobians, "LARGE", 1000)
    with pytest.warns(UserWarning, match="func.hvp"):
        func.hessian(lambda x: (x ** 2).sum())(rg.ones(20, dtype=F64))


def test_an_integer_output_and_a_bad_chunk_are_errors() -> None:
    with pytest.raises(TypeError, match="int64"):
        func.jacrev(lambda x: x.argmax())(rg.ones(2))
    with pytest.raises(ValueError, match="chunk_size"):
        func.jacrev(lambda x: x, chunk_size=0)(rg.ones(2))


def test_a_jacobian_is_differentiable(rng: np.random.Generator) -> None:
    w = rg.tensor(rng.standard_normal(3), requires_grad=True)
    j = func.jacrev(lambda x: (x * w).sin())(rg.tensor([1.0, 2.0, 3.0], dtype=F64))
    j.diagonal().sum().backward()
    x, v = np.array([1.0, 2.0, 3.0]), w.detach().numpy()
    np.testing.assert_allclose(w.grad.numpy(), np.cos(x * v) - v * x * np.sin(x * v), rtol=1e-12)


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # of PyTorch, when forward mode starts
@pytest.mark.parametrize("name", ["jacobian", "hessian", "vjp", "jvp", "hvp", "vhp"])
def test_functional_as_pytorch(name: str, torch: Any, rng: np.random.Generator) -> None:
    a, b, u, v = (
        rng.standard_normal((2, 3)),
        rng.standard_normal(3),
        rng.standard_normal((2, 3)),
        rng.standard_normal(3),
    )
    g = rng.standard_normal(2)

    def run(lib: Any) -> list[np.ndarray]:
        A, B, U, V, G = (lib.tensor(x) for x in (a, b, u, v, g))
        f, loss = (lambda a, b: (a @ b).tanh()), (lambda a, b: ((a @ b).tanh() ** 2).sum())
        fn = getattr(lib.autograd.functional, name)
        out = {
            "jacobian": lambda: fn(f, (A, B)),
            "hessian": lambda: fn(loss, (A, B)),
            "vjp": lambda: fn(f, (A, B), G),
            "jvp": lambda: fn(f, (A, B), (U, V)),
            "hvp": lambda: fn(loss, (A, B), (U, V)),
            "vhp": lambda: fn(loss, (A, B), (U, V)),
        }[name]()
        return [x.detach().numpy() for x in flat(out)]
    for ours, theirs in zip(run(rg), run(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)


def flat(tree: Any) -> list[Any]:
    return [x for part in tree for x in flat(part)] if isinstance(tree, (tuple, list)) else [tree]


def test_functional_single_inputs_create_graph_and_strict() -> None:
    x = rg.tensor([1.0, 2.0], dtype=F64, requires_grad=True)
    j = functional.jacobian(lambda x: x ** 2, x)
    assert j.tolist() == [[2.0, 0.0], [0.0, 4.0]] and not j.requires_grad
    functional.jacobian(lambda x: x ** 2, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="does not depend"):
        functional.jacobian(lambda x: rg.ones(2), x, strict=True)
