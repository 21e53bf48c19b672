"""A seed, a counter and a distribution go in; a kernel that fills an array with random numbers comes out.

The numbers are those of `ops/philox.py`, bit for bit. A block of the generator gives four words of 32 bits:
four float32, two float64, two integers, or two normal numbers. Work is cut by blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from retrograd.codegen.axis import Axis, axes_of
from retrograd.codegen.contract.square import room
from retrograd.codegen.emit.algebra import LLVMAlgebra
from retrograd.codegen.emit.kernel import Kernel
from retrograd.codegen.emit.philox import keys_of, words_of
from retrograd.codegen.emit.types import MEMORY, SIZE, f32, f64, i32, i64, splat
from retrograd.codegen.jit import host
from retrograd.codegen.loops.loop import least, loop
from retrograd.codegen.loops.operand import broadcast
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
    """Add `void name(i64* args)` to the module, with `args` as `draw.parameters()` lists them.

    Blocks are computed side by side, one a lane of i64. Where not all that they give is wanted, it is put
    into memory of the kernel's own first.
    """
    kernel = Kernel(module, name, 3, 5)
    b, out, lanes = kernel.b, kernel.pointers[2], host().lanes("int64")
    element, size = MEMORY[draw.dtype], SIZE[draw.dtype]
    seed, counter = (b.load(p, typ=i64, align=8) for p in kernel.pointers[:2])
    begin, end, count, low, span = kernel.integers
    per = PER_BLOCK[draw.what]
    limit = least(b, count, b.mul(end, i64(per)))
    keys = [(broadcast(b, k0, lanes), broadcast(b, k1, lanes)) for k0, k1 in keys_of(b, seed)]
    counter, low, span = (broadcast(b, x, lanes) for x in (counter, low, span))
    each = ir.Constant(counter.type, list(range(lanes)))
    buffer = room(b, ir.VectorType(element, per * lanes), 1)
    with loop(b, begin, end, lanes) as first:
        words = words_of(b, b.add(broadcast(b, first, lanes), each), counter, keys)
        numbers = _NUMBERS[draw.what.split()[0]](b, module, draw, words, low, span)
        place = b.mul(first, i64(per))
        target = b.gep(out, [place], source_etype=element)
        left = b.sub(limit, place)
        whole = b.icmp_signed(">=", left, i64(per * lanes))
        b.store(_woven(b, numbers), b.select(whole, target, buffer), align=size)
        with loop(b, i64(0), b.select(whole, i64(0), left)) as k:
            value = b.load(b.gep(buffer, [k], source_etype=element), typ=element, align=size)
            b.store(value, b.gep(target, [k], source_etype=element), align=size)
    kernel.finish()


def _woven(b: ir.IRBuilder, vectors: list[ir.Value]) -> ir.Value:
    """The first lanes of two vectors, then the second ones, and so on; one is as it is."""
    if len(vectors) == 1:
        return vectors[0]
    lanes = vectors[0].type.count
    order = [lanes * part + k for k in range(lanes) for part in range(2)]
    return b.shuffle_vector(*vectors, ir.Constant(ir.VectorType(i32, 2 * lanes), order))


def _small(b: ir.IRBuilder, x: ir.Value) -> ir.Value:
    """Whole numbers below 2^52 as float64."""
    kind = ir.VectorType(f64, x.type.count)
    return b.fsub(b.bitcast(b.or_(x, splat(x.type, _TWO_52)), kind), splat(kind, 2.0 ** 52))


def _unit(b: ir.IRBuilder, high: ir.Value, low: ir.Value) -> ir.Value:
    """53 bits of two words as a float64 on [0, 1); every step is exact."""
    high, low = _small(b, high), _small(b, b.lshr(low, splat(low.type, 11)))
    whole = b.fadd(b.fmul(high, splat(high.type, 2.0 ** 21)), low)
    return b.fmul(whole, splat(whole.type, 2.0 ** -53))


def _uniform(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
             span: ir.Value) -> list[ir.Value]:
    if draw.dtype == "float64":
        return [_unit(b, *words[:2]), _unit(b, *words[2:])]
    pairs = [b.or_(x, b.shl(y, splat(y.type, 32))) for x, y in (words[:2], words[2:])]
    narrow, kind = (ir.VectorType(t, 4 * low.type.count) for t in (i32, f32))
    bits = b.lshr(b.bitcast(_woven(b, pairs), narrow), splat(narrow, 8))      # all, and in order
    return [b.fmul(b.sitofp(bits, kind), splat(kind, 2.0 ** -24))]


def _normal(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
            span: ir.Value) -> list[ir.Value]:
    lanes = low.type.count
    pair = normals(LLVMAlgebra(b, module, "float64", lanes), _unit(b, *words[:2]), _unit(b, *words[2:]))
    return [b.fptrunc(z, ir.VectorType(f32, lanes)) for z in pair] if draw.dtype == "float32" else list(pair)


def _integers(b: ir.IRBuilder, module: ir.Module, draw: Draw, words: list[ir.Value], low: ir.Value,
              span: ir.Value) -> list[ir.Value]:
    half = splat(low.type, 32)

    def one(high: ir.Value, rest: ir.Value) -> ir.Value:
        if draw.what == "integers of a word":
            return high
        if draw.what == "integers":
            return b.urem(b.or_(b.shl(high, half), rest), span)
        return b.lshr(b.add(b.mul(high, span), b.lshr(b.mul(rest, span), half)), half)

    return [b.add(one(*words[k:k + 2]), low) for k in (0, 2)]


_NUMBERS: dict[str, Callable[..., list[ir.Value]]] = {
    "uniform": _uniform, "normal": _normal, "integers": _integers}
