"""Attention: queries, keys, values and perhaps a bias go in; what each query gathers, and its cotangents,
come out, without a matrix of scores in memory.

    y = softmax(scale q k^T + bias) v   q (*lead, L, E), k (*lead, S, E), v (*lead, S, V), bias (*lead, L, S)

A row that sees nothing gives zeros. `attention` is one node; the compiler and its pullback know it by two
more, whose kernels go over blocks of keys (Dao, "FlashAttention-2", 2023): `attention_rows` (y, and the
logarithm of each row's sum) and `attention_back` (the cotangents of q, k and v, from blocks that are computed
again). Each of those is one row of numbers, cut into its parts by views. Every further derivative is that of
the plain formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.composite import softmax
from retrograd.ops.constant import iota, stop
from retrograd.ops.contract import matmul
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.reduction import logsumexp, reduce_max

FEW_ROWS = 4        # the scores of no more rows than this are no longer than the keys: the plain formula
WIDEST = 1024       # elements of a head: a block of rows of it lies on the stack


def blockwise(x: Sequence[Node]) -> bool:
    """Whether kernels over blocks compute it: by shape alone."""
    q, k, v = x[:3]
    return q.shape[-2] > FEW_ROWS and max(q.shape[-1], v.shape[-1]) <= WIDEST and \
        all(numel(n.shape) > 0 for n in (q, k, v))


# ---------------------------------------------------------------- the plain formula
def _scores(x: Sequence[Node], causal: bool, scale: float) -> Node:
    q, k, _, *bias = x
    scores = matmul(q * scale, lin.swap_last(k))
    if bias:
        scores = scores + bias[0]
    if not causal:
        return scores
    places = [bind(iota, (), ((size,), 0, "int64")) for size in scores.shape[-2:]]
    rows, columns = (lin.expand(n, scores.shape[-2:], (1 - d,)) for d, n in enumerate(places))
    seen = lin.expand(columns <= rows, scores.shape, tuple(range(scores.ndim - 2)))
    return bind(pw.where, (seen, scores, const(-math.inf, scores.dtype)))


def _over(row: Node, scores: Node) -> Node:
    return lin.expand(row, scores.shape, (scores.ndim - 1,))


def _blind(scores: Node) -> Node:
    """Rows that see nothing."""
    return bind(reduce_max, (bind(stop, (scores,)),), ((scores.ndim - 1,),)).equal(-math.inf)


def attention_weights(x: Sequence[Node], causal: bool, scale: float) -> Node:
    """Softmax of the scores; zeros in rows that see nothing, which only a bias can make."""
    scores = _scores(x, causal, scale)
    last = (scores.ndim - 1,)
    if len(x) == 3:
        return bind(softmax, (scores,), last)
    blind, zero = _over(_blind(scores), scores), const(0.0, scores.dtype)
    weights = bind(softmax, (bind(pw.where, (blind, zero, scores)),), last)
    return bind(pw.where, (blind, zero, weights))


def _plain(*given: Any) -> Node:
    *x, causal, scale = given
    return matmul(attention_weights(x, causal, scale), x[2])


def _back(g: Node, x: Sequence[Node], weights: Node, slope: Node | None, scale: float) -> list[Node]:
    """Cotangents of q, k, v and of the scores; `slope` is sum(g * y) of each row, if that is known."""
    q, k, v = x[:3]
    dw = matmul(g, lin.swap_last(v))
    slope = lin.reduce_sum(weights * dw, (dw.ndim - 1,)) if slope is None else slope
    ds = weights * (dw - _over(slope, dw))
    dk, dv = matmul(lin.swap_last(ds), q * scale), matmul(lin.swap_last(weights), g)
    return [matmul(ds, k) * scale, dk, dv, ds]


def _weights_np(x: Sequence[Any], causal: bool, scale: float) -> tuple[Any, Any]:
    """The weights, and the logarithm of each row's sum."""
    q, k, _, *bias = (np.ascontiguousarray(a) for a in x)
    s = (q * scale) @ np.ascontiguousarray(k.swapaxes(-1, -2))
    if bias:
        s = s + bias[0]
    if causal:
        s = np.where(np.tri(*s.shape[-2:], dtype=bool), s, s.dtype.type(-math.inf))
    top = s.max(axis=-1, keepdims=True, initial=-math.inf)
    about = np.where(top == -math.inf, s.dtype.type(0), top)
    e = np.exp(s - about)
    total = e.sum(axis=-1, keepdims=True, dtype=e.dtype)
    blind = total == 0
    safe = np.where(blind, e.dtype.type(1), total)
    return e / safe, np.where(blind, e.dtype.type(math.inf), about + np.log(safe))[..., 0]


def _plain_np(*given: Any) -> Any:
    *x, causal, scale = given
    return _weights_np(x, causal, scale)[0] @ np.ascontiguousarray(x[2])


