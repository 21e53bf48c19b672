"""Complex numbers and `torch.fft`: names that make, take apart and transform them, and everyday names on them."""

from __future__ import annotations

_UNARY = """exp log sqrt rsqrt reciprocal square sin cos tan sinh cosh tanh asinh acosh atanh asin acos atan sigmoid
    expm1 log1p log2 log10 neg abs sgn angle""".split()

# Names of complex numbers.
COMPLEX = {
    "complex": ["T.complex(a(3), a(3))", "T.complex(a(2, 1), a(2, 3))", "T.complex(a(), a()).abs()"],
    "polar": ["T.polar(p(3), a(3))", "T.polar(p(2, 3), a(2, 3)).imag", "T.polar(p(1), a(1))"],
    "real": ["T.real(c(3))", "c(2, 2).real * 2", "T.real(a(2))"],
    "imag": ["T.imag(c(3))", "c(2, 2).imag.exp()", "(lambda z: (z.imag.add_(1), z)[1])(c(2) * 1)"],
    "conj": ["T.conj(c(3))", "(c(2, 3) * c(2, 3).conj()).real", "a(2).conj()"],
    "conj_physical": ["T.conj_physical(c(3))", "c(2).conj_physical()", "T.conj_physical(a(2))"],
    "resolve_conj": ["T.resolve_conj(c(3).conj())", "c(2).resolve_conj()", "a(2).resolve_conj()"],
    "resolve_neg": ["T.resolve_neg(c(3))", "c(2).resolve_neg()", "a(2).resolve_neg()"],
    "view_as_real": ["T.view_as_real(c(3))", "T.view_as_real(c(2, 2)).sin()", "T.view_as_real(c())"],
    "view_as_complex": ["T.view_as_complex(a(3, 2))", "T.view_as_complex(a(2, 2, 2)) * 2", "T.view_as_complex(a(2))"],
    "isreal": ["T.isreal(T.tensor([1j, 1 + 0j]))", "T.isreal(a(2))", "c(2).isreal()"],
    "angle": ["T.angle(c(4))", "c(2, 2).angle()", "T.angle(a(4))"],
    "sgn": ["T.sgn(c(4))", "c(2, 2).sgn()", "T.sgn(k(c(2)) * 0)"],
    "is_complex": ["T.is_complex(c(2))", "T.is_complex(a(2))", "c(2).is_complex()"],
    "is_conj": ["T.is_conj(c(2))", "c(2).is_conj()", "a(2).is_conj()"],
    "stft": [f"{call}, return_complex=True)" for call in (
        "T.stft(a(9), 4, window=p(4)", "T.stft(a(2, 9), 4, 2, 3, window=p(3), center=False", "a(9).stft(5, hop_length=2, window=p(5), normalized=True",
        "T.stft(a(9), 4, window=p(4), onesided=False, pad_mode='constant'", "T.stft(c(8), 4, window=p(4), center=False, align_to_window=True")],
    "istft": [f"(lambda w: T.istft(T.stft({x}, 4, window=w, return_complex=True{of}), 4, window=w{back}{of}))(k(p(4)))" for x, of, back in (
        ("a(9)", "", ""), ("a(2, 9)", ", normalized=True", ", length=9"), ("a(9)", ", onesided=False", ", length=6"),
        ("c(9)", ", onesided=False", ", return_complex=True"))] + ["T.istft(c(2, 3, 5), 4, window=p(4))", "c(3, 5).istft(4, 2, 3, p(3), length=4)"],
    "vdot": ["T.vdot(c(3), c(3))", "c(2).vdot(c(2))", "T.vdot(c(1), c(1)).abs()"],
}

