"""Twin of vitne.evidence.plainly: what was inside stands as packets that other programs take for sound."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from vitne.evidence.pcapng import write
from vitne.evidence.plainly import Ends, Turn, conversation, datagram, whole

if TYPE_CHECKING:
    from pathlib import Path

MACS = (bytes.fromhex("00005e005301"), bytes.fromhex("00005e0053fe"))
FOUR = Ends(addresses=("192.0.2.20", "203.0.113.80"), ports=(40000, 80), hardware=MACS)
SIX = Ends(addresses=("2001:db8::1", "2001:db8::2"), ports=(40000, 5000), hardware=(b"", b""))


def _tshark(place: Path, *fields: str) -> list[list[str]]:
    words = ["tshark", "-r", str(place), "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    words += ["-o", "ip.check_checksum:TRUE", "-T", "fields"]
    for field in fields:
        words += ["-e", field]
    run = subprocess.run(words, capture_output=True, text=True, check=True)
    return [line.split("\t") for line in run.stdout.splitlines()]


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
@pytest.mark.parametrize("ends", [FOUR, SIX], ids=["ethernet-ipv4", "raw-ipv6"])
def test_tshark_puts_the_same_bytes_together_and_finds_nothing_wrong(ends: Ends, tmp_path: Path) -> None:
    said = {0: b"a" * 3000 + b"second", 1: b"answer"}
    frames = conversation(ends, said, [Turn(1000, 0, 3000), Turn(9_000_000, 1, 6), Turn(20_000_000, 0, 3006)])
    frames.append(datagram(ends, 1, 30_000_000, b"x" * 31))
    place = tmp_path / "a.pcapng"
    place.write_bytes(write(frames, "made"))
    rows = _tshark(
        place,
        "tcp.payload",
        "tcp.srcport",
        "tcp.checksum.status",
        "udp.checksum.status",
        "tcp.analysis.flags",
    )
    sent = {port: "".join(row[0] for row in rows if row[1] == port) for port in ("40000", str(ends.ports[1]))}
    assert bytes.fromhex(sent["40000"]) == said[0]
    assert bytes.fromhex(sent[str(ends.ports[1])]) == said[1]
    assert {row[2] for row in rows if row[1]} == {"1"}, "good"
    assert [row[3] for row in rows if row[3]] == ["1"]
    assert not any(row[4] for row in rows)


def test_what_no_turn_tells_of_is_said_at_the_end() -> None:
    frames = conversation(FOUR, {0: b"early late", 1: b"x"}, [Turn(5, 0, 5)])
    held = b"".join(frame.data[54:] for frame in frames if len(frame.data) > 60)
    assert held == b""  # all of it is short: padded to the least length of a frame
    assert [frame.time_ns for frame in frames] == sorted(frame.time_ns for frame in frames)
    assert len(conversation(FOUR, {}, [])) == 6


def test_bytes_that_are_missing_are_not_made_up() -> None:
    assert whole(b"abcdef", [(10, 0, 3), (13, 3, 6)]) == (b"abcdef", 10)
    assert whole(b"abcdef", [(10, 0, 3), (14, 3, 6)]) is None
    assert whole(b"", []) == (b"", 0)


def test_a_datagram_longer_than_ip_allows_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than IP"):
        datagram(FOUR, 0, 0, bytes(65_508))
