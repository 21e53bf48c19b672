"""A loop over time beside the same loop written out in Python: values, gradients, every mode and order."""

from __future__ import annotations

import numpy as np
import pytest

import retrograd as rg
from retrograd.autodiff.scan import scan_p
from retrograd.base.config import config
from retrograd.codegen import compile_graph
from retrograd.engine.program import programs
from retrograd.graph.graph import topological
from retrograd.ops.contract import matmul_p

RNG = np.random.default_rng(5)
W, U, B = (RNG.uniform(-0.5, 0.5, s) for s in ((3, 3), (2, 3), (3,)))
X, H, C = (RNG.uniform(-1, 1, s) for s in ((6, 4, 2), (4, 3), (4, 3)))


def unrolled(f, carry, xs, reverse=False):
    """What scan means."""
    times = range(len(xs))
    ys = [None] * len(xs)
    for t in reversed(times) if reverse else times:
        carry, ys[t] = f(carry, xs[t])
    return carry, rg.stack(ys)


def scanned(f, carry, xs, reverse=False, **options):
    return rg.scan(f, carry, xs, reverse=reverse, **options)


def two_carries(w, u, b):
    """A cell in which everything is read: two carries, one of them twice, weights, a bias, a number."""
    def step(carry, x):
        h, c = carry
        z = rg.tanh(h @ w + x @ u + b)
        c = c * rg.sigmoid(z) + 0.3 * z
        return (c.tanh() * z, c), h * c
    return step


def results(loop, reverse=False, names="wubxhc", **options):
    """The loss, all outputs and all gradients."""
    given = {"w": W, "u": U, "b": B, "x": X, "h": H, "c": C}
    t = {k: rg.tensor(v, requires_grad=k in names) for k, v in given.items()}
    step = two_carries(t["w"], t["u"], t["b"])
    (h, c), ys = loop(step, (t["h"], t["c"]), t["x"], reverse=reverse, **options)
    loss = (h * 2 + c).sum() + (ys * ys).sum()
    grads = rg.autograd.grad(loss, [t[k] for k in names])
    return [v.detach().numpy() for v in (loss, h, c, ys, *grads)]


def close(got, expected):
    # the same numbers, added in another order
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("options", [{}, {"save": "carry"}])
def test_values_and_gradients_are_those_of_the_loop_written_out(reverse, options):
    close(results(scanned, reverse, **options), results(unrolled, reverse))


@pytest.mark.parametrize("names", ["w", "x", "h", "c", "ub", "bx"])
def test_gradients_of_some_inputs_are_those_of_the_loop_written_out(names):
    close(results(scanned, names=names), results(unrolled, names=names))


def test_numpy_computes_what_kernels_compute(monkeypatch):
    native = results(scanned)
    monkeypatch.setattr(programs, "_programs", type(programs._programs)())
    monkeypatch.setattr(config, "jit", False)
    close(results(scanned), native)


def test_only_some_outputs_may_be_used():
    def grads(loop, pick):
        w, x = rg.tensor(W, requires_grad=True), rg.tensor(X, requires_grad=True)
        out = loop(lambda h, x: (rg.tanh(h @ w + x.sum()), h), rg.tensor(H), x)
        return [g.numpy() for g in rg.autograd.grad(pick(*out), (w, x))]
    for pick in (lambda h, ys: h.sum(), lambda h, ys: ys.sin().sum(), lambda h, ys: (ys[-1] ** 2).sum(),
                 lambda h, ys: ys[1].sum() + h[0].sum(), lambda h, ys: (ys[2:4] * ys[3:5]).sum()):
        close(grads(scanned, pick), grads(unrolled, pick))


def test_a_constant_is_read_in_ways_that_are_no_product():
    """Sums over the steps that are added up on the way: pointwise, by a view, twice, through a function."""
    def step(a):
        def one(h, x):
            h = h * a.exp() + x.sum() * a.T.reshape(4, 3)
            return h, (a * a + h).sum(0)
        return one

    def grads(loop):
        a, x = rg.tensor(C, requires_grad=True), rg.tensor(X, requires_grad=True)
        h, ys = loop(step(a), rg.tensor(H), x)
        return [g.numpy() for g in rg.autograd.grad(h.sum() + (ys ** 2).sum(), (a, x))]
    close(grads(scanned), grads(unrolled))


