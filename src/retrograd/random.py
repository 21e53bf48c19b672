"""`torch.random`: seeds and states of the default generator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.engine.random import Generator, default_generator
from retrograd.tensors.create import from_numpy, manual_seed
from retrograd.tensors.tensor import Tensor

__all__ = [
    "Generator",
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]


def seed() -> int:
    """Seed the default generator from the operating system; returns the seed.

    >>> import retrograd as rg
    >>> rg.seed() == rg.initial_seed()
    True
    """
    return default_generator.seed()


def initial_seed() -> int:
    """The seed of the default generator.

    >>> import retrograd as rg
    >>> _ = rg.manual_seed(7)
    >>> rg.initial_seed()
    7
    """
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """The state of the default generator as a uint8 tensor of 16 bytes: its seed and the number of draws.

    >>> import retrograd as rg
    >>> state = rg.get_rng_state()
    >>> a = rg.rand(2)
    >>> rg.set_rng_state(state)
    >>> rg.equal(a, rg.rand(2))
    True
    """
    return from_numpy(np.array(default_generator.get_state(), np.uint64).view(np.uint8))


def set_rng_state(new_state: Any) -> None:
    """Put the default generator into a state that `get_rng_state` gave."""
    state = np.ascontiguousarray(np.asarray(new_state))
    if state.dtype != np.uint8 or state.shape != (16,):
        raise ArgumentError(
            f"the state is {state.dtype} of shape {state.shape}",
            op="set_rng_state",
            expected="what get_rng_state() returned",
            fix="States of PyTorch's generators mean nothing here: use retrograd.manual_seed(n).",
        )
    first, counter = state.view(np.uint64).tolist()
    default_generator.set_state((first, counter))


@contextmanager
def fork_rng(
    devices: Any = None,
    enabled: bool = True,
    _caller: str = "fork_rng",
    _devices_kw: str = "devices",
    device_type: str = "cpu",
) -> Iterator[None]:
    """Restore the default generator when the block ends.

    >>> import retrograd as rg
    >>> before = rg.get_rng_state()
    >>> with rg.random.fork_rng():
    ...     _ = rg.rand(3)
    >>> rg.equal(before, rg.get_rng_state())
    True
    """
    state = default_generator.get_state()
    try:
        yield
    finally:
        if enabled:
            default_generator.set_state(state)
