"""Functions to functions: grad, value_and_grad, vjp, jvp, linearize, over nested containers of tensors.

Any nesting works, in either mode; see passage.py for why.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.levels import Level
from retrograd.autodiff.passage import (
    Aux,
    enter,
    enter_arguments,
    leave,
    matching,
    rebuilt,
    seen_from_outside,
    tensors_of,
    with_aux,
    zero_like,
)
from retrograd.autodiff.reverse import pullback
from retrograd.base.errors import ArgumentTypeError, AutogradError, DTypeError, ShapeError
from retrograd.base.modes import enable_grad, modes
from retrograd.graph.node import Node, const, line_text
from retrograd.graph.wrapping import Tensor, TensorBase, wrap

Argnums = int | tuple[int, ...]


def named(fn: Callable[..., Any], wrapped: Callable[..., Any]) -> Callable[..., Any]:
    """functools.wraps where the function has a name (partials and modules have none)."""
    return wraps(fn)(wrapped) if hasattr(fn, "__name__") else wrapped


def _scalar(op: str, value: Any) -> Node:
    if not isinstance(value, TensorBase):
        raise ArgumentTypeError(f"the function returned a {type(value).__name__}", op=op,
                                expected="a Tensor without dimensions",
                                fix="Pass has_aux=True if it returns (loss, anything else)."
                                if isinstance(value, tuple) else "")
    n: Node = value.node
    if n.shape != ():
        raise ShapeError(
            f"the function returned a tensor of shape {n.shape}",
            op=op,
            expected="a scalar (shape ())",
            where=line_text(n.where),
            fix="Reduce it, e.g. with .sum() or .mean(); for all derivatives of all outputs use jacrev.",
        )
    if not n.dtype.is_floating_point:
        raise DTypeError(f"the function returned a tensor of {n.dtype.name}", op=op,
                         expected="a floating-point scalar", where=line_text(n.where))
    return n


def _differentiate(op: str, func: Callable[..., Any], argnums: Argnums, has_aux: bool, args: tuple[Any, ...],
                   kwargs: dict[str, Any]) -> tuple[Any, Any, Any]:
    """(gradient, value, aux)."""
    outside = modes.grad
    with enable_grad():
        inner, aliases, structure = enter_arguments(op, args, argnums, outside)
        value, aux = with_aux(op, func(*inner, **kwargs), has_aux)
        root = _scalar(op, value)
        found = pullback([root], [const(1.0, root.dtype)], aliases, create_graph=True, ends=True)[0]
        side = Aux(aux)
    results = leave(
        [root, *[found[a] if a in found else zero_like(a) for a in aliases], *side.nodes], aliases, outside
    )
    grads = results[1:1 + len(aliases)]
    return rebuilt(structure, grads), wrap(results[0]), side.rebuilt(results[1 + len(aliases):])


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The function that returns the gradient of a scalar function.

    grad(f)(x)[i] = df(x)/dx[i], of the structure and shapes of the argument. `argnums` says which positional
    arguments are differentiated (an int, or a tuple for a tuple of gradients); arguments may be nested
    tuples, lists and dicts of floating-point tensors. With has_aux, f returns (loss, aux) and the result is
    (gradient, aux). Works under and over every other transformation. An argument that plays no part gets
    zeros. Raises ShapeError where f returns no scalar.

    >>> import retrograd as rg
    >>> f = lambda x: (x ** 3).sum()
    >>> rg.func.grad(f)(rg.tensor([1., 2.]))
    tensor([ 3., 12.])
    >>> rg.func.grad(rg.func.grad(lambda x: x ** 3))(rg.tensor(2.))
    tensor(12.)
    """
    def gradient(*args: Any, **kwargs: Any) -> Any:
        g, _, aux = _differentiate("grad", func, argnums, has_aux, args, kwargs)
        return (g, aux) if has_aux else g
    return named(func, gradient)


