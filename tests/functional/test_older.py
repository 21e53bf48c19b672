"""Functions that torch has beside those of nn.functional agree with PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg

EXPRESSIONS = [
    "T.adjoint(m)", "T.affine_grid_generator(m.reshape(1, 2, 3), [1, 1, 2, 2], True)",
    "T.bilinear(m, m, w, None)",
    "T.channel_shuffle(m.reshape(1, 6, 1, 1), 3)", "T.constant_pad_nd(m, [1, 0, 0, 2], 3)",
    "T.convolution(m[None], w, None, [1], [0], [1], False, [0], 1)", "T.rrelu(m, 0.1, 0.3, False)",
    "T.convolution(m[None], w, None, [1], [0], [1], True, [0], 1)", "T.feature_dropout(m, 0.5, False)",
    "T.frobenius_norm(m, 1)", "T.frobenius_norm(m, [0, 1], True)", "T.nuclear_norm(m)", "T.is_signed(m)",
    "T.grid_sampler(m.reshape(1, 1, 2, 3), m[:, :2].reshape(1, 1, 2, 2), 0, 1, True)",
    "T.grid_sampler_2d(m.reshape(1, 1, 2, 3), m[:, :2].reshape(1, 1, 2, 2), 1, 0, False)",
    *(f"T.index_reduce(m, 1, T.tensor([0, 2, 0]), m * 2, {r!r}, include_self={s})"
      for r in ("prod", "mean", "amax", "amin") for s in (True, False)),
    "m.index_reduce(0, T.tensor([1]), m[:1], 'amax')",
    "m.clone().index_reduce_(0, T.tensor([1]), m[:1], 'prod')",
    "T.max_pool1d_with_indices(m[None], 2)", "T.is_same_size(m, w)", "T.is_distributed(m)",
    "T.is_inference(m)",
    "T.get_device(m)", "m.is_cpu", "m.is_nested", "m.output_nr",
    "m.dim_order()", "m.t().dim_order()", "m.prelu(T.tensor([0.5], dtype=m.dtype))", "m.hardshrink(0.6)",
    "m.new(2, 3).shape",
    "m.is_nonzero() if m.numel() == 1 else m[0, :1].is_nonzero()", "m.is_signed()", "m.unsafe_chunk(2)",
    "m.unsafe_split(1)",
    "m.clone().map2_(m, m, lambda a, b, c: a + b * c)", "T.frombuffer(bytearray(range(8)), dtype=T.int16)",
    "T.frombuffer(bytearray(range(8)), dtype=T.uint8, count=3, offset=2)",
    "T.empty_strided((2, 3), (1, 2)).stride()",
    "T.empty_permuted((2, 3, 4), (2, 0, 1)).stride()", "T.from_dlpack(m.numpy())",
    *(f"T.{name}_window({length}, {periodic})" for name in ("hann", "hamming", "blackman", "bartlett",
                                                            "kaiser")
      for length, periodic in ((0, True), (1, True), (5, True), (6, False))),
    *(f"T.signal.windows.{call}" for call in (
        "bartlett(5)", "blackman(5)", "cosine(5)", "cosine(5, sym=False)", "exponential(5, tau=2.0)",
        "exponential(1, center=1.0, sym=False)", "gaussian(5, std=0.7, dtype=T.float64)",
        "general_cosine(5, a=[0.4, 0.6])",
        "general_hamming(5, alpha=0.6)", "hamming(1)", "hann(0)", "hann(5, sym=False)", "kaiser(5, beta=3.)",
        "nuttall(6)")),
    "T.typename(3)", "T.typename(dict.get)", "T.typename(dict)", "T.unsafe_chunk(m, 2, 1)",
    "T.unsafe_split_with_sizes(m, [1, 2], 1)",
    "T.grid_sampler_3d(m.reshape(1, 1, 1, 2, 3), m.reshape(1, 1, 1, 2, 3), 0, 0, True)",
    "T.conv_transpose3d(m.reshape(1, 1, 1, 2, 3), w[None, None, 0, :2])",
    "T.svd_lowrank(m, 2)[1]", "T.svd_lowrank(m.T, 2, M=m.T * 0.5)[1]",
    "T.pca_lowrank(m.T)[1]", "T.svd_lowrank(m, 3)[1]",
    "T.pca_lowrank(m, 2, False, 1)[2].abs()", "T.svd_lowrank(m * 1j, 2)[1]", "T.svd_lowrank(m[0])",
    "T.pca_lowrank(m, 3)", "T.pca_lowrank(m, 2, niter=-1)", "T.svd_lowrank(m, 2, -1)[0].shape",
    "T.kaiser_window(5, True, 3.0, dtype=T.float64)", "T.hamming_window(5, True, 0.5, 0.4)",
    "T.index_reduce(m, 1, T.tensor([0]), m, 'sum')", "T.grid_sampler(m, m, 7, 0, True)",
]


def _value(T: Any, expression: str) -> Any:
    m = T.tensor([[0.5, -1.0, 2.0], [0.25, 3.0, -0.75]], dtype=T.float64)
    w = m[None].repeat(2, 1, 1) if "convol" in expression else T.ones(2, 3, 3, dtype=T.float64)
    return eval(expression, {"T": T, "m": m, "w": w})


def _alike(mine: Any, theirs: Any) -> None:
    if isinstance(theirs, (tuple, list)):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs):
            _alike(a, b)
    elif hasattr(theirs, "detach"):
        assert mine.shape == theirs.shape and mine.dtype.name == str(theirs.dtype)[6:]
        np.testing.assert_allclose(mine.numpy(), theirs.numpy(),
                                   rtol=2e-6 if mine.dtype is rg.float32 else 1e-12,
                                   atol=1e-7 if mine.dtype is rg.float32 else 1e-12)
    else:
        assert mine == theirs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_function_agrees(torch: Any, expression: str) -> None:
    try:
        theirs = _value(torch, expression)
    except Exception:
        with pytest.raises((RuntimeError, ValueError, TypeError, IndexError)):
            _value(rg, expression)
        return
    _alike(_value(rg, expression), theirs)


def test_memory_of_others_is_shared(tmp_path: Any) -> None:
    raw = bytearray(4)
    x = rg.frombuffer(raw, dtype=rg.uint8)
    x[1] = 7
    assert raw[1] == 7
    path = tmp_path / "numbers"
    path.write_bytes(b"")
    rg.from_file(str(path), shared=True, size=3).fill_(2)
    assert np.fromfile(path, np.float32).tolist() == [2.0, 2.0, 2.0]
    assert rg.from_file(str(path), size=2, dtype=rg.int32).shape == (2,)


def test_a_loop_and_a_branch_have_derivatives() -> None:
    x = rg.tensor([1.5], requires_grad=True)
    y, = rg.while_loop(lambda x: x.sum() < 5, lambda x: x * 2, (x,))
    y.backward()
    assert y.item() == 6.0 and x.grad.item() == 4.0
    # PyTorch compiles its own, which ends the checks of its distributions for the whole process.
    z = rg.tensor([0.5], requires_grad=True)
    rg.cond(rg.tensor(False), rg.sin, rg.cos, (z,)).backward()
    assert z.grad.item() == pytest.approx(-np.sin(0.5), rel=1e-6)


def test_a_subclass_can_stand_on_the_same_memory() -> None:
    class Named(rg.Tensor):
        pass
    x = rg.ones(2)
    y = x.as_subclass(Named)
    y[0] = 5
    assert type(y) is Named and x.tolist() == [5.0, 1.0]


def test_errors_of_accelerators_can_be_caught() -> None:
    with pytest.raises(RuntimeError):
        raise rg.OutOfMemoryError("never here")
    assert isinstance(rg.strided, rg.layout) and isinstance(rg.channels_last, rg.memory_format)
