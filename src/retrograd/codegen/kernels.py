"""Descriptions of kernels go in; their code comes out, compiled, loaded or remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from llvmlite import ir

from retrograd.base.errors import CompilationError
from retrograd.codegen.contract.attention import Attention, emit_attention
from retrograd.codegen.contract.attention_back import AttentionBack, emit_attention_back
from retrograd.codegen.contract.attention_sum import AttentionSum, emit_attention_sum
from retrograd.codegen.contract.borders import Borders, emit_borders
from retrograd.codegen.contract.conv import Conv, emit_conv
from retrograd.codegen.contract.conv_dots import ConvDots, emit_conv_dots
from retrograd.codegen.contract.conv_lines import ConvLines, emit_conv_lines
from retrograd.codegen.contract.conv_weight import ConvWeight, emit_conv_weight
from retrograd.codegen.contract.depthwise import Depthwise, emit_depthwise
from retrograd.codegen.contract.depthwise_input import DepthwiseInput, emit_depthwise_input
from retrograd.codegen.contract.depthwise_weight import DepthwiseWeight, emit_depthwise_weight
from retrograd.codegen.contract.epilogue import Epilogue, emit_epilogue
from retrograd.codegen.contract.gemm import Gemm, emit_gemm
from retrograd.codegen.contract.matvec import MatVec, emit_matvec
from retrograd.codegen.contract.offsets import Offsets, emit_offsets
from retrograd.codegen.contract.pack import Pack, emit_pack
from retrograd.codegen.contract.phases import Alternate, Phases, emit_alternate, emit_phases
from retrograd.codegen.contract.winograd import (
    Winograd,
    WinogradWeights,
    emit_winograd,
    emit_winograd_weights,
)
from retrograd.codegen.contract.winograd_weight import WinogradWeight, emit_winograd_weight
from retrograd.codegen.driver import WANTED as DRIVER
from retrograd.codegen.jit import Code, Request, ahead, compile_all
from retrograd.codegen.loops.add_rows import AddRows, emit_add_rows
from retrograd.codegen.loops.arg import Arg, emit_arg
from retrograd.codegen.loops.check import Check, emit_check
from retrograd.codegen.loops.copy_rows import CopyRows, emit_copy_rows
from retrograd.codegen.loops.draw import Draw, emit_draw
from retrograd.codegen.loops.pointwise import Pointwise, emit_pointwise
from retrograd.codegen.loops.pool import Pool, emit_pool
from retrograd.codegen.loops.reduce import Reduce, emit_reduce
from retrograd.codegen.loops.region import Region, emit_region
from retrograd.codegen.loops.repeat import Repeat, emit_repeat
from retrograd.codegen.loops.scan import Scan, emit_scan
from retrograd.codegen.loops.uses import Uses, emit_uses

Description: TypeAlias = (
    Pointwise | Reduce | Region | Arg | Scan | Draw | Check | Gemm | Pack | MatVec | Epilogue |
    Conv | ConvLines | ConvWeight | ConvDots | Depthwise | DepthwiseWeight | Winograd | WinogradWeights |
    WinogradWeight | Phases | Alternate | Borders | Offsets | Pool |
    Attention | AttentionBack | DepthwiseInput |
    AttentionSum | Repeat | Uses | AddRows | CopyRows)

_EMITTERS: dict[type, Callable[..., None]] = {
    Pointwise: emit_pointwise, Reduce: emit_reduce, Region: emit_region, Arg: emit_arg, Scan: emit_scan,
    Draw: emit_draw, Check: emit_check, Gemm: emit_gemm, Pack: emit_pack, MatVec: emit_matvec,
    Epilogue: emit_epilogue, Conv: emit_conv, ConvWeight: emit_conv_weight, Pool: emit_pool,
    ConvDots: emit_conv_dots, ConvLines: emit_conv_lines, Winograd: emit_winograd,
    WinogradWeights: emit_winograd_weights,
    WinogradWeight: emit_winograd_weight, Phases: emit_phases, Alternate: emit_alternate,
    Depthwise: emit_depthwise, DepthwiseWeight: emit_depthwise_weight,
    DepthwiseInput: emit_depthwise_input,
    Offsets: emit_offsets, Borders: emit_borders,
    Attention: emit_attention, AttentionBack: emit_attention_back,
    AttentionSum: emit_attention_sum, Repeat: emit_repeat, Uses: emit_uses,
    AddRows: emit_add_rows, CopyRows: emit_copy_rows}
# Written in vectors; the others are loops over elements, of which LLVM makes vectors.
_IN_VECTORS = (Draw, Gemm, Pack, MatVec, Epilogue, Region, Conv, ConvLines, ConvWeight, ConvDots, Depthwise,
               DepthwiseWeight, Offsets, Winograd, WinogradWeights, WinogradWeight, Phases, Alternate,
               Borders, Attention, AttentionBack, AttentionSum, Repeat, AddRows, CopyRows,
               DepthwiseInput)
ENTRY = "kernel"


def module_of(description: Description) -> ir.Module:
    """`void kernel(i64* args)` with `args` as `description.parameters()` lists them, not compiled yet."""
    module = ir.Module(ENTRY)
    _EMITTERS[type(description)](module, ENTRY, description)
    return module


def codes_of(descriptions: Iterable[Description]) -> dict[Description, Code]:
    """The code of every description; `code[ENTRY]` is its address, and the kernel is there as long as it is.
    """
    wanted = list(dict.fromkeys(descriptions))
    return dict(zip(wanted, compile_all([_request(d) for d in wanted])))


@contextmanager
def begun() -> Iterator[Callable[[Description], None]]:
    """Kernels that are wanted before the end, one by one: LLVM compiles them while their program is planned.
    `codes_of`, inside, has their code."""
    met: dict[int, Description] = {}        # looked up faster by id, which is nobody else's while it is here
    known: set[Description] = set()
    with ahead() as begin:
        begin(DRIVER)

        def wanted(description: Description) -> None:
            if id(description) in met:
                return
            met[id(description)] = description
            if description not in known:
                known.add(description)
                begin(_request(description))
        yield wanted


def failed(error: CompilationError, description: Description) -> bool:
    """Whether it was this kernel that could not be compiled."""
    return error.got == _request(description).text


def address_of(description: Description) -> int:
    """The address of one kernel, as long as its code is remembered: for tests, and to try one out."""
    return codes_of([description])[description][ENTRY]


def _request(description: Description) -> Request:
    light = isinstance(description, _IN_VECTORS) or \
        isinstance(description, Pointwise) and description.in_vectors
    if all(step.name for step in getattr(description, "steps", ())):
        return Request(repr(description), lambda: module_of(description), (ENTRY,), light)
    module = module_of(description)
    return Request(str(module), lambda: module, (ENTRY,), light)
