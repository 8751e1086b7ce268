"""SIP over UDP and TCP.

summary: who calls whom, from which device and cell; header fields, credentials, session description
specification: RFC 3261 sections 7, 18.3 and 20; RFC 3325; RFC 7315 (P-Access-Network-Info); RFC 5626 3.5.1
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from vitne.decode.protocols.mail_body import header_fields
from vitne.model import Fit, Gap, Message, Part

if TYPE_CHECKING:
    from collections.abc import Iterator

_METHODS = rb"INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE"
_START = re.compile(
    rb"("
    + _METHODS
    + rb") ((?:sips?|tel|urn):[!-~]{1,2048}) SIP/2\.0\r?\n|SIP/2\.0 ([1-6][0-9]{2})(?: [^\r\n]*)?\r?\n"
)
_END = re.compile(rb"\r?\n\r?\n")
_CELL = re.compile(
    rb"(?i)([a-z0-9-]{0,40}cell-id[a-z0-9-]{0,20}|i-wlan-node-id|operator-specific-GI)=\"?([^;\",\s]+)"
)
_COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
}
_LARGEST = 1 << 20  # bytes of one message on a stream


class _Half:
    """One side of a stream."""

    def __init__(self) -> None:
        self.offset = 0  # stream offset of the first kept byte
        self.kept = bytearray()
        self.seen = 0  # kept bytes without the end of the header fields
        self.wanted = 0  # bytes of the whole message, 0 while that is not known
        self.lost = False  # behind a hole or nonsense: a start line is looked for


class Sip:
    """One SIP conversation; each request and each response is one message."""

    name = "sip"
    summary = "who calls whom, from which device and cell; header fields, credentials, session description"
    specification = "RFC 3261 sections 7, 18.3 and 20; RFC 3325; RFC 7315; RFC 5626 section 3.5.1"
    first_bytes: ClassVar[dict[str, bytes]] = {
        "tcp": b"ABCIMNOPRSU\r\n",
        "udp": b"ABCIMNOPRSU\r\n",
    }  # what a side can begin with

    def __init__(self, *, transport: str = "udp", destination: tuple[str, int] = ("", 0)) -> None:
        self.transport = transport
        self.destination = destination  # address and port of the server
        self.upgraded = ""  # SIP hands over to nobody
        self.upgraded_at: tuple[int, int] | None = None
        self._count = [0, 0]  # datagrams met per side
        self._halves = (_Half(), _Half())

    @staticmethod
    def fit(head: bytes, transport: str, side: int) -> int:  # noqa: ARG004  (either side may ask)
        """CERTAIN for a start line, on streams and in datagrams alike."""
        return (
            Fit.CERTAIN
            if transport in {"udp", "tcp"} and _START.match(head[:4096].lstrip(b"\r\n"))
            else Fit.NO
        )

    def feed(self, side: int, data: bytes) -> Iterator[Message | Gap]:
        """Take one datagram or some bytes of a stream."""
        if self.transport == "udp":
            number = self._count[side]
            self._count[side] += 1
            if data.strip(b"\r\n\x00"):  # else a keep-alive
                at = len(data) - len(data.lstrip(b"\r\n"))
                yield from _message(side, data, at=at, base=0, datagram=number)
            return
        half = self._halves[side]
        half.kept += data
        while self._frame(half):
            whole = bytes(half.kept[: half.wanted])
            yield from _message(side, whole, at=0, base=half.offset, datagram=None)
            _drop(half, len(whole))
        if len(half.kept) > _LARGEST:
            yield Gap(kind="limit", why="a SIP message is too long to be read", offset=half.offset)
            _drop(half, len(half.kept))
            half.lost = True

    def _frame(self, half: _Half) -> bool:
        """Find where the message at hand ends; true when it is all there."""
        if not half.wanted:
            blank = len(half.kept) - len(half.kept.lstrip(b"\r\n"))
            if blank:
                _drop(half, blank)
            if half.lost and not _find_start(half):
                return False
            found = _END.search(half.kept, max(0, half.seen - 3))
            half.seen = len(half.kept)
            if found is None:
                return False
            half.wanted = min(found.end() + _body_length(bytes(half.kept[: found.end()])), _LARGEST)
        return len(half.kept) >= half.wanted

    def miss(self, side: int, length: int) -> Iterator[Message | Gap]:
        """Note a hole: the message it cuts is told as far as it goes; the next start line is looked for."""
        if self.transport == "udp":
            return
        yield from self.finish(side)
        half = self._halves[side]
        half.offset += length
        half.lost = True

    def finish(self, side: int) -> Iterator[Message | Gap]:
        """End one side: half a message is told as incomplete."""
        half = self._halves[side]
        if half.kept.strip(b"\r\n") and not half.lost:
            yield Gap(kind="malformed", why="the stream ends inside a SIP message", offset=half.offset)
            if _START.match(half.kept):
                yield from _message(side, bytes(half.kept), at=0, base=half.offset, datagram=None)
        _drop(half, len(half.kept))


def _drop(half: _Half, count: int) -> None:
    """Forget the first bytes."""
    del half.kept[:count]
    half.offset += count
    half.seen = half.wanted = 0


def _find_start(half: _Half) -> bool:
    """Look for a start line at the head of a line; what stands before it is passed over."""
    at = 0
    while (line := half.kept.find(b"\n", at)) >= 0:
        if _START.match(half.kept, at):
            _drop(half, at)
            half.lost = False
            return True
        at = line + 1
    _drop(half, at)
    return False


def _body_length(head: bytes) -> int:
    """Read Content-Length of a whole head; 0 without."""
    start = _START.match(head)
    for name, span, _ in header_fields(head, start.end() if start else 0):
        if name.lower() in {"content-length", "l"}:
            digits = head[span[0] : span[1]].strip()
            return int(digits) if digits.isdigit() and len(digits) <= 9 else 0
    return 0


def _message(side: int, data: bytes, *, at: int, base: int, datagram: int | None) -> Iterator[Message | Gap]:
    """Read one message whose start line stands at this position."""
    found = _START.match(data, at)
    if found is None:
        yield Gap(kind="malformed", why="no SIP message begins here", offset=base + at)
        return
    facts: list[tuple[str, str]] = []
    parts: list[Part] = []
    if found.group(1):
        facts.append(("method", found.group(1).decode("ascii")))
        parts.append(
            Part(path="target", field="Request-URI", start=base + found.start(2), end=base + found.end(2))
        )
    behind, declared = found.end(), {"content-type": "", "content-length": ""}
    for name, span, after in header_fields(data, found.end()):
        full = _COMPACT.get(name.lower(), name)
        declared[full.lower()] = data[span[0] : span[1]][:256].decode("ascii", "replace").strip()
        parts += _field(full, name, span=span, data=data, base=base)
        behind = after
    blank = re.compile(rb"\r?\n").match(data, behind)
    body = blank.end() if blank else len(data)
    if body < len(data):
        parts.append(Part(path="body", start=base + body, end=base + len(data)))
    length = declared["content-length"]
    short = length.isdigit() and len(length) <= 9 and int(length) > len(data) - body
    yield Message(
        protocol="sip",
        kind="request" if found.group(1) else "response",
        side=side,
        start=base + at,
        end=base + len(data),
        datagram=datagram,
        complete=blank is not None and not short,
        status=int(found.group(3)) if found.group(3) else None,
        content_type=declared["content-type"].split(";")[0].strip().lower(),
        facts=tuple(facts),
        parts=tuple(parts),
    )


def _field(full: str, name: str, *, span: tuple[int, int], data: bytes, base: int) -> Iterator[Part]:
    """Give a header field as a part, and the cell inside the field that tells the access network."""
    if span[1] > span[0]:
        yield Part(path=f"header:{full}", field=name, start=base + span[0], end=base + span[1])
    if full.lower() == "p-access-network-info":
        for found in _CELL.finditer(data, span[0], span[1]):
            key = found.group(1).decode("ascii")
            yield Part(
                path=f"header:{full}:{key}", field=key, start=base + found.start(2), end=base + found.end(2)
            )


decoder = Sip
