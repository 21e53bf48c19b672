"""Hooks around the steps of optimisers: those of one, and those of every one.

>>> import retrograd as rg
>>> from retrograd.optim.optimizer import register_optimizer_step_pre_hook
>>> handle = register_optimizer_step_pre_hook(lambda o, args, kwargs: print(type(o).__name__))
>>> rg.optim.SGD([rg.zeros(1)], lr=0.1).step()
SGD
>>> handle.remove()
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any

from retrograd.tensors.handle import RemovableHandle

Hook = Callable[[Any, Any, Any], Any]
before_all: OrderedDict[int, Hook] = OrderedDict()
after_all: OrderedDict[int, Hook] = OrderedDict()


def register_optimizer_step_pre_hook(hook: Hook) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` before every step of every optimiser, before its own hooks; it may
    return new (args, kwargs)."""
    return RemovableHandle(before_all, hook)


def register_optimizer_step_post_hook(hook: Hook) -> RemovableHandle:
    """Call `hook(optimizer, args, kwargs)` after every step of every optimiser, after its own hooks."""
    return RemovableHandle(after_all, hook)


def hooked(optimizer: Any) -> bool:
    """Whether anything runs around a step."""
    return bool(optimizer._optimizer_step_pre_hooks or optimizer._optimizer_step_post_hooks or before_all
                or after_all)


def hooks_before(optimizer: Any) -> list[Hook]:
    """What runs before a step, in order."""
    return [*before_all.values(), *optimizer._optimizer_step_pre_hooks.values()]


def hooks_after(optimizer: Any) -> list[Hook]:
    """What runs after a step, in order."""
    return [*optimizer._optimizer_step_post_hooks.values(), *after_all.values()]


def with_step_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step with the hooks around it."""
    @wraps(step)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not hooked(self):
            result = step(self, *args, **kwargs)
            self._opt_called = True
            return result
        for hook in hooks_before(self):
            replaced = hook(self, args, kwargs)
            if replaced is None:
                continue
            if not (isinstance(replaced, tuple) and len(replaced) == 2):
                raise RuntimeError(
                    f"{step} must return None or a tuple of (new_args, new_kwargs), but got {replaced}."
                )
            args, kwargs = replaced
        result = step(self, *args, **kwargs)
        self._opt_called = True
        for hook in hooks_after(self):
            hook(self, args, kwargs)
        return result

    return wrapped
