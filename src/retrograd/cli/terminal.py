"""How the commands write to a terminal: headings, tables, colours, bars; plain text elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
EIGHTHS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class Terminal:
    """What the stream can show; all methods return text, only `say` writes."""

    stream: TextIO
    colour: bool
    unicode: bool
    width: int

    @staticmethod
    def of(stream: TextIO | None = None) -> Terminal:
        """Look at the stream (standard output by default) and at NO_COLOR, which any value but '' sets."""
        stream = sys.stdout if stream is None else stream
        colour = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        unicode = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").startswith("utf")
        return Terminal(stream, colour, unicode, min(shutil.get_terminal_size((88, 24)).columns, 100))

    def say(self, *lines: str) -> None:
        for line in lines or ("",):
            print(line, file=self.stream)

    def paint(self, text: str, *styles: str) -> str:
        """Text in the styles named in CODES; unchanged where colours are off."""
        if not self.colour or not styles:
            return text
        return f"\x1b[{';'.join(CODES[style] for style in styles)}m{text}\x1b[0m"

    def heading(self, title: str, note: str = "") -> str:
        return self.paint(title, "bold", "cyan") + ("  " + self.paint(note, "dim") if note else "")

    def facts(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """`name   value` lines; a long value goes on below itself."""
        wide = max(len(name) for name, _ in pairs)
        lines = []
        for name, value in pairs:
            for k, part in enumerate(wrap(value, self.width - wide - 5)):
                lines.append("  " + self.paint(f"{'' if k else name:<{wide}}", "dim") + "   " + part)
        return lines

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, align: str,
              styles: Sequence[Sequence[str]] | None = None) -> list[str]:
        """Aligned columns; `align` is `<` or `>` a column, `styles` a sequence a row (for its last cell)."""
        wide = [max(len(row[k]) for row in [head, *rows]) for k in range(len(head))]

        def cells(row: Sequence[str]) -> list[str]:
            return [f"{cell:{side}{size}}" for cell, side, size in zip(row, align, wide)]

        lines = ["  " + self.paint("   ".join(cells(head)).rstrip(), "dim")]
        for k, row in enumerate(rows):
            *front, last = cells(row)
            last = self.paint(last.rstrip(), *(styles[k] if styles else ()))
            lines.append("  " + "   ".join([*front, last]).rstrip())
        return lines

    def bar(self, share: float, size: int) -> str:
        """A bar of `share` (0..1) of `size` characters, to an eighth of one where the stream can show it."""
        filled = max(0.0, min(1.0, share)) * size
        if not self.unicode:
            return "#" * round(filled)
        whole = int(filled)
        return (EIGHTHS[8] * whole + EIGHTHS[int((filled - whole) * 8)]).rstrip()


def wrap(text: str, width: int) -> list[str]:
    """Break at spaces into lines of at most `width` characters (a longer word stands alone)."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines


def count(number: int, noun: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def short(number: int) -> str:
    """A count in few characters: 384, 18.9 k, 2.1 M; a dash for none."""
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= max(unit, 10_000):
            return f"{number / unit:.1f} {letter}"
    return f"{number:,}" if number else "-"
