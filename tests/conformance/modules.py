"""`torch.nn` and `torch.nn.functional` beyond the everyday: losses, activations, padding, normalisation."""

from __future__ import annotations

_ACT = ["nn.{0}({1})(a(2, 3))", "nn.{0}({1})(a(7) * 3)", "repr(nn.{0}({1}))"]
_PAD1, _PAD2, _PAD3 = "a(1, 2, 5)", "a(1, 2, 4, 5)", "a(1, 1, 3, 4, 3)"


def _pads(name: str, value: str = "") -> dict[str, list[str]]:
    wide = {1: "(2, 1)", 2: "(1, 2, 0, 1)", 3: "(1, 1, 0, 2, 1, 0)"}
    return {f"{name}{n}d": [f"nn.{name}{n}d(1{value})({x})", f"nn.{name}{n}d({wide[n]}{value})({x})", f"repr(nn.{name}{n}d(1{value}))"]
            for n, x in ((1, _PAD1), (2, _PAD2), (3, _PAD3))}


_SIGNS = "(2 * b({0}).to(a(1).dtype) - 1)"
MODULES = {
    **{name: [s.format(name, given) for s in _ACT]
       for name, given in (("CELU", ""), ("GLU", "0"), ("Hardshrink", ""), ("Softshrink", ""), ("Tanhshrink", ""), ("Threshold", "0.1, 2.0"),
                           ("ELU", ""), ("SELU", ""), ("SiLU", ""), ("Mish", ""), ("Softplus", ""), ("Softsign", ""), ("Hardtanh", ""),
                           ("Hardswish", ""), ("ReLU6", ""), ("LogSigmoid", ""), ("Softmin", "0"))},
    "GLU": ["nn.GLU()(a(2, 4))", "nn.GLU(0)(a(2, 3))", "repr(nn.GLU(1))"],
    "Hardsigmoid": ["first(nn.Hardsigmoid(), a(2, 3))", "first(nn.Hardsigmoid(), a(7))", "repr(nn.Hardsigmoid())"],
    "PReLU": ["m(nn.PReLU())(a(2, 3))", "m(nn.PReLU(3))(a(2, 3))", "repr(nn.PReLU())"],
    "RReLU": ["nn.RReLU().eval()(a(5))", "nn.RReLU(0.5, 0.5)(a(2, 3))", "repr(nn.RReLU())"],
    "Softmax2d": ["nn.Softmax2d()(a(2, 3, 2, 2))", "nn.Softmax2d()(a(3, 2, 2))", "repr(nn.Softmax2d())"],
    **_pads("ZeroPad"), **_pads("ConstantPad", ", 1.5"), **_pads("ReflectionPad"), **_pads("ReplicationPad"), **_pads("CircularPad"),
    "Dropout1d": ["nn.Dropout1d().eval()(a(1, 2, 3))", "nn.Dropout1d(0.0)(a(1, 2, 3))", "repr(nn.Dropout1d())"],
    "Dropout2d": ["nn.Dropout2d().eval()(a(1, 2, 3, 1))", "nn.Dropout2d(0.0)(a(1, 2, 3, 1))", "repr(nn.Dropout2d())"],
    "Dropout3d": ["nn.Dropout3d().eval()(a(1, 2, 3, 1, 1))", "nn.Dropout3d(0.0)(a(1, 2, 3, 1, 1))", "repr(nn.Dropout3d())"],
    "AlphaDropout": ["nn.AlphaDropout().eval()(a(4))", "nn.AlphaDropout(0.0)(a(4))", "repr(nn.AlphaDropout())"],
    "FeatureAlphaDropout": ["nn.FeatureAlphaDropout().eval()(a(2, 4))", "nn.FeatureAlphaDropout(0.0)(a(2, 4))", "repr(nn.FeatureAlphaDropout())"],
    "BatchNorm3d": ["m(nn.BatchNorm3d(2))(a(2, 2, 2, 1, 2))", "m(nn.BatchNorm3d(2)).eval()(a(1, 2, 2, 1, 2))", "repr(nn.BatchNorm3d(2))"],
    "GroupNorm": ["m(nn.GroupNorm(2, 4))(a(2, 4, 3))", "nn.GroupNorm(1, 2, affine=False)(a(3, 2))", "repr(nn.GroupNorm(2, 4))"],
    "InstanceNorm1d": ["nn.InstanceNorm1d(2)(a(3, 2, 4))", "m(nn.InstanceNorm1d(2, affine=True, track_running_stats=True)).eval()(a(3, 2, 4))", "nn.InstanceNorm1d(2)(a(2, 4))", "repr(nn.InstanceNorm1d(2))"],
    "InstanceNorm2d": ["nn.InstanceNorm2d(2)(a(3, 2, 2, 2))", "m(nn.InstanceNorm2d(2, affine=True))(a(3, 2, 2, 2))", "nn.InstanceNorm2d(2)(a(2, 3, 2))"],
    "InstanceNorm3d": ["nn.InstanceNorm3d(2)(a(1, 2, 2, 2, 2))", "m(nn.InstanceNorm3d(2, affine=True))(a(1, 2, 2, 1, 2))", "repr(nn.InstanceNorm3d(2))"],
    "RMSNorm": ["m(nn.RMSNorm(4))(a(2, 4))", "nn.RMSNorm((2, 3), eps=1e-3, elementwise_affine=False)(a(4, 2, 3))", "repr(nn.RMSNorm(4))"],
    "LocalResponseNorm": ["nn.LocalResponseNorm(2)(a(1, 4, 3))", "nn.LocalResponseNorm(3, alpha=0.1, beta=0.5, k=2.0)(a(2, 4, 2, 2))", "repr(nn.LocalResponseNorm(2))"],
    "SyncBatchNorm": ["repr(nn.SyncBatchNorm(2))", "m(nn.SyncBatchNorm(2)).eval()(a(3, 2))", "list(nn.SyncBatchNorm(2).state_dict())"],
    "CosineSimilarity": ["nn.CosineSimilarity()(a(2, 3), a(2, 3))", "nn.CosineSimilarity(dim=0)(a(3), a(3))", "repr(nn.CosineSimilarity())"],
    "PairwiseDistance": ["nn.PairwiseDistance()(a(2, 3), a(2, 3))", "nn.PairwiseDistance(p=1, keepdim=True)(a(2, 3), a(2, 3))", "repr(nn.PairwiseDistance())"],
    "PoissonNLLLoss": ["nn.PoissonNLLLoss()(a(4), k(p(4)))", "nn.PoissonNLLLoss(log_input=False, full=True)(p(4), k(p(4)) * 3)", "nn.PoissonNLLLoss(reduction='sum')(a(2, 2), k(p(2, 2)))"],
    "GaussianNLLLoss": ["nn.GaussianNLLLoss()(a(4), k(a(4)), p(4))", "nn.GaussianNLLLoss(full=True, reduction='none')(a(2, 2), k(a(2, 2)), p(2, 1))", "nn.GaussianNLLLoss(reduction='sum')(a(4), k(a(4)), p(4))"],
    "HingeEmbeddingLoss": [f"nn.HingeEmbeddingLoss()(a(4), {_SIGNS.format(4)})", f"nn.HingeEmbeddingLoss(margin=0.3, reduction='none')(a(4), {_SIGNS.format(4)})", f"nn.HingeEmbeddingLoss(reduction='sum')(a(2, 2), {_SIGNS.format('2, 2')})"],
    "MarginRankingLoss": [f"nn.MarginRankingLoss()(a(4), a(4), {_SIGNS.format(4)})", f"nn.MarginRankingLoss(0.5, reduction='none')(a(4), a(4), {_SIGNS.format(4)})", f"nn.MarginRankingLoss(reduction='sum')(a(2), a(2), {_SIGNS.format(2)})"],
    "CosineEmbeddingLoss": [f"nn.CosineEmbeddingLoss()(a(4, 3), a(4, 3), {_SIGNS.format(4)})", f"nn.CosineEmbeddingLoss(0.2, reduction='none')(a(4, 3), a(4, 3), {_SIGNS.format(4)})", f"nn.CosineEmbeddingLoss(reduction='sum')(a(2, 3), a(2, 3), {_SIGNS.format(2)})"],
    "TripletMarginLoss": ["nn.TripletMarginLoss()(a(4, 3), a(4, 3), a(4, 3))", "nn.TripletMarginLoss(margin=2.0, p=1, swap=True, reduction='none')(a(4, 3), a(4, 3), a(4, 3))", "nn.TripletMarginLoss(reduction='sum')(a(2, 3), a(2, 3), a(2, 3))"],
    "TripletMarginWithDistanceLoss": ["nn.TripletMarginWithDistanceLoss()(a(4, 3), a(4, 3), a(4, 3))", "nn.TripletMarginWithDistanceLoss(distance_function=lambda x, y: (x - y).abs().sum(1), swap=True)(a(4, 3), a(4, 3), a(4, 3))",
                                      "nn.TripletMarginWithDistanceLoss(margin=0.5, reduction='none')(a(2, 3), a(2, 3), a(2, 3))"],
    "SoftMarginLoss": [f"nn.SoftMarginLoss()(a(4), {_SIGNS.format(4)})", f"nn.SoftMarginLoss(reduction='none')(a(2, 2), {_SIGNS.format('2, 2')})", f"nn.SoftMarginLoss(reduction='sum')(a(4) * 30, {_SIGNS.format(4)})"],
    "MultiMarginLoss": ["first(lambda x: nn.MultiMarginLoss()(x, T.tensor([1, 0, 4])), a(3, 5))", "first(lambda x: nn.MultiMarginLoss(p=2, margin=0.5, reduction='none')(x, T.tensor([1, 0, 4])), a(3, 5))",
                        "first(lambda x: nn.MultiMarginLoss(weight=k(p(5)), reduction='sum')(x, T.tensor([1, 0, 4])), a(3, 5))", "first(lambda x: nn.MultiMarginLoss()(x, T.tensor(2)), a(5))"],
    "MultiLabelMarginLoss": ["first(lambda x: nn.MultiLabelMarginLoss()(x, T.tensor([[1, 0, -1, 3], [2, -1, 0, 0]])), a(2, 4))", "first(lambda x: nn.MultiLabelMarginLoss(reduction='none')(x, T.tensor([[1, 0, -1], [0, 1, 2]])), a(2, 3))",
                             "first(lambda x: nn.MultiLabelMarginLoss(reduction='sum')(x, T.tensor([1, -1, 0])), a(3))"],
    "MultiLabelSoftMarginLoss": ["nn.MultiLabelSoftMarginLoss()(a(2, 3), b(2, 3).to(a(1).dtype))", "nn.MultiLabelSoftMarginLoss(k(p(3)), reduction='none')(a(2, 3), b(2, 3).to(a(1).dtype))", "nn.MultiLabelSoftMarginLoss(reduction='sum')(a(3), b(3).to(a(1).dtype))"],
    "SmoothL1Loss": ["nn.SmoothL1Loss()(a(4), a(4))", "nn.SmoothL1Loss(beta=0.3, reduction='none')(a(4), a(4))", "nn.SmoothL1Loss(reduction='sum')(a(4), a(4))"],
    "HuberLoss": ["nn.HuberLoss()(a(4), a(4))", "nn.HuberLoss(delta=0.3, reduction='none')(a(4), a(4))", "nn.HuberLoss(reduction='sum')(a(4), a(4))"],
    "KLDivLoss": ["nn.KLDivLoss(reduction='batchmean')(a(2, 3).log_softmax(1), k(p(2, 3)))", "nn.KLDivLoss(reduction='sum', log_target=True)(a(4), k(a(4)))", "nn.KLDivLoss(reduction='none')(a(4), k(p(4)))"],
    "Bilinear": ["m(nn.Bilinear(2, 3, 4))(a(5, 2), a(5, 3))", "m(nn.Bilinear(2, 3, 1, bias=False))(a(2, 1, 2), a(2, 1, 3))", "repr(nn.Bilinear(2, 3, 4))"],
    "Unflatten": ["nn.Unflatten(1, (2, 3))(a(2, 6))", "nn.Unflatten(0, (2, -1))(a(4, 2))", "repr(nn.Unflatten(1, (2, 3)))"],
    "ModuleDict": ["list(nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Tanh()}))", "repr(nn.ModuleDict({'a': nn.ReLU()}))", "nn.ModuleDict({'x': nn.Tanh()})['x'](a(2))"],
    "ParameterList": ["len(nn.ParameterList([T.ones(2), T.ones(3)]))", "[p.shape for p in nn.ParameterList([T.ones(2)])]", "list(nn.ParameterList([T.ones(1)]).state_dict())"],
    "ParameterDict": ["sorted(nn.ParameterDict({'b': T.ones(2), 'a': T.ones(3)}))", "nn.ParameterDict({'a': T.ones(3)})['a'].requires_grad", "list(nn.ParameterDict({'x': T.ones(1)}).state_dict())"],
}

