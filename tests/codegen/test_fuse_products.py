"""What follows on a product is computed in its kernel, to the bits of a loop of its own."""

import numpy as np
import pytest

from retrograd.base import dtype as dt
from retrograd.codegen.compile_graph import compile_graph, describe
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.graph.graph import topological
from retrograd.graph.node import bind, leaf
from retrograd.ops import linear as lin
from retrograd.ops import pointwise as pw
from retrograd.ops.contract import matmul

SHAPES = [(64, 784, 256), (30, 20, 10), (4, 40, 33), (1, 30, 70), (70, 30, 1), (200, 600, 150), (3, 2, 300),
          (5, 1, 4)]


def numbers(*shape, dtype="float32"):
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def leaves(*arrays):
    return [leaf(a, getattr(dt, str(a.dtype))) for a in arrays]


def values(roots, *nodes):
    return compile_graph(roots, nodes, [], None).run([n.value for n in nodes], [])


def apart(root, *nodes):
    """The value of a root with every node on the way computed by a program of its own."""
    known = {}
    for n in topological([root]):
        if n.value is None and n.inputs:
            inputs = tuple(known.get(i, i) for i in n.inputs)
            again = type(n)(n.prim, inputs, n.params, n.shape, n.dtype)
            given = [i for i in inputs if i.value is not None]
            known[n] = leaf(values([again], *given)[0], n.dtype)
    return known[root].value


def kinds(roots):
    return [line.split()[1] for line in describe(roots).splitlines()]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_bias_activation_residual_and_mask_follow_with_the_same_bits(shape, turned, dtype):
    m, k, n = shape
    sizes = (m, k), (n, k) if turned else (k, n), (n,), (m,), (m, n)
    x, w, bias, column, residual = leaves(*(numbers(*size, dtype=dtype) for size in sizes))
    y = matmul(x, lin.swap_last(w) if turned else w) + lin.expand(bias, (m, n), (0,))
    y = bind(pw.tanh, (y,)) * lin.expand(column, (m, n), (1,)) + residual
    y = bind(pw.where, (y > 0, y, residual * 0.5))
    nodes = x, w, bias, column, residual
    assert kinds([y]) == ["product"]
    assert (values([y], *nodes)[0] == apart(y, *nodes)).all()


def test_a_product_that_others_read_is_stored_as_well():
    x, w = leaves(numbers(20, 30), numbers(30, 40))
    z = matmul(x, w)
    h = bind(pw.tanh, (z,))
    got = values([h, z], x, w)
    assert kinds([h, z]) == ["product"]
    assert (got[1] == values([z], x, w)[0]).all() and (got[0] == apart(h, x, w)).all()


def test_a_mask_beside_the_value_is_an_output_of_another_dtype():
    x, w = leaves(numbers(20, 30), numbers(30, 40))
    z = matmul(x, w)
    positive = z > 0
    kept = bind(pw.where, (positive, z, z * 0.1))
    got = values([kept, positive], x, w)
    assert kinds([kept, positive]) == ["product"]
    assert (got[0] == apart(kept, x, w)).all() and (got[1] == apart(positive, x, w)).all()


def test_a_batch_under_another_shape_is_followed_too():
    x, w, bias = leaves(numbers(6, 5, 9), numbers(9, 40), numbers(40))
    y = lin.reshape(matmul(lin.reshape(x, (30, 9)), w), (6, 5, 40)) + lin.expand(bias, (6, 5, 40), (0, 1))
    assert kinds([y]) == ["product"]
    assert (values([y], x, w, bias)[0] == apart(y, x, w, bias)).all()


def test_heads_of_a_batch_with_a_strided_operand():
    a, b, mask = leaves(numbers(2, 3, 5, 9), numbers(2, 3, 9, 5), numbers(3, 2, 5, 5))
    y = matmul(a, b) * 0.5 + lin.permute(mask, (1, 0, 2, 3))
    assert kinds([y]) == ["product"]
    assert (values([y], a, b, mask)[0] == apart(y, a, b, mask)).all()


