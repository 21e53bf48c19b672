"""What is planned records and refuses what the function itself does, for all shapes and settings."""

from __future__ import annotations

from typing import Any

import pytest

import retrograd as rg
from retrograd.base.errors import ShapeError
from retrograd.functional.planned import planned
from retrograd.graph.graph import Graph
from retrograd.graph.node import Node, bind, line_text
from retrograd.graph.text import text
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as p

asked: list[Any] = []


def _mixed(nodes: tuple[Node, ...], factor: float) -> Node:
    """Several steps, a constant, a node that is read twice."""
    x, y = nodes
    asked.append(x.shape)
    if x.shape[1:] != y.shape:
        raise ShapeError(f"x is {x.shape}, y is {y.shape}", op="mixed")
    wide = lin.expand(y, x.shape, (0,))
    return (x + wide) * wide * factor - x


mixed = planned(_mixed)


def _text(nodes: Any) -> str:
    return text(Graph.of(nodes if isinstance(nodes, tuple) else (nodes,)))


@pytest.mark.parametrize(("shape", "factor"), [((2, 3), 1.0), ((2, 3), -1.0), ((4, 3), 1.0), ((2, 3), 1.0)])
def test_the_graph_is_that_of_the_function(shape: tuple[int, int], factor: float) -> None:
    nodes = rg.ones(*shape, requires_grad=True).node, rg.ones(3).node
    y = mixed(nodes, factor)
    assert _text(y) == _text(_mixed(nodes, factor))
    assert y.rg and y.inputs[1] is nodes[0]


def test_the_function_is_run_once_for_each_dtype_shape_and_setting() -> None:
    asked.clear()
    for _ in range(3):
        for dtype in (rg.float32, rg.float64):
            for factor in (3.0, 5.0):
                mixed((rg.ones(5, 2, dtype=dtype).node, rg.ones(2, dtype=dtype).node), factor)
    assert len(asked) == 4


def test_what_is_refused_is_refused_again() -> None:
    nodes = rg.ones(2, 3).node, rg.ones(4).node
    for _ in range(2):
        with pytest.raises(ShapeError, match="y is \\(4,\\)"):
            mixed(nodes, 1.0)


def test_one_step_a_given_node_and_several_results() -> None:
    x, y = rg.ones(2).node, rg.ones(2).node
    one = planned(lambda nodes: bind(p.sub, nodes))
    turned = planned(lambda nodes: bind(p.sub, (nodes[1], nodes[0])))
    same = planned(lambda nodes: nodes[1])
    both = planned(lambda nodes: (nodes[0] * nodes[1], nodes[0]))
    for _ in range(2):
        assert one((x, y)).inputs == (x, y)
        assert turned((x, y)).inputs == (y, x)
        assert same((x, y)) is y
        assert both((x, y))[0].inputs == (x, y)
        assert both((x, y))[1] is x


def test_each_node_names_the_line_that_called() -> None:
    x, w = rg.ones(1, 2, 4, 4), rg.ones(2, 2, 3, 3)
    for _ in range(2):
        y = rg.nn.functional.conv2d(x, w, rg.ones(2)).node
        assert "test_planned.py" in line_text(y.where)
        assert line_text(y.where) == line_text(y.inputs[0].where)


def test_settings_that_are_no_ints_are_refused_after_some_that_are() -> None:
    x, w = rg.ones(1, 2, 4, 4), rg.ones(2, 1, 3, 3)
    F = rg.nn.functional
    assert F.conv2d(x, w, groups=2, stride=1).shape == (1, 2, 2, 2)
    for wrong in ({"groups": 2.0}, {"stride": 1.0}, {"stride": True}, {"stride": (1, True)}, {"padding": 0.}):
        with pytest.raises(TypeError):
            F.conv2d(x, w, **{"groups": 2, **wrong})
