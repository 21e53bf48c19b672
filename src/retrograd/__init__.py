"""Retrograd: deep learning whose heart is backpropagation, with PyTorch's names.

>>> import retrograd as torch
>>> x = torch.tensor([2.0, 3.0], requires_grad=True)
>>> (x ** 2).sum().backward()
>>> x.grad
tensor([4., 6.])
"""

# ruff: noqa: F401
from __future__ import annotations

from importlib import import_module as _import
from math import e, inf, nan, pi
from typing import Any as _Any

from retrograd import ops as _ops
from retrograd.base.dtype import (
    DType,
    bfloat16,
    complex64,
    complex128,
    finfo,
    float16,
    float32,
    float64,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    uint8,
)
from retrograd.base.dtype import bool_ as bool
from retrograd.base.later import homes as _homes
from retrograd.base.later import later as _later
from retrograd.base.modes import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from retrograd.base.shape import Size, broadcast_shapes
from retrograd.engine.evaluate import synchronize
from retrograd.engine.random import Generator, default_generator
from retrograd.functional import (
    abs,
    add,
    addcdiv,
    addcmul,
    addmm,
    all,
    allclose,
    amax,
    amin,
    any,
    argmax,
    argmin,
    argsort,
    atan,
    atleast_1d,
    baddbmm,
    bincount,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    bmm,
    broadcast_tensors,
    broadcast_to,
    can_cast,
    cat,
    ceil,
    chunk,
    clamp,
    clone,
    concat,
    concatenate,
    cos,
    count_nonzero,
    cumsum,
    diag,
    diagonal,
    div,
    dot,
    einsum,
    eq,
    equal,
    erf,
    exp,
    expm1,
    flatten,
    flip,
    floor,
    floor_divide,
    fmod,
    gather,
    ge,
    gt,
    hstack,
    index_add,
    index_select,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    lerp,
    log,
    log1p,
    log2,
    log10,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    logsumexp,
    lt,
    masked_fill,
    masked_select,
    matmul,
    max,
    maximum,
    mean,
    median,
    meshgrid,
    min,
    minimum,
    mm,
    moveaxis,
    movedim,
    mul,
    mv,
    nan_to_num,
    narrow,
    ne,
    neg,
    nonzero,
    norm,
    numel,
    outer,
    permute,
    pow,
    prod,
    promote_types,
    ravel,
    reciprocal,
    remainder,
    repeat_interleave,
    reshape,
    result_type,
    roll,
    round,
    rsqrt,
    scatter,
    scatter_add,
    select,
    sigmoid,
    sign,
    sin,
    sort,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    std_mean,
    sub,
    sum,
    swapaxes,
    swapdims,
    t,
    take,
    take_along_dim,
    tan,
    tanh,
    tensordot,
    tile,
    topk,
    trace,
    transpose,
    tril,
    triu,
    trunc,
    unbind,
    unflatten,
    unique,
    unsqueeze,
    var,
    var_mean,
    vstack,
    where,
)
from retrograd.functional import into as _into
from retrograd.functional import inv as inverse
from retrograd.functional import names as _names
from retrograd.tensors import autograd as _autograd
from retrograd.tensors import methods as _methods
from retrograd.tensors import operators as _operators
from retrograd.tensors.create import (
    BFloat16Tensor,
    BoolTensor,
    ByteTensor,
    CharTensor,
    DoubleTensor,
    FloatTensor,
    HalfTensor,
    IntTensor,
    LongTensor,
    ShortTensor,
    arange,
    as_tensor,
    bernoulli,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    manual_seed,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from retrograd.tensors.tensor import Device, Tensor
from retrograd.tensors.tensor import elsewhere as _elsewhere
from retrograd.version import __version__

float, double, half = float32, float64, float16
cfloat, cdouble = complex64, complex128
long, int, short = int64, int32, int16
dtype, device = DType, Device
newaxis = None
absolute, negative, multiply, subtract, divide, true_divide, clip, fix = (
    abs,
    neg,
    mul,
    sub,
    div,
    div,
    clamp,
    trunc,
)
greater, greater_equal, less, less_equal, not_equal, arctan, row_stack = gt, ge, lt, le, ne, atan, vstack
detach, ger = Tensor.detach, outer
_into.install(globals(), "torch")

# Loaded when first asked for, so that `import retrograd` stays light.
_MODULES = """_C accelerator amp autograd backends compiler cuda data distributed distributions fft func
    fx hub interop jit linalg mps multiprocessing nn onnx optim profiler random serialization signal special
    testing trust types utils vision xpu"""
_PLACES = {
    "amp": "autocast GradScaler",
    "compilation": "compile",
    "func": "vmap",
    "functional": """
        adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d batch_norm bilinear channel_shuffle
        ctc_loss embedding_bag rrelu binary_cross_entropy_with_logits cdist celu celu_ conv1d conv2d conv3d
        conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity dropout
        embedding feature_alpha_dropout group_norm hardshrink hinge_embedding_loss instance_norm kl_div
        layer_norm log_softmax margin_ranking_loss max_pool1d max_pool2d max_pool3d pairwise_distance
        pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu relu_ rms_norm scan selu selu_ softmax
        threshold threshold_ triplet_margin_loss""",
    "functional.older": """
        adjoint affine_grid_generator cond constant_pad_nd convolution feature_dropout frobenius_norm
        get_device grid_sampler grid_sampler_2d grid_sampler_3d index_reduce is_distributed is_inference
        is_same_size is_signed is_storage max_pool1d_with_indices nuclear_norm typename unsafe_chunk
        unsafe_split unsafe_split_with_sizes while_loop""",
    "inspection": "cost show",
    "interop.state": "load save",
    "linalg.low_rank": "pca_lowrank svd_lowrank",
    "random": "get_rng_state initial_seed seed set_rng_state",
    "settings": """
        AcceleratorError OutOfMemoryError get_deterministic_debug_mode is_anomaly_check_nan_enabled
        is_anomaly_enabled is_deterministic_algorithms_warn_only_enabled is_warn_always_enabled layout
        legacy_contiguous_format memory_format set_anomaly_enabled set_deterministic_debug_mode
        set_warn_always are_deterministic_algorithms_enabled channels_last channels_last_3d contiguous_format
        get_default_device get_default_dtype get_float32_matmul_precision get_num_interop_threads
        get_num_threads preserve_format set_default_device set_default_dtype set_default_tensor_type
        set_float32_matmul_precision set_flush_denormal set_num_interop_threads set_num_threads strided
        use_deterministic_algorithms""",
    "tensors.repr": "set_printoptions",
    "tensors.memory": "as_strided as_strided_ as_strided_scatter",
    "tensors.storages": "TypedStorage UntypedStorage",
    "tensors.buffers": "empty_permuted empty_strided from_dlpack from_file frombuffer to_dlpack",
    "signal.older": "bartlett_window blackman_window hamming_window hann_window kaiser_window",
    "tensors.drawing": "asarray binomial logspace multinomial poisson randint_like range scalar_tensor",
}
_LATER = _homes(_PLACES) | dict.fromkeys(
    (*_homes(_names.METHODS, _names.FUNCTIONS), *_names.OLDER), "functional")


def _absent(name: str) -> AttributeError:
    missing = _import("retrograd.missing")
    return missing.attribute_error("torch", name, __dir__())  # type: ignore[no-any-return]


_find, _everything = _later(__name__, modules=_MODULES, names=_LATER, absent=_absent)


def __getattr__(name: str) -> _Any:
    if name in _names.WRITING:
        return getattr(Tensor, name)
    found = _find(name)
    taken = _into.taking(name, found)
    if taken is not found:
        globals()[name] = taken
    return taken


def __dir__() -> list[str]:
    return sorted({*_everything(), *_names.WRITING})


_elsewhere.append(lambda name: _import("retrograd.missing").hint("Tensor", name, vars(Tensor)))
