"""What follows on a product, element by element, as the function and the args that its kernel hands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.epilogue import Epilogue
from retrograd.codegen.jit import host
from retrograd.codegen.layout import Layout, reshaped
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.pointwise import Output
from retrograd.codegen.lowering.alike import remembered, signature
from retrograd.codegen.lowering.call import (
    Address,
    Call,
    Routine,
    Scratch,
    copied,
    moved,
    slot_dtype,
    start_of,
    stride_letters,
)
from retrograd.codegen.lowering.steps import Steps
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node


class After(NamedTuple):
    """Where the product itself lies, what follows and its args, and what that costs."""

    product: Address
    args: tuple[int | Address | Routine, ...]
    cost: float


class _Like(NamedTuple):
    """What work with the same signature has in common."""

    routine: Routine
    over: int | None            # which result takes the place of the product, counted in `stored`
    given: list[int]            # strides
    cost: float


def lower_epilogue(work: Work, schedule: Schedule, calls: list[Call], shape: Shape) -> After:
    """`shape`: batch, rows and columns of C as the kernel walks it."""
    n, *nodes = work.nodes
    size = n.dtype.itemsize
    if not nodes:
        return After(Address(n, 0, size), (0,), 0)
    stored = [s for s in work.stores if s is not n]
    places = [_reached(schedule.layouts[s], shape) for s in stored]
    found, inputs, number = signature(nodes, schedule, n)
    walked = [_walked(calls, lay, i, shape) for lay, i in inputs[1:]]
    walks = [strides for _, strides in walked]
    ends = [(number[s], lay.base is s, lay.strides) for s, lay in zip(stored, places)]
    like = remembered(
        schedule, lambda: ("follow", shape, n.dtype, n in work.stores, *found, *ends, *walks),
        lambda: _like(work, shape, _steps(nodes, schedule, n), walks, stored, places))
    addresses = [start_of(lay, i) for (lay, _), (_, i) in zip(walked, inputs[1:])]
    addresses += [Address(lay.base, lay.offset, s.dtype.itemsize)
                  for k, (s, lay) in enumerate(zip(stored, places)) if k != like.over]
    own: Node | Scratch = n if n in work.stores or like.over is None else stored[like.over]
    if own is n and n not in work.stores:
        own = Scratch(numel(n.shape) * size)
    return After(Address(own, 0, size), (like.routine, *addresses, shape[2], *like.given), like.cost)


def _reached(layout: Layout, shape: Shape) -> Layout:
    seen = reshaped(layout, shape)
    assert seen is not None, layout
    return seen


def _walked(calls: list[Call], layout: Layout, i: Node, shape: Shape) -> tuple[Layout, Shape]:
    """An operand, or a copy of it where strides do not serve, and its strides over C."""
    if numel(layout.shape) == 1:
        return layout, (0, 0, 0)
    seen = reshaped(layout, shape) or _reached(copied(calls, layout, i), shape)
    return seen, seen.strides


def _steps(nodes: Sequence[Node], schedule: Schedule, product: Node) -> Steps:
    """The product, under whatever shape, is input 0."""
    steps = Steps(schedule)
    own = steps.operand(product)
    for member in nodes:
        for i in member.inputs:
            if i in schedule.layouts and schedule.layouts[i].base is product:
                steps.value[i] = own
        steps.add(member)
    return steps


def _like(work: Work, shape: Shape, steps: Steps, walked: Sequence[Shape], stored: Sequence[Node],
          places: Sequence[Layout]) -> _Like:
    n = work.nodes[0]
    walks = [_walk(shape, strides) for strides in walked]
    operands = [Operand(n.dtype.name, "0s1")]
    operands += [Operand(slot_dtype(lay, i), stride_letters(walk))
                 for (lay, i), walk in zip(steps.inputs[1:], walks)]
    over = None
    if n not in work.stores:        # the first result that is an array of its own takes the product's place
        over = next((k for k, s in enumerate(stored) if s.dtype is n.dtype and places[k].base is s), None)
    outputs = []
    for k, (s, lay) in enumerate(zip(stored, places)):
        walk = _walk(shape, lay.strides)
        operand = Operand(s.dtype.name, stride_letters(walk))
        outputs.append(Output(steps.number(steps.value[s]), operand, 0 if k == over else None))
        if k != over:
            walks.append(walk)
    epilogue = Epilogue(tuple(operands), steps.steps(), tuple(outputs), host().lanes(n.dtype.name))
    given = [s for (_, operand), walk in zip(epilogue.named(), walks)
             for letter, s in zip(operand.strides, walk) if letter == "s"]
    cost = nanoseconds(sum(steps.flops), moved(shape, walks, [operand for _, operand in epilogue.named()]))
    return _Like(Routine(epilogue), over, given, cost)


def _walk(shape: Shape, strides: Shape) -> Shape:
    """Strides of axes that are walked; the last is a unit even where it has but one element."""
    return tuple(s if size > 1 or axis == len(shape) - 1 else 0
                 for axis, (s, size) in enumerate(zip(strides, shape)))
