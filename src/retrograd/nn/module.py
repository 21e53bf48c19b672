"""Module: a tree of parameters, buffers and sub-modules with a forward function, to PyTorch's contract.

The tree itself is `tree.py`; hooks are run in `hooks.py`, state dicts are read and written in `state.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from retrograd.base.modes import no_grad
from retrograd.nn import compiled, state
from retrograd.nn.hooks import RemovableHandle, call_with_hooks, register
from retrograd.nn.tree import Tree
from retrograd.tensors.create import empty
from retrograd.tensors.tensor import Tensor


class Module(Tree):
    """Base of all layers and networks: assign parameters and modules as attributes, write `forward`, call it.

    >>> import retrograd as torch
    >>> from retrograd import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(4, 8)
    ...         self.out = nn.Linear(8, 2)
    ...     def forward(self, x):
    ...         return self.out(torch.relu(self.hidden(x)))
    >>> net = Net()
    >>> tuple(net(torch.zeros(5, 4)).shape)
    (5, 2)
    >>> [name for name, _ in net.named_parameters()]
    ['hidden.weight', 'hidden.bias', 'out.weight', 'out.bias']
    """

    # --- calling

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The computation of the module; every subclass defines it.

        >>> Module()(1)
        Traceback (most recent call last):
        NotImplementedError: Module [Module] is missing the required "forward" function
        """
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        own = self.__dict__  # attributes of a class with __getattr__ cost three times as much
        if (
            own["_forward_hooks"]
            or own["_forward_pre_hooks"]
            or own["_backward_hooks"]
            or own["_backward_pre_hooks"]
        ):
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs)

    # --- changing the tree

    def apply(self, fn: Callable[[Module], None]) -> Self:
        """Call `fn` on every module below, then on this one (how weights are initialised).

        >>> from retrograd import nn
        >>> _ = nn.Sequential(nn.Tanh(), nn.ReLU()).apply(lambda module: print(type(module).__name__))
        Tanh
        ReLU
        Sequential
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set training mode here and below; dropout and batch normalisation read it.

        >>> from retrograd import nn
        >>> nn.Sequential(nn.Dropout()).train(False)[0].training
        False
        """
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """`train(False)`."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze (False) or unfreeze all parameters, here and below."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        for module in self.modules():
            module._revised()
        return self

    def share_memory(self) -> Self:
        """Move parameters and buffers to memory that processes share; see `Tensor.share_memory_`."""
        for t in (*self.parameters(), *self.buffers()):
            t.share_memory_()
        return self

    def type(self, dst_type: Any) -> Self:
        """Convert parameters and buffers to a dtype."""
        return self._apply(lambda t: t.type(dst_type))      # type: ignore[attr-defined]

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Compile this module in place: from now on its calls run as `retrograd.compile(module)` would.

        >>> import retrograd as rg
        >>> layer = rg.nn.Linear(2, 1)
        >>> layer.compile()
        >>> layer(rg.ones(1, 2)).shape, isinstance(layer, rg.nn.Linear)
        (retrograd.Size([1, 1]), True)
        """
        compiled.compile_in_place(self, bool(kwargs.get("fullgraph", False)))

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zeros."""
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.grad is not None:
                if parameter.grad.requires_grad:
                    parameter.grad = parameter.grad.detach()
                parameter.grad.zero_()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace the memory of every parameter, gradient and buffer by what `fn` makes of it."""
        if recurse:
            for child in self.children():
                child._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is None:
                    continue
                # The gradient first: it must never stand beside a parameter of another dtype.
                gradient, parameter.grad = parameter.grad, None
                parameter.data = fn(parameter.data)
                if gradient is not None:
                    parameter.grad = fn(gradient.detach())
            for name, buffer in self._buffers.items():
                if buffer is not None:
                    self._buffers[name] = fn(buffer)
        self._revised()
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert floating-point parameters and buffers in place: `to(dtype)`, `to(device)`, `to(tensor)`.

        >>> import retrograd as torch
        >>> from retrograd import nn
        >>> nn.Linear(2, 3).to(torch.float64).weight.dtype == torch.float64
        True
        """
        # Tensor.to reads the arguments and says what is wrong with them, on a module without parameters too.
        probe = empty(0).to(*args, **kwargs)
        if not probe.dtype.smooth:
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, "
                f"but got desired dtype={probe.dtype}"
            )
        return self._apply(
            lambda tensor: tensor.to(*args, **kwargs) if tensor.dtype.smooth else tensor
        )

    def to_empty(self, *, device: Any = None, recurse: bool = True) -> Self:
        """Every parameter and buffer as new memory without promised values.

        >>> import retrograd as torch
        >>> tuple(torch.nn.Linear(2, 3).to_empty(device="cpu").weight.shape)
        (3, 2)
        """
        return self._apply(lambda tensor: empty(*tensor.shape, dtype=tensor.dtype, device=device), recurse)

    def float(self) -> Self:
        """Floating-point parameters and buffers to float32."""
        return self._apply(lambda tensor: tensor.float() if tensor.is_floating_point() else tensor)

    def double(self) -> Self:
        """Floating-point parameters and buffers to float64."""
        return self._apply(lambda tensor: tensor.double() if tensor.is_floating_point() else tensor)

    def half(self) -> Self:
        """Floating-point parameters and buffers to float16."""
        return self._apply(lambda tensor: tensor.half() if tensor.is_floating_point() else tensor)

    def bfloat16(self) -> Self:
        """Floating-point parameters and buffers to bfloat16."""
        return self._apply(lambda tensor: tensor.bfloat16() if tensor.is_floating_point() else tensor)

    def cpu(self) -> Self:
        """The module itself: Retrograd computes on the CPU."""
        return self

    def cuda(self, device: Any = None) -> Self:  # noqa: ARG002
        """Refused: there is no CUDA device.

        >>> Module().cuda()
        Traceback (most recent call last):
        RuntimeError: Module.cuda: Retrograd computes on the CPU only. Leave .cuda() out.
        """
        raise RuntimeError("Module.cuda: Retrograd computes on the CPU only. Leave .cuda() out.")

    # --- state

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """Parameters and persistent buffers by dotted name; the tensors share memory with the module's.

        >>> from retrograd import nn
        >>> list(nn.Sequential(nn.Linear(2, 3)).state_dict())
        ['0.weight', '0.bias']
        """
        # PyTorch still takes them by position, in this order.
        destination, prefix, keep_vars = args + (destination, prefix, keep_vars)[len(args) :]
        return state.collect(self, destination, prefix, keep_vars)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> state._IncompatibleKeys:
        """Copy a state dict into the parameters and buffers; with `assign`, put its tensors in their place.

        With `strict`, keys that are missing or unexpected are an error. A wrong shape always is.

        >>> from retrograd import nn
        >>> net = nn.Linear(2, 3)
        >>> net.load_state_dict(nn.Linear(2, 3).state_dict())
        <All keys matched successfully>
        """
        return state.load(self, state_dict, strict, assign)

    def get_extra_state(self) -> Any:
        """What a subclass wants to keep in its state dict beside tensors."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. Define both "
            "get_extra_state and set_extra_state in your module."
        )

    def set_extra_state(self, state: Any) -> None:  # noqa: ARG002
        """Take back what `get_extra_state` returned."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. Define both "
            "get_extra_state and set_extra_state in your module."
        )

    def _has_extra_state(self, verb: str) -> bool:
        name = f"{verb}_extra_state"
        return getattr(type(self), name) is not getattr(Module, name)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        state.save_own(self, destination, prefix, keep_vars)

    def _load_from_state_dict(
        self,
        state_dict: Any,
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        state.load_own(
            self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )

    # --- hooks

    def _register(
        self, kind: str, hook: Callable, prepend: bool = False, flags: tuple = ()
    ) -> RemovableHandle:
        self._revised()
        return register(
            getattr(self, kind), hook, prepend=prepend, flags=tuple(getattr(self, f) for f in flags)
        )

    def register_forward_pre_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before forward; what it returns replaces the arguments.

        With `with_kwargs`: `hook(module, args, kwargs)`, which returns None or `(args, kwargs)`.

        >>> from retrograd import nn
        >>> layer = nn.Identity()
        >>> handle = layer.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
        >>> layer(3)
        6
        """
        flags = ("_forward_pre_hooks_with_kwargs",) if with_kwargs else ()
        return self._register("_forward_pre_hooks", hook, prepend, flags)

    def register_forward_hook(
        self, hook: Callable, *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after forward; what it returns replaces the output.

        With `with_kwargs`: `hook(module, args, kwargs, output)`. With `always_call` also when forward raised.
        """
        flags: tuple[str, ...] = ("_forward_hooks_with_kwargs",) if with_kwargs else ()
        flags += ("_forward_hooks_always_called",) if always_call else ()
        return self._register("_forward_hooks", hook, prepend, flags)

    def register_full_backward_pre_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` on the way back; what it returns replaces grad_output."""
        return self._register("_backward_pre_hooks", hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` on the way back; what it returns replaces grad_input.

        >>> import retrograd as torch
        >>> from retrograd import nn
        >>> layer = nn.Linear(2, 1)
        >>> handle = layer.register_full_backward_hook(lambda module, gi, go: print(go[0].tolist()))
        >>> layer(torch.ones(1, 2, requires_grad=True)).sum().backward()
        [[1.0]]
        """
        return self._register("_backward_hooks", hook, prepend)

    register_backward_hook = register_full_backward_hook

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before the state is collected."""
        return self._register("_state_dict_pre_hooks", hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)` when the state is collected."""
        return self._register("_state_dict_hooks", hook)

    _register_state_dict_hook = register_state_dict_post_hook

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors)` first."""
        return self._register("_load_state_dict_pre_hooks", hook)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False
                                           ) -> RemovableHandle:
        """As `register_load_state_dict_pre_hook`, without the module as the first argument."""
        return self.register_load_state_dict_pre_hook(
            hook if with_module else lambda module, *args: hook(*args))

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)` after loading."""
        return self._register("_load_state_dict_post_hooks", hook)

    # --- words

    def _get_name(self) -> str:
        return type(self).__name__

    def extra_repr(self) -> str:
        """What stands between the brackets of `repr`: the arguments of a layer."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        children = [f"({name}): {indent(repr(child))}" for name, child in self._modules.items()]
        return framed(self._get_name(), extra, children)


def framed(name: str, extra: list[str], children: list[str]) -> str:
    """`Name(...)`: on one line when there is only one line to say, else indented.

    >>> framed("Net", [], ["(a): Tanh()"])
    'Net(\\n  (a): Tanh()\\n)'
    """
    if len(extra) <= 1 and not children:
        return f"{name}({''.join(extra)})"
    return f"{name}(\n  " + "\n  ".join(extra + children) + "\n)"


def indent(text: str) -> str:
    """The lines after the first two spaces to the right.

    >>> indent("a\\nb")
    'a\\n  b'
    """
    return text.replace("\n", "\n  ")
