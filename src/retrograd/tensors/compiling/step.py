"""A compiled function: its captures, which of them a call can replay, and what happens where none can."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from retrograd.base.config import config
from retrograd.base.errors import CompileError
from retrograd.base.modes import State, local
from retrograd.base.pytree import Structure, flatten, tree_map, unflatten
from retrograd.engine.capture import Capture
from retrograd.engine.evaluate import evaluate
from retrograd.engine.scalars import Number
from retrograd.graph.node import TRACKED
from retrograd.tensors.compiling.check import checked, sampled
from retrograd.tensors.compiling.finish import Differentiable, Refused, complete, finish
from retrograd.tensors.compiling.picture import Same
from retrograd.tensors.compiling.replay import Modes, Replay
from retrograd.tensors.compiling.steady import MISS, Steady, steady
from retrograd.tensors.compiling.watch import Watch
from retrograd.tensors.tensor import Tensor

PATIENCE = 16   # calls before the steady state is tried again
MOST = 16       # captures of one function; a step that differs more often is run plainly


class Compiled:
    """A function that is captured when it is new and replayed when it is known."""

    def __init__(self, fn: Callable[..., Any], fullgraph: bool = False) -> None:
        update_wrapper(self, fn)
        self.fn, self.fullgraph = fn, fullgraph
        self.replays: list[Replay] = []         # the latest used first
        self.plain: tuple[str, str] | None = None       # why it is run plainly: reason and line
        self._recorded: list[tuple[Structure, Modes]] = []
        self._steady: Steady | None = None      # of the replay used last
        self._pause = self._count = 0
        self._lock = threading.RLock()
        self._methods: WeakKeyDictionary[Any, Compiled] = WeakKeyDictionary()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        """As a method: one compiled function an instance."""
        if instance is None:
            return self
        if instance not in self._methods:
            self._methods[instance] = Compiled(self.fn.__get__(instance), self.fullgraph)
        return self._methods[instance]

    def _picture(self, picturing: Any) -> Any:
        """Held by an object that a step reads: what was captured meanwhile changes nothing."""
        return Same(self), picturing.of(self.fn)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns, with every effect on tensors that it has."""
        state = local.state
        if self.plain is not None or state.capture is not None or state.levels or state.detect \
                or config.eager:
            return self.fn(*args, **kwargs)
        with self._lock:
            steady = self._steady
            if steady is not None and not kwargs:
                result = self._stepped(steady, args, state)
                if result is not MISS:
                    return result
            return self._look(args, kwargs, state)

    def _stepped(self, known: Steady, args: Any, state: State) -> Any:
        try:
            return known.step(args, state)
        except BaseException:
            self._steady = None             # an interrupt may have left it half changed
            raise

    def _look(self, args: Any, kwargs: Any, state: State) -> Any:
        """Replay a capture that fits, or make one."""
        self._steady = None
        leaves, structure = flatten((args, kwargs))
        modes = Modes.now(state)
        for k, replay in enumerate(self.replays):
            nodes = replay.fits(leaves, structure, modes)
            values = None if nodes is None else replay.arguments(leaves)
            if nodes is not None and values is not None:
                if k:
                    self.replays.insert(0, self.replays.pop(k))
                if "replay" in config.check:
                    self._count += 1
                    if sampled(self._count):
                        return checked(replay, leaves, partial(replay.run, leaves, nodes, *values),
                                       partial(self.fn, *args, **kwargs))
                if replay.untried and replay.plain_numbers and "replay" not in config.check:
                    replay.untried, nodes = False, None         # the list would make them pass for looked at
                    self._settle(replay, leaves, kwargs, args)
                    result = MISS if self._steady is None else self._stepped(self._steady, args, state)
                    if result is not MISS:
                        return result
                    nodes, self._steady, self._pause = replay.fits(leaves, structure, modes), None, 0
                    if nodes is None:
                        continue
                result = replay.run(leaves, nodes, *values)
                nodes = values = None
                if "replay" not in config.check:
                    self._settle(replay, leaves, kwargs, args)
                return result
        return self._capture(args, kwargs, leaves, structure, state)

    def _settle(self, replay: Replay, leaves: list[Any], kwargs: Any, args: Any) -> None:
        """Try to reach the steady state; not at every call, where somebody looks on all the time."""
        if self._pause:
            self._pause -= 1
        elif not kwargs and len(leaves) == len(args) and all(
                isinstance(a, Tensor) or k in replay.told for k, a in enumerate(args)):
            self._steady = steady(replay, leaves)
            self._pause = 0 if self._steady is not None else PATIENCE

    def _capture(self, args: Any, kwargs: Any, leaves: list[Any], structure: Structure, state: State) -> Any:
        """Run the function once, recording; make the replay of it."""
        reason = self._unfit(leaves)
        if reason is not None:
            if reason:
                self._refused(reason, "")
            return self.fn(*args, **kwargs)
        capture, watch = Capture(), Watch(self.fn)
        evaluate([a.node for a in leaves if isinstance(a, Tensor)])
        numbers = next((found for found in (r.numbered(leaves, structure, Modes.now(state))
                                            for r in self.replays) if found is not None), [])
        handed = {k: capture.numbers.supplied(leaves[k]) for k in numbers}
        if handed:
            args, kwargs = unflatten(structure, [handed.get(k, a) for k, a in enumerate(leaves)])
        capture.begin()
        given = {k: a.node for k, a in enumerate(leaves) if isinstance(a, Tensor)}
        try:
            with watch:
                out = [self.fn(*args, **kwargs)]
        except BaseException:
            if state.capture is capture:
                capture.abandon()
            raise
        capture.end()
        result = tree_map(lambda v: v.value if type(v) is Number else v, out[0]) if handed else out[0]
        try:
            replay, todo = finish(capture, watch, leaves, structure, out, given,
                                  {k: n.place for k, n in handed.items()})
        except Differentiable:
            return result
        except Refused as e:
            capture.abandon()
            self._refused(*e.args)
            return result
        complete(replay, capture, todo)
        capture.numbers.settle()
        if not capture.once:
            self.replays.insert(0, replay)
            del self.replays[MOST:]
        return result

    def _unfit(self, leaves: list[Any]) -> str | None:
        """Why this call cannot be captured: "" if another may, a reason if none can, None if it can."""
        if len(self.replays) >= MOST:
            return f"it was captured {MOST} times and this call differs from all of them"
        for a in leaves:
            if isinstance(a, np.ndarray):
                return "an argument is a NumPy array: hand it over as a tensor"
            if isinstance(a, Tensor) and (a.node.rg == TRACKED or a.node.hooks):
                return ""
        return None

    def _refused(self, reason: str, where: str) -> None:
        self.plain = reason, where
        name = getattr(self.fn, "__qualname__", type(self.fn).__name__)
        if self.fullgraph:
            raise CompileError(f"{name} cannot be replayed: {reason}", op="compile", where=where,
                               fix="Leave fullgraph=True out to run such a step plainly.")
        warnings.warn(f"retrograd.compile: {name} is run plainly from now on, because {reason}"
                      + (f" ({where})" if where else ""), stacklevel=4)
