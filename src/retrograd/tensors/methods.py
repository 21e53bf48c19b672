"""Methods that only tensors have: drawn in place, filled, resized, asked about; put on Tensor by
`install`."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from retrograd import functional
from retrograd.autodiff.custom import project_p
from retrograd.base.dtype import FLOATING, as_dtype, bool_
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import shape_of
from retrograd.engine.random import default_generator
from retrograd.functional import elementwise as e
from retrograd.functional import products as m
from retrograd.functional import reduce as r
from retrograd.functional import shape as s
from retrograd.functional.door import need_tensor
from retrograd.functional.indexing import setitem
from retrograd.graph.node import bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops.constant import random_int, random_normal, random_uniform
from retrograd.tensors import memory, operators, storages  # noqa: F401  (storages: by its name)
from retrograd.tensors.tensor import Tensor


def _own(name: str) -> Callable[..., Any]:
    """A function of `functional` that is loaded when it is called."""
    def fn(*args: Any, **kwargs: Any) -> Any:
        return getattr(functional, name)(*args, **kwargs)
    fn.__doc__ = f"See `retrograd.nn.functional.{name}`."
    return fn


def _older(name: str) -> Callable[..., Any]:
    """A function of functional/older.py, which is loaded when it is called."""
    def fn(*args: Any, **kwargs: Any) -> Any:
        return getattr(import_module("retrograd.functional.older"), name)(*args, **kwargs)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"See `retrograd.functional.older.{name}`."
    return fn


# ---------------------------------------------------------------- random numbers in place
def random_(self: Tensor, from_: Any = None, to: Any = None, *, generator: Any = None, **kw: Any) -> Tensor:
    """Fill with integers from, ..., to - 1; without limits, with what the dtype holds (a float's: exactly).

    >>> import retrograd as rg
    >>> rg.zeros(2).random_(5, 6)
    tensor([5., 5.])
    """
    from_ = kw.pop("from", from_)
    low, high = (0, from_) if to is None else (from_, to)
    if high is None:
        d = self.dtype
        top = 2 if d is bool_ else 2 ** {8: 53, 4: 24}.get(d.itemsize, 11) + 1 if d.kind == FLOATING else \
            2 ** (8 * d.itemsize - (d.name != "uint8"))
        high = min(top, 2 ** 63 - 1)
    if high <= low:
        raise ArgumentError(f"from {low} to {high} there is no integer", op="random_", expected="from < to")
    n = self.node
    drawn = bind(random_int, (generator or default_generator).draw(), (n.shape, int(low), int(high)))
    return self._write(lin.cast(drawn, n.dtype), "random_")


def _law(name: str, fn: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def method(self: Tensor, *args: Any, generator: Any = None, **kwargs: Any) -> Tensor:
        n = self.node
        prim = random_normal if name == "log_normal_" else random_uniform
        if not n.dtype.is_floating_point and name != "geometric_":
            raise DTypeError(f"the tensor is {n.dtype.name}", op=name, expected="a floating-point tensor")
        kind = n.dtype.name if n.dtype.is_floating_point else "float32"
        drawn = Tensor(bind(prim, (generator or default_generator).draw(), (n.shape, kind)))
        return self._write(lin.cast(fn(drawn, *args, **kwargs).node, n.dtype), name)
    method.__name__ = method.__qualname__ = name
    method.__doc__ = doc
    return method


def _exponential(u: Any, lambd: float = 1.0) -> Any:
    if lambd <= 0:
        raise ArgumentError(f"lambd is {lambd}", op="exponential_", expected="lambd > 0")
    return -(-u).log1p() / lambd


def _cauchy(u: Any, median: float = 0.0, sigma: float = 1.0) -> Any:
    return median + sigma * (math.pi * (u - 0.5)).tan()


def _geometric(u: Any, p: float) -> Any:
    if not 0 < p < 1:
        raise ArgumentError(f"p is {p}", op="geometric_", expected="0 < p < 1")
    return ((-u).log1p() / math.log1p(-p)).ceil().clamp(min=1)


def _log_normal(z: Any, mean: float = 1.0, std: float = 2.0) -> Any:
    return (mean + std * z).exp()


# ---------------------------------------------------------------- memory
def index_put_(self: Tensor, indices: Any, values: Any, accumulate: bool = False) -> Tensor:
    """Write (or add) values at self[indices].

    >>> import retrograd as rg
    >>> rg.zeros(2).index_put_((rg.tensor([1]),), rg.tensor([3.0]))
    tensor([0., 3.])
    """
    if accumulate:
        return self._write(functional.index_put(self, indices, values, True).node, "index_put_")
    setitem(self, tuple(indices), values)
    return self


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Each element by a Python function: slow, and without a derivative.

    >>> import retrograd as rg
    >>> rg.tensor([1.0, 2.0]).apply_(lambda v: v * 10)
    tensor([10., 20.])
    """
    values = np.array([callable(v) for v in np.asarray(self._value()).reshape(-1).tolist()])
    return self._write(leaf(values.reshape(self.shape).astype(self.dtype.np), self.dtype), "apply_")


def map_(self: Tensor, tensor: Any, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Each element with that of another tensor by a Python function: slow, and without a derivative.

    >>> import retrograd as rg
    >>> rg.tensor([1.0, 2.0]).map_(rg.tensor([3.0, 4.0]), lambda a, b: a * b)
    tensor([3., 8.])
    """
    pairs = np.broadcast_arrays(np.asarray(self._value()), np.asarray(tensor._value()))
    values = np.array([callable(a, b) for a, b in zip(*(x.reshape(-1).tolist() for x in pairs))])
    return self._write(leaf(values.reshape(self.shape).astype(self.dtype.np), self.dtype), "map_")


# ---------------------------------------------------------------- questions and shapes
def sum_to_size(self: Tensor, *size: Any) -> Any:
    """Summed over broadcast dimensions, back to a size that broadcasts to this one.

    >>> import retrograd as rg
    >>> rg.ones(2, 3).sum_to_size(1, 3)
    tensor([[2., 2., 2.]])
    """
    shape, own = shape_of(size, "sum_to_size"), self.node.shape
    lead = len(own) - len(shape)
    if lead < 0 or any(a not in (1, b) for a, b in zip(shape, own[lead:])):
        raise ShapeError(f"size {shape} does not broadcast to {own}", op="sum_to_size")
    out: Any = r.sum(self, tuple(range(lead))) if lead else self
    over = tuple(k for k, (a, b) in enumerate(zip(shape, own[lead:])) if a != b)
    return r.sum(out, over, True) if over else s.clone(out)


def is_same_size(self: Tensor, other: Any) -> bool:
    """Whether the shapes are equal.

    >>> import retrograd as rg
    >>> rg.ones(2).is_same_size(rg.zeros(2))
    True
    """
    return self.node.shape == need_tensor(other, "is_same_size", "other").shape


def get_device(self: Tensor) -> int:
    """-1: the CPU.

    >>> import retrograd as rg
    >>> rg.ones(1).get_device()
    -1
    """
    return -1


def is_pinned(self: Tensor, device: Any = None) -> bool:
    """False: there is no device that would need it.

    >>> import retrograd as rg
    >>> rg.ones(1).is_pinned()
    False
    """
    return False


def adjoint(self: Tensor) -> Any:
    """The conjugate transpose: the last two dimensions exchanged, the elements conjugated.

    >>> import retrograd as rg
    >>> rg.tensor([[1, 2]]).adjoint().shape
    retrograd.Size([2, 1])
    """
    turned = s.transpose(self, -2, -1)
    return functional.conj(turned) if self.dtype.is_complex else turned


def hermitian(self: Tensor) -> Any:
    """The conjugate transpose of a matrix.

    >>> import retrograd as rg
    >>> rg.tensor([[1j, 2.0]]).H
    tensor([[0.-1.j],
            [2.-0.j]])
    """
    if self.ndim not in (0, 2):
        raise ShapeError(f"the tensor has {self.ndim} dimensions", op="H", expected="a matrix",
                         fix="Use x.mH .")
    return functional.conj(s.t(self)) if self.dtype.is_complex else s.t(self)


def _part(name: str, doc: str) -> property:
    """The part of a complex tensor as an attribute that can be written."""
    def read(self: Tensor) -> Any:
        return getattr(functional, name)(self)

    def write(self: Tensor, value: Any) -> None:
        operators.copy_(read(self), value)
    return property(read, write, doc=doc)


def new(self: Tensor, *args: Any, device: Any = None) -> Any:
    """The older spelling of `new_empty` (of sizes) and `new_tensor` (of a sequence).

    >>> import retrograd as rg
    >>> rg.ones(1).new([1, 2]), rg.ones(1).new(2, 3).shape
    (tensor([1., 2.]), retrograd.Size([2, 3]))
    """
    if len(args) == 1 and not isinstance(args[0], int):
        return self.new_tensor(args[0])         # type: ignore[attr-defined]
    return self.new_empty(args or (0,))         # type: ignore[attr-defined]


def as_subclass(self: Tensor, cls: type[Tensor]) -> Tensor:
    """The same memory and history as a tensor of a subclass.

    >>> import retrograd as rg
    >>> class Named(rg.Tensor):
    ...     pass
    >>> type(rg.ones(1).as_subclass(Named)).__name__
    'Named'
    """
    out = s.reshape(self, self.node.shape)
    out.__class__ = cls
    return out      # type: ignore[return-value]


def swapaxes_(self: Tensor, axis0: int, axis1: int) -> Any:
    """In place: see `swapaxes`.

    >>> import retrograd as rg
    >>> rg.ones(2, 3).swapaxes_(0, 1).shape
    retrograd.Size([3, 2])
    """
    return self.transpose_(axis0, axis1)        # type: ignore[attr-defined]


def dim_order(self: Tensor) -> tuple[int, ...]:
    """The dimensions in the order in which they lie in memory, the outermost first.

    >>> import retrograd as rg
    >>> rg.ones(2, 3).t().dim_order()
    (1, 0)
    """
    strides = self.stride()
    return tuple(sorted(range(len(strides)), key=lambda d: -strides[d]))


def map2_(self: Tensor, x: Any, y: Any, callable: Callable[..., Any]) -> Tensor:
    """Each element with those of two other tensors by a Python function: slow, without a derivative.

    >>> import retrograd as rg
    >>> rg.zeros(2).map2_(rg.ones(2), rg.ones(2), lambda a, b, c: a + b + c)
    tensor([2., 2.])
    """
    rows = np.broadcast_arrays(*(np.asarray(t._value()) for t in (self, x, y)))
    values = np.array([callable(*v) for v in zip(*(r.reshape(-1).tolist() for r in rows))])
    return self._write(leaf(values.reshape(self.shape).astype(self.dtype.np), self.dtype), "map2_")


def to_dense(self: Tensor, dtype: Any = None) -> Any:
    """The tensor itself: all tensors are dense.

    >>> import retrograd as rg
    >>> rg.ones(1).to_dense()
    tensor([1.])
    """
    return self if dtype is None else self.to(as_dtype(dtype))      # type: ignore[attr-defined]


def dlpack(self: Tensor, **options: Any) -> Any:
    """The memory for other libraries (`torch.from_dlpack`), as NumPy hands it over."""
    return self.detach().numpy().__dlpack__(**options)


def dlpack_device(self: Tensor) -> tuple[int, int]:
    """(1, 0): the CPU."""
    return 1, 0


TABLE: dict[str, Callable[..., Any]] = {
    "random_": random_,
    "exponential_": _law("exponential_", _exponential, "Fill with exponential numbers of rate lambd."),
    "cauchy_": _law("cauchy_", _cauchy, "Fill with Cauchy numbers around median, of width sigma."),
    "geometric_": _law("geometric_", _geometric,
                       "Fill with the number of trials until one of probability p succeeds."),
    "log_normal_": _law("log_normal_", _log_normal, "Fill with e**z of normal z with that mean and std."),
    "index_put_": index_put_, "apply_": apply_, "map_": map_,
    "sum_to_size": sum_to_size, "is_same_size": is_same_size, "get_device": get_device,
    "is_pinned": is_pinned, "adjoint": adjoint,
    "to_dense": to_dense, "coalesce": to_dense,
    "__dlpack__": dlpack, "__dlpack_device__": dlpack_device,
    "ndimension": lambda self: len(self.node.shape),
    "new": new, "as_subclass": as_subclass, "dim_order": dim_order, "map2_": map2_,
    "is_nonzero": functional.is_nonzero, "unsafe_chunk": s.chunk, "unsafe_split": s.split,
}
for _name in ("index_reduce", "is_signed", "is_distributed", "is_inference"):
    TABLE[_name] = _older(_name)
for _name in ("prelu", "hardshrink"):
    TABLE[_name] = _own(_name)
# In place: name -> the function whose value is written.
WRITES: dict[str, Callable[..., Any]] = {
    "index_reduce": _older("index_reduce"), "igamma": _own("igamma"), "igammac": _own("igammac"),
    "fill_diagonal": _own("fill_diagonal"), "cumsum": r.cumsum, "fmod": e.fmod, "true_divide": e.div,
    "addmm": m.addmm, "baddbmm": m.baddbmm, "bitwise_and": e.bitwise_and, "bitwise_or": e.bitwise_or,
    "bitwise_xor": e.bitwise_xor, "bitwise_not": e.bitwise_not, "not_equal": e.ne, "greater": e.gt,
    "greater_equal": e.ge, "less": e.lt, "less_equal": e.le, "negative": e.neg, "absolute": e.abs,
    "fix": e.trunc, "arctan": e.atan,
}
TABLE["ndimension"].__doc__ = "Number of dimensions."


# What is asked of memory: the methods of a module that is loaded when the first of them is called.
OF_MEMORY = """
    _is_view _own_root as_strided as_strided_ as_strided_scatter data_ptr is_contiguous is_set_to is_shared
    resize_ resize_as_ set_ share_memory_ storage_offset"""
OF_STORAGES = "untyped_storage storage"


def _in(module: str, name: str) -> Callable[..., Any]:
    here = globals()                # where the module itself takes the place of its stand-in

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return getattr(here[module], name)(self, *args, **kwargs)
    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"See `retrograd.tensors.{module}.{name}`."
    return method


def _output_of(n: Any) -> int:
    return int(n.params[0]) if n.prim is project_p else 0


def install() -> None:
    """Put the tables on Tensor."""
    for module, names in (("memory", OF_MEMORY), ("storages", OF_STORAGES)):
        for name in names.split():
            setattr(Tensor, name, _in(module, name))
    Tensor._typed_storage = Tensor.storage                                               # type: ignore[attr-defined]
    Tensor._base = property(lambda self: memory._base(self),        # type: ignore[attr-defined]
                            doc="The tensor that this is a view of; None where it is none.")
    for name, fn in TABLE.items():
        setattr(Tensor, name, fn)
    for name, fn in WRITES.items():
        setattr(Tensor, name + "_", operators.in_place(name, fn))
    Tensor.swapdims_ = Tensor.transpose_                    # type: ignore[attr-defined]
    Tensor.swapaxes_ = swapaxes_                            # type: ignore[attr-defined]
    for name in ("is_cpu", "is_mkldnn", "is_nested", "is_xpu", "is_xla", "is_ipu", "is_maia", "is_mtia",
                 "is_vulkan"):
        setattr(Tensor, name, property(lambda self, answer=name == "is_cpu": answer,
                                       doc=f"{name == 'is_cpu'}."))
    Tensor.output_nr = property(lambda self: _output_of(self.node),     # type: ignore[attr-defined]
                                doc="Which output of its grad_fn this is.")
    Tensor.const_data_ptr = Tensor.data_ptr                             # type: ignore[attr-defined]
    Tensor.mH = property(adjoint, doc="The conjugate transpose of the last two dimensions.")    # type: ignore[attr-defined]
    Tensor.H = property(hermitian, doc="The conjugate transpose of a matrix.")           # type: ignore[attr-defined]
    Tensor.real = _part("real", "The real parts, sharing memory.")                         # type: ignore[attr-defined]
    Tensor.imag = _part("imag", "The imaginary parts, sharing memory.")                    # type: ignore[attr-defined]


install()
