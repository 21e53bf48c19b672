"""Products of matrices and vectors: one contraction primitive behind PyTorch's names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from retrograd.base.dtype import int64
from retrograd.base.errors import ArgumentError, ArgumentTypeError, MissingError, ShapeError
from retrograd.base.modes import local, modes
from retrograd.base.shape import Shape, axis, broadcast_shapes, numel
from retrograd.engine.evaluate import evaluate
from retrograd.functional.door import Tensor, TensorBase, expand_to, hooks, need_tensor, same_dtype, wrap
from retrograd.functional.elementwise import add, mul
from retrograd.functional.planned import planned
from retrograd.graph.node import Node, bind, record
from retrograd.ops import composite, explicit
from retrograd.ops import linear as lin
from retrograd.ops.constant import iota
from retrograd.ops.contract import matmul as contract


def matmul(input: Any, other: Any) -> Tensor:
    """Matrix product over the last two dimensions, leading dimensions broadcast; vectors are rows or columns.

    c[i, j] = sum_k a[i, k] b[k, j]; derivative to a: g b^T, to b: a^T g.

    >>> import retrograd as rg
    >>> rg.tensor([[1., 2.]]) @ rg.tensor([[3.], [4.]])
    tensor([[11.]])
    """
    a, b = need_tensor(input, "matmul"), need_tensor(other, "matmul", "other")
    if len(a.shape) == 2 and len(b.shape) == 2 and a.dtype is b.dtype and a.shape[1] == b.shape[0]:
        return wrap(contract(a, b))
    same_dtype("matmul", ("input", a), ("other", b))
    return wrap(_multiplied((a, b)))


@planned
def _multiplied(nodes: tuple[Node, Node]) -> Node:
    a, b = nodes
    if a.ndim == 0 or b.ndim == 0:
        raise ShapeError(f"a is {a.shape}, b is {b.shape}", op="matmul",
                         expected="at least one dimension each", fix="Use * for products with a scalar.")
    x = lin.reshape(a, (1, *a.shape)) if a.ndim == 1 else a
    y = lin.reshape(b, (*b.shape, 1)) if b.ndim == 1 else b
    if x.shape[-1] != y.shape[-2]:
        hint = ""
        if b.ndim > 1 and a.shape[-1] == b.shape[-1]:
            hint = "Did you mean  a @ b.T ?"
        elif a.ndim > 1 and b.ndim > 1 and a.shape[-2] == b.shape[-2]:
            hint = "Did you mean  a.T @ b ?"
        raise ShapeError(f"inner sizes differ: a is {a.shape}, b is {b.shape}", op="matmul",
                         expected="a[..., k] @ b[k, ...]", fix=hint)
    z = _product(x, y)
    if a.ndim == 1:
        z = lin.reshape(z, z.shape[:-2] + z.shape[-1:])
    if b.ndim == 1:
        z = lin.reshape(z, z.shape[:-1])
    return z


def _product(x: Node, y: Node) -> Node:
    """Batches aligned; a matrix on the right of a batch is one larger product."""
    if x.shape[:-2] == y.shape[:-2]:
        return contract(x, y)
    if y.ndim == 2:
        rows = lin.reshape(x, (numel(x.shape[:-1]), x.shape[-1]))
        return lin.reshape(contract(rows, y), (*x.shape[:-1], y.shape[-1]))
    lead = broadcast_shapes(x.shape[:-2], y.shape[:-2])
    return contract(expand_to(x, (*lead, *x.shape[-2:])), expand_to(y, (*lead, *y.shape[-2:])))


def _ranked(name: str, a_dims: int, b_dims: int, second: str, doc: str) -> Any:
    def fn(input: Any, other: Any = None, **named: Any) -> Tensor:
        if named:                       # PyTorch calls the second argument otherwise in each of these
            other = named.pop(second, other)
            if named:
                raise ArgumentTypeError(f"unexpected keyword argument {next(iter(named))!r}", op=name,
                                        expected=f"input, {second}")
        a, b = need_tensor(input, name), need_tensor(other, name, "other")
        if a.ndim != a_dims or b.ndim != b_dims:
            raise ShapeError(f"input is {a.shape}, other is {b.shape}", op=name,
                             expected=f"{a_dims} and {b_dims} dimensions", fix="Use matmul for other ranks.")
        if name == "bmm" and a.shape[0] != b.shape[0]:
            raise ShapeError(f"batches differ: input is {a.shape}, other is {b.shape}", op=name)
        return matmul(input, other)
    fn.__name__ = fn.__qualname__ = name
    fn.__doc__ = doc
    return fn


mm = _ranked("mm", 2, 2, "mat2", "Product of two matrices.")
mv = _ranked("mv", 2, 1, "vec", "Matrix times vector.")
bmm = _ranked("bmm", 3, 3, "mat2", "Products of two batches of matrices.")
dot = _ranked("dot", 1, 1, "tensor", "Sum of products of two vectors.")


def outer(input: Any, vec2: Any) -> Tensor:
    """All products of two vectors: out[i, j] = input[i] vec2[j]."""
    a, b = need_tensor(input, "outer"), need_tensor(vec2, "outer", "vec2")
    if a.ndim != 1 or b.ndim != 1:
        raise ShapeError(f"input is {a.shape}, vec2 is {b.shape}", op="outer", expected="two vectors")
    return mul(wrap(lin.reshape(a, (*a.shape, 1))), wrap(lin.reshape(b, (1, *b.shape))))


def plus_product(input: Any, product: Tensor, beta: Any, alpha: Any) -> Tensor:
    """beta * input + alpha * product; with beta 0 input does not matter, nan included."""
    x, whole = need_tensor(input, "add"), product.node          # type: ignore[attr-defined]
    if broadcast_shapes(x.shape, whole.shape) != whole.shape:
        raise ShapeError(f"input is {x.shape}, the product {whole.shape}", op="add",
                         expected="an input that expands to the product's shape")
    if not x.dtype.is_floating_point and not x.dtype.is_complex and whole.dtype is x.dtype:
        beta, alpha = int(beta), int(alpha)             # integers are scaled by whole numbers
    if beta == 0:
        return product if alpha == 1 else mul(product, alpha)
    return add(mul(input, beta) if beta != 1 else input, product, alpha=alpha)


def addmm(input: Any, mat1: Any, mat2: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """beta * input + alpha * (mat1 @ mat2)."""
    return plus_product(input, mm(mat1, mat2), beta, alpha)


def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: Any = 1, alpha: Any = 1) -> Tensor:
    """beta * input + alpha * bmm(batch1, batch2)."""
    return plus_product(input, bmm(batch1, batch2), beta, alpha)


def linear(input: Any, weight: Any, bias: Any = None) -> Tensor:
    """input @ weight.T + bias: input (*, in), weight (out, in), bias (out,), output (*, out).

    Derivative: to input g W, to weight g^T x summed over rows, to bias the sum of g over rows.
    """
    if isinstance(input, TensorBase) and isinstance(weight, TensorBase) and isinstance(bias, TensorBase):
        x, w, b = input.node, weight.node, bias.node        # the common case, without a detour
        rows, size = x.shape, w.shape
        if len(size) == 2 and rows and rows[-1] == size[1] and b.shape == size[:1] \
                and x.dtype is w.dtype and x.dtype is b.dtype:
            shape = (rows[0], size[0]) if len(rows) == 2 else (*rows[:-1], size[0])
            return hooks.wrap(record(composite.linear, (x, w, b), (), shape, x.dtype, local.state))
    x, w = need_tensor(input, "linear"), need_tensor(weight, "linear", "weight")
    same_dtype("linear", ("input", x), ("weight", w))
    if w.ndim != 2 or x.ndim == 0 or x.shape[-1] != w.shape[1]:
        if w.ndim == 1 and x.ndim and x.shape[-1] == w.shape[0]:
            return matmul(input, weight) if bias is None else add(matmul(input, weight), bias)
        raise ShapeError(f"input is {x.shape}, weight is {w.shape}", op="linear",
                         expected=f"input of shape (*, {w.shape[-1]}), the layer's in_features")
    if bias is None:
        return wrap(_projected((x, w)))
    b = need_tensor(bias, "linear", "bias")
    same_dtype("linear", ("input", x), ("bias", b))
    if b.shape != w.shape[:1]:
        raise ShapeError(f"bias is {b.shape}, weight is {w.shape}", op="linear",
                         expected=f"bias of shape {w.shape[:1]}")
    return wrap(bind(composite.linear, (x, w, b)))


@planned
def _projected(nodes: tuple[Node, Node]) -> Node:
    x, w = nodes
    if x.ndim > 1:
        return _product(x, lin.swap_last(w))
    return lin.reshape(contract(lin.reshape(x, (1, *x.shape)), lin.swap_last(w)), (w.shape[0],))


# ---------------------------------------------------------------- einsum and tensordot
def einsum(equation: str, *operands: Any) -> Tensor:
    """Products summed over repeated letters, e.g. 'bij,bjk->bik'; `...` stands for leading dimensions.

    Operands are contracted from left to right, each pair as one batched matrix product.
    """
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    nodes = tuple([need_tensor(x, "einsum", f"operands[{k}]") for k, x in enumerate(operands)])
    for k, n in enumerate(nodes[1:], 1):
        if n.dtype is not nodes[0].dtype:
            same_dtype("einsum", ("operands[0]", nodes[0]), (f"operands[{k}]", n))
    y = _summed_products(nodes, equation)
    return wrap(bind(lin.alias_p, (y,)) if y is nodes[0] else y)


@planned
def _summed_products(nodes: Sequence[Node], equation: str) -> Node:
    nodes = list(nodes)
    terms, out, sizes = _read(equation, tuple([n.shape for n in nodes]))
    if len(nodes) == 1 and len(set(out)) < len(set(terms[0])) and not nodes[0].dtype.smooth:
        nodes[0] = lin.cast(nodes[0], int64)        # a sum
    work = [_diagonals(n, term) for n, term in zip(nodes, terms)]
    x, x_term = work[0]
    for k, (y, y_term) in enumerate(work[1:], 1):
        later = out if k + 1 == len(work) else out + "".join(t for _, t in work[k + 1:])
        pair = _pair(x_term, y_term, later, sizes)
        x = lin.reshape(contract(pair.left.of(x), pair.right.of(y)), pair.shape)
        x_term = pair.term
    x, x_term = _sum_out(x, x_term, out)
    if x_term != out:
        x = lin.permute(x, tuple(x_term.index(letter) for letter in out))
    return x


Sizes = tuple[tuple[str, int], ...]


@lru_cache(1024)
def _read(equation: str, shapes: tuple[Shape, ...]) -> tuple[tuple[str, ...], str, Sizes]:
    """The letters of the operands and of the result, and their sizes."""
    terms, out = _parse(equation, shapes)
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes):
        for letter, s in zip(term, shape):
            if sizes.setdefault(letter, s) != s:
                if 1 not in (s, sizes[letter]):
                    raise ShapeError(f"letter {letter!r} has sizes {sizes[letter]} and {s}", op="einsum")
                sizes[letter] = max(s, sizes[letter])
    return tuple(terms), out, tuple(sizes.items())


def _parse(equation: str, shapes: Sequence[Shape]) -> tuple[list[str], str]:
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ArgumentError(f"{equation!r} names {len(terms)} operands, {len(shapes)} were given",
                            op="einsum")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in equation]
    rank = 0
    for k, (term, shape) in enumerate(zip(terms, shapes)):
        if "..." in term:
            extra = len(shape) - len(term) + 3
            rank = max(rank, extra)
            terms[k] = term.replace("...", "".join(spare[-extra:]) if extra else "")
        if len(terms[k]) != len(shape):
            raise ShapeError(f"operands[{k}] has {len(shape)} dimensions, {term!r} names {len(term)}",
                             op="einsum")
    dots = "".join(spare[-rank:]) if rank else ""
    if not arrow:
        joined = "".join(terms)
        right = dots + "".join(sorted(c for c in set(joined) - set(dots) if joined.count(c) == 1))
    out = right.replace("...", dots)
    for c in out:
        if c not in "".join(terms):
            raise ArgumentError(f"output letter {c!r} is in no operand", op="einsum")
    return terms, out


def _diagonals(x: Node, term: str) -> tuple[Node, str]:
    """A letter repeated within one operand reads its diagonal."""
    for letter in sorted(set(term)):
        while term.count(letter) > 1:
            a = term.index(letter)
            b = term.index(letter, a + 1)
            x, term = _diagonal(x, a, b), term[:b] + term[b + 1:]
    return x, term


def _diagonal(x: Node, a: int, b: int) -> Node:
    """The diagonal of axes a < b, left at a's place."""
    n = x.shape[a]
    rest = tuple(d for d in range(x.ndim) if d not in (a, b))
    flat = lin.reshape(lin.permute(x, (a, b, *rest)), (n * n, *(x.shape[d] for d in rest)))
    picked = lin.slice_(flat, (0,) * flat.ndim, (max(n * n, 0), *flat.shape[1:]),
                        (n + 1,) + (1,) * len(rest)) if n else flat
    return lin.permute(picked, (*range(1, a + 1), 0, *range(a + 1, picked.ndim)))


