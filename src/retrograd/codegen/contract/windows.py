"""Positions of windows and taps go in; functions that read them as rows of a matrix come out.

    row k, lane p    =    element offsets[k] + shift(p) of an array

`offsets` says where channel and tap k = (c, t) lies in a window (contract/offsets.py), `shift` where the
window of position p begins. Positions are counted along the last axis first, which is contiguous in memory: a
run of them within one line of the image is a piece of memory. A vector of a row is put together of the pieces
that fall into it, each read by a mask of its lanes, and stored whole: a store across two lines of the cache
takes longer than two reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from llvmlite import ir

from retrograd.codegen.emit.types import MEMORY, SIZE, i1, i64, mangled, pointer, splat, void
from retrograd.codegen.loops.loop import least, loop

# A record is what is known of a vector: where it begins in a row; as bits its lanes that an earlier record
# has filled; how many pieces follow, at most so many; for each where lane 0 would lie, and the lanes it has.
_PIECES = 4
_START, _KEPT, _COUNT, _FIRST, _RECORD = 0, 1, 2, 3, 3 + 2 * _PIECES
# Positions of all windows, as `pieces_function` takes them.
POSITIONS = ("width", "height", "planes", "line", "plane", "image")


def records_room(positions: int, lanes: int) -> int:
    """How many integers the records of so many positions are at most."""
    return _RECORD * -(-positions // min(lanes, _PIECES))


def pieces_function(module: ir.Module, lanes: int) -> ir.Function:
    """`i64 f(begin, end, records, width, height, planes, line, plane, image)`: how many records positions
    `begin` to `end` are, written to `records`. There are `width` positions in a line, `height` lines in a
    plane, `planes` in an image; the others say how far apart lines, planes and images are."""
    name = f"pieces_{lanes}"
    known = module.globals.get(name)
    if known is not None:
        return known
    function = ir.Function(module, ir.FunctionType(i64, [i64, i64, pointer] + [i64] * len(POSITIONS)), name)
    _private(function)
    begin, end, records, width, height, planes, line, plane, image = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    whole = b.sdiv(begin, width)
    above = b.sdiv(whole, height)
    number = b.sdiv(above, planes)
    first = [begin, b.sub(begin, b.mul(whole, width)), b.sub(whole, b.mul(above, height)),
             b.sub(above, b.mul(number, planes)), number, i64(0), i64(-1)]
    entry, head, after = b.block, b.append_basic_block("piece"), b.append_basic_block("end")
    b.cbranch(b.icmp_signed("<", begin, end), head, after)
    b.position_at_end(head)
    carried = [b.phi(i64) for _ in first]
    for phi, value in zip(carried, first):
        phi.add_incoming(value, entry)
    at, column, row, deep, number, slot, record = carried
    lane = b.and_(b.sub(at, begin), i64(lanes - 1))
    length = least(b, least(b, b.sub(width, column), b.sub(end, at)), b.sub(i64(lanes), lane))
    shift = b.add(b.add(column, b.mul(row, line)), b.add(b.mul(deep, plane), b.mul(number, image)))
    place = b.sub(shift, lane)
    mask = b.shl(b.lshr(i64(-1), b.sub(i64(64), length)), lane)
    slot = b.select(b.icmp_signed("==", lane, i64(0)), i64(0), b.and_(slot, i64(_PIECES - 1)))
    starts = b.icmp_signed("==", slot, i64(0))
    record = b.add(record, b.zext(starts, i64))

    def put(k: ir.Value | int, word: ir.Value) -> None:
        """Word k of the record."""
        at = b.add(b.mul(record, i64(_RECORD)), k if isinstance(k, ir.Value) else i64(k))
        b.store(word, b.gep(records, [at], source_etype=i64), align=8)
    with b.if_then(starts):
        put(_START, b.sub(b.sub(at, begin), lane))
        put(_KEPT, b.sub(b.shl(i64(1), lane), i64(1)))
        for k in range(_PIECES):
            put(_FIRST + 2 * k, place)
            put(_FIRST + 2 * k + 1, i64(0))
    word = b.add(i64(_FIRST), b.mul(slot, i64(2)))
    put(word, place)
    put(b.add(word, i64(1)), mask)
    put(_COUNT, b.add(slot, i64(1)))
    following = [b.add(at, length), b.add(column, length), row, deep, number, b.add(slot, i64(1)), record]
    for k, extent in ((1, width), (2, height), (3, planes)):        # what is full begins anew
        full = b.icmp_signed("==", following[k], extent)
        following[k] = b.select(full, i64(0), following[k])
        following[k + 1] = b.add(following[k + 1], b.zext(full, i64))
    for phi, value in zip(carried, following):
        phi.add_incoming(value, b.block)
    last = b.block
    b.cbranch(b.icmp_signed("<", following[0], end), head, after)
    b.position_at_end(after)
    total = b.phi(i64)
    total.add_incoming(i64(0), entry)
    total.add_incoming(record, last)
    b.ret(b.select(b.icmp_signed("<", begin, end), b.add(total, i64(1)), i64(0)))
    return function


def gather_function(module: ir.Module, dtype: str, lanes: int) -> ir.Function:
    """`void f(x, offsets, depth, records, count, target, pitch)`: `depth` rows of those vectors, `pitch`
    apart. Lanes that no piece fills are zeros.

    Some vectors are copied together, in all rows, before the next: what is known of them stays in registers.
    """
    name = f"gather_windows_{dtype}_{lanes}"
    known = module.globals.get(name)
    if known is not None:
        return known
    kind = ir.FunctionType(void, [pointer, pointer, i64, pointer, i64, pointer, i64])
    function = ir.Function(module, kind, name)
    _private(function)
    x, offsets, depth, records, count, target, pitch = function.args
    for argument in (x, offsets, records, target):
        argument.add_attribute("noalias")
    b = ir.IRBuilder(function.append_basic_block("entry"))
    entry, head, done = b.block, b.append_basic_block("record"), b.append_basic_block("done")
    b.cbranch(b.icmp_signed("<", i64(0), count), head, done)
    b.position_at_end(head)
    at = b.phi(i64)
    at.add_incoming(i64(0), entry)
    here, left = b.gep(records, [b.mul(at, i64(_RECORD))], source_etype=i64), b.sub(count, at)
    copied = partial(_copied, b, module, dtype, lanes, (x, offsets, depth, target, pitch), here)

    def word(j: int, k: int) -> ir.Value:
        return b.load(b.gep(here, [i64(j * _RECORD + k)], source_etype=i64), typ=i64, align=8)

    def step(vectors: int) -> None:
        following = b.add(at, i64(vectors))
        at.add_incoming(following, b.block)
        b.cbranch(b.icmp_signed("<", following, count), head, done)
    # So many vectors of so many pieces each, none of them begun before; else one of whatever there is.
    for vectors, pieces in ((4, 1), (2, 1), (2, 2)):
        ask, fits, other = (b.append_basic_block(f"{what}{vectors}x{pieces}")
                            for what in ("ask", "fits", "not"))
        b.cbranch(b.icmp_signed("<=", i64(vectors), left), ask, other)
        b.position_at_end(ask)
        good = [test for j in range(vectors) for test in (
            b.icmp_signed("<=", word(j, _COUNT), i64(pieces)), b.icmp_signed("==", word(j, _KEPT), i64(0)))]
        b.cbranch(reduce(b.and_, good), fits, other)
        b.position_at_end(fits)
        copied(vectors, pieces, False)
        step(vectors)
        b.position_at_end(other)
    copied(1, _PIECES, True)
    step(1)
    b.position_at_end(done)
    b.ret_void()
    return function


def _copied(b: ir.IRBuilder, module: ir.Module, dtype: str, lanes: int, where: Sequence[ir.Value],
            records: ir.Value, vectors: int, pieces: int, keeps: bool) -> None:
    """That many vectors in all rows."""
    x, offsets, depth, target, pitch = where
    element, bits = MEMORY[dtype], ir.VectorType(i1, lanes)
    vector, zeros = ir.VectorType(element, lanes), splat(ir.VectorType(element, lanes), 0)
    name = f"llvm.masked.load.{mangled(vector)}.p0"
    load = module.globals.get(name) or ir.Function(
        module, ir.FunctionType(vector, [pointer, bits, vector]), name)

    def word(j: int, k: int) -> ir.Value:
        return b.load(b.gep(records, [i64(j * _RECORD + k)], source_etype=i64), typ=i64, align=8)

    def mask(j: int, k: int) -> ir.Value:
        return b.bitcast(b.trunc(word(j, k), ir.IntType(lanes)), bits)

    def place(base: ir.Value, offset: ir.Value) -> ir.Value:
        return b.gep(base, [offset], source_etype=element)
    targets = [place(target, word(j, _START)) for j in range(vectors)]
    sources = [[(place(x, word(j, _FIRST + 2 * k)), mask(j, _FIRST + 2 * k + 1)) for k in range(pieces)]
               for j in range(vectors)]
    kept = [mask(j, _KEPT) for j in range(vectors)] if keeps else []
    with loop(b, i64(0), depth) as k:
        window, row = b.load(b.gep(offsets, [k], source_etype=i64), typ=i64, align=8), b.mul(k, pitch)
        for j in range(vectors):
            to = place(targets[j], row)
            value = b.call(load, [to, kept[j], zeros]) if keeps else zeros
            for source, lanes_of_piece in sources[j]:
                value = b.call(load, [place(source, window), lanes_of_piece, value])
            b.store(value, to, align=SIZE[dtype])


def _private(function: ir.Function) -> None:
    function.linkage = "internal"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
