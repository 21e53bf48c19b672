"""`torch.utils`: facades under PyTorch's module names, each loaded when it is first asked for.

>>> import retrograd as rg
>>> rg.utils.data.TensorDataset(rg.arange(2))[1]
(tensor(1),)
"""

from __future__ import annotations

from importlib import import_module as _import
from types import ModuleType as _Module

_MODULES = ("checkpoint", "data", "hooks", "tensorboard")


def __getattr__(name: str) -> _Module:
    if name in _MODULES:
        return _import(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def __dir__() -> list[str]:
    return [*_MODULES, *(n for n in globals() if n.startswith("__"))]
