"""PyTorch's `utils.checkpoint`.

>>> with set_checkpoint_debug_enabled(True), set_checkpoint_early_stop(False):
...     pass
"""

from collections.abc import Iterator
from contextlib import contextmanager

from retrograd.tensors.checkpointing import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential", "set_checkpoint_debug_enabled", "set_checkpoint_early_stop"]


@contextmanager
def set_checkpoint_early_stop(enable: bool) -> Iterator[None]:
    """Accepted; has no effect: what is computed again is what the gradients need."""
    yield


@contextmanager
def set_checkpoint_debug_enabled(enabled: bool | None) -> Iterator[None]:
    """Accepted; has no effect: an error in what is computed again names the line of the checkpoint."""
    yield
