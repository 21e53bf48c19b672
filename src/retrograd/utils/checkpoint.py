"""PyTorch's `utils.checkpoint`.

>>> with set_checkpoint_debug_enabled(True), set_checkpoint_early_stop(False):
...     pass
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.tensors.checkpointing import checkpoint, checkpoint_sequential, noop_context_fn
from retrograd.tensors.selective import (
    CheckpointError,
    CheckpointPolicy,
    SelectiveCheckpointContext,
    create_selective_checkpoint_contexts,
)
from retrograd.tensors.tensor import Tensor

__all__ = ["CheckpointError", "CheckpointFunction", "CheckpointPolicy", "DefaultDeviceType",
           "SelectiveCheckpointContext", "check_backward_validity", "checkpoint", "checkpoint_sequential",
           "create_selective_checkpoint_contexts", "detach_variable", "get_device_states", "noop_context_fn",
           "set_checkpoint_debug_enabled", "set_checkpoint_early_stop", "set_device_states"]


class CheckpointFunction:
    """`checkpoint` by its older way of being called.

    >>> import retrograd as rg
    >>> CheckpointFunction.apply(rg.exp, True, rg.zeros(1))
    tensor([1.])
    """

    @staticmethod
    def apply(run_function: Callable[..., Any], preserve_rng_state: bool, *args: Any) -> Any:
        """run_function(*args), its intermediate values not kept."""
        return checkpoint(run_function, *args, use_reentrant=True, preserve_rng_state=preserve_rng_state)


class DefaultDeviceType:
    """The device whose random state is kept beside the CPU's: there is none.

    >>> DefaultDeviceType.get_device_type()
    'cpu'
    """

    @staticmethod
    def get_device_type() -> str:
        """'cpu'."""
        return "cpu"

    @staticmethod
    def set_device_type(device: str = "cuda") -> None:
        """Accepted; has no effect."""


def detach_variable(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The tensors without their history, requiring gradients as before.

    >>> import retrograd as rg
    >>> detach_variable((rg.ones(1, requires_grad=True) * 2, 3))
    (tensor([2.], requires_grad=True), 3)
    """
    if not isinstance(inputs, tuple):
        raise RuntimeError("Only tuple of tensors is supported. Got Unsupported input type: "
                           f"{type(inputs).__name__}")
    return tuple(x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs)


def check_backward_validity(inputs: Iterable[Any]) -> None:
    """A warning where no tensor requires a gradient.

    >>> import retrograd as rg
    >>> check_backward_validity([rg.ones(1, requires_grad=True)])
    """
    if not any(x.requires_grad for x in inputs if isinstance(x, Tensor)):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


def get_device_states(*args: Any) -> tuple[list[int], list[Any]]:
    """([], []): there is no random state but the CPU's.

    >>> get_device_states()
    ([], [])
    """
    return [], []


def set_device_states(devices: Any, states: Any, *, device_type: str | None = None) -> None:
    """Accepted; has no effect."""


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Accepted; has no effect: what is computed again is what the gradients need."""
    yield


@contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Iterator[None]:
    """Accepted; has no effect: an error in what is computed again names the line of the checkpoint."""
    yield