# Everyday names on complex numbers.
EVERYDAY = {
    **{name: [f"T.{name}(c(3))", f"T.{name}(c(2, 3)) * 2", f"T.{name}(c())"] for name in _UNARY},
    "add": ["c(3) + c(3)", "c(3) + 2.5", "T.add(c(2, 3), a(3), alpha=1.5 - 2j)", "a(3) + 2j"],
    "sub": ["c(3) - c(3)", "2j - c(3)", "a(3) - c(2, 3)"],
    "mul": ["c(3) * c(3)", "c(2, 1) * a(3)", "a(3) * 2j", "i(3) * (1 + 1j)", "c(2) * T.tensor(2j, dtype=T.complex128)"],
    "div": ["c(3) / c(3)", "2j / c(3)", "c(2, 3) / a(3)", "i(3) / (1 + 2j)"],
    "pow": ["c(3) ** 2", "c(3) ** 2.5", "c(3) ** c(3)", "p(3) ** c(3)", "T.pow(2.0, c(3))", "c(3) ** (1 + 1j)", "c(3) ** -1"],
    "eq": ["c(3) == c(3)", "k(c(3)) == k(c(3))", "T.tensor([1j, 1]) == 1j", "T.tensor([1j, 1]) != 1"],
    "isfinite": ["T.isfinite(T.tensor([1j, complex('inf'), complex('nan')]))", "T.isnan(T.tensor([1j, complex('nan')]))", "T.isinf(T.tensor([1j, complex(0, float('inf'))]))"],
    "where": ["T.where(b(3), c(3), c(3))", "T.where(b(2, 3), c(3), 0.0)", "c(3).masked_fill(b(3), 2j)"],
    "isclose": ["T.isclose(k(c(3)), k(c(3)))", "T.allclose(k(c(3)), k(c(3)) + 1e-9)", "T.isclose(T.tensor([1j]), T.tensor([1.0 + 1j]))"],
    "sum": ["c(3).sum()", "T.sum(c(2, 3), 1)", "c(2, 3).sum(dim=(0, 1), keepdim=True)"],
    "mean": ["c(3).mean()", "T.mean(c(2, 3), 1)", "c(2, 3).mean(0, True)"],
    "var": ["c(4).var()", "T.var(c(2, 3), 1)", "c(4).var(unbiased=False)"],
    "std": ["c(4).std()", "T.std(c(2, 3), 1)", "c(4).std(unbiased=False)"],
    "prod": ["c(3).prod()", "T.prod(c(2, 3), 1)", "c(2, 2).prod(0)"],
    "cumsum": ["c(4).cumsum(0)", "T.cumsum(c(2, 3), 1)", "a(3).cumsum(0, dtype=T.complex128)"],
    "cumprod": ["c(4).cumprod(0)", "T.cumprod(c(2, 3), 1)", "c(2, 2).cumprod(-1)"],
    "norm": ["c(3).norm()", "T.norm(c(2, 3), dim=1)", "T.linalg.vector_norm(c(4), 3)"],
    "matmul": ["c(2, 3) @ c(3, 2)", "c(2, 2, 3) @ c(3)", "T.matmul(c(3), c(3))"],
    "bmm": ["T.bmm(c(2, 2, 3), c(2, 3, 2))", "T.baddbmm(c(2, 2, 2), c(2, 2, 3), c(2, 3, 2))", "T.addmm(c(2, 2), c(2, 3), c(3, 2), beta=2j)"],
    "einsum": ["T.einsum('ij,jk->ik', c(2, 3), c(3, 2))", "T.einsum('ii->i', c(3, 3))", "T.einsum('bi,bj->bij', c(2, 3), c(2, 2))"],
    "outer": ["T.outer(c(2), c(3))", "T.kron(c(2), c(2))", "T.inner(c(3), c(3))"],
    "mH": ["c(2, 3).mH", "c(2, 3).H @ c(2, 2)", "c(2, 2, 3).adjoint()"],
    "getitem": ["c(4)[1:3]", "c(3, 3)[[0, 2]]", "c(3, 3)[:, T.tensor([1, 1])]", "c(4)[T.tensor([True, False, True, False])]"],
    "setitem": ["(lambda z: (z.__setitem__(0, 2j), z)[1])(c(3) * 1)", "(lambda z: (z.__setitem__(slice(0, 2), k(c(2))), z)[1])(c(3) * 1)",
                "inplace(c(3), 'mul_', 2j)", "inplace(c(3), 'add_', 1.5)"],
    "cat": ["T.cat([c(2), c(3)])", "T.cat([c(2), a(3)])", "T.stack([c(2), c(2)], 1)"],
    "gather": ["T.gather(c(3, 5), 1, i(3, 2))", "T.index_select(c(5, 2), 0, i(3))", "c(5).scatter_add(0, i(8), c(8))"],
    "reshape": ["c(2, 3).reshape(3, 2)", "c(2, 3).t()", "c(2, 3).flip(0)", "c(1, 3).expand(2, 3)", "T.roll(c(4), 1)", "T.tril(c(3, 3))", "T.diagonal(c(3, 3))"],
    "lerp": ["T.lerp(c(3), c(3), 0.3)", "T.addcmul(c(3), c(3), c(3), value=2)", "T.addcdiv(c(3), c(3), c(3))"],
    "to": ["c(3).to(T.complex128)", "a(3).to(T.complex64)", "a(3).cfloat()", "i(3).cdouble()"],
    "tensor": ["T.tensor([1j, 2])", "T.tensor(1 + 2j)", "T.tensor([1.5, 2j], dtype=T.complex128)", "T.full((2,), 1j)", "T.ones(2, dtype=T.cfloat)"],
    "item": ["k(c(1)).item()", "k(c(2)).tolist()", "complex(T.tensor(1j))"],
    "result_type": ["T.result_type(T.tensor([1.0]), 1j)", "T.promote_types(T.float64, T.complex64)", "T.can_cast(T.complex64, T.float32)",
                    "T.result_type(T.ones(2), T.tensor(1j, dtype=T.complex128))", "T.result_type(T.ones(2, dtype=T.float64), T.tensor(1j, dtype=T.complex64))"],
    "repr": ["str(T.tensor([1 + 2j, 1.5 - 3j]))", "str(T.tensor([[1j, 2e5], [3, 4 + 1e-5j]]))", "str(T.tensor(1j))", "str(T.tensor([1 - 1j, 2]))"],
}


