"""Backward: forward, pullback and whatever is still held as one program, looked up by the forward graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrograd.autodiff.batching import batch, spread
from retrograd.autodiff.reverse import free, pullback, second_time
from retrograd.base.errors import AutogradError, RetrogradError
from retrograd.base.modes import local, modes
from retrograd.engine import ahead, history
from retrograd.engine.evaluate import evaluate, evaluate_each
from retrograd.engine.held import emptied, take_held
from retrograd.engine.known import run
from retrograd.engine.program import programs
from retrograd.graph.node import PLAIN, TRACKED, Node, const_p, freed_p, hole, line_text
from retrograd.ops.gather import parts_of


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
    alone = trace is None and not retain_graph and len(roots) == 1
    through = alone and roots[0].value is None and wrt is None and history.likely(roots[0])
    if through:
        found = history.run(roots, cotangents, None, False)
        if found is not None:
            return found
    if alone and roots[0].value is None:
        try:
            found = run(roots[0], cotangents[0], wrt)
        except RetrogradError:              # perhaps of a bystander: it will say so when it is read
            evaluate_each([n for n in take_held() if n is not roots[0]])
            emptied(local.state)
            found = run(roots[0], cotangents[0], wrt)
        if found is not None:
            return found
    if alone and wrt is None and roots[0].value is not None \
            and cotangents[0].prim is const_p and cotangents[0].params == (1.0,):
        stashed = ahead.take(roots[0])
        if stashed is not None:
            evaluate_each(stashed.held)
            emptied(local.state)
            free(stashed.walked)
            return stashed.gradients
    if trace is None and not through:
        found = history.run(roots, cotangents, wrt, retain_graph)
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
    emptied(local.state)
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


def known_programs() -> dict[str, Any]:
    """Hits and misses of the program cache."""
    return {"hits": programs.hits, "misses": programs.misses}
