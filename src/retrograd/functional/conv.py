"""Convolutions and their transposes in one, two and three dimensions: one primitive and its own
derivative."""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import ArgumentError, ShapeError
from retrograd.base.shape import Shape
from retrograd.functional.door import Tensor, need_tensor, same_dtype, wrap
from retrograd.functional.padding import not_empty, sizes
from retrograd.functional.planned import planned
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops.window import conv_input_p, conv_p

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
           "conv_transpose3d", "conv_tbc"]

_NAMES = {n: f"conv{n}d" for n in (1, 2, 3)}
_AXES = {1: "L", 2: "H, W", 3: "D, H, W"}
_KERNEL = {1: "K", 2: "KH, KW", 3: "KD, KH, KW"}


def _borders(padding: Shape | str, kernel: Shape, stride: Shape, dilation: Shape, op: str
             ) -> tuple[Shape, Shape]:
    """Zeros before and after each axis."""
    if not isinstance(padding, str):
        return padding, padding
    if padding == "valid":
        return (0,) * len(kernel), (0,) * len(kernel)
    if padding != "same":
        raise ArgumentError(f"padding is {padding!r}", op=op, expected="ints, 'same' or 'valid'")
    if any(s != 1 for s in stride):
        raise ArgumentError(f"padding is 'same' with stride {stride}", op=op, expected="stride 1 with 'same'",
                            fix=f"Use padding={tuple(d * (k - 1) // 2 for k, d in zip(kernel, dilation))} .")
    total = tuple(d * (k - 1) for k, d in zip(kernel, dilation))
    return tuple(t // 2 for t in total), tuple(t - t // 2 for t in total)


def _turned(n: int, single: bool) -> str:
    """What puts channels that come last where they belong."""
    axes = (n, *range(n)) if single else (0, n + 1, *range(1, n + 1))
    return f"The channels come last: use  input.permute{axes} ."


def _given(input: Any, weight: Any, bias: Any, op: str) -> tuple[Node, ...]:
    """The nodes of the operands: input, weight, and bias if there is one."""
    x, w = need_tensor(input, op), need_tensor(weight, op, "weight")
    return (x, w) if bias is None else (x, w, need_tensor(bias, op, "bias"))


def _operands(nodes: tuple[Node, ...], n: int, groups: int, op: str, transposed: bool
              ) -> tuple[Node, Node, Node | None, bool]:
    """Batched input, weight, bias and whether a batch was added; every mistake told with the shapes."""
    x, w, *rest = nodes
    b = rest[0] if rest else None
    same_dtype(op, ("input", x), ("weight", w))
    if x.ndim not in (n + 1, n + 2):
        fix = "Add the channel dimension with x.unsqueeze(1)." if x.ndim == n else ""
        raise ShapeError(f"input is {x.shape}", op=op, fix=fix,
                         expected=f"(N, C, {_AXES[n]}) or (C, {_AXES[n]})")
    if w.ndim != n + 2:
        raise ShapeError(f"weight is {w.shape}", op=op,
                         expected=f"({'C, out/groups' if transposed else 'out, C/groups'}, {_KERNEL[n]})")
    single = x.ndim == n + 1
    if single:
        x = lin.reshape(x, (1, *x.shape))
    channels = w.shape[0] if transposed else w.shape[1] * groups
    if groups < 1 or w.shape[0] % groups:
        raise ArgumentError(f"groups is {groups}, weight is {w.shape}", op=op,
                            expected="a positive number that divides the weight's first size")
    if x.shape[1] != channels:
        given = x.shape[1:] if single else x.shape
        raise ShapeError(f"input {given} has {x.shape[1]} channels, weight {w.shape} with groups={groups} "
                         f"takes {channels}", op=op,
                         expected=f"input of shape (N, {channels}, {_AXES[n]})",
                         fix=_turned(n, single) if given[-1] == channels else "")
    out = w.shape[1] * groups if transposed else w.shape[0]
    if b is not None:
        same_dtype(op, ("input", x), ("bias", b))
        if b.shape != (out,):
            raise ShapeError(f"bias is {b.shape}, weight is {w.shape}", op=op,
                             expected=f"bias of shape ({out},)")
    return x, w, b, single


def _finish(y: Node, b: Node | None, single: bool) -> Node:
    if b is not None:
        y = y + lin.expand(b, y.shape, (0, *range(2, y.ndim)))
    return lin.reshape(y, y.shape[1:]) if single else y


def _whole(groups: Any, op: str) -> int:
    if groups.__class__ is int:
        return groups       # type: ignore[no-any-return]
    return sizes(groups, 1, "groups", op)[0]


def _conv(n: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any,
          groups: int) -> Tensor:
    op = _NAMES[n]
    nodes = _given(input, weight, bias, op)
    if not isinstance(padding, str):
        padding = sizes(padding, n, "padding", op, 0)
    return wrap(_correlated(nodes, n, sizes(stride, n, "stride", op), padding,
                            sizes(dilation, n, "dilation", op), _whole(groups, op)))


@planned
def _correlated(nodes: tuple[Node, ...], n: int, s: Shape, padding: Shape | str, d: Shape, groups: int
                ) -> Node:
    op = _NAMES[n]
    x, w, b, single = _operands(nodes, n, groups, op, False)
    kernel = w.shape[2:]
    low, high = _borders(padding, kernel, s, d, op)
    around = tuple(a + size + c for a, size, c in zip(low, x.shape[2:], high))
    reach = tuple(e * (k - 1) + 1 for k, e in zip(kernel, d))
    if any(a < r for a, r in zip(around, reach)):
        given = x.shape[1:] if single else x.shape
        raise ShapeError(f"input {given} is {around} with its padding, the kernel reaches over {reach}",
                         op=op, expected="an input at least as large as the kernel",
                         fix="Use a larger input, more padding or a smaller kernel.")
    return _finish(bind(conv_p, (x, w), (s, low, high, d, groups)), b, single)


def conv1d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
           groups: int = 1) -> Tensor:
    """Cross-correlation of (N, C, L) with weight (out, C/groups, K): see conv2d."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
           groups: int = 1) -> Tensor:
    """Cross-correlation: input (N, C, H, W) or (C, H, W), weight (out, C/groups, KH, KW), output (N, out, H',
    W').

    y[n, o, i, j] = bias[o] + sum over c, u, v of x[n, c, i s + u d - p, j s + v d - p] w[o, c, u, v], and H'
    = (H + 2 p - d (KH - 1) - 1) // s + 1. padding: ints, 'valid' (0) or 'same' (stride 1). Derivative to the
    input: the transposed convolution of g with w; to the weight: the correlation of x with g; to the bias:
    the sum of g.

    >>> import retrograd as rg
    >>> rg.nn.functional.conv2d(rg.ones(1, 1, 3, 3), rg.ones(1, 1, 2, 2))
    tensor([[[[4., 4.],
              [4., 4.]]]])
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1,
           groups: int = 1) -> Tensor:
    """Cross-correlation of (N, C, D, H, W) with weight (out, C/groups, KD, KH, KW): see conv2d."""
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


