"""What the two written forms of a Charles session share: a transaction as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.exports import http_text
from vitne.exports.exchange import Exchange, Unit
from vitne.exports.reading import address, raw

if TYPE_CHECKING:
    from vitne.exports.http_text import Header


class Half(msgspec.Struct, frozen=True, kw_only=True):
    """Request or answer of a transaction."""

    headers: list[tuple[str, str]]
    body: bytes  # without content codings
    time_ns: int | None
    reason: str = ""


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction of a session."""

    method: str
    scheme: str
    host: str
    port: int
    target: str  # path and query
    client: tuple[str, int]
    remote: str  # "name/192.0.2.1" or "name/192.0.2.1:443", as it writes the far end
    status: int  # 0 without an answer
    request: Half
    response: Half


def far_address(remote: str) -> str:
    """Give the network address in Charles' word for the far end."""
    word = remote.rpartition("/")[2]
    return address(word) or address(word.rpartition(":")[0])


def exchange(one: Transaction) -> Exchange:
    """Write a transaction out."""
    method = raw(one.method.upper())
    number = one.port or http_text.PORTS.get(one.scheme, 0)
    name = f"[{one.host}]" if ":" in one.host else one.host
    authority = raw(name if number == http_text.PORTS.get(one.scheme) else f"{name}:{number}")
    target = authority if method == b"CONNECT" else raw(one.target)
    asking = http_text.request(
        method, target, _raw(one.request.headers), http_text.Body(one.request.body), authority=authority
    )
    units = [Unit(side=0, time_ns=one.request.time_ns, data=asking)]
    if one.status:
        answer, _ = http_text.response(
            one.status,
            raw(one.response.reason),
            _raw(one.response.headers),
            http_text.Body(one.response.body),
            method=method,
        )
        units.append(Unit(side=1, time_ns=one.response.time_ns, data=answer))
    return Exchange(
        units=tuple(units),
        answered=bool(one.status),
        client_ip=one.client[0],
        client_port=one.client[1],
        server_ip=far_address(one.remote) or address(one.host),
        server_port=number,
        host="" if address(one.host) else one.host.lower(),
        secured=one.scheme in {"https", "wss"},
    )


def _raw(headers: list[tuple[str, str]]) -> list[Header]:
    return [(raw(name), raw(value)) for name, value in headers]
