"""Program: what runs for a key; built once from nodes, run with the leaves and scalars of each call."""

from __future__ import annotations

import sys
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from retrograd import codegen
from retrograd.autodiff.expand import expanded
from retrograd.base.collector import uncollected
from retrograd.base.config import config
from retrograd.base.errors import CompilationError
from retrograd.base.listening import listener
from retrograd.engine.interpret import (
    as_array,
    check_values,
    compile_instructions,
    numpy_call,
    run_instructions,
)
from retrograd.graph.graph import Graph, topological
from retrograd.graph.node import Node, const_p
from retrograd.graph.verify import verify


class Program:
    """Instructions over slots, with the slots of leaves, scalars and outputs."""

    def __init__(self, roots: Sequence[Node], leaves: Sequence[Node], scalars: Sequence[Node]) -> None:
        order = topological(roots)
        self._instructions, slot = compile_instructions(order, roots)
        self._env: list[Any] = [as_array(n) if n.prim is const_p else None for n in order]
        self._leaves = [slot.get(n) for n in leaves]
        self._scalars = [(slot.get(n), n.dtype.acc.np) for n in scalars]
        self._outputs = [slot[r] for r in roots]
        self.over: dict[int, int] = {}          # NumPy's results have memory of their own
        known = set(leaves) | set(scalars)
        assert all(n in known or n.value is None for n in order), \
            "a value entered the graph that the key lacks"

    def run(self, leaves: Sequence[Any], scalars: Sequence[Any],
            writable: bool | Sequence[bool] = False,  # noqa: ARG002  every result is new
            then: Callable[[], Any] | None = None) -> list[Any]:
        """Values of the outputs."""
        env = self._env.copy()
        for s, v in zip(self._leaves, leaves):
            if s is not None:
                env[s] = v
        for (s, dtype), v in zip(self._scalars, scalars):
            if s is not None:
                env[s] = np.asarray(v, dtype)
        run_instructions(self._instructions, env)
        results = [env[s] for s in self._outputs]
        if then is not None:
            then()
        return results


SMALL = 4096        # elements of exact work below which a kernel call is not worth its overhead


@uncollected()
def make_program(roots: Sequence[Node], leaves: Sequence[Node], scalars: Sequence[Node],
                 donate: Mapping[int, int] | None = None) -> Any:
    """Native where kernels exist; NumPy for small graphs on which it gives the same bits,
    and without a compiler.

    `donate`, {number of a root: number of a leaf}, lets `run(leaves, scalars, writable)` put those results
    where the leaves lie, if the caller says that nobody else reads that memory. Such programs are native.
    """
    order = topological(roots)
    native = config.jit and (bool(donate) or codegen.compile_graph.worth_native(order, SMALL))
    if "ir" in config.check:
        verify(Graph.of(roots))
    if config.debug:
        count = sum(n.value is None for n in order)
        print(f"retrograd: new {'native' if native else 'NumPy'} program, {count} nodes, "
              f"{len(leaves)} leaves, {len(roots)} results; {programs.hits} hits, "
              f"{programs.misses} misses so far", file=sys.stderr)
    if native:
        check_values(order)
        try:
            return codegen.compile_graph.compile_graph(roots, leaves, scalars, numpy_call, donate)
        except CompilationError as e:
            warnings.warn(f"retrograd: {e.op} could not be compiled; NumPy computes the programs it is in, "
                          f"slower and to other last bits ({e.why})", RuntimeWarning, stacklevel=2)
    expanded(roots)
    found = listener()
    if found is not None:
        found.append(codegen.report.numpy_report(roots))
    return Program(roots, leaves, scalars)


class ProgramCache:
    """The most recently used programs by key; bounded."""

    def __init__(self, size: int = 512) -> None:
        self._size = size
        self._programs: OrderedDict[Any, Any] = OrderedDict()
        self.hits = self.misses = 0

    def get(self, key: Any) -> Any:
        found = self._programs.get(key) if listener() is None else None
        if found is None:
            self.misses += 1
        else:
            self.hits += 1
            self._programs.move_to_end(key)
        return found

    def missed(self) -> None:
        """What was found did not serve."""
        self.hits -= 1
        self.misses += 1

    def put(self, key: Any, program: Any) -> None:
        self._programs[key] = program
        if len(self._programs) > self._size:
            self._programs.popitem(last=False)


programs = ProgramCache()
