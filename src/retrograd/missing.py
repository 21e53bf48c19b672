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
    (r"^i?stft$|_window$", "rg.fft.rfft(x.unfold(0, n, step) * window) ."),
    (r"autocast|custom_[bf]wd|GradScaler", "Train in float32, or convert the model with .bfloat16()."),
    (r"^uint(16|32|64)$", "Use rg.int32 or rg.int64."),
    (
        r"^ldl_|^(ormqr|lobpcg|(pca|svd)_lowrank|symeig)$",
        "The nearest in rg.linalg are eigh, svd, qr and lu_factor.",
    ),
    (
        r"multi_head",
        "Use nn.MultiheadAttention, or rg.nn.functional.scaled_dot_product_attention(q, k, v) .",
    ),
    (r"^Lazy|^Uninitialized", "Give the sizes: the layer without Lazy."),
    (r"3d", "The nearest is the same name with 2d."),
    (r"DataPipe", "Use Dataset or IterableDataset."),
    (
        r"^(library|overrides|package|futures|monitor|ops|nested|masked|ao|quantization)$",
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

    >>> hint("torch", "norm_except_dim")
    'The same:  retrograd.norm(x, 2, 1, True) .'
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
