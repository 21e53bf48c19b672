"""Parametrisations: a parameter of a module becomes a function of others, worked out at each access.

`register_parametrization(module, "weight", P())` moves the parameter to
`module.parametrizations.weight.original`
(or original0, original1, ... if P.right_inverse gives several) and puts a property in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.base.modes import no_grad
from retrograd.nn.container import ModuleDict, ModuleList
from retrograd.nn.module import Module
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor


class _Cache:
    """Values of parametrised parameters inside a `cached()` block."""

    def __init__(self) -> None:
        self.depth = 0
        self.values: dict[tuple[int, str], Any] = {}


_cache = _Cache()


@contextmanager
def cached() -> Iterator[None]:
    """Parametrised parameters are worked out once inside the block.

    >>> with cached():
    ...     pass
    """
    _cache.depth += 1
    try:
        yield
    finally:
        _cache.depth -= 1
        if not _cache.depth:
            _cache.values = {}


class ParametrizationList(ModuleList):
    """The parametrisations of one parameter, one after another, and what they start from."""

    def __init__(self, modules: Any, original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        value: Any = original
        with no_grad():
            for module in reversed(list(self)):
                if hasattr(module, "right_inverse"):
                    value = module.right_inverse(value)
        self.is_tensor = not isinstance(value, (tuple, list))
        self.ntensors = 1 if self.is_tensor else len(value)
        tracked = original.requires_grad
        for name, new in zip(self._names(), [value] if self.is_tensor else value):
            if isinstance(original, Parameter):
                kept = original if new is original else Parameter(new.detach().clone(), requires_grad=tracked)
                self.register_parameter(name, kept)
            else:
                self.register_buffer(name, new)

    def _names(self) -> list[str]:
        return ["original"] if self.is_tensor else [f"original{k}" for k in range(self.ntensors)]

    def right_inverse(self, value: Any) -> None:
        """Set what the parametrisations start from so that they give `value`."""
        with no_grad():
            for module in reversed(list(self)):
                if not hasattr(module, "right_inverse"):
                    raise RuntimeError(f"parametrization {type(module).__name__} does not implement "
                                       f"right_inverse.")
                value = module.right_inverse(value)
            for name, new in zip(self._names(), [value] if self.is_tensor else value):
                getattr(self, name).copy_(new)

    def forward(self) -> Any:
        """The value of the parameter."""
        value = None
        for k, module in enumerate(self):
            value = module(*(getattr(self, n) for n in self._names())) if k == 0 else module(value)
        return value


def _property(name: str) -> property:
    def value(self: Module) -> Any:
        key = (id(self), name)
        if _cache.depth and key in _cache.values:
            return _cache.values[key]
        out = self.parametrizations[name]()
        if _cache.depth:
            _cache.values[key] = out
        return out

    def assign(self: Module, new: Any) -> None:
        self.parametrizations[name].right_inverse(new)
    return property(value, assign)


def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *,
                             unsafe: bool = False
                             ) -> Module:
    """Put a function before a parameter or buffer; further ones are applied after it.

    >>> import retrograd as rg
    >>> class Positive(rg.nn.Module):
    ...     def forward(self, x):
    ...         return x.exp()
    >>> layer = register_parametrization(rg.nn.Linear(2, 1), "weight", Positive())
    >>> bool((layer.weight > 0).all()), list(layer.state_dict())
    (True, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        listed = module.parametrizations[tensor_name]
        if hasattr(parametrization, "right_inverse"):
            with no_grad():
                value = listed()
                before = parametrization.right_inverse(value)
            listed.append(parametrization)
            if all(hasattr(m, "right_inverse") for m in list(listed)[:-1]):
                with no_grad():
                    for m in reversed(list(listed)[:-1]):
                        before = m.right_inverse(before)
                    for name, new in zip(listed._names(), [before] if listed.is_tensor else before):
                        getattr(listed, name).copy_(new)
        else:
            listed.append(parametrization)
        return module
    if tensor_name not in module._parameters and tensor_name not in module._buffers:
        raise ValueError(f"Module '{module}' does not have a parameter, a buffer, or a parametrized element "
                         f"with "
                         f"name '{tensor_name}'")
    original = getattr(module, tensor_name)
    listed = ParametrizationList([parametrization], original, unsafe)
    with no_grad():
        value = listed()
    if not unsafe and (not isinstance(value, Tensor) or value.dtype is not original.dtype
                       or value.shape != original.shape):
        raise ValueError("Registering a parametrization may not change the shape or dtype of the tensor, "
                         "unless "
                         f"`unsafe` flag is enabled: {tuple(original.shape)} became {tuple(value.shape)}")
    delattr(module, tensor_name)
    if not is_parametrized(module):
        base = type(module)
        module.__class__ = type(f"Parametrized{base.__name__}", (base,), {"__module__": base.__module__})
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = listed
    setattr(type(module), tensor_name, _property(tensor_name))
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module, or one of its tensors, is parametrised.

    >>> import retrograd as rg
    >>> is_parametrized(rg.nn.Linear(1, 1))
    False
    """
    found = module._modules.get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Take the functions away: the parameter keeps its value (leave_parametrized), or becomes the original
    again.

    >>> import retrograd as rg
    >>> layer = rg.nn.utils.parametrizations.weight_norm(rg.nn.Linear(2, 1))
    >>> list(remove_parametrizations(layer, "weight").state_dict())
    ['bias', 'weight']
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    listed = module.parametrizations[tensor_name]
    if not listed.is_tensor and not leave_parametrized:
        raise ValueError("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
                         "parametrized "
                         "in terms of a sequence of tensors.")
    first = getattr(listed, listed._names()[0])
    tracked = any(getattr(listed, n).requires_grad for n in listed._names())
    with no_grad():
        value = listed().detach() if leave_parametrized else first
    if isinstance(first, Parameter):
        kept = Parameter(value.detach().clone(), requires_grad=tracked) if leave_parametrized else first
    else:
        kept = value
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module._modules["parametrizations"]
        module.__class__ = type(module).__mro__[1]
    if isinstance(kept, Parameter):
        module.register_parameter(tensor_name, kept)
    else:
        module.register_buffer(tensor_name, kept)
    return module
