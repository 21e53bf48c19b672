"""Every optimiser in a compiled step: every bit is that of the plain loop after 50 steps."""

from __future__ import annotations

import pytest
from tests.end_to_end.runs import Run, compare, net, train, usual

import retrograd as rg

optim = rg.optim

OPTIMIZERS = {
    "sgd": (lambda p: optim.SGD(p, lr=0.1), 1), "momentum": (lambda p: optim.SGD(p, lr=0.1, momentum=0.9), 1),
    "nesterov": (lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01), 1),
    "adam": (lambda p: optim.Adam(p), 1),
    "amsgrad": (lambda p: optim.Adam(p, amsgrad=True, maximize=True), 1),
    "adamw": (lambda p: optim.AdamW(p, lr=0.01), 1), "rmsprop": (lambda p: optim.RMSprop(p), 1),
    "adagrad": (lambda p: optim.Adagrad(p), 1), "nadam": (lambda p: optim.NAdam(p, weight_decay=0.1), 1),
    "radam": (lambda p: optim.RAdam(p, lr=0.01), 2), "adamax": (lambda p: optim.Adamax(p), 1),
    "adadelta": (lambda p: optim.Adadelta(p), 1), "asgd": (lambda p: optim.ASGD(p, t0=5), 3),
    "rprop": (lambda p: optim.Rprop(p), 1),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimiser_is_replayed_bit_for_bit(name: str) -> None:
    make, captures = OPTIMIZERS[name]

    def case(run: Run) -> None:
        model = net()
        opt = make(model.parameters())
        train(run, model, opt, run.compile(usual(model, opt)))
    compare(case, captures)
