"""The lenient door: broadcast, promote, compose; PyTorch's function names over primitives."""

from __future__ import annotations

from retrograd.base.later import homes, later
from retrograd.functional import names
from retrograd.functional.compare import (  # noqa: F401
    allclose,
    can_cast,
    equal,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_tensor,
    numel,
    promote_types,
    result_type,
)
from retrograd.functional.elementwise import (  # noqa: F401
    abs,
    add,
    addcdiv,
    addcmul,
    atan,
    bitwise_and,
    bitwise_not,
    bitwise_or,
    bitwise_xor,
    ceil,
    clamp,
    cos,
    div,
    eq,
    erf,
    exp,
    expm1,
    floor,
    floor_divide,
    fmod,
    ge,
    gt,
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
    lt,
    masked_fill,
    maximum,
    minimum,
    mul,
    nan_to_num,
    ne,
    neg,
    pow,
    reciprocal,
    remainder,
    round,
    rsqrt,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    sub,
    tan,
    tanh,
    trunc,
    truth,
    where,
)
from retrograd.functional.places import (  # noqa: F401
    bincount,
    diag,
    diagonal,
    gather,
    index_add,
    index_select,
    masked_select,
    nonzero,
    scatter,
    scatter_add,
    take,
    take_along_dim,
    trace,
    tril,
    triu,
    unique,
)
from retrograd.functional.products import (  # noqa: F401
    addmm,
    baddbmm,
    bmm,
    dot,
    einsum,
    inv,
    linear,
    matmul,
    mm,
    mv,
    outer,
    solve,
    tensordot,
)
from retrograd.functional.reduce import (  # noqa: F401
    all,
    amax,
    amin,
    any,
    argmax,
    argmin,
    argsort,
    count_nonzero,
    cumsum,
    kept,
    logsumexp,
    max,
    mean,
    median,
    min,
    norm,
    prod,
    sort,
    std,
    std_mean,
    sum,
    topk,
    values_indices,
    var,
    var_mean,
)
from retrograd.functional.shape import (  # noqa: F401
    atleast_1d,
    broadcast_tensors,
    broadcast_to,
    cat,
    chunk,
    clone,
    concat,
    concatenate,
    expand,
    flatten,
    flip,
    hstack,
    meshgrid,
    moveaxis,
    movedim,
    narrow,
    permute,
    ravel,
    repeat,
    repeat_interleave,
    reshape,
    roll,
    select,
    split,
    squeeze,
    stack,
    swapaxes,
    swapdims,
    t,
    tile,
    transpose,
    unbind,
    unflatten,
    unsqueeze,
    vstack,
)

# Loaded when first asked for: `import retrograd` stays light.
_LATER = {
    "matrix":
        "matrix_norm multi_dot vecdot vector_norm",
    "activation":
        "celu celu_ elu elu_ gelu glu hardshrink hardsigmoid hardswish hardtanh hardtanh_ leaky_relu "
        "leaky_relu_ log_softmax logsigmoid mish prelu relu relu6 relu_ rrelu selu selu_ silu softmax "
        "softmin softplus softshrink softsign tanhshrink threshold threshold_",
    "loss":
        "binary_cross_entropy binary_cross_entropy_with_logits cosine_embedding_loss cross_entropy "
        "gaussian_nll_loss hinge_embedding_loss huber_loss kl_div l1_loss margin_ranking_loss mse_loss "
        "nll_loss poisson_nll_loss smooth_l1_loss triplet_margin_loss",
    "normalization":
        "batch_norm group_norm instance_norm layer_norm local_response_norm rms_norm",
    "dropping":
        "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout",
    "margins":
        "bilinear multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss "
        "triplet_margin_with_distance_loss",
    "lookup":
        "embedding one_hot",
    "bags":
        "embedding_bag",
    "conv":
        "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc",
    "padding":
        "channel_shuffle fold native_channel_shuffle pad pixel_shuffle pixel_unshuffle unfold",
    "resizing":
        "interpolate upsample upsample_bilinear upsample_nearest",
    "fractional":
        "fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d "
        "fractional_max_pool3d_with_indices",
    "pooling":
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
        "adaptive_max_pool2d adaptive_max_pool3d avg_pool1d avg_pool2d avg_pool3d max_pool1d max_pool2d "
        "max_pool3d adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices "
        "adaptive_max_pool3d_with_indices max_pool1d_with_indices max_pool2d_with_indices "
        "max_pool3d_with_indices",
    "unpooling":
        "lp_pool1d lp_pool2d lp_pool3d max_unpool1d max_unpool2d max_unpool3d",
    "sampling":
        "affine_grid grid_sample",
    "attention":
        "scaled_dot_product_attention",
    "multi_head":
        "multi_head_attention_forward",
    "ctc":
        "ctc_decode ctc_loss",
    "recurrent":
        "scan",
    "similarity":
        "cdist cosine_similarity gumbel_softmax normalize pairwise_distance",
}
_HOME = homes(_LATER, names.METHODS, names.FUNCTIONS, names.INNER,
                    names.OLDER_HOMES)
__all__ = [
    "allclose", "can_cast", "equal", "is_complex", "is_floating_point", "is_nonzero", "is_tensor", "numel",
    "promote_types", "result_type",
    "abs", "add", "addcdiv", "addcmul", "atan", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor",
    "ceil", "clamp", "cos", "div", "eq", "erf", "exp", "expm1", "floor", "floor_divide", "fmod", "ge", "gt",
    "isclose", "isfinite", "isinf", "isnan", "le", "lerp", "log", "log1p", "log2", "log10", "logical_and",
    "logical_not", "logical_or", "logical_xor", "lt", "masked_fill", "maximum", "minimum", "mul",
    "nan_to_num", "ne", "neg", "pow", "reciprocal", "remainder", "round", "rsqrt", "sigmoid", "sign", "sin",
    "sqrt", "square", "sub", "tan", "tanh", "trunc", "truth", "where",
    "bincount", "diag", "diagonal", "gather", "index_add", "index_select", "masked_select", "nonzero",
    "scatter", "scatter_add", "take", "take_along_dim", "trace", "tril", "triu", "unique",
    "addmm", "baddbmm", "bmm", "dot", "einsum", "inv", "linear", "matmul", "mm", "mv", "outer", "solve",
    "tensordot",
    "all", "amax", "amin", "any", "argmax", "argmin", "argsort", "count_nonzero", "cumsum", "kept",
    "logsumexp", "max", "mean", "median", "min", "norm", "prod", "sort", "std", "std_mean", "sum", "topk",
    "values_indices", "var", "var_mean",
    "atleast_1d", "broadcast_tensors", "broadcast_to", "cat", "chunk", "clone", "concat", "concatenate",
    "expand", "flatten", "flip", "hstack", "meshgrid", "moveaxis", "movedim", "narrow", "permute", "ravel",
    "repeat", "repeat_interleave", "reshape", "roll", "select", "split", "squeeze", "stack", "swapaxes",
    "swapdims", "t", "tile", "transpose", "unbind", "unflatten", "unsqueeze", "vstack",
]
__all__ += list(_HOME)
__getattr__, __dir__ = later(__name__, names=_HOME, called=names.OLDER)
