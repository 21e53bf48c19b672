"""Creation: from data, filled, ranges, random."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.dtype import as_dtype, bool_, default, int64
from retrograd.base.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from retrograd.base.shape import Shape, shape_of
from retrograd.engine.random import Generator, default_generator
from retrograd.functional.door import TensorBase, need_tensor
from retrograd.graph.node import Node, bind, leaf, made
from retrograd.ops import complex as plane
from retrograd.ops import linear as lin
from retrograd.ops.constant import argsort, iota, random_int, random_normal, random_uniform
from retrograd.runtime.recycle import recycler
from retrograd.tensors.device import Device, placed
from retrograd.tensors.tensor import Tensor, from_value


def _made(node: Node, requires_grad: bool, device: Any = None) -> Tensor:
    if device is not None:
        placed(device)
    t = Tensor(node)
    return t.requires_grad_() if requires_grad else t


# ---------------------------------------------------------------- from data
def tensor(data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
           pin_memory: bool = False) -> Tensor:
    """A new tensor holding a copy of data: numbers, nested sequences, arrays or tensors.

    Python floats become the default dtype (float32), ints int64, bools bool; arrays keep their dtype.

    >>> import retrograd as rg
    >>> rg.tensor([[1, 2], [3, 4.5]])
    tensor([[1.0000, 2.0000],
            [3.0000, 4.5000]])
    """
    if device is not None:
        placed(device)
    if isinstance(data, TensorBase):
        n = data.node
        array = np.array(data.detach()._value())        # type: ignore[attr-defined]
        return _made(lin.cast(leaf(array, n.dtype), as_dtype(dtype)) if dtype is not None else
                     leaf(array, n.dtype), requires_grad)
    array = _array_of(data)
    if dtype is not None:
        d = as_dtype(dtype)
        array = array.astype(d.np)
    elif array.dtype in (np.float64, np.complex128) and not isinstance(data, (np.ndarray, np.generic)):
        d = default() if array.dtype == np.float64 else default().to_complex()
        array = array.astype(d.np)
    else:
        d = dt.from_numpy(array.dtype)
    return from_value(recycler.copied(array, d.np), d, requires_grad)


def _array_of(data: Any) -> Any:
    if isinstance(data, (np.ndarray, np.generic)):
        return np.asarray(data)
    if isinstance(data, (list, tuple)) and any(isinstance(x, TensorBase) for x in data):
        if all(isinstance(x, TensorBase) and x.node.shape == () for x in data):
            return np.array([x._value() for x in data])     # type: ignore[attr-defined]
        if all(isinstance(x, TensorBase) for x in data):
            raise ArgumentTypeError("data is a list of tensors with dimensions", op="tensor",
                                    expected="numbers, nested lists or arrays",
                                    fix="Use retrograd.stack(data).")
    try:
        array = np.asarray(data)
    except ValueError:
        raise ShapeError("the nested sequences differ in length", op="tensor",
                         expected="rows of equal length") from None
    if array.dtype == object or array.dtype.kind in "USO":
        raise ArgumentTypeError(f"data of type {type(data).__name__} holds no numbers", op="tensor",
                                expected="numbers, nested lists of numbers, arrays or tensors")
    if array.size == 0 and array.dtype == np.float64 and not isinstance(data, np.ndarray):
        array = array.astype(default().np)
    return array


def as_tensor(data: Any, dtype: Any = None, device: Any = None) -> Tensor:
    """A tensor over data without a copy where possible."""
    if isinstance(data, TensorBase):
        return data if dtype is None else data.to(dtype)     # type: ignore[attr-defined, no-any-return, return-value]
    if isinstance(data, np.ndarray):
        t = from_numpy(data)
        return t if dtype is None else t.to(dtype)           # type: ignore[attr-defined, no-any-return]
    return tensor(data, dtype=dtype, device=device)


def from_numpy(ndarray: Any) -> Tensor:
    """A tensor that shares memory with the array: writes on either side are seen on the other.

    What was recorded before the array changes keeps the old values.
    """
    if not isinstance(ndarray, np.ndarray):
        raise ArgumentTypeError(f"got a {type(ndarray).__name__}", op="from_numpy", expected="a NumPy array",
                                fix="Use retrograd.tensor(...).")
    d = dt.from_numpy(ndarray.dtype)
    if ndarray.dtype != d.np:
        return tensor(ndarray)                      # another byte order
    t = Tensor(leaf(ndarray, d))
    made(ndarray.nbytes)
    t._own().memory = ndarray
    return t


# ---------------------------------------------------------------- filled
def full(size: Any, fill_value: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
         out: Any = None, layout: Any = None) -> Tensor:
    """A tensor of that size filled with a number; its dtype follows the number if none is given."""
    shape = shape_of((size,) if isinstance(size, int) else size, "full")
    if isinstance(fill_value, TensorBase):
        fill_value = fill_value.item()              # type: ignore[attr-defined]
    if not isinstance(fill_value, (bool, int, float, complex, np.generic)):
        raise ArgumentTypeError(f"fill_value is a {type(fill_value).__name__}", op="full",
                                expected="a number")
    d = as_dtype(dtype) if dtype is not None else dt.of_scalar(fill_value)
    if d.kind == dt.INTEGER and isinstance(fill_value, int):
        low = d.wrapped(fill_value)
        if fill_value != low and (d.is_signed or not -256 < fill_value < 0):
            raise ArgumentError(f"{fill_value} does not fit {d.name}", op="full",
                                expected="a number in its range")
        fill_value = low
    return from_value(np.full(shape, fill_value, d.np), d, requires_grad)


def _filler(name: str, value: int) -> Any:
    def fn(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False,
           layout: Any = None, pin_memory: bool = False, memory_format: Any = None) -> Tensor:
        d = as_dtype(dtype) if dtype is not None else default()
        if device is not None:
            placed(device)
        shape = shape_of(sizes if size is None else (size,), name)
        if any(s < 0 for s in shape):
            raise ShapeError(f"sizes are {shape}", op=name, expected="non-negative sizes")
        return from_value(np.full(shape, value, d.np), d, requires_grad)

    def like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
             memory_format: Any = None, layout: Any = None) -> Tensor:
        x = need_tensor(input, name + "_like")
        return fn(*x.shape, dtype=dtype or x.dtype, device=device, requires_grad=requires_grad)
    fn.__name__ = fn.__qualname__ = name
    like.__name__ = like.__qualname__ = name + "_like"
    what = "zeros (empty promises no values)" if name == "empty" else name
    fn.__doc__ = f"A tensor of that size filled with {what}."
    like.__doc__ = f"{name} of the size and dtype of a tensor."
    return fn, like


zeros, zeros_like = _filler("zeros", 0)
ones, ones_like = _filler("ones", 1)
empty, empty_like = _filler("empty", 0)


def full_like(input: Any, fill_value: Any, *, dtype: Any = None, device: Any = None,
              requires_grad: bool = False, memory_format: Any = None, layout: Any = None) -> Tensor:
    """A tensor of the size and dtype of another, filled with a number."""
    x = need_tensor(input, "full_like")
    return full(x.shape, fill_value, dtype=dtype or x.dtype, requires_grad=requires_grad)


def eye(n: int, m: int | None = None, *, dtype: Any = None, device: Any = None,
        requires_grad: bool = False, layout: Any = None) -> Tensor:
    """Ones on the diagonal, zeros elsewhere."""
    d = as_dtype(dtype) if dtype is not None else default()
    if n < 0 or m is not None and m < 0:
        raise ArgumentError(f"n is {n}, m is {m}", op="eye", expected="sizes >= 0")
    return from_value(np.eye(n, m, dtype=d.np), d, requires_grad)


# ---------------------------------------------------------------- ranges
def arange(start: Any = 0, end: Any = None, step: Any = 1, *, dtype: Any = None, device: Any = None,
           requires_grad: bool = False, layout: Any = None) -> Tensor:
    """start, start + step, ... below end. Integers give int64, floats the default dtype."""
    if end is None:
        start, end = 0, start
    start, end, step = (x.item() if isinstance(x, TensorBase) else x for x in (start, end, step))
    if not all(map(math.isfinite, (start, end, step))):
        raise ArgumentError(f"arange({start}, {end}, {step}) has no end", op="arange",
                            expected="finite numbers")
    whole = dtype is not None and as_dtype(dtype).kind == dt.INTEGER
    if whole and as_dtype(dtype) is int64:
        start, end, step = int(start), int(end), int(step)
    if step == 0 or (end - start) * step < 0:
        raise ArgumentError(f"arange({start}, {end}, {step}) never reaches its end", op="arange",
                            expected="a step with the sign of end - start")
    d = as_dtype(dtype) if dtype is not None else \
        default() if any(isinstance(x, float) for x in (start, end, step)) else int64
    count = math.ceil((end - start) / step)
    if whole:                                       # as many as there would be, from whole numbers
        start, step = int(start), int(step)
    values = start + np.arange(count) * step        # one rounding a value, none accumulated
    return from_value(values.astype(d.np), d, requires_grad)


def linspace(start: Any, end: Any, steps: int, *, dtype: Any = None, device: Any = None,
             requires_grad: bool = False, layout: Any = None) -> Tensor:
    """`steps` values from start to end, both included, equally far apart."""
    check_steps(steps, "linspace")
    d = as_dtype(dtype) if dtype is not None else \
        default().to_complex() if isinstance(start, complex) or isinstance(end, complex) else default()
    start, end = (x.item() if isinstance(x, TensorBase) else x for x in (start, end))
    start, end = (x if isinstance(x, complex) or d.is_complex else float(x) for x in (start, end))
    values = np.linspace(start, end, int(steps)) if d.kind != dt.INTEGER else whole_steps(start, end, steps)
    return from_value(values.astype(d.np), d, requires_grad)


def check_steps(steps: Any, op: str) -> None:
    """A number of steps is a whole one, and not negative."""
    if not isinstance(steps, (int, np.integer)):
        raise ArgumentTypeError(f"steps is a {type(steps).__name__}", op=op, expected="an int")
    if steps < 0:
        raise ArgumentError(f"steps is {steps}", op=op, expected="steps >= 0")


def whole_steps(start: Any, end: Any, steps: int) -> Any:
    """Places from the whole part of start to that of end, each half counted from its own end."""
    a, b = int(start), int(end)
    step = (b - a) / (steps - 1) if steps > 1 else 0.0
    k = np.arange(steps)
    return np.where(k < steps // 2, a + step * k, b - step * (steps - 1 - k)) if steps > 1 else a + step * k


# ---------------------------------------------------------------- random
def draw(prim: Any, shape: Shape, d: dt.DType, generator: Generator | None) -> Node:
    if d.is_complex:            # both parts drawn; the normal numbers have variance 1 together
        parts = bind(prim, (generator or default_generator).draw(), ((*shape, 2), d.to_real().name))
        return bind(plane.as_complex_p, (parts * math.sqrt(0.5) if prim is random_normal else parts,))
    if not d.is_floating_point:
        raise DTypeError(f"dtype is {d.name}", op=prim.name, expected="a floating-point dtype",
                         fix="Use randint.")
    return bind(prim, (generator or default_generator).draw(), (shape, d.name))


def _random(name: str, prim: Any, doc: str) -> Any:
    def fn(*sizes: Any, size: Any = None, dtype: Any = None, device: Any = None, requires_grad: bool = False,
           generator: Generator | None = None, layout: Any = None, pin_memory: bool = False) -> Tensor:
        d = as_dtype(dtype) if dtype is not None else default()
        shape = shape_of(sizes if size is None else (size,), name)
        return _made(draw(prim, shape, d, generator), requires_grad, device)

    def like(input: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False,
             memory_format: Any = None, layout: Any = None, generator: Generator | None = None) -> Tensor:
        x = need_tensor(input, name + "_like")
        return fn(*x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad, generator=generator)
    fn.__name__ = fn.__qualname__ = name
    like.__name__ = like.__qualname__ = name + "_like"
    fn.__doc__ = doc
    like.__doc__ = f"{name} of the size and dtype of a tensor."
    return fn, like


rand, rand_like = _random("rand", random_uniform, "Uniform numbers on [0, 1).")
randn, randn_like = _random("randn", random_normal, "Standard normal numbers.")


def randint(low: Any = None, high: Any = None, size: Any = None, *, generator: Generator | None = None,
            dtype: Any = None, device: Any = None, requires_grad: bool = False, layout: Any = None,
            pin_memory: bool = False) -> Tensor:
    """Integers low, ..., high - 1 with equal probability: randint(high, size) or randint(low, high, size).

    >>> import retrograd as rg
    >>> rg.randint(5, size=(2, 3)).shape, rg.randint(high=5, size=(2,)).shape
    (retrograd.Size([2, 3]), retrograd.Size([2]))
    """
    if size is None:
        low, high, size = 0, low, high
    elif high is None or low is None:
        low, high = 0, low if high is None else high
    if high is None or size is None:
        raise ArgumentTypeError("no size is given", op="randint", expected="randint(high, size) or "
                                "randint(low, high, size)")
    if high <= low:
        raise ArgumentError(f"from {low} to {high} there is no integer", op="randint", expected="low < high")
    node = bind(random_int, (generator or default_generator).draw(), (shape_of((size,), "randint"), int(low),
                                                                      int(high)))
    return _made(node if dtype is None else lin.cast(node, as_dtype(dtype)), requires_grad, device)


def randperm(n: int, *, generator: Generator | None = None, dtype: Any = None, device: Any = None,
             requires_grad: bool = False, layout: Any = None, pin_memory: bool = False) -> Tensor:
    """The numbers 0, ..., n - 1 in random order."""
    keys = bind(random_uniform, (generator or default_generator).draw(), ((n,), "float64"))
    order = bind(argsort, (keys,), (0, False))
    return _made(order if dtype is None else lin.cast(order, as_dtype(dtype)), requires_grad, device)


def normal(mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None,
           dtype: Any = None, device: Any = None, layout: Any = None, requires_grad: bool = False) -> Tensor:
    """Normal numbers with given mean and standard deviation (numbers with a size, or tensors)."""
    if size is None:
        like = mean if isinstance(mean, TensorBase) else std
        if not isinstance(like, TensorBase):
            raise ArgumentTypeError("mean and std are numbers and no size is given", op="normal",
                                    expected="a size, or tensors", fix="Use normal(mean, std, size).")
        if isinstance(mean, TensorBase) and isinstance(std, TensorBase):
            like = mean + std * 0                   # type: ignore[operator]
        size, dtype = like.shape, dtype or like.dtype
    drawn = randn(*size, generator=generator, dtype=dtype, device=device) * std + mean
    return drawn.requires_grad_() if requires_grad else drawn


def bernoulli(input: Any, p: Any = None, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that input holds (or with probability p), else 0. No derivative."""
    x = need_tensor(input, "bernoulli")
    if not x.dtype.is_floating_point:
        raise DTypeError(f"input is {x.dtype.name}", op="bernoulli", expected="a floating-point tensor")
    u = rand(*x.shape, generator=generator, dtype=x.dtype)
    return (u < (input if p is None else p)).to(x.dtype)


