"""Commands run as a user runs them: a process of their own, in a directory of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import retrograd as rg

SOURCE = Path(rg.__file__).parents[1]  # the child shall run the package that the tests run
Command = Callable[..., subprocess.CompletedProcess]


def call(*words: object, cwd: Path, status: int = 0, **environment: str) -> subprocess.CompletedProcess:
    """Run `retrograd WORDS` in `cwd` and require its exit status."""
    line = [sys.executable, "-m", "retrograd.cli", *map(str, words)]
    done = subprocess.run(line, cwd=cwd, text=True, capture_output=True, timeout=300,
                          env={**os.environ, "PYTHONUTF8": "1", "COLUMNS": "88",
                               "PYTHONPATH": str(SOURCE), **environment})
    assert done.returncode == status, f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture
def retrograd(tmp_path: Path) -> Command:
    """The command, in a fresh directory."""
    return partial(call, cwd=tmp_path)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A directory in which `retrograd train digits` has run, and what it printed."""
    home = tmp_path_factory.mktemp("digits")
    return home, call("train", "digits", cwd=home).stdout


@pytest.fixture
def command(trained: tuple[Path, str]) -> Command:
    """The command, in the directory of the trained run."""
    return partial(call, cwd=trained[0])
