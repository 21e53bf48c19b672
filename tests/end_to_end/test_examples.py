"""Every program in examples/ runs, learns, and goes step by step with PyTorch from the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))
STEPS = 10
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


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_says_what_it_learned(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _program(path, "retrograd")["main"](2 if path.stem == "sine_lbfgs" else STEPS)
    said = capsys.readouterr().out
    first, last = said.split("loss ")[1].split(";")[0].split("\n")[0].split(" -> ")
    assert float(last) < float(first)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
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
