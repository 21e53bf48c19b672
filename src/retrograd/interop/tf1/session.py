"""Session: the values of variables, and `run`, which computes nodes from them and from what is fed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from retrograd.base.errors import ArgumentError, ArgumentTypeError, EvaluationError
from retrograd.base.modes import set_grad_enabled
from retrograd.interop.tf1.gradients import Gradients
from retrograd.interop.tf1.graph import Node, Operation, TensorShape, Variable, checked_feed, computed, state
from retrograd.tensors.tensor import Tensor, evaluate


class Session:
    """Holds the variables' values and runs the graph.

    >>> import retrograd.interop.tf1 as tf
    >>> x = tf.placeholder(tf.float32, shape=(None, 2))
    >>> with tf.Session() as sess:
    ...     sess.run(tf.reduce_sum(x, axis=1), feed_dict={x: [[1, 2], [3, 4]]})
    array([3., 7.], dtype=float32)
    """

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        self.graph = graph or state.graphs[-1]
        self.values: dict[Variable, Tensor] = {}
        self.slots: dict[Any, Any] = {}         # (optimizer, variable) -> what the optimizer keeps
        self.closed = False

    def run(self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None) -> Any:
        """The values of nodes as NumPy arrays, in the nesting of `fetches`; operations give None.

        All nodes see the variables as they are when the call begins; then the operations take effect.
        """
        if self.closed:
            raise ArgumentError("the session is closed", op="Session.run")
        flat: list[Any] = []
        self._flatten(fetches, flat)
        operations = list(dict.fromkeys(f for f in flat if isinstance(f, Operation)))
        nodes = list(dict.fromkeys(f for f in flat if isinstance(f, Node)))
        fed = {self._named(k): v for k, v in (feed_dict or {}).items()}
        step = _Step(self, {n: checked_feed(n, v) for n, v in fed.items()})
        step.compute([*nodes, *(i for o in operations for i in o.inputs)])
        results = {n: step.values[n].detach() for n in nodes}
        before = dict(self.values)
        try:
            for o in operations:
                self.values.update(o.updates([step.values[i] for i in o.inputs], step))
            evaluate([*results.values(), *self.values.values()])
        except BaseException:
            self.values = before                # all or nothing
            raise
        arrays = {n: _array(t) for n, t in results.items()}
        return self._shaped(fetches, arrays)

    def _named(self, key: Any) -> Any:
        if isinstance(key, str):
            found = self.graph.names.get(key.removesuffix(":0"))
            if found is None:
                raise ArgumentError(f"the graph has no node '{key}'", op="Session.run")
            return found
        return key

    def _flatten(self, fetches: Any, into: list[Any]) -> None:
        fetches = self._named(fetches)
        if isinstance(fetches, (list, tuple)):
            for f in fetches:
                self._flatten(f, into)
        elif isinstance(fetches, dict):
            self._flatten(list(fetches.values()), into)
        elif isinstance(fetches, (Node, Operation)):
            if fetches.graph is not self.graph:
                raise ArgumentError(
                    f"'{fetches.name}' belongs to another graph than the session", op="Session.run"
                )
            into.append(fetches)
        else:
            raise ArgumentTypeError(
                f"a {type(fetches).__name__} cannot be fetched",
                op="Session.run",
                expected="nodes, operations, their names, or lists, tuples and dicts of them",
            )

    def _shaped(self, fetches: Any, arrays: dict[Node, Any]) -> Any:
        fetches = self._named(fetches)
        if isinstance(fetches, dict):
            return {k: self._shaped(f, arrays) for k, f in fetches.items()}
        if isinstance(fetches, (list, tuple)):
            parts = [self._shaped(f, arrays) for f in fetches]
            return type(fetches)(*parts) if hasattr(fetches, "_fields") else type(fetches)(parts)
        return arrays.get(fetches)

    def close(self) -> None:
        """Forget the variables' values."""
        self.closed = True
        self.values.clear()
        self.slots.clear()

    def __enter__(self) -> Session:
        state.sessions.append(self)
        return self

    def __exit__(self, *exc: object) -> None:
        state.sessions.remove(self)
        self.close()


class InteractiveSession(Session):
    """A session that is the default one from its creation until it is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        state.sessions.append(self)

    def close(self) -> None:
        """End it."""
        if self in state.sessions:
            state.sessions.remove(self)
        super().close()


class _Step:
    """One run: the values computed so far."""

    def __init__(self, session: Session, fed: dict[Node, Tensor]) -> None:
        self.session = session
        self.values: dict[Node, Tensor] = fed

    def compute(self, targets: Sequence[Node]) -> None:
        """Give every target its value."""
        order = self._order(targets)
        gradients = {n.source for n in order if isinstance(n, Gradients.Part)}
        wanted = {x for g in gradients for x in g.xs}
        self.nested = any(isinstance(n, Gradients.Part) for g in gradients for n in self._order(g.ys))
        for n in [n for n in self.values if n in wanted]:
            self.values[n] = _leaf(self.values[n])
        with set_grad_enabled(bool(gradients)):
            for n in order:
                if n not in self.values:
                    value = self._value(n)
                    self.values[n] = _leaf(value) if n in wanted and not value.requires_grad else value

    def _value(self, n: Node) -> Tensor:
        if isinstance(n, Variable):
            if n not in self.session.values:
                raise EvaluationError(
                    f"variable '{n.full_name}' has no value yet",
                    op="Session.run",
                    where=n.where,
                    fix="Run  sess.run(tf.global_variables_initializer())  first.",
                )
            return self.session.values[n].detach()
        if n.op == "Placeholder":
            raise ArgumentError(
                f"placeholder '{n.full_name}' ({n.dtype.name}, shape {TensorShape(n.sizes or ())}) "
                "is not fed",
                op="Session.run",
                where=n.where,
                fix="Pass its value:  sess.run(..., feed_dict={x: array}) .",
            )
        if isinstance(n, Gradients.Part):
            return n.source.part(n.number, self)
        return computed(n, [self.values[i] for i in n.inputs])

    def _order(self, targets: Iterable[Node]) -> list[Node]:
        """What has to be computed, inputs first; what is fed needs no inputs."""
        done: dict[Node, None] = {}
        stack = [(n, False) for n in reversed(list(targets))]
        while stack:
            n, ready = stack.pop()
            if n in done:
                continue
            if ready or n in self.values or not n.inputs:
                done[n] = None
            else:
                stack.append((n, True))
                stack.extend((i, False) for i in reversed(n.inputs))
        return list(done)


def _leaf(t: Tensor) -> Tensor:
    t = t.detach()
    return t.requires_grad_() if t.dtype.is_floating_point else t


def _array(t: Tensor) -> Any:
    value = t.detach().numpy()
    return value.copy() if value.ndim else value[()]
