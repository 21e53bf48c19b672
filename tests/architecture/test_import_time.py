"""What `import retrograd` may bring. How long it takes beside NumPy is measured by `make bench`, not here."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

HEAVY = {"torch", "llvmlite", "ml_dtypes", "safetensors", "tqdm", "scipy", "pandas", "matplotlib", "sklearn",
         "multiprocessing", "asyncio", "unittest", "pathlib", "retrograd.nn", "retrograd.optim",
         "retrograd.cli", "retrograd.codegen", "retrograd.engine.values", "retrograd.runtime.program"}
# A module costs a tenth of a millisecond whatever is in it, a hundred lines as much again.
MOST_MODULES, MOST_LINES = 60, 10_000
CURE = "Name it `rare` in its package's __init__ (base/later.py), and import it as a module where it is " \
    "used: `from retrograd.ops import window`. It is then loaded when something of it is first read."


@cache
def _loaded(module: str) -> frozenset[str]:
    """The modules that a fresh process holds after one import."""
    code = f"import sys, {module}; print(*sys.modules)"
    return frozenset(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                    check=True).stdout.split())


def _ours() -> set[str]:
    return {name for name in _loaded("retrograd") if name.split(".")[0] == "retrograd"}


def test_the_import_brings_nothing_heavy() -> None:
    assert _loaded("retrograd") & HEAVY == set()


def test_the_import_brings_a_part_of_retrograd_and_little_of_the_library(sources: Any) -> None:
    ours = _ours()
    extra = _loaded("retrograd") - _loaded("numpy") - ours
    lines = {s.name: s.text.count("\n") for s in sources if s.name in ours}
    said = f"{len(ours)} modules of retrograd, {sum(lines.values())} lines; {len(extra)} others"
    print(said)
    assert len(ours) <= MOST_MODULES and sum(lines.values()) <= MOST_LINES, f"{said}. {CURE}"
    assert len(extra) <= 10


def _later(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The words that a package gives to `later`, with the name of the argument."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.endswith("later"):
            for given in call.keywords:
                if isinstance(given.value, ast.Constant):
                    yield from ((str(given.arg), word) for word in str(given.value.value).split())


def test_what_a_package_loads_later_is_there_and_not_loaded_yet(sources: Any) -> None:
    names, ours, seen = {s.name for s in sources}, _ours(), 0
    for source in sources:
        for kind, word in _later(source.tree):
            module = f"{source.name}.{word}"
            assert module in names, f"{source} names {word}, which is not there"
            assert kind != "rare" or module not in ours, f"`import retrograd` reads from {module}. {CURE}"
            seen += 1
    assert seen > 20


@pytest.mark.parametrize("name", ["relu", "load", "acosh", "exp_", "nn", "random", "set_printoptions"])
def test_what_is_loaded_later_is_listed_and_imported_like_the_rest(name: str) -> None:
    import retrograd
    assert name in dir(retrograd)
    assert getattr(__import__("retrograd", fromlist=[name]), name) is not None
