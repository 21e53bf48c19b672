"""All tables, by the part of PyTorch that they speak of, and expressions that must fail."""

from __future__ import annotations

from tests.conformance import (
    common,
    functions,
    late,
    laws,
    layers,
    matrices,
    methods,
    modules,
    networks,
    plane,
    tensors,
    training,
    utilities,
)

TABLES: dict[str, dict[str, list[str]]] = {
    "torch": {**functions.CREATION, **functions.SHAPE, **functions.POINTWISE, **functions.COMPARISON,
              **functions.REDUCTION, **functions.PRODUCTS, **functions.OTHER, **common.POINTWISE,
              **common.REDUCTION, **common.COUNTING, **common.PLACES, **common.ARRANGING, **common.PRODUCTS,
              **matrices.MATRICES, **plane.COMPLEX},
    "torch.fft": plane.FFT, "complex": plane.EVERYDAY, "complex.linalg": matrices.COMPLEX,
    "torch.linalg": matrices.LINALG,
    "torch.special": common.SPECIAL,
    "torch.distributions": laws.LAWS,
    "torch.Tensor": {**tensors.TENSOR, **methods.METHODS}, "torch.nn": {**layers.MODULES, **modules.MODULES, **networks.MODULES,
                 **late.LAZY},
    "torch.nn.Module": {**layers.MODULE, **late.MODULE}, "torch.amp": late.AMP, "torch.testing": late.TESTING,
    "torch.nn.functional": {**layers.FUNCTIONAL, **modules.FUNCTIONAL, **networks.FUNCTIONAL},
    "torch.nn.init": {**layers.INIT, **late.INIT}, "torch.nn.utils": {**layers.UTILS, **utilities.UTILS},
    "torch.optim": training.OPTIM, "torch.optim.lr_scheduler": training.SCHEDULERS,
    "torch.autograd": training.AUTOGRAD, "torch.utils": training.DATA,
}

# Names whose samples the suite runs all; of the others it runs one each, `make conformance` all.
EVERYDAY: dict[str, set[str]] = {
    "torch": {*functions.CREATION, *functions.SHAPE, *functions.POINTWISE, *functions.COMPARISON,
              *functions.REDUCTION, *functions.PRODUCTS, *functions.OTHER},
    "torch.Tensor": {*tensors.TENSOR}, "torch.nn": {*layers.MODULES, *networks.MODULES},
    "torch.nn.Module": {*layers.MODULE}, "torch.nn.functional": {*layers.FUNCTIONAL, *networks.FUNCTIONAL},
    "torch.nn.init": {*layers.INIT}, "torch.nn.utils": {*layers.UTILS}, "torch.optim": {*training.OPTIM},
    "torch.optim.lr_scheduler": {*training.SCHEDULERS}, "torch.autograd": {*training.AUTOGRAD},
    "torch.utils": {*training.DATA},
}

# Where Retrograd means to differ from PyTorch, and why. A sample that begins to agree fails.
DIFFERS = {
    "T.ones(1).type()": "types bear the name of this library",
    "str(T.zeros(2, 2, dtype=T.float64))": "dtypes bear the name of this library",
    "T.copysign(a(2, 3), a(3))": "PyTorch's second derivative is the rounding error of zero",
    "p(4).copysign(a(4))": "PyTorch's second derivative is the rounding error of zero",
    "a(2).ldexp(T.tensor(-2))": "PyTorch's derivative is 0: it takes 2 to the -2 in integers",
    "T.special.bessel_j1(a(4) * 3)": "PyTorch's is 1e-9 off the function",
    **{expression: "PyTorch's derivative is the 1/6 of float32" for expression in (
        "first(nn.Hardsigmoid(), a(2, 3))", "first(nn.Hardsigmoid(), a(7))", "first(F.hardsigmoid, a(2, 3))",
        "first(F.hardsigmoid, a(7))")},
    **{expression: "PyTorch's fused weight norm has another second derivative than its formula" for expression in (
        "m(nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)))(a(4, 3))",
        "m(nn.utils.weight_norm(nn.Linear(3, 2)))(a(4, 3))")},
    "5 // p(2)": "a rounded quotient is a constant; PyTorch has no derivative and raises in backward",
}

# The same for derivatives in forward mode.
FORWARD_DIFFERS = {
    **{expression: "PyTorch's forward mode of products gives zero" for expression in (
        "T.scatter_reduce(a(5), 0, i(8), a(8), 'prod')", "a(2, 5).scatter_reduce(1, i(2, 4), a(2, 4), 'prod')",
        "T.scatter_reduce(a(5), 0, i(8), a(8), 'prod', include_self=False)")},
    "p(3) ** c(3)": "PyTorch's forward mode takes the real part of a complex tangent; ours is the central difference",
    "F.embedding(i(4), a(5, 2), padding_idx=1)": "the padding row has no derivative in either mode; PyTorch has "
                                                 "one in forward mode",
}

FORWARD_DIFFERS |= dict.fromkeys(matrices.MATRICES["cholesky_inverse"],
                                 "PyTorch's forward mode is not the central difference; ours is")

