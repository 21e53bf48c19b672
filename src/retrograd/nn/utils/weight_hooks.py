"""The older weight_norm and spectral_norm: parameters weight_g and weight_v (weight_orig), recomputed by a
hook."""

from __future__ import annotations

from typing import Any

from retrograd import functional as F
from retrograd.base.modes import no_grad
from retrograd.nn.module import Module
from retrograd.nn.utils.parametrizations import norm_except_dim
from retrograd.tensors.create import randn
from retrograd.tensors.parameter import Parameter


class _Recomputed:
    """A forward pre-hook that works a weight out anew before each call."""

    def __init__(self, name: str) -> None:
        self.name = name

    def value(self, module: Module, update: bool) -> Any:
        """The weight."""
        raise NotImplementedError

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.value(module, module.training))


class _WeightNorm(_Recomputed):
    def __init__(self, name: str, dim: int) -> None:
        super().__init__(name)
        self.dim = dim

    def value(self, module: Module, update: bool) -> Any:
        g, v = getattr(module, self.name + "_g"), getattr(module, self.name + "_v")
        return v * (g / norm_except_dim(v, self.dim))


class _SpectralNorm(_Recomputed):
    def __init__(self, name: str, times: int, dim: int, eps: float) -> None:
        super().__init__(name)
        self.times, self.dim, self.eps = times, dim, eps

    def matrix(self, weight: Any) -> Any:
        """The weight as a matrix with dim as its rows."""
        return F.movedim(weight, self.dim, 0).reshape(weight.shape[self.dim], -1)

    def value(self, module: Module, update: bool) -> Any:
        weight = getattr(module, self.name + "_orig")
        u, v = getattr(module, self.name + "_u"), getattr(module, self.name + "_v")
        matrix = self.matrix(weight)
        if update:
            with no_grad():
                for _ in range(self.times):
                    v.copy_(F.normalize(F.mv(matrix.detach().T, u), dim=0, eps=self.eps))
                    u.copy_(F.normalize(F.mv(matrix.detach(), v), dim=0, eps=self.eps))
        return weight / F.dot(u.clone(), F.mv(matrix, v.clone()))


def _found(module: Module, kind: type[Any], name: str) -> tuple[int, Any] | None:
    return next(((key, h) for key, h in module._forward_pre_hooks.items()
                 if isinstance(h, kind) and h.name == name), None)


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """w = g v / |v| with parameters name_g and name_v. (`parametrizations.weight_norm` is the newer one.)

    >>> import retrograd as rg
    >>> sorted(weight_norm(rg.nn.Linear(2, 1)).state_dict())
    ['bias', 'weight_g', 'weight_v']
    """
    if _found(module, _WeightNorm, name):
        raise RuntimeError(f"Cannot register two weight_norm hooks on the same parameter {name}")
    hook = _WeightNorm(name, -1 if dim is None else dim)
    weight = getattr(module, name)
    del module._parameters[name]
    module.register_parameter(name + "_g", Parameter(norm_except_dim(weight.detach(), hook.dim)))
    module.register_parameter(name + "_v", Parameter(weight.detach()))
    setattr(module, name, hook.value(module, False))
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: Module, name: str = "weight") -> Module:
    """The weight as one parameter again.

    >>> import retrograd as rg
    >>> sorted(remove_weight_norm(weight_norm(rg.nn.Linear(2, 1))).state_dict())
    ['bias', 'weight']
    """
    return _remove(module, name, _WeightNorm, ("_g", "_v"), "weight_norm")


def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """w / sigma with the parameter name_orig. (`parametrizations.spectral_norm` is the newer one.)

    >>> import retrograd as rg
    >>> sorted(spectral_norm(rg.nn.Linear(2, 1)).state_dict())
    ['bias', 'weight_orig', 'weight_u', 'weight_v']
    """
    if _found(module, _SpectralNorm, name):
        raise RuntimeError(f"Cannot register two spectral_norm hooks on the same parameter {name}")
    if n_power_iterations <= 0:
        raise ValueError(f"Expected n_power_iterations to be positive, but got "
                         f"n_power_iterations={n_power_iterations}")
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    hook = _SpectralNorm(name, n_power_iterations, dim, eps)
    weight = module._parameters[name]
    assert weight is not None
    h, w = hook.matrix(weight.detach()).shape
    del module._parameters[name]
    module.register_parameter(name + "_orig", weight)
    setattr(module, name, weight.detach())
    module.register_buffer(name + "_u", F.normalize(randn(h, dtype=weight.dtype), dim=0, eps=eps))
    module.register_buffer(name + "_v", F.normalize(randn(w, dtype=weight.dtype), dim=0, eps=eps))
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: Module, name: str = "weight") -> Module:
    """The weight as one parameter again.

    >>> import retrograd as rg
    >>> sorted(remove_spectral_norm(spectral_norm(rg.nn.Linear(2, 1))).state_dict())
    ['bias', 'weight']
    """
    return _remove(module, name, _SpectralNorm, ("_orig", "_u", "_v"), "spectral_norm")


def _remove(module: Module, name: str, kind: type, ends: tuple[str, ...], op: str) -> Module:
    found = _found(module, kind, name)
    if found is None:
        raise ValueError(f"{op} of '{name}' not found in {module}")
    key, hook = found
    with no_grad():
        value = hook.value(module, False).detach().clone()
    delattr(module, name)
    for end in ends:
        delattr(module, name + end)
    module.register_parameter(name, Parameter(value))
    del module._forward_pre_hooks[key]
    return module
