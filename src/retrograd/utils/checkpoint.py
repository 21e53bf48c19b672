"""PyTorch's `utils.checkpoint`."""

from retrograd.tensors.checkpointing import checkpoint, checkpoint_sequential

__all__ = ["checkpoint", "checkpoint_sequential"]
