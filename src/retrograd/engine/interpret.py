"""The NumPy tier: a graph as a list of instructions over slots, and the loop that runs it.

Half types are computed in float32 and rounded once at each node. Values are never written
to after they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from retrograd.base.dtype import DType
from retrograd.base.errors import EvaluationError, RetrogradError
from retrograd.graph.computing import computed_in, numpy_value
from retrograd.graph.node import Node, const_p, freed_p, hole_p, line_text, scalar_p


class Instruction(NamedTuple):
    fn: Callable[..., Any]
    inputs: tuple[int, ...]
    params: tuple[Any, ...]
    out: int
    dtype: Any              # NumPy dtype of the result
    widen: Any              # NumPy dtype that half operands are computed in, or None
    free: tuple[int, ...]   # slots not needed afterwards
    node: Any               # (primitive's name, user's line): for errors


def as_array(node: Node) -> Any:
    """The array of a leaf, scalar or constant."""
    if node.prim is scalar_p:
        return np.asarray(node.value, node.dtype.acc.np)
    if node.prim is const_p:
        return np.asarray(node.params[0], node.dtype.acc.np)
    return node.value


def _widening(node: Node) -> DType | None:
    return computed_in(node.prim, node.dtype, [i.dtype for i in node.inputs])


def check_values(order: Sequence[Node]) -> None:
    """Raise where a value is asked that cannot be known."""
    for n in order:
        if n.value is None and n.prim in (hole_p, freed_p):
            raise _no_value(n)


def compile_instructions(order: Sequence[Node],
                         roots: Sequence[Node]) -> tuple[list[Instruction], dict[Node, int]]:
    """Instructions for the nodes without a value, in order, and the slot of every node."""
    slot = {n: k for k, n in enumerate(order)}
    last: dict[int, int] = {}
    check_values(order)
    todo = []
    for n in order:
        if n.value is not None or n.prim is const_p:
            continue
        todo.append(n)
        for i in n.inputs:
            last[slot[i]] = len(todo) - 1
    keep = {slot[r] for r in roots}
    ends: dict[int, list[int]] = {}
    for s, k in last.items():
        if s not in keep:
            ends.setdefault(k, []).append(s)
    out = []
    for k, n in enumerate(todo):
        assert n.prim.np is not None, f"{n} has no meaning in NumPy: it should have been expanded"
        wide = _widening(n)
        out.append(Instruction(n.prim.np, tuple(slot[i] for i in n.inputs), n.params, slot[n], n.dtype.np,
                               wide.np if wide else None, tuple(ends.get(k, ())), (n.prim.name, n.where)))
    return out, slot


def numpy_call(node: Node) -> Callable[..., Any]:
    """One node as a function of arrays: what an instruction does, for programs that are mostly native."""
    wide = _widening(node)
    count = len(node.inputs)
    instruction = Instruction(node.prim.np, tuple(range(count)), node.params, count, node.dtype.np,     # type: ignore
                              wide.np if wide else None, (), (node.prim.name, node.where))

    def call(*args: Any) -> Any:
        env: list[Any] = [*args, None]
        run_one(instruction, env)
        return env[-1]
    return call


def _no_value(n: Node) -> RetrogradError:
    from_where = "inside a transformed function (vmap, capture) values are not known" \
        if n.prim is hole_p else "the graph this tensor came from was freed by backward()"
    return EvaluationError("this value cannot be read: " + from_where, where=line_text(n.where))


def run_instructions(instructions: Sequence[Instruction], env: list[Any]) -> None:
    """Fill the slots. An error names the user's line of the operation that failed."""
    with np.errstate(all="ignore"):
        for instruction in instructions:
            run_one(instruction, env)
            for k in instruction.free:
                env[k] = None


def run_one(instruction: Instruction, env: list[Any]) -> None:
    """One call of NumPy, its result in the dtype that was inferred."""
    fn, inputs, params, out, dtype, widen, _, what = instruction
    try:
        env[out] = numpy_value(fn, [env[k] for k in inputs], params, dtype, widen)
    except RetrogradError as e:
        if e.where:
            raise
        raise type(e)(e.why, op=e.op, got=e.got, expected=e.expected, fix=e.fix,
                      where=line_text(what[1])) from None
