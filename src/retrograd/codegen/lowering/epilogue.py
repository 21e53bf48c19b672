"""What follows on a product, element by element, as the function and the args that its kernel hands on."""

from __future__ import annotations

from typing import NamedTuple

from retrograd.base.shape import Shape, numel
from retrograd.codegen.axis import nanoseconds
from retrograd.codegen.contract.epilogue import Epilogue
from retrograd.codegen.jit import host
from retrograd.codegen.layout import reshaped
from retrograd.codegen.loops.operand import Operand
from retrograd.codegen.loops.pointwise import Output
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


class After(NamedTuple):
    """Where the product itself lies, what follows and its args, and what that costs."""

    product: Address
    args: tuple[int | Address | Routine, ...]
    cost: float


def lower_epilogue(work: Work, schedule: Schedule, calls: list[Call], shape: Shape) -> After:
    """`shape`: batch, rows and columns of C as the kernel walks it."""
    n, *nodes = work.nodes
    size = n.dtype.itemsize
    if not nodes:
        return After(Address(n, 0, size), (0,), 0)
    steps = Steps(schedule)
    own = steps.operand(n)
    for member in nodes:
        for i in member.inputs:         # the product, under whatever shape, is input 0
            if i in schedule.layouts and schedule.layouts[i].base is n:
                steps.value[i] = own
        steps.add(member)
    addresses: list[int | Address] = []
    operands, walks = [Operand(n.dtype.name, "0s1")], []
    for layout, node in steps.inputs[1:]:
        if numel(layout.shape) == 1:
            strides: Shape = (0, 0, 0)
        else:
            seen = reshaped(layout, shape) or reshaped(copied(calls, layout, node), shape)
            assert seen is not None
            layout, strides = seen, seen.strides
        addresses.append(start_of(layout, node))
        walks.append(_walk(shape, strides))
        operands.append(Operand(slot_dtype(layout, node), stride_letters(walks[-1])))
    stored = [s for s in work.stores if s is not n]
    over = None
    if n not in work.stores:            # the first result that is an array of its own takes the product's place
        over = next((s for s in stored if s.dtype is n.dtype and schedule.layouts[s].base is s), None)
    outputs = []
    for s in stored:
        place = reshaped(schedule.layouts[s], shape)
        assert place is not None, s
        strides = _walk(shape, place.strides)
        operand = Operand(s.dtype.name, stride_letters(strides))
        outputs.append(Output(steps.number(steps.value[s]), operand, 0 if s is over else None))
        if s is not over:
            addresses.append(Address(place.base, place.offset, s.dtype.itemsize))
            walks.append(strides)
    epilogue = Epilogue(tuple(operands), steps.steps(), tuple(outputs), host().lanes(n.dtype.name))
    given = [s for (_, operand), walk in zip(epilogue.named(), walks)
             for letter, s in zip(operand.strides, walk) if letter == "s"]
    product = Address(n if n in work.stores else over or Scratch(numel(n.shape) * size), 0, size)
    cost = nanoseconds(sum(steps.flops), moved(shape, walks, [operand for _, operand in epilogue.named()]))
    return After(product, (Routine(epilogue), *addresses, shape[2], *given), cost)


def _walk(shape: Shape, strides: Shape) -> Shape:
    """Strides of axes that are walked; the last is a unit even where it has but one element."""
    return tuple(s if size > 1 or axis == len(shape) - 1 else 0
                 for axis, (s, size) in enumerate(zip(strides, shape)))
