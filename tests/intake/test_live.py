from __future__ import annotations

import socket
import struct

import pytest

from vitne.intake.live import BLOCK, Ring, unpacked
from vitne.model import CaptureError


def able() -> bool:
    try:
        Ring("lo", megabytes=4).close()
    except CaptureError:
        return False
    return True


needs_capability = pytest.mark.skipif(
    not able(), reason="LOUD: capturing needs CAP_NET_RAW and is not tested here"
)


def block(*frames: tuple[bytes, int, int]) -> bytes:
    """Put frames as TPACKET_V3 lays them out: header of 48 bytes, address of 20, then the frame."""
    out = b""
    for number, (data, kind, status) in enumerate(frames):
        size = (82 + len(data) + 15) // 16 * 16
        following = size if number + 1 < len(frames) else 0
        head = struct.pack("=IIIIIIHH", following, 7, 9, len(data), len(data) + 3, status, 82, 96)
        head += struct.pack("=IIHH", 0, 0x0064, 0x8100, 0) + bytes(8)
        head += struct.pack("=HHiHBB8s", 17, 0, 1, 1, kind, 6, bytes(8)) + bytes(14)
        out += (head + data).ljust(size, b"\0")
    return out


def test_frames_of_a_block_are_taken_out_with_time_and_length() -> None:
    data = block((b"a" * 60, 0, 0), (b"b" * 61, 0, 0))
    frames = list(unpacked(data, 2, 0, snap=999, both=False))
    assert [(at, length, data[:1], len(data)) for at, length, data in frames] == [
        (7 * 10**9 + 9, 63, b"a", 60),
        (7 * 10**9 + 9, 64, b"b", 61),
    ]


def test_long_frames_are_cut_at_the_snap_length_and_keep_their_own() -> None:
    [(_, length, data)] = unpacked(block((b"a" * 60, 0, 0)), 1, 0, snap=20, both=False)
    assert (len(data), length) == (20, 63)


def test_a_tag_that_the_card_took_off_is_put_back() -> None:
    [(_, _, data)] = unpacked(block((b"a" * 60, 0, 0x10)), 1, 0, snap=999, both=False)
    assert data[12:16] == b"\x81\x00\x00\x64"
    assert len(data) == 64


def test_a_loopback_frame_counts_once() -> None:
    data = block((b"a" * 60, 4, 0), (b"a" * 60, 0, 0))
    assert len(list(unpacked(data, 2, 0, snap=999, both=True))) == 1


@needs_capability
def test_what_is_sent_on_loopback_is_captured_whole() -> None:
    ring = Ring("lo", megabytes=4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(50):
            sender.sendto(b"vitne %03d" % number, ("127.0.0.1", 9))
    frames = []
    for _ in range(20):
        frames += [
            frame
            for part in ring.frames(0.2)
            for frame in part
            if b"vitne " in frame[2] and frame[2][23] == 17
        ]
        if len(frames) >= 50:
            break
    _, dropped = ring.dropped()
    ring.close()
    assert [frame[2][-3:] for frame in frames] == [b"%03d" % number for number in range(50)]
    assert dropped == 0
    assert ring.link_type == 1


@needs_capability
def test_an_interface_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(CaptureError, match="lo"):
        Ring("absent0")


def test_a_block_has_room_for_the_longest_frame() -> None:
    assert BLOCK > 262_144 + 4096
