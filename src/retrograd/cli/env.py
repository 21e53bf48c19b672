"""What a bug report needs: versions, processor, memory, switches.

Paste the output into the report.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import llvmlite.binding as llvm

from retrograd.base.config import Config, cache_directory
from retrograd.cli.terminal import Terminal
from retrograd.version import __version__

PACKAGES = ("numpy", "llvmlite", "ml_dtypes", "safetensors", "tqdm")
BESIDE = ("torch", "pytest")
FEATURES = ("sse4.2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512bf16",
            "avx512fp16", "amx-tile", "amx-bf16", "neon", "sve", "bf16", "dotprod")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="for programs")


def run(arguments: argparse.Namespace) -> int:
    """Print everything in sections, or as one JSON object."""
    sections = {"Retrograd": software(), "Machine": machine(), "Switches": switches()}
    if arguments.json:
        print(json.dumps(sections, indent=2))
        return 0
    term = Terminal.of()
    for k, (title, facts) in enumerate(sections.items()):
        term.say(*([""] if k else []), term.heading(title), *term.facts(list(facts.items())))
    return 0


def software() -> dict[str, str]:
    facts = {
        "retrograd": f"{__version__} in {Path(__file__).parents[1]}",
        "python": f"{platform.python_version()} ({platform.python_implementation()}) {sys.executable}",
        "system": platform.platform(),
    }
    facts |= {name: version_of(name) or "missing: pip install " + name for name in PACKAGES}
    facts["LLVM"] = ".".join(map(str, llvm.llvm_version_info))
    beside = [f"{name} {found}" for name in BESIDE if (found := version_of(name))]
    return facts | ({"also here": ", ".join(beside)} if beside else {})


def version_of(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> dict[str, str]:
    """Processor, cores, memory: what is there, and what this process may use of it."""
    features = llvm.get_host_cpu_features()
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    cores = f"{os.cpu_count()}, {allowed} for this process"
    quota = quota_of_cores()
    return {
        "processor": f"{model_name()} ({platform.machine()}; LLVM: {llvm.get_host_cpu_name()})",
        "features": " ".join(name for name in FEATURES if features.get(name)) or "none of those looked for",
        "cores": cores + (f", quota {quota:g}" if quota else ""),
        "memory": memory(),
        "/dev/shm": size(shutil.disk_usage("/dev/shm").total) if Path("/dev/shm").is_dir() else "none",
    }


def model_name() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def quota_of_cores() -> float | None:
    """Cores by the quota of the control group, where there is one (containers)."""
    file = Path("/sys/fs/cgroup/cpu.max")
    words = file.read_text().split() if file.is_file() else ["max"]
    return None if words[0] == "max" else int(words[0]) / int(words[1])


def memory() -> str:
    info = Path("/proc/meminfo")
    if not info.is_file():
        return "unknown"
    sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in info.read_text().splitlines()}
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.is_file() else "max"
    capped = f", limit {size(int(text))}" if text != "max" else ""
    return f"{size(sizes['MemTotal'])}, {size(sizes['MemAvailable'])} free{capped}"


def size(octets: int) -> str:
    return f"{octets / 2**30:.1f} GiB" if octets >= 2**30 else f"{octets / 2**20:.1f} MiB"


def switches() -> dict[str, str]:
    """The RETROGRAD_ variables that are set, and the cache they lead to; an unknown one is pointed out."""
    known = {"RETROGRAD_" + field.name.upper() for field in fields(Config)}
    given = {name: value for name, value in sorted(os.environ.items()) if name.startswith("RETROGRAD_")}
    unknown = "   (there is no such switch)"
    facts = {name: value + ("" if name in known else unknown) for name, value in given.items()}
    cache = cache_directory()
    facts = facts or {"RETROGRAD_": "none set"}
    return facts | {"cache": "off" if cache is None else f"{cache}, {size_of(Path(cache))}"}


def size_of(directory: Path) -> str:
    if not directory.is_dir():
        return "not there yet"
    sizes = [file.stat().st_size for file in directory.rglob("*") if file.is_file()]
    return f"{len(sizes):,} files, {size(sum(sizes))}"
