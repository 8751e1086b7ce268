"""TCP and UDP streams: RFC 9293 sections 3.4, 3.8.4 and 3.10.7.4; RFC 768."""

from __future__ import annotations

import itertools
import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.lab.packets import ACK, FIN, RST, SYN, Ends
from vitne.model import StreamBatch

TEXT = bytes(random.Random(5).randbytes(300))


def _opened(speaker, seq=1000, peer=7000):
    return [
        speaker.say(b"", seq - 1, flags=SYN),
        speaker.say(b"", peer - 1, server=True, ack=seq, flags=SYN | ACK),
        speaker.say(b"", seq, ack=peer),
    ]


def test_segments_in_order_make_the_stream_of_each_side(read, speaker):
    got = read(
        [*_opened(speaker), speaker.say(b"ask", 1000), speaker.say(b"tell", 7000, server=True, ack=1003)]
    )
    assert got.stream() == b"ask"
    assert got.stream(0, 1) == b"tell"
    assert not got.gaps
    flow = got.traffic.flow(0)
    assert (flow.handshake, flow.answered, flow.acked, flow.packets) == (True, True, (3, 0), 5)


@given(
    cuts=st.lists(st.integers(1, 299), max_size=12),
    order=st.randoms(use_true_random=False),
    extra=st.lists(st.tuples(st.integers(0, 290), st.integers(1, 60)), max_size=8),
    start=st.sampled_from([1000, 0xFFFFFF80, 0xFFFFFFFF, 0]),
    handshake=st.booleans(),
)
def test_cutting_order_and_repetition_of_segments_never_change_the_stream(
    read, make_speaker, cuts, order, extra, start, handshake
):
    speaker = make_speaker()
    bounds = [0, *sorted(set(cuts)), 300]
    parts = list(itertools.pairwise(bounds)) + [(at, min(300, at + n)) for at, n in extra]
    order.shuffle(parts)
    frames = _opened(speaker, start) if handshake else []
    frames += [speaker.say(TEXT[a:b], (start + a) % 2**32, ack=7000) for a, b in parts]
    got = read(frames)
    assert got.stream() == TEXT
    assert not got.gaps
    assert not got.oddities


def test_every_run_names_the_frame_its_bytes_came_from(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"cd", 1002), speaker.say(b"ab", 1000), speaker.say(b"ef", 1004)]
    assert read(frames).runs[0, 0] == [(0, b"ab", 4), (2, b"cd", 3), (4, b"ef", 5)]


def test_the_first_copy_of_overlapping_bytes_wins_and_a_difference_is_told(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"good", 1000), speaker.say(b"EVIL more", 1000)]
    got = read(frames)
    assert got.stream() == b"good more"
    (oddity,) = got.oddities
    assert (oddity.name, oddity.flow, oddity.side, oddity.offset, oddity.frame) == (
        "tcp-overlap-conflict",
        0,
        0,
        0,
        5,
    )


def test_a_late_segment_that_spans_earlier_ones_fills_only_what_is_open(read, speaker):
    frames = [
        *_opened(speaker),
        speaker.say(b"BB", 1002),
        speaker.say(b"DD", 1006),
        speaker.say(b"aabbccddee", 1000),
    ]
    got = read(frames)
    assert got.stream() == b"aaBBccDDee"
    assert [one.offset for one in got.oddities] == [2]


def test_an_equal_retransmission_is_no_oddity(read, speaker):
    got = read([*_opened(speaker), speaker.say(b"same", 1000), speaker.say(b"same", 1000)])
    assert got.stream() == b"same"
    assert not got.oddities


def test_a_missing_segment_is_a_hole_and_never_joined(read, speaker):
    got = read([*_opened(speaker), speaker.say(b"ab", 1000), speaker.say(b"yz", 1010)])
    assert got.islands() == [(0, b"ab"), (10, b"yz")]
    (gap,) = got.gaps
    assert (gap.kind, gap.flow, gap.offset, gap.length) == ("missing-segment", 0, 2, 8)


def test_a_hole_at_either_end_is_told_where_handshake_and_acknowledgement_show_it(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"mid", 1005), speaker.say(b"", 7000, server=True, ack=1020)]
    got = read(frames)
    assert [(gap.offset, gap.length) for gap in got.gaps] == [(0, 5), (8, 12)]


