"""Optimisers: ten steps beside PyTorch's, and the contract of Optimizer."""

from __future__ import annotations

import copy
import math
import pickle
import warnings
from importlib import import_module

import numpy as np
import pytest

import retrograd as rg

RNG = np.random.default_rng(0)
START = [RNG.standard_normal((3, 2)), RNG.standard_normal(4)]
TARGET = [RNG.standard_normal((3, 2)), RNG.standard_normal(4)]

CASES = {
    "sgd": ("SGD", {"lr": 0.1}),
    "sgd_momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}),
    "sgd_dampening": ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}),
    "sgd_nesterov": ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    "sgd_decay": ("SGD", {"lr": 0.1, "weight_decay": 0.1}),
    "sgd_maximize": ("SGD", {"lr": 0.1, "momentum": 0.5, "maximize": True}),
    "adam": ("Adam", {"lr": 0.1}),
    "adam_all": ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}),
    "adam_maximize": ("Adam", {"lr": 0.1, "maximize": True}),
    "adam_decoupled": ("Adam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "adamw": ("AdamW", {"lr": 0.1}),
    "adamw_all": ("AdamW", {"lr": 0.1, "weight_decay": 0.3, "amsgrad": True, "eps": 1e-4}),
    "rmsprop": ("RMSprop", {"lr": 0.1}),
    "rmsprop_all": (
        "RMSprop",
        {"lr": 0.1, "alpha": 0.9, "momentum": 0.9, "centered": True, "weight_decay": 0.1},
    ),
    "adagrad": ("Adagrad", {"lr": 0.1}),
    "nadam": ("NAdam", {"lr": 0.1}),
    "nadam_all": ("NAdam", {"lr": 0.1, "betas": (0.8, 0.9), "momentum_decay": 0.1, "weight_decay": 0.1}),
    "nadam_decoupled": ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "radam": ("RAdam", {"lr": 0.1}),
    "radam_all": ("RAdam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    "radam_decoupled": ("RAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    "adamax": ("Adamax", {"lr": 0.1}),
    "adamax_all": ("Adamax", {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-2, "weight_decay": 0.1}),
    "adadelta": ("Adadelta", {}),
    "adadelta_all": ("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3, "weight_decay": 0.1}),
    "asgd": ("ASGD", {"lr": 0.1}),
    "asgd_all": ("ASGD", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 3, "weight_decay": 0.1}),
    "rprop": ("Rprop", {"lr": 0.1}),
    "rprop_all": ("Rprop", {"lr": 0.5, "etas": (0.3, 1.5), "step_sizes": (0.1, 0.6)}),
    "adagrad_all": (
        "Adagrad",
        {"lr": 0.1, "lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5},
    ),
}


# PyTorch keeps numbers of their state (mu_product, eta) in float32; here they are Python's.
ROUNDED = {"NAdam", "ASGD"}


def parameters(lib):
    return [lib.nn.Parameter(lib.tensor(value)) for value in START]


def train(lib, params, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        loss = sum(((p - lib.tensor(t)) ** 2).sum() for p, t in zip(params, TARGET))
        loss.backward()
        optimizer.step()


def plain(value):
    """A state dict as numbers and lists."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    return value.tolist() if getattr(value, "tolist", None) else value


def close(mine, reference, rtol=1e-12):
    if isinstance(reference, dict):
        assert list(mine) == list(reference)
        for key, value in reference.items():
            close(mine[key], value, rtol)
    elif isinstance(reference, list):
        assert len(mine) == len(reference)
        for a, b in zip(mine, reference):
            close(a, b, rtol)
    elif isinstance(reference, float):
        # Ten steps, each a handful of roundings, on values of order one.
        assert math.isclose(mine, reference, rel_tol=rtol, abs_tol=1e-14)
    else:
        assert mine == reference


@pytest.mark.parametrize("case", CASES)
def test_ten_steps_and_the_state_dict_are_pytorchs(torch, case):
    name, options = CASES[case]
    results = []
    for lib in (rg, torch):
        params = parameters(lib)
        optimizer = getattr(lib.optim, name)(params, **options)
        train(lib, params, optimizer, 10)
        results.append((plain(params), plain(optimizer.state_dict())))
    rtol = 1e-6 if name in ROUNDED else 1e-12
    close(results[0][0], results[1][0], rtol)
    close(results[0][1], results[1][1], rtol)


@pytest.mark.parametrize("case", CASES)
def test_words_are_pytorchs(torch, case):
    name, options = CASES[case]
    ours, theirs = (getattr(lib.optim, name)(parameters(lib), **options) for lib in (rg, torch))
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize("case", ["sgd_nesterov", "adam_all", "adamw", "rmsprop_all", "adagrad_all",
                                  "nadam_all", "radam_all", "adamax_all", "adadelta_all", "asgd_all",
                                  "rprop_all"])
def test_resuming_from_a_state_dict_changes_nothing(case):
    name, options = CASES[case]
    params = parameters(rg)
    optimizer = getattr(rg.optim, name)(params, **options)
    train(rg, params, optimizer, 3)
    again = [rg.nn.Parameter(p.detach().clone()) for p in params]
    resumed = getattr(rg.optim, name)(again, lr=123.0)
    resumed.load_state_dict(optimizer.state_dict())
    train(rg, params, optimizer, 3)
    train(rg, again, resumed, 3)
    assert all(rg.equal(a, b) for a, b in zip(params, again))


def test_a_state_dict_of_pytorch_loads(torch):
    theirs = parameters(torch)
    optimizer = torch.optim.Adam(theirs, lr=0.1)
    train(torch, theirs, optimizer, 3)

    def converted(value):
        if isinstance(value, dict):
            return {key: converted(entry) for key, entry in value.items()}
        return rg.tensor(value.numpy()) if isinstance(value, torch.Tensor) else value

    ours = [rg.nn.Parameter(rg.tensor(p.detach().numpy())) for p in theirs]
    resumed = rg.optim.Adam(ours)
    resumed.load_state_dict(converted(optimizer.state_dict()))
    train(torch, theirs, optimizer, 3)
    train(rg, ours, resumed, 3)
    close(plain(ours), plain(theirs))


def test_loaded_state_takes_the_dtype_of_the_parameter_but_not_for_the_step():
    source, target = (rg.nn.Parameter(rg.ones(2, dtype=dtype)) for dtype in (rg.float64, rg.float32))
    optimizer = rg.optim.Adam([source])
    source.grad = rg.ones(2, dtype=rg.float64)
    optimizer.step()
    other = rg.optim.Adam([target])
    other.load_state_dict(optimizer.state_dict())
    assert other.state[target]["exp_avg"].dtype == rg.float32
    assert other.state_dict()["state"][0]["step"].item() == 1.0


def test_loaded_state_is_a_copy():
    params = parameters(rg)
    optimizer = rg.optim.SGD(params, lr=0.1, momentum=0.9)
    train(rg, params, optimizer, 1)
    saved = optimizer.state_dict()
    before = saved["state"][1]["momentum_buffer"].tolist()
    other = parameters(rg)
    resumed = rg.optim.SGD(other, lr=0.1, momentum=0.9)
    resumed.load_state_dict(saved)
    train(rg, other, resumed, 2)
    assert saved["state"][1]["momentum_buffer"].tolist() == before


def outcome(action, lib):
    try:
        return str(action(lib))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


ERRORS = {
    "empty": lambda lib: lib.optim.SGD([], lr=0.1),
    "generator_empty": lambda lib: lib.optim.SGD(lib.nn.ReLU().parameters(), lr=0.1),
    "not_tensors": lambda lib: lib.optim.SGD([3], lr=0.1),
    "set": lambda lib: lib.optim.SGD([{"params": {lib.ones(1)}}], lr=0.1),
    "non_leaf": lambda lib: lib.optim.SGD([lib.ones(1, requires_grad=True) * 2], lr=0.1),
    "in_two_groups": lambda lib: lib.optim.SGD(
        [{"params": p} for p in [lib.ones(1)] * 1 for _ in (0, 1)], lr=0.1
    ),
    "some_names": lambda lib: lib.optim.SGD([("a", lib.ones(1)), lib.ones(1)], lr=0.1),
    "lr": lambda lib: lib.optim.SGD([lib.ones(1)], lr=-1.0),
    "momentum": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1, momentum=-1.0),
    "nesterov": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1, nesterov=True),
    "weight_decay": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1, weight_decay=-1.0),
    "betas": lambda lib: lib.optim.Adam([lib.ones(1)], betas=(0.9, 1.0)),
    "eps": lambda lib: lib.optim.Adam([lib.ones(1)], eps=-1.0),
    "alpha": lambda lib: lib.optim.RMSprop([lib.ones(1)], alpha=-0.1),
    "lr_decay": lambda lib: lib.optim.Adagrad([lib.ones(1)], lr_decay=-0.1),
    "fused": lambda lib: lib.optim.Adam([lib.ones(1)], fused=True, foreach=True),
    "no_dict": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1).add_param_group([lib.ones(1)]),
    "other_groups": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1).load_state_dict(
        {"state": {}, "param_groups": [{"params": [0]}, {"params": [1]}]}
    ),
    "other_sizes": lambda lib: lib.optim.SGD([lib.ones(1)], lr=0.1).load_state_dict(
        {"state": {}, "param_groups": [{"params": [0, 1]}]}
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_pytorchs(torch, case):
    ours, theirs = outcome(ERRORS[case], rg), outcome(ERRORS[case], torch)
    assert ours == theirs or ours.startswith(theirs + ".\n")       # how to mend it may follow


def test_a_tensor_instead_of_a_list_is_refused():
    with pytest.raises(TypeError, match="should be an iterable of Tensors or dicts, but got Tensor"):
        rg.optim.SGD(rg.ones(1), lr=0.1)


def test_a_duplicate_parameter_warns():
    p = rg.ones(1)
    with pytest.warns(UserWarning, match="duplicate parameters"):
        rg.optim.SGD([p, p], lr=0.1)


def test_groups_have_options_of_their_own():
    a, b = (rg.nn.Parameter(rg.zeros(1)) for _ in range(2))
    optimizer = rg.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.5}], lr=0.1)
    (a + b).sum().backward()
    optimizer.step()
    assert (round(a.item(), 6), b.item()) == (-0.1, -0.5)


def test_a_rate_changed_in_the_group_is_used_by_the_next_step():
    p = rg.nn.Parameter(rg.zeros(1))
    optimizer = rg.optim.SGD([p], lr=0.1)
    optimizer.param_groups[0]["lr"] = 2.0
    p.sum().backward()
    optimizer.step()
    assert p.item() == -2.0


def test_parameters_without_gradient_are_left_alone():
    p = rg.nn.Parameter(rg.ones(1))
    optimizer = rg.optim.Adam([p], weight_decay=0.1)
    optimizer.step()
    assert p.item() == 1.0 and not optimizer.state_dict()["state"]


def test_a_parameter_stays_the_same_object_and_a_leaf():
    p = rg.nn.Parameter(rg.ones(1))
    held = p.detach()
    optimizer = rg.optim.SGD([p], lr=0.5)
    p.sum().backward()
    optimizer.step()
    assert p.is_leaf and p.requires_grad and p.grad_fn is None and held.item() == 0.5


def test_state_tensors_stay_the_same_objects():
    params = parameters(rg)
    optimizer = rg.optim.Adam(params)
    train(rg, params, optimizer, 1)
    held = optimizer.state[params[0]]["exp_avg"]
    before = held.tolist()
    train(rg, params, optimizer, 1)
    assert optimizer.state[params[0]]["exp_avg"] is held and held.tolist() != before


def test_the_momentum_buffer_is_not_the_gradient():
    p = rg.nn.Parameter(rg.zeros(1))
    optimizer = rg.optim.SGD([p], lr=1.0, momentum=0.5)
    p.sum().backward()
    optimizer.step()
    p.grad.zero_()
    assert optimizer.state[p]["momentum_buffer"].item() == 1.0


def test_an_error_in_the_middle_leaves_everything_as_it_was():
    class Failing(rg.optim.SGD):
        def update(self, p, g, state, group):
            if p.dim() == 1:
                raise ArithmeticError("in the second parameter")
            return super().update(p, g, state, group)

    params = parameters(rg)
    optimizer = Failing(params, lr=0.1, momentum=0.9)
    with pytest.raises(ArithmeticError):
        train(rg, params, optimizer, 1)
    assert plain(params) == plain(parameters(rg)) and not optimizer.state_dict()["state"]


def test_a_closure_is_called_with_gradients_enabled_and_its_loss_returned():
    p = rg.nn.Parameter(rg.ones(1))
    optimizer = rg.optim.SGD([p], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = (p * 3).sum()
        loss.backward()
        return loss

    with rg.no_grad():
        assert optimizer.step(closure).item() == 3.0
    assert abs(p.item() - 0.7) < 1e-6


def test_zero_grad_forgets_or_zeroes():
    p = rg.nn.Parameter(rg.ones(1))
    optimizer = rg.optim.SGD([p], lr=0.1)
    p.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    assert p.grad.item() == 0.0
    optimizer.zero_grad()
    assert p.grad is None


def test_step_hooks_run_around_the_step():
    p = rg.nn.Parameter(rg.ones(1))
    optimizer = rg.optim.SGD([p], lr=0.5)
    seen = []
    before = optimizer.register_step_pre_hook(lambda opt, args, kwargs: seen.append(("before", p.item())))
    optimizer.register_step_post_hook(lambda opt, args, kwargs: seen.append(("after", p.item())))
    p.sum().backward()
    optimizer.step()
    assert seen == [("before", 1.0), ("after", 0.5)]
    before.remove()
    optimizer.step()
    assert [word for word, _ in seen] == ["before", "after", "after"]


def test_an_optimizer_with_a_step_of_its_own_works_with_hooks_and_schedulers():
    class Own(rg.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        @rg.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.sub_(group["lr"] * p.grad)

    p = rg.nn.Parameter(rg.ones(1))
    optimizer, seen = Own([p], lr=0.5), []
    optimizer.register_step_post_hook(lambda *_: seen.append(1))
    scheduler = rg.optim.lr_scheduler.StepLR(optimizer, 1)
    p.sum().backward()
    optimizer.step()
    scheduler.step()
    assert p.item() == 0.5 and seen == [1]


def test_state_dict_hooks_may_replace_the_dict():
    optimizer = rg.optim.SGD([rg.ones(1)], lr=0.1)
    optimizer.register_state_dict_post_hook(lambda opt, state: {**state, "extra": 1})
    optimizer.register_load_state_dict_pre_hook(
        lambda opt, state: {k: v for k, v in state.items() if k != "extra"}
    )
    saved = optimizer.state_dict()
    optimizer.load_state_dict(saved)
    assert saved["extra"] == 1


def test_names_of_parameters_are_kept(torch):
    groups = []
    for lib in (rg, torch):
        layer = lib.nn.Linear(1, 1)
        groups.append(lib.optim.SGD(layer.named_parameters(), lr=0.1).state_dict()["param_groups"])
    assert groups[0] == groups[1] and groups[0][0]["param_names"] == ["weight", "bias"]


def test_an_optimizer_can_be_copied_and_pickled():
    params = parameters(rg)
    optimizer = rg.optim.Adam(params, lr=0.1)
    train(rg, params, optimizer, 2)
    for again in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert plain(again.state_dict()) == plain(optimizer.state_dict())


def test_a_learning_rate_may_be_a_tensor():
    p = rg.nn.Parameter(rg.zeros(1))
    optimizer = rg.optim.SGD([p], lr=rg.tensor(0.5))
    p.sum().backward()
    optimizer.step()
    assert p.item() == -0.5


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_the_step_does_not_widen_the_parameter(name):
    for dtype in (rg.float16, rg.bfloat16, rg.float32):
        p = rg.nn.Parameter(rg.ones(3, dtype=dtype))
        optimizer = getattr(rg.optim, name)([p], lr=0.1)
        p.grad = rg.ones(3, dtype=dtype)
        optimizer.step()
        assert p.dtype == dtype


@pytest.mark.parametrize("options", [{}, {"lr": 0.05, "nesterov": False, "adjust_lr_fn": "match_rms_adamw"}])
def test_muon_steps_as_pytorch_s(torch, options):
    """In bfloat16 (8 bits) the products differ by their order: 2**-7 of a step of length lr each."""
    rng = np.random.default_rng(0)
    start, targets = rng.standard_normal((6, 4)), rng.standard_normal((5, 6, 4))

    def trained(T):
        tall, wide = (T.nn.Parameter(T.tensor(x)) for x in (start, start.T.copy()))
        optimizer = T.optim.Muon([tall, wide], **options)
        for target in targets:
            optimizer.zero_grad()
            (((tall - T.tensor(target)) ** 2).sum() + (wide * T.tensor(target.T.copy())).sum()).backward()
            optimizer.step()
        return [p.detach().numpy() for p in (tall, wide)]
    for mine, theirs in zip(trained(rg), trained(torch)):
        np.testing.assert_allclose(mine, theirs, atol=5 * options.get("lr", 1e-3) * 2 ** -5)
    with pytest.raises(ValueError, match="2D parameters"):
        rg.optim.Muon([rg.nn.Parameter(rg.ones(3))])


def test_a_formula_may_take_numbers_from_the_sizes_of_each_parameter():
    """Not declared, they were those of the first parameter for all."""
    class Scaled(rg.optim.Optimizer):
        def __init__(self, params):
            super().__init__(params, {})

        def update(self, p, g, state, group):
            return p - g.mean() * p.numel()
    params = [rg.nn.Parameter(rg.zeros(n)) for n in (3, 5, 3, 1)]
    sum((p * 2.0).sum() for p in params).backward()
    Scaled(params).step()
    assert [p[0].item() for p in params] == [-6.0, -10.0, -6.0, -2.0]


def test_hooks_on_every_optimizer_run_around_its_own_as_in_pytorch(torch):
    def seen(T):
        log, place = [], import_module(T.__name__ + ".optim.optimizer")
        w = T.nn.Parameter(T.ones(1))
        optimizer = T.optim.SGD([w], lr=0.5)
        handles = [place.register_optimizer_step_pre_hook(lambda o, a, k: log.append("all before")),
                   place.register_optimizer_step_post_hook(lambda o, a, k: log.append("all after")),
                   optimizer.register_step_pre_hook(lambda o, a, k: log.append("own before")),
                   optimizer.register_step_post_hook(lambda o, a, k: log.append("own after"))]
        w.grad = T.ones(1)
        optimizer.step()
        handles[0].remove()
        T.optim.Adam([w]).step()
        for handle in handles[1:]:
            handle.remove()
        optimizer.step()
        return log, w.item()
    assert seen(rg) == seen(torch)


def test_a_compiled_step_notices_a_hook_on_every_optimizer():
    w, log = rg.nn.Parameter(rg.ones(1)), []
    optimizer = rg.optim.SGD([w], lr=0.25)

    @rg.compile
    def step():
        optimizer.zero_grad()
        (w * w).sum().backward()
        optimizer.step()
    step(), step()
    handle = rg.optim.optimizer.register_optimizer_step_post_hook(lambda o, a, k: log.append(w.item()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")         # the hook reads a value: the step runs plainly
            step(), step()
    finally:
        handle.remove()
    assert log == [0.125, 0.0625]
