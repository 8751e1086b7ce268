"""A DNS message put together again from its fields, so that the one DNS reader reads it.

specification: RFC 1035 section 4.1
"""

from __future__ import annotations

import struct
from typing import Any

from vitne.exports.reading import mapping, number, raw, rows, text

_MOST_RECORDS = 256


def _whole(value: object, most: int) -> int:
    found = number(value)
    return int(found) if found is not None and 0 <= found <= most else 0


def _name(name: str) -> bytes:
    labels = [raw(label)[:63] for label in name.rstrip(".").split(".") if label][:127]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dns_wire(state: dict[str, Any]) -> bytes:
    """Write a message of which the fields are named as mitmproxy names them."""
    flags = (
        (0 if state.get("query") else 0x8000)
        | _whole(state.get("op_code"), 15) << 11
        | (0x0400 if state.get("authoritative_answer") else 0)
        | (0x0200 if state.get("truncation") else 0)
        | (0x0100 if state.get("recursion_desired") else 0)
        | (0x0080 if state.get("recursion_available") else 0)
        | _whole(state.get("response_code"), 15)
    )
    parts = [_listed(state.get(key)) for key in ("questions", "answers", "authorities", "additionals")]
    head = struct.pack(">6H", _whole(state.get("id"), 0xFFFF), flags, *map(len, parts))
    asked = b"".join(_question(row) for row in parts[0])
    return head + asked + b"".join(_record(row) for part in parts[1:] for row in part)


def _listed(value: object) -> list[dict[str, Any]]:
    """Give the rows of a section; formats before 17 write a row as a list of its fields."""
    if isinstance(value, list) and value and all(isinstance(row, list) for row in value):
        names = ("name", "type", "class_", "ttl", "data")
        return [dict(zip(names, row, strict=False)) for row in value[:_MOST_RECORDS]]
    return rows(value)[:_MOST_RECORDS]


def _question(row: dict[str, Any]) -> bytes:
    kind, family = _whole(row.get("type"), 0xFFFF), _whole(row.get("class_"), 0xFFFF)
    return _name(text(mapping(row).get("name"))) + struct.pack(">HH", kind, family)


def _record(row: dict[str, Any]) -> bytes:
    data = row.get("data")
    content = (data if isinstance(data, bytes) else raw(text(data)))[:0xFFFF]
    ttl = struct.pack(">IH", _whole(row.get("ttl"), 0xFFFFFFFF), len(content))
    return _question(row) + ttl + content
