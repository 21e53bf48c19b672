"""Written by `make stubs`: what type checkers and editors know of `retrograd.utils`."""

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
from retrograd.utils import benchmark as benchmark
from retrograd.utils import checkpoint as checkpoint
from retrograd.utils import data as data
from retrograd.utils import hooks as hooks
from retrograd.utils import model_zoo as model_zoo
from retrograd.utils import tensorboard as tensorboard

