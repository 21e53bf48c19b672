"""`torch.Tensor` beyond the everyday: what writes in place, what makes new tensors, what tells about memory."""

from __future__ import annotations


def _writes(name: str, maker: str, *arguments: str) -> list[str]:
    given = [*arguments, *[arguments[-1]] * 3][:3]
    return [f"inplace({maker}(2, 3), '{name}'{given[0]})", f"inplace({maker}(4), '{name}'{given[1]})", f"inplace({maker}(4, 3)[1:3], '{name}'{given[2]})"]


METHODS = {
    **{name: _writes(name, "a", "") for name in (
        "abs_", "neg_", "exp_", "exp2_", "expm1_", "floor_", "ceil_", "round_", "trunc_", "sin_", "cos_", "tan_", "sinh_", "cosh_", "tanh_", "sigmoid_",
        "relu_", "square_", "erf_", "erfc_", "sinc_", "deg2rad_", "rad2deg_", "frac_", "sgn_", "sign_", "nan_to_num_", "atan_", "i0_")
       },
    **{name: _writes(name, "p", "") for name in ("log_", "log2_", "log10_", "log1p_", "sqrt_", "rsqrt_", "reciprocal_", "lgamma_", "digamma_")},
    **{name: _writes(name, "u", "") for name in ("asin_", "acos_", "logit_", "erfinv_")},
    **{name: _writes(name, "a", more) for name, more in (
        ("clamp_min_", ", 0.1"), ("clamp_max_", ", 0.1"), ("clip_", ", -0.5, 0.5"), ("fmod_", ", 0.7"), ("remainder_", ", 0.7"), ("pow_", ", 2"), ("true_divide_", ", 2"),
        ("cumsum_", ", 0"), ("cumprod_", ", 0"), ("multiply_", ", 2"),
        ("subtract_", ", 2"), ("divide_", ", 2"), ("fill_", ", 2.5"))
       },
    # Without gradients: PyTorch has none there, or zeros.
    **{name: [f"inplace(k(u(2, 3)), '{name}'{more})", f"inplace(k(u(4)), '{name}'{more})", f"inplace(k(u(4, 3))[1:3], '{name}'{more})"] for name, more in (
        ("asinh_", ""), ("atanh_", ""), ("copysign_", ", -1.0"), ("eq_", ", 0"), ("lt_", ", 0.5"), ("logical_not_", ""))},
    "tril_": ["inplace(a(3, 3), 'tril_')", "inplace(a(2, 3), 'tril_', 1)", "inplace(a(2, 3, 3), 'tril_', -1)"],
    "triu_": ["inplace(a(3, 3), 'triu_')", "inplace(a(2, 3), 'triu_', 1)", "inplace(a(2, 3, 3), 'triu_', -1)"],
    "addcmul_": ["inplace(a(3), 'addcmul_', a(3), a(3))", "inplace(a(2, 3), 'addcmul_', a(3), a(2, 1), value=0.5)", "inplace(a(3), 'addcmul_', a(1), a(3), value=2)"],
    "addcdiv_": ["inplace(a(3), 'addcdiv_', a(3), p(3))", "inplace(a(2, 3), 'addcdiv_', a(3), p(2, 1), value=0.5)", "inplace(a(3), 'addcdiv_', a(1), p(3), value=2)"],
    "addmm_": ["inplace(a(2, 3), 'addmm_', a(2, 2), a(2, 3))", "inplace(a(2, 3), 'addmm_', a(2, 2), a(2, 3), beta=0.5)", "inplace(a(1, 1), 'addmm_', a(1, 2), a(2, 1), alpha=2)"],
    "addmv_": ["inplace(a(2), 'addmv_', a(2, 3), a(3))", "inplace(a(2), 'addmv_', a(2, 3), a(3), beta=0.5)", "inplace(a(1), 'addmv_', a(1, 2), a(2), alpha=2)"],
    "baddbmm_": ["inplace(a(2, 2, 2), 'baddbmm_', a(2, 2, 3), a(2, 3, 2))", "inplace(a(1, 2, 2), 'baddbmm_', a(1, 2, 1), a(1, 1, 2), beta=0.5)", "inplace(a(1, 1, 1), 'baddbmm_', a(1, 1, 2), a(1, 2, 1), alpha=2)"],
    "index_add_": ["inplace(a(5, 2), 'index_add_', 0, i(3), a(3, 2))", "inplace(a(2, 5), 'index_add_', 1, i(2), a(2, 2), alpha=2)", "inplace(a(5), 'index_add_', 0, i(3), a(3))"],
    "index_fill_": ["inplace(a(5, 2), 'index_fill_', 0, i(3), 2.0)", "inplace(a(2, 5), 'index_fill_', 1, i(2), -1)", "inplace(a(5), 'index_fill_', 0, i(1), a())"],
    "index_copy_": ["inplace(a(5, 2), 'index_copy_', 0, T.tensor([4, 0]), a(2, 2))", "inplace(a(2, 5), 'index_copy_', 1, T.tensor([1]), a(2, 1))", "inplace(a(5), 'index_copy_', 0, T.tensor([2]), a(1))"],
    "index_put_": ["inplace(a(5, 2), 'index_put_', (T.tensor([4, 0]),), a(2, 2))", "inplace(a(5), 'index_put_', (i(4),), a(4), accumulate=True)", "inplace(a(2, 5), 'index_put_', (T.tensor([0, 1]), T.tensor([2, 2])), a())"],
    "scatter_add_": ["inplace(a(2, 5), 'scatter_add_', 1, i(2, 3), a(2, 3))", "inplace(a(5), 'scatter_add_', 0, i(3), a(3))", "inplace(a(5, 2), 'scatter_add_', 0, i(1, 2), a(1, 2))"],
    "scatter_reduce_": ["inplace(a(5), 'scatter_reduce_', 0, i(4), a(4), 'amax')", "inplace(a(5), 'scatter_reduce_', 0, i(4), a(4), 'sum')", "inplace(a(2, 5), 'scatter_reduce_', 1, i(2, 3), a(2, 3), 'mean', include_self=False)"],
    "masked_scatter_": ["inplace(a(2, 3), 'masked_scatter_', b(2, 3), a(6))", "inplace(a(4), 'masked_scatter_', b(4), a(4))", "inplace(a(2, 3), 'masked_scatter_', b(3), a(6))"],
    "put_": ["inplace(a(2, 3), 'put_', T.tensor([0, 5]), a(2))", "inplace(a(5), 'put_', i(3), a(3), accumulate=True)", "inplace(a(4), 'put_', T.tensor([-1]), a(1))"],
    "fill_diagonal_": ["inplace(a(3, 3), 'fill_diagonal_', 2.0)", "inplace(a(5, 2), 'fill_diagonal_', 1.0, wrap=True)", "inplace(a(2, 2, 2), 'fill_diagonal_', 0.5)"],
    "squeeze_": ["inplace(a(1, 3), 'squeeze_')", "inplace(a(1, 3, 1), 'squeeze_', 2)", "inplace(k(a(1, 1)), 'squeeze_')"],
    "unsqueeze_": ["inplace(a(3), 'unsqueeze_', 0)", "inplace(a(2, 3), 'unsqueeze_', -1)", "inplace(i(3), 'unsqueeze_', 1)"],
    "t_": ["inplace(a(2, 3), 't_')", "inplace(a(3), 't_')", "inplace(i(1, 2), 't_')"],
    "transpose_": ["inplace(a(2, 3, 4), 'transpose_', 0, 2)", "inplace(a(2, 3), 'swapaxes_', 0, 1)", "inplace(i(1, 2), 'swapdims_', 1, 0)"],
    **{name: [f"k(a(2, 3)).{name}({given}).shape", f"k(a(4)).{name}({given}).dtype", f"bool({check.format(f'T.ones(500).{name}({given})')})"] for name, given, check in (
        ("exponential_", "", "({0} >= 0).all()"), ("cauchy_", "", "{0}.isfinite().all()"), ("log_normal_", "", "({0} > 0).all()"), ("geometric_", "0.4", "({0} >= 1).all()"),
        ("random_", "3, 7", "(lambda x: (x >= 3).all() & (x < 7).all())({0})"), ("bernoulli_", "0.5", "(lambda x: ((x == 0) | (x == 1)).all())({0})"))},
    "new_zeros": ["a(2).new_zeros(2, 3)", "i(2).new_zeros((2,))", "a(2).new_zeros(1, dtype=T.int32)"], "new_ones": ["a(2).new_ones(2, 3)", "i(2).new_ones((2,))", "a(2).new_ones(1, dtype=T.bool)"],
    "new_full": ["a(2).new_full((2, 3), 1.5)", "i(2).new_full((2,), 3)", "a(2).new_full((1,), 2, dtype=T.int32)"], "new_tensor": ["a(2).new_tensor([1, 2])", "i(2).new_tensor([3])", "a(2).new_tensor(1.5)"],
    "new_empty": ["a(2).new_empty(2, 3).shape", "i(2).new_empty(2).dtype", "a(2).new_empty((0,))"],
    "unfold": ["a(7).unfold(0, 3, 2)", "a(2, 5).unfold(1, 2, 1)", "a(4, 3).unfold(0, 2, 2)"],
    "sum_to_size": ["a(2, 3).sum_to_size(1, 3)", "a(2, 3).sum_to_size(3)", "a(2, 3).sum_to_size(2, 3)"],
    "resize_": ["T.arange(4).resize_(2, 2)", "T.arange(6).resize_(2)", "T.zeros(2, 3).resize_(3, 2).shape"],
    "set_": ["T.zeros(2).set_(T.arange(3.0))", "T.zeros(2).set_(T.ones(2, 2)).shape", "(lambda x, y: (x.set_(y), y.add_(1), x)[2])(T.zeros(2), T.ones(2))"],
    "apply_": ["T.tensor([1.0, 2.0]).apply_(lambda v: v + 1)", "T.arange(3).apply_(lambda v: v * 2)", "T.zeros(0).apply_(lambda v: v)"],
    "map_": ["T.ones(2).map_(T.tensor([3.0, 4.0]), lambda x, y: x - y)", "T.arange(3).map_(T.arange(3), lambda x, y: x * y)", "T.ones(1, 1).map_(T.ones(1, 1), max)"],
    "is_same_size": ["a(2, 3).is_same_size(a(2, 3))", "a(2).is_same_size(a(3))", "a(2).is_same_size(i(2))"], "get_device": ["a(2).get_device()", "i(2).get_device()", "T.zeros(0).get_device()"],
    "ndimension": ["a(2, 3).ndimension()", "a().ndimension()", "i(2).ndimension()"], "nelement": ["a(2, 3).nelement()", "a().nelement()", "i(0).nelement()"],
    "element_size": ["k(a(2)).float().element_size()", "i(2).element_size()", "b(2).element_size()"], "nbytes": ["T.ones(3).nbytes", "i(2).nbytes", "b(5).nbytes"],
    "stride": ["a(2, 3).stride()", "a(2, 3).t().stride()", "a(4)[::2].stride(0)"], "storage_offset": ["a(4)[2:].storage_offset()", "a(2, 3)[1, 1:].storage_offset()", "a(2).storage_offset()"],
    "adjoint": ["a(2, 3).adjoint()", "a(2, 3).mH", "a(2, 3).H"], "is_shared": ["a(2).is_shared()", "i(2).is_shared()", "a(2).is_pinned()"], "to_dense": ["a(2).to_dense()", "a(2).to_dense(dtype=T.float64).dtype", "i(2).to_dense()"],
    "detach_": ["(a(2) * 2).detach_().requires_grad", "(a(2) * 2).detach_()", "a(2).detach_().is_leaf"], "_version": ["k(a(2)).add_(1)._version", "T.ones(2)._version", "(lambda x: (x[0].zero_(), x._version)[1])(T.ones(2))"],
    "register_post_accumulate_grad_hook": ["(lambda x, s: (x.register_post_accumulate_grad_hook(lambda p: s.append(p.grad * 1)), (x * 3).sum().backward(), s)[2])(a(2), [])",
                                           "(lambda x: (x.register_post_accumulate_grad_hook(lambda p: setattr(p, 'grad', None)), x.sum().backward(), x.grad)[2])(a(2))",
                                           "(lambda x, s: (x.register_post_accumulate_grad_hook(lambda p: s.append(1)).remove(), x.sum().backward(), s)[2])(a(2), [])"],
}
