"""RMSprop."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.optim.checks import check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


class RMSprop(Optimizer):
    """p = p - lr g / (sqrt(s) + eps) with s = alpha s + (1 - alpha) g^2.

    `centered` takes the square of the average gradient off s; `momentum` steps by lr b, with
    b = momentum b + g / (sqrt(s) + eps).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.RMSprop([w], lr=0.01).step()
    >>> round(w.item(), 4)
    0.9
    """

    counters = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_lr(lr)
        not_negative("epsilon value", eps)
        not_negative("momentum value", momentum)
        not_negative("weight_decay value", weight_decay)
        not_negative("alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, and zeros for every average that the options ask for."""
        state: State = {"step": 0.0, "square_avg": zeros_like(p)}
        if group["momentum"] > 0:
            state["momentum_buffer"] = zeros_like(p)
        if group["centered"]:
            state["grad_avg"] = zeros_like(p)
        return state

    def numbers(self, group: Group, step: float) -> dict[str, float]:  # noqa: ARG002
        """The options, and the weight of the newest gradient."""
        alpha = group["alpha"]
        return {"rate": float(group["lr"]), "average": alpha, "rest": 1 - alpha, "epsilon": group["eps"],
                "inertia": group["momentum"], "decay": group["weight_decay"]}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        kept, rest = group["average"], group["rest"]
        if group["weight_decay"] != 0:
            g = g + group["decay"] * p
        s = state["square_avg"] = kept * state["square_avg"] + rest * (g * g)
        if group["centered"]:
            mean = state["grad_avg"] = kept * state["grad_avg"] + rest * g
            s = s - mean * mean
        scaled = g / (F.sqrt(s) + group["epsilon"])
        if group["momentum"] > 0:
            scaled = state["momentum_buffer"] = group["inertia"] * state["momentum_buffer"] + scaled
        return p - group["rate"] * scaled