def test_one_direction_alone_tells_how_much_of_the_other_is_missing(read, speaker):
    frames = [
        speaker.say(b"", 6999, server=True, ack=1000, flags=SYN | ACK),
        speaker.say(b"answer", 7000, server=True, ack=1100),
    ]
    got = read(frames)
    assert got.stream(0, 1) == b"answer"
    assert [(gap.kind, gap.offset, gap.length) for gap in got.gaps] == [("missing-segment", 0, 100)]
    flow = got.traffic.flow(0)
    assert (flow.client_port, flow.handshake, flow.answered) == (40000, False, True)


def test_a_fin_takes_a_number_but_is_no_byte(read, speaker):
    frames = [
        *_opened(speaker),
        speaker.say(b"end", 1000, flags=ACK | FIN),
        speaker.say(b"", 7000, server=True, ack=1004, flags=ACK | FIN),
        speaker.say(b"", 1004, ack=7001),
    ]
    got = read(frames)
    assert not got.gaps
    assert got.traffic.flow(0).acked == (3, 0)


def test_data_on_a_syn_belong_to_the_stream(read, speaker):
    frames = [speaker.say(b"early", 999, flags=SYN), speaker.say(b" late", 1005)]
    assert read(frames).stream() == b"early late"  # RFC 7413: the SYN itself takes one number before the data


def test_without_handshake_the_least_number_seen_is_the_begin(read, speaker):
    got = read([speaker.say(b"cd", 52), speaker.say(b"ab", 50), speaker.say(b"ef", 54)])
    assert got.stream() == b"abcdef"
    assert not got.traffic.flow(0).handshake


@pytest.mark.parametrize("probe", [b"", b"\0"])
def test_a_keep_alive_probe_is_not_data(read, speaker, probe):
    frames = [*_opened(speaker), speaker.say(b"abc", 1000), speaker.say(probe, 1002), speaker.say(b"d", 1003)]
    got = read(frames)
    assert got.stream() == b"abcd"
    assert not got.oddities


def test_a_zero_window_probe_carries_the_next_byte(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"abc", 1000), speaker.say(b"d", 1003), speaker.say(b"de", 1003)]
    assert read(frames).stream() == b"abcde"


def test_a_number_far_out_of_the_window_is_an_oddity_and_no_hole(read, speaker):
    frames = [
        *_opened(speaker),
        speaker.say(b"abc", 1000),
        speaker.say(b"junk", 1003 + (3 << 29)),
        speaker.say(b"d", 1003),
    ]
    got = read(frames)
    assert got.stream() == b"abcd"
    assert not got.gaps
    assert [(count.reason, count.count) for count in got.traffic.counts] == [("tcp-out-of-window", 1)]


def test_what_a_reset_carries_is_not_part_of_the_stream(read, speaker):
    frames = [
        *_opened(speaker),
        speaker.say(b"abc", 1000),
        speaker.say(b"go away", 5, flags=RST),
        speaker.say(b"d", 1003),
    ]
    got = read(frames)
    assert got.stream() == b"abcd"
    assert got.traffic.flow_columns()["reset"].tolist() == [True]


def test_sequence_numbers_are_followed_beyond_four_gibibytes(read, speaker):
    step = 1 << 29
    frames = [*_opened(speaker, 1000)]
    # ten pieces of one byte, half a gibibyte apart: 4.5 GiB in all
    frames += [speaker.say(b"%d" % turn, (1000 + turn * step) % 2**32) for turn in range(10)]
    got = read(frames)
    assert got.islands() == [(turn * step, b"%d" % turn) for turn in range(10)]
    assert sum(gap.length for gap in got.gaps) == 9 * (step - 1)


def test_a_snapped_segment_leaves_a_hole_of_that_kind(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"abcdefgh", 1000), speaker.say(b"ij", 1008)]
    wires = [len(frame) for frame in frames]
    frames[3] = frames[3][:-5]
    got = read(frames, wires=wires)
    assert got.islands() == [(0, b"abc"), (8, b"ij")]
    assert [(gap.kind, gap.offset, gap.length) for gap in got.gaps] == [("snap-length", 3, 5)]


