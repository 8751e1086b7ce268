"""Twin of vitne.evidence.forging: frames that tshark reads as whole, with moved numbers and right checksums."""

from __future__ import annotations

import shutil
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.evidence.edits import Edit, applied
from vitne.evidence.forging import Moved, away, base_of, checksum, joined, split, tcp
from vitne.evidence.pcapng import Frame, write


def frame(payload: bytes, *, seq=1000, ack=2000, protocol=6, version=4, flags=0x18, options=b"") -> bytes:
    if protocol == 6:
        body = (
            struct.pack(">HHIIBBHHH", 40000, 80, seq, ack, (20 + len(options)) // 4 << 4, flags, 1024, 0, 0)
            + options
        )
    else:
        body = struct.pack(">HHHH", 40000, 53, 8 + len(payload), 0)
    body += payload
    if version == 4:
        head = struct.pack(
            ">BBHHHBBH4s4s",
            0x45,
            0,
            20 + len(body),
            1,
            0,
            64,
            protocol,
            0,
            bytes([192, 0, 2, 1]),
            bytes([198, 51, 100, 1]),
        )
        return bytes(12) + b"\x08\x00" + head + body
    head = struct.pack(">IHBB", 6 << 28, len(body), protocol, 64) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
    return bytes(12) + b"\x86\xdd" + head + body


def again(whole, transport, payload) -> bytes:
    return joined(whole, transport, payload, hardware=lambda link: link, address=lambda ip: ip)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("protocol", [6, 17])
def test_a_frame_is_taken_apart_and_put_together(version, protocol) -> None:
    data = frame(b"payload" * 5, version=version, protocol=protocol)
    whole = split(data, 1)
    assert whole.payload == b"payload" * 5
    assert whole.ends[0][1] == 40000
    made = split(again(whole, whole.transport, b"longer " * 9), 1)
    assert made.payload == b"longer " * 9
    assert made.ends == whole.ends


@pytest.mark.parametrize("size", range(54))
def test_a_frame_that_was_cut_off_is_not_taken_apart(size) -> None:
    assert split(frame(b"")[:size], 1) is None


def test_fragments_and_other_transports_are_not_taken_apart() -> None:
    data = bytearray(frame(b"x"))
    data[20] = 0x20
    assert split(bytes(data), 1) is None
    assert split(frame(b"x", protocol=6).replace(b"\x40\x06", b"\x40\x2f"), 1) is None
    assert split(b"\x00" * 80, 105) is None


@given(st.binary(max_size=120), st.sampled_from([1, 101, 113, 276]))
def test_noise_is_taken_apart_or_not_and_breaks_nothing(data, link) -> None:
    split(data, link)


@given(
    st.binary(max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6), st.binary(max_size=9)), max_size=3),
    st.integers(1, 20),
)
def test_how_a_stream_is_cut_into_segments_does_not_matter(data, changes, size) -> None:
    edits: list[Edit] = []
    for start, length, new in sorted(changes):
        end = min(start + max(length, 1), len(data))
        if start < end and (not edits or start >= edits[-1].end):
            edits.append(Edit(start, end, new))
    moved = Moved(edits)
    pieces = [moved.payload(data[at : at + size], at) for at in range(0, len(data), size)]
    whole = applied(data, edits)
    assert b"".join(pieces) == whole
    at = 0
    for number, piece in enumerate(pieces):
        assert moved.place(number * size) == at
        at += len(piece)
    assert moved.place(len(data)) == len(whole)


def test_numbers_follow_a_change_of_length_on_both_sides() -> None:
    moved = Moved([Edit(2, 4, b"abcdef")])
    late = split(frame(b"later", seq=1010, ack=5000), 1)
    head, payload = tcp(late, sides=((1000, moved), (5000, Moved([]))))
    assert struct.unpack_from(">II", head, 4) == (1014, 5000)
    assert payload == b"later"
    answer = split(frame(b"", seq=5000, ack=1010), 1)
    head, _ = tcp(answer, sides=((5000, Moved([])), (1000, moved)))
    assert struct.unpack_from(">II", head, 4) == (5000, 1014)


def test_selective_acknowledgements_are_blanked_where_numbers_move() -> None:
    options = b"\x01\x01\x05\x0a" + struct.pack(">II", 1, 2)
    whole = split(frame(b"x", options=options), 1)
    head, _ = tcp(whole, sides=((1000, Moved([Edit(0, 1, b"yy")])), (2000, Moved([]))))
    assert head[20:] == b"\x01" * 12


def test_the_base_is_what_most_segments_say_and_counts_across_the_wrap() -> None:
    assert base_of([(1, 1000, 5), (2, 1005, 5), (3, 7, 0)], [(1, 0), (2, 5), (3, 0)]) == 1000
    assert base_of([], []) is None
    assert away(3, 0xFFFFFFFE) == 5
    assert away(0xFFFFFFFE, 3) == -5


def test_the_checksum_is_that_of_the_example_of_rfc_1071_section_3() -> None:
    assert checksum(bytes([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7])) == ~0xDDF2 & 0xFFFF


@pytest.mark.tshark
@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_finds_every_checksum_right(tmp_path) -> None:
    frames = []
    for version in (4, 6):
        for protocol in (6, 17):
            whole = split(frame(b"some payload", version=version, protocol=protocol), 1)
            data = again(whole, whole.transport, b"another payload!")
            frames.append(Frame(10**18, 1, len(data), data))
    (tmp_path / "a.pcapng").write_bytes(write(frames, "test"))
    run = subprocess.run(
        ["tshark", "-r", str(tmp_path / "a.pcapng"), "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
         "-o", "ip.check_checksum:TRUE", "-T", "fields", "-e", "tcp.checksum.status", "-e", "udp.checksum.status",
         "-e", "ip.checksum.status"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = run.stdout.split()
    assert set(told) == {"1"}, run.stdout
    assert len(told) == 6
