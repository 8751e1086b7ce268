"""DNS asked and read: which name servers a domain has, and which addresses a name has now.

RFC 1035 section 4 for messages, section 4.1.4 for compression; RFC 3596 for AAAA.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from typing import TYPE_CHECKING

from vitne.model import Malformed
from vitne.model.attribution import Fact

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "AAAA": 28}
_MOST_RECORDS = 256
_HOST = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?")
_MOST_JUMPS = 64
Record = tuple[str, int, str]
"""Owner name, type, and what it says as text."""


def question(name: str, kind: str, number: int) -> bytes:
    """Give a query for one name and type, recursion wanted; raises Malformed for a name that is none."""
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise Malformed("this is no host name")
    labels = name.rstrip(".").encode("ascii").split(b".")
    packed = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + packed + struct.pack(">2H", TYPES[kind], 1)


def is_cut(raw: bytes) -> bool:
    """Say whether an answer over UDP was cut and has to be asked for over TCP."""
    return len(raw) > 2 and bool(raw[2] & 0x02)


def records(raw: bytes) -> list[Record]:
    """Give the records of an answer; raises Malformed."""
    if len(raw) < 12:
        raise Malformed("this is shorter than the head of a message", at=len(raw))
    _, flags, questions, answers, authority, _ = struct.unpack_from(">6H", raw)
    if not flags & 0x8000:
        raise Malformed("this is a question")
    at = 12
    for _ in range(min(questions, 8)):
        _, at = _name(raw, at)
        at += 4
    out = []
    for _ in range(min(answers + authority, _MOST_RECORDS)):
        owner, at = _name(raw, at)
        if at + 10 > len(raw):
            raise Malformed("a record is cut", at=at)
        kind, _, _, length = struct.unpack_from(">2HIH", raw, at)
        at += 10
        if at + length > len(raw):
            raise Malformed("a record is cut", at=at)
        said = _said(raw, at, kind, length)
        if said:
            out.append((owner, kind, said))
        at += length
    return out


def _said(raw: bytes, at: int, kind: int, length: int) -> str:
    if kind == 1 and length == 4:
        return str(ipaddress.IPv4Address(raw[at : at + 4]))
    if kind == 28 and length == 16:
        return str(ipaddress.IPv6Address(raw[at : at + 16]))
    if kind in {2, 5}:
        return _name(raw, at)[0]
    return ""


def _name(raw: bytes, at: int) -> tuple[str, int]:
    """Give a name and where reading goes on; pointers go backwards only, a bounded number of times."""
    labels: list[str] = []
    after = -1
    for _ in range(_MOST_JUMPS + 128):
        if at >= len(raw):
            break
        length = raw[at]
        if length == 0:
            return ".".join(labels).lower(), (at + 1 if after < 0 else after)
        if length >= 0xC0:
            if at + 1 >= len(raw):
                break
            target = (length & 0x3F) << 8 | raw[at + 1]
            after = at + 2 if after < 0 else after
            if target >= at:
                raise Malformed("a name points forwards", at=at)
            at = target
        elif length > 63:
            raise Malformed("a label is of a form that is not known", at=at)
        else:
            labels.append(raw[at + 1 : at + 1 + length].decode("latin-1"))
            at += 1 + length
        if sum(map(len, labels)) > 255:
            raise Malformed("a name is too long", at=at)
    raise Malformed("a name is cut", at=min(at, len(raw)))


def dns_facts(raw: bytes, subject: str) -> Iterator[Fact]:
    """Yield the operator of the name servers, where the answer names them; raises Malformed."""
    servers = sorted({said for owner, kind, said in records(raw) if kind == 2 and owner == subject.lower()})
    if servers:
        yield Fact(
            kind="dns-operator",
            value=", ".join(servers[:8]),
            source="dns",
            place="NS records",
            knowing="measured",
        )
