"""One piece of work to kernel calls: a description of the kernel and its arguments,
with addresses still symbolic."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from retrograd.base.dtype import FLOATING
from retrograd.base.shape import Shape, numel
from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.jit import host
from retrograd.codegen.kernels import Description
from retrograd.codegen.layout import Layout, merged, one_step, whole
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise
from retrograd.codegen.loops.reduce import Reduce, strips
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.node import Node, const_p, scalar_p


class Address(NamedTuple):
    """The place of element `offset` of a value; which value is known by its node, or a scratch key."""

    of: Any
    offset: int
    itemsize: int


class Scratch:
    """Memory that one piece of work uses for itself."""

    __slots__ = ("nbytes",)

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes


@dataclass
class Call:
    """A kernel and its arguments: ints and addresses, in the order of `description.parameters()`."""

    description: Description
    args: list[int | Address]


def _address(layout: Layout, n: Node) -> Address:
    in_slot = isinstance(layout.base, Node) and layout.base.prim is scalar_p
    return Address(layout.base, layout.offset, 8 if in_slot else n.dtype.itemsize)


def _letters(strides: Shape) -> str:
    """Stride letters of the kernel generators: the last axis may be unit, others are arguments."""
    last = len(strides) - 1
    return "".join("0" if s == 0 else "1" if s == 1 and d == last else "s" for d, s in enumerate(strides))


def _named(prim: Any, params: tuple[Any, ...]) -> tuple[Callable[..., Any], str]:
    name = prim.name
    if not prim.source.startswith("retrograd."):    # defined elsewhere: what it does is part of its name
        code = prim.lower.__code__
        name += f"@{zlib.crc32(repr((code.co_code, code.co_consts, code.co_names)).encode()):08x}"
    if not params:
        return prim.lower, name
    return (lambda m, *x: prim.lower(m, *x, *params)), f"{name}:{','.join(map(str, params))}"


class _Steps:
    """Nodes of a loop as numbered inputs and steps of a kernel."""

    def __init__(self, schedule: Schedule, members: list[Node]) -> None:
        self.schedule = schedule
        self.inside = set(members)
        self.inputs: list[tuple[Layout, Node]] = []
        self._input_at: dict[tuple[Any, ...], int] = {}
        self._plan: list[tuple[str, Any, tuple[Any, ...]]] = []
        self.value: dict[Node, Any] = {}
        self._consts: dict[Node, Any] = {}

    def operand(self, i: Node) -> Any:
        """('in', k) or ('step', k) for an operand of a member."""
        if i in self.value:
            return self.value[i]
        base = i if i.prim is const_p else self.schedule.layouts[i].base
        if base.prim is const_p:            # a number is the same number through any view
            if base not in self._consts:
                v, name = base.params[0], base.dtype.name
                self._consts[base] = self._add(lambda m: m.cast(v, name), f"const:{v!r}:{name}", ())
            return self._consts[base]
        layout = self.schedule.layouts[i]
        key = (layout.base, layout.offset, layout.shape, layout.strides)
        if key not in self._input_at:
            self._input_at[key] = len(self.inputs)
            self.inputs.append((layout, base if base.prim is scalar_p else i))
        at = ("in", self._input_at[key])
        if base.prim is scalar_p:
            name = i.dtype.name
            at = self._add(lambda m, x: m.cast(x, name), f"cast:{name}", (at,))
            self.value[i] = at
        return at

    def _add(self, lower: Callable[..., Any], name: str, args: tuple[Any, ...]) -> Any:
        self._plan.append((name, lower, args))
        return "step", len(self._plan) - 1

    def add(self, n: Node) -> None:
        lower, name = _named(n.prim, n.params)
        self.value[n] = self._add(lower, name, tuple(self.operand(i) for i in n.inputs))

    def number(self, at: Any) -> int:
        return int(at[1]) if at[0] == "in" else len(self.inputs) + int(at[1])

    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(lower, tuple(self.number(a) for a in args), name)
                     for name, lower, args in self._plan)


def _slot_dtype(layout: Layout, n: Node) -> str:
    """Numbers given by the user lie in slots of 64 bits."""
    if n.prim is scalar_p:
        return "float64" if n.dtype.kind == FLOATING else "int64"
    return n.dtype.name


def lower_loop(work: Work, schedule: Schedule) -> list[Call]:
    """A pointwise nest over the shape of its nodes."""
    steps = _Steps(schedule, work.nodes)
    for n in work.nodes:
        steps.add(n)
    spread = [lay.strides if lay.shape == work.shape else (0,) * len(work.shape) for lay, _ in steps.inputs]
    outs = [schedule.layouts[n] for n in work.stores]
    sizes, strides = merged(work.shape, [*spread, *(o.strides for o in outs)])
    k = len(steps.inputs)
    inputs = tuple(Operand(_slot_dtype(lay, n), _letters(st)) for (lay, n), st in zip(steps.inputs, strides))
    letters = [_letters(st) for st in strides[k:]]
    outputs = tuple(Output(steps.number(steps.value[n]), Operand(n.dtype.name, a))
                    for n, a in zip(work.stores, letters))
    nest = Pointwise(inputs, steps.steps(), outputs)
    args: list[int | Address] = [_address(lay, n) for lay, n in steps.inputs]
    args += [Address(n, 0, n.dtype.itemsize) for n in work.stores]
    args += [0, sizes[0], *sizes[1:]]
    for operand, st in zip([*inputs, *(o.operand for o in outputs)], strides):
        args += [s for letter, s in zip(operand.strides, st) if letter == "s"]
    return [Call(nest, args)]


def lower_fold(work: Work, schedule: Schedule) -> list[Call]:
    """A reduction over (outer, folded, inner), with what produces its input inside."""
    r = work.nodes[-1]
    x, axes = r.inputs[0], r.params[0]
    shape = x.shape
    cuts = ((0, axes[0]), (axes[0], axes[-1] + 1), (axes[-1] + 1, len(shape)))
    extent = [numel(shape[a:b]) for a, b in cuts]
    steps = _Steps(schedule, work.nodes)
    for n in work.nodes[:-1]:
        steps.add(n)
    calls: list[Call] = []
    if len(work.nodes) == 1:
        at = steps.operand(x)
        steps.value[x] = steps._add(lambda m, v: v, "same", (at,))
    rank = 2 if extent[2] == 1 else 3
    operands, addresses, given = [], [], []
    for layout, n in steps.inputs:
        strides = layout.strides if layout.shape == shape else (0,) * len(shape)
        walk = [one_step(shape[a:b], strides[a:b]) for a, b in cuts]
        if any(s is None for s in walk):        # only a lone operand: copy it row-major first
            layout = _copied(calls, layout, n)
            walk = [one_step(shape[a:b], layout.strides[a:b]) for a, b in cuts]
        st = tuple(0 if e == 1 else s or 0 for s, e in zip(walk, extent))[:rank]
        letters = _letters(st)
        operands.append(Operand(_slot_dtype(layout, n), letters))
        addresses.append(_address(layout, n))
        given += [s for letter, s in zip(letters, st) if letter == "s"]
    strip, vector = strips(host(), r.dtype.name)
    nest = Reduce(tuple(operands), steps.steps(), str(r.prim.lower), r.dtype.name, strip, vector)
    inner = [extent[2], 0, extent[2]] if rank == 3 else []
    args = [*addresses, Address(r, 0, r.dtype.itemsize), 0, extent[0], extent[1], *inner, *given]
    return [*calls, Call(nest, args)]


def _copied(calls: list[Call], layout: Layout, n: Node) -> Layout:
    """A row-major copy of a strided value, made by a call of its own."""
    scratch = Scratch(numel(layout.shape) * n.dtype.itemsize)
    full = whole(scratch, layout.shape).strides
    sizes, (source, target) = merged(layout.shape, [layout.strides, full])
    operands = Operand(n.dtype.name, _letters(source)), Operand(n.dtype.name, _letters(target))
    nest = Pointwise((operands[0],), (Step(lambda m, v: v, (0,), "same"),), (Output(1, operands[1]),))
    args: list[int | Address] = [_address(layout, n), Address(scratch, 0, n.dtype.itemsize), 0, *sizes]
    for operand, st in zip(operands, (source, target)):
        args += [s for letter, s in zip(operand.strides, st) if letter == "s"]
    calls.append(Call(nest, args))
    return whole(scratch, layout.shape)


def lower_product(work: Work, schedule: Schedule) -> list[Call]:
    """A batched matrix product: operands read by their strides, the one in the lanes packed if it must be."""
    n = work.nodes[0]
    calls: list[Call] = []
    a, b = (_product_operand(calls, schedule.layouts[i], i) for i in n.inputs)
    batch, (m, cols), k = numel(n.shape[:-2]), n.shape[-2:], n.inputs[0].shape[-1]
    size = n.dtype.itemsize
    turned = b.strides[-1] != 1 and m < cols        # then it is cheaper to put the rows of A into the lanes
    if turned:                                      # C^T = B^T A^T
        a, b = _transposed(b), _transposed(a)
        m, cols = cols, m
    tile = default_tile(host(), n.dtype.name)
    b_batch, b_depth, b_lane = b.strides
    address = Address(b.base, b.offset, size)
    if b_lane == 1:
        panel, depth, b_step = tile.width, b_depth, b_batch
    else:
        padded = -(-cols // tile.width) * tile.width
        scratch = Scratch(max(1, batch * padded * k) * size)
        calls.append(Call(Pack(n.dtype.name, tile.width, tile.lanes),
                          [address, Address(scratch, 0, size), 0, batch, 0, cols, k, b_batch, b_lane, b_depth,
                           padded * k]))
        address, panel, depth, b_step = Address(scratch, 0, size), tile.width * k, tile.width, padded * k
    a_batch, a_row, a_depth = a.strides
    gemm = Gemm(tile, unit_rows=a_row == 1, turned=turned)
    c_row = m if turned else cols
    calls.append(Call(gemm, [Address(a.base, a.offset, size), address, Address(n, 0, size),
                             0, batch, 0, m, 0, cols, k,
                             a_batch, tile.rows * a_row, a_row, a_depth, b_step, panel, depth,
                             n.shape[-2] * n.shape[-1], c_row]))
    return calls


def _product_operand(calls: list[Call], layout: Layout, n: Node) -> Any:
    lead = layout.shape[:-2]
    step = one_step(lead, layout.strides[:-2]) if lead else 0
    if step is None:
        layout = _copied(calls, layout, n)
        step = one_step(lead, layout.strides[:-2])
    return _Matrix(layout.base, layout.offset, (step or 0, layout.strides[-2], layout.strides[-1]))


class _Matrix(NamedTuple):
    """strides over (batch, row, column)."""

    base: Any
    offset: int
    strides: tuple[int, int, int]


def _transposed(x: _Matrix) -> _Matrix:
    return _Matrix(x.base, x.offset, (x.strides[0], x.strides[2], x.strides[1]))


LOWERINGS: dict[str, Callable[[Work, Schedule], list[Call]]] = {
    "loop": lower_loop, "fold": lower_fold, "product": lower_product}
