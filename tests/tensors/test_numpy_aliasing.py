"""Memory that NumPy sees too: writes pass through both ways, and what was recorded stays as it was."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

DTYPES = ("float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")


@pytest.mark.parametrize("dtype", DTYPES)
def test_from_numpy_keeps_dtype_and_value(both: Callable[..., None], dtype: str) -> None:
    both(lambda lib: lib.from_numpy(np.array([[0, 1], [1, 0]], dtype)))


def test_a_write_to_the_array_is_seen_by_the_tensor(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a = np.zeros(3)
        t = lib.from_numpy(a)
        a[0] = 1
        first = t.clone()
        a[1] = 2
        return [t, first]
    both(action)


def test_a_write_to_the_tensor_is_seen_by_the_array(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a = np.zeros(3)
        t = lib.from_numpy(a)
        t[0] = 1
        t.add_(1)
        t[1:].mul_(5)
        return a.tolist()
    both(action)


def test_numpy_shares_memory_both_ways(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        t = lib.zeros(3)
        a = t.numpy()
        a[0] = 1
        seen = t.clone()
        t.add_(1)
        return [seen, t, a.tolist()]
    both(action)


def test_two_arrays_of_one_tensor_are_one_memory(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        t = lib.zeros(3)
        a, b = t.numpy(), t.numpy()
        a[0] = 1
        t.add_(1)
        return [b.tolist(), np.shares_memory(a, b)]
    both(action)


def test_a_view_of_a_tensor_gives_a_view_of_the_array(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        t = lib.zeros(2, 3)
        a = t[1].numpy()
        a[0] = 1
        t.t().numpy()[2, 0] = 7
        t.add_(1)
        return [t, a.tolist()]
    both(action)


def test_a_view_of_shared_memory_follows_the_array(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a = np.zeros((2, 3))
        t = lib.from_numpy(a)
        v = t[1]
        a[1] = 5
        first = v.clone()
        v.add_(1)
        return [first, a.tolist(), v, t]
    both(action)


def test_a_strided_array_is_shared_as_it_lies(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a = np.zeros((4, 3))
        t = lib.from_numpy(a[::2].T)
        t.add_(1)
        return [t, a.tolist()]
    both(action)


def test_detach_numpy_of_a_leaf_shares_its_memory(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        a = x.detach().numpy()
        a[0] = 5
        (x * x).sum().backward()
        return [x, x.grad]
    both(action)


def test_numpy_of_a_tensor_that_requires_grad_is_refused(both: Callable[..., None]) -> None:
    both(lambda lib: lib.ones(2, requires_grad=True).numpy())
    both(lambda lib: np.asarray(lib.ones(2, requires_grad=True) * 2))
    both(lambda lib: (lib.ones(2, requires_grad=True) * 2).numpy(force=True).tolist())


def test_a_buffer_changed_after_from_numpy_does_not_change_what_was_recorded() -> None:
    a = np.array([1.0, 2.0])
    x = rg.from_numpy(a)
    y = x * 10
    a[:] = 100
    assert (y.tolist(), x.tolist()) == ([10.0, 20.0], [100.0, 100.0])


def test_a_buffer_changed_before_backward_does_not_change_the_gradient() -> None:
    a = np.array([1.0, 2.0])
    w = rg.ones(2, dtype=rg.float64, requires_grad=True)
    loss = (w * rg.from_numpy(a)).sum()
    a[:] = 100
    loss.backward()
    assert (w.grad.tolist(), loss.item()) == ([1.0, 2.0], 3.0)


def test_a_buffer_refilled_for_each_batch_gives_each_its_own_values() -> None:
    """What a data loader with one staging array does."""
    a = np.zeros(2)
    batches = []
    for k in range(4):
        a[:] = k
        batches.append(rg.from_numpy(a) + 0)
    assert [b.tolist() for b in batches] == [[k, k] for k in range(4)]


def test_an_array_changed_after_numpy_does_not_change_what_was_recorded() -> None:
    t = rg.tensor([1.0, 2.0])
    a = t.numpy()
    y = t * 10
    a[:] = 100
    assert (y.tolist(), t.tolist()) == ([10.0, 20.0], [100.0, 100.0])


def test_an_in_place_write_does_not_change_what_was_recorded_from_shared_memory() -> None:
    a = np.array([1.0, 2.0])
    t = rg.from_numpy(a)
    y = t * 10
    t.add_(100)
    assert (y.tolist(), a.tolist()) == ([10.0, 20.0], [101.0, 102.0])


def test_a_snapshot_does_not_move_when_the_array_is_gone() -> None:
    a = np.array([1.0, 2.0])
    t = rg.from_numpy(a)
    y = t * 10
    del a
    gc.collect()
    t.add_(1)
    assert (y.tolist(), t.tolist()) == ([10.0, 20.0], [2.0, 3.0])


def test_tensor_copies_its_array() -> None:
    a = np.zeros(2)
    t = rg.tensor(a)
    a[0] = 1
    assert t.tolist() == [0, 0]


def test_an_operation_result_can_be_written_by_numpy(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        y = x + 1
        y.numpy()[0] = 9
        return [x, y, y * 2]
    both(action)


def test_an_empty_and_a_scalar_array_are_shared(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a = np.array(1.5)
        t = lib.from_numpy(a)
        a[...] = 2.5
        return [t, lib.from_numpy(np.zeros((0, 3)))]
    both(action)


def test_unsupported_arrays_are_refused_by_name(both: Callable[..., None]) -> None:
    both(lambda lib: lib.from_numpy(np.array(["a"])))
    both(lambda lib: lib.from_numpy(np.array([None])))


def test_writes_through_a_gradient_array_reach_the_gradient(both: Callable[..., None]) -> None:
    """Clipping by hand with NumPy."""
    def action(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        (x * 10).sum().backward()
        g = x.grad.numpy()
        np.clip(g, -1, 1, out=g)
        return x.grad
    both(action)


LARGE = 100_000     # elements: a result of that size is handed out as it lies, if it can be


def test_a_large_result_is_handed_out_without_a_copy() -> None:
    z = rg.ones(LARGE) * 3
    rg.synchronize()
    value = z.node.value.ctypes.data
    assert z.numpy().ctypes.data == value


def test_a_large_result_written_by_numpy_changes_nothing_else(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(LARGE)
        y = x + 1
        a = y.numpy()
        before = y * 2
        a[0] = 9
        after = y * 2
        a[1] = 8
        y[2] = 7
        return [t[:4].clone() for t in (x, y, before, after)] + [a[:4].tolist()]
    both(action)


def test_what_reads_a_large_result_keeps_the_value_it_was_recorded_with(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        y = lib.ones(LARGE) + 1
        pending, twin, part = y * 3, y.detach(), y[:5]
        a = y.numpy()
        a[:] = 0
        return [pending[:4].clone(), twin[:4].clone(), part.clone()]
    both(action)


def test_a_parameter_that_numpy_has_seen_is_trained_on(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        p = lib.nn.Parameter(lib.ones(LARGE))
        seen = p.detach().numpy()
        optimizer = lib.optim.SGD([p], lr=0.5)
        for _ in range(3):
            optimizer.zero_grad()
            (p * p).sum().backward()
            optimizer.step()
        return [p.detach()[:3].clone(), seen[:3].tolist()]
    both(action)