def _sum_out(x: Node, term: str, keep: Any) -> tuple[Node, str]:
    gone = tuple(d for d, c in enumerate(term) if c not in keep)
    return lin.reduce_sum(x, gone), "".join(c for c in term if c in keep)


class Operand(NamedTuple):
    """How one side of a pair becomes a batch of matrices."""

    gone: Shape         # axes that only it has, summed first
    shape: Shape        # then broadcast to this,
    perm: Shape
    matrix: Shape

    def of(self, n: Node) -> Node:
        """The matrices."""
        n = expand_to(lin.reduce_sum(n, self.gone), self.shape)
        return lin.reshape(lin.permute(n, self.perm), self.matrix)


class Pair(NamedTuple):
    """A product of two operands: batched matrices, and the shape and letters of what comes out."""

    left: Operand
    right: Operand
    shape: Shape
    term: str


@lru_cache(1024)
def _pair(tx: str, ty: str, later: str, sizes: Sizes) -> Pair:
    """`later`: the letters that are needed after this product."""
    size = dict(sizes)
    gone_x = tuple(d for d, c in enumerate(tx) if c not in later and c not in ty)
    tx = "".join(c for c in tx if c in later or c in ty)
    gone_y = tuple(d for d, c in enumerate(ty) if c not in later and c not in tx)
    ty = "".join(c for c in ty if c in later or c in tx)
    both = [c for c in tx if c in ty]
    batch, inner = [c for c in both if c in later], [c for c in both if c not in later]
    left, right = [c for c in tx if c not in both], [c for c in ty if c not in both]

    def shape(letters: Iterable[str]) -> Shape:
        return tuple(size[c] for c in letters)

    def operand(gone: Shape, term: str, *groups: list[str]) -> Operand:
        flat = [c for g in (batch, *groups) for c in g]
        return Operand(gone, shape(term), tuple(term.index(c) for c in flat),
                       (*shape(batch), *(numel(shape(g)) for g in groups)))
    term = "".join(batch + left + right)
    return Pair(operand(gone_x, tx, left, inner), operand(gone_y, ty, inner, right), shape(term), term)


