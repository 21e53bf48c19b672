"""AVX2 code, run on a machine that has more, gives the bits of AVX-512 code: the registry, and training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.codegen.jit import Target, compiling_for, host
from retrograd.engine import program as engine_program
from retrograd.engine.program import programs

AVX2: Target = host().without_avx512()

pytestmark = pytest.mark.skipif("+avx512f" not in host().features.split(","),
                                reason="this machine has no AVX-512 to compare with")


@pytest.fixture(autouse=True)
def kernels_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs too small to be worth a kernel get one all the same, and no program is remembered."""
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(engine_program, "SMALL", -1)


def both(compute: Callable[[], Any]) -> tuple[Any, Any]:
    """A value as this machine computes it, and as one without AVX-512 does."""
    here = compute()
    programs._programs.clear()
    with compiling_for(AVX2):
        there = compute()
    programs._programs.clear()
    return here, there


def test_the_lesser_machine_is_one() -> None:
    assert (AVX2.vector_bytes, AVX2.vector_registers) == (32, 16) and "-avx512f" in AVX2.features.split(",")
    with compiling_for(AVX2):
        assert host() is AVX2
    assert host() is not AVX2


@pytest.mark.parametrize("name", ["float32", "float64", "bfloat16"])
def test_every_primitive_has_the_bits_of_avx512(call: Any, name: str, tools: Any, law: Any) -> None:
    if name != "float32" and not call.floats:
        return
    here, there = both(call.cast(tools.dtypes.by_name(name)).value)
    law.same_bits(there, here, f"{call} in {name}")


@pytest.mark.parametrize("shape", [(3, 5), (33, 67), (130, 1030)])
@pytest.mark.parametrize("fold", [lambda t: t.sum(0), lambda t: t.sum(1), lambda t: t.amax(0),
                                  lambda t: t.argmax(1), lambda t: t @ t.t(), lambda t: t.t() @ t,
                                  lambda t: t.softmax(1), lambda t: t.cumsum(0), lambda t: t.norm(),
                                  lambda t: t.sum()])
def test_folds_and_products_of_any_size_have_the_bits_of_avx512(rng: Any, fold: Any, law: Any,
                                                                shape: tuple[int, int]) -> None:
    x = rng.standard_normal(shape).astype("f4")
    here, there = both(lambda: fold(rg.tensor(x)).numpy())
    law.same_bits(there, here)


def test_a_training_run_has_the_bits_of_avx512(rng: Any, law: Any) -> None:
    x, y = rng.standard_normal((32, 12)).astype("f4"), rng.integers(0, 3, 32)

    def run() -> Any:
        rg.manual_seed(0)
        net = rg.nn.Sequential(rg.nn.Linear(12, 70), rg.nn.LayerNorm(70), rg.nn.GELU(), rg.nn.Dropout(0.2),
                               rg.nn.Linear(70, 3))
        opt = rg.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for _ in range(10):
            opt.zero_grad()
            rg.nn.functional.cross_entropy(net(rg.tensor(x)), rg.tensor(y)).backward()
            opt.step()
        return np.concatenate([p.detach().numpy().ravel() for p in net.parameters()])

    here, there = both(run)
    law.same_bits(there, here)
