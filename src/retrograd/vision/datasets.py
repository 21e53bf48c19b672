"""Datasets as they lie on disk: MNIST and its kin (idx files), CIFAR, folders of pictures; invented ones."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import tarfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from retrograd.base.errors import ArgumentError
from retrograd.data.dataset import Dataset
from retrograd.tensors.create import from_numpy
from retrograd.vision.transforms import opened

__all__ = ["CIFAR10", "CIFAR100", "MNIST", "FakeData", "FashionMNIST", "ImageFolder", "KMNIST",
           "VisionDataset", "read_idx"]

_IDX: dict[int, np.dtype[Any]] = {
    0x08: np.dtype("u1"), 0x09: np.dtype("i1"), 0x0B: np.dtype(">i2"), 0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"), 0x0E: np.dtype(">f8")}


class VisionDataset(Dataset):
    """Pictures and labels by index, each through its transform."""

    __len__: Callable[[], int]      # a subclass knows it

    def __init__(self, root: Any = None, transforms: Callable[[Any, Any], Any] | None = None,
                 transform: Callable[[Any], Any] | None = None,
                 target_transform: Callable[[Any], Any] | None = None) -> None:
        self.root = os.path.expanduser(str(root)) if root is not None else None
        self.transform, self.target_transform, self.transforms = transform, target_transform, transforms

    def _sample(self, picture: Any, label: Any) -> tuple[Any, Any]:
        if self.transforms is not None:
            picture, label = self.transforms(picture, label)
        if self.transform is not None:
            picture = self.transform(picture)
        if self.target_transform is not None:
            label = self.target_transform(label)
        return picture, label

    def __repr__(self) -> str:
        where = f"\n    Root location: {self.root}" if self.root else ""
        return f"Dataset {type(self).__name__}\n    Number of datapoints: {len(self)}{where}"


def read_idx(path: Path) -> np.ndarray:
    """The array in an idx file, plain or gzipped: 0 0 type rank, big-endian sizes, then the elements."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        content = file.read()
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX:
        raise ArgumentError(f"{path} is no idx file", op="read_idx",
                            expected="one that begins with 0 0 type rank")
    kind, rank = _IDX[content[2]], content[3]
    sizes = struct.unpack(f">{rank}I", content[4:4 + 4 * rank])
    body = content[4 + 4 * rank:]
    if len(body) != int(np.prod(sizes)) * kind.itemsize:
        raise ArgumentError(f"{path} holds {len(body)} bytes of elements for sizes {sizes}", op="read_idx",
                            expected=f"{int(np.prod(sizes)) * kind.itemsize} bytes",
                            fix="The file is cut off or damaged: remove it and fetch it again.")
    return np.frombuffer(body, kind).reshape(sizes).astype(kind.newbyteorder("="))


