"""Roots as recorded go in; roots of the graph that is scheduled come out.

The passes are rules about one node whose inputs are final, so all of them are one walk. RETROGRAD_DUMP=<pass>
takes them one after the other and prints the graph after that one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from retrograd.base.config import config
from retrograd.codegen.canonicalize import canonicalize
from retrograd.codegen.dedupe import dedupe, deduper
from retrograd.codegen.fold import fold, folded
from retrograd.codegen.rewrite import rewritten
from retrograd.codegen.simplify import simplified, simplify
from retrograd.codegen.turn import turn
from retrograd.graph.graph import Graph
from retrograd.graph.node import Node
from retrograd.graph.text import text

PASSES: dict[str, Callable[[Sequence[Node]], list[Node]]] = {
    "canonicalize": canonicalize, "turn": turn, "fold": fold, "simplify": simplify, "dedupe": dedupe}


def simplest(roots: Sequence[Node]) -> list[Node]:
    """The same values by the fewest simple nodes."""
    if config.dump in PASSES:
        for name, one in PASSES.items():
            roots = one(roots)
            if config.dump == name:
                print(text(Graph.of(roots)), file=sys.stderr)
        return list(roots)
    rule = deduper()
    return rewritten(turn(canonicalize(roots)), (folded, simplified, rule), (rule,))
