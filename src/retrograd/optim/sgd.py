"""Stochastic gradient descent, with momentum, dampening, Nesterov's form and weight decay."""

from __future__ import annotations

from typing import Any

from retrograd.ops.gather import few_rows, less_rows
from retrograd.optim.checks import check_flags, check_lr
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.tensor import Tensor


class SGD(Optimizer):
    """v = momentum v + (1 - dampening) g,  p = p - lr v, with g = gradient + weight_decay p.

    The buffer v starts as the first gradient. With `nesterov`, p = p - lr (g + momentum v).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     w.sum().backward()
    ...     optimizer.step()
    >>> round(w.item(), 4)
    0.71
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        if momentum < 0.0:
            raise ValueError(f"Invalid momentum value: {momentum}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        check_flags(foreach, differentiable, fused)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def numbers(self, group: Group, step: float) -> dict[str, float]:  # noqa: ARG002
        """The options, and what of a gradient enters the buffer."""
        return {"rate": float(group["lr"]), "inertia": group["momentum"], "share": 1 - group["dampening"],
                "decay": float(group["weight_decay"])}

    def by_rows(self, group: Group) -> bool:
        """Without momentum and decay."""
        return group["momentum"] == 0 and group["weight_decay"] == 0 and not group["maximize"]

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        if group["weight_decay"] != 0:
            g = g + group["decay"] * p
        if group["momentum"] != 0:
            v = state.get("momentum_buffer")
            # A clone: the buffer must not be the gradient itself, which the user may change in place.
            v = g.clone() if v is None else group["inertia"] * v + group["share"] * g
            state["momentum_buffer"] = v
            g = g + group["inertia"] * v if group["nesterov"] else v
        if few_rows(g.node):
            rate = group["rate"]
            return Tensor(less_rows(p.node, g.node, rate.node if isinstance(rate, Tensor) else rate))
        return p - group["rate"] * g
