"""An entry of PyTorch's database of operators goes in; what comes out says of each of its samples whether
Retrograd agrees: values in several dtypes, as function, method, operator, in place, into out=, under other
names; first, second and forward derivatives in float64; the class of errors.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tests.databases import convert
from tests.databases.convert import Converter, NotHere, flat, is_tensor
from tests.databases.names import wider

DTYPES = ("float32", "float64", "int64", "bool", "bfloat16", "complex64", "complex128")
# What a library draws or leaves uninitialised: shape and dtype are compared only.
DRAWN = frozenset("""
    bernoulli cauchy exponential geometric log_normal normal uniform rand_like randn randn_like randint
    randint_like multinomial empty empty_like empty_permuted empty_strided new_empty new_empty_strided
    nn.functional.dropout nn.functional.dropout2d nn.functional.dropout3d nn.functional.alpha_dropout
    nn.functional.feature_alpha_dropout nn.functional.rrelu nn.functional.fractional_max_pool2d
    nn.functional.fractional_max_pool3d resize_ resize_as_ svd_lowrank pca_lowrank
""".split())
# Factors that are unique up to signs or phases only: PyTorch's samples say what to compare.
GAUGED = frozenset("""
    linalg.svd svd linalg.eigh linalg.eig linalg.qr qr linalg.lstsq geqrf linalg.householder_product
