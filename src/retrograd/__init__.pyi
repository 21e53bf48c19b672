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
def adaptive_avg_pool1d(input: _Any, output_size: _Any) -> _Tensor:
    """(N, C, L) to (N, C, output_size): see adaptive_avg_pool2d."""
def adaptive_max_pool1d(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """(N, C, L) to (N, C, output_size): the largest of each window of adaptive_avg_pool1d."""
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
def allclose(input: _Any, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _b.bool:
    """Whether |input - other| <= atol + rtol * |other| everywhere (after broadcasting)."""
def alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """dropout for SELU networks: dropped elements become -1.7581, then a x + b restores mean 0 and variance 1."""
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
def argwhere(input: _Any) -> _Tensor:
    """Places of the elements that are not zero, one a row. An evaluation point."""
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
def atleast_1d(*tensors: _Any) -> _Any:
    """A scalar as a vector of one element; of several tensors, or a sequence, each."""
def atleast_2d(*tensors: _Any) -> _Any:
    """With two dimensions at least: vectors become one row."""
def atleast_3d(*tensors: _Any) -> _Any:
    """With three dimensions at least: vectors become (1, n, 1), matrices (m, n, 1)."""
def avg_pool1d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True) -> _Tensor:
    """The mean of each window of (N, C, L): see avg_pool2d."""
def baddbmm(input: _Any, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """beta * input + alpha * bmm(batch1, batch2)."""
def bartlett_window(window_length: _b.int, periodic: _b.bool = True, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """1 - |2 n - 1|, n from 0 to 1."""
def batch_norm(input: _Any, running_mean: _Any, running_var: _Any, weight: _Any = None, bias: _Any = None, training: _b.bool = False, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...)."""
def bernoulli(input: _Any, p: _Any = None, *, generator: _Any = None, out: _Any = None) -> _Tensor:
    """1 with the probability that input holds (or with probability p), else 0. No derivative."""
bfloat16: _DType
def bilinear(input1: _Any, input2: _Any, weight: _Any, bias: _Any = None) -> _Tensor:
    """y[..., k] = x1^T weight[k] x2 + bias[k]."""
def binary_cross_entropy_with_logits(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', pos_weight: _Any = None) -> _Tensor:
    """binary_cross_entropy of sigmoid(x), without overflow: (1 - t) x + log(1 + e**-x). Derivative sigmoid(x) - t."""
def bincount(input: _Any, weights: _Any = None, minlength: _b.int = 0) -> _Tensor:
    """How often each number occurs (or the sum of its weights). An evaluation point."""
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
def block_diag(*tensors: _Any) -> _Tensor:
    """Matrices along the diagonal of one, zeros elsewhere."""
def bmm(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Products of two batches of matrices."""
bool: _DType
def broadcast_shapes(*shapes: _Any) -> _Any:
    """The common shape, by NumPy's rule (sizes equal or 1, counted from the right)."""
def broadcast_tensors(*tensors: _Any) -> _b.tuple[_Tensor, ...]:
    """All tensors at their common shape."""
def broadcast_to(input: _Any, *sizes: _Any, size: _Any = None) -> _Tensor:
    """expand to a shape."""
def bucketize(input: _Any, boundaries: _Any, *, out_int32: _b.bool = False, right: _b.bool = False, out: _Any = None) -> _Tensor:
    """The number of the bin that each value falls into: boundaries[i - 1] < input <= boundaries[i], or with right, boundaries[i - 1] <= input < boundaries[i]."""
def can_cast(from_: _Any, to: _Any) -> _b.bool:
    """Whether a conversion of dtypes keeps the kind of the values (float to int does not)."""
def cartesian_prod(*tensors: _Any) -> _Tensor:
    """Every choice of one element from each vector, one a row."""
def cat(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def cdist(x1: _Any, x2: _Any, p: _b.float = 2.0, compute_mode: _b.str = 'use_mm_for_euclid_dist_if_necessary') -> _Tensor:
    """Distances between all rows: (..., P, D) and (..., R, D) give (..., P, R). Always computed from differences, so near points lose no digits (compute_mode is accepted and changes nothing). Derivative at distance 0: 0."""
cdouble: _DType
def ceil(input: _Any, *, out: _Any = None) -> _Tensor:
    """The smallest integer not below input. Derivative 0."""
def ceil_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `ceil`."""
def celu(input: _Any, alpha: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """max(0, x) + min(0, alpha (e**(x/alpha) - 1)). Derivative 1 or e**(x/alpha): continuous for every alpha."""
def celu_(input: _Any, alpha: _b.float = 1.0) -> _Tensor:
    """celu into the input's own memory."""
cfloat: _DType
def chain_matmul(*matrices: _Any, out: _Any = None) -> _Tensor:
    """The product of matrices, in the order of fewest multiplications (`linalg.multi_dot`)."""
def channel_shuffle(input: _Any, groups: _b.int) -> _Tensor:
    """(N, C, ...) with channel i of every group side by side: channels (groups, C / groups) turned round."""
channels_last: _b.str
channels_last_3d: _b.str
def cholesky(input: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """torch.cholesky: see `linalg.cholesky`."""
def cholesky_inverse(L: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """The inverse of A = L L^H (or U^H U, if upper)."""
def cholesky_solve(B: _Any, L: _Any, upper: _b.bool = False, *, out: _Any = None) -> _Tensor:
    """x with A x = B, where A = L L^H (or U^H U, if upper)."""
def chunk(input: _Any, chunks: _b.int, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""
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
def clone(input: _Any, *, memory_format: _Any = None) -> _Tensor:
    """A copy with the same derivative, row-major whatever memory_format says."""
def column_stack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Vectors as the columns of a matrix, matrices side by side."""
def combinations(input: _Any, r: _b.int = 2, with_replacement: _b.bool = False) -> _Tensor:
    """Every choice of r elements of a vector, one a row."""
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
def conj(input: _Any) -> _Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
def conj_physical(input: _Any, *, out: _Any = None) -> _Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
def constant_pad_nd(input: _Any, pad: _Sequence[_b.int], value: _Any = 0) -> _Tensor:
    """`nn.functional.pad` with a constant."""
contiguous_format: _b.str
def conv1d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation of (N, C, L) with weight (out, C/groups, K): see conv2d."""
def conv2d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation: input (N, C, H, W) or (C, H, W), weight (out, C/groups, KH, KW), output (N, out, H', W')."""
def conv3d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation of (N, C, D, H, W) with weight (out, C/groups, KD, KH, KW): see conv2d."""
def conv_transpose1d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, output_padding: _Any = 0, groups: _b.int = 1, dilation: _Any = 1) -> _Tensor:
    """The transpose of conv1d as a map: see conv_transpose2d."""
def conv_transpose2d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, output_padding: _Any = 0, groups: _b.int = 1, dilation: _Any = 1) -> _Tensor:
    """The transpose of conv2d as a map: input (N, C, H, W), weight (C, out/groups, KH, KW), output (N, out, H', W')."""
def convolution(input: _Any, weight: _Any, bias: _Any, stride: _Sequence[_b.int], padding: _Sequence[_b.int], dilation: _Sequence[_b.int], transposed: _b.bool, output_padding: _Sequence[_b.int], groups: _b.int) -> _Tensor:
    """`nn.functional.conv1d`, `conv2d`, `conv3d` or their transposes, by the number of dimensions."""
def copysign(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0."""
def corrcoef(input: _Any) -> _Tensor:
    """The correlations of variables (rows) over observations (columns): covariances over both spreads."""
def cos(input: _Any, *, out: _Any = None) -> _Tensor:
    """Cosine of radians. Derivative -sin(input)."""
def cos_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `cos`."""
def cosh(input: _Any, *, out: _Any = None) -> _Tensor:
    """(e**x + e**-x)/2. Derivative sinh."""
def cosh_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `cosh`."""
def cosine_embedding_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1; rows (N, D), target (N,)."""
def cosine_similarity(x1: _Any, x2: _Any, dim: _b.int = 1, eps: _b.float = 1e-08) -> _Tensor:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along dim, which disappears; operands broadcast."""
def cost(fn: _Callable[..., _Any], *args: _Any, machine: _Any = None, **kwargs: _Any) -> _Any:
    """What one call of `fn(*args, **kwargs)` costs: operations, bytes, the least time they take, and planned memory, kernel by kernel and in all; with `backward()` in it, of the backward too."""
def count_nonzero(input: _Any, dim: _Any = None) -> _Tensor:
    """How many elements are not zero."""
def cov(input: _Any, *, correction: _b.int = 1, fweights: _Any = None, aweights: _Any = None) -> _Tensor:
    """The covariances of variables (rows) over observations (columns), divided by n - correction. fweights count observations, aweights weigh them."""
def cross(input: _Any, other: _Any, dim: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """torch.cross: `linalg.cross` along the first dimension of 3 elements, if none is given."""
def ctc_loss(log_probs: _Any, targets: _Any, input_lengths: _Any, target_lengths: _Any, blank: _b.int = 0, reduction: _b.str = 'mean', zero_infinity: _b.bool = False) -> _Tensor:
    """-log of the probability of label sequences, summed over all their alignments to the steps."""
def cummax(input: _Any, dim: _b.int, *, out: _Any = None) -> _Any:
    """(values, indices) of the largest element so far along dim, the last of equals."""
def cummin(input: _Any, dim: _b.int, *, out: _Any = None) -> _Any:
    """(values, indices) of the smallest element so far along dim, the last of equals."""
def cumprod(input: _Any, dim: _b.int, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Running products along dim. The derivative is right where factors are 0 too."""
def cumsum(input: _Any, dim: _b.int, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Running sums along dim. Derivative: running sums from the other end."""
def cumulative_trapezoid(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The running areas under y along dim by the trapezoidal rule."""
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
def diag_embed(input: _Any, offset: _b.int = 0, dim1: _b.int = -2, dim2: _b.int = -1) -> _Tensor:
    """The last dimension as the diagonal of two new ones."""
def diagflat(input: _Any, offset: _b.int = 0) -> _Tensor:
    """The elements as a diagonal matrix."""
def diagonal(input: _Any, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
    """The diagonal of two dimensions, as the last one. Shares memory."""
def diagonal_scatter(input: _Any, src: _Any, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
    """input with src on a diagonal."""
def diff(input: _Any, n: _b.int = 1, dim: _b.int = -1, prepend: _Any = None, append: _Any = None, *, out: _Any = None) -> _Tensor:
    """The n-th differences of neighbours along dim: input[i + 1] - input[i]."""
def digamma(input: _Any, *, out: _Any = None) -> _Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
def dist(input: _Any, other: _Any, p: _b.float = 2) -> _Tensor:
    """The norm of input - other."""
def div(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def divide(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def dot(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Sum of products of two vectors."""
double: _DType
def dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """x / (1 - p) with probability 1 - p, else 0, drawn for each element; the input itself unless training."""
def dsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, by dimension."""
def dstack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Along the third dimension."""
e: _b.float
def einsum(equation: _b.str, *operands: _Any) -> _Tensor:
    """Products summed over repeated letters, e.g. 'bij,bjk->bik'; `...` stands for leading dimensions."""
def embedding(input: _Any, weight: _Any, padding_idx: _b.int | None = None, max_norm: _b.float | None = None, norm_type: _b.float = 2.0, scale_grad_by_freq: _b.bool = False, sparse: _b.bool = False) -> _Tensor:
    """Row input[...] of weight (rows, D): indices of shape (*) give (*, D)."""
def embedding_bag(input: _Any, weight: _Any, offsets: _Any = None, max_norm: _b.float | None = None, norm_type: _b.float = 2, scale_grad_by_freq: _b.bool = False, mode: _b.str = 'mean', sparse: _b.bool = False, per_sample_weights: _Any = None, include_last_offset: _b.bool = False, padding_idx: _b.int | None = None) -> _Tensor:
    """The sum, mean or max (`mode`) of the rows of weight (rows, D) that each bag names: (bags, D)."""
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
def equal(input: _Any, other: _Any) -> _b.bool:
    """Whether two tensors have the same shape and the same elements; nan equals nothing."""
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
def feature_alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""
def feature_dropout(input: _Any, p: _b.float, train: _b.bool) -> _Tensor:
    """Dropout of whole channels: `nn.functional.dropout2d`, of any number of dimensions."""
def fill(input: _Any, value: _Any) -> _Tensor:
    """A tensor of input's size and dtype with `value`, a number or a tensor without dimensions, everywhere."""
def fill_(self: _Tensor, value: _Any) -> _Tensor:
    """Write one value everywhere."""
def fix(input: _Any, *, out: _Any = None) -> _Tensor:
    """Towards zero. Derivative 0."""
def fix_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `fix`."""
def flatten(input: _Any, start_dim: _b.int = 0, end_dim: _b.int = -1) -> _Tensor:
    """Dimensions start_dim..end_dim as one."""
def flip(input: _Any, *dims: _Any, **named: _Any) -> _Tensor:
    """Elements in reverse order along dimensions (dims=(0, 1), or one after another); a copy. Derivative: flipped too."""
def fliplr(input: _Any) -> _Tensor:
    """Columns in reverse order."""
def flipud(input: _Any) -> _Tensor:
    """Rows in reverse order."""
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
def gradient(input: _Any, *, spacing: _Any = 1, dim: _Any = None, edge_order: _b.int = 1) -> _b.list[_Tensor]:
    """Slopes along dimensions by central differences, one-sided at the ends (of order edge_order)."""
def greater(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input > other, element by element, as a bool tensor. No derivative."""
def greater_equal(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input >= other, element by element, as a bool tensor. No derivative."""
def grid_sampler(input: _Any, grid: _Any, interpolation_mode: _b.int, padding_mode: _b.int, align_corners: _b.bool) -> _Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
def grid_sampler_2d(input: _Any, grid: _Any, interpolation_mode: _b.int, padding_mode: _b.int, align_corners: _b.bool) -> _Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border, 2 reflection."""
def group_norm(input: _Any, num_groups: _b.int, weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """As layer_norm over each of `num_groups` groups of channels of (N, C, ...); weight and bias are one a channel."""
def gru(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor]:
    """A GRU of layers and directions: outputs of the last layer at every time, and the final states."""
def gru_cell(input: _Any, hx: _Any, w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _Tensor:
    """One step of a GRU, `gru_step` of both affine maps: (N, I), (N, H) to (N, H), weights (3H, I), (3H, H)."""
def gt(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input > other, element by element, as a bool tensor. No derivative."""
half: _DType
def hamming_window(window_length: _b.int, periodic: _b.bool = True, alpha: _b.float = 0.54, beta: _b.float = 0.46, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """alpha - beta cos(2 pi n), n from 0 to 1."""
def hann_window(window_length: _b.int, periodic: _b.bool = True, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """(1 - cos(2 pi n)) / 2, n from 0 to 1."""
def hardshrink(input: _Any, lambd: _b.float = 0.5) -> _Tensor:
    """x where |x| > lambd, else 0. Derivative 1 or 0."""
def heaviside(input: _Any, values: _Any, *, out: _Any = None) -> _Tensor:
    """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch."""
def hinge_embedding_loss(input: _Any, target: _Any, margin: _b.float = 1.0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """x where the target is 1, max(0, margin - x) where it is -1. Derivative 1, or -1 up to the margin."""
def histc(input: _Any, bins: _b.int = 100, min: _b.float = 0, max: _b.float = 0, *, out: _Any = None) -> _Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max] (of the range of the values if both are 0), in input's dtype. No derivative. An evaluation point."""
def histogram(input: _Any, bins: _Any, *, range: _Any = None, weight: _Any = None, density: _b.bool = False) -> _b.tuple[_Tensor, _Tensor]:
    """(counts, edges): how many elements, or how much weight, between neighbouring edges (a number of equal parts of `range`, or a vector); the last part includes its end. An evaluation point."""
def hsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, side by side."""
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
def imag(input: _Any) -> _Tensor:
    """The imaginary parts of a complex tensor, sharing memory. Derivative: i times the cotangent."""
def index_add(input: _Any, dim: _b.int, index: _Any, source: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input with alpha * source added to the slices along dim that index names."""
def index_copy(input: _Any, dim: _b.int, index: _Any, source: _Any, *, out: _Any = None) -> _Tensor:
    """input with the slices along dim that index names replaced by those of source. d/d source: read where it was written."""
def index_fill(input: _Any, dim: _b.int, index: _Any, value: _Any, *, out: _Any = None) -> _Tensor:
    """input with `value` in the slices along dim that index names."""
def index_put(input: _Any, indices: _Any, values: _Any, accumulate: _b.bool = False) -> _Tensor:
    """input with values written (or added) at input[indices]."""
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
def instance_norm(input: _Any, running_mean: _Any = None, running_var: _Any = None, weight: _Any = None, bias: _Any = None, use_input_stats: _b.bool = True, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """Each channel of each sample of (N, C, ...) at mean 0 and variance 1, then weight and bias."""
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
def is_complex(input: _Any) -> _b.bool:
    """Whether the dtype of a tensor is a complex one."""
def is_conj(input: _Any) -> _b.bool:
    """False: conjugates are computed, never marked (so is `is_neg`)."""
def is_deterministic_algorithms_warn_only_enabled() -> _b.bool:
    """False."""
def is_distributed(input: _Any) -> _b.bool:
    """False."""
def is_floating_point(input: _Any) -> _b.bool:
    """Whether the dtype of a tensor is a floating-point one."""
def is_grad_enabled() -> _b.bool:
    """Whether operations are recorded for differentiation in this thread."""
def is_inference(input: _Any) -> _b.bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later."""
def is_inference_mode_enabled() -> _b.bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later."""
def is_neg(input: _Any) -> _b.bool:
    """False: conjugates are computed, never marked (so is `is_neg`)."""
def is_nonzero(input: _Any) -> _b.bool:
    """Whether the one element of a tensor is not zero."""
def is_same_size(input: _Any, other: _Any) -> _b.bool:
    """Whether the shapes are equal."""
def is_signed(input: _Any) -> _b.bool:
    """Whether the dtype holds negative numbers."""
def is_storage(obj: _Any) -> _b.bool:
    """Whether an object is the memory of a tensor."""
def is_tensor(obj: _Any) -> _b.bool:
    """Whether obj is a Tensor."""
def is_warn_always_enabled() -> _b.bool:
    """False."""
def isclose(input: _Any, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _Tensor:
    """|input - other| <= atol + rtol * |other|, element by element; equal infinities are close."""
def isfinite(input: _Any) -> _Tensor:
    """True where input is neither infinite nor nan."""
def isin(elements: _Any, test_elements: _Any, *, assume_unique: _b.bool = False, invert: _b.bool = False, out: _Any = None) -> _Tensor:
    """Which elements are among test_elements."""
def isinf(input: _Any) -> _Tensor:
    """True where input is +inf or -inf."""
def isnan(input: _Any) -> _Tensor:
    """True where input is nan."""
def isneginf(input: _Any, *, out: _Any = None) -> _Tensor:
    """True where input is -inf."""
def isposinf(input: _Any, *, out: _Any = None) -> _Tensor:
    """True where input is +inf."""
def isreal(input: _Any) -> _Tensor:
    """True where the imaginary part is 0."""
def kaiser_window(window_length: _b.int, periodic: _b.bool = True, beta: _b.float = 12.0, *, dtype: _Any = None, layout: _Any = None, device: _Any = None, pin_memory: _b.bool = False, requires_grad: _b.bool = False) -> _Tensor:
    """I0(beta sqrt(1 - (2 n - 1)^2)) / I0(beta), n from 0 to 1, I0 the modified Bessel function."""
def kl_div(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', log_target: _b.bool = False) -> _Tensor:
    """t (log(t) - input), input being log-probabilities; 0 where t is 0. 'batchmean' divides by the first size."""
def kron(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Every element of input times the whole of other, as one tensor of blocks."""
def kthvalue(input: _Any, k: _b.int, dim: _b.int = -1, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """(values, indices) of the k-th smallest along dim, counted from 1."""
def layer_norm(input: _Any, normalized_shape: _b.int | _Sequence[_b.int], weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and (biased) variance over the last dimensions, whose sizes are `normalized_shape`; weight and bias have that shape."""
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
def logdet(input: _Any) -> _Tensor:
    """log det, nan where det is below 0."""
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
def lstm(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor, _Tensor]:
    """An LSTM of layers and directions: outputs of the last layer at every time, and the final h and c."""
def lstm_cell(input: _Any, hx: _Sequence[_Any], w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """One step of an LSTM, `lstm_step` of both affine maps: (N, I) and the states (h, c), each (N, H), to the next ones; weights (4H, I) and (4H, H)."""
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
def margin_ranking_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, margin - target (x1 - x2)): x1 should lie above x2 where the target is 1, below where it is -1."""
def masked_fill(input: _Any, mask: _Any, value: _Any, *, out: _Any = None) -> _Tensor:
    """input with `value` where mask is true. The cotangent of the filled places is zero."""
def masked_scatter(input: _Any, mask: _Any, source: _Any) -> _Tensor:
    """input with the elements where mask is true replaced by those of source, one after another."""
def masked_select(input: _Any, mask: _Any, *, out: _Any = None) -> _Tensor:
    """The elements where mask is true, as a vector; an evaluation point for the mask."""
def matmul(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns."""
def matrix_exp(A: _Any) -> _Tensor:
    """I + A + A^2/2! + ...; its derivative is a block of an exponential twice as large."""
def matrix_power(A: _Any, n: _b.int, *, out: _Any = None) -> _Tensor:
    """A multiplied with itself n times; a negative n takes the inverse."""
def max(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None, out: _Any = None) -> _Any:
    """The largest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def max_pool1d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, L): see max_pool2d."""
def max_pool1d_with_indices(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False) -> _Any:
    """`nn.functional.max_pool1d(..., return_indices=True)`."""
def max_pool2d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default."""
def max_pool3d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, D, H, W): see max_pool2d."""
def maximum(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The larger of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mean(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """sum / number of elements; nan where there are none. Derivative: cotangent / number."""
def median(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """The lower median: of all elements, or (values, indices) along dim."""
memory_format: _Any
def meshgrid(*tensors: _Any, indexing: _b.str = 'ij') -> _b.tuple[_Tensor, ...]:
    """Coordinate grids of vectors: output k varies along dimension k ('ij'; 'xy' swaps the first two)."""
def min(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None, out: _Any = None) -> _Any:
    """The smallest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def minimum(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The smaller of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mm(input: _Any, other: _Any = None, *, out: _Any = None, **named: _Any) -> _Tensor:
    """Product of two matrices."""
def mode(input: _Any, dim: _b.int = -1, keepdim: _b.bool = False, *, out: _Any = None) -> _Any:
    """(values, indices) of the most frequent value along dim, the smallest of equally frequent ones, where it stands last."""
def moveaxis(input: _Any, source: _Any, destination: _Any) -> _Tensor:
    """Dimensions `source` at places `destination`, the others in their order."""
def movedim(input: _Any, source: _Any, destination: _Any) -> _Tensor:
    """Dimensions `source` at places `destination`, the others in their order."""
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
def narrow(input: _Any, dim: _b.int, start: _b.int, length: _b.int) -> _Tensor:
    """`length` places from `start` along one dimension. Shares memory."""
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
def numel(input: _Any) -> _b.int:
    """Number of elements."""
def ones(*sizes: _Any, size: _Any = None, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, layout: _Any = None, pin_memory: _b.bool = False, memory_format: _Any = None) -> _Tensor:
    """A tensor of that size filled with ones."""
def ones_like(input: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False, memory_format: _Any = None, layout: _Any = None) -> _Tensor:
    """ones of the size and dtype of a tensor."""
def orgqr(A: _Any, tau: _Any, *, out: _Any = None) -> _Tensor:
    """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the diagonal with a 1 on it and zeros above."""
def outer(input: _Any, vec2: _Any, *, out: _Any = None) -> _Tensor:
    """All products of two vectors: out[i, j] = input[i] vec2[j]."""
def pairwise_distance(x1: _Any, x2: _Any, p: _b.float = 2.0, eps: _b.float = 1e-06, keepdim: _b.bool = False) -> _Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension: rows (N, D) give (N,), or (N, 1) with keepdim."""
def pdist(input: _Any, p: _b.float = 2.0) -> _Tensor:
    """The p-distances of all pairs of rows, (0, 1), (0, 2), ... as a vector."""
def permute(input: _Any, *order: _Any, dims: _Any = None) -> _Tensor:
    """Dimensions in another order. Derivative: the inverse permutation. Shares memory."""
pi: _b.float
def pinverse(input: _Any, rcond: _b.float = 1e-15) -> _Tensor:
    """The pseudo-inverse, see `linalg.pinv`."""
def pixel_shuffle(input: _Any, upscale_factor: _b.int) -> _Tensor:
    """(*, C r*r, H, W) to (*, C, H r, W r): each group of r*r channels becomes an r by r block of pixels."""
def pixel_unshuffle(input: _Any, downscale_factor: _b.int) -> _Tensor:
    """(*, C, H r, W r) to (*, C r*r, H, W): pixel_shuffle backwards."""
def poisson(input: _Any, generator: _Any = None) -> _Tensor:
    """Poisson numbers with the rates that input holds, in its dtype. No derivative. An evaluation point."""
def poisson_nll_loss(input: _Any, target: _Any, log_input: _b.bool = True, full: _b.bool = False, size_average: _Any = None, eps: _b.float = 1e-08, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """e**x - t x (log_input), or x - t log(x + eps); `full` adds Stirling's log(t!) where t > 1."""
def polar(abs: _Any, angle: _Any, *, out: _Any = None) -> _Tensor:
    """abs (cos angle + i sin angle)."""
def polygamma(n: _b.int, input: _Any, *, out: _Any = None) -> _Tensor:
    """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
def positive(input: _Any) -> _Tensor:
    """input itself; not of bool tensors."""
def pow(input: _Any, exponent: _Any, *, out: _Any = None) -> _Tensor:
    """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input)."""
def prelu(input: _Any, weight: _Any) -> _Tensor:
    """x where x > 0, else weight * x; weight has one element, or one for each channel (dimension 1)."""
preserve_format: _b.str
def prod(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Product. Derivative: the product of the others (right also where factors are 0)."""
def promote_types(type1: _Any, type2: _Any) -> _DType:
    """The dtype that holds the values of both."""
def put(input: _Any, index: _Any, source: _Any, accumulate: _b.bool = False) -> _Tensor:
    """input with elements of source written (or added) at places of the flattened input."""
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
def ravel(input: _Any) -> _Tensor:
    """The elements as a vector."""
def real(input: _Any) -> _Tensor:
    """The real parts, sharing memory; a real tensor is its own. Derivative: the cotangent."""
def reciprocal(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/input. Derivative -output**2."""
def reciprocal_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `reciprocal`."""
def relu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan."""
def relu_(input: _Any) -> _Tensor:
    """relu into the input's own memory."""
def remainder(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer divided by 0 is an error."""
def renorm(input: _Any, p: _b.float, dim: _b.int, maxnorm: _b.float, *, out: _Any = None) -> _Tensor:
    """Slices along dim scaled down to a p-norm of at most maxnorm."""
def repeat_interleave(input: _Any, repeats: _Any = None, dim: _b.int | None = None, *, output_size: _b.int | None = None) -> _Tensor:
    """Each element `repeats` times in a row: one number for all, or a vector with one for each place along dim (an evaluation point). A vector of repeats alone gives the places 0, 0, 1, ... themselves."""
def reshape(input: _Any, *sizes: _Any, shape: _Any = None) -> _Tensor:
    """The same elements in row-major order with another shape; one size may be -1. Shares memory."""
def resolve_conj(input: _Any) -> _Tensor:
    """The tensor itself: conjugates are computed, never marked (so is `resolve_neg`)."""
def resolve_neg(input: _Any) -> _Tensor:
    """The tensor itself: conjugates are computed, never marked (so is `resolve_neg`)."""
def result_type(tensor1: _Any, tensor2: _Any) -> _DType:
    """The dtype of an operation on two tensors or numbers; 0-dim tensors and numbers only lift the kind."""
def rms_norm(input: _Any, normalized_shape: _b.int | _Sequence[_b.int], weight: _Any = None, eps: _b.float | None = None) -> _Tensor:
    """x / sqrt(mean(x**2) + eps) * weight, the mean over the last dimensions; eps defaults to the dtype's epsilon."""
def rnn_relu(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor]:
    """A network of `rnn_relu_cell` over time; see `rnn_tanh`."""
def rnn_relu_cell(input: _Any, hx: _Any, w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _Tensor:
    """relu(W_ih x + b_ih + W_hh h + b_hh); see `rnn_tanh_cell`."""
def rnn_tanh(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor]:
    """A network of `rnn_tanh_cell` over time. Arguments as for `lstm`, in both forms, with one tensor `hx`; weights are (H, I) and (H, H)."""
def rnn_tanh_cell(input: _Any, hx: _Any, w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _Tensor:
    """tanh(W_ih x + b_ih + W_hh h + b_hh): (N, I) and (N, H) to (N, H)."""
def roll(input: _Any, shifts: _Any, dims: _Any = None) -> _Tensor:
    """Elements moved along dimensions; those that leave come back at the other end."""
def rot90(input: _Any, k: _b.int = 1, dims: _Sequence[_b.int] = ...) -> _Tensor:
    """Turned k times by a quarter, from the first of dims towards the second."""
def round(input: _Any, *, decimals: _b.int = 0, out: _Any = None) -> _Tensor:
    """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
def round_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `round`."""
def row_stack(tensors: _Sequence[_Any], *, out: _Any = None) -> _Tensor:
    """Rows on top of each other."""
def rrelu(input: _Any, lower: _b.float = 0.125, upper: _b.float = 0.3333333333333333, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else slope * x: the slope is drawn evenly from [lower, upper] for each element in training, and their mean otherwise. Derivative 1 or the slope."""
def rsqrt(input: _Any, *, out: _Any = None) -> _Tensor:
    """1/sqrt(input). Derivative -output**3 / 2."""
def rsqrt_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `rsqrt`."""
def rsub(input: _Any, other: _Any, *, alpha: _Any = 1) -> _Tensor:
    """other - alpha input."""
def save(obj: _Any, f: _Any, pickle_module: _Any = None, pickle_protocol: _b.int | None = None, _use_new_zipfile_serialization: _b.bool = True) -> None:
    """Write obj to f, a path or a binary file object, as one safetensors file."""
def scalar_tensor(s: _Any, *, dtype: _Any = None, device: _Any = None, requires_grad: _b.bool = False) -> _Tensor:
    """A tensor without dimensions, of the default dtype."""
def scan(f: _Callable[..., _Any], init: _Any, xs: _Any = None, length: _b.int | None = None, *, reverse: _b.bool = False, save: _b.str = 'all') -> _b.tuple[_Any, _Any]:
    """A loop over time: carry, y = f(carry, x) for every x along the first axis of xs; the last carry and ys."""
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
def select(input: _Any, dim: _b.int, index: _b.int) -> _Tensor:
    """One place along a dimension, which disappears. Shares memory."""
def select_scatter(input: _Any, src: _Any, dim: _b.int, index: _b.int) -> _Tensor:
    """input with src at one place along dim."""
def selu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """1.0507... * elu(x, 1.6732...): keeps mean 0 and variance 1 through layers of such units."""
def selu_(input: _Any) -> _Tensor:
    """selu into the input's own memory."""
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
def split(tensor: _Any, split_size_or_sections: _Any = None, dim: _b.int = 0, *, split_size: _Any = None) -> _b.tuple[_Tensor, ...]:
    """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
def split_with_sizes(input: _Any, split_sizes: _Sequence[_b.int], dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """Pieces of the given sizes."""
def sqrt(input: _Any, *, out: _Any = None) -> _Tensor:
    """Square root; nan below 0. Derivative 1/(2 output), inf at 0: a zero cotangent stays zero there."""
def sqrt_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `sqrt`."""
def square(input: _Any, *, out: _Any = None) -> _Tensor:
    """input * input. Derivative 2 input."""
def square_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `square`."""
def squeeze(input: _Any, dim: _Any = None) -> _Tensor:
    """Without dimensions of size 1: all of them, or those named."""
def stack(tensors: _Sequence[_Any], dim: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """Tensors of one shape along a new dimension."""
def std(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None, out: _Any = None) -> _Tensor:
    """sqrt(var). Derivative (x - mean)/((n - c) std); 0 where the spread is 0."""
def std_mean(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """The spread and the centre together: what std and mean give."""
strided: _b.str
def sub(input: _Any, other: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
def subtract(input: _Any, other: _Any, *, alpha: _Any = 1, out: _Any = None) -> _Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
def sum(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None, out: _Any = None) -> _Tensor:
    """Sum over `dim` (all dimensions by default). Derivative: the cotangent repeated over the summed elements."""
def svd(input: _Any, some: _b.bool = True, compute_uv: _b.bool = True, *, out: _Any = None) -> _Any:
    """torch.svd: (U, S, V), with V and not its adjoint."""
def swapaxes(input: _Any, axis0: _b.int, axis1: _b.int) -> _Tensor:
    """`transpose`, with NumPy's names."""
def swapdims(input: _Any, dim0: _b.int, dim1: _b.int) -> _Tensor:
    """Two dimensions exchanged. Shares memory."""
def synchronize() -> None:
    """Compute everything that this thread holds and has not computed: for timing, and before a fork."""
def t(input: _Any) -> _Tensor:
    """The transpose of a matrix; vectors and scalars as they are."""
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
def tensor_split(input: _Any, indices_or_sections: _Any = None, dim: _b.int = 0, *, sections: _Any = None, indices: _Any = None) -> _b.tuple[_Tensor, ...]:
    """A number of pieces as equal as possible, the longer ones first, or pieces cut at indices. They share memory."""
def tensordot(a: _Any, b: _Any, dims: _Any = 2, *, out: _Any = None) -> _Tensor:
    """Sum of products over the last `dims` dimensions of a and the first of b, or over two lists of dimensions."""
def threshold(input: _Any, threshold: _b.float, value: _b.float, inplace: _b.bool = False) -> _Tensor:
    """x where x > threshold, else value. Derivative 1 above the threshold, 0 at it and below."""
def threshold_(input: _Any, threshold_: _b.float, value: _b.float) -> _Tensor:
    """threshold into the input's own memory."""
def tile(input: _Any, *counts: _Any, dims: _Any = None) -> _Tensor:
    """repeat, with missing leading counts taken as 1."""
def to_dlpack(tensor: _Tensor) -> _Any:
    """The capsule that `from_dlpack` of another library takes."""
def topk(input: _Any, k: _b.int, dim: _b.int = -1, largest: _b.bool = True, sorted: _b.bool = True, *, out: _Any = None) -> _Any:
    """(values, indices) of the k largest (or smallest) along dim, in order."""
def trace(input: _Any) -> _Tensor:
    """Sum of the diagonal of a matrix."""
def transpose(input: _Any, dim0: _b.int, dim1: _b.int) -> _Tensor:
    """Two dimensions exchanged. Shares memory."""
def trapezoid(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The area under y along dim by the trapezoidal rule, at places x or dx apart."""
def trapz(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The area under y along dim by the trapezoidal rule, at places x or dx apart."""
def triangular_solve(b: _Any, A: _Any, upper: _b.bool = True, transpose: _b.bool = False, unitriangular: _b.bool = False, *, out: _Any = None) -> _Any:
    """(x, A) with A x = b, as `linalg.solve_triangular`."""
def tril(input: _Any, diagonal: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """The lower triangle, zeros above the diagonal."""
def tril_indices(row: _b.int, col: _b.int, offset: _b.int = 0, *, dtype: _Any = None, device: _Any = None, layout: _Any = None) -> _Tensor:
    """Rows and columns of the lower triangle."""
def triplet_margin_loss(anchor: _Any, positive: _Any, negative: _Any, margin: _b.float = 1.0, p: _b.float = 2, eps: _b.float = 1e-06, swap: _b.bool = False, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, d(a, p) - d(a, n) + margin), d the p-norm of the difference (plus eps) over the last dimension."""
def triu(input: _Any, diagonal: _b.int = 0, *, out: _Any = None) -> _Tensor:
    """The upper triangle, zeros below the diagonal."""
def triu_indices(row: _b.int, col: _b.int, offset: _b.int = 0, *, dtype: _Any = None, device: _Any = None, layout: _Any = None) -> _Tensor:
    """Rows and columns of the upper triangle."""
def true_divide(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None, out: _Any = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def trunc(input: _Any, *, out: _Any = None) -> _Tensor:
    """Towards zero. Derivative 0."""
def trunc_(self: _Tensor, *args: _Any, **kwargs: _Any) -> _Tensor:
    """In place: see `trunc`."""
uint8: _DType
def unbind(input: _Any, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """One tensor for each place along a dimension."""
def unflatten(input: _Any, dim: _b.int, sizes: _Sequence[_b.int]) -> _Tensor:
    """One dimension as several."""
def unique(input: _Any, sorted: _b.bool = True, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
    """The different values in rising order (with inverse and counts if asked). An evaluation point."""
def unique_consecutive(input: _Any, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
    """Runs of equal neighbours as one each (with inverse and counts if asked). An evaluation point."""
def unravel_index(indices: _Any, shape: _Any) -> _b.tuple[_Tensor, ...]:
    """Places of a flattened tensor of that shape as one index for each dimension."""
def unsqueeze(input: _Any, dim: _b.int) -> _Tensor:
    """With a new dimension of size 1 at `dim`."""
def use_deterministic_algorithms(mode: _b.bool, *, warn_only: _b.bool = False) -> None:
    """Accepted; has no effect: results never depend on threads or on what ran before."""
def vander(x: _Any, N: _b.int | None = None, increasing: _b.bool = False) -> _Tensor:
    """Powers of a vector's elements as columns, the highest first (or last, if increasing)."""
def var(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None, out: _Any = None) -> _Tensor:
    """sum((x - mean)**2) / (n - correction); correction 1 (unbiased) by default. Derivative 2 (x - mean)/(n - c)."""
def var_mean(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """The spread and the centre together: what var and mean give."""
def vdot(input: _Any, other: _Any, *, out: _Any = None) -> _Tensor:
    """The sum of products of two vectors, the first one conjugated."""
def view_as_complex(input: _Any) -> _Tensor:
    """Pairs of a last dimension as complex numbers, sharing memory."""
def view_as_real(input: _Any) -> _Tensor:
    """Complex numbers as pairs of a last dimension, sharing memory."""
def vmap(func: _Callable[..., _Any], in_dims: _Any = 0, out_dims: _Any = 0, randomness: _b.str = 'error', *, chunk_size: _b.int | None = None) -> _Callable[..., _Any]:
    """The function applied to every example along a dimension of its arguments, without a loop."""
def vsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, by dimension."""
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
