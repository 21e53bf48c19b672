"""DataLoader: batches, orders, the fast path, and its checks."""

from __future__ import annotations

import pytest

import retrograd as rg
from retrograd.data.fetch import batch_reader
from retrograd.utils.data import (
    DataLoader,
    Dataset,
    IterableDataset,
    StackDataset,
    Subset,
    TensorDataset,
)


def pairs(n=10):
    return TensorDataset(rg.arange(n), rg.arange(n) * 10)


def lists(loader):
    return [[part.tolist() for part in batch] for batch in loader]


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __getitem__(self, index):
        return index**2

    def __len__(self):
        return self.n


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(5))

    def __len__(self):
        return 5


def test_batches_come_in_order_with_a_shorter_last_one():
    loader = DataLoader(pairs(5), batch_size=2)
    assert lists(loader) == [[[0, 1], [0, 10]], [[2, 3], [20, 30]], [[4], [40]]] and len(loader) == 3


def test_drop_last_drops_it():
    loader = DataLoader(pairs(5), batch_size=2, drop_last=True)
    assert len(lists(loader)) == len(loader) == 2


def test_shuffling_keeps_pairs_together_and_differs_between_epochs():
    rg.manual_seed(0)
    loader = DataLoader(pairs(50), batch_size=7, shuffle=True)
    epochs = [[x for batch in lists(loader) for x in zip(*batch)] for _ in range(2)]
    for epoch in epochs:
        assert sorted(epoch) == [(i, 10 * i) for i in range(50)]
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("dataset", [lambda: pairs(40), lambda: Squares(40)])
def test_the_seed_decides_the_order(dataset):
    def epoch():
        rg.manual_seed(1)
        return [
            rg.stack(list(b)).tolist() if isinstance(b, list) else b.tolist()
            for b in DataLoader(dataset(), batch_size=8, shuffle=True)
        ]

    assert epoch() == epoch()


def test_the_fast_path_and_the_slow_one_draw_the_same_order():
    class Slow(TensorDataset):
        def __getitem__(self, index):
            return super().__getitem__(index)

    data = pairs(30)
    results = []
    for dataset in (data, Slow(*data.tensors)):
        rg.manual_seed(2)
        results.append(lists(DataLoader(dataset, batch_size=4, shuffle=True)))
    assert results[0] == results[1]


def test_a_generator_of_its_own_decides_the_order():
    def epoch(seed):
        return lists(
            DataLoader(pairs(40), batch_size=8, shuffle=True, generator=rg.Generator().manual_seed(seed))
        )

    assert epoch(1) == epoch(1) and epoch(1) != epoch(2)


def test_datasets_in_tensors_are_read_a_batch_at_a_time():
    data = pairs(10)
    subset = Subset(Subset(data, [1, 3, 5, 7, 9]), [4, 0])
    assert batch_reader(subset) is not None
    assert lists(DataLoader(subset, batch_size=2)) == [[[9, 1], [90, 10]]]
    stacked = StackDataset(x=data.tensors[0], y=Subset(data.tensors[1], range(10)))
    batch = next(iter(DataLoader(stacked, batch_size=3)))
    assert (batch["x"].tolist(), batch["y"].tolist()) == ([0, 1, 2], [0, 10, 20])
    assert next(iter(DataLoader(data.tensors[0], batch_size=3))).tolist() == [0, 1, 2]


def test_a_subclass_that_changes_the_samples_is_read_sample_by_sample():
    class Shifted(TensorDataset):
        def __getitem__(self, index):
            x, y = super().__getitem__(index)
            return x + 100, y

    assert batch_reader(Shifted(rg.arange(3), rg.arange(3))) is None
    assert lists(DataLoader(Shifted(rg.arange(3), rg.arange(3)), batch_size=2))[0] == [[100, 101], [0, 1]]


def test_a_batch_is_a_copy():
    data = TensorDataset(rg.zeros(4))
    for (batch,) in DataLoader(data, batch_size=2):
        batch.fill_(7.0)
    assert data.tensors[0].tolist() == [0.0] * 4


def test_any_sequence_is_a_dataset():
    loader = DataLoader([(i, float(i)) for i in range(4)], batch_size=4)
    ((x, y),) = loader
    assert x.tolist() == [0, 1, 2, 3] and y.dtype == rg.float64


def test_a_collate_function_gets_the_samples():
    assert list(DataLoader(Squares(4), batch_size=3, collate_fn=list)) == [[0, 1, 4], [9]]


