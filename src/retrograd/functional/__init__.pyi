"""Written by `make stubs`: what type checkers and editors know of `retrograd.functional`."""

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
from retrograd.functional import activation as activation
from retrograd.functional import angles as angles
from retrograd.functional import arranging as arranging
from retrograd.functional import attention as attention
from retrograd.functional import averaging as averaging
from retrograd.functional import bags as bags
from retrograd.functional import cells as cells
from retrograd.functional import classes as classes
from retrograd.functional import combining as combining
from retrograd.functional import compare as compare
from retrograd.functional import conv as conv
from retrograd.functional import counting as counting
from retrograd.functional import ctc as ctc
from retrograd.functional import determinant as determinant
from retrograd.functional import door as door
from retrograd.functional import dropping as dropping
from retrograd.functional import eigen as eigen
from retrograd.functional import elementwise as elementwise
from retrograd.functional import elimination as elimination
from retrograd.functional import factors as factors
from retrograd.functional import fourier as fourier
from retrograd.functional import fractional as fractional
from retrograd.functional import indefinite as indefinite
from retrograd.functional import indexing as indexing
from retrograd.functional import into as into
from retrograd.functional import least_squares as least_squares
from retrograd.functional import lookup as lookup
from retrograd.functional import loss as loss
from retrograd.functional import margins as margins
from retrograd.functional import matrix as matrix
from retrograd.functional import multi_head as multi_head
from retrograd.functional import names as names
from retrograd.functional import normalization as normalization
from retrograd.functional import numbers as numbers
from retrograd.functional import older as older
from retrograd.functional import over_time as over_time
from retrograd.functional import packed as packed
from retrograd.functional import padding as padding
from retrograd.functional import places as places
from retrograd.functional import plane as plane
from retrograd.functional import planned as planned
from retrograd.functional import pooling as pooling
from retrograd.functional import products as products
from retrograd.functional import ranking as ranking
from retrograd.functional import recurrent as recurrent
from retrograd.functional import reduce as reduce
from retrograd.functional import resizing as resizing
from retrograd.functional import sampling as sampling
from retrograd.functional import scans as scans
from retrograd.functional import shape as shape
from retrograd.functional import short_time as short_time
from retrograd.functional import similarity as similarity
from retrograd.functional import special as special
from retrograd.functional import statistics as statistics
from retrograd.functional import unpooling as unpooling
from retrograd.functional import windowed as windowed
from retrograd.functional import writing as writing
from retrograd.functional.reduce import values_indices as values_indices

def abs(input: _Any) -> _Tensor:
    """|input|, of complex numbers the length. Derivative sign(input); 0 at 0."""
def acos(input: _Any) -> _Tensor:
    """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
def acosh(input: _Any) -> _Tensor:
    """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
def adaptive_avg_pool1d(input: _Any, output_size: _Any) -> _Tensor:
    """(N, C, L) to (N, C, output_size): see adaptive_avg_pool2d."""
def adaptive_avg_pool2d(input: _Any, output_size: _Any) -> _Tensor:
    """Means of windows that share out (N, C, H, W) into output_size (an int, or two; None keeps a size)."""
def adaptive_avg_pool3d(input: _Any, output_size: _Any) -> _Tensor:
    """(N, C, D, H, W) to (N, C, *output_size): see adaptive_avg_pool2d."""
