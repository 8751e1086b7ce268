"""Twin of vitne.evidence.slices: tshark opens each at the right frames."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from vitne.evidence.slices import slices
from vitne.store import read_case


@pytest.fixture(scope="module")
def made(demonstration):
    case = read_case(demonstration / "case")
    return case, slices([str(demonstration / "phone-hour.pcapng")], case.findings[:6])


def test_each_finding_has_a_slice(made) -> None:
    case, files = made
    assert list(files) == [one.id for one in case.findings[:6]]


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_the_frames_are_those_of_the_whole_capture(made, demonstration, tmp_path) -> None:
    case, files = made

    def fields(path, *more):
        names = ("frame.time_epoch", "frame.len", "ip.src", "udp.length")
        asked = [part for name in names for part in ("-e", name)]
        run = subprocess.run(
            ["tshark", "-r", str(path), "-T", "fields", *asked, *more],
            capture_output=True,
            text=True,
            check=True,
        )
        return run.stdout

    for one in case.findings[:6]:
        (tmp_path / "s.pcapng").write_bytes(files[one.id])
        wanted = ",".join(map(str, sorted({*one.frames, one.message_frames[0]})))
        whole = fields(demonstration / "phone-hour.pcapng", "-Y", f"frame.number in {{{wanted}}}")
        assert fields(tmp_path / "s.pcapng") == whole
        comments = fields(tmp_path / "s.pcapng", "-e", "frame.comment")
        assert one.id in comments
        assert f"frame {one.frames[0]} of phone-hour.pcapng" in comments


def test_the_comments_hold_labels_and_no_value(made) -> None:
    _, files = made
    first = next(iter(files.values()))
    assert b"mac-address#1" in first
    assert b"00:00:5e:00:53:01" not in first.lower()
