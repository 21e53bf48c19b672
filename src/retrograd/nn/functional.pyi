"""Written by `make stubs`: what type checkers and editors know of `retrograd.nn.functional`."""

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
from retrograd.functional import adaptive_avg_pool1d as adaptive_avg_pool1d
from retrograd.functional import adaptive_avg_pool3d as adaptive_avg_pool3d
from retrograd.functional import adaptive_max_pool1d as adaptive_max_pool1d
from retrograd.functional import adaptive_max_pool1d_with_indices as adaptive_max_pool1d_with_indices
from retrograd.functional import adaptive_max_pool2d as adaptive_max_pool2d
from retrograd.functional import adaptive_max_pool2d_with_indices as adaptive_max_pool2d_with_indices
from retrograd.functional import adaptive_max_pool3d as adaptive_max_pool3d
from retrograd.functional import adaptive_max_pool3d_with_indices as adaptive_max_pool3d_with_indices
from retrograd.functional import affine_grid as affine_grid
from retrograd.functional import alpha_dropout as alpha_dropout
from retrograd.functional import avg_pool1d as avg_pool1d
from retrograd.functional import batch_norm as batch_norm
from retrograd.functional import bilinear as bilinear
from retrograd.functional import binary_cross_entropy as binary_cross_entropy
from retrograd.functional import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from retrograd.functional import celu as celu
from retrograd.functional import celu_ as celu_
from retrograd.functional import channel_shuffle as channel_shuffle
from retrograd.functional import conv1d as conv1d
from retrograd.functional import conv2d as conv2d
from retrograd.functional import conv3d as conv3d
from retrograd.functional import conv_tbc as conv_tbc
from retrograd.functional import conv_transpose1d as conv_transpose1d
from retrograd.functional import conv_transpose2d as conv_transpose2d
from retrograd.functional import conv_transpose3d as conv_transpose3d
from retrograd.functional import cosine_embedding_loss as cosine_embedding_loss
from retrograd.functional import cosine_similarity as cosine_similarity
from retrograd.functional import cross_entropy as cross_entropy
from retrograd.functional import ctc_decode as ctc_decode
from retrograd.functional import ctc_loss as ctc_loss
from retrograd.functional import dropout as dropout
from retrograd.functional import dropout1d as dropout1d
from retrograd.functional import dropout2d as dropout2d
from retrograd.functional import dropout3d as dropout3d
from retrograd.functional import elu as elu
from retrograd.functional import elu_ as elu_
from retrograd.functional import embedding as embedding
from retrograd.functional import embedding_bag as embedding_bag
from retrograd.functional import feature_alpha_dropout as feature_alpha_dropout
from retrograd.functional import fold as fold
from retrograd.functional import fractional_max_pool2d as fractional_max_pool2d
from retrograd.functional import fractional_max_pool2d_with_indices as fractional_max_pool2d_with_indices
from retrograd.functional import fractional_max_pool3d as fractional_max_pool3d
from retrograd.functional import fractional_max_pool3d_with_indices as fractional_max_pool3d_with_indices
from retrograd.functional import gaussian_nll_loss as gaussian_nll_loss
from retrograd.functional import glu as glu
from retrograd.functional import grid_sample as grid_sample
from retrograd.functional import group_norm as group_norm
from retrograd.functional import gumbel_softmax as gumbel_softmax
from retrograd.functional import hardsigmoid as hardsigmoid
from retrograd.functional import hardswish as hardswish
from retrograd.functional import hardtanh as hardtanh
from retrograd.functional import hardtanh_ as hardtanh_
from retrograd.functional import hinge_embedding_loss as hinge_embedding_loss
from retrograd.functional import huber_loss as huber_loss
from retrograd.functional import instance_norm as instance_norm
from retrograd.functional import interpolate as interpolate
from retrograd.functional import kl_div as kl_div
from retrograd.functional import l1_loss as l1_loss
from retrograd.functional import layer_norm as layer_norm
from retrograd.functional import leaky_relu as leaky_relu
from retrograd.functional import leaky_relu_ as leaky_relu_
from retrograd.functional import local_response_norm as local_response_norm
from retrograd.functional import log_softmax as log_softmax
from retrograd.functional import lp_pool1d as lp_pool1d
from retrograd.functional import lp_pool2d as lp_pool2d
from retrograd.functional import lp_pool3d as lp_pool3d
from retrograd.functional import margin_ranking_loss as margin_ranking_loss
from retrograd.functional import max_pool1d as max_pool1d
from retrograd.functional import max_pool1d_with_indices as max_pool1d_with_indices
from retrograd.functional import max_pool2d as max_pool2d
from retrograd.functional import max_pool2d_with_indices as max_pool2d_with_indices
from retrograd.functional import max_pool3d as max_pool3d
from retrograd.functional import max_pool3d_with_indices as max_pool3d_with_indices
from retrograd.functional import max_unpool1d as max_unpool1d
from retrograd.functional import max_unpool2d as max_unpool2d
from retrograd.functional import max_unpool3d as max_unpool3d
from retrograd.functional import mish as mish
from retrograd.functional import mse_loss as mse_loss
from retrograd.functional import multi_head_attention_forward as multi_head_attention_forward
from retrograd.functional import multi_margin_loss as multi_margin_loss
from retrograd.functional import multilabel_margin_loss as multilabel_margin_loss
from retrograd.functional import multilabel_soft_margin_loss as multilabel_soft_margin_loss
from retrograd.functional import native_channel_shuffle as native_channel_shuffle
from retrograd.functional import nll_loss as nll_loss
from retrograd.functional import one_hot as one_hot
from retrograd.functional import pad as pad
from retrograd.functional import pairwise_distance as pairwise_distance
from retrograd.functional import pdist as pdist
from retrograd.functional import pixel_shuffle as pixel_shuffle
from retrograd.functional import pixel_unshuffle as pixel_unshuffle
from retrograd.functional import poisson_nll_loss as poisson_nll_loss
from retrograd.functional import prelu as prelu
from retrograd.functional import relu as relu
from retrograd.functional import relu6 as relu6
from retrograd.functional import relu_ as relu_
from retrograd.functional import rms_norm as rms_norm
from retrograd.functional import rrelu as rrelu
from retrograd.functional import scaled_dot_product_attention as scaled_dot_product_attention
from retrograd.functional import selu as selu
from retrograd.functional import selu_ as selu_
from retrograd.functional import sigmoid as sigmoid
from retrograd.functional import silu as silu
from retrograd.functional import smooth_l1_loss as smooth_l1_loss
from retrograd.functional import soft_margin_loss as soft_margin_loss
from retrograd.functional import softmax as softmax
from retrograd.functional import softmin as softmin
from retrograd.functional import softsign as softsign
from retrograd.functional import tanh as tanh
from retrograd.functional import tanhshrink as tanhshrink
from retrograd.functional import threshold as threshold
from retrograd.functional import threshold_ as threshold_
from retrograd.functional import triplet_margin_loss as triplet_margin_loss
from retrograd.functional import triplet_margin_with_distance_loss as triplet_margin_with_distance_loss
from retrograd.functional import unfold as unfold
from retrograd.functional import upsample as upsample
from retrograd.functional import upsample_bilinear as upsample_bilinear
from retrograd.functional import upsample_nearest as upsample_nearest

