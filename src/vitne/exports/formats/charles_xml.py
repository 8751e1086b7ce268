"""Charles sessions as XML.

summary: transactions of the proxy Charles, exported as XML
specification: Charles' documentation of session exports («XML Session File»)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vitne.exports import xml_entries
from vitne.exports.charles import Half, Transaction, exchange
from vitne.exports.reading import address, epoch_ns, from_base64, port, raw, status, time_ns
from vitne.model import Fit, Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.exports.exchange import Exchange
    from vitne.exports.json_spans import Span
    from vitne.exports.xml_entries import Element
    from vitne.model import Gap, Oddity

NAME = "charles-xml"
_FIRST = re.compile(rb"<charles-session[\s>]")


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    return Fit.CERTAIN if _FIRST.search(head) else Fit.NO


def prefix(data: Any) -> bytes:
    """Give the declaration of the file's character encoding, which holds for each entry."""
    return xml_entries.head_of(bytes(data[:1024]))


def spans(data: Any) -> Iterator[Span | Gap]:
    """Yield the range of each transaction."""
    return xml_entries.spans(data, "transaction")


def read(entry: bytes) -> Iterator[Exchange | Oddity | Gap]:
    """Yield the transaction; raises Malformed."""
    row = xml_entries.parse(entry)
    told = row.attributes
    host = told.get("host", "").lower()
    if not host:
        raise Malformed("a transaction without a host")
    query = told.get("query", "")
    started, ended = _when(told, "startTime"), _when(told, "endTime")
    asked, answer = row.first("request"), row.first("response")
    client = told.get("clientAddress", "").rpartition("/")[2]
    yield exchange(
        Transaction(
            method=told.get("method", ""),
            scheme=told.get("protocol", told.get("scheme", "")).lower(),
            host=host,
            port=port(told.get("actualPort", "")) or port(told.get("port", "")),
            target=(told.get("path", "") or "/") + (f"?{query}" if query else ""),
            client=(address(client) or address(client.rpartition(":")[0]), port(told.get("clientPort", ""))),
            remote=told.get("remoteAddress", ""),
            status=status(answer.attributes.get("status", "")),
            request=Half(headers=_headers(asked), body=_body(asked), time_ns=started),
            response=Half(headers=_headers(answer), body=_body(answer), time_ns=ended or started),
        )
    )


def _when(told: dict[str, str], name: str) -> int | None:
    exact = epoch_ns(told.get(f"{name}Millis"), 10**6)
    return exact if exact is not None else time_ns(told.get(name))


def _headers(part: Element) -> list[tuple[str, str]]:
    return [(row.first("name").text, row.first("value").text) for row in part.first("headers").all("header")]


def _body(part: Element) -> bytes:
    body = part.first("body")
    return from_base64(body.text) if body.attributes.get("encoding") == "base64" else raw(body.text)
