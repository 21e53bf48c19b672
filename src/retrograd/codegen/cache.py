"""Kernel texts go in; the object code compiled for them before, on this machine, comes out.

A file holds the sha256 of its contents and then the contents. A file that is missing, cut short, altered or
somebody else's is treated as never written, and a directory that is full, read-only or not ours is not used:
the cache only ever saves time. It is bounded: what was not used for longest is deleted. Any number of
processes may read, write and delete at once, since files appear and vanish as a whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from retrograd.base.config import cache_directory

LIMIT = 256 << 20       # bytes on disk; a kernel takes 2 to 30 thousand
_ROOM = 0.75            # of the limit is kept when files are deleted
_LOOK = 256             # files are written between looks at the size; the first look comes first
_FRESH = 3600           # seconds in which a use is not noted again, or in which a file is still being written
_DIGEST = hashlib.sha256().digest_size
_WRITING = ".writing-"


def key_of(text: str, identity: str) -> str:
    """The name of the object for a kernel's text, compiled by what `identity` describes (CPU, LLVM, passes).
    """
    parts = "\0".join((identity, _sources(), text))
    return hashlib.sha256(parts.encode()).hexdigest()


def load(key: str) -> bytes | None:
    """The object stored under `key`, or None."""
    folder = directory()
    if folder is None:
        return None
    try:
        with open(folder.path / key, "rb") as file:
            status = os.fstat(file.fileno())
            contents = file.read() if _ours(status) else b""
        if status.st_mtime < time.time() - _FRESH:
            with suppress(OSError):
                os.utime(folder.path / key)     # the time of the last use, for `evict`
    except OSError:
        return None
    digest, image = contents[:_DIGEST], contents[_DIGEST:]
    return image if image and hashlib.sha256(image).digest() == digest else None


def store(key: str, image: bytes) -> None:
    """Keep `image` under `key`; readers see all of it or none of it."""
    folder = directory()
    if folder is None:
        return
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=folder.path, prefix=_WRITING)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(image).digest() + image)
        os.replace(temporary, folder.path / key)
    except OSError:
        if temporary is not None:
            _forget(temporary)
    if folder.written % _LOOK == 0:
        evict(folder.path, LIMIT)
    folder.written += 1


def evict(path: Path, limit: int) -> None:
    """If the files hold more than `limit` bytes, delete those that were not used for longest; and what a
    killed process left half written."""
    files = []
    with suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            with suppress(OSError):             # another process may have deleted it
                status = entry.stat(follow_symlinks=False)
                if not entry.name.startswith(_WRITING):
                    files.append((status.st_mtime, status.st_size, entry.path))
                elif status.st_mtime < time.time() - _FRESH:
                    _forget(entry.path)
    total = sum(size for _, size, _ in files)
    if total <= limit:
        return
    for _, size, name in sorted(files):
        _forget(name)
        total -= size
        if total <= limit * _ROOM:
            break


class Folder:
    """The directory of the cache, and how many files this process has written into it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0


def directory() -> Folder | None:
    """Where objects are kept, or None when caching is off or the place cannot be trusted."""
    chosen = cache_directory()
    return None if chosen is None else _prepared(chosen)


@lru_cache(maxsize=8)
def _prepared(path: str) -> Folder | None:
    # Object code is executed: a directory that another user can write to would run that user's code.
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.stat(path)
        if not _ours(status):
            return None
        if os.name == "posix" and status.st_mode & 0o077:
            os.chmod(path, 0o700)
    except OSError:
        return None
    return Folder(Path(path))


def _ours(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


@lru_cache(maxsize=1)
def _sources() -> str:
    """A fingerprint of the code that writes kernels: the version says too little while Retrograd itself is
    edited."""
    package = Path(__file__).resolve().parents[1]
    stamps = []
    for folder in ("codegen", "ops", "runtime"):
        for file in sorted((package / folder).rglob("*.py")):
            status = file.stat()
            stamps.append(f"{file.relative_to(package)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(stamps).encode()).hexdigest()


def _forget(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
