"""What `import retrograd` may bring. How long it takes beside NumPy is measured by `make bench`, not here."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"torch", "llvmlite", "ml_dtypes", "safetensors", "tqdm", "scipy", "pandas", "matplotlib", "sklearn",
         "multiprocessing", "asyncio", "unittest", "retrograd.nn", "retrograd.optim", "retrograd.cli"}
# The whole of src/retrograd is twice this many files: an import that walks through all of it is a mistake.
MOST_MODULES = 150


def _loaded(module: str) -> set[str]:
    """The modules that a fresh process holds after one import."""
    code = f"import sys, {module}; print(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              check=True).stdout.split())


def test_the_import_brings_nothing_heavy() -> None:
    assert _loaded("retrograd") & HEAVY == set()


def test_the_import_brings_a_part_of_retrograd_and_little_of_the_library() -> None:
    extra = _loaded("retrograd") - _loaded("numpy")
    ours = {name for name in extra if name.split(".")[0] == "retrograd"}
    print(f"{len(ours)} modules of retrograd, {len(extra) - len(ours)} others beyond NumPy's")
    assert len(ours) <= MOST_MODULES
    assert len(extra - ours) <= 20
