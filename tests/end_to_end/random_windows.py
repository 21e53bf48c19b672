"""Random layers of windows (convolutions, pools, norms, resizing, sampling) beside PyTorch's: values,
gradients, second derivatives, forward mode and vmap must agree.

    python -m tests.end_to_end.random_windows [SECONDS] [FIRST SEED]

Each seed is one call with random options. Both libraries get the same arrays; where PyTorch refuses the call,
Retrograd must refuse it too. A seed that fails is printed with its call; `--seed N` runs it alone.
"""

from __future__ import annotations

import sys
import time
import traceback
import warnings
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import numpy as np

# Relative to the largest element: sums of up to some hundred products in another order.
TOLERANCE = {"float64": 1e-10, "float32": 2e-4}


class Case(NamedTuple):
    """A call of `torch.nn.functional`, or of whatever `call(T, *tensors)` says; `told` is what to print."""

    told: str
    call: Callable[..., Any]
    arrays: list[np.ndarray]
    dtype: str
    order: int = 2          # derivatives that are compared; 0: values alone
    batched: bool = True    # whether vmap is tried over the first array
    exact: int = 0          # arrays that are no variables, from the end


# ---------------------------------------------------------------- what is drawn
def _many(r: Random, n: int, of: list[int]) -> Any:
    """One number for all axes, or one each."""
    return r.choice(of) if r.random() < 0.5 else tuple(r.choice(of) for _ in range(n))


