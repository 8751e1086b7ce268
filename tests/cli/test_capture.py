from __future__ import annotations

import argparse
import socket
from typing import TYPE_CHECKING, Any

import pytest

from vitne.cli import capture
from vitne.cli.main import main
from vitne.intake.live import Frame, Ring
from vitne.intake.ringfiles import RingFiles
from vitne.model import CaptureError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED = argparse.Namespace(interface="wlan0", buffer=4, snap=1000)


class Fake:
    """A ring that gives frames, loses some, and whose interface goes away and comes back."""

    made = 0

    def __init__(self, interface: str, **more: Any) -> None:
        del interface, more
        type(self).made += 1
        if type(self).made == 2:
            raise CaptureError("not yet")
        self.link_type, self.number, self.turns = 1, type(self).made, 0

    def frames(self, wait_s: float) -> Iterator[list[Frame]]:
        self.turns += 1
        if self.turns == 1:
            yield [(self.number * 10**9, 60, bytes(60))]

    def dropped(self) -> tuple[int, int]:
        return 1, 5 if self.turns == 1 and self.number == 1 else 0

    def lost(self) -> bool:
        return self.number == 1

    def close(self) -> None:
        self.turns = -99


def test_a_lost_interface_is_waited_for_and_gaps_stand_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fake.made = 0
    monkeypatch.setattr("vitne.intake.live.Ring", Fake)
    monkeypatch.setattr(capture, "AWAY_S", 0.0)
    files = RingFiles(tmp_path, interface="wlan0", most_bytes=10**9, most_ns=10**19)
    turns = iter([False] * 6)
    assert capture.record(ASKED, files, lambda: next(turns, True)) == 5
    data = files.finished[0].read_bytes()
    for words in (b"the kernel dropped 5 frames", b"the interface went away", b"the interface is back"):
        assert words in data
    assert run_scan(files.finished, Options(jobs=1)).captures[0].packets == 2


def able() -> bool:
    try:
        Ring("lo", megabytes=4).close()
    except CaptureError:
        return False
    return True


@pytest.mark.skipif(not able(), reason="LOUD: capturing needs CAP_NET_RAW and is not tested here")
def test_a_capture_ends_with_files_and_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drain = capture._drain

    def sending(ring: Any, files: Any, wait_s: float) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"vitne was here", ("127.0.0.1", 9))
        drain(ring, files, wait_s)

    monkeypatch.setattr(capture, "_drain", sending)
    case = tmp_path / "case"
    assert main(["capture", "-i", "lo", "--case", str(case), "--seconds", "0.5", "--buffer", "4"]) == 0
    assert (case / "manifest.json").is_file()
    assert b"vitne was here" in next((tmp_path / "case.capture").glob("*.pcapng")).read_bytes()


def test_without_a_place_or_an_interface_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["capture", "-i", "lo"]) == 2
    assert main(["capture", "-i", "absent0", "--out", str(tmp_path)]) == 3
    assert "absent0" in capsys.readouterr().err
