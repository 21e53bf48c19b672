"""Measure a trained network: on its own test set, or on other data that says what is true."""

from __future__ import annotations

import argparse

from retrograd.cli import digits, report, rundir, table
from retrograd.cli.errors import CommandError
from retrograd.cli.fit import measure, outputs_of
from retrograd.cli.task import Split, Task
from retrograd.cli.terminal import Terminal, count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "examples:\n  retrograd eval runs/digits-1\n  retrograd eval runs/houses-1 houses2.csv"
    parser.add_argument("run", help="directory of a run, or its name under runs/")
    parser.add_argument("data", nargs="?", help="file with inputs and targets (default: the test set)")


def run(arguments: argparse.Namespace) -> int:
    """Print the figures, beside those of the end of the training where the data are the same."""
    term, trained = Terminal.of(), rundir.load(arguments.run)
    record = trained.record
    inputs, targets, notes = data_of(record, arguments.data)
    if targets is None:
        raise CommandError(f"{arguments.data} does not say what is true",
                           f"For predictions:  retrograd predict {arguments.run} {arguments.data}")
    split = Split(inputs, targets)
    task = Task(name=record["name"], classes=tuple(record["classes"]), train=split, test=split, facts=[],
                reading=record["reading"], mean=record["mean"], std=record["std"])
    figures = measure(trained.model, task, split)
    if arguments.data is None and figures != record["test"]:
        notes.append(f"at the end of the training it was {record['test']}; the data file has changed since")
    where = f"{count(len(split), trained.noun)} of {arguments.data or 'the test set'}"
    outputs = outputs_of(trained.model, inputs)
    term.say(*report.figures(term, str(trained.directory), where, task, figures, outputs),
             *(f"  note: {note}" for note in notes))
    return 0


def data_of(record: dict, path: str | None) -> tuple:
    """Inputs, targets (None if the file has none) and notes."""
    if record["reading"]["kind"] == "digits":
        if path:
            return digits.read(path)
        test = digits.build_task().test
        return test.inputs, test.targets, []
    if path:
        return table.read(path, record)
    return table.read(record["reading"]["path"], record, test_only=True)
