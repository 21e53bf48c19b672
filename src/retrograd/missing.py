"""The error for a name that is not there: a gap, and what to write instead, or a misspelling."""

from __future__ import annotations

import difflib
import re
from collections.abc import Container, Iterable
from functools import cache

from retrograd.base.errors import MissingAttributeError
from retrograd.pytorch_names import TEXT

# What gives the same result, of tensors x and y: shown as it stands, and compared with PyTorch by the tests.
SAME = {
    "acos": "rg.pi / 2 - rg.atan(x / rg.sqrt(1 - x * x))",
    "acosh": "rg.log(x + rg.sqrt(x * x - 1))",
    "aminmax": "rg.amin(x), rg.amax(x)",
    "argwhere": "rg.nonzero(x)",
    "asin": "rg.atan(x / rg.sqrt(1 - x * x))",
    "asinh": "rg.log(x + rg.sqrt(x * x + 1))",
    "atan2": "2 * rg.atan(x / (rg.sqrt(x * x + y * y) + y))",
    "atanh": "(rg.log1p(x) - rg.log1p(-x)) / 2",
    "clamp_max": "rg.minimum(x, y)",
    "clamp_min": "rg.maximum(x, y)",
    "copysign": "rg.abs(x) * rg.where(y < 0, -1.0, 1.0)",
    "cosh": "(rg.exp(x) + rg.exp(-x)) / 2",
    "cumprod": "rg.stack([x[:i + 1].prod(0) for i in range(len(x))])",
    "deg2rad": "x * (rg.pi / 180)",
    "diff": "x[1:] - x[:-1]",
    "dist": "rg.norm(x - y)",
    "erfc": "1 - rg.erf(x)",
    "exp2": "2 ** x",
    "fliplr": "rg.flip(x, (1,))",
    "flipud": "rg.flip(x, (0,))",
    "float_power": "x.double() ** y.double()",
    "fmax": "rg.where(rg.isnan(y) | (x >= y), x, y)",
    "fmin": "rg.where(rg.isnan(y) | (x <= y), x, y)",
    "frac": "x - rg.trunc(x)",
    "ger": "rg.outer(x, y)",
    "heaviside": "rg.where(x == 0, y, (x > 0).to(x.dtype))",
    "hypot": "rg.sqrt(x * x + y * y)",
    "inner": "x @ y.mT",
    "isneginf": "x == -rg.inf",
    "isposinf": "x == rg.inf",
    "isreal": "rg.ones_like(x, dtype=rg.bool)",
    "kron": "rg.einsum('ij,kl->ikjl', x, y).reshape(len(x) * len(y), -1)",
    "logaddexp": "rg.logsumexp(rg.stack([x, y]), 0)",
    "logcumsumexp": "rg.stack([rg.logsumexp(x[:i + 1], 0) for i in range(len(x))])",
    "logit": "rg.log(x) - rg.log1p(-x)",
    "msort": "rg.sort(x, 0).values",
    "nanmean": "rg.where(rg.isnan(x), 0.0, x).sum() / (~rg.isnan(x)).sum()",
    "nansum": "rg.where(rg.isnan(x), 0.0, x).sum()",
    "positive": "+x",
    "rad2deg": "x * (180 / rg.pi)",
    "rot90": "rg.flip(x.transpose(0, 1), (0,))",
    "sgn": "rg.sign(x)",
    "signbit": "x < 0",
    "sinc": "rg.where(x == 0, 1.0, rg.sin(rg.pi * x) / (rg.pi * x))",
    "sinh": "(rg.exp(x) - rg.exp(-x)) / 2",
    "vdot": "rg.dot(x, y)",
    "xlogy": "rg.where(x == 0, 0.0, x * rg.log(y))",
}
for _new, _old in {
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan2": "atan2",
    "arctanh": "atanh",
}.items():
    SAME[_new] = SAME[_old]

