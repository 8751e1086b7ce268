"""Findings as events for Timesketch: JSON Lines or CSV with ``message``, ``datetime``, ``timestamp_desc``."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from vitne.report.blocks import shown
from vitne.report.formats.spreadsheet import cell

COLUMNS = (
    "message", "datetime", "timestamp", "timestamp_desc", "finding", "identifier", "kind", "grade",
    "delivery", "protection", "device", "host", "ip", "port", "frames", "capture_sha256",
)  # fmt: skip


def events(document: dict[str, Any]) -> list[dict[str, str]]:
    """Give one event for each finding, by time."""
    return [_event(one) for one in sorted(document["findings"], key=lambda f: (int(f["time_ns"]), f["id"]))]


def _event(one: dict[str, Any]) -> dict[str, str]:
    target = one["destination"]
    where = shown(target["host"] or target["ip"], 120)
    told = f"{one['identifier']} ({shown(one['value'], 80)}) {one['direction']}"
    return {
        "message": f"{told}, {where}:{target['port']}",
        "datetime": one["time"][:26].rstrip("Z") + "+00:00",
        "timestamp": str(int(one["time_ns"]) // 1000),
        "timestamp_desc": f"Personal data {one['direction']}",
        "finding": one["id"],
        "identifier": one["identifier"],
        "kind": one["kind"],
        "grade": one["grade"],
        "delivery": one["delivery"],
        "protection": one["protection"],
        "device": shown(one["source"]["device"], 120),
        "host": shown(target["host"], 200),
        "ip": target["ip"],
        "port": str(target["port"]),
        "frames": " ".join(map(str, one["frames"])),
        "capture_sha256": one["capture"]["sha256"],
    }


def json_lines(document: dict[str, Any]) -> bytes:
    """Give JSON Lines."""
    rows = [json.dumps(event, ensure_ascii=False) + "\n" for event in events(document)]
    return "".join(rows).encode()


def table(document: dict[str, Any]) -> bytes:
    """Give CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for event in events(document):
        writer.writerow([cell(event[name]) for name in COLUMNS])
    return out.getvalue().encode()
