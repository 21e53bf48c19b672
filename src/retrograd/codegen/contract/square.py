"""Squares of vectors, and functions that turn a square in memory, come out of their size.

A square is `lanes` rows of one vector each: what is a row in one memory becomes a column in another.
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.types import MEMORY, f64, i1, i32, i64, is_float, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import lanes_below


def transposed(b: ir.IRBuilder, rows: list[ir.Value], *, parts: int = 1) -> list[ir.Value]:
    """The columns of a square of vectors whose size is a power of two, exchanging ever smaller blocks; rows
    that were `joined` of parts as they were loaded need fewer rounds."""
    size, rows = len(rows), list(rows)
    span = size // parts // 2
    while span:
        upper = [j if j // span % 2 == 0 else size + j - span for j in range(size)]
        lower = [j + span if j // span % 2 == 0 else size + j for j in range(size)]
        for i in range(size):
            if i // span % 2 == 0:
                pair = rows[i], rows[i + span]
                rows[i] = b.shuffle_vector(*pair, ir.Constant(ir.VectorType(i32, size), upper))
                rows[i + span] = b.shuffle_vector(*pair, ir.Constant(ir.VectorType(i32, size), lower))
        span //= 2
    return rows


def joined(b: ir.IRBuilder, lines: list[ir.Value], element: ir.Type, parts: int) -> list[ir.Value]:
    """The rows that begin at `lines` as they are after the first rounds of `transposed`: machines join parts
    of rows as it loads them, which spares shuffles."""
    size = len(lines)
    part = size // parts
    align = 8 if element == f64 or element == i64 else 4
    rows: list[ir.Value] = [None] * size
    for i in range(part):
        for first in range(parts):
            pieces = [b.load(b.gep(lines[i + part * l], [i64(first * part)], source_etype=element),
                             typ=ir.VectorType(element, part), align=align) for l in range(parts)]
            while len(pieces) > 1:
                width = pieces[0].type.count * 2
                join = ir.Constant(ir.VectorType(i32, width), list(range(width)))
                pieces = [b.shuffle_vector(x, y, join) for x, y in zip(pieces[::2], pieces[1::2])]
            rows[first * part + i] = pieces[0]
    return rows


def room(b: ir.IRBuilder, vector: ir.Type, count: int) -> ir.Value:
    """Memory of the function's own for `count` vectors."""
    memory = b.alloca(ir.ArrayType(vector, count))
    memory.align = 64
    # llvmlite still gives an alloca a typed pointer, which refuses stores of single vectors.
    memory.type = pointer
    return memory


def turn_function(module: ir.Module, dtype: str, lanes: int) -> ir.Function:
    """`void f(tile, step, target, target_step, rows, count, adds)`: the first `count` columns of a tile in
    memory, whose rows are `step` apart, become rows of the target, added to what is there or written over it.

    The memory of the tile goes on to whole squares of `lanes` by `lanes`.
    """
    name = f"turn_tile_{dtype}_{lanes}"
    known = module.globals.get(name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [pointer, i64, pointer, i64, i64, i64, i1])
    function = ir.Function(module, kind, name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    tile, step, target, target_step, rows, count, adds = function.args
    element = MEMORY[dtype]
    vector, bits = ir.VectorType(element, lanes), ir.VectorType(i1, lanes)
    b = ir.IRBuilder(function.append_basic_block("entry"))
    turned = room(b, vector, lanes)
    load = _declared(module, f"llvm.masked.load.{mangled(vector)}.p0", vector, [pointer, bits, vector])
    store = _declared(module, f"llvm.masked.store.{mangled(vector)}.p0", void, [vector, pointer, bits])

    def at(base: ir.Value, offset: ir.Value) -> ir.Value:
        return b.gep(base, [offset], source_etype=element)

    # Rows past the height are whatever memory holds; the mask leaves them there.
    with loop(b, i64(0), count, lanes) as column, loop(b, i64(0), rows, lanes) as row:
        square = at(at(tile, b.mul(row, step)), column)
        columns = transposed(b, [b.load(at(square, b.mul(step, i64(i))), typ=vector, align=64)
                                 for i in range(lanes)])
        for i, line in enumerate(columns):
            b.store(line, at(turned, i64(i * lanes)), align=64)
        mask = lanes_below(b, b.sub(rows, row), lanes)
        with loop(b, i64(0), least(b, b.sub(count, column), i64(lanes))) as lane:
            value = b.load(at(turned, b.mul(lane, i64(lanes))), typ=vector, align=64)
            place = at(at(target, b.mul(b.add(column, lane), target_step)), row)
            with b.if_else(adds) as (adding, writing):
                with adding:
                    held = b.call(load, [place, mask, splat(vector, 0)])
                    total = b.fadd(held, value) if is_float(vector) else b.add(held, value)
                    b.call(store, [total, place, mask])
                with writing:
                    b.call(store, [value, place, mask])
    b.ret_void()
    return function


def _declared(module: ir.Module, name: str, result: ir.Type, arguments: list[ir.Type]) -> ir.Function:
    known = module.globals.get(name)
    return known if known is not None else ir.Function(module, ir.FunctionType(result, arguments), name)