def test_a_loop_over_two_products_follows_the_one_it_can():
    x, w, h, u = leaves(numbers(20, 30), numbers(30, 40), numbers(20, 7), numbers(7, 40))
    y = bind(pw.tanh, (matmul(x, w) + matmul(h, u),))
    assert sorted(kinds([y])) == ["product", "product"]
    assert (values([y], x, w, h, u)[0] == apart(y, x, w, h, u)).all()


def test_a_loop_that_waits_for_something_made_of_the_product_stays_apart():
    x, w = leaves(numbers(20, 30), numbers(30, 20))
    z = matmul(x, w)
    y = matmul(z, z)                    # waits for z
    out = z + y                         # so it cannot run in the kernel that makes z
    assert kinds([out]) == ["product", "product"]
    assert "matmul, add" in describe([out]).splitlines()[1]
    assert (values([out], x, w)[0] == apart(out, x, w)).all()


def test_a_transposed_reader_stays_a_loop():
    x, w = leaves(numbers(20, 30), numbers(30, 20))
    z = matmul(x, w)
    assert kinds([z + lin.swap_last(z)]) == ["product", "loop"]


def test_what_is_written_over_a_leaf_stays_a_loop():
    x, w, old = leaves(numbers(20, 30), numbers(30, 20), numbers(20, 20))
    new = old - matmul(x, w)
    schedule = fuse(topological([new]), [new])
    assert [w.kind for w in fuse_products(schedule, [new], {new}).work] == ["product", "loop"]
    assert [w.kind for w in fuse_products(schedule, [new]).work] == ["product"]
    assert [w.kind for w in schedule.work] == ["product", "loop"]       # it is left as it was


def test_what_follows_two_products_of_one_shape_is_two_loops():
    """The layers of both directions, or three projections, have their biases each in their own product."""
    x, a, b, bias = leaves(numbers(30, 20), numbers(20, 10), numbers(20, 10), numbers(10))
    spread = lin.expand(bias, (30, 10), (0,))
    roots = [matmul(x, a) + spread, matmul(x, b) + spread]
    assert kinds(roots) == ["product", "product"]
    both = [matmul(x, a) * matmul(x, b), matmul(x, a) + matmul(x, b)]
    assert kinds(both)[-1] == "product" and len(kinds(both)) == 2


def test_each_addition_of_a_sum_of_products_follows_its_own():
    """No product is put down: what is, is the sum so far."""
    pairs = [leaves(numbers(16, 8), numbers(8, 24)) for _ in range(4)]
    total = matmul(*pairs[0])
    for a, b in pairs[1:]:
        total = total + matmul(a, b)
    nodes = [n for pair in pairs for n in pair]
    lines = describe([total]).splitlines()
    assert [line.split()[1] for line in lines] == ["product"] * 4
    assert all(line.endswith("-> 1 stored") for line in lines)
    assert sum("matmul, add ->" in line for line in lines) == 3
    assert (values([total], *nodes)[0] == apart(total, *nodes)).all()


def test_work_that_is_alike_shares_a_kernel_and_not_its_numbers():
    """Steps of a loop: other places, strides, or constants are told apart."""
    w, x = leaves(numbers(32, 32), numbers(6, 8, 32))
    rows = [bind(lin.slice_p, (x,), ((t, 0, 0), (t + 1, 8, 32), (1, 1, 1))) for t in range(6)]
    found = []
    for t, row in enumerate(rows):
        step = matmul(lin.reshape(row, (8, 32)), w) * (2.0 if t % 2 else 1.5)
        found.append(bind(pw.tanh, (step,)) + lin.reshape(rows[-1 - t], (8, 32)))
    for got, node in zip(values(found, w, x), found):
        assert (got == apart(node, w, x)).all()


def test_a_loop_follows_the_product_that_is_computed_last():
    """As in a recurrence: that of the input is there by then, and what follows does not wait for another."""
    w, v, x, h = leaves(numbers(20, 12), numbers(12, 12), numbers(6, 20), numbers(6, 12))
    a, b = matmul(x, w), matmul(bind(pw.tanh, (h,)), v)
    for total in (a + b, b + a):
        last = describe([bind(pw.tanh, (total,))]).splitlines()[-1]
        assert "matmul, add, tanh" in last and last.split()[0] == "3"
        assert (values([total], w, v, x, h)[0] == apart(total, w, v, x, h)).all()
