"""A module goes in; the native half of the worker threads comes out: how blocks are claimed and awaited.

Threads share one piece of memory, the pool. Its ticket is a generation and the number of blocks that nobody
has claimed. Whoever lowers that number by one has claimed a block, be it a worker or the caller: a worker
that the system has put aside holds up no block but the one it is in. The caller hands in one stage at a time
and waits until all of its blocks are done.
"""

from __future__ import annotations

from typing import NamedTuple

from llvmlite import ir

from retrograd.codegen.emit.atomic import (
    Variable,
    external,
    forever,
    now,
    pause,
    shared_add,
    shared_load,
    shared_store,
    swapped,
    word,
)
from retrograd.codegen.emit.types import i1, i32, i64, pointer, void
from retrograd.codegen.loops.loop import least, loop
from retrograd.runtime.table import BLOCK, CUTS, ROW, WORD

KERNEL = ir.FunctionType(void, [pointer])
MAX_ARGS = 1024         # of a row that is cut

# Bytes into the pool; what different threads write lies on different lines of the cache.
TICKET, DONE, SLEEPERS, STOP, LEASE, WORKERS = 0, 128, 256, 384, 512, 576
REST, PENALTY, MUTEX, CONDITION, RING = 640, 648, 768, 896, 1024
SLOTS, SLOT = 16, 128
POOL_BYTES = RING + SLOTS * SLOT

COUNT_BITS = 16
MAX_BLOCKS = (1 << COUNT_BITS) - 1
SPIN = 200_000          # nanoseconds that a worker looks for more before it sleeps: a few times a wake-up
WATCH = 64              # pauses between looks at the clock; one to three microseconds
PROCESS = "CLOCK_PROCESS_CPUTIME_ID"
# Rests are so many times the wait: doubled if the next comes within MAX_REST nanoseconds, none if waits are
# less than 1 / RARE of the time.
FIRST_PENALTY, MAX_PENALTY, MAX_REST, RARE = 8, 256, 1_000_000_000, 16


class Natives(NamedTuple):
    open: ir.Function           # void (pool, workers)
    work: ir.Function           # void (pool): a worker's life
    close: ir.Function          # void (pool): workers return
    lease: ir.Function          # i64 (pool): 1 if the caller has the workers now
    release: ir.Function        # void (pool)
    resting: ir.Function        # i1 (pool): workers were put aside by the system lately
    together: ir.Function       # void (pool, rows, blocks, count, patience)


def emit_pool(module: ir.Module, block: ir.Function) -> Natives:
    """Add the functions to the module; `block` is what `emit_block` made there."""
    take = _take(module, block)
    return Natives(_open(module), _work(module, take), _close(module), _lease(module), _release(module),
                   _resting(module), _together(module, take))


def _function(module: ir.Module, name: str, result: ir.Type, *arguments: ir.Type
              ) -> tuple[ir.Function, ir.IRBuilder]:
    function = ir.Function(module, ir.FunctionType(result, list(arguments)), name)
    return function, ir.IRBuilder(function.append_basic_block("entry"))


def call_row(b: ir.IRBuilder, rows: ir.Value, row: ir.Value, args: ir.Value | None = None) -> None:
    """Call the kernel of a row, with the row's args or others."""
    place = b.gep(rows, [b.mul(row, i64(ROW))], source_etype=i64)
    kernel = b.inttoptr(b.load(place, typ=i64), KERNEL.as_pointer())
    b.call(kernel, [args_of(b, rows, row) if args is None else args])


def args_of(b: ir.IRBuilder, rows: ir.Value, row: ir.Value) -> ir.Value:
    place = b.gep(rows, [b.add(b.mul(row, i64(ROW)), i64(1))], source_etype=i64)
    return b.load(place, typ=pointer)


def emit_block(module: ir.Module) -> ir.Function:
    """Add `void block(rows, block)`: run one block, the row's args with other bounds or the row as it is."""
    function, b = _function(module, "block", void, pointer, pointer)
    rows, block = function.args
    row, count = (b.load(word(b, block, 8 * k), typ=i64) for k in range(2))
    with b.if_else(b.icmp_signed("==", count, i64(0))) as (whole, cut):
        with whole:
            call_row(b, rows, row)
        with cut:
            with b.goto_entry_block():
                args = b.alloca(ir.ArrayType(i64, MAX_ARGS))
            args.type = pointer
            given = args_of(b, rows, row)
            with loop(b, i64(0), count) as k:
                value = b.load(b.gep(given, [k], source_etype=i64), typ=i64)
                b.store(value, b.gep(args, [k], source_etype=i64))
            for k in range(CUTS):
                place, begin, end = (b.load(word(b, block, 16 + 24 * k + 8 * j), typ=i64) for j in range(3))
                at = b.gep(args, [place], source_etype=i64)
                b.store(begin, at)
                b.store(end, word(b, at, 8))
            call_row(b, rows, row, args)
    b.ret_void()
    return function


def _generation(b: ir.IRBuilder, ticket: ir.Value) -> ir.Value:
    return b.lshr(ticket, i64(COUNT_BITS))


