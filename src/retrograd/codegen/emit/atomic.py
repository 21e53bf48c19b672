"""Words that threads share go in; atomic loads, exchanges and waits come out.

llvmlite's `store_atomic` knows typed pointers only, so a store is an exchange whose old value nobody reads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import llvmlite.binding as llvm
from llvmlite import ir

from retrograd.codegen.emit.types import i8, i32, i64, pointer, void

Leave = Callable[[ir.Value], None]


def word(b: ir.IRBuilder, base: ir.Value, offset: int) -> ir.Value:
    """The address so many bytes on."""
    return b.gep(base, [i64(offset)], source_etype=i8)


def shared_load(b: ir.IRBuilder, place: ir.Value, order: str = "acquire") -> ir.Value:
    return b.load_atomic(place, order, 8, typ=i64)


def shared_store(b: ir.IRBuilder, place: ir.Value, value: ir.Value) -> None:
    """Seen by all threads before anything that follows."""
    b.atomic_rmw("xchg", place, value, "seq_cst")


def shared_add(b: ir.IRBuilder, place: ir.Value, value: int, order: str = "seq_cst") -> ir.Value:
    """The value before."""
    return b.atomic_rmw("add", place, i64(value), order)


def swapped(b: ir.IRBuilder, place: ir.Value, old: ir.Value, new: ir.Value) -> ir.Value:
    """Whether the word was `old` and is now `new`."""
    return b.extract_value(b.cmpxchg(place, old, new, "acq_rel", "acquire"), 1)


@contextmanager
def forever(b: ir.IRBuilder) -> Iterator[Leave]:
    """A loop that ends where its body says so:

        with forever(b) as leave:
            leave(b.icmp_signed(">=", shared_load(b, done), count))
            pause(b)
    """
    body, after = b.append_basic_block("again"), b.append_basic_block("left")
    b.branch(body)
    b.position_at_end(body)

    def leave(condition: ir.Value) -> None:
        following = b.append_basic_block("stay")
        b.cbranch(condition, after, following)
        b.position_at_end(following)
    yield leave
    b.branch(body)
    b.position_at_end(after)


class Variable:
    """An i64 that changes, in a register after LLVM's first pass."""

    def __init__(self, b: ir.IRBuilder, value: ir.Value) -> None:
        self.b = b
        with b.goto_entry_block():
            self.memory = b.alloca(i64)
        self.set(value)

    def get(self) -> ir.Value:
        return self.b.load(self.memory)

    def set(self, value: ir.Value) -> None:
        self.b.store(value, self.memory)

    def add(self, value: int) -> ir.Value:
        self.set(self.b.add(self.get(), i64(value)))
        return self.get()


def pause(b: ir.IRBuilder) -> None:
    """Tell the core that this is a waiting loop."""
    triple = llvm.get_default_triple()
    if triple.startswith(("x86_64", "i686")):
        b.call(external(b, "llvm.x86.sse2.pause", void), [])
    elif triple.startswith(("aarch64", "arm64")):
        b.call(external(b, "llvm.aarch64.hint", void, i32), [i32(1)])


def now(b: ir.IRBuilder, clock: str = "CLOCK_MONOTONIC") -> ir.Value:
    """Nanoseconds of a clock of the C library; the usual one only goes forward."""
    with b.goto_entry_block():
        memory = b.alloca(ir.ArrayType(i64, 2))
    memory.type = pointer       # llvmlite still types the result of alloca
    b.call(external(b, "clock_gettime", i32, i32, pointer), [i32(getattr(time, clock)), memory])
    seconds, rest = (b.load(word(b, memory, at), typ=i64) for at in (0, 8))
    return b.add(b.mul(seconds, i64(1_000_000_000)), rest)


def external(b: ir.IRBuilder, name: str, result: ir.Type, *arguments: ir.Type) -> ir.Function:
    """A function of the C library, or an intrinsic, declared once a module."""
    known = b.module.globals.get(name)
    return known or ir.Function(b.module, ir.FunctionType(result, list(arguments)), name)
