"""`torch.linalg` and the functions of matrices in `torch`. Signs of vectors are free, so vectors are compared by
what does not depend on them."""

from __future__ import annotations

_SPD = "(lambda x: x @ x.mT + 2 * T.eye(x.shape[-1], dtype=x.dtype))(a({0}))"
_SYM = "(lambda x: x + x.mT)(a({0}))"
S3, S2, Y3, Y2 = _SPD.format("3, 3"), _SPD.format("2, 2, 2"), _SYM.format("3, 3"), _SYM.format("2, 2, 2")

MATRICES = {
    "cholesky": [f"T.cholesky({S3})", f"T.cholesky({S2}, upper=True)", f"({S3}).cholesky()"],
    "cholesky_solve": [f"T.cholesky_solve(a(3, 2), T.linalg.cholesky({S3}))", f"T.cholesky_solve(a(2, 2, 1), T.linalg.cholesky({S2}))",
                       f"a(3, 1).cholesky_solve(T.linalg.cholesky({S3}, upper=True), upper=True)"],
    "cholesky_inverse": [f"T.cholesky_inverse(T.linalg.cholesky({S3}))", f"T.cholesky_inverse(T.linalg.cholesky({S2}))",
                         f"T.linalg.cholesky({S3}, upper=True).cholesky_inverse(upper=True)"],
    "qr": ["(lambda q, r: (q.abs(), r.abs()))(*T.qr(a(4, 2)))", "(lambda q, r: (q @ r).sin())(*T.qr(a(3, 3)))", "(lambda q, r: (q.abs(), r.abs()))(*a(2, 3).qr())"],
    "svd": ["T.svd(a(4, 2))[1]", "(lambda u, s, v: (u.abs(), s, v.abs()))(*T.svd(a(3, 3)))", "(lambda u, s, v: ((u * s) @ v.mT).sin())(*a(2, 3).svd())"],
    "pinverse": ["T.pinverse(a(3, 3))", "T.pinverse(a(2, 4))", "a(3, 2).pinverse()"],
    "logdet": [f"T.logdet({S3})", f"T.logdet({S2})", f"({S3}).logdet()"],
    "det": ["T.det(a(3, 3))", "a(2, 2, 2).det()", "T.det(T.ones(2, 2))"],
    "inverse": [f"T.inverse({S3})", "(a(2, 2) + 3 * T.eye(2, dtype=a(1).dtype)).inverse()", f"T.inverse({S2})"],
    "slogdet": [f"T.slogdet({S3})", "(lambda s, l: (s, l))(*a(2, 2).slogdet())", f"T.slogdet({S2})"],
    "matrix_exp": ["T.matrix_exp(a(3, 3))", "(a(2, 2, 2) * 3).matrix_exp()", "T.matrix_exp(k(a(2, 2)) * 0)"],
    "triangular_solve": ["first(lambda b, m: T.triangular_solve(b, m)[0], a(3, 2), p(3, 3))", "first(lambda b, m: b.triangular_solve(m, upper=False)[0], a(2, 1), p(2, 2))",
                         "first(lambda b, m: T.triangular_solve(b, m, transpose=True, unitriangular=True)[0], a(3, 2), p(3, 3))"],
}

