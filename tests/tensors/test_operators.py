"""Python's protocols on tensors: what len, iter, bool, format, copy, pickle and the operators do."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import retrograd as rg

ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
A, B = [1.5, -2.0, 3.0], [2.0, 0.5, -1.5]


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS)
def test_an_operator_between_tensors_is_pytorchs(both: Callable[..., None], op: str) -> None:
    both(lambda lib: getattr(operator, op)(lib.tensor(A), lib.tensor(B)), 1e-6)     # pow: some ulp of float32


@pytest.mark.parametrize("op", ARITHMETIC + COMPARISONS)
@pytest.mark.parametrize("number", [3, -2.5], ids=repr)
def test_an_operator_with_a_number_on_either_side_is_pytorchs(both: Callable[..., None], op: str,
                                                              number: Any) -> None:
    fn = getattr(operator, op)
    both(lambda lib: [fn(lib.tensor([1.5, 2.0, 3.0]), number)], 1e-6)
    both(lambda lib: [fn(number, lib.tensor([1.5, 2.0, 3.0]))], 1e-6)


@pytest.mark.parametrize("op", ARITHMETIC)
def test_integer_arithmetic_is_pytorchs(both: Callable[..., None], op: str) -> None:
    fn = getattr(operator, op)
    both(lambda lib: fn(lib.tensor([7, -7, 8, -8]), lib.tensor([3, 3, 2, 5])))


@pytest.mark.parametrize("op", ["floordiv", "mod"])
@pytest.mark.parametrize("divisor", [3.0, -3.0, 0.0], ids=repr)
def test_rounding_towards_minus_infinity_is_pytorchs(both: Callable[..., None], op: str,
                                                     divisor: float) -> None:
    fn = getattr(operator, op)
    both(lambda lib: fn(lib.tensor([7.5, -7.5, 6.0, -6.0, 0.0]), lib.tensor(divisor)))


@pytest.mark.parametrize("shapes", [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)),
                                    ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)),
                                    ((2, 3), (2, 3)), ((), (3,)), ((3,), (4,))], ids=str)
def test_matmul_takes_pytorchs_shapes(both: Callable[..., None], shapes: Any) -> None:
    a, b = (np.arange(np.prod(s, dtype=int), dtype=np.float64).reshape(s) / 7 for s in shapes)
    both(lambda lib: lib.tensor(a) @ lib.tensor(b), 1e-14)      # sums of three terms


@pytest.mark.parametrize("shapes", [((2, 3), (3,)), ((2, 1), (1, 3)), ((4, 1, 3), (2, 1)), ((), (2,)),
                                    ((0,), (1,)),
                                    ((2, 3), (2,)), ((2, 0), (1, 1))], ids=str)
def test_broadcasting_is_pytorchs(both: Callable[..., None], shapes: Any) -> None:
    both(lambda lib: lib.ones(shapes[0]) + 2 * lib.ones(shapes[1]))


def test_bitwise_operators_are_logic_on_bool_and_bits_on_integers(both: Callable[..., None]) -> None:
    both(lambda lib: [f(lib.tensor([True, True, False]), lib.tensor([True, False, False])) for f in
                      (operator.and_, operator.or_, operator.xor)] + [~lib.tensor([True, False])])
    both(lambda lib: [f(lib.tensor([12, 5]), lib.tensor([10, 3])) for f in
                      (operator.and_, operator.or_, operator.xor)] + [~lib.tensor([12, -1])])


@pytest.mark.parametrize("op", ["iadd", "isub", "imul", "itruediv", "ipow", "imod", "ifloordiv"])
def test_augmented_assignment_writes_in_place(both: Callable[..., None], op: str) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.5, 2.0])
        alias = x
        x = getattr(operator, op)(x, lib.tensor([2.0, 3.0]))
        return [x, alias, x is alias]
    both(action, 1e-6)


def test_augmented_bitwise_assignment_writes_in_place(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([True, False])
        alias = x
        x &= lib.tensor([True, True])
        x |= lib.tensor([False, False])
        x ^= lib.tensor([True, False])
        return [x, alias, x is alias]
    both(action)


@pytest.mark.parametrize("value", [[0.0], [2.0], [[3]], [True], [1.0, 2.0]], ids=repr)
def test_truth_is_that_of_the_single_element(both: Callable[..., None], value: Any) -> None:
    both(lambda lib: bool(lib.tensor(value)))


@pytest.mark.parametrize("value", [1.9, -1.9, 3, True, [4.0], [1.0, 2.0]], ids=repr)
@pytest.mark.parametrize("convert", [int, float, complex], ids=lambda f: f.__name__)
def test_conversion_to_a_python_number_is_pytorchs(both: Callable[..., None], value: Any,
                                                   convert: Any) -> None:
    both(lambda lib: convert(lib.tensor(value)))


@pytest.mark.parametrize("value", [3, [2], True, 1.5, [1, 2]], ids=repr)
def test_a_tensor_serves_as_an_index_where_pytorchs_does(both: Callable[..., None], value: Any) -> None:
    both(lambda lib: list(range(10))[lib.tensor(value)])


def test_len_is_the_first_size(both: Callable[..., None]) -> None:
    both(lambda lib: [len(lib.zeros(3, 2)), len(lib.zeros(0))])
    both(lambda lib: len(lib.tensor(1.0)))


def test_iteration_gives_the_rows(both: Callable[..., None]) -> None:
    both(lambda lib: [row * 2 for row in lib.tensor([[1, 2], [3, 4]])])
    both(lambda lib: list(lib.tensor(1.0)))


def test_a_tensor_unpacks(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        a, (b, c) = lib.tensor([[1, 2], [3, 4]])
        return [a, b, c]
    both(action)


@pytest.mark.parametrize("spec", ["", ".2f", "6.1f", "e", "d"])
def test_format_of_a_number_is_pytorchs(both: Callable[..., None], spec: str) -> None:
    both(lambda lib: format(lib.tensor(3 if spec == "d" else 2.34567), spec))


def test_format_of_many_numbers_is_pytorchs(both: Callable[..., None]) -> None:
    both(lambda lib: f"{lib.tensor([1.0, 2.0])}")
    both(lambda lib: f"{lib.tensor([1.0, 2.0]):.2f}")


def test_contains_looks_for_an_equal_element(both: Callable[..., None]) -> None:
    both(lambda lib: [2 in lib.tensor([1, 2]), 3.5 in lib.tensor([1, 2]),
                      lib.tensor(1) in lib.tensor([1, 2])])


def test_comparison_with_none_or_text_is_false_as_in_pytorch(both: Callable[..., None]) -> None:
    both(lambda lib: [lib.tensor([1]) == None, lib.tensor([1]) != None, lib.tensor([1]) == "a"])  # noqa: E711


def test_a_tensor_is_hashed_by_identity() -> None:
    a, b = rg.ones(1), rg.ones(1)
    assert len({a: 1, b: 2, a.detach(): 3}) == 3


def test_deepcopy_copies_the_memory_and_the_flag(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        (x * x).sum().backward()
        y = copy.deepcopy(x)
        with lib.no_grad():
            y.add_(1)
        return [x, y, y.grad, y.is_leaf, y.grad is x.grad]
    both(action)


def test_deepcopy_keeps_shared_tensors_shared(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        a, b = copy.deepcopy([x, x])
        a.add_(1)
        return [a is b, b, x]
    both(action)


def test_deepcopy_of_a_tensor_with_a_history_is_refused(both: Callable[..., None]) -> None:
    both(lambda lib: copy.deepcopy(lib.ones(2, requires_grad=True) * 2))


def test_copy_shares_the_memory(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.ones(2)
        y = copy.copy(x)
        y.add_(1)
        return [x, y]
    both(action)


def test_pickle_brings_back_value_dtype_and_flag(both: Callable[..., None]) -> None:
    both(lambda lib: [pickle.loads(pickle.dumps(t)) for t in (
        lib.tensor([1.5, 2.0], requires_grad=True), lib.tensor([[1, 2]]), lib.tensor(True),
        lib.tensor([1.0], dtype=lib.bfloat16))])


def test_numpy_reads_a_tensor(both: Callable[..., None]) -> None:
    both(lambda lib: np.asarray(lib.tensor([1.5, 2.0])).tolist())
    both(lambda lib: np.array(lib.tensor([1, 2]), dtype=np.float32).tolist())


@pytest.mark.parametrize("number", [np.float64(2.5), np.int64(3), np.float32(1.5), np.bool_(True)], ids=repr)
def test_a_numpy_number_is_a_number(both: Callable[..., None], number: Any) -> None:
    both(lambda lib: [lib.tensor([1.0, 2.0]) * number, number * lib.tensor([1.0, 2.0])])


def test_an_operator_with_something_else_is_a_type_error(both: Callable[..., None]) -> None:
    both(lambda lib: lib.ones(2) + "a")
    both(lambda lib: lib.ones(2) * None)
    both(lambda lib: [1, 2] - lib.ones(2))


def test_a_class_may_define_its_own_side_of_an_operator() -> None:
    class Ours:
        def __radd__(self, other: Any) -> str:
            return "ours"
    assert rg.ones(2) + Ours() == "ours"


def test_attributes_describe_the_tensor_as_in_pytorch(both: Callable[..., None]) -> None:
    def action(lib: Any) -> Any:
        x = lib.zeros(2, 3)
        return [tuple(x.shape), x.ndim, x.dim(), x.numel(), x.nelement(), tuple(x.size()), x.size(1),
                x.size(-1),
                x.stride(), x.stride(0), x.itemsize, x.element_size(), x.nbytes, x.is_floating_point(),
                x.is_complex(), x.is_contiguous(), str(x.device), x.device.type, x.is_leaf, x.grad_fn,
                x.is_cuda,
                x.shape == (2, 3), x.shape[1:] == (3,), x.shape.numel(), x.storage_offset(), x.is_sparse]
    both(action)


def test_values_leave_as_python_numbers(both: Callable[..., None]) -> None:
    both(lambda lib: [lib.tensor([[1, 2], [3, 4]]).tolist(), lib.tensor(1.5).tolist(),
                      lib.tensor([True]).tolist(),
                      lib.tensor([]).tolist(), lib.tensor([[2.5]]).item(), lib.tensor(True).item()])
    both(lambda lib: lib.tensor([1, 2]).item())
    both(lambda lib: lib.tensor([]).item())
