"""A layer without the random numbers of its initialisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from retrograd.engine.random import default_generator


def skip_init(module_cls: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """module_cls(*args, **kwargs), whose random numbers are not taken from the default generator: for a layer
    whose weights are loaded.

    >>> import retrograd as rg
    >>> rg.nn.utils.skip_init(rg.nn.Linear, 2, 3).weight.shape
    retrograd.Size([3, 2])
    """
    before = default_generator.get_state()
    try:
        return module_cls(*args, **kwargs)
    finally:
        default_generator.set_state(before)
