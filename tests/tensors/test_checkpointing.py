"""checkpoint: the same gradients bit for bit, computed from activations that were not kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import func
from retrograd.nn import functional as F
from retrograd.utils.checkpoint import checkpoint, checkpoint_sequential

F64 = rg.float64


def network(dropout: float = 0.0) -> Any:
    return rg.nn.Sequential(rg.nn.Linear(6, 8), rg.nn.Tanh(), rg.nn.Dropout(dropout), rg.nn.Linear(8, 8),
                            rg.nn.LayerNorm(8), rg.nn.ReLU(), rg.nn.Linear(8, 2)).double()


def gradients(net: Any, run: Any, x: Any) -> list[np.ndarray]:
    net.zero_grad()
    x.grad = None
    rg.manual_seed(7)
    loss = (run(x) ** 2).sum()
    after = rg.rand(1).item()           # the generator stands where a plain run leaves it
    loss.backward()
    assert rg.rand(1).item() != after
    return [np.array(loss.item()), np.array(after), *(p.grad.numpy().copy() for p in net.parameters()),
            *([x.grad.numpy().copy()] if x.requires_grad else [])]


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("input_needs_grad", [True, False])
@pytest.mark.parametrize("reentrant", [None, True, False])
def test_gradients_are_those_of_a_plain_run_bit_for_bit(
    dropout: float, input_needs_grad: bool, reentrant: bool | None, rng: np.random.Generator
) -> None:
    net = network(dropout)
    x = rg.tensor(rng.standard_normal((3, 6)), requires_grad=input_needs_grad)
    plain = gradients(net, net, x)
    for run in (lambda x: checkpoint(net, x, use_reentrant=reentrant),
                lambda x: checkpoint(net[3:], checkpoint(net[:3], x, use_reentrant=reentrant)),
                lambda x: checkpoint_sequential(net, 3, x, use_reentrant=reentrant)):
        for a, b in zip(gradients(net, run, x), plain, strict=True):
            np.testing.assert_array_equal(a, b)


def test_activations_and_arguments_found_in_closures_get_their_gradients(rng: np.random.Generator) -> None:
    w = rg.tensor(rng.standard_normal(3), requires_grad=True)
    h = w.exp()                         # neither an argument nor a leaf
    for wrap in (lambda f, *a: f(*a), checkpoint):
        w.grad = None
        (wrap(lambda x: (x * h).sin() * w + x.detach(), w) + h).sum().backward(retain_graph=True)
        np.testing.assert_allclose(w.grad.numpy(), slope(w.detach().numpy()), rtol=1e-13)


def slope(w: np.ndarray) -> np.ndarray:
    e = np.exp(w)
    return np.cos(w * e) * (e + w * e) * w + np.sin(w * e) + e


def test_structures_keywords_and_outputs_that_are_not_tensors() -> None:
    x, y = (rg.tensor(v, dtype=F64, requires_grad=True) for v in (2.0, 3.0))
    out = checkpoint(lambda d, *, k: {"a": d["x"] * k[0], "b": (d["x"] * 2, "text")}, {"x": x}, k=[y])
    assert out["b"][1] == "text"
    (out["a"] + out["b"][0]).backward()
    assert (x.grad.item(), y.grad.item()) == (5.0, 2.0)


def test_the_function_runs_again_in_backward_and_may_read_values() -> None:
    calls = []

    def f(x: Any) -> Any:
        y = (x * w).tanh()
        calls.append(y.detach().sum().item())
        return y * 2
    w = rg.ones(3, dtype=F64, requires_grad=True)
    y = checkpoint(f, rg.ones(3, dtype=F64)).sum()
    assert len(calls) == 1
    y.backward()
    assert len(calls) == 2 and calls[0] == calls[1]
    np.testing.assert_allclose(w.grad.numpy(), 2 * (1 - np.tanh(1) ** 2) * np.ones(3), rtol=1e-14)


def test_double_backward_forward_mode_and_vmap_pass_through() -> None:
    f = lambda x: checkpoint(lambda x: (x ** 3).sin(), x)
    plain = lambda x: (x ** 3).sin()
    x = rg.tensor([0.3, 0.5], dtype=F64)
    for transform in (
        lambda f: func.hessian(lambda x: f(x).sum()),
        lambda f: func.jacrev(f),
        lambda f: func.jacfwd(f),
        lambda f: func.vmap(f),
        lambda f: func.vmap(func.grad(f)),
        lambda f: func.grad(lambda x: func.vmap(f)(x).sum()),
    ):
        np.testing.assert_allclose(
            transform(f)(x).numpy(), transform(plain)(x).numpy(), rtol=1e-13, atol=1e-15
        )
    assert rg.autograd.gradgradcheck(f, x.clone().requires_grad_())


def test_dropout_under_vmap_has_the_same_mask_in_backward() -> None:
    x = rg.ones(4, 50, requires_grad=True)
    y = func.vmap(lambda x: checkpoint(lambda x: F.dropout(x, 0.5), x), randomness="different")(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert len({tuple(row) for row in y.tolist()}) == 4


def test_without_gradients_it_is_a_plain_call() -> None:
    net = network()
    with rg.no_grad():
        assert not checkpoint(net, rg.ones(1, 6, dtype=F64)).requires_grad
    assert not checkpoint(rg.tanh, rg.ones(2)).requires_grad


def test_a_parameter_that_changed_in_between_is_told() -> None:
    net = network()
    y = checkpoint(net, rg.ones(1, 6, dtype=F64)).sum()
    with rg.no_grad():
        net[0].weight.add_(1.0)
    with pytest.raises(RuntimeError, match="changed between forward and backward"):
        y.backward()


def test_a_function_that_does_something_else_is_told() -> None:
    sizes = iter((2, 3))
    y = checkpoint(lambda x: x.repeat(next(sizes)), rg.ones(2, requires_grad=True)).sum()
    with pytest.raises(RuntimeError, match="does the same"):
        y.backward()


def test_misuse_is_told() -> None:
    with pytest.raises(ValueError, match="segments"):
        checkpoint_sequential([rg.tanh], 2, rg.ones(2))
    with pytest.raises(TypeError, match="unexpected"):
        checkpoint_sequential([rg.tanh], 1, rg.ones(2), colour=1)
    with pytest.raises(TypeError):
        checkpoint(rg.tanh, rg.ones(2), context_fn=lambda: None)


def test_contexts_are_entered_around_both_runs(torch: Any) -> None:
    def seen(T: Any) -> list[str]:
        log: list[str] = []

        class Noted:
            def __init__(self, name: str) -> None:
                self.name = name

            def __enter__(self) -> None:
                log.append("into " + self.name)

            def __exit__(self, *error: object) -> None:
                log.append("out of " + self.name)
        x = T.ones(2, requires_grad=True)
        module = __import__(T.__name__ + ".utils.checkpoint", fromlist="x")
        y = module.checkpoint(lambda x: x.exp().sin(), x, use_reentrant=False, early_stop=False,
                              context_fn=lambda: (Noted("first"), Noted("again")))
        log.append("forward")
        y.sum().backward()
        return log
    assert seen(rg) == seen(torch)


def test_what_a_policy_saves_is_not_computed_again(rng: np.random.Generator) -> None:
    from functools import partial

    from retrograd.utils.checkpoint import CheckpointPolicy, create_selective_checkpoint_contexts
    x = rg.tensor(rng.standard_normal((3, 3)), requires_grad=True)
    drawn: list[Any] = []

    def part(x: Any) -> Any:
        drawn.append(rg.randn(3, 3, dtype=F64))     # another each time; what is saved is the first
        return ((x @ x + drawn[-1]).exp() @ x).tanh()

    def gradient(**options: Any) -> np.ndarray:
        x.grad = None
        drawn.clear()
        rg.manual_seed(3)
        checkpoint(part, x, use_reentrant=False, preserve_rng_state=False, **options).sum().backward()
        return x.grad.numpy().copy()
    rg.manual_seed(3)
    plain, = rg.autograd.grad(part(x).sum(), x)
    asked: list[str] = []

    def policy(context: Any, op: str, *args: Any) -> Any:
        asked.append(op)
        assert not context.is_recompute and isinstance(context.op_output, rg.Tensor)
        return CheckpointPolicy.MUST_SAVE if op in ("add", "exp") else CheckpointPolicy.PREFER_RECOMPUTE
    saved = gradient(context_fn=partial(create_selective_checkpoint_contexts, policy))
    np.testing.assert_allclose(saved, plain.numpy(), rtol=1e-12)
    assert not np.allclose(gradient(), plain.numpy()) and {"mm", "add", "exp", "tanh"} <= set(asked)
    listed = gradient(context_fn=partial(create_selective_checkpoint_contexts, [rg.add, "exp"]))
    np.testing.assert_allclose(listed, plain.numpy(), rtol=1e-12)
    with pytest.raises(TypeError, match="function or a list"):
        create_selective_checkpoint_contexts(3)     # type: ignore[arg-type]


def test_another_way_through_the_function_is_noticed(rng: np.random.Generator) -> None:
    from functools import partial

    from retrograd.utils.checkpoint import CheckpointError, create_selective_checkpoint_contexts
    x, times = rg.tensor(rng.standard_normal(3), requires_grad=True), iter(range(1, 9))
    contexts = partial(create_selective_checkpoint_contexts, ["exp"])

    def part(x: Any) -> Any:
        for _ in range(next(times)):
            x = x.exp()
        return x
    y = checkpoint(part, x, use_reentrant=False, context_fn=contexts)
    with pytest.raises(CheckpointError, match="ran again"):
        y.sum().backward()


@pytest.mark.parametrize("options", [{"use_reentrant": True, "debug": True},
                                     {"use_reentrant": True, "scale": 2},
                                     {"use_reentrant": False, "determinism_check": "often"}])
def test_options_that_do_not_go_together_are_refused(torch: Any, options: dict[str, Any]) -> None:
    from torch.utils.checkpoint import checkpoint as theirs
    for run, T in ((checkpoint, rg), (theirs, torch)):
        with pytest.raises((ValueError, RuntimeError)):
            run(lambda x, scale=1: x * scale, T.ones(1, requires_grad=True), **options).sum().backward()
