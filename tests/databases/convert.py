"""Values of PyTorch go in, the same of Retrograd come out: tensors with their strides and requires_grad,
dtypes, shapes, nested containers, functions by name; and results of both are compared.
"""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

# Relative to the largest value: the roundings of sums of some hundred terms.
TOLERANCES = {"float64": 1e-9, "float32": 2e-5, "float16": 4e-3, "bfloat16": 3e-2,
              "complex128": 1e-9, "complex64": 2e-5}

# What rounding leaves of terms that cancel.
TINY = {"float64": 1e-12, "complex128": 1e-12, "float32": 1e-7, "complex64": 1e-7, "float16": 1e-7,
        "bfloat16": 1e-7}


class NotHere(Exception):
    """A value that has no counterpart: sparse tensors, other devices, dtypes that are not there."""


class Converter:
    """One conversion: a tensor that occurs twice becomes one tensor."""

    def __init__(self, torch: Any, ours: Any) -> None:
        self.torch, self.ours = torch, ours
        self.seen: dict[int, Any] = {}
        self.leaves: list[tuple[Any, Any]] = []        # (theirs, ours) of what requires grad

    def __call__(self, x: Any) -> Any:
        torch, ours = self.torch, self.ours
        if isinstance(x, torch.Tensor):
            if id(x) not in self.seen:
                self.seen[id(x)] = (x, self.tensor(x))
            return self.seen[id(x)][1]
        if isinstance(x, torch.dtype):
            return dtype(ours, x)
        if isinstance(x, torch.device):
            if x.type != "cpu":
                raise NotHere(f"device {x}")
            return ours.device("cpu")
        if isinstance(x, (torch.layout, torch.memory_format)):
            return getattr(ours, str(x).split(".")[-1])
        if isinstance(x, torch.Size):
            return ours.Size(x)
        if isinstance(x, torch.nn.Module):
            raise NotHere("a module as an argument")
        if isinstance(x, (list, tuple, set)) and type(x) in (list, tuple, set):
            return type(x)(map(self, x))
        if isinstance(x, tuple):                        # a named one
            return tuple(map(self, x))
        if isinstance(x, dict):
            return {key: self(value) for key, value in x.items()}
        if isinstance(x, slice):
            return slice(*map(self, (x.start, x.stop, x.step)))
        if callable(x) and not isinstance(x, type):
            return function(torch, ours, x)
        return x

    def tensor(self, x: Any) -> Any:
        torch, ours = self.torch, self.ours
        if x.layout is not torch.strided or x.is_quantized or x.device.type != "cpu" or x.dim() > 64:
            raise NotHere(f"a {x.layout} tensor of {x.dim()} dimensions on {x.device}")
        data = x.detach().resolve_conj().resolve_neg()
        d = dtype(ours, data.dtype)
        if not x.is_floating_point() or data.is_contiguous() or not hasattr(ours, "as_strided"):
            y = ours.tensor(array(data), dtype=d)
            y = _laid(ours, y, data)
        else:
            count = 1 + sum((s - 1) * st for s, st in zip(data.shape, data.stride())) if data.numel() else 0
            flat = torch.as_strided(data, (count,), (1,))
            y = ours.as_strided(ours.tensor(array(flat), dtype=d), tuple(data.shape), tuple(data.stride()))
        if x.requires_grad:
            y = y.detach().requires_grad_()
            self.leaves.append((x, y))
        return ours.nn.Parameter(y, x.requires_grad) if isinstance(x, torch.nn.Parameter) else y


def _laid(ours: Any, y: Any, x: Any) -> Any:
    """The same values, in memory in the order of x's dimensions where that is a permutation."""
    if x.is_contiguous() or x.numel() == 0:
        return y
    order = sorted(range(x.dim()), key=lambda k: -x.stride(k))
    back = [order.index(k) for k in range(x.dim())]
    return (y.permute(order) + ours.zeros((), dtype=y.dtype) if y.dtype != ours.bool else
            y.permute(order).clone()).permute(back)


def array(x: Any) -> Any:
    """A tensor as a NumPy array; bfloat16 through float32."""
    return x.float().numpy() if str(x.dtype) == "torch.bfloat16" else x.numpy()


def dtype(ours: Any, d: Any) -> Any:
    name = str(d).split(".")[-1]
    try:
        return getattr(ours, name)
    except (AttributeError, NotImplementedError):
        raise NotHere(f"dtype {name}") from None


def resolved(root: Any, name: str) -> Any:
    for part in name.split("."):
        root = getattr(root, part)
    return root


