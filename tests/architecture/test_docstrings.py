"""Every public name says what it is."""

from __future__ import annotations

import ast
import importlib
import inspect
from typing import Any

import pytest

import retrograd


def _public() -> dict[str, Any]:
    return {n: getattr(retrograd, n) for n in dir(retrograd) if not n.startswith("_")}


def _ours(thing: Any) -> bool:
    return getattr(thing, "__module__", "").startswith("retrograd")


def test_every_public_function_and_class_has_a_docstring() -> None:
    silent = [n for n, f in _public().items() if (inspect.isfunction(f) or inspect.isclass(f)) and _ours(f)
              and not inspect.getdoc(f)]
    assert silent == []


def test_every_public_method_of_a_tensor_has_a_docstring() -> None:
    silent = [n for n,
              f in inspect.getmembers(retrograd.Tensor) if not n.startswith("_") and inspect.isfunction(f)
              and not inspect.getdoc(f)]
    assert silent == []


@pytest.mark.parametrize("module", ["nn", "nn.functional", "optim", "data", "autograd", "func"])
def test_every_public_name_of_a_toolkit_has_a_docstring(module: str) -> None:
    found = importlib.import_module("retrograd." + module)
    names = getattr(found, "__all__", None) or [n for n in dir(found) if not n.startswith("_")]
    things = {n: getattr(found, n) for n in names}
    silent = [n for n, f in things.items() if (inspect.isfunction(f) or inspect.isclass(f)) and _ours(f)
              and not f.__doc__]
    assert silent == []


def test_a_docstring_does_not_only_repeat_the_name(sources: Any) -> None:
    for source in sources:
        for n in ast.walk(source.tree):
            if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and (text := ast.get_docstring(n)):
                said = "".join(c for c in text.lower() if c.isalnum())
                assert said != n.name.lower().replace("_", ""), f"{source}:{n.lineno}"


def test_functions_without_an_executed_example_are_counted(record_property: Any) -> None:
    """Reported (pytest -rA shows it), not refused: the examples are being written."""
    missing = [n for n, f in _public().items()
               if inspect.isfunction(f) and _ours(f) and ">>>" not in (f.__doc__ or "")]
    record_property("functions_without_example", len(missing))
    print(f"{len(missing)} public functions have no example: {', '.join(missing)}")