def conv_tbc(input: Any, weight: Any, bias: Any, pad: int = 0) -> Tensor:
    """Cross-correlation over time of (T, B, C) with weight (K, C, out), `pad` zeros on both sides:
    (T', B, out).

    >>> import retrograd as rg
    >>> tuple(rg.nn.functional.conv_tbc(rg.ones(5, 2, 3), rg.ones(2, 3, 4), rg.zeros(4)).shape)
    (4, 2, 4)
    """
    x, w = need_tensor(input, "conv_tbc"), need_tensor(weight, "conv_tbc", "weight")
    if x.ndim != 3 or w.ndim != 3:
        raise ShapeError(f"input is {x.shape}, weight is {w.shape}", op="conv_tbc",
                         expected="(T, B, C) and (K, C, out)")
    y = _conv(1, wrap(lin.permute(x, (1, 2, 0))), wrap(lin.permute(w, (2, 1, 0))), bias, 1, int(pad), 1, 1)
    return wrap(lin.permute(y.node, (2, 0, 1)))


def _transposed(n: int, input: Any, weight: Any, bias: Any, stride: Any, padding: Any, output_padding: Any,
                groups: int, dilation: Any) -> Tensor:
    op = f"conv_transpose{n}d"
    s, d = sizes(stride, n, "stride", op), sizes(dilation, n, "dilation", op)
    q, extra = sizes(padding, n, "padding", op, 0), sizes(output_padding, n, "output_padding", op, 0)
    return wrap(_spread(_given(input, weight, bias, op), n, s, q, extra, _whole(groups, op), d))


@planned
def _spread(nodes: tuple[Node, ...], n: int, s: Shape, q: Shape, extra: Shape, groups: int, d: Shape) -> Node:
    op = f"conv_transpose{n}d"
    x, w, b, single = _operands(nodes, n, groups, op, True)
    not_empty(x, op)
    if any(e >= max(a, c) for e, a, c in zip(extra, s, d)):
        raise ArgumentError(f"output_padding is {extra}, stride is {s}, dilation is {d}", op=op,
                            expected="output_padding smaller than stride or dilation")
    # The whole output, without `padding` at its low end and `padding - output_padding` at its high end.
    whole = tuple((t - 1) * a + c * (k - 1) + 1 for t, a, c, k in zip(x.shape[2:], s, d, w.shape[2:]))
    high = tuple(max(a - e, 0) for a, e in zip(q, extra))
    size = tuple(f - a - h for f, a, h in zip(whole, q, high))
    if any(m + max(e - a, 0) < 1 for m, e, a in zip(size, extra, q)):
        raise ShapeError(f"input is {x.shape[1:] if single else x.shape}, kernel {w.shape[2:]}, stride {s}, "
                         f"padding {q}: nothing is left of the output", op=op, fix="Use less padding.")
    y = bind(conv_input_p, (x, w), (s, q, high, d, groups, size))
    y = lin.pad(y, (0,) * (n + 2), (0, 0, *(max(e - a, 0) for e, a in zip(extra, q))))
    return _finish(y, b, single)


def conv_transpose1d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0,
                     output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:
    """The transpose of conv1d as a map: see conv_transpose2d."""
    return _transposed(1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0,
                     output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:
    """The transpose of conv2d as a map: input (N, C, H, W), weight (C, out/groups, KH, KW), output (N, out,
    H', W').

    H' = (H - 1) s - 2 p + d (KH - 1) + output_padding + 1. Derivative to the input: conv2d of g with the
    weight.

    >>> import retrograd as rg
    >>> rg.nn.functional.conv_transpose2d(rg.ones(1, 1, 2, 2), rg.ones(1, 1, 2, 2))
    tensor([[[[1., 2., 1.],
              [2., 4., 2.],
              [1., 2., 1.]]]])
    """
    return _transposed(2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(input: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0,
                     output_padding: Any = 0, groups: int = 1, dilation: Any = 1) -> Tensor:
    """The transpose of conv3d as a map: see conv_transpose2d."""
    return _transposed(3, input, weight, bias, stride, padding, output_padding, groups, dilation)
