"""func.grad and its kin: signatures, structures, nesting in every order, errors."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import func
from retrograd.autograd import forward_ad

F64 = rg.float64


def scalar(v: float) -> rg.Tensor:
    return rg.tensor(v, dtype=F64)


def derivative_by(mode: str) -> Any:
    """d/dx of a function from scalars to scalars, by one of the modes."""
    return {"grad": func.grad,
            "vjp": lambda f: lambda x: func.vjp(f, x)[1](rg.ones((), dtype=F64))[0],
            "jvp": lambda f: lambda x: func.jvp(f, (x,), (rg.ones((), dtype=F64),))[1],
            "linearize": lambda f: lambda x: func.linearize(f, x)[1](rg.ones((), dtype=F64)),
            "jacrev": func.jacrev, "jacfwd": func.jacfwd,
            "vmap": lambda f: lambda x: func.vmap(func.grad(f))(x.reshape(1)).reshape(()),
            "over vmap": lambda f: func.grad(lambda x: func.vmap(f)(x.reshape(1)).sum()),
            "autograd": autograd_derivative}[mode]


def autograd_derivative(f: Any) -> Any:
    def d(x: Any) -> Any:
        x = x if x.requires_grad else x.clone().requires_grad_()
        return rg.autograd.grad(f(x), x, create_graph=True)[0]
    return d


MODES = ("grad", "vjp", "jvp", "linearize", "jacrev", "jacfwd", "vmap", "over vmap", "autograd")


@pytest.mark.parametrize("modes", list(product(MODES, repeat=2)), ids=" of ".join)
def test_second_derivatives_in_every_nesting(modes: tuple[str, str]) -> None:
    f = lambda x: (x * 2).sin() * x.exp()
    outer, inner = map(derivative_by, modes)
    v = 0.7
    expected = np.exp(v) * (4 * np.cos(2 * v) - 3 * np.sin(2 * v))
    assert outer(inner(f))(scalar(v)).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("modes", list(product(("grad", "jvp", "jacrev", "vmap"), repeat=3)), ids=" of ".join)
def test_third_derivatives_in_every_nesting(modes: tuple[str, ...]) -> None:
    f = lambda x: x ** 4
    for mode in modes:
        f = derivative_by(mode)(f)
    assert f(scalar(1.5)).item() == pytest.approx(24 * 1.5, rel=1e-12)


@pytest.mark.parametrize("modes", list(product(MODES[:6], repeat=2)), ids=" over ".join)
def test_perturbations_are_not_confused(modes: tuple[str, str]) -> None:
    """d/dx [x d/dy (x y)] = d/dx [x x] = 2 x; confused perturbations give 3 x or x."""
    outer, inner = map(derivative_by, modes)
    f = lambda x: x * inner(lambda y: x * y)(scalar(5.0))
    assert outer(f)(scalar(3.0)).item() == 6.0


def test_an_inner_derivative_sees_an_outer_argument_as_a_constant() -> None:
    f = lambda x: func.grad(lambda y: x + y)(scalar(1.0)) * x
    assert func.grad(f)(scalar(2.0)).item() == 1.0


# ---------------------------------------------------------------- grad, value_and_grad
def test_argnums_and_structures() -> None:
    f = lambda p, x, k: (p["w"] * x[0] + p["b"] + x[1] * k).sum()
    p, x = {"w": scalar(2.0), "b": scalar(1.0)}, (scalar(3.0), scalar(4.0))
    g = func.grad(f)(p, x, 10)
    assert list(g) == ["w", "b"] and (g["w"].item(), g["b"].item()) == (3.0, 1.0)
    gp, (gx, gy) = func.grad(f, argnums=(0, 1))(p, x, 10)
    assert (gp["w"].item(), gx.item(), gy.item()) == (3.0, 2.0, 10.0)
    assert func.grad(lambda a, b: a * b, argnums=-1)(scalar(2.0), scalar(5.0)).item() == 2.0
    assert func.grad(lambda a, *, k: a * k)(scalar(2.0), k=scalar(5.0)).item() == 5.0


def test_aux_value_and_unused_arguments() -> None:
    f = lambda x, y: (x ** 2, {"twice": 2 * x, "name": "n"})
    g, aux = func.grad(f, has_aux=True)(scalar(3.0), scalar(1.0))
    assert (g.item(), aux["twice"].item(), aux["name"]) == (6.0, 6.0, "n") and not aux["twice"].requires_grad
    (value, aux), g = func.value_and_grad(f, argnums=1, has_aux=True)(scalar(3.0), scalar(1.0))
    assert (value.item(), g.item()) == (9.0, 0.0)
    g, (value, _) = func.grad_and_value(f, has_aux=True)(scalar(3.0), scalar(1.0))
    assert (value.item(), g.item()) == (9.0, 6.0)


def test_results_have_no_history_unless_something_outside_has() -> None:
    w = rg.tensor([1.0, 2.0], dtype=F64, requires_grad=True)
    x = rg.tensor([3.0, 4.0], dtype=F64)
    plain = func.grad(lambda x: (x ** 2).sum())(x)
    assert not plain.requires_grad and plain.is_leaf
    g = func.grad(lambda x: (x ** 2 * w).sum())(x)
    assert g.requires_grad
    g.sum().backward()
    assert w.grad.tolist() == [6.0, 8.0]
    with rg.no_grad():
        assert not func.grad(lambda w: (x * w ** 2).sum())(w).requires_grad
    assert func.grad(lambda w: (w ** 2).sum())(w).requires_grad


def test_values_may_be_read_inside_and_python_may_branch() -> None:
    def f(x: Any) -> Any:
        return x ** 2 if x.item() > 0 else -x
    assert func.grad(f)(scalar(3.0)).item() == 6.0 and func.grad(f)(scalar(-3.0)).item() == -1.0
    assert func.jvp(f, (scalar(3.0),), (scalar(1.0),))[1].item() == 6.0


def test_forward_mode_passes_through_no_grad_also_when_values_are_read() -> None:
    def f(x: Any) -> Any:
        with rg.no_grad():
            y = x * 3
            assert y.item() == 6.0
        return y * x
    assert func.jvp(f, (scalar(2.0),), (scalar(1.0),))[1].item() == 12.0
    assert func.grad(f)(scalar(2.0)).item() == 6.0      # backward stops there


def test_writing_in_place_inside_leaves_the_argument_alone() -> None:
    def f(x: Any) -> Any:
        x[0] = x[1] * 3
        x.mul_(2)
        return x.sum()
    x = rg.tensor([1.0, 2.0], dtype=F64)
    assert func.grad(f)(x).tolist() == [0.0, 8.0] and x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: func.grad(lambda x: x * 2)(x), "shape (2,).*jacrev"),
    (lambda x: func.grad(lambda x: (x.sum(), 1))(x), "tuple.*has_aux"),
    (lambda x: func.grad(lambda x: x.argmax())(x), "int64"),
    (lambda x: func.grad(lambda x: x.sum(), argnums=1)(x), "argnums is 1"),
    (lambda x: func.grad(lambda x: x.sum())(3.0), "holds a float"),
    (lambda x: func.grad(lambda x: x.sum())(x.long()), "int64"),
    (lambda x: func.grad(lambda x: x.sum(), has_aux=True)(x), "has_aux=True"),
    (lambda x: func.jvp(lambda x: x, x, x), r"tuple.*jvp\(f, \(x,\)"),
    (lambda x: func.jvp(lambda x: x, (x,), (x[:1],)), "shape"),
    (lambda x: func.jvp(lambda x: rg.ones(2), (x,), (x,), strict=True), "does not depend"),
    (lambda x: func.vjp(lambda x: x, x)[1](x[:1]), "shape"),
    (lambda x: func.vjp(lambda x: (x, x), x)[1](x), "structure"),
])
def test_errors_say_what_came_and_what_to_do(call: Any, message: str) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError)) as error:
        call(rg.ones(2, dtype=F64))
    assert __import__("re").search(message.replace("(2,)", r"\(2,\)"), str(error.value), 16), str(error.value)


# ---------------------------------------------------------------- vjp, jvp, linearize
def test_vjp_and_jvp_are_adjoint_over_structures(rng: np.random.Generator) -> None:
    a, b = (rg.tensor(rng.standard_normal(s)) for s in ((3, 4), (4,)))
    f = lambda a, p: {"y": (a @ p["b"]).tanh(), "z": (a.sum() * p["b"],)}
    da, db = (rg.tensor(rng.standard_normal(s)) for s in ((3, 4), (4,)))
    out, pull = func.vjp(f, a, {"b": b})
    out2, dy = func.jvp(f, (a, {"b": b}), (da, {"b": db}))
    g = {"y": rg.tensor(rng.standard_normal(3)), "z": (rg.tensor(rng.standard_normal(4)),)}
    ga, gp = pull(g)
    left = (g["y"] * dy["y"]).sum() + (g["z"][0] * dy["z"][0]).sum()
    right = (ga * da).sum() + (gp["b"] * db).sum()
    assert left.item() == pytest.approx(right.item(), rel=1e-12)
    assert rg.equal(out["y"], out2["y"])
    twice = pull(g)[0]                      # the graph is kept
    assert rg.equal(twice, ga)


def test_linearize_runs_the_function_once(rng: np.random.Generator) -> None:
    calls = []
    f = lambda x, y: (calls.append(1), (x * y).sin())[1]
    x, y = (rg.tensor(rng.standard_normal(3)) for _ in range(2))
    out, push = func.linearize(f, x, y)
    for _ in range(3):
        dx, dy = (rg.tensor(rng.standard_normal(3)) for _ in range(2))
        np.testing.assert_array_equal(
            push(dx, dy).numpy(), func.jvp(lambda x, y: (x * y).sin(), (x, y), (dx, dy))[1].numpy()
        )
    assert len(calls) == 1 and rg.equal(out, (x * y).sin())


def test_vjp_results_are_differentiable_from_outside() -> None:
    x = rg.tensor(2.0, dtype=F64, requires_grad=True)
    out, pull = func.vjp(lambda x: x ** 3, x)
    g, = pull(rg.ones((), dtype=F64))
    (out + g).backward()
    assert x.grad.item() == 12.0 + 12.0


def test_forward_ad_carries_tangents_inside_a_level(rng: np.random.Generator) -> None:
    x, t = (rg.tensor(rng.standard_normal(3)) for _ in range(2))
    with forward_ad.dual_level():
        d = forward_ad.make_dual(x, t)
        y = forward_ad.unpack_dual(d.sin() * 2)
        assert forward_ad.unpack_dual(x).tangent is None
    np.testing.assert_allclose(y.tangent.numpy(), 2 * np.cos(x.numpy()) * t.numpy(), rtol=1e-14)
    assert not y.primal.requires_grad
    with pytest.raises(RuntimeError, match="dual_level"):
        forward_ad.make_dual(x, t)


@pytest.mark.parametrize("create_graph", [False, True])
def test_tangents_go_through_gradients_that_were_computed_and_freed(create_graph: bool) -> None:
    x, t = rg.tensor([1.0, 2.0, 3.0], requires_grad=True), rg.tensor([0.5, 1.0, 2.0])
    with forward_ad.dual_level():
        d = forward_ad.make_dual(x, t)
        for wrt in (d, x):
            g, = rg.autograd.grad((d**3).sum(), wrt, create_graph=create_graph)
            assert forward_ad.unpack_dual(g).tangent.tolist() == [3.0, 12.0, 36.0]      # 6 x t
        (d**2).sum().backward()
        assert forward_ad.unpack_dual(x.grad).tangent.tolist() == [1.0, 2.0, 4.0]


def test_a_detached_tensor_has_no_tangent_however_it_was_made_or_written() -> None:
    with forward_ad.dual_level():
        d = forward_ad.make_dual(rg.ones(2), rg.ones(2))
        with rg.no_grad():
            y = d * 2
        held = y.detach()
        assert forward_ad.unpack_dual(held).tangent is None is forward_ad.unpack_dual(y.data).tangent
        assert forward_ad.unpack_dual(y).tangent.tolist() == [2.0, 2.0]
        w = d.detach().requires_grad_()
        (w * w).sum().backward()
        rg.optim.SGD([w], lr=0.1).step()
        assert forward_ad.unpack_dual(w).tangent is None and forward_ad.unpack_dual(w * 1).tangent is None


def test_what_a_value_must_be_its_tangent_need_not() -> None:
    """A probability is looked at before its logarithm; a step in any direction is not."""
    p = rg.tensor([0.25, 0.5])
    loss = rg.nn.functional.binary_cross_entropy
    _, change = rg.func.jvp(lambda p: loss(p, rg.ones(2), reduction="sum"), (p,), (rg.tensor([-3.0, 5.0]),))
    assert change.item() == 12.0 - 10.0


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # of PyTorch, when forward mode starts
@pytest.mark.parametrize("name", ["grad", "vjp", "jvp", "jacrev", "jacfwd", "hessian"])
def test_as_pytorch(name: str, torch: Any, rng: np.random.Generator) -> None:
    w, x, t = rng.standard_normal((3, 4)), rng.standard_normal(4), rng.standard_normal(4)

    def run(lib: Any) -> list[np.ndarray]:
        W, X, T = (lib.tensor(a) for a in (w, x, t))
        f = lambda x: (W @ x).tanh()
        loss = lambda x: (f(x) ** 2).sum()
        fn = getattr(lib.func, name)
        out = {
            "grad": lambda: fn(loss)(X),
            "vjp": lambda: fn(f, X)[1](W.sum(1)),
            "jvp": lambda: fn(f, (X,), (T,)),
            "jacrev": lambda: fn(f)(X),
            "jacfwd": lambda: fn(f)(X),
            "hessian": lambda: fn(loss)(X),
        }[name]()
        return [o.numpy() for o in (out if isinstance(out, tuple) else (out,))]
    for ours, theirs in zip(run(rg), run(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-13)
