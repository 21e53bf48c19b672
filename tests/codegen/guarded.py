"""Run the registry, and some larger graphs, with a page that nobody may touch beside every buffer.

    python guarded.py end|begin|broken [avx2]

Every value in the arena, operand and result ends (or begins) where a forbidden page begins (ends): a kernel
that reads or writes one byte beyond dies of a signal. The last line says how many programs ran.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import mmap
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

PAGE = mmap.PAGESIZE
FORBIDDEN = 0       # PROT_NONE
at_end = True
_libc = ctypes.CDLL(None, use_errno=True)
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_kept: list[Any] = []           # mappings live as long as the process


def pages(nbytes: int) -> int:
    return max(1, -(-nbytes // PAGE))


def forbid(address: int) -> None:
    if _libc.mprotect(address, PAGE, FORBIDDEN):
        raise OSError(ctypes.get_errno(), "mprotect")


class Guarded:
    """An arena whose values lie between forbidden pages, where `plan` put them."""

    planned: tuple[int, list[int]] = (0, [])

    def __init__(self, nbytes: int) -> None:
        self.nbytes = nbytes
        memory = mmap.mmap(-1, max(nbytes, PAGE))
        _kept.append(memory)
        self.bytes = np.frombuffer(memory, np.uint8)[:nbytes]
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        total, guards = self.planned
        assert total == nbytes, "this arena was not planned last"
        for at in guards:
            forbid(self.base + at)


def plan(sizes: dict[Any, int], born: dict[Any, int], dies: dict[Any, int],
         steps: int) -> tuple[dict[Any, int], int]:
    """Every value on pages of its own."""
    offsets, guards, top = {}, [], 0
    for v in born:
        guards.append(top)
        top += PAGE
        room = pages(sizes[v]) * PAGE
        offsets[v] = top + (room - sizes[v] if at_end else 0)
        top += room
    guards.append(top)
    Guarded.planned = top + PAGE, guards
    return offsets, top + PAGE


def guarded(shape: tuple[int, ...], dtype: Any, nbytes: int = 0) -> Any:
    """An array between two forbidden pages."""
    nbytes = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    room = pages(nbytes) * PAGE
    memory = mmap.mmap(-1, room + 2 * PAGE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    _kept.append(memory)
    offset = PAGE + (room - nbytes if at_end else 0)
    array = np.frombuffer(memory, np.uint8)[offset:offset + nbytes].view(dtype).reshape(shape)
    forbid(start)
    forbid(start + PAGE + room)
    return array


def copy_of(array: Any) -> Any:
    out = guarded(array.shape, array.dtype)
    out[...] = array
    return out


def install() -> None:
    """Put guarded memory where programs get theirs."""
    from retrograd.base.config import config
    from retrograd.codegen import compile_graph
    from retrograd.engine import program as engine_program
    from retrograd.runtime import program
    assert config.jit
    engine_program.SMALL = -1
    compile_graph.plan_memory = plan            # type: ignore[assignment]
    program.PRIVATE, program.LARGE = 1 << 60, 0
    program.Arena = Guarded                     # type: ignore[assignment,misc]
    program.recycler.empty = guarded            # type: ignore[method-assign]


def calls() -> Iterator[tuple[str, Any]]:
    """Every sample of the registry in several dtypes, as functions that compute it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "registry"))
    import conftest as registry

    from retrograd.base import dtype as dt
    for name in ("float32", "float64", "bfloat16"):
        for call in registry.CALLS:
            if name != "float32" and not call.floats:
                continue
            cast = call.cast(dt.by_name(name))
            given = registry.Call(cast.prim, cast.place, tuple(copy_of(x) for x in cast.inputs), cast.params,
                                  cast.smooth)
            yield f"{call} in {name}", given.value


