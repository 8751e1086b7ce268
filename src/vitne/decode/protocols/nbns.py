"""NetBIOS name service.

summary: names of Windows machines and printers, as they register and ask for them
specification: RFC 1002 section 4.2

The messages have the form of DNS with names in the encoding ``netbios-name``.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from vitne.decode.protocols.dns_message import HEADER
from vitne.model import Fit, Gap, Malformed, Message, Oddity, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPCODES = {
    0: "query",
    5: "registration",
    6: "release",
    7: "wait",
    8: "refresh",
    9: "refresh",
    15: "registration",
}
_TYPES = (0x20, 0x21)  # NB and NBSTAT
_LETTERS = bytes(range(65, 81))
_Facts = list[tuple[str, str]]


def _shown(name: bytes) -> str:
    """Write a name: text without its padding, and what does not print as escapes."""
    text = name.rstrip(b" \0").decode("latin-1")
    return "".join(one if one.isprintable() else f"\\{ord(one):03d}" for one in text)


class _Reader:
    """One datagram: where reading stands, and what was found."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 12
        self.parts: list[Part] = []
        self.facts: _Facts = []
        self.names: list[tuple[str, str]] = []

    def name(self, path: str, field: str) -> tuple[str, int]:
        """Read an encoded name or a pointer to one; give its text and its last byte."""
        data, at = self.data, self.at
        if data[at : at + 2] == b"\xc0\x0c":
            self.at = at + 2
            at = 12
        elif data[at : at + 1] == b"\x20":
            self.at = self._scope(at + 33)
            self.parts.append(
                Part(path=path, start=at + 1, end=at + 33, field=field, hints=("netbios-name",))
            )
        else:
            raise Malformed("no NetBIOS name", at=at)
        coded = data[at + 1 : at + 33]
        if len(coded) < 32 or coded.strip(_LETTERS):
            raise Malformed("a NetBIOS name is cut off or malformed", at=at)
        plain = bytes((coded[i] - 65) << 4 | (coded[i + 1] - 65) for i in range(0, 32, 2))
        return _shown(plain[:15]), plain[15]

    def _scope(self, at: int) -> int:
        """Step over the labels of the scope (RFC 1002 section 4.1)."""
        data = self.data
        for _ in range(128):
            if at >= len(data):
                break
            count = data[at]
            if count == 0:
                return at + 1
            if count >= 0xC0:
                return at + 2
            at += 1 + count
        raise Malformed("a NetBIOS name is cut off", at=min(at, len(data)))

    def question(self, field: str) -> None:
        """Read one question."""
        text, suffix = self.name("question", field)
        if self.at + 4 > len(self.data):
            raise Malformed("a question is cut off", at=self.at)
        kind = int.from_bytes(self.data[self.at : self.at + 2])
        self.facts += [("name", text), ("type", "NBSTAT" if kind == 0x21 else "NB")]
        if field == "host name" and suffix == 0:
            self.facts.append(("host-name", text))
        self.at += 4

    def record(self, section: str) -> None:
        """Read one record: addresses of a name, or the table of names of a machine."""
        data = self.data
        text, _ = self.name(section, "host name")
        at = self.at + 10
        end = at + int.from_bytes(data[at - 2 : at])
        if at > len(data) or end > len(data):
            raise Malformed("a record is cut off", at=self.at)
        kind = int.from_bytes(data[self.at : self.at + 2])
        if kind == 0x20:
            for start in range(at, end - 5, 6):
                self.names.append((socket.inet_ntop(socket.AF_INET, data[start + 2 : start + 6]), text))
        elif kind == 0x21:
            self._table(at, end, section)
        self.at = end

    def _table(self, at: int, end: int, section: str) -> None:
        """Read the answer to a node status request (RFC 1002 section 4.2.18)."""
        data = self.data
        stop = at + 1 + 18 * data[at] if at < end else at
        if stop + 6 > end:
            raise Malformed("a table of names is cut off", at=at)
        for start in range(at + 1, stop, 18):
            text = data[start : start + 15].rstrip(b" \0")
            group = data[start + 16] & 0x80
            field = "group name" if group else "host name"
            self.parts.append(Part(path=section, start=start, end=start + len(text), field=field))
            if not group and data[start + 15] == 0:
                self.facts.append(("host-name", _shown(text)))
        self.parts.append(Part(path=section, start=stop, end=stop + 6, field="unit id"))
        if any(data[stop : stop + 6]):
            self.facts.append(("client-mac", data[stop : stop + 6].hex(":")))


class Nbns:
    """The NetBIOS name service datagrams of one flow."""

    name = "nbns"
    summary = "names of Windows machines and printers, as they register and ask for them"
    specification = "RFC 1002 section 4.2"

    def __init__(self) -> None:
        self._datagrams = [0, 0]

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:
        """Say how well a first datagram fits."""
        del side
        if transport != "udp" or len(head) < 46 or head[12] != 32 or head[13:45].strip(_LETTERS):
            return Fit.NO
        flags = int.from_bytes(head[2:4])
        if flags >> 11 & 15 not in _OPCODES:
            return Fit.NO
        return Fit.CERTAIN if int.from_bytes(head[46:48]) in _TYPES or head[45] else Fit.LIKELY

    def feed(self, side: int, data: bytes) -> Iterator[Message | Oddity | Gap]:
        """Take one datagram.  Raises Malformed when it is shorter than a header."""
        data = bytes(data)
        number = self._datagrams[side]
        self._datagrams[side] = number + 1
        if len(data) < 12:
            raise Malformed("a NetBIOS header is cut off", at=0)
        _id, flags, *counts = HEADER.unpack_from(data)
        kind = _OPCODES.get(flags >> 11 & 15, "query")
        reader = _Reader(data)
        broken: Malformed | None = None
        try:
            for _ in range(counts[0]):
                reader.question("host name" if kind in {"registration", "refresh", "release"} else "name")
            for section, count in zip(("answer", "authority", "additional"), counts[1:], strict=True):
                for _ in range(count):
                    reader.record(section)
        except Malformed as error:
            broken = error
        yield Message(
            protocol="nbns",
            kind="response" if flags & 0x8000 else kind,
            side=side,
            start=0,
            end=len(data),
            datagram=number,
            complete=broken is None,
            status=flags & 15 if flags & 0x8000 else None,
            names=tuple(reader.names),
            facts=tuple(reader.facts),
            parts=tuple(reader.parts),
        )
        if broken is not None:
            yield Gap(
                kind="malformed", why=broken.why, offset=reader.at, length=max(0, len(data) - reader.at)
            )
        elif reader.at < len(data):
            note = "bytes behind the last record"
            yield Oddity(name="dns-trailing-bytes", note=note, side=side, offset=reader.at)

    def miss(self, side: int, length: int) -> Iterator[Message | Oddity | Gap]:
        """Datagrams have no holes."""
        del side, length
        return iter(())

    def finish(self, side: int) -> Iterator[Message | Oddity | Gap]:
        """Nothing is left half-read."""
        del side
        return iter(())


decoder = Nbns
