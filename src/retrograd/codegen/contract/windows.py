"""Positions of windows and taps go in; functions that read them as rows of a matrix come out.

    row k, lane p    =    element offsets[k] + shift(p) of an array

`offsets` says where channel and tap k = (c, t) lies in a window (contract/offsets.py), `shift` where the
window of position p begins. Positions are counted along the last axis first, which is contiguous in memory: a
run of them within one line of the image is a copy of a piece of memory. A piece is at most a machine vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from llvmlite import ir

from retrograd.codegen.emit.types import MEMORY, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import least, loop

# What is known of a piece: where it begins in a window array and in a row, and the lanes it has, as bits.
PIECE = 3
# Pieces that are copied together.
_TOGETHER = 4
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

    Some pieces are copied together, in all rows, before the next: what is known of them stays in registers.
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
    b = ir.IRBuilder(function.append_basic_block("entry"))
    done = function.append_basic_block("done")
    whole = b.and_(count, i64(-_TOGETHER))
    copied = partial(_copied, b, module, dtype, lanes, (x, offsets, depth, target, pitch))
    with loop(b, i64(0), whole, _TOGETHER) as first:
        copied(b.gep(pieces, [b.mul(first, i64(PIECE))], source_etype=i64), _TOGETHER)
    rest = b.gep(pieces, [b.mul(whole, i64(PIECE))], source_etype=i64)
    chosen = b.switch(b.sub(count, whole), done)
    for left in range(1, _TOGETHER):
        block = function.append_basic_block(f"rest{left}")
        chosen.add_case(i64(left), block)
        b.position_at_end(block)
        copied(rest, left)
        b.branch(done)
    b.position_at_end(done)
    b.ret_void()
    return function


def _copied(b: ir.IRBuilder, module: ir.Module, dtype: str, lanes: int, where: Sequence[ir.Value],
            pieces: ir.Value, count: int) -> None:
    """That many pieces in all rows."""
    x, offsets, depth, target, pitch = where
    element, bits = MEMORY[dtype], ir.VectorType(i1, lanes)
    vector = ir.VectorType(element, lanes)
    load, store = (module.globals.get(f"llvm.masked.{what}.{mangled(vector)}.p0") or ir.Function(
        module, ir.FunctionType(result, kinds), f"llvm.masked.{what}.{mangled(vector)}.p0")
        for what, result, kinds in (("load", vector, [pointer, bits, vector]),
                                    ("store", void, [vector, pointer, bits])))

    def word(number: int) -> ir.Value:
        return b.load(b.gep(pieces, [i64(number)], source_etype=i64), typ=i64, align=8)

    def place(base: ir.Value, offset: ir.Value) -> ir.Value:
        return b.gep(base, [offset], source_etype=element)
    sources, targets = ([place(base, word(j * PIECE + k)) for j in range(count)]
                        for k, base in enumerate((x, target)))
    masks = [b.bitcast(b.trunc(word(j * PIECE + 2), ir.IntType(lanes)), bits) for j in range(count)]
    with loop(b, i64(0), depth) as k:
        window, row = b.load(b.gep(offsets, [k], source_etype=i64), typ=i64, align=8), b.mul(k, pitch)
        for j in range(count):
            value = b.call(load, [place(sources[j], window), masks[j], splat(vector, 0)])
            b.call(store, [value, place(targets[j], row), masks[j]])


def _private(function: ir.Function) -> None:
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