LINALG = {
    "cholesky": [f"T.linalg.cholesky({S3})", f"T.linalg.cholesky({S2}, upper=True)", f"T.linalg.cholesky({S3}) @ a(3)"],
    "cholesky_ex": [f"T.linalg.cholesky_ex({S3})", "T.linalg.cholesky_ex(-T.eye(2))[1] > 0", f"T.linalg.cholesky_ex({S2}, upper=True)[0]"],
    "inv_ex": [f"T.linalg.inv_ex({S3})", "T.linalg.inv_ex(T.zeros(2, 2))[1] > 0", f"T.linalg.inv_ex({S2})[0]"],
    "solve_ex": [f"T.linalg.solve_ex({S3}, a(3, 1))", "T.linalg.solve_ex(T.zeros(2, 2), T.ones(2, 1))[1] > 0", f"T.linalg.solve_ex({S3}, a(2, 3), left=False)[0]"],
    "qr": ["(lambda q, r: (q.abs(), r.abs()))(*T.linalg.qr(a(4, 2)))", "(lambda q, r: (q @ r).sin())(*T.linalg.qr(a(2, 3, 3)))",
           "T.linalg.qr(k(a(3, 3)), mode='r')[1].abs()", "(lambda q, r: (q.abs(), r.abs()))(*T.linalg.qr(a(2, 4)))",
           "(lambda q, r: q @ r)(*T.linalg.qr(k(a(4, 2)), mode='complete'))"],
    "svd": ["T.linalg.svd(a(4, 2))[1]", "(lambda u, s, v: (u.abs(), s, v.abs()))(*T.linalg.svd(a(3, 3)))", "(lambda u, s, v: ((u * s) @ v).sin())(*T.linalg.svd(a(2, 4), full_matrices=False))",
            "(lambda u, s, v: (u.abs(), s, v.abs()))(*T.linalg.svd(a(2, 4, 2), full_matrices=False))", "[x.shape for x in T.linalg.svd(a(2, 4))]"],
    "svdvals": ["T.linalg.svdvals(a(3, 3))", "T.linalg.svdvals(a(2, 4, 2))", "T.linalg.svdvals(a(2, 3))"],
    "eigh": [f"(lambda w, v: (w, v.abs()))(*T.linalg.eigh({Y3}))", f"(lambda w, v: (v * w.unsqueeze(-2).exp()) @ v.mT)(*T.linalg.eigh({Y2}))", f"T.linalg.eigh({Y3}, UPLO='U')[0]"],
    "eigvalsh": [f"T.linalg.eigvalsh({Y3})", f"T.linalg.eigvalsh({Y2})", "T.linalg.eigvalsh(T.eye(2))"],
    "pinv": ["T.linalg.pinv(a(3, 3))", "T.linalg.pinv(a(2, 4))", "T.linalg.pinv(a(2, 4, 2), rtol=1e-3)", "T.linalg.pinv(a(3, 1) @ a(1, 3))"],
    "matrix_rank": ["T.linalg.matrix_rank(k(a(3, 3)))", "T.linalg.matrix_rank(T.ones(3, 3))", "T.linalg.matrix_rank(k(a(2, 3, 2)), atol=100.0)"],
    "lstsq": ["T.linalg.lstsq(a(4, 2), a(4, 3))[0]", "T.linalg.lstsq(a(2, 4), a(2, 1)).solution", "T.linalg.lstsq(k(a(4, 2)), k(a(4, 3))).residuals",
              "T.linalg.lstsq(a(2, 4, 2), a(2, 4, 1))[0]", "T.linalg.lstsq(k(a(4, 2)), k(a(4, 3)), driver='gelsd')"],
    "solve": [f"T.linalg.solve({S3}, a(3))", f"T.linalg.solve({S3}, a(3, 2))", f"T.linalg.solve({S2}, a(2, 2, 1))"],
    "solve_triangular": ["T.linalg.solve_triangular(p(3, 3), a(3, 2), upper=True)", "T.linalg.solve_triangular(p(3, 3), a(2, 3), upper=False, left=False)",
                         "T.linalg.solve_triangular(a(2, 2, 2), a(2, 2, 1), upper=True, unitriangular=True)"],
    "inv": [f"T.linalg.inv({S3})", f"T.linalg.inv({S2})", "T.linalg.inv(T.eye(2) * 2)"],
    "det": ["T.linalg.det(a(3, 3))", "T.linalg.det(a(2, 2, 2))", "T.linalg.det(T.ones(2, 2))"],
    "slogdet": [f"T.linalg.slogdet({S3})", "T.linalg.slogdet(a(2, 2))", f"T.linalg.slogdet({S2})[1]"],
    "matrix_exp": ["T.linalg.matrix_exp(a(3, 3))", "T.linalg.matrix_exp(a(2, 2, 2) * 3)", "T.linalg.matrix_exp(k(a(2, 2)) * 0)"],
    "matrix_power": ["T.linalg.matrix_power(a(3, 3), 3)", f"T.linalg.matrix_power({S3}, -2)", "T.linalg.matrix_power(k(a(2, 2)), 0)"],
    "multi_dot": ["T.linalg.multi_dot([a(2, 3), a(3, 4), a(4, 1)])", "T.linalg.multi_dot([a(3), a(3, 2)])", "T.linalg.multi_dot([a(2, 2), a(2, 2), a(2)])"],
    "norm": ["T.linalg.norm(a(3))", "T.linalg.norm(a(2, 3), 'nuc')", "T.linalg.norm(a(2, 3), 2)", "T.linalg.norm(a(2, 3), dim=1, ord=1)", "T.linalg.norm(a(2, 3, 4), -2, (0, 2), keepdim=True)"],
    "vector_norm": ["T.linalg.vector_norm(a(3))", "T.linalg.vector_norm(a(2, 3), 3, dim=1)", "T.linalg.vector_norm(a(2, 3), T.inf, keepdim=True)"],
    "matrix_norm": ["T.linalg.matrix_norm(a(2, 3))", "T.linalg.matrix_norm(a(2, 3, 3), 'nuc')", "T.linalg.matrix_norm(a(2, 3), 1, keepdim=True)"],
    "cond": [f"T.linalg.cond({S3})", f"T.linalg.cond(k({S3}), 'fro')", "T.linalg.cond(a(4, 2), -2)", f"T.linalg.cond(k({S2}), 1)"],
    "cross": ["T.linalg.cross(a(3), a(3))", "T.linalg.cross(a(2, 3), a(2, 3))", "T.linalg.cross(a(3, 2), a(3, 2), dim=0)"],
    "vecdot": ["T.linalg.vecdot(a(3), a(3))", "T.linalg.vecdot(a(2, 3), a(2, 3))", "T.linalg.vecdot(a(2, 3), a(2, 3), dim=0)"],
    "vander": ["T.linalg.vander(k(a(3)))", "T.linalg.vander(k(a(2, 3)), N=2)", "T.linalg.vander(i(4), N=3)"],
    "tensorinv": ["T.linalg.tensorinv(a(2, 2, 4))", "T.linalg.tensorinv(a(4, 2, 2), ind=1)", "T.linalg.tensorinv(a(2, 3, 6), ind=2).shape"],
    "tensorsolve": ["T.linalg.tensorsolve(a(2, 2, 4), a(2, 2))", "T.linalg.tensorsolve(a(4, 2, 2), a(4))", "T.linalg.tensorsolve(a(2, 4, 2), a(2, 2), dims=(1,))"],
    "diagonal": ["T.linalg.diagonal(a(2, 2))", "T.linalg.diagonal(a(2, 3, 4), offset=1)", "T.linalg.diagonal(a(2, 3, 4), dim1=0, dim2=1)"],
}

