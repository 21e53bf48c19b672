"""Graphs run node by node by units: the bits of whole programs, few kernels for many sizes; errors; room."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from tests.engine.test_bit_law import SHAPES, _bits

import retrograd as rg
from retrograd.base.config import config
from retrograd.codegen.jit import compilations
from retrograd.codegen.layout import row_major
from retrograd.codegen.symbol import Guards
from retrograd.codegen.unit import plan_unit
from retrograd.engine import families, quick
from retrograd.engine.quick import Policy
from retrograd.engine.units import Units
from retrograd.graph.primitive import REGISTRY
from retrograd.ops.composite import layer_norm, softmax
from retrograd.ops.contract import matmul_p
from retrograd.ops.linear import expand_p

F = rg.nn.functional


@pytest.fixture
def eager_to_run(monkeypatch: pytest.MonkeyPatch, fresh_programs: Any) -> Iterator[Policy]:
    """Every graph without a program is run by units, however often it comes."""
    policy = Policy()
    for module in ("quick", "values", "known"):
        monkeypatch.setattr(f"retrograd.engine.{module}.policy", policy)
    monkeypatch.setattr(quick, "FAMILIAR", 0)
    monkeypatch.setattr(quick, "OFTEN", 1 << 30)
    yield policy


def _kernels() -> int:
    """Loads so far, compiled or from disk: each is a kernel that was new."""
    found = compilations()
    return found["compiled"] + found["from disk"]


def _never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "FAMILIAR", 1 << 30)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_random_graphs_run_by_units_have_the_bits_of_whole_programs(
        seed: int, shape: tuple[int, int], dtype: str, eager_to_run: Policy,
        monkeypatch: pytest.MonkeyPatch) -> None:
    by_units = [_bits(seed, shape, dtype, lambda t: None, first) for first in (False, True)]
    assert eager_to_run.ran
    _never(monkeypatch)
    assert by_units == [_bits(seed, shape, dtype, lambda t: None, False)] * 2


def _train(model: Any, batches: Any, steps: Any = None) -> list[bytes]:
    opt = rg.optim.Adam(model.parameters(), lr=0.01)
    for x, y in batches:
        opt.zero_grad()
        F.cross_entropy(model(x), y).backward()
        opt.step()
        if steps is not None:
            steps.append(_kernels())
    return [p.detach().numpy().tobytes() for p in model.parameters()]


class Recurrent(rg.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.head = rg.nn.LSTMCell(3, 5), rg.nn.Linear(5, 4)

    def forward(self, x: Any) -> Any:
        state = None
        for step in x.unbind(1):
            state = self.cell(step, state)
        return self.head(state[0])      # type: ignore[index]


def _sequences(lengths: list[int], batch: int = 2) -> Any:
    rng = np.random.default_rng(0)
    for n in lengths:
        yield (rg.tensor(rng.standard_normal((batch, n, 3)).astype("float32")),
               rg.tensor(rng.integers(0, 4, batch)))


def test_an_lstm_over_ever_new_lengths_trains_to_the_same_bits(eager_to_run: Policy,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> list[bytes]:
        rg.manual_seed(0)
        return _train(Recurrent(), _sequences([5, 2, 7, 1, 3]))
    by_units = run()
    assert eager_to_run.ran >= 5
    _never(monkeypatch)
    assert by_units == run()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_pullback_of_a_loop_has_the_same_bits_whatever_its_cotangent_is_made_of(
        kind: str, eager_to_run: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> list[bytes]:
        rg.manual_seed(0)
        layer = getattr(rg.nn, kind)(4, 3, num_layers=2, bidirectional=True, dtype=rg.float64)
        x = rg.randn(4, 5, 4, dtype=rg.float64)
        out, last = layer(x)
        last = last if kind == "LSTM" else (last,)
        (out.square().sum() + sum(h.sin().sum() for h in last)).backward()
        return [p.grad.numpy().tobytes() for p in layer.parameters()]
    by_units = run()
    assert eager_to_run.ran
    _never(monkeypatch)
    assert by_units == run()


def test_a_gradient_of_a_gradient_has_the_same_bits(eager_to_run: Policy,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    def run() -> list[bytes]:
        rg.manual_seed(0)
        model = rg.nn.Sequential(rg.nn.Linear(5, 7), rg.nn.Tanh(), rg.nn.LayerNorm(7), rg.nn.Linear(7, 3))
        x = rg.randn(6, 5, requires_grad=True)
        out = model(x)
        g, = rg.autograd.grad(out.sum(), x, create_graph=True)
        (F.cross_entropy(out, rg.arange(6) % 3) + (g.norm(dim=1) - 1).square().mean()).backward()
        return [p.grad.numpy().tobytes() for p in model.parameters()]
    by_units = run()
    _never(monkeypatch)
    assert by_units == run()


def test_new_lengths_and_batches_need_no_new_kernels(fresh_programs: Any,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the rules of every day: the first graphs get programs, what is familiar runs by units."""
    policy = Policy()
    for module in ("quick", "values", "known"):
        monkeypatch.setattr(f"retrograd.engine.{module}.policy", policy)
    kernels: list[int] = []
    lengths = random.Random(0).sample(range(1, 41), 40)
    _train(Recurrent(), _sequences(lengths), kernels)
    assert policy.ran + families.families.ran >= 30
    assert kernels[-1] == kernels[19], "the last twenty lengths compiled kernels"
    model = rg.nn.Sequential(rg.nn.Linear(6, 7), rg.nn.ReLU(), rg.nn.LayerNorm(7), rg.nn.Linear(7, 3))
    rng = np.random.default_rng(0)
    kernels.clear()
    # Products of few rows have kernels of their own, so these come first.
    sizes = [*range(1, 9), *random.Random(0).sample(range(9, 101), 92)]
    batches = [(rg.tensor(rng.standard_normal((n, 6)).astype("float32")), rg.tensor(rng.integers(0, 3, n)))
               for n in sizes]
    _train(model, batches, kernels)
    assert kernels[-1] == kernels[49], "the last fifty batch sizes compiled kernels"


