"""A node goes in; what PyTorch would call the operation that made it comes out, and the nodes that it read.

One operation of PyTorch's is often another one here, or two: a mean is a sum and a division, `x[0]` a slice
and a reshape. What is told apart by its shape is; `x.view(6)` and `x.reshape(6)`, say, are one thing.
"""

from __future__ import annotations

from retrograd.autodiff.custom import project_p, rules_of
from retrograd.autodiff.reverse import made_by, reads
from retrograd.base.shape import numel
from retrograd.graph.node import LEAF, Node, const_p, freed_p, scalar_p
from retrograd.ops.linear import reduce_sum_p, slice_p

# Primitives whose name says it otherwise than PyTorch's.
NAMES = {
    "alias": "Clone", "argsort": "Sort", "attention": "ScaledDotProductAttention", "cast": "ToCopy",
    "clamp_max": "Clamp", "clamp_min": "Clamp", "concat": "Cat", "conv": "Convolution", "copy": "Clone",
    "cross_entropy": "NllLoss", "det": "LinalgDet", "cholesky": "LinalgCholeskyEx", "eigh": "LinalgEigh",
    "fold": "Col2Im", "gelu_tanh": "Gelu", "group_norm": "NativeGroupNorm", "layer_norm": "NativeLayerNorm",
    "linear": "Addmm", "log1p": "Log1P", "matmul": "Mm", "pad": "ConstantPadNd", "place": "IndexPut",
    "pool_pick": "MaxPool2DWithIndices", "qr": "LinalgQr", "reduce_max": "Amax", "reduce_min": "Amin",
    "reduce_norm": "LinalgVectorNorm", "reduce_sum": "Sum", "reshape": "View", "slogdet": "LinalgSlogdet",
    "solve": "LinalgSolveEx", "standardize": "NativeBatchNorm", "svd": "LinalgSvd", "take": "IndexSelect",
    "take_rows": "Embedding", "where": "Where", "windows": "Unfold",
}
WHOLE = {"Sum": ("Sum", "0"), "Amax": ("Max", "1"), "Amin": ("Min", "1")}      # over all elements


def shown(n: Node) -> tuple[str, tuple[Node, ...]]:
    """(PyTorch's name, the nodes on the way down from there).

    >>> import retrograd as rg
    >>> shown(rg.ones(2, requires_grad=True).mean().node)[0]
    'MeanBackward0'
    """
    if n.rg == LEAF:
        return "torch::autograd::AccumulateGrad", ()
    if n.prim is project_p:
        call = n.inputs[0]
        op = getattr(rules_of(call), "op", None)        # whose residuals went through hooks
        if op is not None:
            return _usual(op) + "Backward0", _differentiable(call.inputs)
        kind = getattr(rules_of(call), "cls", type(rules_of(call)))
        return kind.__name__.lstrip("_") + "Backward", _differentiable(call.inputs)
    if n.prim is freed_p:
        return _usual(str(n.params[0])) + "Backward0", ()
    name, number, inputs = _told_apart(n, _usual(made_by(n)))
    return f"{name}Backward{number}", _differentiable(inputs)


def _usual(name: str) -> str:
    return NAMES.get(name) or "".join(w.capitalize() for w in name.split("_"))


def _differentiable(inputs: tuple[Node, ...]) -> tuple[Node, ...]:
    """PyTorch names no places, masks and counts among what a node reads."""
    return tuple([i for i in inputs if i.dtype.smooth])


def _told_apart(n: Node, name: str) -> tuple[str, str, tuple[Node, ...]]:
    """(name, number, inputs) where the name depends on shapes, or two nodes are one operation."""
    inputs = reads(n)
    first = inputs[0] if inputs else n
    shape, before = n.shape, first.shape
    if n.prim.family == "reduction" and name in (*WHOLE, "LinalgVectorNorm"):
        whole = len(n.params[0]) == len(before)
        if whole and name in WHOLE:
            return *WHOLE[name], inputs
        return name, "1" if name == "Sum" else "0", inputs
    if name == "Div" and first.prim is reduce_sum_p and first.rg != LEAF and \
            _number(inputs[1]) == numel(first.inputs[0].shape) / max(numel(shape), 1):
        whole = len(first.params[0]) == len(first.inputs[0].shape)
        return "Mean", "0" if whole else "1", first.inputs
    if name == "View":
        return _reshaped(n, first)
    if name == "Permute":
        moved = [k for k, p in enumerate(n.params[0]) if p != k]
        return ("T" if len(shape) == 2 else "Transpose" if len(moved) == 2 else name), "0", inputs
    if name == "Mm":
        return ("Bmm" if len(before) > 2 else name), "0", inputs
    if name == "Pow":
        return name, "1" if inputs[1].shape or inputs[1].rg else "0", inputs
    if name == "Cat" and all(i.rg != LEAF and _usual(made_by(i)) == "View" and
                             len(i.shape) == len(i.inputs[0].shape) + 1 for i in inputs):
        return "Stack", "0", tuple([i.inputs[0] for i in inputs])
    if name == "Clamp":
        return name, "1", inputs[:1]
    return name, "0", inputs


def _reshaped(n: Node, first: Node) -> tuple[str, str, tuple[Node, ...]]:
    """Sizes of 1 that came or went, or another shape altogether."""
    ones = [k for k, s in enumerate(first.shape) if s == 1]
    if tuple(s for s in n.shape if s != 1) != tuple(s for s in first.shape if s != 1) or \
            len(n.shape) == len(first.shape):
        return "View", "0", (first,)
    if len(n.shape) > len(first.shape):
        return "Unsqueeze", "0", (first,)
    if first.prim is slice_p and first.rg != LEAF and len(first.shape) == len(n.shape) + 1 and ones:
        return "Select", "0", first.inputs          # x[:, 1]: one of the places of an axis
    return "Squeeze", "1" if len(first.shape) == len(n.shape) + 1 else "0", (first,)


def _number(n: Node) -> float | None:
    """The number that a node stands for; None where it is none."""
    if n.prim is const_p:
        return float(n.params[0])
    return float(n.value) if n.prim is scalar_p and isinstance(n.value, (int, float)) else None
