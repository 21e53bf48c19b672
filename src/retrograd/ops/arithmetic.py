"""Arithmetic on nodes, so that derivative rules read like formulas; installed on Node when ops is imported.

A Python number in a rule is a structural constant. `==` is left alone (nodes are dictionary keys):
use `equal`.
"""

from __future__ import annotations

from typing import Any

from retrograd.base.dtype import DType
from retrograd.graph.node import Node, bind, const
from retrograd.graph.primitive import Primitive
from retrograd.ops import constant as c
from retrograd.ops import linear
from retrograd.ops import pointwise as p


def _other(node: Node, value: Any) -> Node:
    return value if value.__class__ is Node else const(value, node.dtype)


def _binary(prim: Primitive) -> Any:
    return lambda a, b: bind(prim, (a, _other(a, b)))


def _reflected(prim: Primitive) -> Any:
    return lambda a, b: bind(prim, (_other(a, b), a))


def cast(x: Node, dtype: DType) -> Node:
    return linear.cast(x, dtype)


def install() -> None:
    """Give Node its operators."""
    table = {"__add__": _binary(p.add), "__radd__": _reflected(p.add), "__sub__": _binary(p.sub),
             "__rsub__": _reflected(p.sub), "__mul__": _binary(p.mul), "__rmul__": _reflected(p.mul),
             "__truediv__": _binary(p.div), "__rtruediv__": _reflected(p.div),
             "__neg__": lambda a: bind(p.neg, (a,)), "__and__": _binary(c.and_), "__or__": _binary(c.or_),
             "__gt__": _binary(c.gt), "__ge__": _binary(c.ge),
             "__lt__": _binary(c.lt), "__le__": _binary(c.le),
             "equal": _binary(c.eq), "cast": cast}
    for name, fn in table.items():
        setattr(Node, name, fn)


install()
