"""gradients(ys, xs): nodes that stand for derivatives, computed by Retrograd's backward when they are run."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.interop.tf1.graph import Node, as_node
from retrograd.tensors.autograd import grad
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


class Gradients:
    """The derivatives of the sum of ys by each of xs; all of them come from one walk back."""

    class Part(Node):
        """The derivative by one of them."""

        def __init__(self, source: Gradients, number: int) -> None:
            self.source, self.number = source, number
            x = source.xs[number]
            super().__init__(
                "gradients",
                (*source.ys, *source.weights, x),
                None,
                name=f"gradients/{x.op}_grad",
                shape=x.sizes,
                dtype=x.dtype,
            )

    def __init__(self, ys: list[Node], xs: list[Node], weights: list[Node]) -> None:
        self.ys, self.xs, self.weights = ys, xs, weights

    def part(self, number: int, step: Any) -> Tensor:
        """One derivative in a run; the first that is asked for computes all."""
        if self not in step.values:
            ys = [step.values[y] for y in self.ys]
            weights: list[Any] = [step.values[w] for w in self.weights]
            if not weights:
                weights = [zeros_like(y.detach()) + 1 for y in ys]
            used = [(y, w) for y, w in zip(ys, weights) if y.requires_grad]
            xs = [step.values[x] for x in self.xs if x in step.values]
            found: dict[int, Tensor] = {}
            if used:
                parts = grad([y for y, _ in used], xs, [w for _, w in used], retain_graph=True,
                             create_graph=step.nested, allow_unused=True)
                found = {id(x): g for x, g in zip(xs, parts) if g is not None}
            step.values[self] = found
        x = step.values[self.xs[number]]
        g = step.values[self].get(id(x))
        return zeros_like(x.detach()) if g is None else g


def gradients(ys: Any, xs: Any, grad_ys: Any = None, name: str = "gradients", **_: Any) -> list[Node | None]:
    """Nodes for d(sum of ys)/dx for each x, weighted by grad_ys; None for an x on which ys do not depend.

    >>> import retrograd.interop.tf1 as tf
    >>> x = tf.placeholder(tf.float32, shape=())
    >>> dx, = tf.gradients(x ** 3, [x])
    >>> with tf.Session() as sess:
    ...     print(sess.run(dx, {x: 2.0}))
    12.0
    """
    ys, xs = _several(ys), _several(xs)
    weights = [] if grad_ys is None else [as_node(g, y.dtype) for g, y in zip(_several(grad_ys), ys)]
    if weights and len(weights) != len(ys):
        raise ArgumentError(f"{len(weights)} grad_ys for {len(ys)} ys", op="gradients")
    below: set[Node] = set()
    stack = list(ys)
    while stack:
        n = stack.pop()
        if n not in below:
            below.add(n)
            stack.extend(n.inputs)
    reached = [x for x in xs if x in below and x.dtype.is_floating_point]
    source = Gradients(ys, list(dict.fromkeys(reached)), weights)
    places = {x: k for k, x in enumerate(source.xs)}
    return [Gradients.Part(source, places[x]) if x in places else None for x in xs]


def _several(x: Any) -> list[Node]:
    return list(x) if isinstance(x, (list, tuple)) else [x]
