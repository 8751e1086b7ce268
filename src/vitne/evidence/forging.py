"""Frames rebuilt around new payloads: addresses replaced, numbers moved, lengths and checksums repaired.

Specifications: RFC 791 and 8200 (IP), RFC 9293 (TCP), RFC 768 (UDP), RFC 1071 (checksum).  Read are Ethernet
with VLAN tags, raw IP, and Linux cooked frames; any other frame is not rebuilt, and left out.
"""

from __future__ import annotations

import ipaddress
import struct
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from vitne.evidence.edits import Edit, applied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TCP, UDP = 6, 17
_MASK = 0xFFFFFFFF
_RAW = {12, 14, 101, 228, 229}
_ETHERNET, _COOKED, _COOKED2 = 1, 113, 276
_TAGS = {0x8100, 0x88A8}
_LEAST = 60  # bytes of an Ethernet frame without its check sequence


class Split(NamedTuple):
    """A frame taken apart."""

    link: bytes  # what stands before the IP header
    ip: bytes  # IP header
    transport: bytes  # TCP or UDP header
    payload: bytes
    protocol: int
    ends: tuple[tuple[str, int], tuple[str, int]]  # source and destination: address, port

    @property
    def sequence(self) -> int:
        """Sequence number of the first byte of payload (of a SYN: of the byte behind it)."""
        number, flags = struct.unpack_from(">I", self.transport, 4)[0], self.transport[13]
        return int(number + (1 if flags & 2 else 0)) & _MASK


def split(data: bytes, link_type: int) -> Split | None:
    """Take a whole frame apart; None for what is not read, is a fragment, or was cut off."""
    at = _network(data, link_type)
    if at is None or len(data) < at + 20:
        return None
    version = data[at] >> 4
    if version == 4:
        size, total, flags = (data[at] & 15) * 4, *struct.unpack_from(">H2xH", data, at + 2)
        protocol, low, width = data[at + 9], at + 12, 4
        if flags & 0x3FFF:
            return None
    elif version == 6 and len(data) >= at + 40:
        size, total = 40, 40 + struct.unpack_from(">H", data, at + 4)[0]
        protocol, low, width = data[at + 6], at + 8, 16
    else:
        return None
    if len(data) < at + total or protocol not in {TCP, UDP} or total < size + (20 if protocol == TCP else 8):
        return None
    body = data[at + size : at + total]
    head = (body[12] >> 4) * 4 if protocol == TCP else 8
    source, target = (
        str(ipaddress.ip_address(data[low + width * n : low + width * (n + 1)])) for n in (0, 1)
    )
    ports = struct.unpack_from(">HH", body)
    return Split(
        data[:at],
        data[at : at + size],
        body[:head],
        body[head:],
        protocol,
        ((source, ports[0]), (target, ports[1])),
    )


def _network(data: bytes, link_type: int) -> int | None:
    """Find where the IP header begins."""
    if link_type in _RAW:
        return 0
    if link_type == _COOKED:
        return 16 if data[14:16] in {b"\x08\x00", b"\x86\xdd"} else None
    if link_type == _COOKED2:
        return 20 if data[:2] in {b"\x08\x00", b"\x86\xdd"} else None
    if link_type != _ETHERNET or len(data) < 14:
        return None
    at = 12
    while len(data) >= at + 4 and struct.unpack_from(">H", data, at)[0] in _TAGS:
        at += 4
    return at + 2 if data[at : at + 2] in {b"\x08\x00", b"\x86\xdd"} else None


