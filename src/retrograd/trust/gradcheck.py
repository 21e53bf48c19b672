"""gradcheck: derivatives of a function against finite differences, entry by entry, as PyTorch's.

For inputs x and outputs y: |numeric - analytic| <= atol + rtol |numeric| for every entry of every dy/dx,
where numeric = (y(x + eps e_j) - y(x - eps e_j)) / (2 eps) and analytic comes from backward (and from
forward mode on request). Complex numbers are pairs of real ones, each with an entry of its own.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd.autodiff.transforms import jvp
from retrograd.base.dtype import DType, complex128, float64
from retrograd.base.errors import ArgumentError, RetrogradError
from retrograd.base.modes import enable_grad
from retrograd.functional.door import TensorBase
from retrograd.graph.node import leaf
from retrograd.tensors.autograd import grad
from retrograd.tensors.tensor import Tensor

Array = Any         # a NumPy array


class GradcheckError(RetrogradError, RuntimeError):
    """A derivative that disagrees with finite differences (or does not behave)."""


class _Limits(NamedTuple):
    eps: float
    atol: float
    rtol: float
    nondet_tol: float


def _pairs(a: Array) -> Array:
    """In double precision, complex numbers as pairs of a last axis."""
    a = np.asarray(a)
    return np.stack([a.real, a.imag], -1).astype(np.float64) if a.dtype.kind == "c" else a.astype(np.float64)


def _numbers(a: Array, dtype: DType) -> Array:
    """What `_pairs` made, as numbers of a dtype again."""
    return np.asarray(a[..., 0] + 1j * a[..., 1] if dtype.is_complex else a, dtype.np)


def _shape(x: Any) -> tuple[int, ...]:
    """The shape of a tensor's pairs."""
    return (*x.shape, 2) if x.dtype.is_complex else tuple(x.shape)


class _Problem:
    """A function of the differentiable inputs alone; everything else stays as given."""

    def __init__(self, func: Callable[..., Any], inputs: Any) -> None:
        self.func = func
        self.args = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
        self.places = [k for k, x in enumerate(self.args) if isinstance(x, TensorBase) and x.requires_grad]
        if not self.places:
            raise ArgumentError(
                "no input requires grad",
                op="gradcheck",
                expected="at least one tensor that does",
                fix="Create it with requires_grad=True.",
            )
        for k in self.places:
            if self.args[k].dtype not in (float64, complex128):
                warnings.warn(
                    f"gradcheck: input {k} is {self.args[k].dtype.name}, not double precision; finite "
                    "differences of it are rough and the check will probably fail.",
                    stacklevel=4,
                )
        self.arrays = [_pairs(self.args[k].detach().numpy()) for k in self.places]
        self.picked: list[int] | None = None
        outs = self.call(self.tensors(self.arrays))
        differentiable = [k for k, y in enumerate(outs) if y.requires_grad]
        # As PyTorch: outputs that are cut off are the function's business, unless all are.
        self.picked = differentiable or None

    def tensors(self, arrays: Sequence[Array]) -> list[Tensor]:
        """Fresh leaves with these values."""
        return [
            Tensor(leaf(_numbers(np.array(a), self.args[k].dtype), self.args[k].dtype)).requires_grad_()
            for k, a in zip(self.places, arrays)
        ]

    def call(self, tensors: Sequence[Any]) -> list[Any]:
        """The outputs to be checked."""
        args = list(self.args)
        for k, t in zip(self.places, tensors):
            args[k] = t
        with enable_grad():
            out = self.func(*args)
        outs = out if isinstance(out, (tuple, list)) else (out,)
        floats = [y for y in outs if isinstance(y, TensorBase) and y.dtype.smooth]
        return floats if self.picked is None else [floats[k] for k in self.picked]

    def values(self, arrays: Sequence[Array]) -> list[Array]:
        return [_pairs(y.detach().numpy()) for y in self.call(self.tensors(arrays))]

    def moved(self, k: int, by: Array) -> list[Array]:
        """Arrays with input k moved."""
        return [a + by.astype(a.dtype) if j == k else a for j, a in enumerate(self.arrays)]


