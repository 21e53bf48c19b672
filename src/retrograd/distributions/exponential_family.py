"""Families of exponential form: entropy and divergence by the derivative of their log-normaliser."""

from __future__ import annotations

from typing import Any

from retrograd.distributions.distribution import Distribution, sum_rightmost
from retrograd.tensors.autograd import grad


class ExponentialFamily(Distribution):
    """log p(x) = <t(x), theta> - F(theta) + k(x), theta the natural parameters.

    A subclass gives theta as `_natural_params`, F as `_log_normalizer(*theta)`, and the expected k as
    `_mean_carrier_measure`; entropy and `kl_divergence` follow: dF/dtheta is the expected t(x).

    >>> import retrograd as rg
    >>> class Rare(rg.distributions.ExponentialFamily):
    ...     arg_constraints = {}
    ...     _mean_carrier_measure = 0.0
    ...     def __init__(self, rate):
    ...         self.rate = rate
    ...         super().__init__(rate.shape)
    ...     @property
    ...     def _natural_params(self):
    ...         return (-self.rate,)
    ...     def _log_normalizer(self, x):
    ...         return -(-x).log()
    >>> Rare(rg.tensor(2.0)).entropy().detach(), rg.distributions.Exponential(2.0).entropy()
    (tensor(0.3069), tensor(0.3069))
    """

    @property
    def _natural_params(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any) -> Any:
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        raise NotImplementedError

    def entropy(self) -> Any:
        """F - <theta, dF/dtheta> - E k."""
        theta = [p.detach().requires_grad_() for p in self._natural_params]
        level = self._log_normalizer(*theta)
        slopes = grad(level.sum(), theta, create_graph=True)
        out = level - self._mean_carrier_measure
        for p, slope in zip(theta, slopes):
            out = out - (p * slope).reshape(*self._batch_shape, -1).sum(-1)
        return out


def bregman(p: ExponentialFamily, q: ExponentialFamily) -> Any:
    """F(q) - F(p) - <theta_q - theta_p, dF(p)>: the divergence of two of one family."""
    if type(p) is not type(q):
        raise NotImplementedError("The cross KL-divergence between different exponential families cannot be "
                                  "computed using Bregman divergences")
    mine = [x.detach().requires_grad_() for x in p._natural_params]
    level = p._log_normalizer(*mine)
    slopes = grad(level.sum(), mine, create_graph=True)
    out = q._log_normalizer(*q._natural_params) - level
    for a, b, slope in zip(mine, q._natural_params, slopes):
        out = out - sum_rightmost((b - a) * slope, len(q.event_shape))
    return out
