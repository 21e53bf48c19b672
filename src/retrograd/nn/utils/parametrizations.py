"""Parametrisations that are used often: weight norm, spectral norm, orthogonal matrices."""

from __future__ import annotations

from typing import Any

import numpy as np

from retrograd import functional as F
from retrograd.base.modes import no_grad
from retrograd.functional.products import solve
from retrograd.nn.module import Module
from retrograd.nn.utils.parametrize import register_parametrization
from retrograd.tensors.create import eye, randn, tensor
from retrograd.tensors.tensor import Tensor


def norm_except_dim(v: Tensor, dim: int) -> Any:
    """Norms over all dimensions but one, which keeps its place (-1: over all).

    >>> import retrograd as rg
    >>> norm_except_dim(rg.tensor([[3.0, 4.0]]), 0)
    tensor([[5.]])
    """
    if dim == -1:
        return F.norm(v)
    over = tuple(d for d in range(v.dim()) if d != dim % v.dim())
    return F.norm(v, 2, over, True) if over else v.abs()


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Any:
        return weight_v * (weight_g / norm_except_dim(weight_v, self.dim))

    def right_inverse(self, weight: Tensor) -> tuple[Any, Any]:
        return norm_except_dim(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    """w = g v / |v|: magnitude and direction as two parameters, original0 and original1.

    >>> import retrograd as rg
    >>> list(weight_norm(rg.nn.Linear(2, 1)).state_dict())
    ['bias', 'parametrizations.weight.original0', 'parametrizations.weight.original1']
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def renamed(_: Module, state_dict: Any, prefix: str, *rest: Any) -> None:
        """What the older weight_norm saved loads too."""
        keys = f"{prefix}{name}_g", f"{prefix}{name}_v"
        if all(key in state_dict for key in keys):
            for k, key in enumerate(keys):
                state_dict[f"{prefix}parametrizations.{name}.original{k}"] = state_dict.pop(key)
    module.register_load_state_dict_pre_hook(renamed)
    return module


class _SpectralNorm(Module):
    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        if dim >= weight.dim() or dim < -weight.dim():
            raise IndexError(f"Dimension out of range (expected to be in range of [-{weight.dim()}, "
                             f"{weight.dim() - 1}] but got {dim})")
        if n_power_iterations <= 0:
            raise ValueError("Expected n_power_iterations to be positive, but "
                             f"got n_power_iterations={n_power_iterations}")
        self.dim, self.eps, self.n_power_iterations = dim % weight.dim(), eps, n_power_iterations
        if weight.dim() > 1:
            with no_grad():
                matrix = self._matrix(weight)
                h, w = matrix.shape
                self.register_buffer("_u", F.normalize(randn(h, dtype=weight.dtype), dim=0, eps=eps))
                self.register_buffer("_v", F.normalize(randn(w, dtype=weight.dtype), dim=0, eps=eps))
                self._iterate(matrix, 15)

    def _matrix(self, weight: Tensor) -> Any:
        return F.movedim(weight, self.dim, 0).reshape(weight.shape[self.dim], -1)

    def _iterate(self, matrix: Any, times: int) -> None:
        with no_grad():
            for _ in range(times):
                self._u.copy_(F.normalize(F.mv(matrix.detach(), self._v), dim=0, eps=self.eps))
                self._v.copy_(F.normalize(F.mv(matrix.detach().T, self._u), dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Any:
        if weight.dim() == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._matrix(weight)
        if self.training:
            self._iterate(matrix, self.n_power_iterations)
        sigma = F.dot(self._u.clone(), F.mv(matrix, self._v.clone()))
        return weight / sigma

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12,
                  dim: int | None = None) -> Module:
    """w / sigma, sigma the largest singular value, kept up with by power iterations in training.

    >>> import retrograd as rg
    >>> layer = spectral_norm(rg.nn.Linear(3, 2))
    >>> round(rg.linalg.svdvals(layer.eval().weight)[0].item(), 2)
    1.0
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if dim is None:
        dim = 1 if type(module).__name__.startswith("ConvTranspose") else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))


class _Orthogonal(Module):
    def __init__(self, weight: Tensor, kind: str, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.dim() < 2 or weight.dim() > 2:
            raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} "
                             f"dimensions.")
        self.kind = kind
        if use_trivialization and kind != "householder":
            self.register_buffer("base", None)
        self.trivial = use_trivialization and kind != "householder"

    def forward(self, X: Tensor) -> Any:
        n, k = X.shape
        wide = n < k
        x: Any = X.T if wide else X
        n, k = x.shape
        if self.kind == "householder":
            q = _reflections(x.tril(-1)) * x.diagonal().sign()
        else:
            x = x.tril()
            if n != k:
                x = F.cat([x, x[:, :1].expand(n, n - k) * 0], -1)
            skew = x - x.T
            one = eye(n, dtype=X.dtype)
            q = F.matrix_exp(skew) if self.kind == "matrix_exp" else solve(one + skew / 2, one - skew / 2)
            q = q[:, :k]
        if self.trivial and self.base is not None:
            q = self.base @ q if not wide else self.base @ q
        return q.T if wide else q

    def right_inverse(self, Q: Tensor) -> Any:
        wide = Q.shape[0] < Q.shape[1]
        q = np.asarray((Q.T if wide else Q).detach().numpy(), np.float64)
        n, k = q.shape
        if self.kind == "householder":
            raw, tau = np.linalg.qr(q, mode="raw")
            h = raw.T.copy()
            # A reflection that LAPACK leaves out has tau 0; here it is one that turns the sign.
            signs = np.where(np.diag(h) < 0, -1.0, 1.0)
            h[np.arange(k), np.arange(k)] = np.where(tau == 0, -signs, signs)
            start = tensor(h.tolist(), dtype=Q.dtype)
            return start.T if wide else start
        # The base takes the orthogonal part; the function then starts at the identity.
        basis, r = np.linalg.qr(q, mode="complete")
        basis[:, :k] *= np.where(np.diag(r) < 0, -1.0, 1.0)
        if not self.trivial:
            raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley "
                                      "parametrizations when use_trivialization=False.")
        self.base = tensor(basis.tolist(), dtype=Q.dtype)
        zero = (Q.T if wide else Q).detach() * 0
        return zero.T if wide else zero


def _reflections(below: Any) -> Any:
    """The product of the reflections I - tau v v^T whose vectors lie below a unit diagonal."""
    n, k = below.shape
    one = eye(n, k, dtype=below.dtype)
    q = one
    tau = 2.0 / (1.0 + (below * below).sum(0))
    for i in reversed(range(k)):
        v = (below[:, i] + one[:, i]).unsqueeze(1)
        q = q - tau[i] * v * (v * q).sum(0, True)
    return q


def orthogonal(module: Module, name: str = "weight", orthogonal_map: str | None = None, *,
               use_trivialization: bool = True) -> Module:
    """A matrix whose columns (or rows, if wide) are orthonormal, by 'matrix_exp', 'cayley' or 'householder'.

    >>> import retrograd as rg
    >>> q = orthogonal(rg.nn.Linear(2, 2)).weight
    >>> bool(((q @ q.T - rg.eye(2)).abs() < 1e-5).all())
    True
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.dim() < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.dim()} "
                         f"dimensions.")
    kind = orthogonal_map or ("matrix_exp" if weight.shape[-2] == weight.shape[-1] else "householder")
    if kind not in ("matrix_exp", "cayley", "householder"):
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: '
                         f'{kind}')
    return register_parametrization(module, name, _Orthogonal(weight, kind, use_trivialization), unsafe=True)
