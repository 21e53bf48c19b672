"""A seed, a counter and a distribution go in; a kernel that fills an array with random numbers comes out.

The numbers are those of `ops/philox.py`, bit for bit. A block of the generator gives four words of 32 bits:
four float32, two float64, two integers, or two normal numbers. Work is cut by blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.philox import keys_of, words_of
from retrograd.codegen.emit.types import MEMORY, SIZE, f32, f64, i32, i64
from retrograd.codegen.loops.loop import least, loop
from retrograd.ops.box_muller import normals

_TWO_52 = 0x4330000000000000        # the bits of 2^52: a small integer in the low ones is added exactly

PER_BLOCK = {"uniform float32": 4, "uniform float64": 2, "normal float32": 2, "normal float64": 2,
             "integers below 2^32": 2, "integers of a word": 2, "integers": 2}


@dataclass(frozen=True)
class Draw:
    """`what` is a key of PER_BLOCK; integers get `low` and how many there are to choose from, `span`."""

    what: str

    @property
    def dtype(self) -> str:
        return "int64" if self.what.startswith("integers") else self.what.split()[1]

    def parameters(self) -> tuple[str, ...]:
        """What `args` holds, in order; `begin` and `end` are in blocks, `count` is in numbers."""
        return "seed", "counter", "out", "begin", "end", "count", "low", "span"

    def axes(self) -> tuple[Axis, ...]:
        """Work is cut between blocks, at whole lines of memory."""
        return axes_of(self.parameters(), begin=16)


def emit_draw(module: ir.Module, name: str, draw: Draw) -> None:
    """Add `void name(i64* args)` to the module, with `args` as `draw.parameters()` lists them."""
    kernel = Kernel(module, name, 3, 5)
    b = kernel.b
    seed, counter = (b.load(p, typ=i64, align=8) for p in kernel.pointers[:2])
    begin, end, count, low, span = kernel.integers
    per = PER_BLOCK[draw.what]
    full = b.sdiv(count, i64(per))
    keys = keys_of(b, seed)

    def numbers(block: ir.Value) -> list[ir.Value]:
        return _NUMBERS[draw.what.split()[0]](b, module, draw, words_of(b, block, counter, keys), low, span)

    def put(place: ir.Value, value: ir.Value) -> None:
        at = b.gep(kernel.pointers[2], [place], source_etype=MEMORY[draw.dtype])
        b.store(value, at, align=SIZE[draw.dtype])

    with loop(b, begin, least(b, full, end)) as block:
        for k, value in enumerate(numbers(block)):
            put(b.add(b.mul(block, i64(per)), i64(k)), value)
    with loop(b, full, b.select(b.icmp_signed("<", b.mul(full, i64(per)), count), end, full)) as block:
        for k, value in enumerate(numbers(block)):              # the last block, which is not used up
            place = b.add(b.mul(block, i64(per)), i64(k))
            with b.if_then(b.icmp_signed("<", place, count)):
                put(place, value)
    kernel.finish()


def _small(b: ir.IRBuilder, x: ir.Value) -> ir.Value:
    """A whole number below 2^52 as float64."""
    return b.fsub(b.bitcast(b.or_(x, i64(_TWO_52)), f64), f64(2.0 ** 52))


def _unit(b: ir.IRBuilder, high: ir.Value, low: ir.Value) -> ir.Value:
    """53 bits of two words as a float64 on [0, 1); every step is exact."""
    whole = b.fadd(b.fmul(_small(b, high), f64(2.0 ** 21)), _small(b, b.lshr(low, i64(11))))
    return b.fmul(whole, f64(2.0 ** -53))


def _uniform(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
             span: ir.Value) -> list[ir.Value]:
    if draw.dtype == "float64":
        return [_unit(b, *words[:2]), _unit(b, *words[2:])]
    bits = [b.lshr(b.trunc(w, i32), i32(8)) for w in words]
    return [b.fmul(b.sitofp(w, f32), f32(2.0 ** -24)) for w in bits]


def _normal(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
            span: ir.Value) -> list[ir.Value]:
    pair = normals(LLVMAlgebra(b, module, "float64"), _unit(b, *words[:2]), _unit(b, *words[2:]))
    return [b.fptrunc(z, f32) for z in pair] if draw.dtype == "float32" else list(pair)


def _integers(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
              span: ir.Value) -> list[ir.Value]:
    def one(high: ir.Value, rest: ir.Value) -> ir.Value:
        if draw.what == "integers of a word":
            return high
        if draw.what == "integers":
            return b.urem(b.or_(b.shl(high, i64(32)), rest), span)
        return b.lshr(b.add(b.mul(high, span), b.lshr(b.mul(rest, span), i64(32))), i64(32))

    return [b.add(one(*words[k:k + 2]), low) for k in (0, 2)]


_NUMBERS: dict[str, Callable[..., list[ir.Value]]] = {
    "uniform": _uniform, "normal": _normal, "integers": _integers}
