"""Positions of windows and taps go in; functions that read them as rows of a matrix come out.

    row k, lane p    =    element offsets[k] + shift(p) of an array

`offsets` says where channel and tap k = (c, t) lies in a window (contract/offsets.py), `shift` where the
window of position p begins. Positions are counted along the last axis first, which is contiguous in memory: a
run of them within one line of the image is a copy of a piece of memory. A piece is at most a machine vector.
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import fold, least, loop

# What is known of a piece: where it begins in a window array and in a row, and the lanes it has, as bits.
PIECE = 3
# Positions of all windows, as `pieces_function` takes them.
POSITIONS = ("width", "height", "planes", "line", "plane", "image")


def pieces_function(module: ir.Module, lanes: int) -> ir.Function:
    """`i64 f(begin, end, pieces, width, height, planes, line, plane, image)`: how many pieces positions
    `begin` to `end` are, written to `pieces`. There are `width` positions in a line, `height` lines in a
    plane, `planes` in an image; the others say how far apart lines, planes and images are."""
    name = f"pieces_{lanes}"
    known = module.globals.get(name)
    if known is not None:
        return known
    function = ir.Function(module, ir.FunctionType(i64, [i64, i64, pointer] + [i64] * len(POSITIONS)), name)
    _private(function)
    begin, end, pieces, width, height, planes, line, plane, image = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    entry, head, after = b.block, b.append_basic_block("piece"), b.append_basic_block("end")
    b.cbranch(b.icmp_signed("<", begin, end), head, after)
    b.position_at_end(head)
    at, count = b.phi(i64), b.phi(i64)
    at.add_incoming(begin, entry)
    count.add_incoming(i64(0), entry)
    whole = b.sdiv(at, width)
    column = b.sub(at, b.mul(whole, width))
    above = b.sdiv(whole, height)
    row = b.sub(whole, b.mul(above, height))
    number = b.sdiv(above, planes)
    deep = b.sub(above, b.mul(number, planes))
    shift = b.add(b.add(column, b.mul(row, line)), b.add(b.mul(deep, plane), b.mul(number, image)))
    length = least(b, least(b, b.sub(width, column), b.sub(end, at)), i64(lanes))
    mask = b.lshr(i64(-1), b.sub(i64(64), length))
    for k, word in enumerate((shift, b.sub(at, begin), mask)):
        place = b.gep(pieces, [b.add(b.mul(count, i64(PIECE)), i64(k))], source_etype=i64)
        b.store(word, place, align=8)
    following, more = b.add(at, length), b.add(count, i64(1))
    at.add_incoming(following, head)
    count.add_incoming(more, head)
    b.cbranch(b.icmp_signed("<", following, end), head, after)
    b.position_at_end(after)
    total = b.phi(i64)
    total.add_incoming(i64(0), entry)
    total.add_incoming(more, head)
    b.ret(total)
    return function


def gather_function(module: ir.Module, dtype: str, lanes: int) -> ir.Function:
    """`void f(x, offsets, depth, pieces, count, target, pitch)`: `depth` rows of those pieces, `pitch` apart.

    Pieces are stored as whole vectors, one after the other, so that each is cut by the next; up to a vector
    behind the last piece of the last row is written to.
    """
    name = f"gather_windows_{dtype}_{lanes}"
    known = module.globals.get(name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [pointer, pointer, i64, pointer, i64, pointer, i64])
    function = ir.Function(module, kind, name)
    _private(function)
    x, offsets, depth, pieces, count, target, pitch = function.args
    for argument in (x, offsets, pieces, target):
        argument.add_attribute("noalias")
    element, vector = MEMORY[dtype], ir.VectorType(MEMORY[dtype], lanes)
    bits = ir.VectorType(i1, lanes)
    load = module.globals.get(f"llvm.masked.load.{mangled(vector)}.p0") or ir.Function(
        module, ir.FunctionType(vector, [pointer, bits, vector]), f"llvm.masked.load.{mangled(vector)}.p0")
    b = ir.IRBuilder(function.append_basic_block("entry"))

    def word(base: ir.Value, index: ir.Value) -> ir.Value:
        return b.load(b.gep(base, [index], source_etype=i64), typ=i64, align=8)

    with loop(b, i64(0), depth) as k:
        window = b.gep(x, [word(offsets, k)], source_etype=element)
        row = b.gep(target, [b.mul(k, pitch)], source_etype=element)

        def piece(j: ir.Value, carried: list[ir.Value], window: ir.Value = window, row: ir.Value = row
                  ) -> list[ir.Value]:
            at, = carried
            place = b.gep(window, [word(at, i64(0))], source_etype=element)
            mask = b.bitcast(b.trunc(word(at, i64(2)), ir.IntType(lanes)), bits)
            value = b.call(load, [place, mask, splat(vector, 0)])
            b.store(value, b.gep(row, [word(at, i64(1))], source_etype=element), align=SIZE[dtype])
            return [b.gep(at, [i64(PIECE)], source_etype=i64)]
        fold(b, i64(0), count, [pieces], piece)
    b.ret_void()
    return function


def _private(function: ir.Function) -> None:
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
