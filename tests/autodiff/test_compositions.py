"""Every transform of `func` inside every other gives PyTorch's numbers; so do hooks, Functions and tapes in
them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

# PyTorch's forward mode compiles some of its rules with what it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Made = Callable[[Any, Callable[[Any], Any]], Callable[[Any], Any]]

# Of the library and a function of one tensor: another function of one tensor.
TRANSFORMS: dict[str, Made] = {
    "grad": lambda T, f: T.func.grad(lambda x: (f(x) ** 2).sum()),
    "value": lambda T, f: lambda x: T.func.grad_and_value(lambda x: (f(x) ** 2).sum())(x)[1],
    "vjp": lambda T, f: lambda x: T.func.vjp(f, x)[1](T.ones_like(f(x)))[0],
    "jvp": lambda T, f: lambda x: T.func.jvp(f, (x,), (x.cos(),))[1],
    "linearize": lambda T, f: lambda x: T.func.linearize(f, x)[1](x.cos()),
    "jacrev": lambda T, f: T.func.jacrev(f),
    "jacfwd": lambda T, f: T.func.jacfwd(f),
    "hessian": lambda T, f: T.func.hessian(lambda x: f(x).sum()),
    "vmap": lambda T, f: lambda x: T.func.vmap(lambda s: f(x * s))(T.tensor([1.0, 2.0], dtype=x.dtype)),
    "tape": lambda T, f: lambda x: T.autograd.grad((f(x) ** 2).sum(), x, create_graph=True)[0],
}
# PyTorch refuses these, or sees another tape: there is no oracle.
UNTOLD = {(outer, "tape") for outer in TRANSFORMS} | {("tape", inner) for inner in TRANSFORMS} \
    | {(outer, "linearize") for outer in TRANSFORMS} | {("linearize", inner) for inner in TRANSFORMS}
PAIRS = [(a, b) for a in TRANSFORMS for b in TRANSFORMS]
TRIPLES = [("grad", "vmap", "jvp"), ("vmap", "jacrev", "jvp"), ("jacfwd", "vmap", "grad"), ("vmap", "vmap",
                                                                                            "grad"),
           ("jvp", "vjp", "vmap"), ("jacrev", "jacfwd", "jacrev"), ("vmap", "hessian", "vmap"), ("grad",
                                                                                                 "jvp",
                                                                                                 "vjp")]


def _function(T: Any) -> Callable[[Any], Any]:
    return lambda x: T.sin(x) * x.sum() + (x[0] * x) ** 3 / 7


def _value(T: Any, names: tuple[str, ...]) -> Any:
    f = _function(T)
    for name in reversed(names):
        f = TRANSFORMS[name](T, f)
    return f(T.tensor([0.3, -0.8], dtype=T.float64, requires_grad="tape" in names)).detach().numpy()


@pytest.mark.parametrize("names", [*PAIRS, *TRIPLES], ids="-".join)
def test_transforms_compose(torch: Any, names: tuple[str, ...]) -> None:
    if names[:2] in UNTOLD:
        same = tuple({"linearize": "jvp", "tape": "grad"}.get(n, n) for n in names)
        np.testing.assert_allclose(_value(rg, names), _value(torch, same), rtol=1e-10, atol=1e-12)
    else:
        np.testing.assert_allclose(_value(rg, names), _value(torch, names), rtol=1e-10, atol=1e-12)


class _Cubes:
    """A Function with every rule of its own, for either library."""

    def __init__(self, T: Any, generated: bool) -> None:
        class Cube(T.autograd.Function):
            generate_vmap_rule = generated

            @staticmethod
            def forward(x: Any) -> Any:
                return x ** 3

            @staticmethod
            def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
                ctx.save_for_backward(*inputs)
                ctx.save_for_forward(*inputs)

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                x, = ctx.saved_tensors
                return 3 * x ** 2 * g

            @staticmethod
            def jvp(ctx: Any, t: Any) -> Any:
                x, = ctx.saved_tensors
                return 3 * x ** 2 * t
        if not generated:
            Cube.vmap = staticmethod(lambda info, in_dims, x: (x ** 3, in_dims[0]))
        self.apply = Cube.apply


@pytest.mark.parametrize("generated", [True, False])
@pytest.mark.parametrize("name", ["grad", "vjp", "jvp", "jacrev", "jacfwd", "vmap"])
def test_a_function_of_ones_own_goes_through(torch: Any, name: str, generated: bool) -> None:
    def value(T: Any) -> Any:
        if generated and name in ("jvp", "jacfwd") and T is torch:      # PyTorch: generated rules have no jvp
            return value_of(T, _Cubes(T, False))
        return value_of(T, _Cubes(T, generated))

    def value_of(T: Any, cubes: Any) -> Any:
        f = TRANSFORMS[name](T, lambda x: cubes.apply(x) * x)
        return f(T.tensor([0.3, -0.8], dtype=T.float64)).detach().numpy()
    np.testing.assert_allclose(value(rg), value(torch), rtol=1e-10)


def test_hooks_inside_a_transform_see_and_change_cotangents() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        y = x * 3
        y.register_hook(lambda g: (seen.append(g.shape), g * 10)[1])
        return y.sum()
    assert rg.func.grad(f)(rg.ones(2)).tolist() == [30.0, 30.0]
    assert rg.func.vmap(rg.func.grad(f))(rg.ones(3, 2)).tolist() == [[30.0, 30.0]] * 3
    assert seen == [(2,), (2,)]


def test_modules_with_hooks_go_through_functional_call(torch: Any) -> None:
    def value(T: Any) -> Any:
        net = T.nn.Sequential(T.nn.Linear(2, 2), T.nn.Tanh()).double()
        net[0].register_forward_hook(lambda m, a, out: out * 2)
        weights = {k: T.tensor(np.cos(np.arange(p.numel())).reshape(p.shape)) for k,
                   p in net.named_parameters()}

        def loss(weights: Any, x: Any) -> Any:
            return T.func.functional_call(net, weights, (x,)).square().sum()
        x = T.tensor([[0.3, -0.8], [0.1, 0.5]], dtype=T.float64)
        each = T.func.vmap(T.func.grad(loss), (None, 0))(weights, x)
        return {k: v.numpy() for k, v in each.items()}
    mine, theirs = value(rg), value(torch)
    assert list(mine) == list(theirs)
    for k in mine:
        np.testing.assert_allclose(mine[k], theirs[k], rtol=1e-10)


def test_duals_and_transforms_nest(torch: Any) -> None:
    def pulled(T: Any) -> Callable[[Any], Any]:
        return lambda x: T.func.vjp(_function(T), x)[1](T.ones_like(x))[0]
    forward, x = rg.autograd.forward_ad, rg.tensor([0.3, -0.8], dtype=rg.float64)
    with forward.dual_level():
        found = forward.unpack_dual(pulled(rg)(forward.make_dual(x, rg.ones_like(x))))
    theirs = torch.tensor([0.3, -0.8], dtype=torch.float64)
    told = torch.func.jvp(pulled(torch), (theirs,), (torch.ones_like(theirs),))
    for mine, wanted in zip(found, told):
        np.testing.assert_allclose(mine.detach().numpy(), wanted.numpy(), rtol=1e-10)
