"""Whole Jacobians and Hessians: one pullback (or pushforward), batched over all unit directions."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from retrograd.autodiff.batching import batch, spread
from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.levels import Level
from retrograd.autodiff.passage import Aux, enter_arguments, leave, tensors_of, with_aux, zero_like
from retrograd.autodiff.reverse import pullback
from retrograd.autodiff.transforms import Argnums, grad, jvp, named
from retrograd.base.dtype import DType
from retrograd.base.errors import ArgumentError, DTypeError
from retrograd.base.modes import enable_grad, modes
from retrograd.base.pytree import flatten, unflatten
from retrograd.base.shape import numel
from retrograd.graph.node import Node, bind, const, hole
from retrograd.graph.wrapping import wrap
from retrograd.ops import linear as lin
from retrograd.ops.constant import eq, iota

LARGE = 1 << 31     # bytes of a Jacobian from which on a warning is due


def unit_rows(start: int, stop: int, like: Node) -> Node:
    """Rows start, ..., stop - 1 of the identity over the elements of `like`, each in its shape."""
    n = numel(like.shape)
    shape = (stop - start, n)
    row = bind(iota, (), (shape, 0, "int64")) + const(start, _int64())
    return lin.reshape(lin.cast(bind(eq, (row, bind(iota, (), (shape, 1, "int64")))), like.dtype),
                       (stop - start, *like.shape))


def _int64() -> DType:
    return bind(iota, (), ((0,), 0, "int64")).dtype


def _chunks(n: int, size: int | None, op: str) -> Iterator[tuple[int, int]]:
    if size is not None and size < 1:
        raise ArgumentError(f"chunk_size is {size}", op=op, expected="at least 1, or None")
    step = size or max(n, 1)
    for start in range(0, n, step):
        yield start, min(start + step, n)


def _over_units(roots: Sequence[Node | None], h: Node, chunk: int | None, op: str) -> list[Node | None]:
    """Each root, which depends linearly on the hole h, for every unit direction of h: a new axis in front."""
    n = numel(h.shape)
    there = [r for r in roots if r is not None]
    parts: list[list[Node]] = [[] for _ in there]
    for start, stop in _chunks(n, chunk, op):
        given: Mapping[Node, Node] = {h: unit_rows(start, stop, h)}
        for part, (y, batched) in zip(parts, batch(there, given, stop - start)):
            part.append(y if batched else spread(y, stop - start))
    whole = iter([p[0] if len(p) == 1 else bind(lin.concat_p, tuple(p), (0,)) if p else
                  lin.full(0, (0, *r.shape), r.dtype) for p, r in zip(parts, there)])
    return [None if r is None else next(whole) for r in roots]


def _warn_if_large(op: str, outputs: Sequence[Node], inputs: Sequence[Node]) -> None:
    size = sum(numel(y.shape) * numel(x.shape) * y.dtype.itemsize for y in outputs for x in inputs)
    if size > LARGE:
        warnings.warn(
            f"{op}: the result takes {size / 2**30:.1f} GiB ({sum(numel(y.shape) for y in outputs)} outputs "
            f"by {sum(numel(x.shape) for x in inputs)} inputs). Products with it need no matrix: "
            "func.vjp (rows), func.jvp (columns), func.hvp (Hessians).",
            stacklevel=4,
        )


def _require_float(op: str, nodes: Sequence[Node]) -> None:
    for k, n in enumerate(nodes):
        if not n.dtype.smooth:
            raise DTypeError(f"output {k} is {n.dtype.name}, which has no derivative", op=op,
                             expected="floating-point outputs")


def _arranged(rows: Sequence[Sequence[Node]], outputs: Any, inputs: Any) -> Any:
    """The tree of the outputs with, at each leaf, the tree of the inputs."""
    return unflatten(outputs, [unflatten(inputs, [wrap(n) for n in row]) for row in rows])


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that returns the Jacobian by reverse mode: one pullback, batched over the outputs.

    jacrev(f)(x)[i..., j...] = df(x)[i...]/dx[j...], of shape (*output.shape, *input.shape), in the structure
    of the output with that of the argument at each leaf. The right choice where outputs are fewer than
    inputs. chunk_size bounds how many rows are computed together. Warns before a result of more than 2 GiB.

    >>> import retrograd as rg
    >>> rg.func.jacrev(lambda x: x ** 2)(rg.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        outside = modes.grad
        with enable_grad():
            inner, aliases, into = enter_arguments("jacrev", args, argnums, outside)
            out, aux = with_aux("jacrev", func(*inner, **kwargs), has_aux)
            nodes, structure = tensors_of("jacrev", out, "the output")
            _require_float("jacrev", nodes)
            _warn_if_large("jacrev", nodes, aliases)
            rows = []
            for y in nodes:
                h = hole(y.shape, y.dtype)
                found = pullback([y], [h], aliases, create_graph=True, ends=True)[0]
                whole = _over_units([found.get(a) for a in aliases], h, chunk_size, "jacrev")
                rows.append(
                    [
                        lin.full(0, y.shape + a.shape, a.dtype)
                        if j is None
                        else lin.reshape(j, y.shape + a.shape)
                        for j, a in zip(whole, aliases)
                    ]
                )
            side = Aux(aux)
        flat = leave([*[j for row in rows for j in row], *side.nodes], aliases, outside)
        n = len(aliases)
        result = _arranged([flat[k * n:(k + 1) * n] for k in range(len(nodes))], structure, into)
        return (result, side.rebuilt(flat[n * len(nodes):])) if has_aux else result
    return named(func, jacobian)


def jacfwd(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    *,
    randomness: str = "error",
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The function that returns the Jacobian by forward mode: one pushforward, batched over the inputs.

    The same result as `jacrev`; the right choice where inputs are fewer than outputs. The function runs
    once, so randomness "same" and "different" are one; "error" refuses random numbers.

    >>> import retrograd as rg
    >>> rg.func.jacfwd(lambda x: x ** 2)(rg.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        outside = modes.grad
        with enable_grad(), Level("jacfwd", None, randomness):
            inner, aliases, into = enter_arguments("jacfwd", args, argnums, outside)
            out, aux = with_aux("jacfwd", func(*inner, **kwargs), has_aux)
            nodes, structure = tensors_of("jacfwd", out, "the output")
            _require_float("jacfwd", nodes)
            _warn_if_large("jacfwd", nodes, aliases)
            columns = []
            for x in aliases:
                h = hole(x.shape, x.dtype)
                whole = _over_units(pushforward(nodes, {x: h}), h, chunk_size, "jacfwd")
                columns.append([_columns_last(j, y, x) for j, y in zip(whole, nodes)])
            side = Aux(aux)
        flat = leave([*[j for column in columns for j in column], *side.nodes], aliases, outside)
        n = len(nodes)
        result = _arranged(
            [[flat[c * n + k] for c in range(len(aliases))] for k in range(n)], structure, into
        )
        return (result, side.rebuilt(flat[n * len(aliases):])) if has_aux else result
    return named(func, jacobian)


def _columns_last(j: Node | None, y: Node, x: Node) -> Node:
    if j is None:
        return lin.full(0, y.shape + x.shape, y.dtype)
    return lin.reshape(lin.permute(j, (*range(1, j.ndim), 0)), y.shape + x.shape)


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that returns all second derivatives, forward over reverse: jacfwd(jacrev(f)).

    hessian(f)(x)[i..., j...] = d2f(x)/dx[i...]dx[j...]. Warns before a result of more than 2 GiB; `hvp`
    multiplies by it without building it.

    >>> import retrograd as rg
    >>> rg.func.hessian(lambda x: x[0] ** 2 * x[1])(rg.tensor([1., 2.]))
    tensor([[4., 2.],
            [2., 0.]])
    """
    return jacfwd(jacrev(func, argnums), argnums, randomness="same")


def hvp(func: Callable[..., Any], primals: Any, tangents: Any) -> Any:
    """H v: the Hessian of a scalar function times a direction, at the cost of a few gradients.

    primals and tangents are tuples (then so is the result, one entry for each) or single tensors.

    >>> import retrograd as rg
    >>> rg.func.hvp(lambda x: (x ** 3).sum(), rg.tensor([1., 2.]), rg.tensor([1., 1.]))
    tensor([ 6., 12.])
    """
    single = not isinstance(primals, tuple)
    xs, vs = ((primals,), (tangents,)) if single else (primals, tangents)
    out = jvp(grad(func, tuple(range(len(xs)))), xs, vs)[1]
    return out[0] if single else out


__all__ = ["flatten", "hessian", "hvp", "jacfwd", "jacrev", "unit_rows", "zero_like"]
