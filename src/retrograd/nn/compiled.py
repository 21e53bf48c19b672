"""A module goes in; one that shares everything with it and whose calls are replayed comes out."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from retrograd.nn.tree import Tree
from retrograd.tensors.compiling.step import Compiled


class _Captured:
    """What a compiled module does otherwise than its class; both have one `__dict__`."""

    _orig_mod: Any
    _compiled_call: Any

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._compiled_call(*args, **kwargs)

    def __copy__(self) -> Any:
        raise TypeError("copy the module before it is compiled, or deepcopy this one")

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return compiled_module(deepcopy(self._orig_mod, memo), self._compiled_call.fullgraph)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return compiled_module, (self._orig_mod, self._compiled_call.fullgraph)


def compile_in_place(module: Tree, fullgraph: bool = False) -> None:
    """The same for the module itself: its class becomes the compiled one, over an original that shares its
    `__dict__`."""
    kind = type(module)
    if issubclass(kind, _Captured):
        return
    original = object.__new__(kind)
    object.__setattr__(original, "__dict__", module.__dict__)
    module.__class__ = type(compiled_module(original, fullgraph))


def compiled_module(module: Tree, fullgraph: bool = False) -> Tree:
    """The module under a class of its own: an instance of the module's class, with the same attributes,
    parameters, buffers, hooks and mode (one `__dict__`), whose calls run compiled.

    >>> import retrograd as rg
    >>> layer = rg.nn.Linear(2, 1)
    >>> fast = compiled_module(layer)
    >>> isinstance(fast, rg.nn.Linear), fast.weight is layer.weight, list(fast.state_dict())
    (True, True, ['weight', 'bias'])
    """
    kind = type(module)
    body = {"_orig_mod": module, "_compiled_call": Compiled(module.__call__, fullgraph),
            "__doc__": kind.__doc__, "__module__": kind.__module__}
    twin: Any = object.__new__(type(kind.__name__, (_Captured, kind), body))
    object.__setattr__(twin, "__dict__", module.__dict__)
    return twin
