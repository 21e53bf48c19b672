"""How tensors print: PyTorch's text with our name, and statistics for tensors too large to show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

TEXTS: dict[str, Any] = {
    "whole": lambda lib: lib.tensor([1.0, 2.0, 3.0]), "fraction": lambda lib: lib.tensor([1.0, 2.5, -3.25]),
    "scalar": lambda lib: lib.tensor(3.14159), "whole scalar": lambda lib: lib.tensor(3.0),
    "int": lambda lib: lib.tensor(7),
    "ints": lambda lib: lib.tensor([1, -20, 300]), "bools": lambda lib: lib.tensor([True, False]),
    "bool": lambda lib: lib.tensor(True), "empty": lambda lib: lib.tensor([]),
    "empty ints": lambda lib: lib.zeros(0).long(),
    "empty matrix": lambda lib: lib.zeros(0, 3), "empty cube": lambda lib: lib.zeros(2, 0, 3),
    "matrix": lambda lib: lib.tensor([[1.0, 2.0], [3.0, 4.5]]), "cube": lambda lib: lib.zeros(2, 2, 2),
    "four": lambda lib: lib.ones(2, 1, 2, 2), "float64": lambda lib: lib.tensor([1.5], dtype=lib.float64),
    "float16": lambda lib: lib.tensor([1.5, 0.1], dtype=lib.float16),
    "bfloat16": lambda lib: lib.tensor([1.5, 0.1]).bfloat16(),
    "int32": lambda lib: lib.tensor([1, 2], dtype=lib.int32),
    "uint8": lambda lib: lib.tensor([1, 2], dtype=lib.uint8),
    "large": lambda lib: lib.tensor([1e10, 1.0]), "small": lambda lib: lib.tensor([1e-5, 1e-6]),
    "wide": lambda lib: lib.tensor([1e-3, 1e3]), "wider": lambda lib: lib.tensor([1e-3, 1.5e4]),
    "inf": lambda lib: lib.tensor([float("inf"), 1.0, float("nan")]),
    "all nan": lambda lib: lib.tensor([float("nan")] * 2),
    "minus inf": lambda lib: lib.tensor([-float("inf"), 0.5]),
    "nan and whole": lambda lib: lib.tensor([float("nan"), 2.0]),
    "big whole": lambda lib: lib.tensor([123456.0, 1.0]), "huge whole": lambda lib: lib.tensor([1e9, 1.0]),
    "huge scalar": lambda lib: lib.tensor(1e20), "tiny scalar": lambda lib: lib.tensor(1e-20),
    "zero": lambda lib: lib.tensor(0.0),
    "minus zero": lambda lib: lib.tensor([-0.0, 1.0]), "negative": lambda lib: lib.tensor([-1.5, 22.25]),
    "leaf": lambda lib: lib.tensor([1.0], requires_grad=True), "long vector": lambda lib: lib.arange(50),
    "long floats": lambda lib: lib.arange(40) / 7, "long row": lambda lib: lib.arange(60).view(2, 30),
    "wide matrix": lambda lib: (lib.arange(60) / 7).view(3, 20),
    "big int": lambda lib: lib.tensor([2**40, 1]),
    "ranges": lambda lib: lib.tensor([0.001, 0.5]), "thousands": lambda lib: lib.tensor([1234.5678, 0.12]),
    "1000": lambda lib: lib.arange(1000),
    "scientific matrix": lambda lib: lib.tensor([[1e-9, 1.0], [2.0, 3e7]]),
    "four digits": lambda lib: lib.tensor([9999.99999, 1.0]),
    "rounds to whole": lambda lib: lib.tensor([0.99999999, 1.00001]),
    "one by one": lambda lib: lib.tensor([[5.0]]),
    "negative ints": lambda lib: lib.tensor([[-1, 10], [100, -1000]]),
    "column": lambda lib: lib.arange(3).view(3, 1),
    "bool matrix": lambda lib: lib.tensor([[True, False], [False, False]]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_small_tensor_prints_as_in_pytorch(torch: Any, name: str) -> None:
    assert repr(TEXTS[name](rg)) == repr(TEXTS[name](torch)).replace("torch.", "retrograd.")


@pytest.mark.parametrize("seed", range(60))
def test_random_numbers_print_as_in_pytorch(torch: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 7, rng.integers(0, 4)).tolist())
    scale = 10.0 ** rng.integers(-6, 7) * 10.0 ** rng.integers(-2, 3, shape)
    values = np.asarray(rng.standard_normal(shape) * scale)
    if rng.uniform() < 0.3:
        values = np.round(values)
    if rng.uniform() < 0.2 and values.ndim:
        values.reshape(-1)[0] = rng.choice([np.inf, -np.inf, np.nan])
    dtype = ["float32", "float64", "float16"][seed % 3]
    values = np.clip(values, -6e4, 6e4) if dtype == "float16" else values
    mine, theirs = (lib.tensor(values, dtype=getattr(lib, dtype)) for lib in (rg, torch))
    assert repr(mine) == repr(theirs).replace("torch.", "retrograd.")


def test_str_is_repr() -> None:
    x = rg.tensor([1.0, 2.0])
    assert str(x) == repr(x)


def test_a_size_and_a_device_print_as_in_pytorch(torch: Any) -> None:
    for lib, name in ((rg, "retrograd"), (torch, "torch")):
        assert repr(lib.zeros(2, 3).shape) == f"{name}.Size([2, 3])"
        assert repr(lib.zeros(1).device) == "device(type='cpu')"


@pytest.mark.parametrize("make, name", [(lambda x: x * 2, "MulBackward0"), (lambda x: x + 1, "AddBackward0"),
                                        (lambda x: x.exp(), "ExpBackward0"),
                                        (lambda x: x.tanh(), "TanhBackward0")])
def test_a_computed_tensor_names_what_made_it(torch: Any, make: Any, name: str) -> None:
    for lib in (rg, torch):
        assert repr(make(lib.tensor([0.0], requires_grad=True))).endswith(f"grad_fn=<{name}>)")


def test_a_large_tensor_prints_its_corners_and_statistics() -> None:
    x = rg.arange(1000.0, 11000.0).view(100, 100)
    x[0, 0] = float("nan")
    text = repr(x)
    good = np.arange(1001, 11000.0)
    assert text.count("\n") == 7 and text.count("...") == 7
    statistics = f"mean={good.mean():.4g}, std={good.std():.4g}, min=1001, max=1.1e+04, nan=1"
    assert text.endswith(f"size=(100, 100), {statistics})")


def test_the_corners_of_a_large_tensor_are_pytorchs(torch: Any) -> None:
    mine, theirs = (repr(lib.arange(1200.0).view(30, 40)) for lib in (rg, torch))
    assert mine.split("size=")[0].rstrip(" ,\n") == theirs.rstrip(")")


def test_print_options_change_precision_and_edges(torch: Any) -> None:
    x = np.linspace(0, 1, 2000)
    try:
        for lib in (rg, torch):
            lib.set_printoptions(precision=2, edgeitems=2)
        mine, theirs = repr(rg.tensor(x)), repr(torch.tensor(x))
        assert mine.split(",\n")[0] == theirs.split(", dtype")[0].replace("torch", "retrograd")
    finally:
        for lib in (rg, torch):
            lib.set_printoptions(profile="default")


def test_printing_changes_nothing() -> None:
    x = rg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    repr(y)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]
