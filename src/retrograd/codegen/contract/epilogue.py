"""Pointwise steps over a product go in; a function that computes them for a block of it, while that is in the
cache, comes out.

    void name(int64_t* args, C of one matrix, batch, row begin, row end, column begin, column end)

A kernel of contractions calls it by address when a block of C is whole: a product with whatever follows it
is the same kernel. The steps are those of a loop of their own, so the bits are the same. The axes are of
C as it lies in memory: batch, row, column.
"""

from __future__ import annotations

from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.types import i64, pointer, void
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.loops.operand import Access, Operand, Step, evaluated, lanes_below
from retrograd.codegen.loops.pointwise import Output

_FUNCTION = ir.FunctionType(void, [pointer, pointer, *[i64] * 5])


@dataclass(frozen=True)
class Epilogue:
    """Input 0 is C itself, whose stride is given from row to row; the others, and the outputs that are not
    written over C (`inplace` 0), lie in memory of their own. Every operand has three stride letters."""

    inputs: tuple[Operand, ...]
    steps: tuple[Step, ...]
    outputs: tuple[Output, ...]
    lanes: int

    def named(self) -> list[tuple[str, Operand]]:
        """The operands beside C."""
        inputs = [(f"in{i}", operand) for i, operand in enumerate(self.inputs) if i]
        return inputs + [(f"out{i}", o.operand) for i, o in enumerate(self.outputs) if o.inplace is None]

    def parameters(self) -> tuple[str, ...]:
        """Pointers, then strides, that of C first."""
        strides = [stride for name, operand in self.named() for stride in operand.stride_names(name)]
        return (*(name for name, _ in self.named()), "c.row", *strides)

    def axes(self) -> tuple[Axis, ...]:
        """It is cut as the product is."""
        return ()


def finish_block(b: ir.IRBuilder, function: ir.Value, table: ir.Value, c: ir.Value, batch: ir.Value,
                 rows: tuple[ir.Value, ir.Value], columns: tuple[ir.Value, ir.Value]) -> None:
    """Call an epilogue by its address."""
    b.call(b.inttoptr(function, _FUNCTION.as_pointer()), [table, c, batch, *rows, *columns])


def emit_epilogue(module: ir.Module, name: str, epilogue: Epilogue) -> None:
    """Add the function to the module, with `args` as `epilogue.parameters()` lists them."""
    names = epilogue.parameters()
    count = len(epilogue.named())
    # As in `Kernel`: a body of its own, whose pointers LLVM knows to differ.
    kind = ir.FunctionType(void, [pointer] * (count + 1) + [i64] * (len(names) - count + 5))
    body = ir.Function(module, kind, f"{name}.body")
    body.linkage = "internal"
    body.attributes.add("noinline")
    body.attributes.add("nounwind")
    for argument in body.args[:count + 1]:
        argument.add_attribute("noalias")
    entry = ir.Function(module, _FUNCTION, name)
    b = ir.IRBuilder(entry.append_basic_block("entry"))
    table, c, *ranges = entry.args
    loaded = [b.load(b.gep(table, [i64(i)], source_etype=i64), typ=pointer if i < count else i64)
              for i in range(len(names))]
    b.call(body, [c, *loaded, *ranges])
    b.ret_void()
    _body(module, body, epilogue)


def _body(module: ir.Module, body: ir.Function, epilogue: Epilogue) -> None:
    """Rows, and along each of them vectors, the last under a mask."""
    b = ir.IRBuilder(body.append_basic_block("entry"))
    count = len(epilogue.named())
    c, *pointers = body.args[:count + 1]
    *strides, batch, row_begin, row_end, begin, end = body.args[count + 1:]
    runtime = iter(strides[1:])
    places = {name: Access(b, operand, place, [], runtime)
              for (name, operand), place in zip(epilogue.named(), pointers)}
    own = Access(b, epilogue.inputs[0], c, [], iter(strides[:1]))
    inputs = [own, *(places[f"in{k}"] for k in range(1, len(epilogue.inputs)))]
    outputs = [own if o.inplace == 0 else places[f"out{k}"] for k, o in enumerate(epilogue.outputs)]
    m = LLVMAlgebra(b, module, epilogue.inputs[0].dtype, epilogue.lanes)

    def vector(row: dict[Access, Access], j: ir.Value, mask: ir.Value | None) -> None:
        values = evaluated(m, [row[a].load_lanes(m, [j], mask, end) for a in inputs], epilogue.steps)
        for o, place in zip(epilogue.outputs, outputs):
            if mask is None:
                row[place].store(b, [j], values[o.value])
            else:
                row[place].store_lanes(m, [j], values[o.value], mask)

    whole = b.sub(end, b.srem(b.sub(end, begin), i64(epilogue.lanes)))
    with loop(b, row_begin, row_end) as i:
        row = {a: a.along(m, [batch, i]) for a in (*inputs, *outputs)}
        with loop(b, begin, whole, epilogue.lanes) as j:
            vector(row, j, None)
        with loop(b, whole, end, epilogue.lanes) as j:
            vector(row, j, lanes_below(b, b.sub(end, j), epilogue.lanes))
    b.ret_void()
