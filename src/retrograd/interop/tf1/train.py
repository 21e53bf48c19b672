"""`tf.train`: optimizers of the static graph, with TensorFlow 1's formulas and defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from retrograd.base.errors import ArgumentError, MissingAttributeError
from retrograd.functional import elementwise as e
from retrograd.functional.door import Tensor
from retrograd.interop.tf1.gradients import gradients
from retrograd.interop.tf1.graph import Node, Operation, Variable, as_node
from retrograd.interop.tf1.ops import trainable_variables
from retrograd.tensors.create import zeros_like

__all__ = ["AdagradOptimizer", "AdamOptimizer", "GradientDescentOptimizer", "MomentumOptimizer", "Optimizer",
           "RMSPropOptimizer"]

Slots = dict[str, Any]


class Optimizer:
    """What the optimizers share; each says in `step` how one variable moves."""

    def __init__(self, name: str, **settings: Any) -> None:
        self.name, self.settings = name, settings

    def compute_gradients(
        self, loss: Node, var_list: Any = None, **_: Any
    ) -> list[tuple[Node | None, Variable]]:
        """(gradient, variable) pairs for the trainable variables, or those given."""
        variables = trainable_variables() if var_list is None else list(var_list)
        return list(zip(gradients(loss, variables), variables))     # type: ignore[arg-type]

    def apply_gradients(self, grads_and_vars: Any, global_step: Variable | None = None,
                        name: str | None = None) -> Operation:
        """An operation that moves each variable by its gradient."""
        pairs: list[tuple[Node, Variable]] = [(g, v) for g, v in grads_and_vars if g is not None]
        if not pairs:
            raise ArgumentError("no variable has a gradient", op=f"{self.name}.minimize",
                                fix="Check that the loss is computed from the variables.")
        names = [n for n, value in self.settings.items() if isinstance(value, Node)]    # fed or scheduled
        inputs = [as_node(g, v.dtype) for g, v in pairs] + [self.settings[n] for n in names]

        def updates(values: list[Tensor], step: Any) -> dict[Any, Tensor]:
            hyper = dict(zip(names, values[len(pairs):]))
            session = step.session
            done: dict[Any, Tensor] = {}
            for (_, v), g in zip(pairs, values):
                slots = session.slots.setdefault((self, v), {})
                w = session.values[v].detach()
                fed = {n: h.detach().to(w.dtype) for n, h in hyper.items()}
                done[v] = self.step(w, g.detach(), slots, **{**self.settings, **fed}).detach()
            if global_step is not None:
                done[global_step] = session.values[global_step] + 1
            return done
        # The variables are inputs too: one without a value is then named before anything moves.
        held = [v for _, v in pairs] + ([] if global_step is None else [global_step])
        return Operation(name or self.name, [*inputs, *held], updates)

    def minimize(
        self,
        loss: Node,
        global_step: Variable | None = None,
        var_list: Sequence[Variable] | None = None,
        name: str | None = None,
        **_: Any,
    ) -> Operation:
        """compute_gradients and apply_gradients."""
        return self.apply_gradients(self.compute_gradients(loss, var_list), global_step, name)

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        raise NotImplementedError


class GradientDescentOptimizer(Optimizer):
    """w - learning_rate * g.

    >>> import retrograd.interop.tf1 as tf
    >>> w = tf.Variable(3.0)
    >>> train = tf.train.GradientDescentOptimizer(0.5).minimize(w * w)
    >>> with tf.Session() as sess:
    ...     sess.run(w.initializer)
    ...     sess.run(train)
    ...     print(sess.run(w))
    0.0
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(name, rate=learning_rate)

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        return w - settings["rate"] * g


class MomentumOptimizer(Optimizer):
    """a = momentum * a + g; w - learning_rate * a (Nesterov: w - learning_rate * (g + momentum * a))."""

    def __init__(self, learning_rate: Any, momentum: Any, use_locking: bool = False, name: str = "Momentum",
                 use_nesterov: bool = False) -> None:
        super().__init__(name, rate=learning_rate, momentum=momentum)
        self.nesterov = use_nesterov

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        rate, momentum = settings["rate"], settings["momentum"]
        a = slots["accumulator"] = slots.get("accumulator", zeros_like(w)) * momentum + g
        return w - rate * (g + momentum * a if self.nesterov else a)


class AdagradOptimizer(Optimizer):
    """a = a + g**2; w - learning_rate * g / sqrt(a)."""

    def __init__(self, learning_rate: Any, initial_accumulator_value: float = 0.1, use_locking: bool = False,
                 name: str = "Adagrad") -> None:
        super().__init__(name, rate=learning_rate)
        self.start = initial_accumulator_value

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        a = slots["accumulator"] = slots.get("accumulator", zeros_like(w) + self.start) + g * g
        return w - settings["rate"] * g / e.sqrt(a)


class RMSPropOptimizer(Optimizer):
    """s = decay * s + (1 - decay) * g**2; m = momentum * m + learning_rate * g / sqrt(s + epsilon); w - m."""

    def __init__(self, learning_rate: Any, decay: Any = 0.9, momentum: Any = 0.0, epsilon: Any = 1e-10,
                 use_locking: bool = False, centered: bool = False, name: str = "RMSProp") -> None:
        if centered:
            raise ArgumentError("centered=True", op="RMSPropOptimizer", expected="False")
        super().__init__(name, rate=learning_rate, decay=decay, momentum=momentum, epsilon=epsilon)

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        decay = settings["decay"]
        s = slots["rms"] = decay * slots.get("rms", zeros_like(w) + 1) + (1 - decay) * g * g
        m = slots["momentum"] = settings["momentum"] * slots.get("momentum", zeros_like(w)) + \
            settings["rate"] * g / e.sqrt(s + settings["epsilon"])
        return w - m


class AdamOptimizer(Optimizer):
    """w - learning_rate * sqrt(1 - beta2**t) / (1 - beta1**t) * m / (sqrt(v) + epsilon)."""

    def __init__(self, learning_rate: Any = 0.001, beta1: Any = 0.9, beta2: Any = 0.999, epsilon: Any = 1e-08,
                 use_locking: bool = False, name: str = "Adam") -> None:
        super().__init__(name, rate=learning_rate, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def step(self, w: Tensor, g: Tensor, slots: Slots, **settings: Any) -> Tensor:
        """The new value of a variable."""
        b1, b2 = settings["beta1"], settings["beta2"]
        t = slots["t"] = slots.get("t", 0) + 1
        m = slots["m"] = b1 * slots.get("m", zeros_like(w)) + (1 - b1) * g
        v = slots["v"] = b2 * slots.get("v", zeros_like(w)) + (1 - b2) * g * g
        rate = settings["rate"] * (1 - b2 ** t) ** 0.5 / (1 - b1 ** t)
        return w - rate * m / (e.sqrt(v) + settings["epsilon"])


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    fix = "Save values:  retrograd.save({v.name: sess.run(v) for v in tf.global_variables()}, path) ." \
        if name == "Saver" else ""
    raise MissingAttributeError(
        f"tf.train.{name} is not implemented yet", expected="one of " + ", ".join(__all__), fix=fix
    )
