"""State dicts: parameters and persistent buffers of a module by dotted name, written out and read back."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from collections.abc import Mapping
from typing import Any

from retrograd.base.modes import no_grad
from retrograd.tensors.parameter import Parameter
from retrograd.tensors.tensor import Tensor

EXTRA_STATE = "_extra_state"


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


def collect(module: Any, destination: Any, prefix: str, keep_vars: bool) -> Any:
    """Write the state of a module and of all below it into `destination`, an ordered dict, and return it.

    >>> from retrograd import nn
    >>> list(collect(nn.Linear(2, 3), None, "layer.", keep_vars=False))
    ['layer.weight', 'layer.bias']
    """
    if destination is None:
        destination = OrderedDict()
        destination._metadata = OrderedDict()
    metadata = {"version": module._version}
    versions = getattr(destination, "_metadata", None)
    if versions is not None:
        versions[prefix[:-1]] = metadata
    for hook in module._state_dict_pre_hooks.values():
        hook(module, prefix, keep_vars)
    module._save_to_state_dict(destination, prefix, keep_vars)
    for name, child in module._modules.items():
        if child is not None:
            child.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
    for hook in module._state_dict_hooks.values():
        replaced = hook(module, destination, prefix, metadata)
        if replaced is not None:
            destination = replaced
    return destination


def save_own(module: Any, destination: Any, prefix: str, keep_vars: bool) -> None:
    """Write the parameters and persistent buffers that a module holds itself.

    They are detached (and share Storage with the module's) unless `keep_vars`.

    >>> from retrograd import nn
    >>> state = {}
    >>> save_own(nn.Linear(2, 3, bias=False), state, "", False)
    >>> list(state)
    ['weight']
    """
    for name, tensor in own_state(module).items():
        if tensor is not None:
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
    if module._has_extra_state("get"):
        destination[prefix + EXTRA_STATE] = module.get_extra_state()


def own_state(module: Any) -> dict[str, Tensor | None]:
    """Parameters, then persistent buffers, of one module without its children.

    >>> from retrograd import nn
    >>> list(own_state(nn.BatchNorm1d(3)))
    ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked']
    """
    hidden = module._non_persistent_buffers_set
    buffers = {name: buffer for name, buffer in module._buffers.items() if name not in hidden}
    return {**module._parameters, **buffers}


def load(module: Any, state_dict: Mapping[str, Any], strict: bool, assign: bool) -> _IncompatibleKeys:
    """Copy (or with `assign` put) the tensors of a state dict into a module; see `Module.load_state_dict`.

    >>> from retrograd import nn
    >>> a, b = nn.Linear(2, 3), nn.Linear(2, 3)
    >>> load(a, b.state_dict(), strict=True, assign=False)
    <All keys matched successfully>
    """
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
    missing: list[str] = []
    unexpected: list[str] = []
    errors: list[str] = []
    versions = getattr(state_dict, "_metadata", None) or {}
    # A copy: hooks of modules rename keys in it.
    remaining: OrderedDict[str, Any] = OrderedDict(state_dict)

    def walk(part: Any, local: Mapping[str, Any], prefix: str) -> None:
        metadata = dict(versions.get(prefix[:-1], {}), assign_to_params_buffers=assign)
        part._load_from_state_dict(local, prefix, metadata, True, missing, unexpected, errors)
        for name, child in part._modules.items():
            if child is not None:
                below = f"{prefix}{name}."
                walk(child, {key: value for key, value in local.items() if key.startswith(below)}, below)
        result = _IncompatibleKeys(missing, unexpected)
        for hook in part._load_state_dict_post_hooks.values():
            if hook(part, result) is not None:
                raise AssertionError(
                    "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to "
                    "return new "
                    "values, if incompatible_keys need to be modified, it should be done inplace."
                )

    walk(module, remaining, "")
    if strict:
        if unexpected:
            errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(unexpected)}. ")
        if missing:
            errors.insert(0, f"Missing key(s) in state_dict: {_quoted(missing)}. ")
    if errors:
        raise RuntimeError(
            "Error(s) in loading state_dict for {}:\n\t{}".format(type(module).__name__, "\n\t".join(errors))
        )
    return _IncompatibleKeys(missing, unexpected)


def load_own(
    module: Any,
    state_dict: Any,
    prefix: str,
    metadata: dict[str, Any],
    strict: bool,
    missing: list[str],
    unexpected: list[str],
    errors: list[str],
) -> None:
    """Copy what belongs to one module itself; append what does not fit to the three lists.

    >>> from retrograd import nn
    >>> missing, unexpected, errors = [], [], []
    >>> load_own(nn.Linear(2, 1), {"w": 0}, "", {}, True, missing, unexpected, errors)
    >>> missing, unexpected, errors
    (['weight', 'bias'], ['w'], [])
    """
    for hook in module._load_state_dict_pre_hooks.values():
        hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors)
    assign = metadata.get("assign_to_params_buffers", False)
    own = own_state(module)
    for name, target in own.items():
        key = prefix + name
        if target is None:
            continue
        if key in state_dict:
            error = _load_one(module, name, key, target, state_dict[key], assign)
            if error is not None:
                errors.append(error)
        elif strict:
            missing.append(key)
    extra_key = prefix + EXTRA_STATE
    if module._has_extra_state("set"):
        if extra_key in state_dict:
            module.set_extra_state(state_dict[extra_key])
        elif strict:
            missing.append(extra_key)
    elif strict and extra_key in state_dict:
        unexpected.append(extra_key)
    if strict:
        leaves = {name for name, target in own.items() if target is not None}
        for key in state_dict:
            if key.startswith(prefix) and key != extra_key:
                first, dot, _ = key[len(prefix) :].partition(".")
                if first not in (module._modules if dot else leaves):
                    unexpected.append(key)


def _load_one(module: Any, name: str, key: str, target: Tensor, value: Any, assign: bool) -> str | None:
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
            f"checkpoint but received {type(value)}"
        )
    if target.dim() == 0 and value.dim() == 1 and value.shape[0] == 1:
        value = value[0]
    if tuple(value.shape) != tuple(target.shape):
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {target.shape}."
        )
    try:
        if assign:
            _assign(module, name, target, value)
        else:
            with no_grad():
                target.copy_(value)
    except Exception as error:
        return (
            f'While copying the parameter named "{key}", whose dimensions in the model are {target.shape} '
            f"and whose dimensions in the checkpoint are {value.shape}, an exception occurred : {error.args}."
        )
    return None


def _assign(module: Any, name: str, target: Tensor, value: Tensor) -> None:
    if isinstance(target, Parameter) and not isinstance(value, Parameter):
        value = Parameter(value, requires_grad=target.requires_grad)
    setattr(module, name, value)


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
