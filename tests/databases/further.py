"""An entry of PyTorch's database of operators goes in; what comes out says whether Retrograd agrees in ways
that `operators` leaves out: every dtype, PyTorch's reference inputs (extreme values among them), vmap, the
transforms of torch.func, conjugated views, capturing, repeating, names of results, gradients asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from tests.databases import convert
from tests.databases.convert import Converter, NotHere, flat, is_tensor
from tests.databases.operators import GAUGED, Operator, about, call, draws, failure, values

OTHERS = ("float16", "int32", "int16", "int8", "uint8")
# Functions whose results vmap gives no batch: they return Python values, or depend on values.
UNBATCHED = frozenset("allclose equal item tolist broadcast_shapes".split())


class Further:
    """One entry of the database, in both libraries, in further ways."""

    def __init__(self, operator: Operator) -> None:
        self.operator, self.info = operator, operator.info
        self.torch, self.ours = operator.torch, operator.ours

    def check(self) -> Iterator[tuple[str, str]]:
        """(what, '' or how it fails) for each check."""
        names = {str(d).split(".")[-1] for d in self.info.dtypes}
        for name in OTHERS:
            if name in names:
                yield from self.operator.plain(name, 6)
        for name in ("float32", "int64", "complex64", "bool"):
            if name in names:
                yield from self.reference(name)
        if "float64" in names:
            yield from self.asked("float64")
            yield from self.batched("float64")
            yield from self.transformed("float64")
        if "complex64" in names:
            yield from self.conjugated()
        name = next((n for n in ("float32", "int64") if n in names), "")
        if name:
            yield from self.captured(name)
            yield from self.wrong_out(name)

    # ------------------------------------------------------------ values
    def reference(self, name: str) -> Iterator[tuple[str, str]]:
        """PyTorch's reference inputs: many shapes, small, large and extreme values."""
        torch, info = self.torch, self.info
        if info.reference_inputs_func is None:
            return
        torch.manual_seed(3)
        found = list(call(info.reference_inputs, "cpu", getattr(torch, name)))
        limit = self.operator.limit
        for sample in found[::-(-len(found) // limit)] if found else ():
            if info.name.startswith("__") and not torch.is_tensor(sample.input):
                continue
            then = sample.output_process_fn_grad if info.name in GAUGED else None
            yield from self.operator.compare(f"reference inputs in {name}", info.op,
                                             lambda: self.operator.mine(info.op), sample, then)

    def pairs(self, samples: list[Any], grad: bool = False) -> Iterator[tuple[Any, Any, Converter]]:
        """(sample, its parts here, the converter)."""
        for sample in samples:
            c = Converter(self.torch, self.ours)
            try:
                yield sample, (c(sample.input), c(sample.args), c(sample.kwargs)), c
            except NotHere:
                continue

    def asked(self, name: str) -> Iterator[tuple[str, str]]:
        """Whether results ask for gradients, are leaves, and what they are called."""
        info = self.info
        samples = self.operator.samples(name, grad=info.supports_autograd, limit=4)
        for sample, own, _ in self.pairs(samples):
            try:
                want = call(info.op, sample.input, *sample.args, **sample.kwargs)
            except Exception:
                continue
            try:
                got = call(self.operator.mine(info.op), own[0], *own[1], **own[2])
                said = self.alike(got, want)
            except Exception as error:
                said = failure(error)
            yield "what is returned", said and f"{said}  {about(sample)}"

    def alike(self, got: Any, want: Any) -> str:
        if type(want).__module__ == "torch.return_types":
            fields = [k for k in dir(want) if not k.startswith("_") and k not in (
                "count", "index", "n_fields", "n_sequence_fields", "n_unnamed_fields")]
            missing = [k for k in fields if not hasattr(got, k)]
            if missing:
                return f"no fields {missing}"
        kind = next((k for k in (tuple, list) if isinstance(want, k)), object)
        if not isinstance(got, kind):
            return f"{type(got).__name__} instead of {type(want).__name__}"
        for a, b in zip(flat(got), flat(want)):
            if is_tensor(b):
                for what in ("requires_grad", "is_leaf", "ndim"):
                    if getattr(a, what) != getattr(b, what):
                        return f"{what}: {getattr(a, what)} instead of {getattr(b, what)}"
                if (a.grad_fn is None) != (b.grad_fn is None):
                    return f"grad_fn: {a.grad_fn} instead of {b.grad_fn}"
        return ""

    # ------------------------------------------------------------ torch.func
    def batched(self, name: str) -> Iterator[tuple[str, str]]:
        """vmap over each of the tensors and over all of them, in front and at the end."""
        info = self.info
        if info.name in UNBATCHED or self.operator.drawn:
            return
        for sample, own, _ in self.pairs(self.operator.samples(name, limit=4)):
            if draws(sample):
                continue
            theirs, mine = (_leaves(x) for x in ((sample.input, sample.args, sample.kwargs), own))
            for in_dims in _placings(len(theirs)):
                yield from self.one_batch(sample, theirs, mine, own, in_dims)

    def one_batch(self, sample: Any, theirs: list[Any], mine: list[Any], own: Any, in_dims: Any
                  ) -> Iterator[tuple[str, str]]:
        parts = sample.input, sample.args, sample.kwargs
        said = ""
        try:
            f = _over(self.info.op, parts)
            want = call(self.torch.func.vmap(f, in_dims=in_dims), *_stacked(self.torch, theirs, in_dims))
            if not all(map(is_tensor, flat(want))):
                return
        except Exception:
            return
        try:
            f = _over(self.operator.mine(self.info.op), own)
            got = call(self.ours.func.vmap(f, in_dims=in_dims), *_stacked(self.ours, mine, in_dims))
            if self.info.name not in GAUGED:
                said = convert.differ(got, want)
        except Exception as error:
            said = failure(error)
        yield "vmap", said and f"{said}  {in_dims} {about(sample)}"

    def transformed(self, name: str) -> Iterator[tuple[str, str]]:
        """vjp, jvp, and vmap of vjp and of jvp."""
        info = self.info
        if not info.supports_autograd or self.operator.drawn or info.name in GAUGED:
            return
        samples = self.operator.samples(name, grad=True, limit=3)
        for sample, own, c in self.pairs(samples):
            if draws(sample) or not c.leaves:
                continue
            for what, run in (("vjp", _vjp), ("jvp", _jvp), ("vmap of vjp", _batched_vjp),
                              ("vmap of jvp", _batched_jvp)):
                if "jvp" in what and not info.supports_forward_ad:
                    continue
                wrapper = info.gradcheck_wrapper
                try:
                    want = call(run, self.torch, partial(wrapper, info.op),
                                (sample.input, sample.args, sample.kwargs))
                except Exception:
                    continue
                try:
                    wrapped = partial(convert.function(self.torch, self.ours, wrapper),
                                      self.operator.mine(info.op))
                    got = call(run, self.ours, wrapped, own)
                    said = convert.differ(got, want, 1e2, finite=True)
                except Exception as error:
                    said = failure(error)
                yield what, said and f"{said}  {about(sample)}"

    # ------------------------------------------------------------ other circumstances
    def conjugated(self) -> Iterator[tuple[str, str]]:
        """Arguments that are conjugated views."""
        info = self.info
        for sample, _, _ in self.pairs(self.operator.samples("complex64", limit=3)):
            try:
                turned = sample.transform(lambda x: x.clone().conj() if self.torch.is_tensor(x) else x)
            except Exception:
                continue
            then = sample.output_process_fn_grad if info.name in GAUGED else None
            yield from self.operator.compare("conjugated", info.op, lambda: self.operator.mine(info.op),
                                             turned, then)

    def captured(self, name: str) -> Iterator[tuple[str, str]]:
        """retrograd.compile of the function gives what the function gives, the first and the third time."""
        if self.operator.drawn:
            return
        for sample, own, _ in self.pairs(self.operator.samples(name, limit=2)):
            try:
                f = self.operator.mine(self.info.op)
                want = call(f, own[0], *own[1], **own[2])
                values(want)
            except Exception:
                continue
            if draws(sample):
                continue
            said = ""
            try:
                compiled = self.ours.compile(lambda parts, f=f: f(parts[0], *parts[1], **parts[2]))
                for _ in range(3):
                    said = said or convert.differ(call(compiled, own), want)
            except Exception as error:
                said = failure(error)
            yield "compiled", said and f"{said}  {about(sample)}"

    def wrong_out(self, name: str) -> Iterator[tuple[str, str]]:
        """out= of another size warns and is resized; out= with strides is written where it lies."""
        torch, ours, info = self.torch, self.ours, self.info
        if not info.supports_out or self.operator.drawn or info.name in GAUGED:
            return
        for sample, own, _ in self.pairs(self.operator.samples(name, limit=2)):
            try:
                want = call(info.op, sample.input, *sample.args, **sample.kwargs)
            except Exception:
                continue
            if not is_tensor(want) or not want.numel():
                continue
            for what, form in (("out= of another size", _larger), ("out= with strides", _turned)):
                theirs = form(torch, tuple(want.shape), want.dtype)
                mine = form(ours, tuple(want.shape), convert.dtype(ours, want.dtype))
                first, warned = _warned(info.op, sample.input, *sample.args, **sample.kwargs, out=theirs)
                if first is not None:
                    continue
                error, also = _warned(self.operator.mine(info.op), own[0], *own[1], **own[2], out=mine)
                if error is not None:
                    said = failure(error)
                elif warned and not also:
                    said = "no warning of the size"
                else:
                    said = convert.differ(mine, theirs)
                yield what, said and f"{said}  {about(sample)}"


def _warned(f: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Exception | None, bool]:
    """(the error, whether it warned of a size)."""
    with warnings.catch_warnings(record=True) as heard, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            f(*args, **kwargs)
        except Exception as error:
            return error, False
    return None, any("resize" in str(w.message) for w in heard)


def _larger(T: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    return T.ones((*shape, 2), dtype=dtype)


def _turned(T: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    return T.ones(shape[::-1], dtype=dtype).permute(*range(len(shape) - 1, -1, -1)) if shape else \
        T.ones((), dtype=dtype)


# ---------------------------------------------------------------- arguments as a list of tensors
def _leaves(x: Any) -> list[Any]:
    if is_tensor(x):
        return [x]
    if isinstance(x, dict):
        return [leaf for v in x.values() for leaf in _leaves(v)]
    return [leaf for v in x for leaf in _leaves(v)] if isinstance(x, (list, tuple)) else []


def _filled(x: Any, leaves: Iterator[Any]) -> Any:
    if is_tensor(x):
        return next(leaves)
    if isinstance(x, dict):
        return {k: _filled(v, leaves) for k, v in x.items()}
    return type(x)(_filled(v, leaves) for v in x) if type(x) in (list, tuple) else x


def _over(f: Callable[..., Any], parts: Any) -> Callable[..., Any]:
    """The function of the tensors in its arguments alone."""
    def g(*leaves: Any) -> Any:
        input, args, kwargs = _filled(parts, iter(leaves))
        return f(input, *args, **kwargs)
    return g


def _placings(count: int) -> list[tuple[Any, ...]]:
    if not count:
        return []
    found = [(0,) * count, (-1,) * count]
    if 1 < count <= 4:
        found += [tuple(0 if k == at else None for k in range(count)) for at in range(count)]
    return found


def _stacked(T: Any, leaves: list[Any], in_dims: tuple[Any, ...]) -> list[Any]:
    return [x if d is None else T.stack([x, x.flip(0) if x.dim() else x, x], d if x.dim() or d == 0 else 0)
            for x, d in zip(leaves, in_dims)]


def _wrt(T: Any, f: Callable[..., Any], parts: Any) -> tuple[Callable[..., Any], list[Any]]:
    """The function of the tensors that ask for gradients, as one that returns its differentiable results."""
    leaves = _leaves(parts)
    asked = [x for x in leaves if x.requires_grad]

    def g(*xs: Any) -> Any:
        found = iter(xs)
        result = _over(f, parts)(*[next(found) if x.requires_grad else x for x in leaves])
        out = tuple(y for y in flat(result) if is_tensor(y) and y.is_floating_point())
        return out
    return g, [x.detach() for x in asked]


def _ways(T: Any, xs: list[Any], seed: int, count: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    lead = (count,) if count else ()
    return [T.tensor(rng.standard_normal((*lead, *x.shape)), dtype=x.dtype) for x in xs]


def _vjp(T: Any, f: Any, parts: Any) -> Any:
    g, xs = _wrt(T, f, parts)
    y, back = T.func.vjp(g, *xs)
    return y, back(tuple(_ways(T, list(y), 1)))


def _jvp(T: Any, f: Any, parts: Any) -> Any:
    g, xs = _wrt(T, f, parts)
    return T.func.jvp(g, tuple(xs), tuple(_ways(T, xs, 2)))


def _batched_vjp(T: Any, f: Any, parts: Any) -> Any:
    g, xs = _wrt(T, f, parts)
    y, back = T.func.vjp(g, *xs)
    return T.func.vmap(back)(tuple(_ways(T, list(y), 3, 2)))


def _batched_jvp(T: Any, f: Any, parts: Any) -> Any:
    g, xs = _wrt(T, f, parts)
    return T.func.vmap(lambda *d: T.func.jvp(g, tuple(xs), d)[1])(*_ways(T, xs, 4, 2))
