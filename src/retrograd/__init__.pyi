"""Written by `make stubs`: what type checkers and editors know of `retrograd`."""

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
from retrograd import accelerator as accelerator
from retrograd import amp as amp
from retrograd import autodiff as autodiff
from retrograd import autograd as autograd
from retrograd import backends as backends
from retrograd import base as base
from retrograd import compiler as compiler
from retrograd import cuda as cuda
from retrograd import data as data
from retrograd import distributed as distributed
from retrograd import distributions as distributions
from retrograd import engine as engine
from retrograd import fft as fft
from retrograd import func as func
from retrograd import functional as functional
from retrograd import fx as fx
from retrograd import graph as graph
from retrograd import hub as hub
from retrograd import interop as interop
from retrograd import jit as jit
from retrograd import linalg as linalg
from retrograd import mps as mps
from retrograd import multiprocessing as multiprocessing
from retrograd import nn as nn
from retrograd import onnx as onnx
from retrograd import ops as ops
from retrograd import optim as optim
from retrograd import profiler as profiler
from retrograd import random as random
from retrograd import runtime as runtime
from retrograd import serialization as serialization
from retrograd import signal as signal
from retrograd import special as special
from retrograd import tensors as tensors
from retrograd import testing as testing
from retrograd import trust as trust
from retrograd import types as types
from retrograd import utils as utils
from retrograd import version as version
from retrograd import vision as vision
from retrograd import xpu as xpu
from retrograd.amp import GradScaler as GradScaler
from retrograd.amp import autocast as autocast
from retrograd.base.dtype import DType as DType
from retrograd.base.dtype import DType as dtype
from retrograd.base.dtype import finfo as finfo
from retrograd.base.dtype import iinfo as iinfo
from retrograd.base.modes import enable_grad as enable_grad
from retrograd.base.modes import inference_mode as inference_mode
from retrograd.base.modes import no_grad as no_grad
from retrograd.base.modes import set_grad_enabled as set_grad_enabled
from retrograd.base.shape import Size as Size
from retrograd.engine.random import Generator as Generator
from retrograd.functional import adaptive_avg_pool1d as adaptive_avg_pool1d
from retrograd.functional import adaptive_max_pool1d as adaptive_max_pool1d
from retrograd.functional import allclose as allclose
from retrograd.functional import alpha_dropout as alpha_dropout
from retrograd.functional import argwhere as argwhere
from retrograd.functional import atleast_1d as atleast_1d
from retrograd.functional import atleast_2d as atleast_2d
from retrograd.functional import atleast_3d as atleast_3d
from retrograd.functional import avg_pool1d as avg_pool1d
from retrograd.functional import batch_norm as batch_norm
from retrograd.functional import bilinear as bilinear
from retrograd.functional import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
from retrograd.functional import bincount as bincount
from retrograd.functional import block_diag as block_diag
from retrograd.functional import broadcast_tensors as broadcast_tensors
from retrograd.functional import broadcast_to as broadcast_to
from retrograd.functional import can_cast as can_cast
from retrograd.functional import cartesian_prod as cartesian_prod
from retrograd.functional import cdist as cdist
from retrograd.functional import celu as celu
from retrograd.functional import celu_ as celu_
from retrograd.functional import channel_shuffle as channel_shuffle
from retrograd.functional import chunk as chunk
from retrograd.functional import clone as clone
from retrograd.functional import combinations as combinations
from retrograd.functional import conj as conj
from retrograd.functional import conv1d as conv1d
from retrograd.functional import conv2d as conv2d
from retrograd.functional import conv3d as conv3d
from retrograd.functional import conv_transpose1d as conv_transpose1d
from retrograd.functional import conv_transpose2d as conv_transpose2d
from retrograd.functional import conv_transpose3d as conv_transpose3d
from retrograd.functional import corrcoef as corrcoef
from retrograd.functional import cosine_embedding_loss as cosine_embedding_loss
from retrograd.functional import cosine_similarity as cosine_similarity
from retrograd.functional import count_nonzero as count_nonzero
from retrograd.functional import cov as cov
from retrograd.functional import ctc_loss as ctc_loss
from retrograd.functional import cumulative_trapezoid as cumulative_trapezoid
from retrograd.functional import diag_embed as diag_embed
from retrograd.functional import diagflat as diagflat
from retrograd.functional import diagonal as diagonal
from retrograd.functional import diagonal_scatter as diagonal_scatter
from retrograd.functional import dist as dist
from retrograd.functional import dropout as dropout
from retrograd.functional import dsplit as dsplit
from retrograd.functional import einsum as einsum
from retrograd.functional import embedding as embedding
from retrograd.functional import embedding_bag as embedding_bag
from retrograd.functional import equal as equal
from retrograd.functional import feature_alpha_dropout as feature_alpha_dropout
from retrograd.functional import fill as fill
from retrograd.functional import flatten as flatten
from retrograd.functional import flip as flip
from retrograd.functional import fliplr as fliplr
from retrograd.functional import flipud as flipud
from retrograd.functional import gradient as gradient
from retrograd.functional import group_norm as group_norm
from retrograd.functional import gru as gru
from retrograd.functional import gru_cell as gru_cell
from retrograd.functional import hardshrink as hardshrink
from retrograd.functional import hinge_embedding_loss as hinge_embedding_loss
from retrograd.functional import histogram as histogram
from retrograd.functional import hsplit as hsplit
from retrograd.functional import imag as imag
from retrograd.functional import index_put as index_put
from retrograd.functional import instance_norm as instance_norm
from retrograd.functional import is_complex as is_complex
from retrograd.functional import is_conj as is_conj
from retrograd.functional import is_floating_point as is_floating_point
from retrograd.functional import is_neg as is_neg
from retrograd.functional import is_nonzero as is_nonzero
from retrograd.functional import is_tensor as is_tensor
from retrograd.functional import isclose as isclose
from retrograd.functional import isfinite as isfinite
from retrograd.functional import isinf as isinf
from retrograd.functional import isnan as isnan
from retrograd.functional import isreal as isreal
from retrograd.functional import istft as istft
from retrograd.functional import kl_div as kl_div
from retrograd.functional import layer_norm as layer_norm
from retrograd.functional import logdet as logdet
from retrograd.functional import lstm as lstm
from retrograd.functional import lstm_cell as lstm_cell
from retrograd.functional import margin_ranking_loss as margin_ranking_loss
from retrograd.functional import masked_scatter as masked_scatter
from retrograd.functional import matrix_exp as matrix_exp
from retrograd.functional import max_pool1d as max_pool1d
from retrograd.functional import max_pool2d as max_pool2d
from retrograd.functional import max_pool3d as max_pool3d
from retrograd.functional import meshgrid as meshgrid
from retrograd.functional import moveaxis as moveaxis
from retrograd.functional import movedim as movedim
from retrograd.functional import narrow as narrow
from retrograd.functional import numel as numel
from retrograd.functional import pairwise_distance as pairwise_distance
from retrograd.functional import pdist as pdist
from retrograd.functional import permute as permute
from retrograd.functional import pinverse as pinverse
from retrograd.functional import pixel_shuffle as pixel_shuffle
from retrograd.functional import pixel_unshuffle as pixel_unshuffle
from retrograd.functional import poisson_nll_loss as poisson_nll_loss
from retrograd.functional import positive as positive
from retrograd.functional import prelu as prelu
from retrograd.functional import promote_types as promote_types
from retrograd.functional import put as put
from retrograd.functional import ravel as ravel
from retrograd.functional import real as real
from retrograd.functional import relu as relu
from retrograd.functional import relu_ as relu_
from retrograd.functional import repeat_interleave as repeat_interleave
from retrograd.functional import reshape as reshape
from retrograd.functional import resolve_conj as resolve_conj
from retrograd.functional import resolve_neg as resolve_neg
from retrograd.functional import result_type as result_type
from retrograd.functional import rms_norm as rms_norm
from retrograd.functional import rnn_relu as rnn_relu
from retrograd.functional import rnn_relu_cell as rnn_relu_cell
from retrograd.functional import rnn_tanh as rnn_tanh
from retrograd.functional import rnn_tanh_cell as rnn_tanh_cell
from retrograd.functional import roll as roll
from retrograd.functional import rot90 as rot90
from retrograd.functional import rrelu as rrelu
from retrograd.functional import rsub as rsub
from retrograd.functional import scan as scan
from retrograd.functional import select as select
from retrograd.functional import select_scatter as select_scatter
from retrograd.functional import selu as selu
from retrograd.functional import selu_ as selu_
from retrograd.functional import split as split
from retrograd.functional import split_with_sizes as split_with_sizes
from retrograd.functional import squeeze as squeeze
from retrograd.functional import std_mean as std_mean
from retrograd.functional import stft as stft
from retrograd.functional import swapaxes as swapaxes
from retrograd.functional import swapdims as swapdims
from retrograd.functional import t as t
from retrograd.functional import tensor_split as tensor_split
from retrograd.functional import threshold as threshold
from retrograd.functional import threshold_ as threshold_
from retrograd.functional import tile as tile
from retrograd.functional import trace as trace
from retrograd.functional import transpose as transpose
from retrograd.functional import trapezoid as trapezoid
from retrograd.functional import trapz as trapz
from retrograd.functional import tril_indices as tril_indices
from retrograd.functional import triplet_margin_loss as triplet_margin_loss
from retrograd.functional import triu_indices as triu_indices
from retrograd.functional import unbind as unbind
from retrograd.functional import unflatten as unflatten
from retrograd.functional import unique as unique
from retrograd.functional import unique_consecutive as unique_consecutive
from retrograd.functional import unravel_index as unravel_index
from retrograd.functional import unsqueeze as unsqueeze
from retrograd.functional import vander as vander
from retrograd.functional import var_mean as var_mean
from retrograd.functional import view_as_complex as view_as_complex
from retrograd.functional import view_as_real as view_as_real
from retrograd.functional import vsplit as vsplit
from retrograd.settings import AcceleratorError as AcceleratorError
from retrograd.settings import OutOfMemoryError as OutOfMemoryError
from retrograd.tensors.device import Device as Device
from retrograd.tensors.device import Device as device
from retrograd.tensors.storages import TypedStorage as TypedStorage
from retrograd.tensors.storages import UntypedStorage as UntypedStorage
from retrograd.tensors.tensor import Tensor as Tensor

