"""`torch.optim`: optimisers and learning-rate schedulers."""

from importlib import import_module

from retrograd.base.later import places as _places
from retrograd.optim import lr_scheduler, swa_utils
from retrograd.optim.adadelta import Adadelta
from retrograd.optim.adafactor import Adafactor
from retrograd.optim.adagrad import Adagrad
from retrograd.optim.adam import Adam, AdamW
from retrograd.optim.adam_family import Adamax, NAdam, RAdam
from retrograd.optim.asgd import ASGD
from retrograd.optim.lbfgs import LBFGS
from retrograd.optim.muon import Muon
from retrograd.optim.optimizer import Optimizer
from retrograd.optim.rmsprop import RMSprop
from retrograd.optim.rprop import Rprop
from retrograd.optim.sgd import SGD

__all__ = ["ASGD", "LBFGS", "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Muon",
           "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop", "lr_scheduler", "swa_utils"]

_places(__name__, "adamax adamw nadam radam")


def __getattr__(name: str) -> object:
    raise import_module("retrograd.missing").attribute_error("optim", name, globals())
