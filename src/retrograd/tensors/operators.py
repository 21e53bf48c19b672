"""Tensor's methods and operators: one table of name -> function, sharing the functions' docstrings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from retrograd import functional
from retrograd.base import dtype as dt
from retrograd.base.dtype import as_dtype
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from retrograd.base.later import homes
from retrograd.base.modes import modes
from retrograd.engine.random import default_generator
from retrograd.functional import elementwise as e
from retrograd.functional import indexing, names
from retrograd.functional import places as g
from retrograd.functional import products as m
from retrograd.functional import reduce as r
from retrograd.functional import shape as s
from retrograd.functional.door import TensorBase, expand_to, number_node
from retrograd.functional.into import naming, renamed
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import REGISTRY
from retrograd.ops import constant as c
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p
from retrograd.ops.constant import random_normal, random_uniform
from retrograd.tensors import copying, create, fast, memory, ufuncs
from retrograd.tensors import repr as printing
from retrograd.tensors.device import Device, placed
from retrograd.tensors.tensor import Tensor

METHODS: dict[str, Callable[..., Any]] = {
    **{f.__name__: f for f in (
        e.add, e.sub, e.mul, e.div, e.floor_divide, e.remainder, e.fmod, e.neg, e.pow,
        e.exp, e.expm1, e.log, e.log1p, e.log2, e.log10, e.sqrt, e.rsqrt, e.reciprocal, e.square,
        e.sin, e.cos, e.tan, e.tanh, e.atan, e.sigmoid, e.erf, e.abs, e.sign, e.floor, e.ceil, e.trunc,
        e.round, e.maximum, e.minimum, e.clamp, e.eq, e.ne, e.lt, e.le, e.gt, e.ge,
        e.logical_and, e.logical_or, e.logical_xor, e.logical_not,
        e.bitwise_and, e.bitwise_or, e.bitwise_xor, e.bitwise_not, e.isnan, e.isinf, e.isfinite, e.isclose,
        e.masked_fill, e.lerp, e.addcmul, e.addcdiv, e.nan_to_num,
        r.sum, r.mean, r.var, r.std, r.prod, r.amax, r.amin, r.argmax, r.argmin, r.max, r.min, r.any, r.all,
        r.count_nonzero, r.logsumexp, r.norm, r.cumsum, r.argsort, r.sort, r.topk, r.median,
        m.matmul, m.mm, m.mv, m.bmm, m.dot, m.outer, m.addmm, m.baddbmm,
        s.reshape, s.flatten, s.unflatten, s.squeeze, s.unsqueeze, s.permute, s.transpose, s.t, s.movedim,
        s.expand, s.broadcast_to, s.narrow, s.select, s.split, s.chunk, s.unbind, s.flip, s.roll, s.repeat,
        s.tile, s.repeat_interleave, s.ravel, s.clone,
        g.gather, g.take_along_dim, g.index_select, g.scatter_add, g.scatter, g.index_add, g.masked_select,
        g.nonzero, g.unique, g.bincount, g.tril, g.triu, g.diagonal, g.diag, g.trace, g.take)},
    "clip": e.clamp, "absolute": e.abs, "negative": e.neg, "multiply": e.mul, "subtract": e.sub,
    "divide": e.div, "true_divide": e.div, "arctan": e.atan, "fix": e.trunc, "greater_equal": e.ge,
    "less_equal": e.le, "not_equal": e.ne, "moveaxis": s.moveaxis, "swapaxes": s.swapaxes,
    "swapdims": s.swapdims, "greater": e.gt, "less": e.lt, "inverse": m.inv,
    "ger": m.outer,
}

IN_PLACE = ("add", "sub", "mul", "div", "pow", "neg", "exp", "log", "sqrt", "rsqrt", "reciprocal", "tanh",
            "sigmoid", "sin", "cos", "abs", "sign", "floor", "ceil", "round", "trunc", "clamp", "clip",
            "masked_fill", "scatter", "scatter_add", "index_add", "lerp", "addcmul", "addcdiv", "remainder",
            "floor_divide", "tril", "triu", "tan", "atan", "log2", "log10", "eq", "ne", "lt", "le", "gt",
            "ge", "logical_and", "logical_or", "logical_xor", "nan_to_num", "log1p", "expm1", "erf", "square",
            "logical_not", "multiply", "subtract", "divide")


def in_place(name: str, fn: Callable[..., Any]) -> Callable[..., Any]:
    """x.name_(...): the value of fn(x, ...) written to x's memory; shape and dtype stay."""
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        old = self.node
        new: Node = fn(self, *args, **kwargs).node
        return self._write(fitted(new, old, name + "_"), name + "_")
    method.__name__ = method.__qualname__ = name + "_"
    method.__doc__ = f"In place: see `{name}`."
    return method


