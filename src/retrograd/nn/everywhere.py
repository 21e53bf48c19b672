"""Hooks on every module: a function goes in; it is called with each module's own hooks, before them.

While none was ever registered nothing is looked at: the first one exchanges `Module.__call__`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.nn.hooks import RemovableHandle, call_with_hooks, everywhere, register
from retrograd.nn.module import Module

_plain_call = Module.__call__


def _call(self: Module, *args: Any, **kwargs: Any) -> Any:
    if any(everywhere.values()):
        return call_with_hooks(self, args, kwargs)
    return _plain_call(self, *args, **kwargs)


def _register(kind: str, hook: Callable[..., Any], flags: tuple[str, ...] = ()) -> RemovableHandle:
    Module.__call__ = _call         # type: ignore[method-assign]
    return register(everywhere[kind], hook, flags=tuple(everywhere[f] for f in flags))


def register_module_forward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call hook(module, args) before every module's forward.

    >>> import retrograd as rg
    >>> handle = register_module_forward_pre_hook(lambda module, args: print(type(module).__name__))
    >>> _ = rg.nn.Sequential(rg.nn.Tanh())(rg.ones(1))
    Sequential
    Tanh
    >>> handle.remove()
    """
    return _register("_forward_pre_hooks", hook)


def register_module_forward_hook(hook: Callable[..., Any], *, with_kwargs: bool = False,
                                 always_call: bool = False) -> RemovableHandle:
    """Call hook(module, args, output) after every module's forward."""
    flags: tuple[str, ...] = ("_forward_hooks_with_kwargs",) if with_kwargs else ()
    flags += ("_forward_hooks_always_called",) if always_call else ()
    return _register("_forward_hooks", hook, flags)


def register_module_full_backward_pre_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call hook(module, grad_output) on the way back through every module."""
    return _register("_backward_pre_hooks", hook)


def register_module_full_backward_hook(hook: Callable[..., Any]) -> RemovableHandle:
    """Call hook(module, grad_input, grad_output) on the way back through every module."""
    return _register("_backward_hooks", hook)


register_module_backward_hook = register_module_full_backward_hook
