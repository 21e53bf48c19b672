"""IR modules go in; the addresses of their exported functions, compiled for this machine, come out.

One TargetMachine and one ORC LLJIT live as long as the process. Compiling writes an object (which the disk
cache keeps) and linking loads it; a text that was compiled before in this process is not compiled again. Code
is unloaded when it has not been asked for lately and no program uses it.
"""

from __future__ import annotations

import itertools
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import llvmlite
import llvmlite.binding as llvm
from llvmlite import ir

from retrograd.base.errors import CompilationError
from retrograd.codegen import cache
from retrograd.version import __version__

# What the passes do is part of an object's identity: change this word with `_optimize`.
PIPELINE = "O2 vectorize no-unroll no-slp, or few of them, codegen-2"
HANDED_OVER = 5e-5      # seconds after which a thread at work hands the interpreter to the one that compiles


@dataclass(frozen=True)
class Target:
    """The machine that kernels are compiled for, as far as the generators need to know it."""

    cpu: str
    features: str
    vector_bytes: int  # of one register: 64 AVX-512, 32 AVX2, 16 SSE and NEON
    vector_registers: int
    triple: str = ""        # as LLVM spells it

    @cached_property
    def half(self) -> bool:
        """Whether it converts between float16 and float32."""
        return "+f16c" in self.features.split(",") or not self.triple.startswith(("x86", "i386", "i686"))

    @cached_property
    def dots(self) -> bool:
        """Whether it sums products of bfloat16 in pairs."""
        return self.vector_bytes == 64 and {"+avx512bf16", "+avx512vl"} <= set(self.features.split(","))

    def without_avx512(self) -> Target:
        """The same machine as a program for AVX2 sees it."""
        wide = ("avx512", "avx10", "evex512", "amx")
        kept = [f for f in self.features.split(",") if not f[1:].startswith((*wide, "prefer-256-bit"))]
        off = [f"-{f[1:]}" for f in self.features.split(",") if f[1:].startswith(wide)]
        return replace(self, features=",".join(kept + off), vector_bytes=32, vector_registers=16)

    def lanes(self, dtype: str) -> int:
        return self.vector_bytes // (8 if dtype in ("float64", "int64") else 4)


def host() -> Target:
    """The machine that kernels are compiled for: the one we run on, unless a test compiles for another."""
    return _others[-1] if _others else _machine()


_others: list[Target] = []


@contextmanager
def compiling_for(target: Target) -> Iterator[None]:
    """Kernels for another machine. Programs that were made before keep theirs, in either direction."""
    _others.append(target)
    try:
        yield
    finally:
        _others.pop()


@lru_cache(maxsize=1)
def _machine() -> Target:
    features = llvm.get_host_cpu_features()
    if features.get("avx512f"):
        width, registers = 64, 32
    elif features.get("avx2"):
        width, registers = 32, 16
    else:
        # AArch64 has 32 vector registers, SSE 16.
        width, registers = 16, 32 if llvm.get_default_triple().startswith(("aarch64", "arm64")) else 16
    flags = features.flatten() + (",-prefer-256-bit" if width == 64 else "")
    return Target(llvm.get_host_cpu_name(), flags, width, registers, llvm.get_default_triple())


_lock = threading.RLock()       # every call of llvmlite holds it: what is below is shared


class Code(dict[str, int]):
    """Addresses by name of the functions of one object. The code is there as long as this is: who keeps an
    address keeps its Code."""

    __slots__ = ("__weakref__", "tracker")
    tracker: object


class Request(NamedTuple):
    """A module to be compiled unless an object is known under `text`, which must say everything that decides
    the module, except the source of the generators, which the key covers. `light`: it is written as it shall
    run, in vectors if anything, and few passes are enough."""

    text: str
    build: Callable[[], ir.Module]
    exports: tuple[str, ...]
    light: bool = False


