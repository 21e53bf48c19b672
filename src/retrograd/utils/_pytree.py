"""`torch.utils._pytree`: nested containers to leaves and a structure, and back. None is a leaf, as there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from retrograd.base.errors import ArgumentError
from retrograd.base.pytree import Structure as TreeSpec
from retrograd.base.pytree import flatten, unflatten

__all__ = ["TreeSpec", "tree_all", "tree_any", "tree_flatten", "tree_leaves", "tree_map", "tree_map_only",
           "tree_structure", "tree_unflatten"]

PyTree = Any


def tree_flatten(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of nested lists, tuples and dicts from left to right, and the structure without them.

    >>> tree_flatten({"a": 1, "b": (2, None)})[0]
    [1, 2, None]
    """
    return flatten(tree, lambda x: x is None or (is_leaf is not None and is_leaf(x)))


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree of that structure with those leaves.

    >>> leaves, spec = tree_flatten([1, (2, 3)])
    >>> tree_unflatten([x * 10 for x in leaves], spec)
    [10, (20, 30)]
    """
    return unflatten(treespec, leaves)


def tree_leaves(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> list[Any]:
    """The leaves alone.

    >>> tree_leaves([1, (2, 3)])
    [1, 2, 3]
    """
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: PyTree, is_leaf: Callable[[PyTree], bool] | None = None) -> TreeSpec:
    """The structure alone.

    >>> tree_structure([1, 2]) == tree_structure([3, 4])
    True
    """
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: PyTree, *rests: PyTree,
             is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """func of each leaf, and of the leaves that stand in its place in `rests`.

    Raises ValueError where those are of another structure.

    >>> tree_map(lambda x, y: x + y, {"a": 1, "b": [2]}, {"a": 10, "b": [20]})
    {'a': 11, 'b': [22]}
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    others = [tree_flatten(rest, is_leaf) for rest in rests]
    if any(other != spec for _, other in others):
        raise ArgumentError("the trees differ in structure", op="tree_map")
    return unflatten(spec, [func(*xs) for xs in zip(leaves, *(values for values, _ in others))])


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: PyTree,
                  is_leaf: Callable[[PyTree], bool] | None = None) -> PyTree:
    """func of the leaves of a kind; the others as they are.

    >>> tree_map_only(int, lambda x: -x, [1, "a", 2])
    [-1, 'a', -2]
    """
    return tree_map(lambda x: func(x) if isinstance(x, kind) else x, tree, is_leaf=is_leaf)


def tree_all(pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether all leaves satisfy `pred`.

    >>> tree_all(bool, [1, (0,)])
    False
    """
    return all(map(pred, tree_leaves(tree)))


def tree_any(pred: Callable[[Any], bool], tree: PyTree) -> bool:
    """Whether some leaf satisfies `pred`.

    >>> tree_any(bool, [1, (0,)])
    True
    """
    return any(map(pred, tree_leaves(tree)))
