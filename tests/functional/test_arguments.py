"""Arguments as PyTorch takes them: out=, NumPy's names, tensors without dimensions or elements, mistakes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance import compare

import retrograd as rg

AGREE = [
    "a(2, 3).sum(axis=0, keepdims=True)", "T.sum(a(2, 3), axis=1)", "a(2, 3).max(axis=1)",
    "a(3, 2).std(axis=0)",
    "a(2, 3).mean(axis=0)", "T.cat([a(2), a(3)], axis=0)", "a(3).argmax(axis=0, keepdims=True)",
    "T.add(x=a(2), other=a(2))", "T.mul(x1=a(2), x2=a(2))", "a(2, 3).softmax(dim=1)",
    "T.exp(k(a(2)), out=k(a(2)))", "T.exp(k(a(2)), out=k(a(0)))",
    "T.max(k(a(2, 3)), 1, out=(k(a(2)), i(2)))", "T.ones(2, out=T.zeros(0))",
    "T.arange(3, out=T.zeros(0, dtype=T.int64))", "T.full((2,), 3, out=T.zeros(2))",
    "T.linalg.norm(k(a(3)), out=k(a()))", "T.special.entr(k(p(3)), out=k(a(3)))",
    "T.tensor(5).__rsub__(T.tensor(3))",
    "T.gather(a(), 0, T.tensor([0]))", "T.gather(k(a(3)), 0, T.zeros((2, 0), dtype=T.int64))",
    "T.index_select(a(), 0, T.tensor([0]))", "T.index_add(a(), 0, T.tensor([0]), a(), alpha=2)",
    "T.scatter_add(a(), 0, T.tensor(0), a())", "T.scatter(a(), 0, T.tensor(0), 2.5)",
    "T.scatter(k(a(3, 2)), 0, T.tensor([[0, 1], [2, 0]]), 2.0, reduce='multiply')",
    "T.scatter(k(a(3, 2)), 0, T.tensor([[0, 1], [2, 0]]), k(a(2, 2)), reduce='add')",
    "T.take_along_dim(a(2, 3), T.tensor([[-1], [-2]]), 1)", "T.median(a(), 0)", "T.topk(a(), 1)",
    "a().unfold(0, 1, 1)", "T.atleast_1d(a(), a(2))", "T.atleast_1d([a(2)])",
    "T.flip(a(2, 3), dims=(0, 1))",
    "T.hstack([a(), a(2)])", "T.diff(a(3), 0, prepend=k(a(2)))", "T.var_mean(a(2, 3), False)",
    "T.sign(b(3))",
    "T.std_mean(a(2, 3), True)", "T.isclose(b(3), b(3))", "T.logit(b(3))",
    "T.searchsorted(a(0), a(0))", "T.unique_consecutive(k(a(2, 0, 2)), dim=1)",
    "T.histc(T.tensor([0.5, 2.0], dtype=T.bfloat16), 4, 0, 4)",
    "T.fmod(T.tensor([7.5], dtype=T.bfloat16), T.tensor([2.1], dtype=T.bfloat16))",
    "T.arange(0.1, -7.9, -4.0, dtype=T.int64)", "T.linspace(3.7, 9, 4, dtype=T.int64)", "T.fill(a(2), 3)",
    "T.logspace(4.3, 0, 2, dtype=T.int64)", "T.ger(a(2), a(3))", "a(2).where(b(2), a(2))",
    "T.baddbmm(i(2, 2, 2), i(2, 2, 3), i(2, 3, 2), beta=0.2, alpha=0.6)", "F.softsign(i(3))",
    "F.avg_pool2d(i(1, 1, 4, 4), 3, 1)", "F.local_response_norm(i(1, 4, 2), 3)",
    "F.margin_ranking_loss(i(2), i(2), i(2))", "F.poisson_nll_loss(i(2), i(2))",
    "F.multi_margin_loss(a(), T.tensor(0))", "F.multilabel_margin_loss(a(), T.tensor(0))",
    "F.batch_norm(a(0), None, None, training=True)", "nn.BatchNorm1d(2)(T.zeros(0, 2)).shape",
    "T.cumsum(k(a(3)), 0, out=i(3))", "k(a(0)).bernoulli()", "k(p(1)).multinomial(1)",
    "T.histc(T.tensor([0.5, 1.37, 6.6], dtype=T.bfloat16), 100, -10, 10)",
    "T.cov(T.tensor([[1j, 2.0, 1.0], [0.5, 1 - 1j, 2j]], dtype=T.complex128))",
    "T.corrcoef(T.tensor([[1j, 2.0], [0.5, 1 - 1j]], dtype=T.complex128))",
    "F.normalize(T.tensor([[1j, 2.0], [3.0, 4j]]))", "T.zeros(2, dtype=T.complex64).uniform_().shape",
    "T.zeros(2, dtype=T.complex64).normal_().shape",
    "F.pad(a(1, 2, 4, 4), (-4, 5, 0, 0), 'replicate')", "F.pad(a(1, 2, 4), (2, -3), 'reflect')",
    "T.logsumexp(T.tensor([1j, 2.0]), 0)",
    "T.logcumsumexp(T.tensor([1j, 2.0, -1.0], dtype=T.complex128), 0)",
    "T.logcumsumexp(T.tensor([[9j, 2.0 - 7j], [3j, -9j]], dtype=T.complex128), 1)",
    "T.logcumsumexp(T.arange(30, dtype=T.float64) * (0.1 + 2.5j), 0)",
    "T.tensor([1, 250], dtype=T.uint8) - 300", "T.add(*[T.tensor([9], dtype=T.uint8)] * 2, alpha=-3)",
    "T.tensor([3], dtype=T.uint8) == -253", "T.full((2,), -1, dtype=T.uint8)",
    "T.tensor([100], dtype=T.int8) + 200", "T.arange(2.1, -2.9, -1.0, dtype=T.int32)",
    "T.arange(0.5, 3.9, 0.7, dtype=T.int8)", "T.clone(a(2), memory_format=T.contiguous_format)",
    "T.div(a(3), a(3), rounding_mode='floor')",
    "T.einsum('ij->i', T.ones(2, 3, dtype=T.int32))", "T.gather(a(3), 0, T.zeros((2, 0), dtype=T.int64))",
    "T.vmap(lambda x, s: T.scatter(x, 0, T.tensor([2, 0, 3]), s))(a(2, 4), a(2, 3))",
    "[f(a(3)).is_leaf for f in (lambda x: x.view(3), lambda x: x[:], lambda x: x.expand(3), T.t)]",
    "F.interpolate(i(1, 1, 3, 3).to(T.uint8), (5, 4), mode='bilinear')", "T.mode(i(2, 9), 1)",
    "F.interpolate(a(1, 1, 31), 57, mode='linear')", "T.trace(T.ones(3, 3, dtype=T.int32))",
    "T.vmap(lambda x, m: T.masked_scatter(x, m, x * 2))(a(2, 4), b(2, 4))", "T.cdist(a(2, 3), a(2, 3), 0.0)",
    "T.vmap(lambda x, y: F.cosine_similarity(x, y, dim=0))(k(a(3)), k(a(3)))", "T.diff(a(3), 0).is_leaf",
    "F.multi_margin_loss(a(5), T.tensor([2]), reduction='none')",
    "[i(3) << 2, i(3) >> 1, 2 << i(3), 9 >> i(2)]",
    "inplace(i(3), '__ilshift__', 2)", "T.gradient(a(4), spacing=None, dim=None)",
    "T.linspace(T.tensor(-2.0), 0, 50, dtype=T.complex128)",
    "F.softmin(i(4).to(T.uint8), 0, dtype=T.float32)", "(lambda x: x.flatten() is x)(a(3))",
    "T.linalg.vector_norm(T.full((4,), 300.0, dtype=T.float16), 6)", "T.cov(k(a(2, 3)), correction=9)",
    "T.scatter_reduce(i(3).int(), 0, i(3) // 2, i(3).int(), 'mean')",
    "T.full((9,), 3e4, dtype=T.float16).mean()",
    "F.rms_norm(T.full((1, 3), 300.0, dtype=T.float16), (3,))", "(T.arange(5.0) * 9).bfloat16().var()",
    "F.rms_norm(T.tensor([[1e-3, 2e-3]], dtype=T.float16), (2,))",
    "T.addcmul(T.tensor([1.0, 300.0]).bfloat16(), *[T.tensor([1.1, 17.3]).bfloat16()] * 2, value=-1)",
    "F.layer_norm(T.arange(6.0).bfloat16(), (6,), T.full((6,), 1.1).bfloat16(), T.ones(6).bfloat16())",
    "F.avg_pool2d((T.arange(16.0) / 3).reshape(1, 4, 4).half(), 3, 1)",
    "F.l1_loss(T.tensor([1j, 2.0]), T.tensor([1.0, 2j]))",
    "T.logsumexp(T.tensor(1 + 9j, dtype=T.complex128), 0)",
    "T.normal(0, 1, (2, 3), device='cpu', layout=T.strided).shape",
    "F.silu(T.tensor([1j, 2.0]))", "F.rms_norm(T.tensor([1j, 2.0]), (2,), eps=0.5)",
    "F.pad(a(1, 2, 4), (1, -1), 'circular')",
    "T.quantile(a(5), u(2))", "T.quantile(a(3, 4), u(), 1, interpolation='midpoint')",
    "T.special.zeta(i(3) - 2, -i(3))", "T.cov(k(a(2, 3)), aweights=T.tensor([1.0, 2.0, 3.0]))",
    "T.special.entr(T.tensor([0.5], dtype=T.bfloat16))",
]
REFUSED = [
    "T.eq(2, a(3))", "T.maximum(a(2), 2)", "T.logical_and(2, b(2))", "T.isclose(a(1), a(1), rtol=-1)",
    "T.diff(a(3), -1)", "T.movedim(a(2, 3, 4), (0, 0), (1, 2))", "T.narrow(a(), 0, 0, 1)",
    "T.cat([a(), a()])",
    "T.hstack([])", "T.roll(a(3), ())", "T.roll(a(2, 2), (1, 2), 0)", "T.diagonal(a(2, 2), dim1=1, dim2=1)",
    "T.mean(a(2), dtype=T.int64)", "-b(2)", "T.masked_fill(a(2), b(2), a(1))", "T.max(2, a(2))",
    "T.exp(k(a(2)), out=T.empty(2, dtype=T.int64))", "T.exp(a(2), out=T.empty(2))",
    "T.ones(2, dtype=T.float32, out=T.zeros(2, dtype=T.int64))",
    "T.cov(a(3), fweights=a(3))", "T.eye(-1)",
    "T.scatter(a(3), 0, i(2, 1), a(3))", "T.scatter(T.zeros(3), 0, i(2), T.ones(2, dtype=T.float64))",
    "F.max_pool1d(a(0, 10), 1)", "T.optim.Adam([a(2)], betas=(0.9, T.tensor(0.9)))",
    "T.optim.Adam([a(2)], lr=T.tensor(0.1), foreach=True)", "T.arange(0, T.inf)", "T.linspace(0, 3, 1.0)",
    "T.atan2(i(2), 2)",
    "T.index_add(a(3, 2), 0, i(2), a(2))", "T.cat(a(2, 3))", "T.zeros(3).uniform_(3, -1)",
    "nn.HuberLoss(delta=1j)", "nn.GRU(2, 2)(T.ones(1, 2, 2, dtype=T.float16))",
    "F.cross_entropy(a(2, 3), p(2, 3), ignore_index=1)", "nn.BatchNorm1d(2, eps=-1.0)(a(3, 2))",
    "T.gather(k(a(2)), 0, T.tensor([0]), out=T.zeros(1, dtype=T.int64))",
    "T.scatter_add(T.zeros(3, dtype=T.float64), 0, i(2), T.ones(2, dtype=T.float32))",
    "T.fmax(i(2), 2)", "T.gcd(i(2), 2)", "T.lcm(i(2), 2)", "T.ldexp(2, i(2))", "T.copysign(2, a(2))",
    "T.full((2,), 300, dtype=T.uint8)", "nn.CircularPad1d(1)(a(1, 1, 1, 4))",
    "T.scatter(T.zeros(3), 0, i(2) * 0 - 1, T.ones(2)).tolist()",
    "T.scatter(T.zeros(3), 0, i(2) * 0 + 3, T.ones(2)).tolist()",
]


@pytest.mark.parametrize("expression", AGREE)
def test_arguments_are_taken_as_pytorch_takes_them(expression: str, torch: Any) -> None:
    compare.compare(torch, rg, expression)


@pytest.mark.parametrize("expression", REFUSED)
def test_arguments_that_pytorch_refuses_raise_its_class(expression: str, torch: Any) -> None:
    compare.compare_errors(torch, rg, expression)


def test_out_is_what_is_returned() -> None:
    out = rg.empty(3)
    assert rg.add(rg.ones(3), 1, out=out) is out and out.tolist() == [2.0, 2.0, 2.0]
    values, places = rg.empty(0), rg.empty(0, dtype=rg.int64)
    got = rg.sort(rg.tensor([2.0, 1.0]), out=(values, places))
    assert got.values is values and got.indices is places and places.tolist() == [1, 0]


def test_an_out_of_another_size_is_resized_with_a_warning() -> None:
    out = rg.empty(2)
    with pytest.warns(UserWarning, match="resized"):
        rg.exp(rg.zeros(3), out=out)
    assert out.tolist() == [1.0, 1.0, 1.0]
