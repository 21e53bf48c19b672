"""The plan of an arena: what lives at once does not overlap, and little more than that is asked for."""

from __future__ import annotations

import random
from typing import Any

import pytest

import retrograd as rg
from retrograd.codegen.plan import ALIGN, most_alive, plan_memory


def _random(seed: int, count: int, steps: int) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    rng = random.Random(seed)
    born = {k: rng.randrange(steps) for k in range(count)}
    dies = {k: min(steps - 1, b + rng.randrange(1 + rng.choice((2, steps)))) for k, b in born.items()}
    return {k: rng.choice((0, 1, 64, 100, 4096, 50_000)) for k in born}, born, dies


def _bound(sizes: dict[Any, int], born: dict[Any, int], dies: dict[Any, int], steps: int) -> int:
    need = [-(-max(sizes[k], 1) // ALIGN) * ALIGN for k in born]
    return most_alive(need, list(born.values()), [dies[k] for k in born], steps)


@pytest.mark.parametrize("seed", range(20))
def test_what_lives_at_once_does_not_overlap(seed: int) -> None:
    sizes, born, dies = _random(seed, 60, 40)
    offsets, top = plan_memory(sizes, born, dies, 40)
    assert set(offsets) == set(born) and all(at % ALIGN == 0 for at in offsets.values())
    for a in born:
        assert offsets[a] + sizes[a] <= top
        for b in born:
            if a < b and born[a] <= dies[b] and born[b] <= dies[a]:
                first, second = sorted((a, b), key=offsets.__getitem__)
                assert offsets[first] + max(sizes[first], 1) <= offsets[second]


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_is_close_to_what_lives_at_once(seed: int) -> None:
    sizes, born, dies = _random(seed, 60, 40)
    top, bound = plan_memory(sizes, born, dies, 40)[1], _bound(sizes, born, dies, 40)
    # Finding the smallest is NP-hard; none of these random ones takes an eighth more.
    assert bound <= top <= bound * 9 // 8


def test_a_large_value_does_not_wait_behind_a_small_one() -> None:
    """First fit puts b behind a, and c, which needs both places, behind b."""
    kib = 1024
    sizes = {"a": 4 * kib, "b": kib, "c": 5 * kib, "d": kib}
    born = {"a": 0, "b": 0, "c": 2, "d": 1}
    dies = {"a": 1, "b": 1, "c": 3, "d": 3}
    assert plan_memory(sizes, born, dies, 4)[1] == _bound(sizes, born, dies, 4) == 6 * kib


def test_nothing_needs_nothing() -> None:
    assert plan_memory({}, {}, {}, 0) == ({}, 0)


def test_what_a_layer_kept_dies_as_its_backward_passes() -> None:
    """A step of many equal layers holds what each of them kept, a gradient for each weight, and few arrays on
    the way, not a cotangent of every layer too."""
    layers, rows, width = 10, 1024, 128
    model = rg.nn.Sequential(*(m for _ in range(layers) for m in (rg.nn.Linear(width, width), rg.nn.Tanh())))
    x = rg.ones(rows, width)

    def step() -> None:
        model(x).square().sum().backward()
    kept, weights = 4 * rows * width, 4 * width * (width + 1)
    assert rg.cost(step).peak_bytes <= (layers + 4) * kept + 3 * layers * weights
