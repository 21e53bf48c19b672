"""`torch.nn.utils.fusion`: a layer and its batch norm go in, one layer that does both comes out."""

from __future__ import annotations

import copy
from typing import Any

from retrograd.nn.module import Module
from retrograd.tensors.create import ones_like, zeros_like
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]


def fuse_conv_bn_weights(conv_w: Tensor, conv_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor, bn_eps: float,
                         bn_w: Tensor | None, bn_b: Tensor | None,
                         transpose: bool = False) -> tuple[Parameter, Parameter]:
    """Weight and bias of a convolution with (y - bn_rm) / sqrt(bn_rv + bn_eps) * bn_w + bn_b after it.

    >>> import retrograd as rg
    >>> w, b = fuse_conv_bn_weights(rg.ones(1, 1, 1, 1), None, rg.ones(1), rg.ones(1), 0.0, None, None)
    >>> w.item(), b.item()
    (1.0, -1.0)
    """
    shift = zeros_like(bn_rm) if conv_b is None else conv_b
    scale = (ones_like(bn_rm) if bn_w is None else bn_w) * (bn_rv + bn_eps).rsqrt()
    shape = [1] * conv_w.ndim
    shape[1 if transpose else 0] = -1
    weight = conv_w * scale.to(conv_w.dtype).reshape(shape)
    bias = (shift - bn_rm) * scale + (zeros_like(bn_rm) if bn_b is None else bn_b)
    wants = conv_w.requires_grad
    return Parameter(weight.detach(), wants), Parameter(bias.to(shift.dtype).detach(), wants)


def fuse_linear_bn_weights(linear_w: Tensor, linear_b: Tensor | None, bn_rm: Tensor, bn_rv: Tensor,
                           bn_eps: float, bn_w: Tensor | None,
                           bn_b: Tensor | None) -> tuple[Parameter, Parameter]:
    """The same for a linear layer's (out, in) weight."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)


def fuse_conv_bn_eval(conv: Any, bn: Any, transpose: bool = False) -> Module:
    """A copy of the convolution that does what `bn(conv(x))` does in evaluation; neither may be training.

    >>> import retrograd as rg
    >>> conv, bn = rg.nn.Conv2d(2, 3, 3).eval(), rg.nn.BatchNorm2d(3).eval()
    >>> x = rg.ones(1, 2, 4, 4)
    >>> rg.allclose(fuse_conv_bn_eval(conv, bn)(x), bn(conv(x)), atol=1e-6)
    True
    """
    if conv.training or bn.training:
        raise AssertionError("Fusion is for evaluation: call eval() on both layers first.")
    fused = copy.deepcopy(conv)
    fused.weight, fused.bias = fuse_conv_bn_weights(fused.weight, fused.bias, bn.running_mean, bn.running_var,
                                                    bn.eps, bn.weight, bn.bias, transpose)
    return fused  # type: ignore[no-any-return]


def fuse_linear_bn_eval(linear: Any, bn: Any) -> Module:
    """The same for a linear layer with as many features as `bn`."""
    if linear.out_features != bn.num_features and bn.num_features != 1:
        raise AssertionError("To fuse, linear.out_features == bn.num_features or bn.num_features == 1")
    return fuse_conv_bn_eval(linear, bn)
