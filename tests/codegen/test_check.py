"""The check of indices: a verdict, and the first index that is bad."""

import numpy as np
import pytest

from retrograd.codegen.driver import Table
from retrograd.codegen.kernels import address_of
from retrograd.codegen.loops.check import Check


def verdict(index, size):
    index, out = np.asarray(index, np.int64), np.full(2, -7, np.int64)
    Table([(address_of(Check()), [index.ctypes.data, out.ctypes.data, index.size, size])])()
    return out.tolist()


@pytest.mark.parametrize("count", [1, 2, 7, 8, 64, 1001])
def test_indices_below_the_size_pass(count):
    assert verdict(np.arange(count), count)[0] == 0
    assert verdict(np.arange(count), count + 1)[0] == 0


@pytest.mark.parametrize("at", [0, 1, 15, 16, 100])
@pytest.mark.parametrize("bad", [-1, 5, 2**62, -2**63])
def test_the_first_bad_index_is_found(bad, at):
    index = np.zeros(101, np.int64)
    index[at] = bad
    index[at + 1:] = 9
    assert verdict(index, 5) == [1, bad]


def test_no_indices_pass_and_no_size_passes_none():
    assert verdict([], 0)[0] == 0
    assert verdict([0], 0) == [1, 0]
