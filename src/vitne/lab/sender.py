"""The self-registration sender of 2019 rebuilt: what it posts, in its own order and wrapping.

summary: request and answer of the self-registration client
specification: docs/notes on self-registration over IP, fields and fixture F1
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.lab.phone import Phone

HOST = "registration.carrier.example"
USER_AGENT = "Apache-HttpClient/UNAVAILABLE (java 1.4)"
_LINE = 76  # characters of base64 before a line feed


def fields(phone: Phone, local_time: str) -> dict[str, str]:
    """Give all fields in the order they are sent; ``local_time`` is "YYYY-MM-DD HH:MM:SS"."""
    return {
        "REGVER": "8.0",
        "MEID": "",
        "MODEL": f"{phone.maker}-{phone.model}",
        "SWVER": phone.build,
        "SIM1CDMAIMSI": "",
        "UETYPE": "1",
        "SIM1ICCID": phone.iccid,
        "SIM1LTEIMSI": phone.imsi,
        "SIM1TYPE": "1",
        "SIM2CDMAIMSI": "",
        "SIM2ICCID": "",
        "SIM2LTEIMSI": "",
        "SIM2TYPE": "",
        "MACID": phone.mac,
        "OSVER": f"Android{phone.release}",
        "ROM": "64G",
        "RAM": "4G",
        "IMEI1": phone.imei1,
        "IMEI2": phone.imei2,
        "SIM1CELLID": str(phone.cell),
        "SIM2CELLID": "",
        "DATASIM": "1",
        "SIM1VoLTESW": "1",
        "SIM2VoLTESW": "",
        "ACCESSTYPE": "2",
        "REGDATE": local_time,
    }


def record(phone: Phone, local_time: str) -> bytes:
    """Give the JSON object as it is before it is wrapped."""
    return packed(fields(phone, local_time))


def packed(said: dict[str, str]) -> bytes:
    """Give fields as the JSON object that is wrapped."""
    return json.dumps(said, separators=(",", ":")).encode()


def wrapped(data: bytes) -> bytes:
    """Wrap bytes in base64 with a line feed after every 76 characters and at the end."""
    text = base64.b64encode(data)
    return b"".join(text[i : i + _LINE] + b"\n" for i in range(0, len(text), _LINE))


def request_head(length: int, *, host: str = HOST) -> bytes:
    """Give the request up to its body, as the old Apache client writes it."""
    return (
        "POST / HTTP/1.1\r\n"
        "Content-Type: application/encrypted-json\r\n"
        f"Content-Length: {length}\r\n"
        f"Host: {host}\r\n"
        "Connection: Keep-Alive\r\n"
        f"User-Agent: {USER_AGENT}\r\n\r\n"
    ).encode()


def answer(date: str) -> bytes:
    """Give the refusal: HTTP says 200, the record inside says no; ``date`` is an HTTP date."""
    body = b'{"resultCode":"1","resultDesc":"Parameter error"}'
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Server: Apache-Coyote/1.1\r\n"
        "Content-Type: application/json;charset=UTF-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"Date: {date}\r\n\r\n"
    )
    return head.encode() + body
