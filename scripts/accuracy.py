"""How far the scalar functions of native code are from the truth, in units of the last place (ulp).

    python scripts/accuracy.py                      every function, float32 on all 2^32 inputs, float64 on 1e8
    python scripts/accuracy.py exp tanh             some of them
    python scripts/accuracy.py --sample 1000        float32 on every 1000th input, float64 on 1e5

float32 is compared with float64 of the same function, in one kernel; float64 with the C library's 80-bit
floats (a machine without them measures float32 only). Inputs of float64 are every magnitude alike, dense
ranges, and cases known to be hard: neighbours of multiples of pi / 2, of where results overflow or vanish.
The exit status says whether all is within 2 ulp.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from llvmlite import ir

from retrograd.codegen.driver import Table
from retrograd.codegen.emit.types import f32, with_width
from retrograd.codegen.jit import compile_module
from retrograd.codegen.loops.operand import Operand, Step
from retrograd.codegen.loops.pointwise import Output, Pointwise, emit_pointwise

BOUND = 2.0
UNARY = ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "tan", "atan",
         "rsqrt")
FUNCTIONS = (*UNARY, "pow")
BLOCK = 1 << 16
COUNT64 = 100_000_000
WIDE = np.finfo(np.longdouble).nmant >= 63       # 80-bit floats, or better


@dataclass(frozen=True)
class Worst:
    """The largest error of a function and the input where it is."""

    name: str
    dtype: str
    ulps: float
    at: tuple[float, ...]
    points: int
    seconds: float

    def __str__(self) -> str:
        place = ", ".join(f"{x!r}" for x in self.at)
        verdict = "" if self.ulps <= BOUND else "   more than 2"
        return (f"{self.name:9s}{self.dtype:9s}{self.ulps:8.4f} ulp at {place:26s} "
                f"{self.points:>13,} points {self.seconds:6.1f} s{verdict}")


# ---------------------------------------------------------------- float32, in one kernel
def _error32(m: Any, got: ir.Value, true: ir.Value) -> ir.Value:
    """|got - true| in ulps of float32 at `true`, a float64; infinite where one is NaN and the other not."""
    b = m.b
    top = m.like(true, 2.0 ** 128)              # what infinity stands for: the next number after the largest
    rounded = b.fptrunc(true, got.type)
    finite = [m.copysign(m.minimum(m.abs(x), top), x) for x in (m.cast(got, "float64"), true)]
    exponent = b.and_(m.bits(m.abs(finite[1])), m.like_bits(true, 0x7FF << 52))
    power = m.minimum(m.from_bits(exponent, true), m.like(true, 2.0 ** 127))
    ulp = m.maximum(b.fmul(power, m.like(true, 2.0 ** -23)), m.like(true, 2.0 ** -149))
    error = b.fdiv(m.abs(b.fsub(*finite)), ulp)
    nans = m.isnan(got), m.isnan(true)
    error = b.select(b.or_(*nans), m.like(true, math.inf), error)
    same = b.or_(b.and_(*nans), b.and_(m.isinf(got), m.eq(got, rounded)))
    return b.select(same, m.like(true, 0.0), error)


def _float32_kernel(name: str) -> int:
    """`void f(args)`: from the bits of an input, as int32 numbers and their base, to the error in ulps."""
    def error(m: Any, number: ir.Value, base: ir.Value) -> ir.Value:
        x = m.b.bitcast(m.b.add(number, base), with_width(f32, m.width))
        function = getattr(m, name)
        return _error32(m, function(x), function(m.cast(x, "float64")))
    step = Step(error, (0, 1))
    inputs = Operand("int32", "1"), Operand("int32", "0")
    nest = Pointwise(inputs, (step,), (Output(2, Operand("float64", "1")),))
    module = ir.Module(name)
    emit_pointwise(module, "error", nest)
    return compile_module(module, ["error"])["error"]


def float32(name: str, sample: int = 1) -> Worst:
    """Every `sample`-th bit pattern of a function of one argument."""
    began = time.perf_counter()
    numbers = (np.arange(BLOCK, dtype=np.int64) * sample).astype(np.uint32).view(np.int32)
    base, errors = np.zeros(1, np.int32), np.empty(BLOCK)
    arrays = [a.ctypes.data for a in (numbers, base, errors)]
    run = Table([(_float32_kernel(name), [*arrays, 0, BLOCK])])
    worst, at, points = -1.0, 0, 0
    for first in range(0, 1 << 32, BLOCK * sample):
        base.view(np.uint32)[0] = first
        run()
        points += BLOCK
        top = float(errors.max())
        if top > worst:
            worst, at = top, (first + int(errors.argmax()) * sample) & 0xFFFFFFFF
    x = np.array([at], np.uint32).view(np.float32)[0]
    return Worst(name, "float32", worst, (float(x),), points, time.perf_counter() - began)


# ---------------------------------------------------------------- functions of arrays
def kernel(name: str, dtype: str) -> Callable[..., Any]:
    """The function over arrays of `dtype`, by a kernel."""
    arity = 2 if name == "pow" else 1
    step = Step(lambda m, *x: getattr(m, name)(*x), tuple(range(arity)))
    nest = Pointwise((Operand(dtype, "1"),) * arity, (step,), (Output(arity, Operand(dtype, "1")),))
    module = ir.Module(name)
    emit_pointwise(module, "apply", nest)
    address = compile_module(module, ["apply"])["apply"]

    def apply(*inputs: Any) -> Any:
        out = np.empty_like(inputs[0])
        Table([(address, [*(x.ctypes.data for x in inputs), out.ctypes.data, 0, out.size])])()
        return out
    return apply


def reference(name: str, *x: Any) -> Any:
    """The function in the type of `x`, which is wider than what it is compared with."""
    with np.errstate(all="ignore"):
        if name == "sigmoid":
            e = np.exp(-np.abs(x[0]))
            return np.where(x[0] < 0, e, 1) / (1 + e)
        if name == "softplus":
            return np.maximum(x[0], 0) + np.log1p(np.exp(-np.abs(x[0])))
        if name == "rsqrt":
            return 1 / np.sqrt(x[0])
        if name == "erf":
            return _erf(x[0])
        return {"pow": np.power, "atan": np.arctan}.get(name, getattr(np, name, None))(*x)


def _erf(x: Any) -> Any:
    """By Taylor's series about the nearest multiple of 1/32, where `_erf_series` is known:
    erf(c + h) - erf(c) = 2/sqrt(pi) exp(-c^2) sum of a_n h^(n+1) / (n+1), the a_n being those of
    exp(-2 c h - h^2)."""
    z = np.minimum(np.where(np.isnan(x), 0, np.abs(x)), 7)
    k = np.rint(z * 32).astype(np.intp)
    centre = k.astype(x.dtype) / 32
    h, before, now, power = z - centre, np.zeros_like(z), np.ones_like(z), z - centre
    total = power.copy()
    for n in range(20):
        before, now = now, -2 * (centre * now + before) / (n + 1)
        power = power * h
        total += now * power / (n + 2)
    values, slopes = _erf_at_centres(x.dtype)
    value = values[k] + slopes[k] * total
    return np.copysign(np.where(np.isnan(x), x, value), x)


@lru_cache(maxsize=4)
def _erf_at_centres(dtype: Any) -> tuple[Any, Any]:
    """The error function and its derivative at the multiples of 1/32 up to 7."""
    c = np.arange(7 * 32 + 1).astype(dtype) / 32
    root = np.sqrt(dtype.type(np.pi) + dtype.type(1.2246467991473531772e-16))
    return _erf_series(c, root), 2 / root * np.exp(-c * c)


def _erf_series(z: Any, root: Any) -> Any:
    """2/sqrt(pi) exp(-z^2) sum of 2^n z^(2n+1) / (2n+1)!!: all terms of one sign, so nothing cancels."""
    square, term = 2 * z * z, z.copy()
    total, n = term.copy(), 0
    while n < 250 and (term > total * 1e-21).any():
        n += 1
        term *= square / (2 * n + 1)
        total += term
    return 2 / root * np.exp(-z * z) * total


def ulps(got: Any, true: Any) -> Any:
    """Distances in units of the last place of `got`'s type at `true`, as `_error32`."""
    with np.errstate(all="ignore"):
        limits = np.finfo(got.dtype)
        top = true.dtype.type(2) ** limits.maxexp
        g, t = (np.clip(a.astype(true.dtype), -top, top) for a in (got, true))
        exponent = np.frexp(np.clip(np.abs(t), limits.smallest_normal, limits.max))[1]
        error = np.abs(g - t) / np.ldexp(true.dtype.type(1), exponent - 1 - limits.nmant)
        nans = np.isnan(got), np.isnan(true)
        error = np.where(nans[0] | nans[1], np.inf, error)
        same = nans[0] & nans[1] | np.isinf(got) & (got == true.astype(got.dtype))
        return np.where(same, 0, error)


