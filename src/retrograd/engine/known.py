"""The backward of a graph is looked up by the forward graph and run; where it is new its program is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from retrograd.autodiff.expand import must_expand
from retrograd.autodiff.reverse import free, pullback
from retrograd.autodiff.rules import residuals
from retrograd.base.collector import uncollected
from retrograd.base.dtype import int64
from retrograd.base.modes import local
from retrograd.engine import quick
from retrograd.engine.again import remember
from retrograd.engine.families import families
from retrograd.engine.held import emptied, held_of, waiting
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program, programs
from retrograd.engine.quick import policy
from retrograd.graph.graph import topological
from retrograd.graph.node import LEAF, PLAIN, TRACKED, Node, const_p, leaf, release
from retrograd.ops.gather import few_rows, parts_of, scatter_add_p


class Known(NamedTuple):
    """A program, and where its results belong."""

    program: Any
    wrt: list[int]          # places in the order of the leaves that get a cotangent
    held: dict[int, int]    # places of the nodes whose values it delivers -> their places in its results
    walked: list[int]       # places of what is freed: what leads from the root to a leaf
    rows: frozenset[int]    # the places in wrt whose cotangents are a few rows of a table, with their places
    kept: tuple[int, ...] = ()      # places in held of what another backward will read, and this one frees


def run(root: Node, g: Node, wrt: Sequence[Node] | None = None) -> dict[Node, Node] | None:
    """Run the program of this backward if its graph is plain; build it when it is new."""
    if g.prim is not const_p and g.value is None:
        return None
    pending = waiting()
    # A cotangent that the user gives is an argument of the program. What waits is often part of the graph,
    # and which of it still does depends on when the list was last looked through: no part of the key.
    linear = linearize([root] if g.prim is const_p else [root, g], pending, strict=True)
    if not linear.plain:
        return None
    place = linear.place
    held = {place[n]: n for n in held_of(pending, linear) if n is not root}
    key: tuple[Any, ...] = "backward", linear.key, g.params
    if wrt is not None:
        if len(set(wrt)) < len(wrt):
            return None
        key = *key, tuple([place.get(w) for w in wrt])
    latest: Known | None = programs.get(key)
    kept = _read_elsewhere(linear, root, held) if latest is None else latest.kept
    held.update((k, linear.order[k]) for k in kept)
    if latest is None and wrt is None and not kept:
        trace = partial(_walked, linear, root, g, held)
        found = families.find(("backward", g.params, tuple(held)), linear, trace)
        out = None if found is None else found.run([n.value for n in linear.leaves],
                                                   [n.value for n in linear.scalars])
        if found is not None and out is not None:
            emptied(local.state)
            return _delivered(found.told, linear, root, held, out)
    if latest is None and policy.takes(key, linear, backward=True):
        if wrt is not None:
            return None
        asked = [root, *held.values()]
        values, cotangents, order = quick.gradients(linear, asked, root, g)
        emptied(local.state)
        for n, value in zip(asked, values):
            n.value = value
            if not n.rg:
                release(n)
        free(order)
        return {w: leaf(value, w.dtype) for w, value in cotangents.items()}
    known, tracked = _program(latest, key, linear, root, g, held, wrt, kept)
    if tracked is None and wrt is None and not known.rows and not kept:
        remember(root, linear, pending, held, known)
    out = known.program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    emptied(local.state)
    return _delivered(known, linear, root, held, out, tracked)


@uncollected()
def _program(latest: Known | None, key: Any, linear: Linear, root: Node, g: Node, held: dict[int, Node],
             wrt: Sequence[Node] | None = None, kept: tuple[int, ...] = ()
             ) -> tuple[Known, list[Node] | None]:
    """The program that was found, if it delivers what is held; else a new one, and the nodes it walked."""
    if latest is not None and all([k in latest.held for k in held]):
        return latest, None
    if latest is not None:          # who holds now one thing, now another, gets a program for all of them
        held.update((k, linear.order[k]) for k in latest.held)
        programs.missed()
    place = linear.place
    walked = on_the_way(linear, root)
    grads, order = pullback([root], [g], wrt)
    if wrt is not None:
        walked = [place[n] for n in order]
    rows = by_rows(grads) if wrt is None else frozenset()
    parts = [p for n in grads.values() for p in (parts_of(n) if rows else (n,))]
    known = Known(make_program([root, *held.values(), *parts], linear.leaves, linear.scalars),
                  [place[w] for w in grads], {k: j for j, k in enumerate(held, 1)}, walked, rows, kept)
    programs.put(key, known)
    return known, [n for n in order if n.rg != LEAF]


def _read_elsewhere(linear: Linear, root: Node, held: Mapping[int, Node]) -> tuple[int, ...]:
    """Places of the values that derivatives of what waits beside this graph will read, and that could not be
    computed any more once this graph is freed: a loss of x.detach() where x is freed with another loss."""
    if not any([n.rg == TRACKED for n in held.values()]):
        return ()
    walked = set(on_the_way(linear, root))
    order = linear.order
    beside = [n for k, n in enumerate(order) if n.rg == TRACKED and k not in walked and n.value is None]
    if not beside:
        return ()
    gone: set[Node] = {order[k] for k in walked if order[k].value is None}
    found: set[int] = set()
    lost = set(gone)
    for n in order:
        if n.value is None and not lost.isdisjoint(n.inputs):
            lost.add(n)
    for n in beside:
        for r in n.inputs if must_expand(n) else residuals(n):
            if r in lost and r not in gone and r is not n:
                found.add(linear.place[r])
    return tuple(sorted(found))


def unfinished(root: Node, g: Node) -> tuple[Linear, Known, dict[Node, Node]] | None:
    """Run the program of this backward, if there is one or is to be one, and free nothing: the graph, what
    was run, and the gradients."""
    pending = waiting()
    linear = linearize([root], pending, strict=True)
    if not linear.plain:
        return None
    held = {linear.place[n]: n for n in held_of(pending, linear) if n is not root}
    key = "backward", linear.key, g.params
    latest: Known | None = programs.get(key)
    if latest is None and policy.takes(key, linear, backward=True):
        return None
    kept = _read_elsewhere(linear, root, held) if latest is None else latest.kept
    held.update((k, linear.order[k]) for k in kept)
    known, _ = _program(latest, key, linear, root, g, held, None, kept)
    out = known.program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    return linear, known, _delivered(known, linear, root, held, out, ())


def _delivered(known: Known, linear: Linear, root: Node, held: dict[int, Node], out: Sequence[Any],
               tracked: Sequence[Node] | None = None) -> dict[Node, Node]:
    """Put the results of a program where they belong."""
    if tracked is None:
        tracked = [linear.order[k] for k in known.walked]
    root.value = out[0]
    if not root.rg:
        release(root)
    for k, n in held.items():
        n.value = out[known.held[k]]
        if not n.rg:
            release(n)
    result = cotangents_of([linear.order[k] for k in known.wrt], known.rows, out[1 + len(known.held):])
    free(tracked)
    return result


def cotangents_of(wrt: Sequence[Node], rows: frozenset[int], out: Sequence[Any]) -> dict[Node, Node]:
    """The cotangents that a program computed; those at the places `rows` are a few rows of a table."""
    result: dict[Node, Node] = {}
    values = iter(out)
    for j, w in enumerate(wrt):
        result[w] = leaf(next(values), w.dtype)
        if j in rows:
            inputs = result[w], leaf(next(values), int64)
            result[w] = Node(scatter_add_p, inputs, (0, w.shape[0]), w.shape, w.dtype, PLAIN, None, w.where)
    return result


def by_rows(grads: Mapping[Node, Node]) -> frozenset[int]:
    """Places of the cotangents that are a few rows."""
    return frozenset(j for j, g in enumerate(grads.values()) if few_rows(g))


def on_the_way(linear: Linear, root: Node) -> list[int]:
    """Places of what leads from the root to a leaf."""
    return [linear.place[n] for n in topological([root], tracked=True) if n.rg and n.rg != LEAF]


def _walked(linear: Linear, root: Node, g: Node, held: dict[int, Node], copies: dict[Node, Node]
            ) -> tuple[list[Node], Known]:
    """The backward of a copy of the graph: its roots, and where they belong."""
    known = on_the_way(linear, root)
    grads = pullback([copies[root]], [copies.get(g, g)])[0]
    places = {id(copy): linear.place[n] for n, copy in copies.items()}
    asked = [p for n in grads.values() for p in parts_of(n)]
    return [copies[root], *[copies[n] for n in held.values()], *asked], \
        Known(None, [places[id(w)] for w in grads], {k: j for j, k in enumerate(held, 1)}, known,
              by_rows(grads))
