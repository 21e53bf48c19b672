"""Connectionist temporal classification: the loss of all alignments of labels to steps, and a decoder."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base.dtype import INTEGER, DType, bool_, float32, int64
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.modes import modes
from retrograd.base.shape import Shape
from retrograd.functional.averaging import checked_reduction
from retrograd.functional.compare import promote_types
from retrograd.functional.door import Tensor, TensorBase, need_tensor, wrap
from retrograd.functional.elementwise import clamp, exp, log, maximum, where
from retrograd.functional.places import gather
from retrograd.functional.recurrent import scan_known
from retrograd.functional.shape import cat, expand, reshape, stack
from retrograd.graph.node import Node, bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import iota

IMPOSSIBLE = -1e30      # the logarithm of 0, which may be added to and compared with


def ctc_loss(log_probs: Any, targets: Any, input_lengths: Any, target_lengths: Any, blank: int = 0,
             reduction: str = "mean", zero_infinity: bool = False) -> Tensor:
    """-log of the probability of label sequences, summed over all their alignments to the steps.

    An alignment names a class or `blank` at every step; repeats without a blank between them are one label.
    `log_probs` (T, N, C) or (T, C) are log-probabilities (of log_softmax); `targets` (N, S), padded, or all
    labels one after another; lengths are one number a sequence. 'mean' divides each loss by the length of its
    target and averages, 'sum' adds up, 'none' keeps one a sequence. A target that does not fit its steps has
    probability 0: its loss is inf, with `zero_infinity` 0, and its gradient 0.

    The sums are taken in log space, step by step as one loop (`scan`), whose pullback is that of the
    alignments. The gradient for `log_probs` is, as in PyTorch, exp(log_probs) minus the probability of each
    class at each step given the labels: the first term is none of the formula's, log_softmax takes it out.

    >>> import retrograd as rg
    >>> x = rg.full((3, 1, 2), 0.5).log()
    >>> loss = ctc_loss(x, rg.tensor([[1]]), [3], [1])
    >>> round((-loss).exp().item(), 6)                  # 6 of 8 alignments read "1"
    0.75
    """
    reduction = checked_reduction(reduction, None, None, "ctc_loss")
    n = need_tensor(log_probs, "ctc_loss", "log_probs")
    if n.ndim not in (2, 3) or not n.dtype.is_floating_point:
        raise ShapeError(f"log_probs is {n.aval}", op="ctc_loss", expected="floats (T, N, C) or (T, C)")
    single = n.ndim == 2
    x = wrap(lin.cast(lin.reshape(n, (n.shape[0], 1, n.shape[1])) if single else n,
                      promote_types(n.dtype, float32)))
    batch, classes = x.node.shape[1:]
    if not 0 <= blank < classes:
        raise ArgumentError(f"blank is {blank}", op="ctc_loss", expected=f"one of {classes} classes")
    steps, sizes = (_lengths(v, batch, name) for v, name in
                    ((input_lengths, "input_lengths"), (target_lengths, "target_lengths")))
    labels = _padded(need_tensor(targets, "ctc_loss", "targets"), sizes, batch)
    _within(steps, x.node.shape[0], "input_lengths")
    _within(sizes, labels.node.shape[1], "target_lengths")
    losses = _losses(x, labels, steps, sizes, blank)
    losses = where(losses < -IMPOSSIBLE / 2, losses, 0.0 if zero_infinity else math.inf)
    if reduction == "none":
        return reshape(losses, ()) if single else losses
    if reduction == "sum":
        return losses.sum()
    return (losses / clamp(wrap(lin.cast(sizes.node, x.node.dtype)), min=1)).mean()


def _lengths(given: Any, batch: int, name: str) -> Tensor:
    """One length a sequence."""
    n = given.node if isinstance(given, TensorBase) else leaf(np.array(given, np.int64), int64)
    n = lin.reshape(n, (1,)) if n.ndim == 0 else n
    if n.shape != (batch,) or n.dtype.kind != INTEGER:
        raise ShapeError(f"{name} is {n.aval}", op="ctc_loss", expected=f"{batch} integers, one a sequence")
    return wrap(lin.cast(n, int64))


def _within(lengths: Tensor, most: int, name: str) -> None:
    """Lengths that are known are not longer than what is there."""
    known = lengths.node.value
    if known is not None and known.size and not 0 <= known.min() <= known.max() <= most:
        raise ArgumentError(f"{name} are {known.tolist()}", op="ctc_loss",
                            expected=f"numbers from 0 to {most}")


def _padded(targets: Node, sizes: Tensor, batch: int) -> Tensor:
    """The labels as (N, S)."""
    if targets.dtype.kind != INTEGER:
        raise DTypeError(f"targets are {targets.dtype.name}", op="ctc_loss", expected="integers")
    labels = wrap(lin.cast(targets, int64))
    if targets.ndim == 2 and targets.shape[0] == batch:
        return labels
    if targets.ndim != 1:
        raise ShapeError(f"targets are {targets.aval}", op="ctc_loss",
                         expected=f"({batch}, S), or all in a row")
    if batch == 1:
        return reshape(labels, (1, targets.shape[0]))
    known = np.array(sizes.tolist(), np.int64)
    if known.sum() != targets.shape[0]:
        raise ShapeError(f"target_lengths add up to {known.sum()}, there are {targets.shape[0]} targets",
                         op="ctc_loss", expected="all targets in a row, or (N, S)")
    places = (np.cumsum(known) - known)[:, None] + np.arange(max(known.max(initial=0), 1))
    last = max(targets.shape[0] - 1, 0)
    return labels[wrap(leaf(np.minimum(places, last), int64))]


def _full(value: float, shape: Shape, dtype: DType) -> Tensor:
    return wrap(lin.full(value, shape, dtype))


def _losses(x: Tensor, labels: Tensor, steps: Tensor, sizes: Tensor, blank: int) -> Tensor:
    """One loss a sequence. The states are blank, label, blank, ..., label, blank: (N, 2 S + 1)."""
    (times, batch, _), count, dtype = x.node.shape, labels.node.shape[1], x.node.dtype
    states = 2 * count + 1
    blanks, never = _full(blank, (batch, count), int64), _full(False, (batch, count), bool_)
    names = reshape(stack([labels, blanks], 2), (batch, 2 * count))
    names = cat([_full(blank, (batch, 1), int64), names], 1)
    other = labels != cat([labels[:, :1], labels[:, :-1]], 1)       # a blank between two may be left out
    skips = cat([never[:, :1], reshape(stack([other, never], 2), (batch, 2 * count))], 1) if count else \
        _full(False, (batch, 1), bool_)
    emitted = gather(x, 2, expand(names.unsqueeze(0), (times, batch, states)))
    clock = wrap(bind(iota, (), ((times, batch, 1), 0, "int64")))
    alive = clock < steps.reshape(1, batch, 1)
    start = cat([_full(0.0, (batch, 1), dtype), _full(IMPOSSIBLE, (batch, 2 * count), dtype)], 1)

    (alpha,), _ = scan_known(_advance, (skips,), (start,), (emitted, alive))
    end = 2 * sizes.unsqueeze(1)
    label = where(end > 0, gather(alpha, 1, clamp(end - 1, min=0)), IMPOSSIBLE)
    losses = -_sum_of(gather(alpha, 1, end), label).reshape(batch)
    if not x.node.rg and not modes.levels:
        return losses
    masses = where(alive, exp(x).sum(2, keepdim=True), 0.0).sum(0).reshape(batch)   # 1 a step
    return losses + (masses - masses.detach())


def _advance(consts: tuple[Tensor, ...], carry: tuple[Tensor, ...], given: tuple[Tensor, ...]
             ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """One step: a state is reached from itself, the one before, and where `skips` from that before it."""
    (skips,), (alpha,), (emits, goes_on) = consts, carry, given
    (batch, states), dtype = alpha.node.shape, alpha.node.dtype
    before = cat([_full(IMPOSSIBLE, (batch, 1), dtype), alpha[:, :states - 1]], 1)
    two = _full(IMPOSSIBLE, (batch, min(2, states)), dtype)
    skipped = where(skips, cat([two, alpha[:, :max(states - 2, 0)]], 1),
                    _full(IMPOSSIBLE, (batch, states), dtype))
    return (where(goes_on, _sum_of(alpha, before, skipped) + emits, alpha),), ()


def _sum_of(*logs: Tensor) -> Tensor:
    """The logarithm of a sum of exponentials."""
    top = logs[0]
    for x in logs[1:]:
        top = maximum(top, x)
    top = top.detach()
    terms = exp(logs[0] - top)
    for x in logs[1:]:
        terms = terms + exp(x - top)
    return log(terms) + top


# ---------------------------------------------------------------- decoding
def ctc_decode(log_probs: Any, input_lengths: Any = None, blank: int = 0, beam: int = 1
               ) -> list[tuple[list[int], float]]:
    """The likeliest labels of each sequence of `log_probs` (T, N, C), and the logarithm of their probability.

    With `beam=1` those of the likeliest alignment, with its probability; else by a search over prefixes that
    keeps the `beam` likeliest, each with all its alignments. Values are read: there is no derivative.

    >>> import retrograd as rg
    >>> x = rg.tensor([[[0.6, 0.4]], [[0.6, 0.4]]]).log()
    >>> [labels for labels, _ in (*ctc_decode(x), *ctc_decode(x, beam=4))]      # 0.36 for "", 0.64 for "1"
    [[], [1]]
    """
    n = need_tensor(log_probs, "ctc_decode", "log_probs")
    if n.ndim != 3 or beam < 1:
        raise ShapeError(f"log_probs is {n.aval}, beam {beam}", op="ctc_decode",
                         expected="(T, N, C), and a beam of at least 1")
    values = wrap(n).detach().double().numpy()
    lengths = [n.shape[0]] * n.shape[1] if input_lengths is None else \
        np.asarray(input_lengths.tolist() if isinstance(input_lengths, TensorBase) else input_lengths)
    search = _likeliest_alignment if beam == 1 else _likeliest_prefix
    return [search(values[:int(size), k], blank, beam) for k, size in enumerate(lengths)]


def _likeliest_alignment(steps: Any, blank: int, beam: int) -> tuple[list[int], float]:  # noqa: ARG001
    best = steps.argmax(1)
    labels = [int(c) for k, c in enumerate(best) if c != blank and (k == 0 or c != best[k - 1])]
    return labels, float(steps.max(1).sum())


def _likeliest_prefix(steps: Any, blank: int, beam: int) -> tuple[list[int], float]:
    """Each prefix has two probabilities: of alignments that end in a blank, silent, and in its last label."""
    prefixes: list[tuple[int, ...]] = [()]
    silent, spoken = np.zeros(1), np.full(1, -math.inf)
    for emits in steps:
        places = {prefix: k for k, prefix in enumerate(prefixes)}
        last = np.array([prefix[-1] if prefix else blank for prefix in prefixes])
        either = np.logaddexp(silent, spoken)
        longer = either[:, None] + emits
        longer[np.arange(len(last)), last] = silent + emits[last]   # a label again: after a blank only
        longer[:, blank] = -math.inf
        silent, spoken = either + emits[blank], spoken + emits[last]
        for k, prefix in enumerate(prefixes):       # a prefix that is there is reached from a shorter one too
            shorter = places.get(prefix[:-1]) if prefix else None
            if shorter is not None:
                spoken[k] = np.logaddexp(spoken[k], longer[shorter, prefix[-1]])
                longer[shorter, prefix[-1]] = -math.inf
        count, ends = len(prefixes), longer.reshape(-1)
        totals = np.concatenate([np.logaddexp(silent, spoken), ends])
        kept = np.argsort(-totals, kind="stable")[:beam]
        kept = kept[:max(int((totals[kept] > -math.inf).sum()), 1)]
        found = [int(k) - count for k in kept]      # below 0: one that was there
        prefixes = [prefixes[k + count] if k < 0 else (*prefixes[k // len(emits)], k % len(emits))
                    for k in found]
        silent = np.array([silent[k + count] if k < 0 else -math.inf for k in found])
        spoken = np.array([spoken[k + count] if k < 0 else ends[k] for k in found])
    both = np.logaddexp(silent, spoken)
    return list(prefixes[int(both.argmax())]), float(both.max())
