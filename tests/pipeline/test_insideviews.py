"""Views of what was inside lead back to the packets on the wire."""

from __future__ import annotations

import numpy as np

from tests.pipeline.test_views import batch
from vitne.decrypt.quic_side import OpenedQuic
from vitne.decrypt.quic_streams import Streams
from vitne.pipeline.insideviews import OpenedView, QuicView
from vitne.pipeline.views import SideView


def view_of() -> QuicView:
    """Two streams out of four packets in three datagrams, which lie in the frames of rows 4, 5 and 9."""
    outer = SideView.of_batch(batch([(0, b"d" * 30, 4), (30, b"d" * 30, 5), (60, b"d" * 40, 9)]), 1)
    side, streams = OpenedQuic(), Streams()
    runs = [
        (0, 10, 4, 0, 0, b"hello "),
        (10, 30, 4, 4, 0, b"four"),
        (30, 60, 5, 0, 11, b"late"),
        (60, 99, 9, 0, 6, b"wide "),
    ]
    for start, end, row, number, offset, text in runs:
        streams.add(number, offset, text, packet=side.add(start, end, row), fin=False)
    streams.lay_out(side.laid, 0)
    side.finish()
    return QuicView(side, outer, ())


def test_offsets_count_the_streams_one_after_the_other() -> None:
    view = view_of()
    assert isinstance(view, OpenedView)
    assert (view.data, view.whole) == (b"hello wide latefour", False)
    assert [(offset, view.data[low:high]) for offset, low, high in view.spans()] == [
        (0, b"hello wide late"),
        (16, b"four"),
    ]
    assert (view.codec, view.path) == ("quic", "stream")


def test_a_range_leads_to_its_packets_and_to_no_others_between_them() -> None:
    view = view_of()
    assert view.wire(0, 6) == (0, 10)
    assert view.wire(4, 8) == (0, 99)
    assert view.wire(6, 11) == (60, 99)
    assert view.rows_of(4, 8) == [4, 9], "the frame between them holds other bytes"
    assert view.rows_of(12, 13) == [5]
    assert view.row_span(0, 15) == (4, 9)
    assert [view.seen(at) for at in (0, 7, 12, 17)] == [4, 9, 5, 4]
    assert view.acknowledged(50) is None


def test_one_stream_is_a_view_of_its_own_at_the_same_offsets() -> None:
    view = view_of()
    first, second = (view.part_of(stream) for stream in view.streams)
    assert (first.data, second.data) == (b"hello wide late", b"four")
    assert second.slice(16, 20) == b"four"
    assert np.array_equal(second.rows, [4])
