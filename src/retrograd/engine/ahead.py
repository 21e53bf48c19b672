"""A loss that is read before its backward goes in, from a line that does so again and again; its gradients
are computed with it, and handed out when backward is called.

The graph stays as it is meanwhile: nodes on the way have no value, and who asks for one computes it. So a
guess in vain costs time only; then the line is no longer trusted.
"""

from __future__ import annotations

from typing import NamedTuple

from retrograd.base.config import config
from retrograd.base.errors import RetrogradError
from retrograd.base.listening import listener
from retrograd.base.modes import State, local
from retrograd.engine.again import Line, line_of
from retrograd.engine.held import held_of, waiting
from retrograd.engine.known import Known, unfinished
from retrograd.engine.linearize import Linear
from retrograd.graph.node import TRACKED, Node, const, freed_p


class Stash(NamedTuple):
    """What was computed with a loss."""

    root: Node
    linear: Linear
    known: Known
    gradients: dict[Node, Node]
    line: Line


class Taken(NamedTuple):
    """What backward hands out, who waits for a value before the graph goes, and the nodes to be freed."""

    gradients: dict[Node, Node]
    held: list[Node]
    walked: list[Node]


def read(root: Node, state: State) -> bool:
    """Compute a loss, and its gradients, if backward followed when its line was here before."""
    line = line_of(root, state)
    if line is None or not line.reads:
        return False
    if state.levels or state.detect or config.check or listener() is not None:
        return False
    if state.ahead is not None:                 # the last one was in vain
        state.ahead.line.reads = False
        state.ahead = None
        return False
    try:
        found = unfinished(root, const(1.0, root.dtype))
    except RetrogradError:                      # perhaps of a bystander
        return False
    if found is not None:
        state.ahead = Stash(root, *found, line)
    return found is not None


def may_read(root: Node) -> bool:
    """Whether a root is what `read` looks at."""
    return root.rg == TRACKED and not root.shape


def take(root: Node) -> Taken | None:
    """What `read` computed for this root; None where there is nothing, or where it no longer serves."""
    state = local.state
    stash: Stash | None = state.ahead
    if stash is None or stash.root is not root:
        line = line_of(root, state, new=True)
        if line is not None and root.prim is not freed_p and not root.shape:
            line.reads = True                   # the next time, perhaps
        return None
    state.ahead = None
    linear = stash.linear
    if any([n.hooks or n.prim is freed_p for n in linear.order]):
        return None
    pending = waiting()
    held = [n for n in held_of([n for n in pending if n in linear.place], linear) if n.value is None]
    held += [n for n in pending if n not in linear.place]
    return Taken(stash.gradients, held, [linear.order[k] for k in stash.known.walked])
