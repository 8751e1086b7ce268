"""Links, IP, fragments, tunnels, copies: each layer from its specification, around one known datagram."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitne.lab import packets
from vitne.lab.packets import ACK, FIN, RST, SYN, Ends
from vitne.reassemble import Walk

A, B = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
V4, V6 = Ends("192.0.2.1", "198.51.100.2"), Ends("2001:db8::1", "2001:db8::2")
MAC_A, MAC_B = packets.mac_bytes(A), packets.mac_bytes(B)
SECRET = b"the payload that must come out"
IP4 = packets.ipv4(packets.udp(SECRET, V4, (40000, 53)), V4, protocol=17, identification=9)
IP6 = packets.ipv6(packets.udp(SECRET, V6, (40000, 53)), V6, protocol=17)
SNAP = b"\xaa\xaa\x03\0\0\0"
MS = 1_000_000


def _wifi(
    direction: int, *, quality: bool = False, flags: int = 0, sequence: int = 16, body: bytes | None = None
):
    """IEEE 802.11-2020 table 9-30: three or four addresses, here A sends to B over a station C."""
    c = b"\0\0\x5e\0\x53\x03"
    addresses = {0: (MAC_B, MAC_A, c), 1: (c, MAC_A, MAC_B), 2: (MAC_B, c, MAC_A), 3: (c, c, MAC_B)}[
        direction
    ]
    head = bytes([0x88 if quality else 8, direction | flags]) + b"\0\0" + b"".join(addresses)
    head += struct.pack("<H", sequence) + (MAC_A if direction == 3 else b"") + (b"\0\0" if quality else b"")
    return head + (SNAP + b"\x08\0" + IP4 if body is None else body)


def _attribute(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def _ethernet(kind: int, payload: bytes) -> bytes:
    return packets.ethernet(payload, A, B, kind=kind)


COOKED = struct.pack(">HHH", 0, 1, 6) + MAC_A + b"\0\0"
COOKED2 = struct.pack(">HHIHBB", 0x0800, 0, 2, 1, 0, 6) + MAC_A + b"\0\0"


def _usb(length: int) -> bytes:
    """Head of a transfer as usbmon writes it: bulk, with data."""
    return (bytes(8) + b"C\x03").ljust(length, b"\0")


def _usbpcap() -> bytes:
    return struct.pack("<HQIHBHHBBI", 27, 1, 0, 9, 1, 1, 1, 0x82, 3, 0)


def _rndis(frame: bytes) -> bytes:
    return struct.pack("<11I", 1, 44 + len(frame), 36, len(frame), *(0,) * 7) + frame


def _ncm(frame: bytes, *more: bytes) -> bytes:
    """NTH16 and NDP16 with one frame or several."""
    frames = (frame, *more)
    table = 12
    at = table + 8 + 4 * (len(frames) + 1)
    pairs = b""
    for one in frames:
        pairs += struct.pack("<HH", at, len(one))
        at += len(one)
    head = struct.pack("<IHHHH", 0x484D434E, 12, 0, at, table)
    return head + struct.pack("<IHH", 0x304D434E, 8 + len(pairs) + 4, 0) + pairs + bytes(4) + b"".join(frames)


LINKS = {
    "ethernet": (1, _ethernet(0x0800, IP4), A),
    "ethernet with padding": (1, _ethernet(0x0800, IP4) + bytes(9), A),
    "ethernet with ipv6": (1, _ethernet(0x86DD, IP6), A),
    "vlan": (1, _ethernet(0x8100, packets.vlan(IP4, 7)), A),
    "qinq 88a8": (1, _ethernet(0x88A8, packets.vlan(packets.vlan(IP4, 7), 8, kind=0x8100)), A),
    "qinq 9100": (1, _ethernet(0x9100, packets.vlan(packets.vlan(IP4, 7), 8, kind=0x8100)), A),
    "vn-tag": (1, _ethernet(0x8926, b"\0\1\0\2\x08\0" + IP4), A),
    "802.3 snap": (1, _ethernet(len(IP4) + 8, SNAP + b"\x08\0" + IP4), A),
    "mpls two labels": (1, _ethernet(0x8847, b"\0\1\0\x40\0\2\1\x40" + IP4), A),
    "pseudowire": (1, _ethernet(0x8848, b"\0\2\1\x40" + bytes(4) + _ethernet(0x0800, IP4)), A),
    "pppoe": (1, _ethernet(0x8864, struct.pack(">BBHH", 0x11, 0, 1, len(IP4) + 2) + b"\0\x21" + IP4), A),
    "pppoe ipv6": (1, _ethernet(0x8864, struct.pack(">BBHH", 0x11, 0, 1, len(IP6) + 2) + b"\0\x57" + IP6), A),
    "raw 12": (12, IP4, ""),
    "raw 14": (14, IP4, ""),
    "raw 101": (101, IP6, ""),
    "ipv4 228": (228, IP4, ""),
    "ipv6 229": (229, IP6, ""),
    "cooked": (113, COOKED + b"\x08\0" + IP4, A),
    "cooked 2": (276, COOKED2 + IP4, A),
    "loopback little endian": (0, struct.pack("<I", 2) + IP4, ""),
    "loopback big endian": (0, struct.pack(">I", 2) + IP4, ""),
    "loopback darwin ipv6": (0, struct.pack("<I", 30) + IP6, ""),
    "loop": (108, struct.pack(">I", 24) + IP6, ""),
    "ppp": (9, b"\xff\x03\0\x21" + IP4, ""),
    "ppp without address": (9, b"\x21" + IP4, ""),
    "ppp hdlc": (50, b"\xff\x03\0\x57" + IP6, ""),
    "cisco hdlc": (104, b"\x0f\0\x08\0" + IP4, ""),
    "usb, RNDIS": (220, _usb(64) + _rndis(_ethernet(0x0800, IP4)), A),
    "usb, RNDIS, short header": (189, _usb(48) + _rndis(_ethernet(0x0800, IP4)), A),
    "usb, NCM": (220, _usb(64) + _ncm(_ethernet(0x86DD, IP6)), A),
    "usb, ECM": (249, _usbpcap() + _ethernet(0x0800, IP4), A),
    "pktap": (
        258,
        struct.pack("<III24sIIIIi17s3x", 76, 1, 1, b"en0", 0, 2, 14, 0, 77, b"mail") + _ethernet(0x0800, IP4),
        A,
    ),
    "nflog": (239, b"\x02\0\0\0" + _attribute(1, bytes(4)) + _attribute(10, b"vpn") + _attribute(9, IP4), ""),
    "802.11 to the access point": (105, _wifi(1), A),
    "802.11 from the access point": (105, _wifi(2, quality=True), A),
    "802.11 ad hoc": (105, _wifi(0), A),
    "802.11 between access points": (105, _wifi(3), A),
    "802.11 with HT control": (
        105,
        _wifi(1, quality=True, flags=0x80, body=bytes(4) + SNAP + b"\x08\0" + IP4),
        A,
    ),
    "radiotap": (127, struct.pack("<BBHI", 0, 0, 8, 0) + _wifi(2), A),
    "radiotap with check sequence": (127, struct.pack("<BBHIB", 0, 0, 9, 2, 0x10) + _wifi(2) + bytes(4), A),
    "radiotap with padding": (
        127,
        struct.pack("<BBHIQB", 0, 0, 17, 3, 0, 0x20)
        + _wifi(1, quality=True, body=b"\0\0" + SNAP + b"\x08\0" + IP4),
        A,
    ),
    "ppi": (192, struct.pack("<BBHI", 0, 0, 8, 105) + _wifi(1), A),
    "prism": (119, bytes(144) + _wifi(1), A),
    "avs": (119, struct.pack(">II", 0x80211001, 64) + bytes(56) + _wifi(1), A),
}


@pytest.mark.parametrize("name", LINKS)
def test_a_datagram_is_found_behind_each_kind_of_link(read, name):
    link, frame, mac = LINKS[name]
    got = read([frame], link=link)
    assert got.stream() == SECRET
    flow = got.traffic.flow(0)
    assert (flow.transport, flow.client_port, flow.server_port, flow.client_mac) == ("udp", 40000, 53, mac)
    assert (flow.client_ip, flow.server_ip) in {(V4.source, V4.target), (V6.source, V6.target)}


@pytest.mark.parametrize("name", LINKS)
def test_every_proper_prefix_of_a_frame_is_counted_or_shows_as_a_hole(read, name):
    link, frame, _ = LINKS[name]
    least = frame.index(SECRET)
    for length in range(least):
        got = read([frame[:length]], link=link, wires=[len(frame)])
        assert got.traffic.counts or got.gaps, length
        assert got.runs.get((0, 0), [(0, b"", 0)])[0][1] == b""


def test_a_usb_transfer_of_several_frames_gives_the_first_and_counts_the_rest(read):
    frame = _ethernet(0x0800, IP4)
    for transfer in (_rndis(frame) + _rndis(frame), _ncm(frame, frame)):
        got = read([_usb(64) + transfer], link=220)
        assert got.stream() == SECRET
        assert [count.reason for count in got.traffic.counts] == ["usb-aggregate"]


def test_usb_transfers_without_a_frame_are_counted(read):
    control, empty = _usb(64).replace(b"C\x03", b"C\x02"), _usb(64)
    lies = _usb(64) + struct.pack("<11I", 1, 0xFFFFFFFF, 36, 0xFFFFFFF0, *(0,) * 7) + bytes(40)
    got = read([control, empty, _usb(64) + b"adb" * 40, lies], link=220)
    assert [(count.reason, count.count) for count in got.traffic.counts] == [("usb-without-frame", 4)]


def test_a_link_type_that_is_not_read_is_a_gap(read):
    got = read([b"anything"] * 3, link=147)
    (note,) = got.traffic.notes()
    assert (note.kind, note.count, note.frame, note.capture) == ("unknown-link-type", 3, 1, 0)


def test_frames_without_ip_take_a_row_and_are_counted_by_type(read, udp):
    arp = packets.ethernet(packets.arp(1, (A, V4.source), (B, V4.target)), A, B, kind=0x0806)
    got = read([arp, _ethernet(0x0800, udp(b"x"))], link=1)
    assert got.runs[0, 0] == [(0, b"x", 1)]
    assert got.traffic.place(np.array([1]))[0].frames == (2,)
    assert [(count.reason, count.value, count.count) for count in got.traffic.counts] == [
        ("non-ip-frame", 0x0806, 1)
    ]


def test_other_transports_are_counted_not_lost(read):
    for protocol in (1, 50, 132):
        (note,) = read([packets.ipv4(bytes(20), V4, protocol=protocol)]).traffic.notes()
        assert (note.kind, str(protocol) in note.why) == ("unknown-transport", True)


def test_ipv4_options_are_passed_over(read):
    head = bytearray(IP4[:20])
    head[0] = 0x46
    head[2:4] = struct.pack(">H", len(IP4) + 4)
    assert read([bytes(head) + b"\x94\x04\0\0" + IP4[20:]]).stream() == SECRET  # router alert, RFC 2113


def test_a_total_length_of_zero_takes_the_frame_as_it_is(read):
    frame = bytearray(IP4)
    frame[2:4] = b"\0\0"  # what segmentation offload leaves behind
    assert read([bytes(frame)]).stream() == SECRET


def _extension(kind: int, following: int) -> bytes:
    return bytes([following, 0]) + (b"\1\4\0\0\0\0" if kind in {0, 60} else bytes(6))


def test_ipv6_extension_headers_are_passed_over(read):
    rest = IP6[40:]
    for kind, following in (
        (60, 17),
        (43, 60),
        (0, 43),
    ):  # hop-by-hop, routing, destination: RFC 8200 section 4.1
        rest = _extension(kind, following) + rest
    assert read([packets.ipv6(rest, V6, protocol=0)]).stream() == SECRET


def test_an_atomic_fragment_is_a_whole_packet(read):
    rest = struct.pack(">BBHI", 17, 0, 0, 5) + IP6[40:]  # RFC 6946
    got = read([packets.ipv6(rest, V6, protocol=44)])
    assert got.stream() == SECRET
    assert not got.traffic.counts


def _fragments4(whole: bytes, size: int = 16, number: int = 77) -> list[bytes]:
    return [
        packets.ipv4(
            whole[at : at + size],
            V4,
            protocol=17,
            identification=number,
            fragment=at // 8 | (at + size < len(whole)) << 13,
        )
        for at in range(0, len(whole), size)
    ]


def _fragments6(whole: bytes, size: int = 16) -> list[bytes]:
    return [
        packets.ipv6(
            struct.pack(">BBHI", 17, 0, at | (at + size < len(whole)), 7) + whole[at : at + size],
            V6,
            protocol=44,
        )
        for at in range(0, len(whole), size)
    ]


@pytest.mark.parametrize("cut", [_fragments4, _fragments6])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 1, 0, 2)])
def test_fragments_make_their_datagram_in_any_order_and_all_frames_are_named(read, cut, order):
    parts = cut(IP4[20:] if cut is _fragments4 else IP6[40:])
    got = read([parts[number] for number in order], times=[100 * MS * turn for turn in range(len(order))])
    assert got.stream() == SECRET
    (run,) = got.runs[0, 0]
    (place,) = got.traffic.place(np.array([run[2]]))
    assert place.frames == tuple(range(1, len(order) + 1))
    assert (place.capture, place.time_ns) == (0, 0)


def test_a_datagram_without_one_of_its_fragments_is_a_gap(read):
    parts = _fragments4(IP4[20:])
    (note,) = read([parts[0], parts[2]]).traffic.notes()
    assert (note.kind, note.count, note.frame) == ("missing-fragment", 1, 1)


def test_fragments_that_overlap_with_other_bytes_are_an_oddity_and_the_first_copy_stays(read):
    parts = _fragments4(IP4[20:])
    forged = bytearray(parts[1])
    forged[20:36] = b"X" * 16
    got = read([parts[0], parts[1], bytes(forged), parts[2]])
    assert got.stream() == SECRET
    assert [note.name for note in got.traffic.notes()] == ["ip-overlap-conflict"]


def test_a_million_half_open_datagrams_stay_within_bounds(read):
    head = _fragments4(IP4[20:])[0]
    frames = [head[:4] + struct.pack(">H", number % 65536) + head[6:] for number in range(1, 20001)]
    got = read(frames)
    counts = {count.reason: count.count for count in got.traffic.counts}
    assert counts == {"fragment-limit": 20000 - 1024, "missing-fragment": 1024}


def test_an_identification_used_again_later_starts_a_new_datagram(read):
    parts = _fragments4(IP4[20:])
    got = read([parts[0], *parts], times=[0, 61_000 * MS, 61_001 * MS, 61_002 * MS])
    assert got.stream() == SECRET
    assert [count.reason for count in got.traffic.counts] == ["missing-fragment"]


def _in_udp(data: bytes, ports: tuple[int, int]) -> bytes:
    return packets.ipv4(packets.udp(data, V4, ports), V4, protocol=17, identification=1)


def _gre(flags: int, kind: int, fields: bytes, inner: bytes) -> bytes:
    return packets.ipv4(struct.pack(">HH", flags, kind) + fields + inner, V4, protocol=47, identification=1)


TEREDO = Ends("2001:0:c000:201::1", "2001:db8::2")
TEREDO_IP = packets.ipv6(packets.udp(SECRET, TEREDO, (40000, 53)), TEREDO, protocol=17)
TUNNELS = {
    "ip-in-ip": packets.ipv4(IP4, V4, protocol=4, identification=1),
    "6in4": packets.ipv4(IP6, V4, protocol=41, identification=1),
    "gre": _gre(0, 0x0800, b"", IP4),
    "gre with checksum, key and sequence": _gre(0xB000, 0x86DD, bytes(12), IP6),
    "gre with ethernet": _gre(0x2000, 0x6558, bytes(4), _ethernet(0x0800, IP4)),
    "gre of pptp": _gre(0x3081, 0x880B, struct.pack(">HHII", len(IP4) + 4, 1, 2, 3), b"\xff\x03\0\x21" + IP4),
    "gtp-u": _in_udp(struct.pack(">BBHI", 0x30, 255, len(IP4), 1) + IP4, (2152, 2152)),
    "gtp-u with extensions": _in_udp(
        struct.pack(">BBHIHBB", 0x34, 255, len(IP6) + 8, 1, 0, 0, 0x85) + b"\1\0\x09\0" + IP6, (2152, 40)
    ),
    "teredo": _in_udp(TEREDO_IP, (3544, 50000)),
    "teredo by its bytes": _in_udp(TEREDO_IP, (50000, 50001)),
    "teredo with indications": _in_udp(
        b"\0\1\0\0" + bytes(9) + b"\0\0" + bytes(6) + TEREDO_IP, (3544, 50000)
    ),
    "vxlan": _in_udp(b"\x08\0\0\0\0\0\x2a\0" + _ethernet(0x0800, IP4), (50000, 4789)),
}


@pytest.mark.parametrize("name", TUNNELS)
def test_a_datagram_is_found_inside_each_kind_of_tunnel(read, name):
    got = read([TUNNELS[name]])
    assert got.stream() == SECRET
    assert got.traffic.flow_count == 1
    flow = got.traffic.flow(0)
    assert flow.tunnel == name.split(" ")[0]
    assert (flow.client_port, flow.server_port) == (40000, 53)


def test_tunnels_inside_tunnels_are_named_outermost_first(read):
    inner = struct.pack(">BBHI", 0x30, 255, len(IP4), 1) + IP4
    udp = packets.udp(inner, V4, (2152, 2152))
    frame = _gre(0, 0x0800, b"", packets.ipv4(udp, V4, protocol=17, identification=3))
    assert read([frame]).traffic.flow(0).tunnel == "gre/gtp-u"


def test_more_layers_than_sixteen_are_a_gap(read):
    frame = IP4
    for number in range(20):
        frame = packets.ipv4(frame, V4, protocol=4, identification=number + 1)
    (note,) = read([frame]).traffic.notes()
    assert note.kind == "limit"
    vlans = IP4
    for _ in range(100):
        vlans = packets.vlan(vlans, 1, kind=0x8100 if vlans is not IP4 else 0x0800)
    (note,) = read([_ethernet(0x8100, vlans)], link=1).traffic.notes()
    assert note.kind == "limit"


def test_a_tunnel_around_what_is_not_read_is_searched_as_the_datagram_it_is(read):
    inner = packets.ipv4(b"ESP with %s" % SECRET, V4, protocol=50, identification=5)
    got = read([_in_udp(struct.pack(">BBHI", 0x30, 255, len(inner), 1) + inner, (2152, 2152))])
    assert SECRET in got.stream()
    assert got.traffic.flow(0).tunnel == ""
    assert [count.reason for count in got.traffic.counts] == ["unknown-transport"]


def test_ordinary_datagrams_on_tunnel_ports_stay_datagrams(read):
    for port in (2152, 3544, 4789):
        got = read([_in_udp(b"hello, this is not a tunnel", (50000, port))])
        assert got.stream() == b"hello, this is not a tunnel"
        assert got.traffic.flow(0).tunnel == ""


# frames captured twice


def test_a_frame_captured_twice_is_one_frame_and_an_oddity(read, speaker):
    frames = [speaker.say(b"once", 10), speaker.say(b" and more", 14)]
    routed = [
        frame[:8] + b"\x3f" + frame[9:10] + b"\x12\x34" + frame[12:] for frame in frames
    ]  # TTL, checksum
    got = read([frames[0], routed[0], frames[1], routed[1]])
    assert got.runs[0, 0] == [(0, b"once", 0), (4, b" and more", 2)]
    (note,) = got.traffic.notes()
    assert (note.name, note.count, note.frame) == ("duplicate-frame", 2, 2)


def test_a_datagram_captured_twice_is_read_once(read, udp):
    got = read([udp(b"one", number=5), udp(b"one", number=5), udp(b"one", number=6)])
    assert got.stream() == b"oneone"  # the third has another identification: the sender said it again


def test_copies_lie_at_most_50_ms_apart(read, udp):
    frame = udp(b"one", number=5)
    assert read([frame, frame], times=[0, 49 * MS]).stream() == b"one"
    assert read([frame, frame], times=[0, 51 * MS]).stream() == b"oneone"
    assert read([frame, frame], times=[49 * MS, 0]).stream() == b"one"  # backward clocks


def test_without_an_identification_copies_lie_at_most_5_ms_apart(read, udp):
    frame = udp(b"one", ends=V6)
    assert read([frame, frame], times=[0, 4 * MS]).stream() == b"one"
    assert read([frame, frame], times=[0, 6 * MS]).stream() == b"oneone"


def test_equal_acknowledgements_without_identification_are_no_copies(read, make_speaker):
    speaker = make_speaker(V6)
    frame = speaker.say(b"", 10, ack=5)
    assert not read([frame, frame], times=[0, 0]).traffic.counts


def test_a_repeated_80211_frame_is_a_copy_only_with_the_retry_bit(read):
    again = _wifi(1, flags=8)
    got = read([_wifi(1), again], link=105, times=[0, 900 * MS])
    assert got.stream() == SECRET
    assert [note.name for note in got.traffic.notes()] == ["duplicate-frame"]
    assert read([_wifi(1), _wifi(1)], link=105, times=[0, 900 * MS]).stream() == SECRET * 2


def test_protected_80211_frames_are_a_gap(read):
    (note,) = read([_wifi(1, flags=0x40, body=bytes(40))], link=105).traffic.notes()
    assert "protected" in note.why


# which conversation a segment belongs to


def test_the_client_is_who_sent_the_syn_or_was_answered_or_spoke_first(read, make_speaker):
    cases = [
        (make_speaker().say(b"", 1, flags=SYN), 40000),
        (make_speaker().say(b"", 1, server=True, flags=SYN | ACK), 40000),
        (make_speaker().say(b"x", 1, server=True), 80),
    ]
    for frame, port in cases:
        assert read([frame]).traffic.flow(0).client_port == port


def test_four_numbers_used_again_are_another_flow(read, speaker):
    frames = [
        speaker.say(b"", 99, flags=SYN),
        speaker.say(b"first", 100),
        speaker.say(b"", 105, flags=FIN | ACK),
        speaker.say(b"", 5000, flags=SYN),
        speaker.say(b"second", 5001),
    ]
    got = read(frames)
    assert (got.stream(0), got.stream(1)) == (b"first", b"second")


def test_a_repeated_syn_is_the_same_flow_but_not_after_a_reset(read, speaker):
    syn = [speaker.say(b"", 99, flags=SYN) for _ in range(3)]
    refusal = speaker.say(b"", 0, server=True, ack=100, flags=RST | ACK)
    assert read(syn).traffic.flow_count == 1
    assert read([syn[0], refusal, syn[1]]).traffic.flow_count == 2  # as Wireshark numbers streams


def test_a_stray_second_answer_to_a_syn_changes_nothing(read, speaker):
    frames = [
        speaker.say(b"", 99, flags=SYN),
        speaker.say(b"", 499, server=True, ack=100, flags=SYN | ACK),
        speaker.say(b"", 100, ack=500),
        speaker.say(b"", 77777, server=True, ack=100, flags=SYN | ACK),
        speaker.say(b"answer", 500, server=True, ack=100),
    ]
    got = read(frames)
    assert got.traffic.flow_count == 1
    assert got.stream(0, 1) == b"answer"
    assert not got.gaps


def test_a_server_that_answers_anew_before_anyone_took_it_up_is_believed(read, speaker):
    frames = [
        speaker.say(b"", 499, server=True, ack=100, flags=SYN | ACK),
        speaker.say(b"", 3_000_000_000, server=True, ack=100, flags=SYN | ACK),
        speaker.say(b"ask", 100, ack=3_000_000_001),
        speaker.say(b"answer", 3_000_000_001, server=True, ack=103),
    ]
    got = read(frames)
    assert got.stream(0, 1) == b"answer"
    assert not got.gaps


def test_ring_files_are_one_stream_of_packets(records, speaker):
    walk = Walk()
    first, second = [speaker.say(b"begin ", 10)], [speaker.say(b"", 16), speaker.say(b"end", 16)]
    walk.add(4, *records(first))
    walk.add(5, *records([]))
    walk.add(6, *records(second, times=[7, 8]))
    traffic = walk.finish()
    (batch,) = traffic.batches()
    assert batch.data.tobytes() == b"begin end"
    places = traffic.place(batch.run_row)
    assert [(place.capture, place.frames, place.time_ns) for place in places] == [(4, (1,), 0), (6, (2,), 8)]


def test_a_record_outside_its_capture_is_counted_and_not_read(records, udp):
    walk = Walk()
    buffer, chunk = records([udp(b"x")])
    chunk.offset[0] = 2**63
    walk.add(0, buffer, chunk)
    (note,) = walk.finish().notes()
    assert note.kind == "malformed"


@given(
    noise=st.lists(st.binary(max_size=120), max_size=8),
    link=st.sampled_from(sorted({link for link, _, _ in LINKS.values()})),
    start=st.sampled_from([IP4, IP6, *TUNNELS.values(), b""]),
    keep=st.integers(0, 120),
)
def test_noise_raises_nothing_and_every_frame_keeps_its_row(read, noise, link, start, keep):
    frames = [start[:keep] + one for one in noise]
    got = read(frames, link=link)
    assert got.traffic.packet_count == len(frames)
    assert all(count.count <= len(frames) * 20 for count in got.traffic.counts)


def test_an_empty_walk_has_no_flows():
    traffic = Walk().finish()
    assert (traffic.flow_count, traffic.packet_count, list(traffic.batches()), list(traffic.notes())) == (
        0,
        0,
        [],
        [],
    )
