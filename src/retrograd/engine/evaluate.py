"""Evaluate nodes, and what a thread has recorded: the door to the engine, which is loaded when something goes
through it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from retrograd.base.errors import RetrogradError
from retrograd.base.modes import local
from retrograd.engine import held, reads, values
from retrograd.graph.node import Node, recorder

MANY = 256          # pending nodes that are worth a look where hooks look at every tensor


def evaluate(roots: Sequence[Node]) -> None:
    """Give every root its value. All or nothing: an error leaves the nodes as they were."""
    if local.state.capture is not None and roots:       # known or not: what is read shapes what comes next
        local.state.capture.stop("it reads a value")
    roots = list({id(r): r for r in roots if r.value is None}.values())
    if not roots:
        return
    values.compute(roots)


def read(node: Node) -> None:
    """Give one node its value."""
    capture = local.state.capture
    if capture is not None:
        capture.stop("it reads a value")
    if node.value is None:
        values.compute([node])


def check_pending() -> None:
    """Called when the recorder's list is full: forget the dead,
    and compute the held if they retain too much."""
    pending: list[Node] = recorder.pending
    if recorder.saving and len(pending) < MANY:         # every tensor comes here: not each is worth a look
        return
    held.prune(pending)
    room = max(held.CROWD, -recorder.limit)         # as before, if what was made is all that calls for a look
    if len(pending) >= held.CROWD // 2:
        alive = held.take_held()
        nodes, weight, nbytes = held.retained(alive)
        recorder.looked = nodes
        if weight > held.MAX_NODES or nbytes > held.MAX_BYTES:
            evaluate_each(alive)
            pending.clear()
        else:       # look again when there is as much again, or when a bound is passed if what comes is like
            # what is there; but a look walks over all nodes, so not before an eighth came to them
            much = max(len(pending), nodes)
            room = max(4, much // 8, min(much + held.CROWD,
                                         (held.MAX_NODES - weight) * much // (weight + 1) + 1,
                                         (held.MAX_BYTES - nbytes) * much // (nbytes + 1)))
    recorder.limit, recorder.made = -1 if recorder.saving else len(pending) + room, 0


def evaluate_each(nodes: Sequence[Node]) -> None:
    """Compute bystanders: together, or one by one where one of them fails (it will say so when it
    is read)."""
    try:
        evaluate(nodes)
    except RetrogradError:
        for n in nodes:
            with suppress(RetrogradError):
                evaluate([n])


def synchronize() -> None:
    """Compute everything that this thread holds and has not computed: for timing, and before a fork."""
    state = local.state
    pending: list[Node] = state.pending
    while pending and state.capture is None:        # what looks as it did before, without asking who holds it
        if not held.alive_last(pending):
            held.prune(pending)
        elif not reads.read(pending[-1], state):
            break
    if pending:
        evaluate_each(held.all_held())
        held.emptied(state)
