"""An entry of PyTorch's database of optimisers goes in; what comes out says of each of its options whether
Retrograd goes the same way in float64, also after its state was saved and loaded, and refuses the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from tests.databases import convert
from tests.databases.convert import Converter, NotHere
from tests.databases.names import wider
from tests.databases.operators import call, failure

STEPS = 14


class Optimizer:
    """One entry of the database, in both libraries."""

    def __init__(self, torch: Any, ours: Any, info: Any, limit: int) -> None:
        self.torch, self.ours, self.info, self.limit = torch, ours, info, limit
        self.name = "optim." + info.optim_cls.__name__

    def check(self) -> Iterator[tuple[str, str]]:
        for case in self.info.optim_inputs_func(device="cpu"):
            for flags in self.flags():
                c = Converter(self.torch, self.ours)
                try:
                    theirs = self.way(self.torch, self.info.optim_cls, {**case.kwargs, **flags})
                except Exception:
                    continue
                said = ""
                try:
                    cls = getattr(self.ours.optim, self.info.optim_cls.__name__)
                    mine = self.way(self.ours, cls, {**c(case.kwargs), **flags})
                    said = convert.differ(mine, theirs, wider(self.name), finite=True)
                except NotHere:
                    continue
                except Exception as error:
                    said = failure(error)
                yield "steps", said and f"{said}  {case.desc} {flags or ''}"
        yield from self.errors()

    def flags(self) -> list[dict[str, bool]]:
        return [{}, *({name: True} for name in self.info.supported_impls)]

    def way(self, T: Any, cls: Any, kwargs: dict[str, Any]) -> Any:
        """Parameters and the shapes of the state after some steps, half of them after loading the state."""
        rng = np.random.default_rng(5)
        shapes = [(3, 4), (2, 2)] if self.name == "optim.Muon" else [(3, 4), (5,), ()]
        params = [T.nn.Parameter(T.tensor(rng.standard_normal(s).tolist(), dtype=T.float64)) for s in shapes]
        target = [T.tensor(rng.standard_normal(s).tolist(), dtype=T.float64) for s in shapes]
        optimizer = call(cls, params, **kwargs)

        def loss() -> Any:
            optimizer.zero_grad()
            value = sum((((p - t) ** 2).sum() + (p ** 4).sum()) for p, t in zip(params, target))
            value.backward()
            return value
        for step in range(STEPS):
            if step == STEPS // 2:
                state = optimizer.state_dict()
                optimizer = call(cls, params, **kwargs)
                call(optimizer.load_state_dict, state)
            if self.info.step_requires_closure:
                call(optimizer.step, loss)
            else:
                loss()
                call(optimizer.step)
        state = optimizer.state_dict()["state"]
        keys = [(k, sorted(v)) for k, v in state.items()] if self.name != "optim.LBFGS" else []
        return [[p.detach() for p in params], str(keys)]

    def errors(self) -> Iterator[tuple[str, str]]:
        if self.info.optim_error_inputs_func is None:
            return
        cases = self.info.optim_error_inputs_func(device="cpu", dtype=self.torch.float64)
        for case in cases:
            given = case.optimizer_error_input
            c = Converter(self.torch, self.ours)
            said = ""
            try:
                params = c(given.params) if given.params is not None else \
                    [self.ours.nn.Parameter(self.ours.zeros(2, 2, dtype=self.ours.float64))]
                for theirs, mine in zip(given.params or (), params):
                    if isinstance(theirs, self.torch.Tensor) and theirs.grad is not None:
                        mine.grad = c(theirs.grad)
                cls = getattr(self.ours.optim, self.info.optim_cls.__name__)
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    optimizer = cls(params, **c(given.kwargs))
                    if "STEP" in str(case.error_on):
                        optimizer.step()
                said = f"not refused: {case.error_regex}"
            except NotHere:
                continue
            except Exception as error:
                if not isinstance(error, case.error_type):
                    said = f"{failure(error)} instead of {case.error_type.__name__}: {case.error_regex}"
            yield "errors", said and f"{said}  {given.desc}"
