"""Streams put together from runs that come late, twice, overlapping, or never."""

from __future__ import annotations

import random

from vitne.decrypt.quic_streams import DATAGRAMS, MOST_STREAMS, Laid, Streams


def laid(*adds: tuple[int, int, bytes, bool]) -> Laid:
    streams, made = Streams(), Laid()
    for packet, (number, offset, content, fin) in enumerate(adds):
        streams.add(number, offset, content, packet=packet, fin=fin)
    streams.lay_out(made, 0)
    made.finish()
    return made


def test_streams_lie_one_after_the_other_with_a_byte_between_them() -> None:
    made = laid((4, 0, b"four", True), (0, 0, b"ze", False), (0, 2, b"ro", True))
    assert [(one.number, one.start, one.end, one.missing, one.ended) for one in made.streams] == [
        (0, 0, 4, 0, True),
        (4, 5, 9, 0, True),
    ]
    assert made.data == b"zerofour"
    assert made.offsets.tolist() == [0, 2, 5]
    assert made.positions.tolist() == [0, 2, 4]
    assert made.packets.tolist() == [1, 2, 0]


def test_the_order_of_runs_does_not_matter_and_repeats_are_dropped() -> None:
    text = bytes(range(256)) * 4
    cuts = [(at, text[at : at + 50]) for at in range(0, len(text), 37)]
    rng = random.Random(5)
    for _ in range(20):
        rng.shuffle(cuts)
        made = laid(*[(0, at, piece, at + len(piece) == len(text)) for at, piece in [*cuts, *cuts[:9]]])
        assert made.data == text
        assert made.streams[0].ended
        assert made.missing == 0


def test_what_never_came_is_a_hole_and_counted() -> None:
    made = laid((0, 0, b"ab", False), (0, 5, b"fg", False), (0, 10, b"", True))
    assert made.data == b"abfg"
    assert made.offsets.tolist() == [0, 5]
    assert made.streams[0] == (0, 0, 0, 10, 6, False)
    assert made.missing == 6


def test_a_stream_without_its_end_is_not_ended() -> None:
    assert not laid((0, 0, b"ab", False)).streams[0].ended


def test_datagrams_are_kept_apart() -> None:
    streams, made = Streams(), Laid()
    for packet, text in enumerate((b"one", b"two")):
        streams.datagram(text, packet=packet)
    streams.lay_out(made, 3)
    made.finish()
    assert made.streams[0].number == DATAGRAMS
    assert made.offsets.tolist() == [0, 4]
    assert made.missing == 0


def test_offsets_beyond_belief_and_too_many_streams_are_left_out() -> None:
    streams, made = Streams(), Laid()
    streams.add(0, 1 << 61, b"far", packet=0, fin=True)
    streams.add(4, 0, b"near", packet=0, fin=False)
    streams.add(4, 1 << 61, b"far", packet=0, fin=True)
    streams.lay_out(made, 0)
    made.finish()
    assert (made.data, streams.left_out) == (b"near", 6)
    many = Streams()
    for number in range(MOST_STREAMS + 10):
        many.add(number, 0, b"x", packet=0, fin=False)
    assert many.left_out == 10
