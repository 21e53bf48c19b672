"""NumPy's ufuncs asked of tensors, and whole overwriting of tracked tensors, compared with PyTorch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import retrograd as rg

CALLS: dict[str, Any] = {
    "sqrt": lambda T: np.sqrt(T.full((3,), 4.0)),
    "array + tensor": lambda T: np.add(np.ones(3, "f4"), T.ones(3)),
    "maximum": lambda T: np.maximum(T.tensor([1.0, 3.0]), 2), "sin": lambda T: np.sin(T.ones(1)),
    "power": lambda T: np.power(T.full((2,), 3.0), 2), "absolute": lambda T: np.absolute(T.tensor([-1, 2])),
    "array == tensor": lambda T: np.ones(3) == T.ones(3),
    "np.float64 * tensor": lambda T: np.float64(2) * T.ones(3)}


@pytest.mark.parametrize("name", CALLS)
def test_a_ufunc_of_a_tensor_is_a_tensor(name: str, torch: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # PyTorch answers NumPy in a way that NumPy 2 deprecates
        want = CALLS[name](torch)
    got = CALLS[name](rg)
    assert isinstance(got, rg.Tensor) and str(got.dtype).split(".")[1] == str(want.dtype).split(".")[1]
    np.testing.assert_array_equal(got.numpy(), np.asarray(want))


def test_a_ufunc_is_differentiable() -> None:
    x = rg.tensor([4.0, 9.0], requires_grad=True)
    np.sqrt(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0.25, 1 / 6], rtol=1e-6)


def test_an_array_is_written_in_place() -> None:
    a = np.ones(3, np.float32)
    a += rg.ones(3)
    assert isinstance(a, np.ndarray) and a.tolist() == [2, 2, 2]


@pytest.mark.parametrize("call", [lambda x: np.hypot(x, 1), lambda x: np.add.reduce(x)])
def test_what_tensors_do_not_have_is_refused(call: Any) -> None:
    with pytest.raises(TypeError, match=r"numpy\(\)"):
        call(rg.ones(2))


@pytest.mark.parametrize("write", [lambda T, x: x.fill_(3.0), lambda T, x: x.zero_(),
                                   lambda T, x: x.copy_(T.ones(3)), lambda T, x: x[0].fill_(2)])
def test_a_tracked_tensor_stays_tracked_when_it_is_overwritten(write: Any, torch: Any) -> None:
    grads = []
    for T in (torch, rg):
        w = T.ones(3, requires_grad=True)
        x = w * 2
        write(T, x)
        assert x.requires_grad
        (x * x).sum().backward()
        grads.append(w.grad.numpy())
    np.testing.assert_array_equal(*grads)
