"""Adadelta."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.optim.checks import check_flags, check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


class Adadelta(Optimizer):
    """p = p - lr d with d = sqrt(D + eps) / sqrt(G + eps) g, where G = rho G + (1 - rho) g^2 and then
    D = rho D + (1 - rho) d^2 (Zeiler, 2012).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Adadelta([w]).step()
    >>> round(w.item(), 4)
    0.9968
    """

    counters = ("step",)

    def __init__(self, params: Any, lr: float | Tensor = 1.0, rho: float = 0.9, eps: float = 1e-6,
                 weight_decay: float = 0, foreach: bool | None = None, *, capturable: bool = False,
                 maximize: bool = False, differentiable: bool = False) -> None:
        check_lr(lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        not_negative("epsilon value", eps)
        not_negative("weight_decay value", weight_decay)
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "capturable": capturable, "foreach": foreach, "differentiable": differentiable})

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """No steps, and zeros for both averages."""
        return {"step": 0.0, "square_avg": zeros_like(p), "acc_delta": zeros_like(p)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        rho, eps = group["rho"], group["eps"]
        state["step"] = state["step"] + 1.0
        if group["weight_decay"] != 0:
            g = g + group["weight_decay"] * p
        squares = state["square_avg"] = rho * state["square_avg"] + (1 - rho) * (g * g)
        d = F.sqrt(state["acc_delta"] + eps) / F.sqrt(squares + eps) * g
        state["acc_delta"] = rho * state["acc_delta"] + (1 - rho) * (d * d)
        return p - group["lr"] * d
