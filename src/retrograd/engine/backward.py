"""Backward: forward, pullback and whatever is still held as one program, looked up by the forward graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from retrograd.autodiff.batching import batch, spread
from retrograd.autodiff.reverse import free, pullback, second_time
from retrograd.base.dtype import int64
from retrograd.base.errors import AutogradError, RetrogradError
from retrograd.base.modes import modes
from retrograd.engine import quick
from retrograd.engine.again import remember
from retrograd.engine.evaluate import evaluate, evaluate_each
from retrograd.engine.families import families
from retrograd.engine.held import held_of, take_held, waiting
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program, programs
from retrograd.engine.quick import policy
from retrograd.graph.graph import topological
from retrograd.graph.node import (
    LEAF,
    PLAIN,
    TRACKED,
    Node,
    const_p,
    freed_p,
    hole,
    leaf,
    line_text,
    recorder,
    release,
)
from retrograd.ops.gather import few_rows, parts_of, scatter_add_p


class _Known(NamedTuple):
    program: Any
    wrt: list[int]          # places in the order of the leaves that get a cotangent
    held: dict[int, int]    # places of the nodes whose values it delivers -> their places in its results
    walked: list[int]       # places of what is freed: what leads from the root to a leaf
    rows: frozenset[int]    # the places in wrt whose cotangents are a few rows of a table, with their places


def gradients(roots: Sequence[Node], cotangents: Sequence[Node], *, wrt: Sequence[Node] | None = None,
              retain_graph: bool = False, create_graph: bool = False) -> dict[Node, Node]:
    """Cotangent nodes of `wrt` (None: of every leaf); computed at once unless `create_graph`. Forward mode in
    progress keeps the graph: tangents go through it to the gradients."""
    retain_graph |= bool(modes.levels)
    trace: list[tuple[Node, Node]] | None = [] if modes.detect else None
    capture = modes.capture
    if create_graph:
        grads = pullback(roots, cotangents, wrt, create_graph=True, trace=trace)[0]
        check_trace(trace or ())
        return grads
    if capture is not None:
        grads, order = pullback(roots, cotangents, wrt)
        again = next((n for n in order if id(n) in capture.freed), None)
        if again is not None:
            raise second_time(again)
        if not retain_graph and modes.capture is capture:       # a hook may have read a value
            capture.walks(order)
        elif not retain_graph:
            evaluate(list(grads.values()))
            free(order)
        return grads
    if trace is None and not retain_graph and len(roots) == 1 and roots[0].value is None:
        try:
            found = _known(roots[0], cotangents[0], wrt)
        except RetrogradError:              # perhaps of a bystander: it will say so when it is read
            evaluate_each([n for n in take_held() if n is not roots[0]])
            recorder.pending.clear()
            found = _known(roots[0], cotangents[0], wrt)
        if found is not None:
            return found
    held = take_held()                      # before the walk, whose list would count as a holder
    grads, order = pullback(roots, cotangents, wrt, trace=trace)
    check_trace(trace or ())
    parts = grads.values() if wrt is not None else [p for g in grads.values() for p in parts_of(g)]
    asked = [*parts, *(r for r in roots if r.prim is not freed_p)]
    try:
        evaluate([*asked, *held])
    except RetrogradError:
        evaluate_each(held)
        evaluate(asked)
    recorder.pending.clear()
    if not retain_graph:
        free(order)
    return grads


def check_trace(trace: Sequence[tuple[Node, Node]]) -> None:
    """Raise at the first cotangent that is nan, in the order of the walk (detect_anomaly)."""
    evaluate([g for _, g in trace])
    for n, g in trace:
        if g.value is not None and np.isnan(g.value).any():
            raise AutogradError(f"the gradient that {n.prim.name} hands on is nan", op="backward",
                                expected="finite numbers (detect_anomaly is on)", where=line_text(n.where))


def batched_gradients(roots: Sequence[Node], cotangents: Sequence[Node], wrt: Sequence[Node], *,
                      retain_graph: bool = False, create_graph: bool = False) -> dict[Node, Node]:
    """`gradients` for many cotangents at once, stacked along a first axis; so are the results."""
    size = cotangents[0].shape[0]
    one = [hole(r.shape, r.dtype, PLAIN if not g.rg else TRACKED) for r, g in zip(roots, cotangents)]
    found, order = pullback(roots, one, wrt, create_graph=create_graph)
    many = batch(list(found.values()), dict(zip(one, cotangents)), size)
    grads = {n: g if batched else spread(g, size) for n, (g, batched) in zip(found, many)}
    if not create_graph:
        evaluate(list(grads.values()))
        if not retain_graph and not modes.levels:
            free(order)
    return grads


def _known(root: Node, g: Node, wrt: Sequence[Node] | None = None) -> dict[Node, Node] | None:
    """Run the program of this backward if its graph is plain; build it when it is new."""
    if g.prim is not const_p and g.value is None:
        return None
    pending = waiting()
    # A cotangent that the user gives is an argument of the program. What waits is often part of the graph,
    # and which of it still does depends on when the list was last looked through: no part of the key.
    linear = linearize([root] if g.prim is const_p else [root, g], pending)
    if not linear.plain:
        return None
    place = linear.place
    held = {place[n]: n for n in held_of(pending, linear) if n is not root}
    key: tuple[Any, ...] = "backward", linear.key, g.params
    if wrt is not None:
        if len(set(wrt)) < len(wrt):
            return None
        key = *key, tuple([place.get(w) for w in wrt])
    latest: _Known | None = programs.get(key)
    if latest is None and wrt is None:
        trace = partial(_walked, linear, root, g, held)
        found = families.find(("backward", g.params, tuple(held)), linear, trace)
        out = None if found is None else found.run([n.value for n in linear.leaves],
                                                   [n.value for n in linear.scalars])
        if found is not None and out is not None:
            pending.clear()
            return _delivered(found.told, linear, root, held, out)
    if latest is None and policy.takes(key, linear, backward=True):
        if wrt is not None:
            return None
        asked = [root, *held.values()]
        values, cotangents, order = quick.gradients(linear, asked, root, g)
        pending.clear()
        for n, value in zip(asked, values):
            n.value = value
            if not n.rg:
                release(n)
        free(order)
        return {w: leaf(value, w.dtype) for w, value in cotangents.items()}
    if latest is not None and all([k in latest.held for k in held]):
        known = latest
        if wrt is None and not known.rows:
            remember(root, linear, pending, held, known)
        tracked = None
    else:
        if latest is not None:          # who holds now one thing, now another, gets a program for all of them
            held.update((k, linear.order[k]) for k in latest.held)
            programs.missed()
        walked = _on_the_way(linear, root)
        grads, order = pullback([root], [g], wrt)
        if wrt is not None:
            walked = [place[n] for n in order]
        rows = _by_rows(grads) if wrt is None else frozenset()
        parts = [p for n in grads.values() for p in (parts_of(n) if rows else (n,))]
        known = _Known(make_program([root, *held.values(), *parts], linear.leaves, linear.scalars),
                       [place[w] for w in grads], {k: j for j, k in enumerate(held, 1)}, walked, rows)
        programs.put(key, known)
        tracked = [n for n in order if n.rg != LEAF]
    out = known.program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    pending.clear()
    return _delivered(known, linear, root, held, out, tracked)


def _delivered(known: _Known, linear: Linear, root: Node, held: dict[int, Node], out: Sequence[Any],
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
    result: dict[Node, Node] = {}
    values = iter(out[1 + len(known.held):])
    for j, k in enumerate(known.wrt):
        w = linear.order[k]
        result[w] = leaf(next(values), w.dtype)
        if j in known.rows:
            inputs = result[w], leaf(next(values), int64)
            result[w] = Node(scatter_add_p, inputs, (0, w.shape[0]), w.shape, w.dtype, PLAIN, None, w.where)
    free(tracked)
    return result


def _by_rows(grads: Mapping[Node, Node]) -> frozenset[int]:
    return frozenset(j for j, g in enumerate(grads.values()) if few_rows(g))


def _on_the_way(linear: Linear, root: Node) -> list[int]:
    """Places of what leads from the root to a leaf."""
    return [linear.place[n] for n in topological([root], tracked=True) if n.rg and n.rg != LEAF]


def _walked(linear: Linear, root: Node, g: Node, held: dict[int, Node], copies: dict[Node, Node]
            ) -> tuple[list[Node], _Known]:
    """The backward of a copy of the graph: its roots, and where they belong."""
    known = _on_the_way(linear, root)
    grads = pullback([copies[root]], [copies.get(g, g)])[0]
    places = {id(copy): linear.place[n] for n, copy in copies.items()}
    asked = [p for n in grads.values() for p in parts_of(n)]
    return [copies[root], *[copies[n] for n in held.values()], *asked], \
        _Known(None, [places[id(w)] for w in grads], {k: j for j, k in enumerate(held, 1)}, known,
               _by_rows(grads))


def known_programs() -> dict[str, Any]:
    """Hits and misses of the program cache."""
    return {"hits": programs.hits, "misses": programs.misses}
