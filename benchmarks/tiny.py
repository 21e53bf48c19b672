"""Scripts of thousands of tiny operations, and reads of small results: microseconds a round, warm, beside
PyTorch eager, both in one process and in turn.

read N        a graph of N operations without a gradient, and its value
layer, xor    one linear layer of one row, and a network of three layers, read
depthwise     one convolution of 96 channels of 28 x 28, read
episodes      a policy plays episodes of ever new lengths, an action drawn a step; backward over each episode
tagger        a bidirectional LSTM under a conditional random field that is walked tag by tag in Python
waves         two LSTM cells in a Python loop over 100 steps; the loss is read before backward
springs       masses pulled by springs, step by step, written in place; backward through all of it
words         an LSTM writes 60 words, each drawn from what it says of the last one
"""

from __future__ import annotations

import importlib
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

Work = Callable[[], Any]
ONE_THREAD = {"BENCH_THREADS": "1", "RETROGRAD_NUM_THREADS": "1"}
WARM = 80       # rounds of a script before it is measured: all its lines were met often by then


def _reads(T: Any, F: Any) -> dict[str, Work]:
    a, b = T.full((4, 4), 0.5), T.full((4, 4), 0.25)
    net = T.nn.Sequential(T.nn.Linear(2, 8), T.nn.Tanh(), T.nn.Linear(8, 1))
    corners, image, taps = T.ones(4, 2), T.ones(1, 96, 28, 28), T.ones(96, 1, 3, 3)

    def chain(n: int) -> Any:
        h = a
        for _ in range(n // 2):
            h = T.tanh(h @ b)
        return h

    def read(n: int) -> Work:
        def work() -> Any:
            with T.no_grad():
                return (chain(n) * b).tolist() if n % 2 else chain(n).sum().item()
        return work

    def layer() -> Any:
        with T.no_grad():
            return net[0](corners).numpy()

    def xor() -> Any:
        with T.no_grad():
            return net(corners).tolist()

    def depthwise() -> Any:
        with T.no_grad():
            return F.conv2d(image, taps, padding=1, groups=96).numpy()
    return {"read 1": read(1), "read 3": read(3), "read 10": read(10), "read 30": read(30), "layer": layer,
            "xor": xor, "depthwise": depthwise}


def _episodes(T: Any, F: Any) -> Work:
    """Four numbers in, two actions: each step reads one, so each network runs on its own."""
    policy = T.nn.Sequential(T.nn.Linear(4, 32), T.nn.Dropout(0.5), T.nn.ReLU(), T.nn.Linear(32, 2))
    adam = T.optim.Adam(policy.parameters(), lr=1e-3)
    lengths = iter((17 * k) % 41 + 10 for k in range(1 << 20))
    push = np.array([[0.0, 0.02, 0.0, -0.03], [0.0, -0.02, 0.0, 0.03]], np.float32)

    def work() -> None:
        state, logs, rewards = np.full(4, 0.01, np.float32), [], []
        for _ in range(next(lengths)):
            chances = F.softmax(policy(T.from_numpy(state).unsqueeze(0)), dim=1)
            draw = T.distributions.Categorical(chances)
            action = draw.sample()
            logs.append(draw.log_prob(action))
            state = np.tanh(state + push[action.item()])
            rewards.append(float(state.sum()))
        returns, total = [], 0.0
        for r in reversed(rewards):
            total = r + 0.99 * total
            returns.insert(0, total)
        worth = T.tensor(returns)
        worth = (worth - worth.mean()) / (worth.std() + 1e-6)
        adam.zero_grad()
        T.cat([-log * w for log, w in zip(logs, worth)]).sum().backward()
        adam.step()
    return work


def _tagger(T: Any, F: Any) -> Work:
    tags, words = 5, 12
    table, lstm, out = T.nn.Embedding(30, 5), T.nn.LSTM(5, 2, bidirectional=True), T.nn.Linear(4, tags)
    moves = T.nn.Parameter(T.randn(tags, tags))
    sgd = T.optim.SGD([*table.parameters(), *lstm.parameters(), *out.parameters(), moves], lr=0.01)
    sentences = [(T.tensor([(7 * k + j) % 30 for k in range(words - j)]),
                  [(k + j) % tags for k in range(words - j)]) for j in (0, 3)]

    def log_sum_exp(row: Any) -> Any:
        top = row[0, int(row.argmax(1).item())]
        return top + T.log(T.sum(T.exp(row - top.view(1, -1).expand(1, row.size()[1]))))

    def scores(sentence: Any) -> Any:
        said, _ = lstm(table(sentence).view(len(sentence), 1, -1))
        return out(said.view(len(sentence), 4))

    def all_paths(emitted: Any) -> Any:
        alpha = T.full((1, tags), -100.0)
        alpha[0][0] = 0.0
        for row in emitted:
            reached = [alpha + moves[t].view(1, -1) + row[t].view(1, -1).expand(1, tags) for t in range(tags)]
            alpha = T.cat([log_sum_exp(r).view(1) for r in reached]).view(1, -1)
        return log_sum_exp(alpha)

    def one_path(emitted: Any, path: list[int]) -> Any:
        total = T.zeros(1)
        for k, row in enumerate(emitted):
            total = total + moves[path[k], path[k - 1] if k else 0] + row[path[k]]
        return total

    def best_path(emitted: Any) -> list[list[int]]:
        alpha, back = T.zeros(1, tags), []
        for row in emitted:
            came, best = [], []
            for t in range(tags):
                reached = alpha + moves[t]
                came.append(int(reached.argmax(1).item()))
                best.append(reached[0][came[-1]].view(1))
            alpha = (T.cat(best) + row).view(1, -1)
            back.append(came)
        return back

    def work() -> None:
        for sentence, path in sentences:
            sgd.zero_grad()
            emitted = scores(sentence)
            (all_paths(emitted) - one_path(emitted, path)).sum().backward()
            sgd.step()
        with T.no_grad():
            best_path(scores(sentences[0][0]))
    return work


def _waves(T: Any, F: Any) -> Work:
    first, second, out = T.nn.LSTMCell(1, 24), T.nn.LSTMCell(24, 24), T.nn.Linear(24, 1)
    sgd = T.optim.SGD([*first.parameters(), *second.parameters(), *out.parameters()], lr=0.01)
    x = T.sin(T.arange(8 * 101).reshape(8, 101) * 0.3)

    def work() -> None:
        h, c, g, d = (T.zeros(8, 24) for _ in range(4))
        said = []
        for part in x[:, :-1].split(1, dim=1):
            h, c = first(part, (h, c))
            g, d = second(h, (g, d))
            said.append(out(g))
        loss = F.mse_loss(T.cat(said, dim=1), x[:, 1:])
        loss.item()
        sgd.zero_grad()
        loss.backward()
        sgd.step()
    return work


def _springs(T: Any, F: Any) -> Work:
    """Six masses in a ring, two numbers each; the stiffness is learnt."""
    count, steps = 6, 25
    stiff = T.full((count,), 3.0, requires_grad=True)
    start = T.tensor([[np.cos(k), np.sin(k)] for k in range(count)], dtype=T.float32)

    def work() -> None:
        x, v = T.zeros(steps, count, 2), T.zeros(steps, count, 2)
        x[0] = start
        for t in range(1, steps):
            force = T.zeros(count, 2)
            for k in range(count):
                j = (k + 1) % count
                gap = x[t - 1, k] - x[t - 1, j]
                length = gap.norm() + 1e-3
                pull = (length - 0.8) * stiff[k] * gap / length
                force[k] += -pull
                force[j] += pull
            v[t] = v[t - 1] * 0.98 + 0.01 * force
            x[t] = x[t - 1] + 0.01 * v[t]
        loss = (x[-1, 0] - x[-1, 3]).norm()
        loss.backward()
        with T.no_grad():
            stiff.sub_(0.1 * stiff.grad)
            stiff.grad = None
        loss.item()
    return work


def _words(T: Any, F: Any) -> Work:
    table, lstm, out = T.nn.Embedding(100, 24), T.nn.LSTM(24, 48, batch_first=True), T.nn.Linear(48, 100)

    def work() -> None:
        with T.no_grad():
            state = T.zeros(1, 1, 48), T.zeros(1, 1, 48)
            word = T.multinomial(T.ones(100), num_samples=1).unsqueeze(1)
            for _ in range(60):
                said, state = lstm(table(word), state)
                chances = out(said.reshape(1, 48)).exp()
                drawn = T.multinomial(chances, num_samples=1).item()
                word.fill_(drawn)
    return work


SCRIPTS = {"episodes": _episodes, "tagger": _tagger, "waves": _waves, "springs": _springs, "words": _words}


def work(lib: str) -> dict[str, Work]:
    """Name to a round of it."""
    T: Any = importlib.import_module(lib)
    F: Any = importlib.import_module(lib + ".nn.functional")
    T.manual_seed(0)
    return _reads(T, F) | {name: make(T, F) for name, make in SCRIPTS.items()}


def _best(call: Work, rounds: int, seconds: float) -> float:
    """Of some runs of several rounds the best, in microseconds a round."""
    start = time.perf_counter()
    best = float("inf")
    while time.perf_counter() - start < seconds:
        begun = time.perf_counter()
        for _ in range(rounds):
            call()
        best = min(best, time.perf_counter() - begun)
    return best / rounds * 1e6


def measure(*names: str, seconds: float = 0.4) -> dict[str, list[float]]:
    """Microseconds a round of both libraries, in turn, four times each after a while of warming up. Episodes
    are of 41 lengths: so many are one run."""
    libs = ("retrograd", "torch")
    calls = {lib: work(lib) for lib in libs}
    out: dict[str, list[float]] = {}
    for name in names or calls["torch"]:
        many = 100 if name not in SCRIPTS else 41 if name == "episodes" else 1
        for lib in libs:
            for _ in range(WARM):
                calls[lib][name]()
        runs = [[_best(calls[lib][name], many, seconds / 2) for lib in libs] for _ in range(4)]
        out[name] = [min(us) for us in zip(*runs)]
    return out


def table(runs: list[dict[str, list[float]]]) -> list[str]:
    """The best of all rounds."""
    lines = ["| a round | retrograd us | torch us | ratio |", "|---|---:|---:|---:|"]
    ratios = []
    for name in runs[0]:
        ours, theirs = (min(run[name][k] for run in runs) for k in range(2))
        ratios.append(ours / theirs)
        lines.append(f"| {name} | {ours:.1f} | {theirs:.1f} | {ours / theirs:.2f} |")
    return [*lines, f"| median / largest ratio | | | {statistics.median(ratios):.2f} / {max(ratios):.2f} |"]
