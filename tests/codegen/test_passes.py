"""Each pass does to graphs what its docstring says, and changes no value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.dtype import float32
from retrograd.codegen import dedupe, fold, simplify
from retrograd.codegen.passes import PASSES, simplest
from retrograd.graph.graph import Graph
from retrograd.graph.node import Node, bind, const, leaf
from retrograd.graph.text import text
from retrograd.graph.verify import verify
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw


def _number(value: float) -> Node:
    return const(value, float32)


def _vector() -> Node:
    return leaf(np.linspace(-1, 1, 4, dtype=np.float32), float32)


def _fold_example() -> Node:
    eighth = bind(pw.div, (_number(1.0), _number(8.0)))
    return bind(pw.mul, (_vector(), eighth))


def _simplify_example() -> Node:
    x = bind(pw.mul, (_vector(), _number(1.0)))
    return bind(pw.exp, (bind(pw.neg, (bind(pw.neg, (x,)),)),))


def _dedupe_example() -> Node:
    x = _vector()
    return bind(pw.add, (bind(pw.exp, (x,)), bind(pw.exp, (x,))))


def _columns(module: ModuleType) -> tuple[list[str], list[str]]:
    """Before and after, as the docstring shows them side by side."""
    lines = [line[4:] for line in (module.__doc__ or "").splitlines()
             if line.startswith("    ") and line.strip()]
    split = next(line.rindex("->") for line in lines if " -> " in line)
    before = [line[:split].strip() for line in lines]
    after = [line[split + 2:].strip() for line in lines]
    return [line for line in before if line], [line for line in after if line]


@pytest.mark.parametrize(("module", "example", "run"), [
    (fold, _fold_example, fold.fold), (simplify, _simplify_example, simplify.simplify),
    (dedupe, _dedupe_example, dedupe.dedupe)], ids=["fold", "simplify", "dedupe"])
def test_a_pass_does_what_its_docstring_shows(module: ModuleType, example: Callable[[], Node],
                                              run: Callable[[Sequence[Node]], list[Node]]) -> None:
    before, after = _columns(module)
    root = example()

    def names(lines: Sequence[str]) -> list[str]:
        return sorted(line.split(" = ")[-1].split("(")[0] + line.rpartition(":")[2] for line in lines)
    assert names(text(Graph.of([root])).splitlines()) == names(before)
    new = Graph.of(run([root]))
    verify(new)
    assert names(text(new).splitlines()) == names(after)
    assert text(Graph.of(run(new.roots))) == text(new), "a fixpoint"


def test_zero_is_added_to_floats_because_of_the_sign_of_zero() -> None:
    x = _vector()
    for value, stays in ((0.0, True), (-0.0, False)):
        y = bind(pw.exp, (bind(pw.add, (x, _number(value))),))
        assert (simplify.simplify([y])[0].inputs[0].prim is pw.add) == stays


def test_a_root_keeps_memory_of_its_own() -> None:
    x = _vector()
    same = bind(pw.mul, (x, _number(1.0)))
    a, b = bind(pw.exp, (x,)), bind(pw.exp, (x,))
    roots = simplest([same, a, b])
    assert roots[0] is not x and roots[1] is not roots[2]


def test_leaves_that_a_rule_uncovers_stay_apart() -> None:
    x, y = (bind(pw.mul, (_vector(), _number(1.0))) for _ in range(2))
    total = simplest([bind(pw.exp, (bind(pw.add, (x, y)),))])[0].inputs[0]
    assert total.inputs[0] is not total.inputs[1]


def test_numbers_spread_over_a_shape_are_units_too() -> None:
    x = _vector()
    one = lin.expand(_number(1.0), (4,), (0,))
    assert simplify.simplify([bind(pw.exp, (bind(pw.mul, (one, x)),))])[0].inputs[0] is x


def test_all_passes_in_one_walk_are_the_passes_one_after_the_other() -> None:
    x = rg.linspace(-1, 1, 12).reshape(3, 4).requires_grad_()
    loss = rg.nn.functional.layer_norm(x * 1.0, (4,)).mean() + (x * 1.0).mean()
    dx, = rg.autograd.grad(loss, x, create_graph=True)
    roots: Any = [loss.node, dx.node]
    together = text(Graph.of(simplest(roots)))
    for one in PASSES.values():
        roots = one(roots)
    assert together == text(Graph.of(roots))


@pytest.mark.parametrize("name", [*PASSES, "fuse"])
def test_the_graph_after_a_pass_can_be_printed(name: str) -> None:
    code = "import retrograd as rg; print(rg.ones(70, 80).exp().sum().item())"
    env = {"RETROGRAD_DUMP": name, "PYTHONPATH": ":".join(sys.path)}
    said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert "reduce_sum" in said.stderr
