"""Resilient backpropagation."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.optim.checks import check_flags, check_lr
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import full_like, zeros_like
from retrograd.tensors.tensor import Tensor


class Rprop(Optimizer):
    """p = p - sign(g) s: the step size s of each element grows by etas[1] while its gradient keeps its sign,
    shrinks by etas[0] when the sign turns (and then that step is left out), within `step_sizes`
    (Riedmiller and Braun, 1993).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.tensor([1.0]))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Rprop([w], lr=0.1).step()
    >>> round(w.item(), 4)
    0.9
    """

    counters = ("step",)

    def __init__(self, params: Any, lr: float | Tensor = 1e-2, etas: tuple[float, float] = (0.5, 1.2),
                 step_sizes: tuple[float, float] = (1e-6, 50), *, capturable: bool = False,
                 foreach: bool | None = None, maximize: bool = False, differentiable: bool = False) -> None:
        check_lr(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        check_flags(foreach, differentiable, None)
        super().__init__(params, {
            "lr": lr, "etas": etas, "step_sizes": step_sizes, "foreach": foreach, "maximize": maximize,
            "differentiable": differentiable, "capturable": capturable})

    def init_state(self, p: Tensor, group: Group) -> State:
        """No steps, no gradient before, and the first step size (of a complex number both parts')."""
        first = float(group["lr"]) * (1 + 1j if p.dtype.is_complex else 1)
        return {"step": 0.0, "prev": zeros_like(p), "step_size": full_like(p, first, requires_grad=False)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        (shrink, grow), (least, most) = group["etas"], group["step_sizes"]
        state["step"] = state["step"] + 1.0
        kept = g * state["prev"]
        turned = kept < 0
        size = F.where(kept > 0, state["step_size"] * grow,
                       F.where(turned, state["step_size"] * shrink, state["step_size"]))
        size = state["step_size"] = F.clamp(size, least, most)
        g = state["prev"] = F.masked_fill(g, turned, 0.0)
        return p - F.sign(g) * size
