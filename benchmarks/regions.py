"""Milliseconds of rows normalised, of long chains and of losses, forward and backward, and their floors.

The floor is what the bytes that have to be moved take at the rate of a copy: each argument read once, each
result written once. The chains have a floor of arithmetic too: what the same functions take on as many
numbers in a kernel whose arguments and result lie in the first cache.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

ROWS, COLUMNS = 4096, 1024


class Case(NamedTuple):
    call: Callable[[], Any]
    arrays: int         # of ROWS * COLUMNS floats that must be moved
    scalar: Callable[..., Any] | None = None        # the same for one element, in the algebra of kernels


def chain(T: Any, x: Any, y: Any) -> Any:
    """mul, add, relu, sub, abs, max, where, mul, add, square"""
    z = (x * 1.5 + y).relu() - 0.25
    z = T.maximum(z.abs(), x)
    return (T.where(x > 0.1, z, y) * 0.75 + x).square()


def curved(T: Any, x: Any, y: Any) -> Any:
    """The same with exp, tanh and sigmoid in it."""
    return chain(T, (x * -0.5).exp(), (y + x).tanh()) * x.sigmoid()


def chain_of_one(m: Any, x: Any, y: Any) -> Any:
    z = m.sub(m.maximum(m.add(m.mul(x, 1.5), y), 0.0), 0.25)
    z = m.maximum(m.abs(z), x)
    z = m.add(m.mul(m.select(m.gt(x, 0.1), z, y), 0.75), x)
    return m.mul(z, z)


def curved_of_one(m: Any, x: Any, y: Any) -> Any:
    return m.mul(chain_of_one(m, m.exp(m.mul(x, -0.5)), m.tanh(m.add(y, x))), m.sigmoid(x))


def cases(lib: str) -> dict[str, Case]:
    """What is measured. Results are held while they are computed, as a user holds them."""
    T: Any = importlib.import_module(lib)
    F: Any = importlib.import_module(lib + ".nn.functional")
    rng = np.random.default_rng(0)

    def array(*shape: int, grad: bool = False) -> Any:
        t = T.tensor(rng.standard_normal(shape).astype("float32"))
        return t.requires_grad_() if grad else t

    x, y, g = array(ROWS, COLUMNS, grad=True), array(ROWS, COLUMNS), array(ROWS, COLUMNS)
    w, b = array(COLUMNS, grad=True), array(COLUMNS, grad=True)
    still, classes = x.detach(), T.tensor(rng.integers(0, COLUMNS, ROWS))
    few, few_classes = array(512, 10, grad=True), T.tensor(rng.integers(0, 10, 512))

    def both(forward: Callable[[], Any], *leaves: Any, start: Any = g) -> Callable[[], Any]:
        def call() -> None:
            for leaf in leaves:
                leaf.grad = None
            out = forward()
            out.backward(start) if start is not None else out.backward()
        return call

    def alone(forward: Callable[[], Any]) -> Callable[[], Any]:
        return (lambda: forward().numpy()) if lib == "retrograd" else forward

    return {
        "softmax": Case(both(lambda: F.softmax(x, 1), x), 4),
        "log_softmax": Case(both(lambda: F.log_softmax(x, 1), x), 4),
        "layer_norm": Case(both(lambda: F.layer_norm(x, (COLUMNS,), w, b), x, w, b), 4),
        "batch_norm": Case(both(lambda: F.batch_norm(x, None, None, w, b, training=True), x, w, b), 4),
        "gelu": Case(both(lambda: F.gelu(x), x), 4),
        "dropout": Case(both(lambda: F.dropout(x, 0.2, training=True), x), 4),
        "cross_entropy": Case(both(lambda: F.cross_entropy(x, classes), x, start=None), 2),
        "cross_entropy 512 x 10": Case(both(lambda: F.cross_entropy(few, few_classes), few, start=None), 0),
        "chain": Case(alone(lambda: chain(T, still, y)), 3, chain_of_one),
        "chain with exp, tanh, sigmoid": Case(alone(lambda: curved(T, still, y)), 3, curved_of_one),
    }


def best(call: Callable[[], Any], repeats: int) -> float:
    """Milliseconds of the fastest of some calls, on this thread."""
    fastest = float("inf")
    for _ in range(repeats):
        start = time.thread_time()
        call()
        fastest = min(fastest, time.thread_time() - start)
    return 1e3 * fastest


def copy_time() -> float:
    """Milliseconds that copying one array takes: two are moved."""
    source = np.ones((ROWS, COLUMNS), np.float32)
    target = np.empty_like(source)
    return best(lambda: np.copyto(target, source), 40)


def arithmetic_time(scalar: Callable[..., Any]) -> float:
    """Milliseconds of a function of two arrays, by a kernel on pieces that stay in the first cache."""
    from llvmlite import ir

    from retrograd.codegen.driver import Table
    from retrograd.codegen.jit import compile_module
    from retrograd.codegen.loops.operand import Operand, Step
    from retrograd.codegen.loops.pointwise import Output, Pointwise, emit_pointwise

    one, size = Operand("float32", "1"), 1024
    nest = Pointwise((one, one), (Step(scalar, (0, 1)),), (Output(2, one),))
    module = ir.Module("floor")
    emit_pointwise(module, "floor", nest)
    code = compile_module(module, ["floor"])
    rng = np.random.default_rng(0)
    memory = rng.standard_normal(3 * size + 16).astype(np.float32)
    start = memory.ctypes.data + -memory.ctypes.data % 64
    run = Table([(code["floor"], [start, start + 4 * size, start + 8 * size, 0, size])] * 256)
    return best(run, 100) * ROWS * COLUMNS / (256 * size)


def measure(lib: str) -> dict[str, tuple[float, float, float]]:
    """By name: milliseconds, and the floors of bytes and of arithmetic."""
    copy = copy_time()
    return {name: (best(case.call, 30), case.arrays * copy / 2,
                   arithmetic_time(case.scalar) if case.scalar and lib == "retrograd" else 0.0)
            for name, case in cases(lib).items()}
