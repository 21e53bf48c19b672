"""Pruning: entries of a parameter are held at 0 by a mask.

`name` becomes name_orig (a parameter) times name_mask (a buffer), worked out before each forward pass by a
hook: a pruning method, or a container of those that were applied one after another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from retrograd.base.modes import no_grad
from retrograd.functional import cat
from retrograd.nn.module import Module
from retrograd.tensors.create import from_numpy, ones_like
from retrograd.tensors.drawing import stream
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


def _hook(module: Module, name: str) -> tuple[int, BasePruningMethod] | None:
    """The hook that prunes `name`, and its key."""
    return next(((key, hook) for key, hook in module._forward_pre_hooks.items()
                 if isinstance(hook, BasePruningMethod) and hook._tensor_name == name), None)


class BasePruningMethod(ABC):
    """Which entries a mask leaves out; a method of one's own defines `compute_mask` and PRUNING_TYPE.

    PRUNING_TYPE: 'unstructured' is shown the entries that are still alive, 'structured' the slices along its
    `dim` that are, 'global' all.

    >>> import retrograd as rg
    >>> class EveryOther(BasePruningMethod):
    ...     PRUNING_TYPE = "unstructured"
    ...     def compute_mask(self, t, default_mask):
    ...         mask = default_mask.clone()
    ...         mask.view(-1)[::2] = 0
    ...         return mask
    >>> layer = rg.nn.Linear(4, 1)
    >>> _ = EveryOther.apply(layer, "weight")
    >>> layer.weight_mask
    tensor([[0., 1., 0., 1.]])
    """

    PRUNING_TYPE = "unstructured"
    _tensor_name: str

    def __call__(self, module: Module, inputs: Any) -> None:
        """The forward pre-hook."""
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask of entries of importance `t`, of which `default_mask` lets some through already."""

    def apply_mask(self, module: Module) -> Tensor:
        """name_mask times name_orig."""
        original = getattr(module, self._tensor_name + "_orig")
        mask = getattr(module, self._tensor_name + "_mask")
        return mask.to(original.dtype) * original  # type: ignore[no-any-return]

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None,
              **kwargs: Any) -> BasePruningMethod:
        """Prune `name` of a module by this method, made of the arguments; returns the hook."""
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        found = _hook(module, name)
        original = getattr(module, name + "_orig" if found else name)
        scores = getattr(module, name) if importance_scores is None else importance_scores
        if tuple(scores.shape) != tuple(original.shape):
            raise ValueError(f"importance_scores should have same shape as parameter {name}: "
                             f"{tuple(scores.shape)} vs {tuple(original.shape)}")
        with no_grad():
            old = getattr(module, name + "_mask") if found else ones_like(original)
            choice = PruningContainer(method) if found else method
            mask = choice.compute_mask(scores.detach(), old).to(original.dtype)
        if found:
            hook = found[1] if isinstance(found[1], PruningContainer) else PruningContainer(found[1])
            hook.add_pruning_method(method)
            method = hook
            del module._forward_pre_hooks[found[0]]
            setattr(module, name + "_mask", mask)
        else:
            del module._parameters[name]
            module.register_parameter(name + "_orig", original)
            module.register_buffer(name + "_mask", mask)
        method(module, ())
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None,
              importance_scores: Tensor | None = None) -> Tensor:
        """t times its mask, without a module."""
        scores = t if importance_scores is None else importance_scores
        mask = self.compute_mask(scores.detach(), ones_like(t) if default_mask is None else default_mask)
        return t * mask.to(t.dtype)

    def remove(self, module: Module) -> None:
        """Make the mask permanent: the parameter holds its zeros. The hook itself stays with the module."""
        name = self._tensor_name
        with no_grad():
            original = getattr(module, name + "_orig")
            original.copy_(self.apply_mask(module))
        for attribute in (name, name + "_orig", name + "_mask"):
            delattr(module, attribute)
        module.register_parameter(name,
                                  original if isinstance(original, Parameter) else Parameter(original))


class PruningContainer(BasePruningMethod):
    """Methods that were applied to one parameter in turn; it can be walked, counted and indexed."""

    def __init__(self, *methods: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        for method in methods:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: Any) -> None:
        """One more, of the same tensor."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if not self._pruning_methods:
            self._tensor_name = method._tensor_name
        if method._tensor_name != self._tensor_name:
            raise ValueError("Can only add pruning methods acting on the parameter named "
                             f"'{self._tensor_name}' to PruningContainer {self}. "
                             f"Found '{method._tensor_name}'")
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, index: Any) -> Any:
        return self._pruning_methods[index]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """`default_mask`, less what the last method leaves out of what that lets through."""
        method = self._pruning_methods[-1]
        if method.PRUNING_TYPE not in ("unstructured", "structured", "global"):
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        mask = default_mask.clone()
        if method.PRUNING_TYPE == "global":
            alive: Any = ...
        elif method.PRUNING_TYPE == "unstructured":
            alive = default_mask == 1
        else:
            dim = getattr(method, "dim", 0) % t.ndim
            kept = default_mask.movedim(dim, 0).reshape(t.shape[dim], -1).sum(1) != 0
            alive = (slice(None),) * dim + (kept,)
        mask[alive] = method.compute_mask(t[alive], default_mask[alive]).to(mask.dtype)
        return mask


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


def _without(default_mask: Tensor, gone: np.ndarray, dim: int | None = None) -> Tensor:
    """The mask with 0 at flat positions, or at slices along dim."""
    mask = np.array(default_mask.numpy())
    if dim is None:
        mask.reshape(-1)[gone] = 0
    else:
        np.moveaxis(mask, dim, 0)[gone] = 0
    return from_numpy(mask)


class Identity(BasePruningMethod):
    """The method of `identity`."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """The mask as it was."""
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """The method of `random_unstructured`."""

    def __init__(self, amount: float) -> None:
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Without `amount` entries drawn at random."""
        return _without(default_mask, stream().permutation(t.numel())[:_count(self.amount, t.numel())])