class Memory:
    """Loaded code by name: the `size` pieces asked for last, and whatever else a program still uses."""

    def __init__(self, size: int = 2048) -> None:
        self.size = size
        self._recent: OrderedDict[Any, Code] = OrderedDict()
        self._used: WeakValueDictionary[Any, Code] = WeakValueDictionary()

    def get(self, name: Any) -> Code | None:
        return self._used.get(name)

    def put(self, name: Any, code: Code) -> None:
        """Also to be called when it is asked for again."""
        self._recent[name] = self._used[name] = code
        self._recent.move_to_end(name)
        if len(self._recent) > self.size:
            self._recent.popitem(last=False)

    def __len__(self) -> int:
        return len(self._used)


class _Compiler:
    """The TargetMachine and the LLJIT of a target."""

    def __init__(self, target: Target) -> None:
        self.lock = _lock
        if target.triple == llvm.get_default_triple():
            llvm.initialize_native_target()
            llvm.initialize_native_asmprinter()
        else:
            llvm.initialize_all_targets()
            llvm.initialize_all_asmprinters()
        self.triple = target.triple
        description = llvm.Target.from_triple(target.triple)
        self.machine = description.create_target_machine(
            cpu=target.cpu, features=target.features, opt=2, jit=True)
        # The LLJIT takes ownership of the machine it is given, so it gets one of its own.
        self.linker = llvm.create_lljit_compiler(description.create_target_machine(jit=True)) \
            if target.triple == llvm.get_default_triple() else None
        self.identity = "\0".join((
            __version__, PIPELINE, target.cpu, target.features, self.triple, llvmlite.__version__,
            ".".join(map(str, llvm.llvm_version_info))))
        self.memory = Memory()
        self.names = itertools.count()
        self.compiled = self.from_disk = 0
        self._helper: ThreadPoolExecutor | None = None
        self._jobs: dict[Any, Future[Code]] = {}        # what the helper works on, or has done

    def optimized(self, text: str, light: bool = False) -> llvm.ModuleRef:
        module = llvm.parse_assembly(text)
        module.triple = self.triple
        module.data_layout = str(self.machine.target_data)
        options = llvm.create_pipeline_tuning_options(speed_level=2)
        options.loop_vectorization = True
        options.slp_vectorization = False
        options.loop_unrolling = False  # half the compile time at equal speed
        passes = llvm.create_pass_builder(self.machine, options)
        if light:
            # What the code generator does anyway is enough: a tenth of the time at equal speed.
            some = llvm.create_new_module_pass_manager()
            some.add_sroa_pass()
            some.add_simplify_cfg_pass()
            some.add_instruction_combine_pass()
            some.run(module, passes)
        else:
            passes.getModulePassManager().run(module, passes)
        return module

    def link(self, image: bytes, exports: Sequence[str]) -> Code:
        assert self.linker is not None, f"code for {self.triple} cannot run here"
        builder = llvm.JITLibraryBuilder().add_object_img(image).add_current_process()
        for name in exports:
            builder.export_symbol(name)
        tracker = builder.link(self.linker, f"retrograd.{next(self.names)}")
        code = Code((name, tracker[name]) for name in exports)
        code.tracker = tracker      # when it is collected, the code is unloaded
        return code

    def made(self, text: str, request: Request) -> Code:
        """From LLVM text to loaded code, kept on disk."""
        try:
            image = self.machine.emit_object(self.optimized(text, request.light))
            cache.store(self.key_of(request), image)
            self.compiled += 1
            return self.link(image, request.exports)
        except (RuntimeError, OSError, MemoryError) as e:
            raise CompilationError(str(e), got=request.text) from e

    def stored(self, request: Request) -> Code | None:
        """What is on disk. An object that LLVM cannot load counts as damaged."""
        image = cache.load(self.key_of(request))
        if image is None:
            return None
        try:
            code = self.link(image, request.exports)
        except RuntimeError:
            return None
        self.from_disk += 1
        return code

    def key_of(self, request: Request) -> str:
        return cache.key_of("\0".join((request.text, *request.exports)), self.identity)

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """What `begin` is given inside is compiled on another thread while this one goes on."""
        with self.lock:
            if self._helper is not None:
                yield
                return
            interval, self._helper = sys.getswitchinterval(), ThreadPoolExecutor(1, "retrograd-compile")
            try:
                yield
            finally:
                self._helper.shutdown(cancel_futures=True)
                self._helper = None
                self._jobs.clear()
                sys.setswitchinterval(interval)

    def begin(self, request: Request) -> None:
        """Load a piece of code if it was compiled before, else have it compiled. Inside `ahead`."""
        name = request.text, request.exports
        assert self._helper is not None, "there is a helper inside `ahead` only"
        if name in self._jobs or self.memory.get(name) is not None or self._loaded(name, request) is not None:
            return
        # LLVM releases the GIL, but asks for it between any two steps, and a thread at work hands it over
        # only that often.
        sys.setswitchinterval(HANDED_OVER)
        self._jobs[name] = self._helper.submit(self.made, str(request.build()), request)

    def _loaded(self, name: Any, request: Request) -> Code | None:
        code = self.stored(request)
        if code is not None:
            self.memory.put(name, code)
        return code

    def all_of(self, requests: Sequence[Request]) -> list[Code]:
        """Code for every request. While LLVM compiles one, the next is built."""
        wanted = {(r.text, r.exports): r for r in requests}
        found: dict[Any, Code] = {}
        missing: dict[Any, Request] = {}
        for name, request in wanted.items():
            code = self.memory.get(name) or (self._loaded(name, request) if name not in self._jobs else None)
            if code is None:
                missing[name] = request
            else:
                found[name] = code
        if len(missing) == 1 and not self._jobs:
            (name, one), = missing.items()
            found[name] = self.made(str(one.build()), one)
        elif missing:
            with self.ahead():
                for request in missing.values():
                    self.begin(request)
                found.update((name, self._jobs[name].result()) for name in missing)
        for name, code in found.items():
            self.memory.put(name, code)
        return [found[r.text, r.exports] for r in requests]


