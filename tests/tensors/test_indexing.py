"""Indexing and assignment with every kind of key, singly and in random combination, as PyTorch does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

SHAPE = (3, 4, 5)
VALUES = np.arange(60.0).reshape(SHAPE)


def _mask(lib: Any, shape: tuple[int, ...], seed: int = 0) -> Any:
    return lib.tensor(np.random.default_rng(seed).uniform(size=shape) > 0.5)


KEYS: dict[str, Callable[[Any], Any]] = {
    "int": lambda lib: 1, "negative": lambda lib: -1, "ints": lambda lib: (1, 2, 3),
    "slice": lambda lib: slice(1, 3),
    "open": lambda lib: slice(None, None, 2), "beyond": lambda lib: slice(1, 100),
    "behind": lambda lib: slice(-2, None),
    "empty": lambda lib: slice(3, 1), "none": lambda lib: None, "dots": lambda lib: ...,
    "tuple ()": lambda lib: (),
    "dots end": lambda lib: (..., 0), "dots mid": lambda lib: (0, ..., 0),
    "none mid": lambda lib: (0, None, slice(None)),
    "many none": lambda lib: (None, ..., None), "list": lambda lib: [0, 2],
    "negative list": lambda lib: [-1, 0],
    "tensor": lambda lib: lib.tensor([0, 2, 0]), "matrix": lambda lib: lib.tensor([[0, 1], [2, 2]]),
    "int tensor 0-d": lambda lib: lib.tensor(1),
    "two tensors": lambda lib: (lib.tensor([0, 1]), lib.tensor([2, 3])),
    "broadcast": lambda lib: (lib.tensor([[0], [1]]), lib.tensor([2, 3])),
    "split tensors": lambda lib: (lib.tensor([0, 1]), slice(None), lib.tensor([2, 3])),
    "tensor after slice": lambda lib: (slice(None), lib.tensor([3, 1])),
    "tensor after int": lambda lib: (0, lib.tensor([3, 1])),
    "tensor int mix": lambda lib: (lib.tensor([0, 1]), 2),
    "tensor none": lambda lib: (None, lib.tensor([1, 2])),
    "tensor none tensor": lambda lib: (lib.tensor([1, 2]), None, lib.tensor([1, 2])),
    "dots tensor": lambda lib: (..., lib.tensor([4, 0])), "mask": lambda lib: _mask(lib, SHAPE),
    "mask front": lambda lib: _mask(lib, (3,)), "mask two": lambda lib: _mask(lib, (3, 4)),
    "mask after slice": lambda lib: (slice(None), _mask(lib, (4,))), "mask and tensor":
    lambda lib: (lib.tensor([True, False, True]), lib.tensor([1, 3])),
    "mask and int": lambda lib: (_mask(lib, (3,)), 2),
    "no mask": lambda lib: lib.zeros(3, dtype=lib.bool), "true": lambda lib: True, "false": lambda lib: False,
    "true and int": lambda lib: (True, 1), "0-d mask": lambda lib: lib.tensor(True),
    "array": lambda lib: np.array([0, 2]),
    "mask array": lambda lib: np.array([True, False, True]), "numpy int": lambda lib: np.int64(1),
    "int32 tensor": lambda lib: lib.tensor([0, 1], dtype=lib.int32), "empty list": lambda lib: [],
    "empty tensor": lambda lib: lib.tensor([], dtype=lib.int64),
    "list of bool": lambda lib: [True, False, True],
    "nested list": lambda lib: ([0, 1], [1, 2]), "range": lambda lib: range(2), "slice of tensors":
    lambda lib: slice(lib.tensor(1), lib.tensor(3)),
}
WRONG: dict[str, Any] = {
    "too large": 3, "too small": -4, "too many": (0, 0, 0, 0), "text": "a", "float": 1.5,
    "negative step": slice(None, None, -1), "zero step": slice(None, None, 0), "list out of range": [0, 3],
    "list below": [-4], "mask of another size": [True, False], "inner too large": (0, 4),
}


@pytest.mark.parametrize("name", KEYS)
def test_a_key_reads_what_pytorch_reads(both: Callable[..., None], name: str) -> None:
    both(lambda lib: lib.tensor(VALUES)[KEYS[name](lib)])


@pytest.mark.parametrize("name", KEYS)
def test_a_key_writes_one_number_where_pytorch_does(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        x[KEYS[name](lib)] = -1
        return x
    both(action)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_writes_a_tensor_where_pytorch_does(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        place = lib.tensor(VALUES)[KEYS[name](lib)]
        if name in ("tensor", "matrix"):        # where an index repeats, which value wins is left open
            x[KEYS[name](lib)] = lib.full((4, 5), -2.0, dtype=lib.float64)
        else:
            x[KEYS[name](lib)] = -place - 1
        return x
    both(action)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_hands_its_gradient_back_as_in_pytorch(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES, requires_grad=True)
        y = x[KEYS[name](lib)]
        (y * y).sum().backward()
        return x.grad
    both(action)        # small whole numbers: exact


@pytest.mark.parametrize("name", KEYS)
def test_an_assignment_hands_gradients_to_both_sides_as_in_pytorch(both: Callable[..., None],
                                                                   name: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES, requires_grad=True)
        v = lib.tensor(-3.0, dtype=lib.float64, requires_grad=True)
        y = x * 2
        y[KEYS[name](lib)] = v
        (y * y).sum().backward()
        return [y.detach(), *(lib.zeros_like(t) if t.grad is None else t.grad for t in (x, v))]
    both(action)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_raises_pytorchs_kind_of_error(both: Callable[..., None], name: str) -> None:
    both(lambda lib: lib.tensor(VALUES)[WRONG[name]])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_key_of_an_assignment_raises_and_writes_nothing(name: str) -> None:
    x = rg.tensor(VALUES)
    with pytest.raises((IndexError, TypeError, ValueError, RuntimeError)):
        x[WRONG[name]] = 1.0
    assert x.tolist() == VALUES.tolist()


@pytest.mark.parametrize("shape", [(5,), (1, 5), (4, 1), (4, 5), (1, 1, 4, 5), (), (2, 4, 5), (3,), (4,)],
                         ids=str)
def test_the_value_assigned_broadcasts_as_in_pytorch(both: Callable[..., None],
                                                     shape: tuple[int, ...]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        x[1] = lib.ones(shape, dtype=lib.float64) * 7
        return x
    both(action)


@pytest.mark.parametrize("value", [1, 2.5, True, [1.0, 2.0, 3.0, 4.0, 5.0], None, "a"], ids=repr)
def test_the_value_assigned_may_be_what_pytorch_takes(both: Callable[..., None], value: Any) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor(VALUES)
        x[0, 0] = value
        return x
    both(action)


@pytest.mark.parametrize("pair", [("float32", "float64"), ("int64", "float32"), ("float32", "int64"),
                                  ("bool", "int64"),
                                  ("uint8", "int64"), ("float16", "float32")], ids=str)
def test_the_value_assigned_takes_the_dtype_of_the_place(both: Callable[..., None],
                                                         pair: tuple[str, str]) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(4, dtype=getattr(lib, pair[0]))
        x[1:3] = lib.tensor([2, 3]).to(getattr(lib, pair[1]))
        return x
    both(action)


def _random_key(rng: np.random.Generator, shape: tuple[int, ...]) -> list[tuple[str, Any]]:
    """Items that fit the shape, as plain data for both libraries; at most two index arrays, of one length."""
    items: list[tuple[str, Any]] = []
    length, arrays = int(rng.integers(1, 4)), 0
    for size in shape[:rng.integers(0, len(shape) + 1)]:
        kind = rng.choice(["int", "slice", "none", "array", "slice", "mask"])
        if kind == "none":
            items.append(("none", None))
            kind = "slice"
        if kind in ("array", "mask") and arrays == 2:
            kind = "int"
        if kind == "int":
            items.append(("int", int(rng.integers(-size, size))))
        elif kind == "slice":
            a, b = sorted(rng.integers(-size, size + 2, 2).tolist())
            items.append(("slice", slice(a, b, int(rng.integers(1, 3)))))
        elif kind == "mask":
            chosen = np.zeros(size, bool)
            chosen[rng.permutation(size)[:length]] = True
            if chosen.sum() != length:
                items.append(("slice", slice(None)))
                continue
            items.append(("array", chosen))
            arrays += 1
        else:
            items.append(("array", rng.integers(-size, size, length)))
            arrays += 1
    if rng.uniform() < 0.3:
        items.insert(int(rng.integers(len(items) + 1)), ("dots", ...))
        if items[-1][0] != "dots":          # items after the dots meet other sizes: drop them
            at = [k for k, _ in items].index("dots")
            items = items[:at + 1]
    return items


def _key(lib: Any, items: list[tuple[str, Any]]) -> Any:
    return tuple(lib.tensor(v) if kind == "array" else v for kind, v in items)


@pytest.mark.parametrize("seed", range(150))
def test_random_keys_read_write_and_differentiate_as_in_pytorch(both: Callable[..., None], seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 5, rng.integers(1, 5)).tolist())
    items = _random_key(rng, shape)
    values = rng.integers(-9, 9, shape).astype(float)

    def action(lib: Any) -> Any:
        x = lib.tensor(values, requires_grad=True)
        read = x[_key(lib, items)]
        y = x * 1
        y[_key(lib, items)] = lib.tensor(3.0,
                                         dtype=lib.float64) * read.detach().max() if read.numel() else 3.0
        ((y * y).sum() + (read * read).sum()).backward()
        return [read, y.detach(), x.grad]
    both(action)        # whole numbers: exact


def test_repeated_indices_add_their_gradients(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        x[lib.tensor([0, 0, 1, 0])].sum().backward()
        return x.grad
    both(action)


def test_augmented_assignment_to_repeated_indices_counts_once(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(3)
        x[lib.tensor([0, 0, 1])] += 1
        return x
    both(action)


def test_a_mask_of_bytes_reads_as_a_mask_of_bool(both: Callable[..., None]) -> None:
    both(lambda lib: lib.tensor(VALUES)[lib.tensor([1, 0, 1], dtype=lib.uint8)])


def test_a_mask_that_depends_on_values_is_evaluated(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, -2.0, 3.0, -4.0], requires_grad=True)
        y = x * 2
        kept = y[y > 0]
        kept.sum().backward()
        return [kept, x.grad, tuple(kept.shape)]
    both(action)


def test_an_index_that_is_computed_later_is_checked_when_it_is_known() -> None:
    x = rg.arange(3.0)
    with pytest.raises(IndexError, match="index 4 is out of range"):
        x[rg.tensor([2, 3]) + 2].tolist()


def test_a_computed_index_may_be_negative(both: Callable[..., None]) -> None:
    both(lambda lib: lib.arange(5.0)[lib.tensor([0, 1]) - 2])


def test_a_small_write_of_what_is_known_is_done_at_once_and_others_are_recorded():
    x = rg.zeros(4, dtype=rg.int64)
    before = x.clone()
    x[1:3] = rg.tensor([5, 6])
    x[-1] = 7
    assert x.node.value is not None and x.tolist() == [0, 5, 6, 7] and before.tolist() == [0] * 4
    x[1:] = x[:-1]
    assert x.tolist() == [0, 0, 5, 6]
    w = rg.ones(2, requires_grad=True)
    y = rg.zeros(4)
    y[:2] = w * 2
    assert y.node.value is None
    y.sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]
    with pytest.raises(ValueError, match="assigned to a place of shape"):
        x[:2] = rg.tensor([1, 2, 3])
