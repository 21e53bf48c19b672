"""An interrupted step leaves parameters, optimiser state and generators after a whole number of steps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.end_to_end.interrupted import WARM, Run

SCRIPT = Path(__file__).with_name("interrupted.py")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no interval timer")
@pytest.mark.parametrize("which", ["compiled 60 1 32 0", "compiled 60 2 300 0.5", "plain 60 3 300 0"])
def test_at_random_moments(which: str) -> None:
    done = subprocess.run([sys.executable, SCRIPT, *which.split()], capture_output=True, text=True,
                          timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith("60 interrupts")


class Strike:
    """Interrupts the call number `at` of Python's or C's functions, as a signal would: on entry to the one,
    after the other."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __enter__(self) -> None:
        sys.setprofile(self._event)

    def __exit__(self, *exc: object) -> None:
        sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, _: Any) -> None:
        if event in ("call", "c_return"):
            self.left -= 1
            if self.left < 0:
                sys.setprofile(None)
                raise KeyboardInterrupt


@pytest.mark.parametrize("settled", [True, False], ids=["steady", "just interrupted"])
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "plain"])
def test_at_every_call_of_a_step(compiled: bool, settled: bool) -> None:
    run, twin = Run(12, 0.0, compiled), Run(12, 0.0, False)
    done = struck = 0
    for one in (run, twin):
        for _ in range(WARM):
            one.step(one.x, one.y)
    while True:
        for _ in range(3 if settled else 0):
            run.step(run.x, run.y)
        try:
            with Strike(struck):
                run.step(run.x, run.y)
            break
        except KeyboardInterrupt:
            struck += 1 if settled else 5
        (steps,) = run.steps()
        while done < steps - WARM:
            twin.step(twin.x, twin.y)
            done += 1
        assert run.bits() == twin.bits(), f"call {struck}"
    assert struck > 100
