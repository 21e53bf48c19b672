"""The directory that a training leaves: parameters as safetensors, the record as JSON, the epochs as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import retrograd as rg
from retrograd.cli import models
from retrograd.cli.errors import CommandError
from retrograd.cli.fit import Epoch

MODEL, RECORD, LOG, SAMPLE = "model.safetensors", "run.json", "log.csv", "sample.csv"


@dataclass(frozen=True)
class Run:
    """A finished training, as read back."""

    directory: Path
    record: dict
    model: rg.nn.Module

    @property
    def pictures(self) -> bool:
        """Whether it reads images of digits, not rows of a table."""
        return self.record["reading"]["kind"] == "digits"

    @property
    def noun(self) -> str:
        return "image" if self.pictures else "row"


def create(name: str, out: str | None) -> Path:
    """A new directory: `out` if it is given, else the first free of runs/NAME-1, runs/NAME-2, ..."""
    if out:
        directory = Path(out)
        if (directory / RECORD).exists():
            raise CommandError(f"{out} holds a run already", "Give another directory, or remove that one.")
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CommandError(f"cannot make the directory {out}: {error.strerror}") from error
        return directory
    number = 1
    while True:
        directory = Path("runs") / f"{name}-{number}"
        try:
            directory.mkdir(parents=True)
            return directory
        except FileExistsError:
            number += 1
        except OSError as error:
            raise CommandError(f"cannot make the directory {directory}: {error.strerror}",
                               "Run in a directory you may write to, or give --out DIR.") from error


def save(directory: Path, model: rg.nn.Module, record: dict, epochs: Sequence[Epoch]) -> None:
    rg.save({"model": model.state_dict()}, directory / MODEL)
    (directory / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    log = [asdict(epoch) for epoch in epochs]
    write_table(directory / LOG, [list(log[0]), *(list(line.values()) for line in log)])


def load(path: str) -> Run:
    """A run by its directory, or by its name under runs/."""
    for directory in (Path(path), Path("runs") / path):
        if (directory / RECORD).is_file():
            break
    else:
        raise CommandError(f"there is no run in {path}", known())
    try:
        record = json.loads((directory / RECORD).read_text(encoding="utf-8"))
        model = models.build(record["model"])
        model.load_state_dict(rg.load(directory / MODEL)["model"])
    except (ValueError, KeyError, OSError, RuntimeError) as error:
        raise CommandError(f"the run in {directory} cannot be read: {error}", "Train it again.") from error
    return Run(directory, record, model.eval())


def known() -> str:
    runs = sorted(str(file.parent) for file in Path("runs").glob(f"*/{RECORD}"))
    return f"Here are: {', '.join(runs[-8:])}." if runs else "Make one with  retrograd train digits"


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
