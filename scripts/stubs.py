"""Type stubs: the names that packages load late and the methods that tables put on Tensor go in, `.pyi` files
for editors and type checkers come out.

    python scripts/stubs.py            writes them (make stubs)
    python scripts/stubs.py --check    names the ones that are not what they should be, and exits with 1
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import retrograd
from retrograd import functional
from retrograd.base.dtype import DType
from retrograd.functional.into import TAKES_OUT
from retrograd.tensors.tensor import Tensor

ROOT = Path(retrograd.__file__).parent
PACKAGES = """retrograd retrograd.autograd retrograd.autograd.functional retrograd.autograd.forward_ad
    retrograd.autograd.graph retrograd.data retrograd.distributions retrograd.fft retrograd.func
    retrograd.functional retrograd.linalg retrograd.nn retrograd.nn.functional retrograd.nn.utils
    retrograd.optim retrograd.optim.lr_scheduler retrograd.special retrograd.testing retrograd.utils
    retrograd.utils.data retrograd.vision""".split()
HEAD = '"""Written by `make stubs`: what type checkers and editors know of `{}`."""\n\n'
IMPORTS = """import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
"""
# Names in annotations, as the stubs write them; an annotation with any other name becomes Any.
KNOWN = {**{name: f"_b.{name}" for name in "int float bool str complex tuple list dict".split()},
         "None": "None",
         **{name: f"_{name}" for name in "Any Callable Iterable Sequence DType Size Device Tensor".split()}}
TYPES = (bool, int, float, str)
# Operators, whose functions have names of arguments of their own.
_ON = "def {}(self, other: _Any) -> _Tensor: ..."
_ALONE = "def {}(self) -> {}: ..."
OPERATORS = {
    **{f"__{kind}{op}__": _ON for op in "add sub mul truediv floordiv mod pow matmul and or xor".split()
       for kind in ("", "r", "i")},
    **{f"__{op}__": _ON for op in "ge gt le lt lshift rshift".split()},
    **{f"__{op}__": _ON.replace(": ...", ":  # type: ignore[override]\n    ...") for op in ("eq", "ne")},
    **{f"__{op}__": _ALONE.replace("{}:", "_Tensor:") for op in "neg pos abs invert".split()},
    **{f"__{op}__": _ALONE.replace("{}:", f"_b.{op}:") for op in "bool int float complex".split()},
    "__hash__": _ALONE.replace("{}:", "_b.int:"), "__iter__": _ALONE.replace("{}:", "_Iterator[_Tensor]:"),
}


class _Rename(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(KNOWN[node.id], mode="eval").body


def annotation(value: Any) -> str:
    """An annotation in the words of the stubs; Any where it names what they do not know."""
    text = value if isinstance(value, str) else getattr(value, "__name__", str(value))
    try:
        return ast.unparse(_Rename().visit(ast.parse(text, mode="eval").body))
    except (KeyError, SyntaxError):
        return "_Any"


def parameters(signature: inspect.Signature, method: bool, out: bool) -> str:
    """The parameters of a stub: `self` for a method's first one, `out` where the function takes it."""
    words: list[str] = []
    kinds = [p.kind for p in signature.parameters.values()]
    starred = any(k is inspect.Parameter.VAR_POSITIONAL for k in kinds)
    for n, p in enumerate(signature.parameters.values()):
        if p.kind is p.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        if out and p.kind is p.VAR_KEYWORD:
            words += [*([] if starred else ["*"]), "out: _Any = None"]
            out = False
        star = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
        if method and n == 0 and not star:
            words.append("self")
        else:
            simple = isinstance(p.default, (*TYPES, type(None))) and "inf" not in repr(p.default)
            default = "" if p.default is p.empty else f" = {p.default!r}" if simple else " = ..."
            words.append(f"{star}{p.name}: {annotation(p.annotation)}{default}")
            if p.kind is p.POSITIONAL_ONLY and kinds[n + 1:n + 2] != [p.POSITIONAL_ONLY]:
                words.append("/")
    if out and "out" not in signature.parameters:
        words += [*([] if starred else ["*"]), "out: _Any = None"]
    return ", ".join(words)


def stub(name: str, fn: Callable[..., Any], *, method: bool = False, out: bool = False,
         returns: str | None = None) -> str:
    """`def name(...) -> ...` with the first line of its docstring."""
    signature = inspect.signature(fn)
    result = returns or annotation(signature.return_annotation)
    doc = (inspect.getdoc(fn) or "").split("\n\n")[0].replace("\n", " ")
    doc = doc.replace("\\", "\\\\").replace('"', "'")
    head = f"def {name}({parameters(signature, method, out)}) -> {result}:"
    return f'{head}\n    """{doc}"""\n' if doc else f"{head} ...\n"


