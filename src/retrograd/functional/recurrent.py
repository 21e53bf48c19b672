"""scan: a function of (carry, x) applied along a first axis, as one loop with derivatives of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NoReturn

from retrograd.autodiff import scan as loops
from retrograd.autodiff.custom import call_p
from retrograd.autodiff.expand import expanded
from retrograd.autodiff.levels import Level
from retrograd.autodiff.loop_back import closed_over
from retrograd.base.errors import ArgumentError, ArgumentTypeError, EvaluationError, MissingError, ShapeError
from retrograd.base.modes import modes
from retrograd.base.pytree import flatten, unflatten
from retrograd.graph.aval import Aval
from retrograd.graph.body import Body, walk
from retrograd.graph.node import PLAIN, TRACKED, Node, bind, hole, line_text
from retrograd.graph.wrapping import TensorBase, wrap
from retrograd.ops.constant import stop

SAVE = ("all", "carry")


def scan(f: Callable[..., Any], init: Any, xs: Any = None, length: int | None = None, *,
         reverse: bool = False, save: str = "all") -> tuple[Any, Any]:
    """A loop over time: carry, y = f(carry, x) for every x along the first axis of xs; the last carry and ys.

        carry = init
        for t in range(length):                 # backwards with reverse=True
            carry, ys[t] = f(carry, xs[t])

    f is called once, to see what a step does; the loop is one node of the graph, whatever its length. `init`,
    `xs` and the ys are tensors, nested in tuples, lists, dicts or None; a step returns a carry of the same
    shapes and dtypes. Without xs give `length`. Derivatives of every order exist, in reverse and forward
    mode, also with respect to tensors that f reads from outside; weights get their gradients as one product
    over all steps where that is possible. `save="all"` keeps what the pullback reads, `"carry"` only the
    carries, and computes the rest again.

    Inside f a value cannot be read (`item`, `if x > 0`: use `where`), and no random numbers are drawn: draw
    them for all steps outside and pass them in xs.

    >>> import retrograd as rg
    >>> last, sums = rg.scan(lambda total, x: (total + x, total + x), rg.zeros(()), rg.tensor([1., 2., 3.]))
    >>> last, sums
    (tensor(6.), tensor([1., 3., 6.]))
    """
    if save not in SAVE:
        raise ArgumentError(f"save is {save!r}", op="scan", expected="'all' or 'carry'")
    carry, of_carry = _nodes(init, "init")
    along, of_xs = _nodes(xs, "xs")
    times = _length(along, length)
    one = [hole(n.shape, n.dtype, _tracked(n)) for n in carry]
    one += [hole(n.shape[1:], n.dtype, _tracked(n)) for n in along]
    with _Tracing("scan", None, "same"):
        out = f(unflatten(of_carry, [wrap(n) for n in one[:len(carry)]]),
                unflatten(of_xs, [wrap(n) for n in one[len(carry):]]))
    if not isinstance(out, tuple) or len(out) != 2:
        raise ArgumentTypeError(f"the function returned a {type(out).__name__}", op="scan",
                                expected="a tuple (carry, y)")
    after, of_after = _nodes(out[0], "the new carry")
    ys, of_ys = _nodes(out[1], "y")
    if of_after != of_carry or [n.aval for n in after] != [n.aval for n in carry]:
        raise ShapeError(f"the carry becomes {_told(after)}, it was {_told(carry)}", op="scan",
                         expected="the same tensors after a step as before",
                         fix="Convert init, or what f returns.")
    body, consts = _body([*after, *ys], one)
    wanted = [*[("last", k) for k in range(len(carry))], *[("each", k) for k in range(len(ys))]]
    found = [wrap(n) for n in loops.scan(body, consts, carry, along, length=times, reverse=reverse,
                                         wanted=wanted, save=save == "all")]
    return unflatten(of_carry, found[:len(carry)]), unflatten(of_ys, found[len(carry):])


State = tuple[Any, ...]


def scan_known(f: Callable[[State, State, State], tuple[State, State]], consts: State, init: State, xs: State,
               *, reverse: bool = False) -> tuple[State, State]:
    """`scan` of a function of tensors alone, carry, ys = f(consts, carry, x), all of them tuples: f, which
    can be hashed and reads nothing else, is looked at once for all tensors of the same shapes and dtypes.

    >>> import retrograd as rg
    >>> def step(consts, carry, x): return (carry[0] * consts[0] + x[0],), ()
    >>> scan_known(step, (rg.tensor(10.),), (rg.tensor(0.),), (rg.tensor([1., 2., 3.]),))
    ((tensor(123.),), ())
    """
    weights, carry, along = ([t.node for t in group] for group in (consts, init, xs))
    body = _known_body(f, *[tuple([n.aval for n in group]) for group in (weights, carry)],
                       tuple([Aval(n.shape[1:], n.dtype) for n in along]))
    wanted = [*[("last", k) for k in range(len(carry))],
              *[("each", k) for k in range(len(body.outputs) - len(carry))]]
    found = [wrap(n) for n in loops.scan(body, weights, carry, along, length=_length(along, None),
                                         reverse=reverse, wanted=wanted)]
    return tuple(found[:len(carry)]), tuple(found[len(carry):])


@lru_cache(maxsize=512)
def _known_body(f: Callable[..., Any], consts: tuple[Aval, ...], carry: tuple[Aval, ...],
                xs: tuple[Aval, ...]) -> Body:
    groups = [[hole(*aval, TRACKED if aval.dtype.smooth else PLAIN) for aval in group]
              for group in (consts, carry, xs)]
    before = modes.grad
    modes.grad = True
    try:
        with _Tracing("scan", None, "same"):
            after, ys = f(*[tuple([wrap(n) for n in group]) for group in groups])
        body, lifted = _body([t.node for t in (*after, *ys)], [n for group in groups for n in group])
    finally:
        modes.grad = before
    assert not lifted, f"{f} reads more than it is given"
    return body


class _Tracing(Level):
    """f is looked at, once for all steps."""

    def drawn(self, counter: Node) -> NoReturn:
        raise EvaluationError("random numbers are drawn inside, and the function is called once for all",
                              op=self.op, fix="Draw them for all steps outside, and pass them in xs.")


def _nodes(tree: Any, name: str) -> tuple[list[Node], Any]:
    leaves, structure = flatten(tree)
    for x in leaves:
        if not isinstance(x, TensorBase):
            raise ArgumentTypeError(f"{name} holds a {type(x).__name__}", op="scan", expected="tensors",
                                    fix="Make one with retrograd.tensor(...).")
    return [x.node for x in leaves], structure


def _tracked(n: Node) -> int:
    return TRACKED if n.dtype.smooth else PLAIN


def _told(nodes: Sequence[Node]) -> str:
    return ", ".join([str(n.aval) for n in nodes]) or "nothing"


def _length(along: Sequence[Node], length: int | None) -> int:
    sizes = {n.shape[0] if n.shape else None for n in along}
    if None in sizes:
        raise ShapeError("xs holds a tensor without dimensions", op="scan",
                         expected="steps along dimension 0")
    if length is not None:
        sizes.add(length)
    if len(sizes) != 1:
        told = f"xs are {_told(along)}, length is {length}" if sizes else "there are neither xs nor a length"
        raise ShapeError(told, op="scan", expected="one number of steps",
                         fix="" if sizes else "Give length=.")
    return sizes.pop()      # type: ignore[return-value]


def _body(roots: Sequence[Node], given: Sequence[Node]) -> tuple[Body, list[Node]]:
    """One step as data, and the nodes that it reads from outside."""
    ends = set(given)
    expanded(roots)
    order = walk(roots, ends)
    consts = closed_over(order, roots, ends)
    known = {*ends, *consts}
    done = {n: n for n in known}
    for n in walk(roots, known):
        if n in known:
            continue
        if n.prim is call_p or n.hooks:
            what = "a hook" if n.hooks else "a function with rules of its own (autograd.Function, checkpoint)"
            raise MissingError(f"{what} inside the function is not there yet", op="scan",
                               fix="Take it out of the loop, or write the loop in Python.",
                               where=line_text(n.where))
        inputs = tuple([done[i] for i in n.inputs])
        # What was recorded without derivative (no_grad) stays so.
        if modes.grad and n.rg == PLAIN and n.prim.differentiable and any([i.rg for i in n.inputs]):
            inputs = tuple([bind(stop, (i,)) if i.rg else i for i in inputs])
        done[n] = n if inputs == n.inputs else \
            Node(n.prim, inputs, n.params, n.shape, n.dtype, n.rg, None, n.where)
    return Body.of([done[r] for r in roots], [*consts, *given]), consts
