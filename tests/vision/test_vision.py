"""Datasets read from files made here, transforms against NumPy and PyTorch, pictures in files."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import retrograd as rg
from retrograd import vision
from retrograd.vision import datasets, transforms, utils


def _idx(array: np.ndarray) -> bytes:
    sizes = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return sizes + array.astype(np.uint8).tobytes()


@pytest.fixture
def mnist(tmp_path: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """A folder as torchvision leaves it: two files plain, two packed."""
    pictures = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    labels = np.arange(6, dtype=np.uint8)
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, array in (("train-images-idx3", pictures), ("train-labels-idx1", labels)):
        (raw / f"{name}-ubyte").write_bytes(_idx(array))
    for name, array in (("t10k-images-idx3", pictures[:2]), ("t10k-labels-idx1", labels[:2])):
        (raw / f"{name}-ubyte.gz").write_bytes(gzip.compress(_idx(array)))
    return tmp_path, pictures, labels


def test_mnist_is_read_plain_and_packed(mnist: Any) -> None:
    root, pictures, labels = mnist
    tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.25,))])
    train, test = (datasets.MNIST(root, train=which, transform=tensor) for which in (True, False))
    assert (len(train), len(test), train.class_to_idx["3 - three"]) == (6, 2, 3)
    assert train.data.dtype == rg.uint8 and train.targets.tolist() == labels.tolist()
    x, y = next(iter(rg.utils.data.DataLoader(train, batch_size=6)))
    np.testing.assert_allclose(x.numpy()[:, 0], (pictures / 255 - 0.5) / 0.25, atol=1e-6)  # float32
    assert y.tolist() == labels.tolist() and "Number of datapoints: 6" in repr(train)


def test_a_missing_or_cut_off_file_is_named(mnist: Any, tmp_path: Path) -> None:
    root, *_ = mnist
    with pytest.raises(RuntimeError, match=r"download=True(.|\n)*train-images-idx3-ubyte.gz"):
        datasets.FashionMNIST(root)
    path = root / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ValueError, match="cut off"):
        datasets.MNIST(root)


def test_a_fetched_file_must_have_its_digest(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"abc")
    target = tmp_path / "new" / "target"
    with pytest.raises(RuntimeError, match="not kept"):
        datasets.fetch(source.as_uri(), target, "0" * 32)
    assert not target.exists()
    datasets.fetch(source.as_uri(), target, "900150983cd24fb0d6963f7d28e17f72")     # RFC 1321: MD5 of abc
    assert target.read_bytes() == b"abc"


@pytest.mark.parametrize(("kind", "folder", "labels"), [
    (datasets.CIFAR10, "cifar-10-batches-bin", [3]), (datasets.CIFAR100, "cifar-100-binary", [9, 3])])
def test_cifar_reads_labels_and_planes(tmp_path: Path, kind: Any, folder: str, labels: list[int]) -> None:
    here = tmp_path / folder
    here.mkdir()
    planes = np.arange(3072, dtype=np.uint32).astype(np.uint8)
    for name in (*kind.parts[0], *kind.parts[1]):
        (here / name).write_bytes(bytes(labels) + planes.tobytes())
    (here / kind.names).write_text("\n".join("abcdefghij") + "\n\n")
    train = kind(tmp_path)
    picture, label = train[len(train) - 1]
    assert len(train) == len(kind.parts[0]) and label == 3 and train.class_to_idx["c"] == 2
    assert np.array_equal(picture[..., 1], planes.reshape(3, 32, 32)[1])
    (here / kind.parts[1][0]).write_bytes(b"abc")
    with pytest.raises(ValueError, match="multiple of"):
        kind(tmp_path, train=False)


@pytest.mark.parametrize("size", [(5, 4), (16, 20), (8, 8), 6])
def test_resize_is_pytorch_s_with_antialias(torch: Any, size: Any) -> None:
    x = np.random.default_rng(1).random((8, 12, 3))
    made = transforms.Resize(size)(x)
    wanted = (6, 9) if size == 6 else size
    theirs = torch.nn.functional.interpolate(torch.from_numpy(x.transpose(2, 0, 1))[None], wanted,
                                             mode="bilinear", antialias=True)[0].numpy().transpose(1, 2, 0)
    np.testing.assert_allclose(made, theirs, atol=1e-12)


def test_crops_flips_and_pads_treat_arrays_and_tensors_alike() -> None:
    x = np.arange(2 * 5 * 4, dtype=np.float32).reshape(5, 4, 2)
    t = rg.from_numpy(x.transpose(2, 0, 1).copy())
    flips = (transforms.RandomHorizontalFlip(1.0), transforms.RandomVerticalFlip(1.0))
    for transform in (transforms.CenterCrop(3), transforms.CenterCrop((7, 2)), transforms.Pad(1),
                      transforms.Pad((1, 2)), transforms.Pad((0, 1, 2, 0), padding_mode="reflect"), *flips):
        made = transform(x)
        assert np.array_equal(transform(t).numpy().transpose(1, 2, 0), made), transform
    assert np.array_equal(flips[0](x), x[:, ::-1]) and transforms.Pad((1, 2))(x).shape == (9, 6, 2)
    assert transforms.RandomCrop(4, padding=2)(x).shape == (4, 4, 2)
    with pytest.raises(ValueError, match="larger than input image size"):
        transforms.RandomCrop(6)(x)


def test_a_grid_is_laid_row_by_row_and_written(tmp_path: Path) -> None:
    pictures = rg.arange(3.0).reshape(3, 1, 1, 1).expand(3, 1, 2, 2)
    grid = utils.make_grid(pictures, nrow=2, padding=1, pad_value=9)
    assert grid[0].tolist() == [[9] * 7, [9, 0, 0, 9, 1, 1, 9], [9, 0, 0, 9, 1, 1, 9], [9] * 7,
                                [9, 2, 2, 9, 9, 9, 9], [9, 2, 2, 9, 9, 9, 9], [9] * 7]
    utils.save_image(rg.tensor([[[0.0, 1.0], [0.5, 2.0]]]), tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", data[16:24]) == (2, 2)
    start = data.index(b"IDAT")
    length, = struct.unpack(">I", data[start - 4:start])
    rows = zlib.decompress(data[start + 4:start + 4 + length])
    assert list(rows) == [0, 0, 0, 0, 255, 255, 255, 0, 128, 128, 128, 255, 255, 255]


def test_what_torchvision_has_more_says_so() -> None:
    with pytest.raises(AttributeError, match="vision.io is not implemented yet"):
        _ = rg.vision.io


def test_random_transforms_are_modules_and_keep_kind_and_shape() -> None:
    """nn.Sequential takes them; a tensor stays a tensor, an array an array, within its range."""
    rg.manual_seed(0)
    some = [transforms.ColorJitter(0.5, 0.5, 0.5, 0.2), transforms.RandomRotation(20),
            transforms.RandomAffine(10, (0.1, 0.1), (0.8, 1.2), 5), transforms.RandomGrayscale(0.5),
            transforms.GaussianBlur(3)]
    tensor = rg.rand(3, 8, 8)
    made = rg.nn.Sequential(*some, transforms.RandomResizedCrop(6), transforms.RandomErasing(1.0))(tensor)
    assert made.shape == (3, 6, 6) and 0 <= made.min() and made.max() <= 1
    array = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    for transform in some:
        out = transform(array)
        assert isinstance(out, np.ndarray) and out.shape == array.shape and out.dtype == np.uint8


def test_functional_pictures_turn_shift_and_cut() -> None:
    F = transforms.functional
    x = rg.arange(16.0).reshape(1, 4, 4)
    np.testing.assert_array_equal(F.rotate(x, 90).numpy()[0], np.rot90(x.numpy()[0]))
    np.testing.assert_array_equal(F.rotate(x, 180).numpy()[0], np.rot90(x.numpy()[0], 2))
    moved = F.affine(x, 0, (1, 0), 1.0, (0.0, 0.0)).numpy()[0]
    np.testing.assert_array_equal(moved[:, 1:], x.numpy()[0, :, :-1])
    assert not moved[:, 0].any()
    cut = F.crop(x, 2, 2, 3, 3).numpy()[0]
    np.testing.assert_array_equal(cut, np.pad(x.numpy()[0, 2:, 2:], ((0, 1), (0, 1))))
    assert F.get_image_size(x) == [4, 4] and F.hflip(x)[0, 0].tolist() == [3, 2, 1, 0]


def test_colours_agree_with_colorsys() -> None:
    import colorsys

    F = transforms.functional
    rgb = np.random.default_rng(0).random((5, 4, 3)).astype(np.float32)
    turned = F.adjust_hue(rg.from_numpy(rgb.transpose(2, 0, 1).copy()), 0.3).numpy().transpose(1, 2, 0)
    for before, after in zip(rgb.reshape(-1, 3), turned.reshape(-1, 3)):
        h, s, v = colorsys.rgb_to_hsv(*before)
        np.testing.assert_allclose(after, colorsys.hsv_to_rgb((h + 0.3) % 1, s, v), atol=1e-6)
    x = rg.from_numpy(rgb.transpose(2, 0, 1).copy())
    np.testing.assert_allclose(F.adjust_brightness(x, 0.5).numpy(), x.numpy() / 2, atol=1e-7)
    assert rg.equal(F.adjust_contrast(x, 1.0), x) and rg.equal(F.adjust_saturation(x, 1.0), x)


def test_blur_keeps_sums_and_pillow_images_go_both_ways() -> None:
    F = transforms.functional
    x = rg.zeros(1, 7, 7)
    x[0, 3, 3] = 1.0
    blurred = F.gaussian_blur(x, 3, 1.0)
    assert abs(blurred.sum().item() - 1) < 1e-6
    ratio = (blurred[0, 3, 3] / blurred[0, 3, 4]).item()      # of neighbours: exp(1 / 2)
    assert abs(ratio - np.exp(0.5)) < 1e-5
    pytest.importorskip("PIL")
    picture = rg.randint(0, 256, (3, 4, 5)).byte()
    assert rg.equal(transforms.PILToTensor()(transforms.ToPILImage()(picture)), picture)


# Numbers of parameters in torchvision's documentation of each model.
MODELS = {"resnet18": 11689512, "resnet34": 21797672, "resnet50": 25557032, "resnext50_32x4d": 25028904,
          "wide_resnet50_2": 68883240, "mobilenet_v2": 3504872}


@pytest.mark.parametrize("name", MODELS)
def test_models_have_the_documented_number_of_parameters(name: str, monkeypatch: Any) -> None:
    for fill in ("kaiming_normal_", "kaiming_uniform_", "normal_", "uniform_"):
        monkeypatch.setattr(rg.nn.init, fill, lambda tensor, *_, **__: tensor)
    model = getattr(vision.models, name)()
    assert sum(p.numel() for p in model.parameters()) == MODELS[name]


def test_a_model_scores_small_pictures_and_refuses_weights() -> None:
    with pytest.raises(NotImplementedError, match="weights=None"):
        vision.models.resnet18(weights=vision.models.ResNet18_Weights.DEFAULT)
    with pytest.raises(NotImplementedError, match="load_state_dict"):
        vision.models.mobilenet_v2(pretrained=True)
    model = vision.models.mobilenet_v2(num_classes=3, width_mult=0.25).eval()
    assert model(rg.zeros(1, 3, 32, 32)).shape == (1, 3)
    assert {"features.1.conv.0.0.weight", "features.18.1.running_var", "classifier.1.bias"} <= set(
        model.state_dict())


def test_boxes() -> None:
    boxes = rg.tensor([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]])
    iou = vision.ops.box_iou(boxes, boxes).numpy()
    np.testing.assert_allclose(iou[0, 1], 81 / 119, rtol=1e-6)
    assert vision.ops.nms(boxes, rg.tensor([0.1, 0.3, 0.2]), 0.5).tolist() == [1, 2]
    frozen = vision.ops.FrozenBatchNorm2d(2)
    assert not list(frozen.parameters()) and set(frozen.state_dict()) == {
        "weight", "bias", "running_mean", "running_var"}
    dropped = vision.ops.stochastic_depth(rg.ones(50, 2), 0.5, "row")
    assert {tuple(row) for row in dropped.tolist()} == {(0.0, 0.0), (2.0, 2.0)}
