"""`torch.multiprocessing`: Python's `multiprocessing`, and `spawn`. Tensors travel as copies of their values,
those of shared memory (`x.share_memory_()`) as that memory.

>>> from retrograd import multiprocessing as mp
>>> mp.get_sharing_strategy(), mp.current_process().name
('file_descriptor', 'MainProcess')
"""

from __future__ import annotations

import multiprocessing as _python
from collections.abc import Callable
from multiprocessing import *  # noqa: F403
from typing import Any

from retrograd.base.errors import ArgumentError

__all__ = ["get_all_sharing_strategies", "get_sharing_strategy", "set_sharing_strategy", "spawn"]
__all__ += _python.__all__


def get_all_sharing_strategies() -> set[str]:
    """PyTorch's names.

    >>> sorted(get_all_sharing_strategies())
    ['file_descriptor', 'file_system']
    """
    return {"file_descriptor", "file_system"}


def get_sharing_strategy() -> str:
    """'file_descriptor'.

    >>> get_sharing_strategy()
    'file_descriptor'
    """
    return "file_descriptor"


def set_sharing_strategy(new_strategy: str) -> None:
    """Accepted; has no effect: memory is a file without a name, sent as a descriptor.

    >>> set_sharing_strategy("file_descriptor")
    """
    if new_strategy not in get_all_sharing_strategies():
        raise ArgumentError(f"unknown strategy {new_strategy!r}", op="set_sharing_strategy",
                            expected="'file_descriptor' or 'file_system'")


class ProcessExitedException(RuntimeError):
    """A process of `spawn` ended with another status than 0."""


def spawn(fn: Callable[..., Any], args: tuple[Any, ...] = (), nprocs: int = 1, join: bool = True,
          daemon: bool = False, start_method: str = "spawn") -> Any:
    """Run fn(rank, *args) in `nprocs` new processes and wait for them; the first that fails raises here."""
    context = _python.get_context(start_method)
    processes = [context.Process(target=fn, args=(rank, *args), daemon=daemon)  # type: ignore[attr-defined]
                 for rank in range(nprocs)]
    for process in processes:
        process.start()
    if not join:
        return processes
    for process in processes:
        process.join()
    for rank, process in enumerate(processes):
        if process.exitcode:
            raise ProcessExitedException(f"process {rank} terminated with exit code {process.exitcode}")
    return None
