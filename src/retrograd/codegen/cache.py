"""Kernel texts go in; the object code compiled for them before, on this machine, comes out.

A file holds the sha256 of its contents and then the contents. A file that is missing, cut short or altered is
treated as never written, and a directory that is full, read-only or not ours is not used: the cache only ever
saves time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from retrograd.base.config import cache_directory

_DIGEST = hashlib.sha256().digest_size


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
        contents = (folder / key).read_bytes()
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
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".writing-")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(image).digest() + image)
        os.replace(temporary, folder / key)
    except OSError:
        if temporary is not None:
            _forget(temporary)


def directory() -> Path | None:
    """Where objects are kept, or None when caching is off or the place cannot be trusted."""
    chosen = cache_directory()
    return None if chosen is None else _prepared(str(chosen))


@lru_cache(maxsize=8)
def _prepared(path: str) -> Path | None:
    # Object code is executed: a directory that another user can write to would run that user's code.
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.stat(path)
        if hasattr(os, "getuid"):
            if status.st_uid != os.getuid():
                return None
            if status.st_mode & 0o077:
                os.chmod(path, 0o700)
    except OSError:
        return None
    return Path(path)


@lru_cache(maxsize=1)
def _sources() -> str:
    """A fingerprint of the code that writes kernels: the version says too little while Retrograd itself is
    edited."""
    package = Path(__file__).resolve().parents[1]
    stamps = []
    for folder in ("codegen", "ops"):
        for file in sorted((package / folder).rglob("*.py")):
            status = file.stat()
            stamps.append(f"{file.relative_to(package)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(stamps).encode()).hexdigest()


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
