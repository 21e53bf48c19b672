"""Packages that load their parts when these are asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PACKAGE = '''
from retrograd.base.later import homes, later
shown = 1
__getattr__, __dir__ = later(__name__, rare="seldom", modules="often", called={"other": "own"},
                             names=homes({"often": "first other", "sorting_out": "last"}))
from sorting import user
'''
FILES = {"__init__": PACKAGE, "user": "from sorting import seldom\ndef read():\n    return seldom.value\n",
         "seldom": "value = []\n", "often": "first = object()\nown = object()\n", "sorting_out": "last = 3\n"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package `sorting` whose parts are loaded later."""
    folder = tmp_path / "sorting"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield __import__("sorting")
    for name in [n for n in sys.modules if n.split(".")[0] == "sorting"]:
        del sys.modules[name]


def test_a_rare_module_is_loaded_when_something_of_it_is_read(package: Any) -> None:
    assert "sorting.seldom" not in sys.modules
    assert isinstance(package.user.seldom, ModuleType)
    found = package.user.read()
    assert found == [] and found is sys.modules["sorting.seldom"].value


def test_who_has_read_from_a_stand_in_finds_the_module_in_its_place(package: Any) -> None:
    package.user.read()
    assert package.user.seldom is sys.modules["sorting.seldom"] is package.seldom


def test_what_is_set_on_a_stand_in_is_set_on_the_module(package: Any) -> None:
    stand_in = package.user.seldom
    stand_in.value = 5
    assert package.user.read() == 5 and "value" in dir(stand_in)
    assert vars(stand_in) is vars(sys.modules["sorting.seldom"])
    del stand_in.value
    assert not hasattr(sys.modules["sorting.seldom"], "value")


def test_names_are_looked_up_where_the_table_says_and_kept(package: Any) -> None:
    assert package.last == 3 and vars(package)["last"] == 3
    assert package.other is package.often.own
    assert package.often is sys.modules["sorting.often"]


def test_the_package_lists_what_is_not_loaded_yet(package: Any) -> None:
    assert {"first", "other", "last", "seldom", "often", "shown"} <= set(dir(package))
    assert "sorting.often" not in sys.modules


def test_another_name_is_an_attribute_error(package: Any) -> None:
    with pytest.raises(AttributeError, match="module 'sorting' has no attribute 'nothing'"):
        package.nothing
    with pytest.raises(AttributeError, match="nothing"):
        package.user.seldom.nothing
