"""Adafactor."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import finfo
from retrograd.base.errors import DTypeError
from retrograd.optim.checks import check_flags, check_lr, not_negative
from retrograd.optim.optimizer import Group, Optimizer, State
from retrograd.tensors.create import zeros
from retrograd.tensors.tensor import Tensor


class Adafactor(Optimizer):
    """p = p - a u / max(1, rms(u) / d) with u = g / sqrt(V), where V is of a matrix only kept as the means R
    of its rows and C of its columns, V = R C / mean(R) (Shazeer and Stern, 2018), in PyTorch's form.

    The means follow g^2 with weight t^beta2_decay at step t; a = max(eps2, rms(p)) min(lr, 1 / sqrt(t)).

    >>> import retrograd as torch
    >>> w = torch.nn.Parameter(torch.ones(2, 2))
    >>> (3 * w).sum().backward()
    >>> torch.optim.Adafactor([w]).step()
    >>> round(w[0, 0].item(), 4)
    0.99
    """

    counters = ("step",)

    def __init__(self, params: Any, lr: float | Tensor = 1e-2, beta2_decay: float = -0.8,
                 eps: tuple[float | None, float] = (None, 1e-3), d: float = 1.0, weight_decay: float = 0.0, *,
                 foreach: bool | None = None, maximize: bool = False) -> None:
        check_lr(lr)
        if not beta2_decay <= 0.0:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        for k, e in enumerate(eps):
            if e is not None and not e >= 0.0:
                raise ValueError(f"epsilon{k + 1} should be >= 0 but is: {e}")
        if not d >= 1.0:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        not_negative("weight_decay value", weight_decay)
        check_flags(foreach, False, None)
        super().__init__(params, {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d,
                                  "weight_decay": weight_decay, "foreach": foreach, "maximize": maximize})

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """No steps, and zeros for the means."""
        if p.dtype.is_complex:
            raise DTypeError("Adafactor does not support complex parameters", op="Adafactor",
                             fix="Optimise view_as_real(p) .")
        if p.ndim < 2:
            return {"step": 0.0, "variance": zeros(p.shape, dtype=p.dtype)}
        return {"step": 0.0, "row_var": zeros((*p.shape[:-1], 1), dtype=p.dtype),
                "col_var": zeros((*p.shape[:-2], 1, p.shape[-1]), dtype=p.dtype)}

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """One step of one parameter."""
        smallest, least = group["eps"]
        smallest = finfo(p.dtype).eps if smallest is None else smallest
        lr, step = float(group["lr"]), state["step"] + 1.0
        state["step"] = step
        share = step ** group["beta2_decay"]
        size = max(p.numel(), 1) ** 0.5
        rate = F.clamp(F.norm(p) / size, min=least) * min(lr, step ** -0.5)
        if group["weight_decay"] != 0:
            p = p * (1 - lr * group["weight_decay"])
        squares = g * g
        if g.ndim > 1:
            row = state["row_var"] = F.lerp(state["row_var"], squares.mean(-1, keepdim=True), share)
            column = state["col_var"] = F.lerp(state["col_var"], squares.mean(-2, keepdim=True), share)
            variance = row * column / F.clamp(row.mean(-2, keepdim=True), min=smallest)
        else:
            variance = state["variance"] = F.lerp(state["variance"], squares, share)
        u = F.rsqrt(F.clamp(variance, min=smallest * smallest)) * g
        return p - rate / F.clamp(F.norm(u) / (size * group["d"]), min=1.0) * u
