"""Forward mode by hand (`autograd.forward_ad`): tensors that carry a tangent inside a `dual_level`."""

from __future__ import annotations

from types import TracebackType
from typing import Any, NamedTuple

from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.levels import Level
from retrograd.autodiff.passage import alias_of, seen_from_outside
from retrograd.base.errors import AutogradError, DTypeError, ShapeError
from retrograd.base.modes import enable_grad, modes
from retrograd.functional.door import need_tensor
from retrograd.graph.node import Node
from retrograd.ops import linear as lin
from retrograd.tensors.tensor import Tensor


class _Duals(Level):
    """The level in progress: which node has which tangent."""

    def __init__(self) -> None:
        super().__init__("dual_level", None, "same")
        self.tangents: dict[Node, Node] = {}
        self.given: dict[Node, Tensor] = {}     # the tensors themselves, to be handed back


def _level() -> _Duals | None:
    return next((level for level in reversed(modes.levels) if isinstance(level, _Duals)), None)


def _current(op: str) -> _Duals:
    level = _level()
    if level is None:
        raise AutogradError("there is no dual level", op=op,
                            fix="Call it inside  with forward_ad.dual_level():  .")
    return level


class dual_level:
    """The block in which tensors carry tangents; one at a time, as in PyTorch.

    >>> import retrograd as rg
    >>> from retrograd.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(rg.tensor(3.), rg.tensor(1.))
    ...     forward_ad.unpack_dual(x ** 2).tangent
    tensor(6.)
    """

    def __enter__(self) -> None:
        enter_dual_level()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        exit_dual_level()


def enter_dual_level() -> None:
    """What `with dual_level()` does at its start."""
    if any(isinstance(level, _Duals) for level in modes.levels):
        raise AutogradError("dual levels cannot be nested", op="dual_level", fix="Use func.jvp, which can.")
    _Duals().__enter__()


def exit_dual_level(*, level: Any = None) -> None:
    """What `with dual_level()` does at its end."""
    _current("exit_dual_level").__exit__(None, None, None)


def make_dual(tensor: Any, tangent: Any, *, level: Any = None) -> Tensor:
    """The tensor with a tangent of its shape, which operations carry on. See `dual_level`."""
    x, t = need_tensor(tensor, "make_dual", "tensor"), need_tensor(tangent, "make_dual", "tangent")
    if not x.dtype.smooth:
        raise DTypeError(f"the tensor is {x.dtype.name}", op="make_dual", expected="a floating-point tensor")
    if x.shape != t.shape:
        raise ShapeError(f"the tangent has shape {t.shape}, the tensor {x.shape}", op="make_dual",
                         expected="equal shapes")
    duals = _current("make_dual")
    n = alias_of(x)
    duals.tangents[n] = lin.cast(t, x.dtype)
    duals.given[n] = tangent
    return Tensor(n)


class UnpackedDualTensor(NamedTuple):
    """What `unpack_dual` returns."""

    primal: Tensor
    tangent: Tensor | None


def unpack_dual(tensor: Any, *, level: Any = None) -> UnpackedDualTensor:
    """(primal, tangent) of a tensor; tangent is None if it depends on no dual tensor of this level.

    A tangent given to `make_dual` comes back as the same tensor. See `dual_level`.
    """
    x = need_tensor(tensor, "unpack_dual", "tensor")
    duals = _level()
    if duals is None:
        return UnpackedDualTensor(tensor, None)
    tangents, given = duals.tangents, duals.given.get(x)
    outside = modes.grad
    with enable_grad():
        found, = pushforward([x], tangents)
    results = seen_from_outside([x] if found is None else [x, found], list(tangents), outside)
    tangent = Tensor(results[1]) if found is not None else None
    unchanged = given is not None and need_tensor(given, "unpack_dual", "tangent") is tangents[x]
    return UnpackedDualTensor(Tensor(results[0]), given if unchanged else tangent)
