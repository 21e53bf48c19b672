"""Functions that `torch` has under names and arguments of its own, beside those of `nn.functional` and the
methods of Tensor: each says which it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd import functional as F
from retrograd.base.dtype import bool_, uint8
from retrograd.base.errors import ArgumentError
from retrograd.functional.door import Tensor, TensorBase, need_tensor
from retrograd.functional.matrix import matrix_norm

_MODES = ("bilinear", "nearest", "bicubic")
_PADDING = ("zeros", "border", "reflection")


def adjoint(input: Any) -> Tensor:
    """The conjugate transpose of the last two dimensions: `x.adjoint()`.

    >>> import retrograd as rg
    >>> rg.adjoint(rg.tensor([[1.0, 2.0]])).shape
    retrograd.Size([2, 1])
    """
    need_tensor(input, "adjoint")
    return input.adjoint()      # type: ignore[no-any-return]


def affine_grid_generator(theta: Any, size: Sequence[int], align_corners: bool) -> Tensor:
    """`nn.functional.affine_grid`.

    >>> import retrograd as rg
    >>> rg.affine_grid_generator(rg.ones(1, 2, 3), [1, 1, 1, 1], False).shape
    retrograd.Size([1, 1, 1, 2])
    """
    return F.affine_grid(theta, size, align_corners)        # type: ignore[no-any-return]


def grid_sampler(input: Any, grid: Any, interpolation_mode: int, padding_mode: int,
                 align_corners: bool) -> Tensor:
    """`nn.functional.grid_sample`; modes are numbers: 0 bilinear, 1 nearest, 2 bicubic; 0 zeros, 1 border,
    2 reflection.

    >>> import retrograd as rg
    >>> rg.grid_sampler(rg.ones(1, 1, 2, 2), rg.zeros(1, 1, 1, 2), 0, 0, False)
    tensor([[[[1.]]]])
    """
    if interpolation_mode not in (0, 1, 2) or padding_mode not in (0, 1, 2):
        raise ArgumentError(f"modes are {interpolation_mode}, {padding_mode}", op="grid_sampler",
                            expected="numbers from 0 to 2")
    return F.grid_sample(input, grid, _MODES[interpolation_mode], _PADDING[padding_mode],       # type: ignore[no-any-return]
                         align_corners)


grid_sampler_2d = grid_sampler_3d = grid_sampler
# Here a view is a value: there is nothing unsafe about it.
unsafe_chunk, unsafe_split, unsafe_split_with_sizes = F.chunk, F.split, F.split_with_sizes


def typename(obj: Any) -> str:
    """`x.type()` of a tensor, the name of the type of anything else, with its module unless that is builtins.

    >>> import retrograd as rg
    >>> rg.typename(rg.ones(1)), rg.typename(1)
    ('retrograd.FloatTensor', 'int')
    """
    if isinstance(obj, TensorBase):
        return str(obj.type())      # type: ignore[attr-defined]
    kind = obj if hasattr(obj, "__qualname__") else type(obj)
    module = getattr(kind, "__module__", "") or ""
    return kind.__qualname__ if module in ("", "builtins") else f"{module}.{kind.__qualname__}"


def constant_pad_nd(input: Any, pad: Sequence[int], value: Any = 0) -> Tensor:
    """`nn.functional.pad` with a constant.

    >>> import retrograd as rg
    >>> rg.constant_pad_nd(rg.ones(2), [1, 0], 5)
    tensor([5., 1., 1.])
    """
    return F.pad(input, pad, "constant", value)     # type: ignore[no-any-return]


def convolution(input: Any, weight: Any, bias: Any, stride: Sequence[int], padding: Sequence[int],
                dilation: Sequence[int], transposed: bool, output_padding: Sequence[int],
                groups: int) -> Tensor:
    """`nn.functional.conv1d`, `conv2d`, `conv3d` or their transposes, by the number of dimensions.

    >>> import retrograd as rg
    >>> rg.convolution(rg.ones(1, 1, 3), rg.ones(1, 1, 2), None, [1], [0], [1], False, [0], 1)
    tensor([[[2., 2.]]])
    """
    rank = need_tensor(input, "convolution").ndim - 2
    if rank not in (1, 2, 3):
        raise ArgumentError(f"input has {rank + 2} dimensions", op="convolution", expected="3 to 5")
    if transposed:
        name = f"conv_transpose{rank}d"
        return getattr(F, name)(input, weight, bias, stride, padding, output_padding, groups, dilation)     # type: ignore[no-any-return]
    return getattr(F, f"conv{rank}d")(input, weight, bias, stride, padding, dilation, groups)   # type: ignore[no-any-return]


def feature_dropout(input: Any, p: float, train: bool) -> Tensor:
    """Dropout of whole channels: `nn.functional.dropout2d`, of any number of dimensions.

    >>> import retrograd as rg
    >>> rg.feature_dropout(rg.ones(1, 2, 2), 0.5, False).sum()
    tensor(4.)
    """
    rank = need_tensor(input, "feature_dropout").ndim
    flat = input.reshape(*input.shape[:2], -1) if rank > 2 else input.unsqueeze(-1)
    return F.dropout1d(flat, p, train).reshape(input.shape)     # type: ignore[no-any-return]


def frobenius_norm(input: Any, dim: Any = (), keepdim: bool = False) -> Tensor:
    """The root of the sum of squares over one or two dimensions, or all: `linalg.matrix_norm`.

    >>> import retrograd as rg
    >>> rg.frobenius_norm(rg.tensor([[3.0, 4.0]]))
    tensor(5.)
    """
    over = (dim,) if isinstance(dim, int) else tuple(dim)
    return F.norm(input, "fro", over or None, keepdim)      # type: ignore[no-any-return]


def nuclear_norm(input: Any, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The sum of the singular values: `linalg.matrix_norm(x, "nuc")`.

    >>> import retrograd as rg
    >>> rg.nuclear_norm(rg.eye(3))
    tensor(3.)
    """
    return matrix_norm(input, "nuc", (-2, -1) if dim is None else dim, keepdim)


