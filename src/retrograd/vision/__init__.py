"""What tutorials import from `torchvision`: datasets on disk, transforms of pictures, pictures in files.

Pictures are NumPy arrays (height, width) or (height, width, channels) until ToTensor; Pillow's are accepted.

>>> import numpy as np
>>> picture = transforms.ToTensor()(np.full((2, 3), 255, np.uint8))
>>> picture.shape, picture.max()
(retrograd.Size([1, 2, 3]), tensor(1.))
"""

from __future__ import annotations

from typing import Any

from retrograd.base.errors import MissingAttributeError
from retrograd.version import __version__
from retrograd.vision import datasets, transforms, utils

__all__ = ["__version__", "datasets", "transforms", "utils"]


def __getattr__(name: str) -> Any:
    if name in ("models", "ops", "io"):
        raise MissingAttributeError(f"retrograd.vision.{name} is not implemented yet",
                                    fix="Build the model in Python and load its weights from a safetensors "
                                        "file; datasets, transforms and utils are here.")
    raise AttributeError(f"module 'retrograd.vision' has no attribute {name!r}", name=name)