def test_batched_products_give_their_gradients_in_one_product():
    def grads(loop):
        w = rg.tensor(RNG_W, requires_grad=True)
        h, ys = loop(lambda h, x: (rg.tanh(h @ w + x), h.sum(-1)), rg.tensor(RNG_H), rg.tensor(RNG_X))
        return [g.numpy() for g in rg.autograd.grad(h.sum() + (ys ** 2).sum(), (w,))]
    rng = np.random.default_rng(1)
    RNG_W, RNG_H, RNG_X = (rng.uniform(-1, 1, s) for s in ((2, 3, 3), (2, 4, 3), (5, 2, 4, 3)))
    close(grads(scanned), grads(unrolled))


def test_the_gradient_of_a_weight_is_one_product_over_all_steps():
    w, x = rg.tensor(W, requires_grad=True), rg.tensor(RNG.uniform(-1, 1, (6, 4, 3)))
    h, _ = rg.scan(lambda h, x: (rg.tanh(h @ w + x), None), rg.tensor(H), x)
    grad, = rg.autograd.grad(h.sum(), (w,), create_graph=True)
    products = [n for n in topological([grad.node]) if n.prim.name == "matmul"]
    assert [n.inputs[0].shape for n in products] == [(3, 24)]


def test_second_derivatives_agree_in_all_nestings():
    def energy(loop):
        def of(w):
            h, ys = loop(lambda h, x: (rg.tanh(h @ w + x @ rg.tensor(U)), h), rg.tensor(H), rg.tensor(X))
            return (h * h).sum() + ys.sin().sum()
        return of
    hessians = [outer(inner(energy(loop)))(rg.tensor(W)).numpy() for loop in (scanned, unrolled)
                for outer in (rg.func.jacrev, rg.func.jacfwd) for inner in (rg.func.jacrev, rg.func.jacfwd)]
    for other in hessians[1:]:
        np.testing.assert_allclose(other, hessians[0], rtol=1e-11, atol=1e-12)


def test_forward_mode_is_that_of_the_loop_written_out():
    def f(loop):
        u, b, h, c = (rg.tensor(v) for v in (U, B, H, C))
        return lambda w, x: loop(two_carries(w, u, b), (h, c), x)[1]
    dw, dx = (rg.tensor(RNG.uniform(-1, 1, v.shape)) for v in (W, X))
    pairs = [rg.func.jvp(f(loop), (rg.tensor(W), rg.tensor(X)), (dw, dx)) for loop in (scanned, unrolled)]
    close(*[[v.numpy() for v in pair] for pair in pairs])


def test_vmap_of_a_loop_is_a_loop_over_examples():
    def one(w, h):
        last, ys = rg.scan(lambda h, x: (rg.tanh(h @ w + x @ rg.tensor(U)), h.sum()), h, rg.tensor(X))
        return (last ** 2).sum() + ys.sum()
    w = rg.tensor(np.stack([W, 2 * W, -W]))
    for dims, h in (((0, None), H), ((0, 0), np.stack([H, H + 1, -H]))):
        got = rg.vmap(rg.func.grad(one), in_dims=dims)(w, rg.tensor(h))
        for k in range(3):
            expected = rg.func.grad(one)(w[k], rg.tensor(h if dims[1] is None else h[k]))
            np.testing.assert_allclose(got[k].numpy(), expected.numpy(), rtol=1e-12)


def test_integers_and_masks_may_be_carried():
    """Outputs of several dtypes; a carry without derivative steers one that has some."""
    def step(carry, x):
        count, h, seen = carry
        h = rg.where(seen, h * x, h + x)
        return (count + 1, h, h > 1.0), (count, h)
    x = rg.tensor([0.5, 0.7, 1.5, 2.0], requires_grad=True)
    init = (rg.tensor(0), rg.tensor(0.0, requires_grad=True), rg.tensor(False))
    (count, h, seen), (counts, hs) = rg.scan(step, init, x)
    assert (count.item(), seen.item(), counts.tolist()) == (4, True, [0, 1, 2, 3])
    np.testing.assert_allclose(hs.tolist(), [0.5, 1.2, 1.8, 3.6], rtol=1e-6)
    (h + hs[0]).backward()
    np.testing.assert_allclose(x.grad.tolist(), [4.0, 3.0, 2.4, 1.8], rtol=1e-6)
    assert init[1].grad.item() == pytest.approx(4.0)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_every_floating_type_is_computed_as_in_the_loop_written_out(dtype):
    kind = getattr(rg, dtype)
    w, x, h = (rg.tensor(v).to(kind) for v in (W, X @ U, H))
    got = rg.scan(lambda h, x: (rg.tanh(h @ w + x), h), h, x)
    expected = unrolled(lambda h, x: (rg.tanh(h @ w + x), h), h, x)
    for a, b in zip(got, expected, strict=True):
        assert a.dtype is kind and rg.equal(a, b), dtype