def BFloat16Tensor(*args: _Any) -> _Tensor:
    """A bfloat16 tensor from data, or of given sizes."""
def BoolTensor(*args: _Any) -> _Tensor:
    """A bool tensor from data, or of given sizes."""
def ByteTensor(*args: _Any) -> _Tensor:
    """A uint8 tensor from data, or of given sizes."""
def CharTensor(*args: _Any) -> _Tensor:
    """A int8 tensor from data, or of given sizes."""
def DoubleTensor(*args: _Any) -> _Tensor:
    """A float64 tensor from data, or of given sizes."""
def FloatTensor(*args: _Any) -> _Tensor:
    """A float32 tensor from data, or of given sizes."""
def HalfTensor(*args: _Any) -> _Tensor:
    """A float16 tensor from data, or of given sizes."""
def IntTensor(*args: _Any) -> _Tensor:
    """A int32 tensor from data, or of given sizes."""
def LongTensor(*args: _Any) -> _Tensor:
    """A int64 tensor from data, or of given sizes."""
def ShortTensor(*args: _Any) -> _Tensor:
    """A int16 tensor from data, or of given sizes."""
__version__: _b.str
def abs(input: _Any, *, out: _Any = None) -> _Tensor:
    """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
def abs_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `abs`."""
def absolute(input: _Any, *, out: _Any = None) -> _Tensor:
    """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
def acos(input: _Any, *, out: _Any = None) -> _Tensor:
    """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
