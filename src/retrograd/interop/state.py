"""save and load: nested dicts, lists, numbers and tensors in one safetensors file, and back. Never a pickle.

The tensors are the file's tensors, named by their path; everything else is JSON in the file's metadata.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from retrograd.base.errors import MissingError
from retrograd.interop import pytorch
from retrograd.interop.atomic import writing
from retrograd.interop.safetensors import opened, pack, read, tensor_of
from retrograd.interop.structure import Decoder, Encoder
from retrograd.tensors.device import placed

KEY, VERSION = "retrograd", 1


def save(obj: Any, f: Any, pickle_module: Any = None, pickle_protocol: int | None = None,
         _use_new_zipfile_serialization: bool = True) -> None:
    """Write obj to f, a path or a binary file object, as one safetensors file.

    obj nests dicts, lists and tuples over tensors, numbers, strings, bytes, None, dtypes, sizes, devices and
    NumPy arrays; anything else is refused by its path. Tensors that share memory are stored once and share it
    again when loaded; a parameter is stored as a tensor that requires grad. A path shows the old file or the
    whole new one, whatever happens meanwhile.

    >>> import io, retrograd as rg
    >>> file = io.BytesIO()
    >>> rg.save({"epoch": 3, "model": {"w": rg.ones(2)}}, file)
    >>> _ = file.seek(0)
    >>> rg.load(file)
    {'epoch': 3, 'model': {'w': tensor([1., 1.])}}
    """
    encoder = Encoder()
    structure = encoder.encode(obj)
    arrays = encoder.arrays()
    metadata = {
        "format": "pt",
        KEY: json.dumps({"version": VERSION, "root": structure}, separators=(",", ":")),
    }
    with writing(f) as write:
        for piece in pack(arrays, metadata):
            write(piece)


def load(f: Any, map_location: Any = None, pickle_module: Any = None, *, weights_only: bool = True,
         mmap: bool | None = None, **pickle_load_args: Any) -> Any:
    """What `save` wrote to f, a path or a binary file object; of other safetensors files, tensors by name; of
    files of torch.save, what data is in them.

    Nothing in a file is executed, so `weights_only` makes no difference. Of PyTorch's files dicts, lists,
    tuples, numbers, texts, tensors and parameters are read, as in a state_dict or a checkpoint of them;
    anything else in one, and any other pickle, is refused with the way to convert it.
    """
    if map_location is not None and not callable(map_location):
        for place in map_location.values() if isinstance(map_location, dict) else (map_location,):
            placed(place)
    with opened(f) as source:
        head = source.peek(16)
        if pytorch.is_pytorch(head):
            return pytorch.read(source, head)
        arrays, metadata = read(source)
    if KEY not in metadata:
        return {name: tensor_of(name, array, source.name) for name, array in arrays.items()}
    try:
        outer = json.loads(metadata[KEY])
        version = outer["version"]
        if version == VERSION:
            return Decoder(arrays, source.name).decode(outer["root"])
    except RecursionError:
        raise source.broken("its structure is nested too deeply") from None
    except (ValueError, TypeError, LookupError, AttributeError, struct.error) as error:
        raise source.broken(
            f"its structure cannot be read ({type(error).__name__}: {str(error)[:200]})"
        ) from None
    raise MissingError(
        f"{source.name} has version {version!r} of the structure, this Retrograd reads {VERSION}",
        op="load",
        fix="Upgrade Retrograd.",
    )
