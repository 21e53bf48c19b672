"""Attention: queries, keys, values and perhaps a bias go in; what each query gathers, and its cotangents,
come out, without a matrix of scores in memory.

    y = softmax(scale q k^T + bias) v   q (*lead, L, E), k (*lead, S, E), v (*lead, S, V), bias (*lead, L, S)

Weights may be dropped: which ones is a function of a seed and a counter. A row that sees nothing gives zeros.
`attention` is one node; the compiler and its pullback know it by two more, whose kernels go over blocks of
keys (Dao, "FlashAttention-2", 2023): `attention_rows` (y, and the logarithm of each row's sum) and
`attention_back` (those asked for of the cotangents of q, k and v, from blocks that are computed again). Each
of those is one row of numbers, cut into its parts by views. Every further derivative is that of the plain
formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.modes import modes
from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive, Sample
from retrograd.ops import linear as lin
from retrograd.ops import philox
from retrograd.ops import pointwise as pw
from retrograd.ops.composite import softmax
from retrograd.ops.constant import iota, random_uniform, stop
from retrograd.ops.contract import matmul
from retrograd.ops.families import Inferred, rng_for
from retrograd.ops.reduction import logsumexp, reduce_max

FEW_ROWS = 4        # the scores of no more rows than this are no longer than the keys: the plain formula
_ALL = True, True, True
WIDEST = 1024       # elements of a head: a block of rows of it lies on the stack


def blockwise(x: Sequence[Node]) -> bool:
    """Whether kernels over blocks compute it: by shape alone."""
    q, k, v = x[:3]
    return q.shape[-2] > FEW_ROWS and max(q.shape[-1], v.shape[-1]) <= WIDEST and \
        all(numel(n.shape) > 0 for n in (q, k, v))


class Inputs(NamedTuple):
    """The inputs of these nodes: of a bias none or one, of a seed and a counter none or both."""

    q: Any
    k: Any
    v: Any
    bias: Any
    draw: tuple[Any, ...]

    @classmethod
    def of(cls, x: Sequence[Any]) -> Inputs:
        q, k, v, *rest = x
        bias = rest[0] if len(rest) % 2 else None
        return cls(q, k, v, bias, tuple(rest[-2:]) if len(rest) > 1 else ())


# ---------------------------------------------------------------- which weights are dropped
def quarters(keys: int) -> int:
    """Blocks of the generator for the weights of one row."""
    return -(-keys // philox.WORDS)


def factor_of(p: float) -> float:
    """What survivors are multiplied by."""
    return 1.0 / (1.0 - p) if p < 1.0 else 1.0


def _least(p: float) -> float:
    """The least number of a draw that survives."""
    return float(np.float32(p))


def threshold_of(p: float) -> int:
    """The same of the 24 bits that a number is made of."""
    return math.ceil(_least(p) * 2 ** 24)


def _survivors(x: Sequence[Node], p: float) -> Node | None:
    """What each weight is multiplied by, (*lead, L, S): 0 where it is dropped; None: nothing is."""
    inputs = Inputs.of(x)
    if not inputs.draw:
        return None
    (*lead, rows, _), keys = inputs.q.shape, inputs.k.shape[-2]
    wide = *lead, rows, quarters(keys) * philox.WORDS
    draw = bind(random_uniform, inputs.draw, (wide, "float32"))
    dtype = inputs.q.dtype
    keep = lin.narrow(draw, len(wide) - 1, 0, keys) >= const(_least(p), draw.dtype)
    return bind(pw.where, (keep, const(factor_of(p), dtype), const(0.0, dtype)))


def _survivors_np(x: Sequence[Any], p: float) -> Any:
    q, k, _, _, draw = Inputs.of(x)
    if not draw:
        return 1
    keys = k.shape[-2]
    wide = *q.shape[:-1], quarters(keys) * philox.WORDS
    drawn = philox.uniform(int(draw[0]), int(draw[1]), wide, 32)[..., :keys]
    return np.where(drawn >= np.float32(_least(p)), q.dtype.type(factor_of(p)), q.dtype.type(0))


def _kept(weights: Node, survivors: Node | None) -> Node:
    return weights if survivors is None else weights * survivors


# ---------------------------------------------------------------- the plain formula
def _scores(x: Sequence[Node], causal: bool, scale: float) -> Node:
    q, k, _, bias, _ = Inputs.of(x)
    scores: Node = matmul(q * scale, lin.swap_last(k))
    if bias is not None:
        scores = scores + bias
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
    if Inputs.of(x).bias is None:
        return bind(softmax, (scores,), last)
    blind, zero = _over(_blind(scores), scores), const(0.0, scores.dtype)
    weights = bind(softmax, (bind(pw.where, (blind, zero, scores)),), last)
    return bind(pw.where, (blind, zero, weights))


def _plain(*given: Any) -> Node:
    *x, causal, scale, drop = given
    return matmul(_kept(attention_weights(x, causal, scale), _survivors(x, drop)), x[2])


def _back(g: Node, x: Sequence[Node], weights: Node, slope: Node | None, scale: float, drop: float,
          which: Sequence[bool]) -> list[Node | None]:
    """Those asked for of the cotangents of q, k, v and of the scores; `slope` is sum(g * y) of each row, if
    that is known."""
    q, k, v = x[:3]
    survivors = _survivors(x, drop)
    found: list[Node | None] = [None] * len(which)
    if which[2]:
        found[2] = matmul(lin.swap_last(_kept(weights, survivors)), g)
    if not any((*which[:2], *which[3:])):
        return found
    dw = _kept(matmul(g, lin.swap_last(v)), survivors)
    slope = lin.reduce_sum(weights * dw, (dw.ndim - 1,)) if slope is None else slope
    ds = weights * (dw - _over(slope, dw))
    if which[0]:
        found[0] = matmul(ds, k) * scale
    if which[1]:
        found[1] = matmul(lin.swap_last(ds), q * scale)
    if any(which[3:]):
        found[3] = ds
    return found


def _weights_np(x: Sequence[Any], causal: bool, scale: float) -> tuple[Any, Any]:
    """The weights, and the logarithm of each row's sum."""
    q, k, _, bias, _ = Inputs.of(x)
    s = (np.ascontiguousarray(q) * scale) @ np.ascontiguousarray(k.swapaxes(-1, -2))
    if bias is not None:
        s = s + bias
    if causal:
        s = np.where(np.tri(*s.shape[-2:], dtype=np.bool_), s, s.dtype.type(-math.inf))
    top = s.max(axis=-1, keepdims=True, initial=-math.inf)
    about = np.where(top == -math.inf, s.dtype.type(0), top)
    e = np.exp(s - about)
    total = e.sum(axis=-1, keepdims=True, dtype=e.dtype)
    blind = total == 0
    safe = np.where(blind, e.dtype.type(1), total)
    return e / safe, np.where(blind, e.dtype.type(math.inf), about + np.log(safe))[..., 0]