def fitted(new: Node, old: Node, op: str) -> Node:
    """The result of an in-place operation in the shape and dtype of what it overwrites."""
    if new.shape != old.shape:
        raise ShapeError(f"the result has shape {new.shape}, the tensor written to {old.shape}", op=op,
                         expected="a result that fits in place")
    if new.dtype is not old.dtype:
        if new.dtype.kind > old.dtype.kind:
            raise DTypeError(f"a {new.dtype.name} result cannot be written to a {old.dtype.name} tensor",
                             op=op, fix="Convert the tensor first, e.g. x = x.float() .")
        new = lin.cast(new, old.dtype)
    return bind(lin.alias_p, (new,)) if new is old else new


def copy_(self: Tensor, src: Any, non_blocking: bool = False) -> Tensor:
    """Write the values of src (broadcast and converted) to this tensor's memory."""
    n = self.node
    v = lin.cast(src.node, n.dtype) if isinstance(src, TensorBase) else number_node(src, n.dtype)
    return self._write(_instead(n, bind(lin.alias_p, (expand_to(v, n.shape),))), "copy_")


def _instead(old: Node, new: Node) -> Node:
    """A value that owes nothing to what it overwrites; a tracked tensor stays so, with derivative 0."""
    if not old.rg or new.rg or not modes.grad:
        return new
    return bind(p.where, (expand_to(const(True, dt.bool_), old.shape), new, old))


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one value everywhere."""
    n = self.node
    if isinstance(value, TensorBase):
        return copy_(self, value)
    new = number_node(value, n.dtype)
    new = expand_to(new, n.shape) if n.shape else bind(lin.alias_p, (new,))
    return self._write(_instead(n, new), "fill_")


def zero_(self: Tensor) -> Tensor:
    """Write zeros."""
    return fill_(self, 0)


def _drawn(self: Tensor, prim: Any, generator: Any) -> Node:
    n = self.node
    if not n.dtype.smooth:
        raise DTypeError(f"the tensor is {n.dtype.name}", op=prim.name, expected="a floating-point tensor")
    return create.draw(prim, n.shape, n.dtype, generator)


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Any = None) -> Tensor:
    """Fill with normal numbers."""
    if std < 0:
        raise ArgumentError(f"std is {std}", op="normal_", expected="std >= 0")
    z = _drawn(self, random_normal, generator)
    return self._write(bind(p.add, (bind(p.mul, (z, number_node(float(std), z.dtype))),
                                    number_node(float(mean), z.dtype))), "normal_")


def uniform_(self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Any = None,
             **kw: Any) -> Tensor:
    """Fill with uniform numbers on [from, to)."""
    from_ = kw.pop("from", from_)
    if from_ > to:
        raise ArgumentError(f"from is {from_}, to is {to}", op="uniform_", expected="from <= to")
    u = _drawn(self, random_uniform, generator)
    low = from_ * (1 + 1j) if u.dtype.is_complex else float(from_)           # both parts are drawn so
    return self._write(bind(p.add, (bind(p.mul, (u, number_node(float(to - from_), u.dtype))),
                                    number_node(low, u.dtype))), "uniform_")


def bernoulli_(self: Tensor, p_: Any = 0.5, *, generator: Any = None, **kw: Any) -> Tensor:
    """Fill with 1 at probability p, else 0."""
    n = self.node
    prob = kw.pop("p", p_)
    u = bind(random_uniform, (generator or default_generator).draw(), (n.shape, "float32"))
    limit = prob.node if isinstance(prob, TensorBase) else number_node(prob, dt.float32)
    return self._write(lin.cast(u < expand_to(lin.cast(limit, dt.float32), n.shape), n.dtype), "bernoulli_")


def bernoulli(self: Tensor, p: Any = None, *, generator: Any = None) -> Tensor:
    """1 with the probability that this tensor holds, or p, else 0.

    >>> import retrograd as rg
    >>> rg.tensor([0.0, 1.0]).bernoulli()
    tensor([0., 1.])
    """
    return create.bernoulli(self, p, generator=generator)


def multinomial(self: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None) -> Any:
    """See `retrograd.multinomial`."""
    return import_module("retrograd.tensors.drawing").multinomial(self, num_samples, replacement,
                                                                  generator=generator)


def where(self: Tensor, condition: Any, other: Any) -> Tensor:
    """This tensor where condition is true, else other.

    >>> import retrograd as rg
    >>> rg.tensor([1, 2]).where(rg.tensor([True, False]), 0)
    tensor([1, 0])
    """
    return e.where(condition, self, other)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- conversion
def to(self: Tensor, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False,
       copy: bool = False, memory_format: Any = None, tensor: Any = None) -> Tensor:
    """to(dtype), to(device), to(device, dtype) or to(tensor): converted if needed, else the tensor itself."""
    for a in args if tensor is None else (*args, tensor):
        if isinstance(a, TensorBase):
            dtype = a.node.dtype
        elif isinstance(a, (str, Device)):
            device = a
        elif isinstance(a, bool) or a is None:
            pass
        else:
            dtype = as_dtype(a)
    if device is not None:
        placed(device)
    n = self.node
    if dtype is None or as_dtype(dtype) is n.dtype:
        return s.clone(self) if copy else self
    return Tensor(lin.cast(n, as_dtype(dtype)))


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Convert to a dtype; without one, the name of the type."""
    if dtype is not None:
        return to(self, dtype)
    names = {"float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16",
             "int64": "Long", "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte",
             "bool": "Bool"}
    return f"retrograd.{names[self.dtype.name]}Tensor"


