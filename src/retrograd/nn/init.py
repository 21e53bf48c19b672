"""Initialisers: a tensor goes in, is filled in place with no gradient recorded, and comes back.

fan_in and fan_out are the numbers of connections into and out of one unit: for a weight of shape (out, in,
*kernel) they are in * prod(kernel) and out * prod(kernel).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

import numpy as np

from retrograd.base.modes import no_grad
from retrograd.ops import special_values
from retrograd.tensors.create import as_tensor, empty
from retrograd.tensors.tensor import Tensor

_GAINS = {"sigmoid": 1.0, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
_LINEAR = {"linear"} | {f"conv{n}d" for n in (1, 2, 3)} | {f"conv_transpose{n}d" for n in (1, 2, 3)}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The recommended gain of a nonlinearity: 1 for linear and sigmoid, sqrt(2) for relu, 5/3 for tanh,
    3/4 for selu, sqrt(2 / (1 + slope^2)) for leaky_relu.

    >>> calculate_gain("leaky_relu", 1.0)
    1.0
    """
    if nonlinearity in _LINEAR:
        return 1.0
    if nonlinearity in _GAINS:
        return _GAINS[nonlinearity]
    if nonlinearity != "leaky_relu":
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    if param is None:
        return math.sqrt(2.0 / (1 + 0.01**2))
    if isinstance(param, bool) or not isinstance(param, (int, float)):
        raise ValueError(f"negative_slope {param} not a valid number")
    return math.sqrt(2.0 / (1 + param**2))


def _calculate_fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _calculate_correct_fan(tensor: Tensor, mode: str) -> int:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode.lower()} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode.lower() == "fan_out"]


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Any = None) -> Tensor:
    """Values from U(a, b).

    >>> import retrograd as torch
    >>> w = uniform_(torch.empty(100), -1.0, 1.0)
    >>> bool((w.abs() <= 1).all())
    True
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Any = None) -> Tensor:
    """Values from N(mean, std^2).

    >>> import retrograd as torch
    >>> tuple(normal_(torch.empty(3, 5)).shape)
    (3, 5)
    """
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Any = None,
) -> Tensor:
    """Values from N(mean, std^2) that lie in [a, b]: the quantile function of the normal at uniform values.

    >>> import retrograd as torch
    >>> w = trunc_normal_(torch.empty(1000), std=2.0, a=-1.0, b=1.0)
    >>> bool((w.abs() <= 1).all())
    True
    """
    low, high = (0.5 * (1 + math.erf((bound - mean) / (std * math.sqrt(2.0)))) for bound in (a, b))
    uniform = empty(*tensor.shape).double().uniform_(low, high, generator=generator)
    values = np.clip(mean + std * special_values.ndtri(uniform.numpy()), a, b)
    return tensor.copy_(as_tensor(values))


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """One value everywhere.

    >>> import retrograd as torch
    >>> constant_(torch.empty(2), 0.5).tolist()
    [0.5, 0.5]
    """
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones.

    >>> import retrograd as torch
    >>> ones_(torch.empty(2)).tolist()
    [1.0, 1.0]
    """
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros.

    >>> import retrograd as torch
    >>> zeros_(torch.empty(2)).tolist()
    [0.0, 0.0]
    """
    return constant_(tensor, 0.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """The identity matrix, in a 2-dimensional tensor of any shape.

    >>> import retrograd as torch
    >>> eye_(torch.empty(2, 3)).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return tensor.copy_(as_tensor(np.eye(*tensor.shape)))


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """The convolution kernel that copies its input: 1 at the centre between channel i and channel i.

    >>> import retrograd as torch
    >>> dirac_(torch.empty(1, 1, 3)).tolist()
    [[[0.0, 1.0, 0.0]]]
    """
    if tensor.dim() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    if tensor.shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    values = np.zeros(tuple(tensor.shape))
    per_group = tensor.shape[0] // groups
    centre = tuple(size // 2 for size in tensor.shape[2:])
    for group in range(groups):
        for i in range(min(per_group, tensor.shape[1])):
            values[(group * per_group + i, i, *centre)] = 1.0
    return tensor.copy_(as_tensor(values))


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """U(-b, b) with b = gain * sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio).

    >>> import retrograd as torch
    >>> bool((xavier_uniform_(torch.empty(3, 3)).abs() <= 1).all())
    True
    """
    return uniform_(tensor, *_symmetric(math.sqrt(3.0) * _xavier_std(tensor, gain)), generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Any = None) -> Tensor:
    """N(0, std^2) with std = gain * sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio).

    >>> import retrograd as torch
    >>> tuple(xavier_normal_(torch.empty(3, 5)).shape)
    (3, 5)
    """
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """U(-b, b) with b = gain * sqrt(3 / fan), fan by `mode`; `a` is the negative slope after it (He et al.).

    >>> import retrograd as torch
    >>> bool((kaiming_uniform_(torch.empty(4, 6)).abs() <= 1).all())
    True
    """
    if tensor.numel() == 0:
        return tensor
    return uniform_(
        tensor, *_symmetric(math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)), generator
    )


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Any = None,
) -> Tensor:
    """N(0, std^2) with std = gain / sqrt(fan), fan by `mode`; `a` is the negative slope after it (He et al.).

    >>> import retrograd as torch
    >>> tuple(kaiming_normal_(torch.empty(3, 5)).shape)
    (3, 5)
    """
    if tensor.numel() == 0:
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Any = None) -> Tensor:
    """A (semi-)orthogonal matrix: rows (or columns) of length `gain` at right angles.

    Q of the QR decomposition of a normal matrix, with the signs of R's diagonal, which makes it uniform
    (Haar). Dims after the first are taken as one.

    >>> import retrograd as torch
    >>> w = orthogonal_(torch.empty(2, 3))
    >>> torch.allclose(w @ w.T, torch.eye(2), atol=1e-5)
    True
    """
    if tensor.dim() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    normal = empty(rows, columns).double().normal_(0.0, 1.0, generator=generator).numpy()
    q, r = np.linalg.qr(normal if rows >= columns else normal.T)
    q = q * np.sign(np.diagonal(r))
    q = q if rows >= columns else q.T
    return tensor.copy_(as_tensor(gain * q).reshape(tensor.shape))


