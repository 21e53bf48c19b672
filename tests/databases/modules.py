"""An entry of PyTorch's database of modules goes in; what comes out says of each of its inputs whether
Retrograd agrees: construction, keys and shapes of the state, forward in training and evaluation, first and
second derivatives, buffers afterwards, the class of errors.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from tests.databases import convert
from tests.databases.convert import Converter, NotHere
from tests.databases.operators import about, call, failure, gradients, values

DRAWN = frozenset("nn.FractionalMaxPool2d nn.FractionalMaxPool3d nn.Dropout nn.RReLU".split())


class Module:
    """One entry of the database, in both libraries."""

    def __init__(self, torch: Any, ours: Any, info: Any, limit: int) -> None:
        self.torch, self.ours, self.info, self.limit = torch, ours, info, limit
        self.name = "nn." + info.module_cls.__name__

    def check(self) -> Iterator[tuple[str, str]]:
        for training in (True, False):
            for name in ("float64", "float32"):
                self.torch.manual_seed(zlib.crc32(self.name.encode()))
                found = self.inputs(name, training)
                for k, case in enumerate(found[::-(-len(found) // self.limit)] if found else ()):
                    self.torch.manual_seed(k)
                    yield from self.one(case, name, training)
        yield from self.errors()

    def inputs(self, name: str, training: bool) -> list[Any]:
        info = self.info
        return call(lambda: list(info.module_inputs_func(
            info, device="cpu", dtype=getattr(self.torch, name), requires_grad=True, training=training)))

    def built(self, case: Any, name: str | None) -> tuple[Any, Any, Any]:
        """(theirs, ours, the converter), both of that dtype if one is given."""
        torch, ours = self.torch, self.ours
        c = Converter(torch, ours)
        args, kwargs = case.constructor_input.args, case.constructor_input.kwargs
        theirs = call(self.info.module_cls, *args, **kwargs)
        mine = call(getattr(ours.nn, self.info.module_cls.__name__), *c(args), **c(kwargs))
        if name is None:
            return theirs, mine, c
        return theirs.to(getattr(torch, name)), mine.to(getattr(ours, name)), c

    def one(self, case: Any, name: str, training: bool) -> Iterator[tuple[str, str]]:
        where = f"  {case.desc or ''} {about(_Sample(case.constructor_input))}"
        torch = self.torch
        try:
            theirs, mine, c = self.built(case, name)
            if self.info.is_lazy:
                state = {}
            else:
                state = theirs.state_dict()
                want = [(k, tuple(v.shape), str(v.dtype)[6:]) for k, v in state.items() if torch.is_tensor(v)]
                got = [(k, tuple(v.shape), str(v.dtype).split(".")[-1]) for k, v in mine.state_dict().items()]
                said = "" if got == want else f"{got} instead of {want}"
                yield "state", said and said + where
                mine.load_state_dict(c({k: v.clone() for k, v in state.items()}))
            theirs.train(training), mine.train(training)
            given = case.forward_input
            if given is None:
                return
            args, kwargs = c(given.args), c(given.kwargs)
        except NotHere:
            return
        except Exception as error:
            yield "construction", failure(error) + where
            return
        try:
            want = call(theirs, *given.args, **given.kwargs)
        except Exception:
            return
        try:
            if self.info.is_lazy:
                values(call(mine, *args, **kwargs))
                mine.load_state_dict(c({k: v.clone() for k, v in theirs.state_dict().items()}))
            got = call(mine, *args, **kwargs)
            values(got)
            drawn = self.name in DRAWN or self.draws(mine, training)
            said = "" if drawn else convert.differ(got, want)
            yield f"forward in {name}", said and said + where
            if self.info.is_lazy:
                want = call(theirs, *given.args, **given.kwargs)
            theirs_buffers, own = dict(theirs.named_buffers()), dict(mine.named_buffers())
            said = convert.differ(own, theirs_buffers)
            yield "buffers", said and said + where
            if name == "float64" and not drawn:
                yield from self.derivatives(theirs, mine, c, want, got, where)
        except Exception as error:
            yield f"forward in {name}", failure(error) + where

    def draws(self, module: Any, training: bool) -> bool:
        return training and any(
            getattr(m, "p", 0) and "ropout" in type(m).__name__ or
            getattr(m, "dropout", 0) and not callable(m.dropout) for m in module.modules())

    def derivatives(self, theirs: Any, mine: Any, c: Converter, want: Any, got: Any, where: str
                  ) -> Iterator[tuple[str, str]]:
        own = dict(mine.named_parameters())
        pairs = list(c.leaves) + [(p, own[k]) for k, p in theirs.named_parameters() if p.requires_grad]
        try:
            wanted = gradients(self.torch, want, [a for a, _ in pairs], self.info.supports_gradgrad)
        except Exception:
            return
        try:
            found = gradients(self.ours, got, [b for _, b in pairs], self.info.supports_gradgrad)
            for what, a, b in zip(("first derivatives", "second derivatives"), found, wanted):
                said = convert.differ(a, b, 1e2, finite=True) if b is not None else ""
                yield what, said and said + where
        except Exception as error:
            yield "first derivatives", failure(error) + where

    def errors(self) -> Iterator[tuple[str, str]]:
        info = self.info
        if info.module_error_inputs_func is None:
            return
        for case in call(lambda: list(info.module_error_inputs_func(
                info, device="cpu", dtype=self.torch.float32, requires_grad=False, training=False))):
            given = case.module_error_input
            try:
                theirs, mine, c = None, None, Converter(self.torch, self.ours)
                if "CONSTRUCTION" in str(case.error_on):
                    call(getattr(self.ours.nn, info.module_cls.__name__), *c(given.constructor_input.args),
                         **c(given.constructor_input.kwargs))
                else:
                    theirs, mine, c = self.built(given, None)
                    values(call(mine, *c(given.forward_input.args), **c(given.forward_input.kwargs)))
                said = f"not refused: {case.error_regex}"
            except NotHere:
                continue
            except Exception as error:
                said = "" if isinstance(error, case.error_type) else \
                    f"{failure(error)} instead of {case.error_type.__name__}: {case.error_regex}"
            yield "errors", said and f"{said}  {about(_Sample(given.constructor_input))}"


class _Sample:
    """Arguments in the form of a sample, for its description."""

    def __init__(self, given: Any) -> None:
        self.input, self.args, self.kwargs = given.args, (), given.kwargs

