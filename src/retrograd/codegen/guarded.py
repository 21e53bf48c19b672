"""A module with the driver's `run` goes in; `guarded` is added: guards, then all stages, in one native call.

    guarded(order): if a guard's word is not as expected: order.status = MOVED, and nothing is done
                    run the stages up to the first that writes over a leaf
                    if a check of indices failed: order.status = FAILED
                    run the other stages; order.status = DONE
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.atomic import word
from retrograd.codegen.emit.types import i64, pointer
from retrograd.codegen.loops.loop import loop
from retrograd.runtime.table import DONE, FAILED, FOREVER, GUARD, MOVED, ORDER, WORD


def emit_guarded(module: ir.Module, run: ir.Function) -> None:
    """Adds `guarded`, a function of the address of an order (see runtime/table.py)."""
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer]), "guarded")
    order = function.args[0]
    b = ir.IRBuilder(function.append_basic_block("entry"))
    told = {name: b.load(word(b, order, WORD * k), typ=i64) for k, name in enumerate(ORDER)}
    status = word(b, order, WORD * ORDER.index("status"))

    def end_if(condition: ir.Value, value: int) -> None:
        with b.if_then(condition, likely=False):
            b.store(i64(value), status)
            b.ret_void()

    def part(first: ir.Value, last: ir.Value) -> None:
        with b.if_then(b.icmp_signed("<", first, last)):
            b.call(run, [*(b.inttoptr(told[k], pointer) for k in ("pool", "rows", "stages")), first, last,
                         i64(FOREVER)])

    guards = b.inttoptr(told["guards"], pointer)
    with loop(b, i64(0), told["guard_count"]) as k:
        row = b.mul(k, i64(WORD * GUARD))
        place, mask, twin = (b.load(b.gep(guards, [b.add(row, i64(WORD * j))], source_etype=ir.IntType(8)),
                                    typ=i64) for j in range(3))
        found, expected = (b.load(b.inttoptr(at, pointer), typ=i64) for at in (place, twin))
        end_if(b.icmp_signed("!=", b.and_(found, mask), expected), MOVED)
    part(i64(0), told["commit"])
    verdicts = b.inttoptr(told["verdicts"], pointer)
    with loop(b, i64(0), told["verdict_count"]) as k:
        verdict = b.load(b.gep(verdicts, [b.mul(k, i64(WORD))], source_etype=ir.IntType(8)), typ=i64)
        end_if(b.icmp_signed("!=", b.load(b.inttoptr(verdict, pointer), typ=i64), i64(0)), FAILED)
    part(told["commit"], told["last"])
    b.store(i64(DONE), status)
    b.ret_void()
