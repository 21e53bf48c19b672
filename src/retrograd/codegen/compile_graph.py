"""Nodes to a program: kernels for what has them, NumPy for the rest,
in one table walked by the native driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np

from retrograd.base.config import config
from retrograd.base.dtype import FLOATING
from retrograd.base.errors import CompilationError
from retrograd.base.shape import numel
from retrograd.codegen.checks import without_checks
from retrograd.codegen.donate import Donation, donate_leaves
from retrograd.codegen.driver import driver
from retrograd.codegen.fuse import fuse
from retrograd.codegen.fuse_products import fuse_products
from retrograd.codegen.jit import Code
from retrograd.codegen.kernels import ENTRY, Description, begun, codes_of, failed
from retrograd.codegen.kinds import kind_of
from retrograd.codegen.layout import Layout, all_of_it, whole
from retrograd.codegen.lowering.call import Address, Call, Routine, Scratch
from retrograd.codegen.lowering.registry import LOWERINGS
from retrograd.codegen.parallelize import Batch, cost_of, parallelize, stages_of, worth_waking
from retrograd.codegen.passes import simplest
from retrograd.codegen.place import place_parts
from retrograd.codegen.plan import plan_memory
from retrograd.codegen.report import (
    Report,
    kernel_reports,
    lower_text,
    plan_text,
    profile_of,
    published,
    schedule_text,
    wanted,
)
from retrograd.codegen.schedule import Schedule, Work
from retrograd.graph.graph import Graph, topological
from retrograd.graph.node import Node, const_p
from retrograd.graph.text import text
from retrograd.ops.rewrites import meaning
from retrograd.runtime.program import NumpyCall, Program, Recipe, Ref, Run, Seen

MANY_CALLS = 24     # calls of NumPy cost more than a program of kernels, however small the arrays


def worth_native(order: Sequence[Node], small: int) -> bool:
    """Whether a graph needs kernels: something NumPy would compute to other bits, or much of anything."""
    work = calls = 0
    for n in order:
        if n.value is None and n.prim is not const_p:
            if not n.prim.exact and _has_kernels(n):
                return True
            work += numel(n.shape)
            calls += not n.prim.strided
    return work > small or calls > MANY_CALLS


def _has_kernels(n: Node) -> bool:
    """Whether a node, or what it means, is computed by kernels."""
    return meaning(n.prim) is not None or n.prim.expansion is not None or n.prim.family == "reduction" \
        or kind_of(n) not in ("numpy", "view")


def compile_graph(roots: Sequence[Node], leaves: Sequence[Node], scalars: Sequence[Node],
                  numpy_call: Callable[[Node], Callable[..., Any]],
                  donate: Mapping[int, int] | None = None) -> Program:
    """The program that computes the roots from the values of leaves and scalars; `donate` says which root may
    be written over which leaf."""
    with begun() as begin:              # from here on LLVM compiles, what is asked for, on another thread
        return _planned(roots, leaves, scalars, numpy_call, donate or {}, begin)


def _planned(roots: Sequence[Node], leaves: Sequence[Node], scalars: Sequence[Node],
             numpy_call: Callable[[Node], Callable[..., Any]], donate: Mapping[int, int],
             begin: Callable[[Description], None]) -> Program:
    roots, checks = without_checks(simplest(roots))
    told = Report(text(Graph.of(roots))) if wanted() else None
    schedule = fuse(topological([*roots, *checks]), roots)
    schedule = fuse_products(schedule, roots, {schedule.layouts[roots[k]].base for k in donate})
    donation = donate_leaves(schedule, roots, {k: leaves[j] for k, j in donate.items()})
    schedule, seen, targets = donation.schedule, donation.seen, donation.targets
    schedule = place_parts(schedule, [lay.base for lay in seen])
    schedule.alike = {}
    steps = []
    for w in schedule.work:
        steps.append((w, LOWERINGS[w.kind](w, schedule) if w.kind in LOWERINGS else []))
        for call in steps[-1][1]:
            for description in call.descriptions():
                begin(description)
    outputs = [n for n in dict.fromkeys(lay.base for lay in seen)
               if n in schedule.members and n not in targets]
    batches, commit = parallelize(steps, lambda of: targets.get(of, schedule.home(of)), donation.first)
    offsets, arena = _memory(batches, schedule, seen, {*outputs, *targets})
    donation = donation._replace(schedule=schedule)
    recipe = _recipe(batches, commit, donation, outputs, leaves, scalars, offsets, arena, numpy_call)
    recipe.cost, recipe.parallel = cost_of(batches), worth_waking(batches)
    recipe.over = {k: j for k, j in donate.items() if recipe.roots[k] == Seen(recipe.leaves[j])}
    program = Program(recipe, driver())
    if told is not None:
        told.peak, told.kernels = program.planned_peak, kernel_reports(steps)
        told.stages = {"fuse": schedule_text(schedule), "lower": lower_text(steps),
                       "plan": plan_text(offsets, arena, told.peak)}
        published(told, schedule)
        if config.debug >= 2:
            calls = [call for batch in batches for _, call in batch.calls if call is not None]
            recipe.profile = profile_of(told, recipe, calls)
    return program


def _memory(batches: Sequence[Batch], schedule: Schedule, seen: Sequence[Layout],
            elsewhere: AbstractSet[Node]) -> tuple[dict[Any, int], int]:
    """Plan the arena: values that have no place elsewhere (leaves, outputs) nor are made by NumPy,
    and scratch. What runs at once lives at once."""
    sizes: dict[Any, int] = {}
    born: dict[Any, int] = {}
    dies: dict[Any, int] = {}
    behind: dict[Any, set[Any]] = {}        # a NumPy result may be a view of what it was made from
    last = len(batches) - 1
    for k, (w, call) in ((k, pair) for k, batch in enumerate(batches) for pair in batch.calls):
        if call is None:
            direct = {schedule.layouts[i].base for i in w.nodes[0].inputs if i in schedule.layouts}
            reads = behind[w.nodes[0]] = direct.union(*(behind.get(r, ()) for r in direct))
        else:
            direct = set(call.touched)
            # A call that packs an operand, which may run long before, makes none of the results yet.
            touched = {schedule.home(of) for of in direct}
            for n in map(schedule.home, w.stores):
                if n in touched and n not in elsewhere:
                    sizes[n], born[n] = numel(n.shape) * n.dtype.itemsize, min(born.get(n, k), k)
            reads = direct.union(*[behind.get(r, ()) for r in direct]) if behind else direct
        for v in reads:
            dies[v] = k
            if isinstance(v, Scratch):
                sizes[v], born[v] = v.nbytes, min(born.get(v, k), k)
        if call is not None and call.failure is not None:
            dies[_verdict(call)] = last     # read when all has run
    kept = {v for lay in seen for v in behind.get(lay.base, ())}
    kept.update(lay.base for lay in seen)
    return plan_memory(sizes, born, {v: last if v in kept else dies.get(v, born[v]) for v in born},
                       len(batches))


def _verdict(call: Call) -> Any:
    """Where a check writes what it found."""
    place = call.args[call.description.parameters().index("out")]
    assert isinstance(place, Address), call
    return place.of


def _codes(calls: Sequence[tuple[Work, Call]]) -> dict[int, Code]:
    """The code of every call, by the description's id; an error says which operations it was for."""
    wanted = {id(d): d for _, call in calls for d in call.descriptions()}
    try:
        codes = codes_of(wanted.values())
    except CompilationError as e:
        nodes = [n for w, call in calls
                 if any(failed(e, d) for d in call.descriptions()) for n in w.nodes]
        names = dict.fromkeys(n.prim.name for n in nodes)
        raise CompilationError(e.why, op=", ".join(names) or "compile") from e
    return {k: codes[d] for k, d in wanted.items()}


