"""Adagrad."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.optim.checks import check_flags, check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import full_like
from retrograd.tensors.tensor import Tensor


class Adagrad(Optimizer):
    """p = p - lr_t g / (sqrt(G) + eps) with G = G + g^2 and lr_t = lr / (1 + (t - 1) lr_decay).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Adagrad([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.9
    """

    counters = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_lr(lr)
        not_negative("lr_decay value", lr_decay)
        not_negative("weight_decay value", weight_decay)
        not_negative("initial_accumulator_value value", initial_accumulator_value)
        not_negative("epsilon value", eps)
        check_flags(foreach, differentiable, fused)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)
        # As in PyTorch, a state dict taken before the first step has the state already.
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p] = self.init_state(p, group)

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, and the initial value of the sum."""
        first = group["initial_accumulator_value"] * (1 + 1j if p.dtype.is_complex else 1)
        return {"step": 0.0, "sum": full_like(p, first, requires_grad=False)}

    def numbers(self, group: Group, step: float) -> dict[str, float]:
        """The rate of this step, and the options."""
        return {"rate": float(group["lr"]) / (1 + (step - 1) * group["lr_decay"]), "epsilon": group["eps"],
                "decay": group["weight_decay"]}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        if group["weight_decay"] != 0:
            g = g + group["decay"] * p
        total = state["sum"] = state["sum"] + g * g
        return p - group["rate"] * (g / (F.sqrt(total) + group["epsilon"]))
