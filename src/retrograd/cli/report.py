"""The sections that the commands print: data, model, epochs, test, gradients, examples, files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrograd.cli.draw import side_by_side
from retrograd.cli.fit import Epoch, probabilities
from retrograd.cli.gradients import CORRECT, DIRECTIONS, ENTRIES, SUSPICIOUS, Verdict
from retrograd.cli.summary import Layer
from retrograd.cli.task import Recipe, Task
from retrograd.cli.terminal import Terminal, count, short, wrap

VERDICT_STYLE = {"correct": ("green",), "suspicious": ("yellow",), "wrong": ("red", "bold")}


def data(term: Terminal, task: Task) -> list[str]:
    return [term.heading("Data"), *term.facts(task.facts), *(f"  note: {note}" for note in task.notes)]


def model(term: Terminal, name: str, layers: Sequence[Layer], noun: str) -> list[str]:
    """A row a layer and one of totals."""
    rows = [[at.name, at.kind, by(at.shape), f"{at.parameters:,}" if at.parameters else "-",
             short(at.forward), short(at.backward)] for at in layers]
    rows.append(["", "total", "", f"{sum(at.parameters for at in layers):,}",
                 short(sum(at.forward for at in layers)), short(sum(at.backward for at in layers))])
    lines = term.table(("", "layer", "output", "parameters", "forward", "backward"), rows, align="<<<>>>")
    lines[-1] = term.paint(lines[-1], "bold")
    note = f"FLOPs for one {noun}; a multiplication and an addition are two"
    return [term.heading("Model", name), *lines, "  " + term.paint(note, "dim")]


def training(term: Terminal, recipe: Recipe, least: float) -> list[str]:
    """The settings; `least` is the loss of a perfect network."""
    words = [count(recipe.epochs, "epoch"), f"batches of {recipe.batch}",
             f"Adam at {recipe.lr:g} falling along a cosine",
             *([f"weight decay {recipe.weight_decay:g}"] if recipe.weight_decay else []),
             *([f"labels smoothed by {recipe.smoothing:g} (no loss is below {least:.2f})"] if least else []),
             f"seed {recipe.seed}"]
    return [term.heading("Training"), *term.facts([("how", ", ".join(words))])]


def epoch(term: Terminal, this: Epoch, of: int, first: float, least: float) -> str:
    """One line: loss and accuracy on the training data while the epoch went; a bar for the loss."""
    wide = len(str(of))
    accuracy = "" if this.accuracy is None else f"   accuracy {this.accuracy:7.2%}"
    bar = term.paint(term.bar((this.loss - least) / max(first - least, 1e-30), 28), "cyan")
    return f"  epoch {this.number:>{wide}}/{of}   loss {this.loss:.4f}{accuracy}   {bar}".rstrip()


def test(term: Terminal, task: Task, measured: dict[str, float], outputs: np.ndarray) -> list[str]:
    """The figures of the test set, beside what a guess without any learning would have reached."""
    if task.classifies:
        share = float(np.mean(task.test.targets == np.bincount(task.train.targets).argmax()))
        guess = f"always saying the most common class: {share:.2%}"
    else:
        error = float(np.sqrt(np.mean(task.test.targets**2))) * task.std
        guess = f"always saying the training mean: {error:.4g}"
    title = f"{count(len(task.test), task.noun)} never seen in training, used to choose nothing"
    return figures(term, "Test", title, task, measured, outputs, [("beside", guess)])


def figures(term: Terminal, title: str, note: str, task: Task, measured: dict[str, float],
            outputs: np.ndarray, more: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Accuracy and the commonest mistakes, or the error in the unit of the target."""
    if not task.classifies:
        error = term.paint(f"{measured['rmse']:.4g}", "bold")
        pairs = [("error", f"{error} root mean square, in the unit of the target"),
                 ("R squared", f"{measured['r2']:.4f}")]
    else:
        pairs = [("accuracy", term.paint(f"{measured['accuracy']:.2%}", "bold")
                  + f"   {measured['wrong']:,} of {measured['rows']:,} wrong")]
        if measured["wrong"]:
            pairs.append(("mistakes", confusions(task, outputs)))
    return [term.heading(title, note), *term.facts([*pairs, *more])]


