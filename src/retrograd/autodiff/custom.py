"""Functions with rules of the user's own, as nodes: one `call` a call, one `project` an output.

The outputs' values are ordinary nodes recorded without derivative; `project` gives them the user's rules. All
cotangents of a call meet at its `call` node before its pullback runs, however many outputs it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from retrograd.base.modes import modes
from retrograd.graph.node import PLAIN, TRACKED, Node, recorder, user_line
from retrograd.graph.primitive import Primitive


class Call(Protocol):
    """What the user layer provides for one call: rules on nodes.

    It may hold the inputs of the call, never its outputs (nodes would form a cycle): a rule that reads
    output k makes it again, `output(call_node(self, inputs), value, k)`.
    """

    outputs: int

    def pullback(self, cotangents: list[Node | None]) -> Sequence[Node | None]: ...

    def pushforward(self, tangents: list[Node | None]) -> Sequence[Node | None]: ...


def _written_out(*_: Any) -> Any:
    raise AssertionError("reverse.py and forward.py treat call and project themselves")


call_p = Primitive("call", "explicit", "*xs", infer=_written_out, np=lambda *args: None,
                   vjp=lambda g: _written_out(), jvp=lambda dxs: _written_out(), moves=True)
project_p = Primitive("project", "explicit", "call value", "index", infer=_written_out,
                      np=lambda call, value, index: value,
                      vjp=lambda g: _written_out(), jvp=lambda dcall: _written_out(), alias=True)


def record_call(call: Call, inputs: tuple[Node, ...], values: Sequence[Node], differentiable: Sequence[bool],
                keeps: tuple[Node, ...] = ()) -> list[Node]:
    """One node an output: the given value, with the call's rules where an input is tracked.

    `keeps` are the nodes whose values the call's pullback reads.
    """
    if not modes.grad or not any(i.rg for i in inputs):
        return list(values)
    node = call_node(call, inputs, keeps)
    return [output(node, v, k) if ok and v.dtype.smooth else v
            for k, (v, ok) in enumerate(zip(values, differentiable))]


def call_node(call: Call, inputs: tuple[Node, ...], keeps: tuple[Node, ...] = ()) -> Node:
    """The node at which the cotangents of all outputs meet. It has no value."""
    rg = TRACKED if modes.grad and any(i.rg for i in inputs) else PLAIN
    node = Node(call_p, inputs, (), (), inputs[0].dtype, rg, None, recorder.where or user_line())
    node.owner = call, keeps  # not among the parameters: those are the key of a program, and outlive the call
    return node


def rules_of(node: Node) -> Call:
    """The rules of a call node."""
    call: Call = node.owner[0]
    return call


def kept_by(node: Node) -> tuple[Node, ...]:
    """The nodes whose values the pullback of a call node reads."""
    keeps: tuple[Node, ...] = node.owner[1]
    return keeps


def output(call: Node, value: Node, k: int) -> Node:
    """Output k of a call: that value, with the call's derivative."""
    return Node(project_p, (call, value), (k,), value.shape, value.dtype, TRACKED if call.rg else PLAIN, None,
                call.where)
