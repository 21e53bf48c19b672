"""Samplers: what they draw, and their checks."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd.utils.data import (
    BatchSampler,
    RandomSampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)


@pytest.fixture(autouse=True)
def seeded():
    rg.manual_seed(0)


def test_sequential_is_in_order():
    assert list(SequentialSampler("abc")) == [0, 1, 2] and len(SequentialSampler("abc")) == 3


def test_random_is_a_permutation_drawn_anew_each_time():
    sampler = RandomSampler(range(100))
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(100)) and first != second


def test_the_seed_decides():
    def drawn():
        rg.manual_seed(5)
        return list(RandomSampler(range(50)))

    assert drawn() == drawn()


def test_a_generator_of_its_own_leaves_the_default_one_alone():
    def drawn():
        return list(RandomSampler(range(50), generator=rg.Generator().manual_seed(1)))

    rg.manual_seed(0)
    plain = rg.rand(3).tolist()
    rg.manual_seed(0)
    assert drawn() == drawn()
    assert rg.rand(3).tolist() == plain


def test_more_samples_than_data_come_in_whole_rounds():
    drawn = list(RandomSampler(range(4), num_samples=10))
    assert len(drawn) == 10 and sorted(drawn[:4]) == sorted(drawn[4:8]) == [0, 1, 2, 3]


def test_fewer_samples_are_distinct():
    drawn = list(RandomSampler(range(100), num_samples=10))
    assert len(set(drawn)) == 10


def test_with_replacement_every_index_is_equally_likely():
    drawn = np.bincount(list(RandomSampler(range(4), replacement=True, num_samples=8000)), minlength=4)
    # Binomial with n = 8000, p = 1/4: standard deviation 39.
    assert np.all(np.abs(drawn - 2000) < 5 * 39)


def test_a_subset_is_shuffled():
    drawn = list(SubsetRandomSampler(range(10, 60)))
    assert sorted(drawn) == list(range(10, 60)) and drawn != sorted(drawn)


def test_weights_are_probabilities():
    drawn = np.bincount(list(WeightedRandomSampler([1.0, 0.0, 3.0], 8000)), minlength=3)
    assert drawn[1] == 0 and abs(drawn[2] - 6000) < 5 * 39


def test_weights_without_replacement_draw_each_index_once():
    assert sorted(WeightedRandomSampler([1.0, 5.0, 2.0], 3, replacement=False)) == [0, 1, 2]
    firsts = [next(iter(WeightedRandomSampler([1.0, 3.0], 1, replacement=False))) for _ in range(400)]
    # Binomial with n = 400, p = 3/4: standard deviation 8.7.
    assert abs(sum(firsts) - 300) < 5 * 8.7
    with pytest.raises(RuntimeError, match="not enough categories"):
        list(WeightedRandomSampler([1.0, 0.0], 2, replacement=False))


def test_batches_keep_or_drop_the_last_one():
    assert list(BatchSampler(range(5), 2, False)) == [[0, 1], [2, 3], [4]]
    assert list(BatchSampler(range(5), 2, True)) == [[0, 1], [2, 3]]
    assert (len(BatchSampler(range(5), 2, False)), len(BatchSampler(range(5), 2, True))) == (3, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda d: d.RandomSampler(range(3), replacement=1),
        lambda d: d.RandomSampler(range(3), num_samples=-1),
        lambda d: d.BatchSampler(range(3), 0, False),
        lambda d: d.BatchSampler(range(3), 2, 0),
        lambda d: d.WeightedRandomSampler([1.0], 0),
        lambda d: d.WeightedRandomSampler([1.0], 1, 3),
    ],
)
def test_errors_are_pytorchs(torch, make):
    words = []
    for lib in (rg, torch):
        with pytest.raises((TypeError, ValueError)) as error:
            make(lib.utils.data)
        words.append(f"{error.type.__name__}: {error.value}")
    assert words[0] == words[1]


def test_draws_without_end_take_no_memory_and_batches_go_over_their_pieces():
    endless = RandomSampler(range(7), replacement=True, num_samples=10 ** 10)
    assert len(endless) == 10 ** 10 and 0 <= next(iter(endless)) < 7
    data = rg.utils.data.TensorDataset(rg.arange(4))

    def sampler():
        return RandomSampler(data, num_samples=10, generator=rg.Generator().manual_seed(1))
    drawn = list(sampler())
    loader = rg.utils.data.DataLoader(data, sampler=sampler(), batch_size=3)
    assert [x.tolist() for x, in loader] == [drawn[:3], drawn[3:6], drawn[6:9], drawn[9:]]
