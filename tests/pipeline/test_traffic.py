"""Twin of vitne.pipeline.traffic: captures opened and ordered, devices found, and one picked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pipeline.talk import PHONE, TABLET, Talk, get
from vitne.model import CaptureError, Gap, UsageError
from vitne.pipeline.traffic import devices_of, mask_of, open_traffic, pick_devices

if TYPE_CHECKING:
    from pathlib import Path


def opened(*paths: Path) -> tuple:
    return open_traffic(paths, stdin=None, progress=lambda *_: None)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    talk = Talk()
    talk.ask(get("/phone"), phone=PHONE)
    talk.ask(get("/tablet"), phone=TABLET)
    return talk.write(tmp_path / "two.pcap")


def test_flows_are_numbered_over_the_whole_scan(two: Path, tmp_path: Path) -> None:
    early = Talk()
    early.now -= 10**15
    early.ask(get("/early"))
    before = early.write(tmp_path / "before.pcap")
    captures, traffics, notes = opened(two, before)
    assert [capture.number for capture in captures] == [0, 1]
    numbers = [
        traffic.flow(n).number
        for traffic in traffics
        for n in range(traffic.first_flow, traffic.first_flow + traffic.walked.flow_count)
    ]
    assert numbers == [0, 1, 2]
    assert not notes


def test_one_unreadable_capture_is_a_gap_and_only_unreadable_ones_are_an_error(
    two: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pcap"
    bad.write_bytes(b"no capture at all")
    captures, _, notes = opened(bad, two)
    assert [capture.name for capture in captures] == ["two.pcap"]
    assert [(note.kind, "bad.pcap" in note.why) for note in notes if isinstance(note, Gap)] == [
        ("unreadable-input", True)
    ]
    with pytest.raises(CaptureError):
        opened(bad)


def test_a_device_is_picked_with_its_flows_alone(two: Path) -> None:
    _, [traffic], _ = opened(two)
    devices = devices_of([traffic])
    picked = pick_devices(devices, TABLET.ip)
    mask = mask_of(traffic, picked)
    assert mask is not None
    assert [traffic.flow(n).client_ip for n in range(len(mask)) if mask[n]] == [TABLET.ip]
    assert pick_devices(devices, None) is None
    assert mask_of(traffic, None) is None


def test_an_unknown_device_is_an_error_that_names_those_seen(two: Path) -> None:
    _, traffics, _ = opened(two)
    with pytest.raises(UsageError) as caught:
        pick_devices(devices_of(traffics), "192.0.2.77")
    assert PHONE.ip in caught.value.next_step
