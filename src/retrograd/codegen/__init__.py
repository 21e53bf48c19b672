"""Graphs go in; programs of native kernels come out. (Importing this folder imports nothing: LLVM
is heavy.)"""

from __future__ import annotations

from retrograd.base.later import later

__getattr__, __dir__ = later(
    __name__, modules="compile_graph cost elastic layout machine report symbol unit unroll")
