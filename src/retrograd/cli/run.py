"""Run a PyTorch script with Retrograd in torch's place.

`import torch` and every `torch.` module give Retrograd's, `import torchvision` its datasets and transforms;
torch.__version__ is that of the PyTorch whose names they are, with +retrograd; `import tensorflow` gives
retrograd.interop.tf1, the static graphs of TensorFlow 1. Otherwise the script runs as
`python FILE ...` would run it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import CodeType, ModuleType

from retrograd.cli import impersonate
from retrograd.cli.errors import CommandError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "example:\n  retrograd run train.py --epochs 3"
    parser.add_argument("file", help="the script")
    parser.add_argument("args", nargs=argparse.REMAINDER, help="what the script finds in sys.argv[1:]")


def run(arguments: argparse.Namespace) -> int:
    """Run the file as `__main__`; its exit status and its traceback are those of plain Python."""
    path = Path(arguments.file)
    code = compiled(path)
    impersonate.install()
    sys.argv = [arguments.file, *arguments.args]
    sys.path.insert(0, str(path.resolve().parent))
    module = ModuleType("__main__")
    module.__file__ = str(path)
    sys.modules["__main__"] = module
    try:
        exec(code, module.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        shown = error.__traceback__.tb_next if error.__traceback__ else None  # without this frame
        sys.excepthook(type(error), error.with_traceback(shown), shown)
        return 130 if isinstance(error, KeyboardInterrupt) else 1
    return 0


def compiled(path: Path) -> CodeType:
    """The script's code; a file that cannot be read or parsed ends the command."""
    try:
        source = path.read_bytes()
    except FileNotFoundError as error:
        raise CommandError(f"there is no file {path}") from error
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}") from error
    try:
        return compile(source, str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        sys.excepthook(type(error), error.with_traceback(None), None)
        sys.exit(1)