def _slot(b: ir.IRBuilder, pool: ir.Value, generation: ir.Value) -> ir.Value:
    number = b.and_(generation, i64(SLOTS - 1))
    return word(b, b.gep(pool, [b.mul(number, i64(SLOT // 8))], source_etype=i64), RING)


def _take(module: ir.Module, block: ir.Function) -> ir.Function:
    """Claim a block and run it; whether there was one to try for."""
    function, b = _function(module, "take", i1, pointer)
    pool, = function.args
    ticket = shared_load(b, word(b, pool, TICKET))
    left = b.and_(ticket, i64(MAX_BLOCKS))
    with b.if_then(b.icmp_signed("==", left, i64(0))):
        b.ret(i1(0))
    # Read before the claim: while the ticket is of this generation, its slot is not written again.
    slot = _slot(b, pool, _generation(b, ticket))
    rows, end = (shared_load(b, word(b, slot, at)) for at in (0, 8))
    claimed = swapped(b, word(b, pool, TICKET), ticket, b.sub(ticket, i64(1)))
    with b.if_then(claimed):
        at = b.sub(end, b.mul(left, i64(BLOCK * WORD)))
        b.call(block, [b.inttoptr(rows, pointer), b.inttoptr(at, pointer)])
        shared_add(b, word(b, pool, DONE), 1, "release")
    b.ret(i1(1))
    return function


def _together(module: ir.Module, take: ir.Function) -> ir.Function:
    """Run `count` blocks with whoever is awake, and wake others; all are done when it returns."""
    function, b = _function(module, "together", void, pointer, pointer, pointer, i64, i64)
    pool, rows, blocks, count, patience = function.args
    old = shared_load(b, word(b, pool, TICKET))
    generation = b.add(_generation(b, old), i64(1))
    slot = _slot(b, pool, generation)
    end = b.add(b.ptrtoint(blocks, i64), b.mul(count, i64(BLOCK * WORD)))
    shared_store(b, word(b, slot, 0), b.ptrtoint(rows, i64))
    shared_store(b, word(b, slot, 8), end)
    shared_store(b, word(b, pool, DONE), i64(0))
    shared_store(b, word(b, pool, TICKET), b.or_(b.shl(generation, i64(COUNT_BITS)), count))
    sleepers = shared_load(b, word(b, pool, SLEEPERS), "seq_cst")
    with b.if_then(b.icmp_signed(">", sleepers, i64(0))):
        b.call(_wake(module), [pool, count])
    with forever(b) as leave:
        leave(b.not_(b.call(take, [pool])))
    turns = Variable(b, i64(0))
    with forever(b) as leave:
        leave(b.icmp_signed(">=", shared_load(b, word(b, pool, DONE)), count))
        pause(b)
        with b.if_then(b.icmp_signed(">", turns.add(1), i64(4 * WATCH))):
            b.call(_straggle(module), [pool, count, patience])
    b.ret_void()
    return function


def _wake(module: ir.Module) -> ir.Function:
    """As many sleepers as there are blocks that no thread is awake for."""
    function, b = _function(module, "wake", void, pointer, i64)
    pool, count = function.args
    _locked(b, pool, "pthread_mutex_lock")
    asleep = shared_load(b, word(b, pool, SLEEPERS))
    awake = b.sub(shared_load(b, word(b, pool, WORKERS)), asleep)
    wanted = least(b, asleep, b.sub(b.sub(count, i64(1)), awake))
    with loop(b, i64(0), wanted):
        _on_condition(b, pool, "pthread_cond_signal")
    _locked(b, pool, "pthread_mutex_unlock")
    b.ret_void()
    return function


def _straggle(module: ir.Module) -> ir.Function:
    """Wait for blocks that others are in, leaving the core to whoever wants it. A wait beyond patience in
    which we alone used the processor means that the system has given a worker's core away: do without workers
    for a while, longer each time, unless it happened rarely for what they are worth."""
    function, b = _function(module, "straggle", void, pointer, i64, i64)
    pool, count, patience = function.args
    start, used = now(b), now(b, PROCESS)
    with forever(b) as leave:
        leave(b.icmp_signed(">=", shared_load(b, word(b, pool, DONE)), count))
        with loop(b, i64(0), i64(WATCH)):
            pause(b)
        b.call(external(b, "sched_yield", i32), [])
    end = now(b)
    lost, used = b.sub(end, start), b.sub(now(b, PROCESS), used)
    idle = b.icmp_signed("<", b.mul(used, i64(2)), b.mul(lost, i64(3)))
    with b.if_then(b.and_(idle, b.icmp_signed(">", lost, patience))):
        rest, penalty = (b.load(word(b, pool, at), typ=i64) for at in (REST, PENALTY))
        since = b.sub(end, rest)
        doubled = least(b, b.mul(penalty, i64(2)), i64(MAX_PENALTY))
        again = b.and_(b.icmp_signed("<", since, i64(MAX_REST)), b.icmp_signed(">", penalty, i64(0)))
        penalty = b.select(again, doubled, i64(FIRST_PENALTY))
        penalty = b.select(b.icmp_signed("<", b.mul(lost, i64(RARE)), since), i64(0), penalty)
        b.store(penalty, word(b, pool, PENALTY))
        b.store(b.add(end, least(b, b.mul(lost, penalty), i64(MAX_REST))), word(b, pool, REST))
    b.ret_void()
    return function


def _resting(module: ir.Module) -> ir.Function:
    function, b = _function(module, "resting", i1, pointer)
    rest = b.load(word(b, function.args[0], REST), typ=i64)
    with b.if_then(b.icmp_signed("==", rest, i64(0)), likely=True):
        b.ret(i1(0))
    b.ret(b.icmp_signed("<", now(b), rest))
    return function


def _work(module: ir.Module, take: ir.Function) -> ir.Function:
    """A worker: takes blocks, looks for more for a while, then sleeps until there is another stage."""
    function, b = _function(module, "work", void, pointer)
    pool, = function.args
    with forever(b) as leave:
        # The generation is read first: what is handed in from now on ends the wait below.
        generation = _generation(b, shared_load(b, word(b, pool, TICKET)))
        with forever(b) as empty:
            empty(b.not_(b.call(take, [pool])))
        leave(b.icmp_signed("!=", shared_load(b, word(b, pool, STOP)), i64(0)))
        spinning = b.call(_spin(module), [pool, generation])
        with b.if_then(b.not_(spinning)):
            b.call(_sleep(module), [pool, generation])
    b.ret_void()
    return function


def _another(b: ir.IRBuilder, pool: ir.Value, generation: ir.Value, order: str = "acquire") -> ir.Value:
    ticket = shared_load(b, word(b, pool, TICKET), order)
    return b.icmp_signed("!=", _generation(b, ticket), generation)


def _spin(module: ir.Module) -> ir.Function:
    """Whether another generation came within SPIN."""
    function, b = _function(module, "spin", i1, pointer, i64)
    pool, generation = function.args
    end = b.add(now(b), i64(SPIN))
    with forever(b) as leave:
        with loop(b, i64(0), i64(WATCH)):
            pause(b)
            with b.if_then(_another(b, pool, generation)):
                b.ret(i1(1))
        # The caller may be waiting for this very core.
        b.call(external(b, "sched_yield", i32), [])
        leave(b.icmp_signed(">", now(b), end))
    b.ret(i1(0))
    return function


def _sleep(module: ir.Module) -> ir.Function:
    """Until another generation. A sleeper is counted before it looks at the ticket, and the caller looks at
    the count after it has changed the ticket, so one of them sees the other."""
    function, b = _function(module, "sleep", void, pointer, i64)
    pool, generation = function.args
    _locked(b, pool, "pthread_mutex_lock")
    shared_add(b, word(b, pool, SLEEPERS), 1)
    with forever(b) as leave:
        leave(_another(b, pool, generation, "seq_cst"))
        b.call(external(b, "pthread_cond_wait", i32, pointer, pointer),
               [word(b, pool, CONDITION), word(b, pool, MUTEX)])
    shared_add(b, word(b, pool, SLEEPERS), -1)
    _locked(b, pool, "pthread_mutex_unlock")
    b.ret_void()
    return function


def _locked(b: ir.IRBuilder, pool: ir.Value, name: str) -> None:
    b.call(external(b, name, i32, pointer), [word(b, pool, MUTEX)])


def _on_condition(b: ir.IRBuilder, pool: ir.Value, name: str) -> None:
    b.call(external(b, name, i32, pointer), [word(b, pool, CONDITION)])


def _open(module: ir.Module) -> ir.Function:
    """Make a pool, of zeros or closed, ready for so many workers."""
    function, b = _function(module, "open", void, pointer, i64)
    pool, workers = function.args
    for name, at in (("pthread_mutex_init", MUTEX), ("pthread_cond_init", CONDITION)):
        b.call(external(b, name, i32, pointer, pointer), [word(b, pool, at), ir.Constant(pointer, None)])
    for at in (SLEEPERS, STOP, REST):
        shared_store(b, word(b, pool, at), i64(0))
    shared_store(b, word(b, pool, WORKERS), workers)
    shared_store(b, word(b, pool, LEASE), i64(0))
    b.ret_void()
    return function


def _close(module: ir.Module) -> ir.Function:
    """By whoever has the lease, which is kept until the pool is opened again: nobody hands anything in."""
    function, b = _function(module, "close", void, pointer)
    pool, = function.args
    shared_store(b, word(b, pool, STOP), i64(1))
    shared_add(b, word(b, pool, TICKET), 1 << COUNT_BITS)
    _locked(b, pool, "pthread_mutex_lock")
    _on_condition(b, pool, "pthread_cond_broadcast")
    _locked(b, pool, "pthread_mutex_unlock")
    b.ret_void()
    return function


def _lease(module: ir.Module) -> ir.Function:
    function, b = _function(module, "lease", i64, pointer)
    b.ret(b.zext(swapped(b, word(b, function.args[0], LEASE), i64(0), i64(1)), i64))
    return function


def _release(module: ir.Module) -> ir.Function:
    function, b = _function(module, "release", void, pointer)
    shared_store(b, word(b, function.args[0], LEASE), i64(0))
    b.ret_void()
    return function
