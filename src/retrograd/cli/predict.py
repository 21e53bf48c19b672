"""What a trained network says about new input.

For a run on the digits: a .npy or .csv file with images of 8 x 8 pixels.
For a run on a table: a CSV file with the same columns (the target may be missing).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from retrograd.cli import digits, report, rundir, table
from retrograd.cli.errors import CommandError
from retrograd.cli.fit import outputs_of, probabilities
from retrograd.cli.terminal import Terminal, count

SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example:\n  retrograd predict runs/digits-1 runs/digits-1/sample.csv"
    parser.add_argument("run", help="directory of a run, or its name under runs/")
    parser.add_argument("input", help="file of images or of rows")
    parser.add_argument("--out", metavar="FILE", help="write a prediction a row as CSV")


def run(arguments: argparse.Namespace) -> int:
    """Draw up to five images, list up to twenty rows, and write all of them where --out says."""
    term, trained = Terminal.of(), rundir.load(arguments.run)
    record = trained.record
    if trained.pictures:
        inputs, targets, notes = digits.read(arguments.input)
    else:
        inputs, targets, notes = table.read(arguments.input, record)
    outputs = outputs_of(trained.model, inputs)
    term.say(term.heading(arguments.input, f"{count(len(inputs), trained.noun)}, by {trained.directory}"),
             *(f"  note: {note}" for note in notes))
    chances = probabilities(outputs) if record["classes"] else None
    if trained.pictures and chances is not None:
        term.say(*drawn(term, record["classes"], inputs[:5], chances[:5], targets))
    head, rows = listed(record, outputs, chances)
    if len(rows) > 1 or not trained.pictures:
        term.say(*([""] if trained.pictures else []), *term.table(head, rows[:SHOWN], align="><><"))
    if len(rows) > SHOWN:
        hint = "" if arguments.out else " (--out FILE writes them all)"
        term.say(f"  and {len(rows) - SHOWN:,} more{hint}")
    if arguments.out:
        write(arguments.out, head, rows)
        term.say(f"  written: {arguments.out}")
    return 0


def drawn(term: Terminal, classes: list[str], inputs: np.ndarray, chances: np.ndarray,
          targets: np.ndarray | None) -> list[str]:
    """The images with what they are taken for; for a single one the likeliest digits as bars."""
    said = [classes[k] for k in chances.argmax(1)]
    truth = None if targets is None else [classes[k] for k in targets[:5]]
    lines = report.images(term, inputs, said, chances.max(1), truth)
    if len(inputs) > 1:
        return lines
    bars = [f"  {classes[k]}  {chances[0, k]:7.2%}  {term.paint(term.bar(chances[0, k], 40), 'cyan')}"
            for k in np.argsort(-chances[0])[:4]]
    return [*lines, "", *(bar.rstrip() for bar in bars)]


def listed(record: dict, outputs: np.ndarray,
           chances: np.ndarray | None) -> tuple[list[str], list[list[str]]]:
    """Head and cells of the table of predictions, one row an input."""
    target = record["reading"].get("target", "digit")
    if chances is None:
        values = outputs[:, 0].astype(np.float64) * record["std"] + record["mean"]
        return ["row", target], [[str(k), f"{value:.6g}"] for k, value in enumerate(values, 1)]
    classes, rows = record["classes"], []
    for k, chance in enumerate(chances, 1):
        first, second = np.argsort(-chance)[:2]
        next_best = f"{classes[second]} {chance[second]:.4f}"
        rows.append([str(k), classes[first], f"{chance[first]:.4f}", next_best])
    return ["row", target, "probability", "next best"], rows


def write(path: str, head: list[str], rows: list[list[str]]) -> None:
    try:
        rundir.write_table(Path(path), [head, *rows])
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror}") from error
