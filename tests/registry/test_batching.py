"""vmap of a primitive is the loop over its examples, whichever operands carry the batch."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from retrograd.autodiff.batching import batch

SIZE = 3


def _examples(x: Any) -> list[Any]:
    """Variants of an operand inside its domain: numbers shrunk, positions and choices moved round."""
    if x.dtype.kind in "fc":
        return [x * (1 - 0.1 * k) for k in range(SIZE)]
    return [np.roll(x.reshape(-1), k).reshape(x.shape) for k in range(SIZE)]


def _subsets(n: int) -> Iterator[tuple[bool, ...]]:
    yield from (flags for flags in product((False, True), repeat=n) if any(flags))


def test_batching_is_a_loop_over_the_examples(batched_call: Any, tools: Any, law: Any) -> None:
    call = batched_call
    for flags in _subsets(len(call.inputs)):
        examples = [_examples(x) if flag else [x] * SIZE for x, flag in zip(call.inputs, flags)]
        expected = np.stack([call.with_inputs(one).value() for one in zip(*examples)])
        xs = call.leaves()
        stacked = {x: tools.given([np.stack(many)])[0] for x, many, flag in zip(xs, examples, flags) if flag}
        (out, batched), = batch([call.bind(xs)], stacked, SIZE)
        got, = tools.values([out])
        law.holds(batched, f"{call}: the output is not batched")
        law.holds(got.dtype == expected.dtype and got.shape == expected.shape, f"{call}{flags}: {got.shape}")
        # A batched sum or product may group its terms in another way.
        law.close(got, expected, 64 * call.eps if expected.dtype.kind in "fc" else 0.0, scale=1.0,
                  what=f"{call}{flags}")