def adaptive_max_pool1d(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """(N, C, L) to (N, C, output_size): the largest of each window of adaptive_avg_pool1d."""
def adaptive_max_pool1d_with_indices(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """adaptive_max_pool1d with return_indices."""
def adaptive_max_pool2d(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of adaptive_avg_pool2d; with return_indices also its place in H x W."""
def adaptive_max_pool2d_with_indices(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """adaptive_max_pool2d with return_indices."""
def adaptive_max_pool3d(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of adaptive_avg_pool3d: see adaptive_max_pool2d."""
def adaptive_max_pool3d_with_indices(input: _Any, output_size: _Any, return_indices: _b.bool = False) -> _Any:
    """adaptive_max_pool3d with return_indices."""
def add(input: _Any, other: _Any, *, alpha: _Any = 1) -> _Tensor:
    """input + alpha * other. d/d input = 1, d/d other = alpha."""
def addbmm(input: _Any, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
    """beta input + alpha sum over the batch of batch1 @ batch2."""
def addcdiv(input: _Any, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
    """input + value * tensor1 / tensor2."""
def addcmul(input: _Any, tensor1: _Any, tensor2: _Any, *, value: _Any = 1) -> _Tensor:
    """input + value * tensor1 * tensor2."""
def addmm(input: _Any, mat1: _Any, mat2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
    """beta * input + alpha * (mat1 @ mat2)."""
def addmv(input: _Any, mat: _Any, vec: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
    """beta input + alpha mat @ vec."""
def addr(input: _Any, vec1: _Any, vec2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
    """beta input + alpha outer(vec1, vec2)."""
def affine_grid(theta: _Any, size: _Sequence[_b.int], align_corners: _b.bool | None = None) -> _Tensor:
    """The grid (N, H, W, 2) at which grid_sample reads the affine map theta (N, 2, 3) of an image of `size` (N, C, H, W); or (N, D, H, W, 3) of theta (N, 3, 4)."""
def all(input: _Any, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
    """Whether no element is zero. True where there are none."""
def allclose(input: _Any, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _b.bool:
    """Whether |input - other| <= atol + rtol * |other| everywhere (after broadcasting)."""
def alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """dropout for SELU networks: dropped elements become -1.7581, then a x + b restores mean 0 and variance 1."""
def amax(input: _Any, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
    """Largest element; ties share the cotangent evenly."""
def amin(input: _Any, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
    """Smallest element; ties share the cotangent evenly."""
def aminmax(input: _Any, *, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
    """(min, max) of all elements or along dim; ties share the cotangent."""
def angle(input: _Any) -> _Tensor:
    """The angle of complex numbers in [-pi, pi]; of real numbers 0, and pi below 0; nan stays nan. Derivative i z/|z|^2, of real numbers 0."""
def any(input: _Any, dim: _Any = None, keepdim: _b.bool = False) -> _Tensor:
    """Whether some element is not zero. False where there are none."""
def arccos(input: _Any) -> _Tensor:
    """The angle in [0, pi] whose cosine is input; nan beyond 1. Derivative -1/sqrt(1 - input**2)."""
def arccosh(input: _Any) -> _Tensor:
    """The inverse of cosh, nan below 1. Derivative 1/sqrt(input**2 - 1)."""
def arcsin(input: _Any) -> _Tensor:
    """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
def arcsinh(input: _Any) -> _Tensor:
    """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
def arctan2(input: _Any, other: _Any) -> _Tensor:
    """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
def arctanh(input: _Any) -> _Tensor:
    """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
def argmax(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Tensor:
    """Index of the largest element (the first of equals), of the whole tensor or along dim. No derivative."""
def argmin(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Tensor:
    """Index of the smallest element (the first of equals), of the whole tensor or along dim. No derivative."""
def argsort(input: _Any, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True) -> _Tensor:
    """Indices that sort along dim; equal elements keep their order. No derivative."""
def argwhere(input: _Any) -> _Tensor:
    """Places of the elements that are not zero, one a row. An evaluation point."""
def asin(input: _Any) -> _Tensor:
    """The angle in [-pi/2, pi/2] whose sine is input; nan beyond 1. Derivative 1/sqrt(1 - input**2)."""
def asinh(input: _Any) -> _Tensor:
    """The inverse of sinh. Derivative 1/sqrt(input**2 + 1)."""
def atan(input: _Any) -> _Tensor:
    """Inverse tangent. Derivative 1/(1 + input**2)."""
def atan2(input: _Any, other: _Any) -> _Tensor:
    """The angle of the point (other, input) of the plane, in [-pi, pi]. d/d input = other/(input**2 + other**2)."""
def atanh(input: _Any) -> _Tensor:
    """The inverse of tanh; inf at 1, nan beyond. Derivative 1/(1 - input**2)."""
def atleast_1d(*tensors: _Any) -> _Any:
    """A scalar as a vector of one element; of several tensors, or a sequence, each."""
def atleast_2d(*tensors: _Any) -> _Any:
    """With two dimensions at least: vectors become one row."""
def atleast_3d(*tensors: _Any) -> _Any:
    """With three dimensions at least: vectors become (1, n, 1), matrices (m, n, 1)."""
def avg_pool1d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True) -> _Tensor:
    """The mean of each window of (N, C, L): see avg_pool2d."""
def avg_pool2d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None) -> _Tensor:
    """The mean of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default."""
def avg_pool3d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None) -> _Tensor:
    """The mean of each window of (N, C, D, H, W): see avg_pool2d."""
def baddbmm(input: _Any, batch1: _Any, batch2: _Any, *, beta: _Any = 1, alpha: _Any = 1) -> _Tensor:
    """beta * input + alpha * bmm(batch1, batch2)."""
def batch_norm(input: _Any, running_mean: _Any, running_var: _Any, weight: _Any = None, bias: _Any = None, training: _b.bool = False, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...)."""
def bilinear(input1: _Any, input2: _Any, weight: _Any, bias: _Any = None) -> _Tensor:
    """y[..., k] = x1^T weight[k] x2 + bias[k]."""
def binary_cross_entropy(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """-(t log(x) + (1 - t) log(1 - x)) of probabilities x in [0, 1], each log at least -100."""
def binary_cross_entropy_with_logits(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', pos_weight: _Any = None) -> _Tensor:
    """binary_cross_entropy of sigmoid(x), without overflow: (1 - t) x + log(1 + e**-x). Derivative sigmoid(x) - t."""
def bincount(input: _Any, weights: _Any = None, minlength: _b.int = 0) -> _Tensor:
    """How often each number occurs (or the sum of its weights). An evaluation point."""
def bitwise_and(input: _Any, other: _Any) -> _Tensor:
    """bitwise_and: bit by bit on integers, logic on bool. No derivative."""
def bitwise_left_shift(input: _Any, other: _Any) -> _Tensor:
    """input 2**other, of integers."""
def bitwise_not(input: _Any) -> _Tensor:
    """~input: bit by bit on integers, logic on bool."""
def bitwise_or(input: _Any, other: _Any) -> _Tensor:
    """bitwise_or: bit by bit on integers, logic on bool. No derivative."""
def bitwise_right_shift(input: _Any, other: _Any) -> _Tensor:
    """floor(input / 2**other), of integers."""
def bitwise_xor(input: _Any, other: _Any) -> _Tensor:
    """bitwise_xor: bit by bit on integers, logic on bool. No derivative."""
def block_diag(*tensors: _Any) -> _Tensor:
    """Matrices along the diagonal of one, zeros elsewhere."""
def bmm(input: _Any, other: _Any = None, **named: _Any) -> _Tensor:
    """Products of two batches of matrices."""
def broadcast_tensors(*tensors: _Any) -> _b.tuple[_Tensor, ...]:
    """All tensors at their common shape."""
def broadcast_to(input: _Any, *sizes: _Any, size: _Any = None) -> _Tensor:
    """expand to a shape."""
def bucketize(input: _Any, boundaries: _Any, *, out_int32: _b.bool = False, right: _b.bool = False) -> _Tensor:
    """The number of the bin that each value falls into: boundaries[i - 1] < input <= boundaries[i], or with right, boundaries[i - 1] <= input < boundaries[i]."""
def can_cast(from_: _Any, to: _Any) -> _b.bool:
    """Whether a conversion of dtypes keeps the kind of the values (float to int does not)."""
def cartesian_prod(*tensors: _Any) -> _Tensor:
    """Every choice of one element from each vector, one a row."""
def cat(tensors: _Sequence[_Any], dim: _b.int = 0) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def cdist(x1: _Any, x2: _Any, p: _b.float = 2.0, compute_mode: _b.str = 'use_mm_for_euclid_dist_if_necessary') -> _Tensor:
    """Distances between all rows: (..., P, D) and (..., R, D) give (..., P, R). Always computed from differences, so near points lose no digits (compute_mode is accepted and changes nothing). Derivative at distance 0: 0."""
def ceil(input: _Any) -> _Tensor:
    """The smallest integer not below input. Derivative 0."""
def celu(input: _Any, alpha: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """max(0, x) + min(0, alpha (e**(x/alpha) - 1)). Derivative 1 or e**(x/alpha): continuous for every alpha."""
def celu_(input: _Any, alpha: _b.float = 1.0) -> _Tensor:
    """celu into the input's own memory."""
def chain_matmul(*matrices: _Any) -> _Tensor:
    """The product of matrices, in the order of fewest multiplications (`linalg.multi_dot`)."""
def channel_shuffle(input: _Any, groups: _b.int) -> _Tensor:
    """(N, C, ...) with channel i of every group side by side: channels (groups, C / groups) turned round."""
def cholesky(input: _Any, upper: _b.bool = False) -> _Tensor:
    """torch.cholesky: see `linalg.cholesky`."""
def cholesky_inverse(L: _Any, upper: _b.bool = False) -> _Tensor:
    """The inverse of A = L L^H (or U^H U, if upper)."""
def cholesky_solve(B: _Any, L: _Any, upper: _b.bool = False) -> _Tensor:
    """x with A x = B, where A = L L^H (or U^H U, if upper)."""
def chunk(input: _Any, chunks: _b.int, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """At most `chunks` pieces of equal size (the last may be smaller)."""
def clamp(input: _Any, min: _Any = None, max: _Any = None) -> _Tensor:
    """input limited to [min, max]. Derivative 1 within and at the bounds, 0 outside; where min > max, max wins."""
def clamp_max(input: _Any, max: _Any) -> _Tensor:
    """The smaller of input and max. Derivative 1 up to the bound, as `clamp`."""
def clamp_min(input: _Any, min: _Any) -> _Tensor:
    """The larger of input and min. Derivative 1 from the bound on, as `clamp`."""
def clone(input: _Any, *, memory_format: _Any = None) -> _Tensor:
    """A copy with the same derivative, row-major whatever memory_format says."""
def column_stack(tensors: _Sequence[_Any]) -> _Tensor:
    """Vectors as the columns of a matrix, matrices side by side."""
def combinations(input: _Any, r: _b.int = 2, with_replacement: _b.bool = False) -> _Tensor:
    """Every choice of r elements of a vector, one a row."""
def complex(real: _Any, imag: _Any) -> _Tensor:
    """real + i imag."""
def concat(tensors: _Sequence[_Any], dim: _b.int = 0) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def concatenate(tensors: _Sequence[_Any], dim: _b.int = 0) -> _Tensor:
    """Tensors one after another along a dimension; their other sizes agree. Derivative: each its slice."""
def conj(input: _Any) -> _Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
def conj_physical(input: _Any) -> _Tensor:
    """a - ib for a + ib; a real tensor is its own. Computed, where PyTorch sets a mark. Derivative: the conjugate of the cotangent."""
def conv1d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation of (N, C, L) with weight (out, C/groups, K): see conv2d."""
def conv2d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation: input (N, C, H, W) or (C, H, W), weight (out, C/groups, KH, KW), output (N, out, H', W')."""
def conv3d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, dilation: _Any = 1, groups: _b.int = 1) -> _Tensor:
    """Cross-correlation of (N, C, D, H, W) with weight (out, C/groups, KD, KH, KW): see conv2d."""
def conv_tbc(input: _Any, weight: _Any, bias: _Any, pad: _b.int = 0) -> _Tensor:
    """Cross-correlation over time of (T, B, C) with weight (K, C, out), `pad` zeros on both sides: (T', B, out)."""
def conv_transpose1d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, output_padding: _Any = 0, groups: _b.int = 1, dilation: _Any = 1) -> _Tensor:
    """The transpose of conv1d as a map: see conv_transpose2d."""
def conv_transpose2d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, output_padding: _Any = 0, groups: _b.int = 1, dilation: _Any = 1) -> _Tensor:
    """The transpose of conv2d as a map: input (N, C, H, W), weight (C, out/groups, KH, KW), output (N, out, H', W')."""
def conv_transpose3d(input: _Any, weight: _Any, bias: _Any = None, stride: _Any = 1, padding: _Any = 0, output_padding: _Any = 0, groups: _b.int = 1, dilation: _Any = 1) -> _Tensor:
    """The transpose of conv3d as a map: see conv_transpose2d."""
def copysign(input: _Any, other: _Any) -> _Tensor:
    """|input| with the sign of other. Derivative to input: 1 or -1, and 0 at 0."""
def corrcoef(input: _Any) -> _Tensor:
    """The correlations of variables (rows) over observations (columns): covariances over both spreads."""
def cos(input: _Any) -> _Tensor:
    """Cosine of radians. Derivative -sin(input)."""
def cosh(input: _Any) -> _Tensor:
    """(e**x + e**-x)/2. Derivative sinh."""
def cosine_embedding_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1; rows (N, D), target (N,)."""
def cosine_similarity(x1: _Any, x2: _Any, dim: _b.int = 1, eps: _b.float = 1e-08) -> _Tensor:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along dim, which disappears; operands broadcast."""
def count_nonzero(input: _Any, dim: _Any = None) -> _Tensor:
    """How many elements are not zero."""
def cov(input: _Any, *, correction: _b.int = 1, fweights: _Any = None, aweights: _Any = None) -> _Tensor:
    """The covariances of variables (rows) over observations (columns), divided by n - correction. fweights count observations, aweights weigh them."""
def cross(input: _Any, other: _Any, dim: _b.int | None = None) -> _Tensor:
    """torch.cross: `linalg.cross` along the first dimension of 3 elements, if none is given."""
def cross_entropy(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, ignore_index: _b.int = -100, reduce: _Any = None, reduction: _b.str = 'mean', label_smoothing: _b.float = 0.0) -> _Tensor:
    """-log(softmax(input)[target]): input holds logits (N, C), (C,) or (N, C, d1, ...), target class indices (N,), () or (N, d1, ...), or class probabilities in the input's own shape."""
def ctc_decode(log_probs: _Any, input_lengths: _Any = None, blank: _b.int = 0, beam: _b.int = 1) -> _b.list[_b.tuple[_b.list[_b.int], _b.float]]:
    """The likeliest labels of each sequence of `log_probs` (T, N, C), and the logarithm of their probability."""
def ctc_loss(log_probs: _Any, targets: _Any, input_lengths: _Any, target_lengths: _Any, blank: _b.int = 0, reduction: _b.str = 'mean', zero_infinity: _b.bool = False) -> _Tensor:
    """-log of the probability of label sequences, summed over all their alignments to the steps."""
def cummax(input: _Any, dim: _b.int) -> _Any:
    """(values, indices) of the largest element so far along dim, the last of equals."""
def cummin(input: _Any, dim: _b.int) -> _Any:
    """(values, indices) of the smallest element so far along dim, the last of equals."""
def cumprod(input: _Any, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
    """Running products along dim. The derivative is right where factors are 0 too."""
def cumsum(input: _Any, dim: _b.int, *, dtype: _Any = None) -> _Tensor:
    """Running sums along dim. Derivative: running sums from the other end."""
def cumulative_trapezoid(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The running areas under y along dim by the trapezoidal rule."""
def deg2rad(input: _Any) -> _Tensor:
    """Degrees as radians: input pi/180."""
def det(A: _Any) -> _Tensor:
    """The determinant of square matrices. Derivative: the cofactors, det(A) A^-T where A has an inverse."""
def diag(input: _Any, diagonal: _b.int = 0) -> _Tensor:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
def diag_embed(input: _Any, offset: _b.int = 0, dim1: _b.int = -2, dim2: _b.int = -1) -> _Tensor:
    """The last dimension as the diagonal of two new ones."""
def diagflat(input: _Any, offset: _b.int = 0) -> _Tensor:
    """The elements as a diagonal matrix."""
def diagonal(input: _Any, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
    """The diagonal of two dimensions, as the last one. Shares memory."""
def diagonal_scatter(input: _Any, src: _Any, offset: _b.int = 0, dim1: _b.int = 0, dim2: _b.int = 1) -> _Tensor:
    """input with src on a diagonal."""
def diff(input: _Any, n: _b.int = 1, dim: _b.int = -1, prepend: _Any = None, append: _Any = None) -> _Tensor:
    """The n-th differences of neighbours along dim: input[i + 1] - input[i]."""
def digamma(input: _Any) -> _Tensor:
    """The derivative of lgamma; -inf at 0, nan at negative integers. Derivative polygamma(1, input)."""
def dist(input: _Any, other: _Any, p: _b.float = 2) -> _Tensor:
    """The norm of input - other."""
def div(input: _Any, other: _Any, *, rounding_mode: _b.str | None = None) -> _Tensor:
    """input / other; integers give floats. d/d input = 1/other, d/d other = -input/other**2."""
def dot(input: _Any, other: _Any = None, **named: _Any) -> _Tensor:
    """Sum of products of two vectors."""
def dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """x / (1 - p) with probability 1 - p, else 0, drawn for each element; the input itself unless training."""
def dropout1d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, L) or (C, L)."""
def dropout2d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, H, W); three dimensions are taken as (N, C, L)."""
def dropout3d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
def dsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, by dimension."""
def dstack(tensors: _Sequence[_Any]) -> _Tensor:
    """Along the third dimension."""
def einsum(equation: _b.str, *operands: _Any) -> _Tensor:
    """Products summed over repeated letters, e.g. 'bij,bjk->bik'; `...` stands for leading dimensions."""
def elu(input: _Any, alpha: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else alpha (e**x - 1). Derivative 1 or alpha e**x (alpha at 0)."""
def elu_(input: _Any, alpha: _b.float = 1.0) -> _Tensor:
    """elu into the input's own memory."""
def embedding(input: _Any, weight: _Any, padding_idx: _b.int | None = None, max_norm: _b.float | None = None, norm_type: _b.float = 2.0, scale_grad_by_freq: _b.bool = False, sparse: _b.bool = False) -> _Tensor:
    """Row input[...] of weight (rows, D): indices of shape (*) give (*, D)."""
def embedding_bag(input: _Any, weight: _Any, offsets: _Any = None, max_norm: _b.float | None = None, norm_type: _b.float = 2, scale_grad_by_freq: _b.bool = False, mode: _b.str = 'mean', sparse: _b.bool = False, per_sample_weights: _Any = None, include_last_offset: _b.bool = False, padding_idx: _b.int | None = None) -> _Tensor:
    """The sum, mean or max (`mode`) of the rows of weight (rows, D) that each bag names: (bags, D)."""
def eq(input: _Any, other: _Any) -> _Tensor:
    """input == other, element by element, as a bool tensor. No derivative."""
def equal(input: _Any, other: _Any) -> _b.bool:
    """Whether two tensors have the same shape and the same elements; nan equals nothing."""
def erf(input: _Any) -> _Tensor:
    """Error function 2/sqrt(pi) * integral of e**-t**2 from 0 to input. Derivative 2/sqrt(pi) e**-input**2."""
def erfc(input: _Any) -> _Tensor:
    """1 - erf(input), accurate where that is small. Derivative -2/sqrt(pi) e**-input**2."""
def erfinv(input: _Any) -> _Tensor:
    """The inverse of erf on (-1, 1). Derivative sqrt(pi)/2 e**output**2."""
def exp(input: _Any) -> _Tensor:
    """e**input. Derivative: the output."""
def exp2(input: _Any) -> _Tensor:
    """2**input. Derivative output ln 2."""
def expand(input: _Any, *sizes: _Any, size: _Any = None) -> _Tensor:
    """Broadcast to a larger shape without copying; -1 keeps a size. Derivative: the sum over the repeats."""
def expm1(input: _Any) -> _Tensor:
    """e**input - 1, accurate near 0. Derivative: output + 1."""
def feature_alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""
def fill(input: _Any, value: _Any) -> _Tensor:
    """A tensor of input's size and dtype with `value`, a number or a tensor without dimensions, everywhere."""
def fill_diagonal(input: _Any, fill_value: _Any, wrap: _b.bool = False) -> _Tensor:
    """input with a number on its main diagonal; of tall matrices with wrap also below it, after a gap."""
def flatten(input: _Any, start_dim: _b.int = 0, end_dim: _b.int = -1) -> _Tensor:
    """Dimensions start_dim..end_dim as one."""
def flip(input: _Any, *dims: _Any, **named: _Any) -> _Tensor:
    """Elements in reverse order along dimensions (dims=(0, 1), or one after another); a copy. Derivative: flipped too."""
def fliplr(input: _Any) -> _Tensor:
    """Columns in reverse order."""
def flipud(input: _Any) -> _Tensor:
    """Rows in reverse order."""
def float_power(input: _Any, exponent: _Any) -> _Tensor:
    """input**exponent in double precision."""
def floor(input: _Any) -> _Tensor:
    """The largest integer not above input. Derivative 0."""
def floor_divide(input: _Any, other: _Any) -> _Tensor:
    """floor(input / other), towards minus infinity, without a derivative (`div` with rounding_mode='floor' has 0). An integer divided by 0 is an error."""
def fmax(input: _Any, other: _Any) -> _Tensor:
    """The larger of two; where one is nan, the other. Ties go to input."""
def fmin(input: _Any, other: _Any) -> _Tensor:
    """The smaller of two; where one is nan, the other. Ties go to input."""
def fmod(input: _Any, other: _Any) -> _Tensor:
    """input - other * trunc(input / other), with the sign of input (C's fmod). d/d input = 1."""
def fold(input: _Any, output_size: _Any, kernel_size: _Any, dilation: _Any = 1, padding: _Any = 0, stride: _Any = 1) -> _Tensor:
    """Columns (N, C * taps, windows) added back into (N, C, H, W), overlaps summed. Derivative: unfold."""
def frac(input: _Any) -> _Tensor:
    """input - trunc(input), with the sign of input. Derivative 1."""
def fractional_max_pool2d(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """The largest element of windows of (N, C, H, W) at random places, as many as `output_size`, or as that share of the input; with return_indices also its place in H x W."""
def fractional_max_pool2d_with_indices(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """fractional_max_pool2d with return_indices."""
def fractional_max_pool3d(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """The largest element of windows of (N, C, D, H, W) at random places: see fractional_max_pool2d."""
def fractional_max_pool3d_with_indices(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """fractional_max_pool3d with return_indices."""
def frexp(input: _Any) -> _b.tuple[_Tensor, _Tensor]:
    """(mantissa, exponent) with input = mantissa 2**exponent and |mantissa| in [0.5, 1). Derivative to the mantissa: 2**-exponent."""
def gather(input: _Any, dim: _b.int, index: _Any, *, sparse_grad: _b.bool = False) -> _Tensor:
    """out[i][j] = input[index[i][j]][j] for dim 0, and so on. Derivative: cotangents added where they were read."""
def gaussian_nll_loss(input: _Any, target: _Any, var: _Any, full: _b.bool = False, eps: _b.float = 1e-06, reduction: _b.str = 'mean') -> _Tensor:
    """(log(v) + (input - target)**2 / v) / 2 with v = max(var, eps), plus log(2 pi) / 2 if `full`."""
def gcd(input: _Any, other: _Any) -> _Tensor:
    """The greatest common divisor of integers."""
def ge(input: _Any, other: _Any) -> _Tensor:
    """input >= other, element by element, as a bool tensor. No derivative."""
def gelu(input: _Any, approximate: _b.str = 'none') -> _Tensor:
    """x Phi(x), Phi the normal distribution function; approximate='tanh': the formula with tanh in its place."""
def geqrf(input: _Any) -> _Any:
    """(a, tau): the reflections that make R of A, as `linalg.householder_product` takes them; R on the diagonal of a and above. No derivative."""
def glu(input: _Any, dim: _b.int = -1) -> _Tensor:
    """a sigmoid(b), a and b the halves of the input along `dim`, whose size must be even."""
def gradient(input: _Any, *, spacing: _Any = 1, dim: _Any = None, edge_order: _b.int = 1) -> _b.list[_Tensor]:
    """Slopes along dimensions by central differences, one-sided at the ends (of order edge_order)."""
def grid_sample(input: _Any, grid: _Any, mode: _b.str = 'bilinear', padding_mode: _b.str = 'zeros', align_corners: _b.bool | None = None) -> _Tensor:
    """Image (N, C, H, W) read at grid (N, H', W', 2) of places (x, y), or (N, C, D, H, W) at (N, D', H', W', 3): (N, C, H', W')."""
def group_norm(input: _Any, num_groups: _b.int, weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """As layer_norm over each of `num_groups` groups of channels of (N, C, ...); weight and bias are one a channel."""
def gru(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor]:
    """A GRU of layers and directions: outputs of the last layer at every time, and the final states."""
def gru_cell(input: _Any, hx: _Any, w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _Tensor:
    """One step of a GRU, `gru_step` of both affine maps: (N, I), (N, H) to (N, H), weights (3H, I), (3H, H)."""
def gt(input: _Any, other: _Any) -> _Tensor:
    """input > other, element by element, as a bool tensor. No derivative."""
def gumbel_softmax(logits: _Any, tau: _b.float = 1.0, hard: _b.bool = False, eps: _b.float = 1e-10, dim: _b.int = -1) -> _Tensor:
    """softmax((logits + Gumbel noise) / tau) along dim: a relaxed draw from the categorical distribution."""
def hardshrink(input: _Any, lambd: _b.float = 0.5) -> _Tensor:
    """x where |x| > lambd, else 0. Derivative 1 or 0."""
def hardsigmoid(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """min(max(x + 3, 0), 6) / 6. Derivative 1/6 strictly between -3 and 3, else 0."""
def hardswish(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x min(max(x + 3, 0), 6) / 6. Derivative 0 up to -3, x/3 + 1/2 between, 1 from 3 on."""
def hardtanh(input: _Any, min_val: _b.float = -1.0, max_val: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """x limited to [min_val, max_val]. Derivative 1 strictly within, 0 at the bounds and outside (clamp has 1)."""
def hardtanh_(input: _Any, min_val: _b.float = -1.0, max_val: _b.float = 1.0) -> _Tensor:
    """hardtanh into the input's own memory."""
def heaviside(input: _Any, values: _Any) -> _Tensor:
    """0 below 0, 1 above, `values` at 0. No derivative to input, as in PyTorch."""
def hinge_embedding_loss(input: _Any, target: _Any, margin: _b.float = 1.0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """x where the target is 1, max(0, margin - x) where it is -1. Derivative 1, or -1 up to the margin."""
def histc(input: _Any, bins: _b.int = 100, min: _b.float = 0, max: _b.float = 0) -> _Tensor:
    """How many elements fall into each of `bins` equal parts of [min, max] (of the range of the values if both are 0), in input's dtype. No derivative. An evaluation point."""
def histogram(input: _Any, bins: _Any, *, range: _Any = None, weight: _Any = None, density: _b.bool = False) -> _b.tuple[_Tensor, _Tensor]:
    """(counts, edges): how many elements, or how much weight, between neighbouring edges (a number of equal parts of `range`, or a vector); the last part includes its end. An evaluation point."""
def homes(*tables: _Any) -> _b.dict[_b.str, _b.str]:
    """{name: module} of tables {module: names}."""
def hsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, side by side."""
def hstack(tensors: _Sequence[_Any]) -> _Tensor:
    """Vectors end to end, others side by side."""
def huber_loss(input: _Any, target: _Any, reduction: _b.str = 'mean', delta: _b.float = 1.0, weight: _Any = None) -> _Tensor:
    """d**2 / 2 where |d| < delta, else delta (|d| - delta / 2). Derivative d, at most delta in size."""
def hypot(input: _Any, other: _Any) -> _Tensor:
    """sqrt(input**2 + other**2) without overflow. d/d input = input/output."""
def i0(input: _Any) -> _Tensor:
    """Modified Bessel function of order 0. Derivative i1."""
def igamma(input: _Any, other: _Any) -> _Tensor:
    """The share of Gamma(input) that lies in [0, other]. Differentiated to `other` only."""
def igammac(input: _Any, other: _Any) -> _Tensor:
    """1 - gammainc(input, other), accurate where that is small."""
def imag(input: _Any) -> _Tensor:
    """The imaginary parts of a complex tensor, sharing memory. Derivative: i times the cotangent."""
def index_add(input: _Any, dim: _b.int, index: _Any, source: _Any, *, alpha: _Any = 1) -> _Tensor:
    """input with alpha * source added to the slices along dim that index names."""
def index_copy(input: _Any, dim: _b.int, index: _Any, source: _Any) -> _Tensor:
    """input with the slices along dim that index names replaced by those of source. d/d source: read where it was written."""
def index_fill(input: _Any, dim: _b.int, index: _Any, value: _Any) -> _Tensor:
    """input with `value` in the slices along dim that index names."""
def index_put(input: _Any, indices: _Any, values: _Any, accumulate: _b.bool = False) -> _Tensor:
    """input with values written (or added) at input[indices]."""
def index_select(input: _Any, dim: _b.int, index: _Any) -> _Tensor:
    """The slices along dim that a vector of indices names."""
def inner(input: _Any, other: _Any) -> _Tensor:
    """Sums of products over the last dimensions; with a scalar, the product."""
def instance_norm(input: _Any, running_mean: _Any = None, running_var: _Any = None, weight: _Any = None, bias: _Any = None, use_input_stats: _b.bool = True, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """Each channel of each sample of (N, C, ...) at mean 0 and variance 1, then weight and bias."""
def interpolate(input: _Any, size: _Any = None, scale_factor: _Any = None, mode: _b.str = 'nearest', align_corners: _b.bool | None = None, recompute_scale_factor: _b.bool | None = None, antialias: _b.bool = False) -> _Tensor:
    """(N, C, ...) resized to `size`, or by `scale_factor`: 'nearest', 'nearest-exact' (of the centres), 'area' (means), 'linear' (N, C, W), 'bilinear' or 'bicubic' (N, C, H, W), 'trilinear' (N, C, D, H, W)."""
def inv(A: _Any) -> _Tensor:
    """The inverse of square matrices."""
def is_complex(input: _Any) -> _b.bool:
    """Whether the dtype of a tensor is a complex one."""
def is_conj(input: _Any) -> _b.bool:
    """False: conjugates are computed, never marked (so is `is_neg`)."""
def is_floating_point(input: _Any) -> _b.bool:
    """Whether the dtype of a tensor is a floating-point one."""
def is_neg(input: _Any) -> _b.bool:
    """False: conjugates are computed, never marked (so is `is_neg`)."""
def is_nonzero(input: _Any) -> _b.bool:
    """Whether the one element of a tensor is not zero."""
def is_tensor(obj: _Any) -> _b.bool:
    """Whether obj is a Tensor."""
def isclose(input: _Any, other: _Any, rtol: _b.float = 1e-05, atol: _b.float = 1e-08, equal_nan: _b.bool = False) -> _Tensor:
    """|input - other| <= atol + rtol * |other|, element by element; equal infinities are close."""
def isfinite(input: _Any) -> _Tensor:
    """True where input is neither infinite nor nan."""
def isin(elements: _Any, test_elements: _Any, *, assume_unique: _b.bool = False, invert: _b.bool = False) -> _Tensor:
    """Which elements are among test_elements."""
def isinf(input: _Any) -> _Tensor:
    """True where input is +inf or -inf."""
def isnan(input: _Any) -> _Tensor:
    """True where input is nan."""
def isneginf(input: _Any) -> _Tensor:
    """True where input is -inf."""
def isposinf(input: _Any) -> _Tensor:
    """True where input is +inf."""
def isreal(input: _Any) -> _Tensor:
    """True where the imaginary part is 0."""
def istft(input: _Any, n_fft: _b.int, hop_length: _b.int | None = None, win_length: _b.int | None = None, window: _Any = None, center: _b.bool = True, normalized: _b.bool = False, onesided: _b.bool | None = None, length: _b.int | None = None, return_complex: _b.bool = False) -> _Tensor:
    """The signal, (L) or (B, L), whose `stft` with these arguments is nearest to input (F, T) or (B, F, T) in the least squares: the pieces times the window, added where they overlap, over the sum of the windows' squares."""
def kept(y: _Any, shape: _Any, over: _Any, keepdim: _b.bool) -> _Any:
    """With the reduced axes as size 1, if asked."""
def kl_div(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', log_target: _b.bool = False) -> _Tensor:
    """t (log(t) - input), input being log-probabilities; 0 where t is 0. 'batchmean' divides by the first size."""
def kron(input: _Any, other: _Any) -> _Tensor:
    """Every element of input times the whole of other, as one tensor of blocks."""
def kthvalue(input: _Any, k: _b.int, dim: _b.int = -1, keepdim: _b.bool = False) -> _Any:
    """(values, indices) of the k-th smallest along dim, counted from 1."""
def l1_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', weight: _Any = None) -> _Tensor:
    """|input - target|, averaged. Derivative of an element sign(input - target), 0 where they are equal."""
def later(package: _b.str, *, rare: _b.str = '', modules: _b.str = '', names: _Any = None, called: _Any = None, absent: _Any = None) -> _b.tuple[_Callable[[_b.str], _Any], _Callable[[], _b.list[_b.str]]]:
    """`__getattr__` and `__dir__` of a package."""
def layer_norm(input: _Any, normalized_shape: _b.int | _Sequence[_b.int], weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and (biased) variance over the last dimensions, whose sizes are `normalized_shape`; weight and bias have that shape."""
def lcm(input: _Any, other: _Any) -> _Tensor:
    """The least common multiple of integers."""
def ldexp(input: _Any, other: _Any) -> _Tensor:
    """input 2**other."""
def le(input: _Any, other: _Any) -> _Tensor:
    """input <= other, element by element, as a bool tensor. No derivative."""
def leaky_relu(input: _Any, negative_slope: _b.float = 0.01, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else negative_slope * x. Derivative 1 or negative_slope (negative_slope at 0)."""
def leaky_relu_(input: _Any, negative_slope: _b.float = 0.01) -> _Tensor:
    """leaky_relu into the input's own memory."""
def lerp(input: _Any, end: _Any, weight: _Any) -> _Tensor:
    """input + weight * (end - input)."""
def lgamma(input: _Any) -> _Tensor:
    """log |Gamma(input)|; inf at 0, -1, -2, ... Derivative digamma."""
def linear(input: _Any, weight: _Any, bias: _Any = None) -> _Tensor:
    """input @ weight.T + bias: input (*, in), weight (out, in), bias (out,), output (*, out)."""
def local_response_norm(input: _Any, size: _b.int, alpha: _b.float = 0.0001, beta: _b.float = 0.75, k: _b.float = 1.0) -> _Tensor:
    """x / (k + alpha mean(x**2 over `size` neighbouring channels, zeros beyond the ends))**beta; x is (N, C, ...)."""
def log(input: _Any) -> _Tensor:
    """Natural logarithm; -inf at 0, nan below. Derivative 1/input."""
def log10(input: _Any) -> _Tensor:
    """Logarithm to base 10. Derivative 1/(input ln 10)."""
def log1p(input: _Any) -> _Tensor:
    """log(1 + input), accurate near 0. Derivative 1/(1 + input)."""
def log2(input: _Any) -> _Tensor:
    """Logarithm to base 2. Derivative 1/(input ln 2)."""
def log_softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """x - log(sum(e**x)) along dim, without overflow. Derivative g - softmax(x) sum(g)."""
def logaddexp(input: _Any, other: _Any) -> _Tensor:
    """log(e**input + e**other) without overflow. Derivative to input: sigmoid(input - other)."""
def logaddexp2(input: _Any, other: _Any) -> _Tensor:
    """log2(2**input + 2**other) without overflow."""
def logcumsumexp(input: _Any, dim: _b.int) -> _Tensor:
    """log of the running sums of e**input along dim, without overflow."""
def logdet(input: _Any) -> _Tensor:
    """log det, nan where det is below 0."""
def logical_and(input: _Any, other: _Any) -> _Tensor:
    """logical and of two tensors taken as truth values. No derivative."""
def logical_not(input: _Any) -> _Tensor:
    """True where input is zero. No derivative."""
def logical_or(input: _Any, other: _Any) -> _Tensor:
    """logical or of two tensors taken as truth values. No derivative."""
def logical_xor(input: _Any, other: _Any) -> _Tensor:
    """logical xor of two tensors taken as truth values. No derivative."""
def logit(input: _Any, eps: _b.float | None = None) -> _Tensor:
    """log(p/(1 - p)), the inverse of sigmoid; input is limited to [eps, 1 - eps] if eps is given."""
def logsigmoid(input: _Any) -> _Tensor:
    """log(sigmoid(x)) = -log(1 + e**-x), without overflow. Derivative sigmoid(-x)."""
def logsumexp(input: _Any, dim: _Any, keepdim: _b.bool = False) -> _Tensor:
    """log(sum(e**x)) without overflow; -inf where all are. Derivative: softmax."""
def lp_pool1d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, L): see lp_pool2d."""
def lp_pool2d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, H, W), with p = norm_type; stride is kernel_size by default. A negative sum (of an odd power) has no root: NaN. p = inf: the largest |x|."""
def lp_pool3d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, D, H, W): see lp_pool2d."""
def lstm(input: _Any, *args: _Any, **named: _Any) -> _b.tuple[_Tensor, _Tensor, _Tensor]:
    """An LSTM of layers and directions: outputs of the last layer at every time, and the final h and c."""
def lstm_cell(input: _Any, hx: _Sequence[_Any], w_ih: _Any, w_hh: _Any, b_ih: _Any = None, b_hh: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """One step of an LSTM, `lstm_step` of both affine maps: (N, I) and the states (h, c), each (N, H), to the next ones; weights (4H, I) and (4H, H)."""
def lt(input: _Any, other: _Any) -> _Tensor:
    """input < other, element by element, as a bool tensor. No derivative."""
def lu(input: _Any, pivot: _b.bool = True, get_infos: _b.bool = False) -> _Any:
    """torch.lu: (LU, pivots) as `linalg.lu_factor`, and the infos if asked."""
def lu_solve(b: _Any, LU_data: _Any, LU_pivots: _Any) -> _Tensor:
    """torch.lu_solve: see `linalg.lu_solve`."""
def lu_unpack(LU_data: _Any, LU_pivots: _Any, unpack_data: _b.bool = True, unpack_pivots: _b.bool = True) -> _Any:
    """(P, L, U) of what `linalg.lu_factor` gives; parts that are not asked for are empty."""
def margin_ranking_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, margin - target (x1 - x2)): x1 should lie above x2 where the target is 1, below where it is -1."""
def masked_fill(input: _Any, mask: _Any, value: _Any) -> _Tensor:
    """input with `value` where mask is true. The cotangent of the filled places is zero."""
def masked_scatter(input: _Any, mask: _Any, source: _Any) -> _Tensor:
    """input with the elements where mask is true replaced by those of source, one after another."""
def masked_select(input: _Any, mask: _Any) -> _Tensor:
    """The elements where mask is true, as a vector; an evaluation point for the mask."""
def matmul(input: _Any, other: _Any) -> _Tensor:
    """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns."""
def matrix_exp(A: _Any) -> _Tensor:
    """I + A + A^2/2! + ...; its derivative is a block of an exponential twice as large."""
def matrix_norm(A: _Any, ord: _Any = 'fro', dim: _Any = ..., keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """The Frobenius norm of matrices; with ord 1, -1, inf, -inf an extreme sum of a column or row, with 'nuc', 2, -2 the sum of the singular values, the largest, the smallest."""
def matrix_power(A: _Any, n: _b.int) -> _Tensor:
    """A multiplied with itself n times; a negative n takes the inverse."""
def max(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None) -> _Any:
    """The largest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def max_pool1d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, L): see max_pool2d."""
def max_pool1d_with_indices(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """max_pool1d with return_indices."""
def max_pool2d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default."""
def max_pool2d_with_indices(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """max_pool2d with return_indices."""
def max_pool3d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """The largest element of each window of (N, C, D, H, W): see max_pool2d."""
def max_pool3d_with_indices(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, dilation: _Any = 1, ceil_mode: _b.bool = False, return_indices: _b.bool = False) -> _Any:
    """max_pool3d with return_indices."""
def max_unpool1d(input: _Any, indices: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, output_size: _Any = None) -> _Tensor:
    """(N, C, L') back to (N, C, L): see max_unpool2d."""
def max_unpool2d(input: _Any, indices: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, output_size: _Any = None) -> _Tensor:
    """What max_pool2d(return_indices=True) gave, put where it was found; zeros elsewhere."""
def max_unpool3d(input: _Any, indices: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, output_size: _Any = None) -> _Tensor:
    """(N, C, D', H', W') back to (N, C, D, H, W): see max_unpool2d."""
def maximum(input: _Any, other: _Any) -> _Tensor:
    """The larger of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mean(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """sum / number of elements; nan where there are none. Derivative: cotangent / number."""
def median(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
    """The lower median: of all elements, or (values, indices) along dim."""
def meshgrid(*tensors: _Any, indexing: _b.str = 'ij') -> _b.tuple[_Tensor, ...]:
    """Coordinate grids of vectors: output k varies along dimension k ('ij'; 'xy' swaps the first two)."""
def min(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, other: _Any = None) -> _Any:
    """The smallest of all elements (ties share the cotangent), or along dim (values, indices), where the cotangent goes to the one index returned; with a second tensor, element by element."""
def minimum(input: _Any, other: _Any) -> _Tensor:
    """The smaller of two, element by element; nan if either is. Ties share the cotangent half and half."""
def mish(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x tanh(log(1 + e**x))."""
def mm(input: _Any, other: _Any = None, **named: _Any) -> _Tensor:
    """Product of two matrices."""
def mode(input: _Any, dim: _b.int = -1, keepdim: _b.bool = False) -> _Any:
    """(values, indices) of the most frequent value along dim, the smallest of equally frequent ones, where it stands last."""
def moveaxis(input: _Any, source: _Any, destination: _Any) -> _Tensor:
    """Dimensions `source` at places `destination`, the others in their order."""
def movedim(input: _Any, source: _Any, destination: _Any) -> _Tensor:
    """Dimensions `source` at places `destination`, the others in their order."""
def mse_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', weight: _Any = None) -> _Tensor:
    """(input - target)**2, averaged. Derivative of the mean: 2 (input - target) / n."""
def msort(input: _Any) -> _Tensor:
    """Sorted along the first dimension."""
def mul(input: _Any, other: _Any) -> _Tensor:
    """input * other, element by element. d/d input = other, d/d other = input."""
def multi_dot(tensors: _Any) -> _Tensor:
    """The product of several matrices (the first and last may be vectors)."""
def multi_head_attention_forward(query: _Any, key: _Any, value: _Any, embed_dim_to_check: _b.int, num_heads: _b.int, in_proj_weight: _Any, in_proj_bias: _Any, bias_k: _Any, bias_v: _Any, add_zero_attn: _b.bool, dropout_p: _b.float, out_proj_weight: _Any, out_proj_bias: _Any, training: _b.bool = True, key_padding_mask: _Any = None, need_weights: _b.bool = True, attn_mask: _Any = None, use_separate_proj_weight: _b.bool = False, q_proj_weight: _Any = None, k_proj_weight: _Any = None, v_proj_weight: _Any = None, static_k: _Any = None, static_v: _Any = None, average_attn_weights: _b.bool = True, is_causal: _b.bool = False) -> _b.tuple[_Tensor, _Tensor | None]:
    """What `nn.MultiheadAttention` computes, with its weights as arguments: (output, weights or None)."""
def multi_margin_loss(input: _Any, target: _Any, p: _b.int = 1, margin: _b.float = 1.0, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The mean over the other classes j of max(0, margin - x[y] + x[j])**p, times weight[y]."""
def multilabel_margin_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The sum over labels y (those before the first -1) and other classes j of max(0, 1 - x[y] + x[j]), divided by the number of classes."""
def multilabel_soft_margin_loss(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The mean over classes of -t log sigmoid(x) - (1 - t) log sigmoid(-x), targets 0 or 1."""
def mv(input: _Any, other: _Any = None, **named: _Any) -> _Tensor:
    """Matrix times vector."""
def mvlgamma(input: _Any, p: _b.int) -> _Tensor:
    """The logarithm of the gamma function of dimension p: p (p-1)/4 log pi + sum of lgamma(input - k/2), k < p."""
def nan_to_num(input: _Any, nan: _b.float = 0.0, posinf: _b.float | None = None, neginf: _b.float | None = None) -> _Tensor:
    """nan replaced by `nan`, infinities by the given or the largest finite numbers."""
def nanmean(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """The mean of what is not nan; nan where all is."""
def nanmedian(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False) -> _Any:
    """The lower median of the elements that are not nan: of all, or (values, indices) along dim."""
def nanquantile(input: _Any, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear') -> _Tensor:
    """`quantile` of the elements that are not nan."""
def nansum(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """The sum, with nan as 0. Derivative: 1 where input is not nan."""
def narrow(input: _Any, dim: _b.int, start: _b.int, length: _b.int) -> _Tensor:
    """`length` places from `start` along one dimension. Shares memory."""
def native_channel_shuffle(input: _Any, groups: _b.int) -> _Tensor:
    """channel_shuffle."""
def ne(input: _Any, other: _Any) -> _Tensor:
    """input != other, element by element, as a bool tensor. No derivative."""
def neg(input: _Any) -> _Tensor:
    """-input. Derivative -1."""
def nextafter(input: _Any, other: _Any) -> _Tensor:
    """The next representable number after input, towards other. No derivative."""
def nll_loss(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, ignore_index: _b.int = -100, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """-input[target], input being log-probabilities; shapes, weights and means as in cross_entropy."""
def nonzero(input: _Any, *, as_tuple: _b.bool = False) -> _Any:
    """Places of the elements that are not zero: rows of indices, or one vector an axis. An evaluation point."""
def norm(input: _Any, p: _Any = 'fro', dim: _Any = None, keepdim: _b.bool = False, out: None = None, dtype: _Any = None) -> _Tensor:
    """(sum |x|**p)**(1/p); p 'fro' or 2: the Euclidean norm; inf, -inf: largest, smallest |x|; 0: count of nonzeros."""
def normalize(input: _Any, p: _b.float = 2.0, dim: _Any = 1, eps: _b.float = 1e-12, out: None = None) -> _Tensor:
    """x / max(norm(x, p, dim), eps): vectors of length 1 along dim (an int or several); zero vectors stay zero."""
def numel(input: _Any) -> _b.int:
    """Number of elements."""
def one_hot(tensor: _Any, num_classes: _b.int = -1) -> _Tensor:
    """(*) class indices to (*, num_classes) int64 rows with a 1 at the class; -1: one more than the largest, which is computed now. No derivative."""
def orgqr(A: _Any, tau: _Any) -> _Tensor:
    """The first columns of H_1 H_2 ... H_k, H_i = I - tau_i v_i v_i^H, v_i the i-th column of A below the diagonal with a 1 on it and zeros above."""
def outer(input: _Any, vec2: _Any) -> _Tensor:
    """All products of two vectors: out[i, j] = input[i] vec2[j]."""
def pad(input: _Any, pad: _Sequence[_b.int], mode: _b.str = 'constant', value: _b.float | None = None) -> _Tensor:
    """Surround the last dimensions: pad = (left, right) of the last, then of the one before, and so on."""
def pairwise_distance(x1: _Any, x2: _Any, p: _b.float = 2.0, eps: _b.float = 1e-06, keepdim: _b.bool = False) -> _Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension: rows (N, D) give (N,), or (N, 1) with keepdim."""
def pdist(input: _Any, p: _b.float = 2.0) -> _Tensor:
    """The p-distances of all pairs of rows, (0, 1), (0, 2), ... as a vector."""
def permute(input: _Any, *order: _Any, dims: _Any = None) -> _Tensor:
    """Dimensions in another order. Derivative: the inverse permutation. Shares memory."""
def pinverse(input: _Any, rcond: _b.float = 1e-15) -> _Tensor:
    """The pseudo-inverse, see `linalg.pinv`."""
def pixel_shuffle(input: _Any, upscale_factor: _b.int) -> _Tensor:
    """(*, C r*r, H, W) to (*, C, H r, W r): each group of r*r channels becomes an r by r block of pixels."""
def pixel_unshuffle(input: _Any, downscale_factor: _b.int) -> _Tensor:
    """(*, C, H r, W r) to (*, C r*r, H, W): pixel_shuffle backwards."""
def poisson_nll_loss(input: _Any, target: _Any, log_input: _b.bool = True, full: _b.bool = False, size_average: _Any = None, eps: _b.float = 1e-08, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """e**x - t x (log_input), or x - t log(x + eps); `full` adds Stirling's log(t!) where t > 1."""
def polar(abs: _Any, angle: _Any) -> _Tensor:
    """abs (cos angle + i sin angle)."""
def polygamma(n: _b.int, input: _Any) -> _Tensor:
    """The n-th derivative of digamma: (-1)**(n+1) n! sum over k of 1/(k + input)**(n+1), for n > 0."""
def positive(input: _Any) -> _Tensor:
    """input itself; not of bool tensors."""
def pow(input: _Any, exponent: _Any) -> _Tensor:
    """input ** exponent. d/d input = e * input**(e-1), d/d e = y * log(input)."""
def prelu(input: _Any, weight: _Any) -> _Tensor:
    """x where x > 0, else weight * x; weight has one element, or one for each channel (dimension 1)."""
def prod(input: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """Product. Derivative: the product of the others (right also where factors are 0)."""
def promote_types(type1: _Any, type2: _Any) -> _DType:
    """The dtype that holds the values of both."""
def put(input: _Any, index: _Any, source: _Any, accumulate: _b.bool = False) -> _Tensor:
    """input with elements of source written (or added) at places of the flattened input."""
def qr(input: _Any, some: _b.bool = True) -> _Any:
    """torch.qr: reduced factors, or complete ones."""
def quantile(input: _Any, q: _Any, dim: _b.int | None = None, keepdim: _b.bool = False, *, interpolation: _b.str = 'linear') -> _Tensor:
    """The value below which the share q of the elements lies, between neighbours as `interpolation` says; nan if there is one. Several q give a dimension in front."""
def rad2deg(input: _Any) -> _Tensor:
    """Radians as degrees: input 180/pi."""
def ravel(input: _Any) -> _Tensor:
    """The elements as a vector."""
def real(input: _Any) -> _Tensor:
    """The real parts, sharing memory; a real tensor is its own. Derivative: the cotangent."""
def reciprocal(input: _Any) -> _Tensor:
    """1/input. Derivative -output**2."""
def reinterpret(input: _Any, dtype: _DType) -> _Tensor:
    """The same memory read as another dtype, sharing it. No derivative."""
def relu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan."""
def relu6(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """min(max(x, 0), 6). Derivative 1 strictly between 0 and 6, else 0."""
def relu_(input: _Any) -> _Tensor:
    """relu into the input's own memory."""
def remainder(input: _Any, other: _Any) -> _Tensor:
    """input - other * floor(input / other), with the sign of other (Python's %). d/d input = 1. An integer divided by 0 is an error."""
def renorm(input: _Any, p: _b.float, dim: _b.int, maxnorm: _b.float) -> _Tensor:
    """Slices along dim scaled down to a p-norm of at most maxnorm."""
def repeat(input: _Any, *sizes: _Any) -> _Tensor:
    """Copies of the tensor side by side: sizes[d] times along each dimension, new dimensions in front."""
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
def round(input: _Any, *, decimals: _b.int = 0) -> _Tensor:
    """To the nearest integer (or to `decimals` places), halves to even. Derivative 0."""
def rrelu(input: _Any, lower: _b.float = 0.125, upper: _b.float = 0.3333333333333333, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else slope * x: the slope is drawn evenly from [lower, upper] for each element in training, and their mean otherwise. Derivative 1 or the slope."""
def rsqrt(input: _Any) -> _Tensor:
    """1/sqrt(input). Derivative -output**3 / 2."""
def rsub(input: _Any, other: _Any, *, alpha: _Any = 1) -> _Tensor:
    """other - alpha input."""
def scaled_dot_product_attention(query: _Any, key: _Any, value: _Any, attn_mask: _Any = None, dropout_p: _b.float = 0.0, is_causal: _b.bool = False, *, scale: _b.float | None = None, enable_gqa: _b.bool = False) -> _Tensor:
    """softmax(query key^T * scale + mask) value: query (..., L, E), key (..., S, E), value (..., S, V) give (..., L, V); scale is 1 / sqrt(E) by default."""
def scan(f: _Callable[..., _Any], init: _Any, xs: _Any = None, length: _b.int | None = None, *, reverse: _b.bool = False, save: _b.str = 'all') -> _b.tuple[_Any, _Any]:
    """A loop over time: carry, y = f(carry, x) for every x along the first axis of xs; the last carry and ys."""
def scatter(input: _Any, dim: _b.int, index: _Any, src: _Any = None, *, value: _Any = None, reduce: _b.str | None = None) -> _Tensor:
    """input with src (a tensor or a number) written at the places that index names along dim; with reduce 'add' or 'multiply', added to or multiplied with what is there."""
def scatter_add(input: _Any, dim: _b.int, index: _Any, src: _Any) -> _Tensor:
    """input with src[i][j] added at input[index[i][j]][j] (for dim 0). Derivative to src: read where it was added."""
def scatter_reduce(input: _Any, dim: _b.int, index: _Any, src: _Any, reduce: _b.str, *, include_self: _b.bool = True) -> _Tensor:
    """input with the elements of src that index sends to one place along dim reduced there: 'sum', 'prod', 'mean', 'amax' or 'amin', with what stands there if include_self. Ties of extremes share the cotangent."""
def searchsorted(sorted_sequence: _Any, input: _Any, *, out_int32: _b.bool = False, right: _b.bool = False, side: _b.str | None = None, sorter: _Any = None) -> _Tensor:
    """Where values would be inserted in the sorted last dimension: how many of its elements lie below them (with right or side='right': below or equal). A vector serves for all values, else rows go with rows."""
def select(input: _Any, dim: _b.int, index: _b.int) -> _Tensor:
    """One place along a dimension, which disappears. Shares memory."""
def select_scatter(input: _Any, src: _Any, dim: _b.int, index: _b.int) -> _Tensor:
    """input with src at one place along dim."""
def selu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """1.0507... * elu(x, 1.6732...): keeps mean 0 and variance 1 through layers of such units."""
def selu_(input: _Any) -> _Tensor:
    """selu into the input's own memory."""
def sgn(input: _Any) -> _Tensor:
    """z/|z| of complex numbers, -1, 0 or 1 of real ones; 0 at 0. Derivative: what is across z, over |z|; of real numbers 0."""
def sigmoid(input: _Any) -> _Tensor:
    """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
def sign(input: _Any) -> _Tensor:
    """-1, 0 or 1. Derivative 0."""
def signbit(input: _Any) -> _Tensor:
    """Whether the sign bit is set: below 0, and for -0.0."""
def silu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x sigmoid(x), also called swish. Derivative s (1 + x (1 - s)) with s = sigmoid(x)."""
def sin(input: _Any) -> _Tensor:
    """Sine of radians. Derivative cos(input)."""
def sinc(input: _Any) -> _Tensor:
    """sin(pi x)/(pi x), and 1 at 0."""
def sinh(input: _Any) -> _Tensor:
    """(e**x - e**-x)/2, accurate near 0. Derivative cosh."""
def slice_scatter(input: _Any, src: _Any, dim: _b.int = 0, start: _b.int | None = None, end: _b.int | None = None, step: _b.int = 1) -> _Tensor:
    """input with src in a slice along dim."""
def slogdet(A: _Any) -> _Any:
    """The sign of the determinant (of complex matrices its direction) and the logarithm of its absolute value, without overflow. Derivative of the logarithm: A^-H."""
def smooth_l1_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', beta: _b.float = 1.0) -> _Tensor:
    """d**2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target. Derivative d / beta or sign(d)."""
def soft_margin_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """log(1 + e**(-target input)), targets 1 or -1."""
def softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """e**x / sum(e**x) along dim, without overflow. Derivative y (g - sum(g y))."""
def softmin(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """softmax(-x) along dim."""
def softplus(input: _Any, beta: _b.float = 1.0, threshold: _b.float = 20.0) -> _Tensor:
    """log(1 + e**(beta x)) / beta, and x itself where beta x > threshold. Derivative sigmoid(beta x)."""
def softshrink(input: _Any, lambd: _b.float = 0.5) -> _Tensor:
    """x - lambd above lambd, x + lambd below -lambd, 0 between. Derivative 1 outside, 0 between and at +-lambd."""
def softsign(input: _Any) -> _Tensor:
    """x / (1 + |x|). Derivative 1 / (1 + |x|)**2."""
def solve(A: _Any, B: _Any, *, left: _b.bool = True) -> _Tensor:
    """x with A x = B (x A = B, if not left) over the last dimensions; derivative to B: A^-H g, to A: -(A^-H g) x^H. Singular A raises."""
def sort(input: _Any, dim: _b.int = -1, descending: _b.bool = False, stable: _b.bool = True) -> _Any:
    """(values, indices) in order along dim. Derivative: each cotangent goes where its value came from."""
def split(tensor: _Any, split_size_or_sections: _Any = None, dim: _b.int = 0, *, split_size: _Any = None) -> _b.tuple[_Tensor, ...]:
    """Pieces of a size (the last may be smaller) or of given sizes along a dimension. They share memory."""
def split_with_sizes(input: _Any, split_sizes: _Sequence[_b.int], dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """Pieces of the given sizes."""
def sqrt(input: _Any) -> _Tensor:
    """Square root; nan below 0. Derivative 1/(2 output), inf at 0: a zero cotangent stays zero there."""
def square(input: _Any) -> _Tensor:
    """input * input. Derivative 2 input."""
def squeeze(input: _Any, dim: _Any = None) -> _Tensor:
    """Without dimensions of size 1: all of them, or those named."""
def stack(tensors: _Sequence[_Any], dim: _b.int = 0) -> _Tensor:
    """Tensors of one shape along a new dimension."""
def std(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _Tensor:
    """sqrt(var). Derivative (x - mean)/((n - c) std); 0 where the spread is 0."""
def std_mean(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """The spread and the centre together: what std and mean give."""
def stft(input: _Any, n_fft: _b.int, hop_length: _b.int | None = None, win_length: _b.int | None = None, window: _Any = None, center: _b.bool = True, pad_mode: _b.str = 'reflect', normalized: _b.bool = False, onesided: _b.bool | None = None, return_complex: _b.bool | None = None, align_to_window: _b.bool | None = None) -> _Tensor:
    """Short-time Fourier transform of a signal (L) or (B, L): X[..., f, t] = sum_k window[k] input[..., t hop_length + k] exp(-2 pi i f k / n_fft)."""
def sub(input: _Any, other: _Any, *, alpha: _Any = 1) -> _Tensor:
    """input - alpha * other. d/d input = 1, d/d other = -alpha. Not defined for bool tensors (use logical_xor)."""
def sum(input: _Any, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """Sum over `dim` (all dimensions by default). Derivative: the cotangent repeated over the summed elements."""
def svd(input: _Any, some: _b.bool = True, compute_uv: _b.bool = True) -> _Any:
    """torch.svd: (U, S, V), with V and not its adjoint."""
def swapaxes(input: _Any, axis0: _b.int, axis1: _b.int) -> _Tensor:
    """`transpose`, with NumPy's names."""
def swapdims(input: _Any, dim0: _b.int, dim1: _b.int) -> _Tensor:
    """Two dimensions exchanged. Shares memory."""
def t(input: _Any) -> _Tensor:
    """The transpose of a matrix; vectors and scalars as they are."""
def take(input: _Any, index: _Any) -> _Tensor:
    """Elements of the flattened input."""
def take_along_dim(input: _Any, indices: _Any, dim: _b.int | None = None) -> _Tensor:
    """gather with sizes broadcast; without dim, places in the flattened input."""
def tan(input: _Any) -> _Tensor:
    """Tangent of radians. Derivative 1 + output**2."""
def tanh(input: _Any) -> _Tensor:
    """Hyperbolic tangent. Derivative 1 - output**2."""
def tanhshrink(input: _Any) -> _Tensor:
    """x - tanh(x). Derivative tanh(x)**2."""
def tensor_split(input: _Any, indices_or_sections: _Any = None, dim: _b.int = 0, *, sections: _Any = None, indices: _Any = None) -> _b.tuple[_Tensor, ...]:
    """A number of pieces as equal as possible, the longer ones first, or pieces cut at indices. They share memory."""
def tensordot(a: _Any, b: _Any, dims: _Any = 2) -> _Tensor:
    """Sum of products over the last `dims` dimensions of a and the first of b, or over two lists of dimensions."""
def threshold(input: _Any, threshold: _b.float, value: _b.float, inplace: _b.bool = False) -> _Tensor:
    """x where x > threshold, else value. Derivative 1 above the threshold, 0 at it and below."""
def threshold_(input: _Any, threshold_: _b.float, value: _b.float) -> _Tensor:
    """threshold into the input's own memory."""
def tile(input: _Any, *counts: _Any, dims: _Any = None) -> _Tensor:
    """repeat, with missing leading counts taken as 1."""
def topk(input: _Any, k: _b.int, dim: _b.int = -1, largest: _b.bool = True, sorted: _b.bool = True) -> _Any:
    """(values, indices) of the k largest (or smallest) along dim, in order."""
def trace(input: _Any) -> _Tensor:
    """Sum of the diagonal of a matrix."""
def transpose(input: _Any, dim0: _b.int, dim1: _b.int) -> _Tensor:
    """Two dimensions exchanged. Shares memory."""
def trapezoid(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The area under y along dim by the trapezoidal rule, at places x or dx apart."""
def trapz(y: _Any, x: _Any = None, *, dx: _Any = None, dim: _b.int = -1) -> _Tensor:
    """The area under y along dim by the trapezoidal rule, at places x or dx apart."""
def triangular_solve(b: _Any, A: _Any, upper: _b.bool = True, transpose: _b.bool = False, unitriangular: _b.bool = False) -> _Any:
    """(x, A) with A x = b, as `linalg.solve_triangular`."""
def tril(input: _Any, diagonal: _b.int = 0) -> _Tensor:
    """The lower triangle, zeros above the diagonal."""
def tril_indices(row: _b.int, col: _b.int, offset: _b.int = 0, *, dtype: _Any = None, device: _Any = None, layout: _Any = None) -> _Tensor:
    """Rows and columns of the lower triangle."""
def triplet_margin_loss(anchor: _Any, positive: _Any, negative: _Any, margin: _b.float = 1.0, p: _b.float = 2, eps: _b.float = 1e-06, swap: _b.bool = False, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, d(a, p) - d(a, n) + margin), d the p-norm of the difference (plus eps) over the last dimension."""
def triplet_margin_with_distance_loss(anchor: _Any, positive: _Any, negative: _Any, *, distance_function: _Callable[..., _Any] | None = None, margin: _b.float = 1.0, swap: _b.bool = False, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d any function (by default the distance of rows)."""
def triu(input: _Any, diagonal: _b.int = 0) -> _Tensor:
    """The upper triangle, zeros below the diagonal."""
def triu_indices(row: _b.int, col: _b.int, offset: _b.int = 0, *, dtype: _Any = None, device: _Any = None, layout: _Any = None) -> _Tensor:
    """Rows and columns of the upper triangle."""
def trunc(input: _Any) -> _Tensor:
    """Towards zero. Derivative 0."""
def truth(n: _Any) -> _Any:
    """A node as bool: not equal to zero."""
def unbind(input: _Any, dim: _b.int = 0) -> _b.tuple[_Tensor, ...]:
    """One tensor for each place along a dimension."""
def unflatten(input: _Any, dim: _b.int, sizes: _Sequence[_b.int]) -> _Tensor:
    """One dimension as several."""
def unfold(input: _Any, kernel_size: _Any, dilation: _Any = 1, padding: _Any = 0, stride: _Any = 1) -> _Tensor:
    """All windows of (N, C, H, W) as columns: (N, C * taps, windows). Its transpose, and derivative, is fold."""
def unique(input: _Any, sorted: _b.bool = True, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
    """The different values in rising order (with inverse and counts if asked). An evaluation point."""
def unique_consecutive(input: _Any, return_inverse: _b.bool = False, return_counts: _b.bool = False, dim: _b.int | None = None) -> _Any:
    """Runs of equal neighbours as one each (with inverse and counts if asked). An evaluation point."""
def unravel_index(indices: _Any, shape: _Any) -> _b.tuple[_Tensor, ...]:
    """Places of a flattened tensor of that shape as one index for each dimension."""
def unsqueeze(input: _Any, dim: _b.int) -> _Tensor:
    """With a new dimension of size 1 at `dim`."""
def upsample(input: _Any, size: _Any = None, scale_factor: _Any = None, mode: _b.str = 'nearest', align_corners: _b.bool | None = None) -> _Tensor:
    """interpolate by its old name."""
def upsample_bilinear(input: _Any, size: _Any = None, scale_factor: _Any = None) -> _Tensor:
    """interpolate with mode 'bilinear', corner onto corner, by its old name."""
def upsample_nearest(input: _Any, size: _Any = None, scale_factor: _Any = None) -> _Tensor:
    """interpolate with mode 'nearest', by its old name."""
def vander(x: _Any, N: _b.int | None = None, increasing: _b.bool = False) -> _Tensor:
    """Powers of a vector's elements as columns, the highest first (or last, if increasing)."""
def var(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _Tensor:
    """sum((x - mean)**2) / (n - correction); correction 1 (unbiased) by default. Derivative 2 (x - mean)/(n - c)."""
def var_mean(input: _Any, dim: _Any = None, unbiased: _Any = None, keepdim: _b.bool = False, *, correction: _Any = None) -> _b.tuple[_Tensor, _Tensor]:
    """The spread and the centre together: what var and mean give."""
def vdot(input: _Any, other: _Any) -> _Tensor:
    """The sum of products of two vectors, the first one conjugated."""
def vecdot(x: _Any, y: _Any, *, dim: _b.int = -1) -> _Tensor:
    """The sum of products along dim, x conjugated."""
def vector_norm(x: _Any, ord: _Any = 2, dim: _Any = None, keepdim: _b.bool = False, *, dtype: _Any = None) -> _Tensor:
    """(sum |x|**ord)**(1/ord) over dim or all; inf, -inf: the largest, smallest |x|; 0: how many are not 0."""
def view_as_complex(input: _Any) -> _Tensor:
    """Pairs of a last dimension as complex numbers, sharing memory."""
def view_as_real(input: _Any) -> _Tensor:
    """Complex numbers as pairs of a last dimension, sharing memory."""
def vsplit(input: _Any, indices_or_sections: _Any) -> _b.tuple[_Tensor, ...]:
    """tensor_split into equal pieces, by dimension."""
def vstack(tensors: _Sequence[_Any]) -> _Tensor:
    """Rows on top of each other."""
def where(condition: _Any, input: _Any = None, other: _Any = None) -> _Any:
    """input where condition is true, else other. A branch that was not selected gets a zero cotangent, whatever it holds (nan and inf included). With one argument: `nonzero(condition, as_tuple=True)`."""
def windows(input: _Any, dimension: _b.int, size: _b.int, step: _b.int) -> _Tensor:
    """Windows of `size` places along a dimension, `step` apart, as a new last dimension. Shares memory. Derivative: added back where windows overlap."""
def xlogy(input: _Any, other: _Any) -> _Tensor:
    """input log(other), and 0 where input is 0 (unless other is nan)."""
