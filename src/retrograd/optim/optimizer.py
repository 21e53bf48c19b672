"""Optimizer: parameters with gradients go in, one program computes all updates, the parameters are rebound.

An optimiser is formulas on tensors, `init_state(p, group)` and `update(p, g, state, group) -> new p`, and on
numbers, `numbers(group, step)`. Nothing is written before everything is computed, so an error or an interrupt
leaves parameters and state as they were.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from functools import partial
from itertools import repeat
from typing import Any

from retrograd.base.modes import enable_grad, modes, no_grad
from retrograd.optim.gather import gather
from retrograd.optim.last import Last
from retrograd.optim.recorded import record_step
from retrograd.optim.state import pack, unpack
from retrograd.optim.step_hooks import (
    Hook,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
    with_step_hooks,
)
from retrograd.tensors import formula
from retrograd.tensors.compiling.picture import Same
from retrograd.tensors.handle import RemovableHandle
from retrograd.tensors.tensor import Tensor

__all__ = ["Optimizer", "register_optimizer_step_post_hook", "register_optimizer_step_pre_hook"]

State = dict[str, Any]
Group = dict[str, Any]


class _Required:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _Required()

_HOOKS = (
    "step_pre",
    "step_post",
    "state_dict_pre",
    "state_dict_post",
    "load_state_dict_pre",
    "load_state_dict_post",
)


class Optimizer:
    """Base of all optimisers: groups of parameters, state, the step as one program, PyTorch's state dicts.

    `params` are tensors, (name, tensor) pairs, or dicts with 'params' and options that override
    `defaults`. An optimiser of the house declares `init_state` and `update`; one of PyTorch's style
    overrides `step`.

    >>> import retrograd as torch
    >>> class Plain(torch.optim.Optimizer):
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, {"lr": lr})
    ...     def update(self, p, g, state, group):
    ...         return p - group["lr"] * g
    >>> w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    >>> (w * w).sum().backward()
    >>> Plain([w], lr=0.25).step()
    >>> w.tolist()
    [0.5, 1.0]
    """

    # Entries of the state that count steps: Python numbers while training (nothing has to be read back
    # from a tensor to compute 1 - beta ** step), tensors in a state dict; the first is the step.
    counters: tuple[str, ...] = ()
    # Further entries that are Python numbers while training.
    plain: tuple[str, ...] = ()
    OptimizerPreHook = OptimizerPostHook = Hook
    declared = False            # whether `numbers` names all numbers of `update`

    defaults: dict[str, Any]
    _last: Last | None
    _optimizer_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_pre_hooks: OrderedDict[int, Callable[..., Any]]
    _optimizer_load_state_dict_post_hooks: OrderedDict[int, Callable[..., Any]]

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.__setstate__({"defaults": defaults})
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + type(params).__name__
            )
        self.state: defaultdict[Any, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list.\n    Layers in a plain list are not "
                             "found: keep them in nn.ModuleList, parameters in nn.ParameterList.")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        # Who writes a formula of his own has not declared its numbers, unless he does.
        if "update" in cls.__dict__:
            cls.declared = "numbers" in cls.__dict__
        # A step that a script wrote itself runs the step hooks too, and schedulers see that it ran.
        if "step" in cls.__dict__:
            cls.step = with_step_hooks(cls.__dict__["step"])      # type: ignore[method-assign]

    # --- the two formulas

    def init_state(self, p: Tensor, group: Group) -> State:  # noqa: ARG002
        """The state of a parameter before its first step."""
        return {}

    def numbers(self, group: Group, step: float) -> dict[str, float]:  # noqa: ARG002
        """The numbers of `update` that are no tensors, by name, at step number `step`.

        They are computed in double precision and handed to `update` in `group`, beside the options, as
        arguments of one program: a schedule changes them freely. A class that declares them looks at options
        in `update` only to ask whether they are set.
        """
        return {}

    def by_rows(self, group: Group) -> bool:  # noqa: ARG002
        """Whether `update` takes the gradient of few rows of a table as it is held (`ops/gather.py`): whether
        rows without a gradient stay as they are."""
        return False

    def update(self, p: Tensor, g: Tensor, state: State, group: Group) -> Tensor:
        """The new value of a parameter; new values of its state are put into `state`."""
        raise NotImplementedError

    # --- the step

    @with_step_hooks
    @no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient; returns what `closure`, called first, returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        if modes.capture is not None:
            self._last = None
            record_step(self, modes.capture)
            return loss
        if self._last is None or not self._last.again():
            self._last = None       # what it refers to counts as looked at
            batches = gather(self)
            plan = formula.run([b.formula(self) for b in batches], self._programs,
                               partial(_registered, self.state))
            self._last = None if plan is None else Last(self, plan, batches)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zeros."""
        for group in self.param_groups:
            if set_to_none and modes.capture is None:       # `p.grad = None` for each, in one call
                deque(map(setattr, group["params"], repeat("_grad"), repeat(None)), 0)
                continue
            for p in group["params"]:
                if set_to_none:
                    p.grad = None
                elif p.grad is not None:
                    if p.grad.requires_grad:
                        p.grad = p.grad.detach()
                    p.grad.zero_()

    # --- groups

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own (layers that are unfrozen later, say).

        >>> import retrograd as torch
        >>> first, second = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
        >>> optimizer = torch.optim.SGD([first], lr=0.1)
        >>> optimizer.add_param_group({"params": [second], "lr": 0.01})
        >>> [group["lr"] for group in optimizer.param_groups]
        [0.1, 0.01]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of "
                "tensors in sets will change between runs. Please use a list instead."
            )
        given = [given] if isinstance(given, Tensor) else list(given)
        names = [entry[0] for entry in given if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in given]
        if names:
            if len(names) != len(params):
                raise ValueError(
                    "all optimizer params should be with/without names. Some param names are missing"
                )
            param_group["param_names"] = names
        param_group["params"] = params
        self._check_params(params)
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(
                    f"parameter group didn't specify a value of required optimization parameter {name}"
                )
            param_group.setdefault(name, default)
        self._check_against_groups(param_group)
        self.param_groups.append(param_group)

    def _check_params(self, params: list[Any]) -> None:
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}"
                )
            if not self.defaults.get("differentiable") and not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        if len(params) != len({id(p) for p in params}):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will "
                "cause an error",
                stacklevel=4,
            )

    def _check_against_groups(self, param_group: Group) -> None:
        named = "param_names" in param_group
        for group in self.param_groups:
            if named != ("param_names" in group):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{'with' if named else 'without'} names to the optimizer"
                )
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if any(id(p) in known for p in param_group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")

    # --- state dicts

    def state_dict(self) -> dict[str, Any]:
        """{'state': by number of the parameter, 'param_groups': options, with numbers for the parameters}.

        >>> import retrograd as torch
        >>> torch.optim.SGD([torch.zeros(1)], lr=0.1).state_dict()["param_groups"][0]["params"]
        [0]
        """
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        result = pack(self.state, self.param_groups, self.counters + self.plain)
        for hook in self._optimizer_state_dict_post_hooks.values():
            replaced = hook(self, result)
            result = result if replaced is None else replaced
        return result

    @no_grad()
    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over options and state; tensors are copied, and cast to the dtype of their parameter."""
        state_dict = dict(state_dict)
        for hook in self._optimizer_load_state_dict_pre_hooks.values():
            replaced = hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        state, groups = unpack(state_dict, self.param_groups, self.counters + self.plain)
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._programs = formula.Programs()
        self._last = None
        for name in _HOOKS:
            self.__dict__.setdefault(f"_optimizer_{name}_hooks", OrderedDict())

    def __deepcopy__(self, memo: dict) -> Optimizer:
        copy = type(self).__new__(type(self))
        memo[id(self)] = copy
        copy.__setstate__(deepcopy(self.__getstate__(), memo))
        return copy

    # --- hooks

    @staticmethod
    def profile_hook_step(func: Callable) -> Callable:
        """As a decorator of a step of one's own: with the hooks around it.

        >>> import retrograd as torch
        >>> callable(torch.optim.Optimizer.profile_hook_step(lambda self: None))
        True
        """
        return with_step_hooks(func)

    def _register(self, name: str, hook: Callable, prepend: bool = False) -> RemovableHandle:
        hooks = getattr(self, f"_optimizer_{name}_hooks")
        handle = RemovableHandle(hooks, hook)
        if prepend:
            hooks.move_to_end(handle.id, last=False)
        return handle

    def register_step_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before every step; it may return new (args, kwargs)."""
        return self._register("step_pre", hook)

    def register_step_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        return self._register("step_post", hook)

    def register_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict`."""
        return self._register("state_dict_pre", hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` after `state_dict`; it may return another."""
        return self._register("state_dict_post", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` before loading; it may return another."""
        return self._register("load_state_dict_pre", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(optimizer)` after loading."""
        return self._register("load_state_dict_post", hook, prepend)

    def _picture(self, picturing: Any) -> Any:
        """What a compiled step that reads this optimiser depends on (see tensors/compiling/picture.py)."""
        if type(self).step is Optimizer.step:
            picturing.optimizers.append(self)       # its step says what it depends on: `record_step`
            return Same(self)
        picturing.silent = True
        return Same(self), picturing.of(self.param_groups), picturing.of(dict(self.state))

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for index, group in enumerate(self.param_groups):
            text += f"\nParameter Group {index}\n"
            text += "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
        return text + ")"


def _registered(state: defaultdict[Any, State], item: formula.Item) -> list[formula.Change]:
    """The state of a parameter whose first step this is."""
    return [] if state.get(item.p) is item.state else [(state.__setitem__, item.p, item.state)]
