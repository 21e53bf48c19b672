"""What a loop computes for a concatenation alone lies in the concatenation; nothing else is moved."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.codegen.lowering.registry import LOWERINGS
from retrograd.codegen.passes import simplest
from retrograd.codegen.place import place_parts
from retrograd.graph.graph import topological


def calls(*results):
    """How many kernels the concatenations of a graph take."""
    roots = simplest([r.node for r in results])
    schedule = fuse_products(fuse(topological(roots), roots), roots)
    placed = place_parts(schedule, [schedule.layouts[r].base for r in roots])
    return sum([len(LOWERINGS[w.kind](w, placed)) for w in placed.work if w.kind == "concat"])


def parts():
    x = rg.tensor(np.linspace(-1, 1, 12).reshape(3, 4))
    return x.exp(), x.sin()


def test_parts_that_a_loop_computes_are_written_where_they_belong():
    a, b = parts()
    assert calls(rg.cat([a, b], 1)) == 0


def test_a_part_that_somebody_reads_or_holds_is_copied():
    a, b = parts()
    assert calls(rg.cat([a, b], 1), a @ rg.tensor(np.ones((4, 2)))) == 1
    a, b = parts()
    assert calls(rg.cat([a, b], 0), a) == 1
    a, b = parts()
    assert calls(rg.cat([a, a], 0)) == 2


def test_a_part_that_is_read_in_pieces_too_is_copied():
    x = np.linspace(-1, 1, 7200, dtype=np.float32).reshape(72, 100)
    twice = np.concatenate([x, x[:1]])
    for made, values in ((lambda t: t * 2, x * 2), (lambda t: rg.cat([t, t[:1]], 0), twice)):
        part = made(rg.tensor(x))
        assert np.array_equal(rg.cat([part[:, -3:], part, part[:, :2]], 1).numpy(),
                              np.concatenate([values[:, -3:], values, values[:, :2]], 1))
    part = rg.tensor(x).exp()
    assert calls(rg.cat([part, part[1:]], 0)) == 2


def test_a_concatenation_for_another_is_made_where_that_belongs():
    leaves = [rg.tensor(np.ones((4, 4))) for _ in range(4)]
    assert calls(rg.cat([rg.cat(leaves[:2], 1), rg.cat(leaves[2:], 1)], 0)) == 4
    a, b = parts()
    assert calls(rg.cat([rg.cat([a, b], 1), rg.cat([b * 2, a * 3], 1)], 0)) == 0


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int8"])
def test_parts_whose_elements_alternate(dtype):
    x = np.arange(3 * 45 * 37).reshape(3, 45, 37).astype(dtype)
    one, two = rg.tensor(x), rg.tensor(x * 2)
    assert np.array_equal(rg.stack([one, two], -1).numpy(), np.stack([x, x * 2], -1))
    both = rg.stack([rg.stack([one, two], -1), rg.stack([two, one], -1)], 2)
    assert np.array_equal(both.numpy(), np.stack([np.stack([x, x * 2], -1), np.stack([x * 2, x], -1)], 2))
    turned = rg.stack([one.mT, two.mT], -1)
    assert np.array_equal(turned.numpy(), np.stack([x.swapaxes(1, 2), 2 * x.swapaxes(1, 2)], -1))


def test_leaves_and_products_are_copied():
    a, b = parts()
    one = rg.tensor(np.ones((4, 4)))
    assert calls(rg.cat([one[:3], a @ one, b], 1)) == 2


def test_the_values_are_those_of_numpy():
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    for axis in (0, 1):
        got = rg.cat([t * 2 for t in parts()], axis).numpy()
        np.testing.assert_allclose(got, np.concatenate([2 * np.exp(x), 2 * np.sin(x)], axis), rtol=1e-15)


@pytest.mark.parametrize("axis, batch", [(1, ()), (0, ()), (2, (3,)), (1, (3,)), (0, (3,))])
def test_what_follows_a_product_writes_its_parts_where_they_belong(axis, batch):
    """Along the first axis of a batch too, though matrices of a batch may be walked as one tall matrix."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((*batch, *shape)).astype("float32") for shape in ((5, 33), (33, 20)))
    x = rg.tensor(a) @ rg.tensor(b[0] if batch else b)
    whole = rg.cat([x.exp(), x.sin(), x * 2], axis)
    assert calls(whole) == (0 if (axis, batch) != (1, (3,)) else 3)
    product = rg.tensor(a) @ rg.tensor(b[0] if batch else b)
    product.node.value = product.numpy().copy()
    expected = np.concatenate([product.exp().numpy(), product.sin().numpy(), (product * 2).numpy()], axis)
    assert whole.numpy().tobytes() == expected.tobytes()
