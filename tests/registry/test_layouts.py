"""Where elements lie in memory changes no bit of a result; sizes 0 and 1 are sizes like any other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrograd.autodiff.batching import BY_NAME, RULES, batch
from retrograd.graph.node import leaf


def _column_major(x: Any) -> Any:
    return np.asfortranarray(x)


def _every_second(x: Any) -> Any:
    big = np.full(tuple(2 * s for s in x.shape), x.dtype.type(1))
    out = big[tuple(slice(None, None, 2) for _ in x.shape)]
    out[...] = x
    return out


def _backwards(x: Any) -> Any:
    turned = tuple(slice(None, None, -1) for _ in x.shape)
    return np.ascontiguousarray(x[turned])[turned]


def _unaligned_start(x: Any) -> Any:
    big = np.empty(x.size + 3, x.dtype)
    out = big[3:].reshape(x.shape)
    out[...] = x
    return out


@pytest.mark.parametrize("layout", [_column_major, _every_second, _backwards, _unaligned_start],
                         ids=lambda f: f.__name__.strip("_"))
@pytest.mark.parametrize("name", ["float64", "float32"])
def test_layout_changes_no_bit(any_call: Any, layout: Any, name: str, tools: Any, law: Any) -> None:
    call = any_call
    plain = call.cast(tools.dtypes.by_name(name))
    if any(x.ndim for x in plain.inputs):
        other = plain.with_inputs([layout(x) if x.ndim else x for x in plain.inputs])
        law.same_bits(other.value(), plain.value(), f"{call} in {name}")


@pytest.mark.parametrize("name", ["float64", "float32"])
def test_a_repeated_element_gives_the_bits_of_its_copies(call: Any, name: str, tools: Any, law: Any) -> None:
    """Operands with strides of zero, one at a time: what expand makes."""
    plain = call.cast(tools.dtypes.by_name(name))
    for k in call.floats:
        x = plain.inputs[k]
        if x.ndim < 1 or x.shape[0] < 1 or "contract" in call.prim.family and not x.size:
            continue
        row = np.broadcast_to(x[:1], x.shape)
        if call.prim.family == "explicit" and k == 0:
            continue                    # equal rows make a singular matrix
        spread = plain.with_inputs([row if j == k else a for j, a in enumerate(plain.inputs)])
        dense = plain.with_inputs([np.ascontiguousarray(row) if j == k else a for j,
                                   a in enumerate(plain.inputs)])
        law.same_bits(spread.value(), dense.value(), f"{call} in {name}")


@pytest.mark.parametrize("shape", [(0,), (1,), (0, 3), (3, 0), (1, 1)], ids=str)
def test_pointwise_primitives_take_sizes_zero_and_one(call: Any, shape: tuple[int, ...], law: Any) -> None:
    alike = all(x.shape == call.inputs[0].shape and x.size for x in call.inputs)
    if call.prim.family != "pointwise" or not alike:
        return
    small = call.with_inputs([np.resize(x, shape) for x in call.inputs])
    law.same_bits(small.value(), np.resize(call.value(), shape) if 0 in shape else
                  np.asarray(call.value()).reshape(-1)[:1].reshape(shape), f"{call} at {shape}")


@pytest.mark.parametrize("size", [0, 1])
def test_axes_that_are_not_worked_on_may_have_size_zero_or_one(batched_call: Any, size: int, tools: Any,
                                                               law: Any) -> None:
    """One more axis in front, by the primitive's own batching rule: every family has its meaning there."""
    call = batched_call
    if call.prim.expansion is None and call.prim.name not in BY_NAME and call.prim.family not in RULES:
        return                          # test_batching.py reports those
    ones = call.leaves()
    many = [leaf(np.repeat(x.value[None], size, 0), x.dtype) for x in ones]
    y = call.bind(ones)
    (out, _), = batch([y], dict(zip(ones, many)), size)
    got, = tools.values([out])
    law.holds(got.shape == (size, *y.shape) and got.dtype == y.dtype.np, f"{call}: {got.dtype}{got.shape}")
    if size:
        law.close(got[0], call.value(), 64 * 2.2e-16, scale=1.0,
                  what=str(call))


def test_reductions_over_one_element(call: Any, law: Any) -> None:
    if call.prim.family != "reduction" or not isinstance(call.params[0], tuple):
        return
    axes = call.params[0]
    x = call.inputs[0]
    thin = x[tuple(slice(0, 1) if d in axes else slice(None) for d in range(x.ndim))]
    kept = tuple(s for d, s in enumerate(x.shape) if d not in axes)
    law.holds(call.with_inputs([thin]).value().shape == kept, str(call))


def test_a_call_that_comes_again_and_again_keeps_its_bits(call: Any, law: Any, fresh_programs: Any) -> None:
    """The general way first, a trail later (engine/reads.py)."""
    first = call.value().tobytes()
    for _ in range(20):
        law.holds(call.value().tobytes() == first, f"{call} has other bits when it is read often")
