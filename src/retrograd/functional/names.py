"""Functions that are loaded when they are first asked for: which module of this folder holds them, and where
PyTorch keeps them.

Here as data, so that `retrograd`, its Tensor and `functional` agree without importing any of them.
"""

from __future__ import annotations

# Functions of torch that are methods of Tensor too.
METHODS = {
    "angles": """
        acos acosh arccos arccosh arcsin arcsinh arctan2 arctanh asin asinh atan2 atanh cosh deg2rad hypot
        rad2deg sinc sinh""",
    "special": """
        digamma erfc erfinv exp2 i0 igamma igammac lgamma logaddexp logaddexp2 logit mvlgamma xlogy
        polygamma""",
    "numbers": """
        bitwise_left_shift bitwise_right_shift clamp_max clamp_min copysign float_power fmax fmin
        frac frexp gcd heaviside isneginf isposinf lcm ldexp nextafter positive signbit""",
    "plane": "angle conj conj_physical is_conj is_neg isreal resolve_conj resolve_neg sgn",
    "scans": "cummax cummin cumprod diff logcumsumexp",
    "short_time": "istft stft",
    "ranking": "aminmax kthvalue mode msort nanmedian nanquantile quantile",
    "counting": "histc histogram unique_consecutive",
    "writing": """
        diagonal_scatter index_copy index_fill index_put masked_scatter put scatter_reduce select_scatter
        slice_scatter""",
    "arranging": """
        diag_embed diagflat dsplit fliplr flipud hsplit rot90 split_with_sizes tensor_split vsplit""",
    "combining": "addbmm addmv addr inner kron vdot",
    "statistics": "corrcoef cov dist nanmean nansum renorm",
    "places": "argwhere",
    "matrix": "matrix_power",
    "determinant": "det logdet slogdet",
    "elimination": "geqrf",
    "factors": "cholesky_inverse cholesky_solve triangular_solve",
    "least_squares": "matrix_exp pinverse",
}
# Functions of torch that are no methods.
FUNCTIONS = {
    "numbers": "isin rsub",
    "plane": "complex imag polar real view_as_complex view_as_real",
    "scans": "cumulative_trapezoid gradient trapezoid trapz",
    "counting": "bucketize searchsorted",
    "arranging": """
        atleast_2d atleast_3d block_diag cartesian_prod column_stack combinations dstack tril_indices
        triu_indices unravel_index vander""",
    "combining": "chain_matmul", "writing": "fill",
    "cells": "gru_cell lstm_cell rnn_relu_cell rnn_tanh_cell",
    "over_time": "gru lstm rnn_relu rnn_tanh",
    "statistics": "pdist",
    "elimination": "lu_unpack",
}
# Reached through `functional` only (the method `unfold` is `windows`: F.unfold is another).
INNER = {"arranging": "windows", "writing": "fill_diagonal", "plane": "reinterpret"}
# Functions of torch that are methods, under another name in their module: torch's are older than linalg's.
OLDER = {"cross": "old_cross", "cholesky": "old_cholesky", "qr": "old_qr", "svd": "old_svd", "lu": "old_lu",
         "lu_solve": "old_lu_solve", "orgqr": "householder_product"}
OLDER_HOMES = {"matrix": "cross", "factors": "cholesky qr svd", "elimination": "lu lu_solve orgqr"}
# Those that have a form that writes in place.
IN_PLACE = """
    acos acosh arccos arccosh arcsin arcsinh arctan2 arctanh asin asinh atan2 atanh cosh deg2rad hypot
    rad2deg sinc
    sinh digamma erfc erfinv exp2 i0 lgamma logit mvlgamma xlogy polygamma bitwise_left_shift
    bitwise_right_shift
    clamp_max clamp_min copysign float_power frac gcd heaviside lcm ldexp nextafter sgn cumprod index_copy
    index_fill
    conj_physical masked_scatter put scatter_reduce addbmm addmv addr renorm
"""
# Functions of torch that write in place: the methods of those names.
WRITING = """
    abs_ acos_ acosh_ addmv_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ asin_ asinh_ atan_ atanh_
    ceil_ clamp_ clamp_max_ clamp_min_ clip_ cos_ cosh_ deg2rad_ detach_ erf_ erfc_ exp2_ exp_ expm1_ fill_
    fix_ floor_ frac_ gcd_ i0_ index_put_ lcm_ ldexp_ log10_ log1p_ log2_ log_ logit_ nan_to_num_ neg_
    negative_ rad2deg_ reciprocal_ round_ rsqrt_ sigmoid_ sin_ sinc_ sinh_ sqrt_ square_ tan_ tanh_ trunc_
    xlogy_ zero_
""".split()