def _normal(rng: Any, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [rng.standard_normal(s) for s in shapes]


def _lead(r: Random, channels: int) -> tuple[int, ...]:
    """Batch and channels, or channels alone; now and then no batch at all."""
    return r.choice([(channels,), (r.choice([1, 2, 3]), channels), (2, channels), (0, channels)]) \
        if r.random() < 0.3 else (r.choice([1, 2, 3]), channels)


def _named(name: str, args: tuple[Any, ...] = (), **options: Any) -> tuple[str, Callable[..., Any]]:
    told = f"{name}({', '.join([*map(repr, args), *(f'{k}={v!r}' for k, v in options.items())])})"
    return told, lambda T, *x: getattr(T.nn.functional, name)(*x, *args, **options)


def conv(r: Random, rng: Any) -> Case:
    n, groups = r.choice([1, 1, 2, 2, 2, 3]), r.choice([1, 1, 2, 3])
    each, out = r.choice([1, 1, 2, 3]), groups * r.choice([1, 2, 3])
    kernel = tuple(r.choice([1, 2, 3, 3, 4]) for _ in range(n))
    dilation, stride = _many(r, n, [1, 1, 2, 3]), _many(r, n, [1, 1, 2, 3])
    padding: Any = _many(r, n, [0, 0, 1, 2, 3])
    if r.random() < 0.2:
        padding = r.choice(["same", "valid"])
        stride = 1 if padding == "same" else stride
    size = tuple(r.choice([1, 4, 5, 7, 9, 17, 35] if n == 1 else [3, 5, 6, 8, 19] if n == 2 else [3, 4, 5])
                 for _ in range(n))
    shapes = [(*_lead(r, groups * each), *size), (out, each, *kernel)]
    if r.random() < 0.5:
        shapes.append((out,))
    told, call = _named(f"conv{n}d", stride=stride, padding=padding, dilation=dilation, groups=groups)
    return Case(told, call, _normal(rng, *shapes), r.choice(["float64", "float64", "float32"]))


def wide(r: Random, rng: Any) -> Case:
    """Many channels of three by three taps: by transforms."""
    groups = r.choice([1, 1, 2])
    each, out = r.choice([24, 31, 48, 73]), groups * r.choice([20, 33, 65, 90])
    size = r.randint(1, 15), r.randint(1, 17)
    told, call = _named("conv2d", padding=r.choice([1, 1, 2]), groups=groups)
    shapes = (r.choice([1, 2, 5, 9]), groups * each, *size), (out, each, 3, 3), (out,)
    return Case(told, call, _normal(rng, *shapes), r.choice(["float64", "float32"]), 1)


def module(r: Random, rng: Any) -> Case:
    """A module with a padding mode."""
    n, groups = r.choice([1, 2, 3]), r.choice([1, 2])
    channels, out, kernel = groups * r.choice([1, 2]), groups * 2, r.choice([1, 2, 3])
    options = {"stride": _many(r, n, [1, 2]), "dilation": _many(r, n, [1, 2]), "groups": groups,
               "padding": "same" if r.random() < 0.2 else _many(r, n, [0, 1, 2]), "bias": r.random() < 0.5,
               "padding_mode": r.choice(["reflect", "replicate", "circular"])}
    if options["padding"] == "same":
        options["stride"] = 1
    x, = _normal(rng, (*_lead(r, channels), *(r.choice([4, 5, 7]) for _ in range(n))))
    weights = _normal(rng, (out, channels // groups, *[kernel] * n), *[(out,)] * options["bias"])

    def call(T: Any, x: Any, *w: Any) -> Any:
        layer = getattr(T.nn, f"Conv{n}d")(channels, out, kernel, **options)
        return T.func.functional_call(layer, dict(zip(("weight", "bias"), w)), (x,))
    return Case(f"Conv{n}d({channels}, {out}, {kernel}, {options})", call, [x, *weights], "float64",
                batched=False)


def transposed(r: Random, rng: Any) -> Case:
    n, groups = r.choice([1, 2, 2, 3]), r.choice([1, 1, 2])
    channels, out = groups * r.choice([1, 2]), r.choice([1, 2, 3])
    options = {"stride": _many(r, n, [1, 2, 3]), "padding": _many(r, n, [0, 1, 2]),
               "output_padding": _many(r, n, [0, 0, 1, 2]), "groups": groups,
               "dilation": _many(r, n, [1, 2, 3])}
    size = tuple(r.choice([1, 3, 4, 6]) for _ in range(n))
    kernel = tuple(r.choice([1, 2, 3, 4]) for _ in range(n))
    lead = r.choice([(channels,), (1, channels), (2, channels), (3, channels)])
    shapes = [(*lead, *size), (channels, out, *kernel)]
    bias = r.random() < 0.5
    shapes += [(out * groups,)] * bias
    name = f"conv_transpose{n}d"
    return Case(f"{name}({options})", lambda T, x, w, b=None: getattr(T.nn.functional, name)(
        x, w, b, **options), _normal(rng, *shapes), "float64")


def pool(r: Random, rng: Any) -> Case:
    n, kind = r.choice([1, 2, 2, 3]), r.choice(["max", "avg", "avg", "lp", "adaptive_avg", "adaptive_max"])
    size = tuple(r.choice([4, 5, 7, 9, 12] if n < 3 else [3, 4, 6]) for _ in range(n))
    x, = _normal(rng, (*_lead(r, r.choice([1, 2, 5])), *size))
    if r.random() < 0.3:
        x = x.round()           # ties
    if kind.startswith("adaptive"):
        out = _many(r, n, [1, 2, 3, 4, 6])
        told, call = _named(f"{kind}_pool{n}d", (out,))
        return Case(told, call, [x], "float64")
    options: dict[str, Any] = {"kernel_size": _many(r, n, [1, 2, 3]), "ceil_mode": r.random() < 0.4}
    if r.random() < 0.7:
        options["stride"] = _many(r, n, [1, 2, 3])
    if kind == "lp":
        options["norm_type"] = r.choice([1.0, 2.0, 3.0])
        if n == 1:              # of which PyTorch takes numbers alone
            options["kernel_size"] = r.choice([1, 2, 3])
        told, call = _named(f"lp_pool{n}d", **options)
        return Case(told, call, [np.abs(x) + 0.1], "float64")
    options["padding"] = _many(r, n, [0, 0, 1])
    if kind == "max":
        options["dilation"] = _many(r, n, [1, 1, 2])
    else:
        options["count_include_pad"] = r.random() < 0.5
        if n > 1 and r.random() < 0.2:
            options["divisor_override"] = r.choice([1, 3, 7])
    told, call = _named(f"{kind}_pool{n}d", **options)
    return Case(told, call, [x], "float64")


def places(r: Random, rng: Any) -> Case:
    """The places of the largest, and what they undo."""
    n = r.choice([1, 2, 3])
    x, = _normal(rng, (2, 2, *(r.choice([4, 5, 6]) for _ in range(n))))
    x = x.round() if r.random() < 0.5 else x
    kernel, stride = r.choice([1, 2, 3]), r.choice([1, 2, 3])
    if r.random() < 0.3:
        name, out = f"adaptive_max_pool{n}d", r.choice([1, 2, 3])
        return Case(f"{name} places", lambda T, x: getattr(T.nn.functional, name)(x, out, True)[1], [x],
                    "float64", 0, False)
    if r.random() < 0.5:
        name, ceil = f"max_pool{n}d", r.random() < 0.5
        padding, dilation = r.choice([0, kernel // 2]), r.choice([1, 2])
        return Case(f"{name} places", lambda T, x: getattr(T.nn.functional, name)(
            x, kernel, stride, padding, dilation, ceil, True)[1], [x], "float64", 0, False)

    def call(T: Any, x: Any) -> Any:
        y, at = getattr(T.nn.functional, f"max_pool{n}d")(x, stride, stride, return_indices=True)
        return getattr(T.nn.functional, f"max_unpool{n}d")(y, at, stride, stride, output_size=x.shape[2:])
    return Case(f"max_unpool{n}d {stride}", call, [x], "float64", batched=False)


def columns(r: Random, rng: Any) -> Case:
    options = {"kernel_size": _many(r, 2, [1, 2, 3]), "dilation": _many(r, 2, [1, 2]),
               "padding": _many(r, 2, [0, 1, 2]), "stride": _many(r, 2, [1, 2, 3])}
    size = r.choice([5, 6]), r.choice([5, 7])
    if r.random() < 0.5:
        x, = _normal(rng, (*_lead(r, 2), *size))
        told, call = _named("unfold", **options)
        return Case(told, call, [x], "float64")
    pairs = [(v, v) if isinstance(v, int) else v for v in options.values()]
    counts = [(s + 2 * p - d * (k - 1) - 1) // t + 1 for s, k, d, p, t in zip(size, *pairs)]
    taps = pairs[0][0] * pairs[0][1]
    x, = _normal(rng, (*_lead(r, 2 * taps), max(0, counts[0] * counts[1])))
    told, call = _named("fold", (size,), **options)
    return Case(told, call, [x], "float64")


def resized(r: Random, rng: Any) -> Case:
    rank = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
    mode = r.choice(["nearest", "nearest-exact", "area", "bilinear", *rank])
    n = rank.get(mode) or r.choice([1, 2, 3])
    x, = _normal(rng, (r.choice([1, 2]), 2, *(r.choice([1, 3, 4, 7]) for _ in range(n))))
    options: dict[str, Any] = {"mode": mode}
    if r.random() < 0.5:
        options["size"] = _many(r, n, [1, 2, 3, 5, 8, 11])
    else:
        options["scale_factor"] = r.choice([0.5, 1.0, 1.5, 2, 2.3, 3])
        if r.random() < 0.3:
            options["recompute_scale_factor"] = True
    if mode in rank:
        options["align_corners"] = r.random() < 0.5
        if mode in ("bilinear", "bicubic") and r.random() < 0.3:
            options["antialias"] = True
            options.pop("scale_factor", None), options.pop("recompute_scale_factor", None)
            options["size"] = r.choice([2, 3]), r.choice([2, 5])        # PyTorch's is wrong at a width of 1
    told, call = _named("interpolate", **options)
    return Case(told, call, [x], "float64")


def sampled(r: Random, rng: Any) -> Case:
    n = r.choice([2, 2, 3])
    mode = r.choice(["bilinear", "nearest", *["bicubic"] * (n == 2)])
    x, = _normal(rng, (2, 2, *(r.choice([1, 3, 4]) for _ in range(n))))
    # Off the places where a pixel ends: there a derivative is one of two.
    grid = rng.uniform(-1.6, 1.6, (2, *(r.choice([1, 2, 3]) for _ in range(n)), n))
    order = 2 if mode == "bilinear" else 1
    if mode == "nearest" and n == 2 and r.random() < 0.3:   # of volumes PyTorch's integers overflow
        grid.flat[0] = r.choice([np.inf, -np.inf, np.nan, 1e30])
        order = 0
    told, call = _named("grid_sample", mode=mode, padding_mode=r.choice(["zeros", "border", "reflection"]),
                        align_corners=r.random() < 0.5)
    return Case(told, call, [x, grid], "float64", order, False)


def shuffled(r: Random, rng: Any) -> Case:
    f, lead = r.choice([1, 2, 3]), r.choice([(), (2,), (0,), (2, 1)])
    if r.random() < 0.3:
        x, = _normal(rng, (2, 6, 3, 2))
        told, call = _named("channel_shuffle", (r.choice([1, 2, 3, 6]),))
    elif r.random() < 0.5:
        x, = _normal(rng, (*lead, 2 * f * f, 3, 2))
        told, call = _named("pixel_shuffle", (f,))
    else:
        x, = _normal(rng, (*lead, 2, 3 * f, 2 * f))
        told, call = _named("pixel_unshuffle", (f,))
    return Case(told, call, [x], "float64")


def norm(r: Random, rng: Any) -> Case:
    kind = r.choice(["group", "group", "instance", "layer", "rms", "batch", "local"])
    channels = r.choice([1, 2, 4, 6])
    tail = tuple(r.choice([2, 3, 5]) for _ in range(r.choice([1, 2, 2, 3])))
    x, = _normal(rng, (r.choice([1, 2, 3]), channels, *tail))
    some = r.random() < 0.7
    if kind == "local":
        told, call = _named("local_response_norm", (r.choice([1, 2, 3, 5]),), alpha=0.3)
        return Case(told, call, [x], "float64")
    if kind in ("layer", "rms"):
        shape = x.shape[-r.choice([1, 2]):]
        weights = _normal(rng, *[shape] * ((2 if kind == "layer" else 1) * some))
        return Case(f"{kind}_norm{shape}", lambda T, x, *w: getattr(T.nn.functional, f"{kind}_norm")(
            x, shape, *w), [x, *weights], "float64")
    weights = _normal(rng, *[(channels,)] * (2 * some))
    groups = r.choice([g for g in (1, 2, 3, channels) if channels % g == 0])

    def call(T: Any, x: Any, *w: Any) -> Any:
        w = w or (None, None)
        if kind == "group":
            return T.nn.functional.group_norm(x, groups, *w)
        if kind == "instance":
            return T.nn.functional.instance_norm(x, None, None, *w)
        return T.nn.functional.batch_norm(x, None, None, *w, training=True)
    return Case(f"{kind}_norm of {x.shape}, {groups} groups", call, [x, *weights], "float64",
                batched=kind != "batch")


KINDS = [conv, conv, conv, wide, module, transposed, transposed, pool, pool, places, columns, resized,
         sampled, shuffled, norm]


def case_of(seed: int) -> Case:
    r = Random(seed)
    return r.choice(KINDS)(r, np.random.default_rng(seed))


# ---------------------------------------------------------------- what is compared
def _answers(T: Any, case: Case, seed: int) -> dict[str, list[np.ndarray]]:
    """Values and derivatives by name."""
    rng = np.random.default_rng(seed)
    arrays = [T.tensor(a, dtype=getattr(T, case.dtype)) for a in case.arrays]
    leaves = [a.clone().requires_grad_(case.order > 0) for a in arrays]
    y = case.call(T, *leaves)
    found = {"value": [y]}
    if case.order:
        g = T.tensor(rng.standard_normal(tuple(y.shape)), dtype=y.dtype).requires_grad_()
        first = T.autograd.grad(y, leaves, g, create_graph=True, allow_unused=True)
        found["gradient"] = [f for f in first if f is not None]
        moved = [T.tensor(rng.standard_normal(a.shape), dtype=getattr(T, case.dtype)) for a in case.arrays]
        found["pushforward"] = [T.func.jvp(lambda *x: case.call(T, *x), tuple(arrays), tuple(moved))[1]]
        if case.order > 1:
            total = sum((f * m).sum() for f, m in zip(first, moved) if f is not None)
            second = T.autograd.grad(total, [*leaves, g], allow_unused=True)
            zeros = [T.zeros_like(a) for a in (*leaves, g)]
            found["second"] = [z if s is None else s for s, z in zip(second, zeros)]
    if case.batched and case.arrays[0].size:
        x = arrays[0]
        stacked = T.stack([x, x * 0.5 + 0.1])
        found["vmap"] = [T.func.vmap(lambda x: case.call(T, x, *arrays[1:]))(stacked)]
    return {what: [v.detach().numpy() for v in values] for what, values in found.items()}


def check(seed: int, torch: Any, rg: Any) -> str:
    """What was compared; AssertionError where the libraries differ."""
    case = case_of(seed)
    told = f"seed {seed}: {case.told} of {[a.shape for a in case.arrays]} {case.dtype}"
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            wanted = _answers(torch, case, seed)
        except (RuntimeError, ValueError, IndexError, NotImplementedError) as e:
            try:
                tensors = [rg.tensor(a, dtype=getattr(rg, case.dtype)) for a in case.arrays]
                case.call(rg, *tensors).numpy()
            except (RuntimeError, ValueError, IndexError, NotImplementedError):
                return f"{told}: refused"
            try:
                case.call(torch, *[torch.tensor(a, dtype=getattr(torch, case.dtype)) for a in case.arrays])
            except (RuntimeError, ValueError, IndexError, NotImplementedError):
                raise AssertionError(f"{told}: PyTorch refuses it: {e}") from e
            return f"{told}: PyTorch has no derivative of it"
        try:
            got = _answers(rg, case, seed)
        except Exception as e:
            raise AssertionError(f"{told}: {type(e).__name__}: {e}") from e
    for what, values in wanted.items():
        assert len(values) == len(got[what]), f"{told}: {what}: {len(got[what])} for {len(values)}"
        for k, (a, b) in enumerate(zip(got[what], values)):
            assert a.shape == b.shape, f"{told}: {what} {k} is {a.shape}, PyTorch's {b.shape}"
            assert a.dtype == b.dtype, f"{told}: {what} {k} is {a.dtype}, PyTorch's {b.dtype}"
            bound = TOLERANCE[case.dtype] * max(1.0, np.abs(b[np.isfinite(b)]).max(initial=0))
            same = np.isclose(a, b, rtol=0, atol=bound, equal_nan=True)
            assert same.all(), f"{told}: {what} {k} is off by {np.nanmax(np.abs(a - b))}"
    return told


def main(arguments: list[str]) -> int:
    import torch

    import retrograd
    if arguments[:1] == ["--seed"]:
        print(check(int(arguments[1]), torch, retrograd))
        return 0
    seconds, seed = (float(arguments[0]) if arguments else 600.0), int(arguments[1]) if arguments[1:] else 0
    until, first, failed = time.monotonic() + seconds, seed, 0
    while time.monotonic() < until:
        try:
            check(seed, torch, retrograd)
        except AssertionError as e:
            failed += 1
            print(e, flush=True)
        except Exception:
            failed += 1
            print(f"seed {seed}: {case_of(seed).told}", flush=True)
            traceback.print_exc()
        seed += 1
    print(f"{seed - first} calls from seed {first}, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
