"""The other side as a program of its own: answers like real services, and keeps what it received.

summary: HTTP on 80, TLS on 443, CoAP on 5683, time on 123
specification: RFC 9112; RFC 7252; RFC 5905
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import re
import socket
import ssl
import struct
import sys
import time
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from vitne.lab import home
from vitne.lab.sender import HOST as REGISTRATION

MOST_BODY = 1 << 20


class Orders(msgspec.Struct, kw_only=True):
    """How to answer."""

    answer: str  # of the registration: accept, refuse, silent, slow, reset
    speed: float
    folder: str  # where the truth goes
    certificate: str = ""  # PEM with key; "" for no TLS


class Collector:
    """Serves, and writes one line for each message that came in."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self._truth = (Path(orders.folder) / "collector.jsonl").open("a", encoding="utf-8")

    def keep(self, peer: Any, host: str, body: bytes, **more: Any) -> None:
        """Write down what came in, with the recipient's view of it."""
        row = {
            "time_ns": time.time_ns(),
            "from": peer[0] if peer else "",
            "host": host,
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "received": seen(body),
            **more,
        }
        self._truth.write(json.dumps(row) + "\n")
        self._truth.flush()

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: *(\d{1,9})", head)
            body = await reader.readexactly(min(int(length[1]), MOST_BODY)) if length else b""
            named = re.search(rb"(?i)\r\nhost: *([\w.:-]{1,200})", head)
            host = named[1].decode("ascii") if named else ""
            closed = writer.get_extra_info("ssl_object") is not None
            line = head.split(b"\r\n", 1)[0].decode("ascii", "replace")
            self.keep(writer.get_extra_info("peername"), host, body, request=line, tls=closed)
            await self._answer(host, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError):
            self.keep(writer.get_extra_info("peername"), "", b"", request="cut short")
        finally:
            writer.close()

    async def _answer(self, host: str, writer: asyncio.StreamWriter) -> None:
        manner = self.orders.answer if host == REGISTRATION else "accept"
        if manner == "silent":
            await asyncio.sleep(60 / self.orders.speed)
            return
        if manner == "reset":
            own = writer.get_extra_info("socket")
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return
        if manner == "slow":
            await asyncio.sleep(20 / self.orders.speed)
        code = "1" if manner == "refuse" else "0"
        word = "Parameter error" if manner == "refuse" else "Success"
        text = (
            json.dumps({"resultCode": code, "resultDesc": word}).encode() if host == REGISTRATION else b"{}"
        )
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
        writer.write(head.encode() + f"Date: {formatdate(usegmt=True)}\r\n\r\n".encode() + text)
        await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    """Answers CoAP with 2.04 (or 4.00 when refusing), and requests for the time."""

    def __init__(self, collector: Collector, kind: str) -> None:
        self.collector, self.kind = collector, kind
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self.kind == "time":
            self.transport.sendto(home.ntp(4, time.time_ns(), asked=data[:48]), addr)
        elif len(data) >= 8:
            body = data.partition(b"\xff")[2]
            self.collector.keep(addr, "coap", body)
            code = 0x44 if self.collector.orders.answer == "accept" else 0x80
            self.transport.sendto(bytes([0x64, code]) + data[2:8], addr)


def seen(body: bytes) -> dict[str, Any]:
    """Give what the recipient reads in a body: the fields of JSON, also in base64."""
    for text in (body, _opened(body)):
        try:
            said = json.loads(text)
        except ValueError:
            continue
        if isinstance(said, dict):
            return {str(key): value for key, value in said.items()}
    return {}


def _opened(body: bytes) -> bytes:
    try:
        return base64.b64decode(body.replace(b"\n", b""), validate=True)
    except (binascii.Error, ValueError):
        return b""


async def serve(orders: Orders) -> None:
    """Serve until ended."""
    collector = Collector(orders)
    everywhere = "0.0.0.0"  # noqa: S104  (of the collector's own namespace, which leads nowhere)
    servers = [await asyncio.start_server(collector.http, everywhere, 80)]
    if orders.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(orders.certificate)
        servers.append(await asyncio.start_server(collector.http, everywhere, 443, ssl=context))
    loop = asyncio.get_running_loop()
    for port, kind in ((5683, "coap"), (123, "time")):
        await loop.create_datagram_endpoint(
            partial(_Datagrams, collector, kind), local_addr=(everywhere, port)
        )
    (Path(orders.folder) / "serving").touch()
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(serve(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Orders)))
