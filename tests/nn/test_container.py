"""Containers: positions, names and words as PyTorch's."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import retrograd as rg
from retrograd import nn


def chain(lib):
    return lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.ReLU(), lib.nn.Linear(3, 1))


ACTIONS = {
    "slice": lambda s, nn: s[1:],
    "index": lambda s, nn: s[-1],
    "out_of_range": lambda s, nn: s[7],
    "length": lambda s, nn: len(s),
    "append": lambda s, nn: s.append(nn.Tanh()),
    "insert": lambda s, nn: (s.insert(1, nn.Tanh()), s)[1],
    "extend": lambda s, nn: s.extend([nn.Tanh(), nn.Sigmoid()]),
    "delete": lambda s, nn: (s.__delitem__(0), s)[1],
    "delete_slice": lambda s, nn: (s.__delitem__(slice(0, 2)), s)[1],
    "set": lambda s, nn: (s.__setitem__(1, nn.GELU()), s)[1],
    "pop": lambda s, nn: (s.pop(0), s),
    "add": lambda s, nn: s + nn.Sequential(nn.Tanh()),
    "multiply": lambda s, nn: s * 2,
    "iadd": lambda s, nn: s.__iadd__(nn.Sequential(nn.Tanh())),
    "imul": lambda s, nn: s.__imul__(2),
    "add_wrong": lambda s, nn: s + [1],
    "multiply_wrong": lambda s, nn: s * 0,
    "names": lambda s, nn: [name for name, _ in s.named_parameters()],
}


@pytest.mark.parametrize("action", ACTIONS)
def test_sequential_behaves_as_pytorchs(same_outcome, action):
    same_outcome(lambda lib: ACTIONS[action](chain(lib), lib.nn))


def test_sequential_takes_an_ordered_dict(same_outcome):
    same_outcome(lambda lib: lib.nn.Sequential(OrderedDict(a=lib.nn.Tanh(), b=lib.nn.ReLU())))


def test_sequential_runs_in_order(same_as_torch, torch):
    from_numpy = [[0.5, -1.0], [2.0, 3.0]]
    same_as_torch(chain(rg), chain(torch), __import__("numpy").array(from_numpy))


LISTS = {
    "words": lambda m, nn: m,
    "slice": lambda m, nn: m[1:],
    "append": lambda m, nn: m.append(nn.Tanh()),
    "insert": lambda m, nn: (m.insert(0, nn.Tanh()), m)[1],
    "extend": lambda m, nn: m.extend([nn.Tanh()]),
    "extend_wrong": lambda m, nn: m.extend(3),
    "add": lambda m, nn: m + [nn.Tanh()],
    "delete": lambda m, nn: (m.__delitem__(0), m)[1],
    "pop": lambda m, nn: (m.pop(-1), m),
    "iterate": lambda m, nn: [type(child).__name__ for child in m],
    "call": lambda m, nn: m(1),
    "not_a_module": lambda m, nn: m.append(3),
}


@pytest.mark.parametrize("action", [name for name in LISTS if name != "not_a_module"])
def test_module_list_behaves_as_pytorchs(same_outcome, action):
    def acted(lib):
        modules = lib.nn.ModuleList([lib.nn.Linear(2, 2), lib.nn.Linear(2, 2), lib.nn.ReLU()])
        return LISTS[action](modules, lib.nn)

    same_outcome(acted)


def test_module_list_refuses_what_is_no_module():
    with pytest.raises(TypeError, match="int is not a Module subclass"):
        nn.ModuleList([3])


DICTS = {
    "words": lambda d, nn: d,
    "keys": lambda d, nn: list(d.keys()),
    "items": lambda d, nn: list(d.items()),
    "values": lambda d, nn: list(d.values()),
    "contains": lambda d, nn: ("a" in d, "z" in d, len(d)),
    "pop": lambda d, nn: (d.pop("a"), d),
    "delete": lambda d, nn: (d.__delitem__("b"), d)[1],
    "update": lambda d, nn: (d.update({"c": nn.ReLU()}), d)[1],
    "update_pairs": lambda d, nn: (d.update([("c", nn.ReLU())]), d)[1],
    "update_wrong": lambda d, nn: d.update(3),
    "missing": lambda d, nn: d["z"],
    "clear": lambda d, nn: (d.clear(), d)[1],
}


@pytest.mark.parametrize("action", DICTS)
def test_module_dict_behaves_as_pytorchs(same_outcome, action):
    same_outcome(
        lambda lib: DICTS[action](lib.nn.ModuleDict({"a": lib.nn.Tanh(), "b": lib.nn.Linear(1, 2)}), lib.nn)
    )


def test_parameter_list_turns_tensors_into_parameters(same_outcome):
    def made(lib):
        values = lib.nn.ParameterList([lib.ones(2, 3), lib.nn.Parameter(lib.zeros(1))])
        values.append(lib.ones(4))
        values[0] = lib.ones(5)
        values += [lib.ones(1)]
        return [(name, tuple(p.shape), p.requires_grad) for name, p in values.named_parameters()], len(values)

    same_outcome(made)
    same_outcome(lambda lib: len(lib.nn.ParameterList([lib.ones(1)] * 3)[1:]))
    same_outcome(lambda lib: lib.nn.ParameterList([lib.ones(1)])[5])


def test_parameter_dict_behaves_as_pytorchs(same_outcome):
    def made(lib):
        values = lib.nn.ParameterDict({"a": lib.ones(2), "b": lib.zeros(3)})
        values["c"] = lib.ones(1)
        values.update({"d": lib.ones(4)})
        values.pop("a")
        return (
            [(k, tuple(v.shape)) for k, v in values.items()],
            "b" in values,
            [n for n, _ in values.named_parameters()],
        )

    same_outcome(made)
    same_outcome(lambda lib: lib.nn.ParameterDict({"a": lib.ones(2)})["z"])


def test_the_words_of_parameter_lists_and_dicts():
    assert "(0): Parameter containing: [" in repr(nn.ParameterList([rg.ones(2, 3)]))
    assert repr(nn.ParameterDict({"a": rg.ones(2, 3)})).endswith("of size 2x3])")
