"""Lazy layers: the number of inputs is read off the first call, and the layer becomes the ordinary one."""

from __future__ import annotations

from typing import Any

from retrograd.base.modes import no_grad
from retrograd.nn.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from retrograd.nn.conv import Conv1d, Conv2d, Conv3d
from retrograd.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from retrograd.nn.linear import Linear
from retrograd.nn.module import Module
from retrograd.nn.normalization import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from retrograd.tensors.create import empty, zeros_like
from retrograd.tensors.parameter import Parameter


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet.

    >>> p = UninitializedParameter()
    >>> p.materialize((2, 3))
    >>> tuple(p.shape)
    (2, 3)
    """

    def __init__(self, requires_grad: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(empty(0, device=device, dtype=dtype), requires_grad)

    def materialize(self, shape: Any, device: Any = None, dtype: Any = None) -> None:
        """Take a shape, and become an ordinary parameter."""
        self.data = empty(*shape, device=device, dtype=dtype or self.dtype)
        self.__class__ = Parameter      # type: ignore[assignment]   # it is one from now on

    def __repr__(self, **_: Any) -> str:        # type: ignore[override]
        return "<UninitializedParameter>"


def is_lazy(param: Any) -> bool:
    """Whether a parameter has no shape yet.

    >>> is_lazy(UninitializedParameter())
    True
    """
    return isinstance(param, UninitializedParameter)


class _Lazy(Module):
    """A layer that waits for its first input."""

    cls_to_become: type[Module]
    names: tuple[str, ...] = ("weight", "bias")
    dim = 1
    defaults: tuple[tuple[str, Any], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        # The norms have eps and momentum first.
        for k, (name, value) in enumerate(self.defaults, 2):
            if len(args) <= k:
                kwargs.setdefault(name, value)
        # With one input, to see the arguments refused here and which parameters there will be.
        probe = self.cls_to_become(kwargs.get("groups", 1), *args, **kwargs)
        self._given = (args, kwargs)
        for name, value in probe._parameters.items():
            self.register_parameter(name,
                                    None if value is None else UninitializedParameter(dtype=value.dtype))
        self._waiting = (
            self.register_forward_pre_hook(lambda module, inputs: module.initialize_parameters(*inputs)),
            self.register_load_state_dict_pre_hook(_Lazy._take_shapes))

    def _take_shapes(self, state: Any, prefix: str, *_: Any) -> None:
        """What is loaded has its shape from the state; the rest is known with the first input."""
        for name, mine in self._parameters.items():
            given = state.get(prefix + name)
            if given is not None and is_lazy(mine):
                mine.materialize(given.shape, dtype=mine.dtype)     # type: ignore[union-attr]
        for key, given in state.items():
            name = key.removeprefix(prefix)
            if name in ("running_mean", "running_var", "num_batches_tracked") and key.startswith(prefix):
                self.register_buffer(name, zeros_like(given))

    def has_uninitialized_params(self) -> bool:
        """Whether the first call is still to come.

        >>> LazyLinear(2).has_uninitialized_params()
        True
        """
        return any(is_lazy(p) for p in self._parameters.values())

    def initialize_parameters(self, input: Any) -> None:
        """Make the parameters for an input like this one, and become the ordinary layer."""
        if "_given" not in self.__dict__:
            return
        loaded = not self.has_uninitialized_params()
        args, kwargs = self._given
        for handle in self._waiting:
            handle.remove()
        del self._given, self._waiting
        real = self.cls_to_become(input.shape[self.dim], *args, **kwargs)
        with no_grad():
            for name, value in real._parameters.items():
                mine: Any = self._parameters[name]
                if mine is not None and value is not None and not loaded:
                    mine.materialize(value.shape, dtype=mine.dtype)
                    mine.copy_(value)
        self._buffers.update({k: v for k, v in real._buffers.items() if self._buffers.get(k) is None})
        for name, value in real.__dict__.items():
            if not name.startswith("_") and name != "training":
                self.__dict__[name] = value
        self.__class__ = self.cls_to_become             # type: ignore[assignment]

    def extra_repr(self) -> str:
        """The arguments."""
        return ", ".join([*map(str, self._given[0]), *(f"{k}={v}" for k, v in self._given[1].items())])


class _LazyConv(_Lazy):
    dims = 1

    @property
    def dim(self) -> int:       # type: ignore[override]
        """Where the channels are, whether or not there is a batch."""
        return -1 - self.dims


def _lazy(kind: type[Module], base: type = _Lazy, example: str = "", **more: Any) -> Any:
    name = "Lazy" + kind.__name__
    doc = f"""{kind.__name__} that reads the number of its inputs off the first call.

    >>> import retrograd as rg
    >>> layer = {example}
    >>> type(layer).__name__
    '{kind.__name__}'
    """
    return type(name, (base,), {"cls_to_become": kind, "__doc__": doc, "__module__": __name__,
                                "__qualname__": name,
                                **more})


def _conv(kind: type[Module], dims: int) -> Any:
    shape = ", ".join(["1", "2", *["4"] * dims])
    return _lazy(kind, _LazyConv, f"rg.nn.Lazy{kind.__name__}(3, 2); _ = layer(rg.ones({shape}))", dims=dims)


def _norm(kind: type[Module], rank: int) -> Any:
    shape = ", ".join(["2"] * rank)
    lazily = (("affine", True), ("track_running_stats",
                                 True))         # also where the ordinary one has neither
    return _lazy(kind, _Lazy, f"rg.nn.Lazy{kind.__name__}(affine=True); _ = layer(rg.ones({shape}))",
                 defaults=lazily)


LazyLinear = _lazy(Linear, _Lazy, "rg.nn.LazyLinear(3); _ = layer(rg.ones(2, 5))", dim=-1)
LazyConv1d, LazyConv2d, LazyConv3d = _conv(Conv1d, 1), _conv(Conv2d, 2), _conv(Conv3d, 3)
LazyConvTranspose1d, LazyConvTranspose2d = _conv(ConvTranspose1d, 1), _conv(ConvTranspose2d, 2)
LazyConvTranspose3d = _conv(ConvTranspose3d, 3)
LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d = _norm(BatchNorm1d, 3), _norm(BatchNorm2d,
                                                                                 4), _norm(BatchNorm3d, 5)
LazyInstanceNorm1d, LazyInstanceNorm2d = _norm(InstanceNorm1d, 3), _norm(InstanceNorm2d, 4)
LazyInstanceNorm3d = _norm(InstanceNorm3d, 5)
