"""Parametrisations: a parameter becomes a function of others, which are what an optimiser moves.

`module.weight` is then computed from `module.parametrizations.weight.original` each time it is read;
assigning to it sets the original through `right_inverse`, where the parametrisation has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from retrograd.base.modes import no_grad
from retrograd.nn.container import ModuleDict, ModuleList
from retrograd.nn.module import Module
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

__all__ = ["ParametrizationList", "cached", "is_parametrized", "register_parametrization",
           "remove_parametrizations"]


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


def _place(module: Module, name: str, tensor: Tensor) -> None:
    """Among the parameters, if it is one, else among the buffers."""
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _inverse(module: Module) -> Any:
    return getattr(module, "right_inverse", None)


class ParametrizationList(ModuleList):
    """The parametrisations of one tensor, first to last, and the original that they start from: `original`,
    or `original0`, `original1`, ... where `right_inverse` of the first gives several tensors.

    >>> from retrograd import nn
    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> [name for name, _ in layer.parametrizations.weight.named_parameters()]
    ['original0', 'original1']
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new: Any = original
        with no_grad():
            for module in reversed(list(self)):
                inverse = _inverse(module)
                try:
                    new = new if inverse is None else inverse(new)
                except NotImplementedError:
                    pass
        if not isinstance(new, (Tensor, list, tuple)):
            raise ValueError("'right_inverse' must return a Tensor or a Sequence of tensors "
                             f"(list, tuple...). Got {type(new).__name__}")
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if isinstance(new, Tensor) else len(new)
        if isinstance(new, Tensor):
            self._keep(original, new)
            _place(self, "original", original)
        for k, part in enumerate(() if self.is_tensor else new):
            fresh = part.detach().clone()
            _place(self, f"original{k}", Parameter(fresh, original.requires_grad)
                   if isinstance(original, Parameter) else fresh)
        if not unsafe:
            _check_like(self(), shape, dtype)

    def _keep(self, original: Tensor, value: Tensor) -> None:
        """The same tensor object with a new value: an optimiser goes on with it."""
        if value.dtype is not original.dtype:
            raise ValueError("When `right_inverse` outputs one tensor, it may not change the dtype.\n"
                             f"original.dtype: {original.dtype}\n"
                             f"right_inverse(original).dtype: {value.dtype}")
        if value is not original:
            original.data = value.detach().clone()

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals so that the parametrised tensor becomes a value."""
        new: Any = value
        with no_grad():
            for module in reversed(list(self)):
                inverse = _inverse(module)
                if inverse is None:
                    raise RuntimeError(
                        f"parametrization {type(module).__name__} does not implement right_inverse.")
                new = inverse(new)
            if self.is_tensor:
                self._keep(self.original, new)
                return
            if len(new) != self.ntensors:
                raise ValueError("'right_inverse' must return a sequence of tensors of length "
                                 f"{self.ntensors}. Got a sequence of length {len(new)}.")
            for k, part in enumerate(new):
                self._keep(getattr(self, f"original{k}"), part)

    def forward(self) -> Tensor:
        """The tensor that the originals give."""
        first, *rest = list(self)
        x = first(*([self.original] if self.is_tensor else
                    [getattr(self, f"original{k}") for k in range(self.ntensors)]))
        for module in rest:
            x = module(x)
        return x  # type: ignore[no-any-return]


def _check_like(result: Any, shape: Any, dtype: Any) -> None:
    if not isinstance(result, Tensor):
        raise ValueError(f"A parametrization must return a tensor. Got {type(result).__name__}.")
    may_not = "Registering a parametrization may not change the"
    unless = "of the tensor, unless `unsafe` flag is enabled."
    if result.dtype is not dtype:
        raise ValueError(f"{may_not} dtype {unless}\nunparametrized dtype: {dtype}\n"
                         f"parametrized dtype: {result.dtype}")
    if result.shape != shape:
        raise ValueError(f"{may_not} shape {unless}\nunparametrized shape: {shape}\n"
                         f"parametrized shape: {result.shape}")


def _copied(module: Any, memo: dict[int, Any]) -> Any:
    replica = module.__new__(type(module))
    memo[id(module)] = replica
    replica.__dict__.update(deepcopy(module.__dict__, memo))
    return replica


def _not_pickled(module: Any) -> Any:
    raise RuntimeError("Serialization of parametrized modules is only supported through state_dict().")


def _with_property(module: Module, name: str) -> None:
    """A class of its own for the module, in which the name is computed."""
    if not is_parametrized(module):
        cls = type(module)
        module.__class__ = type(f"Parametrized{cls.__name__}", (cls,),
                                {"__deepcopy__": _copied, "__getstate__": _not_pickled})
        module.parametrizations = ModuleDict()

    def read(self: Any) -> Any:
        key = id(self), name
        if key in _cache.values:
            return _cache.values[key]
        value = self.parametrizations[name]()
        if _cache.depth:
            _cache.values[key] = value
        return value

    def write(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)
    setattr(type(module), name, property(read, write))


def register_parametrization(module: Module, tensor_name: str, parametrization: Module, *,
                             unsafe: bool = False) -> Module:
    """Make `module.tensor_name` a function of what it was: the parametrisation, a module from tensor to
    tensor.

    It is called each time the tensor is read. It may have `right_inverse(tensor)`, which gives the original
    (or several originals) for a value. Shape and dtype must stay, unless `unsafe`. Several may be registered.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).T
    >>> layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.T).all())
    True
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        many = module.parametrizations[tensor_name]
        if not unsafe:
            before = getattr(module, tensor_name)
            _check_like(parametrization(before), before.shape, before.dtype)
        many.append(parametrization)
        many.unsafe |= unsafe
        return module
    if tensor_name not in module._buffers and tensor_name not in module._parameters:
        raise ValueError(f"Module '{module}' does not have a parameter, a buffer, or a "
                         f"parametrized element with name '{tensor_name}'")
    many = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
    delattr(module, tensor_name)
    _with_property(module, tensor_name)
    module.parametrizations[tensor_name] = many
    return module


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make the tensor a parameter (or buffer) again, with its computed value, or with its original one.

    >>> from retrograd import nn
    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 3))
    >>> sorted(remove_parametrizations(layer, "weight").state_dict())
    ['bias', 'weight']
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    many = module.parametrizations[tensor_name]
    value = getattr(module, tensor_name)
    if many.is_tensor:
        original = many.original
        if leave_parametrized:
            original.data = value.detach().clone()
    elif leave_parametrized:
        original = Parameter(value.detach().clone()) if value.requires_grad else value
    else:
        raise ValueError("Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
                         "parametrized in terms of a sequence of tensors.")
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _place(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a tensor of the module, or any, is parametrised.

    >>> from retrograd import nn
    >>> is_parametrized(nn.Linear(1, 1))
    False
    """
    found = module._modules.get("parametrizations")
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found