def behind(name: str, fn: Any) -> Any:
    """The function that a method of Tensor stands for, where it is found when it is first called."""
    if getattr(fn, "__code__", None) is None or fn.__code__.co_name != "method":
        return fn
    base = name[:-1] if name.endswith("_") and not name.endswith("__") else name
    base = {"unfold": "windows"}.get(base, base)
    for place in (functional, import_module("retrograd.tensors.memory"),
                  import_module("retrograd.tensors.storages"), Tensor):
        found = getattr(place, base, None)
        if callable(found) and found is not fn and getattr(found, "__code__", fn).__class__ is not property:
            return found if place is not Tensor else behind(base, found)
    return fn


def methods() -> str:
    """The stub of what tables put on Tensor."""
    tree = ast.parse(Path(inspect.getfile(Tensor)).read_text())
    body = next(c.body for c in tree.body if isinstance(c, ast.ClassDef) and c.name == "Tensor")
    own = {n.name for n in body if isinstance(n, ast.FunctionDef)}
    lines = [HEAD.format("retrograd.Tensor"), IMPORTS, "from retrograd.graph.wrapping import TensorBase\n",
             "\n\nclass Methods(TensorBase):\n"]
    for name in sorted(vars(Tensor)):
        value = vars(Tensor)[name]
        if name in own or name.startswith("_") and not (name.startswith("__") and callable(value)):
            continue
        if isinstance(value, property):
            text = f"@property\n{stub(name, value.fget, method=True, returns='_Tensor')}"
            if value.fget.__doc__ is None and value.__doc__:
                text = f'@property\ndef {name}(self) -> _Tensor:\n    """{value.__doc__}"""\n'
        elif inspect.isfunction(value):
            kept = name.endswith("_") and not name.endswith("__")
            text = (OPERATORS[name].format(name) if name in OPERATORS else
                    stub(name, behind(name, value), method=True, returns="_Tensor" if kept else None))
        else:
            continue
        lines.append("".join(f"    {line}\n" for line in text.splitlines()))
    return "".join(lines)


def public(module: ModuleType) -> Iterable[str]:
    return sorted(n for n in dir(module) if not n.startswith("_") or n == "__version__")


def package(name: str) -> str:
    """The stub of a package: every public name, from where it is."""
    module = import_module(name)
    outs = set(TAKES_OUT.get(name.removeprefix("retrograd.") if name != "retrograd" else "torch", "").split())
    shared = {} if module is functional else vars(functional)
    imports: list[str] = []
    lines: list[str] = []
    for n in public(module):
        try:
            value = getattr(module, n)
        except (AttributeError, ImportError, NotImplementedError):
            continue
        if isinstance(value, ModuleType):
            home, _, last = value.__name__.rpartition(".")
            if home.startswith("retrograd"):
                imports.append(f"from {home} import {last} as {n}\n")
        elif inspect.isclass(value) and (value.__module__ or "").startswith("retrograd"):
            imports.append(f"from {value.__module__} import {value.__name__} as {n}\n"
                           if value.__module__ != name else f"{n}: _Any\n")
        elif inspect.isfunction(value) and value is shared.get(n) and n not in outs:
            imports.append(f"from {functional.__name__} import {n} as {n}\n")
        elif inspect.isfunction(value) and value.__module__.startswith("retrograd"):
            lines.append(stub(n, value, out=n in outs))
        elif isinstance(value, DType):
            lines.append(f"{n}: _DType\n")
        elif isinstance(value, TYPES):
            lines.append(f"{n}: _b.{type(value).__name__}\n")
        elif value is None or str(getattr(value, "__module__", "")).startswith(("retrograd", "builtins")):
            lines.append(f"{n}: _Any\n")
    return HEAD.format(name) + IMPORTS + "".join(sorted(imports)) + "\n" + "".join(lines)


def stubs() -> dict[Path, str]:
    """Every stub by its path."""
    found = {ROOT / "tensors" / "declared.pyi": methods()}
    for name in PACKAGES:
        module = import_module(name)
        found[Path(str(module.__file__)).with_suffix(".pyi")] = package(name)
    return found


def main() -> int:
    stale = [(path, text) for path, text in stubs().items() if not path.exists() or path.read_text() != text]
    for path, text in stale:
        print(("stale: " if "--check" in sys.argv else "written: ") + str(path.relative_to(ROOT.parent)))
        if "--check" not in sys.argv:
            path.write_text(text)
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
