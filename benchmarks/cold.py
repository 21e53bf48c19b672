"""Seconds of the first training step of a fresh process: with nothing compiled before, and with what a
process before it left on disk."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# Where libraries keep what they compiled.
_FOLDERS = ("RETROGRAD_CACHE", "TORCHINDUCTOR_CACHE_DIR", "JAX_COMPILATION_CACHE_DIR")
_SHOWN = ("mlp64", "resmlp")

_CHILD = """
import json, time
import numpy
start = time.perf_counter()
from benchmarks import steps
run = steps.training({lib!r}, {mode!r}, {work!r})
ready = time.perf_counter()
float(run())
end = time.perf_counter()
print(json.dumps([end - ready, end - start]))
"""


def first(lib: str, mode: str, work: str, folder: str) -> tuple[float, float]:
    """Seconds of the first call, and of all that follows `import numpy`."""
    # As installed packages are: bytecode is there.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    env |= {name: folder for name in _FOLDERS} | {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    code = _CHILD.format(lib=lib, mode=mode, work=work)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True,
                          cwd=Path(__file__).parent.parent)
    call, everything = json.loads(done.stdout.splitlines()[-1])
    return call, everything


def table(rounds: int, columns: dict[str, tuple[str, str]], knows: Callable[[str, str], bool]) -> list[str]:
    """A row a network; a cell says how long the first call took, and all since `import numpy`."""
    lines = ["| first call (all since `import numpy`), s | " + " | ".join(columns) + " |",
             "|---|" + "---:|" * len(columns)]
    for work in _SHOWN:
        for disk in (False, True):
            cells = []
            for lib, mode in columns.values():
                cells.append(_cell(rounds, lib, mode, work, disk) if knows(lib, work) else "-")
            lines.append(f"| {work}, {'from disk' if disk else 'cold'} | " + " | ".join(cells) + " |")
    return lines


def _cell(rounds: int, lib: str, mode: str, work: str, disk: bool) -> str:
    runs = []
    with tempfile.TemporaryDirectory() as shared:
        if disk:
            first(lib, mode, work, shared)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as fresh:
                runs.append(first(lib, mode, work, shared if disk else fresh))
    call, everything = (statistics.median(values) for values in zip(*runs))
    return f"{call:.2f} ({everything:.2f})"