_DOMINANT = "(lambda x: x + 3 * T.eye(x.shape[-1], dtype=x.dtype))(a({0}))"
D3, D2 = _DOMINANT.format("3, 3"), _DOMINANT.format("2, 3, 3")
_SORTED = "(lambda w: w[T.argsort(w.detach().real * 3 + w.detach().imag)])"
# Eigenvalues come in any order, the phase of a vector is free.
LINALG |= {
    "eigvals": [f"{_SORTED}(T.linalg.eigvals(a(3, 3)))", f"{_SORTED}(T.linalg.eigvals({Y3}))", "T.linalg.eigvals(a(2, 3, 3)).sin().sum(-1)",
                "(T.linalg.eigvals(a(4, 4)) ** 3).sum()"],
    "eig": ["(lambda w, v: (v * w.exp().unsqueeze(-2)) @ T.linalg.inv(v))(*T.linalg.eig(a(3, 3)))", "T.linalg.eig(a(3, 3)).eigenvalues.abs().sum()",
            "(lambda w, v: (v.abs() ** 4).sum())(*T.linalg.eig(a(2, 2, 2)))"],
    "lu_factor": [f"T.linalg.lu_factor({D3})", f"T.linalg.lu_factor({D2})", "T.linalg.lu_factor(a(4, 2))", "T.linalg.lu_factor(a(2, 4))",
                  "T.linalg.lu_factor(a(40, 40))[0].shape"],
    "lu_factor_ex": [f"T.linalg.lu_factor_ex({D3})", "T.linalg.lu_factor_ex(T.zeros(2, 2))", "T.linalg.lu_factor_ex(a(2, 3))"],
    "lu": [f"T.linalg.lu({D3})", "T.linalg.lu(a(4, 2))", "T.linalg.lu(a(2, 2, 4))", "[x.shape for x in T.linalg.lu(a(35, 35))]"],
    "lu_solve": [f"T.linalg.lu_solve(*T.linalg.lu_factor({D3}), a(3, 2))", f"T.linalg.lu_solve(*T.linalg.lu_factor({D3}), a(2, 3), left=False)",
                 f"T.linalg.lu_solve(*T.linalg.lu_factor({D2}), a(2, 3, 1), adjoint=True)",
                 f"T.linalg.lu_solve(*T.linalg.lu_factor({D3}), a(2, 3), left=False, adjoint=True)"],
    "householder_product": ["T.linalg.householder_product(a(4, 2), a(2))", "T.linalg.householder_product(a(2, 3, 3), a(2, 2))",
                            "T.linalg.householder_product(a(3, 3), a(1))"],
}
MATRICES |= {
    "lu": [f"T.lu({D3})", f"({D2}).lu()", "T.lu(a(2, 3), get_infos=True)"],
    "lu_solve": [f"T.lu_solve(a(3, 2), *T.linalg.lu_factor({D3}))", f"a(3, 1).lu_solve(*T.linalg.lu_factor({D3}))", f"T.lu_solve(a(2, 3, 1), *T.linalg.lu_factor({D2}))"],
    "lu_unpack": [f"T.lu_unpack(*T.linalg.lu_factor({D3}))", "T.lu_unpack(*T.linalg.lu_factor(a(4, 2)))", f"T.lu_unpack(*T.linalg.lu_factor({D3}), unpack_pivots=False)"],
    "geqrf": ["T.geqrf(k(a(4, 2)))", "T.geqrf(k(a(3, 3)))", "k(a(2, 4)).geqrf()"],
    "orgqr": ["T.orgqr(a(4, 2), a(2))", "T.orgqr(*T.geqrf(k(a(4, 2))))", "a(3, 3).orgqr(a(2))"],
    "logdet": [f"T.logdet({S3})", f"({S2}).logdet()", "T.logdet(T.eye(2))"],
}

