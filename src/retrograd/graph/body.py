"""Nodes go in; the same graph as data comes out, which can be bound to other nodes or run on arrays.

A body is what a loop repeats: values are numbered, inputs first, then one step a node. It refers to no node,
so it may be a parameter and part of a key.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import DType
from retrograd.base.shape import Shape
from retrograd.graph.aval import Aval
from retrograd.graph.computing import computed_in, numpy_value
from retrograd.graph.graph import topological
from retrograd.graph.node import Node, bind, const, const_p
from retrograd.graph.primitive import Primitive


class Step(NamedTuple):
    """One node: its inputs by the numbers of values."""

    prim: Primitive
    inputs: tuple[int, ...]
    params: tuple[Any, ...]
    shape: Shape
    dtype: DType


class Body:
    """A graph of `inputs` (shapes and dtypes), steps, and the numbers of its outputs."""

    def __init__(self, inputs: tuple[Aval, ...], steps: tuple[Step, ...], outputs: tuple[int, ...]) -> None:
        self.inputs, self.steps, self.outputs = inputs, steps, outputs
        self._key = inputs, outputs, tuple([(*s, exact(s.params)) for s in steps])
        self._hash = hash(self._key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or isinstance(other, Body) and self._key == other._key

    def __repr__(self) -> str:
        return f"<body of {len(self.steps)} steps, {self._hash & 0xffffffff:08x}>"

    @staticmethod
    def of(roots: Sequence[Node], inputs: Sequence[Node]) -> Body:
        """The graph from the inputs to the roots. Beside the inputs it reads structural numbers only."""
        number: dict[Node, int] = {}
        for k, n in enumerate(inputs):
            number.setdefault(n, k)
        steps: list[Step] = []
        for n in walk(roots, number):
            if n in number:
                continue
            assert n.inputs or n.prim is const_p or n.prim.family == "constant", f"{n} is no input"
            number[n] = len(inputs) + len(steps)
            steps.append(Step(n.prim, tuple([number[i] for i in n.inputs]), n.params, n.shape, n.dtype))
        return _interned(Body(tuple([n.aval for n in inputs]), tuple(steps),
                              tuple([number[r] for r in roots])))

    def with_outputs(self, outputs: tuple[int, ...]) -> Body:
        """The same steps, other values asked."""
        return self if outputs == self.outputs else _interned(Body(self.inputs, self.steps, outputs))

    @property
    def results(self) -> list[Aval]:
        """Shapes and dtypes of the outputs."""
        return [self.aval(k) for k in self.outputs]

    def aval(self, k: int) -> Aval:
        """Shape and dtype of a value."""
        count = len(self.inputs)
        return self.inputs[k] if k < count else Aval(*self.steps[k - count][3:])

    def values(self, inputs: Sequence[Node]) -> list[Node]:
        """All values as nodes, bound to other inputs."""
        out = list(inputs)
        for prim, args, params, _, dtype in self.steps:
            if prim is const_p:
                out.append(const(params[0], dtype))
            else:
                out.append(bind(prim, tuple([out[k] for k in args]), params))
        return out

    def bound(self, inputs: Sequence[Node]) -> list[Node]:
        """The outputs as nodes, bound to other inputs."""
        values = self.values(inputs)
        return [values[k] for k in self.outputs]

    def run(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs as arrays, by NumPy."""
        values = list(arrays)
        for meaning, args, params, dtype, widen in self._numpy:
            values.append(numpy_value(meaning, [values[k] for k in args], params, dtype, widen))
        return [values[k] for k in self.outputs]

    @cached_property
    def _numpy(self) -> list[tuple[Any, tuple[int, ...], tuple[Any, ...], Any, Any]]:
        out = []
        for prim, args, params, _, dtype in self.steps:
            meaning: Any = prim.np
            if prim is const_p:
                def meaning(value: Any, kind: Any = dtype.acc.np) -> Any:
                    return np.asarray(value, kind)
            assert meaning is not None, f"{prim} has no meaning in NumPy: it should have been expanded"
            widen = computed_in(prim, dtype, [self.aval(k).dtype for k in args])
            kind = dtype.acc.np if prim is const_p else dtype.np
            out.append((meaning, args, params, kind, widen.np if widen else None))
        return out

    def reaching(self, sources: Iterable[int]) -> set[int]:
        """The values that depend on some of the inputs."""
        found = set(sources)
        for k, step in enumerate(self.steps, len(self.inputs)):
            if any(i in found for i in step.inputs):
                found.add(k)
        return found


def exact(x: Any) -> Any:
    """Parameters that differ where they do: as text 0.0 is not -0.0, nor 1 True."""
    if x.__class__ is tuple:
        return tuple([exact(v) for v in x])
    return repr(x) if x.__class__ is float or x.__class__ is bool else x


def walk(roots: Iterable[Node], ends: Container[Node]) -> list[Node]:
    """The nodes above `ends`, inputs first, known values or not."""
    return topological(roots, through_values=True, ends=ends)


@lru_cache(maxsize=4096)
def _interned(body: Body) -> Body:
    """The first body that is equal: comparing it costs nothing from then on."""
    return body
