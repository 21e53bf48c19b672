"""Hooks of a module: a module and the arguments of a call go in, its result comes out."""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from retrograd.autodiff.custom import record_call
from retrograd.base.modes import is_grad_enabled
from retrograd.graph.node import Node, bind
from retrograd.ops.constant import stop
from retrograd.tensors.handle import RemovableHandle
from retrograd.tensors.tensor import Tensor

everywhere: dict[str, OrderedDict[int, Any]] = {kind: OrderedDict() for kind in (
    "_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks",
    "_forward_pre_hooks_with_kwargs", "_forward_hooks_with_kwargs", "_forward_hooks_always_called")}
"""Hooks on every module (nn/everywhere.py), called before its own."""


def _hooks(module: Any, kind: str) -> dict[int, Any]:
    own: dict[int, Any] = getattr(module, kind)
    return {**everywhere[kind], **own} if everywhere[kind] else own


def call_with_hooks(module: Any, args: tuple, kwargs: dict) -> Any:
    """`module.forward(*args, **kwargs)` with every hook of the module around it, in PyTorch's order.

    Forward pre-hooks may replace the arguments, forward hooks the result; full backward hooks see the
    cotangents of inputs and outputs when the backward graph is recorded and may replace them.

    >>> from retrograd import nn
    >>> call_with_hooks(nn.Identity(), (3,), {})
    3
    """
    called: set[int] = set()
    try:
        args, kwargs = _run_forward_pre_hooks(module, args, kwargs)
        watched = _hooks(module, "_backward_hooks") or _hooks(module, "_backward_pre_hooks")
        watch = BackwardWatch(module) if watched else None
        if watch is not None:
            args = watch.tap_inputs(args)
        output = module.forward(*args, **kwargs)
        output = _run_forward_hooks(module, args, kwargs, output, called)
        return output if watch is None else watch.tap_outputs(output)
    except Exception:
        _run_hooks_after_an_error(module, args, kwargs, called)
        raise


