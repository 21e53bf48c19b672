"""What is computed again instead of put down and read back, and that it changes no bit."""

from __future__ import annotations

from typing import Any

import numpy as np

import retrograd as rg
from retrograd.codegen.compile_graph import describe

F = rg.nn.functional


def _x(*shape: int) -> Any:
    return rg.tensor(np.random.default_rng(len(shape)).standard_normal(shape).astype("float32"))


def _described(*tensors: Any) -> list[str]:
    return [" ".join(line.split()[1:]) for line in describe([t.node for t in tensors]).splitlines()]


def _centred() -> tuple[Any, Any]:
    x = _x(64, 8)
    rg.synchronize()
    centred = x - x.sum(0)
    return centred, centred * (centred * centred).sum(0)


def test_what_is_cheaper_to_compute_again_is_not_stored() -> None:
    assert _described(_centred()[1]) == [
        "fold [8] reduce_sum -> 1 stored", "fold [8] sub, mul, reduce_sum -> 1 stored",
        "loop [64, 8] sub, mul -> 1 stored"]


def test_what_somebody_asks_for_is_stored_and_read_back() -> None:
    assert _described(*_centred())[1:] == [
        "region [64, 8] sub, mul, reduce_sum -> 2 stored", "loop [64, 8] mul -> 1 stored"]


def test_what_takes_long_is_stored() -> None:
    x = _x(64, 8)
    e = (x - x.sum(0)).exp()
    assert _described(e * (e * e).sum(0))[1:] == [
        "region [64, 8] sub, exp, mul, reduce_sum -> 2 stored", "loop [64, 8] mul -> 1 stored"]


def test_nothing_is_put_down_in_order_to_compute_something_else_again() -> None:
    x = _x(64, 8)
    e = (x - x.sum(0)).exp()
    y = e * 2                           # cheap, if only e were in memory
    assert _described(y * (y * y).sum(0))[1:] == [
        "region [64, 8] sub, exp, mul, mul, reduce_sum -> 2 stored", "loop [64, 8] mul -> 1 stored"]


def test_no_product_is_read_for_it() -> None:
    x, w = _x(64, 8), _x(8, 8)
    y = x @ w + 1
    assert _described(y * (y * y).sum(0)) == [
        "product [64, 8] matmul -> 1 stored", "region [64, 8] add, mul, reduce_sum -> 2 stored",
        "loop [64, 8] mul -> 1 stored"]


def test_the_bits_are_those_of_the_stored_value() -> None:
    alone = _centred()[1].numpy()
    centred, y = _centred()
    kept = [centred, y]
    rg.synchronize()
    np.testing.assert_array_equal(y.numpy(), alone)
    np.testing.assert_array_equal((kept[0] * (kept[0] * kept[0]).sum(0)).numpy(), alone)


def test_batch_norm_reads_its_input_three_times_and_stores_nothing_but_results() -> None:
    x, g = _x(64, 8).requires_grad_(), _x(64, 8)
    w, b = rg.ones(8, requires_grad=True), rg.zeros(8, requires_grad=True)
    y = F.batch_norm(x, None, None, w, b, training=True)
    grads = rg.autograd.grad(y, [x, w, b], g, create_graph=True)
    large = [line for line in _described(y, *grads) if "[64, 8]" in line]
    assert [line.split()[-2] for line in large] == ["3", "2", "3"]      # sums; sums; y, dx and a sum
    assert all(line.count("sub") <= 2 for line in large[:2])            # forward and pullback share the mean
