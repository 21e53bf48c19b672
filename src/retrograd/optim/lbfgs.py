"""L-BFGS: quasi-Newton steps from the last few changes of parameters and gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from retrograd.base.modes import enable_grad, no_grad
from retrograd.optim.checks import check_lr
from retrograd.optim.optimizer import Optimizer
from retrograd.optim.wolfe import Point, strong_wolfe
from retrograd.tensors.create import tensor
from retrograd.tensors.tensor import Tensor

Closure = Callable[[], Any]
# Below this a pair of changes says nothing about the curvature.
FLAT = 1e-10


def _places(p: Tensor) -> int:
    """How many real numbers a parameter is."""
    return p.numel() * (2 if p.dtype.is_complex else 1)


class LBFGS(Optimizer):
    """p = p - t H g, with H the inverse Hessian as the last `history_size` steps show it
    (Nocedal and Wright, algorithms 7.4 and 7.5).

    One call of `step` makes up to `max_iter` iterations and calls `closure`, which clears the gradients,
    computes the loss, calls `backward()` and returns the loss, up to `max_eval` times (default
    1.25 max_iter). `line_search_fn` is None (every step has length lr) or "strong_wolfe". It ends early when
    the largest gradient is at most `tolerance_grad`, or when parameters or loss change by less than
    `tolerance_change`. All groups are one vector, so they must have the same options (ValueError).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([-1.0, 1.0]))
    >>> optimizer = torch.optim.LBFGS([w], max_iter=50, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
    ...     loss.backward()
    ...     return loss
    >>> first = optimizer.step(closure)
    >>> bool(torch.allclose(w, torch.ones(2), atol=1e-3))
    True
    """

    def __init__(self, params: Any, lr: float | Tensor = 1, max_iter: int = 20, max_eval: int | None = None,
                 tolerance_grad: float = 1e-7, tolerance_change: float = 1e-9, history_size: int = 100,
                 line_search_fn: str | None = None) -> None:
        check_lr(lr)
        if line_search_fn not in (None, "strong_wolfe"):
            raise RuntimeError(f"line_search_fn is {line_search_fn!r}; only 'strong_wolfe' is supported")
        super().__init__(params, {
            "lr": lr, "max_iter": max_iter, "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad, "tolerance_change": tolerance_change,
            "history_size": history_size, "line_search_fn": line_search_fn})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Further parameters of the same vector; their options must be those of the first group."""
        super().add_param_group(param_group)
        first, new = self.param_groups[0], self.param_groups[-1]
        differ = [k for k in self.defaults if first[k] != new[k]]
        if differ:
            self.param_groups.pop()
            raise ValueError("LBFGS steps along one direction for all parameters: its groups cannot differ "
                             f"in {', '.join(differ)}")

    def _params(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def _gather(self, of: Callable[[Tensor], Tensor | None]) -> Any:
        """All in one vector, complex numbers as pairs."""
        parts = [(p, of(p)) for p in self._params()]
        return np.concatenate([np.zeros(_places(p), p.dtype.to_real().np) if x is None else
                               np.ascontiguousarray(x._value()).reshape(-1).view(p.dtype.to_real().np)
                               for p, x in parts])

    def _place(self, vector: Any) -> None:
        """Write the parameters; nothing of them is written if one cannot be."""
        values, at = [], 0
        for p in self._params():
            part = np.ascontiguousarray(vector[at:at + _places(p)], p.dtype.to_real().np)
            values.append(tensor(part.view(p.dtype.np).reshape(p.shape), dtype=p.dtype))
            at += _places(p)
        for p, value in zip(self._params(), values):
            p._assign(value)

    def _evaluate(self, closure: Closure) -> tuple[Any, float, Any]:
        with enable_grad():
            loss = closure()
        return loss, float(loss), self._gather(lambda p: p.grad)

    @no_grad()
    def step(self, closure: Closure) -> Any:  # type: ignore[override]
        """Iterate; returns what the first call of `closure` returned.

        If `closure` raises, the parameters are put back where this call found them.
        """
        start = self._gather(lambda p: p)
        try:
            return self._iterate(closure)
        except BaseException:
            self._place(start)
            raise

    def _iterate(self, closure: Closure) -> Any:
        group, memory = self.param_groups[0], self.state[self._params()[0]]
        first, loss, g = self._evaluate(closure)
        x = self._gather(lambda p: p)       # a closure may write to the parameters, to keep them in bounds
        evaluations = 1
        memory.setdefault("n_iter", 0)
        memory["func_evals"] = memory.get("func_evals", 0) + 1
        rounds = 0
        while rounds < group["max_iter"] and abs(g).max() > group["tolerance_grad"]:
            rounds += 1
            memory["n_iter"] += 1
            d = self._direction(memory, g, group["history_size"])
            lr = float(group["lr"])
            t = min(1.0, 1.0 / float(abs(g).sum())) * lr if memory["n_iter"] == 1 else lr
            slope = float(g @ d)
            before = loss
            memory["prev_flat_grad"], memory["d"] = tensor(g), tensor(d)
            if slope > -group["tolerance_change"]:
                memory["t"] = t
                break
            calls = 0
            if group["line_search_fn"] is not None:
                found, calls = strong_wolfe(self._along(closure, x, d), Point(0.0, loss, g, slope), t,
                                            float(abs(d).max()), group["tolerance_change"])
                t, loss, g = found.t, found.loss, found.gradient
            x = x + t * d
            self._place(x)
            if group["line_search_fn"] is None and rounds < group["max_iter"]:
                _, loss, g = self._evaluate(closure)
                x = self._gather(lambda p: p)
                calls = 1
            memory["t"] = t
            evaluations += calls
            memory["func_evals"] += calls
            if evaluations >= group["max_eval"] or abs(t * d).max() <= group["tolerance_change"] \
                    or abs(loss - before) < group["tolerance_change"]:
                break
        return first

    def _along(self, closure: Closure, x: Any, d: Any) -> Callable[[float], Point]:
        def at(t: float) -> Point:
            self._place(x + t * d)
            _, loss, g = self._evaluate(closure)
            return Point(t, loss, g, float(g @ d))
        return at

    def _direction(self, memory: dict[str, Any], g: Any, most: int) -> Any:
        """-H g by the two loops over the remembered changes."""
        if memory["n_iter"] == 1:
            memory.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            return -g
        y = g - memory["prev_flat_grad"]._value()
        s = memory["d"]._value() * memory["t"]
        ys = float(y @ s)
        if ys > FLAT:
            if len(memory["old_dirs"]) == most:
                for name in ("old_dirs", "old_stps", "ro"):
                    memory[name].pop(0)
            memory["old_dirs"].append(tensor(y))
            memory["old_stps"].append(tensor(s))
            memory["ro"].append(1.0 / ys)
            memory["H_diag"] = ys / float(y @ y)
        # Not by numpy(), which looks each time whether somebody has written to what it showed before.
        past = [(a._value(), b._value(), r) for a, b, r in
                zip(memory["old_dirs"], memory["old_stps"], memory["ro"])]
        q, factors = -g, []
        for y, s, ro in reversed(past):
            factors.append(float(s @ q) * ro)
            q = q - factors[-1] * y
        r = q * memory["H_diag"]
        for (y, s, ro), factor in zip(past, reversed(factors)):
            r = r + s * (factor - float(y @ r) * ro)
        return r.astype(g.dtype)
