"""Where values for backward are kept: in memory, as the engine decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.base.errors import MissingError


@contextmanager
def save_on_cpu(pin_memory: bool = False, device_type: str = "cuda") -> Iterator[None]:
    """Nothing to do: everything is kept on the CPU.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.save_on_cpu():
    ...     y = rg.ones(2) * 2
    """
    yield


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Iterator[None]:
    """Nothing to do: there are no such hooks.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.disable_saved_tensors_hooks("not here"):
    ...     y = rg.ones(2) * 2
    """
    yield


@contextmanager
def allow_mutation_on_saved_tensors() -> Iterator[None]:
    """Nothing to do: what backward will want keeps its old value when a tensor is written to.

    >>> import retrograd as rg
    >>> with rg.autograd.graph.allow_mutation_on_saved_tensors():
    ...     x = rg.tensor([3.0], requires_grad=True) * 1
    ...     y = x * x
    ...     _ = x.mul_(100)
    """
    yield


def saved_tensors_hooks(pack_hook: Callable[[Any], Any], unpack_hook: Callable[[Any], Any]) -> Any:
    """Hooks on what is kept for backward: not there yet; that is decided when a program is made.

    >>> import retrograd as rg
    >>> rg.autograd.graph.saved_tensors_hooks(lambda x: x, lambda x: x)
    Traceback (most recent call last):
    retrograd.base.errors.MissingError: saved_tensors_hooks: it is not there yet.
                  To keep less, use utils.checkpoint.checkpoint.
    """
    raise MissingError("it is not there yet", op="saved_tensors_hooks",
                       fix="To keep less, use utils.checkpoint.checkpoint.")
