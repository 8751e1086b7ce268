"""Frames inside opened QUIC packets, told to whoever puts streams together.

summary: STREAM, CRYPTO, DATAGRAM and connection id frames; all others are passed over by their shape
specification: RFC 9000 section 19; RFC 9221 section 4; RFC 9287; draft-ietf-quic-ack-frequency
"""

from __future__ import annotations

from typing import Protocol

from vitne.decode.protocols.quic_packets import varint

_PADDING, _ACK, _ACK_ECN, _RESET, _CRYPTO, _NEW_TOKEN = 0, 2, 3, 4, 6, 7
_STREAM_FIRST, _STREAM_LAST = 0x08, 0x0F
_NEW_ID, _CLOSE_QUIC, _CLOSE_APP, _DATAGRAM, _DATAGRAM_SIZED = 0x18, 0x1C, 0x1D, 0x30, 0x31
_NUMBERS = {
    0x01: 0,  # PING
    _RESET: 3,
    0x05: 2,  # STOP_SENDING
    0x10: 1,  # MAX_DATA
    0x11: 2,  # MAX_STREAM_DATA
    0x12: 1,  # MAX_STREAMS
    0x13: 1,
    0x14: 1,  # DATA_BLOCKED
    0x15: 2,  # STREAM_DATA_BLOCKED
    0x16: 1,  # STREAMS_BLOCKED
    0x17: 1,
    0x19: 1,  # RETIRE_CONNECTION_ID
    0x1E: 0,  # HANDSHAKE_DONE
    0x1F: 0,  # IMMEDIATE_ACK
    0xAF: 4,  # ACK_FREQUENCY
}
"""Frame type -> how many variable-length integers follow, for frames that hold nothing else."""
_FIXED = {0x1A: 8, 0x1B: 8}
"""PATH_CHALLENGE and PATH_RESPONSE: bytes that follow."""
_LONGEST_ID = 20


class Sink(Protocol):
    """Whoever is told what a packet holds."""

    def stream(self, number: int, offset: int, content: memoryview, *, fin: bool) -> None:
        """Take some bytes of a stream."""
        ...

    def crypto(self, offset: int, content: memoryview) -> None:
        """Take some bytes of the handshake."""
        ...

    def datagram(self, content: memoryview) -> None:
        """Take an unreliable datagram."""
        ...

    def new_id(self, connection_id: bytes, reset_token: bytes) -> None:
        """Take note of a further connection id of the sender."""
        ...


def read_frames(plain: bytes, sink: Sink) -> int:
    """Tell the frames of a packet; gives where a frame stands that is not known or cut, else the length."""
    at, size = 0, len(plain)
    while at < size:
        kind = plain[at]
        if _STREAM_FIRST <= kind <= _STREAM_LAST:
            behind = _stream(plain, at, sink)
        elif kind == _PADDING:
            behind = size - len(plain[at:].lstrip(b"\x00"))
        elif kind in {_ACK, _ACK_ECN}:
            behind = _ack(plain, at + 1, ecn=kind == _ACK_ECN)
        else:
            behind = _other(plain, at, sink)
        if behind is None:
            return at
        at = behind
    return size


def _stream(plain: bytes, at: int, sink: Sink) -> int | None:
    """Read a STREAM frame (section 19.8): type bits say whether offset and length are there, and the end."""
    kind = plain[at]
    number = varint(plain, at + 1)
    if number is None:
        return None
    here, offset = number[1], 0
    if kind & 4:
        place = varint(plain, here)
        if place is None:
            return None
        offset, here = place
    end = len(plain)
    if kind & 2:
        length = varint(plain, here)
        if length is None or length[1] + length[0] > end:
            return None
        here = length[1]
        end = here + length[0]
    sink.stream(number[0], offset, memoryview(plain)[here:end], fin=bool(kind & 1))
    return end


def _ack(plain: bytes, at: int, *, ecn: bool) -> int | None:
    """Pass over an ACK frame (section 19.3); stops at the end of the packet at the latest."""
    at, head = _pass(plain, at, 4)
    if len(head) < 4:
        return None
    numbers = 2 * head[2] + (3 if ecn else 0)
    if numbers > len(plain) - at:
        return None
    for _ in range(numbers):
        if at >= len(plain):
            return None
        at += 1 << (plain[at] >> 6)
    return at if at <= len(plain) else None


def _pass(plain: bytes, at: int, count: int) -> tuple[int, list[int]]:
    """Read so many variable-length integers, or as many as there are."""
    found: list[int] = []
    for _ in range(count):
        item = varint(plain, at)
        if item is None:
            break
        found.append(item[0])
        at = item[1]
    return at, found


def _other(plain: bytes, at: int, sink: Sink) -> int | None:
    """Read any other frame; gives the position behind it, None for one that is not known or cut."""
    head = varint(plain, at)
    if head is None:
        return None
    kind, at = head
    count = _NUMBERS.get(kind)
    if count is not None:
        behind, found = _pass(plain, at, count)
        return behind if len(found) == count else None
    if kind in _FIXED:
        return at + _FIXED[kind] if at + _FIXED[kind] <= len(plain) else None
    if kind == _NEW_ID:
        return _new_id(plain, at, sink)
    return _lengthy(kind, plain, at, sink)


def _lengthy(kind: int, plain: bytes, at: int, sink: Sink) -> int | None:
    """Read a frame that ends with a length and so many bytes."""
    view = memoryview(plain)
    if kind == _DATAGRAM:
        sink.datagram(view[at:])
        return len(plain)
    before = {_CRYPTO: 1, _NEW_TOKEN: 0, _CLOSE_QUIC: 2, _CLOSE_APP: 1, _DATAGRAM_SIZED: 0}.get(kind)
    if before is None:
        return None
    at, found = _pass(plain, at, before + 1)
    if len(found) <= before or found[-1] > len(plain) - at:
        return None
    end = at + found[-1]
    if kind == _CRYPTO:
        sink.crypto(found[0], view[at:end])
    elif kind == _DATAGRAM_SIZED:
        sink.datagram(view[at:end])
    return end


def _new_id(plain: bytes, at: int, sink: Sink) -> int | None:
    """Read a NEW_CONNECTION_ID frame (section 19.15)."""
    at, found = _pass(plain, at, 2)
    if len(found) < 2 or at >= len(plain):
        return None
    size = plain[at]
    end = at + 1 + size + 16
    if not 0 < size <= _LONGEST_ID or end > len(plain):
        return None
    sink.new_id(plain[at + 1 : at + 1 + size], plain[end - 16 : end])
    return end
