"""The address of native code goes in; a function of the interpreter's own comes out, which is called in a
tenth of the time that ctypes takes.

The code has CPython's signature METH_FASTCALL, (self, args, count) -> object, where `self` is an array.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

FASTCALL = 0x0080


class _Definition(ctypes.Structure):
    _fields_ = (("name", ctypes.c_char_p), ("code", ctypes.c_void_p), ("flags", ctypes.c_int),
                ("doc", ctypes.c_char_p))


def method(name: str, code: int) -> Callable[[Any], Callable[..., Any]]:
    """Makes functions of that code, each with an array of its own, which it keeps."""
    if sys.implementation.name != "cpython":
        return lambda _: lambda *_: False
    definition = _Definition(name.encode(), code, FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    made = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)(
        ctypes.cast(make, ctypes.c_void_p).value or 0)

    def of(order: Any) -> Callable[..., Any]:
        return made(ctypes.addressof(definition), order, None)      # type: ignore[no-any-return]
    return of


def addresses(*names: str) -> list[int]:
    """Where the interpreter's own functions of those names lie."""
    return [ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0 for name in names]
