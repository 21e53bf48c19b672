"""What a package loads when it is first asked for: its table goes in, the `__getattr__` and `__dir__` of the
package (PEP 562) come out.

A package names the modules that few programs need as `rare`:

    __getattr__, __dir__ = later(__name__, rare="factors window")

From then on `from retrograd.ops import window` loads nothing: `window` stands for the module until something
of it is first read. `from retrograd.ops.window import conv_p` loads it at once, as everywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

_OURS = __name__.partition(".")[0] + "."


class StandIn(ModuleType):
    """A module that is not loaded yet. Who reads from it has the module itself in its place from then on."""

    def __getattr__(self, name: str) -> Any:
        module = import_module(self.__name__)
        names = sys._getframe(1).f_globals          # of the module that reads
        for own in [k for k, v in names.items() if v is self]:
            names[own] = module
        return getattr(module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(import_module(self.__name__), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(import_module(self.__name__), name)

    @property
    def __dict__(self) -> dict[str, Any]:       # type: ignore[override]  # vars() shows the module's names
        return import_module(self.__name__).__dict__

    def __dir__(self) -> list[str]:
        return dir(import_module(self.__name__))


def homes(*tables: Mapping[str, str]) -> dict[str, str]:
    """{name: module} of tables {module: names}."""
    return {name: module for table in tables for module, names in table.items() for name in names.split()}


def later(package: str, *, rare: str = "", modules: str = "", names: Mapping[str, str] | None = None,
          called: Mapping[str, str] | None = None, absent: Callable[[str], AttributeError] | None = None,
          ) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package.

    rare: modules of it for which others import a stand-in. modules: those that are loaded when the package is
    asked for them. names: {name: module}, found in a module of the package, or in another of ours by its full
    name, and kept.
    called: {name: its name over there}, where it differs. absent: makes the error for any other name.
    """
    space = sys.modules[package].__dict__
    unread, wanted = frozenset(rare.split()), frozenset(modules.split())
    names, called = names or {}, called or {}

    def find(name: str) -> Any:
        if name in unread:
            return StandIn(f"{package}.{name}")
        if name in wanted:
            return import_module(f"{package}.{name}")
        if name not in names:
            raise absent(name) if absent is not None else AttributeError(
                f"module {package!r} has no attribute {name!r}", name=name)
        home = names[name]
        if not home.startswith(_OURS):
            home = f"{package}.{home}"
        value = space[name] = getattr(import_module(home), called.get(name, name))
        return value

    def everything() -> list[str]:
        found = {*space, *unread, *wanted, *names}
        return sorted([n for n in found if not n.startswith("_") or n.startswith("__")])

    return find, everything


def places(package: str, names: str) -> None:
    """Let each of `names`, files of PyTorch's package, be imported and read: here it is the package itself.

    So run `from torch.distributions.normal import Normal` and `torch.distributions.normal.Normal`.
    """
    module = sys.modules[package]
    for name in names.split():
        sys.modules[f"{package}.{name}"] = module
        setattr(module, name, module)