# A sentence where no single expression does it.
NEAREST = {
    "addbmm": "Use  x + rg.bmm(a, b).sum(0) .",
    "addmv": "Use  x + matrix @ vector .",
    "addr": "Use  x + rg.outer(a, b) .",
    "apply_": "Use tensor operations, or a Python loop over x.tolist().",
    "asarray": "Use rg.as_tensor.",
    "atleast_2d": "Use  x.reshape(1, -1) if x.ndim < 2 else x .",
    "bitwise_left_shift": "Use  x * 2 ** n .",
    "bitwise_right_shift": "Use  x // 2 ** n .",
    "chain_matmul": "Use rg.linalg.multi_dot([...]).",
    "column_stack": "Use rg.stack(vectors, 1), or rg.cat(matrices, 1).",
    "diag_embed": "Use  x.unsqueeze(-1) * rg.eye(x.shape[-1]) .",
    "distributions": "Draw with rg.randn, rg.rand, rg.bernoulli; log-probabilities are formulas of tensors.",
    "dstack": "Use rg.stack(tensors, -1).",
    "exponential_": "Use  x.copy_(-rg.log(1 - rg.rand_like(x))) .",
    "fill_diagonal_": "Use  x.copy_(rg.where(rg.eye(*x.shape, dtype=rg.bool), value, x)) .",
    "gru": "Use rg.nn.GRU.",
    "isin": "Use  (x.unsqueeze(-1) == values).any(-1) .",
    "is_same_size": "Compare the shapes:  x.shape == y.shape .",
    "lstm": "Use rg.nn.LSTM.",
    "ndimension": "Use x.ndim.",
    "randint_like": "Use rg.randint(low, high, x.shape).",
    "solve": "Use rg.linalg.solve.",
    "split_with_sizes": "Use rg.split with the lengths of the parts.",
    "trapezoid": "Use  ((y[1:] + y[:-1]) / 2).sum() * dx .",
    "trapz": "Use  ((y[1:] + y[:-1]) / 2).sum() * dx .",
    "where": "Use rg.where(condition, x, y).",
    "block_diag": "Fill rg.zeros(rows, columns) block by block:  out[i:j, k:l] = block .",
    "bucketize": "Count the boundaries below:  (boundaries < x.unsqueeze(-1)).sum(-1) .",
    "searchsorted": "Count what lies below:  (sorted_sequence < values.unsqueeze(-1)).sum(-1) .",
    "cartesian_prod": "Use rg.meshgrid and rg.stack.",
    "cholesky": "NumPy has it, without a derivative:  rg.from_numpy(numpy.linalg.cholesky(x.numpy())) .",
    "combinations": "Index with the pairs of itertools.combinations(range(len(x)), r).",
    "conv3d": "The nearest is rg.nn.functional.conv2d.",
    "cross": "Write it with x[..., 1] * y[..., 2] - x[..., 2] * y[..., 1] and so on, and rg.stack.",
    "dropout_": "Use rg.nn.functional.dropout.",
    "export": "Save the state instead:  rg.save(model.state_dict(), path) .",
    "histc": "Use rg.bincount of the bin numbers,  ((x - low) / width).floor().long() .",
    "hub": "Build the model in Python and load its weights from a safetensors file with rg.load.",
    "index_copy": "Use rg.scatter, or assign:  x[:, index] = source .",
    "index_fill": "Assign:  x[:, index] = value .",
    "index_put": "Assign:  x[indices] = values .",
    "index_put_": "Assign:  x[indices] = values .",
    "kthvalue": "Use rg.sort(x, dim).values and take the k-th.",
    "layout": "Tensors are dense here; their layout is the compiler's business.",
    "logspace": "Use  base ** rg.linspace(start, end, steps) .",
    "map_": "Use tensor operations, or a Python loop over x.tolist().",
    "masked_scatter": "Assign:  x[mask] = values .",
    "mode": "Use rg.unique(x, return_counts=True).",
    "multinomial": "One a row by uniform numbers:  (p.cumsum(-1) < rg.rand(*p.shape[:-1], 1)).sum(-1) .",
    "multiprocessing": "Python's multiprocessing works on NumPy arrays.",
    "nanmedian": "Select first:  x[~rg.isnan(x)].median() .",
    "onnx": "Save the state instead:  rg.save(model.state_dict(), path) .",
    "poisson": "NumPy has it:  rg.from_numpy(numpy.random.default_rng().poisson(rates)) .",
    "profiler":
        "Read time.perf_counter() after rg.synchronize(); RETROGRAD_DEBUG=1 says which programs are new.",
    "put_": "Assign through a flat view:  x.view(-1)[index] = values .",
    "quantile": "Use rg.sort(x).values and interpolate between neighbours.",
    "random_": "Use x.copy_(rg.randint(low, high, x.shape)).",
    "range": "Use rg.arange(start, end + step, step).",
    "resize_": "Make a new tensor: rg.empty(sizes).",
    "scalar_tensor": "Use rg.tensor(value).",
    "scatter_reduce": "The nearest is rg.scatter_add.",
    "set_": "Assign to .data .",
    "tensor_split": "Use rg.split with the lengths of the parts.",
    "tril_indices": "Use  rg.nonzero(rg.tril(rg.ones(rows, columns))).T .",
    "triu_indices": "Use  rg.nonzero(rg.triu(rg.ones(rows, columns))).T .",
    "unfold": "Index windows:  x[rg.arange(count).unsqueeze(1) * step + rg.arange(size)] .",
    "unique_consecutive": "The nearest is rg.unique.",
    "untyped_storage": "Memory is shared by views and detach(); x.numpy() shows it.",
    "storage": "Memory is shared by views and detach(); x.numpy() shows it.",
    "vander": "Use  x.unsqueeze(1) ** rg.arange(n) .",
    "xpu": "Retrograd computes on the CPU: use device 'cpu'.",
    "mps": "Retrograd computes on the CPU: use device 'cpu'.",
    "accelerator": "Retrograd computes on the CPU: use device 'cpu'.",
}

