"""TensorFlow 1's static graphs: build nodes once, run them in a session, on Retrograd's tensors.

>>> import retrograd.interop.tf1 as tf
>>> x = tf.placeholder(tf.float32, shape=(None,))
>>> y = tf.reduce_mean(tf.square(x))
>>> with tf.Session() as sess:
...     print(sess.run(y, feed_dict={x: [1.0, 3.0]}))
5.0
"""

# ruff: noqa: F401
from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.base.dtype import bool_ as bool
from retrograd.base.dtype import float16, float32, float64, int8, int16, int32, int64, uint8
from retrograd.base.errors import MissingAttributeError
from retrograd.interop.tf1 import nn, train
from retrograd.interop.tf1.gradients import gradients
from retrograd.interop.tf1.graph import Graph, Operation, TensorShape, Variable, state
from retrograd.interop.tf1.graph import Node as Tensor
from retrograd.interop.tf1.graph import as_node as convert_to_tensor
from retrograd.interop.tf1.ops import (
    abs,
    add,
    add_n,
    arg_max,
    arg_min,
    argmax,
    argmin,
    assign,
    assign_add,
    assign_sub,
    cast,
    clip_by_value,
    concat,
    constant,
    cos,
    div,
    divide,
    equal,
    exp,
    expand_dims,
    fill,
    floor,
    floordiv,
    gather,
    global_variables,
    global_variables_initializer,
    greater,
    greater_equal,
    group,
    identity,
    initialize_all_variables,
    is_nan,
    less,
    less_equal,
    log,
    logical_and,
    logical_not,
    logical_or,
    matmul,
    maximum,
    minimum,
    mod,
    mul,
    multiply,
    neg,
    negative,
    no_op,
    not_equal,
    one_hot,
    ones,
    ones_like,
    placeholder,
    pow,
    random_normal,
    random_uniform,
    reduce_all,
    reduce_any,
    reduce_logsumexp,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_prod,
    reduce_sum,
    reshape,
    round,
    set_random_seed,
    shape,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    squared_difference,
    squeeze,
    stack,
    stop_gradient,
    sub,
    subtract,
    tanh,
    tensordot,
    tile,
    to_float,
    trainable_variables,
    transpose,
    truediv,
    truncated_normal,
    variables_initializer,
    where,
    zeros,
    zeros_like,
)
from retrograd.interop.tf1.session import InteractiveSession, Session

__version__ = "1.15.0"      # whose names these are
AUTO_REUSE = None


@contextmanager
def name_scope(name: str, default_name: str | None = None, values: Any = None) -> Iterator[str]:
    """Names of nodes made inside begin with this one.

    >>> import retrograd.interop.tf1 as tf
    >>> with tf.name_scope("layer_doc"):
    ...     print(tf.constant(1.0, shape=[1], name="bias").name)
    layer_doc/bias:0
    """
    graph = state.graphs[-1]
    graph.scopes.append(name or default_name or "scope")
    try:
        yield "/".join(graph.scopes) + "/"
    finally:
        graph.scopes.pop()


def get_default_graph() -> Graph:
    """The graph that new nodes belong to."""
    return state.graphs[-1]


def reset_default_graph() -> None:
    """Start an empty graph."""
    state.graphs[-1] = Graph()


def get_default_session() -> Session | None:
    """The innermost open session."""
    return state.sessions[-1] if state.sessions else None


def disable_eager_execution() -> None:
    """Accepted; has no effect: this is the static graph."""


disable_v2_behavior = disable_eager_execution


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    close = difflib.get_close_matches(name, [n for n in globals() if not n.startswith("_")], 1)
    raise MissingAttributeError(f"tf.{name} is not implemented yet",
                                fix=f"The nearest that is: tf.{close[0]} ." if close else
                                "retrograd.nn and retrograd.optim have more, in PyTorch's names.")
