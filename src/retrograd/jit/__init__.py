"""`torch.jit`: PyTorch's way to compile a function. Here the plain function is compiled already, as it runs.

So `script`, `script_if_tracing` and `ignore` hand back what they are given, and a script that decorates with
them runs. What would have to save or replay a compiled program raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from retrograd.base.errors import MissingError
from retrograd.missing import attribute_error

__all__ = ["Final", "Future", "ScriptFunction", "ScriptModule", "annotate", "export", "fork", "freeze",
           "ignore", "is_scripting", "is_tracing", "load", "optimize_for_inference", "save", "script",
           "script_if_tracing", "trace", "trace_module", "unused", "wait"]


def script(obj: Any, *_: Any, **__: Any) -> Any:
    """The function or module as it is: it runs compiled without this.

    >>> @script
    ... def double(x):
    ...     return x * 2
    >>> double(3)
    6
    """
    return obj


script_if_tracing = export = script


def ignore(drop: Any = False, **_: Any) -> Any:
    """As a decorator, with or without arguments: the function as it is.

    >>> @ignore
    ... def one():
    ...     return 1
    >>> one()
    1
    """
    return drop if callable(drop) else script


unused = script


def annotate(the_type: Any, the_value: Any) -> Any:
    """The value.

    >>> annotate(int, 3)
    3
    """
    return the_value


def fork(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Future:
    """func(*args, **kwargs), at once; `wait` hands it out.

    >>> wait(fork(max, 1, 2))
    2
    """
    return Future(func(*args, **kwargs))


def wait(future: Any) -> Any:
    """What `fork` computed."""
    return future.wait()


class Future:
    """A value that is there already.

    >>> Future(3).wait(), Future(3).done()
    (3, True)
    """

    def __init__(self, value: Any) -> None:
        self._value = value

    def wait(self) -> Any:
        """The value."""
        return self._value

    value = wait

    def done(self) -> bool:
        """True."""
        return True


class ScriptModule:
    """PyTorch's compiled modules: nothing here is one, so that isinstance answers False."""


class ScriptFunction:
    """PyTorch's compiled functions: nothing here is one, so that isinstance answers False."""


def freeze(mod: Any, *_: Any, **__: Any) -> Any:
    """The module as it is: what does not change is found when it runs.

    >>> freeze(abs) is abs
    True
    """
    return mod


optimize_for_inference = freeze


def is_scripting() -> bool:
    """False: Python runs.

    >>> is_scripting()
    False
    """
    return False


is_tracing = is_scripting


def _refusal(name: str, fix: str) -> Callable[..., Any]:
    def fn(*_: Any, **__: Any) -> Any:
        raise MissingError("there is no TorchScript here", op=f"jit.{name}", fix=fix)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = "Raises: see the message."
    return fn


trace = _refusal(
    "trace", "Call the model as it is: it runs compiled, and data-dependent branches stay alive."
)
trace_module = _refusal(
    "trace_module", "Call the model as it is: it runs compiled, and data-dependent branches stay alive."
)
save = _refusal("save", "Save the state:  retrograd.save(model.state_dict(), path) .")
load = _refusal(
    "load", "Build the model in Python and load its state:  model.load_state_dict(retrograd.load(path)) ."
)


def __getattr__(name: str) -> Any:
    raise attribute_error("jit", name, __all__)