def grad_and_value(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, returning (gradient, value), or (gradient, (value, aux)) with has_aux.

    >>> import retrograd as rg
    >>> rg.func.grad_and_value(lambda x: x ** 2)(rg.tensor(3.))
    (tensor(6.), tensor(9.))
    """
    def both(*args: Any, **kwargs: Any) -> Any:
        g, value, aux = _differentiate("grad_and_value", func, argnums, has_aux, args, kwargs)
        return (g, (value, aux)) if has_aux else (g, value)
    return named(func, both)


def value_and_grad(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `grad`, returning (value, gradient), or ((value, aux), gradient) with has_aux.

    >>> import retrograd as rg
    >>> rg.func.value_and_grad(lambda x: x ** 2)(rg.tensor(3.))
    (tensor(9.), tensor(6.))
    """
    def both(*args: Any, **kwargs: Any) -> Any:
        g, value, aux = _differentiate("value_and_grad", func, argnums, has_aux, args, kwargs)
        return ((value, aux), g) if has_aux else (value, g)
    return named(func, both)


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """(f(*primals), pullback): pullback(g) = (g^T J_1, g^T J_2, ...), one for each primal.

    The pullback takes a cotangent of the structure and shapes of the output, and may be called many times.
    With has_aux, f returns (output, aux) and the result is (output, pullback, aux).

    >>> import retrograd as rg
    >>> out, pull = rg.func.vjp(rg.sin, rg.tensor([0., 1.]))
    >>> pull(rg.ones(2))
    (tensor([1.0000, 0.5403]),)
    """
    outside = modes.grad
    with enable_grad():
        inner, aliases = enter("vjp", primals, "primals", outside)
        out, aux = with_aux("vjp", func(*inner), has_aux)
        nodes, structure = tensors_of("vjp", out, "the output")
        side = Aux(aux)
    into = _shape_of(primals)
    shown = seen_from_outside([*nodes, *side.nodes], aliases, outside)

    def pull(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        wanted = modes.grad if create_graph is None else create_graph
        given = matching("vjp", cotangents, structure, nodes, "cotangents", "outputs")
        found = pullback(nodes, given, aliases, create_graph=True, ends=True)[0]
        results = seen_from_outside(
            [found[a] if a in found else zero_like(a) for a in aliases], aliases, wanted
        )
        return rebuilt(into, results)

    result = rebuilt(structure, shown[:len(nodes)])
    return (result, pull, side.rebuilt(shown[len(nodes):])) if has_aux else (result, pull)


def _shape_of(tree: Any) -> Any:
    return tensors_of("vjp", tree, "primals")[1]


def _tuple(op: str, x: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(x, tuple) or not x:
        raise ArgumentTypeError(
            f"{name} is a {type(x).__name__}",
            op=op,
            expected="a tuple with at least one tensor",
            fix=f"Write  {op}(f, (x,), (dx,)) .",
        )
    return x


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> Any:
    """(f(*primals), J dx): the value and its derivative in one direction, by forward mode, in one pass.

    dy = sum_i J_i dx_i. primals and tangents are tuples of equal structure and shapes. With has_aux, f
    returns (output, aux) and the result is (output, dy, aux). strict: an output that does not depend on the
    primals is an error instead of a zero.

    >>> import retrograd as rg
    >>> rg.func.jvp(lambda x: x ** 2, (rg.tensor(3.),), (rg.tensor(1.),))
    (tensor(9.), tensor(6.))
    """
    primals, tangents = _tuple("jvp", primals, "primals"), _tuple("jvp", tangents, "tangents")
    outside = modes.grad
    with enable_grad(), Level("jvp", None, "same"):
        inner, aliases = enter("jvp", primals, "primals", outside)
        given = matching("jvp", tangents, _shape_of(primals), aliases, "tangents", "primals")
        out, aux = with_aux("jvp", func(*inner), has_aux)
        nodes, structure = tensors_of("jvp", out, "the output")
        found = pushforward(nodes, dict(zip(aliases, given)))
        side = Aux(aux)
    for k, t in enumerate(found):
        if strict and t is None:
            raise AutogradError(f"output {k} does not depend on the primals", op="jvp",
                                fix="Leave strict=True out to get a tangent of zeros.")
    dy = [zero_like(n) if t is None else t for n, t in zip(nodes, found)]
    results = leave([*nodes, *dy, *side.nodes], aliases, outside)
    n = len(nodes)
    value, tangent = rebuilt(structure, results[:n]), rebuilt(structure, results[n:2 * n])
    return (value, tangent, side.rebuilt(results[2 * n:])) if has_aux else (value, tangent)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """(f(*primals), pushforward): the linear map dx -> J dx at this point, to be applied many times.

    f runs once; each application walks the graph that was recorded.

    >>> import retrograd as rg
    >>> out, push = rg.func.linearize(lambda x: x ** 2, rg.tensor([1., 2.]))
    >>> push(rg.tensor([1., 0.])), push(rg.tensor([0., 1.]))
    (tensor([2., 0.]), tensor([0., 4.]))
    """
    outside = modes.grad
    with enable_grad(), Level("linearize", None, "same"):
        inner, aliases = enter("linearize", primals, "primals", outside)
        nodes, structure = tensors_of("linearize", func(*inner), "the output")
    into = _shape_of(primals)

    def push(*tangents: Any) -> Tensor:
        now = modes.grad
        with enable_grad():
            given = matching("linearize", tangents, into, aliases, "tangents", "primals")
            found = pushforward(nodes, dict(zip(aliases, given)))
        dy = [zero_like(n) if t is None else t for n, t in zip(nodes, found)]
        return rebuilt(structure, seen_from_outside(dy, aliases, now))

    return rebuilt(structure, seen_from_outside(nodes, aliases, outside)), push
