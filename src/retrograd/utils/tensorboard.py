"""`torch.utils.tensorboard`: SummaryWriter, which writes event files that TensorBoard reads."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from retrograd.base.errors import MissingError
from retrograd.interop import events
from retrograd.tensors.tensor import Tensor

__all__ = ["SummaryWriter"]


def _array(x: Any) -> Any:
    return x.detach().numpy(force=True) if isinstance(x, Tensor) else np.asarray(x)


class SummaryWriter:
    """Writes numbers, histograms, pictures and texts into runs/<time>_<host> (or log_dir).

    >>> import tempfile
    >>> from retrograd.interop.events import read_records
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SummaryWriter(folder) as writer:
    ...         writer.add_scalar("loss", 0.5, 1)
    ...     with next(Path(folder).iterdir()).open("rb") as file:
    ...         len(list(read_records(file)))
    2
    """

    def __init__(self, log_dir: Any = None, comment: str = "", purge_step: int | None = None,
                 max_queue: int = 10,
                 flush_secs: int = 120, filename_suffix: str = "") -> None:
        if not log_dir:
            log_dir = os.path.join("runs",
                                   f"{time.strftime('%b%d_%H-%M-%S')}_{socket.gethostname()}{comment}")
        self.log_dir = str(log_dir)
        self.max_queue, self.flush_secs, self.filename_suffix = max_queue, flush_secs, filename_suffix
        self._files: dict[str, Any] = {}
        self._edges: Any = None
        self._file("")

    def _file(self, part: str) -> Any:
        """The file of a run (or of a part of it), begun when it is first needed."""
        if part not in self._files:
            folder = Path(self.log_dir, part)
            folder.mkdir(parents=True, exist_ok=True)
            now = time.time()
            host = f"{socket.gethostname()}.{os.getpid()}.{len(self._files)}"
            name = f"events.out.tfevents.{int(now):010d}.{host}"
            self._files[part] = (folder / (name + self.filename_suffix)).open("wb")
            self._write(part, events.event(now, None, version="brain.Event:2"))
        return self._files[part]

    def _write(self, part: str, message: bytes) -> None:
        file = self._file(part)
        file.write(events.record(message))
        file.flush()

    def _add(self, value: bytes, step: Any, walltime: Any, part: str = "") -> None:
        now = time.time() if walltime is None else walltime
        self._write(part, events.event(now, None if step is None else int(step), values=[value]))

    def add_scalar(self, tag: str, scalar_value: Any, global_step: Any = None, walltime: Any = None,
                   new_style: bool = False, double_precision: bool = False) -> None:
        """A number at a step."""
        value = float(_array(scalar_value).reshape(()))
        made = events.precise(tag, value) if double_precision else events.scalar(tag, value)
        self._add(made, global_step, walltime)

    def add_scalars(self, main_tag: str, tag_scalar_dict: Mapping[str, Any], global_step: Any = None,
                    walltime: Any = None) -> None:
        """Several numbers in one chart: each is a run of its own in a folder beside."""
        for tag, value in tag_scalar_dict.items():
            part = main_tag.replace("/", "_") + "_" + tag
            self._add(events.scalar(main_tag, float(_array(value).reshape(()))), global_step, walltime, part)

    def add_histogram(self, tag: str, values: Any, global_step: Any = None, bins: Any = "tensorflow",
                      walltime: Any = None, max_bins: Any = None) -> None:
        """How values are spread."""
        if isinstance(bins, str) and bins == "tensorflow":
            if self._edges is None:
                self._edges = events.edges_of_tensorboard()
            bins = self._edges
        self._add(events.histogram(tag, _array(values), bins), global_step, walltime)

    def add_image(self, tag: str, img_tensor: Any, global_step: Any = None, walltime: Any = None,
                  dataformats: str = "CHW") -> None:
        """A picture: uint8, or floats in [0, 1]; dataformats names its dimensions."""
        self._add(events.image(tag, _pixels(_array(img_tensor), dataformats.upper())), global_step, walltime)

    def add_images(self, tag: str, img_tensor: Any, global_step: Any = None, walltime: Any = None,
                   dataformats: str = "NCHW") -> None:
        """Pictures side by side, eight in a row."""
        kind = dataformats.upper()
        each = [_pixels(x, kind.replace("N", "")) for x in np.moveaxis(_array(img_tensor), kind.index("N"),
                                                                       0)]
        wide = 8
        blank = np.zeros_like(each[0])
        each += [blank] * (-len(each) % min(wide, len(each)))
        rows = [np.concatenate(each[k:k + wide], 1) for k in range(0, len(each), wide)]
        self._add(events.image(tag, np.concatenate(rows, 0)), global_step, walltime)

    def add_text(self, tag: str, text_string: str, global_step: Any = None, walltime: Any = None) -> None:
        """A text in Markdown."""
        self._add(events.text(tag, text_string), global_step, walltime)

    def add_hparams(self, hparam_dict: Mapping[str, Any], metric_dict: Mapping[str, Any],
                    hparam_domain_discrete: Any = None,
                    run_name: str | None = None, global_step: Any = None) -> None:
        """Settings as a table of text, results as numbers (in a run of their own). The HParams page stays
        empty."""
        part = run_name or str(time.time())
        table = "| setting | value |\n|---|---|\n" + "".join(f"| {k} | {v} |\n" for k,
                                                             v in hparam_dict.items())
        self._add(events.text("hparams", table), global_step, None, part)
        for tag, value in metric_dict.items():
            self._add(events.scalar(tag, float(_array(value).reshape(()))), global_step, None, part)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("add_"):
            raise MissingError(f"SummaryWriter.{name} is not there yet", fix="add_scalar, add_histogram, "
                                                                             "add_image and "
                               "add_text are; retrograd.show prints what was compiled for a function.")
        raise AttributeError(f"'SummaryWriter' object has no attribute '{name}'")

    def get_logdir(self) -> str:
        """The folder."""
        return self.log_dir

    def flush(self) -> None:
        """Have everything on disk."""
        for file in self._files.values():
            if not file.closed:
                file.flush()

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _pixels(x: Any, dims: str) -> Any:
    """A picture as uint8 (height, width, channels)."""
    if x.ndim != len(dims) or sorted(dims) not in (sorted("CHW"), sorted("HW")):
        raise AssertionError(f"size of input tensor and input format are different. tensor shape: {x.shape}, "
                             f"input_format: {dims}")
    x = x[..., None] if "C" not in dims else np.moveaxis(x, [dims.index(d) for d in "HWC"], [0, 1, 2])
    if x.dtype != np.uint8:
        x = (x.astype(np.float64) * 255).clip(0, 255)
    x = x.astype(np.uint8)
    return np.ascontiguousarray(np.repeat(x, 3, 2) if x.shape[2] == 1 else x)
