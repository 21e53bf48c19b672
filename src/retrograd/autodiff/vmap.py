"""vmap: a function written for one example, applied to a batch of them as one graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd.autodiff.batching import batch, spread
from retrograd.autodiff.levels import RANDOMNESS, Level
from retrograd.autodiff.transforms import named
from retrograd.base.errors import ArgumentError, ArgumentTypeError, ShapeError
from retrograd.base.pytree import broadcast_prefix, flatten, unflatten
from retrograd.graph.node import PLAIN, TRACKED, Node, bind, hole
from retrograd.graph.wrapping import TensorBase, wrap
from retrograd.ops import linear as lin


def vmap(func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *,
         chunk_size: int | None = None) -> Callable[..., Any]:
    """The function applied to every example along a dimension of its arguments, without a loop.

    vmap(f)(x)[k] = f(x[k]). `in_dims` says for each argument which dimension holds the examples (None: the
    argument is the same for all), as one number or nested like the arguments; `out_dims` where the examples
    go in the outputs. Keyword arguments are mapped over dimension 0. `randomness`: "different" (each example
    its own numbers), "same", or "error". chunk_size bounds how many examples are computed together. Inside,
    shapes are those of one example, and a value cannot be read (`item`, `if x > 0`): use `where`.

    >>> import retrograd as rg
    >>> rg.vmap(rg.dot)(rg.ones(2, 3), rg.ones(2, 3))
    tensor([3., 3.])
    >>> rg.vmap(rg.func.grad(lambda x: x ** 2))(rg.tensor([1., 2.]))
    tensor([2., 4.])
    """
    if randomness not in RANDOMNESS:
        raise ArgumentError(
            f"randomness is {randomness!r}", op="vmap", expected="'error', 'same' or 'different'"
        )
    if chunk_size is not None and chunk_size < 1:
        raise ArgumentError(f"chunk_size is {chunk_size}", op="vmap", expected="at least 1, or None")

    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = flatten((args, kwargs))
        dims = _in_dims(in_dims, args, kwargs, leaves)
        size = _size(leaves, dims)
        # One layout from here on: examples first.
        front = [x if d is None else _first(x.node, d) for x, d in zip(leaves, dims)]
        if chunk_size is None or chunk_size >= size:
            return _apply(func, structure, front, dims, size, out_dims, randomness)
        parts = []
        for start in range(0, size, chunk_size):
            n = min(chunk_size, size - start)
            some = [x if d is None else lin.narrow(x, 0, start, n) for x, d in zip(front, dims)]
            parts.append(_apply(func, structure, some, dims, n, 0, randomness))
        return _joined(parts, out_dims)
    return named(func, mapped)


def _in_dims(
    in_dims: Any, args: tuple[Any, ...], kwargs: dict[str, Any], leaves: Sequence[Any]
) -> list[int | None]:
    if not args and not kwargs:
        raise ArgumentError(
            "the function is called without arguments", op="vmap", expected="something to map over"
        )
    prefix = tuple(in_dims) if isinstance(in_dims, list) else in_dims
    if isinstance(prefix, tuple) and len(prefix) != len(args):
        raise ArgumentError(
            f"in_dims has {len(prefix)} entries, the call {len(args)} positional arguments",
            op="vmap",
            expected="one entry for each",
        )
    dims = [*broadcast_prefix(prefix, args), *broadcast_prefix(0, kwargs)]
    out: list[int | None] = []
    for x, d in zip(leaves, dims):
        if d is None:
            out.append(None)
            continue
        if isinstance(d, bool) or not isinstance(d, int):
            raise ArgumentTypeError(f"in_dims holds {d!r}", op="vmap", expected="integers or None")
        if not isinstance(x, TensorBase):
            raise ArgumentTypeError(f"in_dims is {d} for an argument that is a {type(x).__name__}", op="vmap",
                                    expected="a Tensor", fix="Give None for it in in_dims.")
        n = x.node.ndim
        if not -n <= d < n:
            raise ShapeError(f"in_dims is {d} for a tensor of shape {x.node.shape}", op="vmap",
                             expected=f"-{n} <= in_dims < {n}" if n else
                             "a tensor with dimensions, or None for one that all examples share")
        out.append(d % n)
    return out


def _size(leaves: Sequence[Any], dims: Sequence[int | None]) -> int:
    sizes = [(x.node.shape[d], x.node.shape, d) for x, d in zip(leaves, dims) if d is not None]
    if not sizes:
        raise ArgumentError("in_dims is None for every argument", op="vmap", expected="something to map over")
    if len({s for s, _, _ in sizes}) > 1:
        told = ", ".join(f"{s} (dimension {d} of {shape})" for s, shape, d in sizes)
        raise ShapeError(f"the arguments differ in the number of examples: {told}", op="vmap",
                         expected="one size along in_dims")
    return sizes[0][0]


def _first(n: Node, d: int) -> Node:
    return lin.permute(n, (d, *(k for k in range(n.ndim) if k != d)))


def _apply(
    func: Callable[..., Any],
    structure: Any,
    front: Sequence[Any],
    dims: Sequence[int | None],
    size: int,
    out_dims: Any,
    randomness: str,
) -> Any:
    with Level("vmap", size, randomness) as level:
        one = []
        for x, d in zip(front, dims):
            if d is None:
                one.append(x)
                continue
            h = hole(x.shape[1:], x.dtype, TRACKED if x.rg else PLAIN)
            level.given[h] = x
            one.append(wrap(h))
        args, kwargs = unflatten(structure, one)
        out = func(*args, **kwargs)
        leaves, shape = flatten(out)
        for y in leaves:
            if not isinstance(y, TensorBase):
                raise ArgumentTypeError(
                    f"the function returned a {type(y).__name__}", op="vmap", expected="tensors"
                )
        places = broadcast_prefix(tuple(out_dims) if isinstance(out_dims, list) else out_dims, out)
        found = batch([y.node for y in leaves], level.given, size)
    return unflatten(shape, [wrap(_placed(y, batched, d, size)) for (y, batched), d in zip(found, places)])


def _placed(y: Node, batched: bool, d: int | None, size: int) -> Node:
    if d is None:
        if batched:
            raise ArgumentError("out_dims is None for an output that differs between examples", op="vmap",
                                fix="Say where its dimension of examples goes.")
        return y
    y = y if batched else spread(y, size)
    if not -y.ndim <= d < y.ndim:
        raise ShapeError(f"out_dims is {d} for an output of shape {y.shape[1:]}", op="vmap",
                         expected=f"-{y.ndim} <= out_dims < {y.ndim}")
    d %= y.ndim
    return lin.permute(y, (*range(1, d + 1), 0, *range(d + 1, y.ndim)))


def _joined(parts: Sequence[Any], out_dims: Any) -> Any:
    flat = [flatten(p) for p in parts]
    structure = flat[0][1]
    places = broadcast_prefix(tuple(out_dims) if isinstance(out_dims, list) else out_dims, parts[0])
    out = []
    for k, d in enumerate(places):
        pieces = tuple(leaves[k].node for leaves, _ in flat)
        if d is None:
            raise ArgumentError(
                "out_dims is None together with chunk_size", op="vmap", fix="Leave one of them out."
            )
        out.append(wrap(_placed(bind(lin.concat_p, pieces, (0,)), True, d, 0)))
    return unflatten(structure, out)
