"""Python's collector of reference cycles, held off while something large and short-lived is built.

Planning makes hundreds of thousands of small objects, none of which is garbage before the plan is done: the
collector would walk over all of them again and again (a fifth of the time that a graph of 3,000 nodes takes).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No cycles are looked for inside; what reference counts free is freed as ever. Who found the collector
    at work sets it to work again, so a thread that ends first may end this for others, which costs time only.
    """
    found = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if found:
            gc.enable()
