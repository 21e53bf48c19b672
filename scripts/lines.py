"""Lines of code a folder of src/retrograd, against the budgets.

usage: python scripts/lines.py
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "retrograd"
BUDGETS = {"base": 600, "graph": 800, "ops": 2000, "autodiff": 900, "codegen": 3500, "runtime": 600,
           "engine": 1200, "functional": 2500, "tensors": 1200}
LONGEST = 500  # lines of one file: the law
ROW = "  {:<14} {:>6} {:>8} {:>8} {:>6}   {}"


def count(file: Path) -> int:
    return len(file.read_bytes().splitlines())


def row(name: str, files: dict[Path, int], budget: int | None = None) -> str:
    lines = sum(files.values())
    longest = max(files, key=files.__getitem__) if files else None
    share = f"{lines / budget:.0%}" if budget else ""
    mark = "   <- over its budget" if budget and lines > budget else ""
    return ROW.format(name, len(files), f"{lines:,}", f"{budget:,}" if budget else "", share,
                      f"{longest.name} {files[longest]}" if longest else "") + mark


def main() -> None:
    folders: dict[str, dict[Path, int]] = {name: {} for name in BUDGETS}
    for file in sorted(SOURCE.rglob("*.py")):
        inside = file.relative_to(SOURCE).parts
        folders.setdefault(inside[0] if len(inside) > 1 else "(package)", {})[file] = count(file)
    core = {file: n for name in BUDGETS for file, n in folders[name].items()}
    print(ROW.format("src/retrograd", "files", "lines", "budget", "used", "longest file"))
    for name, budget in BUDGETS.items():
        print(row(name, folders[name], budget))
    print(row("the core", core, sum(BUDGETS.values())), "\n")
    for name in sorted(set(folders) - set(BUDGETS)):
        print(row(name, folders[name]))
    print(row("all", {file: n for files in folders.values() for file, n in files.items()}), "\n")
    beside = ("tests", "benchmarks", "examples", "scripts")
    for name in beside:
        print(row(name, {file: count(file) for file in sorted((ROOT / name).rglob("*.py"))}))
    for top in (SOURCE, *(ROOT / name for name in beside)):
        for file in sorted(top.rglob("*.py")):
            if count(file) > LONGEST:
                print(f"  {file.relative_to(ROOT)}: {count(file)} lines, more than {LONGEST}")


if __name__ == "__main__":
    main()
