"""Twin of vitne.intake.captures.pcapng; layouts from draft-ietf-opsawg-pcapng sections 3 and 4."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.intake.captures import pcapng
from vitne.model import CaptureError, Fit, Malformed

BY_HAND = bytes.fromhex(
    "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"  # section, big-endian
    "00000001 00000014 0071 0000 00000060 00000014"  # interface: Linux cooked, 96 bytes kept
    "00000006 00000024 00000000 00059b0d 98f0d63f 00000002 00000005 abcd0000 00000024"  # 2 of 5 bytes
)
SECOND = 1_600_000_000


def test_a_file_written_by_hand_is_read_as_the_draft_says(read):
    got = read(BY_HAND)
    assert got.frames == [b"\xab\xcd"]
    assert (got.column("offset"), got.column("orig_length"), got.column("link_type")) == ([76], [5], [113])
    assert got.column("time_ns") == [0x00059B0D98F0D63F * 1000]
    assert (got.capture.format, got.capture.packets, got.capture.clock) == ("pcapng", 1, "us")
    assert [(i.link_type, i.snap_length) for i in got.capture.interfaces] == [(113, 96)]
    assert got.gaps == got.oddities == []


@pytest.mark.parametrize("order", ["<", ">"])
def test_every_block_of_packets_is_read_and_the_others_are_hopped_over(made, read, order):
    enhanced = made.packet(SECOND * 10**6 + 1, b"one", order=order)
    obsolete = made.block(
        2,
        struct.pack(order + "HHIIII", 0, 7, (SECOND * 10**6) >> 32, SECOND * 10**6 & 0xFFFFFFFF, 3, 3)
        + b"two",
        order=order,
    )
    simple = made.block(3, struct.pack(order + "I", 5) + b"three", order=order)
    custom = made.block(0xBAD, b"\0\0\0\1 whatever", order=order)
    unknown = made.block(0x7777, bytes(40), order=order)
    statistics = made.block(5, bytes(12), order=order)
    data = (
        made.section(order=order)
        + made.interface(order=order)
        + enhanced
        + custom
        + obsolete
        + unknown
        + statistics
        + simple
    )
    got = read(data)
    assert got.frames == [b"one", b"two", b"three"]
    assert got.column("time_ns") == [SECOND * 10**9 + 1000, SECOND * 10**9, SECOND * 10**9]
    assert set(got.odd) == {"time-goes-back", "time-missing"}
    assert not got.gaps


def test_sections_of_different_order_have_interfaces_of_their_own(made, read):
    data = (
        made.section()
        + made.interface(1)
        + made.interface(101)
        + made.packet(1, b"a")
        + made.packet(2, b"b", interface=1)
    )
    data += made.section(order=">") + made.interface(113, order=">") + made.packet(3, b"c", order=">")
    got = read(data)
    assert got.frames == [b"a", b"b", b"c"]
    assert got.column("link_type") == [1, 101, 113]
    assert [i.link_type for i in got.capture.interfaces] == [1, 101, 113]


@pytest.mark.parametrize(
    ("resolution", "units", "expected"),
    [
        (0, 5, 5 * 10**9),
        (3, 1500, 15 * 10**8),
        (6, 1, 1000),
        (9, 7, 7),
        (12, 1_234_567, 1234),
        (19, 10**19 + 10**10, 10**9 + 1),
        (0x80 | 1, 3, 15 * 10**8),
        (0x80 | 20, (5 << 20) + (1 << 19), 55 * 10**8),
        (0x80 | 32, (1 << 32) + (1 << 30), 125 * 10**7),
        (0x80 | 62, (1 << 62) + (1 << 61), 15 * 10**8),
        (0x80 | 63, 1 << 62, 5 * 10**8),
    ],
)
def test_the_resolution_of_an_interface_is_a_power_of_ten_or_of_two(made, read, resolution, units, expected):
    data = (
        made.section()
        + made.interface(options=made.option(9, bytes([resolution])))
        + made.packet(units, b"x")
    )
    assert read(data).column("time_ns") == [expected]


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_time_offset_of_an_interface_is_added_and_may_make_times_negative(made, read, order):
    offset = made.option(14, struct.pack(order + "q", -100), order=order)
    data = (
        made.section(order=order)
        + made.interface(options=offset, order=order)
        + made.packet(1, b"x", order=order)
    )
    got = read(data)
    assert got.column("time_ns") == [-100 * 10**9 + 1000]
    assert got.capture.first_ns == got.capture.last_ns == -100 * 10**9 + 1000


@pytest.mark.parametrize(
    ("resolution", "units", "offset"), [(0, 2**63, 0), (6, 2**64 - 1, 0), (0, 1, 2**63 - 1), (9, 2**63, 0)]
)
def test_a_time_behind_2262_becomes_the_last_there_is_and_is_told(made, read, resolution, units, offset):
    options = made.option(9, bytes([resolution])) + made.option(14, struct.pack("<q", offset))
    got = read(made.section() + made.interface(options=options) + made.packet(units, b"x"))
    assert got.column("time_ns") == [2**63 - 1]
    assert got.odd == ["time-out-of-range"]


def test_a_time_before_1677_becomes_the_first_there_is(made, read):
    data = (
        made.section()
        + made.interface(options=made.option(14, struct.pack("<q", -(2**63))))
        + made.packet(1, b"x")
    )
    got = read(data)
    assert got.column("time_ns") == [-(2**63)]
    assert got.odd == ["time-out-of-range"]


@pytest.mark.parametrize(
    ("resolutions", "clock"),
    [([], "us"), ([6, 3], "us"), ([9, 9], "ns"), ([6, 9], "mixed"), ([0x80 | 20], "us"), ([0x80 | 30], "ns")],
)
def test_the_clock_is_that_of_all_interfaces(made, read, resolutions, clock):
    data = made.section() + b"".join(made.interface(options=made.option(9, bytes([r]))) for r in resolutions)
    assert read(data).capture.clock == clock


def test_comments_names_and_secrets_are_kept_for_later(made, read):
    body = struct.pack("<HH", 1, 15) + b"\xc0\x00\x02\x07a.test\0b.t\0" + b"\0"
    body += (
        struct.pack("<HH", 2, 23)
        + bytes.fromhex("20010db8000000000000000000000001")
        + b"c.test\0"
        + b"\0"
        + struct.pack("<HH", 3, 9)
        + bytes(12)
        + bytes(4)
    )
    data = made.section(made.option(1, "séance".encode()) + bytes(4))
    data += made.interface(options=made.option(2, b"wlan0") + made.option(1, b"mine") + bytes(4))
    data += made.packet(1, b"p") + made.packet(
        2, b"pp", options=made.option(1, b"look") + made.option(1, b"again") + bytes(4)
    )
    data += made.block(4, body) + made.block(10, struct.pack("<II", 0x544C534B, 6) + b"CLIENT")
    got = read(data)
    assert got.reader.comments == [(None, "séance"), (None, "mine"), (2, "look"), (2, "again")]
    assert got.reader.names == [("192.0.2.7", "a.test"), ("192.0.2.7", "b.t"), ("2001:db8::1", "c.test")]
    [(kind, offset, length)] = got.reader.secrets
    assert (kind, got.reader.buffer[offset : offset + length].tobytes()) == (0x544C534B, b"CLIENT")
    assert (got.capture.comments, got.capture.secrets) == (4, 1)
    assert [i.name for i in got.capture.interfaces] == ["wlan0"]


def test_many_comments_are_counted_and_the_first_are_kept(made, read):
    blocks = b"".join(made.packet(n, b"", options=made.option(1, b"c") + bytes(4)) for n in range(10_500))
    got = read(made.section() + made.interface() + blocks)
    assert got.capture.comments == got.capture.packets == 10_500
    assert len(got.reader.comments) == 10_000


def test_a_hundred_thousand_interfaces_are_read(made, read):
    data = (
        made.section()
        + made.interface(101) * 99_999
        + made.interface(113)
        + made.packet(1, b"x", interface=99_999)
    )
    got = read(data)
    assert got.column("link_type") == [113]
    assert len(got.capture.interfaces) == 100_000


def test_every_proper_prefix_gives_all_whole_records_and_says_that_it_is_cut(made, read):
    blocks = [
        made.section(),
        made.interface(),
        made.packet(1, b"abc"),
        made.block(0xBAD, bytes(9)),
        made.packet(2, b""),
        made.packet(3, b"z" * 50),
    ]
    data = b"".join(blocks)
    ends = [sum(map(len, blocks[: n + 1])) for n in range(len(blocks))]
    for length in range(len(data)):
        if length < ends[0]:
            with pytest.raises(CaptureError):
                read(data[:length])
            continue
        got = read(data[:length])
        assert len(got.frames) == sum(end <= length for end in (ends[2], ends[4], ends[5])), length
        assert got.kinds == ([] if length in ends else ["truncated-file"]), length


@pytest.mark.parametrize("length", [0, 4, 13, 0xFFFFFFF0, 64, 4096])
def test_a_wrong_block_length_loses_one_packet_only(made, read, length):
    blocks = [made.packet(n, bytes([n + 1]) * 60) for n in range(40)]
    blocks[20] = blocks[20][:4] + struct.pack("<I", length) + blocks[20][8:]
    got = read(made.section() + made.interface() + b"".join(blocks))
    assert got.frames == [bytes([n + 1]) * 60 for n in range(40) if n != 20]
    assert got.kinds == ["damaged-record"]
    assert got.gaps[0].length == len(blocks[20])


def test_a_wrong_trailer_is_told_and_the_packet_read(made, read):
    wrong = made.block(6, struct.pack("<IIIII", 0, 0, 1, 4, 4) + b"here", trailer=99)
    got = read(made.section() + made.interface() + wrong + made.packet(2, b"next"))
    assert got.frames == [b"here", b"next"]
    assert got.odd == ["block-trailer-differs"]


def test_damage_that_has_no_end_is_one_gap_to_the_end(made, read):
    got = read(made.section() + made.interface() + made.packet(1, b"a") + b"\xee" * 500)
    assert got.frames == [b"a"]
    assert [(gap.kind, gap.length) for gap in got.gaps] == [("damaged-record", 500)]


def test_a_damaged_section_header_is_passed_by_to_the_next_section(made, read):
    bad = bytearray(made.section())
    bad[8:12] = b"????"
    data = (
        made.section()
        + made.interface()
        + made.packet(1, b"a")
        + bytes(bad)
        + made.section(order=">")
        + made.interface(113, order=">")
        + made.packet(2, b"b", order=">")
    )
    got = read(data)
    assert got.frames == [b"a", b"b"]
    assert got.column("link_type") == [1, 113]


def test_packets_of_an_interface_not_described_keep_their_number_and_are_told(made, read):
    got = read(made.section() + made.packet(1, b"a", interface=3) + made.interface() + made.packet(2, b"b"))
    assert got.column("link_type") == [65535, 1]
    assert [(gap.kind, gap.frame) for gap in got.gaps] == [("damaged-record", 1)]


def test_a_packet_longer_than_its_block_is_cut_to_it(made, read):
    block = made.block(6, struct.pack("<IIIII", 0, 0, 1, 1000, 1000) + b"abcd")
    got = read(made.section() + made.interface() + block + made.packet(2, b"next"))
    assert got.frames == [b"abcd", b"next"]
    assert got.kinds == ["damaged-record"]


def test_blocks_too_short_for_their_type_are_stepped_over(made, read):
    short = (
        made.block(6, bytes(8))
        + made.block(2, b"")
        + made.block(3, b"")
        + made.block(1, b"")
        + made.block(10, b"")
    )
    got = read(made.section() + made.interface() + short + made.packet(1, b"a"))
    assert got.frames == [b"a"]
    assert got.gaps[0].count == 5


def test_a_simple_packet_is_cut_at_the_snap_length(made, read):
    got = read(made.section() + made.interface(snap=3) + made.block(3, struct.pack("<I", 9) + b"abc"))
    assert got.frames == [b"abc"]
    assert got.column("orig_length") == [9]
    assert not got.gaps


def test_fit_goes_by_the_section_header():
    assert pcapng.fit(BY_HAND) == Fit.CERTAIN
    assert pcapng.fit(BY_HAND[:8] + b"????") == Fit.PERHAPS
    assert pcapng.fit(b"\xd4\xc3\xb2\xa1") == Fit.NO


@pytest.mark.parametrize(
    ("head", "size"), [(b"", 0), (BY_HAND[:9], 9), (BY_HAND[:8] + b"????", 99), (BY_HAND[:12], 20)]
)
def test_a_first_section_header_that_is_cut_or_wrong_is_malformed(head, size):
    with pytest.raises(Malformed):
        pcapng.check_header(head, size)


@given(st.binary(max_size=300))
def test_names_in_noise_end_without_an_error(noise):
    assert len(list(pcapng.name_records(noise, "little"))) <= len(noise)


@given(st.binary(max_size=400))
def test_noise_behind_a_sound_packet_is_indexed_within_its_bounds(made, read, noise):
    data = made.section() + made.interface() + made.packet(1, b"sound") + noise
    got = read(data)
    assert got.frames[0] == b"sound"
    ends = [
        start + length for start, length in zip(got.column("offset"), got.column("cap_length"), strict=True)
    ]
    assert all(end <= len(data) for end in ends)
