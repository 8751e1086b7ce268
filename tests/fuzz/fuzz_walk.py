"""The packet walk and the assembler: any frames of any link type are read within bounds and raise nothing.

An input is a list of records: link type (2 bytes), bytes held (2), bytes cut off (1), microseconds since the
record before (1), then the frame.  Records go through one walk; what comes out is checked against itself.
"""

from __future__ import annotations

import struct

import numpy as np

from vitne.kernel import walk as kernel
from vitne.lab import packets
from vitne.lab.packets import ACK, FIN, SYN, Ends, Numbers
from vitne.model import RecordChunk, StreamBatch
from vitne.reassemble import Traffic, Walk

kernel.SPILL_FROM = 1024  # tables of more than a few packets grow into files

A, B = "00:00:5e:00:53:01", "00:00:5e:00:53:02"
V4, V6 = Ends("192.0.2.1", "198.51.100.2"), Ends("2001:db8::1", "2001:db8::2")


def record(link_type: int, frame: bytes, cut: int = 0) -> bytes:
    """Write one record of an input."""
    return struct.pack("<HHBB", link_type, len(frame), cut, 10) + frame


def _conversation(ends: Ends) -> list[bytes]:
    """Give IP packets of a short TCP conversation with disorder and overlap, and two datagrams."""
    back, ports, turned = ends.back(), (1025, 80), (80, 1025)
    segments = [
        (ends, ports, b"", Numbers(seq=99, flags=SYN)),
        (back, turned, b"", Numbers(seq=4294967290, ack=100, flags=SYN | ACK)),
        (ends, ports, b"GET / HTTP/1.1\r\n", Numbers(seq=100, ack=4294967291)),
        (ends, ports, b"\r\n", Numbers(seq=130, ack=4294967291)),
        (ends, ports, b"Host: a.example\r\n", Numbers(seq=114, ack=4294967291)),
        (back, turned, b"HTTP/1.1 204 No\r\n\r\n", Numbers(seq=4294967291, ack=132)),
        (back, turned, b"X", Numbers(seq=60000, ack=132)),
        (ends, ports, b"", Numbers(seq=132, ack=14, flags=FIN | ACK)),
    ]
    out = [
        packets.internet(
            packets.tcp(data, side, pair, numbers=numbers), side, protocol=6, identification=n + 1
        )
        for n, (side, pair, data, numbers) in enumerate(segments)
    ]
    datagram = packets.udp(b"question" * 3, ends, (5353, 53))
    out += [packets.internet(datagram, ends, protocol=17, identification=n) for n in (40, 41)]
    return out


def _fragments() -> list[bytes]:
    whole = packets.udp(bytes(range(200)), V4, (1026, 53))
    out = [
        packets.ipv4(
            whole[at : at + 64], V4, protocol=17, identification=7, fragment=at // 8 | (at < 192) << 13
        )
        for at in (64, 0, 192, 128)
    ]
    whole = packets.udp(bytes(range(200)), V6, (1026, 53))
    for at in (0, 96, 192):
        head = struct.pack(">BBHI", 17, 0, at | (at < 192), 77)
        out.append(packets.ipv6(head + whole[at : at + 96], V6, protocol=44))
    return out


def _tunnels(inner: bytes, inner6: bytes) -> list[bytes]:
    frame = packets.ethernet(inner, A, B)
    gtp = struct.pack(">BBHI", 0x34, 255, len(inner) + 8, 1) + bytes([0, 0, 0, 0x85, 1, 0, 9, 0]) + inner
    return [
        packets.ipv4(inner, V4, protocol=4, identification=1),
        packets.ipv4(inner6, V4, protocol=41, identification=2),
        packets.ipv4(struct.pack(">HHII", 0x3000, 0x0800, 5, 6) + inner, V4, protocol=47, identification=3),
        packets.ipv4(
            struct.pack(">HHHHI", 0x3001, 0x880B, len(inner) + 4, 1, 9) + b"\xff\x03\x00\x21" + inner,
            V4,
            protocol=47,
            identification=4,
        ),
        packets.ipv4(packets.udp(gtp, V4, (2152, 2152)), V4, protocol=17, identification=5),
        packets.ipv4(packets.udp(inner6, V4, (3544, 1024)), V4, protocol=17, identification=6),
        packets.ipv4(
            packets.udp(b"\x08\0\0\0\0\0\x07\0" + frame, V4, (9, 4789)), V4, protocol=17, identification=8
        ),
    ]


_BULK = (bytes(8) + b"C\x03").ljust(64, b"\0")  # head of a transfer by usbmon
_NCM = struct.pack("<IHHHHIHH", 0x484D434E, 12, 0, 0, 12, 0x304D434E, 16, 0)


