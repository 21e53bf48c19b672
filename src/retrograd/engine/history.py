"""A backward through values that are known already (a loss that was looked at in between, the second loss of
a GAN) goes in; where a graph like it was walked before, its program runs without another walk.

The key is the graph as the walk sees it: with the history of known values, and which are known. The program
is made when a key comes a second time; what is walked only once needs none. A small graph is walked by units
instead (quick.py), and gets its program when it came often: there the walk down is the computation, and no
pullback is written down as nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from retrograd.autodiff.reverse import free, opened, pullback
from retrograd.base.config import config
from retrograd.base.errors import RetrogradError
from retrograd.base.listening import listener
from retrograd.base.modes import local
from retrograd.engine import quick
from retrograd.engine.held import emptied, held_of, waiting
from retrograd.engine.known import by_rows, cotangents_of
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program, programs
from retrograd.engine.reads import LINES, place_of
from retrograd.engine.values import forget
from retrograd.graph.node import TRACKED, Node, const_p, leaf, scalar_p
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


ALONE = "reads what the graph does not hold"      # in the place of a program; a number: how often it was seen


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
    if not linear.plain or not any([n.rg == TRACKED and n.value is not None for n in linear.order]):
        local.state.walks.discard(place_of(roots[0]))
        return None
    if len(local.state.walks) < LINES:
        local.state.walks.add(place_of(roots[0]))
    place = linear.place
    held = [n for n in held_of(pending, linear) if n.value is None]
    asked = list(dict.fromkeys([n for n in (*roots, *held) if n.value is None]))
    key = ("history", linear.key, tuple([g.params if g.prim is const_p else None for g in cotangents]),
           None if wrt is None else tuple([place.get(w) for w in wrt]), tuple([place[n] for n in asked]))
    found = programs.get(key)
    seen = 0 if found is None else found
    if seen.__class__ is int:
        programs.put(key, seen + 1)
        if seen < quick.OFTEN and len(roots) == 1 and wrt is None and not retain:
            served = _by_units(linear, asked, roots[0], cotangents[0])
            if served is not None:
                return served
    if found is None or found is ALONE:
        return None
    if found.__class__ is int:
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


def likely(root: Node) -> bool:
    """Whether the last backward from this line went through known values."""
    return place_of(root) in local.state.walks


def _by_units(linear: Linear, asked: Sequence[Node], root: Node, cotangent: Node) -> dict[Node, Node] | None:
    """Values and gradients of a small graph; None where units do not serve."""
    order = linear.order
    if any([opened(n) for n in order]) or not quick.policy.takes_walk(linear):
        return None
    known = linear._replace(leaves=[n for n in order if n.value is not None and n.prim is not scalar_p])
    values, cotangents, walked = quick.gradients(known, asked, root, cotangent)
    emptied(local.state)
    for n, value in zip(asked, values):
        n.value = value
        if not n.rg:
            forget(n)
    free(walked)
    return {w: leaf(value, w.dtype) for w, value in cotangents.items()}


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
