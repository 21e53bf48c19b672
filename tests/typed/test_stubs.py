"""Stubs are those of today's names; the annotated script runs."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_stubs_are_current() -> None:
    made = subprocess.run([sys.executable, ROOT / "scripts" / "stubs.py", "--check"],
                          capture_output=True, text=True)
    assert made.returncode == 0, f"run `make stubs`:\n{made.stdout}{made.stderr}"


def test_the_annotated_script_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "tests" / "typed" / "script.py"))
    assert capsys.readouterr().out.endswith("Size([90])\n")
