"""A name and counts of pointers and integers go in; a function `void name(i64* args)`, ready for its body,
comes out.

`args` holds the pointers first, then the integers. The body is a function of its own whose pointers are
`noalias`, so that LLVM vectorises its loops unaided: two operands in the same memory must be the same
pointer. `rest` is the address of what follows in `args`, for a kernel that hands that on.
"""

from __future__ import annotations

from llvmlite import ir

from retrograd.codegen.emit.types import i64, pointer, void


class Kernel:
    def __init__(self, module: ir.Module, name: str, pointers: int, integers: int) -> None:
        self.module = module
        kind = ir.FunctionType(void, [pointer] * pointers + [i64] * integers + [pointer])
        body = ir.Function(module, kind, f"{name}.body")
        body.linkage = "internal"
        # Inlined into the entry, the arguments would lose their noalias.
        body.attributes.add("noinline")
        body.attributes.add("nounwind")
        for argument in body.args[:pointers]:
            argument.add_attribute("noalias")
        self.pointers: list[ir.Value] = list(body.args[:pointers])
        self.integers: list[ir.Value] = list(body.args[pointers:-1])
        self.rest: ir.Value = body.args[-1]
        self.b = ir.IRBuilder(body.append_basic_block("entry"))
        self._entry(name, body, pointers)

    def _entry(self, name: str, body: ir.Function, pointers: int) -> None:
        entry = ir.Function(self.module, ir.FunctionType(void, [pointer]), name)
        b = ir.IRBuilder(entry.append_basic_block("entry"))
        loaded = []
        for i in range(len(body.args) - 1):
            slot = b.gep(entry.args[0], [i64(i)], source_etype=i64)
            loaded.append(b.load(slot, typ=pointer if i < pointers else i64))
        rest = b.gep(entry.args[0], [i64(len(loaded))], source_etype=i64)
        b.call(body, [*loaded, rest])
        b.ret_void()

    def finish(self) -> None:
        self.b.ret_void()
