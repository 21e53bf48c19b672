"""Schedulers: their rates over many epochs beside PyTorch's, and their contract."""

from __future__ import annotations

import warnings

import pytest

import retrograd as rg

CASES = {
    "step": ("StepLR", {"step_size": 3, "gamma": 0.5}),
    "multi_step": ("MultiStepLR", {"milestones": [2, 5, 5, 9], "gamma": 0.5}),
    "exponential": ("ExponentialLR", {"gamma": 0.9}),
    "lambda": ("LambdaLR", {"lr_lambda": lambda epoch: 0.95**epoch}),
    "lambdas": ("LambdaLR", {"lr_lambda": [lambda epoch: 0.95**epoch, lambda epoch: 1 / (1 + epoch)]}),
    "cosine": ("CosineAnnealingLR", {"T_max": 7, "eta_min": 0.01}),
    "cosine_to_zero": ("CosineAnnealingLR", {"T_max": 20}),
    "multiplicative": ("MultiplicativeLR", {"lr_lambda": lambda epoch: 1 / (1 + epoch / 9)}),
    "constant": ("ConstantLR", {"factor": 0.25, "total_iters": 6}),
    "constant_default": ("ConstantLR", {}),
    "linear": ("LinearLR", {"start_factor": 0.2, "end_factor": 0.9, "total_iters": 7}),
    "linear_default": ("LinearLR", {}),
    "polynomial": ("PolynomialLR", {"total_iters": 30, "power": 2.0}),
    "polynomial_default": ("PolynomialLR", {}),
    "restarts": ("CosineAnnealingWarmRestarts", {"T_0": 4}),
    "restarts_longer": ("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 2, "eta_min": 0.01}),
    "cyclic": ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 3}),
    "cyclic_uneven": ("CyclicLR", {"base_lr": [0.1, 0.2], "max_lr": [0.5, 0.6], "step_size_up": 2,
                                   "step_size_down": 5, "mode": "triangular2", "base_momentum": 0.5}),
    "cyclic_exponential": ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4, "mode": "exp_range",
                                        "gamma": 0.9, "cycle_momentum": False}),
    "cyclic_own_scale": ("CyclicLR", {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4,
                                      "scale_fn": lambda x: 0.5**x, "scale_mode": "iterations"}),
    "one_cycle": ("OneCycleLR", {"max_lr": 0.5, "total_steps": 20}),
    "one_cycle_linear": ("OneCycleLR", {"max_lr": [0.5, 0.7], "epochs": 5, "steps_per_epoch": 4,
                                        "pct_start": 0.4, "anneal_strategy": "linear", "three_phase": True}),
    "one_cycle_steady": ("OneCycleLR", {"max_lr": 0.5, "total_steps": 19, "cycle_momentum": False,
                                        "div_factor": 10.0, "final_div_factor": 100.0}),
}
METRICS = [1.0, 0.9, 0.9, 0.89999, 0.9, 0.95, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5]
PLATEAUS = {
    "default": {"patience": 2},
    "max": {"mode": "max", "patience": 1, "factor": 0.5},
    "absolute": {"threshold_mode": "abs", "threshold": 0.2, "patience": 1},
    "cooldown": {"patience": 0, "cooldown": 3, "min_lr": 0.01},
    "min_lrs": {"patience": 0, "min_lr": [0.05, 0.5]},
    "eps": {"patience": 0, "eps": 0.05},
}


def optimizer_of(lib, lr=0.4):
    a, b = lib.zeros(1), lib.zeros(1)
    return lib.optim.SGD([{"params": [a]}, {"params": [b], "lr": 2 * lr}], lr=lr, momentum=0.9)


def rates(lib, name, options, epochs=18, disturb=False):
    optimizer = optimizer_of(lib)
    scheduler = getattr(lib.optim.lr_scheduler, name)(optimizer, **options)
    result = [scheduler.get_last_lr()]
    for epoch in range(epochs):
        optimizer.step()
        if disturb and epoch == 4:
            optimizer.param_groups[0]["lr"] *= 3
        scheduler.step()
        result.append(scheduler.get_last_lr() + [group["momentum"] for group in optimizer.param_groups])
    return result, [group["lr"] for group in optimizer.param_groups], scheduler.last_epoch


