"""All hooks at once fire in PyTorch's order."""

from __future__ import annotations

from typing import Any

import pytest

import retrograd as rg


def fired(T: Any, twice: bool = True) -> list[str]:
    """A step of two layers in a module, called once or by its parts too, with hooks of every kind."""
    log: list[str] = []

    def say(word: str) -> Any:
        return lambda *args, **kwargs: log.append(word)
    layers = {"inner": T.nn.Linear(3, 3), "outer": T.nn.Linear(3, 1)}
    net = T.nn.Sequential(T.nn.Sequential(layers["inner"], T.nn.Tanh()), layers["outer"])
    modules = {"net": net, "nested": net[0], **layers}
    for name, module in modules.items():
        for k in (1, 2):
            module.register_forward_pre_hook(say(f"{name} forward pre {k}"))
            module.register_forward_hook(say(f"{name} forward {k}"))
            module.register_full_backward_pre_hook(say(f"{name} backward pre {k}"))
            module.register_full_backward_hook(say(f"{name} backward {k}"))
        module.register_forward_pre_hook(say(f"{name} forward pre first"), prepend=True)
        module.register_forward_hook(say(f"{name} forward first"), prepend=True)
        module.register_full_backward_hook(say(f"{name} backward first"), prepend=True)
    for name, layer in layers.items():
        layer.weight.register_hook(say(f"{name}.weight hook 1"))
        layer.weight.register_hook(say(f"{name}.weight hook 2"))
        layer.weight.register_post_accumulate_grad_hook(say(f"{name}.weight accumulated"))
    x = T.ones(2, 3, requires_grad=True)
    x.register_hook(say("input hook"))
    middle = net[0](x)
    middle.register_hook(say("middle hook 1"))
    middle.retain_grad()
    middle.register_hook(say("middle hook 2"))
    loss = net(x).sum() + (net[1](middle).sum() if twice else 0.0)
    loss.register_hook(say("loss hook"))
    optimizer = T.optim.SGD(net.parameters(), lr=0.1)
    optimizer.register_step_pre_hook(say("step pre"))
    optimizer.register_step_post_hook(say("step post"))
    loss.backward()
    optimizer.step()
    state = net.state_dict()
    for name, module in modules.items():
        module.register_state_dict_pre_hook(say(f"{name} state pre"))
        module.register_state_dict_post_hook(say(f"{name} state post"))
        module.register_load_state_dict_pre_hook(say(f"{name} load pre"))
        module.register_load_state_dict_post_hook(say(f"{name} load post"))
    net.state_dict()
    net.load_state_dict(state)
    return log


def forward_part(log: list[str]) -> list[str]:
    return [word for word in log if " forward" in word]


def test_forward_state_and_step_hooks_fire_in_pytorchs_order(torch: Any) -> None:
    ours, theirs = fired(rg), fired(torch)
    assert sorted(ours) == sorted(theirs)
    assert forward_part(ours) == forward_part(theirs)
    late = [word for word in theirs if any(kind in word for kind in ("state", "load", "step"))]
    assert [word for word in ours if word in set(late)] == late


@pytest.mark.parametrize("name", ["net", "nested", "inner", "outer", "middle", "inner.weight",
                                  "outer.weight"])
def test_the_backward_hooks_of_one_thing_fire_in_pytorchs_order(name: str, torch: Any) -> None:
    ours, theirs = ([word for word in fired(T) if word.startswith(name + " ") and "forward" not in word]
                    for T in (rg, torch))
    assert ours == theirs and ours


def test_backward_hooks_fire_from_the_loss_to_the_leaves(torch: Any) -> None:
    """Along a path; when a parameter is reached beside it is the walk's own."""
    ours, theirs = ([word for word in fired(T, twice=False) if "weight" not in word] for T in (rg, torch))
    assert ours == theirs
    log = fired(rg, twice=False)
    for before, after in (("outer backward pre 2", "outer.weight hook 1"),
                          ("inner.weight hook 2", "inner.weight accumulated"),
                          ("inner.weight accumulated", "step pre"), ("outer.weight accumulated", "step pre")):
        assert log.index(before) < log.index(after)
