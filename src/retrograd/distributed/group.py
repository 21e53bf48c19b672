"""The process group: one process, which is rank 0 of 1, initialised or not."""

from __future__ import annotations

import os
from typing import Any

from retrograd.base.errors import ArgumentError, MissingError


class ProcessGroup:
    """A group of this one process."""

    def rank(self) -> int:
        """0."""
        return 0

    def size(self) -> int:
        """1."""
        return 1


class _State:
    group: ProcessGroup | None = None
    backend = "gloo"


state = _State()


def init_process_group(backend: str | None = None, init_method: str | None = None, timeout: Any = None,
                       world_size: int = -1, rank: int = -1, store: Any = None, group_name: str = "",
                       pg_options: Any = None, device_id: Any = None) -> None:
    """Start the group of one process; a world size above 1, given here or in WORLD_SIZE, is not there yet.

    >>> init_process_group("gloo", rank=0, world_size=1)
    >>> is_initialized()
    True
    >>> destroy_process_group()
    """
    if state.group is not None:
        raise ArgumentError("the process group is initialised already", op="init_process_group",
                            fix="Call destroy_process_group() first.")
    size = world_size if world_size > 0 else int(os.environ.get("WORLD_SIZE", "1") or 1)
    if size > 1:
        raise MissingError(f"{size} processes were asked for; one process is what there is yet",
                           op="init_process_group", fix="Run the script alone:  python script.py .")
    if rank > 0:
        raise ArgumentError(f"rank is {rank}, the world size 1", op="init_process_group", expected="rank 0")
    state.group, state.backend = ProcessGroup(), backend or "gloo"


def destroy_process_group(group: Any = None) -> None:
    """End the group.

    >>> destroy_process_group()
    """
    if group is None or group is state.group:
        state.group = None


def is_available() -> bool:
    """True.

    >>> is_available()
    True
    """
    return True


def is_initialized() -> bool:
    """Whether `init_process_group` was called.

    >>> is_initialized()
    False
    """
    return state.group is not None


def get_rank(group: Any = None) -> int:
    """0, with or without a group (PyTorch raises without one).

    >>> get_rank()
    0
    """
    return 0


def get_world_size(group: Any = None) -> int:
    """1, with or without a group.

    >>> get_world_size()
    1
    """
    return 1


def get_backend(group: Any = None) -> str:
    """The name given to `init_process_group`.

    >>> get_backend()
    'gloo'
    """
    return state.backend


def new_group(ranks: Any = None, *args: Any, **kwargs: Any) -> ProcessGroup:
    """A group of the ranks given: rank 0.

    >>> new_group([0]).size()
    1
    """
    if ranks is not None and list(ranks) != [0]:
        raise ArgumentError(f"ranks is {list(ranks)}", op="new_group", expected="[0], the only rank")
    return ProcessGroup()


def _not_here() -> bool:
    """False: there is one process.

    >>> is_nccl_available()
    False
    """
    return False


is_gloo_available = is_mpi_available = is_nccl_available = is_torchelastic_launched = _not_here
