"""`torch.jit`: PyTorch's way to compile a function. Here the plain function is compiled already, as it runs.

So `script`, `script_if_tracing` and `ignore` hand back what they are given, and a script that decorates with
them runs. What would have to save or replay a compiled program raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from retrograd.base.errors import MissingError
from retrograd.missing import attribute_error

__all__ = ["Final", "annotate", "export", "ignore", "is_scripting", "is_tracing", "load", "save", "script",
           "script_if_tracing", "trace", "unused"]


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
save = _refusal("save", "Save the state:  retrograd.save(model.state_dict(), path) .")
load = _refusal(
    "load", "Build the model in Python and load its state:  model.load_state_dict(retrograd.load(path)) ."
)


def __getattr__(name: str) -> Any:
    raise attribute_error("jit", name, __all__)
