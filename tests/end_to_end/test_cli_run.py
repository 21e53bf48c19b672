"""`retrograd run FILE`: a script as Python would run it, with Retrograd in torch's place."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def script(tmp_path: Path):
    """Write a script in a folder of its own and give its name."""
    def write(text: str) -> str:
        (tmp_path / "place").mkdir(exist_ok=True)
        (tmp_path / "place" / "script.py").write_text(text)
        return "place/script.py"
    return write


def test_the_script_is_main_with_its_arguments_and_folder(retrograd, script, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "beside.py").write_text("here = 7\n")
    name = script("import sys, beside\nprint(__name__, __file__, sys.argv, beside.here, sys.path[0])\n"
                  "import __main__\nassert __main__.sys is sys\n")
    text = retrograd("run", name, "--epochs", "3", "-x").stdout
    assert text == f"__main__ {name} ['{name}', '--epochs', '3', '-x'] 7 {tmp_path / 'place'}\n"


def test_torch_and_its_modules_are_retrograd_s(retrograd, script) -> None:
    name = script("""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.checkpoint import checkpoint
from torch.optim.lr_scheduler import StepLR
from torch.autograd import Function, Variable
import torch.distributed as dist
import torch.nn.parallel
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.utils import _pair
from torch.nn.parameter import Parameter
from torch.utils.data.dataloader import DataLoader as Loader
from torch.utils.data.distributed import DistributedSampler
from torchvision import datasets, transforms
import torch.multiprocessing as mp
import torch.onnx, torch.hub, torch.profiler
import retrograd
assert Loader is DataLoader and issubclass(nn.BatchNorm2d, _BatchNorm) and Parameter is nn.Parameter
assert datasets is retrograd.vision.datasets
assert int(torch.__version__.split(".")[0]) >= 2 and "retrograd" in torch.__version__
assert torch.version.cuda is None
assert torch is retrograd and nn is retrograd.nn and F is retrograd.nn.functional
assert torch.nn.parallel.DistributedDataParallel is retrograd.nn.parallel.DistributedDataParallel
assert retrograd.__spec__.name == "retrograd" and nn.__spec__.name == "retrograd.nn"
print("as one")
""")
    assert retrograd("run", name).stdout == "as one\n"


@pytest.mark.parametrize(("text", "status"), [
    ("import sys; sys.exit(3)", 3), ("raise SystemExit", 0), ("1/0", 1)])
def test_the_exit_status_is_the_script_s(retrograd, script, text: str, status: int) -> None:
    retrograd("run", script(text), status=status)


def test_a_traceback_shows_the_script_alone(retrograd, script) -> None:
    name = script("def f():\n    return {}['gone']\n\nf()\n")
    text = retrograd("run", name, status=1).stderr
    assert text.startswith("Traceback (most recent call last):\n") and text.endswith("KeyError: 'gone'\n")
    assert text.count('File "') == 2 and text.count(name) == 2


def test_a_syntax_error_is_python_s(retrograd, script) -> None:
    text = retrograd("run", script("x = (1\n"), status=1).stderr
    assert "SyntaxError" in text and "retrograd" not in text


@pytest.mark.parametrize(("text", "message"), [
    ("import torchaudio", "torchaudio: not implemented yet; "
                          "Retrograd stands in for torch, not for torchaudio"),
    ("from torchtext import vocab", "torchtext: not implemented yet"),
    ("import torch.utils.cpp_extension", "torch.utils.cpp_extension: not implemented yet. "
                                         "The nearest that exists: torch.utils"),
])
def test_what_is_missing_is_said(retrograd, script, text: str, message: str) -> None:
    assert f"ModuleNotFoundError: {message}" in retrograd("run", script(text), status=1).stderr


def test_what_is_missing_can_be_caught(retrograd, script) -> None:
    name = script("try:\n    import torchaudio\nexcept ImportError:\n    print('without')\n")
    assert retrograd("run", name).stdout == "without\n"


def test_a_file_that_is_not_there_is_an_error(retrograd) -> None:
    assert retrograd("run", "gone.py", status=2).stderr == "retrograd run: there is no file gone.py\n"