def test_a_part_without_gradient_stays_without():
    def grads(loop):
        x = rg.tensor([1.0, 2.0, 3.0], requires_grad=True)

        def step(h, x):
            with rg.no_grad():
                fixed = h * 2
            return h * x + fixed + h.detach(), x
        return rg.autograd.grad(loop(step, rg.tensor(1.0), x)[0], (x,))[0].tolist()
    assert grads(scanned) == grads(unrolled)


def test_a_loop_needs_no_xs_and_may_have_no_steps():
    assert rg.scan(lambda n, _: (n * 2, n), rg.tensor(1.0), length=4)[1].tolist() == [1, 2, 4, 8]
    last, ys = rg.scan(lambda h, x: (h + x, h), rg.ones(2), rg.ones(0, 2))
    assert last.tolist() == [1, 1] and ys.shape == (0, 2)


def test_a_known_array_that_is_not_contiguous_is_walked_along():
    a = rg.tensor(np.arange(24.0).reshape(2, 3, 4))
    got = rg.scan(lambda h, x: (h + x, h), rg.zeros(2, 3).double(), a.permute(2, 0, 1), reverse=True)[1]
    expected = unrolled(lambda h, x: (h + x, h), rg.zeros(2, 3).double(), a.permute(2, 0, 1), True)[1]
    assert rg.equal(got, expected)


def test_an_index_outside_names_the_error_of_the_step():
    table = rg.ones(3, 2)
    with pytest.raises(IndexError):
        rg.scan(lambda h, i: (h + table[i], h), rg.zeros(1, 2), rg.tensor([[0], [2], [3]]))[0].numpy()


def test_a_loop_is_one_node_whatever_its_length():
    last, _ = rg.scan(lambda h, x: (rg.tanh(h @ rg.tensor(W) + x), None), rg.tensor(H), rg.tensor(X @ U))
    assert sum(n.prim is scan_p for n in topological([last.node])) == 1


def test_lengths_share_kernels(monkeypatch):
    """Forward, pullback and the gradient of the weight, over 100 and over 101 steps."""
    met = []

    def codes(descriptions):
        met.append(list(descriptions))
        return codes_of(met[-1])
    codes_of = compile_graph.codes_of
    monkeypatch.setattr(compile_graph, "codes_of", codes)
    kernels = []
    for steps in (100, 101):
        met.clear()
        w, x = rg.tensor(W, requires_grad=True), rg.tensor(np.ones((steps, 4, 3)))
        rg.scan(lambda h, x, w=w: (rg.tanh(h @ w + x), h), rg.tensor(H), x)[1].sum().backward()
        assert w.grad.isfinite().all()
        kernels.append({repr(d) for some in met for d in some})        # the key of a kernel
    assert kernels[1] and kernels[1] <= kernels[0]


