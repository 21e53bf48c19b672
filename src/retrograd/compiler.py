"""`torch.compiler`: what scripts write around `torch.compile`; `retrograd.compile` needs none of it.

>>> import retrograd as rg
>>> @rg.compiler.disable
... def double(x):
...     return 2 * x
>>> double(3), rg.compiler.is_compiling()
(6, False)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["allow_in_graph", "assume_constant_result", "cudagraph_mark_step_begin", "disable", "is_compiling",
           "is_dynamo_compiling", "is_exporting", "list_backends", "reset", "set_stance"]


def is_compiling() -> bool:
    """False: Python runs.

    >>> is_compiling()
    False
    """
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn: Callable[..., Any] | None = None, recursive: bool = True, *,
            reason: str | None = None) -> Any:
    """As a decorator, with or without arguments: the function as it is.

    >>> disable(recursive=False)(abs)(-1)
    1
    """
    return fn if fn is not None else lambda f: f


def allow_in_graph(fn: Any) -> Any:
    """The function as it is.

    >>> allow_in_graph(abs)(-1)
    1
    """
    return fn


assume_constant_result = allow_in_graph


def reset() -> None:
    """Accepted; has no effect: a step is captured anew when anything it read has changed.

    >>> reset()
    """


cudagraph_mark_step_begin = reset


def set_stance(stance: str = "default", **_: Any) -> None:
    """Accepted; has no effect.

    >>> set_stance("force_eager")
    """


def list_backends(exclude_tags: Any = ()) -> list[str]:
    """There is one.

    >>> list_backends()
    ['retrograd']
    """
    return ["retrograd"]