# ---------------------------------------------------------------- float64, against 80 bits
def hard(dtype: Any) -> Any:
    """Zeros, ends, subnormals; neighbours of multiples of pi/2, of one, of thresholds, both signs."""
    limits = np.finfo(dtype)
    points = [0.0, limits.smallest_subnormal, limits.smallest_normal, limits.max, np.inf, np.nan,
              math.ldexp(6381956970095103, 797)]           # of all float64 next to a multiple of pi / 2
    half_pi = math.pi / 2
    points += [k * half_pi for k in (*range(1, 2000), *(p for p, _ in _convergents(60) if p < 10**300))]
    points += [float(p) for p, _ in _convergents(60)]       # integers next to multiples of pi / 2
    points += [float(2**k) for k in range(-1070, 1024)]
    points += [limits.maxexp * math.log(2), (limits.minexp - limits.nmant) * math.log(2), 0.625,
               math.sqrt(0.5), math.sqrt(2), 6.0, 9.1, 19.1, math.log(2), math.log(2) / 2]
    with np.errstate(all="ignore"):
        x = np.array(points, np.float64).astype(dtype)
        above, below = np.nextafter(x, dtype(np.inf)), np.nextafter(x, dtype(0))
        x = np.unique(np.concatenate([x, above, below, np.nextafter(above, dtype(np.inf))]))
    return np.concatenate([x, -x])