def manual_seed(seed: int) -> Generator:
    """Seed the default generator. Streams are reproducible here;
    they are not PyTorch's streams bit for bit."""
    return default_generator.manual_seed(seed)


def positions(shape: Shape, axis: int, dtype: dt.DType = int64) -> Node:
    """A node that counts along one axis."""
    return bind(iota, (), (shape, axis, dtype.name))


def _typed(name: str, d: dt.DType) -> Any:
    def fn(*args: Any) -> Tensor:
        if len(args) == 1 and not isinstance(args[0], int):
            return tensor(args[0], dtype=d)
        return zeros(*args, dtype=d)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = f"A {d.name} tensor from data, or of given sizes."
    return fn


FloatTensor, DoubleTensor = _typed("FloatTensor", dt.float32), _typed("DoubleTensor", dt.float64)
HalfTensor, BFloat16Tensor = _typed("HalfTensor", dt.float16), _typed("BFloat16Tensor", dt.bfloat16)
LongTensor, IntTensor = _typed("LongTensor", int64), _typed("IntTensor", dt.int32)
ShortTensor, CharTensor = _typed("ShortTensor", dt.int16), _typed("CharTensor", dt.int8)
ByteTensor, BoolTensor = _typed("ByteTensor", dt.uint8), _typed("BoolTensor", bool_)


Generator.device = property(lambda self: Device(), doc="device('cpu').")        # type: ignore[attr-defined]
