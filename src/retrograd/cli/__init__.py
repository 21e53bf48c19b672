"""The command `retrograd`: a table of subcommands, each in a file that is imported when used."""

from __future__ import annotations

import argparse
import difflib
import importlib
import sys
from collections.abc import Sequence

from retrograd.cli.errors import CommandError
from retrograd.version import __version__

# name -> (module, one line for the list); a module offers add_arguments(parser) and run(arguments) -> status
COMMANDS = {
    "train": ("retrograd.cli.train", "train a network on the bundled digits or on your own table"),
    "predict": ("retrograd.cli.predict", "what a trained network says about new input"),
    "eval": ("retrograd.cli.evaluate", "measure a trained network on its test set or on other data"),
    "run": ("retrograd.cli.run", "run a PyTorch script with Retrograd in torch's place"),
    "env": ("retrograd.cli.env", "what a bug report needs: versions, processor, switches"),
}

# what is planned -> the nearest that exists
PLANNED = {
    "learn": "train digits",
    "check": "train digits (it checks its gradients)",
    "doctor": "train digits (it checks its gradients)",
    "blame": "train digits (it checks its gradients)",
    "explain": "train digits (its table of layers)",
    "graph": "train digits (its table of layers)",
    "cost": "train digits (its table counts FLOPs)",
    "plan": "train digits (its table counts FLOPs)",
    "lab": "run FILE",
    "launch": "run FILE",
    "board": "train digits (it writes log.csv)",
    "export": "train digits (it writes safetensors)",
    "new": "train data.csv --target NAME",
    "bench": "env",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 asked wrongly.

    Example:
        >>> main(["--version"])
        retrograd 0.1.0
        0
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if words[0] in ("-V", "--version"):
        print(f"retrograd {__version__}")
        return 0
    name = words[0]
    try:
        command = importlib.import_module(module_of(name))
        parser = argparse.ArgumentParser(f"retrograd {name}", description=command.__doc__,
                                         formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_arguments(parser)
        return command.run(parser.parse_args(words[1:]))
    except CommandError as error:
        print(f"retrograd {name}: {error.why}" + (f"\n  {error.fix}" if error.fix else ""), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nretrograd {name}: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader went away, as in `retrograd env | head -3`
        sys.stdout = None
        return 1


def overview() -> str:
    """The list of commands that `retrograd` alone prints."""
    lines = [f"retrograd {__version__}: deep learning with PyTorch's names and gradients you can check", "",
             "usage: retrograd COMMAND ...", ""]
    lines += [f"  {name:<9} {text}" for name, (_, text) in COMMANDS.items()]
    lines += ["", "Begin with        retrograd train digits", "More about one:   retrograd COMMAND --help"]
    return "\n".join(lines)


def module_of(name: str) -> str:
    """The module of a command; one that does not exist (yet) is an error that names the nearest that does."""
    if name in COMMANDS:
        return COMMANDS[name][0]
    if name in PLANNED:
        raise CommandError("not implemented yet", f"The nearest that exists: retrograd {PLANNED[name]}")
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    hint = f"Did you mean  retrograd {near[0]} ?" if near else f"There are: {', '.join(COMMANDS)}."
    raise CommandError("there is no such command", hint)
