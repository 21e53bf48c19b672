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

def adaptive_avg_pool1d(input: _Any, output_size: _Any) -> _Tensor:
    """(N, C, L) to (N, C, output_size): see adaptive_avg_pool2d."""
def adaptive_avg_pool2d(input: _Any, output_size: _Any, *, out: _Any = None) -> _Tensor:
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
def affine_grid(theta: _Any, size: _Sequence[_b.int], align_corners: _b.bool | None = None) -> _Tensor:
    """The grid (N, H, W, 2) at which grid_sample reads the affine map theta (N, 2, 3) of an image of `size` (N, C, H, W); or (N, D, H, W, 3) of theta (N, 3, 4)."""
def alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """dropout for SELU networks: dropped elements become -1.7581, then a x + b restores mean 0 and variance 1."""
def avg_pool1d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True) -> _Tensor:
    """The mean of each window of (N, C, L): see avg_pool2d."""
def avg_pool2d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """The mean of each window of (N, C, H, W) or (C, H, W); stride is kernel_size by default."""
def avg_pool3d(input: _Any, kernel_size: _Any, stride: _Any = None, padding: _Any = 0, ceil_mode: _b.bool = False, count_include_pad: _b.bool = True, divisor_override: _b.int | None = None, *, out: _Any = None) -> _Tensor:
    """The mean of each window of (N, C, D, H, W): see avg_pool2d."""
def batch_norm(input: _Any, running_mean: _Any, running_var: _Any, weight: _Any = None, bias: _Any = None, training: _b.bool = False, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias for each channel of (N, C, ...)."""
def bilinear(input1: _Any, input2: _Any, weight: _Any, bias: _Any = None) -> _Tensor:
    """y[..., k] = x1^T weight[k] x2 + bias[k]."""
def binary_cross_entropy(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """-(t log(x) + (1 - t) log(1 - x)) of probabilities x in [0, 1], each log at least -100."""
def binary_cross_entropy_with_logits(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', pos_weight: _Any = None) -> _Tensor:
    """binary_cross_entropy of sigmoid(x), without overflow: (1 - t) x + log(1 + e**-x). Derivative sigmoid(x) - t."""
def celu(input: _Any, alpha: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """max(0, x) + min(0, alpha (e**(x/alpha) - 1)). Derivative 1 or e**(x/alpha): continuous for every alpha."""
def celu_(input: _Any, alpha: _b.float = 1.0) -> _Tensor:
    """celu into the input's own memory."""
def channel_shuffle(input: _Any, groups: _b.int) -> _Tensor:
    """(N, C, ...) with channel i of every group side by side: channels (groups, C / groups) turned round."""
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
def cosine_embedding_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """1 - cos(x1, x2) where the target is 1, max(0, cos - margin) where it is -1; rows (N, D), target (N,)."""
def cosine_similarity(x1: _Any, x2: _Any, dim: _b.int = 1, eps: _b.float = 1e-08) -> _Tensor:
    """x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along dim, which disappears; operands broadcast."""
def cross_entropy(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, ignore_index: _b.int = -100, reduce: _Any = None, reduction: _b.str = 'mean', label_smoothing: _b.float = 0.0) -> _Tensor:
    """-log(softmax(input)[target]): input holds logits (N, C), (C,) or (N, C, d1, ...), target class indices (N,), () or (N, d1, ...), or class probabilities in the input's own shape."""
def ctc_decode(log_probs: _Any, input_lengths: _Any = None, blank: _b.int = 0, beam: _b.int = 1) -> _b.list[_b.tuple[_b.list[_b.int], _b.float]]:
    """The likeliest labels of each sequence of `log_probs` (T, N, C), and the logarithm of their probability."""
def ctc_loss(log_probs: _Any, targets: _Any, input_lengths: _Any, target_lengths: _Any, blank: _b.int = 0, reduction: _b.str = 'mean', zero_infinity: _b.bool = False) -> _Tensor:
    """-log of the probability of label sequences, summed over all their alignments to the steps."""
def dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """x / (1 - p) with probability 1 - p, else 0, drawn for each element; the input itself unless training."""
def dropout1d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, L) or (C, L)."""
def dropout2d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, H, W); three dimensions are taken as (N, C, L)."""
def dropout3d(input: _Any, p: _b.float = 0.5, training: _b.bool = True, inplace: _b.bool = False) -> _Tensor:
    """dropout of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
def elu(input: _Any, alpha: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else alpha (e**x - 1). Derivative 1 or alpha e**x (alpha at 0)."""
def elu_(input: _Any, alpha: _b.float = 1.0) -> _Tensor:
    """elu into the input's own memory."""
