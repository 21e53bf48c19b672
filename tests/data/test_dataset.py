"""Datasets and splitting."""

from __future__ import annotations

import pytest

import retrograd as rg
from retrograd.utils.data import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
    random_split,
)


class Letters(Dataset):
    def __init__(self, text):
        self.text = text

    def __getitem__(self, index):
        return self.text[index]

    def __len__(self):
        return len(self.text)


class Numbers(IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return iter(range(self.n))


def test_a_tensor_dataset_gives_tuples():
    data = TensorDataset(rg.tensor([[1.0], [2.0]]), rg.tensor([0, 1]))
    x, y = data[-1]
    assert (x.tolist(), y.item(), len(data)) == ([2.0], 1, 2)


def test_tensors_of_other_lengths_are_refused():
    with pytest.raises(AssertionError, match="Size mismatch between tensors"):
        TensorDataset(rg.zeros(2), rg.zeros(3))


def test_concatenated_datasets_have_one_index():
    both = Letters("abc") + Letters("de")
    assert isinstance(both, ConcatDataset)
    assert (
        [both[i] for i in range(5)] == list("abcde") and both[-2] == "d" and both.cumulative_sizes == [3, 5]
    )
    with pytest.raises(IndexError):
        both[5]
    with pytest.raises(ValueError, match="absolute value of index"):
        both[-6]


def test_iterable_datasets_are_chained():
    assert list(Numbers(2) + Numbers(3)) == [0, 1, 0, 1, 2]
    assert isinstance(Numbers(1) + Numbers(1), ChainDataset)
    with pytest.raises(AssertionError, match="does not support IterableDataset"):
        ConcatDataset([Numbers(2)])


def test_a_subset_maps_indices():
    subset = Subset(Letters("abcdef"), [5, 1])
    assert [subset[i] for i in range(len(subset))] == ["f", "b"]


def test_stacked_datasets_are_tuples_or_dicts():
    assert StackDataset(Letters("ab"), [1, 2])[1] == ("b", 2)
    assert StackDataset(x=Letters("ab"), y=[1, 2])[0] == {"x": "a", "y": 1}
    with pytest.raises(ValueError, match="Size mismatch"):
        StackDataset(Letters("ab"), [1])
    with pytest.raises(ValueError, match="At least one dataset"):
        StackDataset()


def test_a_split_is_a_partition():
    parts = random_split(Letters("abcdefghij"), [5, 3, 2])
    assert [len(part) for part in parts] == [5, 3, 2]
    assert sorted(letter for part in parts for letter in (part[i] for i in range(len(part)))) == list(
        "abcdefghij"
    )


@pytest.mark.filterwarnings("ignore:Length of split at index 1 is 0")
@pytest.mark.parametrize("fractions", [[0.5, 0.5], [0.6, 0.3, 0.1], [0.35, 0.35, 0.3], [0.99, 0.01]])
def test_fractions_give_pytorchs_lengths(torch, fractions):
    wanted = [len(part) for part in torch.utils.data.random_split(range(17), fractions)]
    assert [len(part) for part in random_split(range(17), fractions)] == wanted


def test_lengths_must_add_up():
    with pytest.raises(ValueError, match="Sum of input lengths does not equal"):
        random_split(range(5), [2, 2])
    with pytest.raises(ValueError, match="Fraction at index 0 is not between 0 and 1"):
        random_split(range(5), [-0.5, 1.5])


def test_a_split_is_the_same_for_the_same_seed():
    def drawn():
        rg.manual_seed(3)
        return random_split(range(20), [10, 10])[0].indices

    assert drawn() == drawn()


def test_a_split_may_have_a_generator_of_its_own():
    def drawn(seed):
        return random_split(range(20), [10, 10], generator=rg.Generator().manual_seed(seed))[0].indices

    assert drawn(1) == drawn(1) and drawn(1) != drawn(2)


def test_the_base_classes_say_what_is_missing():
    with pytest.raises(NotImplementedError, match="__getitem__"):
        Dataset()[0]
    with pytest.raises(NotImplementedError, match="__iter__"):
        iter(IterableDataset())


def test_datasets_may_be_subscripted_in_annotations():
    class Typed(Dataset[int]):
        pass

    assert issubclass(Typed, Dataset)
