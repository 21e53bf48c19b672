"""Pruning: entries of a parameter are held at 0 by a mask.

`name` becomes name_orig (a parameter) times name_mask (a buffer), worked out before each forward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from retrograd.base.modes import no_grad
from retrograd.nn.module import Module
from retrograd.tensors.create import tensor
from retrograd.tensors.drawing import stream
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

Chooser = Callable[[Any, Any], Any]


class _Masked:
    """The forward pre-hook."""

    def __init__(self, name: str) -> None:
        self._tensor_name = name

    def __call__(self, module: Module, inputs: Any) -> None:
        n = self._tensor_name
        setattr(module, n, getattr(module, n + "_mask").to(getattr(module, n + "_orig").dtype)
                * getattr(module, n + "_orig"))


def _apply(module: Module, name: str, choose: Chooser, importance: Tensor | None = None) -> Module:
    """Mask what `choose(importances, mask so far)` leaves out."""
    hook = next((h for h in module._forward_pre_hooks.values()
                 if isinstance(h, _Masked) and h._tensor_name == name), None)
    weight = getattr(module, name + "_orig") if hook else getattr(module, name)
    scores = np.asarray((importance if importance is not None else getattr(module, name)).detach().numpy())
    if scores.shape != tuple(weight.shape):
        raise ValueError("importance_scores should have same shape as parameter"
                         f" {name}: {scores.shape} vs {tuple(weight.shape)}")
    old = np.asarray(getattr(module, name + "_mask").numpy()) if hook else np.ones(scores.shape)
    mask = tensor((old * choose(scores, old)).tolist(), dtype=weight.dtype).reshape(weight.shape)
    if hook is None:
        del module._parameters[name]
        module.register_parameter(name + "_orig", weight)
        module.register_buffer(name + "_mask", mask)
        hook = _Masked(name)
        module.register_forward_pre_hook(hook)
    else:
        setattr(module, name + "_mask", mask)
    hook(module, ())
    return module


def _count(amount: float, size: int) -> int:
    """How many an amount (a number, or a share in [0, 1]) means."""
    if isinstance(amount, float):
        if not 0.0 <= amount <= 1.0:
            raise ValueError(f"amount={amount} should either be a float in the range [0.0, 1.0] or a "
                             f"non-negative integer")
        return round(amount * size)
    if amount < 0:
        raise ValueError(f"amount={amount} should either be a float in the range [0.0, 1.0] or a "
                         f"non-negative integer")
    if amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return int(amount)


def _smallest(amount: float) -> Chooser:
    def choose(scores: Any, old: Any) -> Any:
        alive = np.flatnonzero(old.reshape(-1) != 0)
        order = np.argsort(np.abs(scores).reshape(-1)[alive], kind="stable")
        gone = alive[order[:_count(amount, alive.size)]]
        mask = np.ones(scores.size)
        mask[gone] = 0
        return mask.reshape(scores.shape)
    return choose


def _any(amount: float) -> Chooser:
    def choose(scores: Any, old: Any) -> Any:
        alive = np.flatnonzero(old.reshape(-1) != 0)
        gone = stream().permutation(alive)[:_count(amount, alive.size)]
        mask = np.ones(scores.size)
        mask[gone] = 0
        return mask.reshape(scores.shape)
    return choose


def _slices(amount: float, dim: int, size_of: Callable[[Any], Any]) -> Chooser:
    def choose(scores: Any, old: Any) -> Any:
        d = dim % scores.ndim
        rows = np.moveaxis(scores, d, 0).reshape(scores.shape[d], -1)
        alive = np.flatnonzero(np.moveaxis(old, d, 0).reshape(scores.shape[d], -1).any(1))
        gone = alive[np.argsort(size_of(rows[alive]), kind="stable")[:_count(amount, alive.size)]]
        mask = np.ones(scores.shape)
        np.moveaxis(mask, d, 0)[gone] = 0
        return mask
    return choose


def identity(module: Module, name: str) -> Module:
    """A mask that holds nothing back.

    >>> import retrograd as rg
    >>> sorted(identity(rg.nn.Linear(1, 1), "weight").state_dict())
    ['bias', 'weight_mask', 'weight_orig']
    """
    return _apply(module, name, lambda scores, old: np.ones(scores.shape))


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Hold entries back at random.

    >>> import retrograd as rg
    >>> random_unstructured(rg.nn.Linear(4, 1), "weight", 3).weight_mask.sum()
    tensor(1.)
    """
    return _apply(module, name, _any(amount))


