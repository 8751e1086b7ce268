"""The findings as CSV (RFC 4180, UTF-8): one row each; no cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

from vitne.report.blocks import shown

COLUMNS = (
    "id", "group", "time", "identifier", "kind", "value", "field", "grade", "evalue", "verified", "direction",
    "delivery", "protection", "scope", "device", "source_ip", "destination_ip", "destination_port", "host",
    "transport", "protocol", "layers", "capture", "frames", "filter", "sender",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", ";")


def cell(value: object) -> str:
    """Give a value as a cell that a spreadsheet shows and never works out."""
    text = shown(value, 2000)
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def render(document: dict[str, Any]) -> bytes:
    """Give the table."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in document["findings"]:
        writer.writerow([cell(value) for value in _row(one)])
    return out.getvalue().encode()


def _row(one: dict[str, Any]) -> list[object]:
    source, target = one["source"], one["destination"]
    special = {
        "device": source["device"],
        "source_ip": source["ip"],
        "destination_ip": target["ip"],
        "destination_port": target["port"],
        "host": target["host"],
        "layers": " > ".join(f"{each['codec']}:{each['path']}" for each in one["layers"]),
        "capture": one["capture"]["name"],
        "frames": " ".join(map(str, one["frames"])),
        "sender": one["sender"] or "",
        "evalue": "" if one["evalue"] is None else one["evalue"],
    }
    return [special[name] if name in special else one[name] for name in COLUMNS]
