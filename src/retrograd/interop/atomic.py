"""Writing a file so that its name always shows a whole one: a temporary beside it, flushed, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from retrograd.base.errors import ArgumentTypeError


@contextmanager
def writing(target: Any) -> Iterator[Callable[[Any], object]]:
    """A function that writes bytes to a path, or to a binary file object.

    A path changes at the end of the block, all at once; not at all if the block or the disk fails.

    >>> import io
    >>> file = io.BytesIO()
    >>> with writing(file) as write:
    ...     _ = write(b"bytes")
    >>> file.getvalue()
    b'bytes'
    """
    if hasattr(target, "write"):
        yield lambda data: _write_all(target, data)
        return
    if not isinstance(target, (str, os.PathLike)):
        raise ArgumentTypeError(
            f"f is a {type(target).__name__}", op="save", expected="a path or a binary file object"
        )
    path = Path(os.path.realpath(target))       # through links: the file changes, the link stays
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(target))
    if path.exists() and not path.is_file():    # a device or a pipe cannot be renamed over
        with open(path, "wb") as file:
            yield lambda data: _write_all(file, data)
        return
    temporary = path.with_name(f".{path.name[:80]}.tmp-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        file = open(temporary, "xb")
    except OSError as error:                    # the name that the user gave, not ours
        raise type(error)(error.errno, error.strerror, os.fspath(target)) from None
    try:
        with file:
            yield lambda data: _write_all(file, data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):                 # a file that is replaced keeps its permissions
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_directory(path.parent)


def _write_all(file: Any, data: Any) -> None:
    """An unbuffered file may take less than it is given."""
    view = memoryview(data)
    while len(view):
        written = file.write(view)
        if written is None or written >= len(view):
            return
        view = view[written:]


def _sync_directory(folder: Path) -> None:
    """The rename itself reaches the disk, where a directory can be opened (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
