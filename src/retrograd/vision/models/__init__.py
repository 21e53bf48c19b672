"""`torchvision.models`: networks for pictures under torchvision's names of builders, classes and parameters.

Weights are not fetched: `weights` must be None. A file of torchvision's weights, saved as safetensors or by
torch.save, is read by `model.load_state_dict(retrograd.load(path))`: the names of the state are the same.

>>> sum(p.numel() for p in resnet18().parameters())
11689512
"""

from retrograd.vision.models.mobilenet import MobileNetV2, mobilenet_v2
from retrograd.vision.models.resnet import (
    ResNet,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    wide_resnet50_2,
)
from retrograd.vision.models.vgg import (
    VGG,
    AlexNet,
    alexnet,
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
)
from retrograd.vision.models.weights import __getattr__ as __getattr__

__all__ = [
    "VGG",
    "AlexNet",
    "MobileNetV2",
    "ResNet",
    "alexnet",
    "mobilenet_v2",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
    "wide_resnet50_2",
]
