"""Divergences of all pairs, transforms, constraints and the way from one to the other agree with PyTorch."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd.distributions import kl

NEAR = {"rtol": 1e-9, "atol": 1e-11}        # float64, a few dozen roundings of different formulas

# Parameters by which each class is made, twice; where a law bounds its values, the second is the wider one.
MADE: dict[str, tuple[str, str]] = {
    "Bernoulli": ("A[:3]", "B[:3]"), "Beta": ("A[:3] + 1, B[:3]", "B[:3], A[:3]"), "Binomial": ("3, A[:3]", "3, B[:3]"),
    "Categorical": ("A", "B"), "Cauchy": ("A, B", "B, A"), "ContinuousBernoulli": ("A[:3]", "B[:3]"),
    "Dirichlet": ("A", "B"), "Exponential": ("A", "B"), "Gamma": ("A + 1, B", "B, A"), "Geometric": ("A", "B"),
    "Gumbel": ("A, B", "B, A"), "HalfNormal": ("A", "B"), "Laplace": ("A, B", "B, A"),
    "LowRankMultivariateNormal": ("A[:2], M[:2, :1], B[:2]", "B[:2], M[:2, 1:2], A[:2]"),
    "MultivariateNormal": ("A[:2], scale_tril=L", "B[:2], scale_tril=K"), "Normal": ("A, B", "B, A"),
    "OneHotCategorical": ("A", "B"), "Pareto": ("B + 1, A + 2", "A, B + 1"), "Poisson": ("A", "B"),
    "Uniform": ("A / 4 + 0.1, A / 4 + 0.5", "A * 0 - 0.1, A * 0 + 1.2"), "Wishart": ("A[0] + 3, scale_tril=L", "B[0] + 4, scale_tril=K"),
    "Independent": ("D.Normal(A, B), 1", "D.Normal(B, A), 1"),
    "TransformedDistribution": ("D.Normal(A, B), D.ExpTransform()", "D.Normal(B, A), [D.ExpTransform()]"),
}


def _space(library: Any) -> dict[str, Any]:
    def tensor(x: Any) -> Any:
        return library.tensor(np.asarray(x), dtype=library.float64)
    return {"T": library, "D": library.distributions, "C": library.distributions.constraints, "t": tensor,
            "A": tensor([0.3, 0.6, 0.45, 0.8]), "B": tensor([0.7, 0.2, 0.55, 0.35]),
            "M": tensor([[0.5, -0.3], [0.2, 0.9]]), "L": tensor([[0.9, 0.0], [0.4, 1.3]]),
            "K": tensor([[1.2, 0.0], [-0.3, 0.7]]), "inf": math.inf}


@pytest.fixture(scope="module")
def both(torch: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    import torch.distributions.constraint_registry
    return _space(rg), _space(torch)


def _alike(mine: Any, theirs: Any) -> None:
    if isinstance(theirs, (tuple, list)):
        assert len(mine) == len(theirs)
        for a, b in zip(mine, theirs):
            _alike(a, b)
    elif hasattr(theirs, "detach"):
        np.testing.assert_allclose(mine.detach().numpy(), theirs.detach().numpy(), **NEAR)
    elif isinstance(theirs, (bool, int, float)):
        assert mine == theirs
    else:
        assert repr(mine).replace("retrograd", "torch") == repr(theirs)


def _agree(expression: str, both: Any) -> None:
    mine, theirs = both
    try:
        wanted = eval(expression, theirs)
    except Exception as error:
        with pytest.raises(type(error)):
            eval(expression, mine)
        return
    _alike(eval(expression, mine), wanted)


# ---------------------------------------------------------------- divergences
def test_every_pair_that_pytorch_has_is_there_and_agrees(torch: Any, both: Any) -> None:
    registry = torch.distributions.kl._KL_REGISTRY
    wrong = []
    for p, q in registry:
        if p.__name__ == "ExponentialFamily" or "Infinitely" in p.__name__:
            continue
        expression = (f"D.kl_divergence(D.{p.__name__}({MADE[p.__name__][0]}), "
                      f"D.{q.__name__}({MADE[q.__name__][1]}))")
        if {"Poisson", "Binomial"} == {p.__name__, q.__name__}:
            expression = "D.kl_divergence(D.Poisson(A[:3]), D.Binomial(3, B[:3]))"
        try:
            _agree(expression, both)
        except Exception as error:
            wrong.append((p.__name__, q.__name__, str(error)[:200]))
    assert not wrong and len(registry) > 70


def test_two_wishart_distributions_diverge_as_the_samples_say() -> None:
    rg.manual_seed(1)
    space = _space(rg)
    p, q = (rg.distributions.Wishart(space["A"][0] + 3, scale_tril=space[k]) for k in "LK")
    x = p.sample((4000,))
    seen = (p.log_prob(x) - q.log_prob(x)).mean().item()
    assert abs(seen - kl.kl_divergence(p, q).item()) < 0.15     # some standard errors of 4,000 samples


def test_a_family_of_ones_own_has_its_divergence_by_the_normaliser(both: Any) -> None:
    class Rare(rg.distributions.ExponentialFamily):
        arg_constraints = {}
        _mean_carrier_measure = 0.0

        def __init__(self, rate: Any) -> None:
            self.rate = rate
            super().__init__(rate.shape)

        @property
        def _natural_params(self) -> Any:
            return (-self.rate,)

        def _log_normalizer(self, x: Any) -> Any:
            return -(-x).log()
    a, b = both[0]["A"], both[0]["B"]
    mine = kl.kl_divergence(Rare(a), Rare(b))
    _alike(mine, both[1]["D"].kl_divergence(both[1]["D"].Exponential(both[1]["A"]), both[1]["D"].Exponential(both[1]["B"])))


# ---------------------------------------------------------------- transforms
TRANSFORMS = {
    "AbsTransform()": "A - 0.5", "AffineTransform(0.5, -2.0)": "A", "AffineTransform(A, B, event_dim=1)": "A",
    "ExpTransform()": "A", "PowerTransform(t(2.0))": "A", "SigmoidTransform()": "A", "SoftplusTransform()": "A",
    "TanhTransform()": "A", "SoftmaxTransform()": "M", "StickBreakingTransform()": "M",
    "LowerCholeskyTransform()": "M", "PositiveDefiniteTransform()": "M", "CorrCholeskyTransform()": "t([[0.3, -1.0, 0.4]])",
    "CumulativeDistributionTransform(D.Normal(t(0.2), t(1.5)))": "A", "ReshapeTransform((4,), (2, 2))": "A",
    "IndependentTransform(D.ExpTransform(), 1)": "M", "ComposeTransform([D.AffineTransform(0.5, 2.0), D.ExpTransform()])": "A",
    "ComposeTransform([D.ExpTransform(), D.StickBreakingTransform()])": "M", "identity_transform": "A",
    "CatTransform([D.ExpTransform(), D.identity_transform], 0, [1, 3])": "A",
    "CatTransform([D.ExpTransform(), D.AffineTransform(1.0, 2.0)], -1)": "M",
    "StackTransform([D.ExpTransform(), D.SigmoidTransform()], 1)": "M", "TanhTransform().inv": "A - 0.5",
    "StickBreakingTransform().inv": "M.abs() / M.abs().sum(-1, True)",
}
ASKED = ("t(x)", "t.inv(t(x))", "t.log_abs_det_jacobian(x, t(x))", "t.sign", "t.bijective", "t.domain.event_dim",
         "t.codomain.event_dim", "tuple(t.forward_shape(x.shape))", "tuple(t.inverse_shape(t(x).shape))",
         "t == t.with_cache(0)", "t.inv.inv is t", "t.domain.check(x)", "t.codomain.check(t(x))")


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_agrees(name: str, both: Any) -> None:
    for question in ASKED:
        _agree(f"(lambda t, x: {question})(D.{name}, {TRANSFORMS[name]})", both)


def test_transforms_are_equal_by_what_they_do() -> None:
    d = rg.distributions
    assert d.ExpTransform() == d.ExpTransform() != d.TanhTransform()
    assert d.AffineTransform(1.0, 2.0) == d.AffineTransform(1.0, 2.0) != d.AffineTransform(1.0, 3.0)
    assert d.ComposeTransform([d.ExpTransform()]) == d.ComposeTransform([d.ExpTransform()])


def test_a_cache_hands_back_what_was_transformed() -> None:
    t, x = rg.distributions.TanhTransform(cache_size=1), rg.tensor([20.0])
    y = t(x)                                                    # 1.0: atanh of it is infinite
    assert t.inv(y) is x and t(x) is y and math.isinf(rg.distributions.TanhTransform().inv(y).item())
    with pytest.raises(ValueError, match="0 or 1"):
        rg.distributions.ExpTransform(cache_size=2)


@pytest.mark.parametrize("expression", [
    "D.TransformedDistribution(D.Normal(A, B), [D.AffineTransform(A, B)]).log_prob(A)",
    "D.TransformedDistribution(D.Normal(t(0.0), t(1.0)), D.AffineTransform(A, B)).batch_shape",
    "D.TransformedDistribution(D.Normal(A, B), D.StickBreakingTransform()).log_prob(t([.1, .2, .3, .2, .2]))",
    "D.TransformedDistribution(D.Normal(A, B), D.AffineTransform(0.0, -1.0)).cdf(B)",
    "D.TransformedDistribution(D.Normal(A, B), D.AffineTransform(0.0, -1.0)).icdf(B)",
    "D.TransformedDistribution(D.Normal(A, B), D.ReshapeTransform((4,), (2, 2))).event_shape",
    "D.TransformedDistribution(D.Normal(A, B), D.ExpTransform()).expand((3, 4)).log_prob(A)",
    "D.TransformedDistribution(D.Normal(t(0.0), t(1.0)), D.StickBreakingTransform())",
    "D.TransformedDistribution(D.Normal(A, B), 3)",
])
def test_a_transformed_distribution_agrees(expression: str, both: Any) -> None:
    _agree(expression, both)


# ---------------------------------------------------------------- constraints
VALUES = ("A", "M", "L", "t([0.0, 1.0, 2.0])", "t([-0.5, 1.0, 0.5])", "t([[1.0, 0.5], [0.5, 1.0]])",
          "t([[1.0, 0.0], [0.6, 0.8]])", "t([[1.0, 2.0], [2.0, 1.0]])", "t([[0.2, 0.8], [0.4, 0.7]])")
CONSTRAINTS = ("boolean", "corr_cholesky", "greater_than(0.5)", "greater_than_eq(1.0)", "half_open_interval(0.0, 1.0)",
               "independent(C.positive, 1)", "integer_interval(0, 1)", "interval(0.0, 0.6)", "less_than(0.5)",
               "lower_cholesky", "lower_triangular", "multinomial(2)", "nonnegative", "nonnegative_integer", "one_hot",
               "positive", "positive_definite", "positive_integer", "positive_semidefinite", "real", "real_vector",
               "simplex", "square", "symmetric", "unit_interval", "cat([C.positive, C.real], 0, [1, 1])",
               "stack([C.positive, C.unit_interval], -1)", "dependent", "MixtureSameFamilyConstraint(C.positive)")


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_constraint_agrees(name: str, both: Any) -> None:
    for value in VALUES:
        if value in ("A", "t([0.0, 1.0, 2.0])", "t([-0.5, 1.0, 0.5])") and \
                any(word in name for word in ("chol", "triang", "defin", "square", "symm", "cat", "stack")):
            continue                    # matrices of which too little is there
        _agree(f"C.{name}.check({value})", both)
    for what in ("is_discrete", "event_dim"):
        _agree(f"C.{name}.{what}", both)
    _agree(f"C.is_dependent(C.{name})", both)


REGISTERED = {
    "real": "A", "real_vector": "A", "positive": "A", "nonnegative": "A", "greater_than(2.0)": "A", "greater_than_eq(2.0)": "A",
    "less_than(2.0)": "A", "unit_interval": "A", "interval(1.0, 3.0)": "A", "half_open_interval(1.0, 3.0)": "A",
    "simplex": "A", "lower_cholesky": "M", "positive_definite": "M", "positive_semidefinite": "M", "corr_cholesky": "A[:3]",
    "cat([C.positive, C.interval(0.0, 2.0)], 0, [1, 3])": "A", "stack([C.positive, C.unit_interval], 0)": "M",
    "boolean": "A", "independent(C.positive, 1)": "M", "positive_integer": "A",
}


@pytest.mark.parametrize("name", REGISTERED)
@pytest.mark.parametrize("registry", ["biject_to", "transform_to"])
def test_the_transform_for_a_constraint_agrees(registry: str, name: str, both: Any) -> None:
    _agree(f"D.{registry}(C.{name})({REGISTERED[name]})", both)
    _agree(f"D.constraint_registry.{registry}(C.{name}).codomain.check(D.{registry}(C.{name})({REGISTERED[name]}))", both)


def test_a_constraint_of_ones_own_can_be_registered() -> None:
    class Even(rg.distributions.constraints.Constraint):
        def check(self, value: Any) -> Any:
            return value % 2 == 0
    registry = rg.distributions.constraint_registry.ConstraintRegistry()

    @registry.register(Even)
    def made(constraint: Any) -> Any:
        return rg.distributions.AffineTransform(0.0, 2.0)
    assert registry(Even())(rg.tensor(3.0)).item() == 6.0
    with pytest.raises(NotImplementedError, match="register"):
        rg.distributions.biject_to(Even())
    with pytest.raises(TypeError, match="Constraint"):
        registry.register(int, made)


@pytest.mark.parametrize("expression", [
    "D.utils.vec_to_tril_matrix(A[:3])", "D.utils.vec_to_tril_matrix(A[:3], -1)", "D.utils.vec_to_tril_matrix(A[:2])",
    "D.utils.tril_matrix_to_vec(M, -1)", "D.utils.tril_matrix_to_vec(M)", "D.utils.logits_to_probs(A)",
    "D.utils.logits_to_probs(A, is_binary=True)", "D.utils.probs_to_logits(A)", "D.utils.probs_to_logits(A, True)",
    "D.utils.clamp_probs(t([0.0, 0.5, 1.0]))", "D.utils.broadcast_all(1.0, A)",
])
def test_what_distributions_are_written_with_agrees(expression: str, both: Any) -> None:
    _agree(expression, both)


# ---------------------------------------------------------------- distributions of matrices
@pytest.mark.parametrize("expression", [
    "D.LKJCholesky(2, t(1.5)).log_prob(t([[1.0, 0.0], [0.6, 0.8]]))",
    "D.LKJCholesky(3, A).log_prob(T.linalg.cholesky(t([[1.0, 0.2, 0.1], [0.2, 1.0, -0.3], [0.1, -0.3, 1.0]])))",
    "tuple(D.LKJCholesky(3, A).sample((5,)).shape)", "D.LKJCholesky(3, A).expand((2, 4)).batch_shape", "D.LKJCholesky(1)",
    "D.Wishart(A[0] + 3, scale_tril=L).log_prob(L @ L.mT)", "D.Wishart(A + 3, covariance_matrix=L @ L.mT).log_prob(K @ K.mT)",
    "D.Wishart(A[0] + 3, precision_matrix=K @ K.mT).entropy()", "D.Wishart(A + 4, scale_tril=L).mean",
    "D.Wishart(t([2.5, 4.0]), scale_tril=L).mode", "D.Wishart(A[0] + 3, scale_tril=L).variance",
    "D.Wishart(A[0] + 3, scale_tril=L).precision_matrix", "D.Wishart(A + 9, scale_tril=L).expand((2, 4)).batch_shape",
    "D.Wishart(A[0], scale_tril=L)", "D.Wishart(A[0] + 3, scale_tril=L).support",
])
def test_a_distribution_of_matrices_agrees(expression: str, both: Any) -> None:
    _agree(expression, both)


def test_samples_of_matrices_have_the_moments_of_their_law() -> None:
    rg.manual_seed(0)
    factor = rg.distributions.LKJCholesky(3, 2.0).sample((3000,))
    assert bool(rg.distributions.constraints.corr_cholesky.check(factor).all())
    r = (factor @ factor.mT)[:, 0, 1]
    # an entry has variance 1 / (2 concentration + dim - 1); 0.02 is four standard errors of 3,000
    assert abs(r.mean().item()) < 0.03 and abs((r * r).mean().item() - 1 / 6) < 0.02
    law = rg.distributions.Wishart(rg.tensor(5.0), rg.tensor([[2.0, 0.5], [0.5, 1.0]]))
    x = law.sample((4000,))
    assert (x.mean(0) - law.mean).abs().max().item() < 0.5      # standard error: sqrt(40 / 4000) = 0.1
    np.testing.assert_allclose(x.var(0).numpy(), law.variance.numpy(), rtol=0.2)


def test_a_compiled_step_judges_values_where_that_was_asked_for() -> None:
    x = rg.tensor([0.5, -1.0])
    step = rg.compile(lambda x: rg.distributions.Normal(x, rg.ones(2)).log_prob(x).sum())
    assert step(x).item() == step(x).item() and len(step.replays) == 1
    assert math.isclose(step(x).item(), -math.log(2 * math.pi), rel_tol=1e-6)
    with pytest.raises(ValueError, match="scale"):
        rg.compile(lambda x: rg.distributions.Normal(x, -rg.ones(2), validate_args=True).log_prob(x))(x)
