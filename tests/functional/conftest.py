"""What the tests of functions share: one expression run in both libraries, and errors read as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import functional
from retrograd.tensors.autograd import grad as our_grad

EPS = {"float64": 2.0**-52, "float32": 2.0**-23}


def tensors_of(value: Any) -> list[Any]:
    """The tensors of nested tuples, in order."""
    if isinstance(value, (tuple, list)):
        return [t for part in value for t in tensors_of(part)]
    return [value]


def weights_for(lib: Any, t: Any) -> Any:
    """Different weights for the elements of an output, so that no error cancels."""
    values = np.cos(np.arange(t.numel()) + 0.5).reshape(tuple(t.shape))
    return lib.tensor(values, dtype=t.dtype)


def outcome(lib: Any, call: Callable[..., Any], arrays: tuple[Any, ...], dtype: str, order: int) -> list[Any]:
    """Outputs, first gradients, and for order 2 the gradients of a weighted sum of the first ones."""
    leaves = [lib.tensor(a.astype(dtype), requires_grad=order > 0) if a.dtype.kind == "f" else lib.tensor(a)
              for a in map(np.asarray, arrays)]
    wrt = [x for x in leaves if x.is_floating_point()]
    outputs = tensors_of(call(functional if lib is rg else lib.nn.functional, *leaves))
    found: list[Any] = list(outputs)
    grad = our_grad if lib is rg else lib.autograd.grad
    total = [(t * weights_for(lib, t)).sum() for t in outputs if t.is_floating_point() and t.requires_grad]
    if order and total:
        grads = grad(sum(total[1:], total[0]), wrt, create_graph=order > 1, allow_unused=True)
        found += grads
        again = [(g * weights_for(lib, g)).sum() for g in grads if g is not None and g.requires_grad]
        if order > 1:       # a constant first derivative has nothing to differentiate: all None
            found += grad(sum(again[1:], again[0]), wrt, allow_unused=True) if again else [None] * len(wrt)
    return [None if t is None else (str(t.dtype).rpartition(".")[2],
                                    t.detach().clone().numpy()) for t in found]


@pytest.fixture
def agree(torch: Any) -> Callable[..., None]:
    """A check that `call(F, *tensors)` is the same in both libraries, F being their nn.functional.

    Values, dtypes, shapes and gradients up to `order`, in both precisions. The tolerance is k eps beside the
    largest element of each result: k = 32 covers the few roundings of an expression; sums over n terms pass
    k of order n.
    """
    def check(call: Callable[..., Any], *arrays: Any, order: int = 1, k: float = 32,
              dtypes: tuple[str, ...] = ("float64", "float32")) -> None:
        for dtype in dtypes:
            ours = outcome(rg, call, arrays, dtype, order)
            theirs = outcome(torch, call, arrays, dtype, order)
            assert len(ours) == len(theirs)
            for at, (mine, reference) in enumerate(zip(ours, theirs)):
                if mine is None or reference is None:       # unused here, a zero gradient there
                    assert not np.any((mine or reference or (0, 0))[1]), f"result {at} in {dtype}"
                    continue
                assert mine[0] == reference[0], f"result {at}: dtype {mine[0]}, PyTorch has {reference[0]}"
                assert mine[1].shape == reference[1].shape, f"result {at}"
                finite = np.abs(reference[1][np.isfinite(reference[1])])
                atol = k * EPS[dtype] * max(1.0, float(finite.max(initial=0)))
                np.testing.assert_allclose(mine[1], reference[1], rtol=0, atol=atol,
                                           err_msg=f"result {at} in {dtype}")
    return check


@pytest.fixture
def refused() -> Callable[..., None]:
    """A check that a call raises, with exactly this message."""
    def check(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
        with pytest.raises(kind) as caught:
            call()
        assert str(caught.value) == message
    return check