def embedding(input: _Any, weight: _Any, padding_idx: _b.int | None = None, max_norm: _b.float | None = None, norm_type: _b.float = 2.0, scale_grad_by_freq: _b.bool = False, sparse: _b.bool = False) -> _Tensor:
    """Row input[...] of weight (rows, D): indices of shape (*) give (*, D)."""
def embedding_bag(input: _Any, weight: _Any, offsets: _Any = None, max_norm: _b.float | None = None, norm_type: _b.float = 2, scale_grad_by_freq: _b.bool = False, mode: _b.str = 'mean', sparse: _b.bool = False, per_sample_weights: _Any = None, include_last_offset: _b.bool = False, padding_idx: _b.int | None = None) -> _Tensor:
    """The sum, mean or max (`mode`) of the rows of weight (rows, D) that each bag names: (bags, D)."""
def feature_alpha_dropout(input: _Any, p: _b.float = 0.5, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """alpha_dropout of whole channels of (N, C, ...)."""
def fold(input: _Any, output_size: _Any, kernel_size: _Any, dilation: _Any = 1, padding: _Any = 0, stride: _Any = 1) -> _Tensor:
    """Columns (N, C * taps, windows) added back into (N, C, H, W), overlaps summed. Derivative: unfold."""
def fractional_max_pool2d(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """The largest element of windows of (N, C, H, W) at random places, as many as `output_size`, or as that share of the input; with return_indices also its place in H x W."""
def fractional_max_pool2d_with_indices(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """fractional_max_pool2d with return_indices."""
def fractional_max_pool3d(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """The largest element of windows of (N, C, D, H, W) at random places: see fractional_max_pool2d."""
def fractional_max_pool3d_with_indices(input: _Any, kernel_size: _Any, output_size: _Any = None, output_ratio: _Any = None, return_indices: _b.bool = False, _random_samples: _Any = None) -> _Any:
    """fractional_max_pool3d with return_indices."""
def gaussian_nll_loss(input: _Any, target: _Any, var: _Any, full: _b.bool = False, eps: _b.float = 1e-06, reduction: _b.str = 'mean') -> _Tensor:
    """(log(v) + (input - target)**2 / v) / 2 with v = max(var, eps), plus log(2 pi) / 2 if `full`."""
def gelu(input: _Any, approximate: _b.str = 'none', *, out: _Any = None) -> _Tensor:
    """x Phi(x), Phi the normal distribution function; approximate='tanh': the formula with tanh in its place."""
def glu(input: _Any, dim: _b.int = -1) -> _Tensor:
    """a sigmoid(b), a and b the halves of the input along `dim`, whose size must be even."""
def grid_sample(input: _Any, grid: _Any, mode: _b.str = 'bilinear', padding_mode: _b.str = 'zeros', align_corners: _b.bool | None = None) -> _Tensor:
    """Image (N, C, H, W) read at grid (N, H', W', 2) of places (x, y), or (N, C, D, H, W) at (N, D', H', W', 3): (N, C, H', W')."""
def group_norm(input: _Any, num_groups: _b.int, weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """As layer_norm over each of `num_groups` groups of channels of (N, C, ...); weight and bias are one a channel."""
def gumbel_softmax(logits: _Any, tau: _b.float = 1.0, hard: _b.bool = False, eps: _b.float = 1e-10, dim: _b.int = -1) -> _Tensor:
    """softmax((logits + Gumbel noise) / tau) along dim: a relaxed draw from the categorical distribution."""
def hardshrink(input: _Any, lambd: _b.float = 0.5, *, out: _Any = None) -> _Tensor:
    """x where |x| > lambd, else 0. Derivative 1 or 0."""
def hardsigmoid(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """min(max(x + 3, 0), 6) / 6. Derivative 1/6 strictly between -3 and 3, else 0."""
def hardswish(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x min(max(x + 3, 0), 6) / 6. Derivative 0 up to -3, x/3 + 1/2 between, 1 from 3 on."""
def hardtanh(input: _Any, min_val: _b.float = -1.0, max_val: _b.float = 1.0, inplace: _b.bool = False) -> _Tensor:
    """x limited to [min_val, max_val]. Derivative 1 strictly within, 0 at the bounds and outside (clamp has 1)."""
def hardtanh_(input: _Any, min_val: _b.float = -1.0, max_val: _b.float = 1.0) -> _Tensor:
    """hardtanh into the input's own memory."""
def hinge_embedding_loss(input: _Any, target: _Any, margin: _b.float = 1.0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """x where the target is 1, max(0, margin - x) where it is -1. Derivative 1, or -1 up to the margin."""
def huber_loss(input: _Any, target: _Any, reduction: _b.str = 'mean', delta: _b.float = 1.0, weight: _Any = None) -> _Tensor:
    """d**2 / 2 where |d| < delta, else delta (|d| - delta / 2). Derivative d, at most delta in size."""
def install(namespace: _b.dict[_b.str, _Any], module: _b.str) -> None:
    """Exchange what a module of that name holds for what accepts more."""
def instance_norm(input: _Any, running_mean: _Any = None, running_var: _Any = None, weight: _Any = None, bias: _Any = None, use_input_stats: _b.bool = True, momentum: _b.float = 0.1, eps: _b.float = 1e-05) -> _Tensor:
    """Each channel of each sample of (N, C, ...) at mean 0 and variance 1, then weight and bias."""
def interpolate(input: _Any, size: _Any = None, scale_factor: _Any = None, mode: _b.str = 'nearest', align_corners: _b.bool | None = None, recompute_scale_factor: _b.bool | None = None, antialias: _b.bool = False) -> _Tensor:
    """(N, C, ...) resized to `size`, or by `scale_factor`: 'nearest', 'nearest-exact' (of the centres), 'area' (means), 'linear' (N, C, W), 'bilinear' or 'bicubic' (N, C, H, W), 'trilinear' (N, C, D, H, W)."""
def kl_div(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', log_target: _b.bool = False) -> _Tensor:
    """t (log(t) - input), input being log-probabilities; 0 where t is 0. 'batchmean' divides by the first size."""
def l1_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', weight: _Any = None) -> _Tensor:
    """|input - target|, averaged. Derivative of an element sign(input - target), 0 where they are equal."""
def layer_norm(input: _Any, normalized_shape: _b.int | _Sequence[_b.int], weight: _Any = None, bias: _Any = None, eps: _b.float = 1e-05) -> _Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, mean and (biased) variance over the last dimensions, whose sizes are `normalized_shape`; weight and bias have that shape."""
def leaky_relu(input: _Any, negative_slope: _b.float = 0.01, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else negative_slope * x. Derivative 1 or negative_slope (negative_slope at 0)."""
def leaky_relu_(input: _Any, negative_slope: _b.float = 0.01) -> _Tensor:
    """leaky_relu into the input's own memory."""
def linear(input: _Any, weight: _Any, bias: _Any = None, *, out: _Any = None) -> _Tensor:
    """input @ weight.T + bias: input (*, in), weight (out, in), bias (out,), output (*, out)."""
def local_response_norm(input: _Any, size: _b.int, alpha: _b.float = 0.0001, beta: _b.float = 0.75, k: _b.float = 1.0) -> _Tensor:
    """x / (k + alpha mean(x**2 over `size` neighbouring channels, zeros beyond the ends))**beta; x is (N, C, ...)."""
def log_softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """x - log(sum(e**x)) along dim, without overflow. Derivative g - softmax(x) sum(g)."""
def logsigmoid(input: _Any, *, out: _Any = None) -> _Tensor:
    """log(sigmoid(x)) = -log(1 + e**-x), without overflow. Derivative sigmoid(-x)."""
def lp_pool1d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, L): see lp_pool2d."""
def lp_pool2d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, H, W), with p = norm_type; stride is kernel_size by default."""
def lp_pool3d(input: _Any, norm_type: _b.float, kernel_size: _Any, stride: _Any = None, ceil_mode: _b.bool = False) -> _Tensor:
    """(sum of x**p)**(1/p) over each window of (N, C, D, H, W): see lp_pool2d."""
def margin_ranking_loss(input1: _Any, input2: _Any, target: _Any, margin: _b.float = 0, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, margin - target (x1 - x2)): x1 should lie above x2 where the target is 1, below where it is -1."""
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
def mish(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x tanh(log(1 + e**x))."""
def mse_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', weight: _Any = None) -> _Tensor:
    """(input - target)**2, averaged. Derivative of the mean: 2 (input - target) / n."""
def multi_head_attention_forward(query: _Any, key: _Any, value: _Any, embed_dim_to_check: _b.int, num_heads: _b.int, in_proj_weight: _Any, in_proj_bias: _Any, bias_k: _Any, bias_v: _Any, add_zero_attn: _b.bool, dropout_p: _b.float, out_proj_weight: _Any, out_proj_bias: _Any, training: _b.bool = True, key_padding_mask: _Any = None, need_weights: _b.bool = True, attn_mask: _Any = None, use_separate_proj_weight: _b.bool = False, q_proj_weight: _Any = None, k_proj_weight: _Any = None, v_proj_weight: _Any = None, static_k: _Any = None, static_v: _Any = None, average_attn_weights: _b.bool = True, is_causal: _b.bool = False) -> _b.tuple[_Tensor, _Tensor | None]:
    """What `nn.MultiheadAttention` computes, with its weights as arguments: (output, weights or None)."""
def multi_margin_loss(input: _Any, target: _Any, p: _b.int = 1, margin: _b.float = 1.0, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The mean over the other classes j of max(0, margin - x[y] + x[j])**p, times weight[y]."""
def multilabel_margin_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The sum over labels y (those before the first -1) and other classes j of max(0, 1 - x[y] + x[j]), divided by the number of classes."""
def multilabel_soft_margin_loss(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """The mean over classes of -t log sigmoid(x) - (1 - t) log sigmoid(-x), targets 0 or 1."""
def native_channel_shuffle(input: _Any, groups: _b.int) -> _Tensor:
    """channel_shuffle."""
def nll_loss(input: _Any, target: _Any, weight: _Any = None, size_average: _Any = None, ignore_index: _b.int = -100, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """-input[target], input being log-probabilities; shapes, weights and means as in cross_entropy."""
def normalize(input: _Any, p: _b.float = 2.0, dim: _Any = 1, eps: _b.float = 1e-12, out: None = None) -> _Tensor:
    """x / max(norm(x, p, dim), eps): vectors of length 1 along dim (an int or several); zero vectors stay zero."""
def one_hot(tensor: _Any, num_classes: _b.int = -1) -> _Tensor:
    """(*) class indices to (*, num_classes) int64 rows with a 1 at the class; -1: one more than the largest, which is computed now. No derivative."""
def pad(input: _Any, pad: _Sequence[_b.int], mode: _b.str = 'constant', value: _b.float | None = None) -> _Tensor:
    """Surround the last dimensions: pad = (left, right) of the last, then of the one before, and so on."""
def pairwise_distance(x1: _Any, x2: _Any, p: _b.float = 2.0, eps: _b.float = 1e-06, keepdim: _b.bool = False) -> _Tensor:
    """The p-norm of x1 - x2 + eps over the last dimension: rows (N, D) give (N,), or (N, 1) with keepdim."""
def pdist(input: _Any, p: _b.float = 2.0) -> _Tensor:
    """The p-distances of all pairs of rows, (0, 1), (0, 2), ... as a vector."""
def pixel_shuffle(input: _Any, upscale_factor: _b.int) -> _Tensor:
    """(*, C r*r, H, W) to (*, C, H r, W r): each group of r*r channels becomes an r by r block of pixels."""
def pixel_unshuffle(input: _Any, downscale_factor: _b.int) -> _Tensor:
    """(*, C, H r, W r) to (*, C r*r, H, W): pixel_shuffle backwards."""
def poisson_nll_loss(input: _Any, target: _Any, log_input: _b.bool = True, full: _b.bool = False, size_average: _Any = None, eps: _b.float = 1e-08, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """e**x - t x (log_input), or x - t log(x + eps); `full` adds Stirling's log(t!) where t > 1."""
def prelu(input: _Any, weight: _Any) -> _Tensor:
    """x where x > 0, else weight * x; weight has one element, or one for each channel (dimension 1)."""
def relu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """max(x, 0). Derivative 1 where x > 0, else 0 (0 at 0). nan stays nan."""
def relu6(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """min(max(x, 0), 6). Derivative 1 strictly between 0 and 6, else 0."""
def relu_(input: _Any) -> _Tensor:
    """relu into the input's own memory."""
def rms_norm(input: _Any, normalized_shape: _b.int | _Sequence[_b.int], weight: _Any = None, eps: _b.float | None = None) -> _Tensor:
    """x / sqrt(mean(x**2) + eps) * weight, the mean over the last dimensions; eps defaults to the dtype's epsilon."""
def rrelu(input: _Any, lower: _b.float = 0.125, upper: _b.float = 0.3333333333333333, training: _b.bool = False, inplace: _b.bool = False) -> _Tensor:
    """x where x > 0, else slope * x: the slope is drawn evenly from [lower, upper] for each element in training, and their mean otherwise. Derivative 1 or the slope."""
def scaled_dot_product_attention(query: _Any, key: _Any, value: _Any, attn_mask: _Any = None, dropout_p: _b.float = 0.0, is_causal: _b.bool = False, *, scale: _b.float | None = None, enable_gqa: _b.bool = False) -> _Tensor:
    """softmax(query key^T * scale + mask) value: query (..., L, E), key (..., S, E), value (..., S, V) give (..., L, V); scale is 1 / sqrt(E) by default."""
def selu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """1.0507... * elu(x, 1.6732...): keeps mean 0 and variance 1 through layers of such units."""
def selu_(input: _Any) -> _Tensor:
    """selu into the input's own memory."""
def sigmoid(input: _Any) -> _Tensor:
    """1/(1 + e**-input), without overflow. Derivative output (1 - output), at most 1/4."""
def silu(input: _Any, inplace: _b.bool = False) -> _Tensor:
    """x sigmoid(x), also called swish. Derivative s (1 + x (1 - s)) with s = sigmoid(x)."""
def smooth_l1_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean', beta: _b.float = 1.0) -> _Tensor:
    """d**2 / (2 beta) where |d| < beta, else |d| - beta / 2, with d = input - target. Derivative d / beta or sign(d)."""
def soft_margin_loss(input: _Any, target: _Any, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """log(1 + e**(-target input)), targets 1 or -1."""
def softmax(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """e**x / sum(e**x) along dim, without overflow. Derivative y (g - sum(g y))."""
def softmin(input: _Any, dim: _b.int | None = None, _stacklevel: _b.int = 3, dtype: _Any = None) -> _Tensor:
    """softmax(-x) along dim."""
def softplus(input: _Any, beta: _b.float = 1.0, threshold: _b.float = 20.0, *, out: _Any = None) -> _Tensor:
    """log(1 + e**(beta x)) / beta, and x itself where beta x > threshold. Derivative sigmoid(beta x)."""
def softshrink(input: _Any, lambd: _b.float = 0.5, *, out: _Any = None) -> _Tensor:
    """x - lambd above lambd, x + lambd below -lambd, 0 between. Derivative 1 outside, 0 between and at +-lambd."""
def softsign(input: _Any) -> _Tensor:
    """x / (1 + |x|). Derivative 1 / (1 + |x|)**2."""
def tanh(input: _Any) -> _Tensor:
    """Hyperbolic tangent. Derivative 1 - output**2."""
def tanhshrink(input: _Any) -> _Tensor:
    """x - tanh(x). Derivative tanh(x)**2."""
def threshold(input: _Any, threshold: _b.float, value: _b.float, inplace: _b.bool = False) -> _Tensor:
    """x where x > threshold, else value. Derivative 1 above the threshold, 0 at it and below."""
def threshold_(input: _Any, threshold_: _b.float, value: _b.float) -> _Tensor:
    """threshold into the input's own memory."""
def triplet_margin_loss(anchor: _Any, positive: _Any, negative: _Any, margin: _b.float = 1.0, p: _b.float = 2, eps: _b.float = 1e-06, swap: _b.bool = False, size_average: _Any = None, reduce: _Any = None, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, d(a, p) - d(a, n) + margin), d the p-norm of the difference (plus eps) over the last dimension."""
def triplet_margin_with_distance_loss(anchor: _Any, positive: _Any, negative: _Any, *, distance_function: _Callable[..., _Any] | None = None, margin: _b.float = 1.0, swap: _b.bool = False, reduction: _b.str = 'mean') -> _Tensor:
    """max(0, d(anchor, positive) - d(anchor, negative) + margin), d any function (by default the distance of rows)."""
def unfold(input: _Any, kernel_size: _Any, dilation: _Any = 1, padding: _Any = 0, stride: _Any = 1) -> _Tensor:
    """All windows of (N, C, H, W) as columns: (N, C * taps, windows). Its transpose, and derivative, is fold."""
def upsample(input: _Any, size: _Any = None, scale_factor: _Any = None, mode: _b.str = 'nearest', align_corners: _b.bool | None = None) -> _Tensor:
    """interpolate by its old name."""
def upsample_bilinear(input: _Any, size: _Any = None, scale_factor: _Any = None) -> _Tensor:
    """interpolate with mode 'bilinear', corner onto corner, by its old name."""
def upsample_nearest(input: _Any, size: _Any = None, scale_factor: _Any = None) -> _Tensor:
    """interpolate with mode 'nearest', by its old name."""