# Mistakes that PyTorch refuses and Retrograd does not, and why.
NOT_REFUSED: dict[str, str] = {}

ERRORS = [
    "a(2, 3) @ a(2, 3)", "a(2) + a(3)", "T.cat([a(2, 3), a(2, 2)])", "T.stack([a(2), a(3)])", "a(2, 3).reshape(4)", "a(2, 3).view(5)",
    "a(2)[3]", "a(2)[0, 0]", "a(2, 3).permute(0)", "a(2).squeeze(3)", "T.gather(a(2), 0, T.tensor([5]))", "T.ones(2)[T.tensor([2])]",
    "T.tensor([[1], [2, 3]])", "T.tensor('x')", "T.zeros(-1)", "T.arange(1, 0, 1)", "T.einsum('ij,jk', a(2, 3), a(2, 3))", "T.einsum('i', a(2, 2))",
    "F.binary_cross_entropy(a(2) + 3, k(u(2))).item()",
    "T.tensor([1, 2]) // 0", "T.tensor([1, 2]) % T.tensor([1, 0])", "(T.tensor([1, 2]) // (T.tensor([1, 2]) - 2)).tolist()",
    "T.fmod(T.tensor([1, 2]), 0)", "T.div(T.tensor([1, 2]), T.tensor([0, 1]), rounding_mode='trunc')", "(a(2) * 2).backward()", "T.autograd.grad(T.ones(1), T.ones(1))", "(lambda y: (y.backward(), y.backward()))(a(1).exp())",
    "a(2).add_(1)", "a(2).numpy()", "a(2).item()", "bool(T.ones(2))", "float(T.ones(2))", "int(T.ones(2))", "i(2).requires_grad_()", "a(2).foo",
    "i(2).mean()", "T.softmax(a(2), 2)", "a(2).sum(3)", "a(0).max()", "T.argmax(T.ones(0))", "T.topk(a(2), 3)", "a(4).split([1, 2])",
    "F.linear(a(2, 3), a(2, 2))", "F.conv2d(a(1, 2, 4, 4), a(1, 3, 3, 3))", "F.cross_entropy(a(2, 3), T.tensor([0, 3]))",
    "F.cross_entropy(a(2, 3), T.tensor([0]))", "F.mse_loss(a(2), a(2), reduction='x')", "F.nll_loss(a(2, 3), T.tensor([5, 0]))",
    "F.embedding(T.tensor([7]), a(5, 2))", "F.one_hot(T.tensor([3]), 2)", "F.dropout(a(2), 1.5)",
    "F.max_pool2d(a(1, 1, 2, 2), 5)", "F.layer_norm(a(2, 3), (2,))", "F.pad(a(2), (1,))", "F.gelu(a(2), approximate='x')",
    "nn.Linear(2, 3)(T.ones(4))", "nn.Conv2d(3, 4, 3, groups=2)", "nn.Dropout(2.0)", "nn.Linear(2, 2).foo", "nn.BatchNorm1d(3)(a(1, 3).float())",
    "nn.Linear(1, 1).load_state_dict({})", "nn.Linear(1, 1).load_state_dict({'weight': T.ones(2, 2), 'bias': T.ones(1)})",
    "nn.Sequential(nn.ReLU())[3]", "nn.ReLU().register_buffer('a.b', None)", "nn.ReLU().register_parameter('w', T.ones(1))", "nn.Module()(1)",
    "setattr(nn.Linear(1, 1), 'weight', T.ones(1))", "nn.LSTM(2, 3)(T.ones(2, 2, 5))", "nn.Embedding(3, 2)(T.tensor([3]))",
    "optim.SGD([], lr=0.1)", "optim.SGD([a(2)], lr=-1)", "optim.Adam([a(2)], betas=(2, 0))", "optim.SGD([a(2) * 2], lr=1)", "optim.SGD(a(2), lr=1)",
    "optim.SGD([a(2)], lr=1, nesterov=True)", "optim.lr_scheduler.ReduceLROnPlateau(optim.SGD([a(2)], lr=1), factor=2)",
    "nn.utils.clip_grad_norm_([], 'x')", "data.random_split([1, 2], [3])", "data.DataLoader([1], batch_size=0)",
    "data.DataLoader([1], shuffle=True, sampler=[0])", "data.TensorDataset(T.ones(2), T.ones(3))", "T.set_default_dtype(T.int64)",
    "T.ones(2, dtype=T.bool) - T.ones(2, dtype=T.bool)", "T.ones(2).view(T.ones(1))", "T.ones(2, 3).t().view(6)", "T.ones(2, 2, 2).t()",
    "T.dot(a(2), a(3))", "T.bmm(a(2, 2), a(2, 2))", "T.mm(a(2), a(2))", "T.matmul(T.tensor(1.0), a(2))", "T.full((2,), 'x')", "T.linspace(0, 1, -1)",
    *plane.ERRORS, *matrices.ERRORS, "T.masked_select(a(2), T.ones(2))", "T.where(a(2), a(2), a(2))", "a(2).expand(3)", "a(2, 3).repeat(2)", "T.ones(2).to('nowhere')",
]
