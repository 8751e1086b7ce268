"""Typed netstrings, the wrapping of flow files: ``<length>:<bytes><type>``.

specification: tnetstrings.org, with the text type ``;`` that mitmproxy adds
"""

from __future__ import annotations

import re
from typing import Any

from vitne.model import Malformed

MOST_DEPTH = 32
_LENGTH = re.compile(rb"(\d{1,12}):")
_MOST_DIGITS = 40


def header(data: Any, at: int) -> tuple[int, int] | None:
    """Give where the bytes of the netstring at a place begin and end; None for what is none."""
    found = _LENGTH.match(data, at)
    return (found.end(), found.end() + int(found[1])) if found is not None else None


def parse(data: bytes) -> Any:
    """Decode one netstring that fills the bytes; raises Malformed."""
    value, end = _value(data, 0, len(data), 0)
    if end != len(data):
        raise Malformed("bytes follow the netstring", at=end)
    return value


def _value(data: bytes, at: int, stop: int, depth: int) -> tuple[Any, int]:
    place = header(data, at)
    if place is None or place[1] >= stop:
        raise Malformed("no netstring, or one that is longer than what holds it", at=at)
    start, end = place
    kind = data[end : end + 1]
    if kind in {b"}", b"]"}:
        if depth >= MOST_DEPTH:
            raise Malformed(f"netstrings nested more than {MOST_DEPTH} deep", at=at)
        return (_mapping if kind == b"}" else _list)(data, start, end, depth + 1), end + 1
    return _scalar(data[start:end], kind, at), end + 1


def _list(data: bytes, at: int, stop: int, depth: int) -> list[Any]:
    found = []
    while at < stop:
        value, at = _value(data, at, stop, depth)
        found.append(value)
    return found


def _mapping(data: bytes, at: int, stop: int, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while at < stop:
        begin = at
        key, at = _value(data, at, stop, depth)
        if isinstance(key, bytes):
            key = key.decode("utf-8", "replace")  # keys were bytes before format 0.18
        if not isinstance(key, str) or at >= stop:
            raise Malformed("a key that is no text or has no value", at=begin)
        found[key], at = _value(data, at, stop, depth)
    return found


def _scalar(data: bytes, kind: bytes, at: int) -> Any:
    if kind == b",":
        return data
    if kind == b";":
        return data.decode("utf-8", "surrogateescape")
    if kind == b"~" and not data:
        return None
    if kind == b"!" and data in {b"true", b"false"}:
        return data == b"true"
    if kind in {b"#", b"^"} and len(data) <= _MOST_DIGITS:
        try:
            return int(data) if kind == b"#" else float(data)
        except ValueError:
            raise Malformed("a number that is none", at=at) from None
    raise Malformed("a netstring of no known type", at=at)
