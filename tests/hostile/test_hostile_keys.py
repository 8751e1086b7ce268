"""Key logs and closed traffic that mean harm: bounded time and memory, and the rest is read."""

from __future__ import annotations

import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from tests.decrypt.sealing import hellos, key_log, sealed, stream_frame
from vitne.decrypt import KeyLog
from vitne.lab.packets import Ends, ethernet, ipv4, udp
from vitne.lab.pcap import pcap
from vitne.model import Seed, Subject, UsageError
from vitne.pipeline import Options, run_scan

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

IMEI = "490154203237518"
SUBJECT = Subject(seeds=(Seed(identifier="imei", name="imei#1", value=IMEI),))
MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:02")
ENDS = (Ends("192.0.2.10", "198.51.100.20"), Ends("198.51.100.20", "192.0.2.10"))
GET = b"\x00\x00\xd1\xd7\x51\x15/?imei=%s" % IMEI.encode()


def frame(kind: int, payload: bytes) -> bytes:
    return bytes([kind]) + (0x80000000 | len(payload)).to_bytes(4, "big") + payload


def scan(folder: Path, packets: list[bytes], log: bytes | None = None) -> Any:
    """Scan a conversation whose client sends these packets behind good hellos."""
    frames = []
    for side, one in [*hellos(), *((0, packet) for packet in packets)]:
        inner = ipv4(udp(one, ENDS[side], ((50000, 443), (443, 50000))[side]), ENDS[side], protocol=17)
        frames.append(
            (1_790_000_000_000_000_000 + len(frames) * 1000, ethernet(inner, MACS[side], MACS[1 - side]))
        )
    (folder / "c.pcap").write_bytes(pcap(frames))
    (folder / "keys.log").write_bytes(key_log() if log is None else log)
    return run_scan([folder / "c.pcap"], Options(subject=SUBJECT, keys=(folder / "keys.log",), jobs=1))


def sent(streams: list[tuple[int, bytes]], first: int = 0) -> list[bytes]:
    """Cut streams into packets."""
    packets = []
    for number, text in streams:
        for at in range(0, len(text), 1200):
            plain = stream_frame(number, at, text[at : at + 1200], fin=at + 1200 >= len(text))
            packets.append(sealed(first + len(packets), plain))
    return packets


GOOD = (0, frame(1, GET))
CONTROL = (6, b"\x00\x04\x00")  # settings: by them a conversation without its handshake is known as HTTP/3


def found(result: Any) -> int:
    return len([one for one in result.findings if one.identifier == "imei"])


def test_a_good_conversation_is_read(tmp_path: Path) -> None:
    assert found(scan(tmp_path, sent([GOOD]))) == 1


@pytest.mark.parametrize(
    "text",
    [
        b"\x02\x3f\xff\xff\xff\xff\x7f",  # a table of gigabytes
        b"\x02\x3f\xe1\x1f" + b"\x00" * 3000,  # duplicates of nothing
        b"\x02\x3f\xe1\xff\x03\x41n\x7f\x81\xf4\x03" + b"v" * 64_128 + b"\x00" * 60_000,  # a bomb of entries
        b"\x02" + b"\xff" * 2000,  # integers that do not end
        b"\x00" + b"\x04" + b"\xff" * 8 + b"x" * 100,  # settings without an end
        b"\x01" + b"\xff" * 3000,
    ],
    ids=["table", "duplicates", "bomb", "integers", "settings", "push"],
)
def test_hostile_one_way_streams_cost_themselves_only(tmp_path: Path, text: bytes) -> None:
    begun = time.process_time()
    result = scan(tmp_path, sent([(2, text), CONTROL, GOOD]))
    assert found(result) == 1
    assert time.process_time() - begun < 10


def test_sections_that_refer_to_a_great_entry_again_and_again_are_bounded(tmp_path: Path) -> None:
    encoder = b"\x02\x3f\xe1\xff\x03\x41n\x7f\x81\xf4\x03" + b"v" * 64_128
    bombs = [(4 * number, frame(1, b"\x02\x00" + b"\x80" * 16_000)) for number in range(1, 14)]
    begun = time.process_time()
    tracemalloc.start()
    result = scan(tmp_path, sent([(2, encoder), CONTROL, GOOD, *bombs]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found(result) == 1
    assert {gap.kind for gap in result.gaps} >= {"limit"}
    assert time.process_time() - begun < 30
    assert most < 400 << 20


def test_streams_without_number_and_end_are_bounded(tmp_path: Path) -> None:
    wild = [sealed(number, stream_frame(4 * number, 1 << 28, b"far away")) for number in range(1, 2000)]
    begun = time.process_time()
    result = scan(tmp_path, [*sent([GOOD]), *wild])
    assert found(result) == 1
    assert time.process_time() - begun < 10
    assert any(row.reason == "missing-segment" for row in result.opaque)


def test_a_thousand_key_updates_and_wrong_phases_are_bounded(tmp_path: Path) -> None:
    wrong = [sealed(10 + at, b"\x01" * 20, phase=1 + at % 7) for at in range(1500)]
    begun = time.process_time()
    assert found(scan(tmp_path, [*sent([GOOD]), *wrong])) == 1
    assert time.process_time() - begun < 10


def test_a_key_log_of_one_random_a_million_times_is_bounded(tmp_path: Path) -> None:
    line = key_log().splitlines(keepends=True)[2]
    begun = time.process_time()
    result = scan(tmp_path, sent([GOOD]), key_log() + line.replace(b"0001", b"0002") * 200_000)
    assert found(result) == 1
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "log", [b"", b"\x00" * 100_000, b"CLIENT_RANDOM " + b"a" * 5_000_000, b"\n" * 1_000_000]
)
def test_a_key_log_that_is_none_is_refused_with_a_clear_error(tmp_path: Path, log: bytes) -> None:
    with pytest.raises(UsageError, match="no key"):
        scan(tmp_path, sent([GOOD]), log)


def test_a_great_key_log_takes_sixteen_bytes_of_memory_a_line() -> None:
    line = b"CLIENT_TRAFFIC_SECRET_0 %064x %064x\n"
    text = b"".join(line % (number << 200, number) for number in range(200_000))
    tracemalloc.start()
    log = KeyLog()
    log.add(text)
    assert log.secrets((77_777 << 200).to_bytes(32, "big"))
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.lines == 200_000
    assert now < 200_000 * 40
    assert most < 200_000 * 16 * 3 + (120 << 20), "and some for one piece at a time"
