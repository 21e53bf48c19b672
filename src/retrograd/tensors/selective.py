"""Selective checkpointing: a policy goes in; two contexts come out, for the run that counts and for the one
in backward. What the policy says to save is computed once: in the second run the operation stands on that
value.

Operations are told apart by their name and by how many of that name were recorded before.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from retrograd.base.errors import AutogradError
from retrograd.base.modes import local
from retrograd.engine.evaluate import evaluate
from retrograd.graph.node import Node, recorder, user_line
from retrograd.graph.wrapping import wrap
from retrograd.tensors.node_names import shown
from retrograd.tensors.saving import aside

AGAIN = "a function that does the same when it runs again in backward"


class CheckpointError(AutogradError):
    """A checkpointed function did something else when it ran again."""


class CheckpointPolicy(enum.Enum):
    """What becomes of an operation's result: kept (SAVE, CPU_OFFLOAD) or computed again (RECOMPUTE).

    >>> CheckpointPolicy.MUST_SAVE.value
    0
    """

    MUST_SAVE = 0
    PREFER_SAVE = 1
    MUST_RECOMPUTE = 2
    PREFER_RECOMPUTE = 3
    MUST_CPU_OFFLOAD = 4
    PREFER_CPU_OFFLOAD = 5


class SelectiveCheckpointContext:
    """What a policy is told beside the operation: its result, a tensor that is not computed yet."""

    def __init__(self, *, is_recompute: bool, op_output: Any = None) -> None:
        self.is_recompute, self.op_output = is_recompute, op_output


class _Store:
    """Values that were saved, by operation and number; how many operations of each name were recorded."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, int], Node] = {}
        self.counts: Counter[str] = Counter()


class _Watching:
    """A context in which every operation that is recorded is looked at once, in order."""

    def __init__(self, store: _Store) -> None:
        self.store = store

    def __enter__(self) -> None:
        state = local.state
        self._seen: set[Node] = set()
        self._counts: Counter[str] = Counter()
        self._outer = state.saving[-1] if state.saving else None
        state.saving.append(self)
        state.limit = -1

    def __exit__(self, *error: object) -> None:
        state = local.state
        state.saving.remove(self)
        state.limit = -1 if state.saving else 1
        self._seen.clear()
        if error[0] is None:
            self.finished()

    def recorded(self, node: Node) -> None:
        """A tensor has come to be: what its operation recorded, inputs first."""
        here = recorder.where or user_line()
        todo, order = [node], []
        while todo:
            n = todo.pop()
            if n in self._seen or not n.inputs or n.where is not None and n.where != here:
                continue
            self._seen.add(n)
            order.append(n)
            todo.extend(n.inputs)
        for n in reversed(order):
            name = name_of(n)
            if name not in ("clone", "stop"):           # how arguments are handed over
                self.looked_at(n, name, self._counts[name])
                self._counts[name] += 1
        if self._outer is not None:
            self._outer.recorded(node)

    def saved(self, n: Node) -> Any:
        """What the outer hooks make of a value that a Function keeps."""
        return self._outer.saved(n) if self._outer is not None else None

    def looked_at(self, n: Node, name: str, number: int) -> None:
        """One operation."""
        raise NotImplementedError

    def finished(self) -> None:
        """All were looked at."""


class _Saving(_Watching):
    """The run that counts."""

    def __init__(self, store: _Store, policy: Callable[..., Any]) -> None:
        super().__init__(store)
        self._policy = policy

    def looked_at(self, n: Node, name: str, number: int) -> None:
        with aside():
            told = self._policy(SelectiveCheckpointContext(is_recompute=False, op_output=wrap(n)), name,
                                *[wrap(i) for i in n.inputs])
        if told is True or told in (CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE,
                                    CheckpointPolicy.MUST_CPU_OFFLOAD, CheckpointPolicy.PREFER_CPU_OFFLOAD):
            self.store.values[name, number] = n

    def finished(self) -> None:
        self.store.counts = self._counts


class _Using(_Watching):
    """The run in backward."""

    def looked_at(self, n: Node, name: str, number: int) -> None:
        saved = self.store.values.get((name, number))
        if saved is None or n.value is not None:
            return
        if saved.aval != n.aval:
            raise CheckpointError(f"{name} number {number} was {saved.aval}, and {n.aval} when it ran again",
                                  op="checkpoint", expected=AGAIN)
        evaluate([saved])
        n.value = saved.value

    def finished(self) -> None:
        if self.store.counts != self._counts:
            raise CheckpointError("it recorded other operations when it ran again", op="checkpoint",
                                  expected=AGAIN)


def name_of(n: Node) -> str:
    """The name of an operation as policies know it: 'mm', 'addmm', 'native_layer_norm'.

    >>> import retrograd as rg
    >>> name_of((rg.ones(2, 2) @ rg.ones(2, 2)).node)
    'mm'
    """
    name = shown(n)[0].partition("Backward")[0]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def create_selective_checkpoint_contexts(policy_fn_or_list: Callable[..., Any] | Sequence[Any],
                                         allow_cache_entry_mutation: bool = False) -> tuple[Any, Any]:
    """For `checkpoint(..., context_fn=...)`: the results of some operations are kept.

    A policy is called as policy(context, op, *tensors) with the operation's name ('mm', 'exp', as grad_fn
    has it) and answers with a CheckpointPolicy, or True to keep its result; a list holds names, or functions
    of this library.

    >>> import functools
    >>> import retrograd as rg
    >>> from retrograd.utils.checkpoint import checkpoint
    >>> x = rg.eye(2).requires_grad_()
    >>> contexts = functools.partial(create_selective_checkpoint_contexts, [rg.mm])
    >>> checkpoint(lambda x: (x @ x).exp(), x, use_reentrant=False, context_fn=contexts).sum().backward()
    >>> x.grad
    tensor([[5.4366, 2.0000],
            [2.0000, 5.4366]])
    """
    policy: Any = policy_fn_or_list
    if not callable(policy):
        if not isinstance(policy, (list, tuple, set, frozenset)):
            raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
        wanted = {one if isinstance(one, str) else getattr(one, "__name__", "") for one in policy}
        wanted |= {"mm", "bmm", "mv", "addmm"} if wanted & {"matmul", "linear"} else set()

        def policy(context: Any, op: str, *tensors: Any) -> CheckpointPolicy:
            return CheckpointPolicy.MUST_SAVE if op in wanted else CheckpointPolicy.PREFER_RECOMPUTE
    store = _Store()
    return _Saving(store, policy), _Using(store)
