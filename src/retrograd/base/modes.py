"""Modes of the current thread: whether operations are recorded for differentiation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

ROOM = 1 << 20          # a limit that says: do not look


class State:
    """What belongs to one thread: modes, and the recorder (tensors not computed yet,
    the line backward nodes inherit).

    One object, so that recording an operation looks it up once.
    """

    __slots__ = ("grad", "detect", "where", "pending", "limit", "looked", "made", "capture", "levels",
                 "lines", "ahead", "saving", "no_saving", "reads", "walks")

    def __init__(self) -> None:
        self.grad = True            # record derivatives
        self.detect = False         # detect_anomaly
        self.where: Any = None      # inside a derivative: the forward line
        self.pending: list[Any] = []
        self.limit = 16             # length of `pending` at which it is looked through; below 0: at once
        self.looked = 0             # how many nodes were seen then
        self.made = 0               # bytes of values that came to be since then: what waits may hold them
        self.capture: Any = None
        self.levels: list[Any] = []     # vmap and forward mode in progress, outermost first
        self.ahead: Any = None      # gradients of a loss that was read (engine/ahead.py)
        self.saving: list[Any] = []     # hooks on what backward will read (tensors/saving.py), innermost last
        self.no_saving: str | None = None       # why there shall be none
        self.reads: dict[Any, Any] = {}     # what was read last, by line (engine/reads.py)
        self.walks: set[Any] = set()        # lines whose backward goes through values that were known before
        self.lines: dict[Any, Any] = {}     # what backward found last, by line (engine/again.py)


class Changes:
    """How often something changed that compiled steps depend on and that is no value of a tensor: an
    attribute of a module, a hook, what requires gradients, which memory a tensor stands on."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


changes = Changes()


class _Local(threading.local):
    def __init__(self) -> None:
        self.state = State()


local = _Local()


class _ThreadState:
    """Attributes of the current thread's State, for everything but the hottest path."""

    def __getattr__(self, name: str) -> Any:
        return getattr(local.state, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(local.state, name, value)


modes = _ThreadState()


class _GradMode:
    """A context manager and decorator that sets the grad mode; re-entrant and usable more than once."""

    def __init__(self, value: bool) -> None:
        self._value = value
        self._before: list[bool] = []

    def __enter__(self) -> None:
        state = local.state
        self._before.append(state.grad)
        state.grad = self._value

    def __exit__(self, *exc: object) -> None:
        local.state.grad = self._before.pop()

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        value = self._value

        @wraps(fn)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            state = local.state
            before, state.grad = state.grad, value
            try:
                return fn(*args, **kwargs)
            finally:
                state.grad = before
        return wrapped


class no_grad(_GradMode):
    """Operations inside are not recorded for differentiation: `with no_grad():` or `@no_grad()`.

    >>> import retrograd as rg
    >>> x = rg.ones(2, requires_grad=True)
    >>> with rg.no_grad():
    ...     (x * 2).requires_grad
    False
    """

    def __init__(self, fn: Callable[..., Any] | None = None) -> None:
        super().__init__(False)
        self._fn = fn

    def __new__(cls, fn: Callable[..., Any] | None = None) -> Any:
        if fn is not None:              # @no_grad without parentheses
            return _GradMode(cls._mode)(fn)
        return super().__new__(cls)

    _mode = False


class enable_grad(_GradMode):
    """Operations inside are recorded, also within `no_grad`."""

    def __init__(self, fn: Callable[..., Any] | None = None) -> None:
        super().__init__(True)

    def __new__(cls, fn: Callable[..., Any] | None = None) -> Any:
        if fn is not None:
            return _GradMode(True)(fn)
        return super().__new__(cls)


def recording(make: Callable[..., Any], *args: Any) -> Any:
    """What `make(*args)` gives with gradients recorded, whatever the mode: history that is not to be lost."""
    state = local.state
    before, state.grad = state.grad, True
    try:
        return make(*args)
    finally:
        state.grad = before


class inference_mode(_GradMode):
    """As `no_grad` (mode=True) or `enable_grad` (mode=False)."""

    def __init__(self, mode: bool = True) -> None:
        super().__init__(not mode)


class set_grad_enabled(_GradMode):
    """Set the mode at once; as a context manager, restore the old one at its end."""

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self._outer = modes.grad
        modes.grad = bool(mode)

    def __enter__(self) -> None:
        self._before.append(self._outer)
        modes.grad = self._value

    def __call__(self, fn: Callable[..., Any]) -> Callable[..., Any]:
        modes.grad = self._outer        # as a decorator it changes nothing outside the function
        return super().__call__(fn)


def is_grad_enabled() -> bool:
    """Whether operations are recorded for differentiation in this thread."""
    return modes.grad


def is_inference_mode_enabled() -> bool:
    """False: inference_mode here is no_grad, its tensors can take part in autograd later."""
    return False
