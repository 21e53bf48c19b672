"""The tree that a module is: parameters, buffers and sub-modules by name, registered, looked up and walked.

`Module` adds what it does: calls, modes, conversions, state and hooks.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from retrograd.base.modes import changes
from retrograd.tensors.compiling.picture import Same
from retrograd.tensors.parameter import Buffer, Parameter
from retrograd.tensors.tensor import Tensor

_MISSING = object()
_HOOKS = (
    "_backward_pre_hooks",
    "_backward_hooks",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)
_INNER = {*_HOOKS, "_parameters", "_buffers", "_modules", "_revision", "_non_persistent_buffers_set"}


def _too_early(module: Any, what: str) -> str:
    name = type(module).__name__
    return (f"cannot assign {what} before Module.__init__() call.\n"
            f"    Begin {name}.__init__ with  super().__init__() .")


class Tree:
    """A node of the tree of modules; only `Module` derives from it.

    `_revision` counts what happened to a module that a compiled call of it depends on: an attribute was
    set to something else, a hook came, `train()` or `requires_grad_()` changed it. (`_version` is the
    version of its state-dict format.)

    >>> from retrograd import nn
    >>> layer = nn.Linear(2, 3)
    >>> before = layer._revision
    >>> layer.name = "first"
    >>> layer._revision - before
    1
    """

    _version: int = 1
    training: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            given = (
                f"unexpected keyword argument '{next(iter(kwargs))}'"
                if kwargs
                else f"{len(args)} positional arguments"
            )
            raise TypeError(f"{type(self).__name__}.__init__() got {given}")
        # Straight into __dict__: __setattr__ needs these to be there.
        self.__dict__.update(
            training=True,
            _revision=0,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent_buffers_set=set(),
        )
        for name in _HOOKS:
            self.__dict__[name] = OrderedDict()

    def _revised(self) -> None:
        self.__dict__["_revision"] += 1
        changes.count += 1

    # --- attributes

    def __getattr__(self, name: str) -> Any:
        # Only reached when ordinary lookup failed.
        own = self.__dict__
        for kind in ("_parameters", "_buffers", "_modules"):
            if kind in own and name in own[kind]:
                return own[kind][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def _named(self, name: str) -> Any:
        """`getattr` for what is mostly a parameter: without ordinary lookup failing first."""
        own = self.__dict__["_parameters"]
        return own[name] if name in own else getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if "_parameters" not in own:
            for kind, noun in ((Parameter, "parameters"), (Tree, "module")):
                if isinstance(value, kind):
                    raise AttributeError(_too_early(self, noun))
            object.__setattr__(self, name, value)
            return
        if own.get(name, _MISSING) is value:  # nothing changes: no new revision
            return
        self._revised()
        if isinstance(value, Parameter):
            self._forget(name, keep="_parameters")
            self.register_parameter(name, value)
        elif name in own["_parameters"]:
            self._check_none(value, "parameter", name, "torch.nn.Parameter or None")
            self.register_parameter(name, value)
        elif isinstance(value, Tree):
            self._forget(name, keep="_modules")
            own["_modules"][name] = value
        elif name in own["_modules"]:
            self._check_none(value, "child module", name, "torch.nn.Module or None")
            own["_modules"][name] = value
        elif isinstance(value, Buffer):
            self._forget(name, keep="_buffers")
            self.register_buffer(name, value, value.persistent)
        elif name in own["_buffers"]:
            if not isinstance(value, Tensor):
                self._check_none(value, "buffer", name, "torch.nn.Buffer, torch.Tensor or None")
            own["_buffers"][name] = value
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if not any(name in self.__dict__[kind] for kind in ("_parameters", "_buffers", "_modules")):
            object.__delattr__(self, name)
        self._forget(name)
        self._revised()

    def _forget(self, name: str, keep: str = "") -> None:
        for kind in ("__dict__", "_parameters", "_buffers", "_modules"):
            if kind != keep:
                getattr(self, kind).pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def _check_none(self, value: Any, what: str, name: str, expected: str) -> None:
        if value is not None:
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as {what} '{name}' ({expected} expected)"
            )

    def __dir__(self) -> list[str]:
        names = {*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers}
        return sorted(name for name in names if not name[0].isdigit())

    def _picture(self, picturing: Any) -> Any:
        """What a compiled step that reaches this module depends on (see tensors/compiling/picture.py)."""
        own = self.__dict__
        hooks = [tuple(map(Same, own[name].values())) for name in _HOOKS]
        held = [[(k, picturing.of(v)) for k, v in own[kind].items()]
                for kind in ("_parameters", "_buffers", "_modules")]
        rest = [(k, picturing.of(v)) for k, v in own.items() if k not in _INNER]
        return Same(self), type(self), hooks, held, rest

    def __setstate__(self, values: dict[str, Any]) -> None:
        self.__dict__.update(values)

    # --- registration

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under a name; None reserves the name.

        >>> from retrograd import nn
        >>> layer = nn.Module()
        >>> layer.register_parameter("bias", None)
        >>> layer.bias is None, list(layer.parameters())
        (True, [])
        """
        self._check_name(name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created "
                f"explicitly. To express '{name}' as a function of another Tensor, compute the value in "
                "the forward() method."
            )
        self._parameters[name] = param
        self._revised()

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is not trained; `persistent=False` keeps it out of `state_dict`.

        >>> import retrograd as torch
        >>> from retrograd import nn
        >>> layer = nn.Module()
        >>> layer.register_buffer("mean", torch.zeros(2))
        >>> list(layer.state_dict())
        ['mean']
        """
        self._check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' "
                "(torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(
            name
        )
        self._revised()

    def add_module(self, name: str, module: Tree | None) -> None:
        """Add a child under a name that need not be an attribute name (digits, say).

        >>> from retrograd import nn
        >>> net = nn.Module()
        >>> net.add_module("0", nn.Identity())
        >>> net
        Module(
          (0): Identity()
        )
        """
        if module is not None and not isinstance(module, Tree):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._check_name(name, "module", self._modules)
        self._modules[name] = module
        self._revised()

    register_module = add_module

    def _check_name(self, name: Any, what: str, where: dict[str, Any]) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(_too_early(self, what))
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type(name).__name__}")
        if "." in name:
            got = f", got: {name}" if what == "module" else ""
            raise KeyError(f'{what} name can\'t contain "."{got}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
        if name not in where and getattr(self, name, _MISSING) is not _MISSING:
            raise KeyError(f"attribute '{name}' already exists")

    # --- walking the tree

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tree]]:
        """This module and all below it, with dotted names; a module used twice comes once."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Tree]:
        """This module and all below it."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Tree]]:
        """The modules directly below, with their names."""
        memo = set()
        for name, child in self._modules.items():
            if child is not None and child not in memo:
                memo.add(child)
                yield name, child

    def children(self) -> Iterator[Tree]:
        """The modules directly below."""
        for _, child in self.named_children():
            yield child

    def _named_members(
        self, kind: str, prefix: str, recurse: bool, unique: bool
    ) -> Iterator[tuple[str, Any]]:
        memo = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=unique) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, tensor in module.__dict__[kind].items():
                if tensor is None or id(tensor) in memo:
                    continue
                if unique:
                    memo.add(id(tensor))
                yield (f"{path}.{name}" if path else name), tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The parameters with dotted names; one that is shared comes once, under its first name."""
        yield from self._named_members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """The parameters of this module and of all below it: what an optimiser is given.

        >>> from retrograd import nn
        >>> sum(p.numel() for p in nn.Linear(3, 4).parameters())
        16
        """
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The buffers with dotted names."""
        yield from self._named_members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """The buffers of this module and of all below it."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Tree:
        """The module at a dotted path; the empty path is this module.

        >>> from retrograd import nn
        >>> nn.Sequential(nn.Sequential(nn.Tanh())).get_submodule("0.0")
        Tanh()
        """
        module: Any = self
        for name in target.split(".") if target else ():
            below = getattr(module, name, _MISSING)
            if below is _MISSING:
                raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
            if not isinstance(below, Tree):
                raise AttributeError(f"`{name}` is not an nn.Module")
            module = below
        return module

    def set_submodule(self, target: str, module: Tree, strict: bool = False) -> None:
        """Put a module at a path such as 'encoder.0'; with strict only where one is already."""
        if not target:
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and name not in parent._modules:
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")     # type: ignore[attr-defined]
        if not isinstance(module, Tree):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter at a dotted path."""
        return self._get_tensor(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a dotted path."""
        return self._get_tensor(target, "_buffers", "a buffer")

    def _get_tensor(self, target: str, kind: str, noun: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if getattr(module, name, _MISSING) is _MISSING:
            raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
        if module.__dict__[kind].get(name) is None:
            raise AttributeError(f"`{name}` is not {noun}")
        return module.__dict__[kind][name]
