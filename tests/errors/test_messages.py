"""The errors of everyday mistakes, read whole: what came, what was expected, how to mend it, and where."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

import retrograd as rg

F = rg.nn.functional
PATH = __file__


def _leaf(*shape: int) -> Any:
    return rg.ones(*shape, requires_grad=True)


# Each mistake is a function; the line that an error names (its "Recorded at") is marked  # here .
def wrong_inner_sizes() -> None:
    rg.ones(64, 784) @ rg.ones(10, 784)


def wrong_inner_sizes_the_other_way() -> None:
    rg.ones(3, 2) @ rg.ones(3, 4)


def wrong_inner_sizes_without_a_guess() -> None:
    rg.ones(3, 2) @ rg.ones(5, 4)


def wrong_features_of_a_layer() -> None:
    rg.nn.Linear(784, 10)(rg.ones(64, 28))


def shapes_that_do_not_broadcast() -> None:
    rg.ones(2, 3) + rg.ones(2)


def wrong_target_dtype() -> None:
    F.cross_entropy(rg.ones(4, 3), rg.ones(4))


def wrong_target_dtype_of_bce() -> None:
    F.binary_cross_entropy(rg.full((4,), 0.5), rg.ones(4).long())


def mixed_dtypes_in_a_product() -> None:
    rg.ones(2, 3) @ rg.ones(3, 2, dtype=rg.float64)


def target_out_of_range() -> None:
    F.cross_entropy(rg.ones(4, 3), rg.tensor([0, 1, 2, 3])).item()


def column_against_vector() -> None:
    F.mse_loss(rg.ones(4, 1), rg.ones(4))


def vector_against_column() -> None:
    F.l1_loss(rg.ones(4), rg.ones(4, 1))


def column_against_vector_in_a_module() -> None:
    rg.nn.BCEWithLogitsLoss()(rg.ones(4, 1), rg.ones(4))


def index_out_of_range() -> None:
    rg.arange(3)[5]


def second_index_out_of_range() -> None:
    rg.zeros(2, 3)[0, -4]


def index_tensor_out_of_range() -> None:
    rg.arange(3)[rg.tensor([0, 7])]


def computed_index_out_of_range() -> None:
    rg.arange(3.0)[rg.tensor([0, 5]) + 0].tolist()      # here


def dimension_out_of_range() -> None:
    rg.ones(2, 3).sum(2)


def backward_of_a_vector() -> None:
    y = _leaf(3) * 2                                    # here
    y.backward()


def backward_twice() -> None:
    x = _leaf(3)
    loss = (x * x).sum()                                # here
    loss.backward()
    loss.backward()


def nothing_requires_grad() -> None:
    rg.ones(3).sum().backward()                         # here


def recorded_without_gradients() -> None:
    w = _leaf(3)
    with rg.no_grad():
        loss = (w * 2).sum()                            # here
    loss.backward()


def in_place_on_a_leaf() -> None:
    _leaf(3).add_(1)


def in_place_on_a_view_of_a_leaf() -> None:
    _leaf(3)[1:].mul_(2)


def assignment_into_a_leaf() -> None:
    x = _leaf(3)
    x[0] = 1.0


def gradient_of_integers() -> None:
    rg.tensor([1, 2], requires_grad=True)


def numpy_of_a_leaf() -> None:
    _leaf(2).numpy()


def channels_last() -> None:
    rg.nn.Conv2d(3, 8, 3)(rg.ones(4, 32, 32, 3))


def super_forgotten() -> None:
    class Net(rg.nn.Module):
        def __init__(self) -> None:
            self.fc = rg.nn.Linear(2, 2)
    Net()


def layers_in_a_plain_list() -> None:
    class Net(rg.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [rg.nn.Linear(2, 2)]
    rg.optim.Adam(Net().parameters())


def truth_of_many() -> None:
    bool(rg.tensor([1, 2]))


def a_text_as_operand() -> None:
    rg.ones(2).add("a")


def name_that_pytorch_has() -> None:
    rg.norm_except_dim


def name_without_an_equal() -> None:
    rg.lobpcg


def method_that_pytorch_has() -> None:
    rg.ones(2).to_sparse


def misspelt_name() -> None:
    rg.sigmoidd


MESSAGES: dict[Callable[[], None], tuple[tuple[type, ...], str]] = {
    wrong_inner_sizes: ((RuntimeError, ValueError), """\
        matmul: inner sizes differ: a is (64, 784), b is (10, 784).
                    Expected a[..., k] @ b[k, ...].
                    Did you mean  a @ b.T ?"""),
    wrong_inner_sizes_the_other_way: ((RuntimeError, ValueError), """\
        matmul: inner sizes differ: a is (3, 2), b is (3, 4).
                    Expected a[..., k] @ b[k, ...].
                    Did you mean  a.T @ b ?"""),
    wrong_inner_sizes_without_a_guess: ((RuntimeError, ValueError), """\
        matmul: inner sizes differ: a is (3, 2), b is (5, 4).
                    Expected a[..., k] @ b[k, ...]."""),
    wrong_features_of_a_layer: ((RuntimeError, ValueError), """\
        linear: input is (64, 28), weight is (10, 784).
                    Expected input of shape (*, 784), the layer's in_features."""),
    shapes_that_do_not_broadcast: ((RuntimeError, ValueError), """\
        add: shapes do not broadcast: (2, 3) and (2,).
                    Expected sizes equal or 1, counted from the right."""),
    wrong_target_dtype: ((RuntimeError, TypeError), """\
        cross_entropy: target is float32; class indices are integers.
                    Expected a target of dtype int64.
                    Convert it with  target.long() ."""),
    wrong_target_dtype_of_bce: ((RuntimeError, TypeError), """\
        binary_cross_entropy: input is float32, target is int64.
                    Expected floating-point tensors.
                    Convert the target with  target.float() ."""),
    mixed_dtypes_in_a_product: ((RuntimeError, TypeError), """\
        matmul: dtypes differ: input is float32, other is float64.
                    Expected one dtype.
                    Convert with input.to(other.dtype)."""),
    target_out_of_range: ((IndexError,), """\
        cross_entropy: target 3 is not a class: input has 3 classes.
                         Expected 0 <= target < 3, or ignore_index -100.
                         Subtract 1 if classes are counted from 1."""),
    column_against_vector: ((RuntimeError, ValueError), """\
        mse_loss: input is (4, 1), target is (4,): broadcasting would compare every element with every other.
                    Expected equal shapes.
                    Use  input.squeeze(1)  or  target.unsqueeze(1) ."""),
    vector_against_column: ((RuntimeError, ValueError), """\
        l1_loss: input is (4,), target is (4, 1): broadcasting would compare every element with every other.
                    Expected equal shapes.
                    Use  target.squeeze(1)  or  input.unsqueeze(1) ."""),
    column_against_vector_in_a_module: ((RuntimeError, ValueError), """\
        binary_cross_entropy_with_logits: input is (4, 1), target is (4,).
                    Expected equal shapes.
                    Use  target.unsqueeze(1) ."""),
    index_out_of_range: ((IndexError,), """\
        index: index 5 is out of range for dimension 0 of size 3.
                         Expected -3 <= index < 3."""),
    second_index_out_of_range: ((IndexError,), """\
        index: index -4 is out of range for dimension 1 of size 3.
                         Expected -3 <= index < 3."""),
    index_tensor_out_of_range: ((IndexError,), """\
        index: index 7 is out of range for an axis of size 3.
                         Expected -3 <= index < 3."""),
    computed_index_out_of_range: ((IndexError,), """\
        index: index 5 is out of range for an axis of size 3.
                         Expected 0 <= index < 3.
                         Recorded at {where}"""),
    dimension_out_of_range: ((IndexError,), """\
        sum: dim 2 is out of range for a tensor with 2 dimensions.
                         Expected -2 <= dim < 2."""),
    backward_of_a_vector: ((RuntimeError,), """\
        backward: only a scalar has a gradient; this output has shape (3,).
                    Expected a loss with one element, or gradient=... of the output's shape.
                    Reduce it, e.g.  loss.mean().backward()  or  loss.sum().backward() .
                    Recorded at {where}"""),
    backward_twice: ((RuntimeError,), """\
        backward: trying to go backward through the graph a second time, but it was freed by the first.
                       Expected one backward for one forward.
                       Call backward(retain_graph=True) the first time, or compute the loss again; what is \
carried from step to step (a hidden state, a running loss) needs .detach() .
                       Recorded at {where}"""),
    nothing_requires_grad: ((RuntimeError,), """\
        backward: nothing that this was computed from requires grad.
                       Expected an output that depends on a tensor with requires_grad=True.
                       Set requires_grad=True on the inputs or parameters; check for no_grad(), detach(), \
.data or .item() on the way.
                       Recorded at {where}"""),
    recorded_without_gradients: ((RuntimeError,), """\
        backward: nothing that this was computed from requires grad.
                       Expected an output that depends on a tensor with requires_grad=True.
                       Set requires_grad=True on the inputs or parameters; check for no_grad(), detach(), \
.data or .item() on the way.
                       Recorded at {where}"""),
    in_place_on_a_leaf: ((RuntimeError,), """\
        add_: a leaf that requires grad is written in place, which backward could not undo.
                      Write inside  with retrograd.no_grad():  , or to a copy made by x.clone()."""),
    in_place_on_a_view_of_a_leaf: ((RuntimeError,), """\
        mul_: a view of a leaf that requires grad is written in place, which backward could not undo.
                      Write inside  with retrograd.no_grad():  , or to a copy made by x.clone()."""),
    assignment_into_a_leaf: ((RuntimeError,), """\
        index assignment: a view of a leaf that requires grad is written in place, which backward \
could not undo.
                      Write inside  with retrograd.no_grad():  , or to a copy made by x.clone()."""),
    gradient_of_integers: ((RuntimeError,), """\
        requires_grad_: only floating-point and complex tensors can require gradients; this one is int64.
                    Convert it, e.g. x.float() ."""),
    numpy_of_a_leaf: ((RuntimeError,), """\
        numpy: a tensor that requires grad cannot become a NumPy array.
                       Use x.detach().numpy() ."""),
    channels_last: ((RuntimeError, ValueError), """\
        conv2d: input (4, 32, 32, 3) has 32 channels, weight (8, 3, 3, 3) with groups=1 takes 3.
                    Expected input of shape (N, 3, H, W).
                    The channels come last: use  input.permute(0, 3, 1, 2) ."""),
    super_forgotten: ((AttributeError,), """\
        cannot assign module before Module.__init__() call.
            Begin Net.__init__ with  super().__init__() ."""),
    layers_in_a_plain_list: ((ValueError,), """\
        optimizer got an empty parameter list.
            Layers in a plain list are not found: keep them in nn.ModuleList, parameters in \
nn.ParameterList."""),
    truth_of_many: ((RuntimeError,), """\
        bool: a tensor with 2 elements has no single truth value.
                       Use .any() or .all()."""),
    a_text_as_operand: ((TypeError,), """\
        add: argument 'other' is a str.
                           Expected a Tensor or a number."""),
    name_that_pytorch_has: ((AttributeError, NotImplementedError), """\
        retrograd.norm_except_dim is not implemented yet.
                               The same:  retrograd.norm(x, 2, 1, True) ."""),
    name_without_an_equal: ((AttributeError, NotImplementedError), """\
        retrograd.lobpcg is not implemented yet.
                               The nearest in retrograd.linalg are eigh, svd, qr and lu_factor."""),
    method_that_pytorch_has: ((AttributeError, NotImplementedError), """\
        Tensor.to_sparse is not implemented yet.
                               Tensors are dense here; Embedding and indexing give dense gradients."""),
    misspelt_name: ((AttributeError,), """\
        module 'retrograd' has no attribute 'sigmoidd'. Did you mean 'sigmoid'?"""),
}
# Inside no_grad these are no mistakes, or other ones.
NEED_GRADIENTS = {in_place_on_a_leaf, in_place_on_a_view_of_a_leaf, assignment_into_a_leaf,
                  backward_of_a_vector,
                  backward_twice}


