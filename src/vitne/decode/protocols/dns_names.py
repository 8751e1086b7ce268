"""Domain names on the wire.

RFC 1035 sections 3.1 and 4.1.4.  Names may hold any bytes (RFC 2181 section 11), in mDNS UTF-8 (RFC 6762
section 16).
"""

from __future__ import annotations

from vitne.model import Malformed

NAME_BYTES = 255  # most bytes of a name on the wire
LABELS = 127  # most labels of a name


def text_of(labels: list[bytes]) -> str:
    """Give a name as a person writes it: dots inside labels and bytes that do not print are escaped."""
    if not labels:
        return "."
    joined = b".".join(labels)
    if joined.isascii() and joined.count(b".") == len(labels) - 1 and b"\\" not in joined:
        text = joined.decode("ascii")
        if text.isprintable():
            return text
    return ".".join(_label(label) for label in labels)


def _label(label: bytes) -> str:
    r"""Write one label (RFC 1035 section 5.1: a dot or backslash inside as \\X, other bytes as \\DDD)."""
    out = []
    for character in label.decode("utf-8", "surrogateescape"):
        if character in ".\\":
            out.append("\\" + character)
        elif character.isprintable():
            out.append(character)
        else:
            number = ord(character)
            raw = bytes([number - 0xDC00]) if 0xDC80 <= number <= 0xDCFF else character.encode("utf-8")
            out.extend(f"\\{byte:03d}" for byte in raw)
    return "".join(out)


class Name:
    """One name: its labels, and where its own bytes stand."""

    __slots__ = ("end", "labels", "own", "start")

    def __init__(self, labels: list[bytes], start: int, end: int, *, own: int) -> None:
        self.labels = labels
        self.start = start  # first byte
        self.end = end  # behind the last byte at this place (a pointer counts, what it points to does not)
        self.own = own  # labels that stand here; fewer than all where a pointer follows

    @property
    def text(self) -> str:
        """The name as a person writes it."""
        return text_of(self.labels)

    @property
    def wire(self) -> bytes:
        """The name without compression."""
        return b"".join(bytes([len(label)]) + label for label in self.labels) + b"\0"


def read_name(data: bytes, at: int, seen: dict[int, list[bytes]], *, end: int | None = None) -> Name:
    """Read the name at a position, which must end before ``end``.  Raises Malformed.

    ``seen`` keeps the names that pointers of this message led to.
    """
    labels: list[bytes] = []
    start = at
    size = len(data) if end is None else end
    length = 1
    while at < size:
        count = data[at]
        if count == 0:
            return Name(labels, start, at + 1, own=len(labels))
        if count >= 0xC0:
            if at + 1 >= size:
                break
            own = len(labels)
            labels += _behind(data, (count & 0x3F) << 8 | data[at + 1], seen, before=start)
            if sum(map(len, labels)) + len(labels) >= NAME_BYTES:
                raise Malformed("a name is too long", at=start)
            return Name(labels, start, at + 2, own=own)
        if count > 63:
            raise Malformed("a label of unknown type", at=at)
        if at + 1 + count > size:
            break
        labels.append(data[at + 1 : at + 1 + count])
        length += count + 1
        if length > NAME_BYTES:
            raise Malformed("a name is too long", at=start)
        at += 1 + count
    raise Malformed("a name is cut off", at=start)


def _behind(data: bytes, target: int, seen: dict[int, list[bytes]], *, before: int) -> list[bytes]:
    """Follow pointers, each of which must lead further back, so that there is no loop."""
    known = seen.get(target)
    if known is not None:
        return known
    labels: list[bytes] = []
    at = target
    if target >= before:
        raise Malformed("a pointer does not lead back", at=before)
    limit = target
    while at < len(data) and len(labels) <= LABELS:
        count = data[at]
        if count == 0:
            seen[target] = labels
            return labels
        if count >= 0xC0:
            if at + 1 >= len(data):
                break
            at = (count & 0x3F) << 8 | data[at + 1]
            if at >= limit:
                raise Malformed("a pointer does not lead back", at=before)
            limit = at
            continue
        if count > 63 or at + 1 + count > len(data):
            raise Malformed("a label of unknown type or cut off", at=at)
        labels.append(data[at + 1 : at + 1 + count])
        at += 1 + count
    raise Malformed("a name is too long or cut off", at=before)
