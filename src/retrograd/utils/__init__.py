"""`torch.utils`: facades under PyTorch's module names, each loaded when it is first asked for.

>>> import retrograd as rg
>>> rg.utils.data.TensorDataset(rg.arange(2))[1]
(tensor(1),)
"""

from __future__ import annotations

from retrograd.base.later import later as _later

__getattr__, __dir__ = _later(
    __name__, modules="_pytree benchmark checkpoint data hooks model_zoo tensorboard")
