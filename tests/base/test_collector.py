"""Python's collector is held off inside, and is as it was afterwards."""

import gc

import pytest

from retrograd.base.collector import uncollected


def test_the_collector_works_again_afterwards():
    assert gc.isenabled()
    with pytest.raises(ValueError, match="inside"), uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
        raise ValueError("inside")
    assert gc.isenabled()


def test_a_collector_that_the_user_stopped_stays_so():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