def index_reduce(input: Any, dim: int, index: Any, source: Any, reduce: str, *,
                 include_self: bool = True) -> Tensor:
    """Slices of source reduced to those of input that `index` names along dim: "prod", "mean", "amax",
    "amin".

    >>> import retrograd as rg
    >>> rg.index_reduce(rg.ones(2), 0, rg.tensor([0, 0]), rg.tensor([2.0, 3.0]), "prod")
    tensor([6., 1.])
    """
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ArgumentError(f"reduce is {reduce!r}", op="index_reduce",
                            expected="'prod', 'mean', 'amax' or 'amin'")
    n = need_tensor(source, "index_reduce", "source")
    if not n.shape:
        return F.scatter_reduce(input, 0, index.reshape(()), source, reduce, include_self=include_self)     # type: ignore[no-any-return]
    shape = [1] * n.ndim
    shape[dim] = -1
    along = index.reshape(shape).expand(*n.shape)
    return F.scatter_reduce(input, dim, along, source, reduce, include_self=include_self)       # type: ignore[no-any-return]


def max_pool1d_with_indices(input: Any, kernel_size: Any, stride: Any = None, padding: Any = 0,
                            dilation: Any = 1, ceil_mode: bool = False) -> Any:
    """`nn.functional.max_pool1d(..., return_indices=True)`.

    >>> import retrograd as rg
    >>> rg.max_pool1d_with_indices(rg.tensor([[1.0, 3.0]]), 2)
    (tensor([[3.]]), tensor([[1]]))
    """
    return F.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode, True)


# ---------------------------------------------------------------- questions
def is_signed(input: Any) -> bool:
    """Whether the dtype holds negative numbers.

    >>> import retrograd as rg
    >>> rg.is_signed(rg.zeros(1)), rg.is_signed(rg.zeros(1, dtype=rg.uint8))
    (True, False)
    """
    return need_tensor(input, "is_signed").dtype not in (bool_, uint8)


def is_same_size(input: Any, other: Any) -> bool:
    """Whether the shapes are equal.

    >>> import retrograd as rg
    >>> rg.is_same_size(rg.zeros(2), rg.ones(2))
    True
    """
    return need_tensor(input, "is_same_size").shape == need_tensor(other, "is_same_size", "other").shape


def is_distributed(input: Any) -> bool:
    """False.

    >>> import retrograd as rg
    >>> rg.is_distributed(rg.zeros(1))
    False
    """
    need_tensor(input, "is_distributed")
    return False


def is_inference(input: Any) -> bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later.

    >>> import retrograd as rg
    >>> rg.is_inference(rg.zeros(1))
    False
    """
    need_tensor(input, "is_inference")
    return False


def get_device(input: Any) -> int:
    """-1: the CPU.

    >>> import retrograd as rg
    >>> rg.get_device(rg.zeros(1))
    -1
    """
    need_tensor(input, "get_device")
    return -1


def is_storage(obj: Any) -> bool:
    """Whether an object is the memory of a tensor.

    >>> import retrograd as rg
    >>> rg.is_storage(rg.zeros(1).untyped_storage())
    True
    """
    return type(obj).__name__ in ("TypedStorage", "UntypedStorage")


# ---------------------------------------------------------------- ways through a program
def cond(pred: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any], operands: Any = ()) -> Any:
    """true_fn(*operands) if pred, else false_fn(*operands): a plain branch, which reads pred.

    >>> import retrograd as rg
    >>> rg.cond(rg.tensor(True), lambda x: x + 1, lambda x: x - 1, (rg.zeros(1),))
    tensor([1.])
    """
    return true_fn(*operands) if bool(pred) else false_fn(*operands)


def while_loop(cond_fn: Callable[..., Any], body_fn: Callable[..., Any], carried_inputs: Any) -> Any:
    """body_fn again and again on what it returned, while cond_fn holds: a plain loop.

    >>> import retrograd as rg
    >>> rg.while_loop(lambda x: x.sum() < 5, lambda x: (x * 2,), (rg.ones(1),))
    (tensor([8.]),)
    """
    carried = tuple(carried_inputs)
    while bool(cond_fn(*carried)):
        found = body_fn(*carried)
        carried = tuple(found) if isinstance(found, (tuple, list)) else (found,)
    return carried
