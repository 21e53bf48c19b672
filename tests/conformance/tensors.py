"""`torch.Tensor`: attributes and methods."""

from __future__ import annotations

_IN_PLACE = {
    "add_": ("(2.0)", "(a(3))", "(a(2, 3), alpha=2)"), "sub_": ("(2.0)", "(a(3))", "(a(2, 3), alpha=2)"),
    "mul_": ("(2.0)", "(a(3))", "(p(2, 1))"), "div_": ("(2.0)", "(p(3))", "(p(2, 1))"),
    "clamp_": ("(-1, 1)", "(min=0)", "(max=0.5)"), "masked_fill_": ("(b(2, 3), 2.0)", "(b(3), -1)", "(b(2, 1), 0)"),
    "fill_": ("(2)", "(0.5)", "(k(a()))"), "zero_": ("()", "()", "()"), "copy_": ("(a(2, 3))", "(a(3))", "(i(2, 3))")}


def _in_place(name: str, arguments: tuple[str, ...]) -> list[str]:
    methods = []
    for k, given in enumerate(arguments):
        before = "inplace(" + ("a(2, 3)", "p(2, 3)", "a(4, 3)[1:3]")[k] + f", '{name}'"
        methods.append(before + (", " + given[1:-1] if given != "()" else "") + ")")
    return methods


