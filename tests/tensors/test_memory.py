"""Where tensors lie: strides, offsets, bases, storages, addresses; and other names for memory, as PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

# Of a 4 x 3 tensor: views, copies, and what is the tensor itself.
SHOWN: dict[str, Callable[[Any], Any]] = {
    "view": lambda x: x.view(3, 4), "reshape": lambda x: x.reshape(-1), "t": lambda x: x.t(),
    "mT": lambda x: x.mT, "slice": lambda x: x[1:3], "step": lambda x: x[:, ::2],
    "select": lambda x: x.select(1, 2), "row": lambda x: x[1], "element": lambda x: x[1, 2],
    "none": lambda x: x[None], "whole": lambda x: x[:], "expand": lambda x: x[None].expand(2, 4, 3),
    "expand a column": lambda x: x[:, :1].expand(4, 3), "expand to itself": lambda x: x.expand(1, 4, -1),
    "unfold": lambda x: x.unfold(0, 2, 2), "unfold rows": lambda x: x.unfold(1, 2, 2),
    "unfold transposed": lambda x: x.t().unfold(1, 3, 3), "diagonal": lambda x: x.diagonal(1),
    "diag": lambda x: x.diag() if x.dim() == 2 else x, "detach": lambda x: x.detach(),
    "data": lambda x: x.data, "detached row": lambda x: x[1].detach(),
    "row of detached": lambda x: x.detach()[1], "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze of nothing": lambda x: x.squeeze(), "movedim": lambda x: x.movedim(0, 1),
    "unflatten": lambda x: x.unflatten(0, (2, 2)), "view_as": lambda x: x.view_as(x),
    "hsplit": lambda x: x.hsplit(3)[1], "tensor_split": lambda x: x.tensor_split(3)[1],
    "split": lambda x: x.split([1, 3])[1], "unbind": lambda x: x.unbind(1)[2],
    "row of transposed": lambda x: x.t()[1], "steps transposed": lambda x: x[1:][::2].t(),
    "contiguous": lambda x: x.contiguous(), "contiguous transposed": lambda x: x.t().contiguous(),
    "reshape transposed": lambda x: x.t().reshape(-1), "as_strided": lambda x: x.as_strided((2, 2), (1, 2)),
    "as_strided from": lambda x: x.as_strided((2, 2), (3, 1), 2),
    "as_strided of a view": lambda x: x[1:].as_strided((2,), (2,)),
    "view of as_strided": lambda x: x.as_strided((2, 2), (6, 1), 1)[:, 1],
    "atleast_3d": lambda x: x[None][0].unsqueeze(2), "positive": lambda x: x.positive(),
    "to": lambda x: x.to(x.dtype), "mask": lambda x: x[x > 3], "list": lambda x: x[[0, 1]],
    "flip": lambda x: x.flip(0), "ravel": lambda x: x.ravel(), "column as a row": lambda x: x[:, 1:2].view(4),
}
SEVERAL = ("split", "unbind", "hsplit", "tensor_split")
"""One of several views: PyTorch refuses to write to them while gradients are recorded, we do not."""


def _numbered(lib: Any) -> Any:
    return lib.arange(12).float().reshape(4, 3).clone()


@pytest.mark.parametrize("name", SHOWN)
def test_a_view_lies_where_pytorchs_does(both: Callable[..., None], name: str) -> None:
    def action(lib: Any) -> Any:
        x = _numbered(lib)
        v = SHOWN[name](x)
        facts = [v.clone(), v._is_view(), v is x, v._base is x, v._base is None, v.is_contiguous(),
                 v.stride(), v.storage_offset(),
                 v.untyped_storage().data_ptr() == x.untyped_storage().data_ptr(),
                 v.untyped_storage().nbytes(), v.data_ptr() - v.untyped_storage().data_ptr()]
        if "expand" not in name or name == "expand to itself":
            v.add_(100)
            x.mul_(2)
            facts += [x.clone(), v.clone(), v._version, x._version]
        x.requires_grad_()
        y = x * 1
        part = SHOWN[name](y)
        facts += [part.requires_grad, part.is_leaf, part._is_view()]
        if part.requires_grad and "expand" not in name and name not in SEVERAL:
            part.mul_(3)
            (y * y).sum().backward()
            facts.append(x.grad)
        return facts
    both(action)


STORIES: dict[str, Callable[[Any], Any]] = {}


def _story(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    STORIES[function.__name__.strip("_").replace("_", " ")] = function
    return function


@_story
def _versions_are_shared_but_not_by_data(lib: Any) -> Any:
    x = lib.ones(2, 3)
    x.add_(1)
    d = x.detach()
    seen = [d._version]
    d.add_(1)
    seen.append(x._version)
    x.data.add_(1)
    x[0].data.add_(1)
    return [*seen, x._version, x[0]._version, x]


@_story
def _set_is_another_name(lib: Any) -> Any:
    x = lib.ones(2, 3)
    y = lib.ones(3).set_(x)
    z = lib.ones(3).set_(x.untyped_storage(), 1, (2,), (1,))
    z.add_(1)
    w = lib.ones(1).set_(x.storage(), 1, (2,), (2,))
    return [y, z, w, w.stride(), z._is_view(), z._base is None, lib.ones(1).set_(x.storage()),
            lib.ones(2).set_(), x, y.is_set_to(x), z.is_set_to(x)]


@_story
def _resize_changes_one_tensor_and_the_memory_of_all(lib: Any) -> Any:
    y = lib.ones(4)
    d = y.detach()
    y.resize_(2, 2)
    y.mul_(2)
    seen = [y.clone(), d.clone()]
    y.resize_(8)
    y[4:] = 0
    d[0] = 9
    seen += [y.clone(), d.clone(), d.untyped_storage().nbytes()]
    d.mul_(3)
    y[1] = 4
    seen += [y.clone(), d.clone()]
    part = y[2:4]
    part.resize_(3).fill_(7)
    small = lib.arange(6).resize_(2)
    return [*seen, part.storage_offset(), y, small.clone(), small.untyped_storage().nbytes(),
            small.resize_(2, 3).clone(), small.resize_as_(lib.ones(3, 1))]


@_story
def _data_of_a_parameter_is_laid_over_other_memory(lib: Any) -> Any:
    w = lib.nn.Parameter(lib.ones(3))
    z = lib.zeros(2, 2)
    w.data = z
    z[0, 0] = 5
    seen = [w.detach().clone(), w.requires_grad, w.is_leaf]
    w.data = z[0]
    w.data.add_(1)
    (w * w).sum().backward()
    with lib.no_grad():
        w -= 0.5 * w.grad
    return [*seen, z, w.grad, w._is_view(), w.is_leaf, w.shape == (2,)]


@_story
def _a_parameter_shares_the_memory_of_a_view(lib: Any) -> Any:
    x = lib.arange(4.0)
    w = lib.nn.Parameter(x[1:3])
    x[1] = 9
    w.data[1] = 5
    square = lib.nn.Parameter(x.view(2, 2))
    seen = [w.detach().clone(), square.detach().clone()]
    square.sum().backward()
    with lib.no_grad():
        square -= square.grad
    return [*seen, x, w.is_leaf, lib.nn.Parameter(lib.zeros(3).unsqueeze(0)).stride()]


@_story
def _shapes_in_place_move_one_name(lib: Any) -> Any:
    x = lib.zeros(2, 3)
    d = x.detach()
    x.t_()
    x[0, 1] = 1
    seen = [x.clone(), x.stride(), x.is_contiguous(), d.clone()]
    x.unsqueeze_(0)
    x.swapaxes_(1, 2).add_(1)
    d[0, 0] = 9
    leaf = lib.ones(2, 3, requires_grad=True)
    y = leaf * 2
    y.t_()
    (y * lib.arange(6.0).view(3, 2)).sum().backward()
    z = lib.arange(4).as_strided_((2, 2), (1, 2))
    return [*seen, x, d, x._is_view(), leaf.grad, z, z.stride(), z._is_view()]


@_story
def _addresses_stay(lib: Any) -> Any:
    x = lib.arange(6.0)
    at = x.data_ptr()
    seen = [x[2:].data_ptr() - at] + [y.data_ptr() == at for y in (x, x.detach(), x.clone())]
    x.add_(1)
    array = x.numpy()
    seen += [x.data_ptr() == at, array.__array_interface__["data"][0] == at]
    array[0] = 7
    x.add_(1)
    seen += [x.clone(), array.tolist(), x.data_ptr() == at]
    del array
    x.mul_(2)
    return [*seen, x, x.data_ptr() == at, lib.ones(0).data_ptr()]


@_story
def _storages_hold_elements_and_bytes(lib: Any) -> Any:
    x = lib.ones(2, 2)
    memory, raw = x[1].storage(), x.untyped_storage()
    seen = [memory.tolist(), memory[1], memory.size(), len(raw), list(raw), raw.nbytes(), x.is_shared(),
            memory.data_ptr() == raw.data_ptr(), memory.element_size(), memory.is_shared()]
    memory[0] = 5
    raw[4] = 1
    copy = raw.clone()
    raw.fill_(0)
    return [*seen, x, list(copy), copy.nbytes(), list(raw[:2]), lib.UntypedStorage(3).size()]


@_story
def _strided_reads_have_a_gradient(lib: Any) -> Any:
    x = lib.arange(6.0, requires_grad=True)
    (x.as_strided((3, 2), (1, 2)) ** 2).sum().backward()
    first = x.grad.clone()
    y = x * 1
    y.as_strided((2,), (3,), 1).mul_(3)
    g, = lib.autograd.grad((y ** 3).sum(), x, create_graph=True)
    g.sum().backward()
    rows = lib.arange(10.0, requires_grad=True)
    (rows.unfold(0, 4, 2) ** 2).sum().backward()
    return [first, g, x.grad, rows.grad]


@_story
def _layouts_with_channels_last(lib: Any) -> Any:
    x = lib.ones(2, 4, 5, 3)
    return [x.permute(0, 3, 1, 2).is_contiguous(memory_format=lib.channels_last),
            x.is_contiguous(memory_format=lib.channels_last), lib.ones(2, 0).stride(),
            lib.ones(0, 3).stride(), lib.ones(()).stride(), lib.ones(0, 3).is_contiguous()]


@pytest.mark.parametrize("name", STORIES)
def test_memory_behaves_as_pytorchs(both: Callable[..., None], name: str) -> None:
    both(STORIES[name])


MISTAKES: dict[str, Callable[[Any], Any]] = {
    "a shape of a leaf": lambda lib: lib.ones(3, requires_grad=True).unsqueeze_(0),
    "a size of a leaf": lambda lib: lib.ones(3, requires_grad=True).resize_(2),
    "memory of a leaf": lambda lib: lib.ones(3, requires_grad=True).set_(lib.ones(2)),
    "a strided view of a leaf": lambda lib: lib.ones(3, requires_grad=True).as_strided((2,), (1,)).add_(1),
    "beyond the memory": lambda lib: lib.ones(3).as_strided((2, 2), (2, 2)),
    "negative strides": lambda lib: lib.ones(3).as_strided((2,), (-1,), 2),
    "a negative offset": lambda lib: lib.ones(3).as_strided((2,), (1,), -1),
    "too many strides": lambda lib: lib.ones(3).as_strided((2,), (1, 1)),
    "one element twice": lambda lib: lib.ones(3).as_strided((3,), (0,)).add_(1),
    "memory of another dtype": lambda lib: lib.ones(2, dtype=lib.int32).set_(lib.ones(3)),
    "a source that does not fit": lambda lib: lib.ones(3).as_strided_scatter(lib.ones(3), (2,), (1,), 1),
    "a strided leaf": lambda lib: lib.ones(4, requires_grad=True).as_strided_((2,), (2,)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_with_memory_raise_what_pytorch_raises(both: Callable[..., None], name: str) -> None:
    both(MISTAKES[name])


def test_memory_that_numpy_sees_does_not_grow(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(3)
        array = x.numpy()
        x.resize_(2)
        array[0] = 4
        x.resize_(10)
    both(action)


def test_as_strided_scatter_has_the_gradient_of_what_was_not_overwritten() -> None:
    # PyTorch 2.13 gives x the gradient of the places that were: [0, 2, 0, 2, 0, 0].
    x = rg.arange(6.0, requires_grad=True)
    src = rg.ones(2, requires_grad=True)
    (x.as_strided_scatter(src, (2,), (2,), 1) ** 2).sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0, 0, 4, 0, 8, 10])
    np.testing.assert_array_equal(src.grad.numpy(), [2, 2])


def test_a_parameter_of_a_view_that_nobody_else_knows_stands_alone() -> None:
    w = rg.nn.Parameter(rg.ones(6)[1:5].view(2, 2))
    assert w._parent is None and w.untyped_storage().nbytes() == 16
