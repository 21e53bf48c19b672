"""Written by `make stubs`: what type checkers and editors know of `retrograd.vision`."""

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
from retrograd.base.errors import MissingAttributeError as MissingAttributeError
from retrograd.vision import datasets as datasets
from retrograd.vision import transforms as transforms
from retrograd.vision import utils as utils

__version__: _b.str
