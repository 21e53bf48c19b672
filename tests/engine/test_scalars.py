"""Numbers that remember how they were computed, against the same arithmetic done again."""

from __future__ import annotations

import math

import pytest

import retrograd as rg
from retrograd.base.dtype import float32
from retrograd.engine.scalars import Numbers, same_number


def test_arithmetic_is_done_again_with_the_numbers_of_now() -> None:
    group = {"lr": 0.1, "betas": (0.9, 0.99)}
    numbers = Numbers()
    lr = numbers.source(group, "lr")
    b1, b2 = (numbers.source(group, "betas", k) for k in range(2))

    def formula(lr, b1, b2):
        return -lr / (1 - b1**3) * math.pi, abs(b2 - 1) ** 0.5, (lr // 0.03) % 2, +b1
    made = formula(lr, b1, b2)
    group.update(lr=0.7, betas=(0.5, 0.25))
    values = numbers.evaluate()
    assert [values[n.place] for n in made] == list(formula(0.7, 0.5, 0.25))


def test_the_same_expression_is_one_number() -> None:
    numbers = Numbers()
    lr = numbers.source({"lr": 0.1}, "lr")
    assert (1 - lr) is (1 - lr) and (1 - lr) is not (1.0 - lr)
    assert numbers.node(lr, float32) is numbers.node(lr, float32)


@pytest.mark.parametrize("ask", [lambda n: n > 0, lambda n: n != 0, bool, lambda n: 0 < n, lambda n: n == 0.1,
                                 float, lambda n: math.sqrt(n)])
def test_what_was_decided_by_a_number_has_to_stay(ask) -> None:
    group = {"lr": 0.1}
    numbers = Numbers()
    ask(numbers.source(group, "lr"))
    assert numbers.evaluate() is not None
    group["lr"] = 0.0
    assert numbers.evaluate() is None


def test_a_comparison_that_falls_alike_does_not_matter() -> None:
    group = {"lr": 0.1}
    numbers = Numbers()
    assert numbers.source(group, "lr") > 0
    group["lr"] = 5.0
    assert numbers.evaluate() is not None
    group["lr"] = rg.tensor(5.0)
    assert numbers.evaluate() is None


def test_a_number_beside_a_tensor_is_an_argument_of_the_program() -> None:
    numbers = Numbers()
    lr = numbers.source({"lr": 0.5}, "lr")
    x = rg.tensor([1.0, 2.0])
    assert (x * lr).tolist() == (lr * x).tolist() == [0.5, 1.0]
    assert (lr / x).tolist() == [0.5, 0.25] and (x - lr).tolist() == [0.5, 1.5]
    assert numbers.node(lr, float32) in numbers.nodes


def test_numbers_are_the_same_for_every_purpose() -> None:
    assert same_number(math.nan, math.nan) and same_number(1.5, 1.5)
    assert not same_number(0.0, -0.0) and not same_number(1, 1.0) and not same_number(1, True)
