"""The static graph: nodes that can compute themselves from their inputs, built once, run by a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from retrograd.base import dtype as dt
from retrograd.base.dtype import DType, as_dtype
from retrograd.base.errors import (
    ArgumentError,
    ArgumentTypeError,
    DTypeError,
    MissingError,
    RetrogradError,
    ShapeError,
)
from retrograd.base.modes import no_grad
from retrograd.graph.node import line_text, user_line
from retrograd.tensors.create import tensor, zeros
from retrograd.tensors.tensor import Tensor

Sizes = tuple[int | None, ...]
# Stand-ins for unknown sizes when shapes are inferred; divisible by much, for reshape(x, [-1, 10]).
PROBES = (5040, 10080)


class TensorShape(tuple):  # type: ignore[type-arg]
    """A shape in which None is a size that is known when data is fed."""

    __slots__ = ()

    def as_list(self) -> list[int | None]:
        """The sizes as a list."""
        return list(self)

    @property
    def ndims(self) -> int:
        """Number of dimensions."""
        return len(self)

    def __repr__(self) -> str:
        return "TensorShape(" + repr(list(self)) + ")"

    def __str__(self) -> str:
        return (
            "("
            + ", ".join("?" if s is None else str(s) for s in self)
            + ("," if len(self) == 1 else "")
            + ")"
        )


class Graph:
    """The nodes' names, and the variables in order of creation."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.variables: list[Variable] = []
        self.scopes: list[str] = []

    def unique(self, name: str) -> str:
        """The name under the open scopes, with a number if it is taken."""
        base = full = "/".join([*self.scopes, name])
        n = 0
        while full in self.names:
            n += 1
            full = f"{base}_{n}"
        return full

    @contextmanager
    def as_default(self) -> Iterator[Graph]:
        """New nodes belong to this graph inside the block."""
        state.graphs.append(self)
        try:
            yield self
        finally:
            state.graphs.remove(self)


class _State:
    """The default graph and the default session, as in TensorFlow one a program."""

    def __init__(self) -> None:
        self.graphs = [Graph()]
        self.sessions: list[Any] = []


state = _State()


class Node:
    """A value to be computed, TensorFlow 1's Tensor. `compute` maps the inputs' values to this one's."""

    __array_priority__ = 1000       # array * node asks the node
    __array_ufunc__ = None

    def __init__(
        self,
        op: str,
        inputs: Sequence[Node],
        compute: Callable[..., Any] | None,
        *,
        name: str | None = None,
        shape: Sizes | None = None,
        dtype: DType | None = None,
        infer: bool = True,
    ) -> None:
        self.op, self.inputs, self.compute = op, tuple(inputs), compute
        self.graph = state.graphs[-1]
        self.full_name = self.graph.unique(name or op)
        self.where = line_text(user_line())
        for i in self.inputs:
            if i.graph is not self.graph:
                raise ArgumentError(f"node '{i.full_name}' belongs to another graph", op=op,
                                    fix="Build all of a model inside one  with graph.as_default():  block.")
        self.sizes: Sizes | None = shape
        self._dtype = dtype
        if infer and compute is not None:
            self.sizes, self._dtype = _inferred(self)
        self.graph.names[self.full_name] = self

    @property
    def name(self) -> str:
        """The name as TensorFlow gives it, 'add:0'."""
        return self.full_name + ":0"

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype or dt.float32

    @property
    def shape(self) -> TensorShape | None:
        """The static shape with None where a size is not known yet; None when the rank is not known."""
        return None if self.sizes is None else TensorShape(self.sizes)

    def get_shape(self) -> TensorShape | None:
        """The static shape: see `shape`."""
        return self.shape

    def set_shape(self, shape: Any) -> None:
        """State the static shape where it is not known."""
        self.sizes = tuple(shape)

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The value, by the default session."""
        return default_session(session, "eval").run(self, feed_dict)

    def __bool__(self) -> bool:
        raise ArgumentTypeError(f"'{self.full_name}' has no value while the graph is built", op="bool",
                                fix="Run it first:  sess.run(node) .")

    def __iter__(self) -> Iterator[Node]:
        raise ArgumentTypeError(f"'{self.full_name}' has no value while the graph is built", op="iter",
                                fix="Run it first:  sess.run(node) .")

    __len__ = None      # type: ignore[assignment]

    def __repr__(self) -> str:
        shape = "<unknown>" if self.shape is None else str(self.shape)
        return f"<tf.Tensor '{self.name}' shape={shape} dtype={self.dtype.name}>"


class Variable(Node):
    """A value that lives in the session and is trained.

    >>> import retrograd.interop.tf1 as tf
    >>> w = tf.Variable(tf.zeros([2]), name='w')
    >>> with tf.Session() as sess:
    ...     _ = sess.run(tf.global_variables_initializer())
    ...     sess.run(w + 1)
    array([1., 1.], dtype=float32)
    """

    def __init__(self, initial_value: Any, trainable: bool = True, collections: Any = None,
                 validate_shape: bool = True, caching_device: Any = None, name: str | None = None,
                 variable_def: Any = None, dtype: Any = None, **_: Any) -> None:
        value = initial_value() if callable(initial_value) else initial_value
        self.initial = as_node(value, None if dtype is None else as_dtype(dtype))
        super().__init__("Variable", (), None, name=name, shape=self.initial.sizes, dtype=self.initial.dtype)
        self.trainable = trainable
        self.graph.variables.append(self)

    def value(self) -> Node:
        """The variable itself."""
        return self

    # Variables start in order of creation: one that starts from another reads what that one got.
    read_value = initialized_value = value

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}_ref>"


class Operation:
    """Something a session does: `updates` maps the values of `inputs` to new values of variables."""

    def __init__(
        self,
        name: str,
        inputs: Sequence[Node],
        updates: Callable[[list[Tensor], Any], dict[Any, Tensor]],
    ) -> None:
        self.inputs, self.updates = tuple(inputs), updates
        self.graph = state.graphs[-1]
        self.name = self.graph.unique(name)
        self.graph.names[self.name] = self

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Do it, by the default session."""
        default_session(session, "run").run(self, feed_dict)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self.name}'>"


