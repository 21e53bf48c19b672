"""TensorBoard itself reads what SummaryWriter wrote, where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import retrograd as rg
from retrograd.utils.tensorboard import SummaryWriter


@pytest.mark.slow
def test_tensorboard_reads_numbers_histograms_pictures_and_texts(tmp_path: Path) -> None:
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with SummaryWriter(tmp_path) as writer:
        for step in range(3):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.add_histogram("weights", rg.arange(10.0), 0)
        writer.add_image("digit", np.zeros((1, 4, 6), np.uint8), 1)
        writer.add_text("note", "hello", 2)
    events = reader.EventAccumulator(str(tmp_path), size_guidance={"tensors": 0})
    events.Reload()
    assert [(e.step, e.value) for e in events.Scalars("loss")] == [(0, 1.0), (1, 0.5), (2, np.float32(1 / 3))]
    histogram, = events.Histograms("weights")
    assert (histogram.histogram_value.num, histogram.histogram_value.sum) == (10, 45)
    picture, = events.Images("digit")
    assert (picture.width, picture.height) == (6, 4) and events.Tags()["tensors"] == ["note/text_summary"]