""".split())
# Functions whose last result is a place, and how many arguments come before the dimension.
TIED = {"topk": 1, "kthvalue": 1, "sort": 0, "argsort": 0, "mode": 0}
# Errors about memory that two arguments share, which a conversion of each does not carry over.
NOT_CARRIED = ("input tensor and the written-to tensor refer to a single",
               "more than one element of the written-to",
               "storage that is not resizable")


def call(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return f(*args, **kwargs)


def values(x: Any) -> None:
    """Compute all that is there: errors that depend on values are raised then."""
    for leaf in flat(x):
        if is_tensor(leaf):
            leaf.detach().numpy(force=True)


class Operator:
    """One entry of the database, in both libraries."""

    def __init__(self, torch: Any, ours: Any, info: Any, limit: int) -> None:
        self.torch, self.ours, self.info, self.limit = torch, ours, info, limit
        self.drawn = info.name in DRAWN

    def check(self) -> Iterator[tuple[str, str]]:
        """(what, '' or how it fails) for each check."""
        info = self.info
        names = {str(d).split(".")[-1] for d in info.dtypes}
        for name in DTYPES:
            if name in names:
                yield from self.plain(name)
        if "float32" in names or "int64" in names:
            name = "float32" if "float32" in names else "int64"
            yield from self.variants(name)
            if info.supports_out:
                yield from self.into(name)
        for name in ("float64", "complex128"):
            if info.supports_autograd and name in {str(d).split(".")[-1] for d in info.backward_dtypes}:
                yield from self.derivatives(name)
        yield from self.errors()

    def samples(self, name: str, grad: bool = False, limit: int | None = None) -> list[Any]:
        """The samples of a dtype, evenly thinned out where there are more than the limit."""
        self.torch.manual_seed(zlib.crc32(f"{self.info.name} {name}".encode()))
        np.random.seed(7)
        found = list(call(self.info.sample_inputs, "cpu", getattr(self.torch, name), requires_grad=grad))
        limit = limit or self.limit
        return found if len(found) <= limit else found[::-(-len(found) // limit)]

    def mine(self, f: Any) -> Any:
        """A function of PyTorch, here."""
        if f is self.info.op and not self.info.name.startswith("_"):
            try:
                if convert.resolved(self.torch, self.info.name) is f:
                    return convert.resolved(self.ours, self.info.name)
            except AttributeError:
                try:
                    convert.resolved(self.torch, self.info.name)
                except AttributeError:
                    pass
                else:
                    raise
        return convert.function(self.torch, self.ours, f)

    def compare(self, what: str, theirs: Callable[..., Any], mine: Callable[[], Callable[..., Any]],
                sample: Any, then: Any = None) -> Iterator[tuple[str, str]]:
        """One call in both libraries; nothing where PyTorch fails."""
        try:
            c = Converter(self.torch, self.ours)
            input, args, kwargs = c(sample.input), c(sample.args), c(sample.kwargs)
        except NotHere as error:
            if "complex" not in str(error) and "uint" not in str(error):
                yield what, f"not here: {error}"
            return
        try:
            with self.torch.no_grad():
                want = call(theirs, _fresh(self.torch, sample.input), *sample.args, **sample.kwargs)
        except Exception:
            return
        try:
            with self.ours.no_grad():
                got = call(mine(), input, *args, **kwargs)
            if then is not None:
                got, want = call(convert.function(self.torch, self.ours, then), got), call(then, want)
            values(got)
            if self.drawn or draws(sample):
                said = self.looks(got, want)
            else:
                got, want = self.tied(got, want, sample.input, input, sample)
                said = convert.differ(got, want, wider(self.info.name))
        except Exception as error:
            said = failure(error)
        yield what, said and f"{said}  {about(sample)}"

    def tied(self, got: Any, want: Any, theirs: Any, mine: Any, sample: Any) -> tuple[Any, Any]:
        """Places among equal elements as the elements that are there: no law says which comes first."""
        if self.info.name not in TIED or not flat(want) or not is_tensor(flat(want)[-1]):
            return got, want
        dim = sample.kwargs.get("dim", next((a for a in sample.args[TIED[self.info.name]:]
                                             if type(a) is int), -1))
        places = [x if is_tensor(x) else x[-1] for x in (got, want)]
        if places[0].shape != places[1].shape or "int64" not in str(places[1].dtype) or not theirs.dim():
            return got, want
        found = []
        for whole, x, at in ((got, mine, places[0]), (want, theirs, places[1])):
            if at.dim() < x.dim():
                at = at.unsqueeze(dim)
            found.append([whole if not is_tensor(whole) and len(whole) == 1 else
                          [] if is_tensor(whole) else list(whole[:-1]), x.detach().gather(dim, at)])
        return found[0], found[1]

    def looks(self, got: Any, want: Any) -> str:
        """Compare shape and dtype only."""
        kinds = [[(str(x.dtype).split(".")[-1], tuple(x.shape)) if is_tensor(x) else type(x) for x in flat(r)]
                 for r in (got, want)]
        return "" if kinds[0] == kinds[1] else f"{kinds[0]} instead of {kinds[1]}"

    def plain(self, name: str, limit: int | None = None) -> Iterator[tuple[str, str]]:
        f = self.info.op
        gauged = self.info.name in GAUGED
        samples = self.samples(name, limit=limit)
        for sample in samples:
            then = sample.output_process_fn_grad if gauged else None
            yield from self.compare(f"values in {name}", f, lambda: self.mine(f), sample, then)
        if name in ("float32", "int64") and not gauged:
            for sample in samples[:6]:
                try:
                    other = sample.noncontiguous()
                except Exception:
                    continue
                yield from self.compare(f"strided, in {name}", f, lambda: self.mine(f), other)

    def variants(self, name: str) -> Iterator[tuple[str, str]]:
        info, torch = self.info, self.torch
        gauged = info.name in GAUGED
        found: list[tuple[str, Any, Any]] = []
        forms = [("", info.name, info.op, info.get_method(), info.get_inplace())]
        forms += [("", a.name, a.op, a.method_variant, a.inplace_variant) for a in info.aliases]
        for k, (_, own, f, method, inplace) in enumerate(forms):
            if k:
                found.append((own, f, lambda own=own: convert.resolved(self.ours, own)))
            if method is not None:
                found.append((f"Tensor.{own}", method, lambda m=method: self.method(m)))
            if inplace is not None:
                found.append((f"Tensor.{own}_", inplace, lambda m=inplace: self.method(m)))
        for f in (info.get_operator(), info.get_inplace_operator()):
            if f is not None:
                found.append((f"operator.{f.__name__}", f, lambda f=f: f))
        for what, f, mine in found:
            for sample in self.samples(name, limit=8):
                then = sample.output_process_fn_grad if gauged else None
                if not torch.is_tensor(sample.input) and what.startswith("Tensor."):
                    continue
                yield from self.compare(what, f, mine, sample, then)

    def method(self, m: Any) -> Callable[..., Any]:
        name = getattr(m, "__name__", "")
        if name and getattr(self.torch.Tensor, name, None) is m:
            return lambda x, *args, **kwargs: getattr(x, name)(*args, **kwargs)
        return convert.function(self.torch, self.ours, m)

    # ------------------------------------------------------------ out=
    def into(self, name: str) -> Iterator[tuple[str, str]]:
        """out= of the right size, of none, and of a dtype or with a gradient that it must refuse."""
        torch = self.torch
        for sample in self.samples(name, limit=4):
            try:
                c = Converter(torch, self.ours)
                input, args, kwargs = c(sample.input), c(sample.args), c(sample.kwargs)
                with torch.no_grad():
                    want = call(self.info.op, sample.input, *sample.args, **sample.kwargs)
                leaves = flat(want)
                if not all(map(torch.is_tensor, leaves)) or not leaves:
                    continue
                cases = {"out=": lambda x: (tuple(x.shape), x.dtype),
                         "out= of no size": lambda x: ((0,), x.dtype)}
                if len(leaves) == 1 and leaves[0].dtype.is_floating_point:
                    cases["out= of a lesser dtype"] = lambda x: (tuple(x.shape), torch.int64)
            except Exception:
                continue
            for what, form in cases.items():
                yield from self._one(what, form, sample, want, (input, args, kwargs))

    def _one(self, what: str, form: Any, sample: Any, want: Any, own: Any) -> Iterator[tuple[str, str]]:
        torch, ours = self.torch, self.ours

        def made(T: Any) -> Any:
            outs = [T.zeros(shape, dtype=d if T is torch else convert.dtype(ours, d))
                    for shape, d in map(form, flat(want))]
            return outs[0] if torch.is_tensor(want) else outs if type(want) is list else tuple(outs)
        input, args, kwargs = own
        error, theirs = None, made(torch)
        try:
            with torch.no_grad():
                call(self.info.op, sample.input, *sample.args, **sample.kwargs, out=theirs)
        except Exception as e:
            error = e
        try:
            out = made(ours)
            with ours.no_grad():
                got = call(self.mine(self.info.op), input, *args, **kwargs, out=out)
            values(got)
            said = "not refused" if error else "" if self.drawn or self.info.name in GAUGED else \
                convert.differ(out, theirs, wider(self.info.name))
            if not said and torch.is_tensor(want) and got is not out:
                said = "the result is not out"
        except Exception as e:
            said = "" if error is not None and isinstance(e, type(error)) else failure(e)
        yield what, said and f"{said}  {about(sample)}"

    # ------------------------------------------------------------ derivatives
    def derivatives(self, name: str) -> Iterator[tuple[str, str]]:
        if self.info.name.startswith("nn.functional.max_unpool") and not self.info.variant_test_name:
            return          # two values for one place: the entry "grad" has samples without
        plane = ", complex" * (name == "complex128")
        for sample in self.samples(name, grad=True):
            try:
                c = Converter(self.torch, self.ours)
                own = c(sample.input), c(sample.args), c(sample.kwargs)
            except NotHere:
                continue
            if not c.leaves or self.drawn or draws(sample):
                continue
            then = sample.output_process_fn_grad
            wrapper = self.info.gradcheck_wrapper
            try:
                result = call(then, call(wrapper, self.info.op, sample.input, *sample.args, **sample.kwargs))
                want = gradients(self.torch, result, [a for a, _ in c.leaves], self.info.supports_gradgrad)
            except Exception:
                continue
            try:
                mine = convert.function(self.torch, self.ours, wrapper)
                result = call(convert.function(self.torch, self.ours, then),
                              call(mine, self.mine(self.info.op), own[0], *own[1], **own[2]))
                got = gradients(self.ours, result, [b for _, b in c.leaves], self.info.supports_gradgrad)
                for what, a, b in zip(("first derivatives", "second derivatives"), got, want):
                    said = convert.differ(a, b, 1e2, finite=True) if b is not None else ""
                    yield what + plane, said and f"{said}  {about(sample)}"
            except Exception as error:
                yield "first derivatives" + plane, f"{failure(error)}  {about(sample)}"
            if self.info.supports_forward_ad:
                yield from self.forward(sample)

    def forward(self, sample: Any) -> Iterator[tuple[str, str]]:
        def tangents(T: Any, f: Any, then: Any, wrapper: Any, input: Any, args: Any, kwargs: Any) -> Any:
            rng = np.random.default_rng(11)
            fw = T.autograd.forward_ad

            def dual(x: Any) -> Any:
                if is_tensor(x) and x.requires_grad:
                    direction = T.tensor(_direction(rng, x), dtype=x.dtype)
                    return fw.make_dual(x.detach(), direction)
                if type(x) in (list, tuple):
                    return type(x)(map(dual, x))
                return {k: dual(v) for k, v in x.items()} if type(x) is dict else x
            with fw.dual_level():
                result = call(then, call(wrapper, f, dual(input), *dual(args), **dual(kwargs)))
                found = [fw.unpack_dual(x)[1] for x in flat(result)
                         if is_tensor(x) and (x.is_floating_point() or x.is_complex())]
                return [None if t is None else t.detach().clone() for t in found]
        info, torch, ours = self.info, self.torch, self.ours
        parts = info.op, sample.output_process_fn_grad, info.gradcheck_wrapper
        try:
            want = tangents(torch, *parts, sample.input, sample.args, sample.kwargs)
        except Exception:
            return
        try:
            c = Converter(torch, ours)
            own = c(sample.input), c(sample.args), c(sample.kwargs)
            mine = [convert.function(torch, ours, f) for f in parts[1:]]
            got = tangents(ours, self.mine(info.op), *mine, *own)
            said = convert.differ(got, want, 1e2, finite=True)
        except Exception as error:
            said = failure(error)
        yield "forward mode", said and f"{said}  {about(sample)}"

    # ------------------------------------------------------------ errors
    def errors(self) -> Iterator[tuple[str, str]]:
        if self.info.error_inputs_func is None:
            return
        for case in call(lambda: list(self.info.error_inputs("cpu"))):
            sample = case.sample_input
            try:
                c = Converter(self.torch, self.ours)
                own = c(sample.input), c(sample.args), c(sample.kwargs)
            except NotHere:
                continue
            try:
                call(self.info.op, sample.input, *sample.args, **sample.kwargs)
                continue
            except Exception as e:
                theirs = e
            if any(said in str(theirs) for said in NOT_CARRIED):
                continue
            try:
                values(call(self.mine(self.info.op), own[0], *own[1], **own[2]))
                said = f"not refused: {str(theirs).splitlines()[0][:90]}"
            except Exception as error:
                said = "" if isinstance(error, case.error_type) else \
                    f"{failure(error)} instead of {type(theirs).__name__}: {str(theirs).splitlines()[0][:90]}"
            yield "errors", said and f"{said}  {about(sample)}"


def draws(sample: Any) -> bool:
    """Whether a sample of attention drops anything."""
    args = sample.args          # multi_head_attention_forward takes dropout_p as its eleventh
    return bool(sample.kwargs.get("dropout_p") or len(args) > 11 and isinstance(args[9], float) and args[9])


def _fresh(torch: Any, x: Any) -> Any:
    """A copy that may be written to in place."""
    if torch.is_tensor(x):
        return x.clone() if x.layout is torch.strided else x
    return type(x)(_fresh(torch, v) for v in x) if type(x) in (list, tuple) else x


def _direction(rng: Any, x: Any) -> Any:
    real = rng.standard_normal(tuple(x.shape))
    return (real + 1j * rng.standard_normal(tuple(x.shape)) if "complex" in str(x.dtype) else real).tolist()


def gradients(T: Any, result: Any, wrt: list[Any], twice: bool) -> tuple[Any, Any]:
    """First and second derivatives along fixed directions; None where there is no rule for them."""
    def along(xs: list[Any], seed: int) -> list[tuple[Any, Any]]:
        found = []
        for k, x in enumerate(xs):
            if is_tensor(x) and x.requires_grad:
                rng = np.random.default_rng([seed, k])
                found.append((x, T.tensor(_direction(rng, x), dtype=x.dtype).reshape(tuple(x.shape))))
        return found

    def derivatives(xs: list[Any], seed: int) -> list[Any]:
        pairs = along(xs, seed)
        if not pairs:
            return [None] * len(wrt)
        return list(T.autograd.grad([x for x, _ in pairs], wrt, [d for _, d in pairs],
                                    create_graph=seed == 1, allow_unused=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first = derivatives(flat(result), 1)
        try:
            second = derivatives(first, 2) if twice else [None] * len(wrt)
        except RuntimeError as error:
            if "not implemented" not in str(error):
                raise
            second = None
        return first, second


def failure(error: BaseException) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:150] if text else ''}"


def about(sample: Any) -> str:
    """The sample in few words."""
    def said(x: Any) -> str:
        if is_tensor(x):
            return f"{str(x.dtype).split('.')[-1]}{list(x.shape)}"
        if isinstance(x, (list, tuple)):
            return "(" + ", ".join(map(said, x[:5])) + ")"
        return repr(x)[:60]
    parts = [said(sample.input), *map(said, sample.args)]
    parts += [f"{k}={said(v)}" for k, v in sample.kwargs.items()]
    return f"({', '.join(parts)})"[:220]
