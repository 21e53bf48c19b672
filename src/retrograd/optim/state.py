"""State dicts of optimisers: parameters become numbers, in the order of the groups, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from retrograd.base.dtype import float32, float64
from retrograd.tensors.create import tensor
from retrograd.tensors.tensor import Tensor

Group = dict[str, Any]


def pack(state: Mapping[Any, Any], groups: list[Group], counters: tuple[str, ...]) -> dict[str, Any]:
    """State and groups with a number in the place of each parameter; counters become tensors.

    >>> pack({}, [{"params": ["w", "b"], "lr": 0.1}], ())
    {'state': {}, 'param_groups': [{'lr': 0.1, 'params': [0, 1]}]}
    """
    numbers: dict[int, int] = {}
    packed = []
    for group in groups:
        for p in group["params"]:
            numbers.setdefault(id(p), len(numbers))
        options = {key: value for key, value in group.items() if key != "params"}
        packed.append({**options, "params": [numbers[id(p)] for p in group["params"]]})

    def entry(values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {k: _number(float(v)) if k in counters else v for k, v in values.items()}

    return {
        "state": {
            numbers[id(p)] if isinstance(p, Tensor) else p: entry(values) for p, values in state.items()
        },
        "param_groups": packed,
    }


def _number(value: float) -> Tensor:
    """A number as PyTorch keeps it, in float32, where that loses nothing."""
    exact = float(np.float32(value)) == value
    return tensor(value, dtype=float32 if exact else float64)


def unpack(
    state_dict: Mapping[str, Any], groups: list[Group], counters: tuple[str, ...]
) -> tuple[defaultdict[Any, Any], list[Group]]:
    """State by parameter and groups with parameters, from a state dict that fits `groups`.

    >>> saved = {"state": {}, "param_groups": [{"lr": 0.5, "params": [0]}]}
    >>> unpack(saved, [{"lr": 0.1, "params": ["w"]}], ())
    (defaultdict(<class 'dict'>, {}), [{'lr': 0.5, 'params': ['w']}])
    """
    saved = deepcopy(state_dict["param_groups"])
    if len(groups) != len(saved):
        raise ValueError("loaded state dict has a different number of parameter groups")
    if any(len(mine["params"]) != len(theirs["params"]) for mine, theirs in zip(groups, saved)):
        raise ValueError(
            "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
        )
    params = {
        number: p
        for mine, theirs in zip(groups, saved, strict=True)
        for number, p in zip(theirs["params"], mine["params"], strict=True)
    }
    state: defaultdict[Any, Any] = defaultdict(dict)
    for number, values in state_dict["state"].items():
        if number in params:
            state[params[number]] = _cast(params[number], values, counters)
        else:
            state[number] = values
    for mine, theirs in zip(groups, saved, strict=True):
        theirs["params"] = mine["params"]
        if "param_names" in mine:
            theirs.setdefault("param_names", mine["param_names"])
    return state, saved


def _cast(p: Tensor, value: Any, counters: tuple[str, ...], key: str | None = None) -> Any:
    """A copy of the value, with tensors in the dtype of their parameter."""
    if key in counters:
        return float(value)
    if isinstance(value, Tensor):
        # A counter of somebody else's optimiser stays what it is, as in PyTorch.
        same = key == "step" or not p.is_floating_point()
        return value.detach().clone() if same else value.detach().to(p.dtype).clone()
    if isinstance(value, dict):
        return {k: _cast(p, v, counters, k) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_cast(p, v, counters) for v in value)
    return value
