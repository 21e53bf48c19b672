"""A table of the user's own as a task: which column is to be foretold, and is it a class or a number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrograd.cli.columns import Column, encode, from_json, is_text, learn, to_json
from retrograd.cli.errors import CommandError
from retrograd.cli.sheet import Sheet, number, read_sheet
from retrograd.cli.task import Recipe, Split, Task
from retrograd.cli.terminal import count
from retrograd.datasets import every_fifth

FEWEST_ROWS, MOST_CLASSES, MOST_INTEGERS = 10, 100, 20


def build_task(path: str, target: str | None, *, kind: str | None = None, text: Collection[str] = (),
               ignore: Collection[str] = (), skip_missing: bool = False) -> Task:
    """Read the file, set every fifth row aside, learn the reading of the columns from the others."""
    whole = read_sheet(path)
    if target is None:
        raise CommandError(f"{path}: which column is to be foretold?",
                           f"Say --target NAME, one of: {', '.join(whole.names)}.")
    for name in (target, *text, *ignore):
        whole.column(name)
    features = [name for name in whole.names if name != target and name not in ignore]
    if not features:
        raise CommandError(f"{path}: no column is left beside {target!r} to foretell it from")
    sheet = whole.complete({target, *features}, skip=skip_missing)
    if len(sheet) < FEWEST_ROWS:
        raise CommandError(f"{path} has {count(len(sheet), 'row')}; training and testing need {FEWEST_ROWS}")
    train, test = every_fifth(len(sheet))
    columns = [learn(sheet, name, train, text=name in text or is_text(sheet, name)) for name in features]
    inputs, notes = encode(sheet, columns)
    classes = classes_of(sheet, target, kind)
    mean, std = (0.0, 1.0) if classes else scale(sheet, target, train)
    goals = goals_of(sheet, target, classes, mean, std)
    words = [column for column in columns if column.values]
    skipped = len(whole) - len(sheet)
    return Task(
        name=Path(path).stem, classes=classes, mean=mean, std=std, notes=notes,
        train=Split(inputs[train], goals[train]), test=Split(inputs[test], goals[test]),
        reading={"kind": "table", "path": str(Path(path).resolve()), "target": target,
                 "columns": to_json(columns), "skip_missing": skip_missing},
        facts=[
            ("what", f"{path}: {count(len(whole), 'row')} of {count(len(whole.names), 'column')}"
                     + (f"; {count(skipped, 'row')} with missing cells left out" if skipped else "")),
            ("target", f"{target}: " + (f"{len(classes)} classes ({listing(classes)})" if classes else
                                        f"a number, {mean:.4g} +- {std:.4g} in training")),
            ("numbers", listing([c.name for c in columns if not c.values]) or "none"),
            *([("text", listing([f"{c.name} ({len(c.values)} values)" for c in words]))] if words else []),
            ("split", f"{len(train):,} to train on (means and values come from them alone); every fifth, "
                      f"{len(test):,}, to test on at the end: they are used to choose nothing"),
        ])


def classes_of(sheet: Sheet, target: str, kind: str | None) -> tuple[str, ...]:
    """The classes in order if the target is text or a few integers (or `kind` says so), else none."""
    cells = sheet.column(target)
    values = set(cells)
    if kind is None:
        few = len(values) <= min(MOST_INTEGERS, len(cells) // 4)
        whole = all((value := number(cell)) is not None and value.is_integer() for cell in values)
        kind = "classification" if (few and whole) or is_text(sheet, target) else "regression"
    if len(values) < 2:
        raise CommandError(f"{sheet.path}: the target {target!r} is {cells[0]!r} in every row",
                           "There is nothing to learn: is another column meant?")
    if kind == "regression":
        return ()
    if len(values) > min(MOST_CLASSES, len(cells) // 2):
        raise CommandError(f"{sheet.path}: the target {target!r} has {len(values):,} different values in "
                           f"{len(cells):,} rows: too many for classes",
                           "Is another column meant, or --task regression?")
    return tuple(sorted(values, key=lambda cell: (number(cell) is None, number(cell) or 0.0, cell)))


def scale(sheet: Sheet, target: str, train: np.ndarray) -> tuple[float, float]:
    column = learn(sheet, target, train, text=False)
    return column.mean, column.std


def goals_of(sheet: Sheet, target: str, classes: tuple[str, ...], mean: float, std: float) -> np.ndarray:
    """Class numbers, or the standardised target of shape (N, 1)."""
    if not classes:
        return ((np.array(sheet.numbers(target))[:, None] - mean) / std).astype(np.float32)
    at = {name: k for k, name in enumerate(classes)}
    cells = sheet.column(target)
    for line, cell in zip(sheet.lines, cells):
        if cell not in at:
            raise CommandError(f"{sheet.path}, line {line}: {target} is {cell!r}, no class of the training",
                               f"Classes: {', '.join(classes)}.")
    return np.array([at[cell] for cell in cells])


def recipe(rows: int) -> Recipe:
    """About 2,000 steps, in 5 to 200 epochs."""
    batch = 32 if rows < 5000 else 128
    epochs = max(5, min(200, 2000 * batch // rows))
    return Recipe(epochs=epochs, batch=batch, lr=5e-3, seed=0, weight_decay=0.01)


def model(task: Task, hidden: list[int]) -> dict:
    """The description of a network of the right ends."""
    return {"kind": "mlp", "inputs": task.train.inputs.shape[1], "hidden": hidden,
            "outputs": len(task.classes) or 1}


def read(path: str, record: dict, *,
         test_only: bool = False) -> tuple[np.ndarray, np.ndarray | None, list[str]]:
    """Inputs from a file as the training read them, the targets if the file has that column, notes."""
    reading, sheet = record["reading"], read_sheet(path)
    columns: list[Column] = from_json(reading["columns"])
    for column in columns:
        sheet.column(column.name)
    known = reading["target"] in sheet.names
    needed = {column.name for column in columns} | ({reading["target"]} if known else set())
    whole, sheet = sheet, sheet.complete(needed, skip=reading["skip_missing"])
    left_out = sorted(set(whole.lines) - set(sheet.lines))
    if test_only:
        _, test = every_fifth(len(sheet))
        sheet = replace(sheet, rows=[sheet.rows[k] for k in test], lines=[sheet.lines[k] for k in test])
    inputs, notes = encode(sheet, columns)
    if left_out:
        notes = [f"{count(len(left_out), 'row')} with missing cells left out, the first on line "
                 f"{left_out[0]}; rows are numbered without them", *notes]
    if not known:
        return inputs, None, notes
    classes = tuple(record["classes"])
    return inputs, goals_of(sheet, reading["target"], classes, record["mean"], record["std"]), notes


def sample(task: Task, rows: int = 5) -> list[list[str]]:
    """The names of the columns and the first test rows, without the target: a file that `read` takes."""
    names = [column["name"] for column in task.reading["columns"]]
    sheet = read_sheet(task.reading["path"])
    sheet = sheet.complete({*names, task.reading["target"]}, skip=task.reading["skip_missing"])
    _, test = every_fifth(len(sheet))
    cells = [sheet.column(name) for name in names]
    return [names, *([column[k] for column in cells] for k in test[:rows])]


def listing(names: Collection[str], most: int = 8) -> str:
    """The first names, and how many more there are."""
    names = list(names)
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
