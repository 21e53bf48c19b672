"""What scripts rely on without saying so: each habit of PyTorch's, computed by both libraries and
compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

Habit = Callable[[Any], Any]
HABITS: list[Habit] = []


def habit(fn: Habit) -> Habit:
    HABITS.append(fn)
    return fn


def _plain(found: Any) -> Any:
    """Numbers, lists and text of either library."""
    if isinstance(found, dict):
        return {k: _plain(v) for k, v in found.items()}
    if isinstance(found, (tuple, list)):
        return [_plain(v) for v in found]
    return found.detach().tolist() if hasattr(found, "detach") else found


def _alike(mine: Any, theirs: Any) -> None:
    if isinstance(theirs, dict):
        assert list(mine) == list(theirs)
        _alike(list(mine.values()), list(theirs.values()))
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs):
            _alike(a, b)
    elif isinstance(theirs, float):
        assert mine == pytest.approx(theirs, rel=1e-5, abs=2e-6, nan_ok=True)   # float32, a few roundings
    else:
        assert mine == theirs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fn", HABITS, ids=lambda fn: fn.__name__)
def test_a_habit_of_pytorch_s(torch: Any, fn: Habit) -> None:
    _alike(_plain(fn(rg)), _plain(fn(torch)))


def _kind(x: Any) -> str:
    return str(x.dtype).partition(".")[2]


def _filled(T: Any, *shape: int) -> Any:
    """Numbers that both libraries have alike."""
    return T.tensor(np.cos(np.arange(math.prod(shape))).reshape(shape).astype(np.float32))


def _set(T: Any, module: Any) -> Any:
    """The same weights in both."""
    with T.no_grad():
        for p in module.parameters():
            p.copy_(_filled(T, *p.shape) * 0.4)
    return module


def _error(run: Callable[[], Any]) -> str:
    try:
        run()
    except RuntimeError:
        return "RuntimeError"
    return "none"


# ---------------------------------------------------------------- numbers
@habit
def integers_divide_truly(T):
    x = T.tensor([3, 4])
    return [(x / 2), _kind(x / 2), _kind(x / x), x // 2, _kind(x // 2), -7 // T.tensor(2), T.tensor(-7) % 3]


@habit
def python_numbers_do_not_widen(T):
    half = T.ones(1, dtype=T.float16)
    return [_kind(half * 2.5), _kind(T.ones(1, dtype=T.int8) + 1000), _kind(T.ones(1, dtype=T.int32) * 1.5),
            _kind(T.ones(1) * T.tensor(2.0, dtype=T.float64)), _kind(T.tensor(1) * T.ones(1,
                                                                                          dtype=T.float16)),
            _kind(T.ones(1, dtype=T.uint8) + T.ones(1, dtype=T.int8)), _kind(T.ones(1, dtype=T.bool) + 1)]


@habit
def variances_divide_by_one_less(T):
    x = _filled(T, 3, 4)
    return [x.std(), x.var(0), x.std(1, unbiased=False), T.var_mean(x, 1), x.var(1, correction=2)]


# ---------------------------------------------------------------- losses and layers
@habit
def cross_entropy_is_a_mean_over_what_counts(T):
    x, w = _filled(T, 4, 3), T.tensor([1.0, 2.0, 3.0])
    F, y = T.nn.functional, T.tensor([0, 2, -100, 1])
    return [F.cross_entropy(x, y), F.cross_entropy(x, y, w), F.cross_entropy(x, y, w, reduction="none"),
            T.nn.CrossEntropyLoss(ignore_index=2)(x, T.tensor([0, 2, 2, 1])),
            F.cross_entropy(x, T.tensor([0, 2, 1, 1]), w, label_smoothing=0.1)]


@habit
def layers_begin_between_the_roots_of_their_inputs(T):
    T.manual_seed(0)
    found = []
    for layer, fan in ((T.nn.Linear(400, 300), 400), (T.nn.Conv2d(20, 60, 5), 500), (T.nn.Conv1d(50, 80, 7),
                                                                                     350)):
        for p in (layer.weight, layer.bias):
            bound = 1 / math.sqrt(fan)          # kaiming_uniform with a = sqrt(5)
            low, high = p.min().item() / bound, p.max().item() / bound
            found.append([round(low, 1), round(high, 1), p.numel()])
    return found


@habit
def batch_norm_weighs_the_new_value(T):
    layer, x = T.nn.BatchNorm1d(3, momentum=0.3), _filled(T, 5, 3)
    out = layer(x)
    layer(x * 2)
    layer.eval()
    return [out, layer.running_mean, layer.running_var, layer.num_batches_tracked, layer(x)]


@habit
def dropout_scales_while_training(T):
    T.manual_seed(0)
    out = T.nn.functional.dropout(T.ones(4000), 0.25)
    layer = T.nn.Dropout(0.5).eval()
    return [sorted(set(round(v, 5) for v in out.tolist())), abs(out.mean().item() - 1) < 0.05,
            layer(T.ones(2))]


@habit
def gates_of_an_lstm_come_as_i_f_g_o(T):
    layer, x = _set(T, T.nn.LSTM(2, 3, batch_first=True)), _filled(T, 1, 2, 2)
    out, (h, c) = layer(x)
    return [out, h, c, [n for n, _ in layer.named_parameters()], list(layer.weight_ih_l0.shape)]


@habit
def the_new_gate_of_a_gru_is_reset_after_its_product(T):
    layer, x = _set(T, T.nn.GRU(2, 3)), _filled(T, 2, 1, 2)
    w, r = layer.weight_ih_l0, layer.weight_hh_l0
    h = T.zeros(3)
    gi, gh = x[0, 0] @ w.t() + layer.bias_ih_l0, h @ r.t() + layer.bias_hh_l0
    reset, z = T.sigmoid(gi[:3] + gh[:3]), T.sigmoid(gi[3:6] + gh[3:6])
    n = T.tanh(gi[6:] + reset * gh[6:])
    return [layer(x)[0], (layer(x)[0][0, 0] - ((1 - z) * n + z * h)).abs().max() < 1e-6]


# ---------------------------------------------------------------- optimisers and schedules
def _steps(T: Any, name: str, many: int = 3, **options: Any) -> list[Any]:
    w = T.nn.Parameter(_filled(T, 3))
    optimizer = getattr(T.optim, name)([w], **options)
    found = []
    for k in range(many):
        optimizer.zero_grad()
        (w * _filled(T, 3) * (k + 1)).square().sum().backward()
        optimizer.step()
        found.append(w.tolist())
    return found


@habit
def the_momentum_of_sgd_begins_as_the_gradient(T):
    return [_steps(T, "SGD", lr=0.1, momentum=0.9, dampening=0.5), _steps(T, "SGD", lr=0.1, momentum=0.9,
                                                                          nesterov=True),
            _steps(T, "SGD", lr=0.1, weight_decay=0.1, maximize=True)]


@habit
def the_epsilon_of_adam_stands_outside_the_root(T):
    return [_steps(T, "Adam", lr=0.1, eps=0.5), _steps(T, "Adam", lr=0.1, weight_decay=0.3),
            _steps(T, "Adam", lr=0.1, amsgrad=True), _steps(T, "RMSprop", lr=0.1, eps=0.5),
            _steps(T, "RMSprop", lr=0.1, centered=True, momentum=0.5)]


@habit
def the_decay_of_adamw_is_apart(T):
    return [_steps(T, "AdamW", lr=0.1), _steps(T, "AdamW", lr=0.1, weight_decay=0.3)]


@habit
def gradients_are_forgotten_as_none_and_add_up(T):
    w = T.nn.Parameter(T.ones(2))
    optimizer = T.optim.SGD([w], lr=1.0)
    (w * 2).sum().backward()
    (w * 3).sum().backward()
    added = w.grad.clone()
    optimizer.zero_grad()
    gone = w.grad is None
    (w * 2).sum().backward()
    optimizer.zero_grad(set_to_none=False)
    return [added, gone, w.grad]


@habit
def the_rate_of_a_group_can_be_written(T):
    w = T.nn.Parameter(T.ones(1))
    optimizer = T.optim.SGD([{"params": [w], "lr": 0.1}], lr=1.0)
    optimizer.param_groups[0]["lr"] = 0.5
    w.grad = T.ones(1)
    optimizer.step()
    return [w, sorted(optimizer.param_groups[0])[:3], optimizer.state_dict()["param_groups"][0]["lr"]]


def _rates(T: Any, make: Callable[[Any, Any], Any], many: int = 6, told: Any = None) -> list[Any]:
    optimizer = T.optim.SGD([T.nn.Parameter(T.ones(1))], lr=0.5)
    scheduler = make(T.optim.lr_scheduler, optimizer)
    found = [optimizer.param_groups[0]["lr"], optimizer.param_groups[0].get("initial_lr")]
    for k in range(many):
        optimizer.step()
        scheduler.step(*([] if told is None else [told[k]]))
        found.append(optimizer.param_groups[0]["lr"])
    return found


@habit
def a_schedule_steps_once_when_it_is_made(T):
    made = [lambda S, o: S.StepLR(o, 2, 0.1), lambda S, o: S.LambdaLR(o, lambda k: 1 / (k + 2)),
            lambda S, o: S.LinearLR(o, 0.25, total_iters=3)]
    return [_rates(T, make) for make in made]


@habit
def the_cosine_schedule_follows_its_last_rate(T):
    def pushed(T):
        optimizer = T.optim.SGD([T.nn.Parameter(T.ones(1))], lr=0.5)
        scheduler = T.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5, eta_min=0.1)
        found = []
        for k in range(7):
            optimizer.step()
            scheduler.step()
            if k == 2:
                optimizer.param_groups[0]["lr"] = 0.9          # the next follow from this one
            found.append(scheduler.get_last_lr()[0])
        return found
    return [_rates(T, lambda S, o: S.CosineAnnealingLR(o, 4), 9), pushed(T)]


@habit
def a_plateau_is_less_than_a_ten_thousandth_better(T):
    told = [1.0, 0.99995, 0.9998, 0.9998, 0.99975, 0.9]
    return [_rates(T, lambda S, o: S.ReduceLROnPlateau(o, patience=0), 6, told),
            _rates(T, lambda S, o: S.ReduceLROnPlateau(o, patience=1, threshold_mode="abs"), 6, told)]


@habit
def clipping_gives_the_norm_that_was(T):
    w = T.nn.Parameter(T.zeros(2))
    w.grad = T.tensor([3.0, 4.0])
    total = T.nn.utils.clip_grad_norm_([w], 1.0)
    return [total, w.grad]


# ---------------------------------------------------------------- gradients, memory, modules
@habit
def ties_of_a_maximum(T):
    def gradient(fn):
        x = T.tensor([[2.0, 2.0, 1.0], [3.0, 3.0, 3.0]], requires_grad=True)
        fn(x).sum().backward()
        return x.grad
    return [gradient(lambda x: x.max(1).values), gradient(lambda x: x.amax(1)), gradient(lambda x: x.max()),
            gradient(lambda x: x.min()), gradient(lambda x: T.maximum(x, T.full((2, 3), 2.0))),
            gradient(lambda x: T.nn.functional.relu(x - 2)), gradient(lambda x: (x - 2).abs())]


@habit
def a_leaf_is_not_written_to(T):
    w = T.ones(2, requires_grad=True)

    def slice_():
        w[0] = 5
    with T.no_grad():
        w.mul_(3)
    return [_error(lambda: w.add_(1)), _error(slice_), w, _error(lambda: w.detach().add_(1)), w]


@habit
def views_share_memory_and_versions(T):
    x = T.zeros(2, 3)
    row, turned, copy = x[1], x.t(), x.reshape(-1).clone()
    row += 5
    x.view(6)[0] = 7
    return [x, turned[0], copy, x._version, row._version, turned._version, x.data_ptr() == turned.data_ptr()]


@habit
def a_graph_is_walked_back_once(T):
    x = T.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    return [x.grad, _error(y.backward)]


@habit
def hooks_run_in_their_order(T):
    log, beside = [], []        # when a parameter is reached beside the path is the walk's own
    layer = _set(T, T.nn.Linear(2, 1))
    layer.register_forward_pre_hook(lambda m, a: log.append("before forward"))
    layer.register_forward_hook(lambda m, a, o: log.append("after forward 1"))
    layer.register_forward_hook(lambda m, a, o: log.append("after forward 2"))
    layer.register_full_backward_pre_hook(lambda m, g: log.append("before backward"))
    layer.register_full_backward_hook(lambda m, gi, go: log.append("after backward"))
    layer.weight.register_hook(lambda g: beside.append("gradient"))
    layer.weight.register_post_accumulate_grad_hook(lambda p: beside.append("added"))
    x = T.ones(1, 2, requires_grad=True)
    y = layer(x)
    y.register_hook(lambda g: log.append("output 1"))
    y.register_hook(lambda g: log.append("output 2"))
    y.sum().backward()
    return log, beside


@habit
def states_bear_the_names_of_attributes(T):
    net = T.nn.Sequential(T.nn.Linear(2, 2), T.nn.BatchNorm1d(2), T.nn.ModuleDict({"a": T.nn.Embedding(2,
                                                                                                       2)}))
    state = {k: v for k, v in net.state_dict().items() if k != "0.bias"} | {"extra": T.zeros(1)}
    told = net.load_state_dict(state, strict=False)
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        message = str(error)
    return [list(net.state_dict()), told.missing_keys, told.unexpected_keys,
            [part in message for part in ('Missing key(s) in state_dict: "0.bias"', 'Unexpected key(s)',
                                          '"extra"')]]


@habit
def a_seed_gives_the_same_numbers_again(T):
    def drawn():
        T.manual_seed(7)
        return [T.rand(2), T.randn(2), T.randperm(5), T.nn.Linear(2, 2).weight]
    return _plain(drawn()) == _plain(drawn())


@habit
def a_shuffled_loader_draws_from_the_seed(T):
    data = T.utils.data

    def order(seed):
        T.manual_seed(seed)
        loader = data.DataLoader(data.TensorDataset(T.arange(20)), batch_size=5, shuffle=True)
        first = [b[0].tolist() for b in loader]
        second = [b[0].tolist() for b in loader]
        return first, second, T.rand(1).item()
    own = data.DataLoader(list(range(9)), shuffle=True, generator=T.Generator().manual_seed(1))
    T.manual_seed(3)
    a = T.rand(1).item()
    T.manual_seed(3)
    list(own)                                   # a generator of its own leaves ours alone
    kept = T.rand(1).item() == a
    one, two = order(1), order(1)
    return [one == two, one[0] != one[1], sorted(k for b in one[0] for k in b) == list(range(20)),
            order(2)[0] != one[0], kept]