TENSOR = {
    **{name: _in_place(name, arguments) for name, arguments in _IN_PLACE.items()},
    "shape": ["a(2, 3).shape", "T.tensor(1).shape", "tuple(a(0, 2).shape)"],
    "size": ["a(2, 3).size()", "a(2, 3).size(1)", "a(2, 3).size(-1)"],
    "dim": ["a(2, 3).dim()", "a(2, 3).ndim", "T.tensor(1).dim()"],
    "dtype": ["a(2).dtype", "i(2).dtype", "(a(2) > 0).dtype"],
    "requires_grad": ["a(2).requires_grad", "(a(2) * 2).requires_grad", "a(2).detach().requires_grad"],
    "is_leaf": ["a(2).is_leaf", "(a(2) * 2).is_leaf", "i(2).is_leaf"],
    "grad": ["(lambda x: ((x * x).sum().backward(), x.grad)[1])(a(3))", "a(2).grad",
             "(lambda x: ((x * 2).sum().backward(), (x * 3).sum().backward(), x.grad)[2])(a(2))"],
    "grad_fn": ["a(2).grad_fn", "(a(2) * 2).grad_fn is None", "type((a(2) * 2).grad_fn).__name__"],
    "data": ["a(2).data", "a(2).data.requires_grad", "(lambda x: (x.data.zero_(), x * 1)[1])(a(2))"],
    "T": ["a(2, 3).T", "a(2, 2).T @ a(2, 2)", "i(2, 3).T"], "mT": ["a(2, 3).mT", "a(2, 3, 4).mT", "i(2, 2).mT"],
    "backward": ["(lambda x: ((x ** 3).backward(T.ones(2, dtype=x.dtype)), x.grad)[1])(a(2))",
                 "(lambda x: (x.sum().backward(), x.grad)[1])(a(2))",
                 "(lambda x: (x.exp().sum().backward(retain_graph=True), x.grad)[1])(a(2))"],
    "detach": ["a(2).detach()", "(a(2) * a(2).detach())", "a(2).detach().is_leaf"],
    "item": ["k(a(1)).item()", "i(1, 1).item()", "T.tensor(True).item()"],
    "tolist": ["k(a(2)).tolist()", "i(2, 2).tolist()", "T.tensor(1.5).tolist()"],
    "numpy": ["k(a(2)).numpy().tolist()", "i(2).numpy().dtype.name", "T.ones(2, 3).numpy().shape"],
    "to": ["a(2).to(T.float64)", "i(2).to('cpu')", "a(2).to(T.int32)", "a(2).to(i(1))"],
    **{name: [f"k(a(3)).{name}()", f"i(3).{name}()", f"b(3).{name}()"]
       for name in ("float", "double", "half", "long", "int", "bool")},
    "cpu": ["a(2).cpu()", "i(2).cpu().device", "b(2).cpu()"],
    "clone": ["a(2).clone()", "a(2, 3).T.clone()", "i(2).clone()"],
    "contiguous": ["a(2, 3).T.contiguous()", "a(2).contiguous()", "a(2, 3).T.is_contiguous()"],
    "view": ["a(2, 6).view(3, 4)", "a(4).view(-1, 2)", "a(2, 3).view(6)"],
    "view_as": ["a(2, 3).view_as(a(6))", "a(4).view_as(a(2, 2))", "i(2, 2).view_as(i(4))"],
    "expand": ["a(1, 3).expand(2, 3)", "a(3).expand(2, -1)", "a(1).expand(0)"],
    "expand_as": ["a(1, 3).expand_as(a(2, 3))", "a(3).expand_as(a(2, 3))", "i(1).expand_as(i(4))"],
    "repeat": ["a(2, 3).repeat(2, 1)", "a(2).repeat(2, 3)", "i(2).repeat(0)"],
    "type": ["a(2).type(T.float64)", "i(2).type(T.float32)", "T.ones(1).type()"],
    "type_as": ["a(2).type_as(i(1))", "i(2).type_as(a(1))", "b(2).type_as(i(1))"],
    "requires_grad_": ["k(a(2)).requires_grad_().requires_grad", "a(2).requires_grad_(False).requires_grad",
                       "(T.ones(2).requires_grad_() * 2).requires_grad"],
    "retain_grad": ["(lambda y: (y.retain_grad(), y.sum().backward(), y.grad)[2])(a(2) * 2)",
                    "(lambda y: (y.retain_grad(), (y * y).sum().backward(), y.grad)[2])(a(2) * 3)",
                    "(a(2) * 2).retains_grad"],
    "register_hook": ["(lambda x: (x.register_hook(lambda g: g * 2), x.sum().backward(), x.grad)[2])(a(2))",
                      "(lambda x: (x.register_hook(lambda g: None), x.sum().backward(), x.grad)[2])(a(2))",
                      "(lambda x, h: (h.append(x.register_hook(lambda g: g * 5)), h[0].remove(), "
                      "x.sum().backward(), x.grad)[3])(a(2), [])"],
    "normal_": ["k(a(2)).normal_().shape", "k(a(2)).normal_(1.0, 2.0).dtype", "k(a(0)).normal_()"],
    "uniform_": ["k(a(2)).uniform_().shape", "bool((T.ones(99).uniform_(2, 3) >= 2).all())", "k(a(0)).uniform_()"],
    "masked_fill": ["a(2, 3).masked_fill(b(2, 3), 2.0)", "a(2, 3).masked_fill(b(3), -T.inf).exp()",
                    "i(4).masked_fill(b(4), 9)"],
    "scatter_": ["inplace(a(5, 2), 'scatter_', 0, T.tensor([[1, 0], [2, 3]]), a(2, 2))",
                 "inplace(a(5), 'scatter_', 0, T.tensor([4, 0]), 2.5)",
                 "T.zeros(3, 5).scatter_(1, i(3, 1), 1.0)"],
    "__getitem__": ["a(4)[1]", "a(4, 3)[1:3, ::2]", "a(4, 3)[None, ..., 0]", "a(5, 3)[i(4)]",
                    "a(4)[k(a(4)) > 0]", "a(5, 5)[i(2), i(2)]", "a(4, 3)[-1, -2:]", "a(2, 3)[:, [2, 0]]"],
    "__setitem__": ["(lambda y: (y.__setitem__(0, 5.0), y)[1])(a(3) * 1)",
                    "(lambda y, v: (y.__setitem__((slice(None), 1), v), y)[1])(a(3, 2) * 1, a(3))",
                    "(lambda y: (y.__setitem__(y.detach() > 0, 0.0), y)[1])(a(4) * 1)",
                    "(lambda y: (y.__setitem__(T.tensor([0, 2]), 1.5), y)[1])(a(4) * 1)"],
    "operators": ["a(2) + a(2)", "1 - a(2)", "2 / p(2)", "p(2) ** 2", "i(3) // 2", "i(3) % 3", "-a(2)", "+a(2)",
                  "abs(a(2))", "a(2, 2) @ a(2, 2)", "5 // p(2)", "a(3) % 0.7", "~b(3)", "b(3) & b(3)",
                  "b(3) | b(3)", "b(3) ^ b(3)"],
    "__len__": ["len(a(3, 2))", "len(T.ones(0))", "[len(x) for x in a(2, 3)]"],
    "__iter__": ["list(a(2, 2))", "[x.item() for x in i(3)]", "tuple(k(a(2)))"],
    "__bool__": ["bool(T.tensor(0.5))", "bool(T.zeros(1, 1))", "not T.tensor(False)"],
    "__float__": ["float(T.tensor(1.5))", "int(T.tensor(2.7))", "[0, 1, 2][T.tensor(1)]"],
    "__format__": ["f'{T.tensor(1.23456):.2f}'", "f'{T.tensor(3)}'", "format(T.tensor(0.5), '>6')"],
    "__repr__": ["repr(T.tensor([1.0, 2.5]))", "repr(T.arange(3))", "str(T.zeros(2, 2, dtype=T.float64))",
                 "repr(T.ones(2, requires_grad=True))", "str(T.tensor(1.5))", "str(T.zeros(0))"],
    "__array__": ["np.asarray(k(a(2))).tolist()", "np.array(i(2)).dtype.name", "np.ones(2) @ np.asarray(T.ones(2))"],
    "__contains__": ["1 in T.arange(3)", "9 in T.arange(3)", "2.0 in T.ones(2)"],
    "__deepcopy__": ["__import__('copy').deepcopy(T.arange(3))", "__import__('copy').copy(k(a(2)))",
                     "__import__('copy').deepcopy(a(2)).requires_grad"],
    "__reduce__": ["(lambda p: p.loads(p.dumps(T.arange(3))))(__import__('pickle'))",
                   "(lambda p: p.loads(p.dumps(a(2))).requires_grad)(__import__('pickle'))",
                   "(lambda p: p.loads(p.dumps(k(a(2, 2)))))(__import__('pickle'))"],
}
