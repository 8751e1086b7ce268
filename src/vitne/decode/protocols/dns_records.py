"""Resource records of DNS messages: names, texts and options with their ranges, and addresses learned.

RFC 1035 sections 3.3 and 4.1.3; RFC 2782 (SRV); RFC 6763 section 6 (keys in TXT); RFC 6891 (EDNS);
RFC 7871 (client subnet); RFC 9460 (SVCB); draft-cheshire-edns0-owner-option (owner).
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

from vitne.decode.protocols.dns_names import Name, read_name, text_of
from vitne.model import Malformed, Part

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    12: "PTR",
    13: "HINFO",
    15: "MX",
    16: "TXT",
    17: "RP",
    28: "AAAA",
    33: "SRV",
    35: "NAPTR",
    39: "DNAME",
    41: "OPT",
    43: "DS",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    64: "SVCB",
    65: "HTTPS",
    99: "SPF",
    249: "TKEY",
    250: "TSIG",
    251: "IXFR",
    252: "AXFR",
    255: "ANY",
    257: "CAA",
}
SECTIONS = ("answer", "authority", "additional")
OPTIONS = {
    2: "update-lease",
    3: "nsid",
    4: "owner",
    8: "edns-client-subnet",
    10: "cookie",
    15: "extended-error",
    65001: "client-mac",
    65073: "device-id",
    65074: "cpe-id",
}
_RECORD = struct.Struct(">HHIH")
_UNREAD = frozenset((1, 28, 43, 46, 47, 48, 50))  # signatures, digests, bit maps: no text of anyone
_NAMES = {2: 0, 12: 0, 15: 2, 33: 6, 39: 0, 64: 2, 65: 2}  # type -> bytes before the name in the data


class Records:
    """What the records of one message tell."""

    __slots__ = ("_aliases", "_data", "_hosts", "_pointed", "_question", "_seen", "base", "facts", "parts")

    def __init__(self, data: bytes, base: int, question: str) -> None:
        self._data = data
        self.base = base  # offset of the message's first byte in the stream; 0 in a datagram
        self._question = question  # name asked for, lower case; "" without
        self._seen: dict[int, list[bytes]] = {}
        # pointer -> name it stands for; the first question always stands at the same place of the message
        self._pointed: dict[bytes, str] = {b"\xc0\x0c": question} if question else {}
        self._aliases: dict[str, str] = {}  # target -> owner of CNAME records, lower case
        self._hosts: list[tuple[str, str]] = []  # address, owner
        self.parts: list[Part] = []
        self.facts: list[tuple[str, str]] = []

    def sections(self, at: int, counts: tuple[int, ...]) -> int:
        """Read the three sections; give the position behind them.  Raises Malformed."""
        for section, count in zip(SECTIONS, counts, strict=True):
            at = self.read(at, section, count)
        return at

    def read(self, at: int, section: str, count: int) -> int:
        """Read so many records from a position; give the position behind them.  Raises Malformed."""
        data = self._data
        for _ in range(count):
            name = None
            owner = self._pointed.get(data[at : at + 2])
            if owner is None:
                name = read_name(data, at, self._seen)
                owner = name.text.lower()
                if not name.own:
                    self._pointed[data[at : at + 2]] = owner
                at = name.end
            else:
                at += 2
            if at + 10 > len(data):
                raise Malformed("a record is cut off", at=at)
            kind, _class, _ttl, length = _RECORD.unpack_from(data, at)
            at += 10
            end = at + length
            if end > len(data):
                raise Malformed("the data of a record are cut off", at=at)
            if name is not None and name.own and kind != 41:
                self._name(name, section, "host name" if kind in {1, 28} else TYPES.get(kind, f"TYPE{kind}"))
            if kind == 1 and length == 4:
                self._hosts.append((socket.inet_ntop(socket.AF_INET, data[at:end]), owner))
            elif kind == 28 and length == 16:
                self._hosts.append((socket.inet_ntop(socket.AF_INET6, data[at:end]), owner))
            elif kind == 5:
                target = read_name(data, at, self._seen, end=end)
                self._aliases.setdefault(target.text.lower(), owner)
                self._name(target, section, "CNAME")
            else:
                self._other(kind, (at, end), section)
            at = end
        return at

    def names(self) -> tuple[tuple[str, str], ...]:
        """Give (address, name asked for): aliases are followed back to the name that was asked."""
        if not self._aliases:
            return tuple(self._hosts)
        return tuple((address, self._asked(owner)) for address, owner in self._hosts)

    def _asked(self, owner: str) -> str:
        for _ in range(32):
            before = self._aliases.get(owner)
            if before is None or owner == self._question:
                break
            owner = before
        return owner

    def _name(self, name: Name, section: str, field: str) -> None:
        """Note a name that has bytes of its own at its place."""
        if not name.own:
            return
        base = self.base
        if name.own == len(name.labels) and self._data[name.end - 1] == 0:
            part = Part(
                path=section, start=base + name.start, end=base + name.end, field=field, hints=("dns-name",)
            )
        else:
            part = Part(
                path=section,
                start=base + name.start,
                end=base + name.end,
                field=field,
                hints=("dns-name",),
                data=name.wire,
                exact=False,
            )
        self.parts.append(part)

    def _other(self, kind: int, place: tuple[int, int], section: str) -> None:
        """Read the data of a record that gives no address."""
        at, end = place
        label = TYPES.get(kind, f"TYPE{kind}")
        skip = _NAMES.get(kind)
        if kind == 41:
            self._options(at, end)
        elif skip is not None:
            if at + skip >= end:
                raise Malformed("the data of a record are too short", at=at)
            target = read_name(self._data, at + skip, self._seen, end=end)
            self._name(target, section, "host name" if kind == 33 else label)
        elif kind in {13, 16, 99}:
            self._texts(place, section, label)
        elif kind == 6:
            for _ in range(2):  # the server and the person responsible for a zone
                target = read_name(self._data, at, self._seen, end=end)
                self._name(target, section, label)
                at = target.end
        elif kind not in _UNREAD and end > at:
            base = self.base
            self.parts.append(Part(path=f"{section}:{label}", start=base + at, end=base + end, field=label))

    def _texts(self, place: tuple[int, int], section: str, label: str) -> None:
        """Read character strings; "key=value" names its field."""
        at, end = place
        data, base = self._data, self.base
        while at < end:
            start, stop = at + 1, at + 1 + data[at]
            if stop > end:
                raise Malformed("a text is cut off", at=at)
            mark = data.find(b"=", start, stop) if label == "TXT" else -1
            field = label
            if mark > start:
                field = text_of([data[start:mark]])
                start = mark + 1
            if stop > start:
                self.parts.append(
                    Part(path=f"{section}:{label}", start=base + start, end=base + stop, field=field)
                )
            at = stop

    def _options(self, at: int, end: int) -> None:
        """Read EDNS options (RFC 6891 section 6.1.2)."""
        data, base = self._data, self.base
        while at < end:
            if at + 4 > end:
                raise Malformed("an option is cut off", at=at)
            code, length = int.from_bytes(data[at : at + 2]), int.from_bytes(data[at + 2 : at + 4])
            start, at = at + 4, at + 4 + length
            if at > end:
                raise Malformed("an option is cut off", at=start)
            if code == 12 or not length:  # padding (RFC 7830)
                continue
            field = OPTIONS.get(code, f"option {code}")
            self.parts.append(Part(path=f"option:{code}", start=base + start, end=base + at, field=field))
            tell = _TELL.get(code)
            if tell is not None and (fact := tell(data[start:at])):
                self.facts.append((field if code == 8 else "client-mac", fact))


def _subnet(value: bytes) -> str:
    """Write a client subnet (RFC 7871 section 6); "" when it makes no sense."""
    family, prefix = int.from_bytes(value[:2]), value[2] if len(value) > 2 else 0
    size, kind = (4, socket.AF_INET) if family == 1 else (16, socket.AF_INET6)
    address = value[4:]
    if len(value) < 4 or family not in {1, 2} or len(address) > size:
        return ""
    return f"{socket.inet_ntop(kind, address.ljust(size, bytes(1)))}/{prefix}"


def _mac(value: bytes) -> str:
    return value.hex(":") if len(value) == 6 else ""


def _owner(value: bytes) -> str:
    return value[2:8].hex(":") if len(value) >= 8 and value[0] == 0 else ""


_TELL: dict[int, Callable[[bytes], str]] = {4: _owner, 8: _subnet, 65001: _mac}
