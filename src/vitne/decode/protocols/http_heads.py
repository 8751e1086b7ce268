"""Heads of HTTP/1.x messages: the start line and the header lines, each with its exact range.

RFC 9112 sections 2 to 5 and 7.1.2; RFC 9110 sections 5, 7.2 and 8.  A bystander refuses nothing: what breaks
the rules and can still be read becomes an oddity.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from vitne.model import Part

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER_BYTES = 256 << 10  # most bytes of a head
HEADER_COUNT = 4096  # most header lines of a head

METHODS: frozenset[bytes] = frozenset(
    b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK "
    b"SEARCH REPORT MERGE SUBSCRIBE UNSUBSCRIBE NOTIFY PURGE LINK UNLINK MKACTIVITY CHECKOUT BIND "
    b"REBIND".split()
)
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")  # RFC 9110 5.6.2
_STATUS = re.compile(rb"HTTP/(\d)\.(\d)[ \t]+(\d{3})(?:[ \t]+(.*))?\Z", re.DOTALL)
_AUTHORITY = re.compile(rb"(?:[a-zA-Z][a-zA-Z0-9+.\-]*://)?(?:[^/?#@]*@)?(\[[0-9a-fA-F:.%]+\]|[^/?#:@]*)")
_HOST = re.compile(r"[!$&'()*+,;=._~%a-z0-9\-\x80-\U0010ffff]*\Z|\[[0-9a-f:.%]+\]\Z")
_SPACE = b" \t\r"
_HINTS = {
    b"cookie": ("cookie",),
    b"authorization": ("authorization",),
    b"proxy-authorization": ("authorization",),
}
_NO_NAME = frozenset((b"", b" ", b"\t", b"\r"))


class Head:
    """One parsed head.  Offsets are stream offsets."""

    __slots__ = (
        "absolute",
        "codings",
        "content_type",
        "end",
        "expects",
        "host",
        "lengths",
        "limited",
        "media",
        "method",
        "oddities",
        "parts",
        "reason",
        "start",
        "status",
        "transfer",
        "upgrade",
        "version",
    )

    def __init__(self, start: int) -> None:
        self.start = start  # offset of the start line
        self.end = start  # offset behind the empty line
        self.method = ""  # "" for a response
        self.version = "1.1"  # "0.9" for a request line without one
        self.status: int | None = None  # None for a request
        self.reason = b""  # reason phrase of a response
        self.parts: list[Part] = []
        self.host = ""
        self.absolute = False  # the host stands in the request target
        self.content_type = ""
        self.media = b""  # Content-Type as sent
        self.lengths: list[bytes] = []  # all Content-Length members
        self.transfer: list[str] = []  # transfer codings, in order of application
        self.codings: list[str] = []  # content codings, in order of application
        self.upgrade = ""  # first protocol of Upgrade, lower case
        self.expects = False  # Expect: 100-continue
        self.limited: int | None = None  # offset from which header lines were not read
        self.oddities: list[tuple[str, str, int]] = []  # name, note, offset


def start_line(line: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Split a start line: (method, target, version) or (b"", status, reason); None when it is neither."""
    if line.startswith(b"HTTP/"):
        match = _STATUS.match(line)
        return (b"", match[3], match[4] or b"") if match is not None and match[1] == b"1" else None
    space = line.find(b" ")
    if space < 1:
        return None
    method = line[:space]
    tail = line.rfind(b" HTTP/")
    if tail >= space:
        version = line[tail + 6 :].strip(_SPACE)
        if version[:2] == b"1." and (method in METHODS or _unknown(method, line[space + 1 : tail])):
            return method, line[space + 1 : tail], version
        return None
    target = line[space + 1 :]
    if method == b"GET" and target[:1] == b"/" and b" " not in target:
        return method, target, b"0.9"
    return None


def _unknown(method: bytes, target: bytes) -> bool:
    """Say whether an unknown method may be one: a short token before a target without spaces."""
    return len(method) <= 32 and b" " not in target and _TOKEN.match(method) is not None


