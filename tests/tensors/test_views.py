"""Views share memory with their base, both ways and through any chain, and gradients follow the memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

VIEWS: dict[str, Callable[[Any], Any]] = {
    "row": lambda x: x[0], "negative row": lambda x: x[-1], "slice": lambda x: x[:, 1:3],
    "step": lambda x: x[:, ::2],
    "ellipsis": lambda x: x[..., 1], "new axis": lambda x: x[:, None, 1:], "element": lambda x: x[1, 2],
    "empty slice": lambda x: x[:, 2:2], "whole": lambda x: x[:], "view": lambda x: x.view(4, 3),
    "view -1": lambda x: x.view(-1), "reshape": lambda x: x.reshape(2, 6), "flatten": lambda x: x.flatten(),
    "unflatten": lambda x: x.unflatten(1, (2, 2)), "transpose": lambda x: x.transpose(0, 1),
    "t": lambda x: x.t(),
    "T": lambda x: x.T, "mT": lambda x: x.mT, "permute": lambda x: x.permute(1, 0),
    "movedim": lambda x: x.movedim(0, 1),
    "narrow": lambda x: x.narrow(1, 1, 2), "select": lambda x: x.select(1, 2),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x[:1].squeeze(0), "split": lambda x: x.split(2, 1)[1],
    "chunk": lambda x: x.chunk(2, 1)[0],
    "unbind": lambda x: x.unbind(0)[2], "diagonal": lambda x: x.diagonal(), "detach": lambda x: x.detach(),
    "view_as": lambda x: x.view_as(x.t().contiguous()), "expand": lambda x: x[:, :1].expand(3, 4),
}
VALUES = np.arange(12.0, dtype=np.float64).reshape(3, 4)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_pytorchs_value(both: Callable[..., None], name: str) -> None:
    both(lambda lib: VIEWS[name](lib.tensor(VALUES)))


@pytest.mark.parametrize("name", VIEWS)
def test_a_write_to_the_base_is_seen_in_the_view(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        v = VIEWS[name](x)
        x.mul_(2)
        first = v.clone()
        x[1:, 2:] = -1
        return [v, first, x]
    both(action)


@pytest.mark.parametrize("name", [n for n in VIEWS if n != "expand"])
def test_a_write_to_the_view_is_seen_in_the_base(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        other = x.t()
        v = VIEWS[name](x)
        v.add_(10)
        first = x.clone()
        v.fill_(-3)
        return [x, v, first, other]
    both(action)


def test_an_expanded_tensor_refuses_to_be_written(both: Callable[..., None]) -> None:
    both(lambda lib: lib.ones(3, 1).expand(3, 2).add_(1))


def test_what_is_not_a_view_does_not_share(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        copies = [x.clone(), x[[0, 1]], x[x > 3], x + 0, x.to(lib.float32), lib.cat([x]), x.repeat(1, 1),
                  x.flip(0),
                  x * 1, x.float().double(), lib.tensor(VALUES)]
        for c in copies:
            c.zero_()
        return [x, *copies]
    both(action)


def test_contiguous_of_a_transposed_tensor_is_a_copy(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        y = x.t().contiguous()
        y.add_(100)
        same = x.contiguous()
        same.add_(1)
        return [x, y]
    both(action)


def test_reshape_of_a_transposed_tensor_is_a_copy_where_it_must_be(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        y, z = x.t().reshape(-1), x.t().flatten()
        y.add_(100)
        z.add_(200)
        return [x, y, z]
    both(action)


def test_a_view_of_a_transposed_tensor_that_needs_a_copy_is_refused(both: Callable[..., None]) -> None:
    both(lambda lib: lib.tensor(VALUES).t().view(-1))


def test_to_the_same_dtype_is_the_tensor_itself(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        return [x.to(lib.float32) is x, x.float() is x, x.cpu() is x, x.contiguous() is x, x.to("cpu") is x,
                x.to(lib.float32, copy=True) is x, x.to(x) is x]
    both(action)


def _chain(rng: np.random.Generator, length: int) -> list[tuple[str, Any]]:
    """Names and random numbers of view operations that fit any shape they meet."""
    return [(str(rng.choice(["slice", "permute", "unflatten", "unsqueeze", "select", "step", "narrow"])),
             rng.integers(0, 1000, 3)) for _ in range(length)]


def _apply(x: Any, step: tuple[str, Any]) -> Any:
    name, (a, b, c) = step
    if x.dim() == 0:
        return x.unsqueeze(0)
    d = int(a) % x.dim()
    size = x.shape[d]
    if name == "slice":
        start = int(b) % size
        return x.narrow(d, start, 1 + int(c) % (size - start))
    if name == "permute":
        order = list(range(x.dim()))
        order.insert(0, order.pop(d))
        return x.permute(order)
    if name == "unflatten" and x.dim() < 5:
        return x.unflatten(d, (size // 2, 2) if size % 2 == 0 else (1, size))
    if name == "unsqueeze" and x.dim() < 5:
        return x.unsqueeze(d)
    if name == "select" and x.numel() > 4:
        return x.select(d, int(b) % size)
    if name == "step":
        return x.transpose(0, d)[::1 + int(b) % 2].transpose(0, d)
    return x.narrow(d, 0, max(1, size - 1))


@pytest.mark.parametrize("seed", range(40))
def test_chains_of_views_written_in_place_hold_pytorchs_values_and_gradients(both: Callable[..., None],
                                                                             seed: int) -> None:
    """Random chains, written at random places; then the gradient of a function of everything that is left."""
    def action(lib: Any) -> Any:
        rng = np.random.default_rng(seed)
        leaf = lib.tensor(rng.uniform(-1, 1, (3, 4, 2)), requires_grad=True)
        weight = lib.tensor(rng.uniform(-1, 1, (3, 4, 2)), requires_grad=True)
        base = leaf * 1.5
        family = [base]
        for _ in range(4):
            v = family[rng.integers(len(family))]
            for step in _chain(rng, int(rng.integers(1, 4))):
                v = _apply(v, step)
                family.append(v)
            kind = int(rng.integers(5))
            now = v.clone()                 # where a saved value is overwritten PyTorch refuses
            if kind == 0:
                v.copy_(now * weight.sum())
            elif kind == 1:
                v.add_(now.detach() * 0.5)
            elif kind == 2:
                v.copy_(weight.reshape(-1)[:1].reshape([1] * v.dim()).expand(v.shape))
            elif kind == 3:
                v[...] = now.sigmoid()
            else:
                v.sub_(now * now, alpha=0.1)
        total = sum((t * t).sum() * (k + 1) for k, t in enumerate(family))
        total.backward()
        return [base, *family, *(lib.zeros_like(t) if t.grad is None else t.grad for t in (leaf, weight))]
    both(action, 1e-11)         # sums of some hundred terms of size up to 1e2


def test_two_views_of_one_place_see_each_other(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(4)
        a, b = x[:3], x[1:]
        a += 1
        b *= 5
        a[1] = 7
        return [x, a, b]
    both(action)


def test_a_view_taken_before_a_write_has_the_gradient_after_it(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
        y = x * 2
        v = y[1:]
        y.pow_(2)
        (v * lib.tensor([1.0, 10.0])).sum().backward()
        return [v, x.grad]
    both(action)


def test_a_saved_value_that_is_overwritten_keeps_its_gradient_here() -> None:
    """PyTorch raises here; the saved value is not lost, so the gradient is right: d exp(x) = exp(x)."""
    import retrograd as rg
    x = rg.tensor([0.5, 1.0], requires_grad=True)
    y = x.exp()
    loss = (y * y).sum()
    y.zero_()
    loss.backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * np.exp([1.0, 2.0]), rtol=1e-6)    # some ulp of float32


def test_a_view_outlives_its_base(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        v = lib.arange(6.0).view(2, 3)[1]
        v.add_(1)
        return v
    both(action)


def test_a_view_is_a_view_without_gradients_recorded(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3, requires_grad=True)
        with lib.no_grad():
            v = x[1:]
            v.mul_(5)
        return [x, v.detach()]
    both(action)


@pytest.mark.parametrize("given", ["int32", "int16", "float64", "uint8", "float32", "bfloat16", "int64",
                                   "bool"])
@pytest.mark.parametrize("made", ["T.tensor([[1.0, 2.0], [3.0, -4.0]])", "T.arange(8).reshape(2, 4)",
                                  "T.tensor(1.0)",
                                  "T.tensor([[1.0, 2.0], [3.0, -4.0]]).t()",
                                  "T.tensor([1.5, -2.0], dtype=T.bfloat16)",
                                  "T.zeros(3, dtype=T.int16)", "T.tensor([1 + 2j])",
                                  "T.ones(2, requires_grad=True)"])
def test_memory_can_be_read_as_another_dtype(torch, made, given):
    def seen(T):
        x = eval(made, {"T": T})
        try:
            y = x.view(getattr(T, given))
        except (RuntimeError, ValueError):
            return "refused"
        values = y.to(T.float64) if given == "bfloat16" else y
        return np.nan_to_num(values.detach().numpy()).tolist(), tuple(y.shape), str(y.dtype)[-5:],
        y.requires_grad
    assert seen(rg) == seen(torch)


def test_writes_go_through_another_dtype(torch):
    def seen(T):
        x = T.tensor([[1.0, 2.0], [3.0, -4.0]])
        y = x.view(T.int32)
        y[0, 0] = 0
        x[1].view(T.int32).bitwise_xor_(T.tensor(-2 ** 31, dtype=T.int32))
        return x.tolist(), y.tolist(), y._version
    assert seen(rg) == seen(torch)