def tensordot(a: Any, b: Any, dims: Any = 2) -> Tensor:
    """Sum of products over the last `dims` dimensions of a and the first of b,
    or over two lists of dimensions."""
    x, y = need_tensor(a, "tensordot", "a"), need_tensor(b, "tensordot", "b")
    if isinstance(dims, int):
        over_a, over_b = list(range(x.ndim - dims, x.ndim)), list(range(dims))
    else:
        over_a = [axis(d, x.ndim, "tensordot") for d in dims[0]]
        over_b = [axis(d, y.ndim, "tensordot") for d in dims[1]]
    letters = "abcdefghijklmnopqrstuvwxyz"
    tx = list(letters[:x.ndim])
    ty = list(letters[x.ndim:x.ndim + y.ndim])
    for i, j in zip(over_a, over_b):
        ty[j] = tx[i]
    out = [c for d, c in enumerate(tx) if d not in over_a] + [c for d, c in enumerate(ty) if d not in over_b]
    return einsum(f"{''.join(tx)},{''.join(ty)}->{''.join(out)}", a, b)


def solve(A: Any, B: Any, *, left: bool = True) -> Tensor:
    """x with A x = B (x A = B, if not left) over the last dimensions; derivative to B: A^-H g, to A:
    -(A^-H g) x^H. Singular A raises."""
    if not left:
        turned = solve(*(wrap(lin.swap_last(need_tensor(x, "linalg.solve"))) for x in (A, B)))
        return wrap(lin.swap_last(turned.node))         # type: ignore[attr-defined]
    a, b = need_tensor(A, "linalg.solve", "A"), need_tensor(B, "linalg.solve", "B")
    same_dtype("linalg.solve", ("A", a), ("B", b))
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"A is {a.shape}", op="linalg.solve", expected="square matrices")
    vector = b.ndim == 1 or (b.ndim == a.ndim - 1 and b.shape == a.shape[:-1])
    y = lin.reshape(b, (*b.shape, 1)) if vector else b
    if y.ndim < 2 or y.shape[-2] != a.shape[-1]:
        raise ShapeError(f"A is {a.shape}, B is {b.shape}", op="linalg.solve",
                         expected="as many rows of B as of A")
    lead = broadcast_shapes(a.shape[:-2], y.shape[:-2])
    x = bind(explicit.solve_p, (expand_to(a, (*lead, *a.shape[-2:])), expand_to(y, (*lead, *y.shape[-2:]))))
    return wrap(lin.reshape(computed(x), x.shape[:-1]) if vector else computed(x))


def computed(x: Node) -> Node:
    """Computed at the call, so that a singular matrix raises inside the user's try;
    not while transforming."""
    if not modes.levels:
        evaluate([x])
    return x


def inv(A: Any) -> Tensor:
    """The inverse of square matrices."""
    a = need_tensor(A, "linalg.inv", "A")
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ShapeError(f"A is {a.shape}", op="linalg.inv", expected="square matrices")
    if not a.dtype.smooth:
        raise MissingError(f"A is {a.dtype.name}", op="linalg.inv", fix="Convert it with .float().")
    return wrap(computed(bind(explicit.solve_p, (a, identity(a)))))


def identity(a: Node) -> Node:
    """Identity matrices of a's shape and dtype."""
    n = a.shape[-1]
    rows, cols = bind(iota, (), ((n, n), 0, "int64")), bind(iota, (), ((n, n), 1, "int64"))
    return expand_to(lin.cast(rows.equal(cols), a.dtype), a.shape)
