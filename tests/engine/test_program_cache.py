"""One program for one graph: the same graph again, other values and other numbers cost no new program."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import retrograd as rg


def _forward(x: Any, scale: float = 1.5) -> Any:
    return ((x * scale).tanh() + x.exp()).sum(0)


def test_the_same_graph_twice_is_one_program(fresh_programs: Any) -> None:
    for k in range(5):
        _forward(rg.full((3, 2), 0.1 * k)).tolist()
    assert (fresh_programs.misses, fresh_programs.hits) == (1, 4)


def test_other_python_numbers_share_the_program(fresh_programs: Any) -> None:
    results = [_forward(rg.ones(2), scale).item() for scale in (0.1, 0.2, 0.7)]
    assert fresh_programs.misses == 1
    np.testing.assert_allclose(results, 2 * (np.tanh([0.1, 0.2, 0.7]) + np.e), rtol=1e-6)      # float32


def test_integer_numbers_share_the_program_and_keep_all_their_digits(fresh_programs: Any) -> None:
    x = rg.zeros(1, dtype=rg.int64)
    big = 2 ** 53 + 1
    assert [(x + k).item() for k in (5, 7, big)] == [5, 7, big] and fresh_programs.misses == 1


def test_structural_numbers_shape_the_program(fresh_programs: Any) -> None:
    x = rg.tensor([2.0])
    assert [(x * k).item() for k in (0, 1, -1, 5, 6)] == [0, 2, -2, 10, 12]
    assert fresh_programs.misses == 4


@pytest.mark.parametrize("other", [lambda: rg.ones(4, 2), lambda: rg.ones(3, 2, dtype=rg.float64),
                                   lambda: rg.ones(3, 2).t().contiguous().t()[:, :1]],
                                   ids=["shape", "dtype", "view"])
def test_another_aval_is_another_program(fresh_programs: Any, other: Any) -> None:
    _forward(rg.ones(3, 2)).tolist()
    before = fresh_programs.misses
    _forward(other()).tolist()
    assert fresh_programs.misses > before


def _step(w: Any, x: Any) -> Any:
    loss = ((x @ w).tanh() ** 2).mean()
    loss.backward()
    return loss


def test_a_training_loop_builds_its_programs_once(fresh_programs: Any) -> None:
    w = rg.ones(3, 2, requires_grad=True)
    for _ in range(10):
        w.grad = None
        _step(w, rg.ones(4, 3))
        with rg.no_grad():
            w -= 0.1 * w.grad
        w.tolist()
        if fresh_programs.hits == 0:
            built = fresh_programs.misses
    assert fresh_programs.misses <= built + 2 and fresh_programs.hits >= 15


def test_a_known_backward_gives_the_bits_of_a_new_one(fresh_programs: Any) -> None:
    x = rg.rand(4, 3)
    first, second = (rg.full((3, 2), 0.3, requires_grad=True) for _ in range(2))
    for w in (first, second):
        _step(w, x)
    assert first.grad.numpy().tobytes() == second.grad.numpy().tobytes()


def test_a_program_is_not_confused_by_which_tensor_is_which(fresh_programs: Any) -> None:
    a, b = rg.tensor([5.0]), rg.tensor([3.0])
    assert [(a - b).item(), (b - a).item(), (a - a).item(), (b - b).item()] == [2, -2, 0, 0]


def test_a_program_is_not_confused_by_what_requires_grad() -> None:
    a, b = rg.tensor([5.0], requires_grad=True), rg.tensor([3.0], requires_grad=True)
    (a * b).sum().backward()
    c, d = rg.tensor([5.0], requires_grad=True), rg.tensor([3.0])
    (c * d).sum().backward()
    e, f = rg.tensor([5.0]), rg.tensor([3.0], requires_grad=True)
    (e * f).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (3, 5)
    assert (c.grad.item(), d.grad) == (3, None)
    assert (e.grad, f.grad.item()) == (None, 5)


def test_the_number_of_programs_is_bounded() -> None:
    from retrograd.engine.program import ProgramCache
    cache = ProgramCache(size=3)
    for k in range(5):
        cache.put(k, object())
    assert [cache.get(k) is not None for k in range(5)] == [False, False, True, True, True]


def test_the_programs_used_last_are_kept() -> None:
    from retrograd.engine.program import ProgramCache
    cache = ProgramCache(size=2)
    cache.put("a", 1)
    cache.put("b", 2)
    cache.get("a")
    cache.put("c", 3)
    assert cache.get("a") == 1 and cache.get("b") is None


def test_who_holds_what_does_not_make_new_programs_for_ever(fresh_programs: Any) -> None:
    w, x = rg.full((3,), 0.5, requires_grad=True), rg.full((3,), 2.0)

    def step(hold: str) -> list[Any]:
        w.grad = None
        a = (w * x).tanh()
        b = a.exp()
        kept = {"": None, "a": a, "b": b, "both": (a, b)}[hold]
        loss = (a * b).sum()
        del a, b
        loss.backward()
        return [t.tolist() for t in (kept if isinstance(kept, tuple) else (kept,)) if t is not None]

    expected = step("both")
    assert fresh_programs.misses == 1               # one whose results are more than what is held serves
    for _ in range(2):
        assert (step(""), step("a"), step("b")) == ([], expected[:1], expected[1:])
    assert fresh_programs.misses == 1


def test_holding_now_one_thing_and_now_another_takes_a_few_programs(fresh_programs: Any) -> None:
    w = rg.full((3,), 0.5, requires_grad=True)

    def step(k: int) -> Any:
        values = [w.tanh(), w.exp(), w.sin()]
        kept = values[k]
        loss = sum(v.sum() for v in values)
        del values
        loss.backward()
        w.grad = None
        return kept.tolist()

    first = [step(k) for k in range(3)]
    built = fresh_programs.misses
    assert [step(k) for k in (2, 0, 1, 1, 2, 0)] == [first[k] for k in (2, 0, 1, 1, 2, 0)]
    assert fresh_programs.misses == built <= 3


def test_a_backward_from_a_given_cotangent_is_found_again_and_keeps_nothing(fresh_programs: Any) -> None:
    w = rg.ones(70, 80, requires_grad=True)
    for k in range(4):
        w.grad = None
        y = (w * 0.5).exp().sum(1)
        y.backward(rg.full((70,), float(k)))
        np.testing.assert_allclose(w.grad.numpy(), k * 0.5 * np.exp(0.5), rtol=1e-6)
    assert (fresh_programs.misses, fresh_programs.hits) == (1, 3)


def test_a_long_graph_is_known_again_whichever_of_its_nodes_still_wait(fresh_programs: Any) -> None:
    w, x = rg.ones(3, requires_grad=True), rg.ones(70, 3)
    for k in range(4):
        w.grad = None
        waiting = [rg.ones(3) + 1 for _ in range(k)]        # moves the moment at which the list is full
        h, seen = w, []
        for t in x.unbind(0):
            a, b = (h * t).tanh().chunk(2)
            h = h + rg.cat([a, b]) * 0.1
            seen.append(h)
        del waiting
        rg.stack(seen).sum().backward()
    assert fresh_programs.misses <= 2, "the first time, and once without what the first left behind"


def _asked(T: Any, k: int) -> list[Any]:
    """Gradients of the same graph for other tensors, one of them on the way, one not in the graph."""
    data = [np.random.default_rng(s).standard_normal((3, 3)) for s in range(3)]
    w, v, spare = (T.tensor(a, requires_grad=True) for a in data)
    h = (w @ v).tanh()
    loss = (h @ w * (k + 1.5)).sum()
    wrt = [[w], [v], [h, v], [v, w, h], [spare, w]][k % 5]
    found = T.autograd.grad(loss, wrt, allow_unused=True)
    with pytest.raises(RuntimeError):
        loss.backward()         # w is always on the way: what leads to it is freed
    return [None if g is None else np.array(g.detach().numpy()) for g in found]


def test_gradients_of_some_tensors_are_known_too(fresh_programs: Any) -> None:
    torch = pytest.importorskip("torch")
    for k in range(60):
        if k == 50:                     # what is new may be run node by node for a while
            before = fresh_programs.misses
        for ours, theirs in zip(_asked(rg, k), _asked(torch, k), strict=True):
            assert (ours is None) == (theirs is None)
            if ours is not None:        # float64, sums of three products
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
    assert fresh_programs.misses == before
