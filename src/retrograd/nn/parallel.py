"""Wrappers that PyTorch scripts put around a model to train on several devices; here they pass it through.

Without a process group there is one process, whose gradients need no exchange.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from retrograd.base.later import places as _places
from retrograd.nn.module import Module

_places(__name__, "data_parallel distributed")


class DataParallel(Module):
    """Calls the module: there is one device to spread a batch over.

    >>> from retrograd import nn
    >>> nn.DataParallel(nn.Identity())(3)
    3
    """

    def __init__(
        self, module: Module, device_ids: Any = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.dim = dim
        self.device_ids = device_ids or []
        self.output_device = output_device

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module returns."""
        return self.module(*inputs, **kwargs)


def data_parallel(module: Module, inputs: Any, device_ids: Any = None, output_device: Any = None,
                  dim: int = 0, module_kwargs: dict[str, Any] | None = None) -> Any:
    """module(*inputs, **module_kwargs): there is one device to spread a batch over.

    >>> from retrograd import nn
    >>> data_parallel(nn.Identity(), 3)
    3
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*given, **(module_kwargs or {}))


class DistributedDataParallel(Module):
    """Calls the module; takes PyTorch's arguments, and its state-dict keys begin with 'module.'.

    In one process the gradients are already those of the whole batch. Wrapping needs no `init_process_group`.

    >>> from retrograd import nn
    >>> model = nn.parallel.DistributedDataParallel(nn.Linear(2, 3))
    >>> list(model.state_dict())
    ['module.weight', 'module.bias']
    """

    def __init__(
        self,
        module: Module,
        device_ids: Any = None,
        output_device: Any = None,
        dim: int = 0,
        broadcast_buffers: bool | None = None,
        init_sync: bool = True,
        process_group: Any = None,
        bucket_cap_mb: float | None = None,
        find_unused_parameters: bool = False,
        check_reduction: bool = False,
        gradient_as_bucket_view: bool = False,
        static_graph: bool = False,
        **options: Any,
    ) -> None:
        super().__init__()
        _check_options(options)
        if not any(p.requires_grad for p in module.parameters()):
            raise RuntimeError(
                "DistributedDataParallel is not needed when a module doesn't have any parameter that "
                "requires a gradient."
            )
        self.module = module
        self.device_ids = device_ids
        self.output_device = output_device
        self.dim = dim
        self.broadcast_buffers = True if broadcast_buffers is None else broadcast_buffers
        self.find_unused_parameters = find_unused_parameters
        self.gradient_as_bucket_view = gradient_as_bucket_view
        self.static_graph = static_graph
        self.require_backward_grad_sync = True
        del init_sync, process_group, bucket_cap_mb, check_reduction  # about an exchange that does not happen

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Inside, gradients accumulate without exchange, which in one process they always do."""
        before = self.require_backward_grad_sync
        self.require_backward_grad_sync = False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module returns."""
        return self.module(*inputs, **kwargs)


_OPTIONS = {
    "delay_all_reduce_named_params",
    "param_to_hook_all_reduce",
    "mixed_precision",
    "device_mesh",
    "skip_all_reduce_unused_params",
    "bucket_cap_mb_list",
    "batched_grad_copy",
    "forward_sync_buffers",
}


def _check_options(options: dict[str, Any]) -> None:
    for name in options:
        if name not in _OPTIONS:
            raise TypeError(f"DistributedDataParallel.__init__() got an unexpected keyword argument '{name}'")
    if options.get("mixed_precision") is not None:
        raise NotImplementedError(
            "DistributedDataParallel: mixed_precision is not implemented yet; use amp.autocast"
        )
