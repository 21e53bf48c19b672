"""PyTorch's `autograd.functional`: Jacobians, Hessians and products with them, at given inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from retrograd.autodiff import jacobians, transforms
from retrograd.base.errors import ArgumentError, ArgumentTypeError, AutogradError, ShapeError
from retrograd.functional.door import TensorBase
from retrograd.graph.node import Node
from retrograd.ops.linear import full
from retrograd.tensors.tensor import Tensor


def _inputs(op: str, inputs: Any) -> tuple[Any, ...]:
    xs = inputs if isinstance(inputs, tuple) else (inputs,)
    for k, x in enumerate(xs):
        if not isinstance(x, TensorBase):
            raise ArgumentTypeError(f"inputs[{k}] is a {type(x).__name__}", op=op, expected="a Tensor")
    return xs


def _detached(tree: Any, create_graph: bool) -> Any:
    """The result without history, unless a graph is asked for."""
    if isinstance(tree, tuple):
        return tuple(_detached(t, create_graph) for t in tree)
    return tree if create_graph or not isinstance(tree, TensorBase) else tree.detach()  # type: ignore[attr-defined]


def _scalar(op: str, func: Callable[..., Any]) -> Callable[..., Any]:
    """func with an output of one element as a scalar."""
    def inner(*xs: Any) -> Any:
        y = func(*xs)
        if not isinstance(y, TensorBase) or y.node.shape not in ((), (1,)):
            got = f"shape {y.node.shape}" if isinstance(y, TensorBase) else f"a {type(y).__name__}"
            raise ShapeError(f"the function returned {got}", op=op, expected="one element")
        return y.reshape(())                # type: ignore[attr-defined]
    return inner


def _given(op: str, v: Any, like: Sequence[Node], name: str) -> tuple[Any, ...]:
    if v is None:
        if len(like) != 1 or like[0].shape not in ((), (1,)):
            raise ArgumentError(f"{name} is needed where there is more than one element", op=op)
        return (Tensor(full(1, like[0].shape, like[0].dtype)),)
    vs = v if isinstance(v, tuple) else (v,)
    if len(vs) != len(like):
        raise ArgumentError(f"{name} has {len(vs)} tensors", op=op, expected=f"{len(like)}")
    return vs


def _strict(op: str, func: Callable[..., Any], xs: tuple[Any, ...], strict: bool) -> None:
    """Raise where an output does not depend on the inputs (PyTorch's strict mode)."""
    if strict:
        try:
            transforms.jvp(func, xs, xs, strict=True)
        except AutogradError as e:
            raise AutogradError(e.why, op=op, fix="With strict=False its derivative is zero.") from None


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
             vectorize: bool = False, strategy: str = "reverse-mode") -> Any:
    """J[i..., j...] = d func(inputs)[i...] / d inputs[j...].

    One tensor, or for tuples of outputs or inputs a tuple for each: jacobian[output][input]. Always
    vectorised.

    >>> import retrograd as rg
    >>> rg.autograd.functional.jacobian(lambda x: x ** 2, rg.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    xs = _inputs("jacobian", inputs)
    if strategy not in ("reverse-mode", "forward-mode"):
        raise ArgumentError(
            f"strategy is {strategy!r}", op="jacobian", expected="'reverse-mode' or 'forward-mode'"
        )
    _strict("jacobian", func, xs, strict)
    make = jacobians.jacrev if strategy == "reverse-mode" else _any_randomness
    single = not isinstance(inputs, tuple)
    return _detached(make(func, 0 if single else tuple(range(len(xs))))(*xs), create_graph)


def _any_randomness(func: Callable[..., Any], argnums: Any) -> Callable[..., Any]:
    return jacobians.jacfwd(func, argnums, randomness="same")


def hessian(func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False,
            vectorize: bool = False, outer_jacobian_strategy: str = "reverse-mode") -> Any:
    """H[i..., j...] = d2 func(inputs) / d inputs[i...] d inputs[j...] of a function with one output.

    One tensor, or for a tuple of inputs a tuple of tuples: hessian[i][j].

    >>> import retrograd as rg
    >>> rg.autograd.functional.hessian(lambda x: (x ** 3).sum(), rg.tensor([1., 2.]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """
    xs = _inputs("hessian", inputs)
    _strict("hessian", func, xs, strict)
    single = not isinstance(inputs, tuple)
    argnums = 0 if single else tuple(range(len(xs)))
    return _detached(jacobians.hessian(_scalar("hessian", func), argnums)(*xs), create_graph)


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """(func(inputs), v^T J). v may be left out for one output.

    >>> import retrograd as rg
    >>> rg.autograd.functional.vjp(lambda x: x ** 2, rg.tensor([1., 2.]), rg.tensor([1., 1.]))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    xs = _inputs("vjp", inputs)
    _strict("vjp", func, xs, strict)
    out, pull = transforms.vjp(func, *xs)
    outs = out if isinstance(out, tuple) else (out,)
    vs = _given("vjp", v, [y.node for y in outs], "v")
    found = pull(vs if isinstance(out, tuple) else vs[0])
    return _detached((out, found if isinstance(inputs, tuple) else found[0]), create_graph)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """(func(inputs), J v). v may be left out for one input element.

    >>> import retrograd as rg
    >>> rg.autograd.functional.jvp(lambda x: x ** 2, rg.tensor([1., 2.]), rg.tensor([1., 1.]))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    xs = _inputs("jvp", inputs)
    vs = _given("jvp", v, [x.node for x in xs], "v")
    return _detached(transforms.jvp(func, xs, vs, strict=strict), create_graph)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """(func(inputs), H v) of a function with one output, without building H.

    >>> import retrograd as rg
    >>> rg.autograd.functional.hvp(lambda x: (x ** 3).sum(), rg.tensor([1., 2.]), rg.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    return _second("hvp", func, inputs, v, create_graph, strict)


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> Any:
    """(func(inputs), v^T H): the same numbers as `hvp`, since H is symmetric.

    >>> import retrograd as rg
    >>> rg.autograd.functional.vhp(lambda x: (x ** 3).sum(), rg.tensor([1., 2.]), rg.tensor([1., 1.]))
    (tensor(9.), tensor([ 6., 12.]))
    """
    return _second("vhp", func, inputs, v, create_graph, strict)


def _second(op: str, func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool) -> Any:
    xs = _inputs(op, inputs)
    _strict(op, func, xs, strict)
    vs = _given(op, v, [x.node for x in xs], "v")
    both = transforms.grad_and_value(_scalar(op, func), tuple(range(len(xs))))
    (_, value), (product, _) = transforms.jvp(both, xs, vs)
    return _detached((value, product if isinstance(inputs, tuple) else product[0]), create_graph)
