"""Twin of vitne.intake.captures.pcap; layouts from draft-ietf-opsawg-pcap sections 4 and 5."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.intake.captures import pcap
from vitne.model import CaptureError, Fit, Malformed

FRAMES = [b"", b"a", b"bb" * 30, bytes(300), b"end"]
BY_HAND = bytes.fromhex(
    "a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000065"  # big-endian, microseconds, LINKTYPE_RAW
    "5e0be100 000f423f 00000002 00000003 4500"  # 2020-01-01 00:00:00.999999, 2 of 3 bytes kept
)


def records(count: int = 5) -> list[tuple[int, int, bytes]]:
    return [(1_600_000_000 + n, n, FRAMES[n % len(FRAMES)]) for n in range(count)]


def test_a_file_written_by_hand_is_read_as_the_draft_says(read):
    got = read(BY_HAND)
    assert got.column("time_ns") == [1_577_836_800_999_999_000]
    assert (got.column("offset"), got.column("cap_length"), got.column("orig_length")) == ([40], [2], [3])
    assert got.column("link_type") == [101]
    assert got.frames == [b"\x45\x00"]
    assert (got.capture.format, got.capture.clock, got.capture.packets) == ("pcap", "us", 1)
    assert (got.capture.interfaces[0].link_type, got.capture.interfaces[0].snap_length) == (101, 65535)
    assert got.gaps == got.oddities == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("magic", "scale", "clock"), [(0xA1B2C3D4, 1000, "us"), (0xA1B23C4D, 1, "ns")])
def test_both_orders_and_resolutions_are_read(made, read, order, magic, scale, clock):
    got = read(made.pcap(records(), order=order, magic=magic))
    assert got.frames == FRAMES
    assert got.column("time_ns") == [(1_600_000_000 + n) * 10**9 + n * scale for n in range(5)]
    assert got.capture.clock == clock
    assert (got.capture.first_ns, got.capture.last_ns) == (
        got.column("time_ns")[0],
        got.column("time_ns")[-1],
    )


def test_the_modified_format_has_eight_more_bytes_before_each_frame(made, read):
    data = made.pcap([], magic=0xA1B2CD34)
    for seconds, fraction, frame in records():
        head = made.record(seconds, fraction, frame)
        data += head[:16] + bytes(8) + frame
    assert read(data).frames == FRAMES


@pytest.mark.parametrize(("minor", "first", "second"), [(2, 9, 3), (3, 9, 3), (3, 3, 9)])
def test_old_versions_have_the_two_lengths_the_other_way_round(made, read, minor, first, second):
    data = made.pcap([], minor=minor) + made.record(1_600_000_000, 0, b"abc", cap=first, orig=second)
    got = read(data)
    assert (got.column("cap_length"), got.column("orig_length")) == ([3], [9])


def test_bits_of_the_frame_check_sequence_are_no_part_of_the_link_type(made, read):
    assert read(made.pcap(records(1), link=0x24000001)).column("link_type") == [1]


def test_seconds_are_unsigned_as_the_draft_says_and_the_doubt_is_told(made, read):
    got = read(made.pcap([(2_884_800_384, 410_797, b"x")]))
    assert got.column("time_ns") == [2_884_800_384_410_797_000]
    assert got.odd == ["time-after-2038"]


def test_times_that_go_back_are_kept(made, read):
    got = read(made.pcap([(1_600_000_009, 0, b"x"), (1_600_000_001, 0, b"y"), (1_600_000_002, 0, b"z")]))
    assert [time // 10**9 % 10 for time in got.column("time_ns")] == [9, 1, 2]
    assert got.odd == ["time-goes-back"]
    assert got.oddities[0].frame == 2


def test_every_proper_prefix_gives_all_whole_records_and_says_that_it_is_cut(made, read):
    data = made.pcap(records())
    ends = [24]
    for frame in FRAMES:
        ends.append(ends[-1] + 16 + len(frame))
    for length in range(len(data)):
        if length < 24:
            with pytest.raises(CaptureError):
                read(data[:length])
            continue
        got = read(data[:length])
        whole = sum(end <= length for end in ends[1:])
        assert got.frames == FRAMES[:whole], length
        assert got.kinds == ([] if length in ends else ["truncated-file"]), length
        if got.gaps:
            assert (got.gaps[0].offset, got.gaps[0].length) == (ends[whole], length - ends[whole])


def test_a_cut_file_header_is_malformed():
    with pytest.raises(Malformed, match="7 of 24"):
        pcap.read_header(BY_HAND[:7])
    with pytest.raises(Malformed, match="magic"):
        pcap.read_header(bytes(24))


def test_fit_goes_by_the_magic_number():
    assert pcap.fit(BY_HAND) == Fit.CERTAIN
    assert pcap.fit(b"\xd4\xc3\xb2\xa1") == Fit.CERTAIN
    assert pcap.fit(b"\xd4\xc3\xb2") == pcap.fit(b"\x0a\x0d\x0d\x0a") == Fit.NO


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x20202020, 300_000])
def test_a_mad_length_in_the_middle_loses_one_record_only(made, read, length):
    plain = [made.record(1_600_000_000 + n, n, bytes([n + 1]) * 90) for n in range(40)]
    plain[20] = made.record(1_600_000_020, 20, bytes([21]) * 90, cap=length)
    got = read(made.pcap([]) + b"".join(plain))
    assert got.frames == [bytes([n + 1]) * 90 for n in range(40) if n != 20]
    assert got.kinds == ["damaged-record"]
    assert (got.gaps[0].offset, got.gaps[0].length) == (24 + 20 * 106, 106)


@pytest.mark.parametrize("length", [17, 91, 400, 2000])
def test_a_wrong_but_possible_length_does_not_swallow_what_follows(made, read, length):
    plain = [made.record(1_600_000_000 + n, n, bytes([n + 1]) * 90) for n in range(60)]
    plain[20] = made.record(1_600_000_020, 20, bytes([21]) * 90, cap=length, orig=length)
    got = read(made.pcap([]) + b"".join(plain))
    missing = {bytes([n + 1]) * 90 for n in range(60)} - set(got.frames)
    assert missing <= {bytes([21]) * 90}
    assert got.kinds == ["damaged-record"]


def test_overwritten_bytes_cost_only_the_records_they_touch(made, read):
    plain = [made.record(1_600_000_000 + n, n, bytes([n + 1]) * 90) for n in range(60)]
    data = bytearray(made.pcap([]) + b"".join(plain))
    data[24 + 10 * 106 + 50 : 24 + 13 * 106 + 50] = b"\xee" * 318
    got = read(bytes(data))
    assert set(got.frames) >= {bytes([n + 1]) * 90 for n in range(60) if not 10 <= n <= 13}
    assert got.kinds == ["damaged-record"]


def test_a_first_record_that_is_damaged_does_not_hide_the_rest(made, read):
    plain = [made.record(1_600_000_000 + n, n, bytes([n + 1]) * 90) for n in range(10)]
    data = made.pcap([]) + b"\xff" * 30 + b"".join(plain)
    assert read(data).frames == [bytes([n + 1]) * 90 for n in range(10)]


def test_a_tail_of_zeros_is_no_run_of_empty_packets(made, read):
    got = read(made.pcap(records()) + bytes(4096))
    assert got.frames == FRAMES
    assert got.kinds == ["damaged-record"]
    assert got.gaps[0].length == 4096


def test_more_kept_than_on_the_wire_is_read_and_told(made, read):
    got = read(made.pcap([]) + made.record(1_600_000_000, 0, b"abcd", orig=2) * 3)
    assert got.frames == [b"abcd"] * 3
    assert got.odd == ["capture-length-over-wire-length"]


def test_more_kept_than_the_snap_length_is_read_and_told(made, read):
    got = read(made.pcap(records(), snap=10))
    assert got.frames == FRAMES
    assert got.odd == ["capture-length-over-snap-length"]


def test_a_giant_record_is_hopped_over_and_looked_at_up_to_256_kib(made, read):
    data = made.pcap([(1_600_000_000, 0, b"a"), (1_600_000_001, 0, b"g" * 300_000), (1_600_000_002, 0, b"z")])
    got = read(data)
    assert got.column("cap_length") == [1, 262_144, 1]
    assert got.column("orig_length") == [1, 300_000, 1]
    assert got.frames[2] == b"z"
    assert [(gap.kind, gap.frame) for gap in got.gaps] == [("limit", 2)]


def test_a_fraction_of_more_than_a_second_is_added_up(made, read):
    got = read(made.pcap([(1_600_000_000, 2_500_000, b"x")]))
    assert got.column("time_ns") == [1_600_000_002_500_000_000]
    assert got.odd == ["time-fraction-out-of-range"]


def test_a_capture_inside_a_captured_frame_is_not_taken_for_records(made, read):
    inner = made.pcap([(1_600_000_000 + n, n, b"inner") for n in range(20)])
    data = made.pcap([(1_600_000_000, 0, inner), (1_600_000_001, 0, inner)])
    assert read(data).frames == [inner, inner]
    cut = read(data[:-30])
    assert cut.frames == [inner]
    assert cut.kinds == ["truncated-file"]


def test_doubtful_records_without_sound_ones_are_read_as_they_stand(made, read):
    bad = [made.record(1_600_000_000, 0xFFFFFFFF, b"abcd", orig=1) for _ in range(3)]
    got = read(made.pcap([]) + b"".join(bad))
    assert got.frames == [b"abcd"] * 3
    assert got.kinds == ["damaged-record"]


@given(st.binary(max_size=400))
def test_noise_behind_a_sound_header_is_indexed_within_its_bounds(made, read, noise):
    data = made.pcap(records(2)) + noise
    got = read(data)
    assert got.frames[:1] == FRAMES[:1]
    assert all(0 <= start <= len(data) for start in got.column("offset"))


@given(
    st.lists(
        st.tuples(st.integers(1, 2**31 - 1), st.integers(0, 999_999), st.binary(max_size=40)), max_size=20
    )
)
def test_what_was_written_is_read(made, read, rows):
    got = read(made.pcap(rows))
    assert got.frames == [frame for _, _, frame in rows]
    assert got.column("time_ns") == [seconds * 10**9 + us * 1000 for seconds, us, _ in rows]
    assert not got.gaps


def test_thousands_of_damaged_places_are_told_in_a_bounded_number_of_gaps(made, read):
    run = b"".join(made.record(1_600_000_000 + n, n, bytes([n + 1]) * 9) for n in range(6))
    got = read(made.pcap([]) + (run + b"\xff" * 20) * 3000 + run)
    assert got.capture.packets == 6 * 3001
    assert len(got.gaps) == 1001
    assert sum(gap.count for gap in got.gaps) == 3000
    assert sum(gap.length for gap in got.gaps) == 20 * 3000
    assert len(got.chunks) == 1


def test_a_clock_that_is_set_in_between_is_no_damage(made, read):
    times = [10, 11, 12, 1_700_000_000, 1_700_000_001, 1_700_000_002, 1_700_000_003, 1_700_000_004]
    got = read(made.pcap([(second, 0, b"x" * 20) for second in times]))
    assert [time // 10**9 for time in got.column("time_ns")] == times
    assert not got.gaps
    one_wrong = [1_700_000_000 + n for n in range(12)]
    one_wrong[5] = 77
    got = read(made.pcap([(second, 0, b"x" * 20) for second in one_wrong]))
    assert [time // 10**9 for time in got.column("time_ns")] == one_wrong
    assert not got.gaps
