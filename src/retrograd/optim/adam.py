"""Adam and AdamW."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.optim.checks import check_adam, check_flags, check_tensors
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


class Adam(Optimizer):
    """p = p - lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps) after t steps, with the moving averages
    m = b1 m + (1 - b1) g and v = b2 v + (1 - b2) g^2.

    `weight_decay` times p is added to the gradient (AdamW: taken off the parameter). `amsgrad` divides by
    the root of the largest v so far.

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Adam([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.9
    """

    counters = ("step",)

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_tensors(lr, betas, foreach, capturable)
        betas = check_adam(lr, betas, eps, weight_decay)        # type: ignore[assignment]
        check_flags(foreach, differentiable, fused)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(params, defaults)

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, and zeros for both averages."""
        state: State = {"step": 0.0, "exp_avg": zeros_like(p), "exp_avg_sq": zeros_like(p)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_like(p)
        return state

    def numbers(self, group: Group, step: float) -> dict[str, float]:
        """The averages' weights, and rates with the corrections for their start from zero."""
        b1, b2 = group["betas"]
        lr, decay = float(group["lr"]), group["weight_decay"]
        return {"beta1": b1, "rest1": 1 - b1, "beta2": b2, "rest2": 1 - b2, "epsilon": group["eps"],
                "correction": (1 - b2**step) ** 0.5, "rate": lr / (1 - b1**step),
                "decay": decay, "kept": 1 - lr * decay}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        if group["weight_decay"] != 0:
            if group["decoupled_weight_decay"]:
                p = p * group["kept"]
            else:
                g = g + group["decay"] * p
        m = state["exp_avg"] = group["beta1"] * state["exp_avg"] + group["rest1"] * g
        v = state["exp_avg_sq"] = group["beta2"] * state["exp_avg_sq"] + group["rest2"] * (g * g)
        if group["amsgrad"]:
            v = state["max_exp_avg_sq"] = F.maximum(state["max_exp_avg_sq"], v)
        return p - group["rate"] * (m / (F.sqrt(v) / group["correction"] + group["epsilon"]))


class AdamW(Adam):
    """Adam with decoupled weight decay: p is multiplied by 1 - lr * weight_decay before the step of Adam.

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (0 * w).sum().backward()
    >>> torch.optim.AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> round(w.item(), 4)
    0.95
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
            decoupled_weight_decay=True,
        )
