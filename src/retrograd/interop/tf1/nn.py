"""`tf.nn`: activations and losses of the static graph."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError, MissingAttributeError
from retrograd.engine.random import Generator
from retrograd.functional import activation as a
from retrograd.functional import elementwise as e
from retrograd.functional import reduce as r
from retrograd.functional.door import Tensor
from retrograd.functional.loss import binary_cross_entropy_with_logits
from retrograd.functional.places import gather as picked
from retrograd.interop.tf1.graph import Node, as_node, as_nodes
from retrograd.interop.tf1.ops import sigmoid, softmax_cross_entropy, tanh
from retrograd.tensors.create import rand

__all__ = [
    "bias_add",
    "dropout",
    "elu",
    "l2_loss",
    "leaky_relu",
    "log_softmax",
    "relu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "sparse_softmax_cross_entropy_with_logits",
    "tanh",
]


def relu(features: Any, name: str | None = None) -> Node:
    """max(x, 0)."""
    return Node("Relu", (as_node(features),), a.relu, name=name)


def elu(features: Any, name: str | None = None) -> Node:
    """x above 0, e**x - 1 below."""
    return Node("Elu", (as_node(features),), a.elu, name=name)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Node:
    """x above 0, alpha x below."""
    return Node("LeakyRelu", (as_node(features),), lambda x: a.leaky_relu(x, alpha), name=name)


def softplus(features: Any, name: str | None = None) -> Node:
    """log(1 + e**x)."""
    return Node("Softplus", (as_node(features),), a.softplus, name=name)


def softmax(logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None) -> Node:
    """e**x over its sum along an axis, the last by default."""
    over = next((d for d in (axis, dim) if d is not None), -1)
    return Node("Softmax", (as_node(logits),), lambda x: a.softmax(x, over), name=name)


def log_softmax(
    logits: Any, axis: int | None = None, name: str | None = None, dim: int | None = None
) -> Node:
    """The logarithm of `softmax`, without overflow."""
    over = next((d for d in (axis, dim) if d is not None), -1)
    return Node("LogSoftmax", (as_node(logits),), lambda x: a.log_softmax(x, over), name=name)


def _by_name(op: str, sentinel: Any, labels: Any, logits: Any) -> None:
    if sentinel is not None or labels is None or logits is None:
        raise ArgumentError("labels and logits are given by position, where they are easily exchanged", op=op,
                            fix=f"Write  tf.nn.{op}(labels=..., logits=...) .")


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: int = -1,
    name: str | None = None,
    axis: int | None = None,
) -> Node:
    """-sum(labels * log softmax(logits)) along the last axis: one number a row."""
    op = "softmax_cross_entropy_with_logits"
    _by_name(op, _sentinel, labels, logits)
    if (dim if axis is None else axis) != -1:
        raise ArgumentError(f"axis is {dim if axis is None else axis}", op=op, expected="-1")
    return Node(op, as_nodes(op, labels, logits), softmax_cross_entropy, name=name)


softmax_cross_entropy_with_logits_v2 = softmax_cross_entropy_with_logits


def sparse_softmax_cross_entropy_with_logits(_sentinel: Any = None, labels: Any = None, logits: Any = None,
                                             name: str | None = None) -> Node:
    """-log softmax(logits) at the class that each label names."""
    op = "sparse_softmax_cross_entropy_with_logits"
    _by_name(op, _sentinel, labels, logits)

    def compute(t: Tensor, x: Tensor) -> Tensor:
        return e.neg(picked(a.log_softmax(x, -1), -1, t.long().unsqueeze(-1)).squeeze(-1))
    return Node(op, (as_node(labels), as_node(logits)), compute, name=name)


def sigmoid_cross_entropy_with_logits(_sentinel: Any = None, labels: Any = None, logits: Any = None,
                                      name: str | None = None) -> Node:
    """-t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)), element by element."""
    op = "sigmoid_cross_entropy_with_logits"
    _by_name(op, _sentinel, labels, logits)
    return Node(op, as_nodes(op, labels, logits),
                lambda t, x: binary_cross_entropy_with_logits(x, t, reduction="none"), name=name)


def l2_loss(t: Any, name: str | None = None) -> Node:
    """Half the sum of squares."""
    return Node("L2Loss", (as_node(t),), lambda x: r.sum(e.square(x)) / 2, name=name)


def bias_add(value: Any, bias: Any, data_format: Any = None, name: str | None = None) -> Node:
    """value + bias along the last axis."""
    return Node("BiasAdd", as_nodes("BiasAdd", value, bias), e.add, name=name)


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Node:
    """Each element kept with probability keep_prob and divided by it, else 0."""
    if (keep_prob is None) == (rate is None):
        raise ArgumentError("keep_prob and rate", op="dropout", expected="one of them")
    generator = None if seed is None else Generator().manual_seed(seed)
    node = as_node(x)

    def compute(t: Tensor, keep: Tensor) -> Tensor:
        return e.where(rand(*t.shape, dtype=t.dtype, generator=generator) < keep, t / keep, 0.0)

    kept = (
        as_node(keep_prob, node.dtype) if rate is None else as_node(1, node.dtype) - as_node(rate, node.dtype)
    )
    return Node("dropout", (node, kept), compute, name=name, shape=node.sizes, dtype=node.dtype, infer=False)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(
        f"tf.nn.{name} is not implemented yet",
        expected="one of " + ", ".join(__all__),
        fix="New models are written with retrograd.nn, which has convolutions and more.",
    )