def test_a_graph_that_comes_again_and_again_gets_a_program(fresh_programs: Any,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy()
    for module in ("quick", "values", "known"):
        monkeypatch.setattr(f"retrograd.engine.{module}.policy", policy)
    monkeypatch.setattr(quick, "FAMILIAR", 0)
    x = rg.ones(3, 4, requires_grad=True)
    for _ in range(3 * quick.OFTEN):
        x.grad = None
        x.softmax(1).pow(2).sum().backward()
    assert policy.ran == quick.OFTEN


def test_held_tensors_and_those_that_a_view_shows_are_delivered(eager_to_run: Policy) -> None:
    x = rg.tensor(np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4), requires_grad=True)
    y = x.exp()
    z = y.t()[1:]
    (z * 2).sum().backward()
    assert eager_to_run.ran
    e = np.exp(np.linspace(-1, 1, 12).reshape(3, 4))
    np.testing.assert_allclose(y.detach().numpy(), e, rtol=1e-6)        # 8 ulp of float32
    np.testing.assert_allclose(z.detach().numpy(), e.T[1:], rtol=1e-6)
    np.testing.assert_allclose(x.grad.numpy(), np.where(np.arange(4) >= 1, 2 * e, 0), rtol=1e-6)


def test_every_result_is_an_array_of_its_own_in_row_major_order(eager_to_run: Policy) -> None:
    a, b = rg.randn(700, 5), rg.randn(700, 3)
    for t in ((b.t() @ a).t(), (a + 1).t(), rg.ones(3).expand(2, 3) * 1, a.t()[1:, ::2]):
        value = t._value()
        assert value.flags.c_contiguous and value.flags.owndata
    assert eager_to_run.ran


def test_an_array_without_dimensions_stays_one_in_a_unit_that_needs_numpy(eager_to_run: Policy) -> None:
    total = (rg.ones(90, 80) @ rg.ones(80, 70)).sum()
    assert ((total.expand(0, 6) * rg.ones(0, 6)).sum() + total).item() == 90 * 80 * 70 and eager_to_run.ran


