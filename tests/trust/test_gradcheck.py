"""gradcheck finds wrong derivatives and says where, and lets right ones pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.autograd import Function, GradcheckError, gradcheck, gradgradcheck

F64 = rg.float64


def leaf(*shape: int, seed: int = 0) -> rg.Tensor:
    return rg.tensor(np.random.default_rng(seed).standard_normal(shape), requires_grad=True)


def wrong(backward: Any, forward: Any = lambda x: x * x) -> Any:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return forward(x)

    Wrong.backward = staticmethod(lambda ctx, *g: backward(ctx.saved_tensors[0], *g))
    return Wrong.apply


@pytest.mark.parametrize("fast", [False, True])
def test_right_derivatives_pass(fast: bool) -> None:
    x, w = leaf(2, 3), leaf(3, 2, seed=1)
    f = lambda x, w: ((x @ w).tanh(), x.sum(), x.argmax(), (x.exp() * 2).detach())
    assert gradcheck(f, (x, w), fast_mode=fast, check_forward_ad=True)
    assert gradgradcheck(lambda x, w: (x @ w).tanh(), (x, w), fast_mode=fast, check_fwd_over_rev=True)


@pytest.mark.parametrize("fast", [False, True])
def test_a_wrong_derivative_is_shown_with_both_jacobians_and_the_place(fast: bool) -> None:
    x = rg.tensor([1.0, 2.0, 3.0], dtype=F64, requires_grad=True)
    f = wrong(lambda x, g: 2 * x * g * rg.tensor([1.0, 1.0, 1.1], dtype=F64))
    with pytest.raises(GradcheckError) as error:
        gradcheck(f, x, fast_mode=fast)
    text = str(error.value)
    assert "Jacobian mismatch for output 0 with respect to input 0" in text
    assert "numerical:" in text and "analytical:" in text and "(2, 2)" in text and "6.6" in text
    assert isinstance(error.value, RuntimeError)
    assert gradcheck(f, x, fast_mode=fast, raise_exception=False) is False


def test_a_wrong_second_derivative_is_found() -> None:
    f = wrong(lambda x, g: 2 * x.detach() * g)
    assert gradcheck(f, leaf(3))
    assert not gradgradcheck(f, leaf(3), raise_exception=False)


def test_a_wrong_rule_for_forward_mode_is_found() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return 2 * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * g

        @staticmethod
        def jvp(ctx: Any, dx: Any) -> Any:
            return 3 * dx
    assert gradcheck(Wrong.apply, leaf(2))
    with pytest.raises(GradcheckError, match="forward mode"):
        gradcheck(Wrong.apply, leaf(2), check_forward_ad=True)
    assert gradcheck(Wrong.apply, leaf(2), check_forward_ad=False, check_backward_ad=False)


def test_a_derivative_that_is_zero_where_it_should_not_be_is_found() -> None:
    assert not gradcheck(lambda x: x * x.detach(), leaf(3), raise_exception=False)
    assert not gradcheck(lambda x: x.detach() * 2, leaf(3), raise_exception=False)
    assert gradcheck(lambda x: x.detach() * 0, leaf(3))


def test_a_backward_that_differs_from_run_to_run_is_found() -> None:
    runs = iter(range(1000))
    f = wrong(lambda x, g: 2 * x * g * (1 + 1e-9 * next(runs)))
    with pytest.raises(GradcheckError, match="not reentrant"):
        gradcheck(f, leaf(2))
    runs = iter(range(1000))
    assert gradcheck(f, leaf(2), nondet_tol=1e-6)


def test_a_gradient_of_another_dtype_is_converted_and_passes() -> None:
    assert gradcheck(wrong(lambda x, g: (2 * x * g).float()), leaf(2), check_grad_dtypes=True, atol=1e-4)


def test_a_backward_that_cannot_take_undefined_gradients_is_told() -> None:
    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            return a * 2 + b * 3
    with pytest.raises(GradcheckError, match="undefined output grads"):
        gradcheck(Two.apply, leaf(2))


def test_low_precision_warns_and_nothing_to_check_is_an_error() -> None:
    with pytest.warns(UserWarning, match="double precision"):
        gradcheck(lambda x: x * 2, rg.ones(2, requires_grad=True), eps=1e-2, atol=1e-2)
    with pytest.raises(ValueError, match="requires_grad=True"):
        gradcheck(lambda x: x, rg.ones(2))


def test_inputs_that_are_not_tensors_or_need_nothing_are_passed_through() -> None:
    assert gradcheck(lambda x, k, y: x * k + y, (leaf(2), 3.0, rg.ones(2, dtype=F64)))


def test_sizes_zero() -> None:
    assert gradcheck(lambda x: x * 2, rg.zeros(0, 3, dtype=F64).requires_grad_())


@pytest.mark.parametrize("case", ["right", "wrong"])
def test_the_verdict_is_pytorchs(case: str, torch: Any) -> None:
    a = np.random.default_rng(3).standard_normal((2, 2))

    def run(lib: Any) -> bool:
        class F(lib.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                ctx.save_for_backward(x)
                return x ** 3

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return (3 if case == "right" else 3.1) * ctx.saved_tensors[0] ** 2 * g
        x = lib.tensor(a, requires_grad=True)
        return lib.autograd.gradcheck(F.apply, (x,), raise_exception=False)
    assert run(rg) == run(torch) == (case == "right")


def _plane(*shape: int) -> Any:
    rng = np.random.default_rng([3, *shape])
    values = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return rg.tensor(values).requires_grad_()


@pytest.mark.parametrize("function", [
    lambda z: z * z.conj() + z.exp(), lambda z: z.abs(), lambda z: rg.view_as_real(z) ** 2,
    lambda z: rg.fft.fft(z) * z, lambda z: (z @ z.mH).real, lambda z: rg.linalg.inv(z @ z.mH + rg.eye(2)),
])
def test_complex_numbers_are_checked_as_pairs(function: Any) -> None:
    z = _plane(2, 3)
    assert rg.autograd.gradcheck(function, z, check_forward_ad=True)
    assert rg.autograd.gradcheck(function, z, fast_mode=True)
    assert rg.autograd.gradgradcheck(function, z)


def test_a_forgotten_conjugate_is_found() -> None:
    class Square(rg.autograd.Function):
        @staticmethod
        def forward(ctx: Any, z: Any) -> Any:
            ctx.save_for_backward(z)
            return z * z

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            z, = ctx.saved_tensors
            return g * 2 * z
    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        rg.autograd.gradcheck(Square.apply, _plane(2))