# The same names on complex matrices.
_CPD = "(lambda x: x @ x.mH + 2 * T.eye(x.shape[-1], dtype=x.dtype))(c({0}))"
_CHERM = "(lambda x: x + x.mH)(c({0}))"
C3, C2, H3, H2 = _CPD.format("3, 3"), _CPD.format("2, 2, 2"), _CHERM.format("3, 3"), _CHERM.format("2, 2, 2")
CD3 = "(lambda x: x + 4 * T.eye(x.shape[-1], dtype=x.dtype))(c(3, 3))"
COMPLEX = {
    "cholesky": [f"T.linalg.cholesky({C3})", f"T.linalg.cholesky({C2}, upper=True)", f"T.linalg.cholesky_ex({C3})[0]"],
    "cholesky_solve": [f"T.cholesky_solve(c(3, 2), T.linalg.cholesky({C3}))", f"T.cholesky_solve(c(2, 2, 1), T.linalg.cholesky({C2}))",
                       f"c(3, 1).cholesky_solve(T.linalg.cholesky({C3}, upper=True), upper=True)"],
    "qr": ["(lambda q, r: (q @ r).sin())(*T.linalg.qr(c(2, 3, 3)))", "(lambda q, r: (q.abs(), r.abs()))(*T.linalg.qr(c(4, 2)))",
           "(lambda q, r: (q.abs(), r.abs()))(*T.linalg.qr(c(2, 4)))", "T.linalg.qr(c(3, 3))"],
    "svd": ["T.linalg.svdvals(c(4, 2))", "(lambda u, s, v: (u.abs(), s, v.abs()))(*T.linalg.svd(c(3, 3)))",
            "(lambda u, s, v: (u * s.sqrt().to(u.dtype).unsqueeze(-2)) @ v)(*T.linalg.svd(c(2, 4, 2), full_matrices=False))", "T.svd(c(2, 3))[1]"],
    "eigh": [f"(lambda w, v: (w, v.abs()))(*T.linalg.eigh({H3}))", f"(lambda w, v: (v * w.exp().to(v.dtype).unsqueeze(-2)) @ v.mH)(*T.linalg.eigh({H2}))",
             f"T.linalg.eigvalsh({H3}, UPLO='U')"],
    "eig": ["(lambda w, v: (v * w.exp().unsqueeze(-2)) @ T.linalg.inv(v))(*T.linalg.eig(c(3, 3)))", "T.linalg.eigvals(c(3, 3)).abs().sum()",
            "(lambda w, v: (v.abs() ** 4).sum())(*T.linalg.eig(c(2, 2, 2)))"],
    "pinv": ["T.linalg.pinv(c(3, 3))", "T.linalg.pinv(c(2, 4))", "T.linalg.pinv(c(2, 4, 2))"],
    "solve": [f"T.linalg.solve({CD3}, c(3))", f"T.linalg.solve({CD3}, c(3, 2))", f"T.linalg.solve({CD3}, c(2, 3), left=False)"],
    "solve_triangular": ["T.linalg.solve_triangular(c(3, 3), c(3, 2), upper=True)", "T.linalg.solve_triangular(c(3, 3), c(2, 3), upper=False, left=False)",
                         "T.linalg.solve_triangular(c(2, 2, 2), c(2, 2, 1), upper=True, unitriangular=True)"],
    "inv": [f"T.linalg.inv({CD3})", f"T.linalg.inv_ex({C2})[0]", f"T.inverse({CD3})"],
    "det": ["T.linalg.det(c(3, 3))", "T.det(c(2, 2, 2))", f"T.logdet({CD3})"],
    "slogdet": [f"T.linalg.slogdet({CD3})", "T.linalg.slogdet(c(2, 2))", f"T.slogdet({C2})[1]"],
    "lu_factor": [f"T.linalg.lu_factor({CD3})", "T.linalg.lu_factor(c(4, 2))", "T.linalg.lu_factor(c(2, 4))"],
    "lu_solve": [f"T.linalg.lu_solve(*T.linalg.lu_factor({CD3}), c(3, 2))", f"T.linalg.lu_solve(*T.linalg.lu_factor({CD3}), c(2, 3), left=False)",
                 f"T.linalg.lu_solve(*T.linalg.lu_factor({CD3}), c(3, 1), adjoint=True)", f"T.linalg.lu_solve(*T.linalg.lu_factor({CD3}), c(2, 3), left=False, adjoint=True)"],
    "householder_product": ["T.linalg.householder_product(c(4, 2), c(2))", "T.linalg.householder_product(c(2, 3, 3), c(2, 2))",
                            "T.linalg.householder_product(c(3, 3), c(1))"],
    "lstsq": ["T.linalg.lstsq(c(4, 2), c(4, 3))[0]", "T.linalg.lstsq(c(2, 4), c(2, 1)).solution", "T.linalg.lstsq(k(c(4, 2)), k(c(4, 3)), driver='gelsd')"],
    "matrix_exp": ["T.linalg.matrix_exp(c(3, 3))", "T.linalg.matrix_exp(c(2, 2, 2) * 3)", "T.matrix_exp(c(1, 1))"],
    "matrix_power": ["T.linalg.matrix_power(c(3, 3), 3)", f"T.linalg.matrix_power({CD3}, -2)", "T.linalg.matrix_power(k(c(2, 2)), 0)"],
    "matrix_rank": ["T.linalg.matrix_rank(k(c(3, 3)))", "T.linalg.matrix_rank(T.ones(3, 3, dtype=T.complex64))", "T.linalg.matrix_rank(k(c(2, 4, 2)), hermitian=False)"],
    "norm": ["T.linalg.norm(c(3))", "T.linalg.norm(c(2, 3), 'nuc')", "T.linalg.matrix_norm(c(2, 3), 2)", "T.linalg.matrix_norm(c(2, 3), 1)", "T.linalg.norm(c(2, 3), dim=1)"],
    "cond": [f"T.linalg.cond({CD3})", f"T.linalg.cond(k({CD3}), 'fro')", "T.linalg.cond(c(4, 2), -2)"],
    "multi_dot": ["T.linalg.multi_dot([c(2, 3), c(3, 4), c(4, 1)])", "T.linalg.multi_dot([c(3), c(3, 2)])", "T.linalg.multi_dot([c(3), c(3, 2), c(2)])"],
    "vecdot": ["T.linalg.vecdot(c(3), c(3))", "T.linalg.vecdot(c(2, 3), c(2, 3), dim=0)", "T.linalg.cross(c(2, 3), c(2, 3))"],
    "vander": ["T.linalg.vander(c(3))", "T.linalg.vander(c(2, 3), N=2)", "T.linalg.vander(c(3), N=4)"],
    "tensorinv": ["T.linalg.tensorinv(c(2, 2, 4))", "T.linalg.tensorsolve(c(2, 2, 4), c(2, 2))", "T.linalg.diagonal(c(3, 3))"],
}
ERRORS = [
    "T.linalg.inv(T.zeros(2, 2))", "T.linalg.solve(T.zeros(2, 2), T.ones(2))", "T.linalg.cholesky(-T.eye(2))", "T.linalg.eig(a(2, 3))", "T.linalg.eig(i(2, 2))",
    "T.linalg.lu_factor(a(3))", "T.linalg.lu_solve(*T.linalg.lu_factor(a(3, 3)), a(2, 1))", "T.linalg.householder_product(a(2, 3), a(2))", "T.linalg.det(a(2, 3))",
    "T.linalg.slogdet(a(3))", "T.linalg.eigh(a(2, 3))", "T.linalg.vander(a(3), N=1)", "T.linalg.lu_factor_ex(T.zeros(2, 2), check_errors=True)", "T.linalg.svd(a(3))",
]
