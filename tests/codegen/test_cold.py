"""What a first call costs, counted and not timed: how many kernels are compiled, and what is built."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import retrograd as rg
from retrograd.base import dtype as dt
from retrograd.base.config import config
from retrograd.codegen import driver, jit, kernels
from retrograd.codegen.contract.gemm import Gemm
from retrograd.codegen.contract.matvec import matvec_kernel
from retrograd.codegen.contract.pack import Pack
from retrograd.codegen.contract.tile import default_tile
from retrograd.codegen.fuse import fuse
from retrograd.codegen.lowering.product import lower_product
from retrograd.graph.graph import topological
from retrograd.graph.node import leaf
from retrograd.ops.contract import matmul
from retrograd.ops.linear import swap_last

SOURCE = Path(rg.__file__).parents[1]


@pytest.fixture
def forgetful(fresh_programs, monkeypatch):
    """The compiler, with nothing in memory and nothing on disk, in an engine that has seen no graph yet (one
    that has may run a graph by units); calling it forgets what is in memory."""
    compiler = jit._compiler()
    monkeypatch.setattr(config, "cache", "off")
    monkeypatch.setattr(compiler, "memory", jit.Memory())
    monkeypatch.setattr(compiler, "compiled", 0)

    def forget():
        compiler.memory, compiler.compiled = jit.Memory(), 0
        return compiler
    return forget


STEPS = """
import retrograd as rg
from retrograd.codegen import jit

def residual_step(layers, width):
    model = rg.nn.ModuleList([rg.nn.Linear(width, width) for _ in range(layers)])
    optimizer = rg.optim.Adam(model.parameters())
    x, y = rg.randn(8, width), rg.tensor([0, 1, 2, 3, 3, 2, 1, 0])

    def step():
        optimizer.zero_grad()
        h = x
        for layer in model:
            h = h + rg.relu(layer(h))
        loss = rg.nn.functional.cross_entropy(h, y)
        loss.backward()
        optimizer.step()
        return loss
    return step

compiler = jit._compiler()
for layers in (5, 20, 50):
    step = {wrap}(residual_step(layers, 24))
    compiler.memory, compiler.compiled = jit.Memory(), 0
    step().item()
    print(compiler.compiled)
"""


@pytest.mark.parametrize("wrap", ["", "rg.compile"], ids=["plain", "compile"])
def test_equal_layers_share_their_kernels(wrap):
    """Fifty layers may be grouped otherwise than five, which takes a few kernels, not one a layer. (In a
    process of its own: how graphs are run depends on what ran before.)"""
    done = subprocess.run([sys.executable, "-c", STEPS.replace("{wrap}", wrap)],
                          capture_output=True, text=True,
                          env={**os.environ, "RETROGRAD_CACHE": "off", "PYTHONPATH": str(SOURCE)})
    counts = [int(line) for line in done.stdout.split()]
    assert len(counts) == 3 and 0 < max(counts) <= min(counts) + 8, (counts, done.stderr)


def test_the_products_of_a_linear_layer_share_one_kernel():
    """However its operands lie: tiles of products are what takes longest to compile."""
    rg.manual_seed(0)
    x, w, g = (leaf(rg.randn(*shape).numpy(), dt.float32) for shape in ((64, 784), (256, 784), (64, 256)))
    found = set()
    for root in (matmul(x, swap_last(w)), matmul(g, w), matmul(swap_last(g), x)):
        schedule = fuse(topological([root]), [root])
        calls = [call for work in schedule.work for call in lower_product(work, schedule)]
        found |= {call.description for call in calls if isinstance(call.description, Gemm)}
    assert len(found) == 1


def test_nothing_is_built_that_is_on_disk(forgetful, tmp_path, monkeypatch):
    monkeypatch.setattr(config, "cache", str(tmp_path / "kernels"))
    tile = default_tile(jit.host(), "float32")
    wanted = [Gemm(tile), Pack("float32", tile.width, tile.lanes), matvec_kernel(jit.host(), "float32", True)]
    compiler = forgetful()
    kernels.codes_of(wanted)
    driver.Driver()
    assert compiler.compiled == len(wanted) + 1
    forgetful()
    for module, name in ((kernels, "module_of"), (driver, "_module")):
        monkeypatch.setattr(module, name, lambda *_: pytest.fail("built"))
    kernels.codes_of(wanted)
    driver.Driver()
    assert compiler.compiled == 0
