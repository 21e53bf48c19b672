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
    with pytest.raises(AttributeError, match="vision.models is not implemented yet"):
        _ = rg.vision.models
