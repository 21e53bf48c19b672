"""Oracles are optional: no test file needs PyTorch to be read."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def test_no_test_file_imports_pytorch_when_it_is_loaded() -> None:
    found = []
    for path in TESTS.rglob("test_*.py"):
        for line in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [a.name for a in line.names] if isinstance(line, ast.Import) else \
                [line.module or ""] if isinstance(line, ast.ImportFrom) else []
            if any(name.partition(".")[0] in ("torch", "jax") for name in names):
                found.append(str(path.relative_to(TESTS)))
    assert not found, f"use the fixture `torch`, or pytest.importorskip, in {found}"
