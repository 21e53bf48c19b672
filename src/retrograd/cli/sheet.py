"""A CSV file as rows of text under names, with errors that say what is wrong on which line."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from retrograd.cli.errors import CommandError
from retrograd.cli.terminal import count

MISSING = ("", "na", "n/a", "nan", "null", "none", "?")


@dataclass(frozen=True)
class Sheet:
    """Cells as text; `lines` are the line numbers of the rows in the file."""

    path: str
    names: list[str]
    rows: list[list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[str]:
        """The cells of one column; a name that is not there is an error that lists those that are."""
        if name not in self.names:
            raise CommandError(f"{self.path} has no column {name!r}",
                               f"Its columns: {', '.join(self.names)}.")
        at = self.names.index(name)
        return [row[at] for row in self.rows]

    def numbers(self, name: str) -> list[float]:
        """The cells of one column as finite numbers."""
        values = [number(cell) for cell in self.column(name)]
        wrong = [k for k, value in enumerate(values) if value is None or not math.isfinite(value)]
        if wrong:
            cell = self.column(name)[wrong[0]]
            many = f"{count(len(wrong), 'cell')} {'is' if len(wrong) == 1 else 'are'} no number"
            raise CommandError(
                f"{self.path}: column {name!r}: {many}, the first on line {self.lines[wrong[0]]}: {cell!r}",
                f"Mend them, or read the column as text (--text {name}), or leave it out (--ignore {name}).")
        return [value for value in values if value is not None]

    def complete(self, names: Collection[str], *, skip: bool) -> Sheet:
        """The rows in which no cell of these columns is missing; a missing one is an error unless `skip`."""
        at = [k for k, name in enumerate(self.names) if name in names]
        gaps = [any(row[k].lower() in MISSING for k in at) for row in self.rows]
        if any(gaps) and not skip:
            first = gaps.index(True)
            name = next(self.names[k] for k in at if self.rows[first][k].lower() in MISSING)
            raise CommandError(f"{self.path}: {count(sum(gaps), 'row')} with missing cells, "
                               f"the first on line {self.lines[first]}, column {name!r}",
                               "Fill them, or leave such rows out with --skip-missing.")
        kept = [k for k, gap in enumerate(gaps) if not gap]
        return Sheet(self.path, self.names, [self.rows[k] for k in kept], [self.lines[k] for k in kept])


def number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def read_sheet(path: str) -> Sheet:
    """Read a file with a header line; commas, semicolons or tabs between the cells."""
    if not Path(path).is_file():
        near = sorted(str(file) for file in Path(path).parent.glob("*.csv"))
        raise CommandError(f"there is no file {path}", f"Tables here: {', '.join(near[:8])}." if near else "")
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise CommandError(f"{path} cannot be read as text: {error}", "Save it as CSV in UTF-8.") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)
    try:
        filled = [(reader.line_num, [cell.strip() for cell in row])
                  for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise CommandError(f"{path}, line {reader.line_num}: {error}") from error
    if not filled:
        raise CommandError(f"{path} is empty", "Expected a line of column names, then a line a row.")
    (_, names), rows = filled[0], filled[1:]
    check(path, names, rows)
    return Sheet(path, names, [row for _, row in rows], [line for line, _ in rows])


def check(path: str, names: list[str], rows: list[tuple[int, list[str]]]) -> None:
    """A header of distinct names, at least one row, and as many cells in each as in the header."""
    if all(number(name) is not None for name in names):
        raise CommandError(f"{path}: the first line holds numbers only",
                           "It should hold the names of the columns.")
    twice = [name for k, name in enumerate(names) if name in names[:k] or not name]
    if twice:
        raise CommandError(f"{path}: the name {twice[0]!r} stands over two columns" if twice[0] else
                           f"{path}: a column has no name", "Give each column a name of its own.")
    if not rows:
        raise CommandError(f"{path} has a header but no rows")
    for line, row in rows:
        if len(row) != len(names):
            raise CommandError(f"{path}, line {line}: {count(len(row), 'cell')}, the header has {len(names)}")