# Layers whose function is there.
FUNCTIONS = {
    "AdaptiveMaxPool1d": "adaptive_max_pool1d", "AdaptiveMaxPool2d": "adaptive_max_pool2d",
    "AlphaDropout": "alpha_dropout", "BatchNorm3d": "batch_norm", "CELU": "celu", "ConstantPad1d": "pad",
    "ConstantPad2d": "pad", "Conv3d": "conv3d", "ConvTranspose1d": "conv_transpose1d",
    "ConvTranspose2d": "conv_transpose2d", "CosineEmbeddingLoss": "cosine_embedding_loss",
    "CosineSimilarity": "cosine_similarity", "Dropout1d": "dropout1d", "Dropout2d": "dropout2d",
    "FeatureAlphaDropout": "feature_alpha_dropout", "GLU": "glu", "GaussianNLLLoss": "gaussian_nll_loss",
    "GroupNorm": "group_norm", "Hardshrink": "hardshrink", "HingeEmbeddingLoss": "hinge_embedding_loss",
    "InstanceNorm1d": "instance_norm", "InstanceNorm2d": "instance_norm",
    "LocalResponseNorm": "local_response_norm", "MarginRankingLoss": "margin_ranking_loss",
    "MaxPool3d": "max_pool3d", "PairwiseDistance": "pairwise_distance", "PixelShuffle": "pixel_shuffle",
    "PixelUnshuffle": "pixel_unshuffle", "PoissonNLLLoss": "poisson_nll_loss", "RMSNorm": "rms_norm",
    "ReflectionPad1d": "pad", "ReflectionPad2d": "pad", "ReplicationPad1d": "pad", "ReplicationPad2d": "pad",
    "Softshrink": "softshrink", "Tanhshrink": "tanhshrink", "Threshold": "threshold",
    "TripletMarginLoss": "triplet_margin_loss", "ZeroPad1d": "pad", "ZeroPad2d": "pad",
}

