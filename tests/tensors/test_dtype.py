"""Promotion: every pair of dtypes, with dimensions and without, and Python numbers, as PyTorch does it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg

NAMES = ("float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")
BINARY = ("add", "mul", "sub", "truediv", "floordiv", "mod", "pow", "eq", "lt", "and_", "or_", "xor")


def _kind(lib: Any, action: Callable[[], Any]) -> str:
    """The dtype an action gives, or that it raises."""
    try:
        return str(action().dtype).rpartition(".")[2]
    except (RuntimeError, TypeError, NotImplementedError):
        return "error"


def _differences(torch: Any, action: Callable[[Any, Any], Any], cases: list[Any]) -> list[str]:
    """Where PyTorch gives a dtype, which one; where it refuses (bool % bool), a result does no harm."""
    found = []
    for case in cases:
        mine, theirs = (_kind(lib, lambda lib=lib, case=case: action(lib, case)) for lib in (rg, torch))
        if mine != theirs != "error":
            found.append(f"{case}: {mine}, PyTorch {theirs}")
    return found


def _one(lib: Any, name: str, dims: int) -> Any:
    return lib.ones((2,) * dims, dtype=getattr(lib, name))


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("dims", [(1, 1), (1, 0), (0, 1), (0, 0), (2, 1)], ids=str)
def test_two_tensors_promote_as_in_pytorch(torch: Any, op: str, dims: tuple[int, int]) -> None:
    def action(lib: Any, pair: tuple[str, str]) -> Any:
        return getattr(operator, op)(_one(lib, pair[0], dims[0]), _one(lib, pair[1], dims[1]))
    assert _differences(torch, action, [(a, b) for a in NAMES for b in NAMES]) == []


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("number", [True, 2, 2.5], ids=repr)
@pytest.mark.parametrize("dims", [0, 1])
def test_a_python_number_on_the_right_promotes_as_in_pytorch(torch: Any, op: str, number: Any,
                                                             dims: int) -> None:
    def action(lib: Any, name: str) -> Any:
        return getattr(operator, op)(_one(lib, name, dims), number)
    assert _differences(torch, action, list(NAMES)) == []


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("number", [True, 2, 2.5], ids=repr)
@pytest.mark.parametrize("dims", [0, 1])
def test_a_python_number_on_the_left_promotes_as_in_pytorch(torch: Any, op: str, number: Any,
                                                            dims: int) -> None:
    def action(lib: Any, name: str) -> Any:
        return getattr(operator, op)(number, _one(lib, name, dims))
    assert _differences(torch, action, list(NAMES)) == []


@pytest.mark.parametrize("function", ["exp", "sqrt", "sin", "sigmoid", "abs", "neg", "sign", "floor", "relu",
                                      "isnan",
                                      "sum", "mean", "prod", "cumsum", "argmax", "max", "any", "all", "std",
                                      "round",
                                      "logical_not", "bitwise_not", "square", "reciprocal", "tanh", "erf",
                                      "log1p"])
def test_a_function_of_one_tensor_gives_pytorchs_dtype(torch: Any, function: str) -> None:
    def action(lib: Any, name: str) -> Any:
        x = _one(lib, name, 1)
        return getattr(lib, function)(x, 0) if function == "cumsum" else getattr(lib, function)(x)
    assert _differences(torch, action, list(NAMES)) == []


@pytest.mark.parametrize("function", ["where", "cat", "stack", "maximum"])
def test_functions_that_join_tensors_promote_as_in_pytorch(torch: Any, function: str) -> None:
    def action(lib: Any, pair: tuple[str, str]) -> Any:
        a, b = _one(lib, pair[0], 1), _one(lib, pair[1], 1)
        if function == "where":
            return lib.where(lib.tensor([True, False]), a, b)
        return getattr(lib, function)(a, b) if function == "maximum" else getattr(lib, function)([a, b])
    assert _differences(torch, action, [(a, b) for a in NAMES for b in NAMES]) == []


def test_a_cast_between_any_two_dtypes_gives_pytorchs_values(both: Callable[..., None]) -> None:
    values = [0.0, 1.0, 2.5, -1.5, 100.7, -3.99]        # inside every range: what overflows is undefined in C
    def action(lib: Any) -> Any:
        base = lib.tensor(values, dtype=lib.float64)
        positive = base.abs()
        return [(positive if "uint8" in (a, b) else base).to(getattr(lib, a)).to(getattr(lib, b))
                for a in NAMES for b in NAMES]
    both(action)


def test_the_default_dtype_is_what_python_floats_become(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        try:
            lib.set_default_dtype(lib.float64)
            return [lib.tensor(1.5), lib.ones(2), lib.arange(0.0, 1.0, 0.5),
                    lib.ones(1, dtype=lib.int64) * 0.5,
                    lib.full((2,), 0.1), lib.ones(1, dtype=lib.int64).exp(), lib.linspace(0, 1, 3)]
        finally:
            lib.set_default_dtype(lib.float32)
    both(action, 1e-15)         # exp(1): one ulp


@pytest.mark.parametrize("name", ["float64", "float32", "float16", "bfloat16"])
def test_finfo_tells_pytorchs_limits(torch: Any, name: str) -> None:
    mine, theirs = rg.finfo(getattr(rg, name)), torch.finfo(getattr(torch, name))
    for field in ("eps", "max", "min", "tiny", "smallest_normal", "bits", "dtype"):
        assert getattr(mine, field) == getattr(theirs, field), field


@pytest.mark.parametrize("name", ["int64", "int32", "int16", "int8", "uint8"])
def test_iinfo_tells_pytorchs_limits(torch: Any, name: str) -> None:
    mine, theirs = rg.iinfo(getattr(rg, name)), torch.iinfo(getattr(torch, name))
    for field in ("max", "min", "bits", "dtype"):
        assert getattr(mine, field) == getattr(theirs, field), field


def test_aliases_name_the_same_dtypes() -> None:
    pairs = {"float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32",
             "short": "int16"}
    assert {a: getattr(rg, a, None) is getattr(rg, b) for a, b in pairs.items()} == dict.fromkeys(pairs, True)


def test_a_dtype_prints_and_pickles_as_itself() -> None:
    import pickle
    assert repr(rg.float32) == "retrograd.float32"
    assert pickle.loads(pickle.dumps(rg.bfloat16)) is rg.bfloat16
