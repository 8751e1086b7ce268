"""How the tests of protocols talk to a decoder, and the conversations of the corpus."""

from __future__ import annotations

import random
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from vitne.model import Gap, Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Script = list[tuple[int, bytes]]


def _drive(decoder: Any, script: Script, *, ends: bool = True) -> list[Any]:
    items: list[Any] = []
    for side, data in script:
        items += decoder.feed(side, data)
    for side in (0, 1) if ends else ():
        items += decoder.finish(side)
    return items


@pytest.fixture
def drive() -> Callable[..., list[Any]]:
    """Feed a script of (side, bytes) and end both sides; gives all that came out."""
    return _drive


@pytest.fixture
def cut_alike() -> Callable[[Any, Script], None]:
    """Assert that the cuts of a stream do not matter: byte by byte, at random, all at once."""

    def check(make: Any, script: Script) -> None:
        whole = _drive(make(), script)
        assert any(isinstance(item, Message) for item in whole)
        single = [(side, data[i : i + 1]) for side, data in script for i in range(len(data))]
        assert _drive(make(), single) == whole
        rng = random.Random(2)
        for _ in range(5):
            pieces = []
            for side, data in script:
                at = 0
                while at < len(data):
                    size = rng.randint(1, 40)
                    pieces.append((side, data[at : at + size]))
                    at += size
            assert _drive(make(), pieces) == whole

    return check


@pytest.fixture
def prefixes_told() -> Callable[..., None]:
    """Assert that a cut stream says so: a Gap, an incomplete message, or it ends where a unit ends."""

    def check(make: Any, side: int, data: bytes, cannot_tell: tuple[int, ...] = ()) -> None:
        ends = set(cannot_tell) | {
            item.end for item in _drive(make(), [(side, data)]) if isinstance(item, Message)
        }
        for size in range(1, len(data)):
            items = _drive(make(), [(side, data[:size])])
            told = any(
                isinstance(item, Gap) or (isinstance(item, Message) and not item.complete) for item in items
            )
            assert told or size in ends, f"a cut at {size} of {len(data)} is not told"

    return check


@pytest.fixture(scope="session")
def talks() -> Callable[[Path], list[tuple[str, list[tuple[int, bytes]]]]]:
    """Give the conversations of a capture as tshark orders them: (transport, script)."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: the comparison with it is left out")
    return _talks


_FIELDS = [
    "tcp.stream",
    "udp.stream",
    "ip.src",
    "ipv6.src",
    "tcp.srcport",
    "udp.srcport",
    "tcp.seq",
    "tcp.payload",
]


def _talks(path: Path) -> list[tuple[str, list[tuple[int, bytes]]]]:
    rows = run_tshark(path, [*_FIELDS, "udp.payload"], "tcp.len > 0 || udp.payload")
    flows: dict[tuple[str, str], tuple[str, list[tuple[int, int, bytes]]]] = {}
    for row in rows:
        if any("," in field for field in row[:6]):  # a datagram inside a datagram
            continue
        transport = "tcp" if row[0] else "udp"
        sender = row[2] + row[3] + ":" + row[4] + row[5]
        serves = transport == "tcp" and int(row[4]) < 1024  # these servers speak first
        first, events = flows.setdefault((transport, row[0] or row[1]), ("" if serves else sender, []))
        if not first:
            first = "" if serves else sender
            flows[transport, row[0] or row[1]] = (first, events)
        payload = bytes.fromhex((row[7] or row[8]).split(",")[0])
        events.append((0 if sender == first else 1, int(row[6] or 0), payload))
    out = []
    for (transport, _), (_, events) in flows.items():
        if transport == "udp":
            out.append((transport, [(side, data) for side, _, data in events]))
        else:
            out.append((transport, [(side, _joined(events, side)) for side in (0, 1)]))
    return out


def _joined(events: list[tuple[int, int, bytes]], side: int) -> bytes:
    data, base = b"", None
    for _, sequence, payload in sorted(event for event in events if event[0] == side):
        base = sequence if base is None else base
        if sequence - base > len(data):
            break  # a hole: what lies behind it is not compared
        data += payload[base + len(data) - sequence :] if sequence - base + len(payload) > len(data) else b""
    return data


def run_tshark(path: Path, fields: list[str], display: str) -> list[list[str]]:
    wanted = [word for field in fields for word in ("-e", field)]
    command = ["tshark", "-r", str(path), "-2", "-R", display, "-T", "fields", *wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.fixture(scope="session")
def tshark() -> Callable[[Path, list[str], str], list[list[str]]]:
    """Run tshark on a capture: rows of fields of the frames a filter shows."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed: the comparison with it is left out")
    return run_tshark
