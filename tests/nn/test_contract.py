"""What scripts ask of modules and of the way back, story by story, as PyTorch answers."""

from __future__ import annotations

import copy
import importlib
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg

STORIES: dict[str, Callable[[Any], Any]] = {}


def _story(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    STORIES[function.__name__.strip("_").replace("_", " ")] = function
    return function


def _name(module: Any) -> str:
    return type(module).__name__


@_story
def _hooks_on_every_module_come_before_its_own(lib: Any) -> Any:
    places, log = lib.nn.modules.module, []
    net = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.ReLU())
    handles = [
        places.register_module_forward_pre_hook(lambda m, i: log.append(("every pre", _name(m)))),
        places.register_module_forward_hook(lambda m, i, o: log.append(("every", _name(m)))),
        places.register_module_full_backward_hook(lambda m, gi, go: log.append(("every back", _name(m)))),
        places.register_module_full_backward_pre_hook(lambda m, go: log.append(("every before", _name(m))))]
    net[0].register_forward_hook(lambda m, i, o: log.append("own"))
    net[0].register_forward_pre_hook(lambda m, i: log.append("own pre"))
    net[0].register_full_backward_hook(lambda m, gi, go: log.append("own back"))
    net[0].register_full_backward_pre_hook(lambda m, go: log.append("own before"))
    x = lib.ones(1, 2, requires_grad=True)
    net(x).sum().backward()
    for handle in handles:
        handle.remove()
    net(x)
    return log


@_story
def _prepended_hooks_come_first(lib: Any) -> Any:
    log: list[Any] = []
    layer = lib.nn.Linear(2, 2)
    for k in range(3):
        layer.register_forward_hook(lambda *_, k=k: log.append(k), prepend=k == 2)
        layer.register_forward_pre_hook(lambda *_, k=k: log.append(("pre", k)), prepend=k == 1)
        layer.register_full_backward_hook(lambda *_, k=k: log.append(("back", k)), prepend=k == 1)
        layer.register_full_backward_pre_hook(lambda *_, k=k: log.append(("before", k)), prepend=k == 1)
    layer(lib.ones(1, 2, requires_grad=True)).sum().backward()
    return log


@_story
def _hooks_of_what_made_a_tensor(lib: Any) -> Any:
    log = []
    x = lib.ones(2, requires_grad=True)
    y = x * 2
    z = y.sum()
    y.grad_fn.register_hook(lambda gi, go: log.append((len(gi), gi[0].tolist(), go[0].tolist())))
    z.grad_fn.register_prehook(lambda go: log.append(go[0].item()))
    same = y.grad_fn == y.grad_fn
    collects = y.grad_fn.next_functions[0][0]
    collects.register_hook(lambda gi, go: log.append("collected"))
    z.backward()
    return [log, same, collects.name(), collects.variable is x]


@_story
def _hooks_of_what_made_a_tensor_replace_gradients(lib: Any) -> Any:
    x = lib.ones(2, requires_grad=True)
    y, z = x * 2, x * 3
    y.grad_fn.register_prehook(lambda go: (go[0] * 10,))
    handle = z.grad_fn.register_hook(lambda gi, go: tuple(None if g is None else g * 100 for g in gi))
    (y + z).sum().backward(retain_graph=True)
    first = x.grad.tolist()
    handle.remove()
    (y + z).sum().backward()
    return [first, x.grad.tolist()]


@_story
def _several_gradients_at_once(lib: Any) -> Any:
    x, y = (lib.ones(2, requires_grad=True) for _ in range(2))
    log: list[Any] = []
    hook = lib.autograd.graph.register_multi_grad_hook
    handle = hook((x, y), lambda gs: log.append([g.tolist() for g in gs]))
    hook((x, y), lambda g: log.append(tuple(g.shape)), mode="any")
    (x * y * 2).sum().backward()
    handle.remove()
    (x * y * 2).sum().backward()
    return log


@_story
def _after_accumulation_the_gradient_is_the_sum(lib: Any) -> Any:
    x = lib.ones(2, requires_grad=True)
    log: list[Any] = []
    handle = x.register_post_accumulate_grad_hook(lambda t: log.append(t.grad.tolist()))
    for _ in range(2):
        (x * 2).sum().backward()
    handle.remove()
    (x * 2).sum().backward()
    return [log, x.grad.tolist()]


@_story
def _an_optimizer_in_the_way_back(lib: Any) -> Any:
    layer = lib.nn.Linear(2, 1)
    with lib.no_grad():
        layer.weight.fill_(1.0)
        layer.bias.fill_(0.0)
    optimizers = {p: lib.optim.SGD([p], lr=0.1) for p in layer.parameters()}

    def step(p: Any) -> None:
        optimizers[p].step()
        optimizers[p].zero_grad()
    for p in layer.parameters():
        p.register_post_accumulate_grad_hook(step)
    for _ in range(3):
        layer(lib.ones(1, 2)).sum().backward()
    return [[round(v, 5) for v in layer.weight[0].tolist()], layer.weight.grad is None]


@_story
def _what_is_retained_is_what_hooks_made(lib: Any) -> Any:
    x = lib.ones(2, requires_grad=True)
    y = x * 2
    y.retain_grad()
    log: list[Any] = []
    y.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: log.append(g.tolist()))
    y.sum().backward()
    return [log, y.grad.tolist(), x.grad.tolist(), y.retains_grad]


