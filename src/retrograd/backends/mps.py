"""`torch.backends.mps`: Apple's GPU, which is not used here."""

from __future__ import annotations


def is_available() -> bool:
    """False.

    >>> is_available()
    False
    """
    return False


is_built = is_available
