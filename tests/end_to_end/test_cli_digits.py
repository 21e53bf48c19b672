"""`retrograd train digits` and what can be done with its run."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import retrograd as rg
from retrograd.cli import digits, models, rundir
from retrograd.cli.fit import fit, measure, outputs_of
from retrograd.datasets import load_digits

Trained = tuple[Path, str]


def accuracy_in(text: str) -> float:
    return float(re.search(r"accuracy +([\d.]+)% +\d+ of", text)[1])


def test_the_report_has_all_its_sections_in_order(trained: Trained) -> None:
    titles = re.findall(r"^[A-Z]\w+", trained[1], re.MULTILINE)
    assert titles == ["Data", "Model", "Training", "Test", "Gradients", "Examples", "Files", "Next"]


def test_the_data_are_named_with_source_licence_and_split(trained: Trained) -> None:
    for words in ("1,797 images", "Alpaydin", "CC BY 4.0", "1,437 to train on", "every fifth, 360"):
        assert words in re.sub(r"\s+", " ", trained[1])


def test_the_table_counts_parameters_and_flops(trained: Trained) -> None:
    linear = next(line for line in trained[1].splitlines() if line.split()[:2] == ["1", "Linear"])
    # 64 * 128 + 128 parameters; 2 * 64 * 128 FLOPs forward, as many back: the data need no gradient
    assert linear.split() == ["1", "Linear", "128", "8,320", "16.4", "k", "16.4", "k"]
    last = next(line for line in trained[1].splitlines() if line.split()[:2] == ["3", "Linear"])
    assert last.split() == ["3", "Linear", "10", "1,290", "2,560", "5,120"]


def test_every_parameter_is_found_correct(trained: Trained) -> None:
    verdicts = re.findall(r"^  \d\.\w+ +[\dx ]+ +([\d.e+-]+) +(\w+)$", trained[1], re.MULTILINE)
    assert [word for _, word in verdicts] == ["correct"] * 4
    assert all(float(error) < 1e-7 for error, _ in verdicts)


def test_five_digits_are_drawn(trained: Trained) -> None:
    assert re.search(r"^  says \d +[\d.]+%(  says \d +[\d.]+%){4}$", trained[1], re.MULTILINE)
    assert trained[1].count("█") > 50


def test_lines_are_plain_where_there_is_no_terminal(trained: Trained) -> None:
    assert "\x1b" not in trained[1] and "\r" not in trained[1]
    assert max(map(len, trained[1].splitlines())) <= 100


def test_accuracy_is_97_percent_as_the_median_of_five_seeds() -> None:
    task, reached = digits.build_task(), []
    for seed in range(5):
        rg.manual_seed(seed)
        model = models.build(digits.MODELS["mlp"])
        fit(model, task, replace(digits.RECIPES["mlp"], seed=seed), lambda epoch: None)
        reached.append(measure(model, task, task.test)["accuracy"])
    assert np.median(reached) >= 0.97, reached


def test_the_cnn_learns_too(retrograd) -> None:
    text = retrograd("train", "digits", "--model", "cnn", "--epochs", 6).stdout
    assert accuracy_in(text) >= 97
    assert "32 x 4 x 4" in text
    assert re.findall(r"e-\d+   (\w+)$", text, re.MULTILINE) == ["correct"] * 6


def test_a_seed_gives_the_same_run_twice(retrograd, tmp_path: Path) -> None:
    for name in ("a", "b"):
        retrograd("train", "digits", "--epochs", 2, "--seed", 3, "--out", name)
    first, second = (np.loadtxt(tmp_path / name / "log.csv", delimiter=",", skiprows=1, usecols=(1, 2))
                     for name in ("a", "b"))
    assert np.array_equal(first, second)


def test_the_run_directory_says_what_was_done(trained: Trained) -> None:
    run = trained[0] / "runs" / "digits-1"
    names = sorted(file.name for file in run.iterdir())
    assert names == ["log.csv", "model.safetensors", "run.json", "sample.csv"]
    record = json.loads((run / "run.json").read_text())
    assert record["recipe"]["seed"] == 0 and record["test"]["rows"] == 360
    assert 100 * record["test"]["accuracy"] == pytest.approx(accuracy_in(trained[1]), abs=0.01)
    assert len((run / "log.csv").read_text().splitlines()) == 1 + record["recipe"]["epochs"]


def test_eval_finds_the_same_accuracy(trained: Trained, command) -> None:
    text = command("eval", "digits-1").stdout
    assert accuracy_in(text) == accuracy_in(trained[1])
    assert "note" not in text


def test_eval_takes_other_images_with_their_digits(trained: Trained, command) -> None:
    images, labels = load_digits()
    rows = np.concatenate([images.reshape(-1, 64)[:100] * 16, labels[:100, None]], axis=1)
    np.savetxt(trained[0] / "other.csv", rows, delimiter=",", fmt="%g")
    assert "100 images of other.csv" in command("eval", "runs/digits-1", "other.csv").stdout
    np.save(trained[0] / "bare.npy", images[:3])
    assert "does not say what is true" in command("eval", "digits-1", "bare.npy", status=2).stderr


def test_predict_draws_an_image_and_says_what_it_is(trained: Trained, command) -> None:
    text = command("predict", "digits-1", "runs/digits-1/sample.csv").stdout
    assert re.search(r"says 0 +9\d\.\d%", text)  # the first test image is the first image, a clear zero


def test_predict_reads_arrays_and_writes_a_table(trained: Trained, command) -> None:
    images, labels = load_digits()
    np.save(trained[0] / "many.npy", images[:30])
    assert "and 10 more" in command("predict", "digits-1", "many.npy", "--out", "said.csv").stdout
    said = np.loadtxt(trained[0] / "said.csv", delimiter=",", skiprows=1, usecols=1)
    assert (said == labels[:30]).mean() > 0.9


def test_the_saved_model_gives_the_bits_of_the_module_itself(trained: Trained) -> None:
    run = rundir.load(str(trained[0] / "runs" / "digits-1"))
    inputs = digits.build_task().test.inputs
    with rg.no_grad():
        assert np.array_equal(outputs_of(run.model, inputs), run.model.eval()(rg.from_numpy(inputs)).numpy())


@pytest.mark.parametrize(("words", "message"), [
    (["predict", "nowhere", "x.npy"], "there is no run in nowhere"),
    (["predict", "digits-1", "absent.csv"], "there is no file absent.csv"),
    (["predict", "digits-1", "runs/digits-1/run.json"], "cannot be read as numbers"),
    (["predict", "digits-1", "wide.csv"], "holds an array of shape (2, 3)"),
    (["train", "digits", "--target", "y"], "the digits have their own target"),
    (["train", "digitz"], "there is no data called 'digitz'"),
    (["train", "digits", "--epochs", "0"], "0 is not 1 or more"),
    (["train", "digits", "--epochs", "1", "--out", "runs/digits-1"], "holds a run already"),
])
def test_an_error_is_one_sentence(trained: Trained, command, words: list[str], message: str) -> None:
    (trained[0] / "wide.csv").write_text("1,2,3\n4,5,6\n")
    text = command(*words, status=2).stderr
    assert message in text and "Traceback" not in text


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_a_bar_and_colours_unless_no_color(tmp_path: Path, variables: dict,
                                                           coloured: bool) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment = inherited | {"TERM": "xterm", "PYTHONPATH": str(Path(rg.__file__).parents[1]), **variables}
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "retrograd.cli", "train", "digits", "--epochs", "2"]
    process = subprocess.Popen(words, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
                               env=environment)
    os.close(theirs)
    text = b""
    while part := read(ours):
        text += part
    os.close(ours)
    assert process.wait() == 0
    assert b"/90 steps" in text  # the bar
    assert (b"\x1b[1;36m" in text) is coloured
    assert (b"\x1b[32mcorrect" in text) is coloured


def read(end: int) -> bytes:
    try:
        return os.read(end, 4096)
    except OSError:  # the other end is closed
        return b""
