"""Graphs go in; programs of native kernels come out. (Importing this folder imports nothing: LLVM
is heavy.)"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    if name in ("compile_graph", "cost", "elastic", "layout", "machine", "report", "symbol", "unit",
                "unroll"):
        return import_module("retrograd.codegen." + name)
    raise AttributeError(f"module 'retrograd.codegen' has no attribute {name!r}")
