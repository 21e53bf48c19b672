"""Layers: outputs, gradients and words beside PyTorch's with the same weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

import retrograd as rg
from retrograd import nn

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape)


LAYERS = {
    "linear": (lambda n: n.Linear(5, 3), (4, 5)),
    "linear_without_bias": (lambda n: n.Linear(5, 3, bias=False), (2, 4, 5)),
    "linear_of_a_vector": (lambda n: n.Linear(5, 3), (5,)),
    "identity": (lambda n: n.Identity(1, a=2), (3,)),
    "flatten": (lambda n: n.Flatten(), (2, 3, 4)),
    "flatten_some": (lambda n: n.Flatten(0, 1), (2, 3, 4)),
    "unflatten": (lambda n: n.Unflatten(1, (2, 3)), (4, 6)),
    "conv1d": (lambda n: n.Conv1d(2, 3, 3, stride=2, padding=1), (2, 2, 9)),
    "conv1d_same": (lambda n: n.Conv1d(2, 3, 3, padding="same"), (2, 2, 9)),
    "conv2d": (lambda n: n.Conv2d(3, 4, 3), (2, 3, 7, 6)),
    "conv2d_strided": (lambda n: n.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(1, 0)), (2, 3, 7, 6)),
    "conv2d_dilated": (lambda n: n.Conv2d(3, 4, 3, dilation=2, padding=2, bias=False), (1, 3, 7, 6)),
    "conv2d_grouped": (lambda n: n.Conv2d(4, 6, 3, groups=2), (2, 4, 5, 5)),
    "conv2d_depthwise": (lambda n: n.Conv2d(4, 4, 3, groups=4, padding=1), (2, 4, 5, 5)),
    "conv2d_same": (lambda n: n.Conv2d(2, 3, (3, 4), padding="same"), (2, 2, 6, 5)),
    "conv2d_valid": (lambda n: n.Conv2d(2, 3, 3, padding="valid"), (2, 2, 6, 5)),
    "conv2d_unbatched": (lambda n: n.Conv2d(2, 3, 3), (2, 6, 5)),
    "max_pool1d": (lambda n: n.MaxPool1d(3, stride=2, padding=1), (2, 3, 9)),
    "max_pool2d": (lambda n: n.MaxPool2d(2), (2, 3, 7, 6)),
    "max_pool2d_padded": (lambda n: n.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 3, 8, 7)),
    "avg_pool1d": (lambda n: n.AvgPool1d(3, stride=2, padding=1), (2, 3, 9)),
    "avg_pool2d": (lambda n: n.AvgPool2d(2), (2, 3, 7, 6)),
    "avg_pool2d_padded": (lambda n: n.AvgPool2d(3, 2, 1, count_include_pad=False), (2, 3, 8, 7)),
    "adaptive_avg_pool1d": (lambda n: n.AdaptiveAvgPool1d(3), (2, 3, 8)),
    "adaptive_avg_pool2d": (lambda n: n.AdaptiveAvgPool2d((2, 3)), (2, 3, 7, 5)),
    "adaptive_avg_pool2d_to_one": (lambda n: n.AdaptiveAvgPool2d(1), (2, 3, 7, 5)),
    "batch_norm1d": (lambda n: n.BatchNorm1d(4), (6, 4)),
    "batch_norm1d_of_sequences": (lambda n: n.BatchNorm1d(4), (3, 4, 5)),
    "batch_norm2d": (lambda n: n.BatchNorm2d(3), (2, 3, 4, 5)),
    "batch_norm2d_without_weights": (lambda n: n.BatchNorm2d(3, affine=False), (2, 3, 4, 5)),
    "batch_norm2d_without_statistics": (lambda n: n.BatchNorm2d(3, track_running_stats=False), (2, 3, 4, 5)),
    "layer_norm": (lambda n: n.LayerNorm(5), (2, 3, 5)),
    "layer_norm_of_two_dims": (lambda n: n.LayerNorm((3, 5), eps=1e-3), (2, 3, 5)),
    "layer_norm_without_bias": (lambda n: n.LayerNorm(5, bias=False), (2, 5)),
    "dropout_in_evaluation": (lambda n: n.Dropout(0.3).eval(), (4, 5)),
    "relu": (lambda n: n.ReLU(), (4, 5)),
    "relu6": (lambda n: n.ReLU6(), (4, 5)),
    "leaky_relu": (lambda n: n.LeakyReLU(0.2), (4, 5)),
    "prelu": (lambda n: n.PReLU(), (4, 5)),
    "prelu_a_channel": (lambda n: n.PReLU(5, init=0.1), (4, 5)),
    "sigmoid": (lambda n: n.Sigmoid(), (4, 5)),
    "log_sigmoid": (lambda n: n.LogSigmoid(), (4, 5)),
    "tanh": (lambda n: n.Tanh(), (4, 5)),
    "softmax": (lambda n: n.Softmax(dim=1), (4, 5)),
    "softmin": (lambda n: n.Softmin(dim=0), (4, 5)),
    "log_softmax": (lambda n: n.LogSoftmax(dim=-1), (4, 5)),
    "gelu": (lambda n: n.GELU(), (4, 5)),
    "gelu_tanh": (lambda n: n.GELU("tanh"), (4, 5)),
    "elu": (lambda n: n.ELU(0.7), (4, 5)),
    "selu": (lambda n: n.SELU(), (4, 5)),
    "silu": (lambda n: n.SiLU(), (4, 5)),
    "mish": (lambda n: n.Mish(), (4, 5)),
    "softplus": (lambda n: n.Softplus(beta=2.0, threshold=1.0), (4, 5)),
    "softsign": (lambda n: n.Softsign(), (4, 5)),
    "hardtanh": (lambda n: n.Hardtanh(-0.5, 0.8), (4, 5)),
    "hardsigmoid": (lambda n: n.Hardsigmoid(), (4, 5)),
    "hardswish": (lambda n: n.Hardswish(), (4, 5)),
    "celu": (lambda n: n.CELU(2.0), (4, 5)),
    "rrelu_in_evaluation": (lambda n: n.RReLU(0.2, 0.4).eval(), (4, 5)),
    "threshold": (lambda n: n.Threshold(0.1, -3.0), (4, 5)),
    "glu": (lambda n: n.GLU(), (4, 6)),
    "glu_of_rows": (lambda n: n.GLU(0), (4, 6)),
    "tanhshrink": (lambda n: n.Tanhshrink(), (4, 5)),
    "hardshrink": (lambda n: n.Hardshrink(0.7), (4, 5)),
    "softshrink": (lambda n: n.Softshrink(0.3), (4, 5)),
    "softmax2d": (lambda n: n.Softmax2d(), (2, 3, 4, 5)),
    "softmax2d_unbatched": (lambda n: n.Softmax2d(), (3, 4, 5)),
    "conv3d": (lambda n: n.Conv3d(2, 3, 2, stride=(1, 2, 1), padding=1), (2, 2, 3, 4, 3)),
    "conv3d_reflected": (lambda n: n.Conv3d(1, 2, 2, padding=1, padding_mode="replicate"), (1, 1, 3, 3, 3)),
    "conv_transpose1d": (lambda n: n.ConvTranspose1d(2, 3, 3, stride=2, padding=1), (2, 2, 5)),
    "conv_transpose2d": (lambda n: n.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2), (2, 4, 4, 5)),
    "conv_transpose2d_dilated": (lambda n: n.ConvTranspose2d(2, 3, (2, 3), dilation=2, bias=False),
                                 (2, 3, 4)),
    "max_pool3d": (lambda n: n.MaxPool3d(2, padding=1), (1, 2, 4, 5, 3)),
    "avg_pool3d": (lambda n: n.AvgPool3d(2, stride=1, count_include_pad=False, padding=1), (1, 2, 3, 4, 3)),
    "adaptive_max_pool1d": (lambda n: n.AdaptiveMaxPool1d(3), (2, 3, 8)),
    "adaptive_max_pool2d": (lambda n: n.AdaptiveMaxPool2d((2, None)), (2, 3, 7, 5)),
    "batch_norm3d": (lambda n: n.BatchNorm3d(2), (2, 2, 2, 3, 2)),
    "group_norm": (lambda n: n.GroupNorm(2, 4), (3, 4, 5)),
    "group_norm_plain": (lambda n: n.GroupNorm(4, 4, affine=False, eps=1e-3), (3, 4, 5, 2)),
    "instance_norm1d": (lambda n: n.InstanceNorm1d(3), (2, 3, 5)),
    "instance_norm2d": (lambda n: n.InstanceNorm2d(3, affine=True), (2, 3, 4, 5)),
    "instance_norm2d_unbatched": (lambda n: n.InstanceNorm2d(3), (3, 4, 5)),
    "instance_norm3d": (lambda n: n.InstanceNorm3d(2, track_running_stats=True), (2, 2, 2, 3, 2)),
    "instance_norm_evaluated": (lambda n: n.InstanceNorm1d(3, track_running_stats=True).eval(), (2, 3, 5)),
    "rms_norm": (lambda n: n.RMSNorm(5), (2, 3, 5)),
    "rms_norm_plain": (lambda n: n.RMSNorm((3, 5), eps=1e-3, elementwise_affine=False), (2, 3, 5)),
    "local_response_norm": (lambda n: n.LocalResponseNorm(3, alpha=0.5, k=2.0), (2, 5, 4)),
    "dropout1d_in_evaluation": (lambda n: n.Dropout1d(0.3).eval(), (2, 4, 5)),
    "dropout2d_in_evaluation": (lambda n: n.Dropout2d(0.3).eval(), (2, 4, 5, 2)),
    "dropout3d_in_evaluation": (lambda n: n.Dropout3d(0.3).eval(), (1, 2, 3, 2, 2)),
    "alpha_dropout_in_evaluation": (lambda n: n.AlphaDropout(0.3).eval(), (4, 5)),
    "feature_alpha_dropout_in_evaluation": (lambda n: n.FeatureAlphaDropout(0.3).eval(), (4, 5, 2)),
    "unfold": (lambda n: n.Unfold(2, padding=1, stride=2), (2, 3, 5, 4)),
    "fold": (lambda n: n.Fold((4, 5), 2), (2, 8, 12)),
    "pixel_shuffle": (lambda n: n.PixelShuffle(2), (2, 8, 3, 2)),
    "pixel_unshuffle": (lambda n: n.PixelUnshuffle(2), (2, 2, 4, 6)),
    "upsample": (lambda n: n.Upsample(scale_factor=2), (2, 3, 4)),
    "upsample_bilinear": (lambda n: n.Upsample(size=(5, 7), mode="bilinear"), (2, 3, 4, 3)),
    "upsampling_nearest": (lambda n: n.UpsamplingNearest2d(scale_factor=2), (2, 3, 4, 3)),
    "upsampling_bilinear": (lambda n: n.UpsamplingBilinear2d(size=(5, 7)), (2, 3, 4, 3)),
    **{f"{kind.lower()}_pad{n}d": (lambda m, kind=kind, n=n: getattr(m, f"{kind}Pad{n}d")(
        *(((1, 2) * n, 1.5) if kind == "Constant" else ((1, 2) * n,))), (2, 3, *(4, 5, 4)[:n]))
       for kind in ("Constant", "Zero", "Reflection", "Replication", "Circular") for n in (1, 2, 3)},
    "zero_pad2d_all_round": (lambda n: n.ZeroPad2d(2), (2, 3, 4, 5)),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
def test_a_layer_agrees_with_pytorch(same_as_torch, torch, name):
    make, shape = LAYERS[name]
    # PyTorch's derivative of hardsigmoid is 1/6 rounded to single precision, in double precision too.
    options = {"tolerance": 1e-8} if name == "hardsigmoid" else {}
    same_as_torch(make(nn), make(torch.nn), normal(*shape), **options)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_prints_as_pytorchs(same_outcome, name):
    make, _ = LAYERS[name]
    same_outcome(lambda lib: make(lib.nn))


def test_bilinear_agrees_with_pytorch(same_as_torch, torch):
    same_as_torch(nn.Bilinear(3, 4, 2), torch.nn.Bilinear(3, 4, 2), normal(5, 3), normal(5, 4))


@pytest.mark.parametrize("name", ["CosineSimilarity", "PairwiseDistance"])
def test_a_distance_agrees_with_pytorch(same_as_torch, torch, name):
    same_as_torch(getattr(nn, name)(), getattr(torch.nn, name)(), normal(4, 5), normal(4, 5))


def test_a_transposed_convolution_is_asked_for_a_size(torch):
    """A stride of 2 maps two sizes onto one; the layer chooses by `output_size`."""
    ours, theirs = (lib.nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1) for lib in (rg, torch))
    for size in ((9, 8), (2, 3, 10, 7)):
        got, wanted = (tuple(layer(lib.zeros(2, 2, 5, 4), output_size=list(size)).shape)
                       for lib, layer in ((rg, ours), (torch, theirs)))
        assert got == wanted
    for wrong in ((11, 8), (9,)):
        with pytest.raises(ValueError, match="output.size"):
            ours(rg.zeros(2, 2, 5, 4), output_size=wrong)


@pytest.mark.parametrize("action", [
    lambda n: n.GroupNorm(3, 4), lambda n: n.Dropout2d(2.0), lambda n: n.TripletMarginLoss(margin=0.0),
    lambda n: n.MultiMarginLoss(p=3), lambda n: n.ConvTranspose1d(2, 2, 1, padding_mode="reflect")])
def test_mistaken_arguments_are_told_in_pytorchs_words(same_outcome, action):
    same_outcome(lambda lib: action(lib.nn))


def test_an_instance_norm_asks_for_its_channels():
    with pytest.raises(ValueError, match=r"to match num_features \(3\), but got: 2"):
        nn.InstanceNorm1d(3, affine=True)(rg.zeros(1, 2, 4))
    with pytest.warns(UserWarning, match="does not match num_features"):
        nn.InstanceNorm1d(3)(rg.ones(1, 2, 4))
    with pytest.raises(ValueError, match="expected 2D or 3D input"):
        nn.InstanceNorm1d(3)(rg.zeros(4))


def test_embedding_agrees_with_pytorch(same_as_torch, torch):
    indices = np.array([[0, 3, 3], [2, 1, 0]])
    same_as_torch(nn.Embedding(5, 3), torch.nn.Embedding(5, 3), indices)


def test_the_padding_row_of_an_embedding_is_zero_and_gets_no_gradient(same_as_torch, torch):
    layer = nn.Embedding(5, 3, padding_idx=-2)
    assert layer.weight[3].tolist() == [0.0, 0.0, 0.0]
    same_as_torch(layer, torch.nn.Embedding(5, 3, padding_idx=-2), np.array([0, 3, 3, 1]))


def test_an_embedding_from_a_table_is_frozen():
    layer = nn.Embedding.from_pretrained(rg.eye(3))
    assert not layer.weight.requires_grad and layer(rg.tensor([2])).tolist() == [[0.0, 0.0, 1.0]]


# --- batch normalisation over time


@pytest.mark.parametrize("momentum", [0.1, 0.5, None])
def test_running_statistics_follow_pytorchs(torch, momentum):
    ours = nn.BatchNorm2d(3, momentum=momentum).double()
    theirs = torch.nn.BatchNorm2d(3, momentum=momentum).double()
    for _ in range(3):
        x = normal(2, 3, 4, 4)
        ours(rg.tensor(x))
        theirs(torch.tensor(x))
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        np.testing.assert_allclose(
            getattr(ours, name).numpy(), getattr(theirs, name).numpy(), rtol=1e-13, atol=1e-14
        )


def test_in_evaluation_the_running_statistics_are_used_and_kept(torch):
    ours, theirs = nn.BatchNorm1d(4).double(), torch.nn.BatchNorm1d(4).double()
    x, y = normal(8, 4), normal(8, 4)
    ours(rg.tensor(x))
    theirs(torch.tensor(x))
    before = ours.running_mean.tolist()
    got, wanted = ours.eval()(rg.tensor(y)), theirs.eval()(torch.tensor(y))
    np.testing.assert_allclose(got.detach().numpy(), wanted.detach().numpy(), rtol=1e-12, atol=1e-13)
    assert ours.running_mean.tolist() == before and ours.num_batches_tracked.item() == 1


def test_a_batch_norm_refuses_a_wrong_rank(same_outcome):
    same_outcome(lambda lib: lib.nn.BatchNorm2d(3)(lib.zeros(2, 3)))


def test_a_batch_norm_refuses_one_value_a_channel_in_training():
    with pytest.raises(ValueError, match="(?s)batch_norm.*one value a channel"):
        nn.BatchNorm1d(3)(rg.zeros(1, 3))


# --- dropout


def test_dropout_keeps_the_mean_and_scales_what_stays():
    rg.manual_seed(0)
    y = nn.Dropout(0.25)(rg.ones(10_000))
    np.testing.assert_allclose(np.unique(y.numpy()), [0.0, 1 / 0.75], rtol=1e-6)
    # The mean of 10,000 entries of variance p/(1-p): 4 standard deviations are 0.023.
    assert abs(y.mean().item() - 1) < 0.024


def test_the_gradient_of_dropout_goes_through_what_stayed():
    x = rg.ones(100, requires_grad=True)
    y = nn.Dropout(0.5)(x)
    y.sum().backward()
    assert rg.equal(x.grad, y.detach())


def test_dropout_refuses_a_probability_above_one(same_outcome):
    same_outcome(lambda lib: lib.nn.Dropout(1.5))


# --- arguments


def test_convolutions_check_their_arguments(same_outcome):
    for arguments in ({"groups": 0}, {"groups": 2}, {"padding": "same", "stride": 2}):
        same_outcome(lambda lib, arguments=arguments: lib.nn.Conv2d(3, 4, 3, **arguments))


def test_an_unknown_padding_string_is_named():
    with pytest.raises(ValueError, match="Invalid padding string 'some'"):
        nn.Conv2d(3, 4, 3, padding="some")


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("padding", [1, (2, 1), "same"])
def test_padding_modes(mode, padding, torch):
    options = {"padding": padding, "padding_mode": mode, "dilation": (1, 2)}
    layers = [T.nn.Conv2d(2, 3, (3, 2), **options) for T in (torch, rg)]
    layers[1].load_state_dict({k: rg.from_numpy(v.numpy()) for k, v in layers[0].state_dict().items()})
    x = np.random.default_rng(0).standard_normal((2, 2, 5, 6)).astype(np.float32)
    theirs, ours = layers[0](torch.from_numpy(x)), layers[1](rg.from_numpy(x))
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)
    assert repr(layers[0]) == repr(layers[1])


@pytest.mark.parametrize(
    "layer, fan_in",
    [(lambda: nn.Linear(50, 40), 50), (lambda: nn.Conv2d(4, 30, 3), 36), (lambda: nn.Conv1d(9, 60, 4), 36)],
)
def test_weights_start_uniform_within_one_over_sqrt_fan_in(layer, fan_in):
    rg.manual_seed(0)
    module = layer()
    bound = 1 / math.sqrt(fan_in)
    for parameter in module.parameters():
        largest = parameter.abs().max().item()
        assert 0.7 * bound < largest <= bound
    # The standard deviation of U(-b, b) is b / sqrt(3); of 1,000 values and more it is met within 10 %.
    assert abs(module.weight.std().item() * math.sqrt(3) / bound - 1) < 0.1


def test_layers_take_a_dtype_and_a_device():
    for layer in (nn.Linear(2, 3, dtype=rg.float64), nn.Conv2d(2, 3, 1, device="cpu", dtype=rg.float64)):
        assert layer.weight.dtype == rg.float64 and layer.bias.dtype == rg.float64


def test_a_layer_without_parameters_refuses_unknown_keywords():
    with pytest.raises(TypeError, match="unexpected keyword argument 'slope'"):
        nn.Tanh(slope=3)
