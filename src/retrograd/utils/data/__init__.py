"""`torch.utils.data`: the names of `retrograd.data`, under PyTorch's module name."""

from retrograd.data import *  # noqa: F403
from retrograd.data import dataset, sampler
from retrograd.data import loader as dataloader
from retrograd.utils.data import distributed
from retrograd.utils.data.distributed import DistributedSampler

__all__ = ["DistributedSampler", "dataloader", "dataset", "distributed", "sampler"]
