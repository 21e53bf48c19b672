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
    "norm_except_dim": "rg.norm(x, 2, 1, True)",
}
# A sentence where no single expression does it.
NEAREST = {
    "solve": "Use rg.linalg.solve.",
    "rnn_relu": "Use rg.nn.RNN, with nonlinearity='relu'.",
    "rnn_tanh": "Use rg.nn.RNN.",
    "lstsq": "Use rg.linalg.lstsq.",
    "eig": "Use rg.linalg.eig.",
    "matrix_rank": "Use rg.linalg.matrix_rank.",
    "conv_tbc": "Use rg.nn.functional.conv1d on x.permute(1, 2, 0).",
    "histogramdd": "Use rg.histogram of each column, or numpy.histogramdd.",
    "segment_reduce": "Use rg.scatter_reduce, with the number of its segment for each element.",
    "jagged": "Pad: rg.nn.utils.rnn.pad_sequence.",
    "has_lapack": "rg.linalg works everywhere.",
    "has_mkl": "rg.linalg works everywhere.",
    "has_openmp": "Threads work everywhere: rg.get_num_threads.",
    "has_spectral": "rg.fft works everywhere.",
    "get_device_module": "There is one device: rg.accelerator answers what scripts ask.",
    "cpu": "There is one device: rg.accelerator answers what scripts ask.",
    "grad_dtype": "The gradient has the dtype of the tensor: x.dtype .",
    "index": "Use x[indices].",
    "module_load": "Use x.copy_(other).",
    "new_empty_strided": "Use rg.empty_strided.",
    "record_stream": "There are no streams: leave it out.",
    "resize": "Use x.resize_.",
    "resize_as": "Use x.resize_as_.",
    "storage_type": "Use type(x.storage()).",
    "to_padded_tensor": "Use rg.nn.utils.rnn.pad_sequence.",
    "values": "Tensors are dense here: the tensor itself holds its values.",
    "dense_dim": "Tensors are dense here: x.dim() .",
    "volatile": "Use rg.no_grad().",
    "name": "Tensors have no names here: keep them in a dict.",
    "grouped_mm": "Use rg.bmm, or one rg.mm a group.",
    "scaled_grouped_mm": "Use rg.bmm, or one rg.mm a group.",
    "scaled_mm": "Use rg.mm on x * scale.",
    "linear_cross_entropy": "Use rg.nn.functional.cross_entropy(rg.nn.functional.linear(x, w), y).",
    "LinearCrossEntropyLoss": "Use rg.nn.Linear and rg.nn.CrossEntropyLoss.",
    "LinearCrossEntropyOptions": "Use rg.nn.Linear and rg.nn.CrossEntropyLoss.",
    "Container": "Use rg.nn.Module.",
    "NLLLoss2d": "Use rg.nn.NLLLoss, which takes more dimensions.",
    "factory_kwargs": "Pass device and dtype themselves.",
    "swap_in_optimizer_params_and_state": "Use optimizer.load_state_dict.",
    "NestedIOFunction": "Use rg.autograd.Function.",
    "enforce_grad_layout_policy": "Gradients are row-major: there is no policy to set.",
    "functionalize": "Writes in place are recorded as new values already: use the function as it is.",
    "debug_unwrap": "A tensor inside a transform is a plain tensor: print it.",
    "rearrange": "Use x.permute, x.reshape or rg.einsum.",
    "replace_all_batch_norm_modules_": "Build with rg.nn.GroupNorm, or set track_running_stats=False.",
    "Event": "There are no streams: rg.synchronize(), then time.perf_counter().",
    "Stream": "There are no streams: leave it out.",
    "Storage": "Use x.untyped_storage() or x.storage().",
    "airy_ai": "There are rg.special.bessel_j0, bessel_j1, i0, i0e, i1 and i1e.",
    "SparseAdam": "Gradients are dense here: use rg.optim.Adam; rg.optim.SGD writes only the rows of an "
                  "embedding that were read.",
    "reinforce": "Draw from rg.distributions.Categorical and take -log_prob(action) * reward as the loss.",
    "dropout_": "Use rg.nn.functional.dropout.",
    "export": "Save the state instead:  rg.save(model.state_dict(), path) .",
}

# Layers whose function is there.
FUNCTIONS = {
    "CrossMapLRN2d": "local_response_norm",
}

# For names alike, by pattern.
FAMILIES = (
    (
        r"sparse|_cs[rc]|_bs[rc]|coalesce|(crow|col|row)_indices|^indices$|^[hs]*spmm$|^s?s?p?addmm$|^[dhs]smm$|^smm$",
        "Tensors are dense here; Embedding and indexing give dense gradients.",
    ),
    (r"quantize|^q_|qint|quint|qscheme|int_repr|per_(tensor|channel)_", "There is no quantisation yet."),
    (r"^(complex32|chalf)$", "Use rg.complex64."),
    (r"autocast|custom_[bf]wd|GradScaler", "Train in float32, or convert the model with .bfloat16()."),
    (r"^uint(16|32|64)$", "Use rg.int32 or rg.int64."),
    (
        r"^(ormqr|lobpcg|symeig)$",
        "The nearest in rg.linalg are eigh, svd, qr and lu_factor.",
    ),
    (
        r"multi_head",
        "Use nn.MultiheadAttention, or rg.nn.functional.scaled_dot_product_attention(q, k, v) .",
    ),
    (r"^Lazy|^Uninitialized", "Give the sizes: the layer without Lazy."),
    (r"3d", "The nearest is the same name with 2d."),
    (r"^(Bool|Byte|Char|Double|Float|Half|Int|Long|Short|BFloat16)Storage$",
     "Use x.untyped_storage() or x.storage()."),
    (r"bessel", "There are rg.special.bessel_j0, bessel_j1, i0, i0e, i1 and i1e."),
    (r"_polynomial_", "Use numpy.polynomial for the coefficients, and Horner's rule."),
    (r"DataPipe", "Use Dataset or IterableDataset."),
    (
        r"^(library|overrides|package|futures|monitor|ops|nested|masked|ao|quantization)$",
        "There is no counterpart here.",
    ),
)
# For a module, where nothing of it says more.
MODULES = {
    "distributed": "There is one process here: get_rank() is 0, all_reduce hands back what it gets.",
    "cuda": "There is no GPU here: rg.cuda.is_available() is False.",
    "utils.data": "Use Dataset or IterableDataset.",
    "nn.utils": "rg.compile(model) joins what can be joined; memory formats change nothing here.",
    "nn": "Derive from rg.nn.Module.",
    "Tensor": "Tensors are dense and on the CPU here.",
}


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

    >>> hint("torch", "norm_except_dim")
    'The same:  retrograd.norm(x, 2, 1, True) .'
    >>> hint("Tensor", "no_such_thing") is None
    True
    """
    if name not in names(module):
        return None
    return (_sentence(module, name, present) or MODULES.get(module, "")).replace("rg.", "retrograd.")


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
        return NEAREST.get(base, "")
    return next((sentence for pattern, sentence in FAMILIES if re.search(pattern, name)), "")


def attribute_error(module: str, name: str, present: Iterable[str]) -> AttributeError:
    """The error for `name`, which is not among the names `present` of the module that stands for `module`.

    >>> print(attribute_error("torch", "norm_except_dim", []))
    retrograd.norm_except_dim is not implemented yet.
                           The same:  retrograd.norm(x, 2, 1, True) .
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
