"""Every name of the everyday surface agrees with PyTorch on every sample of the tables."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from tests.conformance import compare
from tests.conformance.tables import DIFFERS, ERRORS, EVERYDAY, FORWARD_DIFFERS, NOT_REFUSED, TABLES

import retrograd as rg


def _asked(name: str, expressions: list[str], everyday: bool) -> list[str]:
    """All samples of the everyday names; of others one, always the same, and those that differ on purpose."""
    if everyday:
        return expressions
    one = expressions[zlib.crc32(name.encode()) % len(expressions)]
    return [e for e in expressions if e == one or e in DIFFERS]


CASES = [(name, expression) for part, table in TABLES.items() for name, expressions in table.items()
         for expression in _asked(name, expressions, name in EVERYDAY.get(part, ()))]


@pytest.mark.parametrize(("name", "expression"), CASES, ids=[f"{n}:{e}" for n, e in CASES])
def test_a_sample_agrees(name: str, expression: str, torch: Any) -> None:
    if expression not in DIFFERS:
        compare.compare(torch, rg, expression, forward=expression not in FORWARD_DIFFERS)
    else:
        with pytest.raises((AssertionError, RuntimeError)):
            compare.compare(torch, rg, expression)


@pytest.mark.parametrize("expression", FORWARD_DIFFERS)
def test_forward_mode_differs_where_the_page_says_so(expression: str, torch: Any) -> None:
    with pytest.raises(AssertionError, match="forward mode"):
        compare.compare_forward(torch, rg, expression)


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, table in TABLES.items() for name in table
                                            if not part.startswith("complex")])
def test_mistaken_arguments_raise_a_class_that_scripts_catch(part: str, name: str, torch: Any) -> None:
    """Of each name the first sample, on real numbers; `make conformance` takes three."""
    compare.compare_mistakes(torch, rg, TABLES[part][name][0])


def test_every_name_has_three_samples() -> None:
    assert [n for table in TABLES.values() for n, expressions in table.items() if len(expressions) < 3] == []


@pytest.mark.parametrize("expression", ERRORS)
def test_a_mistake_raises_a_class_that_scripts_catch(expression: str, torch: Any) -> None:
    compare.compare_errors(torch, rg, expression)


def test_mistakes_that_are_not_refused_are_those_on_the_page(torch: Any) -> None:
    for expression in NOT_REFUSED:
        with pytest.raises(AssertionError, match="nothing here"):
            compare.compare_errors(torch, rg, expression)


def test_the_page_speaks_of_the_tables_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "conformance.md").read_text()
    for part, table in TABLES.items():
        for name, expressions in table.items():
            assert f"| `{part}.{name}` | {len(expressions)} |" in page, f"{name}: run `make conformance`"
    reasons = [*DIFFERS.values(), *FORWARD_DIFFERS.values(), *NOT_REFUSED.values()]
    assert all(why in page for why in reasons)
