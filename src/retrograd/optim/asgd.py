"""Averaged stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import default
from retrograd.engine.scalars import rounded
from retrograd.optim.checks import check_flags, check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


def _eta(group: Group, t: Any) -> Any:
    """lr / (1 + lambd lr t)^alpha; with foreach=True each operation is rounded, as in PyTorch."""
    def near(value: Any) -> Any:
        return rounded(value, default())
    lr, lambd, alpha = float(group["lr"]), group["lambd"], group["alpha"]
    if not group["foreach"]:
        return near(lr / (1 + lambd * lr * t) ** alpha)
    decay = near(1 + near(near(lambd * lr) * t))
    return near(near(1 / near(decay ** near(alpha))) * near(lr))


class ASGD(Optimizer):
    """p = (1 - lambd eta) p - eta g with eta = lr / (1 + lambd lr t)^alpha; the state keeps as `ax` the
    average of p over the steps after `t0` (Polyak and Juditsky, 1992).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.ASGD([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.7
    """

    counters = ("step",)
    plain = ("eta", "mu")

    def __init__(self, params: Any, lr: float | Tensor = 1e-2, lambd: float = 1e-4, alpha: float = 0.75,
                 t0: float = 1e6, weight_decay: float = 0, foreach: bool | None = None,
                 maximize: bool = False, differentiable: bool = False, capturable: bool = False) -> None:
        check_lr(lr)
        not_negative("weight_decay value", weight_decay)
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay,
            "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
            "capturable": capturable})

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, the first step size, and zeros for the average."""
        eta = rounded(float(group["lr"]), default())
        return {"step": 0.0, "eta": eta, "mu": 1.0, "ax": zeros_like(p)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        eta, mu = state["eta"], state["mu"]
        state["step"] = t = state["step"] + 1.0
        if group["weight_decay"] != 0:
            g = g + group["weight_decay"] * p
        p = p * (1 - group["lambd"] * eta) - eta * g
        state["ax"] = p * 1 if mu == 1 else state["ax"] + (p - state["ax"]) * mu
        # PyTorch keeps both as tensors of the default dtype.
        state["eta"] = _eta(group, t)
        state["mu"] = rounded(1 / max(1.0, t - group["t0"]), default())
        return p
