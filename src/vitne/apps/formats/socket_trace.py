"""Logs of calls on sockets, written inside an app while it ran.

summary: socket_trace.json of PiRogue's experiment folders: which process called on which socket
specification: the scripts of pirogue-cli that write it
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from vitne.apps.book import socket
from vitne.model import App, Fit, Malformed

if TYPE_CHECKING:
    from vitne.apps.book import Book

NAME = "socket-trace"
_TYPES = {"tcp": "tcp", "tcp6": "tcp", "udp": "udp", "udp6": "udp"}
_NAME = re.compile(r"[\w.:\-]{1,255}\Z")
_MOST_PORT = 65_535


def fit(head: bytes) -> int:
    """Tell from the first bytes of a file whether it is one."""
    listed = head.lstrip()[:1] == b"["
    return Fit.CERTAIN if listed and b'"socket_type"' in head and b'"local_port"' in head else Fit.NO


def read(data: bytes, book: Book) -> None:
    """Tell which process held which socket; raises Malformed where the file is no sound JSON."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Malformed("a log of sockets that is no sound JSON") from error
    if not isinstance(rows, list):
        raise Malformed("a log of sockets that is no list", at=0)
    for row in rows:
        if isinstance(row, dict):
            _call(row, book)


def _call(row: dict[str, Any], book: Book) -> None:
    told = row.get("data")
    if not isinstance(told, dict):
        return
    transport = _TYPES.get(str(told.get("socket_type")))
    process = row.get("process") or told.get("process")
    near, far = _end(told, "local"), _end(told, "dest")
    if transport is None or near is None or far is None or not isinstance(process, str):
        return
    if _NAME.match(process):
        package = process.partition(":")[0]  # a second process of a package has its name behind a colon
        name = "" if package == process else process
        book.hold(socket(transport, near, far), App(package=package, name=name, source="socket-trace"))


def _end(told: dict[str, Any], which: str) -> tuple[str, int] | None:
    ip, port = told.get(f"{which}_ip"), told.get(f"{which}_port")
    if not isinstance(ip, str) or not isinstance(port, int) or not 0 <= port <= _MOST_PORT:
        return None
    return ip, port
