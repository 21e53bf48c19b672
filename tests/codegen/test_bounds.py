"""No kernel reads or writes outside its buffers: the registry between pages that nobody may touch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from retrograd.codegen.jit import host

GUARDED = Path(__file__).with_name("guarded.py")

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mprotect is called by hand")


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, GUARDED, *arguments], text=True, capture_output=True, check=False,
                          env={**os.environ, "RETROGRAD_JIT": "1"})


def test_the_guard_sees_one_element_beyond() -> None:
    assert _run("broken").returncode in (-signal.SIGSEGV, -signal.SIGBUS)


@pytest.mark.parametrize("where, machine", [("end", ""), ("begin", ""), ("end", "avx2")])
def test_every_load_and_store_lies_inside(where: str, machine: str) -> None:
    if machine and "+avx512f" not in host().features.split(","):
        pytest.skip("this machine has no AVX-512: its own code is AVX2 code")
    done = _run(where, *([machine] if machine else []))
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-2]) > 700
