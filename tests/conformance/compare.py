"""An expression goes in; it is run in PyTorch and in Retrograd on the same numbers, and all that can be
compared is compared: values, dtypes, shapes, first and second gradients, forward derivatives, error classes.

Expressions are Python. They see T (the library), nn, F, optim, and makers of inputs:

    a(2, 3)   normal numbers      p(2, 3)   numbers in [0.5, 2]    u(2, 3)   numbers in [0.1, 0.9]
    c(2, 3)   complex normal numbers of the dtype's size
    i(2, 3)   integers in 0..4    b(2, 3)   booleans               k(x)      a constant, never differentiated
    m(module) the module with parameters that both libraries share
"""

from __future__ import annotations

import importlib
import re
import warnings
import zlib
from typing import Any

import numpy as np

FLOATS = {"float32": 2e-5, "float64": 1e-9}        # relative tolerance by dtype

COMPLEX = {"float32": "complex64", "float64": "complex128"}


class Inputs:
    """The makers, for one library and one dtype; what may be differentiated is remembered."""

    def __init__(self, T: Any, dtype: str, expression: str, dual: bool = False) -> None:
        self.T, self.dtype, self.dual = T, dtype, dual
        seed = zlib.crc32(expression.encode())
        self.rng, self.directions = np.random.default_rng(seed), np.random.default_rng([seed, 3])
        self.wrt: list[Any] = []
        self.tangents: list[Any] = []           # beside wrt, where inputs are dual

    def _float(self, values: Any) -> Any:
        values = np.asarray(values)
        name = COMPLEX[self.dtype] if values.dtype.kind == "c" else self.dtype
        t = self.T.tensor(values.tolist(), dtype=getattr(self.T, name), requires_grad=True)
        self.wrt.append(t)
        return self._moving(t)

    def _moving(self, t: Any) -> Any:
        """The tensor with a tangent, where inputs are dual."""
        if not self.dual:
            return t
        direction = drawn(self.directions, t).tolist()
        self.tangents.append(self.T.tensor(direction, dtype=t.dtype))
        return self.T.autograd.forward_ad.make_dual(t, self.tangents[-1])

    def a(self, *shape: int) -> Any:
        return self._float(self.rng.standard_normal(shape))

    def p(self, *shape: int) -> Any:
        return self._float(self.rng.uniform(0.5, 2, shape))

    def u(self, *shape: int) -> Any:
        return self._float(self.rng.uniform(0.1, 0.9, shape))

    def c(self, *shape: int) -> Any:
        return self._float(self.rng.standard_normal(shape) + 1j * self.rng.standard_normal(shape))

    def i(self, *shape: int) -> Any:
        return self.T.tensor(self.rng.integers(0, 5, shape).tolist(), dtype=self.T.int64)

    def b(self, *shape: int) -> Any:
        return self.T.tensor((self.rng.random(shape) < 0.5).tolist(), dtype=self.T.bool)

    def k(self, x: Any) -> Any:
        self.wrt = [w for w in self.wrt if w is not x]
        return x.detach()

    def m(self, module: Any) -> Any:
        module = module.to(getattr(self.T, self.dtype))
        with self.T.no_grad():
            for value in [*module.parameters(), *module.buffers()]:
                if value.is_floating_point():
                    fresh = self.rng.uniform(0.2, 1, tuple(value.shape))
                    value.copy_(self.T.tensor(fresh.tolist(), dtype=value.dtype))
        self.wrt += [p for p in module.parameters() if p.requires_grad]
        for part in module.modules() if self.dual else ():
            for name, p in list(part.named_parameters(recurse=False)):
                delattr(part, name)
                setattr(part, name, self._moving(p))
        return module

    def space(self) -> dict[str, Any]:
        T, name = self.T, self.T.__name__
        modules = {short: importlib.import_module(f"{name}.{long}") for short, long in
                   (("nn", "nn"), ("F", "nn.functional"), ("optim", "optim"), ("data", "utils.data"),
                    ("prune", "nn.utils.prune"))}
        return {"T": T, "np": np, **modules, **{c: getattr(self, c) for c in "apucibkm"}, **recipes(T, self)}


def drawn(rng: np.random.Generator, t: Any) -> Any:
    """Normal numbers of a tensor's shape, complex if it is."""
    values = rng.standard_normal(tuple(t.shape))
    return values + 1j * rng.standard_normal(tuple(t.shape)) if t.is_complex() else values


