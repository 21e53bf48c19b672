"""The import order: one straight line, and nobody imports to its right."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import retrograd

ROOT = Path(retrograd.__file__).parent
LINE = ("base", "graph", "ops", "autodiff", "runtime", "codegen", "engine", "functional", "tensors",
        "nn optim data amp trust", "train observe distributed lab interop")
RANK = {name: k for k, names in enumerate(LINE) for name in names.split()}
SIBLINGS_THAT_MAY = {("trust", "nn")}
# Re-exports under PyTorch's module names come after all of that, the commands last.
FACADE, COMMANDS = len(LINE), len(LINE) + 1
RANK["cli"] = COMMANDS
NUMBERLESS = {"datasets"}                   # files and NumPy, nothing of ours: anybody may import it
# Files of a toolkit that only re-export, as the line says: utils.data, nn.functional and the like.
RE_EXPORTS = {"retrograd.nn.functional"}
# What may be imported inside a function: heavy or absent packages, modules of some platforms only.
OPTIONAL = {"torch", "safetensors", "ml_dtypes", "tqdm", "torchvision", "PIL", "matplotlib", "tensorboard",
            "onnx",
            "sklearn", "llvmlite", "graphviz", "readline", "termios", "msvcrt", "ctypes", "multiprocessing",
            "pandas"}
LAZY = {"retrograd"}                        # the package loads its parts when they are asked for (PEP 562)


def rank(folder: str) -> int:
    """Place in the line. A single file beside the folders stands as far left as what it imports allows."""
    if folder in RANK:
        return RANK[folder]
    if (ROOT / f"{folder}.py").exists():
        tree = ast.parse((ROOT / f"{folder}.py").read_text("utf-8"))
        asked = {_ours(name) for _, name in imports(tree)} - {None, folder}
        return max((rank(f) if f else FACADE for f in asked), default=-1)
    return FACADE


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import with the dotted name it asks for; `from a import b` asks for a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def _ours(name: str) -> str | None:
    """The folder of ours that an import asks for; '' for the package itself."""
    parts = name.split(".")
    if parts[0] != "retrograd":
        return None
    return parts[1] if len(parts) > 1 else ""


def _type_checking(tree: ast.AST) -> set[ast.stmt]:
    """Statements under `if TYPE_CHECKING:`, which never run."""
    guarded = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)]
    return {inner for n in guarded for inner in ast.walk(n) if isinstance(inner, ast.stmt)}


def test_no_module_imports_to_its_right(source: Any) -> None:
    if source.folder in ("", *NUMBERLESS) or source.name in RE_EXPORTS:
        return
    here, never = rank(source.folder), _type_checking(source.tree)
    for statement, name in imports(source.tree):
        folder = _ours(name)
        if folder is None or folder in NUMBERLESS or folder == source.folder or statement in never:
            continue
        if folder == "":
            assert here >= FACADE, f"{source}:{statement.lineno} imports the whole package"
            continue
        there = rank(folder)
        assert there <= here, f"{source}:{statement.lineno}: {folder} is to the right of {source.folder}"
        sibling = there == here < FACADE and source.folder in RANK
        assert not sibling or (source.folder, folder) in SIBLINGS_THAT_MAY, \
            f"{source}:{statement.lineno}: {source.folder} imports its sibling {folder}"


def test_no_import_hides_in_a_function(source: Any) -> None:
    if source.name in LAZY:
        return
    for function in ast.walk(source.tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for statement, name in imports(function):
                assert name.split(".")[0] in OPTIONAL, \
                    f"{source}:{statement.lineno}: {function.name} imports {name}; move it, or pass it in"


def test_what_the_import_brings_is_numpy_and_the_standard_library(sources: Any) -> None:
    """Packages imported at the top of a module are those that every installation has."""
    allowed = {"retrograd", "numpy", "llvmlite", "ml_dtypes", "safetensors", "tqdm", "__future__"}
    for source in sources:
        functions = [f for f in ast.walk(source.tree) if isinstance(f, ast.FunctionDef)]
        inside = {statement for f in functions for statement, _ in imports(f)}
        for statement, name in imports(source.tree):
            top = name.split(".")[0]
            assert statement in inside or top in allowed or top in sys.stdlib_module_names, \
                f"{source}:{statement.lineno} needs {top}"


def test_folders_import_each_other_without_cycles(sources: Any) -> None:
    """Between the modules of the whole package, as statements at the top of modules ask for them."""
    names = {s.name for s in sources}
    asks: dict[str, set[str]] = {}
    for s in sources:
        wanted = set()
        never = _type_checking(s.tree)
        for statement, name in imports(ast.Module([n for n in s.tree.body], [])):
            if statement in never or not name.startswith("retrograd"):
                continue
            while name not in names:
                name = name.rpartition(".")[0]
            own = s.is_package and name.startswith(s.name + ".")
            if name not in (s.name, "retrograd") and not own:
                wanted.add(name)
        asks[s.name] = wanted
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            pytest.fail("imports go in a circle: " + " -> ".join((*path[path.index(name):], name)))
        if name not in done:
            for other in sorted(asks.get(name, ())):
                visit(other, (*path, name))
            done.add(name)
    for name in sorted(asks):
        visit(name, ())


def test_no_folder_bears_the_name_of_a_public_function(sources: Any) -> None:
    public = {n: f for n, f in vars(retrograd).items() if isinstance(f, FunctionType)}
    assert {s.folder for s in sources} & set(public) == set()
