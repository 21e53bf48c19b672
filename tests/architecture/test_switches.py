"""The ten switches: attributes of one dataclass, read from RETROGRAD_ variables, refused when unreadable."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from retrograd.base.config import Config, from_environment
from retrograd.base.errors import RetrogradError

GOOD: dict[str, list[tuple[str, Any]]] = {
    "DEBUG": [("0", 0), ("3", 3)], "DUMP": [("fuse", "fuse")],
    "JIT": [("0", False), ("1", True), ("off", False)],
    "CHECK": [("nan", frozenset({"nan"})), ("nan,ir", frozenset({"nan", "ir"})),
              ("replay", frozenset({"replay"})), ("", frozenset())],
    "EAGER": [("1", True), ("0", False), ("true", True)], "NUM_THREADS": [("4", 4)],
    "CACHE": [("off", "off"), ("/d", "/d")],
    "DATA_HOME": [("/data", "/data")], "LANG": [("zh", "zh"), ("en", "en")], "STRICT_IEEE": [("1", True)],
}
BAD = {"DEBUG": "loud", "JIT": "maybe", "CHECK": "nan,everything", "EAGER": "2", "NUM_THREADS": "many",
       "STRICT_IEEE": "yep"}


def test_the_switches_are_these_ten() -> None:
    assert {"RETROGRAD_" + f.name.upper() for f in fields(Config)} == {"RETROGRAD_" + n for n in GOOD}


@pytest.mark.parametrize("name", GOOD)
def test_a_switch_is_read_from_its_variable(name: str) -> None:
    for text, value in GOOD[name]:
        assert getattr(from_environment({"RETROGRAD_" + name: text}), name.lower()) == value


def test_without_variables_every_switch_has_its_default() -> None:
    assert from_environment({}) == Config()


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_be_read_names_the_variable(name: str) -> None:
    with pytest.raises(RetrogradError, match=f"RETROGRAD_{name}={BAD[name]!r} cannot be read"):
        from_environment({"RETROGRAD_" + name: BAD[name]})


@pytest.mark.parametrize("name", GOOD)
def test_every_switch_says_what_it_is(name: str) -> None:
    field = next(f for f in fields(Config) if f.name == name.lower())
    assert len(field.metadata["is"]) > 10


def test_no_code_reads_a_variable_behind_the_table(sources: Any) -> None:
    """RETROGRAD_ names appear in strings of other files only in texts for people."""
    known = {"RETROGRAD_" + n for n in GOOD} | {"RETROGRAD_"}
    for source in sources:
        assert set(re.findall(r"RETROGRAD_[A-Z_]*", source.text)) <= known, str(source)
        if source.name != "retrograd.base.config":
            assert not re.search(r"(environ(\.get)?|getenv)[\[(]\W*RETROGRAD_", source.text), str(source)
