"""Exports of invented conversations for the tests of the whole way."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.pipeline.talk import START


def when(time_ns: int) -> str:
    """Write a time as browsers do."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)).isoformat()


def entry(
    url: str = "http://collect.example/",
    *,
    body: str = "",
    at: int = START,
    status: int = 200,
    answer: str = "ok",
    **more: Any,
) -> dict[str, Any]:
    """Give one entry as HAR 1.2 has it."""
    request: dict[str, Any] = {
        "method": "POST" if body else "GET",
        "url": url,
        "httpVersion": "HTTP/2",
        "headers": [{"name": "Content-Type", "value": "application/json"}] if body else [],
        "cookies": [],
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        request["postData"] = {"mimeType": "application/json", "text": body}
    return {
        "startedDateTime": when(at),
        "time": 20.5,
        "request": request,
        "response": {
            "status": status,
            "statusText": "OK",
            "headers": [],
            "content": {"size": len(answer), "mimeType": "text/plain", "text": answer},
        },
        "serverIPAddress": "198.51.100.20",
        **more,
    }


def har(*entries: Any, **log: Any) -> bytes:
    """Write an export."""
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "test"}, "entries": entries, **log}}
    ).encode()