def _transforms(name: str, x: str, n: int) -> list[str]:
    return [f"T.fft.{name}({x}({n}))", f"T.fft.{name}({x}(3, {n}), dim=0, norm='ortho')", f"T.fft.{name}({x}(2, {n}), n={n + 2}, norm='forward')",
            f"T.fft.{name}({x}(2, {n}), n={n - 1})", f"T.fft.{name}({'i(5) > 2' if x == 'a' else f'a({n})'}).abs() > 1e-3"]


def _wide(name: str, x: str) -> list[str]:
    last = [f"T.fft.{name}({x}(3, 4))", f"T.fft.{name}({x}(2, 3, 4), norm='ortho')", f"T.fft.{name}({x}(2, 4, 3), dim=(0, 2), norm='forward')"]
    return [*last, f"T.fft.{name}({x}(2, 3, 4), s=(2, 5))"]


FFT = {
    **{name: _transforms(name, "c", 5) for name in ("fft", "ifft", "irfft", "hfft")},
    **{name: _transforms(name, "a", 5) for name in ("rfft", "ihfft")},
    **{name: _wide(name, "c") for name in ("fft2", "ifft2", "fftn", "ifftn", "irfft2", "irfftn", "hfft2", "hfftn")},
    **{name: _wide(name, "a") for name in ("rfft2", "rfftn", "ihfft2", "ihfftn")},
    "fftfreq": ["T.fft.fftfreq(5)", "T.fft.fftfreq(4, 0.5)", "T.fft.fftfreq(1, dtype=T.float64)"],
    "rfftfreq": ["T.fft.rfftfreq(5)", "T.fft.rfftfreq(4, 0.5)", "T.fft.rfftfreq(1, dtype=T.float64)"],
    "fftshift": ["T.fft.fftshift(a(5))", "T.fft.fftshift(a(2, 3))", "T.fft.fftshift(c(2, 3), dim=1)"],
    "ifftshift": ["T.fft.ifftshift(a(5))", "T.fft.ifftshift(a(2, 3))", "T.fft.ifftshift(c(2, 3), dim=1)"],
}

ERRORS = [
    "T.stft(a(9), 4, window=p(4))", "T.stft(i(9), 4, window=p(4), return_complex=True)", "T.stft(a(9), 0, window=p(4), return_complex=True)",
    "T.stft(a(9), 4, hop_length=0, window=p(4), return_complex=True)", "T.stft(a(9), 4, window=p(3), return_complex=True)", "T.istft(a(3, 5), 4)",
    "T.stft(a(9), 4, win_length=5, window=p(5), return_complex=True)", "T.stft(a(1, 1, 9), 4, window=p(4), return_complex=True)",
    "T.stft(c(9), 4, window=p(4), onesided=True)", "T.istft(c(3, 5), 8, window=p(8))", "T.istft(c(3, 5), 4, window=T.zeros(4, dtype=T.float64))",
    "T.istft(c(3, 5), 4, 5, window=p(4))",
    "c(2) < c(2)", "c(2).max()", "T.maximum(c(2), c(2))", "c(2).sort()", "c(2).floor()", "c(2).relu()", "T.softmax(c(2), 0)", "c(2).sum().backward()",
    "T.complex(a(2), i(2))", "T.view_as_complex(a(3))", "T.view_as_real(a(3))", "T.imag(a(3))", "a(2).clone().fill_(1j)", "float(T.tensor(1j))",
    "T.autograd.grad(c(2), c(2))", "T.fft.fft(a(3), norm='x')", "T.fft.rfft(c(3))", "T.fft.fft(a(3), n=0)", "T.fft.fft(a(3), dim=2)",
    "T.fft.fft2(a(3))", "T.fft.irfft(a(1))", "T.fft.fftn(a(2, 3), s=(2,), dim=(0, 1))", "T.clamp(c(2), 0, 1)", "c(2) // c(2)", "c(2) % c(2)",
]
