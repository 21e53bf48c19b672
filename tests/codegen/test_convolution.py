"""Convolutions by kernels: PyTorch's values in float64, and the same bits however work is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen import parallelize
from retrograd.codegen.jit import compiling_for, host
from retrograd.engine.linearize import linearize
from retrograd.engine.program import make_program

torch = pytest.importorskip("torch")

# x, w, and stride, padding, dilation, groups
CASES: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 9, 11), (4, 3, 3, 3), {"padding": 1}),
    ((2, 16, 40, 33), (24, 16, 3, 3), {"padding": 1}),                      # lines that are cut by lanes
    ((1, 70, 14, 14), (64, 70, 3, 3), {"padding": 1}),                      # several blocks of k
    ((2, 33, 15, 17), (40, 33, 3, 3), {"padding": 1}),                      # odd sizes, by transform
    ((1, 64, 13, 20), (48, 32, 3, 3), {"groups": 2}),
    ((2, 16, 12, 12), (140, 16, 3, 3), {"padding": 1}),                     # rows in two parts
    ((3, 20, 2, 3), (20, 20, 3, 3), {"padding": 1}),
    ((7, 48, 5, 6), (40, 48, 3, 3), {"padding": 1}),                        # pieces counted on over images
    ((3, 80, 13, 14), (70, 80, 3, 3), {"padding": 1}),                      # weights in several parts
    ((1, 256, 6, 6), (40, 256, 3, 3), {}),                                  # kernels that are packed
    ((2, 4, 9, 11), (6, 2, 3, 2), {"stride": 2, "padding": 1, "dilation": (2, 1), "groups": 2}),
    ((1, 3, 40, 50), (30, 3, 7, 7), {"stride": 2, "padding": 3}),
    ((3, 3, 30, 20), (7, 3, 5, 4), {"stride": 3, "padding": 2, "dilation": 2}),
    ((2, 8, 14, 14), (16, 4, 1, 1), {"stride": 2, "padding": 1, "groups": 2}),
    ((2, 8, 14, 14), (16, 8, 1, 1), {}),
    ((2, 40, 60), (32, 40, 5), {"padding": 2}),
    ((2, 40, 60), (32, 40, 5), {"stride": 3}),
    ((2, 4, 6, 7, 8), (6, 2, 3, 2, 2), {"stride": 2, "padding": 1, "groups": 2}),
    ((2, 4, 6, 7, 8), (6, 4, 3, 2, 2), {}),
    ((2, 8, 3, 3), (16, 8, 3, 3), {"padding": 5}),                          # more border than image
    ((2, 8, 12, 37), (8, 1, 3, 3), {"padding": 1, "groups": 8}),            # one channel a group
    ((2, 8, 13, 12), (16, 1, 3, 3), {"stride": 2, "padding": 1, "groups": 8}),
    ((1, 6, 20, 20), (12, 1, 3, 4), {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3), "groups": 6}),
    ((2, 5, 4, 9, 10), (5, 1, 3, 3, 3), {"padding": 1, "groups": 5}),
    ((2, 6, 50), (6, 1, 7), {"padding": 3, "groups": 6}),
    ((1, 2, 11, 130), (2, 1, 3, 3), {"padding": (2, 3), "dilation": (2, 1), "groups": 2}),  # lines two apart
    ((2, 2, 9, 70), (4, 1, 5, 4), {"stride": (3, 2), "padding": 2, "dilation": (1, 3), "groups": 2}),
    ((1, 2, 300), (2, 1, 20), {"stride": 2, "padding": 19, "groups": 2}),   # strips inside, and ends
    ((1, 3, 30, 30), (3, 1, 7, 7), {"padding": 3, "groups": 3}),
    ((1, 2, 70), (2, 1, 65), {"padding": 3, "groups": 2}),                  # more taps than are written out
    ((2, 1, 20, 20), (9, 1, 5, 5), {"padding": 2}),
    ((3, 3, 40, 31), (70, 3, 3, 3), {"padding": 1}),                        # few channels: images in chunks,
    ((2, 10, 12, 12), (5, 10, 3, 3), {"padding": 1}),                       # or together, rows in two bands,
    ((40, 4, 9, 8), (8, 1, 3, 2), {"groups": 4}),                           # and in parts, none empty
    ((33, 2, 18, 19), (2, 2, 2, 3), {}),
    ((2, 3, 5, 40), (20, 3, 3, 3), {"stride": 2, "padding": (4, 20)}),      # borders wider than vectors
]


def inputs(case: Any, dtype: str) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return tuple(rng.standard_normal(s).astype(dtype) for s in case[:2])      # type: ignore[return-value]


def convolved(lib: Any, case: Any, dtype: str) -> list[Any]:
    """y, and the derivatives of <g, y> to x and w, as tensors."""
    shape, kernel, options = case
    x, w = (lib.tensor(a).requires_grad_() for a in inputs(case, dtype))
    b = lib.tensor(np.arange(kernel[0]).astype(dtype) - 3)
    y = getattr(lib.nn.functional, f"conv{len(shape) - 2}d")(x, w, b, **options)
    g = np.random.default_rng(1).standard_normal(tuple(y.shape)).astype(dtype)
    return [y, *lib.autograd.grad(y, (x, w), lib.tensor(g), create_graph=True)]


def computed(case: Any) -> list[bytes]:
    """The same by a program of their own."""
    roots = [t.node for t in convolved(rg, case, "float32")]
    linear = linearize(roots)
    program = make_program(roots, linear.leaves, linear.scalars)
    values = program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    return [v.tobytes() for v in values]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_values_and_derivatives_are_pytorchs(case: Any) -> None:
    for ours, theirs in zip(convolved(rg, case, "float64"), convolved(torch, case, "float64")):
        ours, theirs = ours.detach().numpy(), theirs.detach().numpy()
        # Sums of up to some thousand terms of size 1, in another order.
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13 * max(1.0, np.abs(theirs).max()))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bits_do_not_depend_on_where_work_is_cut(case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def fine(call: Any) -> list[Any]:
        """Every extent in as many parts as it can be cut into."""
        asked.append(call)
        blocks: list[Any] = [()]
        for place, align in call.axes:
            begin, end = call.args[place:place + 2]
            marks = [*range(begin, end, align), end]
            blocks = [(*b, parallelize.Cut(place, low, high))
                      for b in blocks for low, high in zip(marks, marks[1:])]
        return blocks if len(blocks) <= 64 else [()]
    whole = computed(case)
    monkeypatch.setattr(parallelize, "cut", fine)
    assert computed(case) == whole
    assert asked


@pytest.mark.parametrize("case", [CASES[0], CASES[2], CASES[3], CASES[8], CASES[10], *CASES[20:27:3]],
                         ids=str)
def test_a_machine_with_narrower_vectors_computes_the_same_bits(case: Any) -> None:
    if host().vector_bytes != 64:
        pytest.skip("this machine has no wider vectors than AVX2")
    wide = computed(case)
    with compiling_for(host().without_avx512()):
        assert computed(case) == wide


def test_a_small_transposed_convolution_is_the_same_alone_and_among_others() -> None:
    x, w = (rg.tensor(a) for a in inputs(((1, 160, 4, 4), (160, 8, 3, 3)), "float32"))
    alone = rg.nn.functional.conv_transpose2d(x, w).numpy()
    y = rg.nn.functional.conv_transpose2d(x, w)
    among = y.exp()
    among.numpy()
    assert np.array_equal(y.numpy(), alone)


def test_few_channels_have_the_bits_that_they_have_among_many() -> None:
    """Few are computed without panels (contract/conv_lines.py)."""
    x, w = (rg.tensor(a) for a in inputs(((2, 70, 11, 21), (80, 70, 3, 3)), "float32"))
    many = rg.nn.functional.conv2d(x, w, padding=1, dilation=2).numpy()
    for rows in (1, 2, 5, 10, 16):
        few = rg.nn.functional.conv2d(x, w[:rows], padding=1, dilation=2).numpy()
        assert np.array_equal(few, many[:, :rows]), rows
