"""An IR module goes in; the addresses of its exported functions, compiled for this machine, come out.

One TargetMachine and one ORC LLJIT live as long as the process. Compiling writes an object (which the disk
cache keeps) and linking loads it; a text that was compiled before in this process is not compiled again.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import llvmlite
import llvmlite.binding as llvm
from llvmlite import ir

from retrograd.codegen import cache

# What the passes do is part of an object's identity: change this word with `_optimize`.
PIPELINE = "O2 vectorize no-unroll no-slp codegen-2"


@dataclass(frozen=True)
class Target:
    """The machine that kernels are compiled for, as far as the generators need to know it."""

    cpu: str
    features: str
    vector_bytes: int  # of one register: 64 AVX-512, 32 AVX2, 16 SSE and NEON
    vector_registers: int

    def lanes(self, dtype: str) -> int:
        return self.vector_bytes // (8 if dtype in ("float64", "int64") else 4)


@lru_cache(maxsize=1)
def host() -> Target:
    """The machine we run on."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        width, registers = 64, 32
    elif features.get("avx2"):
        width, registers = 32, 16
    else:
        # AArch64 has 32 vector registers, SSE 16.
        width, registers = 16, 32 if llvm.get_default_triple().startswith(("aarch64", "arm64")) else 16
    flags = features.flatten() + (",-prefer-256-bit" if width == 64 else "")
    return Target(llvm.get_host_cpu_name(), flags, width, registers)


class _Compiler:
    """The one TargetMachine and the one LLJIT; every call of llvmlite holds `lock`, since they are shared."""

    def __init__(self) -> None:
        target = host()
        self.lock = threading.RLock()
        self.triple = llvm.get_default_triple()
        description = llvm.Target.from_default_triple()
        self.machine = description.create_target_machine(
            cpu=target.cpu, features=target.features, opt=2, jit=True)
        # The LLJIT takes ownership of the machine it is given, so it gets one of its own.
        self.linker = llvm.create_lljit_compiler(description.create_target_machine(jit=True))
        self.identity = "\0".join((
            PIPELINE, target.cpu, target.features, self.triple, llvmlite.__version__,
            ".".join(map(str, llvm.llvm_version_info))))
        # A tracker that is collected unloads its code: these live as long as the process.
        self.trackers: list[object] = []
        self.loaded: dict[str, dict[str, int]] = {}
        self.names = itertools.count()

    def optimized(self, text: str) -> llvm.ModuleRef:
        module = llvm.parse_assembly(text)
        module.triple = self.triple
        module.data_layout = str(self.machine.target_data)
        options = llvm.create_pipeline_tuning_options(speed_level=2)
        options.loop_vectorization = True
        options.slp_vectorization = False
        options.loop_unrolling = False  # half the compile time at equal speed
        passes = llvm.create_pass_builder(self.machine, options)
        passes.getModulePassManager().run(module, passes)
        return module

    def link(self, image: bytes, exports: Sequence[str]) -> dict[str, int]:
        builder = llvm.JITLibraryBuilder().add_object_img(image).add_current_process()
        for name in exports:
            builder.export_symbol(name)
        tracker = builder.link(self.linker, f"retrograd.{next(self.names)}")
        self.trackers.append(tracker)
        return {name: tracker[name] for name in exports}


@lru_cache(maxsize=1)
def _compiler() -> _Compiler:
    return _Compiler()


def compile_module(module: ir.Module, exports: Sequence[str]) -> dict[str, int]:
    """Addresses by name of the functions of `module` named in `exports`."""
    return compile_lazily(str(module), lambda: module, exports)


def compile_lazily(text: str, build: Callable[[], ir.Module], exports: Sequence[str]) -> dict[str, int]:
    """The same, for a module that is built only when no object is known under `text`.

    `text` must say everything that decides the module, except the source of the generators, which the key
    covers.
    """
    compiler = _compiler()
    with compiler.lock:
        key = cache.key_of("\0".join((text, *exports)), compiler.identity)
        known = compiler.loaded.get(key)
        if known is None:
            image = cache.load(key)
            if image is None:
                image = compiler.machine.emit_object(compiler.optimized(str(build())))
                cache.store(key, image)
            known = compiler.loaded[key] = compiler.link(image, exports)
        return known


def assembly(module: ir.Module) -> str:
    """The machine code of `module` as text, for RETROGRAD_DEBUG=5 and for tests that look for full-width
    code."""
    compiler = _compiler()
    with compiler.lock:
        return compiler.machine.emit_assembly(compiler.optimized(str(module)))
