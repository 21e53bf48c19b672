"""What `grad_fn` returns: the operation that made a tensor, by PyTorch's naming."""

from __future__ import annotations

from typing import Any

from retrograd.autodiff.reverse import made_by
from retrograd.graph.node import Node, freed_p


class GradFn:
    """What made a tensor, by PyTorch's naming; for looking at."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def name(self) -> str:
        n = self._node
        name = str(n.params[0]) if n.prim is freed_p else made_by(n)
        return "".join(w.capitalize() for w in name.split("_")) + "Backward0"

    @property
    def next_functions(self) -> tuple[Any, ...]:
        return tuple((GradFn(i), 0) if i.rg else (None, 0) for i in self._node.inputs)

    def __repr__(self) -> str:
        return f"<{self.name()}>"