# For names alike, by pattern.
FAMILIES = (
    (
        r"sparse|_cs[rc]|_bs[rc]|coalesce|(crow|col|row)_indices|^indices$|^[hs]*spmm$|^s?s?p?addmm$|^[dhs]smm$|^smm$",
        "Tensors are dense here; Embedding and indexing give dense gradients.",
    ),
    (r"quantize|^q_|qint|quint|qscheme|int_repr|per_(tensor|channel)_", "There is no quantisation yet."),
    (
        r"complex|^c(float|double|half)$|^(is_|resolve_)?(conj|neg)$|^conj_|^(real|imag|angle|polar|H|mH|adjoint)$",
        "There are no complex tensors yet: keep real and imaginary parts in two tensors.",
    ),
    (r"^i?stft$|^fft$|_window$", "numpy.fft computes it, without a derivative."),
    (r"autocast|custom_[bf]wd|GradScaler", "Train in float32, or convert the model with .bfloat16()."),
    (r"^uint(16|32|64)$", "Use rg.int32 or rg.int64."),
    (
        r"^(cholesky|eig|svd|lu|ldl)(_|$|v|h)|^(qr|geqrf|orgqr|ormqr|lstsq|p?inv(erse)?|logdet|cond|lobpcg|pca_lowrank)$"
        r"|^matrix_(exp|rank|norm)$|^(triangular_solve|solve_triangular|nuclear_norm|householder_product|symeig)$"
        r"|^(inv|solve)_ex$|^tensor(inv|solve)$",
        "numpy.linalg computes it, without a derivative; rg.linalg has solve, inv, det and norm.",
    ),
    (
        r"Transformer|MultiheadAttention|multi_head",
        "Write the attention itself:  rg.nn.functional.scaled_dot_product_attention(q, k, v) .",
    ),
    (r"^Lazy|^Uninitialized", "Give the sizes: the layer without Lazy."),
    (r"3d", "The nearest is the same name with 2d."),
    (r"DataPipe", "Use Dataset or IterableDataset."),
    (
        r"^(fx|library|overrides|package|futures|monitor|ops|nested|masked|ao|quantization)$",
        "There is no counterpart here.",
    ),
)


@cache
def names(module: str) -> frozenset[str]:
    """The public names of a module of PyTorch ('torch', 'Tensor', 'nn', ...).

    >>> "relu" in names("torch"), "backward" in names("Tensor")
    (True, True)
    """
    shared = TEXT["both"].split() if module in ("torch", "Tensor") else []
    return frozenset(shared + TEXT[module].split())


def hint(module: str, name: str, present: Container[str] = ()) -> str | None:
    """What to write for a name of PyTorch's; "" when nothing is near; None when PyTorch has it not.

    `present` are the names that the module has.

    >>> hint("torch", "asinh")
    'The same:  retrograd.log(x + retrograd.sqrt(x * x + 1)) .'
    >>> hint("Tensor", "no_such_thing") is None
    True
    """
    if name not in names(module):
        return None
    return _sentence(module, name, present).replace("rg.", "retrograd.")


def _sentence(module: str, name: str, present: Container[str]) -> str:
    base = name.removesuffix("_")
    if module == "nn" and name in FUNCTIONS:
        return f"The function is there:  rg.nn.functional.{FUNCTIONS[name]} ."
    if name in SAME:
        return f"The same:  {SAME[name]} ."
    if name in NEAREST:
        return NEAREST[name]
    if base != name:
        if module == "torch":
            return f"Use the method:  x.{name}(...) ."
        if base in present:
            return f"Write it back:  x.copy_(x.{base}(...)) ."
        return f"Write it back:  x.copy_({SAME[base]}) ." if base in SAME else NEAREST.get(base, "")
    return next((sentence for pattern, sentence in FAMILIES if re.search(pattern, name)), "")


def attribute_error(module: str, name: str, present: Iterable[str]) -> AttributeError:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`.

    >>> print(attribute_error("torch", "hypot", []))
    retrograd.hypot is not implemented yet.
                           The same:  retrograd.sqrt(x * x + y * y) .
    >>> print(attribute_error("torch", "sofmax", ["softmax", "sum"]))
    module 'retrograd' has no attribute 'sofmax'. Did you mean 'softmax'?
    """
    place = "retrograd" if module == "torch" else "retrograd." + module
    present = list(present)
    fix = hint(module, name, present) if module in TEXT else None
    if fix is not None:
        return MissingAttributeError(f"{place}.{name} is not implemented yet", fix=fix)
    close = difflib.get_close_matches(name, [n for n in present if not n.startswith("_")], 1)
    meant = f". Did you mean {close[0]!r}?" if close else ""
    return AttributeError(f"module {place!r} has no attribute {name!r}{meant}", name=name)
