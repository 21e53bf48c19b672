"""Written by `make stubs`: what type checkers and editors know of `retrograd.nn.utils`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd.nn.utils import clip_grad as clip_grad
from retrograd.nn.utils import convert_parameters as convert_parameters
from retrograd.nn.utils import fusion as fusion
from retrograd.nn.utils import init as init
from retrograd.nn.utils import parametrizations as parametrizations
from retrograd.nn.utils import parametrize as parametrize
from retrograd.nn.utils import prune as prune
from retrograd.nn.utils import rnn as rnn
from retrograd.nn.utils import weight_hooks as weight_hooks

def clip_grad_norm(parameters: _Any, max_norm: _b.float, norm_type: _b.float = 2.0, error_if_nonfinite: _b.bool = False, foreach: _b.bool | None = None, *, exact: _b.bool = False) -> _Tensor:
    """Scale all gradients together so that their total norm is at most `max_norm`; returns the norm before."""
def clip_grad_norm_(parameters: _Any, max_norm: _b.float, norm_type: _b.float = 2.0, error_if_nonfinite: _b.bool = False, foreach: _b.bool | None = None, *, exact: _b.bool = False) -> _Tensor:
    """Scale all gradients together so that their total norm is at most `max_norm`; returns the norm before."""
def clip_grad_value_(parameters: _Any, clip_value: _b.float, foreach: _b.bool | None = None) -> None:
    """Cut every entry of every gradient to [-clip_value, clip_value], in place."""
def clip_grads_with_norm_(parameters: _Any, max_norm: _b.float, total_norm: _Tensor, foreach: _b.bool | None = None, *, exact: _b.bool = False) -> None:
    """Multiply every gradient by min(1, max_norm / (total_norm + 1e-6)), in place."""
def fuse_conv_bn_eval(conv: _Any, bn: _Any, transpose: _b.bool = False) -> _Any:
    """A copy of the convolution that does what `bn(conv(x))` does in evaluation; neither may be training."""
def fuse_conv_bn_weights(conv_w: _Tensor, conv_b: _Tensor | None, bn_rm: _Tensor, bn_rv: _Tensor, bn_eps: _b.float, bn_w: _Tensor | None, bn_b: _Tensor | None, transpose: _b.bool = False) -> _Any:
    """Weight and bias of a convolution with (y - bn_rm) / sqrt(bn_rv + bn_eps) * bn_w + bn_b after it."""
def fuse_linear_bn_eval(linear: _Any, bn: _Any) -> _Any:
    """The same for a linear layer with as many features as `bn`."""
def fuse_linear_bn_weights(linear_w: _Tensor, linear_b: _Tensor | None, bn_rm: _Tensor, bn_rv: _Tensor, bn_eps: _b.float, bn_w: _Tensor | None, bn_b: _Tensor | None) -> _Any:
    """The same for a linear layer's (out, in) weight."""
def get_total_norm(tensors: _Any, norm_type: _b.float = 2.0, error_if_nonfinite: _b.bool = False, foreach: _b.bool | None = None) -> _Tensor:
    """The norm of all tensors as one vector: the norm of their norms. Special: 0 for no tensors."""
def parameters_to_vector(parameters: _Iterable[_Tensor]) -> _Tensor:
    """The entries of all parameters one after the other, differentiable."""
def remove_spectral_norm(module: _Any, name: _b.str = 'weight') -> _Any:
    """The weight as one parameter again."""
def remove_weight_norm(module: _Any, name: _b.str = 'weight') -> _Any:
    """The weight as one parameter again."""
def skip_init(module_cls: _Callable[..., _Any], *args: _Any, **kwargs: _Any) -> _Any:
    """module_cls(*args, **kwargs), whose random numbers are not taken from the default generator: for a layer whose weights are loaded."""
def spectral_norm(module: _Any, name: _b.str = 'weight', n_power_iterations: _b.int = 1, eps: _b.float = 1e-12, dim: _b.int | None = None) -> _Any:
    """w / sigma with the parameter name_orig. (`parametrizations.spectral_norm` is the newer one.)"""
def vector_to_parameters(vec: _Tensor, parameters: _Iterable[_Tensor]) -> None:
    """Write the entries of a vector into the parameters, in their order."""
def weight_norm(module: _Any, name: _b.str = 'weight', dim: _b.int | None = 0) -> _Any:
    """w = g v / |v| with parameters name_g and name_v. (`parametrizations.weight_norm` is the newer one.)"""
