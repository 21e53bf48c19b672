"""The table of a model: shapes, parameters and FLOPs of its layers, seen by hooks on one forward pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import retrograd as rg


@dataclass(frozen=True)
class Layer:
    """One layer of a forward pass of a single input; FLOPs count a multiplication and an addition as two."""

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int
    forward: int
    backward: int


def linear(module: rg.nn.Module, outputs: int) -> int:
    return 2 * module.in_features * outputs  # n products and n additions, the bias being one of them


def convolution(module: rg.nn.Module, outputs: int) -> int:
    return 2 * module.in_channels // module.groups * math.prod(module.kernel_size) * outputs


def pooling(module: rg.nn.Module, outputs: int) -> int:
    sides = module.kernel_size if isinstance(module.kernel_size, tuple) else (module.kernel_size,) * 2
    return (math.prod(sides) - 1) * outputs  # comparisons


# kind of layer -> FLOPs of its forward pass from the module and the number of its outputs
CONTRACTIONS: dict[str, Callable[[rg.nn.Module, int], int]] = {"Linear": linear, "Conv2d": convolution}
OTHERS: dict[str, Callable[[rg.nn.Module, int], int]] = {
    "MaxPool2d": pooling, "ReLU": lambda m, n: n, "Tanh": lambda m, n: n, "Sigmoid": lambda m, n: n}


def layers(model: rg.nn.Module, sample: rg.Tensor) -> list[Layer]:
    """Run `sample` (a batch of one) through the model and note what each leaf module made of it.

    A layer with weights costs its forward pass twice on the way back: once for the weights, once for its
    input. Nobody asks for the gradient of the data: the first such layer pays once, those before it nothing.
    """
    seen: list[Layer] = []

    def note(name: str) -> Callable:
        def hook(module: rg.nn.Module, inputs: tuple, output: rg.Tensor) -> None:
            kind, outputs = type(module).__name__, output.numel()
            first = not any(layer.parameters for layer in seen)
            if kind in CONTRACTIONS:
                forward = CONTRACTIONS[kind](module, outputs)
                backward = forward if first else 2 * forward
            else:
                forward = OTHERS[kind](module, outputs) if kind in OTHERS else 0
                backward = 0 if first else min(forward, outputs)
            parameters = sum(p.numel() for p in module.parameters())
            seen.append(Layer(name, kind, tuple(output.shape[1:]), parameters, forward, backward))
        return hook

    handles = [m.register_forward_hook(note(n)) for n, m in model.named_modules() if not list(m.children())]
    with rg.no_grad():
        model(sample)
    for handle in handles:
        handle.remove()
    return seen
