"""What both readers say of one capture, in the same words, so that it can be compared."""

from __future__ import annotations

import re
from typing import NamedTuple

KINDS = (
    "packet",
    "frame",
    "stream",
    "http-request",
    "http2-request",
    "dns-name",
    "dns-address",
    "server-name",
)


class Said(NamedTuple):
    """One thing that a reader says of a capture."""

    kind: str  # one of KINDS
    value: tuple[object, ...]  # what is compared
    place: int | str  # where: number of the frame from 1, or "tcp 3" for a stream


class Answer(NamedTuple):
    """All that a reader says of one capture."""

    said: list[Said]
    frames: list[tuple[str, int] | None]  # per frame: its stream, in the reader's own numbers
    streams: dict[int, dict[str, bytes]]  # TCP stream -> sender "address:port" -> bytes, holes marked
    copies: frozenset[int] = frozenset()  # frames that repeat one before them, as a mirror port makes them


_ESCAPE = re.compile(r"\\(\d{3}|[rnt.\\])")


def shown(name: str) -> str:
    """Give a domain name as both can write it: lower case, the root as a dot, bytes that do not print as «?».

    vitne escapes those as decimals and dots inside labels with a backslash (RFC 1035 section 5.1); tshark
    writes octals, and dots inside labels as they are.
    """
    if name == "<Root>":
        return "."
    plain = _ESCAPE.sub(lambda match: match[1] if match[1] in ".\\" else "?", name)
    return "".join(letter if letter.isprintable() and letter != "\ufffd" else "?" for letter in plain).lower()
