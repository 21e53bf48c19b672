"""A sample of PyTorch's own databases agrees (`make databases` runs them whole)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.databases.run import checked, entries

import retrograd as rg

NAMES = {
    "operators": "add softmax gather index_select diff flip nn.functional.gelu".split(),
    "modules": "nn.Linear nn.GroupNorm nn.AvgPool2d".split(),
    "optimizers": "optim.SGD optim.NAdam".split(),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", NAMES)
def test_a_sample_of_the_databases_agrees(kind: str, torch: Any) -> None:
    pytest.importorskip("expecttest")
    found = {name: checked(entry, 120) for name, entry in entries(torch, rg, [kind], 6)
             if name in NAMES[kind]}
    assert found.keys() == set(NAMES[kind])
    assert {name: result["reasons"] for name, result in found.items() if result["failed"]} == {}
