"""What tutorials import from `torchvision`: datasets on disk, transforms of pictures, pictures in files.

Pictures are NumPy arrays (height, width) or (height, width, channels) until ToTensor; Pillow's are accepted.

>>> import numpy as np
>>> picture = transforms.ToTensor()(np.full((2, 3), 255, np.uint8))
>>> picture.shape, picture.max()
(retrograd.Size([1, 2, 3]), tensor(1.))
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from retrograd.base.errors import MissingAttributeError
from retrograd.version import __version__
from retrograd.vision import datasets, transforms, utils

__all__ = ["__version__", "datasets", "models", "ops", "transforms", "utils"]


def __getattr__(name: str) -> Any:
    if name in ("models", "ops"):
        return import_module(f"retrograd.vision.{name}")
    if name == "io":
        raise MissingAttributeError(f"retrograd.vision.{name} is not implemented yet",
                                    fix="Read the picture with Pillow; datasets, models, ops, transforms "
                                        "and utils are here.")
    raise AttributeError(f"module 'retrograd.vision' has no attribute {name!r}", name=name)
