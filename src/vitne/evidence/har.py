"""The HTTP messages of the captures as an HTTP Archive.  Specification: HAR 1.2 (W3C Web Performance Group).

Own fields are called ``_vitne``.  Bodies stand as they were on the wire inside the message (after transfer
coding), as text where they are UTF-8, else as Base64.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from vitne.pipeline.replay import _works
from vitne.pipeline.traffic import give_keys, open_traffic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.model import Finding
    from vitne.pipeline.messagework import MessageWork
    from vitne.pipeline.traffic import Traffic

PROTOCOLS = {"http", "http2", "http3"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 16 << 20


def archive(
    paths: Sequence[str], findings: Sequence[Finding], *, keys: Sequence[str] = (), version: str = ""
) -> dict[str, Any]:
    """Give the archive as plain JSON values; raises CaptureError where no capture can be read."""
    by_message: dict[tuple[int, int], list[Finding]] = {}
    for finding in findings:
        by_message.setdefault((finding.flow, finding.message_frames[0]), []).append(finding)
    flows = sorted({finding.flow for finding in findings if finding.protocol in PROTOCOLS})
    _, traffics, _ = open_traffic(paths, stdin=None, progress=lambda *_: None)
    entries: list[dict[str, Any]] = []
    try:
        give_keys(traffics, keys)
        for number in flows:
            for traffic in traffics:
                own = number - traffic.first_flow
                if 0 <= own < traffic.walked.flow_count:
                    entries += _flow(traffics, traffic, own, by_message)
    finally:
        for traffic in traffics:
            for reader in traffic.readers:
                reader.close()
    entries.sort(key=lambda entry: entry["startedDateTime"])
    creator = {"name": "vitne", "version": version}
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}


def _flow(
    traffics: list[Traffic], traffic: Traffic, number: int, found: dict[tuple[int, int], list[Finding]]
) -> list[dict[str, Any]]:
    """Pair the requests of a flow with their answers."""
    works = [w for w in _works(traffics, traffic, number) if w.message.protocol in PROTOCOLS]
    requests = [w for w in works if w.message.kind == "request"]
    answers = {w.message.answers: w for w in works if w.message.kind == "response"}
    entries = []
    for place, work in enumerate(requests):
        entry = _entry(work, answers.get(place))
        frame = work.frames_of(work.message.start, work.message.end)
        held = found.get((number + traffic.first_flow, frame[0] if frame else -1), [])
        entry["_vitne"] = {
            "flow": number + traffic.first_flow,
            "frames": list(frame[:1000]),
            "findings": [finding.id for finding in held],
        }
        entries.append(entry)
    return entries


def _entry(work: MessageWork, answer: MessageWork | None) -> dict[str, Any]:
    begun = work.time_ns
    took = max((answer.time_ns - begun) / 1e6, 0.0) if answer is not None else 0.0
    return {
        "startedDateTime": _when(begun),
        "time": took,
        "request": _request(work),
        "response": _response(answer),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "serverIPAddress": work.flow.server_ip,
        "connection": str(work.flow.number),
    }


def _when(time_ns: int) -> str:
    return (_EPOCH + timedelta(microseconds=time_ns // 1000)).isoformat(timespec="microseconds")


def _headers(work: MessageWork) -> list[dict[str, str]]:
    return [
        {"name": part.field, "value": _bytes(work, part).decode("utf-8", "replace")}
        for part in work.message.parts
        if part.path.startswith("header:") and part.field
    ]


def _bytes(work: MessageWork, part: Any) -> bytes:
    return bytes(part.data) if part.data is not None else work.raw(part.start, part.end)


def _joined(work: MessageWork, path: str) -> bytes:
    return b"".join(_bytes(work, part) for part in work.message.parts if part.path == path)[:_LONGEST]


def _fact(work: MessageWork, name: str, default: str) -> str:
    return next((value for key, value in work.message.facts if key == name), default)


def _version(work: MessageWork) -> str:
    return {"http2": "HTTP/2", "http3": "HTTP/3"}.get(work.message.protocol, "HTTP/1.1")


def _text(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


def _request(work: MessageWork) -> dict[str, Any]:
    path = _joined(work, "path").decode("utf-8", "replace") or "/"
    query = _joined(work, "query").decode("utf-8", "replace")
    closed = (
        work.flow.decrypted or work.message.protocol != "http" or type(work.view).__name__ == "OpenedView"
    )
    host = work.message.host or work.flow.server_ip
    scheme = "https" if closed else "http"
    url = f"{scheme}://{host}:{work.flow.server_port}{path}{'?' + query if query else ''}"
    body = _joined(work, "body")
    made: dict[str, Any] = {
        "method": _fact(work, "method", "GET"),
        "url": url,
        "httpVersion": _version(work),
        "cookies": [],
        "headers": _headers(work),
        "queryString": [{"name": k, "value": v} for k, v in parse_qsl(query, keep_blank_values=True)],
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        made["postData"] = {"mimeType": work.message.content_type, "params": [], **_text(body)}
    return made


def _response(work: MessageWork | None) -> dict[str, Any]:
    if work is None:
        return {
            "status": 0,
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        }
    body = _joined(work, "body")
    return {
        "status": work.message.status or 0,
        "statusText": "",
        "httpVersion": _version(work),
        "cookies": [],
        "headers": _headers(work),
        "content": {"size": len(body), "mimeType": work.message.content_type, **_text(body)},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(body),
    }


def count(content: dict[str, Any]) -> int:
    """Give the number of exchanges in an archive."""
    entries: Iterable[Any] = content["log"]["entries"]
    return len(list(entries))
