"""Tag, length, value: records of telephony and of device management, in the widths that are in use.

summary: values behind a tag and a length; children by tag
specification: none for the bare forms; OMA LwM2M 1.0 section 6.4.3 for its own

The format has no end: cutting between two values cannot be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from vitne.encodings._looks import readable
from vitne.encodings._slices import Slices
from vitne.kernel.values import may_be_values
from vitne.model import Child, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.encodings import Family
    from vitne.model import Limits

# bytes of the tag, bytes of the length, byte order of both
_FORMS = tuple(
    (tag, length, order)
    for tag, length in ((1, 1), (1, 2), (2, 2), (2, 1), (4, 4))
    for order in ("big", "little")
)
_LEAST = 2  # values of a record
_SHARE = 0.5  # least share of its bytes that are readable values


class _Value(NamedTuple):
    tag: str
    start: int
    end: int


class Tlv(Slices):
    """Found only as the whole data, of which at least half are readable values."""

    name = "tlv"
    summary = "values behind a tag and a length; children by tag"
    specification = "none for the bare forms; OMA LwM2M 1.0 section 6.4.3"
    family: Family = "binary"
    order = 96
    readable = False

    def find(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the values of data that end with one, in the form in which most of them can be read."""
        if 8 <= len(data) <= 1 << 20 and may_be_values(data, limits.children):
            values = _best(data, limits)
            if _share(data, values) >= _SHARE * len(data):
                yield from _children(data, values)

    def unwrap(self, data: bytes, limits: Limits) -> Iterator[Child]:
        """Yield the values of the whole data.  Raises Malformed where no form reads them to the end."""
        values = _best(data, limits)
        if not values:
            raise Malformed("no form of tag and length reads the data to their end", at=0)
        yield from _children(data, values)


def _best(data: bytes, limits: Limits) -> list[_Value]:
    each = [_lwm2m(data, 0, len(data), prefix="", most=limits.children)]
    each += [_plain(data, *form, most=limits.children) for form in _FORMS]
    return max(each, key=lambda values: (_share(data, values), len(values)))


def _share(data: bytes, values: list[_Value]) -> int:
    """Count the bytes of the values that a person can read; one alone is no record."""
    if len(values) < _LEAST:
        return 0
    return sum(
        one.end - one.start
        for one in values
        if one.end - one.start >= 3 and readable(data[one.start : one.end])
    )


def _children(data: bytes, values: list[_Value]) -> Iterator[Child]:
    for one in values:
        if one.end > one.start:
            yield Child(data=data[one.start : one.end], start=one.start, end=one.end, path=one.tag)


def _plain(data: bytes, tag: int, length: int, order: str, *, most: int) -> list[_Value]:
    """Read values to the end of the data; none where one does not fit."""
    spans: list[tuple[int, int, int]] = []  # tag, value, end
    position, size, head = 0, len(data), tag + length
    ends: Literal["little", "big"] = "little" if order == "little" else "big"
    while position + head <= size and len(spans) < most:
        start = position + head
        long = data[start - 1] if length == 1 else int.from_bytes(data[position + tag : start], ends)
        if start + long > size:
            return []
        spans.append((position, start, start + long))
        position = start + long
    if position != size and len(spans) < most:
        return []
    return [_Value(str(int.from_bytes(data[at : at + tag], ends)), start, end) for at, start, end in spans]


def _lwm2m(data: bytes, position: int, stop: int, *, prefix: str, most: int) -> list[_Value]:
    """Read the values of LwM2M: what is an instance holds resources (bits 7 and 6 of the type byte)."""
    out: list[_Value] = []
    for _ in range(4 * most):  # empty instances are no values, and may be many
        if position >= stop or len(out) >= most:
            break
        kind = data[position]
        wide, size = 2 if kind & 0x20 else 1, kind >> 3 & 3
        start = position + 1 + wide + size
        if start > stop:
            return []
        number = int.from_bytes(data[position + 1 : position + 1 + wide], "big")
        end = start + (int.from_bytes(data[start - size : start], "big") if size else kind & 7)
        if end > stop:
            return []
        path = f"{prefix}.{number}" if prefix else str(number)
        if kind >> 6 in {0, 2} and prefix.count(".") < 4:
            inner = _lwm2m(data, start, end, prefix=path, most=most - len(out))
            if not inner and end > start:
                return []
            out += inner
        else:
            out.append(_Value(path, start, end))
        position = end
    return out if position == stop or len(out) >= most else []


encoding = Tlv()
