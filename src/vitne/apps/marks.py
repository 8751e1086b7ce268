"""What a packet itself says of the program it belongs to: a trailer, a header, a comment.

specification: PCAPdroid's documentation of its trailer and comments; bsd/net/pktap.h of Darwin; the comments
that pymobiledevice3 writes
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.model import App

if TYPE_CHECKING:
    from collections.abc import Iterable

ETHERNET, PKTAP = 1, 258
_TRAILERS = (32, 28)  # bytes: magic, user, name of 20; check sequence, which some tools take off
_MAGIC = bytes.fromhex("01072021")
_SHORTEST = 14 + 20 + 28  # bytes of a frame that has one: the headers of Ethernet and IP before it
_UID = re.compile(r"u-(-?\d{1,10})\Z")
_PROCESS = re.compile(
    r"PID: (-?\d{1,10}), ProcName: (.{0,128}?), EPID: (-?\d{1,10}), EProcName: (.{0,128}?), SVC"
)
_PKTAP_LENGTH = 105  # bytes up to the end of the name of the effective process
_NAME = 17  # bytes of a name in that header
_MOST_UID = 1 << 31


def app_of_packet(data: bytes, link_type: int, comments: Iterable[str]) -> App | None:
    """Read what a packet says of its app; None where it says nothing, or that it does not know."""
    for comment in comments:
        found = _of_comment(comment)
        if found is not None:
            return found
    if link_type == PKTAP:
        return _of_header(data)
    if link_type == ETHERNET:
        return _of_trailer(data)
    return None


def has_mark(data: bytes, link_type: int) -> bool:
    """Say whether a frame has a trailer or header that could name an app, even where it names none."""
    return link_type == PKTAP or (link_type == ETHERNET and _trailer(data) is not None)


def _of_comment(comment: str) -> App | None:
    uid = _UID.match(comment)
    if uid is not None:
        return _known(int(uid[1]), "", "pcapdroid-comment")
    process = _PROCESS.match(comment)
    if process is None:
        return None
    behalf = bool(process[4]) and int(process[3]) > 0
    pid, name = int(process[3 if behalf else 1]), process[4 if behalf else 2]
    return App(name=name, pid=_number(pid), source="process-comment") if name else None


def _number(pid: int) -> int | None:
    """Give a number of a process; None for one that stands for none."""
    return pid if 0 <= pid < _MOST_UID else None


def _known(uid: int, name: str, source: str) -> App | None:
    if not 0 <= uid < _MOST_UID:
        return None  # it says itself that it does not know
    return App(uid=uid, name=name, source=source)  # type: ignore[arg-type]


def _trailer(data: bytes) -> bytes | None:
    if len(data) < _SHORTEST:
        return None
    return next((data[-size:] for size in _TRAILERS if data[-size:].startswith(_MAGIC)), None)


def _of_trailer(data: bytes) -> App | None:
    found = _trailer(data)
    if found is None:
        return None
    name = found[8:28].partition(b"\0")[0].decode("utf-8", "replace").rstrip("\ufffd")
    return _known(int.from_bytes(found[4:8], "big", signed=True), name, "pcapdroid-trailer")


def _of_header(data: bytes) -> App | None:
    """Read the process of a header of PKTAP: the one on whose behalf it is, else the one that did it."""
    length = int.from_bytes(data[:4], "little")
    if length < _PKTAP_LENGTH or len(data) < _PKTAP_LENGTH:
        return None
    own, behalf = _name(data, 56), _name(data, 88)
    name = behalf or own
    pid = int.from_bytes(data[84:88] if behalf else data[52:56], "little", signed=True)
    return App(name=name, pid=_number(pid), source="pktap") if name else None


def _name(data: bytes, at: int) -> str:
    return data[at : at + _NAME].partition(b"\0")[0].decode("utf-8", "replace")