def function(torch: Any, ours: Any, f: Any) -> Any:
    """A function of PyTorch by its name; one of its tests with its globals exchanged."""
    module, name = getattr(f, "__module__", "") or "", getattr(f, "__qualname__", "")
    if isinstance(f, types.FunctionType) and ("testing" in module or name.startswith("<lambda>")):
        inside = {key: _exchanged(torch, ours, value) for key, value in f.__globals__.items()}
        closure = f.__closure__ and tuple(
            types.CellType(_exchanged(torch, ours, cell.cell_contents)) for cell in f.__closure__)
        copy = types.FunctionType(f.__code__, inside, f.__name__, f.__defaults__, closure)
        copy.__kwdefaults__ = f.__kwdefaults__
        return copy
    if isinstance(f, functools.partial):
        return functools.partial(function(torch, ours, f.func), *f.args, **f.keywords)
    own = getattr(f, "__name__", "")
    if own and (getattr(torch.Tensor, own, None) == f or module == "torch._tensor"):
        return _method(ours, own)
    if own.endswith("_") and not own.endswith("__") and getattr(torch._C._nn, own, None) == f:
        inner = getattr(ours.nn.functional, own[:-1])
        return lambda x, *args, **kwargs: inner(x, *args, inplace=True, **kwargs)
    for part in ("", "nn.functional.", "linalg.", "special.", "fft."):
        try:
            if resolved(torch, part + own) is f:
                return resolved(ours, part + own)
        except AttributeError:
            continue
    return f


def _method(ours: Any, name: str) -> Any:
    def method(x: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(x, ours.Tensor):
            raise TypeError(f"{name} of a {type(x).__name__}")
        return getattr(x, name)(*args, **kwargs)
    return method


def _exchanged(torch: Any, ours: Any, value: Any) -> Any:
    if isinstance(value, types.ModuleType) and value.__name__.split(".")[0] == "torch":
        if value.__name__ == "torch":
            return ours
        try:
            return resolved(ours, value.__name__.removeprefix("torch."))
        except AttributeError:
            return value
    if isinstance(value, types.BuiltinFunctionType) or getattr(value, "__module__", "") in (
            "torch", "torch.functional", "torch.nn.functional", "torch._C._nn", "torch._C._linalg"):
        return function(torch, ours, value) if callable(value) and not isinstance(value, type) else value
    return value


# ---------------------------------------------------------------- results
def flat(x: Any) -> list[Any]:
    if isinstance(x, dict):
        return [leaf for key in x for leaf in [key, *flat(x[key])]]
    if isinstance(x, (list, tuple)):
        return [leaf for item in x for leaf in flat(item)]
    return [x]


def is_tensor(x: Any) -> bool:
    return hasattr(x, "requires_grad") and hasattr(x, "detach")


def plain(x: Any) -> tuple[str, Any]:
    """(name of the dtype, array)."""
    name = str(x.dtype).split(".")[-1]
    x = x.detach()
    if x.__class__.__module__.startswith("torch"):
        x = x.resolve_conj().resolve_neg()
    return name, np.asarray((x.float() if name == "bfloat16" else x).numpy(force=True))


def differ(got: Any, want: Any, factor: float = 1.0, finite: bool = False) -> str:
    """'' where both agree, else how they differ. `finite`: a number may stand where PyTorch has a NaN (a zero
    cotangent stays zero here)."""
    ours, theirs = flat(got), flat(want)
    if len(ours) != len(theirs):
        return f"{len(ours)} results instead of {len(theirs)}"
    return next((said for x, y in zip(ours, theirs) if (said := _differ(x, y, factor, finite))), "")


def _differ(x: Any, y: Any, factor: float, finite: bool) -> str:
    if y is None and is_tensor(x):
        y = x.detach() * 0
    if not is_tensor(y):
        if isinstance(y, float) and isinstance(x, float):
            close = x == y or abs(x - y) <= 2e-5 * abs(y) or (x != x and y != y)
        else:
            close = x == y or str(x).split(".")[-1] == str(y).split(".")[-1]
        return "" if close else f"{x!r} instead of {y!r}"
    if not is_tensor(x):
        if x is not None:
            return f"a {type(x).__name__} instead of a tensor"
        x = y.detach() * 0          # a derivative that is constant: None here, zeros there
    (name, a), (wanted, b) = plain(x), plain(y)
    if name != wanted:
        return f"dtype {name} instead of {wanted}"
    if a.shape != b.shape:
        return f"shape {a.shape} instead of {b.shape}"
    tolerance = TOLERANCES.get(name, 0) * factor
    if not tolerance:
        return "" if np.array_equal(a, b) else f"values {_few(a, b)}"
    with np.errstate(all="ignore"):
        scale = np.abs(b[np.isfinite(b)]).max(initial=0)
        close = np.isclose(a, b, rtol=tolerance, equal_nan=True,
                           atol=tolerance * scale + TINY.get(name, 0) * factor)
        close |= finite & np.isnan(b)
        if np.iscomplexobj(b):          # which part of a complex result overflows first is no law
            close |= ~np.isfinite(a) & ~np.isfinite(b)
    return "" if close.all() else f"values {_few(a[~close], b[~close])}"


def _few(a: Any, b: Any) -> str:
    k = next((k for k in range(a.size) if a.flat[k] != b.flat[k]), 0)
    return f"{a.flat[k]} instead of {b.flat[k]}" if a.size else "none"
