"""The ways out: one HTTP exchange, one WHOIS exchange, one DNS exchange, one certificate, each bounded.

Sizes and times are bounded, redirects are followed by hand and counted, and nothing is sent that the caller
did not announce.  A failure is a word, not an exception: it is kept beside the question.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 1 << 20
"""Bytes of one answer."""
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: str  # "answered" or why not
    raw: bytes = b""
    media: str = ""  # media type as declared
    wait: float = 0.0  # seconds the server asks to wait before the next try
    moved_to: str = ""  # where it sends the question


def http_get(url: str, *, accept: str, timeout: float) -> Reply:
    """Ask once by HTTP; a redirect is given back and not followed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        return Reply(status="no address to ask")
    if parts.scheme == "http" and host not in _LOOPBACK:
        return Reply(status="refused to ask without encryption")
    deadline = time.monotonic() + timeout
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        with contextlib.closing(make(host, parts.port, timeout=timeout)) as connection:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"Accept": accept, "User-Agent": "vitne"})
            with contextlib.closing(connection.getresponse()) as response:
                raw = _bounded(response.read1, deadline)
                expected = response.getheader("Content-Length", "")
    except (TimeoutError, ssl.SSLError, OSError, http.client.HTTPException, ValueError) as error:
        return Reply(status=_why(error))
    if len(raw) > MOST:
        return Reply(status="too long")
    if expected.isdigit() and int(expected) > len(raw):
        return Reply(status="cut")
    return _reply(response, raw, url)


def _reply(response: http.client.HTTPResponse, raw: bytes, url: str) -> Reply:
    media = response.getheader("Content-Type", "").split(";")[0].strip().lower()
    if response.status in {301, 302, 303, 307, 308}:
        target = response.getheader("Location", "")
        return Reply(status="moved", moved_to=urljoin(url, target) if target else "")
    if response.status == 200:
        return Reply(status="answered", raw=raw, media=media)
    wait = response.getheader("Retry-After", "")
    status = {404: "not found", 429: "asked too often"}.get(response.status, f"status {response.status}")
    return Reply(status=status, raw=raw, media=media, wait=float(wait) if wait.isdigit() else 0.0)


def _bounded(read: Callable[[int], bytes], deadline: float) -> bytes:
    parts, size = [], 0
    while size <= MOST:
        if time.monotonic() > deadline:
            raise TimeoutError
        part = read(65536)
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def whois_ask(server: str, query: str, *, timeout: float) -> Reply:
    """Ask a WHOIS server (host or host:port)."""
    host, port = _host_port(server, 43)
    deadline = time.monotonic() + timeout
    try:
        with socket.create_connection((host, port), timeout=timeout) as connection:
            connection.sendall(query.encode("ascii", "replace") + b"\r\n")
            raw = _bounded(connection.recv, deadline)
    except (TimeoutError, OSError, ValueError) as error:
        return Reply(status=_why(error))
    if len(raw) > MOST:
        return Reply(status="too long")
    return Reply(status="answered" if raw else "cut", raw=raw)


def dns_ask(server: str, query: bytes, *, timeout: float, tcp: bool = False) -> Reply:
    """Ask a name server, over UDP or TCP; an answer to another question is not taken."""
    host, port = _host_port(server, 53)
    deadline = time.monotonic() + timeout
    try:
        if tcp:
            with socket.create_connection((host, port), timeout=timeout) as connection:
                connection.sendall(len(query).to_bytes(2, "big") + query)
                head = _exactly(connection, 2, deadline)
                raw = _exactly(connection, int.from_bytes(head, "big"), deadline)
        else:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as connection:
                connection.connect((host, port))
                connection.sendall(query)
                raw = _datagram(connection, query[:2], deadline)
    except (TimeoutError, OSError, ValueError) as error:
        return Reply(status=_why(error))
    return Reply(status="answered", raw=raw)


def _datagram(connection: socket.socket, number: bytes, deadline: float) -> bytes:
    """Wait for the datagram that answers the question with this number."""
    while time.monotonic() < deadline:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        raw = connection.recv(65535)
        if raw[:2] == number:
            return raw
    raise TimeoutError


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    out = b""
    while len(out) < count:
        if time.monotonic() > deadline:
            raise TimeoutError
        part = connection.recv(count - len(out))
        if not part:
            raise ConnectionError
        out += part
    return out


def certificate_of(host: str, port: int, *, timeout: float, name: str = "") -> Reply:
    """Fetch the certificate that a server shows for a name; nothing is verified, nothing further is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=timeout) as plain,
            context.wrap_socket(plain, server_hostname=name or host) as closed,
        ):
            raw = closed.getpeercert(binary_form=True)
    except (TimeoutError, ssl.SSLError, OSError, ValueError) as error:
        return Reply(status=_why(error))
    return Reply(status="answered" if raw else "no certificate", raw=raw or b"")


def _host_port(server: str, default: int) -> tuple[str, int]:
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and (host.count(":") == 0 or host.startswith("[")):
        return host.strip("[]"), int(port)
    return server.strip("[]"), default


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, http.client.IncompleteRead):
        return "cut"
    if isinstance(error, ssl.SSLError):
        return "no trusted connection"
    if isinstance(error, http.client.HTTPException):
        return "no HTTP"
    return "no connection" if isinstance(error, OSError) else "no question that can be sent"
