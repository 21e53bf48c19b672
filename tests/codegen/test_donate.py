"""Results written over the leaves they replace, against the same graph computed into new memory."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.errors import IndexRangeError
from retrograd.codegen.compile_graph import describe
from retrograd.codegen.donate import _read
from retrograd.codegen.fuse import fuse
from retrograd.engine.linearize import linearize
from retrograd.engine.program import make_program
from retrograd.graph.graph import topological
from retrograd.graph.node import leaf


def arrays(count: int, shape: tuple[int, ...] = (6, 5)) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(np.float32) for _ in range(count)]


def tensors(values: list[np.ndarray]) -> list[rg.Tensor]:
    return [rg.tensor(v) for v in values]


def run(formula, donate, values, writable=True):
    """Roots of `formula(*tensors)` with {root: leaf} donated: (results, the arrays that were given)."""
    given = tensors(values)
    nodes = [t.node for t in given]
    roots = [t.node for t in formula(*given)]
    linear = linearize(roots)
    assert set(linear.leaves) <= set(nodes)
    program = make_program(roots, nodes, linear.scalars, donate)
    own = [np.array(n.value) for n in nodes]
    return program.run(own, [n.value for n in linear.scalars], writable), own


def reference(formula, values):
    return [t.numpy() for t in formula(*tensors(values))]


FORMULAS = {
    "elementwise": (lambda p, g: (p - 0.1 * g.tanh(),), {0: 0}),
    "with a state": (lambda p, m, g: (p - 0.1 * (0.9 * m + g), 0.9 * m + g), {0: 0, 1: 1}),
    "written without being read": (lambda p, g: (g.exp() + p * 0 + 1,), {0: 0}),
    "another leaf as it is": (lambda p, g: (g * 1.0 + p.sum() * 0,), {0: 0}),
    "product": (lambda p, g: (p @ g.T @ g,), {0: 0}),
    "transposed": (lambda p, g: ((p.T.exp() + g.T).T,), {0: 0}),
    "old value read by a product": (lambda p, g: (p - 0.5 * g, p @ g.T), {0: 0}),
    "normalised by itself": (lambda p, g: (p / (p * p).sum().sqrt() + g * 0.1,), {0: 0}),
    "read backwards": (lambda p, g: (p.flip(0).tanh() + g,), {0: 0}),
    "one result for two leaves": (lambda p, q: ((p * 2 + q).exp(), (p * 2 + q).exp()), {0: 0, 1: 1}),
    "each needs the other": (lambda p, q: (p + 2 * q.exp(), q - 3 * p.exp()), {0: 0, 1: 1}),
    "new value read again": (lambda p, g: (p - 0.1 * g, ((p - 0.1 * g) ** 2).sum()), {0: 0}),
    "held as well": (lambda p, g: (p.tanh() - g, p.tanh()), {0: 0}),
    "computed by NumPy": (lambda p, g: (p.cumsum(0) + g.exp(), p.cumsum(0)), {0: 0}),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_donated_result_lies_in_its_leaf_and_has_the_same_bits(name: str) -> None:
    formula, donate = FORMULAS[name]
    values = arrays(formula.__code__.co_argcount)
    out, own = run(formula, donate, values)
    for k, expected in enumerate(reference(formula, values)):
        np.testing.assert_array_equal(out[k].view(np.int32), expected.view(np.int32))
        assert k not in donate or out[k] is own[donate[k]]


@pytest.mark.parametrize("name", FORMULAS)
def test_memory_that_somebody_else_reads_is_left_alone(name: str) -> None:
    formula, donate = FORMULAS[name]
    values = arrays(formula.__code__.co_argcount)
    out, own = run(formula, donate, values, writable=False)
    for k, expected in enumerate(reference(formula, values)):
        np.testing.assert_array_equal(out[k].view(np.int32), expected.view(np.int32))
    for given, was in zip(own, values):
        np.testing.assert_array_equal(given, was)


def test_leaves_exchange_their_values() -> None:
    p, q = arrays(2)
    nodes = [leaf(v.copy(), rg.float32) for v in (p, q)]
    program = make_program([nodes[1], nodes[0]], nodes, [], {0: 0, 1: 1})
    given = [p.copy(), q.copy()]
    out = program.run(given, [], True)
    assert out[0] is given[0] and out[1] is given[1]
    np.testing.assert_array_equal(out[0], q)
    np.testing.assert_array_equal(out[1], p)


def test_a_view_of_the_old_value_that_is_asked_for_keeps_it() -> None:
    values = arrays(2)
    out, own = run(lambda p, g: (p - g, p.T, p.flip(0)), {0: 0}, values)
    np.testing.assert_array_equal(out[1], values[0].T)
    np.testing.assert_array_equal(out[2], values[0][::-1])
    np.testing.assert_array_equal(own[0], values[0] - values[1])


def test_only_what_may_be_written_is_written() -> None:
    values = arrays(3)
    out, own = run(FORMULAS["with a state"][0], {0: 0, 1: 1}, values, [False, True])
    assert out[0] is not own[0] and out[1] is own[1]
    np.testing.assert_array_equal(own[0], values[0])


def test_read_only_and_strided_leaves_are_copied() -> None:
    p, g = arrays(2)
    node, other = leaf(p, rg.float32), leaf(g, rg.float32)
    root = (rg.Tensor(node) - rg.Tensor(other)).node
    program = make_program([root], [node, other], [], {0: 0})
    fixed = p.copy()
    fixed.flags.writeable = False
    for given in (fixed, np.asfortranarray(p)):
        (out,) = program.run([given, g], [], True)
        assert not np.shares_memory(out, given)
        np.testing.assert_array_equal(given, p)
        np.testing.assert_array_equal(out, p - g)


def test_a_program_that_fails_has_written_nothing() -> None:
    table, g = arrays(2, (4, 4))
    index = np.array([0, 9])
    nodes = [leaf(table, rg.float32), leaf(g, rg.float32), leaf(np.array([0, 1]), rg.int64)]
    p, q, i = (rg.Tensor(n) for n in nodes)
    roots = [(p - 0.5 * q).node, q[i].node]
    linear = linearize(roots)
    program = make_program(roots, nodes, linear.scalars, {0: 0})
    given = table.copy()
    with pytest.raises(IndexError):
        program.run([given, g, index], [n.value for n in linear.scalars], True)
    np.testing.assert_array_equal(given, table)


def test_the_update_of_a_parameter_is_one_loop_in_place() -> None:
    p, g = tensors(arrays(2))
    assert describe([(p - 0.1 * g).node]).count("\n") == 0
    node = (p - 0.1 * g).node
    linear = linearize([node])
    recipe = make_program([node], linear.leaves, linear.scalars, {0: linear.leaves.index(p.node)}).recipe
    assert len(recipe.rows) == 1 and recipe.commit == 0 and not recipe.outputs


def test_an_index_out_of_range_is_found_before_a_leaf_is_written_over():
    values = [*arrays(1), np.array([0, 9, 2])]
    given = tensors(values)
    picked = given[0][given[1] * 1]
    roots = [(given[0] - 0.1 * picked.sum()).node]
    linear = linearize(roots)
    nodes = [t.node for t in given]
    program = make_program(roots, nodes, linear.scalars, {0: 0})
    own = [np.array(n.value) for n in nodes]
    with pytest.raises(IndexRangeError, match="index 9 is out of range for an axis of size 6"):
        program.run(own, [n.value for n in linear.scalars], True)
    assert own[0].tobytes() == values[0].tobytes()
    own[1][1] = 1                                                       # the same program goes on to work
    program.run(own, [n.value for n in linear.scalars], True)
    expected = values[0] - np.float32(0.1) * values[0][[0, 1, 2]].sum()
    np.testing.assert_allclose(own[0], expected, rtol=1e-5)


def test_what_results_of_numpy_were_made_from_is_walked_once():
    """Each of 20 complex products reads the one before twice: that is a million ways through them."""
    z = rg.ones(2, dtype=rg.complex64)
    for _ in range(20):
        z = z * z
    schedule = fuse(topological([z.node]), [z.node])
    assert len(list(_read(schedule, schedule.work[-1]))) <= 40
    assert z.tolist() == [1, 1]
