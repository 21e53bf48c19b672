"""One captured step: when it may be replayed, and the replay, which runs no Python of the user's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from retrograd.base import dtype as dt
from retrograd.base.modes import State, changes
from retrograd.base.pytree import Structure, unflatten
from retrograd.engine.evaluate import evaluate
from retrograd.engine.random import Generator, signed
from retrograd.engine.scalars import Numbers, is_number
from retrograd.graph.node import PLAIN, TRACKED, Node, freed_p, leaf, leaf_p
from retrograd.tensors.compiling.picture import Picturing, Unseen
from retrograd.tensors.compiling.watch import Place
from retrograd.tensors.formula import Change, making
from retrograd.tensors.storage import Storage
from retrograd.tensors.tensor import Tensor

_new = Tensor.__new__
Args = Sequence[Any]            # the leaves of the arguments, flattened


class Ref(NamedTuple):
    """A tensor of a step: argument number `argument`, or this very one."""

    argument: int
    held: Any = None

    def tensor(self, args: Args) -> Any:
        return self.held if self.argument < 0 else args[self.argument]


class Source(NamedTuple):
    """Where the value of a leaf is found: a tensor, its `.grad`, its storage, or a storage or node kept."""

    kind: str
    of: Any
    shape: Any
    dtype: Any
    rg: int

    def node(self, args: Args) -> Node | None:
        """The node that stands there now; None where there is none."""
        kind, of = self.kind, self.of
        if kind == "fixed":
            return of       # type: ignore[no-any-return]
        if kind == "storage":
            of.settle()
            return of.node  # type: ignore[no-any-return]
        tensor = of.tensor(args)
        if kind == "grad":
            tensor = tensor._grad
            return None if tensor is None else tensor.node
        if kind == "memory":
            storage = tensor._own()
            storage.settle()
            return storage.node     # type: ignore[no-any-return]
        return tensor.node  # type: ignore[no-any-return]


class Written(NamedTuple):
    """A storage (of an argument, or this very one) gets the value of a root."""

    ref: Ref | None
    storage: Storage | None
    root: int
    grad: bool = False          # the storage of the tensor's .grad

    def target(self, args: Args) -> Storage:
        if self.storage is not None:
            return self.storage
        t = self.ref.tensor(args)       # type: ignore[union-attr]
        return (t._grad if self.grad else t)._own()     # type: ignore[no-any-return]


class Returned(NamedTuple):
    """What stands at one place of the result: a new tensor of a root, an argument, a number of the run, or an
    object as it is."""

    kind: str
    it: Any
    dtype: Any = None
    made_by: str | None = None      # a tensor whose history was freed says what made it


class Counted(NamedTuple):
    """Entries of optimiser state that count alike: `place` before the step, `after` afterwards."""

    entries: list[dict[str, Any]]
    key: str
    place: int
    after: int


class Told(NamedTuple):
    """An argument that is a number of that class, of any value."""

    kind: type

    def fits(self, value: Any) -> bool:
        return type(value) is self.kind


class Rows(NamedTuple):
    """A gradient that is held as few rows of a large table: roots of the program, their dtypes, and the node
    that fills the table with them when somebody looks."""

    parts: tuple[int, ...]
    dtypes: tuple[Any, ...]
    made: tuple[Any, ...]           # primitive, parameters, shape and dtype

    def tensor(self, arrays: Sequence[Any] | Mapping[int, Any]) -> Tensor:
        prim, params, shape, dtype = self.made
        inputs = tuple([leaf(arrays[k], d) for k, d in zip(self.parts, self.dtypes)])
        return held(Node(prim, inputs, params, shape, dtype))


class Modes(NamedTuple):
    """What of the thread and the process shapes a graph."""

    grad: bool
    default: Any

    @staticmethod
    def now(state: State) -> Modes:
        return Modes(state.grad, dt.default())


class Replay:
    """A program, where its arguments come from and where its results go."""

    def __init__(self) -> None:
        self.modes: Modes
        self.structure: Structure
        self.avals: list[Any] = []              # of an argument: (shape, dtype, rg) of a tensor, or a picture
        self.places: list[Place] = []
        self.steps: list[Any] = []              # of optimisers
        self.count = -1                         # changes.count when everything was last looked through
        self.asked: list[tuple[Ref, bool]] = []
        self.program: Any = None
        self.sources: list[Source] = []
        self.scalars: list[tuple[str, Any]] = []
        self.numbers = Numbers()
        self.counted: list[Counted] = []
        self.told: dict[int, int] = {}          # arguments that are Numbers, and their places
        self.drawn: list[tuple[Generator, int]] = []
        self.written: list[Written] = []
        self.grads: list[tuple[Ref, int | Rows | None]] = []
        self.returned: list[Returned] = []
        self.shape_of_result: Structure
        self.single = False                     # whether a new tensor alone is returned
        self.plain_numbers = False              # whether all numbers are told by optimisers
        self.untried = True                     # the first one writes where the capture did, if it may

    # ------------------------------------------------------------ may it be replayed?
    def fits(self, args: Args, structure: Structure, modes: Modes) -> list[Node] | None:
        """The leaves of a replay, or None where this is another step."""
        if modes != self.modes or structure != self.structure or len(args) != len(self.avals):
            return None
        if next(self.differing(args), None) is not None:
            return None
        if any((ref.tensor(args)._grad is None) != empty for ref, empty in self.asked):
            return None
        if not self.unchanged() or not all(step.check() for step in self.steps):
            return None
        nodes = []
        for s in self.sources:
            n = s.node(args)
            if n is None or n.shape != s.shape or n.dtype is not s.dtype or n.rg != s.rg:
                return None
            nodes.append(n)
        return nodes

    def differing(self, args: Args) -> Iterator[int]:
        """The arguments that are of another kind than those of the capture."""
        for k, (a, expected) in enumerate(zip(args, self.avals)):
            if not (expected.fits(a) if type(expected) is Told else aval_of(a) == expected):
                yield k

    def numbered(self, args: Args, structure: Structure, modes: Modes) -> list[int] | None:
        """The arguments that a capture should take as Numbers, since this one differs in nothing else."""
        if modes != self.modes or structure != self.structure or len(args) != len(self.avals):
            return None
        differ = list(self.differing(args))
        if any(not is_number(args[k]) or self.avals[k].__class__ is not tuple
               or self.avals[k][0] is not args[k].__class__ for k in differ):
            return None
        return [*self.told, *differ]

    def unchanged(self) -> bool:
        """Whether what Python read would be read again."""
        count = changes.count
        thorough = count != self.count
        for place in self.places:
            if (thorough or place.silent or place.now() is not place.value) and not place.same():
                return False
        self.count = count
        return True

    # ------------------------------------------------------------ the replay
    def arguments(self, args: Args) -> tuple[list[Any], list[Change]] | None:
        """The values of all Numbers and the counts to set afterwards; None where a decision would fall
        otherwise."""
        given: dict[int, Any] = {}
        counts: list[Change] = []
        for step in self.steps:
            numbers = step.numbers(counts)
            if numbers is None:
                return None
            given.update(zip(step.places, numbers))
        given.update((place, args[k]) for k, place in self.told.items())
        for c in self.counted:
            first = c.entries[0][c.key]
            if any(entry[c.key] is not first and entry[c.key] != first for entry in c.entries) \
                    or first.__class__ is not self.numbers.values[c.place].__class__:
                return None
            given[c.place] = first
        values = self.numbers.evaluate(given)
        return None if values is None else (values, counts)

    def run(self, args: Args, nodes: Sequence[Node], values: Sequence[Any], counts: Sequence[Change]) -> Any:
        """Compute, write back, return."""
        evaluate([n for n in nodes if n.value is None])
        scalars = [self._scalar(kind, of, values) for kind, of in self.scalars]
        arrays = self.program.run([n.value for n in nodes], scalars)
        made: list[Change] = [(setattr, generator, "counter", generator.counter + count)
                              for generator, count in self.drawn]
        for w in self.written:
            storage = w.target(args)
            made += storage.writing(leaf(arrays[w.root], storage.node.dtype))
        for ref, root in self.grads:
            t = ref.tensor(args)
            grad = None if root is None else root.tensor(arrays) if isinstance(root, Rows) else \
                tensor_of(arrays[root], t.dtype, None)
            made.append((setattr, t, "_grad", grad))
        made += counts
        made += [(entry.__setitem__, c.key, values[c.after]) for c in self.counted for entry in c.entries]
        found = {"root": arrays, "number": values}
        results = [self.result(r, args, found[r.kind][r.it] if r.kind in found else None)
                   for r in self.returned]
        returned = unflatten(self.shape_of_result, results)
        if made:
            making(made)()
        return returned

    def _scalar(self, kind: str, of: Any, values: Sequence[Any]) -> Any:
        if kind == "constant":
            return of
        if kind == "number":
            return values[of]
        if kind == "seed":
            return signed(of.initial_seed())
        generator, ahead = of
        return generator.counter + ahead

    def result(self, r: Returned, args: Args, found: Any) -> Any:
        """One place of what is returned; `found` is the array of a tensor, or a number."""
        if r.kind == "root":
            return tensor_of(found, r.dtype, r.made_by)
        if r.kind == "number":
            return found
        return args[r.it] if r.kind == "argument" else r.it


def aval_of(value: Any) -> Any:
    """What of an argument a captured step depends on."""
    if isinstance(value, Tensor):
        n = value.node
        return n.shape, n.dtype, n.rg, value.__class__
    try:
        return Picturing().of(value)
    except Unseen:
        return object()         # equal to nothing


def held(node: Node) -> Tensor:
    """A tensor over a node that is computed when somebody looks, and that nothing else waits for."""
    out = _new(Tensor)
    out._node = node
    return out


def tensor_of(array: Any, dtype: dt.DType, made_by: str | None) -> Tensor:
    """A tensor over an array; with the freed history of what made it, if that is told."""
    out = _new(Tensor)              # the node is known: half the price of Tensor(node)
    out._node = Node(leaf_p, (), (), array.shape, dtype, PLAIN, array) if made_by is None else \
        Node(freed_p, (), (made_by,), array.shape, dtype, TRACKED, array)
    return out


def settled(node: Node, value: Any) -> None:
    """Give a node of the captured step its value."""
    node.value = value
    if node.rg == PLAIN:
        node.prim, node.inputs, node.params = leaf(value, node.dtype).prim, (), ()
