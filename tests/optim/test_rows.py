"""Tables of which few rows are used: their gradient is held as those rows, and SGD writes only these."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

ROWS, WIDTH = 1 << 16, 32          # more than units take, which compute whole gradients
PLACES = [3, 4000, 3, 17, 17, 3, 0, 65535]


def trained(look: bool = False, compiled: bool = False, steps: int = 3, **options: Any) -> Any:
    """The table after some steps; `look` at the gradient before each update."""
    rg.manual_seed(0)
    table = rg.nn.Embedding(ROWS, WIDTH, sparse=True)
    optimizer = rg.optim.SGD(table.parameters(), lr=0.1, **options)
    places, weights = rg.tensor(PLACES), rg.randn(len(PLACES), WIDTH)

    def step(places: Any, weights: Any) -> None:
        optimizer.zero_grad()
        (table(places).square() * weights).sum().backward()
        if look:
            table.weight.grad.numpy()
        optimizer.step()

    run = rg.compile(step) if compiled else step
    for _ in range(steps):
        run(places, weights)
    return table.weight


def same(a: Any, b: Any) -> bool:
    return a.detach().numpy().tobytes() == b.detach().numpy().tobytes()


def test_the_gradient_is_not_made_unless_somebody_looks() -> None:
    w = trained()
    assert w.grad.node.value is None
    assert w.grad.shape == (ROWS, WIDTH)
    assert np.flatnonzero(w.grad.numpy().any(1)).tolist() == sorted(set(PLACES))


def test_looking_changes_no_bit() -> None:
    assert same(trained(), trained(look=True))


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}], ids=str)
def test_a_compiled_step_has_the_same_bits_and_gradient(options: Any) -> None:
    plain, compiled = (trained(compiled=c, steps=6, **options) for c in (False, True))
    assert same(plain, compiled) and same(plain.grad, compiled.grad)


def test_a_gradient_of_a_compiled_step_is_kept_as_it_was() -> None:
    table = rg.nn.Embedding(ROWS, WIDTH)
    optimizer = rg.optim.SGD(table.parameters(), lr=0.1)

    @rg.compile
    def step(places: Any) -> None:
        optimizer.zero_grad()
        table(places).sum().backward()
        optimizer.step()
    kept = []
    for k in range(5):
        step(rg.tensor([k, k]))
        kept.append(table.weight.grad)
        assert table.weight.grad.node.value is None
    assert [np.flatnonzero(g.numpy().any(1)).tolist() for g in kept] == [[k] for k in range(5)]
    assert all(g.sum().item() == 2 * WIDTH for g in kept) and len(step.replays) == 1
    assert step._steady is not None         # so only those rows are written: the table stays where it lies


@pytest.mark.parametrize("options", [{"momentum": 0.9}, {"weight_decay": 0.1}, {"maximize": True}], ids=str)
def test_options_that_need_all_rows_see_all_rows(options: Any) -> None:
    assert same(trained(**options), trained(look=True, **options))


def test_steps_are_those_of_pytorch(torch: Any) -> None:
    found = []
    for T in (rg, torch):
        rng = np.random.default_rng(0)
        table = T.nn.Embedding(ROWS, WIDTH, sparse=True, dtype=T.float64,
                               _weight=T.tensor(rng.standard_normal((ROWS, WIDTH))))
        optimizer = T.optim.SGD(table.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (table(T.tensor(PLACES)) ** 2).sum().backward()
            optimizer.step()
        found.append(table.weight.detach().numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=1e-14)


def test_gradients_of_several_backwards_add_up() -> None:
    w = rg.randn(ROWS, WIDTH).requires_grad_()
    for places in ([1, 2], [2, 3]):
        rg.nn.functional.embedding(rg.tensor(places), w).sum().backward()
    assert w.grad[:5, 0].tolist() == [0.0, 1.0, 2.0, 1.0, 0.0]


def test_the_table_is_written_where_it_lies() -> None:
    rg.manual_seed(0)
    table = rg.nn.Embedding(ROWS, WIDTH)
    optimizer = rg.optim.SGD(table.parameters(), lr=0.1)
    places = []
    for _ in range(4):
        optimizer.zero_grad()
        table(rg.tensor(PLACES)).sum().backward()
        optimizer.step()
        places.append(table.weight.node.value.ctypes.data)
    assert len(set(places[1:])) == 1


def test_who_holds_the_old_table_keeps_it() -> None:
    rg.manual_seed(0)
    table = rg.nn.Embedding(ROWS, WIDTH)
    optimizer = rg.optim.SGD(table.parameters(), lr=0.1)
    before = table.weight.detach().clone()
    expected = before.numpy().copy()
    twice = before * 2
    table(rg.tensor(PLACES)).sum().backward()
    optimizer.step()
    np.testing.assert_array_equal(before.numpy(), expected)
    np.testing.assert_array_equal(twice.numpy(), 2 * expected)


def test_other_optimisers_see_a_whole_gradient() -> None:
    found = []
    for look in (False, True):
        rg.manual_seed(0)
        table = rg.nn.Embedding(ROWS, WIDTH)
        optimizer = rg.optim.Adam(table.parameters())
        for _ in range(2):
            optimizer.zero_grad()
            table(rg.tensor(PLACES)).sum().backward()
            if look:
                table.weight.grad.numpy()
            optimizer.step()
        found.append(table.weight)
    assert same(*found)


def test_a_bad_place_leaves_the_table_as_it_was() -> None:
    rg.manual_seed(0)
    table = rg.nn.Embedding(ROWS, WIDTH)
    optimizer = rg.optim.SGD(table.parameters(), lr=0.1)
    before = table.weight.detach().numpy().copy()

    @rg.compile
    def step(places: Any) -> None:
        optimizer.zero_grad()
        table(places + 1).sum().backward()
        optimizer.step()

    for _ in range(3):
        step(rg.tensor([5, 6]))
    before = table.weight.detach().numpy().copy()
    with pytest.raises(IndexError):
        step(rg.tensor([5, ROWS - 1]))
    np.testing.assert_array_equal(table.weight.detach().numpy(), before)