# ---------------------------------------------------------------- how kernels lay out what they write
def _stored(shape: Shape) -> Shape:
    """(*lead, L, E) with L behind the first axis: what is split into heads lies as it is joined again."""
    return (*shape[:1], shape[-2], *shape[1:-2], shape[-1]) if len(shape) > 3 else shape


def _natural(x: Node) -> Node:
    """A value that lies so, with its axes in order."""
    last = x.ndim - 1
    return lin.permute(x, (0, *range(2, last), 1, last)) if x.ndim > 3 else x


def _laid(x: Node) -> Node:
    """The other way round: (*lead, L, E) as it is stored."""
    last = x.ndim - 1
    return lin.permute(x, (0, last - 1, *range(1, last - 1), last)) if x.ndim > 3 else x


def parts(shapes: Sequence[Shape]) -> list[tuple[int, Shape]]:
    """Where each of those values begins in the row of numbers, and how it is stored there."""
    places, at = [], 0
    for shape in shapes:
        places.append((at, _stored(shape)))
        at += numel(shape)
    return places


def row_parts(x: Sequence[Any]) -> list[Shape]:
    """What `attention_rows` holds: y, and one number a row."""
    q, v = x[0].shape, x[2].shape
    return [(*q[:-1], v[-1]), (numel(q[:-2]), q[-2])]


def back_parts(x: Sequence[Any]) -> list[Shape]:
    """What `attention_back` holds."""
    return [n.shape for n in x[:3]]


def _cut(row: Node, shapes: Sequence[Shape]) -> list[Node]:
    return [_natural(lin.reshape(lin.slice_(row, (at,), (at + numel(stored),), (1,)), stored))
            for at, stored in parts(shapes)]


def _joined(values: Sequence[Node]) -> Node:
    rows = tuple(lin.reshape(_laid(v), (numel(v.shape),)) for v in values)
    return bind(lin.concat_p, rows, (0,))


# ---------------------------------------------------------------- rows: y and the logarithm of each row's sum
def _infer_rows(x: tuple[Node, ...], params: Any) -> Inferred:
    return (sum(numel(shape) for shape in row_parts(x)),), x[0].dtype


def _rows(*given: Any) -> Node:
    *x, causal, scale = given
    scores = _scores(x, causal, scale)
    blind = _blind(scores)
    safe = bind(pw.where, (_over(blind, scores), const(0.0, scores.dtype), scores))
    total = bind(logsumexp, (safe,), ((scores.ndim - 1,),))
    total = bind(pw.where, (blind, const(math.inf, scores.dtype), total))
    return _joined([_plain(*given), lin.reshape(total, row_parts(x)[1])])


def _work(x: Sequence[Node], causal: bool, products: int) -> int:
    """Operations of so many products a score; half of the scores where only the past is seen."""
    q, k, v = (n.shape for n in x[:3])
    return products * numel(q[:-1]) * k[-2] * (q[-1] + v[-1]) // (2 if causal else 1)


def _joined_np(values: Sequence[Any]) -> Any:
    return np.concatenate([(np.moveaxis(v, -2, 1) if v.ndim > 3 else v).reshape(-1) for v in values])


def _rows_np(*given: Any) -> Any:
    *x, causal, scale = given
    weights, total = _weights_np(x, causal, scale)
    return _joined_np([weights @ np.ascontiguousarray(x[2]), total.reshape(row_parts(x)[1])])


def _operands(seed: str, *, lead: Shape, L: int, S: int, E: int, V: int, biased: bool) -> list[Any]:
    rng = rng_for(seed)
    x = [rng.uniform(-1, 1, (*lead, n, m)) for n, m in ((L, E), (S, E), (S, V))]
    return [*x, rng.uniform(-1, 1, (*lead, L, S))] if biased else x


_SAMPLES: tuple[tuple[dict[str, Any], tuple[bool, float]], ...] = (
    ({"lead": (2, 2), "L": 7, "S": 5, "E": 3, "V": 2, "biased": False}, (True, 0.5)),
    ({"lead": (), "L": 5, "S": 6, "E": 2, "V": 3, "biased": True}, (False, 0.7)),
    ({"lead": (2,), "L": 2, "S": 3, "E": 2, "V": 2, "biased": True}, (True, 1.0)))


def _rows_sample() -> Iterator[Sample]:
    for sizes, params in _SAMPLES[:2]:
        yield Sample(tuple(_operands("attention_rows", **sizes)), params)


rows_p = Primitive("attention_rows", "expansion", "*x", "causal scale", infer=_infer_rows, expansion=_rows,
                   np=_rows_np, lower="attention", sample=_rows_sample,
                   flops=lambda n: _work(n.inputs, n.params[0], 2))


# ---------------------------------------------------------------- back: cotangents of q, k and v
def _infer_back(given: tuple[Node, ...], params: Any) -> Inferred:
    return (sum(numel(shape) for shape in back_parts(given[2:])),), given[0].dtype


