"""grad_fn: names and neighbours as in PyTorch for what tutorials print; edges, hooks and notes on nodes."""

from __future__ import annotations

from typing import Any

import pytest

import retrograd as rg

# What is one operation there and here, of matrices x and y, a vector v.
SAME = """x + 1|x + y|x - y|x * 2|x * y|x / y|x ** y|-x|x.exp()|x.log()|x.sqrt()|x.sin()|x.tanh()|x.sigmoid()|x.relu()
    |x.abs()|x.clamp(min=0)|x.sum()|x.sum(0)|x.mean()|x.mean(0)|x.max()|x.min()|x.amax(0)|x.norm()|x @
    y|x.mm(y)|x.t() |x.reshape(-1)|x.view(-1)|x.flatten()|x.unsqueeze(0)|x[0]|x[:, 1]|x[0:2]|x.expand(2, 3,
    3)|T.cat([x, y])|T.stack([x, y]) |x.clone()|x.softmax(1)|x.log_softmax(1)|F.gelu(x)|x.double()|x.gather(0,
    i)|T.where(x > 0, x, y)|x.cumsum(0) |T.bmm(x[None],
    y[None])|x.logsumexp(0)|x.erf()|x.log1p()|x.rsqrt()|x.reciprocal()|T.maximum(x, y)|x.det()|F.linear(x, y)
    |x.index_select(0, i[0])|F.pad(x, (1, 1))|x.round()|(x * y).sum()|x.mean().exp()|x.trunc()
    |x[None].permute(2, 0, 1)|x[None].transpose(1, 2)"""
NAMED = """F.cross_entropy(x, j)|F.linear(x, y, v)|F.conv2d(x[None, None], y[None, None])|F.max_pool2d(x[None, None], 2)
    |F.batch_norm(x, None, None, training=True)|F.layer_norm(x, (3,))|F.group_norm(x[None], 3)|T.nn.Linear(3,
    2)(x)"""


def _space(T: Any) -> dict[str, Any]:
    x = T.tensor([[0.1, 0.5, 0.2], [0.3, 0.9, 0.4], [0.6, 0.2, 0.7]], requires_grad=True)
    return {"T": T, "F": T.nn.functional, "x": x, "y": x.detach().clone().requires_grad_(),
            "v": T.tensor([0.3, 0.2, 0.9], requires_grad=True), "i": T.zeros(1, 3, dtype=T.int64),
            "j": T.tensor([0, 1, 2])}


def _name(T: Any, expression: str) -> tuple[str, ...]:
    fn = eval(expression, _space(T)).grad_fn
    return fn.name(), type(fn).__name__, *[n and n.name() for n, _ in fn.next_functions]


@pytest.mark.parametrize("expression", [" ".join(e.split()) for e in SAME.split("|")])
def test_an_operation_has_pytorch_s_name_and_neighbours(torch: Any, expression: str) -> None:
    assert _name(rg, expression) == _name(torch, expression)


@pytest.mark.parametrize("expression", [" ".join(e.split()) for e in NAMED.split("|")])
def test_a_composite_has_pytorch_s_name(torch: Any, expression: str) -> None:
    assert _name(rg, expression)[:2] == _name(torch, expression)[:2]


def test_the_graph_can_be_walked_to_the_leaves(torch: Any) -> None:
    def names(T: Any) -> list[str]:
        x = T.ones(2, requires_grad=True)
        fn, found = ((x * 2).exp() + 1).sum().grad_fn, []
        while fn is not None:
            found.append(fn.name())
            last, fn = fn, fn.next_functions[0][0] if fn.next_functions else None
        assert last.variable is x
        return found
    assert names(rg) == names(torch)


def test_a_function_of_ones_own_is_named_after_its_class(torch: Any) -> None:
    def name(T: Any) -> str:
        class Double(T.autograd.Function):
            @staticmethod
            def forward(ctx: Any, x: Any) -> Any:
                return x * 2

            @staticmethod
            def backward(ctx: Any, g: Any) -> Any:
                return g * 2
        y = Double.apply(T.ones(1, requires_grad=True))
        return y.grad_fn.name(), y.grad_fn.next_functions[0][0].name()
    assert name(rg) == name(torch)


def test_saved_values_can_be_looked_at(torch: Any) -> None:
    def saved(T: Any) -> list[Any]:
        x = T.tensor([2.0, 3.0], requires_grad=True)
        y = x.exp()
        product = x * y
        found = [product.grad_fn._saved_self, product.grad_fn._saved_other, y.grad_fn._saved_result]
        product.sum().backward()
        with pytest.raises(RuntimeError):
            _ = product.grad_fn._saved_self
        return [t.tolist() for t in found]
    for a, b in zip(saved(rg), saved(torch)):
        assert a == pytest.approx(b, rel=1e-6)
    with pytest.raises(AttributeError):
        _ = (rg.ones(1, requires_grad=True) + 1).grad_fn._saved_self


def test_edges_stand_for_tensors(torch: Any) -> None:
    def found(T: Any) -> list[Any]:
        x = T.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        place = T.autograd.graph.get_gradient_edge(y)
        z = (y * y).sum()
        assert place.output_nr == 0 and place.node.name() == "MulBackward0"
        del y
        inner, leaf = T.autograd.grad(z, [place, T.autograd.graph.get_gradient_edge(x)], retain_graph=True)
        start, = T.autograd.grad(place, x, T.ones(2), retain_graph=True)
        T.autograd.backward(z, inputs=[x])
        return [inner.tolist(), leaf.tolist(), start.tolist(), x.grad.tolist()]
    assert found(rg) == found(torch)
    with pytest.raises(RuntimeError, match="require grad"):
        rg.autograd.graph.get_gradient_edge(rg.ones(1))


def test_notes_on_a_node_stay_with_it_and_change_nothing() -> None:
    x = rg.ones(1, requires_grad=True)
    y = x * 2
    y.grad_fn.metadata["seen"] = True
    (y * 3).backward()
    assert x.grad.item() == 6
    assert type((x * 2).grad_fn) is type((x * 5).grad_fn)
    assert isinstance((x * 2).grad_fn, rg.autograd.graph.Node)


def test_a_write_can_be_counted() -> None:
    x, y = rg.zeros(1), rg.zeros(2)
    rg.autograd.graph.increment_version([x, y])
    rg.autograd.graph.increment_version(x)
    assert (x._version, y._version) == (2, 1)
