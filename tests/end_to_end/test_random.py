"""A few of the random networks and programs that `make fuzz` runs for longer."""

from __future__ import annotations

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
    for seed in (22, 376):      # an empty batch of conv1d, interpolate with antialias
        assert random_windows.check(seed, torch, rg)