def _convergents(count: int) -> Iterator[tuple[int, int]]:
    """p/q close to pi / 2."""
    digits = ("31415926535897932384626433832795028841971693993751"
              "0582097494459230781640628620899862803482534211706798")
    x = Fraction(int(digits), 2 * 10 ** (len(digits) - 1))
    before, now = (1, 0), (int(x), 1)
    for _ in range(count):
        yield now
        x = 1 / (x - int(x))
        before, now = now, (int(x) * now[0] + before[0], int(x) * now[1] + before[1])


def inputs64(name: str, count: int, rng: np.random.Generator) -> tuple[Any, ...]:
    """A block of inputs: all bit patterns alike, and dense ranges where the function lives."""
    third = count // 3
    with np.errstate(all="ignore"):
        bits = rng.integers(0, 1 << 64, third, np.uint64).view(np.float64)
        dense = rng.uniform(-1, 1, third) * rng.choice([1.0, 10.0, 50.0, 750.0], third)
        wide = np.exp2(rng.uniform(-60, 30, count - 2 * third)) * rng.choice([-1.0, 1.0], count - 2 * third)
    x = np.concatenate([bits, dense, wide])
    if name != "pow":
        return (x,)
    base = np.abs(x)
    exponent = rng.uniform(-746, 710, count) / np.where(base == 1, 1, np.log(np.where(base > 0, base, 2)))
    return np.where(rng.integers(0, 2, count) == 0, base, rng.uniform(0.5, 2, count)), exponent


def float64(name: str, count: int = COUNT64) -> Worst:
    """`count` inputs and the hard ones, against 80-bit floats."""
    assert WIDE, "this machine has no float wider than float64 to compare with"
    began = time.perf_counter()
    function, rng = kernel(name, "float64"), np.random.default_rng(1)
    edges = hard(np.float64)
    blocks: list[Sequence[Any]] = [(edges,)]
    if name == "pow":
        some = edges[:: max(1, edges.size // 300)]
        blocks = [(np.repeat(some, some.size), np.tile(some, some.size))]
    worst, at, points = -1.0, (0.0,), 0
    while points < count:
        x = blocks.pop() if blocks else inputs64(name, min(BLOCK, count - points), rng)
        with np.errstate(all="ignore"):
            error = ulps(function(*x), reference(name, *(a.astype(np.longdouble) for a in x)))
        points += error.size
        k = int(error.argmax())
        if error[k] > worst:
            worst, at = float(error[k]), tuple(float(a[k]) for a in x)
    return Worst(name, "float64", worst, at, points, time.perf_counter() - began)


def pow32(count: int) -> Worst:
    """float32 powers on `count` pairs (there are 2^64), against float64."""
    began = time.perf_counter()
    function, rng = kernel("pow", "float32"), np.random.default_rng(2)
    worst, at, points = -1.0, (0.0,), 0
    some = hard(np.float32)
    some = some[:: max(1, some.size // 300)]
    blocks = [(np.repeat(some, some.size), np.tile(some, some.size))]
    while points < count:
        if blocks:
            x, y = blocks.pop()
        else:
            logarithm = rng.uniform(-103, 88, BLOCK) * rng.choice([1.0, 0.01], BLOCK)
            x = np.exp(logarithm).astype(np.float32)
            y = (rng.uniform(-104, 89, BLOCK) / np.where(logarithm == 0, 1, logarithm)).astype(np.float32)
        with np.errstate(all="ignore"):
            error = ulps(function(x, y), reference("pow", x.astype(np.float64), y.astype(np.float64)))
        points += error.size
        k = int(error.argmax())
        if error[k] > worst:
            worst, at = float(error[k]), (float(x[k]), float(y[k]))
    return Worst("pow", "float32", worst, at, points, time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("functions", nargs="*", default=FUNCTIONS, metavar="function",
                        help=", ".join(FUNCTIONS))
    parser.add_argument("--sample", type=int, default=1, help="one input in so many")
    parser.add_argument("--dtype", choices=("float32", "float64"), help="one of the two only")
    args = parser.parse_args()
    found = []
    for name in args.functions:
        if args.dtype != "float64":
            found.append(pow32(COUNT64 // args.sample) if name == "pow" else float32(name, args.sample))
            print(found[-1], flush=True)
        if args.dtype != "float32" and WIDE:
            found.append(float64(name, COUNT64 // args.sample))
            print(found[-1], flush=True)
    return int(any(w.ulps > BOUND for w in found))


if __name__ == "__main__":
    sys.exit(main())