def _links(inner: bytes) -> bytes:
    """Give one record for each kind of link."""
    mac = packets.mac_bytes(A) + packets.mac_bytes(B) + packets.mac_bytes(A)
    snap = b"\xaa\xaa\x03\0\0\0\x08\x00"
    wifi = struct.pack("<HH", 0x0188, 0) + mac + b"\x10\0" + b"\0\0" + snap + inner
    mpls = b"\0\x01\x01\x40" + inner
    plain = packets.ethernet(inner, A, B)
    return b"".join(
        [
            record(1, packets.ethernet(packets.vlan(inner, 5), A, B, kind=0x8100)),
            record(
                1, packets.ethernet(packets.vlan(packets.vlan(inner, 5), 6, kind=0x8100), A, B, kind=0x88A8)
            ),
            record(1, packets.ethernet(b"\0\0\0\0\x08\x00" + inner, A, B, kind=0x8926)),
            record(1, packets.ethernet(mpls, A, B, kind=0x8847)),
            record(
                1,
                packets.ethernet(
                    struct.pack(">HHH", 0x1100, 1, len(inner) + 2) + b"\0\x21" + inner, A, B, kind=0x8864
                ),
            ),
            record(1, packets.ethernet(snap + inner, A, B, kind=min(1500, len(inner) + 8))),
            record(220, _BULK + struct.pack("<11I", 1, 44 + len(plain), 36, len(plain), *(0,) * 7) + plain),
            record(220, _BULK + _NCM + struct.pack("<HHI", 28, len(plain), 0) + plain),
            record(258, struct.pack("<III", 12, 1, 1) + plain),
            record(0, struct.pack("<I", 2) + inner),
            record(108, struct.pack(">I", 2) + inner),
            record(9, b"\xff\x03\0\x21" + inner),
            record(50, b"\x0f\0\x08\0" + inner),
            record(113, struct.pack(">HHH8sH", 0, 1, 6, packets.mac_bytes(A) + b"\0\0", 0x800) + inner),
            record(
                276, struct.pack(">HHIHBB8s", 0x800, 0, 1, 1, 0, 6, packets.mac_bytes(A) + b"\0\0") + inner
            ),
            record(
                239,
                b"\x02\0\0\0"
                + struct.pack("<HH", 8, 1)
                + bytes(4)
                + struct.pack("<HH", 4 + len(inner), 9)
                + inner,
            ),
            record(105, wifi),
            record(127, struct.pack("<BBHIB", 0, 0, 9, 2, 0) + wifi),
            record(192, struct.pack("<BBHI", 0, 0, 8, 105) + wifi),
            record(119, bytes(144) + wifi),
            record(101, inner),
        ]
    )


def _seeds() -> list[bytes]:
    four, six = _conversation(V4), _conversation(V6)
    seeds = [b"".join(record(101, one) for one in four), b"".join(record(101, one) for one in six)]
    seeds.append(b"".join(record(1, packets.ethernet(one, A, B)) for one in four + four))
    seeds.append(b"".join(record(101, one, cut=9) for one in four))
    seeds.append(b"".join(record(101, one) for one in _fragments()))
    seeds.append(b"".join(record(101, one) for one in _tunnels(four[2], six[2])))
    seeds.append(_links(four[2]))
    routing = struct.pack(">BBBB4x", 6, 0, 0, 0)
    chain = packets.ipv6(b"\x2c" + bytes(7) + b"\x2b" + bytes(7) + routing + six[2][40:], V6, protocol=0)
    return [*seeds, record(101, chain) + _links(six[2])]


SEEDS: list[bytes] = _seeds()


def _traffic(data: bytes) -> Traffic:
    offset, held, wire, time, link = [], [], [], [], []
    at = now = 0
    while at + 6 <= len(data):
        kind, length, cut, later = struct.unpack_from("<HHBB", data, at)
        at += 6
        length = min(length, len(data) - at)
        now += later * 1000
        for column, value in zip(
            (offset, held, wire, time, link), (at, length, length + cut, now, kind % 512), strict=True
        ):
            column.append(value)
        at += length
    # a copy of exactly this size, so that a sanitizer sees any step beyond it
    buffer = np.frombuffer(bytearray(data), dtype=np.uint8) if data else np.empty(0, np.uint8)
    chunk = RecordChunk(
        offset=np.array(offset, np.uint64),
        cap_length=np.array(held, np.uint32),
        orig_length=np.array(wire, np.uint32),
        time_ns=np.array(time, np.int64),
        link_type=np.array(link, np.uint16),
    )
    walk = Walk()
    walk.add(0, buffer, chunk)
    return walk.finish()


def one(data: bytes) -> None:
    """Walk, reassemble and check that all that is said fits together."""
    traffic = _traffic(data)
    payload = np.zeros((traffic.flow_count, 2), np.int64)
    for item in traffic.batches(1 << 16):
        if not isinstance(item, StreamBatch):
            assert item.flow is not None
            assert item.flow < traffic.flow_count
            continue
        assert int(item.run_length.sum()) == len(item.data)
        assert (item.start <= item.end).all()
        assert (np.diff(item.run_position) >= 0).all()
        assert (item.run_row < traffic.packet_count).all()
        np.add.at(payload, (item.flow, item.side), item.end - item.start)
        for row in item.run_row[:4]:
            assert traffic.place(np.array([row]))[0].frames
    columns = traffic.flow_columns()
    assert (payload <= columns["payload"]).all()
    for number in range(min(traffic.flow_count, 20)):
        traffic.flow(number)
    list(traffic.notes())
