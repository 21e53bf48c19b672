"""The graphs of a fixed set of programs as text: recorded, with expansions written out, with the pullback.

`make golden` writes the files anew; the diff is what a reviewer reads.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import retrograd as rg
from retrograd.autodiff.expand import expanded
from retrograd.autodiff.reverse import pullback
from retrograd.graph.graph import Graph
from retrograd.graph.node import const
from retrograd.graph.text import text
from retrograd.graph.verify import verify

F = rg.nn.functional
HERE = Path(__file__).parent


def _weights(*shapes: tuple[int, ...]) -> list[Any]:
    return [rg.zeros(*s, requires_grad=True) for s in shapes]


def arithmetic() -> Any:
    x, y = _weights((2, 3), (3,))
    return ((x * 2.5 + y) / (y * y + 1)).mean()


def perceptron() -> Any:
    w1, b1, w2, b2 = _weights((5, 4), (5,), (3, 5), (3,))
    hidden = F.relu(F.linear(rg.zeros(2, 4), w1, b1))
    return F.cross_entropy(F.linear(hidden, w2, b2), rg.tensor([0, 2]))


def normalised() -> Any:
    x, w, b = _weights((2, 4), (4,), (4,))
    return F.gelu(F.layer_norm(x, (4,), w, b)).sum()


def attention() -> Any:
    q, k, v = _weights((2, 3, 4), (2, 3, 4), (2, 3, 4))
    return (F.softmax(q @ k.transpose(1, 2) * 0.5, -1) @ v).sum()


def convolution() -> Any:
    w, b = _weights((2, 1, 3, 3), (2,))
    return F.max_pool2d(F.conv2d(rg.zeros(1, 1, 6, 6), w, b, padding=1), 2).sum()


def written_in_place() -> Any:
    w, = _weights((4,))
    x = w * 2
    x[1:3].mul_(3)
    x[0] = 7
    return x.exp().sum()


def picked() -> Any:
    table, = _weights((5, 2))
    rows = table[rg.tensor([0, 3, 3])]
    return rows[:, 1].pow(2).sum() + table.amax(0).sum()


def masked() -> Any:
    x, = _weights((3,))
    return rg.where(x > 0, x.log(), rg.zeros(3)).sum()


def random() -> Any:
    w, = _weights((3, 2))
    rg.manual_seed(0)
    return F.dropout(w, 0.25, training=True).sum()


PROGRAMS: tuple[Callable[[], Any], ...] = (arithmetic, perceptron, normalised, attention, convolution,
                                           written_in_place,
                                           picked, masked, random)


def sections(program: Callable[[], Any]) -> str:
    loss = program().node
    parts = [("recorded", text(Graph.of([loss])))]
    expanded([loss])
    parts.append(("expanded", text(Graph.of([loss]))))
    grads, _ = pullback([loss], [const(1.0, loss.dtype)])
    graph = Graph.of([loss, *grads.values()])
    verify(graph)
    parts.append(("with the pullback", text(graph)))
    return "\n\n".join(f"# {title}\n{body}" for title, body in parts) + "\n"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_the_graph_is_the_golden_one(program: Callable[[], Any], request: pytest.FixtureRequest) -> None:
    path, now = HERE / f"{program.__name__}.txt", sections(program)
    if request.config.getoption("--golden"):
        path.write_text(now, "utf-8")
    assert now == path.read_text("utf-8"), "make golden writes it anew"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_recording_twice_gives_one_text(program: Callable[[], Any]) -> None:
    assert sections(program) == sections(program)


def test_every_golden_file_belongs_to_a_program() -> None:
    assert {p.stem for p in HERE.glob("*.txt")} == {f.__name__ for f in PROGRAMS}