def recipes(T: Any, inputs: Inputs) -> dict[str, Any]:
    """Longer things that an expression may ask for."""
    def trained(make: Any, steps: int = 5, closure: bool = False) -> Any:
        """Parameters after some steps of an optimiser on a bowl."""
        w, v = inputs.k(inputs.a(4)).requires_grad_(), inputs.k(inputs.a(2, 3)).requires_grad_()
        optimizer = make([w, v])

        def loss() -> Any:
            optimizer.zero_grad()
            value = ((w - 1) ** 2).sum() + (v ** 4).sum() + w.prod()
            value.backward()
            return value
        for _ in range(steps):
            if closure:
                optimizer.step(loss)
            else:
                loss()
                optimizer.step()
        return w.detach(), v.detach()

    def rates(make: Any, steps: int = 12, metric: Any = None) -> list[float]:
        """The learning rates that a scheduler sets."""
        optimizer = T.optim.SGD([T.zeros(1, requires_grad=True)], lr=0.5, momentum=0.9)
        schedule = make(optimizer)
        seen = []
        for step in range(steps):
            seen.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step(*([metric(step)] if metric else []))
        return seen

    def inplace(x: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        """A copy of x after x.method(...)."""
        y = x * 1
        getattr(y, method)(*args, **kwargs)
        return y

    def first(fn: Any, *xs: Any) -> list[Any]:
        """The value and first gradients of a function that PyTorch does not differentiate twice."""
        y = fn(*xs)
        direction = T.arange(y.numel(), dtype=y.dtype).reshape(y.shape).sin() + 1
        return [inputs.k(y), *map(inputs.k, T.autograd.grad(y, xs, direction))]
    return {"trained": trained, "rates": rates, "inplace": inplace, "first": first}


def run(T: Any, dtype: str, expression: str, dual: bool = False) -> tuple[Any, Inputs]:
    """(result, inputs) of an expression."""
    inputs = Inputs(T, dtype, expression, dual)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return eval(expression, inputs.space()), inputs


def flat(x: Any) -> list[Any]:
    """The leaves of nested lists, tuples and dicts."""
    if isinstance(x, dict):
        return [leaf for key in x for leaf in [key, *flat(x[key])]]
    if isinstance(x, (list, tuple)) and not hasattr(x, "numel"):
        return [leaf for item in x for leaf in flat(item)]
    return [x]


def plain(x: Any) -> Any:
    """A tensor as (dtype, array); anything else as it is."""
    if hasattr(x, "requires_grad") and hasattr(x, "detach"):
        name = str(x.dtype).split(".")[-1]
        x = x.detach()
        return name, (x.float() if name == "bfloat16" else x).numpy(force=True)
    return str(x).split(".")[-1] if type(x).__name__ in ("dtype", "DType", "device", "Device") else x


def same(got: Any, want: Any, rtol: float, what: str) -> None:
    """Equal leaves: tensors by dtype, shape and value; numbers by value; the rest by ==."""
    ours, theirs = flat(got), flat(want)
    assert len(ours) == len(theirs), f"{what}: {len(ours)} results, PyTorch has {len(theirs)}"
    for x, y in zip(map(plain, ours), map(plain, theirs)):
        if isinstance(y, tuple) and len(y) == 2 and isinstance(y[1], np.ndarray):
            assert isinstance(x, tuple), f"{what}: {x!r} is no tensor"
            assert (x[0], x[1].shape) == (y[0], y[1].shape), \
                f"{what}: {x[0]} {x[1].shape}, PyTorch has {y[0]} {y[1].shape}"
            scale = np.abs(y[1][np.isfinite(y[1])]).max(initial=0) if y[1].dtype.kind in "fc" else 0
            np.testing.assert_allclose(x[1], y[1], rtol=rtol if y[1].dtype.kind in "fc" else 0,
                                       atol=rtol * float(scale), err_msg=what)
        elif isinstance(y, (float, complex)):
            assert x == y or abs(x - y) <= rtol * abs(y) or (x != x and y != y), f"{what}: {x}, PyTorch {y}"
        else:
            assert x == y or str(x) == str(y), f"{what}: {x!r}, PyTorch {y!r}"


def differentiable(result: Any) -> list[Any]:
    return [x for x in flat(result) if getattr(x, "requires_grad", False) and hasattr(x, "backward")]


def gradients(T: Any, result: Any, inputs: Inputs, expression: str) -> list[Any]:
    """First and second derivatives in fixed directions, None where there is none."""
    outputs = differentiable(result)
    wrt = [w for w in inputs.wrt if w.requires_grad]
    if not outputs or not wrt:
        return []

    def directions(xs: list[Any], seed: int) -> list[Any]:
        # A direction belongs to a place: libraries differ in which derivatives are constants.
        found = []
        for k, x in enumerate(xs):
            rng = np.random.default_rng([zlib.crc32(expression.encode()), seed, k])
            if x is not None and x.requires_grad:
                found.append((x, T.tensor(drawn(rng, x).tolist(), dtype=x.dtype)))
        return found

    def derivatives(xs: list[Any], seed: int) -> list[Any]:
        pairs = directions(xs, seed)
        if not pairs:
            return [None] * len(wrt)
        return list(T.autograd.grad([x for x, _ in pairs], wrt, [d for _, d in pairs], create_graph=seed == 1,
                                    allow_unused=True))
    first = derivatives(outputs, 1)
    try:
        return [*first, *derivatives(first, 2)]
    except RuntimeError as error:
        if "is not implemented" in str(error):      # PyTorch has no second derivative of some losses
            return first
        raise


def tangents(T: Any, expression: str) -> list[Any]:
    """The derivatives of all outputs along one direction of the inputs, by forward mode."""
    with T.autograd.forward_ad.dual_level():
        result, _ = run(T, "float64", expression, dual=True)
        found = [T.autograd.forward_ad.unpack_dual(x)[1] for x in flat(result)
                 if hasattr(x, "backward") and (x.is_floating_point() or x.is_complex())]
        return [None if t is None else t.detach().clone() for t in found]


def nonzero(values: list[Any]) -> list[Any]:
    """Gradients without the distinction of None and zeros, which libraries draw differently."""
    return [None if v is None or not np.any(plain(v)[1]) else v for v in values]


def compare(torch: Any, ours: Any, expression: str, forward: bool = True) -> None:
    """Assert that both libraries agree on an expression."""
    for dtype, tolerance in FLOATS.items():
        want, theirs = run(torch, dtype, expression)
        got, mine = run(ours, dtype, expression)
        same(got, want, tolerance, f"{expression} in {dtype}")
        if dtype == "float64":
            expected = nonzero(gradients(torch, want, theirs, expression))
            same(nonzero(gradients(ours, got, mine, expression))[:len(expected)], expected, 100 * tolerance,
                 f"gradients of {expression}")
    if forward:
        compare_forward(torch, ours, expression)


def compare_forward(torch: Any, ours: Any, expression: str) -> bool:
    """Assert that forward mode agrees; whether there was a derivative to compare."""
    try:
        wanted = nonzero(tangents(torch, expression))
    except Exception:       # no forward mode there, or something that no dual number goes through
        return False
    same(nonzero(tangents(ours, expression)), wanted, 100 * FLOATS["float64"], f"forward mode of {expression}")
    return any(t is not None for t in wanted)


def compare_errors(torch: Any, ours: Any, expression: str) -> None:
    """Assert that an expression fails in both libraries, here with a class that PyTorch's handler catches."""
    def failure(T: Any) -> Exception | None:
        try:
            for x in flat(run(T, "float32", expression)[0]):
                if hasattr(x, "tolist"):
                    x.tolist()
        except Exception as error:
            return error
        return None
    theirs, mine = failure(torch), failure(ours)
    assert theirs is not None, f"{expression} does not fail in PyTorch"
    assert mine is not None, f"{expression}: PyTorch raises {type(theirs).__name__}, nothing here"
    # Where PyTorch runs into a missing attribute of what is no tensor, the better error is fine too.
    # So is an error of shape where PyTorch has nothing for it.
    caught = {AttributeError: (AttributeError, TypeError), NotImplementedError: RuntimeError}.get(
        type(theirs), type(theirs))
    if type(theirs).__name__ == "_LinAlgError":
        caught = ours.linalg.LinAlgError
    assert isinstance(mine, caught), f"{expression}: {type(mine).__mro__}, PyTorch {type(theirs).__name__}"


MAKER = re.compile(r"\b[apucib]\((?:[0-9]+(?:, *[0-9]+)*)?\)")
MISTAKEN = ("None", "'x'", "[1, 'x']", "object()", "T.zeros(3, 0, 7)")


def mistakes(expression: str) -> list[str]:
    """The expression with something else in place of its first input, and with an argument too many."""
    first = MAKER.search(expression)
    found = [expression[:first.start()] + other + expression[first.end():] for other in MISTAKEN] if first else []
    return found + [expression[:-1] + ", bogus=1)"] * (expression.endswith(")") and not expression.endswith("))"))


def compare_mistakes(torch: Any, ours: Any, expression: str) -> int:
    """Assert that each mistake which PyTorch refuses is refused here likewise; how many there are."""
    count = 0
    for mistake in mistakes(expression):
        try:
            for x in flat(run(torch, "float32", mistake)[0]):
                if hasattr(x, "tolist"):
                    x.tolist()
        except Exception:
            compare_errors(torch, ours, mistake)
            count += 1
        finally:                # what broke off in the middle may have left a mode on
            for T in (torch, ours):
                T.set_grad_enabled(True)
                T.autograd.set_detect_anomaly(False)
                T.set_default_dtype(T.float32)
    return count