class L1Unstructured(RandomUnstructured):
    """The method of `l1_unstructured`."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Without the `amount` entries of smallest size."""
        order = np.argsort(np.abs(t.detach().numpy()).reshape(-1), kind="stable")
        return _without(default_mask, order[:_count(self.amount, t.numel())])


class RandomStructured(BasePruningMethod):
    """The method of `random_structured`."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        self.amount, self.dim = amount, dim

    def _sizes(self, rows: np.ndarray) -> np.ndarray:
        return stream().random(len(rows))

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Without the `amount` slices along dim that count least."""
        dim, values = self.dim % t.ndim, t.detach().numpy()
        sizes = self._sizes(np.moveaxis(values, dim, 0).reshape(t.shape[dim], -1))
        gone = np.argsort(sizes, kind="stable")[:_count(self.amount, t.shape[dim])]
        return _without(default_mask, gone, dim)


class LnStructured(RandomStructured):
    """The method of `ln_structured`."""

    def __init__(self, amount: float, n: float, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def _sizes(self, rows: np.ndarray) -> np.ndarray:
        return np.linalg.norm(rows, self.n, axis=1)


class CustomFromMask(BasePruningMethod):
    """The method of `custom_from_mask`."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """What both masks let through."""
        return default_mask * self.mask.detach().to(default_mask.dtype)


def identity(module: Module, name: str) -> Module:
    """A mask that holds nothing back.

    >>> import retrograd as rg
    >>> sorted(identity(rg.nn.Linear(1, 1), "weight").state_dict())
    ['bias', 'weight_mask', 'weight_orig']
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Hold entries back at random.

    >>> import retrograd as rg
    >>> random_unstructured(rg.nn.Linear(4, 1), "weight", 3).weight_mask.sum()
    tensor(1.)
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Module, name: str, amount: float,
                    importance_scores: Tensor | None = None) -> Module:
    """Hold the entries of smallest size back.

    >>> import retrograd as rg
    >>> l1_unstructured(rg.nn.Linear(4, 1), "weight", 0.5).weight_mask.sum()
    tensor(2.)
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Hold slices along dim back at random.

    >>> import retrograd as rg
    >>> random_structured(rg.nn.Linear(4, 2), "weight", 1, 0).weight_mask.sum()
    tensor(4.)
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: Module, name: str, amount: float, n: float, dim: int,
                  importance_scores: Tensor | None = None) -> Module:
    """Hold the slices along dim of smallest n-norm back.

    >>> import retrograd as rg
    >>> ln_structured(rg.nn.Linear(4, 2), "weight", 0.5, 2, 1).weight_mask.sum(0).sort().values
    tensor([0., 0., 2., 2.])
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Hold back where a mask is 0.

    >>> import retrograd as rg
    >>> custom_from_mask(rg.nn.Linear(2, 1), "weight", rg.tensor([[0, 1]])).weight_mask
    tensor([[0., 1.]])
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Iterable[tuple[Module, str]], pruning_method: Any,
                        importance_scores: Any = None, **kwargs: Any) -> None:
    """Hold entries of several parameters back as if they were one; `kwargs` make the method.

    >>> import retrograd as rg
    >>> a, b = rg.nn.Linear(4, 1), rg.nn.Linear(4, 1)
    >>> global_unstructured([(a, "weight"), (b, "weight")], L1Unstructured, amount=3)
    >>> int(a.weight_mask.sum() + b.weight_mask.sum())
    5
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    pairs, scores = list(parameters), importance_scores or {}
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError("Only \"unstructured\" PRUNING_TYPE supported for the `pruning_method`. "
                        f"Found method {pruning_method} of type {method.PRUNING_TYPE}")
    method._tensor_name = ""
    values = [getattr(m, n) if scores.get((m, n)) is None else scores[m, n] for m, n in pairs]
    olds = [getattr(m, n + "_mask", None) for m, n in pairs]
    masks = [ones_like(v) if old is None else old for old, v in zip(olds, values)]
    with no_grad():
        whole = PruningContainer(method).compute_mask(cat([v.detach().reshape(-1) for v in values]),
                                                      cat([mask.reshape(-1) for mask in masks]))
    start = 0
    for (module, name), v in zip(pairs, values):
        custom_from_mask(module, name, whole[start:start + v.numel()].reshape(v.shape))
        start += v.numel()


def remove(module: Module, name: str) -> Module:
    """Make the mask permanent: the parameter holds its zeros.

    >>> import retrograd as rg
    >>> sorted(remove(identity(rg.nn.Linear(1, 1), "weight"), "weight").state_dict())
    ['bias', 'weight']
    """
    found = _hook(module, name)
    if found is None:
        raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be "
                         "removed")
    found[1].remove(module)
    del module._forward_pre_hooks[found[0]]
    return module


def is_pruned(module: Module) -> bool:
    """Whether some module in this one is pruned.

    >>> import retrograd as rg
    >>> is_pruned(rg.nn.Linear(1, 1))
    False
    """
    return any(isinstance(h, BasePruningMethod) for m in module.modules()
               for h in m._forward_pre_hooks.values())
