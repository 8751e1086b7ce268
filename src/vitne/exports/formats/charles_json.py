"""Charles sessions as JSON.

summary: transactions of the proxy Charles, exported as a JSON list
specification: Charles' documentation of session exports («JSON Session File»)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.exports.charles import Half, Transaction, exchange
from vitne.exports.json_spans import entries
from vitne.exports.reading import (
    address,
    from_base64,
    json_object,
    mapping,
    port,
    raw,
    rows,
    status,
    text,
    time_ns,
)  # fmt: skip
from vitne.model import Fit, Gap, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.exchange import Exchange
    from vitne.exports.json_spans import Span
    from vitne.model import Oddity

NAME = "charles-json"
_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_KEYS = (b'"method"', b'"host"', b'"path"')
_OWN = (b'"protocolVersion"', b'"remoteAddress"', b'"actualPort"', b'"keptAlive"', b'"clientAddress"')


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    if not _FIRST.match(head) or not all(key in head for key in _KEYS):
        return Fit.NO
    return Fit.CERTAIN if sum(key in head for key in _OWN) > 1 else Fit.NO


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the ranges of the elements of the list."""
    return entries(data)


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the transaction; raises Malformed."""
    row = json_object(entry)
    asked, told, times = mapping(row.get("request")), mapping(row.get("response")), mapping(row.get("times"))
    host = text(row.get("host")).lower()
    if not host:
        raise Malformed("a transaction without a host", at=0)
    query = text(row.get("query"))
    target = (text(row.get("path")) or "/") + (f"?{query}" if query else "")
    started = time_ns(times.get("requestBegin")) or time_ns(times.get("start"))
    for part, whose in ((asked, "requests"), (told, "answers")):
        size = mapping(part.get("sizes")).get("body")
        if isinstance(size, int) and size > 0 and not _body(part):
            why = f"bodies of {whose} that the export leaves out"
            yield Gap(kind="not-exported", why=why, length=min(size, 1 << 53))
    yield exchange(
        Transaction(
            method=text(row.get("method")),
            scheme=text(row.get("scheme")).lower(),
            host=host,
            port=port(row.get("actualPort")) or port(row.get("port")),
            target=target,
            client=(address(text(row.get("clientAddress")).rpartition("/")[2]), port(row.get("clientPort"))),
            remote=text(row.get("remoteAddress")),
            status=status(told.get("status")),
            request=Half(headers=_headers(asked), body=_body(asked), time_ns=started),
            response=Half(
                headers=_headers(told),
                body=_body(told),
                time_ns=time_ns(times.get("responseBegin")) or time_ns(times.get("end")) or started,
            ),
        )
    )


def _headers(part: dict[str, Any]) -> list[tuple[str, str]]:
    header = mapping(part.get("header"))
    return [(text(row.get("name")), text(row.get("value"))) for row in rows(header.get("headers"))]


def _body(part: dict[str, Any]) -> bytes:
    body = mapping(part.get("body"))
    if text(body.get("encoded")):
        return from_base64(text(body.get("encoded")))
    found = text(body.get("text"))
    return from_base64(found) if text(body.get("encoding")) == "base64" else raw(found)
