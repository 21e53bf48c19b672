"""Which names of PyTorch's databases count: those of the everyday and of the common part of its surface."""

from __future__ import annotations

EVERYDAY = {
    "": """
        zeros ones empty full zeros_like ones_like full_like empty_like rand randn randint randperm rand_like
        randn_like normal arange linspace eye diag tril triu meshgrid cat stack split chunk where gather
        index_select masked_select flatten reshape squeeze unsqueeze transpose permute t broadcast_to add sub
        mul div neg pow sqrt rsqrt exp log log1p abs sign sin cos tan tanh sigmoid relu softmax log_softmax
        clamp clip round floor ceil maximum minimum sum mean std var prod max min amax amin argmax argmin norm
        cumsum all any sort argsort topk unique logsumexp matmul mm mv bmm dot outer einsum addmm eq ne lt le
        gt ge equal allclose isclose isnan isinf isfinite logical_and logical_or logical_not numel
        T mT item to float double half long int bool clone contiguous view view_as expand expand_as repeat
        zero_ fill uniform masked_fill scatter __getitem__ __radd__ __rdiv__ __rmatmul__ __rmod__ __rmul__
        __rpow__ __rsub__ true_divide""",
    "nn.functional": """
        relu leaky_relu sigmoid tanh softmax log_softmax gelu linear conv1d conv2d max_pool2d avg_pool2d
        adaptive_avg_pool2d batch_norm layer_norm dropout embedding one_hot pad normalize mse_loss l1_loss
        cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits softplus""",
    "nn": """
        Linear Conv1d Conv2d MaxPool2d AvgPool2d AdaptiveAvgPool2d BatchNorm1d BatchNorm2d LayerNorm Dropout
        Flatten Identity Embedding ReLU LeakyReLU Sigmoid Tanh Softmax LogSoftmax GELU RNN LSTM GRU MSELoss
        L1Loss CrossEntropyLoss NLLLoss BCELoss BCEWithLogitsLoss""",
    "optim": "SGD Adam AdamW RMSprop Adagrad LBFGS",
}
COMMON = {
    "": """
        bernoulli multinomial poisson logspace view_as_real view_as_complex polar atan2 asin acos atan sinh
        cosh erf erfc erfinv lgamma digamma expm1 log2 log10 exp2 square reciprocal remainder fmod
        floor_divide lerp addcmul addcdiv nan_to_num nansum nanmean median mode quantile kthvalue cumprod
        logcumsumexp diff bincount histc bucketize searchsorted unique_consecutive nonzero argwhere take
        take_along_dim scatter_add scatter_reduce index_add index_copy index_fill masked_scatter roll flip
        rot90 repeat_interleave tile hstack vstack dstack unbind movedim swapaxes narrow unfold ravel
        atleast_1d atleast_2d cartesian_prod combinations cdist cross kron tensordot inner baddbmm
        chain_matmul det inverse trace diagonal diag_embed vander detach is_floating_point is_complex
        result_type promote_types can_cast real imag conj angle tril_indices triu_indices block_diag
        count_nonzero std_mean var_mean cov corrcoef heaviside hypot logit logical_xor
        new_zeros new_ones new_tensor new_full stride select exponential random bfloat16 complex
        cfloat cdouble""",
    "nn.functional": """
        elu selu silu mish hardtanh hardswish hardsigmoid relu6 prelu logsigmoid glu softmin softsign
        threshold gumbel_softmax conv3d conv_transpose1d conv_transpose2d unfold fold max_pool1d max_pool3d
        avg_pool1d adaptive_max_pool2d max_unpool2d group_norm instance_norm rms_norm local_response_norm
        dropout1d dropout2d alpha_dropout feature_alpha_dropout embedding_bag bilinear cosine_similarity
        pairwise_distance cdist pdist smooth_l1_loss huber_loss kl_div ctc_loss gaussian_nll_loss
        poisson_nll_loss triplet_margin_loss margin_ranking_loss hinge_embedding_loss cosine_embedding_loss
        multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss interpolate
        upsample upsample_bilinear upsample_nearest grid_sample affine_grid pixel_shuffle
        scaled_dot_product_attention multi_head_attention_forward""",
    "linalg": """
        norm vector_norm matrix_norm inv solve lstsq cholesky qr svd eigh eigvalsh det slogdet pinv
        matrix_power matrix_rank""",
    "fft": "fft ifft rfft irfft fft2",
    "special": """
        entr erfcx i0e i1 i1e log_ndtr ndtr ndtri polygamma xlog1py zeta bessel_j0 bessel_j1""",
    "nn": """
        Bilinear Conv3d ConvTranspose1d ConvTranspose2d MaxPool1d MaxPool3d AvgPool1d AdaptiveMaxPool2d
        AdaptiveAvgPool1d MaxUnpool2d Unfold Fold ZeroPad2d ReflectionPad2d ReplicationPad2d ConstantPad1d
        ConstantPad2d BatchNorm3d GroupNorm InstanceNorm1d InstanceNorm2d RMSNorm LocalResponseNorm
        SyncBatchNorm Dropout1d Dropout2d Dropout3d AlphaDropout ELU SELU CELU SiLU Mish Softplus Softsign
        Hardtanh Hardsigmoid Hardswish ReLU6 PReLU RReLU LogSigmoid Softmin Softmax2d Threshold GLU Tanhshrink
        Hardshrink Softshrink EmbeddingBag RNNCell LSTMCell GRUCell MultiheadAttention Transformer
        TransformerEncoder TransformerEncoderLayer TransformerDecoder TransformerDecoderLayer CosineSimilarity
        PairwiseDistance SmoothL1Loss HuberLoss KLDivLoss PoissonNLLLoss GaussianNLLLoss CTCLoss
        HingeEmbeddingLoss MarginRankingLoss TripletMarginLoss CosineEmbeddingLoss MultiLabelSoftMarginLoss
        MultiMarginLoss SoftMarginLoss Upsample UpsamplingNearest2d UpsamplingBilinear2d PixelShuffle
        Unflatten LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d
        LazyConvTranspose3d""",
    "optim": "NAdam RAdam Adamax Adadelta ASGD Rprop Adafactor Muon",
}


def _named(tables: dict[str, str]) -> frozenset[str]:
    return frozenset(f"{part}.{name}".lstrip(".") for part, names in tables.items() for name in names.split())


TIERS = {"everyday": _named(EVERYDAY), "common": _named(COMMON)}


def tier(name: str) -> str:
    """'everyday', 'common' or 'rare'. nn.functional.relu is relu, too: the first that knows the name."""
    return next((said for said, names in TIERS.items() if name in names), "rare")


# Names that do not pass whole, and why they differ.
DIFFERS = {
    "cov": "weights of float32 are multiplied in float32 there, in the dtype of the rows here",
    "logcumsumexp": "its forward mode there is 3e-6 off",
    "normal": "PyTorch does not resize an empty out here",
}
# Names whose values are compared less closely, how much, and why.
WIDER = {
    "nn.functional.conv2d": (10.0, "PyTorch has a library of its own"),
    "optim.ASGD": (10.0, "with foreach=True PyTorch computes step sizes in float32"),
    "optim.Muon": (1e6, "products of bfloat16 are rounded in another order"),
    "special.bessel_j0": (1000.0, "PyTorch's is 2e-7 off the function in float64"),
    "special.bessel_j1": (1000.0, "PyTorch's is 2e-7 off the function in float64"),
}


def wider(name: str) -> float:
    """The factor of the tolerances for a name."""
    return WIDER[name][0] if name in WIDER else 1.0
