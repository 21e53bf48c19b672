"""`torch.fx`: what marks functions for it passes; tracing Python into one of its graphs raises.

A step is captured by `retrograd.compile`, and `retrograd.show` prints the graph of a call.
"""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import MissingAttributeError, MissingError

__all__ = ["symbolic_trace", "wrap"]

_FIX = "retrograd.compile(step) captures a step; retrograd.show(fn, x) prints its graph."


def wrap(fn_or_name: Any) -> Any:
    """What it is given: a decorator that has something to say to `symbolic_trace` alone.

    >>> wrap(len)([1, 2])
    2
    """
    return fn_or_name


def symbolic_trace(root: Any, concrete_args: Any = None) -> Any:
    """Raises: there is no tracer of Python here.

    >>> symbolic_trace(abs)
    Traceback (most recent call last):
    ...
    retrograd.base.errors.MissingError: fx.symbolic_trace: there are no graphs of torch.fx.
                       retrograd.compile(step) captures a step; retrograd.show(fn, x) prints its graph.
    """
    raise MissingError("there are no graphs of torch.fx", op="fx.symbolic_trace", fix=_FIX)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise MissingAttributeError(f"retrograd.fx.{name} is not implemented yet", fix=_FIX)