class Moved:
    """Where bytes of one side of a stream stand after its changes."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = list(edits)
        self.changes_length = any(len(e.data) != e.end - e.start for e in edits)

    def place(self, offset: int) -> int:
        """Give the new offset of an old one; inside a change it moves in proportion."""
        shift = 0
        for edit in self.edits:
            if offset <= edit.start:
                break
            if offset < edit.end:
                return edit.start + shift + self._inside(edit, offset)
            shift += len(edit.data) - (edit.end - edit.start)
        return offset + shift

    @staticmethod
    def _inside(edit: Edit, offset: int) -> int:
        return (offset - edit.start) * len(edit.data) // (edit.end - edit.start)

    def payload(self, data: bytes, offset: int) -> bytes:
        """Give the new bytes of a segment that begins at an old offset."""
        end = offset + len(data)
        own = []
        for edit in self.edits:
            low, high = max(edit.start, offset), min(edit.end, end)
            if low < high:
                cut = edit.data[self._inside(edit, low) : self._inside(edit, high)]
                own.append(Edit(low - offset, high - offset, cut))
        return applied(data, own)


def base_of(segments: Sequence[tuple[int, int, int]], runs: Sequence[tuple[int, int]]) -> int | None:
    """Find the sequence number of stream offset 0.

    ``segments`` are (frame, sequence number, payload length), ``runs`` are (frame, offset).
    """
    offsets = dict(runs)
    votes = Counter(
        (seq - offsets[frame]) & _MASK for frame, seq, length in segments if frame in offsets and length
    )
    return int(votes.most_common(1)[0][0]) if votes else None


def away(number: int, base: int) -> int:
    """Give how far a sequence number lies behind the base, across the wrap."""
    far = (number - base) & _MASK
    return far - (1 << 32) if far >= 1 << 31 else far


def tcp(
    frame: Split, *, sides: tuple[tuple[int | None, Moved], tuple[int | None, Moved]]
) -> tuple[bytes, bytes]:
    """Give header and payload of a segment; ``sides`` are base and moves of its own side and of the other."""
    (base, moved), (other_base, other) = sides
    head = bytearray(frame.transport)
    payload = frame.payload
    sequence, acknowledged = struct.unpack_from(">II", head, 4)
    if base is not None:
        first = away(frame.sequence, base)
        payload = moved.payload(frame.payload, first) if first >= 0 else frame.payload
        start = away(sequence, base)
        struct.pack_into(">I", head, 4, (base + (moved.place(start) if start > 0 else start)) & _MASK)
    if other_base is not None and head[13] & 0x10:
        far = away(acknowledged, other_base)
        struct.pack_into(">I", head, 8, (other_base + (other.place(far) if far > 0 else far)) & _MASK)
    if other.changes_length or moved.changes_length:
        _without_blocks(head)
    return bytes(head), payload


def _without_blocks(head: bytearray) -> None:
    """Blank selective acknowledgements (RFC 2018): their numbers would no longer fit."""
    at = 20
    while at < len(head) and head[at] != 0:
        if head[at] == 1:
            at += 1
            continue
        size = head[at + 1] if at + 1 < len(head) else 0
        if size < 2 or at + size > len(head):
            return
        if head[at] == 5:
            head[at : at + size] = b"\x01" * size
        at += size


def joined(
    frame: Split,
    transport: bytes,
    payload: bytes,
    *,
    hardware: Callable[[bytes], bytes],
    address: Callable[[str], str],
) -> bytes:
    """Put a frame together again with new addresses and lengths; ValueError where it grows too long."""
    ends = [ipaddress.ip_address(address(ip)).packed for ip, _ in frame.ends]
    head = bytearray(frame.ip)
    body = bytearray(transport + payload)
    total = len(head) + len(body)
    if total > 0xFFFF:
        raise ValueError("the packet would be longer than IP allows")
    if frame.protocol == UDP:
        struct.pack_into(">H", body, 4, len(body))
    if head[0] >> 4 == 4:
        struct.pack_into(">H", head, 2, total)
        head[12:20] = ends[0] + ends[1]
        head[10:12] = b"\0\0"
        struct.pack_into(">H", head, 10, checksum(bytes(head)))
    else:
        struct.pack_into(">H", head, 4, len(body))
        head[8:40] = ends[0] + ends[1]
    place = 16 if frame.protocol == TCP else 6
    struct.pack_into(">H", body, place, 0)
    pseudo = ends[0] + ends[1] + struct.pack(">IHBB", len(body), 0, 0, frame.protocol)
    summed = checksum(pseudo + bytes(body))
    if frame.protocol == UDP:
        summed = summed or 0xFFFF  # zero would say that there is none
    struct.pack_into(">H", body, place, summed)
    whole = hardware(frame.link) + bytes(head) + bytes(body)
    return whole.ljust(_LEAST, b"\0") if len(frame.link) in {14, 18, 22} else whole


def checksum(data: bytes) -> int:
    """Give the Internet checksum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
