"""Muon."""

from __future__ import annotations

import math
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import bfloat16
from retrograd.base.errors import DTypeError
from retrograd.optim.checks import check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros_like
from retrograd.tensors.tensor import Tensor


class Muon(Optimizer):
    """p = (1 - lr weight_decay) p - lr' O(m), where m is the momentum of a matrix's gradients and O makes it
    nearly orthogonal: Newton-Schulz steps X = a X + (b X X' + c (X X')^2) X in bfloat16 (Jordan, 2024).

    lr' is lr sqrt(max(1, rows / columns)), or 0.2 lr sqrt(max(rows, columns)) with 'match_rms_adamw'.

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.eye(2))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Muon([w], lr=0.1).step()
    >>> w.shape
    retrograd.Size([2, 2])
    """

    def __init__(self, params: Any, lr: float | Tensor = 1e-3, weight_decay: float = 0.1,
                 momentum: float = 0.95, nesterov: bool = True,
                 ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315), eps: float = 1e-7,
                 ns_steps: int = 5, adjust_lr_fn: str | None = None) -> None:
        check_lr(lr)
        not_negative("momentum value", momentum)
        not_negative("weight_decay value", weight_decay)
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        if ns_steps >= 100:
            raise ValueError("Number of steps must be less than 100 for computational efficiency")
        if len(ns_coefficients) != 3:
            raise ValueError("Coefficients must be a tuple of exactly 3 values")
        super().__init__(params, {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps,
            "adjust_lr_fn": adjust_lr_fn})
        for p in (p for group in self.param_groups for p in group["params"]):
            if p.ndim != 2:
                raise ValueError(f"Muon only supports 2D parameters whereas we found a parameter with size: "
                                 f"{tuple(p.shape)}. Give the others to AdamW.")

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """Zeros for the momentum."""
        if p.dtype.is_complex:
            raise DTypeError("Muon does not support complex parameters", op="Muon",
                             fix="Optimise view_as_real(p) .")
        return {"momentum_buffer": zeros_like(p)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        lr, inertia = float(group["lr"]), group["momentum"]
        m = state["momentum_buffer"] = F.lerp(state["momentum_buffer"], g, 1 - inertia)
        if group["nesterov"]:
            m = F.lerp(g, m, inertia)
        rows, columns = p.shape
        ratio = 0.2 * math.sqrt(max(rows, columns)) if group["adjust_lr_fn"] == "match_rms_adamw" else \
            math.sqrt(max(1, rows / columns))
        o = orthogonal(m, group["ns_coefficients"], group["ns_steps"], group["eps"])
        return p * (1 - lr * group["weight_decay"]) - lr * ratio * o.to(p.dtype)


def orthogonal(m: Tensor, coefficients: tuple[float, float, float], steps: int, eps: float) -> Tensor:
    """A matrix with the singular vectors of m and singular values near 1, in bfloat16."""
    a, b, c = coefficients
    tall = m.shape[0] > m.shape[1]
    x = (m.T if tall else m).to(bfloat16)
    x = x / F.clamp(F.norm(x), min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return x.T if tall else x