def _expected(mistake: Callable[[], None]) -> str:
    lines, first = inspect.getsourcelines(mistake)
    marked = [first + k for k, line in enumerate(lines) if line.rstrip().endswith("# here")]
    where = f"{PATH}:{marked[0]}, in {mistake.__name__}" if marked else ""
    return textwrap.dedent(MESSAGES[mistake][1]).replace("{where}", where)


def _read(mistake: Callable[[], None]) -> None:
    classes, _ = MESSAGES[mistake]
    with pytest.raises(classes[0]) as caught:
        mistake()
    assert str(caught.value) == _expected(mistake)
    for c in classes:
        assert isinstance(caught.value, c), f"{type(caught.value).__name__} is no {c.__name__}"


@pytest.mark.parametrize("mistake", MESSAGES, ids=lambda f: f.__name__)
def test_the_error_says_what_came_what_was_expected_and_how_to_mend_it(mistake: Callable[[], None]) -> None:
    _read(mistake)


@pytest.mark.parametrize("mistake", [m for m in MESSAGES if m not in NEED_GRADIENTS],
                         ids=lambda f: f.__name__)
def test_the_error_is_the_same_without_gradients(mistake: Callable[[], None]) -> None:
    with rg.no_grad():
        _read(mistake)


@pytest.mark.parametrize("mistake", MESSAGES, ids=lambda f: f.__name__)
def test_the_error_is_the_same_each_time_round_a_loop(mistake: Callable[[], None]) -> None:
    w = _leaf(2)
    for k in range(3):
        _read(mistake)
        (w * k).sum().backward()        # and other work goes on
    assert w.grad.tolist() == [3, 3]


