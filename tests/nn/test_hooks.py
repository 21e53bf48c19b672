"""Hooks of modules: when they run, what they may replace, in PyTorch's order."""

from __future__ import annotations

import pytest

import retrograd as rg
from retrograd import nn


def pair(lib):
    torch_like = lib.nn.Linear(2, 2, bias=False)
    with lib.no_grad():
        torch_like.weight.copy_(lib.tensor([[1.0, 2.0], [3.0, 4.0]]))
    return torch_like


def test_forward_pre_hooks_replace_arguments(same_outcome):
    def called(lib):
        layer = pair(lib)
        layer.register_forward_pre_hook(lambda module, args: args[0] * 2)
        layer.register_forward_pre_hook(
            lambda module, args, kwargs: ((args[0] + 1,), kwargs), with_kwargs=True
        )
        return layer(lib.ones(1, 2)).tolist()

    same_outcome(called)


def test_a_pre_hook_with_kwargs_must_return_a_pair(same_outcome):
    def called(lib):
        layer = pair(lib)
        layer.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
        return layer(lib.ones(1, 2))

    same_outcome(called)


def test_forward_hooks_replace_the_output_in_order(same_outcome):
    def called(lib):
        layer, order = pair(lib), []
        layer.register_forward_hook(lambda module, args, out: order.append("second"))
        layer.register_forward_hook(lambda module, args, out: order.append("first") or out + 1, prepend=True)
        layer.register_forward_hook(lambda module, args, kwargs, out: out * 10, with_kwargs=True)
        return layer(lib.ones(1, 2)).tolist(), order

    same_outcome(called)


def test_a_removed_hook_runs_no_more():
    layer = nn.Identity()
    handle = layer.register_forward_hook(lambda module, args, out: out + 1)
    assert layer(1) == 2
    handle.remove()
    handle.remove()
    assert layer(1) == 1


def test_an_always_called_hook_runs_after_an_error():
    class Failing(nn.Module):
        def forward(self, x):
            raise KeyError("inside")

    layer, seen = Failing(), []
    layer.register_forward_hook(lambda module, args, out: seen.append(out), always_call=True)
    with pytest.raises(KeyError, match="inside"):
        layer(1)
    assert seen == [None]


def test_full_backward_hooks_see_both_cotangents(same_outcome):
    def seen(lib):
        layer, log = pair(lib), []
        layer.register_full_backward_hook(lambda m, gi, go: log.append((gi[0].tolist(), go[0].tolist())))
        x = lib.ones(1, 2, requires_grad=True)
        (layer(x) * 3).sum().backward()
        return log, x.grad.tolist(), layer.weight.grad.tolist()

    same_outcome(seen)


def test_a_full_backward_hook_replaces_the_cotangent_of_the_input(same_outcome):
    def replaced(lib):
        layer = pair(lib)
        layer.register_full_backward_hook(lambda m, gi, go: (gi[0] * 10,))
        x = lib.ones(1, 2, requires_grad=True)
        layer(x).sum().backward()
        return x.grad.tolist(), layer.weight.grad.tolist()

    same_outcome(replaced)


def test_a_full_backward_pre_hook_replaces_the_cotangent_of_the_output(same_outcome):
    def replaced(lib):
        layer = pair(lib)
        layer.register_full_backward_pre_hook(lambda m, go: (go[0] * 10,))
        x = lib.ones(1, 2, requires_grad=True)
        layer(x).sum().backward()
        return x.grad.tolist(), layer.weight.grad.tolist()

    same_outcome(replaced)


def test_a_backward_hook_returning_too_much_is_refused():
    layer = pair(rg)
    layer.register_full_backward_hook(lambda m, gi, go: (gi[0], gi[0]))
    with pytest.raises(
        RuntimeError, match="Backward hook returned an invalid number of grad_input, got 2, but expected 1"
    ):
        layer(rg.ones(1, 2, requires_grad=True)).sum().backward()


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
def test_without_an_input_that_needs_a_gradient_the_hook_sees_none(same_outcome):
    def seen(lib):
        layer, log = pair(lib), []
        layer.register_full_backward_hook(lambda m, gi, go: log.append((gi, go[0].tolist())))
        layer(lib.ones(1, 2)).sum().backward()
        return log

    same_outcome(seen)


def test_a_module_with_several_inputs_and_outputs_is_seen_as_one(same_outcome):
    def seen(lib):
        class Both(lib.nn.Module):
            def forward(self, x, k, y):
                return x * y, k, x + y

        module, log = Both(), []
        module.register_full_backward_hook(
            lambda m, gi, go: log.append([None if g is None else g.tolist() for g in (*gi, *go)])
        )
        x, y = (lib.tensor(value, requires_grad=True) for value in (2.0, 3.0))
        product, _, total = module(x, 5, y)
        (product * 2 + total).backward()
        return log, x.grad.item(), y.grad.item()

    same_outcome(seen)


def test_backward_hooks_run_from_the_last_layer_to_the_first(same_outcome):
    def order(lib):
        log = []
        model = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Tanh(), lib.nn.Linear(2, 1))
        for name, module in model.named_children():
            module.register_full_backward_hook(lambda m, gi, go, name=name: log.append(name))
        model(lib.ones(1, 2, requires_grad=True)).sum().backward()
        return log

    same_outcome(order)


def test_hooks_see_nothing_without_gradients():
    layer, log = pair(rg), []
    layer.register_full_backward_hook(lambda m, gi, go: log.append(1))
    with rg.no_grad():
        assert not layer(rg.ones(1, 2)).requires_grad
    assert log == []
