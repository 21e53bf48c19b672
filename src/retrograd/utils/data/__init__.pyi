"""Written by `make stubs`: what type checkers and editors know of `retrograd.utils.data`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd.data import dataset as dataset
from retrograd.data import loader as dataloader
from retrograd.data import sampler as sampler
from retrograd.data.dataset import ChainDataset as ChainDataset
from retrograd.data.dataset import ConcatDataset as ConcatDataset
from retrograd.data.dataset import Dataset as Dataset
from retrograd.data.dataset import IterableDataset as IterableDataset
from retrograd.data.dataset import StackDataset as StackDataset
from retrograd.data.dataset import Subset as Subset
from retrograd.data.dataset import TensorDataset as TensorDataset
from retrograd.data.loader import DataLoader as DataLoader
from retrograd.data.sampler import BatchSampler as BatchSampler
from retrograd.data.sampler import RandomSampler as RandomSampler
from retrograd.data.sampler import Sampler as Sampler
from retrograd.data.sampler import SequentialSampler as SequentialSampler
from retrograd.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from retrograd.data.sampler import WeightedRandomSampler as WeightedRandomSampler
from retrograd.utils.data import distributed as distributed
from retrograd.utils.data.distributed import DistributedSampler as DistributedSampler

def default_collate(batch: _Sequence[_Any]) -> _Any:
    """Tensors and arrays are stacked, numbers become a tensor, strings a list; dicts, named tuples, tuples and lists are collated entry by entry (a tuple of samples comes out as a list)."""
def default_convert(data: _Any) -> _Any:
    """Arrays as tensors, inside dicts, tuples and lists too; everything else as it is (used without batches)."""
def get_worker_info() -> _Any:
    """In a worker of a DataLoader: `id`, `num_workers`, `seed` and `dataset`; None in the main process."""
def random_split(dataset: _Any, lengths: _Sequence[_b.float], generator: _Any = None) -> _Any:
    """Non-overlapping random subsets of given lengths, or of given fractions that add up to 1."""