def _converter(name: str, d: dt.DType) -> Callable[[Tensor], Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return to(self, d)
    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"Converted to {d.name}."
    return method


def cpu(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself: tensors live on the CPU."""
    return self


def cuda(self: Tensor, device: Any = None) -> Tensor:
    """There is no GPU support: raises."""
    return to(self, device="cuda")


def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor itself if its elements lie in row-major order, else a copy that does."""
    return self if self.is_contiguous() else s.clone(self)  # type: ignore[no-any-return]


def same_shape_view(self: Tensor, other: Tensor) -> Tensor:
    """view with the shape of another tensor."""
    return s.reshape(self, tuple(other.node.shape))


def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """expand to the shape of another tensor."""
    return s.expand(self, tuple(other.node.shape))


def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Converted to the dtype of another tensor."""
    return to(self, other.dtype)


def view(self: Tensor, *shape: Any, size: Any = None, dtype: Any = None) -> Tensor:
    """The same elements in another shape; with a dtype, the same memory read as that. Shares memory."""
    if size is not None or dtype is not None:
        shape = (dtype if size is None else size,)
    if len(shape) == 1 and isinstance(shape[0], dt.DType):
        if shape[0] is self.dtype:
            return self.detach()
        out: Tensor = functional.reinterpret(self, shape[0])
    else:
        out = s.reshape(self, *shape)
    if out._parent is None:
        raise ShapeError(f"a tensor of shape {tuple(self.shape)} and strides {self.stride()} cannot be "
                         f"seen as {tuple(out.shape)} without a copy", op="view", fix="Use x.reshape(...).")
    return out


# ---------------------------------------------------------------- Python's protocols
def _number(self: Tensor, kind: Callable[[Any], Any], name: str) -> Any:
    if self.numel() != 1:
        hint = "Use .any() or .all()." if name == "bool" else "Reduce it first."
        raise ArgumentError(f"a tensor with {self.numel()} elements has no single truth value"
                            if name == "bool" else
                            f"a tensor with {self.numel()} elements is not one number", op=name, fix=hint)
    value = self.item()
    if self.dtype.is_complex and kind in (float, int):
        if value.imag:
            raise ArgumentError(f"{value} is no real number", op=name,
                                fix="Use .real, .abs() or complex(x) .")
        value = value.real
    return kind(value)


def to_index(self: Tensor) -> int:
    if self.dtype.smooth or self.numel() != 1:
        raise ArgumentTypeError(f"a {self.dtype.name} tensor of shape {tuple(self.shape)} is no index",
                                op="index", expected="one integer")
    return int(self.item())


def length(self: Tensor) -> int:
    if self.ndim == 0:
        raise ArgumentTypeError("a tensor without dimensions has no length", op="len")
    return self._node.shape[0]


def iterate(self: Tensor) -> Iterator[Tensor]:
    if self.ndim == 0:
        raise ArgumentTypeError("a tensor without dimensions cannot be iterated over", op="iter",
                                fix="Use x.item().")
    return iter(s.unbind(self, 0))


def printed(self: Tensor, *, tensor_contents: Any = None) -> str:
    """tensor(...) with values, and dtype, size, grad_fn where they say something."""
    return printing.to_text(self, tensor_contents=tensor_contents)


def formatted(self: Tensor, spec: str) -> str:
    return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)


def contains(self: Tensor, element: Any) -> bool:
    return bool(e.eq(self, element).any())


def deepcopy(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """copy.deepcopy: the values, sharing memory among the copies; the gradient; no history."""
    return copying.deepcopy(self, memo)


def shallow(self: Tensor) -> Tensor:
    """copy.copy: another name for the same memory."""
    return copying.shallow(self)


def reduced(self: Tensor, protocol: Any) -> Any:
    """For the user's own pickling: the memory and how the tensor lies there, not the history."""
    return copying.reduced(self, protocol)


def _known(fn: Callable[..., Any]) -> Callable[..., Any]:
    """An operator that lets Python ask the other operand when it does not know it."""
    def method(self: Tensor, other: Any) -> Any:
        if not isinstance(other, fast.OPERANDS):
            return NotImplemented
        return fn(self, other)
    return method


def new_factory(name: str) -> Callable[..., Tensor]:
    """x.new_zeros(...) and its kin: created with this tensor's dtype."""
    make = getattr(create, name)

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        kwargs["dtype"] = kwargs.get("dtype") or self.dtype
        return make(*args, **kwargs)  # type: ignore[no-any-return]
    method.__name__ = method.__qualname__ = "new_" + name
    method.__doc__ = f"`{name}` with this tensor's dtype."
    return method


DUNDERS: dict[str, Callable[..., Any]] = {
    "__add__": fast.binary(p.add, e.add), "__radd__": fast.binary(p.add, e.add, reflected=True),
    "__sub__": fast.binary(p.sub, e.sub, floating=True),
    "__rsub__": fast.binary(p.sub, e.sub, reflected=True, floating=True),
    "__mul__": fast.binary(p.mul, e.mul), "__rmul__": fast.binary(p.mul, e.mul, reflected=True),
    "__truediv__": fast.binary(p.div, e.div, floating=True),
    "__rtruediv__": fast.binary(p.div, e.div, reflected=True, floating=True),
    "__floordiv__": _known(e.floor_divide), "__rfloordiv__": _known(lambda a, b: e.floor_divide(b, a)),
    "__rmatmul__": _known(lambda a, b: m.matmul(b, a)), "__rdiv__": _known(lambda a, b: e.div(b, a)),
    "__mod__": _known(e.remainder), "__rmod__": _known(lambda a, b: e.remainder(b, a)),
    "__pow__": fast.power, "__rpow__": _known(lambda a, b: e.pow(b, a)), "__matmul__": fast.matmul,
    "__neg__": e.neg, "__pos__": lambda a: a, "__abs__": e.abs, "__invert__": e.bitwise_not,
    "__ilshift__": lambda a, b: a.bitwise_left_shift_(b),
    "__irshift__": lambda a, b: a.bitwise_right_shift_(b),
    "__lshift__": lambda a, b: a.bitwise_left_shift(b), "__rshift__": lambda a, b: a.bitwise_right_shift(b),
    "__rlshift__": lambda a, b: create.full_like(a, b).bitwise_left_shift(a),
    "__rrshift__": lambda a, b: create.full_like(a, b).bitwise_right_shift(a),
    "__and__": e.bitwise_and, "__or__": e.bitwise_or, "__xor__": e.bitwise_xor,
    "__rand__": e.bitwise_and, "__ror__": e.bitwise_or, "__rxor__": e.bitwise_xor,
    "__eq__": _known(e.eq), "__ne__": _known(e.ne),
    **{f"__{n}__": fast.binary(getattr(c, n), getattr(e, n), predicate=True)
       for n in ("lt", "le", "gt", "ge")},
    "__hash__": lambda self: id(self),
    "__getitem__": indexing.getitem, "__setitem__": indexing.setitem, "__len__": length, "__iter__": iterate,
    "__bool__": lambda self: _number(self, bool, "bool"),
    "__float__": lambda self: _number(self, float, "float"),
    "__complex__": lambda self: _number(self, complex, "complex"),
    "__int__": lambda self: _number(self, int, "int"), "__index__": to_index, "__format__": formatted,
    "__repr__": printed, "__contains__": contains,
    "__deepcopy__": deepcopy, "__copy__": shallow, "__reduce_ex__": reduced,
}

OTHERS: dict[str, Callable[..., Any]] = {
    "copy_": copy_, "fill_": fill_, "zero_": zero_, "normal_": normal_, "uniform_": uniform_,
    "bernoulli_": bernoulli_, "bernoulli": bernoulli, "multinomial": multinomial, "where": where,
    "to": to, "type": type_, "cpu": cpu, "cuda": cuda, "contiguous": contiguous, "view_as": same_shape_view,
    "reshape_as": same_shape_view, "expand_as": expand_as, "type_as": type_as, "view": view,
    "float": _converter("float", dt.float32), "double": _converter("double", dt.float64),
    "half": _converter("half", dt.float16), "bfloat16": _converter("bfloat16", dt.bfloat16),
    "cfloat": _converter("cfloat", dt.complex64), "cdouble": _converter("cdouble", dt.complex128),
    "long": _converter("long", dt.int64), "int": _converter("int", dt.int32),
    "short": _converter("short", dt.int16), "char": _converter("char", dt.int8),
    "byte": _converter("byte", dt.uint8), "bool": _converter("bool", dt.bool_),
    "pin_memory": cpu,
    **{"new_" + n: new_factory(n) for n in ("zeros", "ones", "empty", "full", "tensor")},
}


def _shape_in_place(name: str) -> Callable[..., Any]:
    fn = METHODS[name]

    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return memory.moved(self, lambda x: fn(x, *args, **kwargs), name + "_")
    method.__name__ = method.__qualname__ = name + "_"
    method.__doc__ = f"In place: see `{name}`."
    return method


def _later(name: str) -> Callable[..., Any]:
    """A method whose function lives in a module that is loaded when it is first called."""
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        fn = getattr(functional, name)
        return fn(self, *args, **(renamed(fn, kwargs) if kwargs else kwargs))
    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"See `retrograd.nn.functional.{name}`."
    return method


def install() -> None:
    """Put the table on Tensor."""
    for name in ("relu", "relu_", "softmax", "log_softmax", "logsigmoid", "allclose", "equal"):
        setattr(Tensor, name, _later(name))
    Tensor.unfold = _later("windows")                                                   # type: ignore[attr-defined]
    for name in (*homes(names.METHODS), *names.OLDER):
        setattr(Tensor, name, _later(name))
    for name in names.IN_PLACE.split():
        setattr(Tensor, name + "_", in_place(name, _later(name)))
    for name, fn in METHODS.items():
        setattr(Tensor, name, naming(fn))
    for table in (DUNDERS, OTHERS):
        for name, fn in table.items():
            setattr(Tensor, name, fn)
    for name in ("exp", "log", "sqrt", "tanh", "sin", "cos", "sigmoid", "neg", "rsqrt", "reciprocal"):
        setattr(Tensor, name, fast.unary(REGISTRY[name], METHODS[name]))
    fast.sum.__doc__ = r.sum.__doc__
    Tensor.sum = fast.sum                                                               # type: ignore[attr-defined]
    Tensor.__neg__ = Tensor.neg                                                         # type: ignore[attr-defined]
    for name in IN_PLACE:
        setattr(Tensor, name + "_", in_place(name, METHODS[name]))
    for name in ("squeeze", "unsqueeze", "t", "transpose"):
        setattr(Tensor, name + "_", _shape_in_place(name))
    for symbol, name in (("add", "add"), ("sub", "sub"), ("mul", "mul"), ("truediv", "div"), ("pow", "pow"),
                         ("mod", "remainder"), ("floordiv", "floor_divide")):
        setattr(Tensor, f"__i{symbol}__", getattr(Tensor, name + "_"))
    for symbol in ("and", "or", "xor"):
        setattr(Tensor, f"__i{symbol}__", in_place(f"bitwise_{symbol}", METHODS[f"bitwise_{symbol}"]))
    Tensor.__array_ufunc__ = ufuncs.of(METHODS)                                         # type: ignore[assignment]
    Tensor.T = property(lambda self: s.permute(self, tuple(range(self.ndim))[::-1]),    # type: ignore[attr-defined]
                        doc="All dimensions in reverse order.")
    Tensor.mT = property(lambda self: s.transpose(self, -2, -1),                        # type: ignore[attr-defined]
                         doc="The last two dimensions exchanged.")


install()