@pytest.mark.parametrize(("call", "message"), [
    (lambda: rg.scan(lambda h, x: (h, x), rg.ones(2), None), "Give length="),
    (lambda: rg.scan(lambda h, x: (h, x), rg.ones(2), rg.ones(3), length=4), "one number of steps"),
    (lambda: rg.scan(lambda h, x: (h.sum(), x), rg.ones(2), rg.ones(3)), "the same tensors after a step"),
    (lambda: rg.scan(lambda h, x: (h.double(), x), rg.ones(2), rg.ones(3)), "the same tensors after a step"),
    (lambda: rg.scan(lambda h, x: h, rg.ones(2), rg.ones(3)), "a tuple"),
    (lambda: rg.scan(lambda h, x: (h + rg.randn(2), x), rg.ones(2), rg.ones(3)), "outside"),
    (lambda: rg.scan(lambda h, x: (h * h.sum().item(), x), rg.ones(2), rg.ones(3)), "cannot be read"),
    (lambda: rg.scan(lambda h, x: (h, x), 1.0, rg.ones(3)), "float"),
    (lambda: rg.scan(lambda h, x: (h, x), rg.ones(2), rg.ones(3), save="none"), "'all' or 'carry'"),
    (lambda: rg.scan(lambda h, x: (h, x), rg.ones(2), rg.tensor(1.0)), "dimension 0"),
])
def test_wrong_arguments_say_what_is_expected(call, message):
    with pytest.raises((RuntimeError, TypeError, ValueError), match=message):
        call()


def test_what_one_operation_makes_of_kept_values_is_not_kept():
    """An LSTM keeps its gates and its two paths; the tangent of the cell is computed again."""
    from_gates = rg.tensor(RNG.uniform(-1, 1, (5, 4, 12)), requires_grad=True)

    def step(carry, gates):
        i, f, g, o = (gates + carry[0] @ rg.tensor(np.ones((3, 12)))).chunk(4, -1)
        c = f.sigmoid() * carry[1] + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h, c), h
    out = rg.scan(step, (rg.tensor(H), rg.tensor(C)), from_gates)[1]
    loop = next(n.params[0] for n in topological([out.node]) if n.prim is scan_p)
    assert [kind for kind, _ in loop.outputs].count("each") == 4
    assert [kind for kind, _ in loop.outputs].count("path") == 2


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_what_reads_the_last_output_alone_puts_no_zeros_around_it(reverse, turned):
    """out[:, -1] of a layer: the way back begins with its cotangent."""
    def last(loop):
        w, x, h = (rg.tensor(v, requires_grad=True) for v in (W, X @ U, H))
        _, ys = loop(lambda h, x: ((new := rg.tanh(h @ w + x)), new), h, x, reverse=reverse)
        y = ys.transpose(0, 1)[:, 0 if reverse else -1] if turned else ys[0 if reverse else -1]
        return rg.autograd.grad((y * y).sum(), (w, x, h), create_graph=True)
    got = last(scanned)
    padded = [n for n in topological([g.node for g in got]) if n.prim.name == "pad" and 6 in n.shape]
    assert not padded
    close([g.detach().numpy() for g in got], [g.detach().numpy() for g in last(unrolled)])


@pytest.mark.parametrize("reverse", [False, True])
def test_a_gradient_has_the_same_bits_whichever_others_are_asked(reverse):
    given = {"w": W, "u": U, "b": B, "x": X, "h": H, "c": C}

    def grads(tracked, asked):
        t = {k: rg.tensor(v, requires_grad=k in tracked) for k, v in given.items()}
        (h, c), ys = rg.scan(two_carries(t["w"], t["u"], t["b"]), (t["h"], t["c"]), t["x"], reverse=reverse)
        loss = (h * 2 + c).sum() + (ys * ys).sum()
        found = rg.autograd.grad(loss, [t[k] for k in asked])
        return {k: g.numpy().tobytes() for k, g in zip(asked, found)}
    every = grads("wubxhc", "wubxhc")
    for names in ("w", "u", "b", "x", "h", "bc", "wx"):
        for tracked in (names, "wubxhc"):
            assert grads(tracked, names) == {k: every[k] for k in names}


def test_what_no_gradient_is_asked_of_is_not_computed_on_the_way_back():
    w, x = rg.tensor(W, requires_grad=True), rg.tensor(RNG.normal(size=(6, 4, 3)), requires_grad=True)
    _, ys = rg.scan(lambda h, x: ((x @ w + h).tanh(),) * 2, rg.tensor(H), x)
    products = []
    for asked in ([w], [w, x]):
        grads = rg.autograd.grad(ys.sum(), asked, retain_graph=True, create_graph=True)
        back = [n for n in topological([g.node for g in grads]) if n.prim is scan_p and n.params[0].reverse]
        products.append(sum(s.prim is matmul_p for n in back for s in n.params[0].body.steps))
    assert products == [0, 1]
