"""Train a network on the bundled digits, or on a table of your own.

A table is a CSV file with a header. A target of words or of few integers is learned as classes,
any other as a number. Columns of numbers are standardised, columns of text become one yes/no
column a value; means and values are taken from the training rows alone. Every fifth row (or
image) is set aside for the test.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tqdm import tqdm

import retrograd as rg
from retrograd.cli import digits, gradients, models, report, rundir, summary, table
from retrograd.cli.errors import CommandError
from retrograd.cli.fit import Epoch, fit, measure, outputs_of, probabilities
from retrograd.cli.task import Recipe, Task, criterion, least_loss
from retrograd.cli.terminal import Terminal, count
from retrograd.version import __version__

CHECKED = 64  # training rows on which the gradients are checked


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = ("examples:\n  retrograd train digits\n  retrograd train digits --model cnn --seed 1\n"
                     "  retrograd train houses.csv --target price --ignore id")
    parser.add_argument("data", help="digits, or a CSV file")
    parser.add_argument("--model", choices=("mlp", "cnn"), default="mlp", help="cnn is for digits")
    parser.add_argument("--hidden", type=whole, nargs="+", metavar="N", help="widths of the hidden layers")
    parser.add_argument("--epochs", type=whole, help="passes over the training data")
    parser.add_argument("--batch", type=whole, help="rows a step")
    parser.add_argument("--lr", type=positive, help="learning rate at the start")
    parser.add_argument("--seed", type=int, help="of initialisation and order (default: 0)")
    parser.add_argument("--out", metavar="DIR", help="where to write (default: runs/NAME-1, -2, ...)")
    own = parser.add_argument_group("for a table")
    own.add_argument("--target", metavar="NAME", help="the column to foretell")
    own.add_argument("--task", choices=("classification", "regression"), help="default: by its values")
    own.add_argument("--ignore", nargs="+", default=[], metavar="NAME", help="columns to leave out")
    own.add_argument("--text", nargs="+", default=[], metavar="NAME", help="columns of codes, not numbers")
    own.add_argument("--skip-missing", action="store_true", help="leave out rows with missing cells")


def run(arguments: argparse.Namespace) -> int:
    """Data, model, training, test, gradient check, examples, files: each printed as it is known."""
    begin, term = time.perf_counter(), Terminal.of()
    task, spec, recipe = problem(arguments)
    recipe = replace(recipe, **{name: getattr(arguments, name) for name in ("epochs", "batch", "lr", "seed")
                                if getattr(arguments, name) is not None})
    rg.manual_seed(recipe.seed)
    model = models.build(spec)
    term.say(*report.data(term, task), "")
    model.eval()
    layers = summary.layers(model, rg.from_numpy(task.train.inputs[:1]))
    term.say(*report.model(term, spec["kind"], layers, task.noun), "")
    epochs = teach(term, model, task, recipe)

    outputs, figures = outputs_of(model, task.test.inputs), measure(model, task, task.test)
    term.say("", *report.test(term, task, figures, outputs), "")
    verdicts = gradients.check(model, task.train.inputs[:CHECKED], task.train.targets[:CHECKED],
                               criterion(task, reduction="none"), seed=recipe.seed)
    term.say(*report.gradients(term, verdicts, min(CHECKED, len(task.train)), task.noun), "")
    term.say(*examples(term, task, outputs), "")

    directory = rundir.create(task.name, arguments.out)
    seconds = time.perf_counter() - begin
    rundir.save(directory, model, record_of(task, spec, recipe, figures, verdicts, epochs, seconds), epochs)
    sample = digits.sample(task) if task.reading["kind"] == "digits" else table.sample(task)
    rundir.write_table(directory / rundir.SAMPLE, sample)
    term.say(*report.files(term, directory, contents(task), following(task, directory, spec)))
    return 0 if all(verdict.word != "wrong" for verdict in verdicts) else 1


def problem(arguments: argparse.Namespace) -> tuple[Task, dict, Recipe]:
    """What is to be learned, by which network, and how."""
    if arguments.data == "digits":
        if arguments.target:
            raise CommandError("the digits have their own target", "Leave --target away, or name a CSV file.")
        spec = dict(digits.MODELS[arguments.model])
        if arguments.hidden:
            if arguments.model == "cnn":
                raise CommandError("--hidden is for an mlp")
            spec["hidden"] = arguments.hidden
        return digits.build_task(), spec, digits.RECIPES[arguments.model]
    if not Path(arguments.data).exists() and "." not in Path(arguments.data).name:
        raise CommandError(f"there is no data called {arguments.data!r}",
                           "Bundled: digits. Or name a CSV file.")
    if arguments.model == "cnn":
        raise CommandError("a cnn is for images", "Leave --model away: a table is learned by an mlp.")
    task = table.build_task(arguments.data, arguments.target, kind=arguments.task, text=arguments.text,
                            ignore=arguments.ignore, skip_missing=arguments.skip_missing)
    return task, table.model(task, arguments.hidden or [64, 32]), table.recipe(len(task.train))


def teach(term: Terminal, model: rg.nn.Module, task: Task, recipe: Recipe) -> list[Epoch]:
    """Train with a line an epoch (some forty at most), and the time a step at the end."""
    least = least_loss(task, recipe)
    term.say(*report.training(term, recipe, least))
    first: list[float] = []
    stride = -(-recipe.epochs // 40)

    def say(epoch: Epoch) -> None:
        first.append(epoch.loss)
        if epoch.number % stride == 0 or epoch.number in (1, recipe.epochs):
            tqdm.write(report.epoch(term, epoch, recipe.epochs, first[0], least), file=term.stream)
            term.stream.flush()

    epochs = fit(model, task, recipe, say)
    steps = recipe.epochs * -(-len(task.train) // recipe.batch)
    seconds = sum(epoch.seconds for epoch in epochs)
    pace = f"{seconds:.1f} s for {count(steps, 'step')}: {1000 * seconds / steps:.2f} ms a step"
    term.say(*term.facts([("took", pace)]))
    return epochs


def examples(term: Terminal, task: Task, outputs: np.ndarray) -> list[str]:
    """Five test rows, evenly spaced."""
    rows = np.linspace(0, len(task.test) - 1, min(5, len(task.test))).astype(int)
    title = term.heading("Examples", f"{count(len(rows), task.noun)} of the test set")
    if task.reading["kind"] != "digits":
        return [title, *report.guesses(term, task, outputs[rows], task.test.targets[rows])]
    said, sure = outputs[rows].argmax(1), probabilities(outputs[rows]).max(1)
    names, truth = ([task.classes[k] for k in array] for array in (said, task.test.targets[rows]))
    return [title, *report.images(term, task.test.inputs[rows], names, sure, truth)]


def record_of(task: Task, spec: dict, recipe: Recipe, figures: dict[str, float],
              verdicts: Sequence[gradients.Verdict], epochs: Sequence[Epoch], seconds: float) -> dict:
    """What run.json says: enough to use the network, to repeat the training and to compare it."""
    return {
        "name": task.name, "command": "retrograd " + " ".join(sys.argv[1:]),
        "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "seconds": round(seconds, 3),
        "model": spec, "reading": task.reading, "classes": list(task.classes),
        "mean": task.mean, "std": task.std,
        "recipe": asdict(recipe), "rows": {"train": len(task.train), "test": len(task.test)},
        "train": {"loss": epochs[-1].loss, "accuracy": epochs[-1].accuracy}, "test": figures,
        "gradients": {found.name: {"error": found.error, "verdict": found.word} for found in verdicts},
        "versions": {"retrograd": __version__, "python": platform.python_version(), "numpy": version("numpy"),
                     "platform": platform.platform()},
    }


def contents(task: Task) -> list[tuple[str, str]]:
    return [(rundir.MODEL, "the trained parameters: any safetensors reader opens them"),
            (rundir.RECORD, "settings, seed, versions, figures"),
            (rundir.LOG, "a line an epoch"),
            (rundir.SAMPLE, "one test image to try" if task.noun == "image" else "five test rows to try")]


def following(task: Task, directory: Path, spec: dict) -> list[tuple[str, str]]:
    commands = [(f"retrograd eval {directory}", "the test set again"),
                (f"retrograd predict {directory} {directory / rundir.SAMPLE}", "new input")]
    if task.reading["kind"] == "digits" and spec["kind"] == "mlp":
        commands.append(("retrograd train digits --model cnn", "with convolutions"))
    return commands


def whole(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return value


def positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value
