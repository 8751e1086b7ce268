"""QUIC packets and the frames of their first flights (RFC 9000 sections 12, 16, 17 and 19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from vitne.decode.protocols.quic_keys import VERSION_2, salt_of

if TYPE_CHECKING:
    from collections.abc import Iterator

INITIAL, ZERO_RTT, HANDSHAKE, RETRY, NEGOTIATION, UNKNOWN = range(6)
_LONGEST_ID = 20  # bytes of a connection id (section 17.2)
MOST_CRYPTO = 1 << 16  # bytes of handshake that are put together per side
_VALUES = (0x3F, 0x3FFF, 0x3FFFFFFF, 0x3FFFFFFFFFFFFFFF)  # bits of an integer by its two first ones


class LongHeader(NamedTuple):
    """One long-header packet inside a datagram."""

    kind: int  # INITIAL ... UNKNOWN
    version: int
    start: int  # half-open range of the packet in the datagram
    end: int
    destination: bytes  # connection ids
    source: bytes
    token: tuple[int, int]  # range of the token, empty without
    number_at: int  # where the packet number stands; 0 for packets without


def varint(data: bytes, at: int) -> tuple[int, int] | None:
    """Read a variable-length integer: value and the position behind it; None where it is cut (section 16)."""
    if at >= len(data):
        return None
    first = data[at]
    if first < 0x40:
        return first, at + 1
    end = at + (1 << (first >> 6))
    if end > len(data):
        return None
    return int.from_bytes(data[at:end], "big") & _VALUES[first >> 6], end


def long_header(data: bytes, start: int) -> LongHeader | None:
    """Read the long header at this position; None where there is none or it does not fit."""
    if start + 7 > len(data) or not data[start] & 0x80:
        return None
    version = int.from_bytes(data[start + 1 : start + 5], "big")
    ids = []
    at = start + 5
    for _ in range(2):
        size = data[at] if at < len(data) else 255
        if size > _LONGEST_ID or at + 1 + size > len(data):
            return None
        ids.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    rest = (len(data), (at, at), 0)  # for the kinds that fill the datagram
    if version == 0:
        return _header(NEGOTIATION, version, start, ids, (len(data), (at, len(data)), 0))
    if salt_of(version) is None:
        return _header(UNKNOWN, version, start, ids, rest)
    kind = (data[start] >> 4) & 3
    if version == VERSION_2:  # RFC 9369 section 3.2 turns the types round by one
        kind = (kind - 1) & 3
    if kind == RETRY:
        return _header(kind, version, start, ids, (len(data), (at, max(at, len(data) - 16)), 0))
    lengths = _lengths(data, at, kind)
    return None if lengths is None else _header(kind, version, start, ids, lengths)


def _header(  # noqa: PLR0917
    kind: int, version: int, start: int, ids: list[bytes], lengths: tuple[int, tuple[int, int], int]
) -> LongHeader:
    """Put a header together."""
    end, token, number_at = lengths
    return LongHeader(kind, version, start, end, ids[0], ids[1], token, number_at)


def _lengths(data: bytes, at: int, kind: int) -> tuple[int, tuple[int, int], int] | None:
    """Read token and length: the packet's end, the token's range, the packet number's place."""
    token = (at, at)
    if kind == INITIAL:
        size = varint(data, at)
        if size is None or size[1] + size[0] > len(data):
            return None
        token = (size[1], size[1] + size[0])
        at = token[1]
    length = varint(data, at)
    if length is None or length[1] + length[0] > len(data):
        return None
    return length[1] + length[0], token, length[1]


def crypto_frames(plain: bytes, *, google: bool = False) -> Iterator[tuple[int, bytes]]:
    """Yield offset and bytes of an Initial packet's CRYPTO frames; stops at a frame that cannot be there.

    Google's own framing gives the frame type 8 instead of 6.
    """
    at = 0
    while at < len(plain):
        kind = plain[at]
        if kind == 0:  # padding, often a thousand bytes of it
            rest = plain[at:].lstrip(b"\x00")
            at = len(plain) - len(rest)
            continue
        if kind == (8 if google else 6):
            frame = _crypto(plain, at + 1)
            if frame is None:
                return
            yield frame[0], plain[frame[1] : frame[2]]
            at = frame[2]
        else:
            behind = _pass_frame(plain, at, kind)
            if behind is None:
                return
            at = behind


def _crypto(plain: bytes, at: int) -> tuple[int, int, int] | None:
    """Read a CRYPTO frame's offset and the range of its data (section 19.6)."""
    offset = varint(plain, at)
    length = varint(plain, offset[1]) if offset else None
    if offset is None or length is None or length[1] + length[0] > len(plain):
        return None
    return offset[0], length[1], length[1] + length[0]


def _pass_frame(plain: bytes, at: int, kind: int) -> int | None:
    """Give the position behind a frame that may stand in an Initial packet (section 12.4)."""
    if kind == 1:  # PING
        return at + 1
    if kind in {2, 3}:
        return _pass_ack(plain, at + 1, kind)
    return None  # CONNECTION_CLOSE ends the packet as far as we care; anything else does not belong here


def _pass_ack(plain: bytes, at: int, kind: int) -> int | None:
    """Pass over an ACK frame (section 19.3)."""
    head = []
    for _ in range(4):
        item = varint(plain, at)
        if item is None:
            return None
        head.append(item[0])
        at = item[1]
    numbers = 2 * head[2] + (3 if kind == 3 else 0)
    if numbers > len(plain):
        return None
    for _ in range(numbers):
        item = varint(plain, at)
        if item is None:
            return None
        at = item[1]
    return at


class Crypto:
    """The handshake stream of one side, put together from frames that come in any order."""

    def __init__(self) -> None:
        self.data = bytearray()  # contiguous from offset 0
        self._waiting: dict[int, bytes] = {}  # frames beyond that
        self._held = 0  # bytes in them

    def add(self, offset: int, piece: bytes) -> bool:
        """Take one frame; False where a bound was reached and it was left out."""
        if offset + len(piece) > MOST_CRYPTO:
            return False
        if offset > len(self.data):
            if self._held + len(piece) > MOST_CRYPTO or len(self._waiting) >= 1024:
                return False
            if len(piece) > len(self._waiting.get(offset, b"")):
                self._held += len(piece)
                self._waiting[offset] = piece
            return True
        self._extend(offset, piece)
        while ready := [at for at in self._waiting if at <= len(self.data)]:
            for at in sorted(ready):
                self._extend(at, self._waiting.pop(at))
        return True

    def _extend(self, offset: int, piece: bytes) -> None:
        """Append what of a frame is new."""
        self.data += piece[len(self.data) - offset :] if offset + len(piece) > len(self.data) else b""

    @property
    def waiting(self) -> bool:
        """Say whether frames wait for one that never came."""
        return bool(self._waiting)
