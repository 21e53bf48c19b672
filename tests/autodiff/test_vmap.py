"""vmap is the loop over the examples: whole functions, dims, randomness, per-sample gradients, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import func
from retrograd.nn import functional as F
from retrograd.utils.checkpoint import checkpoint

F64 = rg.float64
B = 4


def tensor(rng: np.random.Generator, *shape: int) -> rg.Tensor:
    return rg.tensor(rng.standard_normal(shape))


# one example of each: (function of one example, shapes of the batched arguments, shapes of the shared
# arguments)
FUNCTIONS: dict[str, tuple[Callable[..., Any], list[tuple[int, ...]], list[tuple[int, ...]]]] = {
    "pointwise with a scalar of each example": (lambda x, s: x * s + s.exp(), [(3, 2), ()], []),
    "a scalar beside a shared tensor": (lambda s, w: s * w - s, [()], [(2, 3)]),
    "reductions": (
        lambda x: x.sum(1) + x.amax(1) + x.norm() + x.logsumexp(1) + x.mean() + x.var(),
        [(3, 4)],
        [],
    ),
    "arg reductions": (lambda x: x.argmax(1), [(3, 4)], []),
    "prod and cumsum": (lambda x: x.prod(1) + x.cumsum(1)[:, -1], [(3, 4)], []),
    "softmax": (lambda x: F.softmax(x, 0) * F.log_softmax(x, 1), [(3, 4)], []),
    "reshape, permute, flip, cat": (lambda x: rg.cat([x.t().reshape(-1), x.flip(0).flatten()]), [(3, 4)], []),
    "slices and steps": (lambda x: x[1:, ::2], [(3, 5)], []),
    "pad": (lambda x: F.pad(x, (1, 2)), [(3, 2)], []),
    "writing a slice": (lambda x, v: written(x, v), [(3, 2), (2,)], []),
    "writing a shared value": (lambda x, v: written(x, v), [(3, 2)], [(2,)]),
    "writing into a shared tensor": (lambda v, x: written(x, v), [(2,)], [(3, 2)]),
    "matmul, both": (lambda a, b: a @ b, [(3, 4), (4, 2)], []),
    "matmul, left": (lambda a, b: a @ b, [(3, 4)], [(4, 2)]),
    "matmul, right": (lambda b, a: a @ b, [(4, 2)], [(3, 4)]),
    "matrix and vector": (lambda x, w: w @ x, [(4,)], [(3, 4)]),
    "linear": (lambda x, w, b: F.linear(x, w, b), [(4,)], [(3, 4), (3,)]),
    "linear with weights of each example": (lambda w, b, x: F.linear(x, w, b), [(3, 4), (3,)], [(5, 4)]),
    "layer norm": (lambda x, w, b: F.layer_norm(x, (4,), w, b), [(3, 4)], [(4,), (4,)]),
    "gelu": (lambda x: F.gelu(x), [(3,)], []),
    "sort": (lambda x: rg.sort(x)[0], [(5,)], []),
    "topk": (lambda x: rg.topk(x, 2)[0], [(5,)], []),
    "where": (lambda x, y: rg.where(x > 0, x, y), [(3,)], [(3,)]),
    "index select": (lambda x: x.index_select(1, rg.tensor([2, 0, 2])), [(2, 3)], []),
    "conv": (lambda x, w: F.conv1d(x, w, padding=1, stride=2), [(2, 3, 7)], [(4, 3, 3)]),
    "conv with weights of each example": (lambda w, x: F.conv2d(x, w), [(4, 3, 2, 2)], [(1, 3, 5, 5)]),
    "pooling": (lambda x: F.max_pool2d(x, 2), [(1, 2, 4, 4)], []),
    "cross entropy": (lambda x: F.cross_entropy(x, rg.tensor([1, 0])), [(2, 3)], []),
    "a closed-over tensor alone": (lambda x: rg.ones(2, dtype=F64), [(3,)], []),
    "gradient": (func.grad(lambda x: (x.sin() * x).sum()), [(3,)], []),
    "jacobian": (func.jacrev(lambda x: x.sin().outer(x)), [(3,)], []),
    "forward jacobian": (func.jacfwd(lambda x: x.sin().outer(x)), [(3,)], []),
    "hessian": (func.hessian(lambda x: (x**3).sum() * x[0]), [(3,)], []),
    "vmap": (func.vmap(lambda x, y: x @ y, (0, None)), [(3, 2), (2,)], []),
    "vmap over another dimension": (func.vmap(lambda x: x.cumsum(0), 1, 1), [(3, 2)], []),
    "jvp": (lambda x, t: func.jvp(lambda x: x.exp().sum(), (x,), (t,))[1], [(3,), (3,)], []),
    "autograd.grad": (lambda x: rg.autograd.grad((x**2).sum(), x, create_graph=True)[0], [(3,)], []),
    "checkpoint": (lambda x: checkpoint(rg.tanh, x), [(3,)], []),
}


def written(x: Any, v: Any) -> Any:
    y = x.clone()
    y[1] = v
    return y


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vmap_is_the_loop(name: str, rng: np.random.Generator) -> None:
    f, many, shared = FUNCTIONS[name]
    xs = [tensor(rng, B, *s) for s in many]
    ws = [tensor(rng, *s) for s in shared]
    if name == "autograd.grad":
        xs = [x.requires_grad_() for x in xs]
    got = func.vmap(f, (0,) * len(xs) + (None,) * len(ws))(*xs, *ws)
    expected = rg.stack([f(*[x[k] for x in xs], *ws) for k in range(B)])
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got.detach().numpy(), expected.detach().numpy(), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    "name", [n for n in FUNCTIONS if n not in ("arg reductions", "a closed-over tensor alone")]
)
def test_the_gradient_of_vmap_is_that_of_the_loop(name: str, rng: np.random.Generator) -> None:
    f, many, shared = FUNCTIONS[name]
    args = [tensor(rng, B, *s) for s in many] + [tensor(rng, *s) for s in shared]
    weight = rng.standard_normal(1000)

    def loss(batched: bool) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            xs, ws = args[:len(many)], args[len(many):]
            y = func.vmap(f, (0,) * len(xs) + (None,) * len(ws))(*xs, *ws) if batched else \
                rg.stack([f(*[x[k] for x in xs], *ws) for k in range(B)])
            return (y * rg.tensor(weight[:y.numel()].reshape(tuple(y.shape)))).sum()
        return call
    every = tuple(range(len(args)))
    if name == "autograd.grad":
        args = [a.requires_grad_() for a in args]
    for got, expected in zip(func.grad(loss(True), every)(*args), func.grad(loss(False), every)(*args)):
        np.testing.assert_allclose(got.detach().numpy(), expected.detach().numpy(), rtol=1e-11, atol=1e-12)


# ---------------------------------------------------------------- indices that differ between examples
@pytest.mark.parametrize("case", ["gather", "take", "embedding", "scatter_add", "advanced", "put"])
def test_indices_of_each_example(case: str, rng: np.random.Generator) -> None:
    x, table = tensor(rng, B, 5, 3), tensor(rng, 6, 3)
    i = rg.tensor(np.stack([rng.permutation(5)[:2] for _ in range(B)]))
    f = {"gather": lambda x, i: rg.gather(x, 0, i.reshape(2, 1)), "take": lambda x, i: x.index_select(0, i),
         "embedding": lambda x, i: F.embedding(i, table), "advanced": lambda x, i: x[i] * 2,
         "scatter_add": lambda x, i: x.index_add(0, i, x[:2]), "put": lambda x, i: put(x, i)}[case]

    def put(x: Any, i: Any) -> Any:
        y = x.clone()
        y[i] = 0.5
        return y
    got = func.vmap(f)(x, i)
    expected = rg.stack([f(x[k], i[k]) for k in range(B)])
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-14)


# ---------------------------------------------------------------- dims
def test_in_dims_and_out_dims_in_nested_structures(rng: np.random.Generator) -> None:
    a, b = tensor(rng, 3, B), tensor(rng, B, 2)
    f = lambda p, k: {"x": p["a"] * k, "y": (p["b"], p["a"].sum())}
    out = func.vmap(f, in_dims=({"a": 1, "b": 0}, None), out_dims={"x": -1, "y": (1, 0)})(
        {"a": a, "b": b}, 2.0
    )
    np.testing.assert_array_equal(out["x"].numpy(), 2 * a.numpy())
    np.testing.assert_array_equal(out["y"][0].numpy(), b.numpy().T)
    assert tuple(out["y"][1].shape) == (B,)


def test_negative_dims_keyword_arguments_and_outputs_that_do_not_differ(rng: np.random.Generator) -> None:
    x = tensor(rng, 3, B)
    np.testing.assert_array_equal(
        func.vmap(lambda x, k: x + k, -1, -1)(x, k=rg.zeros(B, dtype=F64)).numpy(), x.numpy()
    )
    y, same = func.vmap(lambda x: (x, rg.ones(2)), 1, (0, None))(x)
    assert tuple(y.shape) == (B, 3) and tuple(same.shape) == (2,)


@pytest.mark.parametrize("chunk", [1, 3, 4, 9])
def test_chunks_change_nothing(chunk: int, rng: np.random.Generator) -> None:
    x = tensor(rng, 3, B)
    f = lambda x: {"s": x.sum(), "x": x}
    whole, parts = (func.vmap(f, 1, {"s": 0, "x": 1}, chunk_size=c)(x) for c in (None, chunk))
    assert rg.equal(whole["s"], parts["s"]) and rg.equal(whole["x"], parts["x"])


@pytest.mark.parametrize(("call", "message"), [
    (lambda x: func.vmap(lambda a, b: a * b)(x, x[:2]), "differ in the number of examples"),
    (lambda x: func.vmap(lambda a: a, None)(x), "None for every argument"),
    (lambda x: func.vmap(lambda a: a, 2)(x), "in_dims is 2"),
    (lambda x: func.vmap(lambda a: a)(x[0, 0]), "None for one that all examples share"),
    (lambda x: func.vmap(lambda a, b: a)(x, 3), "an argument that is a int"),
    (lambda x: func.vmap(lambda a: a, (0, 0))(x), "in_dims has 2 entries"),
    (lambda x: func.vmap(lambda a: 3)(x), "returned a int"),
    (lambda x: func.vmap(lambda a: a, out_dims=5)(x), "out_dims is 5"),
    (lambda x: func.vmap(lambda a: a, out_dims=None)(x), "out_dims is None"),
    (lambda x: func.vmap(lambda a: a, randomness="maybe")(x), "'error', 'same' or 'different'"),
    (lambda x: func.vmap(lambda a: a * float(a.sum()))(x), "cannot be read"),
    (lambda x: func.vmap(lambda a: a if a.sum() > 0 else -a)(x), "cannot be read"),
    (lambda x: func.vmap(lambda a: a * rg.rand(3))(x), "randomness='different'"),
    (lambda x: func.vmap(lambda a: F.dropout(a))(x), "randomness='same'"),
])
def test_errors_say_what_came_and_what_to_do(call: Any, message: str) -> None:
    with pytest.raises((RuntimeError, TypeError, ValueError, Exception)) as error:
        call(rg.ones(B, 3))
    assert message in str(error.value), str(error.value)


# ---------------------------------------------------------------- randomness
def test_different_randomness_is_one_draw_for_all_and_same_is_one_for_each() -> None:
    x = rg.zeros(B)
    rg.manual_seed(1)
    different = func.vmap(lambda x: x + rg.rand(3), randomness="different")(x)
    rg.manual_seed(1)
    assert rg.equal(different, rg.rand(B, 3))
    same = func.vmap(lambda x: x + rg.randn(3), randomness="same")(x)
    assert all(rg.equal(same[0], same[k]) for k in range(B)) and same[0, 0] != same[0, 1]


def test_randomness_in_two_levels() -> None:
    x = rg.zeros(2, 3)

    def run(outer: str, inner: str) -> np.ndarray:
        return func.vmap(func.vmap(lambda x: x + rg.rand(()), randomness=inner), randomness=outer)(x).numpy()
    assert len(np.unique(run("different", "different"))) == 6
    assert [len(np.unique(row)) for row in run("different", "same")] == [1, 1]
    rows = run("same", "different")
    assert (rows[0] == rows[1]).all() and len(np.unique(rows[0])) == 3


def test_dropout_differs_between_examples_and_its_gradient_has_the_same_mask() -> None:
    x = rg.ones(B, 100, requires_grad=True)
    y = func.vmap(lambda x: F.dropout(x, 0.5), randomness="different")(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), y.detach().numpy())
    assert len({tuple(row) for row in y.tolist()}) == B


# ---------------------------------------------------------------- per-sample gradients, ensembles
def test_per_sample_gradients_of_a_network(rng: np.random.Generator) -> None:
    net = rg.nn.Sequential(rg.nn.Linear(3, 5), rg.nn.Tanh(), rg.nn.LayerNorm(5), rg.nn.Linear(5, 2)).double()
    params = {name: p.detach() for name, p in net.named_parameters()}
    x, y = tensor(rng, B, 3), rg.tensor(rng.integers(0, 2, B))

    def loss(params: Any, x: Any, y: Any) -> Any:
        return F.cross_entropy(func.functional_call(net, params, (x.unsqueeze(0),)), y.unsqueeze(0))
    each = func.vmap(func.grad(loss), (None, 0, 0))(params, x, y)
    for k in range(B):
        net.zero_grad()
        F.cross_entropy(net(x[k:k + 1]), y[k:k + 1]).backward()
        for name, p in net.named_parameters():
            np.testing.assert_allclose(each[name][k].numpy(), p.grad.numpy(), rtol=1e-11, atol=1e-13)


def test_an_ensemble_by_stack_module_state(rng: np.random.Generator) -> None:
    nets = [rg.nn.Sequential(rg.nn.Linear(3, 4), rg.nn.ReLU(), rg.nn.Linear(4, 1)) for _ in range(3)]
    params, buffers = func.stack_module_state(nets)
    x = rg.tensor(rng.standard_normal((5, 3)), dtype=rg.float32)
    out = (
        func.vmap(lambda p, b, x: func.functional_call(nets[0], (p, b), (x,)), (0, 0, None))(
            params, buffers, x
        )
        if buffers
        else func.vmap(lambda p, x: func.functional_call(nets[0], p, (x,)), (0, None))(params, x)
    )
    expected = rg.stack([net(x) for net in nets])
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    out.sum().backward()
    assert params["0.weight"].grad is not None and params["0.weight"].is_leaf


def test_what_vmap_records_inside_does_not_disturb_an_evaluation_outside() -> None:
    kept = []

    def f(x: Any) -> Any:
        kept.append(x * 2)
        for _ in range(300):            # more pending nodes than the recorder lets grow
            x = x + 1
            kept.append(x)
        rg.ones(2).sum().item()
        return x
    assert func.vmap(f)(rg.zeros(3)).tolist() == [300.0] * 3
    w = rg.ones(2, requires_grad=True)
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]


def test_no_grad_inside_stays_without_derivative() -> None:
    def f(x: Any) -> Any:
        with rg.no_grad():
            y = x * 3
        return x * y
    g = func.grad(lambda x: func.vmap(f)(x).sum())(rg.tensor([1.0, 2.0]))
    assert g.tolist() == [3.0, 6.0]


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")  # of PyTorch, when forward mode starts
@pytest.mark.parametrize(
    "name",
    [
        "pointwise with a scalar of each example",
        "matmul, left",
        "sort",
        "hessian",
        "vmap over another dimension",
    ],
)
def test_as_pytorch(name: str, torch: Any, rng: np.random.Generator) -> None:
    arrays = {"pointwise with a scalar of each example": [(B, 3), (B,)], "matmul, left": [(B, 3, 4), (4, 2)],
              "sort": [(B, 5)], "hessian": [(B, 3)], "vmap over another dimension": [(B, 3, 2)]}[name]
    values = [rng.standard_normal(s) for s in arrays]

    def run(lib: Any) -> np.ndarray:
        f = {
            "pointwise with a scalar of each example": lambda x, s: x * s + s.exp(),
            "matmul, left": lambda a, b: a @ b,
            "sort": lambda x: lib.sort(x)[0],
            "hessian": lib.func.hessian(lambda x: (x**3).sum() * x[0]),
            "vmap over another dimension": lib.func.vmap(lambda x: x.cumsum(0), 1, 1),
        }[name]
        dims = (0, None) if name == "matmul, left" else 0
        return lib.func.vmap(f, dims)(*[lib.tensor(v) for v in values]).numpy()
    np.testing.assert_allclose(run(rg), run(torch), rtol=1e-12, atol=1e-13)
