"""What convolutions mean to the compiler: those over windows that lie inside, which have kernels.

    conv, conv_weight with borders     ->  the same of the padded x; where windows step two, x is dealt out,
                                           and gets its borders on the way
    conv of one tap                    ->  product
    conv_input                         ->  conv of the padded cotangent with kernels turned round; with a
                                           stride, one for each place between windows, put side by side;
                                           of one channel a group, a kernel of its own
"""

from __future__ import annotations

import math

from retrograd.base.shape import Shape, numel
from retrograd.graph.node import Node, bind
from retrograd.ops import linear as lin
from retrograd.ops.contract import matmul
from retrograd.ops.window import conv_p, conv_weight_p

# More taps than this are not written out, and an image is not read line by line; nor are more sums of weights
# kept in registers.
_MANY_TAPS, _MANY_SUMS = 64, 27
# Windows at most so many elements apart are dealt out as a line is read.
DEALT = 2
# What it takes to gather a vector of so many elements, beside a load and a multiply-add.
_GATHERED, _LANES = 4, 16


def reads_lines(x: Node, groups: int, kernel: Shape) -> bool:
    """Whether the kernel for a convolution goes through images of one channel line by line, and leaves out
    what is outside: there is no product in it."""
    return x.shape[1] == groups and numel(kernel) <= _MANY_TAPS


def spreads_lines(c: Node, w: Node, stride: Shape, low: Shape, groups: int) -> bool:
    """Whether a kernel sums, for images of one channel a group, what lies at each phase of a line. Lines of
    windows one element apart are read as those of an image are, if but one channel reads them."""
    many = c.shape[1] // groups > 1 or max(stride) > 1
    return many and w.shape[1] == 1 and stride[-1] <= DEALT and min(low) >= 0 and \
        numel(w.shape[2:]) <= _MANY_TAPS


