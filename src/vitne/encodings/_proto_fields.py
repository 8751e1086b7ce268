"""The fields of one protobuf message, without its schema."""

from __future__ import annotations

from typing import NamedTuple

from vitne.encodings._looks import packed, readable

VARINT, FIXED64, LENGTH, GROUP, GROUP_END, FIXED32 = range(6)
HIGHEST_FIELD = 1 << 20  # field numbers above are not sensible


class Field(NamedTuple):
    """One field: its number, wire type, and where its value stands."""

    number: int
    wire: int
    start: int  # half-open range of the value, without key and length
    end: int
    value: int  # of a varint; 0 for the others


def varint(data: bytes, position: int) -> tuple[int, int] | None:
    """Read a base-128 integer of at most ten bytes: value and position behind it; None where cut off."""
    value = shift = 0
    for at in range(position, min(position + 10, len(data))):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + 1
        shift += 7
    return None


def written_varint(number: int) -> bytes:
    """Write an integer of zero or more in base 128, low digits first, as short as it can be."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(data: bytes, position: int) -> Field | None:
    """Read the field at a position; None where there is none."""
    key = varint(data, position)
    if key is None:
        return None
    number, wire = key[0] >> 3, key[0] & 7
    start = key[1]
    if not 0 < number < HIGHEST_FIELD:
        return None
    value = 0
    if wire == VARINT:
        read = varint(data, start)
        if read is None:
            return None
        value, end = read
    elif wire == LENGTH:
        read = varint(data, start)
        if read is None:
            return None
        start = read[1]
        end = start + read[0]
    elif wire in {FIXED32, FIXED64}:
        end = start + (4 if wire == FIXED32 else 8)
    else:
        return None
    return Field(number, wire, start, end, value) if end <= len(data) else None


def fields(data: bytes, most: int) -> tuple[list[Field], int]:
    """Read fields until one does not fit: the fields, and the position behind the last."""
    found: list[Field] = []
    position = 0
    while position < len(data) and len(found) < most:
        one = field(data, position)
        if one is None:
            break
        found.append(one)
        position = one.end
    return found, position


def plausible(data: bytes) -> bool:
    """Say whether bytes are a message to the last, and hold what chance does not: texts, or many fields."""
    if len(data) < 4 or readable(data):
        return False
    found, end = fields(data, 512)
    if end < len(data) and len(found) < 512:
        return False
    texts = 0
    for one in found:
        if one.wire == LENGTH and one.end - one.start >= 3:
            inner = data[one.start : one.end]
            if readable(inner):
                texts += one.end - one.start
            elif len(inner) >= 4 and (packed(inner) or _nested(inner)):
                texts += 4
    return texts >= 4 or (len(found) >= 6 and all(one.number <= 64 for one in found))


def carries(data: bytes) -> bool:
    """Say whether bytes are a message to the last, most of it one field of bytes that nobody can read."""
    if len(data) < 20:
        return False
    found, end = fields(data, 64)
    if end < len(data) or len(found) < 2 or any(one.number > 64 for one in found):
        return False
    longest = max(one.end - one.start for one in found)
    small = all(one.wire in {VARINT, LENGTH} for one in found)
    return small and longest >= 16 and longest * 2 >= len(data)


def _nested(data: bytes) -> bool:
    found, end = fields(data, 64)
    return (end == len(data) or len(found) == 64) and any(
        one.wire == LENGTH and one.end - one.start >= 3 and readable(data[one.start : one.end])
        for one in found
    )


def sound(data: bytes) -> bool:
    """Say whether the bytes of a field are a message themselves: at least two bytes, read to the last."""
    if len(data) < 2:
        return False
    found, end = fields(data, 512)
    if end != len(data) and len(found) < 512:
        return False
    return all(one.number <= 4096 for one in found)
