"""`torch.*`: what is created, what is computed."""

from __future__ import annotations

CREATION = {
    "tensor": ["T.tensor([1, 2])", "T.tensor([[1.5], [2]])", "T.tensor(True)", "T.tensor(3, dtype=T.int8)",
               "T.tensor([1, 2.0, True])"],
    "as_tensor": ["T.as_tensor([1, 2])", "T.as_tensor(np.ones(2))", "T.as_tensor(2.5)"],
    "from_numpy": ["T.from_numpy(np.arange(3))", "T.from_numpy(np.ones((2, 2), 'f4'))",
                   "T.from_numpy(np.zeros((0, 2)))"],
    "zeros": ["T.zeros(2, 3)", "T.zeros((2,), dtype=T.int64)", "T.zeros([])", "T.zeros(0, 2)"],
    "ones": ["T.ones(2, 3)", "T.ones((2,), dtype=T.bool)", "T.ones(())"],
    "empty": ["T.empty(2, 3).shape", "T.empty((4,), dtype=T.int32).dtype", "T.empty(0)"],
    "full": ["T.full((2, 2), 3)", "T.full((2,), 1.5)", "T.full((), True)", "T.full((2,), 1, dtype=T.float64)"],
    "zeros_like": ["T.zeros_like(a(2, 3))", "T.zeros_like(i(2))", "T.zeros_like(a(2), dtype=T.int8)"],
    "ones_like": ["T.ones_like(a(2, 3))", "T.ones_like(b(2))", "T.ones_like(i(2), dtype=T.float32)"],
    "full_like": ["T.full_like(a(2), 3)", "T.full_like(i(2), 7)", "T.full_like(b(3), True)"],
    "empty_like": ["T.empty_like(a(2, 3)).shape", "T.empty_like(i(2)).dtype",
                   "T.empty_like(a(2), dtype=T.bool).dtype"],
    "rand": ["T.rand(2, 3).shape", "T.rand(2).dtype", "bool((T.rand(100) < 1).all())"],
    "randn": ["T.randn(2, 3).shape", "T.randn(2).dtype", "T.randn((3,), dtype=T.float64).dtype"],
    "randint": ["T.randint(3, (2,)).dtype", "T.randint(2, 5, (2, 3)).shape",
                "bool((T.randint(2, 5, (99,)) >= 2).all())"],
    "randperm": ["T.randperm(5).sort()[0]", "T.randperm(0)", "T.randperm(4).dtype"],
    "rand_like": ["T.rand_like(a(2, 3)).shape", "T.rand_like(a(2)).dtype", "T.rand_like(a(0, 3))"],
    "randn_like": ["T.randn_like(a(2, 3)).shape", "T.randn_like(a(2)).dtype", "T.randn_like(a(0))"],
    "normal": ["T.normal(0, 1, (2, 3)).shape", "T.normal(k(a(2)), k(p(2))).dtype",
               "T.normal(k(a(3)), 0.0)"],
    "arange": ["T.arange(4)", "T.arange(1, 2, 0.25)", "T.arange(5, 0, -2)", "T.arange(3.0)",
               "T.arange(2, dtype=T.float64)"],
    "linspace": ["T.linspace(0, 1, 5)", "T.linspace(2, -2, 3)", "T.linspace(1, 4, 1)"],
    "eye": ["T.eye(3)", "T.eye(2, 3)", "T.eye(2, dtype=T.int64)"],
    "manual_seed": ["(T.manual_seed(1), T.rand(3))[1].equal((T.manual_seed(1), T.rand(3))[1])",
                    "T.manual_seed(3) is not None", "T.manual_seed(7).initial_seed()"],
    "FloatTensor": ["T.FloatTensor([1, 2])", "T.FloatTensor(2, 3).shape", "T.FloatTensor([[1], [2]])"],
    "LongTensor": ["T.LongTensor([1, 2])", "T.LongTensor(2).dtype", "T.LongTensor([[3]])"],
    "meshgrid": ["T.meshgrid(T.arange(2), T.arange(3), indexing='ij')",
                 "T.meshgrid(a(2), a(3), indexing='xy')", "T.meshgrid(a(2), indexing='ij')"],
}