def test_a_sequence_read_step_by_step_has_the_bits_of_a_whole_program(
        eager_to_run: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    def bits() -> bytes:
        x = rg.linspace(-1, 1, 60).reshape(5, 12).requires_grad_()
        h, y = rg.ones(12), x * 1.5
        for t in [*y.unbind(0), *y[:, 2:9].chunk(3, 1)[:1], y[1, 3], *y[1:4]]:
            h = (h.sum() * t).tanh().sum() + y.mean() * h
        h.sum().backward()
        assert x.grad is not None
        return x.grad.numpy().tobytes()
    by_units = bits()
    assert eager_to_run.ran
    _never(monkeypatch)
    assert by_units == bits()


def test_a_backward_over_values_that_were_read_goes_by_units_with_the_bits_of_programs(
        eager_to_run: Policy, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a policy plays: each probability is read to draw an action, and the losses come at the end."""
    def play() -> bytes:
        rg.manual_seed(0)
        layer = rg.nn.Linear(4, 3)
        losses = []
        for k in range(5):
            scores = layer(rg.ones(1, 4) * k)
            scores.tolist()
            losses.append(F.log_softmax(scores, 1)[0, k % 3])
        ran = eager_to_run.ran
        rg.stack(losses).sum().backward()
        assert (eager_to_run.ran > ran) is (quick.FAMILIAR == 0)
        return layer.weight.grad.numpy().tobytes()
    by_units = play()
    _never(monkeypatch)
    assert by_units == play()


def test_a_bad_index_is_an_error_on_the_users_line(eager_to_run: Policy) -> None:
    table, x = rg.ones(5, 3), rg.ones(3, requires_grad=True)
    for size in (3, 4, 5):
        rows = rg.arange(size) * 4
        y = table[rows] * x         # the line
        with pytest.raises(IndexError, match=r"test_quick.py:\d+"):
            y.sum().backward()


def test_values_that_die_make_room(eager_to_run: Policy) -> None:
    """A long chain without derivatives needs the memory of a few values."""
    x = rg.ones(64, 64)
    for _ in range(200):
        x = (x * 0.5).exp()
    x.sum().item()
    assert sum(block.size for arena in quick._spare for block in arena._blocks) < 64 << 20
    arena = quick.Arena()
    first = arena.take(128)
    arena.give(first, 128)
    assert arena.take(128) == first


def test_units_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    from_module = "retrograd.engine.units.MOST"
    monkeypatch.setattr(from_module, 3)
    units = Units()
    form = [units.array((n,), rg.float32) for n in range(2, 7)]
    for f in form:
        units.forward((REGISTRY["exp"], (), f), f.shape, rg.float32)
    assert len(units.units) == 5
    units.bound()
    assert not units.units


def test_a_unit_that_two_threads_make_at_once_is_one() -> None:
    """The first one may be in the stream of the other thread by its address."""
    units = Units()
    form = units.array((3,), rg.float32)
    first, second = (units.forward((REGISTRY["exp"], (), form), (3,), rg.float32) for _ in range(2))
    assert first is second is units.units[REGISTRY["exp"], (), form]


@pytest.mark.parametrize("seed", range(5))
def test_a_variant_gives_the_numbers_that_the_compiler_gives(seed: int) -> None:
    """A plan over symbols, put to sizes that it was not made for, against the plan of those very sizes."""
    rng, units = random.Random(seed), Units()
    for _ in range(12):
        b, m, k, n = (rng.choice([1, 2, 5, 8, 17, 40, 130]) for _ in range(4))
        for prim, params, shapes, out in (
                (matmul_p, (), [(b, m, k), (b, k, n)], (b, m, n)),
                (REGISTRY["mul"], (), [(m, n), (m, n)], (m, n)),
                (softmax, (1,), [(m, n)], (m, n)),
                (layer_norm, (1, 1e-5), [(b, m), (m,), (m,)], (b, m)),
                (REGISTRY["reduce_sum"], ((0,),), [(m, n)], (n,)),
                (REGISTRY["linear"], (), [(b, k), (n, k), (n,)], (b, n)),
                (expand_p, ((b, m), (0,)), [(m,)], (b, m))):
            forms = [units.array(s, rg.float32) for s in shapes]
            unit = units.forward((prim, params, *forms), out, rg.float32)
            if not unit.template:
                continue
            nodes = [f.operand(False) for f in forms]
            exact = plan_unit([type(nodes[0])(prim, tuple(nodes), params, out, rg.float32)], nodes)
            assert exact is not None
            assert list(unit._alive[0]) == exact.block and unit.rooms == exact.rooms, (prim, shapes)


def test_without_a_compiler_nothing_runs_by_units(eager_to_run: Policy,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "jit", False)
    rg.ones(3).exp().sum().item()
    assert eager_to_run.ran == 0


def test_a_symbol_is_not_found_in_the_place_of_the_number_0() -> None:
    """Memories of pure functions are asked with symbols too: what they made of one is for its trace alone."""
    guards = Guards()
    nothing = guards.symbol(3, "s0") - 3
    row_major((nothing, guards.symbol(7, "s1"), 0))
    row_major((0, 0, guards.symbol(7, "s1") - 7))
    assert all(type(s) is int for s in row_major((0, 7, 0)) + row_major((0, 0, 0)))
