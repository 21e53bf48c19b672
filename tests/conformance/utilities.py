"""`torch.nn.utils`: parametrisations, older norms, pruning."""

from __future__ import annotations

_U = "nn.utils."
_LIN = "m(nn.Linear(3, 2))"
_KEYS = "sorted({0}.state_dict())"

UTILS = {
    "parametrizations.weight_norm": ["m(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)))(a(4, 3))", "m(nn.utils.parametrizations.weight_norm(nn.Conv1d(2, 3, 2), dim=None))(a(1, 2, 4))",
                                     _KEYS.format("nn.utils.parametrizations.weight_norm(nn.Linear(3, 2), dim=1)")],
    "parametrizations.spectral_norm": [_KEYS.format("nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2))"), "m(nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2))).eval()(a(4, 3))",
                                       "m(nn.utils.parametrizations.spectral_norm(nn.Linear(3, 2), n_power_iterations=50)).weight"],
    "parametrizations.orthogonal": ["(lambda w: w.T @ w)(nn.utils.parametrizations.orthogonal(nn.Linear(2, 4)).weight.detach()).round()", "(lambda w: w @ w.T)(nn.utils.parametrizations.orthogonal(nn.Linear(3, 3), orthogonal_map='cayley').weight.detach()).round()",
                                    "nn.utils.parametrizations.orthogonal((lambda n: (nn.init.orthogonal_(n.weight), n)[1])(nn.Linear(2, 2)), orthogonal_map='householder').weight.shape"],
    "parametrize.register_parametrization": ["(lambda n: (nn.utils.parametrize.register_parametrization(n, 'weight', nn.Tanh()), n(a(4, 3)))[1])(m(nn.Linear(3, 2)))", _KEYS.format("nn.utils.parametrize.register_parametrization(nn.Linear(3, 2), 'weight', nn.ReLU())"),
                                             "[k for k, _ in nn.utils.parametrize.register_parametrization(nn.Linear(3, 2), 'bias', nn.Identity()).named_parameters()]",
                                             "type(nn.utils.parametrize.register_parametrization(nn.Linear(3, 2), 'weight', nn.Identity())).__name__"],
    "parametrize.remove_parametrizations": [_KEYS.format("nn.utils.parametrize.remove_parametrizations(nn.utils.parametrize.register_parametrization(nn.Linear(3, 2), 'weight', nn.ReLU()), 'weight')"),
                                            "(nn.utils.parametrize.remove_parametrizations(nn.utils.parametrize.register_parametrization(m(nn.Linear(3, 2)), 'weight', nn.Tanh()), 'weight').weight * 1).detach()",
                                            "type(nn.utils.parametrize.remove_parametrizations(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), 'weight')).__name__"],
    "parametrize.is_parametrized": ["nn.utils.parametrize.is_parametrized(nn.Linear(1, 1))", "nn.utils.parametrize.is_parametrized(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)))",
                                    "nn.utils.parametrize.is_parametrized(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)), 'bias')"],
    "weight_norm": ["m(nn.utils.weight_norm(nn.Linear(3, 2)))(a(4, 3))", _KEYS.format("nn.utils.weight_norm(nn.Linear(3, 2))"), "nn.utils.weight_norm(nn.Linear(3, 2), dim=None).weight_g.shape"],
    "remove_weight_norm": [_KEYS.format("nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(3, 2)))"), "(lambda n: nn.utils.remove_weight_norm(m(n))(a(4, 3)))(nn.utils.weight_norm(nn.Linear(3, 2)))",
                           "nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(3, 2))).weight.requires_grad"],
    "spectral_norm": [_KEYS.format("nn.utils.spectral_norm(nn.Linear(3, 2))"), "m(nn.utils.spectral_norm(nn.Linear(3, 2))).eval()(a(4, 3))", "m(nn.utils.spectral_norm(nn.Linear(3, 2), n_power_iterations=3))(a(4, 3))"],
    "remove_spectral_norm": [_KEYS.format("nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2)))"), "nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2))).weight.requires_grad",
                             "nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2))).weight.shape"],
    **{f"prune.{name}": [_KEYS.format(f"prune.{name}(nn.Linear(4, 2), 'weight'{more})"), f"prune.{name}(m(nn.Linear(4, 2)), 'weight'{more}).weight_mask.sum()", f"prune.{name}(m(nn.Linear(4, 2)), 'weight'{more})(a(3, 4))" if sure else f"prune.{name}(nn.Linear(4, 2), 'weight'{more}).weight.shape"]
       for name, more, sure in (("identity", "", True), ("l1_unstructured", ", 3", True), ("random_unstructured", ", 0.25", False), ("ln_structured", ", 1, 2, 1", True), ("random_structured", ", 1, 0", False))},
    "prune.global_unstructured": ["(lambda n: (prune.global_unstructured([(n[0], 'weight'), (n[1], 'weight')], prune.L1Unstructured, amount=4), n(a(2, 3)))[1])(m(nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))))",
                                  "(lambda n: (prune.global_unstructured([(n[0], 'weight'), (n[1], 'weight')], prune.L1Unstructured, amount=0.5), sum(x.weight_mask.sum() for x in n))[1])(m(nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 2))))",
                                  "(lambda n: (prune.global_unstructured([(n, 'weight')], prune.RandomUnstructured, amount=2), n.weight_mask.sum())[1])(nn.Linear(3, 3))"],
    "prune.remove": [_KEYS.format("prune.remove(prune.l1_unstructured(nn.Linear(4, 2), 'weight', 3), 'weight')"), "prune.remove(prune.l1_unstructured(m(nn.Linear(4, 2)), 'weight', 3), 'weight').weight.detach()",
                     "prune.is_pruned(prune.remove(prune.identity(nn.Linear(1, 1), 'weight'), 'weight'))"],
    "prune.is_pruned": ["prune.is_pruned(nn.Linear(1, 1))", "prune.is_pruned(prune.identity(nn.Linear(1, 1), 'bias'))", "prune.is_pruned(nn.Sequential(prune.identity(nn.Linear(1, 1), 'bias')))"],
    "prune.custom_from_mask": ["prune.custom_from_mask(m(nn.Linear(2, 1)), 'weight', T.tensor([[0, 1]])).weight.detach()", "prune.custom_from_mask(m(nn.Linear(2, 1)), 'weight', T.tensor([[0, 1]]))(a(3, 2))",
                               "prune.custom_from_mask(nn.Linear(2, 1), 'bias', T.tensor([0])).bias.detach()"],
    "parameters_to_vector": ["nn.utils.parameters_to_vector(m(nn.Linear(3, 2)).parameters())", "nn.utils.parameters_to_vector([a(2), a(2, 2)])", "nn.utils.parameters_to_vector([a(3)]).shape"],
    "vector_to_parameters": ["(lambda n: (nn.utils.vector_to_parameters(k(a(8)), n.parameters()), n.weight.detach())[1])(m(nn.Linear(3, 2)))", "(lambda w: (nn.utils.vector_to_parameters(k(a(2)), [w]), w.detach())[1])(a(2))",
                             "(lambda n: (nn.utils.vector_to_parameters(k(a(2)), n.parameters()), n.bias.detach())[1])(m(nn.Linear(1, 1)))"],
    "get_total_norm": ["nn.utils.get_total_norm([k(a(2)), k(a(3))])", "nn.utils.get_total_norm([k(a(2)), k(a(3))], norm_type=1)", "nn.utils.get_total_norm([k(a(2))], float('inf'))"],
}