SHAPE = {
    "cat": ["T.cat([a(2, 3), a(1, 3)])", "T.cat([a(2, 3), a(2, 1)], 1)", "T.cat((a(2), i(2)), dim=-1)"],
    "stack": ["T.stack([a(3), a(3)])", "T.stack([a(2, 2), a(2, 2)], dim=-1)", "T.stack([i(2)])"],
    "split": ["T.split(a(5, 2), 2)", "T.split(a(3, 4), [1, 3], dim=1)", "a(4).split(4)"],
    "chunk": ["T.chunk(a(5), 2)", "T.chunk(a(2, 6), 3, dim=1)", "T.chunk(a(2), 4)"],
    "where": ["T.where(b(3), a(3), a(3))", "T.where(b(2, 1), a(3), 0.0)", "T.where(T.tensor([0, 1, 1]) > 0)"],
    "gather": ["T.gather(a(3, 5), 1, i(3, 2))", "a(5, 2).gather(0, i(3, 2))", "T.gather(i(5), 0, i(4))"],
    "index_select": ["T.index_select(a(5, 2), 0, i(3))", "a(2, 5).index_select(1, i(4))",
                     "T.index_select(i(5), 0, i(0))"],
    "masked_select": ["T.masked_select(a(3, 2), k(a(3, 2)) > 0)", "a(4).masked_select(k(a(4)) > 9)",
                      "T.masked_select(a(2, 3), T.tensor([True, False, True]))"],
    "flatten": ["T.flatten(a(2, 3, 4))", "T.flatten(a(2, 3, 4), 1)", "a(2, 3, 4, 1).flatten(0, 1)",
                "T.flatten(T.tensor(1.0))"],
    "reshape": ["T.reshape(a(2, 6), (3, -1))", "a(4).reshape(2, 2)", "a(1).reshape(())"],
    "squeeze": ["T.squeeze(a(1, 2, 1))", "a(1, 2, 1).squeeze(0)", "a(1, 2).squeeze(1)"],
    "unsqueeze": ["T.unsqueeze(a(2, 3), 1)", "a(2).unsqueeze(-1)", "a(2, 3).unsqueeze(0)"],
    "transpose": ["T.transpose(a(2, 3, 4), 0, 2)", "a(2, 3).transpose(0, 1)", "a(2, 3, 4).transpose(-1, -2)"],
    "permute": ["T.permute(a(2, 3, 4), (2, 0, 1))", "a(2, 3).permute(1, 0)", "a(2, 3, 4).permute(0, -1, 1)"],
    "t": ["T.t(a(2, 3))", "a(3).t()", "a(2, 3).t() @ a(2, 2)"],
    "broadcast_to": ["T.broadcast_to(a(3), (2, 3))", "a(2, 1).broadcast_to(2, 3)", "T.broadcast_to(a(1), (0,))"],
    "diag": ["T.diag(a(3))", "T.diag(a(3, 3))", "T.diag(a(2), 1)", "T.diag(a(3, 4), -1)"],
    "tril": ["T.tril(a(3, 3))", "T.tril(a(2, 3, 4), 1)", "a(3, 3).tril(-1)"],
    "triu": ["T.triu(a(3, 3))", "T.triu(a(2, 3, 4), 1)", "a(3, 3).triu(-1)"],
}

_UNARY = ["T.{0}({1}(2, 3))", "{1}(4).{0}()", "T.{0}({1}(0, 2))", "T.{0}({1}(2, 2)[:, 1])"]
POINTWISE = {
    **{name: [s.format(name, "p" if name in ("sqrt", "rsqrt", "log", "log1p") else "a") for s in _UNARY]
       for name in ("neg", "sqrt", "rsqrt", "exp", "log", "log1p", "abs", "sign", "sin", "cos", "tan", "tanh",
                    "sigmoid", "relu", "round", "floor", "ceil")},
    "add": ["T.add(a(2, 3), a(3))", "T.add(a(2), 2, alpha=3)", "a(2) + i(2)", "2 + a(2)", "i(2) + 1.5"],
    "sub": ["T.sub(a(2, 3), a(2, 1))", "T.sub(a(2), 2, alpha=0.5)", "1 - a(3)", "i(2) - i(2)"],
    "mul": ["T.mul(a(2, 3), a(3))", "a(2) * 2", "i(2) * b(2)", "a(2) * a(1)"],
    "div": ["T.div(a(2, 3), p(3))", "1 / p(2)", "i(2) / 2", "T.div(a(3), 0.7, rounding_mode='floor')",
            "T.div(a(3), 0.7, rounding_mode='trunc')"],
    "pow": ["T.pow(p(3), 2)", "p(2) ** 0.5", "2 ** a(2)", "T.pow(p(2), a(2))", "i(3) ** 2", "p(3) ** -1"],
    "clamp": ["T.clamp(a(5), -0.5, 0.5)", "a(4).clamp(min=0)", "T.clamp(i(5), max=2)",
              "T.clamp(a(3), k(a(3)), k(p(3)) + 2)"],
    "clip": ["T.clip(a(5), -0.5, 0.5)", "a(4).clip(max=0.1)", "T.clip(i(4), 1, 3)"],
    "maximum": ["T.maximum(a(3), a(3))", "T.maximum(a(2, 1), a(3))", "T.maximum(i(3), i(3))"],
    "minimum": ["T.minimum(a(3), a(3))", "T.minimum(a(2, 1), a(3))", "T.minimum(i(3), i(3))"],
    "softmax": ["T.softmax(a(2, 3), 1)", "a(2, 3).softmax(0)", "T.softmax(a(2, 3, 2), dim=-2)"],
    "log_softmax": ["T.log_softmax(a(2, 3), 1)", "a(2, 3).log_softmax(0)", "T.log_softmax(a(4), dim=-1)"],
}

