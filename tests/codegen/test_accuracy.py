"""exp and its kin within 2 ulp, on a sample and on hard cases; `make accuracy` measures all of float32."""

import importlib.util
import math
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "accuracy.py"


@pytest.fixture(scope="module")
def accuracy():
    spec = importlib.util.spec_from_file_location("retrograd_accuracy", SCRIPT)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


UNARY = ("exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "tan", "atan",
         "rsqrt")


def test_every_function_is_measured(accuracy):
    assert accuracy.UNARY == UNARY


@pytest.mark.parametrize("name", UNARY)
def test_float32_is_within_two_ulps_on_every_4001st_input(accuracy, name):
    worst = accuracy.float32(name, 4001)
    assert worst.points > 1_000_000 and worst.ulps <= 2, worst


@pytest.mark.parametrize("name", UNARY)
def test_float32_is_within_two_ulps_where_it_is_hard(accuracy, name):
    x = accuracy.hard(np.float32)
    error = accuracy.ulps(accuracy.kernel(name, "float32")(x), accuracy.reference(name, x.astype(np.float64)))
    # The C library's float64 is itself within an ulp, 2^-29 of ours.
    assert error.max() <= 2, (x[error.argmax()], error.max())


@pytest.mark.parametrize("name", (*UNARY, "pow"))
def test_float64_is_within_two_ulps(accuracy, name):
    if not accuracy.WIDE:
        pytest.skip("needs floats wider than float64")
    worst = accuracy.float64(name, 20_000)
    assert worst.ulps <= 2, worst


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_infinities_and_zeros_give_exact_values(accuracy, dtype):
    x = np.array([np.inf, -np.inf, 50.0, -50.0, 0.0, -0.0], dtype)
    values = {"tanh": [1, -1, 1, -1, 0.0, -0.0], "erf": [1, -1, 1, -1, 0.0, -0.0]}
    for name, expected in values.items():
        got = accuracy.kernel(name, dtype)(x)
        assert got.tolist() == expected
        assert np.signbit(got).tolist() == np.signbit(np.array(expected)).tolist()
    assert accuracy.kernel("exp", dtype)(x)[[0, 1, 4, 5]].tolist() == [np.inf, 0, 1, 1]
    assert accuracy.kernel("sigmoid", dtype)(x)[[0, 1, 2, 4, 5]].tolist() == [1, 0, 1, 0.5, 0.5]


def test_float32_powers_are_within_two_ulps(accuracy):
    worst = accuracy.pow32(100_000)
    assert worst.ulps <= 2, worst


def test_next_to_a_multiple_of_half_pi_no_digit_is_lost(accuracy):
    """True values by mpmath with 300 bits."""
    sin, cos, tan = (accuracy.kernel(name, "float64") for name in ("sin", "cos", "tan"))
    x = np.array([91.106186954104, math.ldexp(6381956970095103, 797)])
    assert sin(x)[0] == pytest.approx(-1.2379612731767154e-18, rel=5e-16, abs=0)
    assert tan(x)[0] == pytest.approx(1.2379612731767154e-18, rel=5e-16, abs=0)
    assert cos(x / 2)[0] == pytest.approx(-6.189806365883577e-19, rel=5e-16, abs=0)
    assert cos(x)[1] == pytest.approx(-4.6871659242546277e-19, rel=5e-16, abs=0)


def test_the_measure_sees_an_error(accuracy):
    true = np.array([1.0, 1.5, 3.0, 2.0 ** -1074, np.inf, np.nan, 0.0], np.longdouble)
    got = true.astype(np.float64)
    assert accuracy.ulps(got, true).tolist() == [0] * 7
    assert accuracy.ulps(np.nextafter(got[:4], 9), true[:4]).tolist() == [1] * 4
    assert accuracy.ulps(np.array([np.nan, 1.0, np.inf]), true[[0, 5, 0]])[:2].tolist() == [np.inf] * 2
