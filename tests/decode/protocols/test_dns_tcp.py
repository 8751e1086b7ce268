"""DNS over a connection."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.decode.protocols.dns_tcp import DnsTcp, decoder
from vitne.model import Fit, Gap, Message, Oddity

QUERY = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + b"\x01a\x07example\0" + struct.pack(">HH", 1, 1)
FRAME = struct.pack(">H", len(QUERY)) + QUERY


def run(data: bytes, step: int = 1 << 30) -> list[Message | Oddity | Gap]:
    dns = DnsTcp()
    out: list[Message | Oddity | Gap] = []
    for at in range(0, len(data), step):
        out += dns.feed(0, data[at : at + step])
    return out + list(dns.finish(0))


def test_messages_stand_behind_their_lengths() -> None:
    first, second = run(FRAME * 2)
    assert isinstance(first, Message)
    assert isinstance(second, Message)
    assert (first.start, first.end, second.start) == (2, len(FRAME), len(FRAME) + 2)
    assert second.protocol == "dns"


@given(st.binary(max_size=60), st.integers(1, 9))
def test_how_the_bytes_are_cut_does_not_matter_and_noise_raises_nothing(data: bytes, step: int) -> None:
    assert run(FRAME * 3 + data, step) == run(FRAME * 3 + data)


def test_every_proper_prefix_is_reported() -> None:
    for cut in range(1, len(FRAME)):
        out = run(FRAME[:cut])
        assert any(isinstance(one, Gap) for one in out)
        assert not any(isinstance(one, Message) and one.complete for one in out)


def test_a_length_too_small_for_a_header_is_a_gap() -> None:
    gap, message = run(b"\0\0" + FRAME)
    assert isinstance(gap, Gap)
    assert (gap.offset, gap.length) == (0, 2)
    assert isinstance(message, Message)


def test_a_hole_inside_a_message_is_stepped_over() -> None:
    dns = DnsTcp()
    out = list(dns.feed(0, FRAME[:20]))
    out += dns.miss(0, 3)
    out += dns.miss(0, 2)
    out += dns.feed(0, FRAME[25:] + FRAME)
    messages = [one for one in out if isinstance(one, Message)]
    assert [one.complete for one in messages] == [False, True]
    assert messages[1].start == len(FRAME) + 2


def test_a_hole_over_a_length_leaves_the_rest_unread_and_says_so() -> None:
    dns = DnsTcp()
    out = list(dns.feed(0, FRAME))
    out += dns.miss(0, 10)
    out += dns.feed(0, FRAME)
    out += dns.finish(0)
    gap = out[-1]
    assert isinstance(gap, Gap)
    assert (gap.kind, gap.offset, gap.length) == ("missing-segment", len(FRAME) + 10, len(FRAME))
    assert list(dns.miss(0, 1)) == []


@pytest.mark.parametrize(
    ("head", "transport", "fit"),
    [
        (FRAME, "tcp", Fit.CERTAIN),
        (FRAME, "udp", Fit.NO),
        (QUERY, "tcp", Fit.NO),
        (b"\0\x05abc", "tcp", Fit.NO),
        (b"", "tcp", Fit.NO),
    ],
)
def test_fit_wants_a_length_and_a_message(head: bytes, transport: str, fit: int) -> None:
    assert decoder.fit(head, transport, 0) == fit