def _plain_np(*given: Any) -> Any:
    *x, causal, scale, drop = given
    return (_weights_np(x, causal, scale)[0] * _survivors_np(x, drop)) @ np.ascontiguousarray(x[2])


# ---------------------------------------------------------------- how kernels lay out what they write
def _stored(shape: Shape) -> Shape:
    """(*lead, L, E) with L behind the first axis: what is split into heads lies as it is joined again."""
    return (*shape[:1], shape[-2], *shape[1:-2], shape[-1]) if len(shape) > 3 else shape


def _natural(x: Node, front: int = 0) -> Node:
    """A value that lies so, with its axes in order, behind some that count examples."""
    last, first = x.ndim - 1, front + 1
    return lin.permute(x, (*range(first), *range(first + 1, last), first, last)) if last > front + 2 else x


def _laid(x: Node, front: int = 0) -> Node:
    """The other way round: (*lead, L, E) as it is stored."""
    last, first = x.ndim - 1, front + 1
    return lin.permute(x, (*range(first), last - 1, *range(first, last - 1), last)) if last > front + 2 else x


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


def back_parts(x: Sequence[Any], which: Sequence[bool]) -> list[Shape]:
    """What `attention_back` holds."""
    return [n.shape for n in compress(x, which)]


def _cut(row: Node, shapes: Sequence[Shape]) -> list[Node]:
    return [_natural(lin.reshape(lin.slice_(row, (at,), (at + numel(stored),), (1,)), stored))
            for at, stored in parts(shapes)]


def _joined(values: Sequence[Node]) -> Node:
    rows = tuple(lin.reshape(_laid(v), (numel(v.shape),)) for v in values)
    return bind(lin.concat_p, rows, (0,))


def _cut_each(rows: Node, shapes: Sequence[Shape]) -> list[Node]:
    """`_cut` of many rows (examples, n)."""
    return [_natural(lin.reshape(lin.narrow(rows, 1, at, numel(stored)), (rows.shape[0], *stored)), 1)
            for at, stored in parts(shapes)]


def _joined_each(values: Sequence[Node]) -> Node:
    """`_joined` of each example."""
    size = values[0].shape[0]
    rows = tuple(lin.reshape(_laid(v, 1), (size, numel(v.shape[1:]))) for v in values)
    return bind(lin.concat_p, rows, (1,))


# ---------------------------------------------------------------- rows: y and the logarithm of each row's sum
def _infer_rows(x: tuple[Node, ...], params: Any) -> Inferred:
    return (sum(numel(shape) for shape in row_parts(x)),), x[0].dtype


