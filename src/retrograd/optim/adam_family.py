"""NAdam, RAdam and Adamax: Adam with another look ahead, another first phase, another norm."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import default
from retrograd.engine.scalars import rounded
from retrograd.optim.checks import check_adam, check_flags, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor

Betas = tuple[float, float]


def _decayed(p: Tensor, g: Tensor, group: Group) -> tuple[Tensor, Tensor]:
    """Parameter and gradient after weight decay, of the one or of the other."""
    if group["weight_decay"] == 0:
        return p, g
    if group.get("decoupled_weight_decay", False):
        return p * (1 - group["lr"] * group["weight_decay"]), g
    return p, g + group["weight_decay"] * p


class _Averages(Optimizer):
    """What the three share: moving averages of the gradient and of its square."""

    counters = ("step",)

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """No steps, and zeros for both averages."""
        return {"step": 0.0, "exp_avg": zeros_like(p), "exp_avg_sq": zeros_like(p)}

    def _averaged(self, g: Tensor, state: State, group: Group) -> tuple[Tensor, Tensor]:
        b1, b2 = group["betas"]
        m = state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
        v = state["exp_avg_sq"] = b2 * state["exp_avg_sq"] + (1 - b2) * (g * g)
        return m, v


class NAdam(_Averages):
    """Adam with Nesterov momentum (Dozat, 2016): with mu_t = b1 (1 - 0.96^(t momentum_decay) / 2) and
    M_t = mu_1 ... mu_t,

        p = p - lr ((1 - mu_t) / (1 - M_t) g + mu_(t+1) / (1 - M_(t+1)) m) / (sqrt(v / (1 - b2^t)) + eps)

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.NAdam([w], lr=0.1).step()
    >>> w.item() < 1
    True
    """

    plain = ("mu_product",)

    def __init__(self, params: Any, lr: float | Tensor = 2e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, momentum_decay: float = 4e-3,
                 decoupled_weight_decay: bool = False, *, foreach: bool | None = None, maximize: bool = False,
                 capturable: bool = False, differentiable: bool = False) -> None:
        checked = check_adam(lr, betas, eps, weight_decay)
        not_negative("momentum_decay value", momentum_decay)
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "betas": checked, "eps": eps, "weight_decay": weight_decay,
            "momentum_decay": momentum_decay, "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize, "foreach": foreach, "capturable": capturable,
            "differentiable": differentiable})

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, the product of no momenta, and zeros for both averages."""
        state = super().init_state(p, group)
        return {"step": state["step"], "mu_product": 1.0, **state}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        (b1, b2), lr, decay = group["betas"], group["lr"], group["momentum_decay"]
        state["step"] = t = state["step"] + 1.0
        p, g = _decayed(p, g, group)
        mu, after = (b1 * (1.0 - 0.5 * 0.96 ** (k * decay)) for k in (t, t + 1))
        product = state["mu_product"] = rounded(state["mu_product"] * mu, default())
        m, v = self._averaged(g, state, group)
        denominator = F.sqrt(v / (1 - b2**t)) + group["eps"]
        p = p - (lr * (1.0 - mu) / (1.0 - product)) * (g / denominator)
        return p - (lr * after / (1.0 - product * after)) * (m / denominator)


class RAdam(_Averages):
    """Adam whose adaptive step is rectified while few gradients were seen (Liu et al., 2019): with
    rho = 2 / (1 - b2) - 1 and rho_t = rho - 2 t b2^t / (1 - b2^t), a step along m / (1 - b1^t), divided by
    sqrt(v / (1 - b2^t)) and scaled by sqrt((rho_t - 4)(rho_t - 2) rho / ((rho - 4)(rho - 2) rho_t)) once
    rho_t > 5.

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.RAdam([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.7
    """

    def __init__(self, params: Any, lr: float | Tensor = 1e-3, betas: Betas = (0.9, 0.999),
                 eps: float = 1e-8, weight_decay: float = 0, decoupled_weight_decay: bool = False, *,
                 foreach: bool | None = None, maximize: bool = False, capturable: bool = False,
                 differentiable: bool = False) -> None:
        checked = check_adam(lr, betas, eps, weight_decay)
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "betas": checked, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "foreach": foreach, "capturable": capturable, "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable})

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        (b1, b2), lr = group["betas"], group["lr"]
        state["step"] = t = state["step"] + 1.0
        p, g = _decayed(p, g, group)
        m, v = self._averaged(g, state, group)
        long = 2 / (1 - b2) - 1
        now = long - 2 * t * b2**t / (1 - b2**t)
        step = m * (lr / (1 - b1**t))
        if now <= 5.0:
            return p - step
        rectified = ((now - 4) * (now - 2) * long / ((long - 4) * (long - 2) * now)) ** 0.5
        return p - step * (rectified * (1 - b2**t) ** 0.5) / (F.sqrt(v) + group["eps"])


class Adamax(Optimizer):
    """Adam with the infinity norm (Kingma and Ba, 2014, section 7.1): u = max(b2 u, |g| + eps) and
    p = p - lr / (1 - b1^t) m / u.

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Adamax([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.9
    """

    counters = ("step",)

    def __init__(self, params: Any, lr: float | Tensor = 2e-3, betas: Betas = (0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0, foreach: bool | None = None, *, maximize: bool = False,
                 differentiable: bool = False, capturable: bool = False) -> None:
        checked = check_adam(lr, betas, eps, weight_decay)
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "betas": checked, "eps": eps, "weight_decay": weight_decay, "foreach": foreach,
            "maximize": maximize, "differentiable": differentiable, "capturable": capturable})

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """No steps, and zeros for average and norm."""
        return {"step": 0.0, "exp_avg": zeros_like(p), "exp_inf": zeros_like(p)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        b1, b2 = group["betas"]
        state["step"] = t = state["step"] + 1.0
        p, g = _decayed(p, g, group)
        m = state["exp_avg"] = b1 * state["exp_avg"] + (1 - b1) * g
        u = state["exp_inf"] = F.maximum(b2 * state["exp_inf"], F.abs(g) + group["eps"])
        return p - (group["lr"] / (1 - b1**t)) * (m / u)
