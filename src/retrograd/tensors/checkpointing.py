"""Checkpointing: activations of a part of the network are computed again in backward, not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from retrograd.autodiff.custom import record_call
from retrograd.autodiff.forward import pushforward
from retrograd.autodiff.levels import Level
from retrograd.autodiff.reverse import pullback
from retrograd.autodiff.walk import order_between
from retrograd.base.errors import ArgumentError, ArgumentTypeError
from retrograd.base.modes import enable_grad, modes, no_grad
from retrograd.base.pytree import Structure, flatten, unflatten
from retrograd.engine.random import default_generator
from retrograd.graph.node import LEAF, PLAIN, Node, bind, line_text, recorder, release
from retrograd.graph.wrapping import TensorBase
from retrograd.ops.constant import stop
from retrograd.ops.linear import alias_p
from retrograd.tensors.selective import AGAIN, CheckpointError
from retrograd.tensors.tensor import Tensor


def noop_context_fn() -> tuple[Any, Any]:
    """Two contexts that do nothing: the default of context_fn.

    >>> with noop_context_fn()[0]:
    ...     pass
    """
    return nullcontext(), nullcontext()


def checkpoint(function: Callable[..., Any], *args: Any, use_reentrant: bool | None = None,
               context_fn: Any = None, preserve_rng_state: bool = True, determinism_check: str = "default",
               debug: bool = False, early_stop: bool = True, **kwargs: Any) -> Any:
    """function(*args, **kwargs), its intermediate values not kept: backward runs the function once more.

    The gradients are those of a plain call, also of parameters that the function finds elsewhere than in its
    arguments. Dropout draws the same numbers again (preserve_rng_state). What the function does on the side
    (counters, prints, running statistics) happens twice. context_fn() gives two contexts, for the first run
    and for the one in backward. determinism_check="none" leaves out the comparison of the outputs' shapes.
    use_reentrant, debug and early_stop are accepted for PyTorch's sake: there is one kind here, which works
    whether or not an argument requires grad.

    >>> import retrograd as rg
    >>> from retrograd.utils.checkpoint import checkpoint
    >>> x = rg.tensor([1., 2.], requires_grad=True)
    >>> checkpoint(lambda x: (x * x) ** 2, x, use_reentrant=False).sum().backward()
    >>> x.grad
    tensor([ 4., 32.])
    """
    if determinism_check not in ("default", "none"):
        raise ArgumentError(f"determinism_check is {determinism_check!r}", op="checkpoint",
                            expected="'default' or 'none'")
    if use_reentrant and (kwargs or context_fn not in (None, noop_context_fn) or debug):
        raise ArgumentError("keyword arguments, context_fn and debug go with use_reentrant=False",
                            op="checkpoint", got=", ".join(kwargs))
    if not modes.grad:
        return function(*args, **kwargs)
    leaves, structure = flatten((args, kwargs))
    given = list(dict.fromkeys(x.node for x in leaves if isinstance(x, TensorBase)))
    state = default_generator.get_state()
    first, again = (context_fn or noop_context_fn)()
    # The level: a value that is read keeps its history, see _sources.
    with first, no_grad(), Level("checkpoint", None, "same"):
        out = function(*args, **kwargs)
    outs, shape = flatten(out)
    places = [k for k, y in enumerate(outs) if isinstance(y, TensorBase)]
    values = [outs[k].node for k in places]
    inputs = (*given, *_sources(values, given))
    if not values or not any(n.rg for n in inputs):
        return out
    segment = _Segment(function, structure, [x.node if isinstance(x, TensorBase) else x for x in leaves],
                       given, inputs, len(values), state if preserve_rng_state else None, again,
                       determinism_check == "default")
    values = [bind(stop, (v,)) if v.rg else v for v in values]
    for k, n in zip(places, record_call(segment, inputs, values, [True] * len(values), inputs)):
        outs[k] = Tensor(n)
    return unflatten(shape, outs)


def _sources(values: Sequence[Node], given: Sequence[Node]) -> list[Node]:
    """What the function read beside its arguments and must have a gradient: parameters, captured activations.

    It ran without gradients, so whatever is tracked was there before.
    """
    found: dict[Node, None] = {}
    seen = set(given)
    stack = list(reversed(values))
    while stack:
        n = stack.pop()
        if n in seen:
            continue
        seen.add(n)
        if n.rg:
            found[n] = None
        elif n.prim.differentiable:
            stack.extend(reversed(n.inputs))
            if n.value is not None and n.inputs and not modes.levels:
                release(n)
    return list(found)


class _Segment:
    """One checkpointed call as autodiff sees it: arguments, and how to run it again."""

    def __init__(self, function: Callable[..., Any], structure: Structure, leaves: Sequence[Any],
                 given: Sequence[Node], inputs: tuple[Node, ...], outputs: int, state: Any,
                 context: Any, check: bool) -> None:
        self.function, self.structure, self.leaves = function, structure, list(leaves)
        self.given, self.sources = list(given), inputs[len(given):]
        self.outputs, self.state, self.context, self.check = outputs, state, context, check

    def _again(self) -> tuple[list[Node], list[Node]]:
        """(outputs, aliases of the arguments) of a second run, with derivatives."""
        for n in self.sources:
            owner = n.owner() if n.owner is not None else None
            if owner is not None and owner.node is not n:
                raise self._differs("a parameter was changed between forward and backward")
        with self.context, enable_grad(), self._numbers():
            alias = {n: bind(alias_p, (n,)) for n in self.given}
            fresh = [Tensor(alias[x]) if isinstance(x, Node) else x for x in self.leaves]
            args, kwargs = unflatten(self.structure, fresh)
            outs = [y.node for y in flatten(self.function(*args, **kwargs))[0] if isinstance(y, TensorBase)]
        if len(outs) != self.outputs:
            raise self._differs(
                f"the function returned {self.outputs} tensors, and {len(outs)} when it ran again"
            )
        return outs, [alias[n] for n in self.given]

    @contextmanager
    def _numbers(self) -> Iterator[None]:
        """The random numbers of the first run."""
        if self.state is None:
            yield
            return
        now = default_generator.get_state()
        default_generator.set_state(self.state)
        try:
            yield
        finally:
            default_generator.set_state(now)

    def _differs(self, why: str) -> CheckpointError:
        return CheckpointError(why, op="checkpoint", where=line_text(recorder.where),
                             expected=AGAIN)

    def pullback(self, cotangents: list[Node | None]) -> list[Node | None]:
        """Run again, and walk back."""
        create_graph = modes.grad
        outs, aliases = self._again()
        # The function may reach an argument past its parameter (a closure), so arguments themselves are ends
        # too.
        ends = [*(a for a in aliases if a.rg), *self.sources, *(n for n in self.given if n.rg)]
        pairs = [(y, g) for y, g in zip(outs, cotangents) if g is not None and y.rg]
        for y, g in pairs:
            if self.check and y.shape != g.shape:
                raise self._differs(f"an output had shape {g.shape}, and {y.shape} when it ran again")
        found = pullback(
            [y for y, _ in pairs], [g for _, g in pairs], ends, create_graph=create_graph, ends=True
        )[0]
        self._settle(outs, frozenset(ends), create_graph)
        shares = [_sum(found.get(a), found.get(n)) for a, n in zip(aliases, self.given)]
        return [*shares, *(found.get(n) for n in self.sources)]

    def _settle(self, outs: Sequence[Node], ends: frozenset[Node], create_graph: bool) -> None:
        """Nobody will differentiate the second run again: its values need not be kept."""
        inside = [n for n in order_between([y for y in outs if y.rg], ends, tracked=True) if n not in ends]
        strangers = [n for n in inside if n.rg == LEAF]
        if any(n.owner is not None and n.owner() is not None for n in strangers):
            raise self._differs("the function read a parameter that it did not read the first time")
        if not create_graph and not strangers:
            for n in inside:
                n.rg = PLAIN

    def pushforward(self, tangents: list[Node | None]) -> list[Node | None]:
        """Run again, and walk up."""
        with Level("checkpoint", None, "same"):
            outs, aliases = self._again()
            known = {n: t for n, t in zip((*self.given, *self.sources), tangents) if t is not None}
            known.update({a: t for a, t in zip(aliases, tangents) if t is not None})
            return pushforward(outs, known)


def _sum(a: Node | None, b: Node | None) -> Node | None:
    if a is None or b is None:
        return b if a is None else a
    return a + b


def checkpoint_sequential(functions: Any, segments: int, input: Any, use_reentrant: bool | None = None,
                          **kwargs: Any) -> Any:
    """A chain of modules in `segments` pieces, all but the last of them checkpointed.

    >>> import retrograd as rg
    >>> from retrograd.utils.checkpoint import checkpoint_sequential
    >>> chain = rg.nn.Sequential(rg.nn.Tanh(), rg.nn.ReLU(), rg.nn.Tanh())
    >>> checkpoint_sequential(chain, 2, rg.zeros(2), use_reentrant=False)
    tensor([0., 0.])
    """
    preserve = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ArgumentTypeError(
            "unexpected keyword arguments", op="checkpoint_sequential", got=", ".join(kwargs)
        )
    chain = list(functions)
    if not 1 <= segments <= max(len(chain), 1):
        raise ArgumentError(f"{segments} segments of {len(chain)} functions", op="checkpoint_sequential",
                            expected="between 1 and the number of functions")

    def run(start: int, end: int) -> Callable[..., Any]:
        def forward(x: Any) -> Any:
            for fn in chain[start:end]:
                x = fn(x)
            return x
        return forward

    size = len(chain) // segments
    for start in range(0, size * (segments - 1), size):
        input = checkpoint(
            run(start, start + size), input, use_reentrant=use_reentrant, preserve_rng_state=preserve
        )
    return run(size * (segments - 1), len(chain))(input)