def _rows(*given: Any) -> Node:
    *x, causal, scale, _ = given
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
    *x, causal, scale, _ = given
    return _joined_np([_plain_np(*given), _weights_np(x, causal, scale)[1].reshape(row_parts(x)[1])])


def _operands(seed: str, p: float, *, lead: Shape, L: int, S: int, E: int, V: int, biased: bool
              ) -> list[Any]:
    rng = rng_for(seed)
    x = [rng.uniform(-1, 1, (*lead, n, m)) for n, m in ((L, E), (S, E), (S, V))]
    x += [rng.uniform(-1, 1, (*lead, L, S))] * biased
    return [*x, np.asarray(7), np.asarray(3)] if p else x


_SAMPLES: tuple[tuple[dict[str, Any], tuple[bool, float, float]], ...] = (
    ({"lead": (2, 2), "L": 7, "S": 5, "E": 3, "V": 2, "biased": False}, (True, 0.5, 0.0)),
    ({"lead": (), "L": 5, "S": 6, "E": 2, "V": 3, "biased": True}, (False, 0.7, 0.4)),
    ({"lead": (2,), "L": 2, "S": 3, "E": 2, "V": 2, "biased": True}, (True, 1.0, 0.0)),
    ({"lead": (2,), "L": 5, "S": 3, "E": 2, "V": 2, "biased": False}, (False, 1.0, 0.5)))


def _rows_sample() -> Iterator[Sample]:
    for sizes, params in _SAMPLES[:2]:
        yield Sample(tuple(_operands("attention_rows", params[2], **sizes)), params)


rows_p = Primitive("attention_rows", "expansion", "*x", "causal scale drop", infer=_infer_rows,
                   expansion=_rows, np=_rows_np, lower="attention", sample=_rows_sample,
                   flops=lambda n: _work(n.inputs, n.params[0], 2))


# ---------------------------------------------------------------- back: cotangents of q, k and v
def _infer_back(given: tuple[Node, ...], params: Any) -> Inferred:
    return (sum(numel(shape) for shape in back_parts(given[2:], params[3])),), given[0].dtype


def _back_plain(*given: Any) -> Node:
    g, row, *x, causal, scale, drop, which = given
    y, total = _cut(row, row_parts(x))
    scores = _scores(x, causal, scale)
    weights = bind(pw.exp, (scores - _over(lin.reshape(total, scores.shape[:-1]), scores),))
    found = _back(g, x, weights, lin.reduce_sum(g * y, (g.ndim - 1,)), scale, drop, which)
    return _joined([d for d in found if d is not None])


def _back_np(*given: Any) -> Any:
    *arrays, causal, scale, drop, which = given
    g, row, *x = (np.ascontiguousarray(a) if np.ndim(a) else a for a in arrays)
    (at, stored), (after, _) = parts(row_parts(x))
    y = row[at:after].reshape(stored)
    y = np.moveaxis(y, 1, -2) if y.ndim > 3 else y
    weights, own = _weights_np(x, causal, scale)
    weights = weights * np.exp(np.where(np.isinf(own), 0, own) - row[after:].reshape(own.shape))[..., None]
    survivors = _survivors_np(x, drop)
    dw = survivors * (g @ x[2].swapaxes(-1, -2))
    ds = weights * (dw - (g * y).sum(-1, keepdims=True, dtype=g.dtype))
    dk, dv = ds.swapaxes(-1, -2) @ (x[0] * scale), (weights * survivors).swapaxes(-1, -2) @ g
    return _joined_np(list(compress([(ds @ x[1]) * scale, dk, dv], which)))


def back_products(which: Sequence[bool]) -> int:
    """Products a score, of q and k and of g and v: the weights again, what they were multiplied by, and one
    a cotangent."""
    return 1 + any(which[:2]) + sum(which)


def _back_sample() -> Iterator[Sample]:
    for (sizes, params), which in zip(_SAMPLES[:3], (_ALL, (True, False, False), (False, True, True))):
        x = _operands("attention_back", params[2], **sizes)
        rng = rng_for("attention_row")
        shape = (*x[0].shape[:-1], x[2].shape[-1])
        row = rng.uniform(-1, 1, numel(shape) + numel(shape[:-1]))
        yield Sample((rng.uniform(-1, 1, shape), row, *x), (*params, which))


back_p = Primitive("attention_back", "expansion", "*x", "causal scale drop which", infer=_infer_back,
                   expansion=_back_plain, np=_back_np, lower="attention_back", sample=_back_sample,
                   flops=lambda n: _work(n.inputs[2:], n.params[0], back_products(n.params[3])))