def acos_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `acos`."""
def acosh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
def acosh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `acosh`."""
def add(input: _Any, other: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input + alpha * other. d/d input = 1, d/d other = alpha."""
def addbmm(input: _Any, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta input + alpha sum over the batch of batch1 @ batch2."""
def addcdiv(input: _Any, tensor1: _Any, tensor2: _Any, *, value: _Any = 1, out: _Any = None) -> _Tensor:
    """input + value * tensor1 / tensor2."""
def addcmul(input: _Any, tensor1: _Any, tensor2: _Any, *, value: _Any = 1, out: _Any = None) -> _Tensor:
    """input + value * tensor1 * tensor2."""
def addmm(input: _Any, mat1: _Any, mat2: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta * input + alpha * (mat1 @ mat2)."""
def addmv(input: _Any, mat: _Any, vec: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta input + alpha mat @ vec."""
def addmv_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `addmv`."""
def addr(input: _Any, vec1: _Any, vec2: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta input + alpha outer(vec1, vec2)."""
def adjoint(input: _Any) -> _Tensor:
    """The conjugate transpose of the last two dimensions: `x.adjoint()`."""
def affine_grid_generator(theta: _Any, size: _Sequence[_b.int], align_corners: _b.bool) -> _Tensor:
    """`nn.functional.affine_grid`."""
def all(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Whether no element is zero. True where there are none."""
def amax(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Largest element; ties share the cotangent evenly."""
def amin(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Smallest element; ties share the cotangent evenly."""
def aminmax(input: _Any, *, dim: _b.int | None = None, keepdim: _b.bool = False, out: _Any = None) -> _Any:
    """(min, max) of all elements or along dim; ties share the cotangent."""
def angle(input: _Any, *, out: _Any = None) -> _Tensor:
    """The angle of complex numbers in [-pi, pi]; of real numbers 0, and pi below 0; nan stays nan. Derivative i z/|z|^2, of real numbers 0."""
def any(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Whether some element is not zero. False where there are none."""
def arange(start: _Any = 0, end: _Any = None, step: _Any = 1, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None) -> _Tensor:
    """start, start + step, ... below end. Integers give int64, floats the default dtype."""
def arccos(input: _Any, *, out: _Any = None) -> _Tensor:
    """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
def arccos_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arccos`."""
def arccosh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
def arccosh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arccosh`."""
def arcsin(input: _Any, *, out: _Any = None) -> _Tensor:
    """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
def arcsin_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arcsin`."""
def arcsinh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
def arcsinh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arcsinh`."""
def arctan(input: _Any, *, out: _Any = None) -> _Tensor:
    """Inverse tangent. Derivative 1/(1 + input**2)."""
def arctan2(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
def arctan_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arctan`."""
def arctanh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
def arctanh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `arctanh`."""
def are_deterministic_algorithms_enabled() -> _b.bool:
    """True."""
def argmax(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Index of the largest element (the first of equals), of the whole tensor or along dim. No derivative."""
def argmin(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """Index of the smallest element (the first of equals), of the whole tensor or along dim. No derivative."""
def argsort(input: _Any, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True, *, out: _Any = None) -> _Tensor:
    """Indices that sort along dim; equal elements keep their order. No derivative."""
def as_strided(input: _Any, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
    """A view of the whole memory below a tensor: element i is offset + sum(i * stride) of it."""
def as_strided_(self: _Tensor, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
    """This tensor as `as_strided` shows it."""
def as_strided_scatter(input: _Any, src: _Any, size: _Sequence[_b.int], stride: _Sequence[_b.int], storage_offset: _b.int | None = None) -> _Tensor:
    """A copy of input with src where as_strided would read."""
def as_tensor(data: _Any, dtype: _Any = None, device: _Any = None) -> _Tensor:
    """A tensor over data without a copy where possible."""
def asarray(obj: _Any, *, dtype: _Any = None, device: _Any = None, copy: _b.bool | None = None, requires_grad: _b.bool = False) -> _Tensor:
    """A tensor of tensors, arrays, numbers or nested sequences, over the same memory if it can be (copy=None)."""
def asin(input: _Any, *, out: _Any = None) -> _Tensor:
    """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
def asin_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `asin`."""
def asinh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
def asinh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `asinh`."""
def atan(input: _Any, *, out: _Any = None) -> _Tensor:
    """Inverse tangent. Derivative 1/(1 + input**2)."""
def atan2(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
def atan_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `atan`."""
def atanh(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
def atanh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `atanh`."""
def baddbmm(input: _Any, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta * input + alpha * bmm(batch1, batch2)."""
def bartlett_window(window_length: _b.int, periodic: _b.bool = True, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """1 - |2 n - 1|, n from 0 to 1."""
def bernoulli(input: _Any, p: _Any = None, *, generator: _Any = None, out: _Any = None) -> _Tensor:
    """1 with the probability that input holds (or with probability p), else 0. No derivative."""
bfloat16: _DType
def binomial(count: _Any, prob: _Any, generator: _Any = None) -> _Tensor:
    """How many of `count` trials succeed, each with probability prob. No derivative. An evaluation point."""
def bitwise_and(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """bitwise_and: bit by bit on integers, logic on bool. No derivative."""
def bitwise_left_shift(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input 2**other, of integers."""
def bitwise_not(input: _Any, *, out: _Any = None) -> _Tensor:
    """~input: bit by bit on integers, logic on bool."""
def bitwise_or(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """bitwise_or: bit by bit on integers, logic on bool. No derivative."""
def bitwise_right_shift(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """floor(input / 2**other), of integers."""
def bitwise_xor(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """bitwise_xor: bit by bit on integers, logic on bool. No derivative."""
def blackman_window(window_length: _b.int, periodic: _b.bool = True, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """0.42 - cos(2 pi n) / 2 + 0.08 cos(4 pi n), n from 0 to 1."""
def bmm(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Products of two batches of matrices."""
bool: _DType
def broadcast_shapes(*shapes: _Any) -> _Any:
    """The common shape, by NumPy's rule (sizes equal or 1, counted from the right)."""
def bucketize(input: _Any, boundaries: _Any, *, out_int32: _b.bool = False, right: _b.bool = False, out: _Any = None) -> _Tensor:
    """The number of the bin that each value falls into: boundaries[i - 1] < input <= boundaries[i], or with right, boundaries[i - 1] <= input < boundaries[i]."""
def cat(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
cdouble: _DType
def ceil(input: _Any, *, out: _Any = None) -> _Tensor:
    """The smallest integer not below input. Derivative 0."""
def ceil_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `ceil`."""
cfloat: _DType
def chain_matmul(*matrices: _Any, out: _Any = None) -> _Tensor:
    """The product of matrices, in the order of fewest multiplications (`linalg.multi_dot`)."""
channels_last: _b.str
channels_last_3d: _b.str
def cholesky(input: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """torch.cholesky: see `linalg.cholesky`."""
def cholesky_inverse(L: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """The inverse of A = L L^H (or U^H U, if upper)."""
def cholesky_solve(B: _Any, L: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """x with A x = B, where A = L L^H (or U^H U, if upper)."""
def clamp(input: _Any, min: _Any = None, max: _Any = None, *, out: _Any = None) -> _Tensor:
    """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
def clamp_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `clamp`."""
def clamp_max(input: _Any, max: _Any, *, out: _Any = None) -> _Tensor:
    """The smaller of input and max. Derivative 1 up to the bound, as `clamp`."""
def clamp_max_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `clamp_max`."""
def clamp_min(input: _Any, min: _Any, *, out: _Any = None) -> _Tensor:
    """The larger of input and min. Derivative 1 from the bound on, as `clamp`."""
def clamp_min_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `clamp_min`."""
def clip(input: _Any, min: _Any = None, max: _Any = None, *, out: _Any = None) -> _Tensor:
    """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
def clip_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `clip`."""
def column_stack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Vectors as the columns of a matrix, matrices side by side."""
def compile(model: _Any = None, *, fullgraph: _b.bool = False, dynamic: _b.bool | None = None, backend: _b.str | _Callable[..., _Any] = 'inductor', mode: _b.str | None = None, options: _Any = None, disable: _b.bool = False) -> _Any:
    """A function, a training step or a Module that is captured at its first call and replayed afterwards."""
def complex(real: _Any, imag: _Any, *, out: _Any = None) -> _Tensor:
    """real + i imag."""
complex128: _DType
complex64: _DType
def concat(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def concatenate(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def cond(pred: _Any, true_fn: _Callable[..., _Any], false_fn: _Callable[..., _Any], operands: _Any = ...) -> _Any:
    """true_fn(*operands) if pred, else false_fn(*operands): a plain branch, which reads pred."""
def conj_physical(input: _Any, *, out: _Any = None) -> _Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
def constant_pad_nd(input: _Any, pad: _Sequence[_b.int], value: _Any = 0) -> _Tensor:
    """`nn.functional.pad` with a constant."""
contiguous_format: _b.str
def convolution(input: _Any, weight: _Any, bias: _Any, stride: _Sequence[_b.int], padding: _Sequence[_b.int], dilation: _Sequence[_b.int], transposed: _b.bool, output_padding: _Sequence[_b.int], groups: _b.int) -> _Tensor:
    """`nn.functional.conv1d`, `conv2d`, `conv3d` or their transposes, by the number of dimensions."""
def copysign(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0."""
def cos(input: _Any, *, out: _Any = None) -> _Tensor:
    """Cosine of radians. Derivative -sin(input)."""
def cos_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `cos`."""
def cosh(input: _Any, *, out: _Any = None) -> _Tensor:
    """(e**x + e**-x)/2. Derivative sinh."""
def cosh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `cosh`."""
def cost(fn: _Callable[..., _Any], *args: _Any, machine: _Any = None, **kwargs: _Any) -> _Any:
    """What one call of `fn(*args, **kwargs)` costs: operations, bytes, the least time they take, and planned memory, kernel by kernel and in all; with `backward()` in it, of the backward too."""
def cross(input: _Any, other: _Any, dim: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """torch.cross: `linalg.cross` along the first dimension of 3 elements, if none is given."""
def cummax(input: _Any, dim: _b.int, *, out: _Any = None) -> _Any:
    """(values, indices) of the largest element so far along dim, the last of equals."""
def cummin(input: _Any, dim: _b.int, *, out: _Any = None) -> _Any:
    """(values, indices) of the smallest element so far along dim, the last of equals."""
def cumprod(input: _Any, dim: _b.int, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Running products along dim. The derivative is right where factors are 0 too."""
def cumsum(input: _Any, dim: _b.int, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Running sums along dim. Derivative: running sums from the other end."""
default_generator: _Any
def deg2rad(input: _Any, *, out: _Any = None) -> _Tensor:
    """Degrees as radians: input pi/180."""
def deg2rad_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `deg2rad`."""
def det(A: _Any, *, out: _Any = None) -> _Tensor:
    """The determinant of square matrices. Derivative: the cofactors, det(A) A^-T where A has an inverse."""
def detach(self: _Any) -> _Tensor:
    """The same memory without a history: writes go through, gradients do not."""
def detach_(self: _Any) -> _Tensor:
    """Forget the history of this tensor; others of its memory keep theirs."""
def diag(input: _Any, diagonal: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
def diff(input: _Any, n: _b.int = 1, dim: _b.int = -1, prepend: _Any = None, append: _Any = None, *, out: _Any = None) -> _Tensor:
    """The n-th differences of neighbours along dim: input[i + 1] - input[i]."""
def digamma(input: _Any, *, out: _Any = None) -> _Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
def div(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def divide(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def dot(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Sum of products of two vectors."""
double: _DType
def dstack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Along the third dimension."""
e: _b.float
def empty(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False, memory_format: _Any = None) -> _Tensor:
    """A tensor of that size filled with zeros (empty promises no values)."""
def empty_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None) -> _Tensor:
    """empty of the size and dtype of a tensor."""
def empty_permuted(size: _Sequence[_b.int], physical_layout: _Sequence[_b.int], *, dtype: _Any = None, layout: _Any = None, device: _Any = None, requires_grad: _b.bool = False, pin_memory: _b.bool = False) -> _Tensor:
    """A tensor of that size whose dimensions lie in the order `physical_layout`, the outermost first."""
def empty_strided(size: _Sequence[_b.int], stride: _Sequence[_b.int], *, dtype: _Any = None, layout: _Any = None, device: _Any = None, requires_grad: _b.bool = False, pin_memory: _b.bool = False) -> _Tensor:
    """A tensor of that size with those strides, over memory of its own."""
def eq(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input == other, element by element, as a bool tensor. No derivative."""
def erf(input: _Any, *, out: _Any = None) -> _Tensor:
    """Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. Derivative 2/sqrt(pi) e**-input**2."""
def erf_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `erf`."""
def erfc(input: _Any, *, out: _Any = None) -> _Tensor:
    """1 - erf(input), accurate where that is small. Derivative -2/sqrt(pi) e**-input**2."""
def erfc_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `erfc`."""
def erfinv(input: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2."""
def exp(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**input. Derivative: the output."""
def exp2(input: _Any, *, out: _Any = None) -> _Tensor:
    """2**input. Derivative output ln 2."""
def exp2_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `exp2`."""
def exp_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `exp`."""
def expm1(input: _Any, *, out: _Any = None) -> _Tensor:
    """e**input - 1, accurate near 0. Derivative: output + 1."""
def expm1_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `expm1`."""
def eye(n: _b.int, m: _b.int | None = None, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None) -> _Tensor:
    """Ones on the diagonal, zeros elsewhere."""
def feature_dropout(input: _Any, p: _b.float, train: _b.bool) -> _Tensor:
    """Dropout of whole channels: `nn.functional.dropout2d`, of any number of dimensions."""
def fill_(self: _Tensor, value: _Any) -> _Tensor:
    """Write one value everywhere."""
def fix(input: _Any, *, out: _Any = None) -> _Tensor:
    """Towards zero. Derivative 0."""
def fix_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `fix`."""
float: _DType
float16: _DType
float32: _DType
float64: _DType
def float_power(input: _Any, exponent: _Any, *, out: _Any = None) -> _Tensor:
    """input**exponent in double precision."""
def floor(input: _Any, *, out: _Any = None) -> _Tensor:
    """The largest integer not above input. Derivative 0."""
def floor_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `floor`."""
def floor_divide(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """floor(input / other), towards minus infinity, without a derivative (`div` with rounding_mode='floor' has 0). An integer divided by 0 is an error."""
def fmax(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The larger of two; where one is nan, the other. Ties go to input."""
def fmin(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The smaller of two; where one is nan, the other. Ties go to input."""
def fmod(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input - other * trunc(input / other), with the sign of input (C's fmod). d/d input = 1."""
def frac(input: _Any, *, out: _Any = None) -> _Tensor:
    """input - trunc(input), with the sign of input. Derivative 1."""
def frac_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `frac`."""
def frexp(input: _Any, *, out: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """(mantissa, exponent) with input = mantissa 2**exponent and |mantissa| in [0.5, 1). Derivative to the mantissa: 2**-exponent."""
def frobenius_norm(input: _Any, dim: _Any = ..., keepdim: _b.bool = False) -> _Tensor:
    """The root of the sum of squares over one or two dimensions, or all: `linalg.matrix_norm`."""
def from_dlpack(ext_tensor: _Any, *, device: _Any = None, copy: _b.bool | None = None) -> _Tensor:
    """A tensor over the memory of another library's, by DLPack."""
def from_file(filename: _b.str, shared: _b.bool | None = None, size: _b.int = 0, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """A vector over a file: with shared=True writes go to the file, which is made as long as it takes."""
def from_numpy(ndarray: _Any) -> _Tensor:
    """A tensor that shares memory with the array: writes on either side are seen on the other."""
def frombuffer(buffer: _Any, *, dtype: _Any, count: _b.int = -1, offset: _b.int = 0, requires_grad: _b.bool = False) -> _Tensor:
    """A vector over the memory of a buffer (bytes, bytearray, array, mmap), from `offset` bytes on. What is read only is copied."""
def full(size: _Any, fill_value: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, out: _Any = None, layout: _Any = None) -> _Tensor:
    """A tensor of that size filled with a number; its dtype follows the number if none is given."""
def full_like(input: _Any, fill_value: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None) -> _Tensor:
    """A tensor of the size and dtype of another, filled with a number."""
def gather(input: _Any, dim: _b.int, index: _Any, *, sparse_grad: _b.bool = False, out: _Any = None) -> _Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on. Derivative: cotangents added where they were read."""
def gcd(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The greatest common divisor of integers."""
def gcd_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `gcd`."""
def ge(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input >= other, element by element, as a bool tensor. No derivative."""
def geqrf(input: _Any, *, out: _Any = None) -> _Any:
    """(a, tau): the reflections that make R of A, as `linalg.householder_product` takes them; R on the diagonal of a and above. No derivative."""
def ger(input: _Any, vec2: _Any, *, out: _Any = None) -> _Tensor:
    """All products of two vectors: out[i, j] = input[i] vec2[j]."""
def get_default_device() -> _Device:
    """device('cpu')."""
def get_default_dtype() -> _DType:
    """The dtype of Python floats in `tensor`, `zeros`, `randn` and the like."""
def get_deterministic_debug_mode() -> _b.int:
    """2: nothing depends on threads or on what ran before."""
def get_device(input: _Any) -> _b.int:
    """-1: the CPU."""
def get_float32_matmul_precision() -> _b.str:
    """'highest'."""
def get_num_interop_threads() -> _b.int:
    """1: a program runs as a whole."""
def get_num_threads() -> _b.int:
    """Threads of an evaluation: as set, else the CPUs this process may keep busy by its affinity and by the quota of its control group."""
def get_rng_state() -> _Tensor:
    """The state of the default generator as a uint8 tensor of 16 bytes: its seed and the number of draws."""
def greater(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input > other, element by element, as a bool tensor. No derivative."""
def greater_equal(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input >= other, element by element, as a bool tensor. No derivative."""
def grid_sampler(input: _Any, grid: _Any, interpolation_mode: _b.int, padding_mode: _b.int, align_corners: _b.bool) -> _Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
def grid_sampler_2d(input: _Any, grid: _Any, interpolation_mode: _b.int, padding_mode: _b.int, align_corners: _b.bool) -> _Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
def grid_sampler_3d(input: _Any, grid: _Any, interpolation_mode: _b.int, padding_mode: _b.int, align_corners: _b.bool) -> _Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
def gt(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input > other, element by element, as a bool tensor. No derivative."""
half: _DType
def hamming_window(window_length: _b.int, periodic: _b.bool = True, alpha: _b.float = 0.54, beta: _b.float = 0.46, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """alpha - beta cos(2 pi n), n from 0 to 1."""
def hann_window(window_length: _b.int, periodic: _b.bool = True, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """(1 - cos(2 pi n)) / 2, n from 0 to 1."""
def heaviside(input: _Any, values: _Any, *, out: _Any = None) -> _Tensor:
    """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch."""
def histc(input: _Any, bins: _b.int = 100, min: _b.float = 0, max: _b.float = 0, *, out: _Any = None) -> _Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max] (of the range of the values if both are 0), in input's dtype. No derivative. An evaluation point."""
def hstack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Vectors end to end, others side by side."""
def hypot(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """sqrt(input**2 + other**2) without overflow. d/d input = input/output."""
def i0(input: _Any, *, out: _Any = None) -> _Tensor:
    """Modified Bessel function of order 0. Derivative i1."""
def i0_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `i0`."""
def igamma(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only."""
def igammac(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """1 - gammainc(input, other), accurate where that is small."""
def index_add(input: _Any, dim: _b.int, index: _Any, source: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input with alpha * source added to the slices along dim that index names."""
def index_copy(input: _Any, dim: _b.int, index: _Any, source: _Any, *, out: _Any = None) -> _Tensor:
    """input with the slices along dim that index names replaced by those of source. d/d source: read where it was written."""
def index_fill(input: _Any, dim: _b.int, index: _Any, value: _Any, *, out: _Any = None) -> _Tensor:
    """input with `value` in the slices along dim that index names."""
def index_put_(self: _Tensor, indices: _Any, values: _Any, accumulate: _b.bool = False) -> _Tensor:
    """Write (or add) values at self[indices]."""
def index_reduce(input: _Any, dim: _b.int, index: _Any, source: _Any, reduce: _b.str, *, include_self: _b.bool = True, out: _Any = None) -> _Tensor:
    """Slices of source reduced to those of input that `index` names along dim: 'prod', 'mean', 'amax', 'amin'."""
def index_select(input: _Any, dim: _b.int, index: _Any, *, out: _Any = None) -> _Tensor:
    """The slices along dim that a vector of indices names."""
inf: _b.float
def initial_seed() -> _b.int:
    """The seed of the default generator."""
def inner(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Sums of products over the last dimensions; with a scalar, the product."""
int: _DType
int16: _DType
int32: _DType
int64: _DType
int8: _DType
def inverse(A: _Any, *, out: _Any = None) -> _Tensor:
    """The inverse of square matrices."""
def is_anomaly_check_nan_enabled() -> _b.bool:
    """Whether backward looks for nan: `autograd.is_anomaly_enabled`."""
def is_anomaly_enabled() -> _b.bool:
    """Whether backward looks for nan: `autograd.is_anomaly_enabled`."""
def is_deterministic_algorithms_warn_only_enabled() -> _b.bool:
    """False."""
def is_distributed(input: _Any) -> _b.bool:
    """False."""
def is_grad_enabled() -> _b.bool:
    """Whether operations are recorded for differentiation in this thread."""
def is_inference(input: _Any) -> _b.bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later."""
def is_inference_mode_enabled() -> _b.bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later."""
def is_same_size(input: _Any, other: _Any) -> _b.bool:
    """Whether the shapes are equal."""
def is_signed(input: _Any) -> _b.bool:
    """Whether the dtype holds negative numbers."""
def is_storage(obj: _Any) -> _b.bool:
    """Whether an object is the memory of a tensor."""
def is_warn_always_enabled() -> _b.bool:
    """False."""
def isin(elements: _Any, test_elements: _Any, *, assume_unique: _b.bool = False, invert: _b.bool = False, out: _Any = None) -> _Tensor:
    """Which elements are among test_elements."""
def isneginf(input: _Any, *, out: _Any = None) -> _Tensor:
    """True where input is -inf."""
def isposinf(input: _Any, *, out: _Any = None) -> _Tensor:
    """True where input is +inf."""
def kaiser_window(window_length: _b.int, periodic: _b.bool = True, beta: _b.float = 12.0, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """I0(beta sqrt(1 - (2 n - 1)^2)) / I0(beta), n from 0 to 1, I0 the modified Bessel function."""
def kron(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Every element of input times the whole of other, as one tensor of blocks."""
def kthvalue(input: _Any, k: _b.int, dim: _b.int = -1, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """(values, indices) of the k-th smallest along dim, counted from 1."""
layout: _Any
def lcm(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The least common multiple of integers."""
def lcm_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `lcm`."""
def ldexp(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input 2**other."""
def ldexp_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `ldexp`."""
def le(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input <= other, element by element, as a bool tensor. No derivative."""
legacy_contiguous_format: _b.str
def lerp(input: _Any, end: _Any, weight: _Any, *, out: _Any = None) -> _Tensor:
    """input + weight * (end - input)."""
def less(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input < other, element by element, as a bool tensor. No derivative."""
def less_equal(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input <= other, element by element, as a bool tensor. No derivative."""
def lgamma(input: _Any, *, out: _Any = None) -> _Tensor:
    """log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma."""
def linspace(start: _Any, end: _Any, steps: _b.int, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None) -> _Tensor:
    """`steps` values from start to end, both included, equally far apart."""
def load(f: _Any, map_location: _Any = None, pickle_module: _Any = None, *, weights_only: _b.bool = True, mmap: _b.bool | None = None, **pickle_load_args: _Any) -> _Any:
    """What `save` wrote to f, a path or a binary file object; of other safetensors files, tensors by name; of files of torch.save, what data is in them."""
def log(input: _Any, *, out: _Any = None) -> _Tensor:
    """Natural logarithm; -inf at 0, nan below. Derivative 1/input."""
def log10(input: _Any, *, out: _Any = None) -> _Tensor:
    """Logarithm to base 10. Derivative 1/(input ln 10)."""
def log10_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `log10`."""
def log1p(input: _Any, *, out: _Any = None) -> _Tensor:
    """log(1 + input), accurate near 0. Derivative 1/(1 + input)."""
def log1p_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `log1p`."""
def log2(input: _Any, *, out: _Any = None) -> _Tensor:
    """Logarithm to base 2. Derivative 1/(input ln 2)."""
def log2_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `log2`."""
def log_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `log`."""
def log_softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None, *, out: _Any = None) -> _Tensor:
    """x - log(sum(e**x)) along dim, without overflow. Derivative g - softmax(x) sum(g)."""
def logaddexp(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """log(e**input + e**other) without overflow. Derivative to input: sigmoid(input - other)."""
def logaddexp2(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """log2(2**input + 2**other) without overflow."""
def logcumsumexp(input: _Any, dim: _b.int, *, out: _Any = None) -> _Tensor:
    """log of the running sums of e**input along dim, without overflow."""
def logical_and(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """logical and of two tensors taken as truth values. No derivative."""
def logical_not(input: _Any, *, out: _Any = None) -> _Tensor:
    """True where input is zero. No derivative."""
def logical_or(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """logical or of two tensors taken as truth values. No derivative."""
def logical_xor(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """logical xor of two tensors taken as truth values. No derivative."""
def logit(input: _Any, eps: _b.float | None = None, *, out: _Any = None) -> _Tensor:
    """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given."""
def logit_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `logit`."""
def logspace(start: _Any, end: _Any, steps: _b.int, base: _b.float = 10.0, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None) -> _Tensor:
    """`steps` values from base**start to base**end, with exponents equally far apart."""
def logsumexp(input: _Any, dim: _Any, keepdim: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """log(sum(e**x)) without overflow; -inf where all are. Derivative: softmax."""
long: _DType
def lt(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input < other, element by element, as a bool tensor. No derivative."""
def lu(input: _Any, pivot: _b.bool = True, get_infos: _b.bool = False, *, out: _Any = None) -> _Any:
    """torch.lu: (LU, pivots) as `linalg.lu_factor`, and the infos if asked."""
def lu_solve(b: _Any, LU_data: _Any, LU_pivots: _Any, *, out: _Any = None) -> _Tensor:
    """torch.lu_solve: see `linalg.lu_solve`."""
def lu_unpack(LU_data: _Any, LU_pivots: _Any, unpack_data: _b.bool = True, unpack_pivots: _b.bool = True, *, out: _Any = None) -> _Any:
    """(P, L, U) of what `linalg.lu_factor` gives; parts that are not asked for are empty."""
def manual_seed(seed: _b.int) -> _Any:
    """Seed the default generator. Streams are reproducible here; they are not PyTorch's streams bit for bit."""
def masked_fill(input: _Any, mask: _Any, value: _Any, *, out: _Any = None) -> _Tensor:
    """input with `value` where mask is true. The cotangent of the filled places is zero."""
def masked_select(input: _Any, mask: _Any, *, out: _Any = None) -> _Tensor:
    """The elements where mask is true, as a vector; an evaluation point for the mask."""
def matmul(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns."""
def matrix_power(A: _Any, n: _b.int, *, out: _Any = None) -> _Tensor:
    """A multiplied with itself n times; a negative n takes the inverse."""
def max(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None, out: _Any = None) -> _Any:
    """The largest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def max_pool1d_with_indices(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False) -> _Any:
    """`nn.functional.max_pool1d(..., return_indices=True)`."""
def maximum(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The larger of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mean(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """sum / number of elements; nan where there are none. Derivative: cotangent / number."""
def median(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """The lower median: of all elements, or (values, indices) along dim."""
memory_format: _Any
def min(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None, out: _Any = None) -> _Any:
    """The smallest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def minimum(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The smaller of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mm(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Product of two matrices."""
def mode(input: _Any, dim: _b.int = -1, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """(values, indices) of the most frequent value along dim, the smallest of equally frequent ones, where it stands last."""
def msort(input: _Any, *, out: _Any = None) -> _Tensor:
    """Sorted along the first dimension."""
def mul(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input * other, element by element. d/d input = other, d/d other = input."""
def multinomial(input: _Any, num_samples: _b.int, replacement: _b.bool = False, *, generator: _Any = None, out: _Any = None) -> _Tensor:
    """Indices drawn with probability proportional to the last dimension of input, one row of num_samples for each row. Without replacement no index comes twice. An evaluation point."""
def multiply(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input * other, element by element. d/d input = other, d/d other = input."""
def mv(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Matrix times vector."""
def mvlgamma(input: _Any, p: _b.int, *, out: _Any = None) -> _Tensor:
    """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k < p."""
nan: _b.float
def nan_to_num(input: _Any, nan: _b.float = 0.0, posinf: _b.float | None = None, neginf: _b.float | None = None, *, out: _Any = None) -> _Tensor:
    """nan replaced by `nan`, infinities by the given or the largest finite numbers."""
def nan_to_num_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `nan_to_num`."""
def nanmean(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """The mean of what is not nan; nan where all is."""
def nanmedian(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """The lower median of the elements that are not nan: of all, or (values, indices) along dim."""
def nanquantile(input: _Any, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear', out: _Any = None) -> _Tensor:
    """`quantile` of the elements that are not nan."""
def nansum(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """The sum, with nan as 0. Derivative: 1 where input is not nan."""
def ne(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input != other, element by element, as a bool tensor. No derivative."""
def neg(input: _Any, *, out: _Any = None) -> _Tensor:
    """-input. Derivative -1."""
def neg_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `neg`."""
def negative(input: _Any, *, out: _Any = None) -> _Tensor:
    """-input. Derivative -1."""
def negative_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `negative`."""
newaxis: _Any
def nextafter(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The next representable number after input, towards other. No derivative."""
def nonzero(input: _Any, *, as_tuple: _b.bool = False, out: _Any = None) -> _Any:
    """Places of the elements that are not zero: rows of indices, or one vector an axis. An evaluation point."""
def norm(input: _Any, p: _Any = 'fro', dim: _Any = None, keepdim: _b.bool = False, out: None = None, dtype: _Any = None) -> _Tensor:
    """(sum |x|**p)**(1/p); p 'fro' or 2: the Euclidean norm; inf, -inf: largest, smallest |x|; 0: count of nonzeros."""
def normal(mean: _Any = 0.0, std: _Any = 1.0, size: _Any = None, *, generator: _Any = None, dtype: _Any = None, device: _Any = None, layout: _Any = None, requires_grad: _b.bool = False) -> _Tensor:
    """Normal numbers with given mean and standard deviation (numbers with a size, or tensors)."""
def not_equal(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input != other, element by element, as a bool tensor. No derivative."""
def nuclear_norm(input: _Any, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
    """The sum of the singular values: `linalg.matrix_norm(x, 'nuc')`."""
def ones(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False, memory_format: _Any = None) -> _Tensor:
    """A tensor of that size filled with ones."""
def ones_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None) -> _Tensor:
    """ones of the size and dtype of a tensor."""
def orgqr(A: _Any, tau: _Any, *, out: _Any = None) -> _Tensor:
    """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the diagonal with a 1 on it and zeros above."""
def outer(input: _Any, vec2: _Any, *, out: _Any = None) -> _Tensor:
    """All products of two vectors: out[i, j] = input[i] vec2[j]."""
def pca_lowrank(A: _Any, q: _b.int | None = None, center: _b.bool = True, niter: _b.int = 2) -> _b.tuple[_Tensor, _Tensor, _Tensor]:
    """Principal components of m rows of n numbers: `svd_lowrank` of A less the mean row (if `center`). The columns of V are the directions; S^2 / (m - 1) their variances. q is 6, m or n: the least."""
pi: _b.float
def poisson(input: _Any, generator: _Any = None) -> _Tensor:
    """Poisson numbers with the rates that input holds, in its dtype. No derivative. An evaluation point."""
def polar(abs: _Any, angle: _Any, *, out: _Any = None) -> _Tensor:
    """abs (cos angle + i sin angle)."""
def polygamma(n: _b.int, input: _Any, *, out: _Any = None) -> _Tensor:
    """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
def pow(input: _Any, exponent: _Any, *, out: _Any = None) -> _Tensor:
    """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input)."""
preserve_format: _b.str
def prod(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Product. Derivative: the product of the others (right also where factors are 0)."""
def qr(input: _Any, some: _b.bool = True, *, out: _Any = None) -> _Any:
    """torch.qr: reduced factors, or complete ones."""
def quantile(input: _Any, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear', out: _Any = None) -> _Tensor:
    """The value below which the share q of the elements lies, between neighbours as `interpolation` says; nan if there is one. Several q give a dimension in front."""
def rad2deg(input: _Any, *, out: _Any = None) -> _Tensor:
    """Radians as degrees: input 180/pi."""
def rad2deg_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `rad2deg`."""
def rand(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, generator: _Any = None, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """Uniform numbers on [0, 1)."""
def rand_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None, generator: _Any = None) -> _Tensor:
    """rand of the size and dtype of a tensor."""
def randint(low: _Any = None, high: _Any = None, size: _Any = None, *, generator: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """Integers low, ..., high - 1 with equal probability: randint(high, size) or randint(low, high, size)."""
def randint_like(input: _Any, low: _Any, high: _Any = None, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None) -> _Tensor:
    """Integers low, ..., high - 1 (or 0, ..., low - 1) of the size and dtype of a tensor."""
def randn(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, generator: _Any = None, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """Standard normal numbers."""
def randn_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None, generator: _Any = None) -> _Tensor:
    """randn of the size and dtype of a tensor."""
def randperm(n: _b.int, *, generator: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False) -> _Tensor:
    """The numbers 0, ..., n - 1 in random order."""
def range(start: _Any = 0, end: _Any = None, step: _Any = 1, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False) -> _Tensor:
    """start, start + step, ... up to and including end, in the default dtype. (`arange` leaves end out.)"""
def reciprocal(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/input. Derivative -output**2."""
def reciprocal_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `reciprocal`."""
def remainder(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer divided by 0 is an error."""
def renorm(input: _Any, p: _b.float, dim: _b.int, maxnorm: _b.float, *, out: _Any = None) -> _Tensor:
    """Slices along dim scaled down to a p-norm of at most maxnorm."""
def round(input: _Any, *, decimals: _b.int = 0, out: _Any = None) -> _Tensor:
    """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
def round_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `round`."""
def row_stack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Rows on top of each other."""
def rsqrt(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/sqrt(input). Derivative -output**3 / 2."""
def rsqrt_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `rsqrt`."""
def save(obj: _Any, f: _Any, pickle_module: _Any = None, pickle_protocol: _b.int | None = None, _use_new_zipfile_serialization: _b.bool = True) -> None:
    """Write obj to f, a path or a binary file object, as one safetensors file."""
def scalar_tensor(s: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False) -> _Tensor:
    """A tensor without dimensions, of the default dtype."""
def scatter(input: _Any, dim: _b.int, index: _Any, src: _Any = None, *, value: _Any = None, reduce: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input with src (a tensor or a number) written at the places that index names along dim; with reduce 'add' or 'multiply', added to or multiplied with what is there."""
def scatter_add(input: _Any, dim: _b.int, index: _Any, src: _Any, *, out: _Any = None) -> _Tensor:
    """input with src[i][j] added at input[index[i][j]][j] (for dim 0). Derivative to src: read where it was added."""
def scatter_reduce(input: _Any, dim: _b.int, index: _Any, src: _Any, reduce: _b.str, *, include_self: _b.bool = True, out: _Any = None) -> _Tensor:
    """input with the elements of src that index sends to one place along dim reduced there: 'sum', 'prod', 'mean', 'amax' or 'amin', with what stands there if include_self. Ties of extremes share the cotangent."""
def searchsorted(sorted_sequence: _Any, input: _Any, *, out_int32: _b.bool = False, right: _b.bool = False, side: _b.str | None = None, sorter: _Any = None, out: _Any = None) -> _Tensor:
    """Where values would be inserted in the sorted last dimension: how many of its elements lie below them (with right or side='right': below or equal). A vector serves for all values, else rows go with rows."""
def seed() -> _b.int:
    """Seed the default generator from the operating system; returns the seed."""
def set_anomaly_enabled(mode: _b.bool, check_nan: _b.bool = True) -> None:
    """Whether backward looks for nan from now on."""
def set_default_device(device: _Any) -> None:
    """Accepts 'cpu' and None; any other device raises."""
def set_default_dtype(d: _Any) -> None:
    """Make a floating-point dtype the one of Python floats."""
def set_default_tensor_type(t: _Any) -> None:
    """The older spelling of `set_default_dtype`: a tensor type such as `retrograd.DoubleTensor`, or its name."""
def set_deterministic_debug_mode(debug_mode: _Any) -> None:
    """Accepts 0, 1, 2, 'default', 'warn' and 'error'; has no effect."""
def set_float32_matmul_precision(precision: _b.str) -> None:
    """Accepts 'highest', 'high' and 'medium'; products of float32 are always computed in float32."""
def set_flush_denormal(mode: _b.bool) -> _b.bool:
    """False: subnormal numbers are kept, and asking to flush them is not supported."""
def set_num_interop_threads(threads: _b.int) -> None:
    """Accepted; has no effect."""
def set_num_threads(threads: _b.int) -> None:
    """Set the number of threads of an evaluation (also RETROGRAD_NUM_THREADS). Results do not depend on it."""
def set_printoptions(precision: _b.int | None = None, threshold: _b.float | None = None, edgeitems: _b.int | None = None, linewidth: _b.int | None = None, profile: _b.str | None = None, sci_mode: _b.bool | None = None) -> None:
    """Set how tensors print; profile 'default', 'short' or 'full' sets several at once."""
def set_rng_state(new_state: _Any) -> None:
    """Put the default generator into a state that `get_rng_state` gave."""
def set_warn_always(b: _b.bool) -> None:
    """Accepted; has no effect: Python's own filters decide (the module `warnings`)."""
def sgn(input: _Any, *, out: _Any = None) -> _Tensor:
    """z/|z| of complex numbers, -1, 0 or 1 of real ones; 0 at 0. Derivative: what is across z, over |z|; of real numbers 0."""
short: _DType
def show(fn: _Callable[..., _Any], *args: _Any, **kwargs: _Any) -> None:
    """Print what runs when `fn(*args, **kwargs)` is called: of every program the graph, the schedule (what shares a kernel), the plan of its memory, and the loops of its kernels."""
def sigmoid(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
def sigmoid_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sigmoid`."""
def sign(input: _Any, *, out: _Any = None) -> _Tensor:
    """-1, 0 or 1. Derivative 0."""
def signbit(input: _Any, *, out: _Any = None) -> _Tensor:
    """Whether the sign bit is set: below 0, and for -0.0."""
def sin(input: _Any, *, out: _Any = None) -> _Tensor:
    """Sine of radians. Derivative cos(input)."""
def sin_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sin`."""
def sinc(input: _Any, *, out: _Any = None) -> _Tensor:
    """sin(pi x)/(pi x), and 1 at 0."""
def sinc_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sinc`."""
def sinh(input: _Any, *, out: _Any = None) -> _Tensor:
    """(e**x - e**-x)/2, accurate near 0. Derivative cosh."""
def sinh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sinh`."""
def slice_scatter(input: _Any, src: _Any, dim: _b.int = 0, start: _b.int | None = None, end: _b.int | None = None, step: _b.int = 1, *, out: _Any = None) -> _Tensor:
    """input with src in a slice along dim."""
def slogdet(A: _Any, *, out: _Any = None) -> _Any:
    """The sign of the determinant (of complex matrices its direction) and the logarithm of its absolute value, without overflow. Derivative of the logarithm: A^-H."""
def softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None, *, out: _Any = None) -> _Tensor:
    """e**x / sum(e**x) along dim, without overflow. Derivative y (g - sum(g y))."""
def sort(input: _Any, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True, *, out: _Any = None) -> _Any:
    """(values, indices) in order along dim. Derivative: each cotangent goes where its value came from."""
def sqrt(input: _Any, *, out: _Any = None) -> _Tensor:
    """Square root; nan below 0. Derivative 1/(2 output), inf at 0: a zero cotangent stays zero there."""
def sqrt_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sqrt`."""
def square(input: _Any, *, out: _Any = None) -> _Tensor:
    """input * input. Derivative 2 input."""
def square_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `square`."""
def stack(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors of one shape along a new dimension."""
def std(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None, out: _Any = None) -> _Tensor:
    """sqrt(var). Derivative (x - mean)/((n - c) std); 0 where the spread is 0."""
strided: _b.str
def sub(input: _Any, other: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
def subtract(input: _Any, other: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
def sum(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Sum over `dim` (all dimensions by default). Derivative: the cotangent repeated over the summed elements."""
def svd(input: _Any, some: _b.bool = True, compute_uv: _b.bool = True, *, out: _Any = None) -> _Any:
    """torch.svd: (U, S, V), with V and not its adjoint."""
def svd_lowrank(A: _Any, q: _b.int | None = 6, niter: _b.int | None = 2, M: _Any = None) -> _b.tuple[_Tensor, _Tensor, _Tensor]:
    """(U, S, V) with A (or A - M) near U diag(S) V^H, of rank q at most, for A (..., m, n) with quickly falling singular values; `niter` steps of subspace iteration sharpen it. Draws from the random stream."""
def synchronize() -> None:
    """Compute everything that this thread holds and has not computed: for timing, and before a fork."""
def take(input: _Any, index: _Any, *, out: _Any = None) -> _Tensor:
    """Elements of the flattened input."""
def take_along_dim(input: _Any, indices: _Any, dim: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """gather with sizes broadcast; without dim, places in the flattened input."""
def tan(input: _Any, *, out: _Any = None) -> _Tensor:
    """Tangent of radians. Derivative 1 + output**2."""
def tan_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `tan`."""
def tanh(input: _Any, *, out: _Any = None) -> _Tensor:
    """Hyperbolic tangent. Derivative 1 - output**2."""
def tanh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `tanh`."""
def tensor(data: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, pin_memory: _b.bool = False) -> _Tensor:
    """A new tensor holding a copy of data: numbers, nested sequences, arrays or tensors."""
def tensordot(a: _Any, b: _Any, dims: _Any = 2, *, out: _Any = None) -> _Tensor:
    """Sum of products over the last `dims` dimensions of a and the first of b, or over two lists of dimensions."""
def to_dlpack(tensor: _Tensor) -> _Any:
    """The capsule that `from_dlpack` of another library takes."""
def topk(input: _Any, k: _b.int, dim: _b.int = -1, largest: _b.bool = True, sorted: _b.bool = True, *, out: _Any = None) -> _Any:
    """(values, indices) of the k largest (or smallest) along dim, in order."""
def triangular_solve(b: _Any, A: _Any, upper: _b.bool = True, transpose: _b.bool = False, unitriangular: _b.bool = False, *, out: _Any = None) -> _Any:
    """(x, A) with A x = b, as `linalg.solve_triangular`."""
def tril(input: _Any, diagonal: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """The lower triangle, zeros above the diagonal."""
def triu(input: _Any, diagonal: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """The upper triangle, zeros below the diagonal."""
def true_divide(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def trunc(input: _Any, *, out: _Any = None) -> _Tensor:
    """Towards zero. Derivative 0."""
def trunc_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `trunc`."""
def typename(obj: _Any) -> _b.str:
    """`x.type()` of a tensor, the name of the type of anything else, with its module unless that is builtins."""
uint8: _DType
def unsafe_chunk(input: _Any, chunks: _b.int, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""
def unsafe_split(tensor: _Any, split_size_or_sections: _Any = None, dim: _b.int = 0, *, split_size: _Any = None) -> _b.tuple[_Tensor, ...]:
    """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
def unsafe_split_with_sizes(input: _Any, split_sizes: _Sequence[_b.int], dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """Pieces of the given sizes."""
def use_deterministic_algorithms(mode: _b.bool, *, warn_only: _b.bool = False) -> None:
    """Accepted; has no effect: results never depend on threads or on what ran before."""
def var(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None, out: _Any = None) -> _Tensor:
    """sum((x - mean)**2) / (n - correction); correction 1 (unbiased) by default. Derivative 2 (x - mean)/(n - c)."""
def vdot(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The sum of products of two vectors, the first one conjugated."""
def vmap(func: _Callable[..., _Any], in_dims: _Any = 0, out_dims: _Any = 0, randomness: _b.str = 'error', *, chunk_size: _b.int | None = None) -> _Callable[..., _Any]:
    """The function applied to every example along a dimension of its arguments, without a loop."""
def vstack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Rows on top of each other."""
def where(condition: _Any, input: _Any = None, other: _Any = None, *, out: _Any = None) -> _Any:
    """input where condition is true, else other. A branch that was not selected gets a zero cotangent, whatever it holds (nan and inf included). With one argument: `nonzero(condition, as_tuple=True)`."""
def while_loop(cond_fn: _Callable[..., _Any], body_fn: _Callable[..., _Any], carried_inputs: _Any) -> _Any:
    """body_fn again and again on what it returned, while cond_fn holds: a plain loop."""
def xlogy(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input log(other), and 0 where input is 0 (unless other is nan)."""
def xlogy_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `xlogy`."""
def zero_(self: _Tensor) -> _Tensor:
    """Write zeros."""
def zeros(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False, memory_format: _Any = None) -> _Tensor:
    """A tensor of that size filled with zeros."""
def zeros_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None) -> _Tensor:
    """zeros of the size and dtype of a tensor."""