@pytest.mark.parametrize("disturb", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_rates_are_pytorchs(torch, case, disturb):
    name, options = CASES[case]
    mine, reference = (rates(lib, name, options, disturb=disturb) for lib in (rg, torch))
    # The same formulas in double precision, in another order: a few roundings an epoch.
    for got, wanted in zip(mine[0], reference[0], strict=True):
        assert got == pytest.approx(wanted, rel=1e-13, abs=1e-16)
    assert mine[1] == pytest.approx(reference[1], rel=1e-13, abs=1e-16) and mine[2] == reference[2]


@pytest.mark.parametrize("case", PLATEAUS)
def test_plateaus_are_pytorchs(torch, case):
    results = []
    for lib in (rg, torch):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **PLATEAUS[case])
        results.append([])
        for metric in METRICS:
            scheduler.step(metric)
            results[-1].append(
                (scheduler.get_last_lr(), scheduler.num_bad_epochs, scheduler.cooldown_counter)
            )
    assert results[0] == results[1]


def test_a_plateau_takes_a_tensor():
    scheduler = rg.optim.lr_scheduler.ReduceLROnPlateau(optimizer_of(rg))
    scheduler.step(rg.tensor(0.5))
    assert scheduler.best == 0.5


@pytest.mark.parametrize("case", [*CASES, "plateau"])
def test_state_dicts_are_pytorchs(torch, case):
    name, options = CASES.get(case, ("ReduceLROnPlateau", {"patience": 1}))
    states = []
    for lib in (rg, torch):
        optimizer = optimizer_of(lib)
        scheduler = getattr(lib.optim.lr_scheduler, name)(optimizer, **options)
        for _ in range(3):
            optimizer.step()
            scheduler.step(*([1.0] if case == "plateau" else []))
        state = scheduler.state_dict()
        states.append({key: value for key, value in state.items() if "lr" not in key or key == "lr_lambdas"})
    assert states[0] == states[1]


@pytest.mark.parametrize("case", CASES)
def test_resuming_continues_the_schedule(case):
    name, options = CASES[case]
    optimizer = optimizer_of(rg)
    scheduler = getattr(rg.optim.lr_scheduler, name)(optimizer, **options)
    for _ in range(4):
        optimizer.step()
        scheduler.step()
    again = optimizer_of(rg)
    resumed = getattr(rg.optim.lr_scheduler, name)(again, **options)
    again.load_state_dict(optimizer.state_dict())
    resumed.load_state_dict(scheduler.state_dict())
    for _ in range(4):
        for each, schedule in ((optimizer, scheduler), (again, resumed)):
            each.step()
            schedule.step()
    assert resumed.get_last_lr() == scheduler.get_last_lr()


def test_making_a_scheduler_sets_the_initial_rates():
    optimizer = optimizer_of(rg)
    rg.optim.lr_scheduler.StepLR(optimizer, 1)
    assert [group["initial_lr"] for group in optimizer.param_groups] == [0.4, 0.8]


def test_the_wrong_order_of_steps_warns_once_at_the_second_call():
    scheduler = rg.optim.lr_scheduler.StepLR(optimizer_of(rg), 1)
    with pytest.warns(UserWarning, match=r"`lr_scheduler.step\(\)` before `optimizer.step\(\)`"):
        scheduler.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler.step()


def test_the_right_order_does_not_warn():
    optimizer = optimizer_of(rg)
    scheduler = rg.optim.lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    scheduler.step()


def test_an_epoch_as_argument_uses_the_closed_form_and_warns(torch):
    results = []
    for lib in (rg, torch):
        optimizer = optimizer_of(lib)
        scheduler = lib.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
        optimizer.step()
        with pytest.warns(UserWarning, match="epoch parameter"):
            scheduler.step(5)
        results.append(scheduler.get_last_lr())
    assert results[0] == pytest.approx(results[1], rel=1e-14)


def test_a_tensor_rate_is_changed_in_place():
    rate = rg.tensor(1.0)
    optimizer = rg.optim.SGD([rg.zeros(1)], lr=rate)
    scheduler = rg.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is rate and rate.item() == 0.5


def test_get_lr_outside_a_step_warns():
    scheduler = rg.optim.lr_scheduler.StepLR(optimizer_of(rg), 1)
    with pytest.warns(UserWarning, match="please use `get_last_lr"):
        scheduler.get_lr()


def test_arguments_are_checked():
    schedulers = rg.optim.lr_scheduler
    with pytest.raises(TypeError, match="int is not an Optimizer"):
        schedulers.StepLR(3, 1)
    with pytest.raises(ValueError, match="Factor should be < 1.0"):
        schedulers.ReduceLROnPlateau(optimizer_of(rg), factor=1.0)
    with pytest.raises(ValueError, match="mode up is unknown"):
        schedulers.ReduceLROnPlateau(optimizer_of(rg), mode="up")
    with pytest.raises(ValueError, match="Expected 2 lr_lambdas, but got 1"):
        schedulers.LambdaLR(optimizer_of(rg), [lambda epoch: 1.0])
    with pytest.raises(KeyError, match="param 'initial_lr' is not specified"):
        schedulers.StepLR(optimizer_of(rg), 1, last_epoch=3)


