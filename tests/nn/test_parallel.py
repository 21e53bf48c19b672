"""Wrappers for several devices, in one process."""

from __future__ import annotations

import pytest

import retrograd as rg
from retrograd import nn
from retrograd.nn.parallel import DataParallel, DistributedDataParallel


def test_a_distributed_model_computes_what_its_module_does():
    module = nn.Linear(2, 3)
    model = DistributedDataParallel(
        module, device_ids=None, find_unused_parameters=True, broadcast_buffers=False
    )
    x = rg.ones(4, 2)
    assert model.module is module and rg.equal(model(x), module(x))
    model(x).sum().backward()
    assert module.weight.grad is not None


def test_state_dict_keys_begin_with_module():
    assert list(DistributedDataParallel(nn.Linear(2, 3)).state_dict()) == ["module.weight", "module.bias"]
    assert list(DataParallel(nn.Linear(2, 3)).state_dict()) == ["module.weight", "module.bias"]


def test_no_sync_is_a_context_manager():
    model = DistributedDataParallel(nn.Linear(2, 3))
    with model.no_sync():
        assert not model.require_backward_grad_sync
    assert model.require_backward_grad_sync


def test_a_module_without_trained_parameters_is_refused():
    with pytest.raises(RuntimeError, match="doesn't have any parameter that requires a gradient"):
        DistributedDataParallel(nn.ReLU())


def test_an_unknown_keyword_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'devices'"):
        DistributedDataParallel(nn.Linear(1, 1), devices=3)
