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
