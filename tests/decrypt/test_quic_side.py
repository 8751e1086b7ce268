"""What a side keeps of its packets."""

from __future__ import annotations

from vitne.decrypt.quic_side import OpenedQuic
from vitne.decrypt.quic_streams import Streams


def test_packets_that_were_read_and_not_read_are_counted() -> None:
    side = OpenedQuic()
    assert side.add(0, 100, 7) == 0
    assert side.add(300, 350, 9) == 1
    side.lose("no-key", 200, 300)
    side.lose("no-key", 100, 150)
    assert (side.read, side.unread, side.first_unread, side.last_unread) == (150, {"no-key": 150}, 100, 300)


def test_bytes_of_streams_that_no_packet_holds_count_as_missing() -> None:
    side, streams = OpenedQuic(), Streams()
    streams.add(0, 10, b"late", packet=side.add(0, 50, 0), fin=False)
    streams.lay_out(side.laid, 0)
    side.finish()
    assert side.unread == {"missing-segment": 10}
