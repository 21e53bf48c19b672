"""What a primitive must bring: samples, a cost, one derivative; the exceptions have their reasons."""

from __future__ import annotations

from typing import Any

NO_SAMPLE = {
    "leaf": "a known value: nothing is computed",
    "const": "a structural number: nothing is computed",
    "scalar": "an argument of the program: nothing is computed",
    "hole": "a value from outside: nothing is computed",
    "freed": "what a node becomes when its graph is freed: it has no value",
    "call": "its rules are the user's; tests of custom functions cover it",
    "project": "one output of a call",
    "dot_bfloat16": "what a compiler makes of matmul, of bfloat16 alone; tests/codegen/test_dots.py",
    "override": "its value is one operand, its derivative the other's; tests of .data cover it",
}
# Differentiated to the second input only, as in PyTorch; tests/conformance compares that derivative.
SECOND_ONLY = ("gammainc", "gammaincc", "zeta")


def test_every_primitive_brings_samples(prim: Any, law: Any) -> None:
    law.holds(prim.name in NO_SAMPLE or bool(prim.sample and list(prim.sample())),
              f"{prim.name} ({prim.source}) has no sample(): give it one, see docs/add_an_op.md")


def test_every_primitive_that_computes_has_a_cost(computing_prim: Any, tools: Any, law: Any) -> None:
    """(An expansion costs what its expansion costs.)"""
    flops = computing_prim.flops
    assert flops is not None, f"{computing_prim.name} ({computing_prim.source}) declares no flops"
    for call in tools.calls_of(computing_prim):
        cost = flops(call.bind(call.leaves()))
        law.holds(isinstance(cost, int) and cost >= 0, f"{call} costs {cost!r}")


def test_samples_are_the_same_in_every_run(prim: Any, tools: Any, law: Any) -> None:
    for first, second in zip(tools.calls_of(prim), tools.calls_of(prim), strict=True):
        for a, b in zip(first.inputs, second.inputs, strict=True):
            law.same_bits(a, b, str(first))


def test_samples_are_fit_for_the_tests(call: Any, law: Any) -> None:
    """Double precision where a derivative is asked, sizes that a finite difference can afford."""
    for x in call.inputs:
        law.holds(x.dtype.name in ("float64", "int64", "bool"), f"{call} brings {x.dtype}")
        law.holds(x.size <= 1000, f"{call} brings {x.size} elements")


def test_every_differentiable_primitive_has_a_smooth_sample(differentiable_prim: Any, tools: Any,
                                                            law: Any) -> None:
    law.holds(differentiable_prim.name in (*NO_SAMPLE, *SECOND_ONLY) or
              any(c.differentiable for c in tools.calls_of(differentiable_prim)),
              f"no derivative of {differentiable_prim.name} is tested")
