"""autograd.Function: PyTorch's contract, and what is more here (forward mode and vmap for nothing)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import autograd, func
from retrograd.autograd import Function
from retrograd.autograd.function import once_differentiable

F64 = rg.float64


def leaf(values: Any) -> rg.Tensor:
    return rg.tensor(values, dtype=F64, requires_grad=True)


class Linear(Function):
    @staticmethod
    def forward(ctx: Any, x: Any, w: Any, b: Any = None) -> Any:
        ctx.save_for_backward(x, w, b)
        out = x.mm(w.t())
        if b is not None:
            out += b.unsqueeze(0).expand_as(out)
        return out

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, w, b = ctx.saved_tensors
        gx = g.mm(w) if ctx.needs_input_grad[0] else None
        gw = g.t().mm(x) if ctx.needs_input_grad[1] else None
        gb = g.sum(0) if b is not None and ctx.needs_input_grad[2] else None
        return gx, gw, gb


class Exp(Function):
    """Saves its output."""

    @staticmethod
    def forward(x: Any) -> Any:
        return x.exp()

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        y, = ctx.saved_tensors
        return g * y


class Scale(Function):
    """A non-tensor argument, a rule for forward mode, tangents from saved tensors."""

    @staticmethod
    def forward(ctx: Any, x: Any, k: float) -> Any:
        ctx.k = k
        ctx.save_for_forward(x)
        return x * x * k

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        raise AssertionError("not used")

    @staticmethod
    def jvp(ctx: Any, dx: Any, dk: Any) -> Any:
        assert dk is None
        x, = ctx.saved_tensors
        return 2 * ctx.k * x * dx


def test_first_and_second_derivatives_in_both_modes(rng: np.random.Generator) -> None:
    x, w, b = (leaf(rng.standard_normal(s)) for s in ((4, 3), (2, 3), (2,)))
    assert autograd.gradcheck(Linear.apply, (x, w, b), check_forward_ad=True)
    assert autograd.gradgradcheck(Linear.apply, (x, w, b), check_fwd_over_rev=True)
    assert autograd.gradcheck(Linear.apply, (x, w, None))
    assert autograd.gradcheck(Exp.apply, x, check_forward_ad=True)
    assert autograd.gradgradcheck(Exp.apply, x, check_fwd_over_rev=True)


def test_needs_input_grad_says_who_needs_one() -> None:
    seen = []

    class Seen(Linear):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            seen.append(ctx.needs_input_grad)
            return Linear.backward(ctx, g)
    Seen.apply(rg.ones(1, 2), rg.ones(1, 2, requires_grad=True), None).sum().backward()
    assert seen == [(False, True, False)]


def test_all_nestings_of_transforms() -> None:
    x = rg.tensor([0.3, 0.5, 0.7], dtype=F64)
    e = np.exp(x.numpy())
    f = lambda x: Exp.apply(x).sum()
    for got, expected in [
        (func.grad(f)(x), e),
        (func.jacrev(Exp.apply)(x), np.diag(e)),
        (func.jacfwd(Exp.apply)(x), np.diag(e)),
        (func.hessian(f)(x), np.diag(e)),
        (func.jacrev(func.jacrev(f))(x), np.diag(e)),
        (func.vmap(Exp.apply)(x), e),
        (func.vmap(func.grad(Exp.apply))(x), e),
        (func.grad(lambda x: func.vmap(Exp.apply)(x).sum())(x), e),
        (func.vmap(func.grad(func.grad(Exp.apply)))(x), e),
        (func.grad(lambda x: func.vmap(func.grad(Exp.apply))(x).sum())(x), e),
        (func.jvp(func.vmap(Exp.apply), (x,), (x,))[1], e * x.numpy()),
        (func.vmap(lambda x: func.jvp(Exp.apply, (x,), (x,))[1])(x), e * x.numpy()),
    ]:
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-13, atol=1e-15)


def test_vmap_sums_the_gradients_of_shared_inputs(rng: np.random.Generator) -> None:
    x, w = rg.tensor(rng.standard_normal((5, 1, 3))), rg.tensor(rng.standard_normal((2, 3)))
    loss = lambda apply: lambda w: (func.vmap(lambda x: apply(x, w))(x) ** 2).sum()
    got = func.grad(loss(lambda x, w: Linear.apply(x, w, None)))(w)
    np.testing.assert_allclose(got.numpy(), func.grad(loss(lambda x, w: x @ w.t()))(w).numpy(), rtol=1e-12)


def test_a_vmap_rule_of_ones_own_may_leave_the_library() -> None:
    calls = []

    class NumpySin(Function):
        @staticmethod
        def forward(x: Any) -> Any:
            return rg.from_numpy(np.sin(x.detach().numpy()))

        @staticmethod
        def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * ctx.saved_tensors[0].cos()

        @staticmethod
        def vmap(info: Any, in_dims: Any, x: Any) -> Any:
            calls.append((info.batch_size, in_dims))
            return NumpySin.apply(x.movedim(in_dims[0], 0)), 0

    x = rg.tensor([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], dtype=F64)
    np.testing.assert_allclose(func.vmap(NumpySin.apply)(x).numpy(), np.sin(x.numpy()))
    assert calls == [(3, (0,))]
    np.testing.assert_allclose(
        func.vmap(func.grad(lambda x: NumpySin.apply(x).sum()))(x).numpy(), np.cos(x.numpy())
    )
    np.testing.assert_allclose(
        func.grad(lambda x: func.vmap(NumpySin.apply)(x).sum())(x).numpy(), np.cos(x.numpy())
    )


def test_jvp_of_ones_own() -> None:
    x = rg.tensor([1.0, 2.0], dtype=F64)
    assert func.jvp(lambda x: Scale.apply(x, 3.0), (x,), (rg.ones(2, dtype=F64),))[1].tolist() == [6.0, 12.0]
    assert func.jacfwd(lambda x: Scale.apply(x, 3.0))(x).tolist() == [[6.0, 0.0], [0.0, 12.0]]


# ---------------------------------------------------------------- several outputs
class MinMax(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        top, at = x.max(0)
        low, below = x.min(0)
        ctx.save_for_backward(at, below)
        ctx.n = x.shape[0]
        ctx.mark_non_differentiable(at)
        return top, low, at, "a string"

    @staticmethod
    def backward(ctx: Any, g_top: Any, g_low: Any, g_at: Any) -> Any:
        at, below = ctx.saved_tensors
        out = rg.zeros(ctx.n, dtype=F64)
        return out.index_add(0, at.reshape(1), g_top.reshape(1)).index_add(
            0, below.reshape(1), g_low.reshape(1)
        )


def test_outputs_of_all_kinds_and_zeros_for_those_that_play_no_part() -> None:
    x = leaf([3.0, 1.0, 2.0])
    top, low, at, word = MinMax.apply(x)
    assert word == "a string" and at.item() == 0 and not at.requires_grad and top.requires_grad
    (2 * top).backward(retain_graph=True)
    assert x.grad.tolist() == [2.0, 0.0, 0.0]
    low.backward()
    assert x.grad.tolist() == [2.0, 1.0, 0.0]


@pytest.mark.parametrize("materialize", [True, False])
def test_set_materialize_grads(materialize: bool) -> None:
    seen = []

    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(materialize)
            return x * 1, x * 2

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            seen.append(None if b is None else b.tolist())
            return a
    x = leaf([1.0, 2.0])
    Two.apply(x)[0].sum().backward()
    assert seen == [[0.0, 0.0] if materialize else None]


def test_backward_runs_once_for_several_outputs() -> None:
    calls = []

    class Split(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x[0], x[1]

        @staticmethod
        def backward(ctx: Any, a: Any, b: Any) -> Any:
            calls.append(1)
            return rg.stack([a, b])
    x = leaf([2.0, 3.0])
    a, b = Split.apply(x)
    (a * b).backward()
    assert x.grad.tolist() == [3.0, 2.0] and len(calls) == 1


# ---------------------------------------------------------------- in place
def test_mark_dirty_gives_the_same_tensor_a_new_history() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 2
    x = leaf([1.0, 2.0])
    h = x * 3
    y = Double.apply(h)
    assert y is h and h.tolist() == [6.0, 12.0]
    h.sum().backward()
    assert x.grad.tolist() == [6.0, 6.0]
    with pytest.raises(RuntimeError, match="leaf"):
        Double.apply(leaf([1.0]))


def test_a_saved_tensor_that_is_changed_afterwards_keeps_its_value() -> None:
    class Square(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return 2 * ctx.saved_tensors[0] * g
    x = leaf(3.0)
    h = x * 1
    y = Square.apply(h)
    with rg.no_grad():
        h.zero_()
    y.backward()
    assert x.grad.item() == 6.0


def test_values_are_kept_when_they_are_read_before_backward() -> None:
    x = leaf([0.5])
    y = Exp.apply(x * 2)
    assert y.item() == pytest.approx(np.exp(1.0))
    y.backward()
    assert x.grad.item() == pytest.approx(2 * np.exp(1.0))


def test_no_grad_and_untracked_inputs_record_nothing() -> None:
    with rg.no_grad():
        assert not Exp.apply(leaf(1.0)).requires_grad
    assert not Exp.apply(rg.tensor(1.0)).requires_grad


def test_a_second_backward_raises() -> None:
    x = leaf(1.0)
    y = Exp.apply(x)
    y.backward()
    with pytest.raises(RuntimeError, match="second time"):
        y.backward()


# ---------------------------------------------------------------- once_differentiable
class Once(Exp):
    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Any) -> Any:
        y, = ctx.saved_tensors
        return rg.tensor(g.numpy() * y.numpy())


def test_once_differentiable_gives_first_derivatives_and_refuses_second() -> None:
    x = leaf(1.0)
    assert autograd.grad(Once.apply(x), x)[0].item() == pytest.approx(np.e)
    g, = autograd.grad(Once.apply(x), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        autograd.grad(g, x)


# ---------------------------------------------------------------- errors
def returning(*gradients: Any) -> Any:
    class Returns(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, k: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return gradients if len(gradients) > 1 else gradients[0]
    return Returns


@pytest.mark.parametrize(("gradients", "message"), [
    ((rg.ones(2),), "incorrect number of gradients (expected 2, got 1)"),
    ((rg.ones(2), None, rg.ones(2)), "incorrect number of gradients (expected 2, got 3)"),
    ((rg.ones(3), None), "index 0 - got [3] but expected shape compatible with [2]"),
    ((rg.ones(2), rg.ones(2)), "different from None at position 1"),
    ((3.0, None), "gradient 0 is a float"),
])
def test_wrong_gradients_are_told_with_the_forward_line(gradients: Any, message: str) -> None:
    y = returning(*gradients).apply(rg.ones(2, requires_grad=True), 5).sum()
    with pytest.raises((RuntimeError, TypeError)) as error:
        y.backward()
    assert message in str(error.value) and "test_function.py" in error.value.where


def test_none_beyond_the_arguments_and_sums_over_broadcast_sizes_are_accepted() -> None:
    x = rg.ones(2, requires_grad=True)
    returning(rg.ones(3, 2), None, None).apply(x, 5).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_misuse_is_told() -> None:
    with pytest.raises(TypeError, match="no keyword arguments"):
        Exp.apply(x=rg.ones(2))
    with pytest.raises(RuntimeError, match="apply"):
        Exp()
    with pytest.raises(NotImplementedError):
        Function.apply(rg.ones(2))

    class SavesNumber(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.save_for_backward(3)
            return x
    with pytest.raises(TypeError, match="ctx.size"):
        SavesNumber.apply(rg.ones(2))

    class NoBackward(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2
    with pytest.raises(NotImplementedError, match="backward"):
        NoBackward.apply(rg.ones(2, requires_grad=True)).sum().backward()


def test_as_pytorch(torch: Any, rng: np.random.Generator) -> None:
    arrays = [rng.standard_normal(s) for s in ((4, 3), (2, 3), (2,))]

    def run(lib: Any) -> list[np.ndarray]:
        class Ours(lib.autograd.Function):
            forward, backward = staticmethod(Linear.forward), staticmethod(Linear.backward)
        leaves = [lib.tensor(a, requires_grad=True) for a in arrays]
        first = lib.autograd.grad((Ours.apply(*leaves).tanh() ** 2).sum(), leaves, create_graph=True)
        sum((g * g).sum() for g in first).backward()
        return [t.detach().numpy() for t in (*first, *(x.grad for x in leaves))]
    for ours, theirs in zip(run(rg), run(torch), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("dtype", [rg.bfloat16, rg.float16], ids=str)
def test_half_types_pass_through_functions_and_checkpoints(dtype: Any) -> None:
    """The node of a call has the type of its first input and no value: nothing of it is to be computed."""
    given = rg.tensor([0.5, -1.25]).to(dtype)
    found = []
    for f in (Exp.apply, lambda x: rg.utils.checkpoint.checkpoint(rg.exp, x, use_reentrant=False), rg.exp):
        x = given.detach().requires_grad_()
        (f(x) * 2).sum().backward()
        found.append(x.grad.float().tolist())
    assert found[0] == found[1] == found[2]