_F = ["F.{0}(a(2, 3))", "F.{0}(a(7) * 3)", "F.{0}(a(2, 4)[:, 1:3])"]
FUNCTIONAL = {
    **{name: [s.format(name) for s in _F] for name in (
        "elu", "selu", "celu", "silu", "mish", "hardtanh", "hardswish", "relu6", "logsigmoid", "softsign", "tanhshrink", "hardshrink", "softshrink")},
    **{name: [f"F.{name}(k(a(3)){more})", f"F.{name}(a(4) * 2{more})", f"(lambda y: (F.{name}(y{more}), y)[1])(a(2, 2) * 1)"] for name, more in (
        ("relu_", ""), ("elu_", ""), ("leaky_relu_", ""), ("hardtanh_", ""), ("selu_", ""), ("celu_", ""), ("threshold_", ", 0.1, 2.0"))},
    "hardsigmoid": ["first(F.hardsigmoid, a(2, 3))", "first(F.hardsigmoid, a(7))", "F.hardsigmoid(k(a(4)) * 3)"],
    "glu": ["F.glu(a(2, 4))", "F.glu(a(4, 3), dim=0)", "F.glu(a(6))"],
    "softmin": ["F.softmin(a(2, 3), dim=1)", "F.softmin(a(2, 3), 0)", "F.softmin(a(4), -1)"],
    "prelu": ["F.prelu(a(2, 3), a(3))", "F.prelu(a(4), a(1))", "F.prelu(a(2, 3, 2), a(3))"],
    "rrelu": ["F.rrelu(a(4))", "F.rrelu(a(4), 0.1, 0.3)", "F.rrelu(a(2, 2), 0.5, 0.5, training=True)"],
    "threshold": ["F.threshold(a(4), 0.1, 2.0)", "F.threshold(a(2, 3), 0, -1)", "F.threshold(a(4), threshold=0.5, value=0.5)"],
    "gumbel_softmax": ["F.gumbel_softmax(k(a(2, 3))).sum(1)", "F.gumbel_softmax(k(a(2, 3)), hard=True).sum(1)", "F.gumbel_softmax(k(a(3)), tau=0.5, dim=0).shape"],
    "group_norm": ["F.group_norm(a(2, 4, 3), 2)", "F.group_norm(a(2, 4, 3), 2, a(4), a(4))", "F.group_norm(a(3, 2), 1, eps=1e-3)"],
    "instance_norm": ["F.instance_norm(a(2, 3, 4))", "F.instance_norm(a(2, 2, 3), weight=a(2), bias=a(2))", "F.instance_norm(a(2, 2, 3), k(a(2)), k(p(2)), use_input_stats=False)"],
    "rms_norm": ["F.rms_norm(a(2, 4), (4,))", "F.rms_norm(a(2, 3, 4), (3, 4), a(3, 4))", "F.rms_norm(a(2, 3), [3], eps=1e-3)"],
    "local_response_norm": ["F.local_response_norm(a(1, 4, 3), 2)", "F.local_response_norm(a(2, 4, 2, 2), 3, alpha=0.1)", "F.local_response_norm(a(1, 3, 2), 1, k=2.0)"],
    "dropout1d": ["F.dropout1d(a(1, 2, 3), training=False)", "F.dropout1d(a(1, 2, 3), 0.0)", "F.dropout1d(a(2, 3), 1.0)"],
    "dropout2d": ["F.dropout2d(a(1, 2, 3, 1), training=False)", "F.dropout2d(a(1, 2, 3, 1), 0.0)", "F.dropout2d(a(1, 2, 1, 3), 1.0)"],
    "alpha_dropout": ["F.alpha_dropout(a(4))", "F.alpha_dropout(a(4), 0.0, training=True)", "F.alpha_dropout(a(2, 2), 0.5, False)"],
    "feature_alpha_dropout": ["F.feature_alpha_dropout(a(2, 4))", "F.feature_alpha_dropout(a(2, 4), 0.0, training=True)", "F.feature_alpha_dropout(a(2, 2, 2), 0.5, False)"],
    "bilinear": ["F.bilinear(a(5, 2), a(5, 3), a(4, 2, 3))", "F.bilinear(a(2, 2), a(2, 3), a(1, 2, 3), a(1))", "F.bilinear(a(2, 1, 2), a(2, 1, 3), a(4, 2, 3))"],
    "cosine_similarity": ["F.cosine_similarity(a(2, 3), a(2, 3))", "F.cosine_similarity(a(3), a(3), dim=0)", "F.cosine_similarity(a(2, 1, 3), a(4, 3), dim=-1)"],
    "pairwise_distance": ["F.pairwise_distance(a(2, 3), a(2, 3))", "F.pairwise_distance(a(2, 3), a(3), p=1)", "F.pairwise_distance(a(2, 3), a(2, 3), 3.0, keepdim=True)"],
    "smooth_l1_loss": ["F.smooth_l1_loss(a(4), a(4))", "F.smooth_l1_loss(a(4), a(4), beta=0.3, reduction='none')", "F.smooth_l1_loss(a(4), a(4), reduction='sum')"],
    "huber_loss": ["F.huber_loss(a(4), a(4))", "F.huber_loss(a(4), a(4), delta=0.3, reduction='none')", "F.huber_loss(a(4), a(4), reduction='sum')"],
    "kl_div": ["F.kl_div(a(2, 3).log_softmax(1), k(p(2, 3)), reduction='batchmean')", "F.kl_div(a(4), k(a(4)), log_target=True, reduction='sum')", "F.kl_div(a(4), k(p(4)), reduction='none')"],
    "gaussian_nll_loss": ["F.gaussian_nll_loss(a(4), k(a(4)), p(4))", "F.gaussian_nll_loss(a(4), k(a(4)), p(4), full=True, reduction='none')", "F.gaussian_nll_loss(a(2, 2), k(a(2, 2)), p(2, 1))"],
    "poisson_nll_loss": ["F.poisson_nll_loss(a(4), k(p(4)))", "F.poisson_nll_loss(p(4), k(p(4)) * 3, log_input=False, full=True)", "F.poisson_nll_loss(a(4), k(p(4)), reduction='none')"],
    "triplet_margin_loss": ["F.triplet_margin_loss(a(4, 3), a(4, 3), a(4, 3))", "F.triplet_margin_loss(a(4, 3), a(4, 3), a(4, 3), p=1, swap=True)", "F.triplet_margin_loss(a(2, 3), a(2, 3), a(2, 3), reduction='none')"],
    "triplet_margin_with_distance_loss": ["F.triplet_margin_with_distance_loss(a(4, 3), a(4, 3), a(4, 3))", "F.triplet_margin_with_distance_loss(a(4, 3), a(4, 3), a(4, 3), swap=True, reduction='none')",
                                          "F.triplet_margin_with_distance_loss(a(4, 3), a(4, 3), a(4, 3), distance_function=lambda x, y: (x - y).abs().sum(1), margin=0.5)"],
    "margin_ranking_loss": [f"F.margin_ranking_loss(a(4), a(4), {_SIGNS.format(4)})", f"F.margin_ranking_loss(a(4), a(4), {_SIGNS.format(4)}, margin=0.5)", f"F.margin_ranking_loss(a(4), a(4), {_SIGNS.format(4)}, reduction='sum')"],
    "hinge_embedding_loss": [f"F.hinge_embedding_loss(a(4), {_SIGNS.format(4)})", f"F.hinge_embedding_loss(a(4), {_SIGNS.format(4)}, margin=0.5)", f"F.hinge_embedding_loss(a(4), {_SIGNS.format(4)}, reduction='none')"],
    "cosine_embedding_loss": [f"F.cosine_embedding_loss(a(4, 3), a(4, 3), {_SIGNS.format(4)})", f"F.cosine_embedding_loss(a(4, 3), a(4, 3), {_SIGNS.format(4)}, margin=0.2)", f"F.cosine_embedding_loss(a(4, 3), a(4, 3), {_SIGNS.format(4)}, reduction='none')"],
    "soft_margin_loss": [f"F.soft_margin_loss(a(4), {_SIGNS.format(4)})", f"F.soft_margin_loss(a(4), {_SIGNS.format(4)}, reduction='none')", f"F.soft_margin_loss(a(2, 2), {_SIGNS.format('2, 2')}, reduction='sum')"],
    "multi_margin_loss": ["first(lambda x: F.multi_margin_loss(x, T.tensor([1, 0, 4])), a(3, 5))", "first(lambda x: F.multi_margin_loss(x, T.tensor([1, 0, 4]), p=2), a(3, 5))", "first(lambda x: F.multi_margin_loss(x, T.tensor([1, 0]), margin=0.3, reduction='none'), a(2, 3))"],
    "multilabel_margin_loss": ["first(lambda x: F.multilabel_margin_loss(x, T.tensor([[1, 0, -1, 3], [2, -1, 0, 0]])), a(2, 4))", "first(lambda x: F.multilabel_margin_loss(x, T.tensor([2, -1, 0])), a(3))",
                               "first(lambda x: F.multilabel_margin_loss(x, T.tensor([[0, 1, 2]]), reduction='none'), a(1, 3))"],
    "multilabel_soft_margin_loss": ["F.multilabel_soft_margin_loss(a(2, 3), b(2, 3).to(a(1).dtype))", "F.multilabel_soft_margin_loss(a(2, 3), b(2, 3).to(a(1).dtype), weight=k(p(3)))", "F.multilabel_soft_margin_loss(a(2, 3), b(2, 3).to(a(1).dtype), reduction='none')"],
}
