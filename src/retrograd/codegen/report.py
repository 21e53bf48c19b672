"""What the compiler did to one graph goes in; what the switches DEBUG and DUMP, `show` and `cost` tell of it
comes out.

A report is made only while somebody wants it: a switch is set, or `collected` listens.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from retrograd.base.config import config
from retrograd.base.listening import listener
from retrograd.base.shape import numel
from retrograd.codegen.contract.epilogue import Epilogue
from retrograd.codegen.cost import operations
from retrograd.codegen.jit import assembly, llvm_text
from retrograd.codegen.kernels import Description, module_of
from retrograd.codegen.loops.pointwise import Pointwise
from retrograd.codegen.loops.reduce import Reduce
from retrograd.codegen.loops.region import Region
from retrograd.codegen.lowering.call import Address, Call, Scratch
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.graph import Graph, topological
from retrograd.graph.node import Node, const_p
from retrograd.graph.text import text
from retrograd.runtime.profile import Label, Profile, profiles
from retrograd.runtime.program import Recipe


@dataclass(frozen=True)
class KernelReport:
    """One call in a program: a kernel, or NumPy (`description` is None)."""

    name: str
    description: Description | None
    flops: int
    nbytes: int
    call: Call | None = field(default=None, repr=False)


@dataclass
class Report:
    """Everything that can be told about a program."""

    graph: str
    stages: dict[str, str] = field(default_factory=dict)        # name of a pass -> what it made
    kernels: list[KernelReport] = field(default_factory=list)
    peak: int = 0                                               # bytes beside the leaves

    def loops(self) -> str:
        """Every different kernel as loops in words."""
        calls = [k.call for k in self.kernels if k.call is not None]
        different = dict.fromkeys(d for call in calls for d in call.descriptions())
        return "\n".join(loops_of(d) for d in different)

    def show(self) -> str:
        """Graph, schedule, plan and loops under headings."""
        parts = [("graph", self.graph), ("schedule", self.stages["fuse"]), ("plan", self.stages["plan"]),
                 ("loops", self.loops())]
        return "\n\n".join(f"# {title}\n{body}" for title, body in parts)


def wanted() -> bool:
    return bool(config.debug or config.dump) or listener() is not None


def published(report: Report, schedule: Schedule) -> None:
    """Hand the report to whoever wants it, and print what the switches ask for."""
    found = listener()
    if found is not None:
        found.append(report)
        return
    lines = []
    if config.dump in report.stages:        # graph passes print for themselves
        lines.append(report.stages[config.dump])
    if config.debug >= 1:
        lines += [f"retrograd: NumPy computes {n.prim.name} {n.dtype.name}{list(n.shape)}: {reason(n)}"
                  for w in schedule.work if w.kind == "numpy" for n in w.nodes]
    if config.debug >= 3:
        lines += [report.stages["fuse"]]
    if config.debug >= 4:
        lines += [report.loops()]
    if config.debug >= 5:
        for k in dict.fromkeys(k.description for k in report.kernels if k.description is not None):
            lines += [f"; {k!r}", llvm_text(module_of(k)), assembly(module_of(k))]
    if lines:
        print("\n".join(lines), file=sys.stderr)


def profile_of(report: Report, recipe: Recipe, calls: Sequence[Call]) -> Profile:
    """A profile for a recipe whose rows are these calls."""
    labels = {id(k.call): Label(k.name, k.flops, k.nbytes) for k in report.kernels}
    args = [len(args) for _, args in recipe.rows]
    profile = Profile([labels[id(call)] for call in calls], recipe.stages, args)
    profiles.add(profile)
    return profile


def numpy_report(roots: Sequence[Node]) -> Report:
    """Of a program that NumPy runs node by node, because it is small and the bits are the same."""
    order = [n for n in topological(roots) if n.value is None and n.prim is not const_p]
    lines = "\n".join(f"NumPy {n.prim.name} {list(n.shape)}" for n in order)
    kernels = [KernelReport(f"NumPy {n.prim.name}", None, operations(n), sum(map(_nbytes, (*n.inputs, n))))
               for n in order]
    stages = {"fuse": lines, "plan": "no arena: NumPy makes a new array for each result"}
    return Report(text(Graph.of(roots)), stages, kernels, sum(_nbytes(n) for n in order))


def reason(n: Node) -> str:
    """Why a node has no kernel."""
    if numel(n.shape) == 0 or any(numel(i.shape) == 0 for i in n.inputs):
        return "there are no elements"
    if n.prim.lower is None:
        return "the primitive has no kernel"
    return "no kernel for " + ", ".join(i.dtype.name for i in n.inputs)


def kernel_reports(steps: Sequence[tuple[Work, Sequence[Call]]]) -> list[KernelReport]:
    """Calls in order. The arithmetic of a piece of work is that of its last call; others bring data to it.
    Every array is counted once and whole."""
    found = []
    for w, calls in steps:
        name = ", ".join(n.prim.name for n in w.nodes)
        flops = sum(operations(n) for n in w.nodes)
        if not calls:
            arrays: list[Node] = [*w.nodes[0].inputs, *w.nodes]
            found.append(KernelReport(f"NumPy {name}", None, flops, sum(map(_nbytes, arrays))))
        for call in calls:
            of = dict.fromkeys(a.of for a in call.args if isinstance(a, Address))
            last = call is calls[-1]
            kind = type(call.description).__name__.lower()
            found.append(KernelReport(f"{kind} {name}" if last else f"{kind} for {name}", call.description,
                                      flops if last else 0, sum(map(_nbytes, of)), call))
    return found


def _nbytes(of: Any) -> int:
    return of.nbytes if isinstance(of, Scratch) else numel(of.shape) * of.dtype.itemsize


def schedule_text(schedule: Schedule) -> str:
    """One line a piece of work, in order."""
    lines = []
    for w in schedule.work:
        names = ", ".join(n.prim.name for n in w.nodes)
        why = f" ({reason(w.nodes[0])})" if w.kind == "numpy" else ""
        lines.append(f"{w.level:3d} {w.kind:8s}{list(w.shape)!s:16s} {names} -> {len(w.stores)} stored{why}")
    return "\n".join(lines)


def plan_text(offsets: dict[Any, int], arena: int, peak: int) -> str:
    """Where every value of the arena lies."""
    lines = [f"arena of {arena:,} bytes; with results {peak:,}"]
    for of, at in sorted(offsets.items(), key=lambda pair: pair[1]):
        name = "scratch" if isinstance(of, Scratch) else f"{of.prim.name} {of.dtype.name}{list(of.shape)}"
        lines.append(f"  {at:>10,} .. {at + _nbytes(of):>10,}  {name}")
    return "\n".join(lines)


def lower_text(steps: Sequence[tuple[Work, Sequence[Call]]]) -> str:
    """One line a call: the kernel and its extents and strides."""
    lines = []
    for _, calls in steps:
        for call in calls:
            names = call.description.parameters()
            given = [f"{name}={a}" for name, a in zip(names, call.args) if isinstance(a, int)]
            lines.append(f"{type(call.description).__name__.lower()}({', '.join(given)})")
    return "\n".join(lines)


def loops_of(description: Description) -> str:
    """A kernel in words: what it reads, each value it computes, where results go."""
    kind = type(description).__name__.lower()
    inputs, steps = getattr(description, "inputs", None), getattr(description, "steps", None)
    if inputs is None or steps is None:
        return repr(description)
    folds = getattr(description, "folds", ())
    names = [f"in{k}" for k in range(len(inputs))] + [f"fold{k}" for k in range(len(folds))]
    names += [f"v{k}" for k in range(len(steps))]
    lines = [f"{kind}:"] + [f"  in{k} = {x.dtype}[{','.join(x.strides)}]" for k, x in enumerate(inputs)]
    for k, step in enumerate(steps):
        lines.append(f"  v{k} = {step.name or 'function'}({', '.join(names[a] for a in step.arguments)})")
    if isinstance(description, (Pointwise, Epilogue)):
        lines += [f"  {'out' if o.inplace is None else f'in{o.inplace}'}"
                  f" {o.operand.dtype}[{','.join(o.operand.strides)}] <- {names[o.value]}"
                  for o in description.outputs]
    elif isinstance(description, Reduce):
        lines.append(f"  out {description.dtype} <- {description.monoid} of {names[-1]}")
    elif isinstance(description, Region):
        lines += [f"  fold{k} = {f.monoid} of {names[f.value]}" for k, f in enumerate(description.folds)]
        for k, phase in enumerate(description.phases):
            told = [f"fold{j}" for j in phase.folds]
            told += [f"out{j} <- {names[v]}" for v, j in (*phase.stores, *phase.row_stores)]
            told += [f"out{j} += {names[v]} over rows" for v, j in phase.sinks]
            told += [f"kept{j} <- {names[v]}" for v, j in phase.saves]
            lines.append(f"  pass {k}: {', '.join(told)}")
    return "\n".join(lines)
