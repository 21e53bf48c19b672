"""A table of kernel calls and its stages go in; all of them are run by one native call.

Every kernel has the signature

    void kernel(int64_t* args)

where `args` holds addresses of arrays, then extents and strides (in elements), each as an i64, in the order
that the kernel's `parameters()` lists. Numbers that a user may change between runs are arrays of one element:
the kernel is given the address of a float64 or int64 and casts what it reads. Kernels allocate nothing, fail
on nothing and remember nothing.

What the driver reads is laid out in runtime/table.py.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from llvmlite import ir

from retrograd.codegen.emit.atomic import Variable, forever, now, word
from retrograd.codegen.emit.types import i1, i64, pointer
from retrograd.codegen.follow import emit_follow
from retrograd.codegen.guarded import emit_guarded
from retrograd.codegen.jit import Request, compile_all
from retrograd.codegen.loops.loop import loop
from retrograd.codegen.pool import POOL_BYTES, Natives, call_row, emit_block, emit_pool
from retrograd.codegen.reading import emit_read
from retrograd.runtime.method import method
from retrograd.runtime.table import BLOCK, STAGE, WORD, RowTable, Stage, StageTable
from retrograd.runtime.threads import Pool

_POOLED = os.name == "posix"
_ADDRESS, _INT = ctypes.c_void_p, ctypes.c_int64
_RUN = ctypes.CFUNCTYPE(_INT, _ADDRESS, _ADDRESS, _ADDRESS, _INT, _INT, _INT)
_GUARDED = ctypes.CFUNCTYPE(None, _ADDRESS)
_FOLLOW = ctypes.PYFUNCTYPE(_INT, _ADDRESS, _INT, _ADDRESS)
_POOL = {"open": ctypes.CFUNCTYPE(None, _ADDRESS, _INT), "lease": ctypes.CFUNCTYPE(_INT, _ADDRESS),
         "work": ctypes.CFUNCTYPE(None, _ADDRESS), "close": ctypes.CFUNCTYPE(None, _ADDRESS)}


class Driver:
    """`run(pool, rows, stages, first, last, budget)`: runs the stages from first to last and returns which to
    go on with, less than `last` once the budget of nanoseconds is spent. `guarded(order)` is told in
    codegen/guarded.py. Both release the GIL. `follow(steps, count, registers)`, of codegen/follow.py, keeps
    it: it reads Python objects. `read(order)` is a function of (node, list), of codegen/reading.py."""

    def __init__(self) -> None:
        self._code = found = compile_all([WANTED])[0]
        self.run: Callable[[int, int, int, int, int, int], int] = _RUN(found["run"])
        self.guarded: Callable[[int], None] = _GUARDED(found["guarded"])
        self.follow: Callable[[int, int, int], int] = _FOLLOW(found["follow"])
        self.read: Callable[[Any], Callable[..., Any]] = method("read", found["read"])
        self.pool: Pool | None = None
        if _POOLED:
            self.pool = Pool(POOL_BYTES, *(kind(found[name]) for name, kind in _POOL.items()))


_EXPORTS = ("run", "guarded", "follow", "read", *(_POOL if _POOLED else ()))
WANTED = Request("driver", lambda: _module(), _EXPORTS, light=True)


@lru_cache(maxsize=1)
def driver() -> Driver:
    """The one driver of this process."""
    return Driver()


def _module() -> ir.Module:
    module = ir.Module("driver")
    block = emit_block(module)
    run = _emit_run(module, block, emit_pool(module, block) if _POOLED else None)
    emit_guarded(module, run)
    emit_read(module, run, emit_follow(module))
    return module


def _emit_run(module: ir.Module, block: ir.Function, natives: Natives | None) -> ir.Function:
    function = ir.Function(module, ir.FunctionType(i64, [pointer, pointer, pointer, i64, i64, i64]), "run")
    pool, rows, stages, first, last, budget = function.args
    b = ir.IRBuilder(function.append_basic_block("entry"))
    stage, leased, deadline = Variable(b, first), Variable(b, i64(0)), Variable(b, i64(0))
    several = b.icmp_signed(">", b.sub(last, first), i64(1))
    if natives:
        with b.if_then(b.icmp_unsigned("!=", pool, ir.Constant(pointer, None))):
            leased.set(b.call(natives.lease, [pool]))
        with b.if_then(several):
            deadline.set(b.add(now(b), budget))
    with forever(b) as leave:
        leave(b.icmp_signed(">=", stage.get(), last))
        entry = b.gep(stages, [b.mul(stage.get(), i64(STAGE))], source_etype=i64)
        alone = _with_workers(b, natives, leased, pool, rows, entry) if natives else None
        with b.if_then(i1(1) if alone is None else b.icmp_signed("!=", alone.get(), i64(0))):
            _alone(b, block, rows, entry)
        stage.add(1)
        if natives:
            with b.if_then(several):
                leave(b.icmp_signed(">", now(b), deadline.get()))
    if natives:
        with b.if_then(b.icmp_signed("!=", leased.get(), i64(0))):
            b.call(natives.release, [pool])
    b.ret(stage.get())
    return function


def _with_workers(b: ir.IRBuilder, natives: Natives, leased: Variable, pool: ir.Value, rows: ir.Value,
                  entry: ir.Value) -> Variable:
    """Run a stage that has blocks together with the workers, if they are ours and at work; 1 if it was
    not run."""
    _, _, at, count, patience = _stage(b, entry)
    alone = Variable(b, i64(1))
    with b.if_then(b.and_(b.icmp_signed("!=", leased.get(), i64(0)), b.icmp_signed(">", count, i64(0)))):
        with b.if_then(b.not_(b.call(natives.resting, [pool]))):
            b.call(natives.together, [pool, rows, b.inttoptr(at, pointer), count, patience])
            alone.set(i64(0))
    return alone


def _alone(b: ir.IRBuilder, block: ir.Function, rows: ir.Value, entry: ir.Value) -> None:
    """The rows in order, or the blocks of a stage without rows."""
    begin, end, at, count, _ = _stage(b, entry)
    with loop(b, begin, end) as row:
        call_row(b, rows, row)
    with loop(b, i64(0), b.select(b.icmp_signed("<", begin, end), i64(0), count)) as k:
        offset = b.mul(k, i64(BLOCK))
        b.call(block, [rows, b.gep(b.inttoptr(at, pointer), [offset], source_etype=i64)])


def _stage(b: ir.IRBuilder, entry: ir.Value) -> list[ir.Value]:
    return [b.load(word(b, entry, WORD * k), typ=i64) for k in range(STAGE)]


class Table:
    """Kernel calls with their args in memory of its own; arrays must outlive it."""

    def __init__(self, calls: Sequence[tuple[int, Sequence[int]]]) -> None:
        self._rows = RowTable(calls)
        self._stages = StageTable([Stage(0, len(calls))], [len(args) for _, args in calls])
        self._run = driver().run

    def __call__(self) -> None:
        self._run(0, self._rows.address, self._stages.address, 0, 1, 0)