# ---------------------------------------------------------------- Jacobians, (inputs, outputs) as PyTorch
# prints them
def _numeric(p: _Problem, eps: float) -> list[list[Array]]:
    """[input][output] by central differences."""
    result = []
    for k, x in enumerate(p.arrays):
        rows: list[list[Array]] = []
        for j in range(x.size):
            step = np.zeros(x.size)
            step[j] = eps
            up, down = (p.values(p.moved(k, s * step.reshape(x.shape))) for s in (1, -1))
            rows.append([(a - b).reshape(-1) / (2 * eps) for a, b in zip(up, down)])
        outs = len(rows[0]) if rows else len(p.values(p.arrays))
        result.append([np.stack([r[o] for r in rows]) if rows else np.zeros((0, 0)) for o in range(outs)])
    return result


def _reverse(p: _Problem, check_dtypes: bool = False) -> list[list[Array]]:
    """[input][output] by backward, one row at a time."""
    xs = p.tensors(p.arrays)
    outs = p.call(xs)
    columns: list[list[list[Array]]] = [[] for _ in xs]
    for y in outs:
        rows = []
        size = math.prod(_shape(y))
        for j in range(size):
            unit = np.zeros(size)
            unit[j] = 1
            rows.append(_pulled(xs, y, unit.reshape(_shape(y)), check_dtypes))
        for k, x in enumerate(p.arrays):
            columns[k].append(np.stack([r[k] for r in rows], 1) if rows else np.zeros((x.size, 0)))   # type: ignore
    return columns      # type: ignore[return-value]


def _pulled(xs: Sequence[Tensor], y: Any, g: Array, check_dtypes: bool) -> list[Array]:
    """v^T J for every input, flat; zeros where y does not depend on it."""
    if not y.requires_grad:
        return [np.zeros(math.prod(_shape(x))) for x in xs]
    try:
        found = grad(y, xs, Tensor(leaf(_numbers(g, y.dtype), y.dtype)), retain_graph=True, allow_unused=True)
    except (TypeError, AttributeError) as e:
        raise GradcheckError(f"backward failed where the gradient of another output is undefined: {e}",
                             op="gradcheck", expected="a backward that handles undefined output grads",
                             fix="Check for None, or leave set_materialize_grads at True.") from e
    out = []
    for x, gx in zip(xs, found):
        if gx is None:
            out.append(np.zeros(math.prod(_shape(x))))
            continue
        if tuple(gx.shape) != tuple(x.shape):
            raise GradcheckError(
                f"a gradient has shape {tuple(gx.shape)}, its input {tuple(x.shape)}", op="gradcheck"
            )
        if check_dtypes and gx.dtype is not x.dtype:
            raise GradcheckError(f"a gradient is {gx.dtype.name}, its input {x.dtype.name}", op="gradcheck",
                                 expected="equal dtypes (check_grad_dtypes)")
        out.append(_pairs(gx.detach().numpy()).reshape(-1))
    return out


def _forward(p: _Problem) -> list[list[Array]]:
    """[input][output] by forward mode, one column at a time."""
    result = []
    for k, x in enumerate(p.arrays):
        rows = []
        for j in range(x.size):
            unit = np.zeros(x.size)
            unit[j] = 1
            rows.append([t.reshape(-1) for t in _pushed(p, k, unit.reshape(x.shape))])
        outs = len(rows[0]) if rows else len(p.values(p.arrays))
        result.append([np.stack([r[o] for r in rows]) if rows else np.zeros((0, 0)) for o in range(outs)])
    return result


def _pushed(p: _Problem, k: int, direction: Array) -> list[Array]:
    xs = [t.detach() for t in p.tensors(p.arrays)]
    steps = [Tensor(leaf(_numbers(direction if j == k else np.zeros(_shape(x)), x.dtype), x.dtype))
             for j, x in enumerate(xs)]
    dy = jvp(lambda *ts: tuple(p.call(ts)), tuple(xs), tuple(steps))[1]
    return [_pairs(t.detach().numpy()) for t in dy]