def _back_plain(*given: Any) -> Node:
    g, row, *x, causal, scale = given
    y, total = _cut(row, row_parts(x))
    scores = _scores(x, causal, scale)
    weights = bind(pw.exp, (scores - _over(lin.reshape(total, scores.shape[:-1]), scores),))
    return _joined(_back(g, x, weights, lin.reduce_sum(g * y, (g.ndim - 1,)), scale)[:3])


def _back_np(*given: Any) -> Any:
    g, row, *x, causal, scale = (np.ascontiguousarray(a) if isinstance(a, np.ndarray) else a for a in given)
    (at, stored), (after, _) = parts(row_parts(x))
    y = row[at:after].reshape(stored)
    y = np.moveaxis(y, 1, -2) if y.ndim > 3 else y
    weights, own = _weights_np(x, causal, scale)
    weights = weights * np.exp(np.where(np.isinf(own), 0, own) - row[after:].reshape(own.shape))[..., None]
    ds = weights * (g @ x[2].swapaxes(-1, -2) - (g * y).sum(-1, keepdims=True, dtype=g.dtype))
    dk, dv = ds.swapaxes(-1, -2) @ (x[0] * scale), weights.swapaxes(-1, -2) @ g
    return _joined_np([(ds @ x[1]) * scale, dk, dv])


def _back_sample() -> Iterator[Sample]:
    for sizes, params in _SAMPLES[:2]:
        x = _operands("attention_back", **sizes)
        rng = rng_for("attention_row")
        shape = (*x[0].shape[:-1], x[2].shape[-1])
        row = rng.uniform(-1, 1, numel(shape) + numel(shape[:-1]))
        yield Sample((rng.uniform(-1, 1, shape), row, *x), params)


back_p = Primitive("attention_back", "expansion", "*x", "causal scale", infer=_infer_back,
                   expansion=_back_plain, np=_back_np, lower="attention_back", sample=_back_sample,
                   flops=lambda n: _work(n.inputs[2:], n.params[0], 5))


# ---------------------------------------------------------------- the node that users make
def _infer(x: tuple[Node, ...], params: Any) -> Inferred:
    return (*x[0].shape[:-1], x[2].shape[-1]), x[0].dtype


def _wide(x: Sequence[Node]) -> tuple[Node, ...]:
    """In the type that half types are computed in: the logarithms must not be rounded."""
    return tuple(lin.cast(n, n.dtype.acc) for n in x)


def by_blocks(*given: Any) -> Node:
    """What `attention` means to the compiler."""
    *x, causal, scale = given
    if not blockwise(x):
        return _plain(*given)
    row = bind(rows_p, _wide(x), (causal, scale))
    return lin.cast(_cut(row, row_parts(x))[0], x[0].dtype)


def _vjp(g: Node, x: Sequence[Node], causal: bool, scale: float) -> tuple[Node | None, ...]:
    shares: list[Node | None] = [None] * len(x)
    dense = not blockwise(x)
    if dense or any(b.rg for b in x[3:]):       # the cotangent of a bias is itself a matrix of scores
        shares = list(_back(g, x, attention_weights(x, causal, scale), None, scale))[:len(x)]
    if not dense:
        wide = _wide(x)
        row = bind(rows_p, wide, (causal, scale))
        back = bind(back_p, (*_wide([g]), row, *wide), (causal, scale))
        shares[:3] = [lin.cast(part, n.dtype) for part, n in zip(_cut(back, back_parts(x)), x)]
    return tuple(shares)


def _jvp(dx: Sequence[Node | None], x: Sequence[Node], causal: bool, scale: float) -> Node:
    q, k, v = x[:3]
    weights = attention_weights(x, causal, scale)
    ways: list[Node] = []
    if dx[0] is not None:
        ways.append(matmul(dx[0] * scale, lin.swap_last(k)))
    if dx[1] is not None:
        ways.append(matmul(q * scale, lin.swap_last(dx[1])))
    ways += [b for b in dx[3:] if b is not None]
    dy = None if dx[2] is None else matmul(weights, dx[2])
    if ways:
        ds = sum(ways[1:], ways[0])
        dw = weights * (ds - _over(lin.reduce_sum(weights * ds, (ds.ndim - 1,)), ds))
        moved = matmul(dw, v)
        dy = moved if dy is None else dy + moved
    assert dy is not None
    return dy


def _sample() -> Iterator[Sample]:
    for sizes, params in _SAMPLES:
        yield Sample(tuple(_operands("attention", **sizes)), params)


attention_p = Primitive("attention", "expansion", "*x", "causal scale", infer=_infer, expansion=_plain,
                        np=_plain_np, vjp=_vjp, jvp=_jvp, sample=_sample,
                        flops=lambda n: _work(n.inputs, n.params[0], 2))
"""x is q, k, v or q, k, v, bias, of equal leading axes and dtypes; see functional/attention.py."""
