"""A library with PyTorch's names, as the networks of `others` are written for it: its modules, data that are
the same in each, and the usual training step."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

Work = tuple[Any, Callable[..., Any], tuple[Any, ...]]


class Library:
    """A library's modules, and data that are the same in each."""

    def __init__(self, name: str, compiled: bool = False) -> None:
        def module(path: str = "") -> Any:
            return importlib.import_module(name + path)
        self.T, self.nn, self.F = module(), module(".nn"), module(".nn.functional")
        self.optim, self.autograd, self.func = module(".optim"), module(".autograd"), module(".func")
        self.distributions, self.rnn = module(".distributions"), module(".nn.utils.rnn")
        self.peer = name == "torch"
        self.compiled = compiled
        self.rng = np.random.default_rng(0)

    def normal(self, *shape: int, dtype: str = "float32") -> Any:
        return self.T.from_numpy(self.rng.standard_normal(shape).astype(dtype))

    def uniform(self, *shape: int) -> Any:
        return self.T.from_numpy(self.rng.random(shape).astype("float32"))

    def integers(self, high: int, *shape: int) -> Any:
        return self.T.from_numpy(self.rng.integers(0, high, shape))

    def wrap(self, model: Any) -> Any:
        """The model as it is called: torch.compile takes modules, retrograd.compile whole steps."""
        return self.T.compile(model) if self.peer and self.compiled else model

    def optimizer(self, parameters: Any, kind: str = "Adam", **options: Any) -> Any:
        """PyTorch's fused one where it has that."""
        if self.peer and kind in ("Adam", "AdamW", "SGD", "Adagrad"):
            options["fused"] = True
        return getattr(self.optim, kind)(parameters, **options)

    def trained(self, model: Any, loss_of: Any, args: tuple[Any, ...], kind: str = "Adam",
                **options: Any) -> Work:
        """The usual step: `loss_of(called, *args)`, backward, an optimiser."""
        opt, called = self.optimizer(model.parameters(), kind, **options), self.wrap(model)

        def step(*args: Any) -> Any:
            opt.zero_grad()
            loss = loss_of(called, *args)
            loss.backward()
            opt.step()
            return loss
        return model, step, args

    def classified(self, model: Any, x: Any, classes: int, *more: Any) -> Work:
        labels = self.integers(classes, len(x))
        return self.trained(model, lambda f, x, y, *more: self.F.cross_entropy(f(x, *more), y),
                            (x, labels, *more))


def layers(L: Library, *sizes: int, act: str = "ReLU") -> Any:
    """Linear layers with an activation between them."""
    made: list[Any] = []
    for i, o in zip(sizes, sizes[1:]):
        made += [L.nn.Linear(i, o), getattr(L.nn, act)()]
    return L.nn.Sequential(*made[:-1])
