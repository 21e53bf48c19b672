"""The registry as test parameters: one `prim` a primitive, one `call` a sample; and the count of checks.

Nothing here names a primitive: adding one with its `sample()` adds its tests.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrograd
from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.reverse import pullback
from retrograd.base import dtype as dt
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import LEAF, PLAIN, Node, bind, const_p, leaf
from retrograd.graph.primitive import REGISTRY, Primitive
from retrograd.ops.complex import conj, real
from retrograd.ops.linear import reduce_sum


def _import_definitions() -> None:
    """Import every module that may define a primitive: those that import the class or a family."""
    root = Path(retrograd.__file__).parent
    sources = ("from retrograd.graph.primitive import", "from retrograd.ops.families import")
    for path in sorted(root.rglob("*.py")):
        if any(line in path.read_text("utf-8") for line in sources):
            importlib.import_module(".".join(("retrograd", *path.relative_to(root).with_suffix("").parts)))


_import_definitions()
PRIMITIVES = [p for p in REGISTRY.values() if p.source.startswith("retrograd.")]


@dataclass(frozen=True)
class Call:
    """One sample of a primitive: bind it, evaluate it, differentiate it."""

    prim: Primitive
    place: int
    inputs: tuple[Any, ...]
    params: tuple[Any, ...]
    smooth: bool

    @property
    def floats(self) -> list[int]:
        """Positions of the operands that have a derivative."""
        return [k for k, x in enumerate(self.inputs) if dt.from_numpy(x.dtype).smooth]

    @property
    def complex(self) -> bool:
        """Whether complex numbers go in or come out."""
        return any(x.dtype.kind == "c" for x in self.inputs) or \
            self.bind(self.leaves()).dtype.is_complex

    @property
    def differentiable(self) -> bool:
        return self.smooth and self.prim.differentiable and bool(self.floats)

    def with_inputs(self, inputs: Sequence[Any]) -> Call:
        # NumPy turns what it computes of shape () into numbers
        return replace(self, inputs=tuple(np.asarray(x) for x in inputs))

    def cast(self, dtype: Any, kinds: str = "f") -> Call:
        """The same call with its operands of those kinds in another dtype."""
        return self.with_inputs([x.astype(dtype.np) if x.dtype.kind in kinds else x for x in self.inputs])

    def leaves(self, rg: int = PLAIN) -> list[Node]:
        return [leaf(x, d, rg if d.smooth else PLAIN)
                for x, d in ((x, dt.from_numpy(x.dtype)) for x in self.inputs)]

    def bind(self, leaves: Sequence[Node]) -> Node:
        return bind(self.prim, tuple(leaves), self.params)

    def value(self) -> Any:
        """What the engine computes."""
        y = self.bind(self.leaves())
        evaluate([y])
        return y.value

    def moved(self, direction: Sequence[Any], step: float) -> Call:
        """The call at x + step * direction."""
        return self.with_inputs([x if d is None else x + step * d for x, d in zip(self.inputs, direction)])

    def direction(self, rng: np.random.Generator) -> list[Any]:
        """A random direction in the space of its floating-point operands."""
        return [drawn(rng, x.shape, x.dtype) if k in self.floats else None for k, x in enumerate(self.inputs)]

    @property
    def drawn(self) -> bool:
        """A draw of random numbers takes seed and counter from the program, a position nothing at all."""
        numbers = [x.ndim == 0 and x.dtype.kind == "i" for x in self.inputs]
        return not self.prim.differentiable and all(numbers) or sum(numbers) == 2

    @property
    def eps(self) -> float:
        """Rounding of the coarsest type on the way (a cast sample passes through float32)."""
        y = self.bind(self.leaves())
        kinds = [dt.from_numpy(x.dtype) for x in self.inputs] + [y.dtype]
        return max(float(np.finfo(d.np).eps) for d in kinds if d.smooth)

    def __str__(self) -> str:
        plane = any(x.dtype.kind == "c" for x in self.inputs)
        return f"{self.prim.name}-{self.place}{'-complex' if plane else ''}"


def calls_of(prim: Primitive) -> list[Call]:
    """Every sample of a primitive."""
    if prim.sample is None:
        return []
    return [Call(prim, k, tuple(np.asarray(x) for x in s.inputs), s.params, s.smooth)
            for k, s in enumerate(prim.sample())]


def in_the_plane(call: Call) -> Call | None:
    """The call with complex operands near its real ones, where the primitive has a meaning there. (The body
    of a loop says its dtypes; factors up to phases are no smooth functions.)"""
    if call.prim.family == "loop" or call.prim.phase:
        return None
    rng = np.random.default_rng([call.place, *call.prim.name.encode()])
    moved = [x + 0.3j * rng.uniform(-1, 1, x.shape) if x.dtype == np.float64 else x for x in call.inputs]
    out = replace(call, inputs=tuple(np.asarray(x) for x in moved))
    try:
        out.bind(out.leaves())
    except (NotImplementedError, AssertionError):
        return None
    return out


EVERY = [c for p in PRIMITIVES for c in calls_of(p)]
CALLS = [c for c in EVERY if not c.complex]
COMPLEX = [c for c in EVERY if c.complex] + [
    moved for p in PRIMITIVES for c in [c for c in calls_of(p) if not c.complex and c.floats][:1]
    for moved in [in_the_plane(c)] if moved is not None]
SAMPLED = len({c.prim for c in CALLS})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    groups = {"prim": PRIMITIVES, "differentiable_prim": [p for p in PRIMITIVES if p.differentiable],
              "computing_prim": [p for p in PRIMITIVES if p.expansion is None and p.sample]}
    for name, prims in groups.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, prims, ids=lambda p: p.name)
    tables = {"call": CALLS, "complex_call": COMPLEX, "any_call": [*CALLS, *COMPLEX],
              "differentiable_call": [c for c in [*CALLS, *COMPLEX] if c.differentiable],
              "expansion_call": [c for c in CALLS if c.prim.expansion is not None],
              "batched_call": [c for c in [*CALLS, *COMPLEX] if not c.drawn]}
    for name, calls in tables.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, calls, ids=str)


# ---------------------------------------------------------------- derivatives as numbers
def drawn(rng: np.random.Generator, shape: Any, dtype: Any) -> Any:
    """Uniform numbers on (-1, 1), in both parts if complex."""
    values = rng.uniform(-1, 1, shape)
    both = values + 1j * rng.uniform(-1, 1, shape) if np.dtype(dtype).kind == "c" else values
    return np.asarray(both, dtype)


def double(a: Any) -> Any:
    """In double precision."""
    a = np.asarray(a)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def wide(a: Any) -> Any:
    """In double precision; complex numbers as pairs."""
    a = double(a)
    return np.stack([a.real, a.imag], -1) if a.dtype.kind == "c" else a


def inner(a: Any, b: Any) -> float:
    """<a, b> in double precision, of complex numbers as pairs; None is zero."""
    if a is None or b is None:
        return 0.0
    return float(np.sum(wide(a) * wide(b)))


def values(nodes: Sequence[Node | None]) -> list[Any]:
    """Values of nodes, computed together; None stays None."""
    evaluate([n for n in nodes if n is not None])
    return [None if n is None else np.asarray(n.params[0] if n.prim is const_p else n.value) for n in nodes]


def dot(pairs: Sequence[tuple[Node | None, Node | None]]) -> Node | None:
    """sum of <a, b> as a node."""
    total: Node | None = None
    for a, b in pairs:
        if a is None or b is None:
            continue
        product = real(conj(a) * b)
        term = reduce_sum(product, tuple(range(product.ndim)))
        total = term if total is None else total + term
    return total


def given(arrays: Sequence[Any]) -> list[Node | None]:
    return [None if a is None else leaf(a, dt.from_numpy(a.dtype)) for a in arrays]


def jvp_of(y: Node, xs: Sequence[Node], tangents: Sequence[Node | None]) -> Node | None:
    return pushforward([y], {x: t for x, t in zip(xs, tangents) if t is not None})[0]


def vjp_of(y: Node, g: Node, xs: Sequence[Node]) -> list[Node | None]:
    """Cotangents of the operands as nodes that can be differentiated again."""
    found, _ = pullback([y], [g], [x for x in xs if x.rg], create_graph=True)
    return [found.get(x) for x in xs]


class Law:
    """Counts what is compared, and says by how much a comparison fails."""

    def __init__(self) -> None:
        self.checks = 0

    def close(self, got: Any, expected: Any, tolerance: float, scale: float = 0.0, what: str = "") -> None:
        """|got - expected| <= tolerance * the largest number around (at least `scale`)."""
        self.checks += 1
        got, expected = wide(got), wide(expected)
        assert got.shape == expected.shape, f"{what}: shape {got.shape}, expected {expected.shape}"
        finite = expected[np.isfinite(expected)]
        size = max(scale, float(np.abs(finite).max(initial=0.0)))
        np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance * size, err_msg=what)

    def same_bits(self, got: Any, expected: Any, what: str = "") -> None:
        self.checks += 1
        got, expected = np.asarray(got), np.asarray(expected)
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype), what
        assert got.tobytes() == expected.tobytes(), f"{what}: {got} is not bit for bit {expected}"

    def holds(self, fact: bool, what: str = "") -> None:
        self.checks += 1
        assert fact, what


@pytest.fixture
def law(request: pytest.FixtureRequest) -> Iterator[Law]:
    """A count of this test's own, which its report carries to the last line of the run."""
    law = Law()
    yield law
    request.node.user_properties.append(("registry", (len(PRIMITIVES), SAMPLED, len(CALLS), law.checks)))


class _Tools:
    """The functions above, for test files (which import nothing from each other)."""

    inner, values = staticmethod(inner), staticmethod(values)
    double, drawn = staticmethod(double), staticmethod(drawn)
    dot, given = staticmethod(dot), staticmethod(given)
    jvp, vjp = staticmethod(jvp_of), staticmethod(vjp_of)
    LEAF, PLAIN, dtypes = LEAF, PLAIN, dt
    calls_of = staticmethod(calls_of)


@pytest.fixture
def tools() -> type[_Tools]:
    return _Tools
