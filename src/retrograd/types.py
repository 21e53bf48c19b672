"""`torch.types`: names for annotations."""

from __future__ import annotations

import os
from typing import TypeAlias

from retrograd.base.dtype import DType
from retrograd.base.shape import Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor

Number: TypeAlias = int | float | bool
Device: TypeAlias = _Device | str | int | None
FileLike: TypeAlias = "str | os.PathLike[str]"

__all__ = ["DType", "Device", "FileLike", "Number", "Size", "Tensor"]
