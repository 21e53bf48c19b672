"""`torch.nn.modules`: PyTorch's places of the layers, one module here for all of them.

`nn.modules.batchnorm._BatchNorm`, `from torch.nn.modules.utils import _pair`, `nn.modules.loss.MSELoss`
and the like are how scripts name base classes and helpers.

>>> import retrograd as rg
>>> isinstance(rg.nn.BatchNorm2d(3), rg.nn.modules.batchnorm._BatchNorm)
True
>>> rg.nn.modules.utils._pair(3)
(3, 3)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import repeat
from typing import Any

from retrograd.nn.batch_norm import _BatchNorm
from retrograd.nn.cells import _Cell as RNNCellBase  # noqa: F401
from retrograd.nn.conv import _Conv as _ConvNd  # noqa: F401
from retrograd.nn.conv_transpose import _ConvTranspose as _ConvTransposeNd  # noqa: F401
from retrograd.nn.dropout import Dropout as _DropoutNd  # noqa: F401
from retrograd.nn.everywhere import (  # noqa: F401
    register_module_backward_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
)
from retrograd.nn.loss import _Loss, _WeightedLoss  # noqa: F401
from retrograd.nn.normalization import _InstanceNorm  # noqa: F401

_NormBase = _BatchNorm

# PyTorch's files, each of which is this module.
PLACES = ("activation", "adaptive", "batchnorm", "channelshuffle", "container", "conv", "distance", "dropout",
          "flatten", "fold", "instancenorm", "lazy", "linear", "loss", "module", "normalization", "padding",
          "pixelshuffle", "pooling", "rnn", "sparse", "transformer", "upsampling", "utils")


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    def parse(x: Any) -> tuple[Any, ...]:
        return tuple(x) if isinstance(x, Iterable) else tuple(repeat(x, n))
    parse.__name__ = name
    return parse


_single, _pair = _ntuple(1, "_single"), _ntuple(2, "_pair")
_triple, _quadruple = _ntuple(3, "_triple"), _ntuple(4, "_quadruple")


def __getattr__(name: str) -> Any:
    if name in PLACES:
        return sys.modules[__name__]
    if name.startswith("__"):
        raise AttributeError(name)
    return getattr(import_module("retrograd.nn"), name)