def default_session(session: Any, op: str) -> Any:
    """The session given, or the innermost open one."""
    if session is None and not state.sessions:
        raise ArgumentError("there is no default session", op=op,
                            fix="Call it inside  with tf.Session():  or pass session=... .")
    return session or state.sessions[-1]


def as_node(value: Any, dtype: DType | None = None) -> Node:
    """A node as it is, anything else as a constant (of the dtype, if one is given)."""
    if isinstance(value, Node):
        if dtype is not None and value.dtype is not dtype:
            raise DTypeError(f"'{value.full_name}' is {value.dtype.name}", op="tf1", expected=dtype.name,
                             fix=f"Convert it:  tf.cast(x, tf.{dtype.name}) .")
        return value
    if isinstance(value, Tensor):
        value = value.detach().numpy()
    if isinstance(value, (list, tuple)) and any(isinstance(v, Node) for v in value):
        raise MissingError("a list with nodes in it is no constant", op="tf1", fix="Use tf.stack([...]).")
    if dtype is None and not isinstance(value, (np.ndarray, np.generic)):
        array = np.asarray(value)
        dtype = {"f": dt.float32, "i": dt.int32}.get(array.dtype.kind)       # TensorFlow's defaults
    constant = tensor(value, dtype=dtype)
    return Node("Const", (), lambda: constant, shape=tuple(constant.shape), dtype=constant.dtype, infer=False)


def as_nodes(op: str, *values: Any) -> list[Node]:
    """Operands of one dtype: what is no node takes the dtype of the first that is; nodes must agree."""
    first = next((v for v in values if isinstance(v, Node)), None)
    nodes = [
        as_node(v) if isinstance(v, Node) or first is None else as_node(v, _fits(v, first, op))
        for v in values
    ]
    if len({n.dtype for n in nodes}) > 1:
        raise DTypeError(
            "dtypes differ: " + ", ".join(f"'{n.full_name}' is {n.dtype.name}" for n in nodes),
            op=op,
            expected="one dtype",
            fix=f"Convert with tf.cast(x, tf.{nodes[0].dtype.name}).",
        )
    return nodes


def _fits(value: Any, like: Node, op: str) -> DType:
    """The dtype of a node, if a number or array can take it."""
    kind = np.asarray(value).dtype.kind
    if kind == "f" and not like.dtype.is_floating_point:
        raise DTypeError(f"{value!r} beside '{like.full_name}', which is {like.dtype.name}", op=op,
                         expected="an integer", fix=f"Convert with tf.cast({like.full_name}, tf.float32).")
    return like.dtype


def _inferred(node: Node) -> tuple[Sizes | None, DType | None]:
    """Static shape and dtype, by recording the operation on stand-ins of the inputs; nothing is computed.

    Unknown sizes are tried as two large numbers: what differs in the result is unknown there too. An error
    with every size known is one of the program, raised where the graph is built; with unknown sizes it is
    left to the run.
    """
    assert node.compute is not None
    if any(i.sizes is None for i in node.inputs):
        return None, node._dtype or (node.inputs[0].dtype if node.inputs else None)
    unknown = any(None in i.sizes for i in node.inputs if i.sizes is not None)
    found = []
    try:
        with no_grad():
            for probe in PROBES[:1 + unknown]:
                out = node.compute(*[_stand_in(i, probe) for i in node.inputs])
                found.append(tuple(out.shape))
    except (RetrogradError, TypeError, ValueError, IndexError):
        if not unknown:
            raise
        return None, node._dtype or node.inputs[0].dtype
    if len({len(f) for f in found}) > 1:
        return None, out.dtype
    return tuple(s if len({f[d] for f in found}) == 1 else None for d, s in enumerate(found[0])), out.dtype


def _stand_in(node: Node, probe: int) -> Tensor:
    assert node.sizes is not None
    return zeros((), dtype=node.dtype).expand(tuple(probe if s is None else s for s in node.sizes))  # type: ignore


def computed(node: Node, values: list[Tensor]) -> Tensor:
    """The value of a node from those of its inputs; an error names the node and the line that made it."""
    assert node.compute is not None
    try:
        return node.compute(*values)  # type: ignore[no-any-return]
    except RetrogradError as error:
        op = f"{node.op} '{node.full_name}'"
        raise type(error)(error.why, op=op, got=error.got, expected=error.expected, fix=error.fix,
                          where=node.where) from None


def checked_feed(node: Node, value: Any) -> Tensor:
    """A fed value as a tensor of the node's dtype and shape."""
    if isinstance(value, Tensor):
        value = value.detach().numpy()
    try:
        t = tensor(np.asarray(value, dtype=node.dtype.np))
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"what is fed to '{node.full_name}' is no {node.dtype.name} array: {error}",
                                op="Session.run") from None
    got, want = tuple(t.shape), node.sizes
    if want is not None and (len(got) != len(want) or any(w not in (None, g) for g, w in zip(got, want))):
        raise ShapeError(f"'{node.full_name}' is fed an array of shape {got}", op="Session.run",
                         expected=f"shape {TensorShape(want)}, where ? is any size", where=node.where)
    return t
