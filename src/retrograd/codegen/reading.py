"""A module with `run` and `follow` goes in; `read` is added: a graph that looks as a trail says is computed
and its nodes get their values, in one native call.

    read(self, args, count): a function of CPython (METH_FASTCALL) of one node and the list of what waits,
    where `self` is an array whose words are an order (READ_ORDER in runtime/table.py)

        False   the graph looks different, or an index is out of range: nothing is done
        None    somebody refers to an array that a result would be written to: nothing is done
        True    results are written, their nodes hold them and forget how they were made (those that no
                derivative needs), and what is known or dead near the end of the list is off it

No interrupt comes between. The caller's lock (GIL) is held all the while, but for the run of a program that
takes long: what it reads and gives is kept alive meanwhile, whatever other threads do.
"""

from __future__ import annotations

from collections.abc import Callable

from llvmlite import ir

from retrograd.codegen.emit.atomic import Variable, forever, word
from retrograd.codegen.emit.types import i8, i32, i64, pointer
from retrograd.codegen.loops.loop import loop
from retrograd.runtime.table import FOREVER, READ_ORDER, WORD
from retrograd.runtime.trail import DATA, LISTED, SIZE

RECENT = 1024       # places at the end of the list that are looked at


def emit_read(module: ir.Module, run: ir.Function, follow: ir.Function) -> None:
    """Adds `read`."""
    function = ir.Function(module, ir.FunctionType(pointer, [pointer, pointer, i64]), "read")
    me, args, _ = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    overflow = b.alloca(i32)

    def load(base: ir.Value, offset: int = 0) -> ir.Value:
        return b.load(word(b, base, offset), typ=i64)

    def at(address: ir.Value) -> ir.Value:
        return b.inttoptr(address, pointer)

    order = at(load(me, DATA))
    told = {name: load(order, WORD * k) for k, name in enumerate(READ_ORDER)}

    def entry(table: str, row: ir.Value, words: int, k: int) -> ir.Value:
        place = b.add(b.mul(row, i64(words)), i64(k))
        return b.load(b.gep(at(told[table]), [place], source_etype=i64), typ=i64)

    def call(name: str, *given: ir.Value, result: ir.Type = i64) -> ir.Value:
        kind = ir.FunctionType(result, [g.type for g in given])
        return b.call(b.inttoptr(told[name], kind.as_pointer()), given)

    def answer(name: str) -> None:
        call("keep", told[name])
        b.ret(at(told[name]))

    def slot(node: ir.Value, name: str) -> ir.Value:
        return at(b.add(node, told[name]))

    def give_up(condition: ir.Value, name: str) -> None:
        with b.if_then(condition, likely=False):
            answer(name)

    root, pending = load(args), at(load(args, WORD))
    registers = at(told["registers"])
    size = load(pending, SIZE)
    give_up(b.icmp_signed("<", size, told["deep"]), "no")
    b.store(root, registers)
    b.store(b.add(load(pending, LISTED), b.mul(size, i64(WORD))), word(b, registers, WORD))
    taken = b.call(follow, [at(told["steps"]), told["step_count"], registers])
    give_up(b.icmp_signed("!=", taken, told["step_count"]), "no")
    arrays = at(load(at(told["arrays"]), LISTED))

    def array(k: ir.Value) -> ir.Value:
        return b.load(b.gep(arrays, [k], source_etype=i64), typ=i64)

    with loop(b, i64(0), told["array_count"]) as k:
        give_up(b.icmp_signed("!=", b.load(at(array(k)), typ=i32), i32(1)), "busy")
    with loop(b, i64(0), told["array_count"]) as k:
        b.store(load(at(array(k)), DATA), b.gep(at(told["bases"]), [k], source_etype=i64))
    with loop(b, i64(0), told["patch_count"]) as k:
        b.store(b.add(load(at(entry("patches", k, 3, 1))), entry("patches", k, 3, 2)),
                at(entry("patches", k, 3, 0)))
    with loop(b, i64(0), told["int_count"]) as k:
        number = b.load(b.gep(registers, [entry("ints", k, 3, 0)], source_etype=i64), typ=i64)
        found = call("number", number, b.ptrtoint(overflow, i64))
        give_up(b.icmp_signed("!=", b.load(overflow, typ=i32), i32(0)), "no")
        bits = b.bitcast(b.sitofp(found, ir.DoubleType()), i64)
        floating = b.icmp_signed("!=", entry("ints", k, 3, 2), i64(0))
        b.store(b.select(floating, bits, found), at(entry("ints", k, 3, 1)))

    def each_kept(name: str) -> None:
        with loop(b, i64(0), told["keep_count"]) as k:
            register = entry("keeps", k, 1, 0)
            call(name, b.load(b.gep(registers, [register], source_etype=i64), typ=i64))

    each_kept("keep")                                   # what a node forgets may be all that holds another
    unlocked, thread = b.icmp_signed("!=", told["save"], i64(0)), Variable(b, i64(0))
    with b.if_then(unlocked):
        thread.set(call("save"))
    b.call(run, [at(told["pool"]), at(told["rows"]), at(told["stages"]), i64(0), told["last"], i64(FOREVER)])
    with b.if_then(unlocked):
        call("restore", thread.get())
    with loop(b, i64(0), told["verdict_count"]) as k:
        with b.if_then(b.icmp_signed("!=", load(at(entry("verdicts", k, 1, 0))), i64(0)), likely=False):
            each_kept("drop")
            answer("no")

    with loop(b, i64(0), told["copy_count"]) as k:
        source, target = (at(b.add(load(at(entry("copies", k, 5, j))), entry("copies", k, 5, j + 1)))
                          for j in (0, 2))
        with loop(b, i64(0), entry("copies", k, 5, 4)) as j:
            byte = b.load(b.gep(source, [j], source_etype=i8), typ=i8)
            b.store(byte, b.gep(target, [j], source_etype=i8))

    def node_of(k: ir.Value) -> ir.Value:
        return b.load(b.gep(registers, [entry("gives", k, 3, 0)], source_etype=i64), typ=i64)

    def put(place: ir.Value, found: ir.Value) -> None:
        call("keep", found)
        old = b.load(place, typ=i64)
        b.store(found, place)
        call("drop", old)

    with loop(b, i64(0), told["give_count"]) as k:
        put(slot(node_of(k), "value"), array(entry("gives", k, 3, 1)))
    with loop(b, i64(0), told["give_count"]) as k:
        node = node_of(k)
        with b.if_then(b.icmp_signed("!=", entry("gives", k, 3, 2), i64(0))):
            put(slot(node, "prim"), told["leaf"])
            put(slot(node, "params"), told["empty"])
            put(slot(node, "inputs"), told["empty"])
    each_kept("drop")
    _sweep(b, pending, lambda node: b.load(slot(node, "value"), typ=i64), told["busy"],
           lambda k: call("cut", b.ptrtoint(pending, i64), k, b.add(k, i64(1)), i64(0), result=i32))
    answer("yes")


def _sweep(b: ir.IRBuilder, pending: ir.Value, value: Callable[[ir.Value], ir.Value], none: ir.Value,
           cut: Callable[[ir.Value], ir.Value]) -> None:
    """Take what is known or dead off the end of the list, last first: what goes may free what came before."""
    begun = b.load(word(b, pending, SIZE), typ=i64)
    k = Variable(b, begun)
    with forever(b) as leave:
        leave(b.icmp_signed("<=", k.get(), i64(0)))
        leave(b.icmp_signed(">=", b.sub(begun, k.get()), i64(RECENT)))
        k.add(-1)
        with b.if_then(b.icmp_signed("<", k.get(), b.load(word(b, pending, SIZE), typ=i64))):
            items = b.inttoptr(b.load(word(b, pending, LISTED), typ=i64), pointer)
            node = b.load(b.gep(items, [k.get()], source_etype=i64), typ=i64)
            known = b.icmp_signed("!=", value(node), none)
            dead = b.icmp_signed("==", b.load(b.inttoptr(node, pointer), typ=i32), i32(1))
            with b.if_then(b.or_(known, dead)):
                cut(k.get())
