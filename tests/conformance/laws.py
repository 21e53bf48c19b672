"""`torch.distributions`: moments, densities, entropies, divergences; of samples only what is no number."""

from __future__ import annotations

D = "T.distributions."


def _law(name: str, first: str, second: str, value: str, *, plain: str = "mean, q.variance", entropy: bool = True,
         more: tuple[str, ...] = ()) -> list[str]:
    """Density and gradients, moments and entropy, shapes of samples."""
    samples = [f"{D}{name}({first}).log_prob({value})", f"(lambda q: (q.{plain}))({D}{name}({second}))",
               f"(lambda q: (q.sample((4,)).shape, q.sample().dtype, q.batch_shape, q.event_shape))({D}{name}({second}))"]
    if entropy:
        samples.append(f"{D}{name}({first}).entropy()")
    return samples + [f"{D}{name}({first}).{m}" for m in more]


def _kl(name: str, first: str, second: str) -> str:
    return f"{D}kl_divergence({D}{name}({first}), {D}{name}({second}))"


LAWS = {
    "Normal": [*_law("Normal", "a(3), p(3)", "a(2, 1), p(3)", "k(a(3))", more=("cdf(k(a(3)))", "icdf(k(u(3)))", "expand((2, 3)).log_prob(k(a(2, 3)))")),
               _kl("Normal", "a(3), p(3)", "a(3), p(3)"), f"{D}Normal(0.0, 1.0).log_prob(k(a(2)))"],
    "Laplace": [*_law("Laplace", "a(3), p(3)", "a(2, 1), p(3)", "k(a(3))", more=("cdf(k(a(3)))", "icdf(k(u(3)))")), _kl("Laplace", "a(3), p(3)", "a(3), p(3)")],
    "Cauchy": _law("Cauchy", "a(3), p(3)", "a(2), p(2)", "k(a(3))", plain="mode", more=("cdf(k(a(3)))",)),
    "Gumbel": [f"first(lambda m, s: {D}Gumbel(m, s).log_prob(k(a(3))), a(3), p(3))", f"(lambda q: (q.mean, q.variance))({D}Gumbel(k(a(2)), k(p(2))))", f"{D}Gumbel(a(2), p(2)).entropy()"],
    "Uniform": [*_law("Uniform", "-p(3), p(3)", "-p(2), p(2)", "k(u(3)) / 9", more=("cdf(k(u(3)) / 9)",)), _kl("Uniform", "-u(3), u(3)", "-p(3) - 1, p(3) + 1")],
    "Exponential": [*_law("Exponential", "p(3)", "p(2)", "k(p(3))", more=("cdf(k(p(3)))",)), _kl("Exponential", "p(3)", "p(3)")],
    "HalfNormal": [*_law("HalfNormal", "p(3)", "p(2)", "k(p(3))"), _kl("HalfNormal", "p(3)", "p(3)")],
    "HalfCauchy": _law("HalfCauchy", "p(3)", "p(2)", "k(p(3))", plain="mode"),
    "Weibull": _law("Weibull", "p(3), p(3)", "k(p(2)), k(p(2))", "k(p(3))"),
    "Pareto": [*_law("Pareto", "u(3) / 2, p(3)", "u(2), p(2) + 3", "k(p(3))"), _kl("Pareto", "u(3) + 1, p(3)", "u(3), p(3)")],
    "Gamma": [*_law("Gamma", "p(3), p(3)", "p(2, 1), p(3)", "k(p(3))"), _kl("Gamma", "p(3), p(3)", "p(3), p(3)"), f"{D}Gamma(k(p(2)), p(2)).cdf(k(p(2)))"],
    "Chi2": _law("Chi2", "p(3)", "p(2)", "k(p(3))"),
    "InverseGamma": _law("InverseGamma", "p(3), p(3)", "p(2) + 3, p(2)", "k(p(3))"),
    "Beta": [*_law("Beta", "p(3), p(3)", "p(2), p(2)", "k(u(3))"), _kl("Beta", "p(3), p(3)", "p(3), p(3)")],
    "Dirichlet": [*(f"{D}Dirichlet(T.tensor([2.0, 3.0, 1.5])).{what}" for what in ("mean", "mode", "variance")), *_law("Dirichlet", "p(2, 3)", "p(3)", "(lambda x: x / x.sum(-1, True))(k(p(2, 3)))"), _kl("Dirichlet", "p(2, 3)", "p(2, 3)")],
    "StudentT": _law("StudentT", "p(3), a(3), p(3)", "p(2) + 3", "k(a(3))"),
    "FisherSnedecor": _law("FisherSnedecor", "p(3), p(3)", "p(2), p(2) + 4", "k(p(3))", plain="mean", entropy=False),
    "Bernoulli": [*_law("Bernoulli", "u(3)", "u(2)", "b(3).to(a(1).dtype)"), _kl("Bernoulli", "u(3)", "u(3)"), f"{D}Bernoulli(logits=a(3)).log_prob(b(3).to(a(1).dtype))"],
    "Geometric": [*_law("Geometric", "u(3)", "u(2)", "i(3).to(a(1).dtype)"), _kl("Geometric", "u(3)", "u(3)")],
    "Categorical": [*_law("Categorical", "p(2, 5)", "k(p(2, 5))", "i(2)", plain="mode"), _kl("Categorical", "p(2, 5)", "p(2, 5)"), f"{D}Categorical(logits=a(3, 5)).log_prob(i(3))",
                    f"{D}Categorical(k(p(3))).enumerate_support()", f"{D}Categorical(logits=a(5)).probs"],
    "OneHotCategorical": [*(f"{D}OneHotCategorical(T.tensor([1.0, 3.0])).{what}" for what in ("probs", "logits", "event_shape")), f"{D}OneHotCategorical(p(2, 5)).log_prob(F.one_hot(i(2), 5).to(a(1).dtype))", f"(lambda q: (q.mean, q.variance))({D}OneHotCategorical(p(3)))",
                          f"{D}OneHotCategorical(k(p(2, 5))).sample((3,)).sum(-1)"],
    "Poisson": [*_law("Poisson", "p(3)", "p(2)", "i(3).to(a(1).dtype)", entropy=False), _kl("Poisson", "p(3)", "p(3)")],
    "Binomial": [*_law("Binomial", "4, u(3)", "4, u(2)", "i(3).to(a(1).dtype)", entropy=False), _kl("Binomial", "4, u(3)", "4, u(3)")],
    "NegativeBinomial": _law("NegativeBinomial", "p(3), u(3)", "p(2), u(2)", "i(3).to(a(1).dtype)", entropy=False),
    "Multinomial": [*(f"{D}Multinomial(4, T.tensor([1.0, 3.0])).{what}" for what in ("probs", "logits", "event_shape")), f"{D}Multinomial(4, p(3)).log_prob(T.tensor([1.0, 0.0, 3.0], dtype=a(1).dtype))", f"(lambda q: (q.mean, q.variance))({D}Multinomial(4, p(3)))",
                    f"{D}Multinomial(4, k(p(2, 3))).sample((5,)).sum(-1)"],
    "LogNormal": [*_law("LogNormal", "a(3), p(3)", "a(2), p(2)", "k(p(3))"), _kl("LogNormal", "a(3), p(3)", "a(3), p(3)")],
    "MultivariateNormal": [*(f"{D}MultivariateNormal(T.zeros(2), T.eye(2) * 2).{what}" for what in ("mean", "covariance_matrix", "event_shape")), f"{D}MultivariateNormal(a(2), (lambda x: x @ x.mT + T.eye(2, dtype=x.dtype))(a(2, 2))).log_prob(k(a(3, 2)))",
                           f"{D}MultivariateNormal(a(2), scale_tril=T.eye(2, dtype=a(1).dtype) * p(2)).entropy()", f"{D}MultivariateNormal(a(3, 2), precision_matrix=T.eye(2, dtype=a(1).dtype) * 4).covariance_matrix",
                           f"{D}MultivariateNormal(k(a(2)), T.eye(2, dtype=a(1).dtype)).sample((3,)).shape",
                           _kl("MultivariateNormal", "a(2), scale_tril=T.eye(2, dtype=a(1).dtype) * p(2)", "a(2), scale_tril=T.eye(2, dtype=a(1).dtype) * p(2)")],
    "ContinuousBernoulli": [*_law("ContinuousBernoulli", "u(3)", "u(2)", "k(u(3))", more=("cdf(k(u(3)))", "icdf(k(u(3)))")), f"{D}ContinuousBernoulli(logits=a(3)).log_prob(k(u(3)))", f"{D}ContinuousBernoulli(T.tensor([0.5, 0.4995], dtype=a(1).dtype)).variance"],
    "Kumaraswamy": _law("Kumaraswamy", "p(3), p(3)", "p(2), p(2)", "k(u(3))"),
    "GeneralizedPareto": [*_law("GeneralizedPareto", "a(3), p(3), u(3)", "a(2), p(2), u(2) / 3", "0", more=("icdf(k(u(3)))",))[1:], *(f"{D}GeneralizedPareto(0.5, 2.0, T.tensor([0.0, 0.3, -0.1])).{what}(T.tensor([1.0, 4.0, 5.0]))" for what in ("log_prob", "cdf", "log_survival_function"))],
    "LowRankMultivariateNormal": [f"{D}LowRankMultivariateNormal(a(3), a(3, 2), p(3)).log_prob(k(a(4, 3)))", *(f"{D}LowRankMultivariateNormal(a(2, 3), a(3, 2), p(3)).{what}" for what in ("entropy()", "variance", "covariance_matrix", "precision_matrix", "batch_shape")), f"{D}LowRankMultivariateNormal(k(a(3)), k(a(3, 2)), k(p(3))).sample((4,)).shape"],
    "LogisticNormal": [f"{D}LogisticNormal(a(2), p(2)).log_prob((lambda x: x.softmax(-1))(k(a(4, 3))))", f"(lambda q: (q.sample((4,)).shape, q.batch_shape, q.event_shape))({D}LogisticNormal(a(5, 2), p(2)))", f"{D}LogisticNormal(a(2), p(2)).expand((3,)).log_prob((lambda x: x.softmax(-1))(k(a(3, 3))))"],
    "Independent": [f"{D}Independent({D}Normal(a(2, 3), p(2, 3)), 1).log_prob(k(a(2, 3)))", f"{D}Independent({D}Normal(a(2, 3), p(2, 3)), 2).entropy()", f"{D}Independent({D}Normal(a(2, 3), p(2, 3)), 1).event_shape"],
    "MixtureSameFamily": [f"{D}MixtureSameFamily({D}Categorical(p(4)), {D}Normal(a(4), p(4))).log_prob(k(a(3)))", f"(lambda q: (q.mean, q.variance))({D}MixtureSameFamily({D}Categorical(p(4)), {D}Normal(a(4), p(4))))",
                          f"{D}MixtureSameFamily({D}Categorical(k(p(4))), {D}Independent({D}Normal(k(a(4, 2)), k(p(4, 2))), 1)).sample((3,)).shape"],
    "TransformedDistribution": [f"{D}TransformedDistribution({D}Normal(a(3), p(3)), [{D}TanhTransform()]).log_prob(k(u(3)))",
                                f"{D}TransformedDistribution({D}Normal(a(3), p(3)), [{D}AffineTransform(1.0, 2.0), {D}ExpTransform()]).log_prob(k(p(3)))",
                                f"{D}TransformedDistribution({D}Uniform(0.0, 1.0), [{D}SigmoidTransform().inv]).log_prob(k(a(3)).float())"],
    "RelaxedBernoulli": [f"{D}RelaxedBernoulli(T.tensor(0.7, dtype=a(1).dtype), logits=a(3)).log_prob(k(u(3)))", f"{D}RelaxedBernoulli(T.tensor(0.7), k(u(3))).rsample().shape", f"{D}RelaxedBernoulli(T.tensor(0.7), k(u(3))).probs"],
    "RelaxedOneHotCategorical": [*(f"{D}RelaxedOneHotCategorical(T.tensor(0.7), T.ones(3)).{what}" for what in ("probs", "logits", "event_shape")), f"{D}RelaxedOneHotCategorical(T.tensor(0.7, dtype=a(1).dtype), logits=a(3)).log_prob(k(a(3)).softmax(-1))", f"{D}RelaxedOneHotCategorical(T.tensor(0.7), k(p(3))).rsample().shape",
                                 f"{D}RelaxedOneHotCategorical(T.tensor(0.7), p(3)).logits"],
    "transforms": [f"(lambda t, x: (t(x), t.inv(t(x)), t.log_abs_det_jacobian(x, t(x))))({D}{t}, a(3))" for t in ("AffineTransform(1.0, -2.0)", "ExpTransform()", "SigmoidTransform()", "TanhTransform()", "StickBreakingTransform()")],
    "kl_divergence": [_kl("Normal", "0.0, 1.0", "1.0, 2.0"), f"{D}kl_divergence({D}Independent({D}Normal(a(2, 3), p(2, 3)), 1), {D}Independent({D}Normal(a(2, 3), p(2, 3)), 1))", f"{D}kl.kl_divergence({D}Gamma(p(2), p(2)), {D}Gamma(p(2), p(2)))"],
}
