"""What all tests share: PyTorch as an oracle where it is installed, seeds by name, counts at the end."""

from __future__ import annotations

import os
import random
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.base.modes import local
from retrograd.engine.families import Families
from retrograd.engine.program import programs
from retrograd.engine.quick import Policy


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true",
                     default=os.environ.get("RETROGRAD_TEST_GOLDEN") == "write",
                     help="write the golden files anew instead of comparing with them")
    parser.addoption("--slow", action="store_true",
                     help="run the tests that take long as well (make slow), not their small samples alone")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Counts())
    config.addinivalue_line("markers", "slow: takes more than some seconds; run by `make slow`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in set(slow)]


@pytest.fixture(scope="session")
def torch() -> Any:
    """PyTorch, a development oracle; tests that ask for it are skipped where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("torch", reason="PyTorch is not installed", exc_type=ImportError)
    module.set_num_threads(1)
    return module


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Reports carry what is counted: the tests may run in several processes (`make test`)."""
    report = yield
    if "torch" in getattr(item, "fixturenames", ()):
        if report.when == "setup" and report.skipped:
            report.user_properties.append(("comparison", "skipped"))
        elif report.when == "call":
            report.user_properties.append(("comparison", "run"))
    return report


class Counts:
    """What all tests together compared, for the last lines of a run."""

    def __init__(self) -> None:
        self.comparisons: Counter[str] = Counter()
        self.registry: tuple[int, ...] = ()
        self.checks = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == "comparison":
                self.comparisons[value] += 1
            elif name == "registry":
                *self.registry, checks = value
                self.checks += checks

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.registry:
            primitives, sampled, samples = self.registry
            terminalreporter.write_sep("=", f"registry: {primitives} primitives, {sampled} with samples, "
                                            f"{samples} samples, {self.checks} checks")
        if not self.comparisons:
            return
        run, skipped = self.comparisons["run"], self.comparisons["skipped"]
        line = f"comparisons with PyTorch: {run} run, {skipped} SKIPPED"
        if skipped:
            terminalreporter.write_sep("!", line + " (make oracles installs PyTorch)", red=True, bold=True)
        else:
            terminalreporter.write_sep("=", line)


def seed_of(name: str) -> int:
    """A seed that is the same in every run and on every machine."""
    return zlib.crc32(name.encode())


@pytest.fixture(autouse=True)
def seeded(request: pytest.FixtureRequest) -> int:
    """The default generators of Python, NumPy and Retrograd start each test from a seed made of its name."""
    seed = seed_of(request.node.name)
    random.seed(seed)
    np.random.seed(seed)
    rg.manual_seed(seed)
    return seed


@pytest.fixture
def rng(seeded: int) -> np.random.Generator:
    """A NumPy generator seeded by the test's name."""
    return np.random.default_rng(seeded)


@pytest.fixture
def fresh_programs(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The cache of programs, empty, with its counters at zero."""
    policy = Policy()
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(programs, "hits", 0)
    monkeypatch.setattr(programs, "misses", 0)
    for module in ("quick", "values", "known"):            # which also forgets what graphs were seen
        monkeypatch.setattr(f"retrograd.engine.{module}.policy", policy)
    monkeypatch.setattr(local.state, "reads", {})
    monkeypatch.setattr(local.state, "walks", set())
    families = Families()
    for module in ("families", "values", "known"):
        monkeypatch.setattr(f"retrograd.engine.{module}.families", families)
    return programs
