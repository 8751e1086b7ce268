"""Clear pages of innocent kinds: a reachability check, a newspaper, a picture, the weather, software.

summary: HTTP/1.1 requests and responses without anything personal
specification: RFC 9110; RFC 9112; RFC 1952; PNG (ISO/IEC 15948) section 5
"""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.lab.phone import Phone


def get(host: str, target: str, phone: Phone) -> bytes:
    """Give a request as the phone's own stack writes it."""
    agent = f"Dalvik/2.1.0 (Linux; U; Android {phone.release}; {phone.model} Build/OPM1.000000.000)"
    return (
        f"GET {target} HTTP/1.1\r\nUser-Agent: {agent}\r\nHost: {host}\r\n"
        "Connection: Keep-Alive\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()


def response(body: bytes, media: str, date: str, *, coding: str = "") -> bytes:
    """Give a response with a body; ``coding`` is a content coding already applied to it."""
    extra = f"Content-Encoding: {coding}\r\nVary: Accept-Encoding\r\n" if coding else ""
    head = (
        f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Type: {media}\r\n{extra}"
        f"Cache-Control: max-age=300\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def no_content(date: str) -> bytes:
    """Give the answer that a reachability check waits for."""
    return f"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nDate: {date}\r\n\r\n".encode()


def news(date: str) -> bytes:
    """Give a newspaper's page, compressed."""
    items = "".join(f"<article><h2>Sak {i}</h2><p>{_PARAGRAPH}</p></article>\n" for i in range(1, 9))
    page = f"<!doctype html>\n<html lang=nb><title>Avisa</title>\n<h1>I dag</h1>\n{items}</html>\n"
    return response(gzip.compress(page.encode(), mtime=0), "text/html; charset=utf-8", date, coding="gzip")


def picture(date: str, *, size: int = 96) -> bytes:
    """Give a small picture: grey bands."""
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(size)) for y in range(size))
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body) for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )
    return response(data, "image/png", date)


def weather(date: str) -> bytes:
    """Give the weather of a town."""
    record = {"place": "Trondheim", "temperature": -4, "wind": {"speed": 3, "from": "SV"}, "sky": "lettskyet"}
    return response(json.dumps(record).encode(), "application/json", date)


def software(date: str) -> bytes:
    """Give a list of software, as a market asks for at times."""
    names = ("calendar", "clock", "gallery", "keyboard", "notes", "torch")
    rows = "".join(f'  <app name="{name}" version="{i + 2}.{i}"/>\n' for i, name in enumerate(names))
    return response(f'<?xml version="1.0"?>\n<apps>\n{rows}</apps>\n'.encode(), "application/xml", date)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


_PARAGRAPH = "Kommunen legger om vannet i to gater denne uka, og bussene kjører som vanlig fra torget."