def _recipe(batches: Sequence[Batch], commit: int, donation: Donation, outputs: Sequence[Node],
            leaves: Sequence[Node], scalars: Sequence[Node], offsets: dict[Any, int], arena: int,
            numpy_call: Callable[[Node], Callable[..., Any]]) -> Recipe:
    """The schedule as plain data: values numbered, addresses as references to numbers."""
    schedule, seen, targets = donation.schedule, donation.seen, donation.targets
    keys: dict[Any, int] = {}

    def key(of: Any) -> int:
        return keys.setdefault(targets.get(of, of), len(keys))

    own = {n for n in outputs if schedule.members[n].kind != "numpy"}
    shapes = {lay.base: lay.shape for lay in seen if lay.base in own and all_of_it(lay)}

    def as_seen(layout: Layout) -> Seen:
        base = layout.base
        plain = layout[1:] == whole(base, shapes.get(base, base.shape))[1:]
        return Seen(key(base)) if plain else Seen(key(base), layout.offset, layout.shape, layout.strides)

    codes = _codes([(w, call) for batch in batches for w, call in batch.calls if call is not None])
    recipe = Recipe(arena=arena, leaves=[key(n) for n in leaves], roots=[as_seen(lay) for lay in seen])
    recipe.code = list({id(code): code for code in codes.values()}.values())
    recipe.scalars = [(key(n), n.dtype.kind == FLOATING, n.dtype.acc.np) for n in scalars]
    run: list[Batch] = []                   # since the last call of NumPy, or the first write over a leaf

    def end_run() -> None:
        stages = stages_of(run, len(recipe.rows) - sum(len(batch.calls) for batch in run))
        last = recipe.segments[-1] if recipe.segments else None
        if isinstance(last, Run):
            recipe.segments[-1] = Run(last.first, last.count + len(stages))
        elif stages:
            recipe.segments.append(Run(len(recipe.stages), len(stages)))
        recipe.stages += stages
        run.clear()
    for k, batch in enumerate(batches):
        if k == commit:
            end_run()
            recipe.commit = len(recipe.stages)
        for w, call in batch.calls:
            if call is None:
                end_run()
                n = w.nodes[0]
                operands = tuple(as_seen(schedule.layouts.get(i) or whole(i, i.shape)) for i in n.inputs)
                recipe.segments.append(NumpyCall(numpy_call(n), operands, key(n), n.shape))
                recipe.foreign.add(key(n))
                continue
            args = [Ref(key(a.of), a.offset * a.itemsize) if isinstance(a, Address) else
                    codes[id(a.description)][ENTRY] if isinstance(a, Routine) else a for a in call.args]
            recipe.rows.append((codes[id(call.description)][ENTRY], args))
            if call.failure is not None:
                recipe.checks.append((key(_verdict(call)), call.failure))
        if batch.native:
            run.append(batch)
    end_run()
    recipe.outputs = [(key(n), shapes.get(n, n.shape), n.dtype.np) for n in outputs if n in own]
    for of, offset in offsets.items():
        is_node = isinstance(of, Node)
        recipe.placed[key(of)] = offset, of.shape if is_node else (), of.dtype.np if is_node else None
    given = {*leaves, *scalars}
    for of in list(keys):
        if isinstance(of, Node) and of not in given:
            if of.prim is const_p:
                recipe.consts[keys[of]] = np.asarray(of.params[0], of.dtype.np)
            elif of.value is not None:
                recipe.consts[keys[of]] = of.value
    return recipe


def describe(roots: Sequence[Node]) -> str:
    """One line a kernel or NumPy call, in order: what a program for these nodes would run."""
    roots, checks = without_checks(simplest(roots))
    return schedule_text(fuse_products(fuse(topological([*roots, *checks]), roots), roots))