def adaptive_avg_pool2d(input: _Any, output_size: _Any, *, out: _Any = None) -> _Tensor:
    """Means of windows that share out (N, C, H, W) into output_size (an int, or two; None keeps a size)."""
def avg_pool2d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """The mean of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default."""
def avg_pool3d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """The mean of each window of (N, C, D, H, W): see avg_pool2d."""
def gelu(input: _Any, approximate: _b.str = 'none', *, out: _Any = None) -> _Tensor:
    """x Phi(x), Phi the normal distribution function; approximate='tanh': the formula with tanh in its place."""
def hardshrink(input: _Any, lambd: _b.float = 0.5, *, out: _Any = None) -> _Tensor:
    """x where |x| > lambd, else 0. Derivative 1 or 0."""
def install(namespace: _b.dict[_b.str, _Any], module: _b.str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
def linear(input: _Any, weight: _Any, bias: _Any = None, *, out: _Any = None) -> _Tensor:
    """input @ weight.T + bias: input (*, in), weight (out, in), bias (out,), output (*, out)."""
def logsigmoid(input: _Any, *, out: _Any = None) -> _Tensor:
    """log(sigmoid(x)) = -log(1 + e**-x), without overflow. Derivative sigmoid(-x)."""
def normalize(input: _Any, p: _b.float = 2.0, dim: _Any = 1, eps: _b.float = 1e-12, out: None = None) -> _Tensor:
    """x / max(norm(x, p, dim), eps): vectors of length 1 along dim (an int or several); zero vectors stay zero."""
def softplus(input: _Any, beta: _b.float = 1.0, threshold: _b.float = 20.0, *, out: _Any = None) -> _Tensor:
    """log(1 + e**(beta x)) / beta, and x itself where beta x > threshold. Derivative sigmoid(beta x)."""
def softshrink(input: _Any, lambd: _b.float = 0.5, *, out: _Any = None) -> _Tensor:
    """x - lambd above lambd, x + lambd below -lambd, 0 between. Derivative 1 outside, 0 between and at +-lambd."""
