"""`torch.backends.cudnn`: its flags, as plain attributes that nothing reads.

>>> import retrograd as rg
>>> rg.backends.cudnn.benchmark = True
>>> rg.backends.cudnn.benchmark, rg.backends.cudnn.is_available()
(True, False)
"""

from __future__ import annotations

benchmark = deterministic = False
enabled = allow_tf32 = True
benchmark_limit = 10


def is_available() -> bool:
    """False.

    >>> is_available()
    False
    """
    return False


def version() -> None:
    """None: it is not there.

    >>> version()
    """