# ---------------------------------------------------------------- both of them for many examples
def rows_of_each(x: Sequence[Node], how: tuple[Any, ...]) -> Node:
    """(examples, n) rows of operands with one axis more in front."""
    y, total = _cut(bind(rows_p, tuple(x), how), row_parts(x))
    size, *lead = x[0].shape[:-2]
    return _joined_each([y, lin.reshape(total, (size, numel(tuple(lead)), total.shape[-1]))])


def back_of_each(g: Node, rows: Node, x: Sequence[Node], how: tuple[Any, ...]) -> Node:
    """The same of cotangents."""
    one = [Inner(n.shape[1:]) for n in x[:3]]
    y, total = _cut_each(rows, row_parts(one))
    row = _joined([y, lin.reshape(total, (numel(total.shape[:-1]), total.shape[-1]))])
    return _joined_each(_cut(bind(back_p, (g, row, *x), how), back_parts(x, how[3])))


class Inner(NamedTuple):
    """An operand as one example sees it."""

    shape: Shape


# ---------------------------------------------------------------- the node that users make
def _infer(x: tuple[Node, ...], params: Any) -> Inferred:
    return (*x[0].shape[:-1], x[2].shape[-1]), x[0].dtype


def _wide(x: Sequence[Node]) -> tuple[Node, ...]:
    """In the type that half types are computed in: the logarithms must not be rounded."""
    return tuple(lin.cast(n, n.dtype.acc) if n.dtype.is_floating_point else n for n in x)


def by_blocks(*given: Any) -> Node:
    """What `attention` means to the compiler."""
    *x, causal, scale, drop = given
    if not blockwise(x):
        return _plain(*given)
    row = bind(rows_p, _wide(x), (causal, scale, drop))
    return lin.cast(_cut(row, row_parts(x))[0], x[0].dtype)


def _beside(y: Node) -> Node | None:
    """The rows: a value that is read before its pullback keeps them for it."""
    if not blockwise(y.inputs):
        return None
    before, where = modes.grad, modes.where
    modes.grad, modes.where = bool(y.rg), y.where
    try:
        return bind(rows_p, _wide(y.inputs), y.params)
    finally:
        modes.grad, modes.where = before, where


def _vjp(g: Node, x: Sequence[Node], causal: bool, scale: float, drop: float, wanted: Sequence[bool],
         beside: Node | None) -> tuple[Node | None, ...]:
    shares: list[Node | None] = [None] * len(x)
    dense, biased = not blockwise(x), Inputs.of(x).bias is not None and wanted[3]
    which = wanted[:3]
    if dense or biased:                 # the cotangent of a bias is itself a matrix of scores
        asked = (*(which if dense else (False,) * 3), biased)
        found = _back(g, x, attention_weights(x, causal, scale), None, scale, drop, asked)
        shares[:3 + biased] = found[:3 + biased]
    if not dense and any(which):
        wide, how = _wide(x), (causal, scale, drop)
        row = bind(rows_p, wide, how) if beside is None else beside
        back = bind(back_p, (*_wide([g]), row, *wide), (*how, which))
        parts = iter(_cut(back, back_parts(x, which)))
        shares[:3] = [lin.cast(next(parts), n.dtype) if asked else None for n, asked in zip(x, which)]
    return tuple(shares)


def _jvp(dx: Sequence[Node | None], x: Sequence[Node], causal: bool, scale: float, drop: float) -> Node:
    q, k, v = x[:3]
    weights, survivors = attention_weights(x, causal, scale), _survivors(x, drop)
    ways: list[Node] = []
    if dx[0] is not None:
        ways.append(matmul(dx[0] * scale, lin.swap_last(k)))
    if dx[1] is not None:
        ways.append(matmul(q * scale, lin.swap_last(dx[1])))
    ways += [b for b in dx[3:] if b is not None]
    dy = None if dx[2] is None else matmul(_kept(weights, survivors), dx[2])
    if ways:
        ds = sum(ways[1:], ways[0])
        dw = weights * (ds - _over(lin.reduce_sum(weights * ds, (ds.ndim - 1,)), ds))
        moved = matmul(_kept(dw, survivors), v)
        dy = moved if dy is None else dy + moved
    assert dy is not None
    return dy


def _sample() -> Iterator[Sample]:
    for sizes, params in _SAMPLES:
        yield Sample(tuple(_operands("attention", params[2], **sizes)), params)


attention_p = Primitive("attention", "expansion", "*x", "causal scale drop", infer=_infer, expansion=_plain,
                        np=_plain_np, vjp=_vjp, jvp=_jvp, sample=_sample, beside=_beside,
                        flops=lambda n: _work(n.inputs, n.params[0], 2))
"""x is q, k, v of equal leading axes and dtypes, then perhaps a bias, then, if `drop` is a probability and
not 0, the seed and the counter of a draw; see functional/attention.py."""
