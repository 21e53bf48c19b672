"""A few of the random networks and programs that `make fuzz` runs for longer."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from tests.end_to_end import random_networks, random_programs, random_windows

import retrograd as rg


@pytest.mark.parametrize("seed", range(8))
def test_a_random_network_is_trained_as_by_pytorch(torch: Any, seed: int) -> None:
    assert random_networks.check(seed, torch, rg) == ""


@pytest.mark.parametrize("seed", range(10))
def test_a_random_program_computes_what_pytorch_computes(torch: Any, seed: int) -> None:
    assert random_programs.check(seed, torch, rg) == ""


@pytest.mark.parametrize("seed", range(0, 360, 30))
def test_a_random_layer_of_windows_is_pytorchs(torch: Any, seed: int) -> None:
    assert random_windows.check(seed, torch, rg)


def test_empty_batches_and_filters_have_derivatives(torch: Any) -> None:
    def first(name: str, wanted: Any) -> int:
        cases = ((seed, random_windows.case_of(seed)) for seed in count())
        return next(seed for seed, case in cases if case.told.startswith(name) and wanted(case))
    for seed in (first("conv1d", lambda case: not case.arrays[0].size),
                 first("interpolate", lambda case: "antialias" in case.told)):
        assert random_windows.check(seed, torch, rg)
