"""What a command says when it was asked for something it cannot do: one sentence, and how to mend it."""

from __future__ import annotations


class CommandError(Exception):
    """Ends a command with exit status 2; `main` prints the sentence and the remedy, without a traceback."""

    def __init__(self, why: str, fix: str = "") -> None:
        super().__init__(why)
        self.why, self.fix = why, fix
