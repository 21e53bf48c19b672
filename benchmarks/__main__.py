"""Run the measurements, one process a library in turn, and print the tables;
--write keeps them in RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import captured, operations, steps

HERE = Path(__file__).parent


def child(*args: str, **env: str) -> Any:
    """The JSON that `python -m benchmarks --child ...` prints in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks", "--child", *args],
                          capture_output=True, text=True, env={**os.environ, **env}, cwd=HERE.parent)
    if done.returncode:
        raise SystemExit(f"benchmark {' '.join(args)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_child(args: list[str]) -> None:
    what, lib, *rest = args
    if lib == "torch":
        import torch
        torch.set_num_threads(int(os.environ.get("BENCH_THREADS", "2")))
    result = operations.measure(lib) if what == "operations" \
        else captured.measure(rest[0]) if what == "captured" \
        else steps.measure(lib, rest[0])
    print(json.dumps(result))


def available(*libs: str) -> list[str]:
    return [lib for lib in libs if importlib.util.find_spec(lib)]


def operation_table(rounds: int) -> list[str]:
    libs = available("retrograd", "torch")
    runs: dict[str, list[Any]] = {lib: [] for lib in libs}
    for _ in range(rounds):
        for lib in libs:
            runs[lib].append(child("operations", lib, BENCH_THREADS="1"))
    us = {lib: {k: min(r[k] for r in rs) for k in rs[0]} for lib, rs in runs.items()}
    lines = ["| operation | " + " | ".join(f"{lib} us" for lib in libs) + " | ratio |",
             "|---|" + "---:|" * (len(libs) + 1)]
    ratios = []
    for name in us["retrograd"]:
        row = [us[lib][name] for lib in libs]
        ratio = f"{row[0] / row[1]:.2f}" if len(row) > 1 else "-"
        if len(row) > 1:
            ratios.append(row[0] / row[1])
        lines.append(f"| `{name}` | " + " | ".join(f"{v:.2f}" for v in row) + f" | {ratio} |")
    if ratios:
        lines.append(f"| median / largest ratio | | | {statistics.median(ratios):.2f} / {max(ratios):.2f} |")
    return lines


def step_table(rounds: int) -> list[str]:
    peers = available("torch", "jax")
    columns = {"retrograd": ("retrograd", {}), "interpreted": ("retrograd", {"RETROGRAD_JIT": "0"}),
               **{p: (p, {}) for p in peers}}
    lines = ["| step, us | " + " | ".join(columns) + " | retrograd / best peer |",
             "|---|" + "---:|" * (len(columns) + 1)]
    for work in steps.STEPS:
        got: dict[str, list[float]] = {c: [] for c in columns}
        for _ in range(rounds):
            for c, (lib, env) in columns.items():
                got[c].append(child("steps", lib, work, **env)["us"])
        med = {c: statistics.median(v) for c, v in got.items()}
        best = min((med[p] for p in peers), default=None)
        ratio = f"{med['retrograd'] / best:.2f}" if best else "-"
        lines.append(f"| {work} | " + " | ".join(f"{v:.0f}" for v in med.values()) + f" | {ratio} |")
    return lines


def captured_table(rounds: int) -> list[str]:
    """The same networks with SGD, one program a step: kernels, and the NumPy interpreter."""
    lines = ["| captured step with SGD, us | native | interpreted |", "|---|---:|---:|"]
    for work in steps.STEPS:
        row = [statistics.median(child("captured", "retrograd", work, RETROGRAD_JIT=jit)["us"]
                                 for _ in range(rounds)) for jit in "10"]
        lines.append(f"| {work} | {row[0]:.1f} | {row[1]:.1f} |")
    return lines


def wheel_table() -> list[str]:
    """Megabytes that `pip install` downloads: the wheels of what the package requires, and its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", folder, "."]
        done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
        if done.returncode:
            return [f"pip could not fetch the wheels: {done.stderr.strip().splitlines()[-1]}"]
        sizes = {f.name.split("-")[0]: f.stat().st_size / 1e6 for f in sorted(Path(folder).iterdir())}
    lines = ["| wheel | MB |", "|---|---:|"] + [f"| {name} | {mb:.1f} |" for name, mb in sizes.items()]
    return [*lines, f"| together | {sum(sizes.values()):.1f} |"]


def import_table() -> list[str]:
    """Wall time of the statement `import X` in a fresh process: the best of a dozen."""
    # As installed packages are: compiled once, then read as bytecode.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def one(code: str) -> float:
        times = []
        for _ in range(12):
            done = subprocess.run([sys.executable, "-c", "import time; t = time.perf_counter(); " + code +
                                   "; print(time.perf_counter() - t)"],
                                  capture_output=True, text=True, check=True, env=env)
            times.append(float(done.stdout))
        return min(times[1:]) * 1e3
    numpy, ours = one("import numpy"), one("import retrograd")
    lines = ["| import | ms | / numpy |", "|---|---:|---:|", f"| numpy | {numpy:.0f} | 1.00 |",
             f"| retrograd | {ours:.0f} | {ours / numpy:.2f} |"]
    if available("torch"):
        t = one("import torch")
        lines.append(f"| torch | {t:.0f} | {t / numpy:.2f} |")
    return lines


def machine() -> str:
    name = platform.processor() or platform.machine()
    try:
        name = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                    if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    versions = ", ".join(f"{lib} {__import__(lib).__version__}" for lib in available("numpy", "torch", "jax"))
    return (f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}, "
            f"{datetime.date.today().isoformat()}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return run_child(args.child)
    parts = [("", [machine()]), ("Recording one operation", operation_table(args.rounds)),
             ("A training step in the plain loop", step_table(args.rounds)),
             ("A training step as one program", captured_table(args.rounds)), ("Import", import_table()),
             ("What pip install brings", wheel_table())]
    text = ["# Figures", "", "Made by `make bench`; every row was measured side by side in one run.", ""]
    for title, lines in parts:
        block = ([f"## {title}", ""] if title else []) + lines + [""]
        print("\n".join(block), flush=True)
        text += block
    if not available("torch"):
        print("PyTorch is not installed here: `make oracles` brings it, "
              "and then there is something to compare with.")
    if args.write:
        (HERE / "RESULTS.md").write_text("\n".join(text))


if __name__ == "__main__":
    main()