def l1_unstructured(module: Module, name: str, amount: float,
                    importance_scores: Tensor | None = None) -> Module:
    """Hold the entries of smallest size back.

    >>> import retrograd as rg
    >>> l1_unstructured(rg.nn.Linear(4, 1), "weight", 0.5).weight_mask.sum()
    tensor(2.)
    """
    return _apply(module, name, _smallest(amount), importance_scores)


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Hold slices along dim back at random.

    >>> import retrograd as rg
    >>> random_structured(rg.nn.Linear(4, 2), "weight", 1, 0).weight_mask.sum()
    tensor(4.)
    """
    return _apply(module, name, _slices(amount, dim, lambda rows: stream().random(len(rows))))


def ln_structured(module: Module, name: str, amount: float, n: float, dim: int,
                  importance_scores: Tensor | None = None) -> Module:
    """Hold the slices along dim of smallest n-norm back.

    >>> import retrograd as rg
    >>> ln_structured(rg.nn.Linear(4, 2), "weight", 0.5, 2, 1).weight_mask.sum(0).sort().values
    tensor([0., 0., 2., 2.])
    """
    return _apply(module, name, _slices(amount, dim, lambda rows: np.linalg.norm(rows, n, axis=1)),
                  importance_scores)


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Hold back where a mask is 0.

    >>> import retrograd as rg
    >>> custom_from_mask(rg.nn.Linear(2, 1), "weight", rg.tensor([[0, 1]])).weight_mask
    tensor([[0., 1.]])
    """
    values = np.asarray(mask.detach().numpy())
    return _apply(module, name, lambda scores, old: values)


class L1Unstructured:
    """The method of `l1_unstructured`, for `global_unstructured`.

    >>> L1Unstructured.choose(1) is not None
    True
    """

    choose = staticmethod(_smallest)


class RandomUnstructured:
    """The method of `random_unstructured`, for `global_unstructured`.

    >>> RandomUnstructured.choose(1) is not None
    True
    """

    choose = staticmethod(_any)


def global_unstructured(parameters: Iterable[tuple[Module, str]], pruning_method: Any,
                        importance_scores: Any = None,
                        *, amount: float) -> None:
    """Hold entries of several parameters back as if they were one.

    >>> import retrograd as rg
    >>> a, b = rg.nn.Linear(4, 1), rg.nn.Linear(4, 1)
    >>> global_unstructured([(a, "weight"), (b, "weight")], L1Unstructured, amount=3)
    >>> int(a.weight_mask.sum() + b.weight_mask.sum())
    5
    """
    pairs, scores = list(parameters), importance_scores or {}
    given = [(scores.get((m, n)), getattr(m, n)) for m, n in pairs]
    values = [np.asarray((score if score is not None else value).detach().numpy()) for score, value in given]
    olds = [np.asarray(getattr(m, n + "_mask").numpy()) if hasattr(m, n + "_mask") else np.ones(v.shape)
            for (m, n), v in zip(pairs, values)]
    whole = pruning_method.choose(amount)(np.concatenate([v.reshape(-1) for v in values]),
                                          np.concatenate([o.reshape(-1) for o in olds]))
    start = 0
    for (module, name), v in zip(pairs, values):
        part = whole[start:start + v.size].reshape(v.shape)
        _apply(module, name, lambda s, o, part=part: part)          # type: ignore[misc]
        start += v.size


def remove(module: Module, name: str) -> Module:
    """Make the mask permanent: the parameter holds its zeros.

    >>> import retrograd as rg
    >>> sorted(remove(identity(rg.nn.Linear(1, 1), "weight"), "weight").state_dict())
    ['bias', 'weight']
    """
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, _Masked) and hook._tensor_name == name:
            with no_grad():
                original = getattr(module, name + "_orig")
                original.copy_(getattr(module, name).detach())
            delattr(module, name)
            delattr(module, name + "_orig")
            delattr(module, name + "_mask")
            kept = original if isinstance(original, Parameter) else Parameter(original)
            module.register_parameter(name, kept)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module: Module) -> bool:
    """Whether some module in this one is pruned.

    >>> import retrograd as rg
    >>> is_pruned(rg.nn.Linear(1, 1))
    False
    """
    return any(isinstance(h, _Masked) for m in module.modules() for h in m._forward_pre_hooks.values())
