"""DNS messages wherever they came from."""

from __future__ import annotations

import struct

from vitne.decode.protocols.dns_message import Reader, fit
from vitne.model import Fit, Message

QUESTION = b"\x01a\x07example\0" + struct.pack(">HH", 1, 1)
QUERY = struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + QUESTION


def test_offsets_count_in_the_stream() -> None:
    (message,) = Reader("dns").read(0, QUERY, base=100)
    assert isinstance(message, Message)
    assert (message.start, message.end, message.parts[0].start) == (100, 100 + len(QUERY), 112)
    assert message.datagram is None


def test_a_question_remembered_from_a_datagram_is_not_used_in_a_stream() -> None:
    Reader("dns").read(0, QUERY, number=0)
    (message,) = Reader("dns").read(0, QUERY, base=2)
    assert isinstance(message, Message)
    assert message.parts[0].start == 14


def test_the_same_name_with_another_type_is_another_question() -> None:
    other = QUERY[:-4] + struct.pack(">HH", 28, 1)
    facts = [
        one.facts
        for data in (QUERY, other)
        for one in Reader("dns").read(0, data, number=0)
        if isinstance(one, Message)
    ]
    assert facts == [(("name", "a.example"), ("type", "A")), (("name", "a.example"), ("type", "AAAA"))]


def test_a_zero_inside_a_label_does_not_end_the_name() -> None:
    data = QUERY[:12] + b"\x03a\0b\0" + struct.pack(">HH", 1, 1)
    for _ in range(2):
        (message,) = Reader("dns").read(0, data, number=0)
        assert isinstance(message, Message)
        assert message.facts[0] == ("name", "a\\000b")


def test_kinds_are_the_words_of_the_protocol() -> None:
    kinds = []
    for opcode in (0, 2, 4, 5, 6, 9):
        message = Reader("dns").read(0, QUERY[:2] + struct.pack(">H", opcode << 11) + QUERY[4:], number=0)[0]
        assert isinstance(message, Message)
        kinds.append(message.kind)
    assert kinds == ["query", "status", "notify", "update", "stateful", "query"]


def test_counts_that_no_message_has_do_not_fit() -> None:
    assert fit(QUERY) == Fit.CERTAIN
    assert fit(QUERY[:8] + b"\xff\xff" + QUERY[10:]) == Fit.NO
    assert fit(QUERY[:3] + b"\x40" + QUERY[4:]) == Fit.NO
    assert fit(QUERY[:12] + b"\x7f" + QUERY[13:]) == Fit.NO
    assert fit(QUERY[:-3] + b"xxxxxxx"[:0]) == Fit.PERHAPS
    assert fit(struct.pack(">6H", 7, 0x8000, 0, 1, 0, 0) + b"\x7fabcdefgh") == Fit.NO
