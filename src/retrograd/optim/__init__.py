"""`torch.optim`: optimisers and learning-rate schedulers."""

from importlib import import_module

from retrograd.optim import lr_scheduler
from retrograd.optim.adagrad import Adagrad
from retrograd.optim.adam import Adam, AdamW
from retrograd.optim.lbfgs import LBFGS
from retrograd.optim.optimizer import Optimizer
from retrograd.optim.rmsprop import RMSprop
from retrograd.optim.sgd import SGD

__all__ = ["LBFGS", "SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]


def __getattr__(name: str) -> object:
    raise import_module("retrograd.missing").attribute_error("optim", name, globals())