def graphs() -> Iterator[tuple[str, Any]]:
    """Sizes around the widths of vectors and blocks, forward and backward."""
    import retrograd as rg
    F = rg.nn.functional

    def images(x: Any, channels: int, kernel: tuple[int, ...], **options: Any) -> Any:
        return F.conv2d(x[None] * rg.arange(channels)[:, None, None], rg.ones(kernel, requires_grad=True),
                        **options)
    functions = {
        "softmax": lambda x: x.softmax(1), "norm": lambda x: F.layer_norm(x, (x.shape[1],)),
        "columns": lambda x: x.sum(0) * x.amax(0), "rows": lambda x: x.sum(1) + x.argmax(1) + x.argmin(1),
        "places": lambda x: x.argmax(0) + x.argmin(0), "products": lambda x: (x @ x.t()).relu() @ x,
        "turned": lambda x: x.t() @ x, "vector": lambda x: x @ x[0],
        "batched": lambda x: x[None] @ x.t()[None], "sliced": lambda x: x[1::2, ::3],
        "scans": lambda x: x.cumsum(0) + x.cumsum(1).flip(0), "joined": lambda x: rg.cat([x, x.tanh()], 1),
        "attention": lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
        "masked": lambda x: F.scaled_dot_product_attention(x, x[:3], x[:3], attn_mask=x.detach()[:, :1] > 0),
        "dropped": lambda x: F.scaled_dot_product_attention(x, x, x, dropout_p=0.3),
        "padded": lambda x: F.pad(x, (1, 2, 3, 0)), "taken": lambda x: x[rg.arange(x.shape[0]).flip(0) // 2],
        "gathered": lambda x: rg.gather(x, 1, (x.detach() > 0).to(rg.int64) * (x.shape[1] - 1)),
        "drawn": lambda x: F.dropout(x, 0.3) + rg.rand_like(x) * rg.randn_like(x),
        "half": lambda x: (x.half() + 1).float() * x.bfloat16().float(),
        "loss": lambda x: F.cross_entropy(x, rg.arange(x.shape[0]) % x.shape[1]),
        "conv": lambda x: F.conv2d(x[None, None], x[None, None, :1, :1], padding=1),
        "windows": lambda x: images(x, 3, (5, 3, 3, 2), padding=(1, 2)),
        "steps": lambda x: images(x, 4, (6, 2, 3, 3), stride=2, padding=2, groups=2),
        "alone": lambda x: images(x, 3, (6, 1, 3, 2), padding=1, groups=3),
        "transformed": lambda x: images(x, 24, (20, 24, 3, 3), padding=1),
        "pool": lambda x: F.max_pool2d(F.pad(x, (0, 1, 0, 1))[None], 2),
    }
    rng = np.random.default_rng(0)
    for shape in ((1, 1), (3, 15), (17, 33), (5, 130), (67, 64)):
        for name, function in functions.items():
            def run(shape: tuple[int, int] = shape, function: Any = function) -> None:
                x = rg.from_numpy(copy_of(rng.standard_normal(shape).astype("f4"))).requires_grad_()
                y = function(x)
                if y.dtype.is_floating_point and y.requires_grad:
                    y.sum().backward()
                    x.grad.numpy()
                rg.synchronize()
            yield f"{name} {shape}", run


def reads_beyond() -> None:
    """What must die: a kernel that is told of one element too many."""
    from retrograd.codegen.driver import Table
    from retrograd.codegen.kernels import address_of
    from retrograd.codegen.loops.operand import Operand
    from retrograd.codegen.loops.pointwise import Output, Pointwise
    one = Operand("float32", "1")
    nest = Pointwise((one,), (), (Output(0, one),))
    x, out = guarded((5,), np.float32), guarded((6,), np.float32)
    Table([(address_of(nest), [x.ctypes.data, out.ctypes.data, 0, 6])])()


def main(where: str, machine: str = "") -> None:
    global at_end
    at_end = where != "begin"
    faulthandler.enable()
    install()
    if where == "broken":
        reads_beyond()
        return
    from retrograd.codegen.jit import compiling_for, host
    context = compiling_for(host().without_avx512()) if machine == "avx2" else contextlib.nullcontext()
    count = 0
    with context:
        for name, run in (*calls(), *graphs()):
            print(name, file=sys.stderr, flush=True)
            run()
            count += 1
    print(f"{count} programs", flush=True)
    os._exit(0)         # without looking at memory that is forbidden


if __name__ == "__main__":
    main(*sys.argv[1:])
