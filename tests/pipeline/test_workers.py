"""Workers: shares of flows read side by side give what one process gives; a death is told."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.pipeline.talk import CLIENT, IMEI, Talk, get, post, subject
from vitne.identify.subject import read_subject
from vitne.pipeline import Options, run_scan
from vitne.pipeline.flowwork import FlowWork
from vitne.pipeline.workers import MOST_WORKERS, workers_for

if TYPE_CHECKING:
    from pathlib import Path


def capture(tmp_path: Path) -> Path:
    talk = Talk()
    for number in range(12):
        talk.ask(post(b'{"imei":"%s","n":%d}' % (IMEI.encode(), number), host=f"h{number % 3}.example"))
        talk.ask(get("/plain"))
        talk.tcp([(CLIENT, bytes([200 + number]) * 300)], port=4000 + number)
        talk.udp(b"\xff\x00" * 20, source=5000 + number)
    return talk.write(tmp_path / "talk.pcap")


def everything(path: Path, tmp_path: Path, jobs: int) -> bytes:
    seeds, _ = read_subject(subject(tmp_path))
    result = run_scan([path], Options(subject=seeds, jobs=jobs)).masked()
    parts = [
        result.findings,
        result.opaque,
        list(result.transmissions),
        result.gaps,
        result.oddities,
        result.devices,
        result.counts,
    ]
    return msgspec.json.encode(parts)


@pytest.mark.parametrize("jobs", [2, 3, 7])
def test_any_number_of_processes_gives_the_same_result(tmp_path: Path, jobs: int) -> None:
    path = capture(tmp_path)
    assert everything(path, tmp_path, jobs) == everything(path, tmp_path, 1)


def test_small_captures_are_read_by_one_process_unless_asked() -> None:
    assert workers_for(1 << 20, None) == 1
    assert workers_for(1 << 20, 3) == 3
    assert workers_for(1 << 30, 0) == 1
    assert workers_for(1 << 30, 1_000_000) == MOST_WORKERS


def test_a_process_that_dies_is_told_and_the_rest_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, parent = FlowWork.haul, os.getpid()

    def dying(self: FlowWork, *, partial: bool) -> object:
        if os.getpid() != parent and any(one.setting.message.host == "h1.example" for one in self.drafts):
            os._exit(9)
        return real(self, partial=partial)

    monkeypatch.setattr(FlowWork, "haul", dying)
    result = run_scan([capture(tmp_path)], Options(jobs=12))
    assert result.failed
    assert any("worker process ended" in gap.why for gap in result.gaps)
    assert "h0.example" in {finding.destination.host for finding in result.findings}
    assert "h1.example" not in {finding.destination.host for finding in result.findings}
