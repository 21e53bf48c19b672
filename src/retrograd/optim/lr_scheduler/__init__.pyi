"""Written by `make stubs`: what type checkers and editors know of `retrograd.optim.lr_scheduler`."""

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
from retrograd.optim.lr_scheduler import base as base
from retrograd.optim.lr_scheduler import combined as combined
from retrograd.optim.lr_scheduler import cosine as cosine
from retrograd.optim.lr_scheduler import cycles as cycles
from retrograd.optim.lr_scheduler import decay as decay
from retrograd.optim.lr_scheduler import plateau as plateau
from retrograd.optim.lr_scheduler import ramps as ramps
from retrograd.optim.lr_scheduler import swa as swa
from retrograd.optim.lr_scheduler.base import LRScheduler as LRScheduler
from retrograd.optim.lr_scheduler.combined import ChainedScheduler as ChainedScheduler
from retrograd.optim.lr_scheduler.combined import SequentialLR as SequentialLR
from retrograd.optim.lr_scheduler.cosine import CosineAnnealingLR as CosineAnnealingLR
from retrograd.optim.lr_scheduler.cosine import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from retrograd.optim.lr_scheduler.cycles import CyclicLR as CyclicLR
from retrograd.optim.lr_scheduler.cycles import OneCycleLR as OneCycleLR
from retrograd.optim.lr_scheduler.decay import ExponentialLR as ExponentialLR
from retrograd.optim.lr_scheduler.decay import LambdaLR as LambdaLR
from retrograd.optim.lr_scheduler.decay import MultiStepLR as MultiStepLR
from retrograd.optim.lr_scheduler.decay import MultiplicativeLR as MultiplicativeLR
from retrograd.optim.lr_scheduler.decay import StepLR as StepLR
from retrograd.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from retrograd.optim.lr_scheduler.ramps import ConstantLR as ConstantLR
from retrograd.optim.lr_scheduler.ramps import LinearLR as LinearLR
from retrograd.optim.lr_scheduler.ramps import PolynomialLR as PolynomialLR

