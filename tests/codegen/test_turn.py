"""Products that only their transposes read, turned: text before and after, and the same bits."""

from __future__ import annotations

import numpy as np

import retrograd as rg
from retrograd.codegen.turn import turn
from retrograd.graph.graph import Graph
from retrograd.graph.text import text


def _operands(*lead: int) -> tuple[rg.Tensor, rg.Tensor]:
    rng = np.random.default_rng(0)
    return tuple(rg.tensor(rng.standard_normal((*lead, *s)).astype(np.float32)) for s in [(5, 700), (700, 3)])


def test_the_transpose_of_a_product_is_the_product_of_the_transposes() -> None:
    a, b = _operands()
    lines = text(Graph.of(turn([(a @ b).t().node]))).splitlines()
    assert lines == [
        "%0 = leaf() : f32[5,700]",
        "%1 = permute(%0) perm=(1,0) : f32[700,5]",
        "%2 = leaf() : f32[700,3]",
        "%3 = permute(%2) perm=(1,0) : f32[3,700]",
        "%4 = matmul(%3, %1) : f32[3,5]",
        "return %4",
    ]


def test_a_product_that_is_asked_for_itself_stays() -> None:
    a, b = _operands()
    c = (a @ b).node
    assert turn([c, rg.Tensor(c).t().node])[0] is c


def test_the_bits_do_not_depend_on_who_holds_the_product() -> None:
    for lead in [(), (2,)]:
        a, b = _operands(*lead)
        turned = (a @ b).transpose(-1, -2).numpy()
        c = a @ b
        held = c.transpose(-1, -2) + 0
        np.testing.assert_array_equal(turned.view(np.int32), held.numpy().view(np.int32))
        np.testing.assert_array_equal(turned.view(np.int32), c.numpy().swapaxes(-1, -2).view(np.int32))


def test_every_result_is_an_array_of_its_own_in_row_major_order() -> None:
    a, b = _operands()
    c = (a + 1).t()
    d = rg.ones(3).expand(2, 3) * 1
    rg.synchronize()
    for t in (c, d, (b.t() @ a.t()).t()):
        assert t._value().flags.c_contiguous
