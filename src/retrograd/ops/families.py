"""Families of primitives: what their members share (shape inference, samples for the tests), said once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from retrograd.base.dtype import DType, bool_
from retrograd.base.errors import ShapeError
from retrograd.base.shape import Shape, numel, without
from retrograd.graph.node import Node
from retrograd.graph.primitive import Primitive, Sample, parameters_of
from retrograd.ops.flops import per_element

Inferred = tuple[Shape, DType]


def infer_pointwise(inputs: tuple[Node, ...], params: Any = ()) -> Inferred:
    """Equal shapes (or shape ()), equal dtypes."""
    first = inputs[0]
    shape = first.shape
    dtype = first.dtype
    for x in inputs:
        if x.shape != shape:
            if shape == ():
                shape = x.shape
            elif x.shape != ():
                raise ShapeError(f"a primitive was given shapes {[i.shape for i in inputs]}", op="bind")
        assert x.dtype is dtype, f"a primitive was given dtypes {[i.dtype for i in inputs]}"
    return shape, dtype


def infer_predicate(inputs: tuple[Node, ...], params: Any = ()) -> Inferred:
    """As pointwise, but the answer is bool."""
    return infer_pointwise(inputs)[0], bool_


def rng_for(name: str) -> np.random.Generator:
    """A generator seeded by a name: samples are the same in every run."""
    return np.random.default_rng(list(name.encode()))


def _one_layout(np_fn: Callable[..., Any]) -> Callable[..., Any]:
    """The same function on row-major operands: NumPy's vector loops give other bits where a stride
    is negative."""
    def meaning(*arrays: Any) -> Any:
        return np_fn(*[a if a.flags.c_contiguous else a.copy() for a in arrays])
    return meaning


def pointwise(name: str, np_fn: Callable[..., Any], lower: Callable[..., Any] | None, *, partials: Any = None,
              transpose: Any = None, linear: Any = None, constant: bool = False, predicate: bool = False,
              infer: Callable[..., Inferred] | None = None, domain: tuple[float, float] = (-2.0, 2.0),
              inputs: str | None = None, sample: Callable[[], Any] | None = None,
              **traits: Any) -> Primitive:
    """A primitive whose Jacobian is diagonal: one output element from the same element of each input.

    `lower(m, *scalars)` is the same function in the scalar algebra of the compiler. A partial that is a
    boolean node selects the cotangent instead of multiplying it.
    """
    names = inputs or " ".join(parameters_of(lower)[1:])  # type: ignore[arg-type]
    count = len(names.split())

    def default_sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape in ((5,), (2, 3), ()):
            yield Sample(tuple(rng.uniform(*domain, shape) for _ in range(count)))
        if count == 2:
            yield Sample((rng.uniform(*domain, (2, 3)), rng.uniform(*domain, ())))

    return Primitive(name, "pointwise", names,
                     infer=infer or (infer_predicate if predicate else infer_pointwise),
                     np=np_fn if traits.get("exact") else _one_layout(np_fn), lower=lower, partials=partials,
                     transpose=transpose, linear=linear, constant=constant or predicate,
                     sample=sample or default_sample, **traits,
                     flops=lambda n: per_element(lower, n.params, len(n.inputs)) * numel(n.shape))


def view(name: str, np_fn: Callable[..., Any], params: str, infer: Callable[..., Inferred], *,
         transpose: Callable[..., Any], batch: Callable[..., Any], sample: Callable[[], Any],
         **traits: Any) -> Primitive:
    """A linear map of one input that only moves elements (or drops, repeats, or surrounds them with zeros).

    `strided`: the result is the input's memory read with other strides. `batch(params, x_aval)` rewrites the
    parameters for an input with one more axis in front.
    """
    return Primitive(name, "view", "x", params, infer=infer, np=np_fn, transpose=transpose, batch=batch,
                     sample=sample, exact=True, moves=True, flops=lambda node: 0, **traits)


def infer_reduction(inputs: tuple[Node, ...], params: tuple[Any, ...]) -> Inferred:
    """The input's shape without the reduced axes."""
    x = inputs[0]
    if len(params[0]) == len(x.shape):
        return (), x.dtype
    return without(x.shape, params[0]), x.dtype


def sample_reduction(name: str) -> Callable[[], Iterator[Sample]]:
    """Distinct values (no ties) over one, several and all axes."""
    def sample() -> Iterator[Sample]:
        rng = rng_for(name)
        for shape, axes in (((4,), (0,)), ((3, 4), (1,)), ((2, 3, 4), (0, 2)), ((3, 1), (0, 1))):
            values = rng.permutation(numel(shape)).reshape(shape) * 0.37 - 1.1
            yield Sample((values + rng.uniform(0, 0.1, shape),), (axes,))
    return sample


def reduction(name: str, np_fn: Callable[..., Any], *, partials: Any = None, constant: bool = False,
              infer: Callable[..., Inferred] = infer_reduction, lower: Any = None,
              sample: Callable[[], Any] | None = None, params: str = "axes", **traits: Any) -> Primitive:
    """Many elements to one, over `axes`; its Jacobian has one row an output,
    given by `partials` in x's shape."""
    return Primitive(name, "reduction", "x", params, infer=infer, np=np_fn, lower=lower, partials=partials,
                     constant=constant, sample=sample or sample_reduction(name),
                     flops=lambda node: numel(node.inputs[0].shape), **traits)


def source(name: str, params: str, infer: Callable[..., Inferred], np_fn: Callable[..., Any], *,
           inputs: str = "", sample: Callable[[], Any] | None = None, **traits: Any) -> Primitive:
    """A constant made from parameters (positions, random numbers): no derivative,
    and nothing to differentiate."""
    return Primitive(name, "constant", inputs, params, infer=infer, np=np_fn, constant=True, sample=sample,
                     flops=lambda node: numel(node.shape), **traits)


def expansion(name: str, inputs: str, params: str, infer: Callable[..., Inferred],
              expand: Callable[..., Node], *, sample: Callable[[], Any], np: Callable[..., Any] | None = None,
              vjp: Any = None, jvp: Any = None, complex: bool = False) -> Primitive:
    """A composite kept as one node at record time;
    `expand(*inputs, *params)` says what it means in primitives."""
    return Primitive(name, "expansion", inputs, params, infer=infer, expansion=expand, np=np,
                     vjp=vjp, jvp=jvp, sample=sample, complex=complex)