def test_a_dataset_may_read_whole_batches_itself():
    class Batched(Squares):
        def __getitems__(self, indices):
            return [self[i] + 1000 for i in indices]

    assert next(iter(DataLoader(Batched(4), batch_size=2))).tolist() == [1000, 1001]


def test_without_batches_samples_come_one_by_one():
    loader = DataLoader(Squares(3), batch_size=None)
    assert list(loader) == [0, 1, 4] and len(loader) == 3


def test_samplers_and_batch_samplers_are_used():
    assert [b.tolist() for b in DataLoader(Squares(9), batch_size=2, sampler=[8, 1, 0])] == [[64, 1], [0]]
    loader = DataLoader(pairs(9), batch_sampler=[[0, 8], [3]])
    assert lists(loader) == [[[0, 8], [0, 80]], [[3], [30]]] and len(loader) == 2


def test_iterable_datasets_are_batched_as_they_come():
    assert [b.tolist() for b in DataLoader(Stream(), batch_size=2)] == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in DataLoader(Stream(), batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    assert list(DataLoader(Stream(), batch_size=None)) == [0, 1, 2, 3, 4]
    assert len(DataLoader(Stream(), batch_size=2)) == 3


def test_two_passes_at_once_do_not_disturb_each_other():
    loader = DataLoader(Squares(3))
    assert [(a.item(), b.item()) for a in loader for b in loader][:4] == [(0, 0), (0, 1), (0, 4), (1, 0)]


def test_an_iterator_has_a_length():
    assert len(iter(DataLoader(pairs(5), batch_size=2))) == 3


ERRORS = {
    "start_method": lambda d: d.DataLoader(range(3), num_workers=1, multiprocessing_context="thread"),
    "context": lambda d: d.DataLoader(range(3), num_workers=1, multiprocessing_context=3),
    "context_alone": lambda d: d.DataLoader(range(3), multiprocessing_context="spawn"),
    "sampler_and_shuffle": lambda d: d.DataLoader(range(3), sampler=[0], shuffle=True),
    "batch_sampler_and_size": lambda d: d.DataLoader(range(3), batch_sampler=[[0]], batch_size=2),
    "no_batches_and_drop_last": lambda d: d.DataLoader(range(3), batch_size=None, drop_last=True),
    "batch_size": lambda d: d.DataLoader(range(3), batch_size=0),
    "workers": lambda d: d.DataLoader(range(3), num_workers=-1),
    "timeout": lambda d: d.DataLoader(range(3), timeout=-1),
    "persistent": lambda d: d.DataLoader(range(3), persistent_workers=True),
    "set_later": lambda d: setattr(d.DataLoader(range(3)), "batch_size", 2),
    "empty_shuffled": lambda d: list(d.DataLoader([], shuffle=True)),
}


def outcome(action, lib):
    try:
        return str(action(lib.utils.data))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_pytorchs(torch, case):
    assert outcome(ERRORS[case], rg) == outcome(ERRORS[case], torch)


def test_prefetching_needs_workers():
    with pytest.raises(ValueError, match="prefetch_factor option could only be specified in multiprocessing"):
        DataLoader(range(3), prefetch_factor=2)


def test_an_iterable_dataset_cannot_be_shuffled():
    with pytest.raises(ValueError, match="expected unspecified shuffle option, but got shuffle=True"):
        DataLoader(Stream(), shuffle=True)


def test_arguments_about_memory_and_time_are_accepted():
    loader = DataLoader(
        range(3), pin_memory=True, timeout=3, worker_init_fn=print, pin_memory_device="cpu", in_order=False
    )
    assert [b.item() for b in loader] == [0, 1, 2]


def test_what_is_written_into_the_data_during_an_epoch_is_seen():
    data = rg.zeros(4)
    batches = iter(DataLoader(data, batch_size=2))
    assert next(batches).tolist() == [0.0, 0.0]
    data.fill_(5.0)
    assert next(batches).tolist() == [5.0, 5.0]


def test_data_that_need_gradients_get_them():
    data = rg.arange(4.0).requires_grad_()
    for batch in DataLoader(data, batch_size=2):
        (batch * 3).sum().backward()
    assert data.grad.tolist() == [3.0] * 4


def test_an_index_out_of_range_is_an_index_error():
    with pytest.raises(IndexError):
        list(DataLoader(pairs(3), batch_size=2, sampler=[0, 7]))