COMBINED = {
    "sequential": lambda s, o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)], [4]),
    "sequence_of_three": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=3), s.CosineAnnealingLR(o, 6), s.StepLR(o, 2)], [3, 9]),
    "chained": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 4), s.ExponentialLR(o, 0.9)]),
    "nested": lambda s, o: s.SequentialLR(
        o, [s.SequentialLR(o, [s.ConstantLR(o, 0.5, 2), s.ExponentialLR(o, 0.9)], [2]), s.StepLR(o, 3)], [6]),
}


@pytest.mark.filterwarnings("ignore:Detected call of")      # of a sequence in a sequence, in PyTorch too
@pytest.mark.parametrize("case", COMBINED)
def test_combined_rates_are_pytorchs_and_resume(torch, case):
    results = []
    for lib in (rg, torch):
        optimizer = optimizer_of(lib)
        scheduler = COMBINED[case](lib.optim.lr_scheduler, optimizer)
        seen = [scheduler.get_last_lr()]
        for epoch in range(15):
            if epoch == 7 and lib is rg:
                saved = scheduler.state_dict(), optimizer.state_dict()
                optimizer = optimizer_of(lib)
                scheduler = COMBINED[case](lib.optim.lr_scheduler, optimizer)
                optimizer.load_state_dict(saved[1])
                scheduler.load_state_dict(saved[0])
            optimizer.step()
            scheduler.step()
            seen.append(scheduler.get_last_lr())
        results.append(seen)
    for got, wanted in zip(*results, strict=True):
        assert got == pytest.approx(wanted, rel=1e-13, abs=1e-16)


def test_restarts_take_fractions_of_epochs(torch):
    results = []
    for lib in (rg, torch):
        scheduler = lib.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer_of(lib), 3, 2)
        results.append([])
        for time in (0.25, 1.5, 3.0, 4.75, 9.5, 21.25, 2.0):
            scheduler.step(time)
            results[-1].append((scheduler.get_last_lr(), scheduler.T_i, scheduler.last_epoch))
    for got, wanted in zip(*results, strict=True):
        assert got[0] == pytest.approx(wanted[0], rel=1e-13) and got[1:] == wanted[1:]


def test_cycles_move_the_first_beta_of_adam(torch):
    results = []
    for lib in (rg, torch):
        optimizer = lib.optim.Adam([lib.zeros(1)], lr=0.1)
        scheduler = lib.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=12)
        results.append([])
        for _ in range(11):
            optimizer.step()
            scheduler.step()
            results[-1] += [*scheduler.get_last_lr(), *optimizer.param_groups[0]["betas"]]
    assert results[0] == pytest.approx(results[1], rel=1e-13)


MISTAKES = {
    "constant": lambda s, o: s.ConstantLR(o, factor=2.0),
    "linear": lambda s, o: s.LinearLR(o, start_factor=0.0),
    "linear_end": lambda s, o: s.LinearLR(o, end_factor=2.0),
    "restarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 0),
    "restarts_shorter": lambda s, o: s.CosineAnnealingWarmRestarts(o, 1, 0),
    "restarts_past": lambda s, o: s.CosineAnnealingWarmRestarts(o, 1).step(-1),
    "mode": lambda s, o: s.CyclicLR(o, 0.1, 0.5, mode="square"),
    "no_steps": lambda s, o: s.OneCycleLR(o, 0.5),
    "negative_steps": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=-3),
    "strategy": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=3, anneal_strategy="sine"),
    "percent": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=3, pct_start=2.0),
    "empty_sequence": lambda s, o: s.SequentialLR(o, [], []),
    "milestones": lambda s, o: s.SequentialLR(o, [s.StepLR(o, 1)], [3]),
    "plateau_in_sequence": lambda s, o: s.ChainedScheduler([s.ReduceLROnPlateau(o)]),
    "no_function": lambda s, o: s.MultiplicativeLR(o, 3),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_in_pytorchs_words(torch, case):
    said = []
    for lib in (rg, torch):
        with pytest.raises((ValueError, TypeError)) as caught:
            MISTAKES[case](lib.optim.lr_scheduler, optimizer_of(lib))
        said.append((caught.type, str(caught.value)))
    assert said[0] == said[1]


def test_a_cycle_has_an_end():
    optimizer = optimizer_of(rg)
    scheduler = rg.optim.lr_scheduler.OneCycleLR(optimizer, 0.5, total_steps=1)
    optimizer.step()
    scheduler.step()
    with pytest.raises(ValueError, match="Tried to step 2 times"):
        scheduler.step()