@pytest.mark.parametrize("call, text", [
    (lambda: rg.sum(rg.ones(3), dims=0), "sum() got an unexpected keyword argument 'dims'"),
    (lambda: rg.ones(3).sum(dims=0), "sum() got an unexpected keyword argument 'dims'"),
    (lambda: rg.tensor([1.0], require_grad=True),
     "tensor() got an unexpected keyword argument 'require_grad'"),
    (lambda: rg.nn.Linear(3, 2, biass=True), "Linear.__init__() got an unexpected keyword argument 'biass'"),
    (lambda: rg.optim.SGD([_leaf(1)], learning_rate=1), "SGD.__init__() got an unexpected keyword argument "
                                                         "'learning_rate'")],
    ids=["function", "method", "tensor", "layer", "optimizer"])
def test_an_unknown_keyword_is_named(call: Callable[[], Any], text: str) -> None:
    """(Python 3.13 and later add which one was meant.)"""
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value).split(". Did")[0] == text


@pytest.mark.parametrize("call, name", [
    (lambda: rg.nn.CrossMapLRN2d, "retrograd.nn.CrossMapLRN2d"),
    (lambda: rg.optim.SparseAdam, "retrograd.optim.SparseAdam"),
    (lambda: F.grouped_mm, "retrograd.nn.functional.grouped_mm"),
    (lambda: rg.special.airy_ai, "retrograd.special.airy_ai")],
    ids=["nn", "optim", "functional", "special"])
def test_a_name_of_pytorchs_submodules_that_is_not_there_says_so(call: Callable[[], Any], name: str) -> None:
    with pytest.raises(AttributeError) as caught:
        call()
    assert str(caught.value).startswith(f"{name} is not implemented yet.")


def test_the_fields_of_an_error_can_be_read_by_tools() -> None:
    with pytest.raises(RuntimeError) as caught:
        wrong_inner_sizes()
    error: Any = caught.value
    assert (error.op, error.fix) == ("matmul", "Did you mean  a @ b.T ?")
    assert error.expected == "a[..., k] @ b[k, ...]" and "inner sizes differ" in error.why
