"""Twin of vitne.evidence.pcapng: tshark and vitne's own reader read back what was written."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from vitne.evidence.pcapng import Frame, write
from vitne.intake import open_capture
from vitne.model import RecordChunk

FRAMES = [
    Frame(1_549_174_481_123_456_789, 1, 60, bytes(60), "a note"),
    Frame(1_549_174_482_000_000_001, 101, 21, b"\x45" + bytes(20)),
    Frame(1_549_174_483_000_000_000, 1, 61, bytes(61), "ø" * 3000),
]


def test_frames_come_back_with_times_lengths_and_link_types(tmp_path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(write(FRAMES, "whole"))
    reader = open_capture(path)
    rows = []
    for chunk in reader.chunks():
        assert isinstance(chunk, RecordChunk), chunk
        rows += zip(chunk.time_ns.tolist(), chunk.link_type.tolist(), chunk.cap_length.tolist(), strict=True)
    reader.close()
    assert rows == [(f.time_ns, f.link_type, len(f.data)) for f in FRAMES]


def test_the_same_frames_give_the_same_bytes() -> None:
    assert write(FRAMES, "c") == write(FRAMES, "c")


def test_an_option_is_never_longer_than_its_field_and_stays_utf_8() -> None:
    data = write(FRAMES, "x" * 100_000)
    assert b"x" * 4001 not in data
    data.decode("utf-8", "replace")


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_shows_the_comments_at_their_frames(tmp_path) -> None:
    (tmp_path / "a.pcapng").write_bytes(write(FRAMES[:2], "whole"))
    run = subprocess.run(
        ["tshark", "-r", str(tmp_path / "a.pcapng"), "-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-e", "frame.time_epoch"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout.splitlines()[0] == "1\ta note\t1549174481.123456789"
