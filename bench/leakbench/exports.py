"""The same traffic as exports of proxies: HTTP Archive and flow files of mitmproxy.

Not all of it can be written in each: a HAR holds the requests of the web alone.  What it cannot hold is
left out and counted.  An entry, counted from 0, is to an export what a frame is to a capture.

specification: HAR 1.2 (with _clientAddress, _webSocketMessages); mitmproxy's flow format 20; tnetstrings.org
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .capture import assign
from .layers.ciphers import xor
from .wire import CLIENT

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from .capture import Staged

START = 1_549_174_470  # seconds
KIND = {0x81: 1, 0x82: 2}  # first byte of a frame -> opcode


def is_web(staged: Staged) -> bool:
    """Say whether a conversation is requests of the web."""
    return staged.load.port == 80 and staged.load.transport == "tcp"


def write(path: Path, staged: list[Staged], chance: Random) -> list[Staged]:
    """Write an export (.har or .flows, by the name); give the cases that it holds, entries as frames."""
    kept = [each for each in staged if is_web(each)] if path.suffix == ".har" else list(staged)
    for number, each in enumerate(kept):
        assign(each, number, chance)
        each.case.frames, each.case.body_frames, each.case.shortest = [number], [number], number
    if path.suffix == ".har":
        entries = [_entry(each, number) for number, each in enumerate(kept)]
        log = {"version": "1.2", "creator": {"name": "leakbench", "version": "1"}, "entries": entries}
        path.write_text(json.dumps({"log": log}), encoding="utf-8")
    else:
        path.write_bytes(b"".join(netstring(_flow(each, number)) for number, each in enumerate(kept)))
    return kept


def stream_of(staged: Staged, side: int) -> bytes:
    """Give what a side of a conversation says."""
    return b"".join(turn.data for turn in staged.load.turns if turn.side == side)


def message_of(stream: bytes) -> tuple[list[bytes], list[tuple[str, str]], bytes]:
    """Take a message of HTTP apart: words of its first line, header fields, body without chunks."""
    head, _, body = stream.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    pairs = [line.decode("latin-1").split(": ", 1) for line in lines]
    if b"Transfer-Encoding: chunked" in lines:
        body = _joined(body)
    return first.split(b" ", 2), [(name, value) for name, value in pairs], body


def _joined(body: bytes) -> bytes:
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        count = int(size, 16)
        whole, body = whole + rest[:count], rest[count + 2 :] if count else b""
    return whole


def _sent_in_frames(staged: Staged, body: bytes) -> tuple[int, bytes] | None:
    """Give kind and content of the one frame behind an upgrade."""
    if not staged.case.recipe.carrier.startswith("websocket") or not body:
        return None
    length = body[1] & 127
    at = 2 + (2 if length == 126 else 0)
    return KIND[body[0]], xor(body[at + 4 :], body[at : at + 4])


def _entry(staged: Staged, number: int) -> dict[str, Any]:
    """Give the entry of one request and its answer."""
    (method, target, _), headers, body = message_of(stream_of(staged, CLIENT))
    (_, status, reason), told, answer = message_of(stream_of(staged, 1 - CLIENT))
    moment = datetime.fromtimestamp(START + number / 50, UTC)
    host = dict(headers)["Host"]
    frame = _sent_in_frames(staged, body)
    asked: dict[str, Any] = {
        "method": method.decode(),
        "url": f"http://{host}{target.decode()}",
        "httpVersion": "HTTP/1.1",
        "headers": [{"name": name, "value": value} for name, value in headers],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0 if frame else len(body),
    }
    if body and not frame:
        kind = dict(headers).get("Content-Type", "")
        asked["postData"] = {"mimeType": kind, "encoding": "base64", "text": base64.b64encode(body).decode()}
    content = {"size": len(answer), "mimeType": "application/octet-stream", "encoding": "base64"}
    entry: dict[str, Any] = {
        "startedDateTime": moment.isoformat(),
        "time": 12,
        "request": asked,
        "response": {
            "status": int(status),
            "statusText": reason.decode(),
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": name, "value": value} for name, value in told],
            "cookies": [],
            "content": {**content, "text": base64.b64encode(answer).decode()},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(answer),
        },
        "cache": {},
        "timings": {"send": 1, "wait": 10, "receive": 1},
        "serverIPAddress": staged.case.server,
        "_clientAddress": staged.case.client,
        "_clientPort": staged.case.port,
    }
    if frame:
        text = base64.b64encode(frame[1]).decode() if frame[0] == 2 else frame[1].decode()
        message = {"type": "send", "time": moment.timestamp(), "opcode": frame[0], "data": text}
        entry["_webSocketMessages"] = [message]
    return entry


def netstring(value: Any) -> bytes:
    """Write a value as a tagged netstring."""
    if value is None:
        body, tag = b"", b"~"
    elif isinstance(value, bool):
        body, tag = b"true" if value else b"false", b"!"
    elif isinstance(value, int):
        body, tag = str(value).encode(), b"#"
    elif isinstance(value, float):
        body, tag = repr(value).encode(), b"^"
    elif isinstance(value, bytes):
        body, tag = value, b","
    elif isinstance(value, str):
        body, tag = value.encode(), b";"
    elif isinstance(value, dict):
        body, tag = b"".join(netstring(key) + netstring(each) for key, each in value.items()), b"}"
    else:
        body, tag = b"".join(map(netstring, value)), b"]"
    return b"%d:" % len(body) + body + tag


def _flow(staged: Staged, number: int) -> dict[str, Any]:
    """Give one flow: of the web with request and answer, else the bytes of both sides."""
    moment = START + number / 50
    case, load = staged.case, staged.load
    flow: dict[str, Any] = {
        "type": load.transport,
        "version": 20,
        "id": f"00000000-0000-4000-8000-{number:012x}",
        "client_conn": {"peername": [case.client, case.port], "timestamp_start": moment},
        "server_conn": {
            "address": [case.server, load.port],
            "peername": [case.server, load.port],
            "timestamp_start": moment,
        },
        "error": None,
    }
    if not is_web(staged):
        flow["messages"] = [
            [turn.side == CLIENT, turn.data, moment + at / 100] for at, turn in enumerate(load.turns)
        ]
        return flow
    asked, told = message_of(stream_of(staged, CLIENT)), message_of(stream_of(staged, 1 - CLIENT))
    frame = _sent_in_frames(staged, asked[2])
    both = {"http_version": b"HTTP/1.1", "trailers": None, "timestamp_start": moment, "timestamp_end": moment}
    flow["type"] = "http"
    flow["request"] = {
        **both,
        "method": asked[0][0],
        "scheme": b"http",
        "host": dict(asked[1])["Host"],
        "port": 80,
        "authority": b"",
        "path": asked[0][1],
        "headers": _pairs(asked[1]),
        "content": b"" if frame else asked[2],
    }
    flow["response"] = {
        **both,
        "status_code": int(told[0][1]),
        "reason": told[0][2],
        "headers": _pairs(told[1]),
        "content": b"" if frame else told[2],
    }
    flow["websocket"] = {"messages": [[*frame[:1], True, frame[1], moment, False, False]]} if frame else None
    return flow


def _pairs(headers: list[tuple[str, str]]) -> list[list[bytes]]:
    return [[name.encode("latin-1"), value.encode("latin-1")] for name, value in headers]