# ---------------------------------------------------------------- comparison
def _close(analytic: Array, numeric: Array, limits: _Limits) -> Array:
    with np.errstate(invalid="ignore"):
        return (np.abs(analytic - numeric) <= limits.atol + limits.rtol * np.abs(numeric)) | (
            np.isnan(analytic) & np.isnan(numeric)) | (analytic == numeric)


def _shown(a: Array) -> str:
    return np.array2string(a, precision=6, threshold=200, suppress_small=False)


def _compare(p: _Problem, kind: str, analytic: list[list[Array]], numeric: list[list[Array]],
             limits: _Limits) -> None:
    for k, (row_a, row_n) in enumerate(zip(analytic, numeric)):
        for o, (a, n) in enumerate(zip(row_a, row_n)):
            wrong = ~_close(a, n, limits)
            if wrong.any():
                raise _mismatch(kind, k, o, a, n, wrong, _kinks(p, k, o, a, wrong, limits))


def _kinks(p: _Problem, k: int, o: int, analytic: Array, wrong: Array, limits: _Limits) -> str:
    """A sentence on wrong entries where the slopes on both sides differ, and ours is one of them."""
    here = p.values(p.arrays)[o].reshape(-1)
    x = p.arrays[k]
    for i in dict.fromkeys(np.argwhere(wrong)[:8, 0].tolist()):
        step = np.zeros(x.size)
        step[i] = limits.eps
        up, down = (p.values(p.moved(k, s * step.reshape(x.shape)))[o].reshape(-1) for s in (1, -1))
        right, left = (up - here) / limits.eps, (here - down) / limits.eps
        one_of_them = _close(analytic[i], left, limits) | _close(analytic[i], right, limits)
        for j in np.flatnonzero(wrong[i] & one_of_them & ~_close(left, right, limits))[:1].tolist():
            return (f" The function has a kink at ({i}, {j}), no derivative: its slope is {left[j]:.4g} on "
                    f"the left and {right[j]:.4g} on the right. Check it elsewhere.")
    return ""


def _mismatch(kind: str, k: int, o: int, a: Array, n: Array, wrong: Array, kinks: str) -> GradcheckError:
    gap = np.where(wrong, np.nan_to_num(np.abs(a - n), nan=np.inf), -1.0)
    i, j = np.unravel_index(int(gap.argmax()), gap.shape)
    places = [f"({r}, {c})" for r, c in np.argwhere(wrong)[:8].tolist()]
    more = f" and {int(wrong.sum()) - 8} more" if wrong.sum() > 8 else ""
    text = (
        f"Jacobian mismatch{kind} for output {o} with respect to input {k},\n"
        f"numerical:{_shown(n)}\nanalytical:{_shown(a)}\n"
        f"They differ at {int(wrong.sum())} of {wrong.size} (input element, output element): "
        f"{', '.join(places)}{more}; most at ({i}, {j}): numerical {n[i, j]:.8g}, analytical {a[i, j]:.8g}."
        f"{kinks}"
    )
    return GradcheckError(text, op="gradcheck")


def _reproducible(p: _Problem, first: list[list[Array]], limits: _Limits) -> None:
    for k, (row_a, row_b) in enumerate(zip(first, _reverse(p))):
        for o, (a, b) in enumerate(zip(row_a, row_b)):
            if a.size and np.nanmax(np.abs(a - b), initial=0.0) > limits.nondet_tol:
                raise GradcheckError(
                    "backward is not reentrant, i.e. the same input and cotangent gave different values "
                    f"(output {o}, input {k}): they differ by {np.nanmax(np.abs(a - b)):.3g}",
                    op="gradcheck",
                    expected=f"at most nondet_tol = {limits.nondet_tol:g}",
                )