@_story
def _hooks_of_state_dicts(lib: Any) -> Any:
    log = []
    net = lib.nn.Sequential(lib.nn.Linear(2, 2))
    net[0].register_state_dict_pre_hook(lambda m, p, k: log.append(("pre", p, k)))
    net[0].register_state_dict_post_hook(lambda m, s, p, v: log.append(("post", p, list(s))))
    net[0].register_load_state_dict_pre_hook(lambda m, s, p, v, *rest: log.append(("load", p, *rest)))
    net[0]._register_load_state_dict_pre_hook(lambda s, p, v, *rest: log.append(("older", p, list(s))))
    net.register_load_state_dict_post_hook(lambda m, keys: log.append(("loaded", list(keys.unexpected_keys))))
    state = net.state_dict()
    state["more"] = lib.ones(1)
    return [log, str(net.load_state_dict(state, strict=False))]


@_story
def _parts_by_path(lib: Any) -> Any:
    net = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Sequential(lib.nn.ReLU()))
    said = [_name(net.get_submodule("1.0")), net.get_submodule("") is net]
    for ask in (lambda: net.get_submodule("1.x"), lambda: net.get_parameter("0.foo"),
                lambda: net.get_buffer("0.weight"), lambda: net.get_parameter("1")):
        try:
            ask()
        except AttributeError as error:
            said.append(str(error))
    net.set_submodule("1.0", lib.nn.Tanh())
    net.register_module("last", lib.nn.ReLU())
    return [said, _name(net[1][0]), [name for name, _ in net.named_modules()]]


@_story
def _what_is_there_twice(lib: Any) -> Any:
    shared, top = lib.ones(2), lib.nn.Module()
    top.register_buffer("a", shared)
    top.register_buffer("b", shared)
    top.left = top.right = lib.nn.Linear(1, 1)
    return [[k for k, _ in named(**how)] for named in (top.named_buffers, top.named_parameters,
            top.named_modules) for how in ({}, {"remove_duplicate": False})] + [list(top.state_dict())]


@_story
def _a_lazy_layer_takes_weights_before_its_first_input(lib: Any) -> Any:
    given = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.BatchNorm1d(3)).double()
    given(lib.arange(4.0).double().view(2, 2))
    net = lib.nn.Sequential(lib.nn.LazyLinear(3), lib.nn.LazyBatchNorm1d()).double()
    lazy = lib.nn.parameter.is_lazy
    seen = [lazy(net[0].weight), type(net[0].weight).__name__]
    net.load_state_dict(given.state_dict())
    seen += [lazy(net[0].weight), tuple(net[0].weight.shape), tuple(net[1].running_mean.shape)]
    x = lib.ones(2, 2).double()
    same = (net.eval()(x) - given.eval()(x)).abs().max().item() < 1e-12
    return [*seen, same, _name(net[0]), net[0].in_features]


@_story
def _types_and_memory(lib: Any) -> Any:
    layer = lib.nn.Linear(2, 3)
    layer.type(lib.float64)
    wide = str(layer.weight.dtype).rpartition(".")[2]
    layer.to_empty(device="cpu")
    return [wide, tuple(layer.weight.shape), layer.weight.requires_grad,
            tuple(lib.nn.utils.skip_init(lib.nn.Linear, 2, 3).weight.shape)]


@_story
def _hooks_are_copied_with_a_module(lib: Any) -> Any:
    log: list[int] = []
    layer = lib.nn.Linear(1, 1)
    layer.register_forward_hook(lambda *_: log.append(1))
    copy.deepcopy(layer)(lib.ones(1, 1))
    return log


@_story
def _pruned_weights(lib: Any) -> Any:
    prune = importlib.import_module(lib.__name__ + ".nn.utils.prune")
    layer = lib.nn.Linear(4, 3)
    with lib.no_grad():
        layer.weight.copy_(lib.arange(12.0).view(3, 4) - 5)
    prune.l1_unstructured(layer, "weight", amount=3)
    seen = [list(layer.state_dict()), layer.weight.tolist(), prune.is_pruned(layer)]
    prune.ln_structured(layer, "weight", amount=1, n=2, dim=0)
    prune.remove(layer, "weight")
    return [*seen, layer.weight.tolist(), list(layer.state_dict()), prune.is_pruned(layer)]


@_story
def _keys_of_reparametrised_layers(lib: Any) -> Any:
    utils, made = lib.nn.utils, lib.nn.Linear
    newer = utils.parametrizations
    layers = [utils.weight_norm(made(2, 3)), utils.spectral_norm(made(2, 3)),
              newer.weight_norm(made(2, 3)), newer.spectral_norm(made(2, 3))]
    seen = [list(layer.state_dict()) for layer in layers]
    utils.remove_weight_norm(layers[0])
    utils.remove_spectral_norm(layers[1])
    utils.parametrize.remove_parametrizations(layers[2], "weight")
    return seen + [list(layer.state_dict()) for layer in layers[:3]]


@pytest.mark.parametrize("name", STORIES)
def test_modules_answer_as_pytorchs(name: str, torch: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert STORIES[name](rg) == STORIES[name](torch)


def test_a_module_compiled_in_place_is_itself() -> None:
    layer = rg.nn.Sequential(rg.nn.Linear(2, 3), rg.nn.Tanh())
    x = rg.ones(1, 2)
    expected, keys = layer(x).tolist(), list(layer.state_dict())
    assert layer.compile() is None and layer.compile() is None
    with rg.no_grad():
        assert [layer(x).tolist() for _ in range(3)] == [expected] * 3
    assert isinstance(layer, rg.nn.Sequential) and list(layer.state_dict()) == keys
    assert copy.deepcopy(layer)(x).tolist() == expected