def confusions(task: Task, outputs: np.ndarray, most: int = 6) -> str:
    """The commonest mistakes, as `8 read as 1 (2 times)`."""
    said = outputs.argmax(1)
    wrong = Counter((int(t), int(s)) for t, s in zip(task.test.targets, said) if t != s)
    words = [f"{task.classes[t]} read as {task.classes[s]}" + (f" ({n} times)" if n > 1 else "")
             for (t, s), n in wrong.most_common(most)]
    rest = sum(wrong.values()) - sum(n for _, n in wrong.most_common(most))
    return ", ".join(words) + (f" and {rest} more" if rest else "")


def gradients(term: Terminal, verdicts: Sequence[Verdict], rows: int, noun: str) -> list[str]:
    """A row a parameter, and the bands of the verdicts."""
    table = [[v.name, by(v.shape), f"{v.error:.1e}", v.word] for v in verdicts]
    note = (f"relative error along {DIRECTIONS} random directions and the {ENTRIES} largest entries; "
            f"below {brief(CORRECT)} correct, below {brief(SUSPICIOUS)} suspicious, else wrong")
    title = f"backpropagation against central differences, float64, {count(rows, noun)}"
    return [term.heading("Gradients", title),
            *term.table(("parameter", "shape", "error", "verdict"), table, align="<<><",
                        styles=[VERDICT_STYLE[v.word] for v in verdicts]),
            *("  " + term.paint(line, "dim") for line in wrap(note, term.width - 2))]


def by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def brief(number: float) -> str:
    return f"{number:.0e}".replace("e-0", "e-")


def images(term: Terminal, pictures: np.ndarray, said: Sequence[str], sure: Sequence[float],
           truth: Sequence[str] | None) -> list[str]:
    """Up to five images side by side, each over what the network says and, where known, what is true."""
    captions = [[f"says {word} {p:>7.1%}"] for word, p in zip(said, sure)]
    if truth is None:
        rows = side_by_side(list(pictures), captions, unicode=term.unicode)
        return ["  " + "  ".join(row).rstrip() for row in rows]
    right = [s == t for s, t in zip(said, truth)]
    for caption, good, true in zip(captions, right, truth):
        caption.append("right" if good else f"wrong: it is {true}")
    rows = side_by_side(list(pictures), captions, unicode=term.unicode)
    rows[-1] = [term.paint(cell, "green" if good else "red") for cell, good in zip(rows[-1], right)]
    return ["  " + "  ".join(row).rstrip() for row in rows]


def guesses(term: Terminal, task: Task, outputs: np.ndarray, targets: np.ndarray) -> list[str]:
    """A row for each of some rows of a table: what the network says beside what is true."""
    if not task.classifies:
        said, true = (array[:, 0] * task.std + task.mean for array in (outputs, targets))
        rows = [[f"{s:.4g}", f"{t:.4g}", f"{s - t:+.4g}"] for s, t in zip(said, true)]
        return term.table(("says", "truth", "difference"), rows, align=">>>")
    sure = probabilities(outputs)
    said = outputs.argmax(1)
    rows = [[task.classes[s], f"{sure[k, s]:.1%}", task.classes[t], "right" if s == t else "wrong"]
            for k, (s, t) in enumerate(zip(said, targets))]
    styles = [("green",) if s == t else ("red",) for s, t in zip(said, targets)]
    return term.table(("says", "probability", "truth", ""), rows, align="<><<", styles=styles)


def files(term: Terminal, directory: Path, what: Sequence[tuple[str, str]],
          following: Sequence[tuple[str, str]]) -> list[str]:
    """Where the files lie, and commands to type next."""
    wide = max(len(command) for command, _ in following)
    return [term.heading("Files", f"{directory}/"), *term.facts(what), "", term.heading("Next"),
            *(f"  {command:<{wide}}   {term.paint(text, 'dim')}" for command, text in following)]