def parse(block: bytes, offset: int, *, whole: bool = True) -> Head | None:
    """Parse a head that begins at a stream offset; None when its first line is no start line.

    ``whole`` is false when the head was cut off: its last line may then be half a line.
    """
    feeds = block.count(b"\n")
    clean = block.count(b"\r\n") == feeds and block.count(b"\r") == feeds
    lines = block.split(b"\r\n" if clean else b"\n")
    first = lines[0].rstrip(_SPACE)
    start = start_line(first)
    if not whole and not feeds:
        start = _cut_line(first) or start
    if start is None:
        return None
    head = Head(offset)
    head.end = offset + len(block)
    _begin(head, first, start)
    if head.version == "0.9":
        head.end = offset + len(lines[0]) + (2 if clean else 1)
        return head
    if not clean:
        _line_ends(head, lines, offset)
    if len(lines) > HEADER_COUNT + 3:
        head.limited = (
            offset + sum(map(len, lines[: HEADER_COUNT + 1])) + (2 if clean else 1) * (HEADER_COUNT + 1)
        )
        del lines[HEADER_COUNT + 1 :]
    step = 2 if clean else 1
    fields(head, lines, offset, step=step, whole=whole)
    return head


def _cut_line(line: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Read a request line of which the end is missing; None when too little of it is there."""
    method, space, rest = line.partition(b" ")
    if not space or method not in METHODS:
        return None
    return method, rest.split(b" ", 1)[0], b"1.1"


def _begin(head: Head, line: bytes, start: tuple[bytes, bytes, bytes]) -> None:
    method, target, version = start
    offset = head.start
    if not method:
        head.status = int(target)
        head.version = line[5:8].decode("latin-1")
        head.reason = version
        return
    head.method = method.decode("latin-1")
    head.version = version.decode("latin-1")
    lead = len(target) - len(target.lstrip(b" "))
    target = target[lead:]
    begin = offset + len(method) + 1 + lead
    mark = target.find(b"?")
    if mark < 0:
        head.parts.append(Part(path="path", start=begin, end=begin + len(target)))
    else:
        head.parts.append(Part(path="path", start=begin, end=begin + mark))
        head.parts.append(
            Part(path="query", start=begin + mark + 1, end=begin + len(target), hints=("form",))
        )
    if target[:1] != b"/" and target != b"*":
        match = _AUTHORITY.match(target)
        if match is not None and (method == b"CONNECT" or b"://" in target[:16]):
            head.host = match[1].decode("latin-1").lower()
            head.absolute = bool(head.host)
    if lead or b" " in target:
        head.oddities.append(("http-target-spaces", "the request target holds spaces", begin))
    if version == b"0.9":
        head.oddities.append(("http-0.9", "a request line without a version", offset))


def _line_ends(head: Head, lines: list[bytes], offset: int) -> None:
    """Name line ends other than CR LF (RFC 9112 section 2.2)."""
    bare = sum(1 for line in lines[:-1] if not line.endswith(b"\r"))
    if bare:
        head.oddities.append(("http-bare-lf", "lines of a head end in LF alone", offset))
    if any(b"\r" in line[:-1] for line in lines):
        head.oddities.append(("http-bare-cr", "a CR stands inside a line of a head", offset))


class _Line(NamedTuple):
    """One header line, wherever it stands: the same few come again and again, so they are remembered."""

    path: str
    field: str
    hints: tuple[str, ...]
    begin: int  # range of the value in the line
    end: int
    lower: bytes  # name in lower case where it says something about the message, else empty
    value: bytes  # for those


_lines: dict[bytes, _Line] = {}


def _line(line: bytes) -> _Line | None:
    """Take a header line apart; None when it has no name."""
    colon = line.find(b":")
    if colon < 1:
        return None
    field = line[:colon].strip(_SPACE)
    lower = field.lower()
    value = line[colon + 1 :].strip(_SPACE)
    begin = line.find(value, colon + 1) if value else colon + 1
    text = field.decode("latin-1")
    known = lower in _SPECIAL
    one = _Line(
        path=f"header:{text}",
        field=text,
        hints=_HINTS.get(lower, ()),
        begin=begin,
        end=begin + len(value),
        lower=lower if known else b"",
        value=value if known else b"",
    )
    if len(line) < 256 and len(_lines) < 4096 and _TOKEN.match(line, 0, colon):
        _lines[line] = one
    return one


def fields(head: Head, lines: list[bytes], offset: int, *, step: int, whole: bool = True) -> None:
    """Read the header lines behind the first line; ``step`` is the length of what was split at."""
    parts, known = head.parts, _lines
    special: list[tuple[bytes, bytes, int]] = []
    begin = offset + len(lines[0]) + step
    for line in lines[1:]:
        one = known.get(line)
        if one is None:
            if line[:1] in _NO_NAME:  # the empty line, or the header before goes on
                if line.strip(_SPACE) and parts and parts[-1].field:
                    _fold(head, special, line, begin=begin)
                begin += len(line) + step
                continue
            one = _line(line)
            if one is None or not _TOKEN.match(line, 0, line.index(b":")):
                _without_name(head, one, begin, whole=whole)
        if one is not None:
            at = begin + one[3]
            parts.append(Part(path=one[0], start=at, end=begin + one[4], field=one[1], hints=one[2]))
            if one[5]:
                special.append((one[5], one[6], at))
        begin += len(line) + step
    for lower, value, at in special:
        _SPECIAL[lower](head, value, at)


def _without_name(head: Head, line: _Line | None, begin: int, *, whole: bool) -> None:
    """Name what is wrong with a header line; the last one of a head that was cut off may be half a line."""
    if line is not None:
        head.oddities.append(("http-header-name", "a header name holds forbidden bytes", begin))
    elif whole:
        head.oddities.append(("http-header-without-colon", "a header line has no name", begin))


def _fold(head: Head, special: list[tuple[bytes, bytes, int]], line: bytes, *, begin: int) -> None:
    """Join a continuation line to the header before it (obs-fold, RFC 9112 section 5.2)."""
    last = head.parts[-1]
    more = line.strip(_SPACE)
    end = begin + line.find(more) + len(more) if more else last.end
    if special and special[-1][2] == last.start:
        lower, value, at = special[-1]
        special[-1] = (lower, (value + b" " + more).strip(), at)
    head.parts[-1] = Part(path=last.path, start=last.start, end=end, field=last.field, hints=last.hints)
    head.oddities.append(("http-obs-fold", "a header goes on in the next line", begin))


def take_host(head: Head, value: bytes, at: int) -> None:
    """Take the host that a Host header names, at a stream offset; what is wrong with it becomes an oddity."""
    if head.status is not None or not value:
        return
    match = _AUTHORITY.match(value)
    host = match[1].decode("latin-1").lower() if match is not None else ""
    if not _HOST.match(host):
        head.oddities.append(("http-host-malformed", "the Host header holds no host name", at))
        return
    if head.host and head.host != host:
        head.oddities.append(("http-two-hosts", "the request names two different hosts", at))
    if not head.absolute:  # RFC 9112 section 3.2.2: the target's host goes before the header
        head.host = host


def _take_length(head: Head, value: bytes, _at: int) -> None:
    head.lengths += [member.strip() for member in value.split(b",")[:64]]


def _tokens(value: bytes) -> list[str]:
    words = (word.split(b";", 1)[0].strip().lower() for word in value.split(b",")[:64])
    return [word.decode("latin-1") for word in words if word]


def _take_transfer(head: Head, value: bytes, _at: int) -> None:
    head.transfer += _tokens(value)


def _take_coding(head: Head, value: bytes, _at: int) -> None:
    head.codings += _tokens(value)


def _take_type(head: Head, value: bytes, _at: int) -> None:
    head.media = value
    head.content_type = value.split(b";", 1)[0].strip().lower().decode("latin-1")


def _take_upgrade(head: Head, value: bytes, _at: int) -> None:
    head.upgrade = head.upgrade or next(iter(_tokens(value)), "")


def _take_expect(head: Head, value: bytes, _at: int) -> None:
    head.expects = value.lower() == b"100-continue"


_SPECIAL: dict[bytes, Callable[[Head, bytes, int], None]] = {
    b"host": take_host,
    b"content-length": _take_length,
    b"transfer-encoding": _take_transfer,
    b"content-encoding": _take_coding,
    b"content-type": _take_type,
    b"upgrade": _take_upgrade,
    b"expect": _take_expect,
}