def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Any = None) -> Tensor:
    """N(0, std^2), and the share `sparsity` of each column set to 0.

    >>> import retrograd as torch
    >>> (sparse_(torch.empty(4, 2), 0.5) == 0).sum(0).tolist()
    [2, 2]
    """
    if tensor.dim() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    rows, columns = tensor.shape
    values = empty(rows, columns).double().normal_(0.0, std, generator=generator).numpy()
    order = np.argsort(empty(rows, columns).double().uniform_(generator=generator).numpy(), 0)
    np.put_along_axis(values, order[:math.ceil(sparsity * rows)], 0.0, 0)
    return tensor.copy_(as_tensor(values))


def _symmetric(bound: float) -> tuple[float, float]:
    return -bound, bound


def _xavier_std(tensor: Tensor, gain: float) -> float:
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return gain * math.sqrt(2.0 / (fan_in + fan_out))


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    return calculate_gain(nonlinearity, a) / math.sqrt(_calculate_correct_fan(tensor, mode))


# Names of PyTorch before 0.4: they warn and do the same.
_OLDER = ("uniform", "normal", "constant", "eye", "dirac", "xavier_uniform", "xavier_normal",
          "kaiming_uniform", "kaiming_normal", "orthogonal", "sparse")


def _older(name: str) -> Callable[..., Tensor]:
    new = globals()[name + "_"]

    @wraps(new)
    def fill(*args: Any, **kwargs: Any) -> Tensor:
        warnings.warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning,
                      stacklevel=2)
        return new(*args, **kwargs)  # type: ignore[no-any-return]
    fill.__name__ = fill.__qualname__ = name
    return fill


def __getattr__(name: str) -> object:
    if name in _OLDER:
        return _older(name)
    raise import_module("retrograd.missing").attribute_error("nn.init", name, globals())
