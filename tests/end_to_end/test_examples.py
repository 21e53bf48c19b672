"""Every program in examples/ runs, learns, and goes step by step with PyTorch from the same weights."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
STEPS = 10
# What is quick enough to go with every run of the tests; the rest is for `make slow`.
QUICK = {"char_gpt", "cnn_classifier", "graph_convolution", "mlp_classifier", "sine_lbfgs", "vae",
         "word_lstm"}
BY_NAME = [pytest.param(p, id=p.stem, marks=() if p.stem in QUICK else pytest.mark.slow) for p in EXAMPLES]
# Rounding in float32 grows from step to step; sums are taken in another order there.
RTOL = {"sine_lbfgs": 1e-6}     # float64


def _program(path: Path, library: str) -> dict[str, Any]:
    source = path.read_text()
    if library == "torch":
        assert "import retrograd as torch\n" in source and "from retrograd import nn\n" in source
        source = source.replace("import retrograd as torch\n", "import torch\n")
        source = source.replace("from retrograd import nn\n", "from torch import nn\n")
    space: dict[str, Any] = {"__name__": path.stem}
    exec(compile(source, str(path), "exec"), space)
    return space


# What grows or shrinks where it is not the loss, and after how many steps that is sure.
LEARNED = {"reinforce": (r"steps upright (\d+) -> (\d+)", 20, 1),
           "actor_critic": (r"steps upright (\d+) -> (\d+)", 80, 1),
           "gan": (r"nearest centre ([\d.]+) -> ([\d.]+)", 400, -1), "siamese": (None, 60, -1)}


@pytest.mark.parametrize("path", BY_NAME)
def test_an_example_says_what_it_learned(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pattern, steps, sign = LEARNED.get(path.stem, (None, 2 if path.stem == "sine_lbfgs" else STEPS, -1))
    _program(path, "retrograd")["main"](steps)
    said = capsys.readouterr().out
    found = re.search(pattern or r"loss ([\d.]+) -> ([\d.]+)", said)
    assert found, said
    first, last = map(float, found.groups())
    assert sign * last > sign * first


@pytest.mark.parametrize("path", BY_NAME)
def test_an_example_goes_with_pytorch(path: Path, torch: Any) -> None:
    theirs, ours = _program(path, "torch"), _program(path, "retrograd")
    torch.manual_seed(1)
    model, mine = theirs["build"](), ours["build"]()
    weights = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    mine.load_state_dict({k: ours["torch"].from_numpy(v) for k, v in weights.items()})
    steps = 2 if path.stem == "sine_lbfgs" else STEPS
    np.testing.assert_allclose(ours["train"](mine, steps), theirs["train"](model, steps),
                               rtol=RTOL.get(path.stem, 2e-4))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_is_one_short_file(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 150
