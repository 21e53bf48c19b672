"""`torch.nn` and `torch.nn.functional` beyond the everyday: convolutions, pooling, resizing, cells."""

from __future__ import annotations


def _shapes(call: str, *inputs: str) -> list[str]:
    """A layer on several inputs, and its words."""
    return [f"m({call})({x})" for x in inputs] + [f"repr({call})"]


MODULES = {
    "Conv3d": _shapes("nn.Conv3d(2, 3, 2, padding=1)", "a(1, 2, 3, 3, 2)", "a(2, 3, 2, 3)"),
    "ConvTranspose1d": _shapes("nn.ConvTranspose1d(2, 3, 3, stride=2)", "a(2, 2, 4)", "a(2, 4)"),
    "ConvTranspose2d": _shapes("nn.ConvTranspose2d(2, 4, 3, 2, 1, 1, groups=2)", "a(1, 2, 3, 4)", "a(2, 3, 3)"),
    "MaxPool1d": _shapes("nn.MaxPool1d(2)", "a(1, 2, 6)", "a(2, 7)"),
    "MaxPool3d": _shapes("nn.MaxPool3d(2)", "a(1, 2, 4, 4, 5)", "a(2, 4, 4, 5)"),
    "AvgPool1d": _shapes("nn.AvgPool1d(2)", "a(1, 2, 6)", "a(2, 7)"),
    "AvgPool3d": _shapes("nn.AvgPool3d(2)", "a(1, 2, 4, 4, 5)", "a(2, 4, 4, 5)"),
    "AdaptiveAvgPool1d": _shapes("nn.AdaptiveAvgPool1d(3)", "a(1, 2, 6)", "a(2, 7)"),
    "AdaptiveMaxPool1d": _shapes("nn.AdaptiveMaxPool1d(3)", "a(1, 2, 6)", "a(2, 7)"),
    "AdaptiveMaxPool2d": _shapes("nn.AdaptiveMaxPool2d((2, None))", "a(1, 2, 6, 3)", "a(2, 7, 4)"),
    "Unfold": _shapes("nn.Unfold(2, padding=1)", "a(1, 2, 3, 4)", "a(2, 2, 3, 3)"),
    "Fold": _shapes("nn.Fold((3, 4), 2)", "a(1, 8, 6)", "a(2, 4, 6)"),
    "Upsample": ["nn.Upsample(scale_factor=2)(a(1, 2, 3))", "nn.Upsample(size=(4, 5), mode='bilinear')(a(1, 2, 3, 3))",
                 "repr(nn.Upsample(size=(4, 5), mode='bilinear'))"],
    "UpsamplingNearest2d": _shapes("nn.UpsamplingNearest2d(scale_factor=2)", "a(1, 2, 3, 2)", "a(2, 1, 2, 2)"),
    "UpsamplingBilinear2d": _shapes("nn.UpsamplingBilinear2d(size=5)", "a(1, 2, 3, 2)", "a(2, 1, 2, 2)"),
    "PixelShuffle": _shapes("nn.PixelShuffle(2)", "a(1, 8, 3, 2)", "a(4, 2, 2)"),
    "PixelUnshuffle": _shapes("nn.PixelUnshuffle(2)", "a(1, 2, 4, 2)", "a(1, 2, 2)"),
    "RNNCell": ["m(nn.RNNCell(2, 3))(a(4, 2))", "m(nn.RNNCell(2, 3, nonlinearity='relu'))(a(2), a(3))", "repr(nn.RNNCell(2, 3))"],
    "LSTMCell": ["m(nn.LSTMCell(2, 3))(a(4, 2))", "m(nn.LSTMCell(2, 3))(a(4, 2), (a(4, 3), a(4, 3)))", "repr(nn.LSTMCell(2, 3, bias=False))"],
    "GRUCell": ["m(nn.GRUCell(2, 3))(a(4, 2))", "m(nn.GRUCell(2, 3))(a(4, 2), a(4, 3))", "repr(nn.GRUCell(2, 3))"],
}

FUNCTIONAL = {
    "conv3d": ["F.conv3d(a(1, 2, 3, 3, 3), a(2, 2, 2, 2, 2), a(2))", "F.conv3d(a(1, 2, 4, 3, 3), a(2, 1, 2, 2, 2), groups=2, stride=2)",
               "F.conv3d(a(2, 3, 3, 3), a(1, 2, 2, 2, 2), padding=1)"],
    "conv_transpose1d": ["F.conv_transpose1d(a(2, 3, 4), a(3, 2, 3), a(2))", "F.conv_transpose1d(a(1, 2, 4), a(2, 2, 3), stride=2, output_padding=1)",
                         "F.conv_transpose1d(a(2, 4), a(2, 1, 2), dilation=2, groups=2)"],
    "conv_transpose2d": ["F.conv_transpose2d(a(2, 3, 3, 4), a(3, 2, 3, 2), a(2))", "F.conv_transpose2d(a(1, 2, 3, 3), a(2, 2, 3, 3), stride=2, padding=1)",
                         "F.conv_transpose2d(a(2, 3, 3), a(2, 1, 2, 2), groups=2)"],
    "unfold": ["F.unfold(a(1, 2, 4, 4), 2)", "F.unfold(a(2, 1, 3, 4), (2, 3), padding=1)", "F.unfold(a(1, 2, 5, 5), 2, dilation=2, stride=2)"],
    "fold": ["F.fold(a(1, 8, 4), 3, 2)", "F.fold(a(2, 4, 6), (3, 4), 2)", "F.fold(a(1, 4, 4), (4, 4), 2, stride=2)"],
    "max_pool1d": ["F.max_pool1d(a(1, 2, 6), 2)", "F.max_pool1d(a(2, 7), 3, stride=2, padding=1)", "F.max_pool1d(a(1, 1, 5), 2, return_indices=True)"],
    "max_pool3d": ["F.max_pool3d(a(1, 2, 4, 4, 4), 2)", "F.max_pool3d(a(1, 3, 4, 5), (1, 2, 2))", "F.max_pool3d(a(1, 1, 4, 4, 4), 2, return_indices=True)"],
    "avg_pool1d": ["F.avg_pool1d(a(1, 2, 6), 2)", "F.avg_pool1d(a(2, 7), 3, 2, 1)", "F.avg_pool1d(a(1, 1, 5), 2, ceil_mode=True)"],
    "adaptive_max_pool2d": ["F.adaptive_max_pool2d(a(1, 2, 5, 4), 2)", "F.adaptive_max_pool2d(a(2, 6, 3), (3, None))",
                            "F.adaptive_max_pool2d(a(1, 1, 4, 4), 2, return_indices=True)"],
    "interpolate": ["F.interpolate(a(1, 2, 4), scale_factor=2)", "F.interpolate(a(1, 2, 3, 3), size=(5, 4), mode='bilinear')",
                    "F.interpolate(a(1, 2, 3, 3), size=(5, 4), mode='bilinear', align_corners=True)"],
    "pixel_shuffle": ["F.pixel_shuffle(a(1, 8, 2, 3), 2)", "F.pixel_shuffle(a(4, 2, 2), 2)", "F.pixel_shuffle(a(2, 9, 1, 1), 3)"],
    "scaled_dot_product_attention": ["F.scaled_dot_product_attention(a(2, 3, 4), a(2, 5, 4), a(2, 5, 4))",
                                     "F.scaled_dot_product_attention(a(1, 3, 4), a(1, 3, 4), a(1, 3, 4), is_causal=True)",
                                     "F.scaled_dot_product_attention(a(2, 3), a(4, 3), a(4, 3), scale=0.5)"],
}
