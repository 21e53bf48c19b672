"""State dicts of modules: keys, sharing, strictness and the words of its errors."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import retrograd as rg
from retrograd import nn


def two_layers(lib):
    return lib.nn.Sequential(OrderedDict(first=lib.nn.Linear(2, 3), norm=lib.nn.BatchNorm1d(3)))


def test_keys_are_pytorchs(same_outcome):
    same_outcome(lambda lib: list(two_layers(lib).state_dict()))
    same_outcome(lambda lib: list(two_layers(lib).state_dict(prefix="model.")))


def test_metadata_holds_the_format_versions(same_outcome):
    same_outcome(lambda lib: dict(two_layers(lib).state_dict()._metadata))


def test_tensors_share_memory_with_the_module_and_need_no_gradient():
    layer = nn.Linear(2, 3)
    state = layer.state_dict()
    assert not state["weight"].requires_grad
    with rg.no_grad():
        layer.weight.fill_(7.0)
    assert state["weight"].tolist() == [[7.0, 7.0]] * 3


def test_keep_vars_gives_the_parameters_themselves():
    layer = nn.Linear(2, 3)
    assert layer.state_dict(keep_vars=True)["weight"] is layer.weight


def test_non_persistent_buffers_stay_out(same_outcome):
    def keys(lib):
        module = lib.nn.Module()
        module.register_buffer("kept", lib.zeros(1))
        module.register_buffer("hidden", lib.zeros(1), persistent=False)
        return list(module.state_dict())

    same_outcome(keys)


def test_loading_copies_into_the_same_parameters():
    source, target = nn.Linear(2, 3), nn.Linear(2, 3)
    before = target.weight
    assert repr(target.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    assert target.weight is before and rg.equal(target.weight, source.weight)
    with rg.no_grad():
        source.weight.zero_()
    assert target.weight.abs().sum().item() > 0


def test_loading_with_assign_puts_the_tensors_in():
    state = {"weight": rg.zeros(3, 2), "bias": rg.ones(3)}
    layer = nn.Linear(2, 3)
    layer.load_state_dict(state, assign=True)
    assert isinstance(layer.bias, nn.Parameter) and layer.bias.tolist() == [1.0] * 3
    state["bias"].fill_(2.0)
    assert layer.bias.tolist() == [2.0] * 3


@pytest.mark.parametrize(
    "change",
    [
        lambda state, lib: state.pop("first.weight"),
        lambda state, lib: state.update({"first.extra": lib.zeros(1)}),
        lambda state, lib: state.update({"extra": lib.zeros(1), "first.weight.deeper": lib.zeros(1)}),
        lambda state, lib: state.update({"first.weight": lib.zeros(5, 2)}),
        lambda state, lib: (
            state.pop("first.bias"),
            state.update({"first.weight": lib.zeros(5, 2), "x": lib.ones(1)}),
        ),
    ],
)
def test_what_does_not_fit_is_said_in_pytorchs_words(same_outcome, change):
    def loaded(lib, **options):
        model = two_layers(lib)
        state = model.state_dict()
        change(state, lib)
        return model.load_state_dict(state, **options)

    same_outcome(loaded)
    same_outcome(lambda lib: loaded(lib, strict=False))


def test_a_state_dict_must_be_a_mapping(same_outcome):
    same_outcome(lambda lib: two_layers(lib).load_state_dict([1]))


def test_what_is_no_tensor_is_named():
    with pytest.raises(
        RuntimeError, match='While copying the parameter named "weight", expected torch.Tensor'
    ):
        nn.Linear(2, 3).load_state_dict({"weight": 3, "bias": rg.zeros(3)})


def test_a_batch_norm_saved_before_version_2_loads_without_its_counter():
    norm = nn.BatchNorm1d(3)
    state = {key: value for key, value in norm.state_dict().items() if key != "num_batches_tracked"}
    assert repr(norm.load_state_dict(state)) == "<All keys matched successfully>"


def test_extra_state_travels_with_the_state_dict(same_outcome):
    def travelled(lib):
        class Counting(lib.nn.Module):
            count = 0

            def get_extra_state(self):
                return {"count": self.count}

            def set_extra_state(self, state):
                self.count = state["count"]

        source, target = Counting(), Counting()
        source.count = 3
        target.load_state_dict(source.state_dict())
        return target.count, list(source.state_dict()), source.load_state_dict({}, strict=False)

    same_outcome(travelled)


def test_state_dict_hooks_run(same_outcome):
    def hooked(lib):
        layer = lib.nn.Linear(2, 3)
        seen = []
        layer.register_state_dict_pre_hook(lambda module, prefix, keep_vars: seen.append((prefix, keep_vars)))

        def without_bias(module, state, prefix, metadata):
            del state[prefix + "bias"]

        layer.register_state_dict_post_hook(without_bias)
        return list(layer.state_dict(prefix="p.")), seen

    same_outcome(hooked)


def test_load_hooks_run(same_outcome):
    def hooked(lib):
        layer = lib.nn.Linear(2, 3)
        state = {"w": lib.zeros(3, 2), "bias": lib.zeros(3)}
        layer.register_load_state_dict_pre_hook(
            lambda module, state, prefix, *rest: state.update({prefix + "weight": state.pop(prefix + "w")})
        )
        layer.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.append("from a hook"))
        return layer.load_state_dict(state)

    same_outcome(hooked)