def fetch(url: str, path: Path, md5: str) -> None:
    """Fetch a file whole and compare its digest; nothing is left behind when that fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            content = answer.read()
    except OSError as error:
        raise RuntimeError(f"cannot fetch {url}: {error}.\n  Put the file there yourself: {path}") from error
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise RuntimeError(f"{url} is not the file that was expected (MD5 {md5}): it was not kept.")
    path.write_bytes(content)


class MNIST(VisionDataset):
    """28 x 28 grey digits: `root/MNIST/raw/train-images-idx3-ubyte` and its kin, with or without .gz.

    download=True fetches what is missing. `data` is uint8 (n, 28, 28), `targets` int64 (n).
    """

    mirrors = ("https://ossci-datasets.s3.amazonaws.com/mnist/",)
    files = (("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
             ("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432"),
             ("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3"),
             ("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c"))
    classes: Any = ("0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five", "6 - six",
                    "7 - seven", "8 - eight", "9 - nine")

    def __init__(self, root: Any, train: bool = True, transform: Callable[[Any], Any] | None = None,
                 target_transform: Callable[[Any], Any] | None = None, download: bool = False) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        self.classes = list(type(self).classes)
        images, labels = (self._file(name, md5, download) for name, md5 in self.files[0 if train else 2:][:2])
        self.data = from_numpy(read_idx(images))
        self.targets = from_numpy(read_idx(labels).astype(np.int64))

    @property
    def raw_folder(self) -> str:
        """Where the files lie."""
        return os.path.join(str(self.root), type(self).__name__, "raw")

    @property
    def class_to_idx(self) -> dict[str, int]:
        """Names of the classes to their numbers."""
        return {name: k for k, name in enumerate(self.classes)}

    def _file(self, name: str, md5: str, download: bool) -> Path:
        plain = Path(self.raw_folder, name)
        packed = plain.with_name(name + ".gz")
        if plain.is_file():
            return plain
        if not packed.is_file():
            if not download:
                raise RuntimeError("Dataset not found. You can use download=True to download it, or put "
                                   f"{packed.name} into {self.raw_folder}")
            fetch(self.mirrors[0] + packed.name, packed, md5)
        return packed

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._sample(self.data[int(index)].numpy(), int(self.targets[int(index)]))

    def __len__(self) -> int:
        return len(self.data)


class FashionMNIST(MNIST):
    """28 x 28 grey clothes in the format of MNIST, under `root/FashionMNIST/raw`."""

    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    files = (("train-images-idx3-ubyte", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
             ("train-labels-idx1-ubyte", "25c81989df183df01b3e8a0aad5dffbe"),
             ("t10k-images-idx3-ubyte", "bef4ecab320f06d8554ea6380940ec79"),
             ("t10k-labels-idx1-ubyte", "bb300cfdad3c16e7a12a480ee83cd310"))
    classes = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
               "Ankle boot")


class KMNIST(MNIST):
    """28 x 28 grey Japanese characters in the format of MNIST, under `root/KMNIST/raw`."""

    mirrors = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    files = (("train-images-idx3-ubyte", "bdb82020997e1d708af4cf47b453dcf7"),
             ("train-labels-idx1-ubyte", "e144d726b3acfaa3e44228e80efcd344"),
             ("t10k-images-idx3-ubyte", "5c965bf0a639b31b8f53240b1b52f4d7"),
             ("t10k-labels-idx1-ubyte", "7320c461ea6c1c855c0b718fb2a4b134"))
    classes = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


class CIFAR10(VisionDataset):
    """32 x 32 pictures in colour: `root/cifar-10-batches-bin/data_batch_1.bin` and its kin.

    This is the binary version: the other one is made of pickles, which Retrograd does not read.

    download=True fetches the archive. `data` is a uint8 array (n, 32, 32, 3), `targets` a list.
    """

    folder, archive = "cifar-10-batches-bin", "cifar-10-binary.tar.gz"
    md5 = "c32a1d4ab5d03f1284b67883e8d87530"
    parts = (tuple(f"data_batch_{k}.bin" for k in range(1, 6)), ("test_batch.bin",))
    names, label_bytes = "batches.meta.txt", 1

    def __init__(self, root: Any, train: bool = True, transform: Callable[[Any], Any] | None = None,
                 target_transform: Callable[[Any], Any] | None = None, download: bool = False) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.train = train
        here, url = Path(str(self.root), self.folder), "https://www.cs.toronto.edu/~kriz/" + self.archive
        if not here.is_dir() and download:
            packed = Path(str(self.root), self.archive)
            fetch(url, packed, self.md5)
            with tarfile.open(packed) as archive:
                archive.extractall(str(self.root), filter="data")
        if not here.is_dir():
            raise RuntimeError("Dataset not found or corrupted. You can use download=True to download it, or "
                               f"unpack {url} into {self.root}")
        rows = np.concatenate([self._rows(here / name) for name in self.parts[0 if train else 1]])
        pixels = rows[:, self.label_bytes:].reshape(-1, 3, 32, 32)
        self.data = np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))
        self.targets = rows[:, self.label_bytes - 1].tolist()
        self.classes = (here / self.names).read_text("utf-8").split()
        self.class_to_idx = {name: k for k, name in enumerate(self.classes)}

    def _rows(self, path: Path) -> np.ndarray:
        content = np.frombuffer(path.read_bytes(), np.uint8)
        width = self.label_bytes + 3 * 32 * 32
        if len(content) % width:
            raise ArgumentError(f"{path} is {len(content)} bytes long", op=type(self).__name__,
                                expected=f"a multiple of {width}", fix="Remove the folder, fetch it again.")
        return content.reshape(-1, width)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._sample(self.data[index], self.targets[index])

    def __len__(self) -> int:
        return len(self.data)


class CIFAR100(CIFAR10):
    """The same with a hundred classes: `root/cifar-100-binary/train.bin` and `test.bin`."""

    folder, archive = "cifar-100-binary", "cifar-100-binary.tar.gz"
    md5 = "03b5dce01913d631647c71ecec9e9cb8"
    parts = (("train.bin",), ("test.bin",))
    names, label_bytes = "fine_label_names.txt", 2


class FakeData(VisionDataset):
    """Invented pictures with labels, the same for each index: to try a program without data.

    >>> picture, label = FakeData(size=4, image_size=(3, 8, 8))[2]
    >>> picture.shape, 0 <= label < 10
    ((8, 8, 3), True)
    """

    def __init__(self, size: int = 1000, image_size: tuple[int, int, int] = (3, 224, 224),
                 num_classes: int = 10, transform: Callable[[Any], Any] | None = None,
                 target_transform: Callable[[Any], Any] | None = None, random_offset: int = 0) -> None:
        super().__init__(transform=transform, target_transform=target_transform)
        self.size, self.image_size, self.num_classes = size, tuple(image_size), num_classes
        self.random_offset = random_offset

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        if not 0 <= index < self.size:
            raise IndexError(f"FakeData index out of range: {index} of {self.size}")
        rng = np.random.default_rng(index + self.random_offset)
        channels, height, width = self.image_size
        picture = rng.integers(0, 256, (height, width, channels), dtype=np.uint8)
        return self._sample(picture, int(rng.integers(self.num_classes)))

    def __len__(self) -> int:
        return self.size


class ImageFolder(VisionDataset):
    """Pictures in `root/<class>/...`, read by Pillow as RGB; classes are numbered by the order of names."""

    extensions = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

    def __init__(self, root: Any, transform: Callable[[Any], Any] | None = None,
                 target_transform: Callable[[Any], Any] | None = None,
                 loader: Callable[[str], Any] | None = None,
                 is_valid_file: Callable[[str], bool] | None = None) -> None:
        super().__init__(root, transform=transform, target_transform=target_transform)
        self.loader = opened if loader is None else loader
        here = Path(str(self.root))
        self.classes = sorted(entry.name for entry in here.iterdir() if entry.is_dir())
        if not self.classes:
            raise FileNotFoundError(f"Couldn't find any class folder in {here}.")
        self.class_to_idx = {name: k for k, name in enumerate(self.classes)}
        wanted = is_valid_file or (lambda path: path.lower().endswith(self.extensions))
        self.samples = [(str(path), k) for name, k in self.class_to_idx.items()
                        for path in sorted((here / name).rglob("*")) if path.is_file() and wanted(str(path))]
        self.imgs, self.targets = self.samples, [k for _, k in self.samples]

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        path, label = self.samples[index]
        return self._sample(self.loader(path), label)

    def __len__(self) -> int:
        return len(self.samples)
