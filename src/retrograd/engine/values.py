"""Nodes that are asked for get their values: by a known program where the graph is plain, node by node where
a derivative may still be asked."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from retrograd.autodiff.custom import call_p, kept_by
from retrograd.autodiff.expand import expanded, must_expand
from retrograd.autodiff.rules import residuals
from retrograd.base.config import config
from retrograd.base.errors import EvaluationError
from retrograd.base.modes import local, modes
from retrograd.engine import ahead, quick, reads
from retrograd.engine.families import families
from retrograd.engine.held import emptied, held_of, prune, waiting
from retrograd.engine.linearize import Linear, linearize
from retrograd.engine.program import make_program, programs
from retrograd.engine.quick import policy
from retrograd.graph.graph import topological
from retrograd.graph.node import TRACKED, Node, const_p, line_text, made, release


def compute(roots: list[Node]) -> None:
    """Give every root its value; none has one yet, and none comes twice."""
    state = local.state
    last = roots[-1]
    if len(roots) == 1:
        if ahead.may_read(last) and ahead.read(last, state):
            return
        if reads.read(last, state):
            return
    linear = linearize(roots)
    # What somebody holds on the way is stored too, or it would be computed again at its own turn; and held
    # parts of what is not stored, which cost no more than to put them down.
    held = _held_on_the_way(linear, roots)
    stored = {*roots, *held}
    parts = [p for p in waiting() if p not in linear.place and _cut_from(p, linear, stored)]
    if parts:
        del linear, held
        stored.clear()
        linear = linearize(roots, parts)
        del parts                       # nothing but `linear` refers to what is counted
        held = _held_on_the_way(linear, roots)
    roots += held
    if any(n.rg == TRACKED for n in linear.order if n.value is None):
        del linear
        _evaluate_keeping(roots, last)
        return
    key = "value", linear.key, tuple([linear.place[n] for n in held])
    values = _program_values(key, linear, roots, last)
    for r, value in zip(roots, values):
        r.value = value
        forget(r)
    made(sum([value.nbytes for value in values]))
    del linear                  # it refers to what may be dead now
    recorded = len(state.pending)
    prune(state.pending)
    if not state.pending:
        emptied(state, recorded)


def _held_on_the_way(linear: Linear, roots: Sequence[Node]) -> list[Node]:
    asked = set(roots)
    return [n for n in held_of([p for p in waiting() if p in linear.place and p not in asked], linear)
            if n.value is None]


def _cut_from(view: Node, linear: Linear, stored: AbstractSet[Node]) -> bool:
    """Whether a view is one of something that is computed on the way and not stored."""
    while view.value is None and view.prim.strided and view not in stored:
        view = view.inputs[0]
    return view.value is None and view not in stored and view in linear.place


def _program_values(key: Any, linear: Linear, roots: Sequence[Node], last: Node | None = None) -> list[Any]:
    """The values of roots; from the `last` that was asked for a trail may lead to them the next time."""
    program = programs.get(key)
    if program is None:
        found = families.find((key[0], key[2]), linear, lambda copies: ([copies[r] for r in roots], None))
        values = None if found is None else found.run([n.value for n in linear.leaves],
                                                      [n.value for n in linear.scalars])
        if values is not None:
            return values
        if policy.takes(key, linear, backward=False):
            return quick.values(linear, roots)
        program = make_program(roots, linear.leaves, linear.scalars)
        programs.put(key, program)
    elif last is not None:
        state = local.state
        reads.remember(last, key, program, linear, roots, state.pending, state)
    values = program.run([n.value for n in linear.leaves], [n.value for n in linear.scalars])
    if "nan" in config.check:
        check_finite(roots, values)
    return values  # type: ignore[no-any-return]


def check_finite(roots: Sequence[Node], values: Sequence[Any]) -> None:
    """RETROGRAD_CHECK=nan: the first result that holds nan or inf raises, naming the line that made it."""
    for n, v in zip(roots, values):
        if n.dtype.is_floating_point and not np.isfinite(v.astype(np.float64)).all():
            raise EvaluationError(f"{n.prim.name} gave nan or inf", where=line_text(n.where),
                                  expected="finite numbers (RETROGRAD_CHECK=nan is set)")


def _evaluate_keeping(roots: Sequence[Node], last: Node | None = None) -> None:
    """Compute the roots and keep the residuals that the pullback of tracked nodes will want: of small
    composites what they read and gave (to compute again what is inside takes less time than to keep it), of
    others also what is inside."""
    order = topological(roots)
    small = quick.small(order)
    if not small:
        order = expanded(roots)
    saved = [k for n in order if n.prim is call_p for k in kept_by(n) if k.value is None]
    if saved:                           # what a custom function keeps need not lead to the roots
        order = (topological if small else expanded)([*roots, *saved])
    keep, beside = set(roots), {}
    for n in order:
        if n.rg and n.value is None and n.inputs:
            keep.update((n, *n.inputs) if must_expand(n) else residuals(n))
            if n.prim.beside is not None and (found := n.prim.beside(n)) is not None:
                beside[n] = found
    wanted = [n for n in order if n in keep and n.value is None and n.prim is not const_p]
    wanted += beside.values()
    linear = linearize(wanted)
    del order, keep
    if not small or saved or beside:
        last = None                     # what was opened will look different the next time
    for n, value in zip(wanted, _program_values(("value", linear.key, ()), linear, wanted, last)):
        n.value = value
    for n, found in beside.items():
        n.owner = found,
    for n in wanted:
        if not n.rg:
            forget(n)


def forget(node: Node) -> None:
    """A known value needs its history no more, unless forward mode, which walks all nodes, is in progress."""
    if not modes.levels:
        release(node)
