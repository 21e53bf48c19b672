"""The same few lines on both libraries, and a comparison of what they come to."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.errors import RetrogradError


def told(value: Any) -> Any:
    """A result as plain data: tensors as ('tensor', dtype, shape, requires_grad, numbers)."""
    if isinstance(value, (list, tuple)):
        return [told(v) for v in value]
    if isinstance(value, dict):
        return {k: told(v) for k, v in value.items()}
    if hasattr(value, "requires_grad") and hasattr(value, "detach"):
        plain = value.detach()
        name = str(value.dtype).rpartition(".")[2]
        numbers = (plain.float() if name == "bfloat16" else plain).numpy()
        return ("tensor", name, tuple(value.shape), value.requires_grad, np.array(numbers))
    if isinstance(value, float):
        return np.float64(value)
    return value


def compare(mine: Any, theirs: Any, tolerance: float, path: str) -> None:
    if isinstance(theirs, list):
        assert isinstance(mine, list) and len(mine) == len(theirs), f"{path}: {mine} is not {theirs}"
        for k, (a, b) in enumerate(zip(mine, theirs)):
            compare(a, b, tolerance, f"{path}[{k}]")
    elif isinstance(theirs, tuple) and theirs and theirs[0] == "tensor":
        assert isinstance(mine, tuple), f"{path}: {mine} is not {theirs}"
        assert mine[:4] == theirs[:4], f"{path}: {mine[1:4]} is not {theirs[1:4]}"
        np.testing.assert_allclose(mine[4], theirs[4], rtol=tolerance, atol=tolerance, err_msg=path)
    elif isinstance(theirs, np.floating):
        np.testing.assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance, err_msg=path)
    elif isinstance(theirs, dict):
        assert set(mine) == set(theirs), path
        for k in theirs:
            compare(mine[k], theirs[k], tolerance, f"{path}[{k!r}]")
    else:
        assert mine == theirs, f"{path}: {mine!r} is not {theirs!r}"


def outcome(action: Callable[[Any], Any], lib: Any) -> tuple[Any, BaseException | None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return told(action(lib)), None
        except Exception as error:
            return None, error


USUAL = (IndexError, TypeError, ValueError, NotImplementedError, RuntimeError, AttributeError)


def kinds(error: BaseException) -> set[type]:
    return {c for c in USUAL if isinstance(error, c)}


@pytest.fixture
def both(torch: Any) -> Callable[..., None]:
    """`both(action)`: action(retrograd) comes to what action(torch) does: equal results, or an error that the
    same except clause catches. Numbers are compared exactly unless a tolerance (with its reason) is given."""

    def check(action: Callable[[Any], Any], tolerance: float = 0.0) -> None:
        theirs, their_error = outcome(action, torch)
        mine, my_error = outcome(action, rg)
        if their_error is not None:
            assert my_error is not None, f"PyTorch raises {their_error!r}; we give {str(mine)[:80]}"
            # Python's own text may be the one and the other
            python = isinstance(my_error, TypeError) and isinstance(their_error, TypeError)
            assert isinstance(my_error, RetrogradError) or python, f"not an error of ours: {my_error!r}"
            assert kinds(my_error) & kinds(their_error), f"{my_error!r} where PyTorch raises {their_error!r}"
            return
        if my_error is not None:
            raise AssertionError(f"PyTorch gives {str(theirs)[:80]}, we raise {my_error!r}") from my_error
        compare(mine, theirs, tolerance, "result")

    return check
