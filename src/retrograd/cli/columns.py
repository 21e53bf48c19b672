"""Columns of a table as numbers: standardised if numeric, one 0/1 column a value if text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

import numpy as np

from retrograd.cli.errors import CommandError
from retrograd.cli.sheet import Sheet, number

MOST_VALUES = 64


@dataclass(frozen=True)
class Column:
    """How one column is read: `values` for text (empty for numbers), mean and std for numbers."""

    name: str
    mean: float = 0.0
    std: float = 1.0
    values: tuple[str, ...] = ()

    @property
    def wide(self) -> int:
        return len(self.values) or 1


def is_text(sheet: Sheet, name: str) -> bool:
    """Whether a column holds words: fewer than half of its cells are numbers (otherwise those are slips)."""
    cells = sheet.column(name)
    return sum(number(cell) is not None for cell in cells) < len(cells) / 2


def learn(sheet: Sheet, name: str, train: np.ndarray, *, text: bool) -> Column:
    """What must be known to read the column, from the training rows alone."""
    if not text:
        numbers = np.array(sheet.numbers(name))[train]
        return Column(name, float(numbers.mean()), float(numbers.std()) or 1.0)
    cells = sheet.column(name)
    values = sorted({cells[k] for k in train})
    if len(values) > MOST_VALUES:
        raise CommandError(f"{sheet.path}: the text column {name!r} has {len(values):,} different values, "
                           f"more than the {MOST_VALUES} that are read as yes/no columns",
                           f"Leave it out with --ignore {name}.")
    return Column(name, values=tuple(values))


def encode(sheet: Sheet, columns: Collection[Column]) -> tuple[np.ndarray, list[str]]:
    """The inputs of the network, float32 of shape (rows, sum of widths), and notes on unknown values."""
    parts, notes = [], []
    for column in columns:
        if not column.values:
            parts.append(((np.array(sheet.numbers(column.name)) - column.mean) / column.std)[:, None])
            continue
        cells = np.array(sheet.column(column.name))
        hot = cells[:, None] == np.array(column.values)
        parts.append(hot)
        unknown = sorted(set(cells[~hot.any(1)].tolist()))
        if unknown:
            names = ", ".join(map(repr, unknown[:5]))
            notes.append(f"column {column.name!r}: {names} never seen in training, read as none of the known")
    return np.concatenate(parts, axis=1).astype(np.float32), notes


def to_json(columns: Collection[Column]) -> list[dict]:
    return [asdict(column) for column in columns]


def from_json(columns: Collection[dict]) -> list[Column]:
    return [Column(**{**column, "values": tuple(column["values"])}) for column in columns]
