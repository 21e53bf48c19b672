"""Backward from one line again and again: whatever changes between two steps, gradients are PyTorch's."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd
from retrograd.base.modes import local
from retrograd.engine import ahead
from retrograd.engine.again import Again
from retrograd.engine.trails import SLOT
from retrograd.tensors.delivery import Delivery

torch = pytest.importorskip("torch")
# An engine that has seen many graphs runs the first of a line by units.
pytestmark = [pytest.mark.skipif(SLOT is None, reason="this interpreter keeps its objects elsewhere"),
              pytest.mark.usefixtures("fresh_programs")]

STEPS = 14          # the first few look, then one changes something, and again later
Step = Callable[..., Any]


def data(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


class Run:
    """Some parameters of one library, and what the steps leave behind."""

    def __init__(self, T: Any) -> None:
        self.T = T
        self.w, self.v = (T.tensor(data(4, 4, seed=s), requires_grad=True) for s in (1, 2))
        self.b = T.tensor(data(4, seed=3), requires_grad=True)
        self.x = T.tensor(data(5, 4, seed=4))
        self.kept: list[Any] = []

    @property
    def params(self) -> list[Any]:
        return [self.w, self.v, self.b]


def plain(run: Run, k: int) -> Any:
    return (run.T.tanh(run.x @ run.w + run.b) @ run.v).square().mean()


def odd(k: int) -> bool:
    return k in (8, 12)


def another_number(run: Run, k: int) -> Any:
    return plain(run, k) * (0.1 + 0.01 * k)


def another_batch(run: Run, k: int) -> Any:
    run.x = run.T.tensor(data(5, 4, seed=k))
    return plain(run, k)


def a_smaller_batch(run: Run, k: int) -> Any:
    run.x = run.T.tensor(data(3 if odd(k) else 5, 4, seed=k))
    return plain(run, k)


def strided_batch(run: Run, k: int) -> Any:
    run.x = run.T.tensor(data(4, 5, seed=k)).t() if odd(k) else run.T.tensor(data(5, 4, seed=k))
    return plain(run, k)


def swapped(run: Run, k: int) -> Any:
    w, v = (run.v, run.w) if odd(k) else (run.w, run.v)
    return (run.T.tanh(run.x @ w + run.b) @ v).square().mean()


def one_for_two(run: Run, k: int) -> Any:
    v = run.w if odd(k) else run.v
    return (run.T.tanh(run.x @ run.w + run.b) @ v).square().mean()


def shared_or_not(run: Run, k: int) -> Any:
    h = run.x @ run.w
    other = h if odd(k) else run.x @ run.w
    return (run.T.tanh(h) * other + run.b).mean() + run.v.sum()


def held_and_shared(run: Run, k: int) -> Any:
    one = run.x @ run.w
    two = one if odd(k) else run.x @ run.w
    run.kept = [one, two] if not odd(k) else [one]
    return (run.T.tanh(one) * two + run.b).mean() + run.v.sum()


def another_axis(run: Run, k: int) -> Any:
    return ((run.x @ run.w).square().sum(1 if odd(k) else 0) * 2).mean() + (run.v + run.b).mean()


def another_operation(run: Run, k: int) -> Any:
    h = run.x @ run.w + run.b
    return ((run.T.sin(h) if odd(k) else run.T.cos(h)) @ run.v).mean()


def frozen(run: Run, k: int) -> Any:
    run.b.requires_grad_(not odd(k))
    return plain(run, k)


def without_grad(run: Run, k: int) -> Any:
    with run.T.set_grad_enabled(not odd(k)):
        h = run.T.tanh(run.x @ run.w + run.b)
    return (h @ run.v).square().mean()


def hooked(run: Run, k: int) -> Any:
    h = run.T.tanh(run.x @ run.w + run.b)
    if odd(k):
        h.register_hook(lambda g: g * 2)
    return (h @ run.v).square().mean()


def hooked_leaf(run: Run, k: int) -> Any:
    if odd(k):
        run.w.register_hook(lambda g: g * 3)
    return plain(run, k)


def doubled(p: Any) -> None:
    p.grad.mul_(2)


def after_accumulating(run: Run, k: int) -> Any:
    if k == 8:
        run.w.register_post_accumulate_grad_hook(doubled)
    return plain(run, k)


def held_sometimes(run: Run, k: int) -> Any:
    h = run.T.tanh(run.x @ run.w + run.b)
    if odd(k):
        run.kept.append(h)
    return (h @ run.v).square().mean()


def held_always(run: Run, k: int) -> Any:
    h = run.T.tanh(run.x @ run.w + run.b)
    run.kept.append(h)
    run.kept.append(h.detach().sum())
    return (h @ run.v).square().mean()


def something_beside(run: Run, k: int) -> Any:
    if odd(k):
        run.kept.append(run.x * 2)
    return plain(run, k)


def tracked_beside(run: Run, k: int) -> Any:
    h = run.x @ run.w
    run.kept.append((h * 2).sum())
    return (h @ run.v + run.b).mean()


def dropped(run: Run, k: int) -> Any:
    for _ in range(k):
        run.x * 2
    return plain(run, k)


def read_before(run: Run, k: int) -> Any:
    h = run.T.tanh(run.x @ run.w + run.b)
    if odd(k):
        run.kept.append(h.sum().item())
    return (h @ run.v).square().mean()


def written_by_hand(run: Run, k: int) -> Any:
    with run.T.no_grad():
        for p in run.params:
            if k and p.grad is not None:
                p -= 0.1 * p.grad
    for p in run.params:
        p.grad = None
    return plain(run, k)


def other_memory(run: Run, k: int) -> Any:
    if odd(k):
        run.w.data = run.T.tensor(data(4, 4, seed=k))
    return plain(run, k)


def written_gradients(run: Run, k: int) -> Any:
    for p in run.params:
        if p.grad is not None and odd(k):
            p.grad.mul_(5)
            run.kept.append(p.grad)
    return plain(run, k)


def viewed_gradients(run: Run, k: int) -> Any:
    if run.w.grad is not None:
        run.kept.append(run.w.grad[1])
        run.kept.append(run.b.grad.detach())
    return plain(run, k)


def gradients_not_read_yet(run: Run, k: int) -> Any:
    if run.w.grad is not None:
        run.kept.append(run.w.grad * 2)
    return plain(run, k)


STEP_KINDS = [plain, another_number, another_batch, a_smaller_batch, strided_batch, swapped, one_for_two,
              shared_or_not, held_and_shared, another_axis, another_operation, frozen, without_grad, hooked,
              hooked_leaf, after_accumulating, held_sometimes, held_always, something_beside, tracked_beside,
              dropped, read_before, written_by_hand, other_memory, written_gradients, viewed_gradients,
              gradients_not_read_yet]


def trained(T: Any, step: Step, zero: bool = True, read: bool = False) -> list[Any]:
    local.state.lines.clear()
    run, seen = Run(T), []
    for k in range(STEPS):
        loss = step(run, k)
        if read:
            loss.item()
        if zero:
            for p in run.params:
                p.grad = None
        loss.backward()
        seen.append([float(loss.detach()), *(None if p.grad is None else np.array(p.grad.detach().numpy())
                                             for p in run.params)])
    seen.append([v if isinstance(v, float) else np.array(v.detach().numpy()) for v in run.kept])
    return seen


def assert_equal(ours: list[Any], theirs: list[Any]) -> None:
    for k, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        for a, b in zip(one, other, strict=True):
            assert (a is None) == (b is None), f"step {k}"
            if a is not None:       # sums of five products: 16 eps of what they are made of
                np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14, err_msg=f"step {k}")


@pytest.mark.parametrize("step", STEP_KINDS, ids=lambda step: step.__name__)
def test_gradients_are_pytorchs_whatever_changes_between_steps(step: Step) -> None:
    assert_equal(trained(retrograd, step), trained(torch, step))


@pytest.mark.parametrize("step", [plain, another_number, held_always], ids=lambda step: step.__name__)
def test_gradients_that_add_up(step: Step) -> None:
    assert_equal(trained(retrograd, step, zero=False), trained(torch, step, zero=False))


@pytest.mark.parametrize("step", STEP_KINDS, ids=lambda step: step.__name__)
def test_losses_that_are_read_before_backward(step: Step) -> None:
    assert_equal(trained(retrograd, step, read=True), trained(torch, step, read=True))


def between(T: Any, what: str) -> list[Any]:
    """The loss is read, something happens, then comes backward."""
    local.state.lines.clear()
    run, seen = Run(T), []
    for k in range(STEPS):
        h = T.tanh(run.x @ run.w + run.b)
        loss = (h @ run.v).square().mean()
        loss.item()
        if odd(k):
            if what == "a hook":
                h.register_hook(lambda g: g * 2)
            elif what == "a hook on a leaf":
                run.w.register_hook(lambda g: g * 2)
            elif what == "another backward":
                (h * 2).sum().backward(retain_graph=True)
            elif what == "what it was made of is read":
                seen.append([h.sum().item()])
            elif what == "more is made of it":
                run.kept.append((h * 3).sum())
            elif what == "no backward":
                continue
            elif what == "another way":
                seen.append([np.array(g.detach().numpy()) for g in T.autograd.grad(
                    loss, run.params, retain_graph=True)])
            elif what == "twice":
                loss.backward(retain_graph=True)
        loss.backward()
        seen.append([np.array(p.grad.numpy()) for p in run.params])
        for p in run.params:
            p.grad = None
        with pytest.raises(RuntimeError):
            loss.backward()
    return [*seen, [v.item() for v in run.kept]]


@pytest.mark.parametrize("what", ["nothing", "a hook", "a hook on a leaf", "another backward", "twice",
                                  "what it was made of is read", "more is made of it", "no backward",
                                  "another way"])
def test_what_happens_between_reading_a_loss_and_backward(what: str) -> None:
    assert_equal(between(retrograd, what), between(torch, what))


def test_gradients_are_computed_with_a_loss_that_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []

    def counting(root: Any) -> Any:
        found = take(root)
        taken.append(found is not None)
        return found
    take = ahead.take
    monkeypatch.setattr(ahead, "take", counting)
    trained(retrograd, plain, read=True)
    assert sum(taken) >= STEPS // 2


def counted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    found: list[bool] = []
    run = Delivery.run

    def counting(self: Delivery, *args: Any) -> bool:
        found.append(run(self, *args))
        return found[-1]
    monkeypatch.setattr(Delivery, "run", counting)
    return found


@pytest.mark.parametrize("step", [plain, another_number, another_batch, held_always, swapped],
                         ids=lambda step: step.__name__)
def test_the_same_line_finds_its_program_without_a_key(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch)
    trained(retrograd, step)
    assert sum(found) >= STEPS // 2, "the steady way was not taken"


def test_a_gradient_that_is_kept_is_not_written_over() -> None:
    run, kept = Run(retrograd), []
    for k in range(STEPS):
        loss = another_number(run, k)
        run.w.grad = None
        loss.backward()
        kept.append((run.w.grad, run.w.grad.numpy().copy()))
    for grad, then in kept:
        np.testing.assert_array_equal(grad.numpy(), then)


def test_what_was_freed_says_so() -> None:
    run, kept = Run(retrograd), []
    for _ in range(STEPS):
        h = retrograd.tanh(run.x @ run.w + run.b)
        loss = (h @ run.v).mean()
        kept.append(h)
        for p in run.params:
            p.grad = None
        loss.backward()
        for freed in (loss, h.sum()):
            with pytest.raises(RuntimeError, match="second time"):
                freed.backward()


def test_a_line_keeps_no_model_alive() -> None:
    def train() -> Any:
        run = Run(retrograd)
        for k in range(STEPS):
            loss = plain(run, k)
            for p in run.params:
                p.grad = None
            loss.backward()
        kept = [line.again.delivery for line in local.state.lines.values() if isinstance(line.again, Again)]
        return [weakref.ref(o) for o in (run.w, *kept, *(t for d in kept for t in d.tensors))]
    local.state.lines.clear()
    gc.disable()
    try:
        seen = train()
        assert len(seen) == 1 + 1 + 3 and all(r() is None for r in seen)
    finally:
        gc.enable()


def test_an_index_out_of_range_is_an_error_and_changes_nothing() -> None:
    table = retrograd.tensor(data(6, 3), requires_grad=True)
    for k in range(STEPS):
        index = retrograd.tensor([0, 6 if k == 9 else 1, 4]) + 1        # not known at the call
        loss = retrograd.nn.functional.embedding(index, table).square().sum()
        table.grad = None
        if k == 9:
            with pytest.raises(IndexError):
                loss.backward()
            assert table.grad is None
        else:
            loss.backward()
            assert table.grad is not None


class Recurrent(retrograd.nn.Module):
    """A recurrent layer whose two biases have one gradient, and a layer on what it says last."""

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.cells, self.head = kind(4, 6, batch_first=True), retrograd.nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        return self.head(self.cells(x)[0][:, -1])


nn = retrograd.nn
NETWORKS: dict[str, Callable[[], Any]] = {
    "dropout": lambda: nn.Sequential(nn.Flatten(), nn.Linear(20, 6), nn.Dropout(0.3), nn.Linear(6, 3)),
    "batch norm": lambda: nn.Sequential(nn.Flatten(), nn.Linear(20, 6), nn.BatchNorm1d(6), nn.Linear(6, 3)),
    "layer norm": lambda: nn.Sequential(nn.Flatten(), nn.LayerNorm(20), nn.GELU(), nn.Linear(20, 3)),
    "convolution": lambda: nn.Sequential(nn.Conv1d(5, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)),
    "rnn": lambda: Recurrent(nn.RNN), "lstm": lambda: Recurrent(nn.LSTM), "gru": lambda: Recurrent(nn.GRU)}


def trained_network(make: Callable[[], Any]) -> list[bytes]:
    local.state.lines.clear()
    retrograd.manual_seed(3)
    model = make()
    optimizer = retrograd.optim.Adam(model.parameters(), lr=0.01)
    x = retrograd.tensor(data(6, 5, 4).astype(np.float32))
    target, losses = retrograd.tensor([0, 1, 2, 0, 1, 2]), []
    for k in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), target)
        loss.backward()
        if k == 9:
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()
        losses.append(loss)
    return [t.detach().numpy().tobytes() for t in (*losses, *model.parameters(), *model.buffers())]


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_have_the_same_bits_either_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = counted(monkeypatch)
    ours = trained_network(NETWORKS[name])
    assert sum(found) >= 4, "the steady way was not taken"
    monkeypatch.setattr("retrograd.engine.again.SLOT", None)       # no line is remembered
    taken = len(found)
    assert trained_network(NETWORKS[name]) == ours and len(found) == taken
