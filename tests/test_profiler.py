"""`profiler.profile` counts and times marks; a schedule chooses steps; the trace is Chrome's."""

from __future__ import annotations

import json
from pathlib import Path

import retrograd as rg
from retrograd.profiler import profile, record_function, schedule
from retrograd.utils.data import DistributedSampler


def test_marks_are_counted_and_compute_what_is_pending(tmp_path: Path) -> None:
    @record_function("product")
    def product() -> rg.Tensor:
        return rg.ones(3, 3) @ rg.ones(3, 3)

    outside = product()                             # nobody listens
    assert outside.node.value is None
    with profile(activities=[rg.profiler.ProfilerActivity.CPU], record_shapes=True) as prof:
        inside = [product() for _ in range(2)]
        assert inside[0].node.value is not None
    rows = {row.key: row for row in prof.key_averages()}
    assert rows["product"].count == 2 and rows["profile"].cpu_time_total >= rows["product"].cpu_time_total
    assert "product" in prof.key_averages().table(sort_by="cpu_time_total", row_limit=10)
    prof.export_chrome_trace(str(tmp_path / "trace.json"))
    assert [e["name"] for e in json.loads((tmp_path / "trace.json").read_text())["traceEvents"]] == \
        ["product", "product", "profile"]


def test_a_schedule_says_which_steps_are_kept() -> None:
    ready = []
    with profile(schedule=schedule(wait=1, warmup=1, active=2), on_trace_ready=ready.append) as prof:
        for _ in range(4):
            prof.step()
    assert ready == [prof] and [name for name, *_ in prof.spans] == ["ProfilerStep#2", "ProfilerStep#3"]


def test_a_distributed_sampler_deals_every_index_once() -> None:
    shares = [DistributedSampler(range(10), num_replicas=3, rank=k, seed=1) for k in range(3)]
    first = [list(s) for s in shares]
    assert sorted({k for share in first for k in share}) == list(range(10)) and {len(s) for s in first} == {4}
    for s in shares:
        s.set_epoch(1)
    assert [list(s) for s in shares] != first
