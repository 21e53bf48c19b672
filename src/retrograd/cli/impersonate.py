"""Retrograd in torch's place: an import hook under which `import torch.nn` gives retrograd.nn."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import retrograd
from retrograd.nn.modules import PLACES
from retrograd.version import __version__

SPEAKS = "2.13.0"       # the PyTorch that the tests compare with
# asked for -> given; names below them follow (torch.nn.init -> retrograd.nn.init)
STANDS_FOR = {
    "torch": "retrograd",
    "torchvision": "retrograd.vision",
    "torchvision.ops.misc": "retrograd.vision.ops",
    "torchvision.transforms.functional": "retrograd.vision.functional",
    "torchvision.transforms.transforms": "retrograd.vision.transforms",
    "tensorflow": "retrograd.interop.tf1",
    "tensorflow.compat": "retrograd.interop.tf1",
    "tensorflow.compat.v1": "retrograd.interop.tf1",
    **{f"torch.nn.modules.{place}": "retrograd.nn.modules" for place in PLACES},
}
# What scripts import beside torch. An installed one would call into the real torch, so it is refused as well.
MISSING = {
    "torchaudio": "Read the sound with the standard module wave, or with soundfile, then torch.from_numpy.",
    "torchtext": "Split the text in Python and number the words for torch.nn.Embedding.",
}


class Substitute(Loader):
    """Hands out a module that is imported under its own name, and leaves it as it was."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.own: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.name)
        self.own = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.own  # the import system has just put the asked-for name there


class Finder(MetaPathFinder):
    """Answers for the names in STANDS_FOR and MISSING and for all below them; knows nothing of others."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in MISSING:
            why = f"{fullname}: not implemented yet; Retrograd stands in for torch, not for {top}"
            raise ModuleNotFoundError(f"{why}.\n  {MISSING[top]}", name=fullname)
        if top not in STANDS_FOR:
            return None
        own = substitute_of(fullname)
        if not exists(own):
            near = fullname.rpartition(".")[0] or "torch"
            raise ModuleNotFoundError(f"{fullname}: not implemented yet. The nearest that exists: {near}",
                                      name=fullname)
        return ModuleSpec(fullname, Substitute(own), is_package=True)


def substitute_of(fullname: str) -> str:
    """The module that is given for a name: that of its longest beginning in STANDS_FOR, and what follows."""
    parts = fullname.split(".")
    for k in range(len(parts), 0, -1):
        known = STANDS_FOR.get(".".join(parts[:k]))
        if known:
            return ".".join([known, *parts[k:]])
    raise KeyError(fullname)


def exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a parent is no package, or is not there
        return False


def install() -> None:
    """Put the finder first, so that an installed torch is not found; torch.__version__ is the one whose names
    Retrograd speaks, since scripts ask it what they may use."""
    sys.meta_path.insert(0, Finder())
    retrograd.__version__ = f"{SPEAKS}+retrograd.{__version__}"
