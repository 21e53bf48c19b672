"""The ten switches, read once from RETROGRAD_* variables into one dataclass."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields

from retrograd.base.errors import ArgumentError, MissingError

CHECKS = ("nan", "replay", "inplace", "ir")
DUMPS = ("canonicalize", "turn", "fold", "simplify", "dedupe", "fuse", "lower", "plan")


def _int(text: str) -> int:
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError(text)


def _checks(text: str) -> frozenset[str]:
    names = frozenset(filter(None, (t.strip() for t in text.split(","))))
    if names - set(CHECKS):
        raise ValueError(text)
    return names


def _cache(text: str) -> str:
    return text


@dataclass
class Config:
    """One attribute a switch; the environment variable is RETROGRAD_ and the attribute's name in capitals."""

    debug: int = field(default=0, metadata={"read": _int, "is": "0..5: how much the compiler tells"})
    dump: str = field(default="", metadata={"read": str, "is": "name of a pass whose graph is printed"})
    jit: bool = field(default=True, metadata={
        "read": _flag, "is": "0: the NumPy interpreter runs everything"})
    check: frozenset[str] = field(default=frozenset(), metadata={
        "read": _checks, "is": "comma-separated out of nan, replay, inplace, ir"})
    eager: bool = field(default=False, metadata={"read": _flag, "is": "1: evaluate every operation at once"})
    num_threads: int = field(default=0, metadata={
        "read": _int, "is": "worker threads; 0 = by affinity and quota"})
    cache: str = field(default="", metadata={"read": _cache, "is": "directory of compiled kernels, or 'off'"})
    data_home: str = field(default="", metadata={
        "read": str, "is": "directory of downloaded or user data sets"})
    lang: str = field(default="en", metadata={"read": str, "is": "en or zh: language of the lessons"})
    strict_ieee: bool = field(default=False, metadata={
        "read": _flag, "is": "1: 0 * inf is NaN in derivatives too"})


def from_environment(environ: dict[str, str] | os._Environ[str] = os.environ) -> Config:
    """Read the switches; a value that cannot be read is an error that names the variable."""
    config = Config()
    for f in fields(Config):
        name = "RETROGRAD_" + f.name.upper()
        if name in environ:
            try:
                setattr(config, f.name, f.metadata["read"](environ[name]))
            except ValueError:
                raise ArgumentError(f"{name}={environ[name]!r} cannot be read", expected=f.metadata["is"],
                                    fix=f"Unset {name} or give it such a value.") from None
    if config.dump not in ("", *DUMPS):
        raise MissingError(f"RETROGRAD_DUMP={config.dump} is not there yet",
                           fix=f"DUMP takes {', '.join(DUMPS)}.")
    return config


def cache_directory() -> str | None:
    """Where compiled kernels are kept; None when switched off."""
    if config.cache == "off":
        return None
    if config.cache:
        return config.cache
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "retrograd")


config = from_environment()
