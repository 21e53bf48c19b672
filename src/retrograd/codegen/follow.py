"""A module goes in; `follow` is added: whether Python objects look as a trail says, in one native call.

    follow(steps, count, registers) -> how many steps were taken; fewer than count: there something differs

Nothing is written but registers, and what the last steps of a trail put where a program reads it. The caller
holds the GIL meanwhile.
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.atomic import Variable, forever, word
from retrograd.codegen.emit.types import i64, pointer
from retrograd.runtime.table import WORD
from retrograd.runtime.trail import APART, CHECK, LOAD, PUT, SAME, STEP


def emit_follow(module: ir.Module) -> ir.Function:
    """Adds `follow`."""
    function = ir.Function(module, ir.FunctionType(i64, [pointer, i64, pointer]), "follow")
    steps, count, registers = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    k = Variable(b, i64(0))

    def register(n: ir.Value) -> ir.Value:
        return b.gep(registers, [n], source_etype=i64)

    def at(address: ir.Value) -> ir.Value:
        return b.inttoptr(address, pointer)

    with forever(b) as leave:
        leave(b.icmp_signed(">=", k.get(), count))
        step = b.gep(steps, [b.mul(k.get(), i64(STEP))], source_etype=i64)
        kind, base, offset, x, y = (b.load(word(b, step, WORD * j), typ=i64) for j in range(STEP))
        held = b.load(register(base), typ=i64)
        with b.if_else(b.icmp_signed("==", kind, i64(APART))) as (apart, read):
            with apart:
                leave(b.icmp_signed("==", held, b.load(register(x), typ=i64)))
            with read:
                found = b.load(at(b.add(held, offset)), typ=i64)
                with b.if_then(b.icmp_signed("==", kind, i64(CHECK))):
                    leave(b.icmp_signed("!=", b.and_(found, x), y))
                with b.if_then(b.icmp_signed("==", kind, i64(LOAD))):
                    b.store(found, register(x))
                with b.if_then(b.icmp_signed("==", kind, i64(SAME))):
                    leave(b.icmp_signed("!=", found, b.load(register(x), typ=i64)))
                with b.if_then(b.icmp_signed("==", kind, i64(PUT))):
                    b.store(b.add(found, x), at(y))
        k.add(1)
    b.ret(k.get())
    return function
