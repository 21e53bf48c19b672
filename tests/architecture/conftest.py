"""The source of the package, as syntax trees: read once, examined by every test here."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

import retrograd

ROOT = Path(retrograd.__file__).parent


@dataclass(frozen=True)
class Source:
    """One file: its dotted name, its folder directly under the package, its text and its tree."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def name(self) -> str:
        parts = ("retrograd", *self.path.relative_to(ROOT).with_suffix("").parts)
        return ".".join(parts[:-1] if self.is_package else parts)

    @property
    def folder(self) -> str:
        """'nn' for retrograd/nn/..., its own name for a file directly under the package ('' for __init__)."""
        parts = self.path.relative_to(ROOT).parts
        return parts[0] if len(parts) > 1 else "" if self.is_package else self.path.stem

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


SOURCES = [Source(p) for p in sorted(ROOT.rglob("*.py"))]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "source" in metafunc.fixturenames:
        metafunc.parametrize("source", SOURCES, ids=str)


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    return SOURCES
