"""Logs of Zeek.

summary: connections, names and times; no bytes of messages, so destinations are all that comes of them
specification: Zeek's documentation of its log formats (tab-separated with a header, or JSON lines)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from vitne.exports.exchange import Exchange, Unit
from vitne.exports.json_spans import MOST_ENTRY, span_or_gap
from vitne.exports.reading import address, epoch_ns, json_object, number, port, text, time_ns
from vitne.model import Fit, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.json_spans import Span
    from vitne.model import Gap, Oddity

NAME = "zeek"
_LINE = re.compile(rb"[^\n]*+\n?")
_FIELDS = re.compile(rb"^#fields[ \t](.*)$", re.MULTILINE)
_HEADER = re.compile(rb"(?:#[^\n]*+\n)+")
_MOST_HEADER = 1 << 16
_MOST_ANSWERS = 64


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if head.startswith(b"#separator ") and b"#fields" in head and b"id.resp_h" in head:
        return Fit.CERTAIN
    first = head.lstrip()[:1] == b"{" and b'"id.orig_h"' in head and b'"id.resp_h"' in head
    return Fit.CERTAIN if first and b'"ts"' in head else Fit.NO


def prefix(data: Any) -> bytes:
    """Give the header of a log, without which its lines mean nothing."""
    found = _HEADER.match(bytes(data[:_MOST_HEADER]))
    return found[0] if found is not None else b""


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the range of each line that is no header."""
    at, size = 0, len(data)
    while at < size:
        found = _LINE.match(data, at, min(size, at + MOST_ENTRY + 1))
        end = found.end() if found is not None else size
        if data[at] not in b"#\r\n":
            yield span_or_gap(at, end)
        at = max(end, at + 1)


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the connection that a line tells of; raises Malformed."""
    row = _row(entry)
    far, near = address(row.get("id.resp_h")), address(row.get("id.orig_h"))
    if not far:
        raise Malformed("a line without the address of a responder", at=0)
    transport = text(row.get("proto")) or "tcp"
    if transport not in {"tcp", "udp"}:
        return
    when = epoch_ns(row.get("ts"))
    when = time_ns(text(row.get("ts"))) if when is None else when
    host = _known(row.get("host")) or _known(row.get("server_name"))
    sent = _length(row.get("orig_bytes"), row.get("request_body_len"))
    received = _length(row.get("resp_bytes"), row.get("response_body_len"))
    yield Exchange(
        units=(Unit(side=0, time_ns=when, data=b""), Unit(side=1, time_ns=when, data=b"")),
        transport=transport,
        protocol="log",
        client_ip=near,
        client_port=port(row.get("id.orig_p")),
        server_ip=far,
        server_port=port(row.get("id.resp_p")),
        host="" if address(host) else host.rpartition("@")[2].partition(":")[0].lower(),
        answered=received > 0 or bool(_known(row.get("status_code"))),
        unseen=(sent, received),
        names=_names(row),
    )


def _names(row: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Give the (address, name) pairs of a DNS line."""
    query, answers = _known(row.get("query")), row.get("answers")
    if isinstance(answers, str):
        answers = answers.split(",")
    if not query or not isinstance(answers, list):
        return ()
    found = (address(answer) for answer in answers[:_MOST_ANSWERS])
    return tuple((answer, query.lower()) for answer in found if answer)


def _known(value: object) -> str:
    """Give a text, "" where the log leaves it open."""
    found = text(value).strip()
    return "" if found in {"-", "(empty)"} else found


def _length(*values: object) -> int:
    for value in values:
        found = number(value)
        if found is not None and 0 <= found < 1 << 50:
            return int(found)
    return 0


def _row(entry: bytes) -> dict[str, Any]:
    """Give a line by its fields; the header of the log stands before it."""
    found = _HEADER.match(entry)
    head = found[0] if found is not None else b""
    line = entry[len(head) :].rstrip(b"\r\n")
    if line.lstrip()[:1] == b"{":
        return json_object(line)
    return dict(zip(_fields(head), line.decode("utf-8", "replace").split("\t"), strict=False))


@lru_cache(maxsize=16)
def _fields(head: bytes) -> tuple[str, ...]:
    """Give the names of the columns."""
    found = _FIELDS.search(head)
    return tuple(found[1].decode("utf-8", "replace").strip("\r").split("\t")) if found is not None else ()