def test_a_snapped_datagram_is_told_with_what_is_missing(read, udp):
    frame = udp(b"0123456789")
    got = read([frame[:-4], udp(b"x")], wires=[len(frame), 29])
    assert got.runs[0, 0] == [(0, b"012345", 0), (6, b"x", 1)]
    assert [(gap.kind, gap.length) for gap in got.gaps] == [("snap-length", 4)]


def test_each_datagram_is_one_run_even_an_empty_one(read, udp):
    back = Ends("198.51.100.2", "192.0.2.1")
    got = read(
        [
            udp(b"one", number=1),
            udp(b"", number=2),
            udp(b"three", number=3),
            udp(b"r", ends=back, ports=(80, 40000)),
        ]
    )
    assert got.runs == {(0, 0): [(0, b"one", 0), (3, b"", 1), (3, b"three", 2)], (0, 1): [(0, b"r", 3)]}
    assert got.traffic.flow(0).answered


def test_a_long_stream_comes_in_pieces_that_join_without_repetition(read, speaker):
    data = random.Random(1).randbytes(500_000)
    frames = [*_opened(speaker)]
    frames += [speaker.say(data[at : at + 1400], 1000 + at) for at in range(0, len(data), 1400)]
    frames.append(speaker.say(b"short", 7000, server=True))
    got = read(frames, size=1 << 16)
    assert got.stream() == data
    assert got.stream(0, 1) == b"short"
    bases = [int(base) for batch in got.batches for base in batch.base[batch.side == 0]]
    lasts = [bool(last) for batch in got.batches for last in batch.last[batch.side == 0]]
    assert bases == sorted(set(bases))
    assert len(bases) == 8
    assert lasts == [False] * 7 + [True]
    assert all(len(batch.data) <= 1 << 16 for batch in got.batches)


def test_whole_flows_share_a_batch_and_none_is_torn_where_it_fits(read, make_speaker):
    frames = []
    for number in range(50):
        one = make_speaker(ports=(1000 + number, 80))
        frames += [one.say(bytes([number]) * 1000, 1), one.say(bytes([number + 100]) * 1000, 1, server=True)]
    got = read(frames, size=1 << 16)
    assert len(got.batches) == 2
    for batch in got.batches:
        assert batch.last.all()
        assert batch.side.tolist() == [0, 1] * (len(batch.side) // 2)
    assert got.stream(49, 1) == bytes([149]) * 1000


def test_only_the_chosen_flows_are_given(read, make_speaker):
    frames = [make_speaker(ports=(1000 + number, 80)).say(b"%d" % number, 1) for number in range(5)]
    traffic = read(frames).traffic
    chosen = np.array([False, True, False, True, False])
    batches = [one for one in traffic.batches(flows=chosen) if isinstance(one, StreamBatch)]
    assert [batch.flow.tolist() for batch in batches] == [[1, 3]]
    with pytest.raises(ValueError, match="one bool per flow"):
        traffic.batches(flows=chosen[:2])


def test_batches_can_be_asked_for_again(read, speaker):
    frames = [*_opened(speaker), speaker.say(b"cd", 1002), speaker.say(b"ab", 1000)]
    traffic = read(frames).traffic
    again = [one for one in traffic.batches() if isinstance(one, StreamBatch)]
    assert again[0].data.tobytes() == b"abcd"


def test_hostile_order_and_overlap_cost_no_more_than_n_log_n(read, speaker):
    many = 20_000
    frames = [*_opened(speaker)]
    frames += [speaker.say(b"ab", 1000 + 2 * at) for at in reversed(range(many))]
    frames += [speaker.say(b"x" * 1000, 1000 + at) for at in range(2000)]
    begun = time.process_time()
    got = read(frames)
    assert got.stream()[: 2 * 400] == b"ab" * 400
    assert time.process_time() - begun < 5


def test_countless_holes_of_a_side_are_told_together(read, speaker):
    frames = [*_opened(speaker)] + [speaker.say(b"a", 1000 + 2 * at) for at in range(3000)]
    got = read(frames)
    assert len(got.gaps) <= 1001
    assert sum(gap.count for gap in got.gaps) == 2999
    assert sum(gap.length for gap in got.gaps) == 2999
