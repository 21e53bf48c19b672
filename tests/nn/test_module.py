"""Module: the contract of PyTorch's, most of it by doing the same to both."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import pytest

import retrograd as rg
from retrograd import nn


def net(lib):
    class Net(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = lib.nn.Linear(3, 4)
            self.act = lib.nn.Tanh()
            self.out = lib.nn.Linear(4, 2, bias=False)
            self.scale = lib.nn.Parameter(lib.ones(2))
            self.register_buffer("seen", lib.zeros(1))
            self.register_buffer("hidden_buffer", lib.zeros(1), persistent=False)

        def forward(self, x):
            return self.out(self.act(self.hidden(x))) * self.scale

    return Net()


class Pickled(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.layer.register_forward_hook(print)


# --- attributes


def test_parameters_come_in_order_of_assignment_own_ones_first(same_outcome):
    same_outcome(lambda lib: [name for name, _ in net(lib).named_parameters()])


def test_a_shared_parameter_comes_once_unless_duplicates_are_asked_for(same_outcome):
    def names(lib, **options):
        model = net(lib)
        model.again = model.hidden
        return [name for name, _ in model.named_parameters(**options)]

    same_outcome(names)
    same_outcome(lambda lib: names(lib, remove_duplicate=False))


def test_modules_children_and_buffers_have_pytorchs_names(same_outcome):
    same_outcome(lambda lib: [name for name, _ in net(lib).named_modules()])
    same_outcome(lambda lib: [name for name, _ in net(lib).named_children()])
    same_outcome(lambda lib: [name for name, _ in net(lib).named_buffers(prefix="p")])


def test_an_unknown_attribute_is_named(same_outcome):
    same_outcome(lambda lib: net(lib).nothing)


def test_a_parameter_before_init_is_refused(same_outcome):
    def early(lib):
        class Early(lib.nn.Module):
            def __init__(self):
                self.w = lib.nn.Parameter(lib.zeros(1))

        return Early()

    same_outcome(early)


def test_a_module_before_init_is_refused(same_outcome):
    def early(lib):
        class Early(lib.nn.Module):
            def __init__(self):
                self.w = lib.nn.Linear(1, 1)

        return Early()

    same_outcome(early)


def test_a_parameter_takes_only_parameters_or_none(same_outcome):
    same_outcome(lambda lib: setattr(net(lib), "scale", 3))
    same_outcome(lambda lib: setattr(net(lib), "hidden", 3))
    same_outcome(lambda lib: setattr(net(lib), "seen", 3))


def test_a_parameter_set_to_none_leaves_the_iteration_and_keeps_its_name(same_outcome):
    def cleared(lib):
        model = net(lib)
        model.scale = None
        return model.scale, [name for name, _ in model.named_parameters()]

    same_outcome(cleared)


def test_a_parameter_replaces_a_plain_attribute_of_its_name():
    module = nn.Module()
    module.w = 3
    module.w = nn.Parameter(rg.zeros(1))
    assert "w" not in module.__dict__ and [name for name, _ in module.named_parameters()] == ["w"]


def test_a_buffer_is_registered_when_it_is_assigned(same_outcome):
    def assigned(lib):
        model = lib.nn.Module()
        model.kept = lib.nn.Buffer(lib.zeros(2))
        model.hidden = lib.nn.Buffer(lib.zeros(2), persistent=False)
        model.kept = lib.ones(2)
        return [name for name, _ in model.named_buffers()], list(model.state_dict()), model.kept.tolist()

    same_outcome(assigned)


def test_deleting_an_attribute_unregisters_it(same_outcome):
    def deleted(lib):
        model = net(lib)
        del model.hidden, model.scale, model.seen
        return [name for name, _ in model.named_parameters()], list(model.state_dict())

    same_outcome(deleted)
    same_outcome(lambda lib: delattr(net(lib), "nothing"))


def test_registration_checks_names_and_kinds(same_outcome):
    same_outcome(lambda lib: net(lib).register_parameter("a.b", None))
    same_outcome(lambda lib: net(lib).register_parameter("", None))
    same_outcome(lambda lib: net(lib).register_parameter("hidden", None))
    same_outcome(lambda lib: net(lib).register_buffer("a.b", None))
    same_outcome(lambda lib: net(lib).register_buffer("hidden", None))
    same_outcome(lambda lib: net(lib).add_module("a.b", None))
    same_outcome(lambda lib: net(lib).add_module("scale", None))


def test_a_non_leaf_parameter_is_refused():
    weight = nn.Parameter(rg.ones(2))
    derived = weight * 2
    derived.__class__ = nn.Parameter
    with pytest.raises(ValueError, match="Cannot assign non-leaf Tensor to parameter 'w'"):
        nn.Module().register_parameter("w", derived)


def test_dir_lists_parameters_buffers_and_modules():
    assert {"hidden", "scale", "seen", "forward"} <= set(dir(net(rg)))


def test_forward_must_be_defined(same_outcome):
    same_outcome(lambda lib: lib.nn.Module()(1))


def test_submodules_parameters_and_buffers_are_found_by_path(same_outcome):
    same_outcome(lambda lib: net(lib).get_submodule("act"))
    same_outcome(lambda lib: tuple(net(lib).get_parameter("hidden.weight").shape))
    same_outcome(lambda lib: tuple(net(lib).get_buffer("seen").shape))
    for path in ("nothing", "scale"):
        same_outcome(lambda lib, path=path: net(lib).get_submodule(path))
    for path in ("hidden.nothing", "hidden.in_features"):
        same_outcome(lambda lib, path=path: net(lib).get_parameter(path))
        same_outcome(lambda lib, path=path: net(lib).get_buffer(path))


# --- changing


def test_train_and_eval_reach_every_module(same_outcome):
    same_outcome(lambda lib: [m.training for m in net(lib).eval().modules()])
    same_outcome(lambda lib: [m.training for m in net(lib).eval().train().modules()])
    same_outcome(lambda lib: net(lib).train(3))


def test_apply_visits_children_first(same_outcome):
    def visited(lib):
        seen = []
        net(lib).apply(lambda module: seen.append(type(module).__name__))
        return seen

    same_outcome(visited)


def test_requires_grad_freezes_all_parameters(same_outcome):
    same_outcome(lambda lib: [p.requires_grad for p in net(lib).requires_grad_(False).parameters()])


def test_zero_grad_forgets_gradients():
    model = net(rg)
    model(rg.ones(1, 3)).sum().backward()
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_zero_grad_without_set_to_none_keeps_zeros():
    model = net(rg)
    model(rg.ones(1, 3)).sum().backward()
    model.zero_grad(set_to_none=False)
    assert all(not p.grad.any().item() for p in model.parameters())


@pytest.mark.parametrize("name", ["double", "half", "bfloat16", "float"])
def test_conversions_keep_parameters_identical_objects(name):
    model = net(rg)
    before = list(model.parameters())
    getattr(model, name)()
    wanted = getattr(rg, {"double": "float64", "half": "float16", "float": "float32"}.get(name, name))
    assert all(a is b and a.dtype == wanted for a, b in zip(before, model.parameters(), strict=True))


def test_to_converts_floats_only():
    module = nn.BatchNorm1d(2).to(rg.float64)
    assert module.weight.dtype == rg.float64 and module.running_mean.dtype == rg.float64
    assert module.num_batches_tracked.dtype == rg.int64


def test_to_takes_a_tensor_a_device_and_keywords():
    assert net(rg).to(rg.zeros(1, dtype=rg.float64)).scale.dtype == rg.float64
    assert net(rg).to("cpu").scale.dtype == rg.float32
    assert net(rg).to(device="cpu", dtype=rg.float64).scale.dtype == rg.float64


def test_to_refuses_integer_dtypes():
    with pytest.raises(TypeError, match=r"nn\.Module\.to only accepts floating point or complex dtypes"):
        net(rg).to(rg.int64)


def test_to_converts_gradients_too():
    model = net(rg)
    model(rg.ones(1, 3)).sum().backward()
    assert all(p.grad.dtype == rg.float64 for p in model.double().parameters())


def test_cuda_says_that_there_is_none():
    with pytest.raises(RuntimeError, match="CPU only"):
        net(rg).cuda()


# --- words


def test_repr_is_pytorchs(same_outcome):
    same_outcome(net)
    same_outcome(lambda lib: lib.nn.Module())
    same_outcome(
        lambda lib: lib.nn.Sequential(lib.nn.Sequential(lib.nn.ReLU(inplace=True)), lib.nn.Flatten())
    )


def test_extra_repr_of_several_lines_is_indented(same_outcome):
    def printed(lib):
        class Wordy(lib.nn.Module):
            def __init__(self):
                super().__init__()
                self.child = lib.nn.Identity()

            def extra_repr(self):
                return "first\nsecond"

        return Wordy()

    same_outcome(printed)


# --- copies


def test_deepcopy_copies_parameters_and_their_sharing():
    model = net(rg)
    model.again = model.hidden
    copied = copy.deepcopy(model)
    assert copied.again is copied.hidden and copied.hidden.weight is not model.hidden.weight
    assert rg.equal(copied.hidden.weight, model.hidden.weight)
    with rg.no_grad():
        copied.hidden.weight.zero_()
    assert model.hidden.weight.abs().sum().item() > 0


def test_pickle_brings_parameters_and_hooks_back():
    model = Pickled()
    back = pickle.loads(pickle.dumps(model))
    assert rg.equal(back.layer.weight, model.layer.weight) and back.layer.weight.requires_grad
    assert list(back.layer._forward_hooks.values()) == [print]


def test_a_module_is_freed_without_the_collector():
    gc.disable()
    try:
        module = net(rg)
        module(rg.ones(1, 3)).sum().backward()
        gone = weakref.ref(module)
        del module
        assert gone() is None
    finally:
        gc.enable()


# --- revision


@pytest.mark.parametrize(
    "change",
    [
        lambda m: setattr(m, "rate", 0.5),
        lambda m: m.eval(),
        lambda m: m.requires_grad_(False),
        lambda m: m.register_forward_hook(print),
        lambda m: m.register_buffer("more", None),
        lambda m: delattr(m, "scale"),
    ],
)
def test_what_a_compiled_call_depends_on_moves_the_revision(change):
    model = net(rg)
    before = model._revision
    change(model)
    assert model._revision > before


def test_setting_what_is_there_already_keeps_the_revision():
    model = net(rg)
    before = model._revision
    model.train()
    assert model._revision == before
