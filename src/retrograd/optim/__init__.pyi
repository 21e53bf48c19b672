"""Written by `make stubs`: what type checkers and editors know of `retrograd.optim`."""

import builtins as _b
from collections.abc import Callable as _Callable
from collections.abc import Iterable as _Iterable
from collections.abc import Iterator as _Iterator
from collections.abc import Sequence as _Sequence
from typing import Any as _Any

from retrograd.base.dtype import DType as _DType
from retrograd.base.shape import Size as _Size
from retrograd.tensors.device import Device as _Device
from retrograd.tensors.tensor import Tensor as _Tensor
from retrograd import optim as adamax
from retrograd import optim as adamw
from retrograd import optim as nadam
from retrograd import optim as radam
from retrograd.optim import adadelta as adadelta
from retrograd.optim import adafactor as adafactor
from retrograd.optim import adagrad as adagrad
from retrograd.optim import adam as adam
from retrograd.optim import adam_family as adam_family
from retrograd.optim import asgd as asgd
from retrograd.optim import checks as checks
from retrograd.optim import gather as gather
from retrograd.optim import last as last
from retrograd.optim import lbfgs as lbfgs
from retrograd.optim import lr_scheduler as lr_scheduler
from retrograd.optim import muon as muon
from retrograd.optim import optimizer as optimizer
from retrograd.optim import recorded as recorded
from retrograd.optim import rmsprop as rmsprop
from retrograd.optim import rprop as rprop
from retrograd.optim import sgd as sgd
from retrograd.optim import state as state
from retrograd.optim import step_hooks as step_hooks
from retrograd.optim import swa_utils as swa_utils
from retrograd.optim import wolfe as wolfe
from retrograd.optim.adadelta import Adadelta as Adadelta
from retrograd.optim.adafactor import Adafactor as Adafactor
from retrograd.optim.adagrad import Adagrad as Adagrad
from retrograd.optim.adam import Adam as Adam
from retrograd.optim.adam import AdamW as AdamW
from retrograd.optim.adam_family import Adamax as Adamax
from retrograd.optim.adam_family import NAdam as NAdam
from retrograd.optim.adam_family import RAdam as RAdam
from retrograd.optim.asgd import ASGD as ASGD
from retrograd.optim.lbfgs import LBFGS as LBFGS
from retrograd.optim.muon import Muon as Muon
from retrograd.optim.optimizer import Optimizer as Optimizer
from retrograd.optim.rmsprop import RMSprop as RMSprop
from retrograd.optim.rprop import Rprop as Rprop
from retrograd.optim.sgd import SGD as SGD

