"""Nested tuples, lists, dicts and None as leaves and a structure, and back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from retrograd.base.errors import ArgumentError


class Structure(NamedTuple):
    """What `flatten` leaves behind: the container's type, its keys, the structures of its children."""

    kind: Any
    keys: tuple[Any, ...]
    children: tuple[Structure, ...]


LEAF = Structure(None, (), ())


def flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], Structure]:
    """Leaves from left to right (dicts in insertion order) and the structure; `is_leaf` ends the walk."""
    leaves: list[Any] = []
    return leaves, _flatten(tree, leaves, is_leaf)


def _flatten(tree: Any, leaves: list[Any], is_leaf: Callable[[Any], bool] | None) -> Structure:
    if is_leaf is not None and is_leaf(tree):
        leaves.append(tree)
        return LEAF
    kind = type(tree)
    if kind in (dict, OrderedDict):
        return Structure(kind, tuple(tree), tuple(_flatten(v, leaves, is_leaf) for v in tree.values()))
    if kind in (tuple, list) or (isinstance(tree, tuple) and hasattr(tree, "_fields")):
        return Structure(kind, (), tuple(_flatten(v, leaves, is_leaf) for v in tree))
    if tree is None:
        return Structure(type(None), (), ())
    leaves.append(tree)
    return LEAF


def unflatten(structure: Structure, leaves: Any) -> Any:
    """The tree of that structure with those leaves."""
    return _unflatten(structure, iter(leaves))


def _unflatten(s: Structure, leaves: Iterator[Any]) -> Any:
    if s is LEAF or s.kind is None:
        return next(leaves)
    if s.kind is type(None):
        return None
    values = [_unflatten(c, leaves) for c in s.children]
    if s.kind in (dict, OrderedDict):
        return s.kind(zip(s.keys, values))
    return s.kind(*values) if hasattr(s.kind, "_fields") else s.kind(values)


def tree_map(fn: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """fn over the leaves of trees of one structure."""
    leaves, structure = flatten(tree)
    others = []
    for other in rest:
        more, s = flatten(other)
        if s != structure:
            raise ArgumentError("the trees differ in structure", op="tree_map")
        others.append(more)
    return unflatten(structure, [fn(*xs) for xs in zip(leaves, *others)])


def broadcast_prefix(prefix: Any, tree: Any) -> list[Any]:
    """One value of `prefix` a leaf of `tree`; an int or None stands for a whole subtree (in_dims of vmap)."""
    leaves, structure = flatten(tree)
    if prefix is None or not isinstance(prefix, (tuple, list, dict)):
        return [prefix] * len(leaves)
    out: list[Any] = []
    items = prefix.values() if isinstance(prefix, dict) else prefix
    parts = tree.values() if isinstance(tree, dict) else tree
    if not isinstance(tree, (tuple, list, dict)) or len(prefix) != len(tree):
        raise ArgumentError(f"{prefix!r} does not match the structure of the arguments")
    for p, t in zip(items, parts):
        out += broadcast_prefix(p, t)
    return out
