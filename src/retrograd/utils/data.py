"""`torch.utils.data`: the names of `retrograd.data`, under PyTorch's module name."""

from retrograd.data import *  # noqa: F403