def sums_lines(x: Node, c: Node, groups: int, kernel: Shape) -> bool:
    """Whether the derivative to such weights does likewise. Where lines are short, or several output channels
    read the same lines, gathering these costs less than what lanes are lost, or what is read again."""
    width, many = c.shape[-1], c.shape[1] // groups
    lost = 2 * many * (-(-width // _LANES) * _LANES)
    few = numel(kernel) <= _MANY_SUMS
    return few and reads_lines(x, groups, kernel) and lost < (_GATHERED + 2 * many) * width


def borders_stay(stride: Shape, low: Shape, high: Shape, kernel: Shape) -> bool:
    """Whether the kernel for a convolution that has products makes the borders itself."""
    return stride[-1] == 2 and numel(kernel) > 1 and min((*low, *high)) >= 0


def _bordered(x: Node, low: Shape, high: Shape) -> Node:
    """x with zeros around its images; cropped where counts are negative."""
    crop = tuple(max(-a, 0) for a in low), tuple(max(-b, 0) for b in high)
    if any((*crop[0], *crop[1])):
        stop = tuple(s - b for s, b in zip(x.shape[2:], crop[1]))
        x = lin.slice_(x, (0, 0, *crop[0]), (*x.shape[:2], *stop), (1,) * x.ndim)
    low, high = (tuple(max(a, 0) for a in side) for side in (low, high))
    return lin.pad(x, (0, 0, *low), (0, 0, *high)) if any((*low, *high)) else x


def convolved(x: Node, w: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape, groups: int
              ) -> Node | None:
    """conv."""
    if reads_lines(x, groups, w.shape[2:]) and stride[-1] <= DEALT and min((*low, *high)) >= 0:
        return None
    if borders_stay(stride, low, high, w.shape[2:]) and not reads_lines(x, groups, w.shape[2:]):
        return None
    if any((*low, *high)):
        none = (0,) * len(low)
        return bind(conv_p, (_bordered(x, low, high), w), (stride, none, none, dilation, groups))
    if any(k != 1 for k in w.shape[2:]):
        return None
    # One tap: channels in, channels out, at every position.
    if any(s != 1 for s in stride):
        x = lin.slice_(x, (0,) * x.ndim, x.shape, (1, 1, *stride))
    N, C, O, counts = x.shape[0], w.shape[1], w.shape[0], x.shape[2:]
    kernels = lin.reshape(w, (groups, O // groups, C))
    y = matmul(lin.expand(kernels, (N, *kernels.shape), (0,)), lin.reshape(x, (N, groups, C, numel(counts))))
    return lin.reshape(y, (N, O, *counts))


def input_of_convolution(c: Node, w: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape,
                         groups: int, size: Shape) -> Node | None:
    """conv_input, a convolution for each phase of the stride s: element i = q s + k is element p s + r of the
    padded x, p = q + (k + low) // s and r = (k + low) % s, which is the sum of c[p - e] w[u] over the taps u
    with u d = e s + r."""
    if spreads_lines(c, w, stride, low, groups):
        return None
    n = len(size)
    one = (1,) * n
    w = lin.reshape(w, (groups, w.shape[0] // groups, *w.shape[1:]))
    w = lin.permute(w, (0, 2, 1, *range(3, 3 + n)))
    w = lin.reshape(w, (w.shape[0] * w.shape[1], *w.shape[2:]))         # channels in, channels out / groups
    count = tuple(-(-z // s) for z, s in zip(size, stride))

    def phase(k: Shape) -> Node:
        first, r = zip(*(divmod(i + a, s) for i, a, s in zip(k, low, stride)))
        taps = [_taps_of_phase(*z) for z in zip(r, w.shape[2:], stride, dilation)]
        if None in taps:
            return lin.full(0, (c.shape[0], w.shape[0], *count), c.dtype)
        start, step, dense, e = zip(*(t for t in taps if t is not None))
        part = lin.slice_(w, (0, 0, *start), w.shape, (1, 1, *step))
        part = bind(lin.flip_p, (part,), (tuple(range(2, 2 + n)),))
        before = tuple(a + d * (k - 1) - f for a, d, k, f in zip(e, dense, part.shape[2:], first))
        after = tuple(f + m - a - t for f, m, a, t in zip(first, count, e, c.shape[2:]))
        return bind(conv_p, (c, part), (one, before, after, dense, groups))

    def together(k: Shape) -> Node:
        """All phases of the axes that k does not fix, each behind its axis: (N, C, count, phase, ...)."""
        d = len(k)
        if d == n:
            y = phase(k)
            return lin.reshape(y, (*y.shape[:2], *(extent for m in y.shape[2:] for extent in (m, 1))))
        parts = tuple(together((*k, i)) for i in range(stride[d]))
        return parts[0] if len(parts) == 1 else bind(lin.concat_p, parts, (3 + 2 * d,))
    y = together(())
    y = lin.reshape(y, (*y.shape[:2], *(m * s for m, s in zip(count, stride))))
    return y if y.shape[2:] == size else lin.slice_(
        y, (0,) * y.ndim, (*y.shape[:2], *size), (1,) * y.ndim)


def _taps_of_phase(r: int, taps: int, stride: int, dilation: int) -> tuple[int, int, int, int] | None:
    """The taps u with u * dilation = e * stride + r: the first, the step to the next, by how much e grows
    from one to the next, and the first e."""
    common = math.gcd(stride, dilation)
    for u in range(min(taps, stride)):
        if u * dilation % stride == r:
            return u, stride // common, dilation // common, u * dilation // stride
    return None


def weights_of_convolution(x: Node, c: Node, stride: Shape, low: Shape, high: Shape, dilation: Shape,
                           groups: int, size: Shape) -> Node | None:
    """conv_weight."""
    if not any((*low, *high)) or sums_lines(x, c, groups, size) and stride[-1] <= DEALT:
        return None
    if borders_stay(stride, low, high, size) and not sums_lines(x, c, groups, size):
        return None
    none = (0,) * len(low)
    return bind(conv_weight_p, (_bordered(x, low, high), c), (stride, none, none, dilation, groups, size))