# ---------------------------------------------------------------- fast mode: one random direction
def _fast(p: _Problem, limits: _Limits, forward: bool, backward: bool) -> bool:
    """u^T J v three ways, for one random unit u and v an (input, output) pair; False where they disagree."""
    rng = np.random.default_rng(0)
    xs = p.tensors(p.arrays)
    outs = p.call(xs)
    us = [_unit(rng, _shape(y)) for y in outs]
    pulled = [_pulled(xs, y, u, False) for y, u in zip(outs, us)] if backward else []
    for k, x in enumerate(p.arrays):
        v = _unit(rng, x.shape)
        up, down = p.values(p.moved(k, limits.eps * v)), p.values(p.moved(k, -limits.eps * v))
        pushed = _pushed(p, k, v) if forward else []
        for o, u in enumerate(us):
            numeric = np.sum(u * (up[o] - down[o])) / (2 * limits.eps)
            # What the tolerance of single entries allows for their weighted sum.
            wide = limits._replace(atol=limits.atol * float(np.abs(u).sum() * np.abs(v).sum()))
            analytic = [np.dot(pulled[o][k], v.reshape(-1))] if backward else []
            analytic += [np.sum(u * pushed[o])] if forward else []
            if not all(_close(np.asarray(a), np.asarray(numeric), wide) for a in analytic):
                return False
    return True


def _unit(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    v = rng.standard_normal(shape)
    return v / max(float(np.sqrt((v * v).sum())), 1e-30)


# ---------------------------------------------------------------- the doors
def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_ad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
    check_batched_forward_grad: bool = False,
) -> bool:
    """Whether the derivatives of func at these inputs agree with finite differences.

    For every floating-point or complex output and every input that requires grad (use double precision) all
    entries of the Jacobian are compared: |numeric - analytic| <= atol + rtol |numeric|. Backward runs twice
    and must give the same within nondet_tol. A mismatch at a kink (relu at 0) is told as one.
    check_forward_ad checks forward mode too; fast_mode compares one random direction instead of every entry.
    Raises GradcheckError with both Jacobians and where they differ, or returns False with
    raise_exception=False. masked and the batched checks are accepted and change nothing.

    >>> import retrograd as rg
    >>> x = rg.tensor([0.5, 2.0], dtype=rg.float64, requires_grad=True)
    >>> rg.autograd.gradcheck(lambda x: (x ** 3).sum(), x)
    True
    """
    limits = _Limits(eps, atol, rtol, nondet_tol)
    try:
        p = _Problem(func, inputs)
        if fast_mode and _fast(p, limits, check_forward_ad, check_backward_ad):
            return True
        numeric = _numeric(p, eps)
        if check_backward_ad:
            analytic = _reverse(p, check_grad_dtypes)
            _compare(p, "", analytic, numeric, limits)
            _reproducible(p, analytic, limits)
        if check_forward_ad:
            _compare(p, " (forward mode)", _forward(p), numeric, limits)
        if fast_mode:
            raise GradcheckError(
                "the product u^T J v differs, though no entry of J does by more than the tolerance",
                op="gradcheck",
                fix="Use fast_mode=False, or wider tolerances.",
            )
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether second derivatives agree: gradcheck of (inputs, grad_outputs) -> gradients of the inputs.

    grad_outputs are random where not given. check_fwd_over_rev checks forward mode over backward too.

    >>> import retrograd as rg
    >>> x = rg.tensor([0.5, 2.0], dtype=rg.float64, requires_grad=True)
    >>> rg.autograd.gradgradcheck(lambda x: x ** 3, x)
    True
    """
    p = _Problem(func, inputs)
    count = len(p.args)
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        outs = [y for y in p.call(p.tensors(p.arrays)) if y.requires_grad]
        gs = [Tensor(leaf(_numbers(rng.standard_normal(_shape(y)), y.dtype), y.dtype)).requires_grad_()
              for y in outs]
    else:
        gs = list(grad_outputs) if isinstance(grad_outputs, (tuple, list)) else [grad_outputs]
    if not gs:
        raise ArgumentError(
            "no output requires grad", op="gradgradcheck", expected="an output that depends on the inputs"
        )

    def gradients(*both: Any) -> tuple[Any, ...]:
        args, cotangents = both[:count], both[count:]
        out = func(*args)
        outs = [y for y in (out if isinstance(out, (tuple, list)) else (out,))
                if isinstance(y, TensorBase) and y.requires_grad and y.dtype.smooth]
        found = grad(
            outs, [args[k] for k in p.places], list(cotangents), create_graph=True, allow_unused=True
        )
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradients,
        (*p.args, *gs),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
    )
