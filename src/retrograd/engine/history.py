"""A backward through values that are known already (a loss that was looked at in between, the second loss of
a GAN) goes in; where a graph like it was walked before, its program runs without another walk.

The key is the graph as the walk sees it: with the history of known values, and which are known. The program
is made when a key comes a second time; what is walked only once needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrograd.autodiff.reverse import free, pullback
from retrograd.base.config import config
from retrograd.base.errors import RetrogradError
from retrograd.base.listening import listener
from retrograd.base.modes import local
from retrograd.engine.held import emptied, held_of, waiting
from retrograd.engine.known import by_rows, cotangents_of
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program, programs
from retrograd.engine.values import forget
from retrograd.graph.node import Node, const_p
from retrograd.ops.gather import parts_of


class Walk(NamedTuple):
    """What a walk back came to: places are those in the order of its graph."""

    program: Any
    leaves: list[int]       # whose values the program reads
    scalars: list[int]
    asked: list[int]        # that it gives values to
    wrt: list[int]          # whose cotangents it computes, after those
    rows: frozenset[int]
    walked: list[int]       # that are freed


SEEN, ALONE = "seen once", "reads what the graph does not hold"


def run(roots: Sequence[Node], cotangents: Sequence[Node], wrt: Sequence[Node] | None, retain: bool,
        ) -> dict[Node, Node] | None:
    """The cotangents of `wrt` (None: of every leaf) by a program; None where the graph has to be walked."""
    if listener() is not None or config.check or (wrt is not None and len(set(wrt)) < len(wrt)):
        return None
    given = [g for g in cotangents if g.prim is not const_p]
    if any([g.value is None for g in given]):
        return None
    pending = waiting()
    linear = linearize([*roots, *given], pending, through=True, strict=True)
    if not linear.plain:
        return None
    place = linear.place
    held = [n for n in held_of(pending, linear) if n.value is None]
    asked = list(dict.fromkeys([n for n in (*roots, *held) if n.value is None]))
    key = ("history", linear.key, tuple([g.params if g.prim is const_p else None for g in cotangents]),
           None if wrt is None else tuple([place.get(w) for w in wrt]), tuple([place[n] for n in asked]))
    found = programs.get(key)
    if found is None:
        programs.put(key, SEEN)
    if found is None or found is ALONE:
        return None
    if found is SEEN:
        found = _walk(linear, roots, cotangents, wrt, asked)
        programs.put(key, found)
        if found is ALONE:
            return None
    order = linear.order
    known = [order[k].value for k in found.leaves]
    try:
        out = found.program.run(known, [order[k].value for k in found.scalars])
    except RetrogradError:              # perhaps of a bystander: the general way finds out
        return None
    emptied(local.state)
    for k, value in zip(found.asked, out):
        n = order[k]
        n.value = value
        if not n.rg:
            forget(n)
    result = cotangents_of([order[k] for k in found.wrt], found.rows, out[len(found.asked):])
    if not retain:
        free([order[k] for k in found.walked])
    return result


def _walk(linear: Linear, roots: Sequence[Node], cotangents: Sequence[Node], wrt: Sequence[Node] | None,
          asked: Sequence[Node]) -> Any:
    """Walk a graph, and make the program of what was found."""
    place = linear.place
    grads, walked = pullback(roots, cotangents, wrt)
    rows = by_rows(grads) if wrt is None else frozenset()
    parts = [p for g in grads.values() for p in (parts_of(g) if wrt is None else (g,))]
    wanted = [*asked, *parts]
    inner = linearize(wanted)
    read = *inner.leaves, *inner.scalars
    if any([n.value is not None for n in parts]) or not all([n in place for n in read]):
        return ALONE
    return Walk(make_program(wanted, inner.leaves, inner.scalars), [place[n] for n in inner.leaves],
                [place[n] for n in inner.scalars], [place[n] for n in asked], [place[w] for w in grads], rows,
                [place[n] for n in walked if n in place])