def _run_forward_pre_hooks(module: Any, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    for key, hook in list(_hooks(module, "_forward_pre_hooks").items()):
        if key not in _hooks(module, "_forward_pre_hooks_with_kwargs"):
            result = hook(module, args)
            if result is not None:
                args = result if isinstance(result, tuple) else (result,)
            continue
        result = hook(module, args, kwargs)
        if result is None:
            continue
        if not (isinstance(result, tuple) and len(result) == 2):
            raise RuntimeError(
                f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {result}."
            )
        args, kwargs = result
    return args, kwargs


def _run_forward_hooks(module: Any, args: tuple, kwargs: dict, output: Any, called: set[int]) -> Any:
    for key, hook in list(_hooks(module, "_forward_hooks").items()):
        called.add(key)
        result = _call_forward_hook(module, key, hook, args, kwargs, output)
        if result is not None:
            output = result
    return output


def _call_forward_hook(module: Any, key: int, hook: Callable, args: tuple, kwargs: dict, output: Any) -> Any:
    if key in _hooks(module, "_forward_hooks_with_kwargs"):
        return hook(module, args, kwargs, output)
    return hook(module, args, output)


def _run_hooks_after_an_error(module: Any, args: tuple, kwargs: dict, called: set[int]) -> None:
    for key, hook in list(_hooks(module, "_forward_hooks").items()):
        if key in _hooks(module, "_forward_hooks_always_called") and key not in called:
            try:
                _call_forward_hook(module, key, hook, args, kwargs, None)
            except Exception as error:
                warnings.warn(
                    f"a forward hook with always_call=True raised {error!r}, which is not reported",
                    stacklevel=2,
                )


class BackwardWatch:
    """The full backward hooks of one call of a module: two identities, on its inputs and on its outputs.

    The one on the outputs learns their cotangents (and runs the pre-hooks), the one on the inputs then
    runs the hooks.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        # Copied now: a hook registered between forward and backward belongs to later calls.
        self.hooks = list(_hooks(module, "_backward_hooks").values())
        self.pre_hooks = list(_hooks(module, "_backward_pre_hooks").values())
        self.output_cotangents: tuple | None = None
        self.inputs_are_watched = False
        self.n_inputs = 0

    def tap_inputs(self, args: tuple) -> tuple:
        """The arguments with an identity on those that require a gradient."""
        self.n_inputs = len(args)
        where = _differentiable(args)
        self.inputs_are_watched = bool(where)
        return self._tap(args, where, lambda g: self._backward_of_inputs(g, where))

    def tap_outputs(self, output: Any) -> Any:
        """The result (a tensor or a tuple of them) with an identity on those that require a gradient."""
        outputs = output if isinstance(output, tuple) else (output,)
        where = _differentiable(outputs)
        if not isinstance(output, (tuple, Tensor)):
            warnings.warn(
                "For backward hooks to be called, module output should be a Tensor or a tuple of Tensors "
                f"but received {type(output)}",
                stacklevel=4,
            )
        n = len(outputs)
        tapped = self._tap(outputs, where, lambda g: self._backward_of_outputs(g, where, n))
        if not isinstance(output, tuple):
            return tapped[0]
        return tapped if type(output) is tuple else type(output)(*tapped)

    def _tap(self, values: tuple, where: list[int], callback: Callable[[tuple], tuple]) -> tuple:
        if not where:
            return values
        nodes = tuple(values[i].node for i in where)
        # The values without their history: it goes through the call.
        plain = [bind(stop, (node,)) for node in nodes]
        tapped = record_call(_Tap(callback, len(where)), nodes, plain, [True] * len(where))
        result = list(values)
        for i, node in zip(where, tapped, strict=True):
            result[i] = Tensor(node)
        return tuple(result)

    def _backward_of_outputs(self, cotangents: tuple, where: list[int], n: int) -> tuple:
        full = _spread(cotangents, where, n)
        for hook in self.pre_hooks:
            result = hook(self.module, full)
            if result is not None:
                full = _same_length(result, full, "Backward pre hook", "grad_output")
        self.output_cotangents = full
        if not self.inputs_are_watched:
            nothing = (None,) * self.n_inputs
            if any(cotangent is not None for cotangent in self._run_hooks(nothing)):
                raise RuntimeError(
                    "Backward hook for Modules where no input requires gradient should always return None or "
                    "None for all gradients."
                )
        return tuple(full[i] for i in where)

    def _backward_of_inputs(self, cotangents: tuple, where: list[int]) -> tuple:
        full = self._run_hooks(_spread(cotangents, where, self.n_inputs))
        return tuple(full[i] for i in where)

    def _run_hooks(self, cotangents: tuple) -> tuple:
        if self.output_cotangents is None:  # the outputs were not reached in this backward
            return cotangents
        for hook in self.hooks:
            result = hook(self.module, cotangents, self.output_cotangents)
            if result is not None:
                cotangents = _same_length(result, cotangents, "Backward hook", "grad_input")
        self.output_cotangents = None
        return cotangents


class _Tap:
    """One call in the graph: identity on its inputs, whose cotangents all pass through one callback."""

    def __init__(self, callback: Callable[[tuple], tuple], outputs: int) -> None:
        self._callback = callback
        self.outputs = outputs

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        """What the callback makes of the cotangents."""
        given = tuple(None if g is None else Tensor(g) for g in cotangents)
        return [None if g is None else g.node for g in self._callback(given)]

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        """The tangents: hooks are about the way back."""
        return tangents


def register(hooks: OrderedDict, hook: Any, *, prepend: bool = False, flags: tuple = ()) -> RemovableHandle:
    """Append a hook to a dict of hooks (or put it first), and mark its id in the dicts `flags`.

    >>> hooks = OrderedDict()
    >>> handle = register(hooks, len), register(hooks, print, prepend=True)
    >>> list(hooks.values())
    [<built-in function print>, <built-in function len>]
    """
    handle = RemovableHandle(hooks, hook)
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    # The marks of a hook that was removed mean nothing: ids are not used twice.
    for flag in flags:
        flag[handle.id] = True
    return handle


def _differentiable(values: tuple) -> list[int]:
    if not is_grad_enabled():
        return []
    return [i for i, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]


def _spread(values: tuple, where: list[int], n: int) -> tuple:
    result: list = [None] * n
    for i, value in zip(where, values, strict=True):
        result[i] = value
    return tuple(result)


def _same_length(result: Any, expected: tuple, what: str, name: str) -> tuple:
    result = result if isinstance(result, tuple) else (result,)
    if len(result) != len(expected):
        raise RuntimeError(
            f"{what} returned an invalid number of {name}, got {len(result)}, but expected {len(expected)}"
        )
    return result
