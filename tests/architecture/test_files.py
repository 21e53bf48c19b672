"""Files: 500 lines is the law, one sentence on top, and no state beyond the list."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

LAW = 500

# Module-level objects that change while a program runs, each with the reason why there is one a process.
STATE = {
    "retrograd.engine.quick": {"policy", "_spare"},         # what was met how often; arenas not in use
    "retrograd.base.modes": {"modes"},                      # grad mode and its kin, one a thread
    "retrograd.base.config": {"config"},                    # the switches
    "retrograd.base.dtype": {"_default"},                   # the default dtype
    "retrograd.graph.primitive": {"REGISTRY"},              # primitives, filled when modules are imported
    "retrograd.graph.node": {"recorder", "_consts",
                             "_internal"},  # the recorder; structural numbers; files that are ours
    "retrograd.graph.wrapping": {"hooks"},                  # the way up to tensors, installed once
    "retrograd.engine.random": {"default_generator"},       # the default generator
    "retrograd.engine.program": {"programs"},               # the cache of programs
    "retrograd.codegen.jit": {"_others"},                   # machines that tests compile for
    "retrograd.tensors.repr": {"options"},                  # set_printoptions
    "retrograd.data.worker": {"_me"},                       # in a worker of a DataLoader: itself
    "retrograd.distributed.group": {"state"},               # the process group
    "retrograd.nn.utils.parametrize": {"_cache"},           # parameters inside a `cached()` block
}
CONTAINERS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
MUTATORS = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "clear", "remove",
            "discard",
            "move_to_end"}


def test_no_file_is_longer_than_the_law(source: Any) -> None:
    assert source.text.count("\n") <= LAW


def test_every_module_says_in_a_sentence_what_it_is(source: Any) -> None:
    assert ast.get_docstring(source.tree) or not source.text.strip(), source


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for node in body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _changed_in_functions(tree: ast.Module) -> set[str]:
    """Module-level names that some function assigns to, writes into, or calls a mutating method of."""
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        local = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        local |= {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
        for n in ast.walk(function):
            if isinstance(n, ast.Global):
                found.update(n.names)
                continue
            stored = isinstance(n, (ast.Subscript, ast.Attribute)) and not isinstance(n.ctx, ast.Load)
            mutates = isinstance(n, ast.Call) and getattr(n.func, "attr", "") in MUTATORS
            written = n if stored else n.func if mutates else None
            if written is not None and isinstance(written.value, ast.Name) and written.value.id not in local:
                found.add(written.value.id)
    return found


def test_modules_hold_no_state_beyond_the_list(source: Any) -> None:
    """An object of a module that one of its functions changes is state, unless the list gives its reason."""
    defined = dict(_defined(source.tree.body))
    changed = {n for n in _changed_in_functions(source.tree) if n in defined}
    assert changed - STATE.get(source.name, set()) == set(), f"{source}: module-level state"


def test_the_list_of_state_names_what_exists(sources: Any) -> None:
    by_name = {s.name: s for s in sources}
    for module, names in STATE.items():
        assert names <= set(dict(_defined(by_name[module].tree.body))), module


@cache
def _primitive_names() -> frozenset[str]:
    from retrograd import ops
    from retrograd.graph.primitive import REGISTRY
    for module in iter_modules(ops.__path__):           # a primitive is defined when its module is loaded
        import_module(f"retrograd.ops.{module.name}")
    return frozenset(REGISTRY)


def test_no_primitive_is_known_by_its_name(source: Any) -> None:
    """`node.prim.name == "add"` outside the file that defines add: ask a trait, or compare the object."""
    names = _primitive_names()
    for n in ast.walk(source.tree):
        if not isinstance(n, ast.Compare):
            continue
        sides = [n.left, *n.comparators]
        asks = any(ast.unparse(s).endswith(("prim.name", "p.name")) for s in sides)
        told = {c.value for s in sides for c in ast.walk(s)
                if isinstance(c, ast.Constant) and isinstance(c.value, str)}
        defined_here = {c.value for call in ast.walk(source.tree) if isinstance(call, ast.Call)
                        for c in call.args[:1] if isinstance(c, ast.Constant)}
        asked = sorted(told & names - defined_here) if asks else []
        assert asked == [], f"{source}:{n.lineno} asks by name"
