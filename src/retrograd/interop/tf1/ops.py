"""The operations of the static graph, by TensorFlow 1's names and arguments, each over one of Retrograd's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.dtype import DType, as_dtype
from retrograd.base.errors import ArgumentError, DTypeError, ShapeError
from retrograd.base.shape import Shape
from retrograd.engine.random import Generator
from retrograd.functional import elementwise as e
from retrograd.functional import products
from retrograd.functional import reduce as r
from retrograd.functional import shape as s
from retrograd.functional.activation import log_softmax
from retrograd.functional.indexing import getitem
from retrograd.functional.lookup import one_hot as one_hot_of
from retrograd.functional.places import index_select
from retrograd.interop.tf1.graph import Node, Operation, Variable, as_node, as_nodes, state
from retrograd.tensors import create
from retrograd.tensors.create import full, tensor
from retrograd.tensors.tensor import Tensor


# ---------------------------------------------------------------- sources
def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Node:
    """A value that each run feeds; None in the shape is a size that may differ from run to run.

    >>> placeholder(dt.float32, (None, 3), name="x_doc").get_shape().as_list()
    [None, 3]
    """
    sizes = None if shape is None else tuple(None if n is None or n == -1 else int(n) for n in shape)
    return Node("Placeholder", (), None, name=name, shape=sizes, dtype=as_dtype(dtype))


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None, **_: Any) -> Node:
    """A fixed value: Python floats are float32, ints int32; a number fills `shape`."""
    base = as_node(value, None if dtype is None else as_dtype(dtype))
    if shape is None:
        return base
    return Node(
        "Const",
        (base,),
        lambda x: x.expand(tuple(shape)) if x.numel() == 1 else x.reshape(tuple(shape)),
        name=name,
    )


def _sized(op: str, shape: Any, make: Callable[[Shape], Tensor], dtype: DType, name: str | None) -> Node:
    """A node whose shape is given as ints, or as a node (or a list with nodes in it) known when it runs."""
    if isinstance(shape, Node) or any(isinstance(n, Node) for n in _listed(shape)):
        sizes = shape if isinstance(shape, Node) else stack(shape)
        return Node(op, (sizes,), lambda n: make(tuple(n.tolist())), name=name, dtype=dtype, infer=False)
    fixed = tuple(int(n) for n in _listed(shape))
    return Node(op, (), lambda: make(fixed), name=name, shape=fixed, dtype=dtype, infer=False)


def _listed(shape: Any) -> list[Any]:
    return (
        list(shape)
        if isinstance(shape, (list, tuple, np.ndarray))
        else []
        if isinstance(shape, Node)
        else [shape]
    )


def zeros(shape: Any, dtype: Any = dt.float32, name: str | None = None) -> Node:
    """Zeros of a shape."""
    d = as_dtype(dtype)
    return _sized("zeros", shape, lambda n: create.zeros(n, dtype=d), d, name)


def ones(shape: Any, dtype: Any = dt.float32, name: str | None = None) -> Node:
    """Ones of a shape."""
    d = as_dtype(dtype)
    return _sized("ones", shape, lambda n: create.ones(n, dtype=d), d, name)


def fill(dims: Any, value: Any, name: str | None = None) -> Node:
    """One value in a shape."""
    d = as_node(value).dtype
    return _sized("Fill", dims, lambda n: full(n, value, dtype=d), d, name)


def _random(op: str, shape: Any, dtype: Any, seed: int | None, name: str | None,
            draw: Callable[[Shape, DType, Generator | None], Tensor]) -> Node:
    generator = None if seed is None else Generator().manual_seed(seed)
    d = as_dtype(dtype)
    return _sized(op, shape, lambda n: draw(n, d, generator), d, name)


def random_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = dt.float32,
                  seed: int | None = None, name: str | None = None) -> Node:
    """Normal numbers, new ones in every run."""
    return _random("random_normal", shape, dtype, seed, name,
                   lambda n, d, g: create.randn(*n, dtype=d, generator=g) * stddev + mean)


def random_uniform(shape: Any, minval: float = 0, maxval: float | None = None, dtype: Any = dt.float32,
                   seed: int | None = None, name: str | None = None) -> Node:
    """Uniform numbers on [minval, maxval), new ones in every run."""
    high = 1 if maxval is None else maxval
    if not as_dtype(dtype).is_floating_point:
        return _random("random_uniform", shape, dtype, seed, name,
                       lambda n, d, g: create.randint(minval, high, n, dtype=d, generator=g))
    return _random("random_uniform", shape, dtype, seed, name,
                   lambda n, d, g: create.rand(*n, dtype=d, generator=g) * (high - minval) + minval)


def _within_two(n: Shape, d: DType, g: Generator | None) -> Tensor:
    """Normal numbers with those beyond two deviations drawn again."""
    x = create.randn(*n, dtype=d, generator=g)
    while bool((e.abs(x) > 2).any()):       # type: ignore[attr-defined]
        x = e.where(e.abs(x) > 2, create.randn(*n, dtype=d, generator=g), x)
    return x


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = dt.float32,
                     seed: int | None = None, name: str | None = None) -> Node:
    """Normal numbers within two standard deviations, new ones in every run."""
    return _random(
        "truncated_normal", shape, dtype, seed, name, lambda n, d, g: _within_two(n, d, g) * stddev + mean
    )


def set_random_seed(seed: int) -> None:
    """Seed what `random_normal` and the like draw from."""
    create.manual_seed(seed)


# ---------------------------------------------------------------- pointwise
def _unary(op: str, fn: Callable[[Any], Any], doc: str) -> Callable[..., Node]:
    def make(x: Any, name: str | None = None) -> Node:
        return Node(op, (as_node(x),), fn, name=name)
    make.__name__ = make.__qualname__ = op
    make.__doc__ = doc
    return make


def _binary(op: str, fn: Callable[[Any, Any], Any], doc: str) -> Callable[..., Node]:
    def make(x: Any, y: Any, name: str | None = None) -> Node:
        return Node(op, as_nodes(op, x, y), fn, name=name)
    make.__name__ = make.__qualname__ = op
    make.__doc__ = doc
    return make


square = _unary("Square", e.square, "x times x.")
sqrt, exp, log = (
    _unary("Sqrt", e.sqrt, "Square root."),
    _unary("Exp", e.exp, "e**x."),
    _unary("Log", e.log, "Logarithm."),
)
sin, cos, tanh = (
    _unary("Sin", e.sin, "Sine."),
    _unary("Cos", e.cos, "Cosine."),
    _unary("Tanh", e.tanh, "Tangent h."),
)
sigmoid = _unary("Sigmoid", e.sigmoid, "1/(1 + e**-x).")
negative, sign = _unary("Neg", e.neg, "-x."), _unary("Sign", e.sign, "-1, 0 or 1.")
abs = _unary("Abs", e.abs, "|x|.")
round = _unary("Round", e.round, "To the nearest integer.")
floor = _unary("Floor", e.floor, "The largest integer not above x.")
logical_not = _unary("LogicalNot", e.logical_not, "True where x is false.")
is_nan = _unary("IsNan", e.isnan, "True where x is nan.")
identity = _unary("Identity", lambda x: x, "x under another name.")
stop_gradient = _unary("StopGradient", lambda x: x.detach(), "x without a derivative.")
zeros_like = _unary("zeros_like", create.zeros_like, "Zeros of the shape and dtype of x.")
ones_like = _unary("ones_like", create.ones_like, "Ones of the shape and dtype of x.")

add, subtract = _binary("add", e.add, "x + y."), _binary("sub", e.sub, "x - y.")
multiply = _binary("mul", e.mul, "x * y.")
divide = _binary("truediv", e.div, "x / y.")
floordiv = _binary("floordiv", e.floor_divide, "x // y.")
mod = _binary("mod", e.remainder, "x % y, of the sign of y.")
pow = _binary("pow", e.pow, "x**y.")
maximum, minimum = _binary("Maximum", e.maximum, "The larger."), _binary("Minimum", e.minimum, "The smaller.")
equal, not_equal = _binary("Equal", e.eq, "x == y."), _binary("NotEqual", e.ne, "x != y.")
less, less_equal = _binary("Less", e.lt, "x < y."), _binary("LessEqual", e.le, "x <= y.")
greater, greater_equal = _binary("Greater", e.gt, "x > y."), _binary("GreaterEqual", e.ge, "x >= y.")
logical_and = _binary("LogicalAnd", e.logical_and, "True where both are.")
logical_or = _binary("LogicalOr", e.logical_or, "True where one is.")
squared_difference = _binary("SquaredDifference", lambda x, y: e.square(e.sub(x, y)), "(x - y)**2.")
sub, mul, div, truediv, neg = subtract, multiply, divide, divide, negative


def add_n(inputs: Any, name: str | None = None) -> Node:
    """The sum of several nodes."""
    return Node("AddN", as_nodes("AddN", *inputs), lambda *xs: sum(xs[1:], xs[0]), name=name)


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Node:
    """x where the condition is true, else y."""
    return Node("Select", (as_node(condition), *as_nodes("Select", x, y)), e.where, name=name)


def cast(x: Any, dtype: Any, name: str | None = None) -> Node:
    """x in another dtype."""
    d = as_dtype(dtype)
    return Node("Cast", (as_node(x),), lambda t: t.to(d), name=name)


to_float = _unary("ToFloat", lambda x: x.to(dt.float32), "x as float32.")


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Node:
    """t, at least and at most."""
    return Node("clip_by_value", as_nodes("clip_by_value", t, clip_value_min, clip_value_max),
                lambda x, low, high: e.minimum(e.maximum(x, low), high), name=name)


# ---------------------------------------------------------------- reductions
def _axes(op: str, axis: Any, *older: Any) -> Any:
    given = [a for a in (axis, *older) if a is not None]
    if len(given) > 1:
        raise ArgumentError("axis is given twice, under an older name too", op=op)
    axis = given[0] if given else None
    return tuple(axis) if isinstance(axis, (list, np.ndarray)) else axis


def _reduction(op: str, fn: Callable[..., Any], doc: str) -> Callable[..., Node]:
    def make(input_tensor: Any, axis: Any = None, keepdims: bool | None = None, name: str | None = None,
             reduction_indices: Any = None, keep_dims: bool | None = None) -> Node:
        over, keep = _axes(op, axis, reduction_indices), bool(keepdims or keep_dims)
        return Node(op, (as_node(input_tensor),), lambda x: fn(x, over, keep), name=name)
    make.__name__ = make.__qualname__ = op
    make.__doc__ = doc
    return make


def _product(x: Any, over: Any, keep: bool) -> Any:
    for d in sorted(
        (a % x.ndim for a in ((over,) if isinstance(over, int) else over or range(x.ndim))), reverse=True
    ):
        x = r.prod(x, d, True) if keep else r.prod(x, d)
    return x


reduce_sum = _reduction(
    "Sum", lambda x, over, keep: r.sum(x, over, keep, dtype=x.dtype), "The sum over axes."
)
reduce_mean = _reduction("Mean", r.mean, "The mean over axes.")
reduce_max, reduce_min = _reduction("Max", r.amax, "The largest."), _reduction("Min", r.amin, "The smallest.")
reduce_prod = _reduction("Prod", _product, "The product over axes.")
reduce_all, reduce_any = (
    _reduction("All", r.all, "Whether all are true."),
    _reduction("Any", r.any, "Whether one is."),
)
reduce_logsumexp = _reduction("LogSumExp", lambda x, over, keep: r.logsumexp(
    x, tuple(range(x.ndim)) if over is None else over, keep), "log(sum(e**x)).")


def _arg(op: str, fn: Callable[..., Any], which: str) -> Callable[..., Node]:
    def make(input: Any, axis: int | None = None, name: str | None = None, dimension: int | None = None,
             output_type: Any = dt.int64) -> Node:
        over = _axes(op, axis, dimension)
        d = as_dtype(output_type)
        return Node(op, (as_node(input),), lambda x: fn(x, 0 if over is None else over).to(d), name=name)
    make.__name__ = make.__qualname__ = op
    make.__doc__ = f"Where the {which} lies along an axis (0 by default)."
    return make


argmax, argmin = _arg("ArgMax", r.argmax, "largest"), _arg("ArgMin", r.argmin, "smallest")
arg_max, arg_min = argmax, argmin


# ---------------------------------------------------------------- matrices and shapes
def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, name: str | None = None,
           **_: Any) -> Node:
    """The matrix product, of either transposed if asked."""
    def compute(x: Any, y: Any) -> Any:
        return products.matmul(x.mT if transpose_a else x, y.mT if transpose_b else y)
    return Node("MatMul", as_nodes("MatMul", a, b), compute, name=name)


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Node:
    """The sum of products over pairs of axes."""
    return Node(
        "Tensordot", as_nodes("Tensordot", a, b), lambda x, y: products.tensordot(x, y, axes), name=name
    )


def transpose(a: Any, perm: Any = None, name: str | None = None) -> Node:
    """The axes in another order, reversed by default."""
    return Node(
        "transpose",
        (as_node(a),),
        lambda x: s.permute(x, tuple(range(x.ndim))[::-1] if perm is None else tuple(perm)),
        name=name,
    )


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Node:
    """The same elements in another shape; one size may be -1."""
    x = as_node(tensor)
    if isinstance(shape, Node) or any(isinstance(n, Node) for n in _listed(shape)):
        sizes = shape if isinstance(shape, Node) else stack(shape)
        return Node(
            "Reshape",
            (x, sizes),
            lambda t, n: s.reshape(t, tuple(n.tolist())),
            name=name,
            dtype=x.dtype,
            infer=False,
        )
    return Node("Reshape", (x,), lambda t: s.reshape(t, tuple(_listed(shape))), name=name)


def shape(input: Any, name: str | None = None, out_type: Any = dt.int32) -> Node:
    """The shape as a vector of integers, when it runs."""
    x, d = as_node(input), as_dtype(out_type)
    return Node("Shape", (x,), lambda t: tensor(list(t.shape), dtype=d), name=name, dtype=d, infer=False,
                shape=None if x.sizes is None else (len(x.sizes),))


def expand_dims(input: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Node:
    """A new axis of size 1."""
    at = _axes("ExpandDims", axis, dim)
    return Node("ExpandDims", (as_node(input),), lambda x: s.unsqueeze(x, at), name=name)


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Node:
    """Without axes of size 1 (those given, or all)."""
    at = _axes("Squeeze", axis, squeeze_dims)
    return Node(
        "Squeeze", (as_node(input),), lambda x: s.squeeze(x) if at is None else s.squeeze(x, at), name=name
    )


def concat(values: Any, axis: int, name: str | None = None) -> Node:
    """Nodes one after the other along an axis."""
    return Node("concat", as_nodes("concat", *values), lambda *xs: s.cat(xs, axis), name=name)


def stack(values: Any, axis: int = 0, name: str | None = None) -> Node:
    """Nodes along a new axis."""
    return Node("stack", as_nodes("stack", *values), lambda *xs: s.stack(xs, axis), name=name)


def tile(input: Any, multiples: Any, name: str | None = None) -> Node:
    """Repeated so often along each axis."""
    return Node("Tile", (as_node(input),), lambda x: s.tile(x, tuple(multiples)), name=name)


def gather(params: Any, indices: Any, name: str | None = None, axis: int = 0, **_: Any) -> Node:
    """Slices of params by index."""
    def compute(x: Any, i: Any) -> Any:
        flat = index_select(x, axis, i.reshape(-1))
        at = axis % x.ndim
        return flat.reshape(*x.shape[:at], *i.shape, *x.shape[at + 1:])
    return Node("GatherV2", (as_node(params), as_node(indices)), compute, name=name)


def one_hot(indices: Any, depth: int, on_value: Any = None, off_value: Any = None, axis: int | None = None,
            dtype: Any = None, name: str | None = None) -> Node:
    """on_value (1) where the last axis counts to the index, off_value (0) elsewhere."""
    if axis not in (None, -1):
        raise ArgumentError(f"axis is {axis}", op="one_hot", expected="-1")
    d = dt.float32 if dtype is None else as_dtype(dtype)
    on, off = 1 if on_value is None else on_value, 0 if off_value is None else off_value
    return Node(
        "one_hot",
        (as_node(indices),),
        lambda i: one_hot_of(i.long(), depth).to(d) * (on - off) + off,
        name=name,
    )


def softmax_cross_entropy(labels: Any, logits: Any) -> Any:
    """-sum(labels * log softmax(logits)) over the last axis."""
    return e.neg(r.sum(e.mul(labels, log_softmax(logits, -1)), -1))


# ---------------------------------------------------------------- variables
def assign(ref: Variable, value: Any, name: str | None = None, **_: Any) -> Operation:
    """An operation that gives a variable a new value."""
    return _assignment("Assign", ref, value, lambda old, new: new, name)


def assign_add(ref: Variable, value: Any, name: str | None = None, **_: Any) -> Operation:
    """An operation that adds to a variable."""
    return _assignment("AssignAdd", ref, value, e.add, name)


def assign_sub(ref: Variable, value: Any, name: str | None = None, **_: Any) -> Operation:
    """An operation that subtracts from a variable."""
    return _assignment("AssignSub", ref, value, e.sub, name)


def _assignment(
    op: str, ref: Variable, value: Any, combine: Callable[[Any, Any], Any], name: str | None
) -> Operation:
    if not isinstance(ref, Variable):
        raise DTypeError(f"ref is a {type(ref).__name__}", op=op, expected="a Variable")
    node = as_node(value, ref.dtype)

    def updates(values: list[Tensor], step: Any) -> dict[Any, Tensor]:
        new = combine(step.session.values.get(ref), values[0]).detach()
        if ref.sizes is not None and tuple(new.shape) != ref.sizes:
            raise ShapeError(f"the new value has shape {tuple(new.shape)}, the variable {ref.sizes}",
                             op=f"{op} '{ref.full_name}'", expected="equal shapes", where=ref.where)
        return {ref: new}
    # What reads the variable has it as an input: one without a value is then named.
    return Operation(name or op, (node,) if op == "Assign" else (node, ref), updates)


def variables_initializer(var_list: Any, name: str = "init") -> Operation:
    """An operation that gives variables their initial values, in order of creation."""
    chosen = list(var_list)

    def updates(_: list[Tensor], step: Any) -> dict[Any, Tensor]:
        values: dict[Any, Tensor] = {}
        for v in chosen:
            inner = type(step)(step.session, {})
            inner.compute([v.initial])
            values[v] = step.session.values[v] = inner.values[v.initial].detach().clone()
        return values
    return Operation(name, (), updates)


def global_variables_initializer() -> Operation:
    """An operation that gives all variables of the graph so far their initial values."""
    return variables_initializer(state.graphs[-1].variables)


initialize_all_variables = global_variables_initializer


def global_variables(scope: Any = None) -> list[Variable]:
    """The variables of the graph."""
    return list(state.graphs[-1].variables)


def trainable_variables(scope: Any = None) -> list[Variable]:
    """The variables that optimizers train."""
    return [v for v in state.graphs[-1].variables if v.trainable]


def group(*inputs: Any, name: str | None = None, **_: Any) -> Operation:
    """An operation that does several."""
    operations = [o for o in inputs if isinstance(o, Operation)]
    starts = [0]
    for o in operations:
        starts.append(starts[-1] + len(o.inputs))

    def updates(values: list[Tensor], step: Any) -> dict[Any, Tensor]:
        done: dict[Any, Tensor] = {}
        for o, a, b in zip(operations, starts, starts[1:]):
            done.update(o.updates(values[a:b], step))
            step.session.values.update(done)
        return done
    return Operation(name or "group_deps", [i for o in operations for i in o.inputs], updates)


def no_op(name: str | None = None) -> Operation:
    """An operation that does nothing."""
    return Operation(name or "NoOp", (), lambda values, step: {})


def install() -> None:
    """Operators of Node."""
    for symbol, fn in (
        ("add", add),
        ("sub", subtract),
        ("mul", multiply),
        ("truediv", divide),
        ("floordiv", floordiv),
        ("mod", mod),
        ("pow", pow),
        ("matmul", matmul),
        ("and", logical_and),
        ("or", logical_or),
    ):
        setattr(Node, f"__{symbol}__", lambda self, other, fn=fn: fn(self, other))
        setattr(Node, f"__r{symbol}__", lambda self, other, fn=fn: fn(other, self))
    for symbol, fn in (
        ("lt", less),
        ("le", less_equal),
        ("gt", greater),
        ("ge", greater_equal),
        ("neg", negative),
        ("abs", abs),
        ("invert", logical_not),
    ):
        setattr(Node, f"__{symbol}__", lambda self, *other, fn=fn: fn(self, *other))
    Node.__getitem__ = lambda self, key: Node(      # type: ignore[attr-defined]
        "strided_slice", (self,), lambda x: getitem(x, key))
    for name, method in (("assign", assign), ("assign_add", assign_add), ("assign_sub", assign_sub)):
        setattr(Variable, name, method)
    Variable.initializer = property(lambda self: variables_initializer([self]))  # type: ignore[attr-defined]


install()
