"""autograd.Function: an operation whose derivative the user writes.

A call becomes one `call` node (see autodiff/custom.py). Its rules are operations on tensors, so they can be
differentiated in their turn, batched by vmap, and run while a backward is recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from retrograd.autodiff.batching import batch
from retrograd.autodiff.custom import call_node, output, record_call
from retrograd.autodiff.levels import Level, outside
from retrograd.autodiff.passage import alias_of
from retrograd.autodiff.reverse import pullback
from retrograd.base.errors import (
    ArgumentTypeError,
    AutogradError,
    InplaceError,
    ShapeError,
)
from retrograd.base.modes import enable_grad, local, modes, no_grad
from retrograd.graph.node import PLAIN, TRACKED, Node, bind, hole, line_text, recorder
from retrograd.graph.wrapping import TensorBase
from retrograd.ops import linear as lin
from retrograd.ops.constant import stop
from retrograd.tensors.saving import Saved, with_history
from retrograd.tensors.tensor import Tensor


class FunctionCtx:
    """What a call remembers from forward to backward. Any attribute may be set on it."""

    needs_input_grad: tuple[bool, ...]

    def __init__(self) -> None:
        self.needs_input_grad = ()
        self._saved: tuple[Any, ...] = ()
        self._saved_forward: tuple[Any, ...] | None = None
        self._dirty: tuple[Any, ...] = ()
        self._constant: tuple[Any, ...] = ()
        self._materialize = True
        self._read: Callable[[], tuple[Any, ...]] | None = None

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keep tensors (or None) for `saved_tensors` in backward: inputs, outputs or anything between."""
        self._saved = _only_tensors(tensors, "save_for_backward")

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keep tensors (or None) for `saved_tensors` in jvp; else it reads those of save_for_backward."""
        self._saved_forward = _only_tensors(tensors, "save_for_forward")

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Say which inputs forward changes in place. They must be returned as outputs."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Say which outputs have no derivative."""
        self._constant = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """False: backward gets None, not zeros, for an output that plays no part."""
        self._materialize = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What save_for_backward kept."""
        if self._read is not None:
            return self._read()
        return self._saved

    saved_variables = saved_tensors


def _only_tensors(tensors: tuple[Any, ...], op: str) -> tuple[Any, ...]:
    for k, t in enumerate(tensors):
        if t is not None and not isinstance(t, TensorBase):
            raise ArgumentTypeError(
                f"argument {k} is a {type(t).__name__}",
                op=op,
                expected="tensors or None",
                fix="Keep anything else as an attribute, e.g.  ctx.size = n .",
            )
    return tensors


class _Kept(NamedTuple):
    """A saved tensor: a node, or the number of the output that it is; what hooks made of its value."""

    node: Node | None
    output: int | None
    packed: Saved | None = None


class Function:
    """Base of operations with a derivative of the user's own.

    Write `forward(ctx, *args)` (or `forward(*args)` with `setup_context(ctx, inputs, output)`) and
    `backward(ctx, *grad_outputs)`, which returns one gradient (or None) for each argument of forward:
    grad_input_i = sum_k J_ki^T grad_output_k. Call it by `apply`. `jvp(ctx, *tangents)` gives forward mode a
    rule of its own (without it, the transpose of backward is used), `vmap(info, in_dims, *args)` gives vmap
    one (without it, forward and backward are batched as any operations).

    >>> import retrograd as rg
    >>> class Cube(rg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x ** 3
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         x, = ctx.saved_tensors
    ...         return 3 * x ** 2 * g
    >>> x = rg.tensor(2., requires_grad=True)
    >>> Cube.apply(x).backward()
    >>> x.grad
    tensor(12.)
    """

    generate_vmap_rule = False

    def __init__(self, *_: Any, **__: Any) -> None:
        raise AutogradError(f"{type(self).__name__} is not to be instantiated", op="Function",
                            fix=f"Make its methods static and call  {type(self).__name__}.apply(...) .")

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """The value; see the class."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Save what backward needs, where forward takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Gradients of the arguments; see the class."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to "
            "use it with backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Tangents of the outputs; see the class."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """(outputs, out_dims) for arguments that hold many examples; see the class."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must define the vmap static method."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call the operation. Tensors among the arguments are differentiated, anything else is passed on."""
        if kwargs:
            raise ArgumentTypeError(f"{cls.__name__}.apply() takes no keyword arguments", op="Function.apply",
                                    got=", ".join(kwargs), fix="Pass them by position.")
        return _applied(cls, args)


def _own(cls: type[Function], name: str) -> bool:
    """Whether a class brings its own version of a method."""
    return getattr(cls, name) is not getattr(Function, name)


# ---------------------------------------------------------------- the call
def _applied(cls: type[Function], args: tuple[Any, ...]) -> Any:
    tensors = [k for k, a in enumerate(args) if isinstance(a, TensorBase)]
    inputs = tuple(args[k].node for k in tensors)
    ctx = FunctionCtx()
    ctx.needs_input_grad = tuple(isinstance(a, TensorBase) and bool(a.node.rg) for a in args)
    tracked = modes.grad and any(n.rg for n in inputs)
    leaves = [k for k in tensors if args[k].is_leaf and args[k].requires_grad]
    with no_grad():
        out = _forward(cls, ctx, args)
    single = not isinstance(out, tuple)
    outs = (out,) if single else out
    places = [k for k, y in enumerate(outs) if isinstance(y, TensorBase)]
    dirty = {id(t) for t in ctx._dirty}
    if tracked and any(id(args[k]) in dirty for k in leaves):
        raise InplaceError("a leaf that requires grad is changed in place", op=cls.__name__,
                           fix="Pass  x.clone() .")
    values = [_plain(outs[k].node) for k in places]
    constant = {id(t) for t in ctx._constant}
    call = _Call(cls, ctx, args, tensors, inputs, values, [id(outs[k]) for k in places])
    keeps = tuple(kept.node for kept in call.kept if kept.node is not None)
    nodes = record_call(call, inputs, values, [id(outs[k]) not in constant for k in places], keeps) \
        if inputs and values else values
    result = list(outs)
    for k, n in zip(places, nodes):
        if id(outs[k]) in dirty:
            outs[k]._store(n)               # the same tensor, now with this history
        else:
            result[k] = Tensor(n)
    return result[0] if single else tuple(result)


def _plain(n: Node) -> Node:
    return bind(stop, (n,)) if n.rg else n


def _forward(cls: type[Function], ctx: FunctionCtx, args: tuple[Any, ...]) -> Any:
    if not _own(cls, "setup_context"):
        return cls.forward(ctx, *args)
    level = next((one for one in reversed(modes.levels) if one.size is not None), None)
    if level is not None and _own(cls, "vmap"):
        out = _mapped(cls, level, args)
    else:
        out = cls.forward(*args)
    cls.setup_context(ctx, args, out)
    return out


class VmapInfo(NamedTuple):
    """What the vmap method of a Function is told: the number of examples, and the kind of randomness."""

    batch_size: int
    randomness: str


def _mapped(cls: type[Function], level: Level, args: tuple[Any, ...]) -> Any:
    """The value by the class's own vmap rule, as one example sees it."""
    tensors = [k for k, a in enumerate(args) if isinstance(a, TensorBase)]
    found = batch([args[k].node for k in tensors], level.given, level.size)
    in_dims: list[int | None] = [None] * len(args)
    many = list(args)
    for k, (n, batched) in zip(tensors, found):
        many[k], in_dims[k] = Tensor(n), 0 if batched else None
    with outside(level):
        out, out_dims = cls.vmap(VmapInfo(level.size, level.randomness), tuple(in_dims), *many)
    single = not isinstance(out, tuple)
    outs = (out,) if single else out
    dims = (out_dims,) * len(outs) if not isinstance(out_dims, tuple) else out_dims
    one = []
    for y, d in zip(outs, dims):
        if not isinstance(y, TensorBase) or d is None:
            one.append(y)
            continue
        n = y.node
        d %= n.ndim
        n = lin.permute(n, (d, *(k for k in range(n.ndim) if k != d)))
        h = hole(n.shape[1:], n.dtype, TRACKED if n.rg else PLAIN)
        level.given[h] = n
        one.append(Tensor(h))
    return one[0] if single else tuple(one)


# ---------------------------------------------------------------- its rules
class _Call:
    """One call as autodiff sees it. It holds inputs and saved values, never the nodes of its outputs."""

    def __init__(self, cls: type[Function], ctx: FunctionCtx, args: tuple[Any, ...], tensors: Sequence[int],
                 inputs: tuple[Node, ...], values: Sequence[Node], outputs: Sequence[int]) -> None:
        self.cls, self.ctx, self.inputs, self.values = cls, ctx, inputs, list(values)
        self.outputs = len(values)
        self.count, self.tensors = len(args), list(tensors)
        self.kept = [_kept(t, outputs) for t in ctx._saved]
        self.kept_forward = (
            None if ctx._saved_forward is None else [_kept(t, outputs) for t in ctx._saved_forward]
        )
        # The tensors themselves may be written to before backward; their nodes are what they were.
        ctx._saved, ctx._saved_forward, ctx._dirty, ctx._constant = (), None, (), ()

    def _saved(self, kept: Sequence[_Kept]) -> tuple[Any, ...]:
        node = None
        out: list[Any] = []
        for k in kept:
            if k.output is not None:
                node = node or call_node(self, self.inputs)
                value = self.values[k.output] if k.packed is None else k.packed.again()
                out.append(Tensor(output(node, value, k.output) if value.dtype.smooth else value))
            else:
                out.append(None if k.node is None else Tensor(k.node) if k.packed is None else
                           Tensor(with_history(k.packed.again(), k.node)))
        return tuple(out)

    def _with_saved(self, rule: Callable[..., Any], given: list[Any], kept: Sequence[_Kept]) -> Any:
        self.ctx._read = lambda: self._saved(kept)
        try:
            return rule(self.ctx, *given)
        finally:
            self.ctx._read = None

    def _materialized(self, node: Node | None, like: Node) -> Any:
        if node is not None:
            return Tensor(node)
        return Tensor(lin.zeros(like.aval)) if self.ctx._materialize else None

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        """The user's backward."""
        given = [self._materialized(g, v) for g, v in zip(cotangents, self.values)]
        rule = self.cls.vjp if _own(self.cls, "vjp") else self.cls.backward
        found = self._with_saved(rule, given, self.kept)
        return self._checked(found if isinstance(found, tuple) else (found,))

    def _checked(self, found: tuple[Any, ...]) -> list[Node | None]:
        name = f"{self.cls.__name__}.backward"
        if len(found) > self.count and all(g is None for g in found[self.count:]):
            found = found[:self.count]
        if len(found) != self.count:
            raise AutogradError(
                f"it returned an incorrect number of gradients (expected {self.count}, got {len(found)})",
                op=name,
                where=line_text(recorder.where),
                expected="one for each argument of forward, None for those without a derivative",
            )
        at = {k: i for i, k in enumerate(self.tensors)}
        shares: list[Node | None] = [None] * len(self.tensors)
        for k, g in enumerate(found):
            if g is None:
                continue
            if k not in at:
                raise AutogradError(f"it returned a gradient different from None at position {k}, but the "
                                    "corresponding argument of forward was not a Tensor", op=name,
                                    where=line_text(recorder.where), fix="Return None there.")
            if not isinstance(g, TensorBase):
                raise ArgumentTypeError(
                    f"gradient {k} is a {type(g).__name__}",
                    op=name,
                    expected="a Tensor or None",
                    where=line_text(recorder.where),
                )
            shares[at[k]] = _fitted(g.node, self.inputs[at[k]], k, name)
        return shares

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        """The user's jvp, or the transpose of backward."""
        if not _own(self.cls, "jvp"):
            return self._transposed(tangents)
        given: list[Any] = [None] * self.count
        for k, t, x in zip(self.tensors, tangents, self.inputs):
            given[k] = self._materialized(t, x) if x.dtype.smooth else None
        found = self._with_saved(
            self.cls.jvp, given, self.kept if self.kept_forward is None else self.kept_forward
        )
        found = found if isinstance(found, tuple) else (found,)
        if len(found) != self.outputs:
            raise AutogradError(f"it returned {len(found)} tangents for {self.outputs} outputs",
                                op=f"{self.cls.__name__}.jvp", expected="one for each output, or None")
        for k, (t, v) in enumerate(zip(found, self.values)):
            if t is not None and t.node.shape != v.shape:
                raise ShapeError(f"tangent {k} has shape {t.node.shape}, the output {v.shape}",
                                 op=f"{self.cls.__name__}.jvp", expected="equal shapes")
        return [None if t is None else t.node for t in found]

    def _transposed(self, tangents: list[Node | None]) -> list[Node | None]:
        """backward is linear in g: g -> J^T g. Its own pullback at dx is J dx."""
        there = [k for k, t in enumerate(tangents) if t is not None]
        with enable_grad():
            probes = [alias_of(lin.zeros(v.aval)) if v.dtype.smooth else None for v in self.values]
            shares = self.pullback(list(probes))
            roots = [(shares[k], tangents[k]) for k in there if shares[k] is not None]
            ends = [p for p in probes if p is not None]
            found = pullback(
                [r for r, _ in roots if r is not None],
                [t for _, t in roots if t is not None],
                ends,
                create_graph=True,
                ends=True,
            )[0]
        return [None if p is None else found.get(p) for p in probes]


def _kept(t: Any, outputs: Sequence[int]) -> _Kept:
    if t is None:
        return _Kept(None, None)
    packed = local.state.saving[-1].saved(t.node) if local.state.saving else None
    return _Kept(None, outputs.index(id(t)), packed) if id(t) in outputs else _Kept(t.node, None, packed)


def _fitted(g: Node, x: Node, k: int, name: str) -> Node:
    """A gradient in the shape and dtype of its input: sizes that broadcasting repeated are summed."""
    if g.shape != x.shape:
        lead = g.ndim - x.ndim
        same = lead >= 0 and all(a == b or a == 1 for a, b in zip(x.shape, g.shape[lead:]))
        if not same:
            raise AutogradError(
                f"it returned an invalid gradient at index {k} - got {list(g.shape)} but expected "
                f"shape compatible with {list(x.shape)}",
                op=name,
                where=line_text(recorder.where),
            )
        axes = (*range(lead), *(lead + d for d, (a, b) in enumerate(zip(x.shape, g.shape[lead:])) if a != b))
        g = lin.reshape(lin.reduce_sum(g, axes), x.shape)
    return lin.cast(g, x.dtype)


# ---------------------------------------------------------------- once_differentiable
class _Once:
    """The outputs of a backward that must not be differentiated."""

    def __init__(self, name: str, outputs: int) -> None:
        self.name, self.outputs = name, outputs

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        raise self._error()

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        raise self._error()

    def _error(self) -> AutogradError:
        return AutogradError(
            "trying to differentiate twice a function that was marked with @once_differentiable",
            op=self.name,
            where=line_text(recorder.where),
        )


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A backward that is not to be differentiated again: doing so raises instead of giving a wrong result.

    >>> import retrograd as rg
    >>> from retrograd.autograd.function import once_differentiable
    >>> class Double(rg.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return 2 * x
    ...     @staticmethod
    ...     @once_differentiable
    ...     def backward(ctx, g):
    ...         return 2 * g
    >>> x = rg.tensor(1., requires_grad=True)
    >>> rg.autograd.grad(Double.apply(x), x)
    (tensor(2.),)
    """
    @wraps(fn)
    def wrapped(ctx: FunctionCtx, *args: Any) -> Any:
        with no_grad():
            out = fn(ctx, *args)
        sources = [a.node for a in (*args, *ctx.saved_tensors) if isinstance(a, TensorBase)]
        if not modes.grad or not any(n.rg for n in sources):
            return out
        single = not isinstance(out, tuple)
        outs = list((out,) if single else out)
        there = [k for k, g in enumerate(outs) if isinstance(g, TensorBase)]
        if there:
            nodes = record_call(
                _Once(fn.__qualname__, len(there)),
                tuple(sources),
                [outs[k].node for k in there],
                [True] * len(there),
            )
            for k, n in zip(there, nodes):
                outs[k] = Tensor(n)
        return outs[0] if single else tuple(outs)
    return wrapped
