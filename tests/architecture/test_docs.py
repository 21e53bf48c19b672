"""The documents: every block of Python in them runs and prints what they say; tables agree with the code."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

import retrograd
from retrograd.base.config import Config

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CLOSE = 0.01        # two numbers of a block marked "about" may differ by one part in a hundred

# Run in a process of its own, so that what an example defines or switches stays there. Each block is a file
# example.py of its own: that is the name that errors show. Blocks that show an error end with it.
RUNNER = '''
import contextlib, io, json, sys
names, printed = {"__name__": "__main__"}, []
for block in json.load(sys.stdin):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(block["text"], "example.py", "exec"), names)
        except Exception as error:
            if not block["raises"]:
                raise RuntimeError(f"the example at line {block['line']} fails") from error
            print(f"{type(error).__name__}: {error}")
    printed.append(out.getvalue())
print(json.dumps(printed))
'''


@dataclass(frozen=True)
class Block:
    """A fenced block: what follows the fence ("python", "text about"), its text and its first line."""

    kind: str
    text: str
    line: int
    expected: Block | None = None


def blocks(document: Path) -> list[Block]:
    """The blocks of Python, each with the block of text that follows it directly, if one does."""
    found: list[Block] = []
    inside: tuple[str, int] | None = None
    lines: list[str] = []
    adjacent = False                # nothing but empty lines since the last block of Python
    for number, line in enumerate(document.read_text("utf-8").splitlines(), 1):
        if inside is None and line.startswith("```"):
            inside, lines = (line[3:].strip(), number + 1), []
        elif inside is not None and line == "```":
            block = Block(inside[0], "\n".join(lines) + "\n", inside[1])
            if block.kind.startswith("python"):
                found.append(block)
            elif block.kind.startswith("text") and adjacent:
                found[-1] = Block(found[-1].kind, found[-1].text, found[-1].line, block)
            adjacent, inside = block.kind.startswith("python"), None
        elif inside is not None:
            lines.append(line)
        elif line.strip():
            adjacent = False
    assert inside is None, f"{document.name}: the block at line {inside} has no end"
    return found


def run(given: list[Block]) -> list[str]:
    """What the blocks print, one after another in one namespace of a fresh process."""
    asked = [{"text": b.text, "line": b.line, "raises": "raises" in b.kind} for b in given]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RETROGRAD_")}
    environment |= {"PYTHONPATH": str(Path(retrograd.__file__).parents[1]), "RETROGRAD_CACHE": "off",
                    "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", RUNNER], input=json.dumps(asked), text=True,
                          capture_output=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def agree(got: str, block: Block) -> bool:
    """Equal texts; for "about", equal but for the last digits of numbers."""
    if "about" not in block.kind:
        return got == block.text
    near = [abs(float(a) - float(b)) <= CLOSE * abs(float(b)) for a, b in
            zip(NUMBER.findall(got), NUMBER.findall(block.text))]
    return NUMBER.sub("#", got) == NUMBER.sub("#", block.text) and all(near)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_the_examples_of_a_document_print_what_it_says(document: Path) -> None:
    examples = [b for b in blocks(document) if "pytorch" not in b.kind]
    for block, got in zip(examples, run(examples) if examples else ()):
        name = f"{document.relative_to(ROOT)}:{block.line}"
        if block.expected is not None:
            assert agree(got, block.expected), f"{name} prints\n{got}\nand not\n{block.expected.text}"
        else:
            assert got == "", f"{name} prints\n{got}\nand the document does not show it"


def _readme_pair() -> tuple[Block, Block]:
    ours, theirs = (next(b for b in blocks(ROOT / "README.md") if b.kind == kind)
                    for kind in ("python", "python pytorch"))
    return ours, theirs


def test_the_program_in_pytorch_differs_in_the_import_line_only() -> None:
    ours, theirs = _readme_pair()
    assert theirs.text == ours.text.replace("import retrograd as torch", "import torch")


def test_pytorch_prints_the_same(torch: Any) -> None:
    ours, theirs = _readme_pair()
    assert ours.expected is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):       # in this process, which has loaded PyTorch already
        exec(compile(theirs.text, "example.py", "exec"), {})
    assert printed.getvalue() == ours.expected.text


def test_links_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.relative_to(ROOT)} links to {target}"


def test_the_files_that_documents_name_exist() -> None:
    """`src/...`, `tests/...` and folder/file.py of the package, in code spans."""
    for document in DOCUMENTS:
        for name in re.findall(r"`((?:[\w.]+/)+[\w.]*)`", document.read_text("utf-8")):
            here = [ROOT / name, ROOT / "src" / "retrograd" / name]
            known = name.startswith(("runs/", "path/")) or any(p.exists() for p in here)
            assert known, f"{document.relative_to(ROOT)} names {name}"


# ---------------------------------------------------------------- tables that repeat what the code says
def _rows(document: str, first: str) -> list[list[str]]:
    """Cells of the table rows whose first cell begins with `first`."""
    lines = (ROOT / document).read_text("utf-8").splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith(f"| {first}")]
    return [[cell.strip() for cell in row] for row in rows]


def _shown(value: Any) -> str:
    return "" if value in ("", frozenset()) else str(int(value) if isinstance(value, bool) else value)


def test_the_table_of_switches_is_the_dataclass() -> None:
    said = [row[:3] for row in _rows("docs/debugging.md", "`RETROGRAD_")]
    config = Config()
    assert said == [[f"`RETROGRAD_{f.name.upper()}`", _shown(getattr(config, f.name)), f.metadata["is"]]
                    for f in fields(Config)]


def _state_of_the_test() -> dict[str, set[str]]:
    tree = ast.parse((ROOT / "tests/architecture/test_files.py").read_text("utf-8"))
    table = next(n.value for n in tree.body if isinstance(n, ast.Assign)
                 and isinstance(n.targets[0], ast.Name) and n.targets[0].id == "STATE")
    found: dict[str, set[str]] = ast.literal_eval(table)
    return found


def test_the_list_of_state_holds_what_the_tests_allow() -> None:
    rows = {row[0]: row[1] for row in _rows("docs/architecture.md", "`retrograd.")}
    for module, names in _state_of_the_test().items():
        for name in names:
            assert f"`{name}`" in rows.get(f"`{module}`", ""), f"docs/architecture.md lacks {module}: {name}"


def test_the_words_are_in_order_and_explained_once() -> None:
    words = re.findall(r"^\*\*(.+?)\*\*", (ROOT / "docs/glossary.md").read_text("utf-8"), re.M)
    assert len(words) > 40
    assert words == sorted(set(words), key=str.lower)


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(p.name for p in folder.glob("[0-9]*.md"))