_COMPARE = ["T.{0}(i(5), i(5))", "k(a(2, 3)).{0}(0)", "T.{0}(k(a(2, 1)), k(a(3)))"]
COMPARISON = {
    **{name: [s.format(name) for s in _COMPARE] for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "equal": ["T.equal(T.ones(2), T.ones(2))", "T.equal(T.ones(2), T.ones(3))", "T.equal(i(2), i(2) + 1)"],
    "allclose": ["T.allclose(T.ones(2), T.ones(2) + 1e-9)", "T.allclose(T.ones(2), T.zeros(2))",
                 "T.allclose(T.tensor([float('nan')]), T.tensor([float('nan')]), equal_nan=True)"],
    "isclose": ["T.isclose(T.ones(2), T.tensor([1.0, 2.0]))", "T.isclose(i(3), i(3))",
                "T.isclose(T.tensor([T.inf]), T.tensor([T.inf]))"],
    **{name: [f"T.{name}(T.tensor([1.0, T.inf, -T.inf, T.nan]))", f"T.{name}(i(3))", f"k(a(2)).{name}()"]
       for name in ("isnan", "isinf", "isfinite")},
    **{name: [f"T.{name}(b(5), b(5))", f"T.{name}(i(5), b(5))", f"b(4).{name}(T.tensor(True))"]
       for name in ("logical_and", "logical_or")},
    "logical_not": ["T.logical_not(b(5))", "T.logical_not(i(4))", "k(a(2)).logical_not()"],
}

_REDUCE = ["T.{0}({1}(2, 3))", "{1}(2, 3).{0}(1)", "T.{0}({1}(2, 3, 4), dim=(0, 2), keepdim=True)"]
_ONE = ["T.{0}({1}(2, 3))", "{1}(2, 3).{0}(dim=1)", "T.{0}({1}(2, 3), 0, keepdim=True)"]
REDUCTION = {
    **{name: [s.format(name, "a") for s in _REDUCE] for name in ("sum", "mean", "std", "var", "amax", "amin")},
    "prod": [s.format("prod", "p") for s in _ONE],
    **{name: [s.format(name, "a") for s in _ONE] for name in ("max", "min", "argmax", "argmin")},
    "norm": ["T.norm(a(3))", "a(2, 3).norm(dim=1)", "T.norm(a(2, 3), p=1)", "T.norm(a(2, 3), p=3, dim=0)"],
    "cumsum": ["T.cumsum(a(4), 0)", "a(2, 3).cumsum(1)", "T.cumsum(i(3), dim=0)"],
    "all": ["T.all(b(3))", "b(2, 3).all(1)", "T.all(i(2, 3), dim=0, keepdim=True)"],
    "any": ["T.any(b(3))", "b(2, 3).any(1)", "T.any(i(2, 3), dim=0, keepdim=True)"],
    "sort": ["T.sort(a(5))", "a(2, 3).sort(descending=True)", "T.sort(i(6), stable=True)",
             "T.sort(a(3, 2), dim=0)"],
    "argsort": ["T.argsort(k(a(5)))", "k(a(2, 3)).argsort(descending=True)",
                "T.argsort(i(6), stable=True)"],
    "topk": ["T.topk(a(5), 2)", "a(2, 4).topk(3, largest=False)", "T.topk(a(4, 2), 2, dim=0)"],
    "unique": ["T.unique(i(9))", "T.unique(i(9), return_inverse=True)", "T.unique(i(9), return_counts=True)"],
    "logsumexp": ["T.logsumexp(a(2, 3), 1)", "a(2, 3).logsumexp((0, 1))", "T.logsumexp(a(3), 0, keepdim=True)"],
}

PRODUCTS = {
    "matmul": ["T.matmul(a(2, 3), a(3, 4))", "a(3) @ a(3)", "a(2, 2, 3) @ a(3)", "a(3) @ a(2, 3, 2)",
               "a(2, 1, 2, 3) @ a(4, 3, 2)"],
    "mm": ["T.mm(a(2, 3), a(3, 4))", "a(1, 3).mm(a(3, 1))", "T.mm(a(3, 2).t(), a(3, 2))"],
    "mv": ["T.mv(a(2, 3), a(3))", "a(1, 3).mv(a(3))", "T.mv(a(3, 2).t(), a(3))"],
    "bmm": ["T.bmm(a(2, 3, 4), a(2, 4, 2))", "a(1, 2, 2).bmm(a(1, 2, 2))",
            "T.bmm(a(2, 3, 4), a(2, 3, 4).transpose(1, 2))"],
    "dot": ["T.dot(a(3), a(3))", "a(1).dot(a(1))", "T.dot(i(3), i(3))"],
    "outer": ["T.outer(a(2), a(3))", "a(1).outer(a(2))", "T.outer(i(2), i(2))"],
    "einsum": ["T.einsum('ij,jk->ik', a(2, 3), a(3, 2))", "T.einsum('bi,bi->b', a(2, 3), a(2, 3))",
               "T.einsum('ii', a(3, 3))", "T.einsum('i,j,k->ijk', a(2), a(2), a(2))",
               "T.einsum('...ij->...ji', a(2, 2, 3))"],
    "addmm": ["T.addmm(a(2), a(3, 4), a(4, 2))", "T.addmm(a(2, 2), a(2, 3), a(3, 2), beta=0.5, alpha=2)",
              "a(1).addmm(a(2, 1), a(1, 3))"],
}

OTHER = {
    "no_grad": ["(T.no_grad().__enter__(), (a(2) * 2).requires_grad, T.set_grad_enabled(True))[1]",
                "T.no_grad()(lambda x: (x * 2).requires_grad)(a(2))", "T.is_grad_enabled()"],
    "enable_grad": ["T.no_grad()(T.enable_grad()(lambda x: x * 2))(a(2))", "T.enable_grad()(lambda x: x)(a(2))",
                    "T.enable_grad()(T.is_grad_enabled)()"],
    "set_grad_enabled": ["(T.set_grad_enabled(False), T.is_grad_enabled(), T.set_grad_enabled(True))[1]",
                         "T.set_grad_enabled(True) is not None", "T.is_grad_enabled()"],
    "is_grad_enabled": ["T.is_grad_enabled()", "T.no_grad()(T.is_grad_enabled)()",
                        "T.inference_mode()(T.is_grad_enabled)()"],
    "is_tensor": ["T.is_tensor(a(2))", "T.is_tensor([1])", "T.is_tensor(nn.Parameter(T.ones(1)))"],
    "device": ["T.device('cpu')", "T.device('cpu').type", "T.ones(1).device == T.device('cpu')"],
    "Size": ["T.Size([2, 3])", "T.Size([2, 3]).numel()", "a(2, 3).size() == T.Size((2, 3))",
             "isinstance(a(2).shape, tuple)"],
    **{name: [f"T.{name}", f"T.zeros(1, dtype=T.{name})", f"T.{name} == T.ones(1, dtype=T.{name}).dtype"]
       for name in ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int8", "uint8", "bool",
                    "float", "double", "half", "long", "int")},
    "inf": ["T.inf", "-T.inf", "T.tensor(T.inf)"], "nan": ["T.nan != T.nan", "T.tensor(T.nan)", "type(T.nan)"],
    "pi": ["T.pi", "T.tensor(T.pi)", "T.pi * 2"],
    "set_default_dtype": [
        "(T.set_default_dtype(T.float64), T.ones(1), T.set_default_dtype(T.float32))[1]",
        "(T.set_default_dtype(T.float64), T.tensor([1.5]), T.set_default_dtype(T.float32))[1]",
        "T.get_default_dtype()"],
    "get_default_dtype": ["T.get_default_dtype()", "T.get_default_dtype() is T.float32",
                          "T.ones(1).dtype == T.get_default_dtype()"],
    "set_printoptions": ["(T.set_printoptions(precision=2), str(T.tensor([1.23456])), "
                         "T.set_printoptions(profile='default'))[1]", "str(T.tensor([1.23456]))",
                         "str(T.tensor([1e-9, 1.0]))"],
    "numel": ["T.numel(a(2, 3))", "a(0, 2).numel()", "T.tensor(1).numel()"],
    "get_num_threads": ["T.get_num_threads() > 0", "type(T.get_num_threads())",
                        "(T.set_num_threads(1), T.get_num_threads())[1]"],
    "cuda.is_available": ["T.cuda.is_available()", "T.cuda.device_count()", "type(T.cuda.is_available())"],
}