def _compiler() -> _Compiler:
    return _compiler_of(host())


@lru_cache(maxsize=16)
def _compiler_of(target: Target) -> _Compiler:
    return _Compiler(target)


def compile_module(module: ir.Module, exports: Sequence[str]) -> Code:
    """Addresses by name of the functions of `module` named in `exports`."""
    return compile_all([Request(str(module), lambda: module, tuple(exports))])[0]


def compile_all(requests: Sequence[Request]) -> list[Code]:
    """Code for every request: remembered, loaded from disk, or compiled."""
    try:
        compiler = _compiler()
    except (RuntimeError, OSError) as e:
        raise CompilationError(f"LLVM cannot compile for this machine: {e}") from e
    with compiler.lock:
        return compiler.all_of(requests)


@contextmanager
def ahead() -> Iterator[Callable[[Request], None]]:
    """Code that is asked for inside, by the function given, is compiled while this thread goes on;
    `compile_all` has it then, or says what is wrong with it."""
    try:
        compiler = _compiler()
    except (RuntimeError, OSError):
        compiler = None             # `compile_all` will say so
    if compiler is None or compiler.linker is None:
        yield lambda request: None
        return
    with compiler.ahead():
        yield compiler.begin


def compilations() -> dict[str, int]:
    """How many kernels were compiled and read from disk so far, and how many are loaded."""
    compiler = _compiler()
    return {"compiled": compiler.compiled, "from disk": compiler.from_disk, "loaded": len(compiler.memory)}


def emitted(module: ir.Module) -> bytes:
    """The object file of `module` for the machine that is compiled for, which may be another than ours."""
    with _lock:
        compiler = _compiler()
        return bytes(compiler.machine.emit_object(compiler.optimized(str(module))))


def llvm_text(module: ir.Module) -> str:
    """`module` after LLVM's passes, for RETROGRAD_DEBUG=5."""
    compiler = _compiler()
    with compiler.lock:
        return str(compiler.optimized(str(module)))


def assembly(module: ir.Module) -> str:
    """The machine code of `module` as text, for RETROGRAD_DEBUG=5 and for tests that look for full-width
    code."""
    compiler = _compiler()
    with compiler.lock:
        return compiler.machine.emit_assembly(compiler.optimized(str(module)))
