"""Run the measurements, one process a library in turn, and print the tables;
--write keeps them in RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import (
    captured,
    cold,
    data,
    layers,
    loops,
    machine,
    memory,
    networks,
    operations,
    others,
    products,
    regions,
    shares,
    sizes,
    steps,
    tiny,
    unrolled,
)

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
        else loops.measure(lib) if what == "loops" \
        else regions.measure(lib) if what == "regions" \
        else layers.measure(lib, rest) if what == "layers" \
        else captured.measure(rest[0]) if what == "captured" \
        else products.measure() if what == "products" \
        else sizes.measure(lib, *rest) if what == "sizes" \
        else data.measure(lib) if what == "data" \
        else shares.measure(rest[0]) if what == "shares" \
        else memory.measure(lib, *rest) if what == "memory" \
        else others.measure(rest[0], *rest[1:]) if what == "others" \
        else tiny.measure(*rest) if what == "tiny" \
        else unrolled.measure(lib) if what == "unrolled" \
        else steps.measure(lib, *rest)
    print(json.dumps(result))


def layer_table(rounds: int, *only: str) -> list[str]:
    """Each library in turn, with as many threads as BENCH_THREADS says, else two."""
    libs = available("retrograd", "torch")
    runs: dict[str, list[Any]] = {lib: [] for lib in libs}
    for _ in range(rounds):
        for lib in libs:
            runs[lib].append(child("layers", lib, *only, RETROGRAD_NUM_THREADS=str(layers.THREADS)))
    peak = max(machine.fma_gflops(1, repeats=1) for _ in range(15))
    return layers.table(runs, layers.THREADS * peak)


def available(*libs: str) -> list[str]:
    return [lib for lib in libs if importlib.util.find_spec(lib)]


def operation_table(rounds: int, what: str = "operations") -> list[str]:
    libs = available("retrograd", "torch")
    runs: dict[str, list[Any]] = {lib: [] for lib in libs}
    for _ in range(rounds):
        for lib in libs:
            runs[lib].append(child(what, lib, BENCH_THREADS="1", RETROGRAD_NUM_THREADS="1"))
    us = {lib: {k: min(r[k] for r in rs) for k in rs[0]} for lib, rs in runs.items()}
    lines = [f"| {what} | " + " | ".join(f"{lib} us" for lib in libs) + " | ratio |",
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


def data_table(rounds: int) -> list[str]:
    """Each library in turn, as it comes."""
    runs: dict[str, list[Any]] = {lib: [] for lib in available("retrograd", "torch")}
    for _ in range(rounds):
        for lib in runs:
            runs[lib].append(child("data", lib))
    return data.table(runs, machine.copy_gbytes(1))


def share_table(rounds: int) -> list[str]:
    """A process a network and round."""
    return shares.table({work: [child("shares", "retrograd", work) for _ in range(rounds)]
                         for work in shares.WORK})


def region_table(rounds: int) -> list[str]:
    """One thread each, in turn: what matters is how often memory is walked."""
    libs = available("retrograd", "torch")
    runs: dict[str, list[Any]] = {lib: [] for lib in libs}
    for _ in range(rounds):
        for lib in libs:
            runs[lib].append(child("regions", lib, BENCH_THREADS="1", RETROGRAD_NUM_THREADS="1"))
    lines = ["| (4096, 1024), one thread, ms | " +
             " | ".join([*libs, "ratio", "floor of bytes", "of arithmetic", "floor / retrograd"]) + " |",
             "|---|" + "---:|" * (len(libs) + 4)]
    for name in runs["retrograd"][0]:
        row = [min(r[name][0] for r in runs[lib]) for lib in libs]
        ratio = f"{row[0] / row[1]:.2f}" if len(row) > 1 else "-"
        moved, done = (min(r[name][k] for r in runs["retrograd"]) for k in (1, 2))
        share = f"{max(moved, done) / row[0]:.0%}" if moved else "-"
        cells = [*(f"{v:.3f}" for v in row), ratio, f"{moved:.2f}", f"{done:.2f}" if done else "-", share]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


STEP_COLUMNS = {"retrograd.compile": ("retrograd", "compile"), "plain loop": ("retrograd", "plain"),
                "torch": ("torch", "plain"), "torch.compile": ("torch", "compile"),
                "jax.jit": ("jax", "compile")}


def step_table(rounds: int) -> list[str]:
    """Every library in turn, a process each, the median of the rounds; then the targets of the project."""
    columns = {c: v for c, v in STEP_COLUMNS.items() if v[0] in available("retrograd", "torch", "jax")}
    ratios = ["compile / best peer", "plain / torch", "floor / compile"]
    lines = ["| step, us (first, s) | " + " | ".join([*columns, *ratios]) + " |",
             "|---|" + "---:|" * (len(columns) + len(ratios))]
    quiet = machine.Quiet()
    bandwidth = machine.copy_gbytes(2)
    for work in networks.WORK:
        got: dict[str, list[Any]] = {c: [] for c in columns if c != "jax.jit" or work in steps.JAX_WORK}
        for _ in range(rounds):
            for c in got:
                got[c].append(child("steps", *columns[c], work))
        us = {c: statistics.median(r["us"] for r in v) for c, v in got.items()}
        first = {c: statistics.median(r["cold"] for r in v) for c, v in got.items()}
        peers = [us[c] for c in us if columns[c][0] != "retrograd"]
        wanted = networks.TARGETS.get(work, (None, None))
        ratios = [_judged(us["retrograd.compile"], min(peers, default=None), wanted[0]),
                  _judged(us["plain loop"], us.get("torch"), wanted[1])]
        least = networks.floor(work, quiet.before, bandwidth)
        ratios.append("-" if least is None else f"{least:.4g} us: {least / us['retrograd.compile']:.0%}")
        cells = [f"{us[c]:.4g} ({first[c]:.2f})" if c in us else "-" for c in columns]
        lines.append(f"| {work} | " + " | ".join([*cells, *ratios]) + " |")
    judged = quiet.finish()
    verdict = "the machine was quiet" if judged else "the machine was BUSY: these figures judge nothing"
    return [*lines, "", f"{quiet}: {verdict}. A copy on two threads moves {bandwidth:.0f} GB/s."]


def cold_table(rounds: int) -> list[str]:
    """First calls of the libraries that are here."""
    columns = {c: v for c, v in STEP_COLUMNS.items() if v[0] in available("retrograd", "torch", "jax")}
    return cold.table(rounds, columns, lambda lib, work: lib != "jax" or work in steps.JAX_WORK)


def other_table(rounds: int) -> list[str]:
    """A process a network and round, all libraries in it; the best of the rounds."""
    if not available("torch"):
        return ["These are compared with PyTorch step by step, which is not installed here."]
    columns = [c for c in others.WAYS if c != "torch.compile" or shutil.which("g++")]
    return others.table({work: others.best([child("others", "torch", work, *columns) for _ in range(rounds)])
                         for work in others.WORK})


def _judged(ours: float, peer: float | None, target: float | None) -> str:
    """A ratio beside its target."""
    if peer is None:
        return "-"
    return f"{ours / peer:.2f}" + (f" (target {target})" if target else "")


def captured_table(rounds: int) -> list[str]:
    """The same networks with SGD, one program a step: kernels, and the NumPy interpreter."""
    lines = ["| captured step with SGD, us | native | interpreted |", "|---|---:|---:|"]
    for work in captured.STEPS:
        row = [statistics.median(child("captured", "retrograd", work, RETROGRAD_JIT=jit)["us"]
                                 for _ in range(rounds)) for jit in "10"]
        lines.append(f"| {work} | {row[0]:.1f} | {row[1]:.1f} |")
    return lines


def sizes_table(rounds: int) -> list[str]:
    """Each library in turn with one thread; the median of the rounds."""
    libs = available("retrograd", "torch")
    lines = ["| a sample, us | " + " | ".join(libs) + " | ratio | kernels | of them in the last half |",
             "|---|" + "---:|" * (len(libs) + 3)]
    for work in sizes.WORK:
        runs: dict[str, list[Any]] = {lib: [] for lib in libs}
        for _ in range(rounds):
            for lib in libs:
                runs[lib].append(child("sizes", lib, work, BENCH_THREADS="1"))
        us = [statistics.median(r["us"] for r in runs[lib]) for lib in libs]
        ratio = f"{us[0] / us[1]:.2f} ({sizes.TARGET})" if len(us) > 1 and work in sizes.JUDGED else "-"
        last = runs["retrograd"][-1]
        lines.append(f"| {work} | " + " | ".join(f"{v:.0f}" for v in us) +
                     f" | {ratio} | {last['kernels']:.0f} | {last['late']:.0f} |")
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


def about() -> str:
    versions = ", ".join(f"{lib} {__import__(lib).__version__}" for lib in available("numpy", "torch", "jax"))
    return f"{machine.name()}, Python {platform.python_version()}, {versions}, {datetime.date.today()}"


def memory_table(rounds: int) -> list[str]:
    """Of both ways to train, and of PyTorch without compilation."""
    columns = {c: STEP_COLUMNS[c] for c in ("retrograd.compile", "plain loop", "torch")
               if STEP_COLUMNS[c][0] in available("retrograd", "torch")}
    return memory.table(child, columns, rounds)


def tiny_table(rounds: int) -> list[str]:
    """Both libraries in one process, in turn, one thread each."""
    if not available("torch"):
        return ["PyTorch is not installed."]
    return tiny.table([child("tiny", "torch", **tiny.ONE_THREAD) for _ in range(rounds)])


# name on the command line: (title, table)
SECTIONS: dict[str, tuple[str, Callable[[int], list[str]]]] = {
    "operations": ("Recording one operation", operation_table),
    "loops": ("Ways to write a training loop", lambda rounds: operation_table(rounds, "loops")),
    "regions": ("Rows, chains and losses", region_table),
    "steps": ("A training step with Adam", step_table),
    "others": ("Training steps of other networks", other_table),
    "layers": ("Single layers", layer_table),
    "unrolled": ("A recurrence written by hand", lambda rounds: unrolled.table(
        child, available("retrograd", "torch"), rounds)),
    "products": ("Products of matrices",
                 lambda rounds: products.table(child("products", "torch", **products.ONE_THREAD))),
    "cold": ("The first step of a process", cold_table),
    "captured": ("A training step with SGD as one program", captured_table),
    "sizes": ("Sizes and graphs that keep changing", sizes_table),
    "shares": ("Python's part of a plain step", share_table),
    "tiny": ("Small reads, and scripts of tiny operations", tiny_table),
    "data": ("Batches of data in memory", data_table),
    "memory": ("Peak memory of a training loop", memory_table),
    "import": ("Import", lambda rounds: import_table()),
    "wheels": ("What pip install brings", lambda rounds: wheel_table()),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS), help="some tables")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        return run_child(args.child)
    text = ["# Figures", "", "Made by `make bench`; every row was measured side by side in one run.", ""]
    for name in ["", *args.only]:
        title, table = SECTIONS[name] if name else ("", lambda rounds: [about()])
        block = ([f"## {title}", ""] if title else []) + table(args.rounds) + [""]
        print("\n".join(block), flush=True)
        text += block
    if not available("torch"):
        print("PyTorch is not installed here: `make oracles` brings it, "
              "and then there is something to compare with.")
    if args.write:
        (HERE / "RESULTS.md").write_text("\n".join(text))


if __name__ == "__main__":
    main()
