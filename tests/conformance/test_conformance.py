"""Every name of the everyday surface agrees with PyTorch on every sample of the tables."""

from __future__ import annotations

from typing import Any

import pytest

import retrograd as rg
from tests.conformance import compare
from tests.conformance.tables import DIFFERS, ERRORS, TABLES

CASES = [(name, expression) for table in TABLES.values() for name, expressions in table.items()
         for expression in expressions if isinstance(expression, str)]


@pytest.mark.parametrize(("name", "expression"), CASES, ids=[f"{n}:{e}" for n, e in CASES])
def test_a_sample_agrees(name: str, expression: str, torch: Any) -> None:
    if expression not in DIFFERS:
        compare.compare(torch, rg, expression)
    else:
        with pytest.raises((AssertionError, RuntimeError)):
            compare.compare(torch, rg, expression)


def test_every_name_has_three_samples() -> None:
    assert [n for table in TABLES.values() for n, expressions in table.items() if len(expressions) < 3] == []


@pytest.mark.parametrize("expression", ERRORS)
def test_a_mistake_raises_a_class_that_scripts_catch(expression: str, torch: Any) -> None:
    compare.compare_errors(torch, rg, expression)
