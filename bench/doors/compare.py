"""What each door gives of a run, held against what the servers wrote down."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from bench.doors import plan

if TYPE_CHECKING:
    from pathlib import Path


class Row(NamedTuple):
    """One value that reached a server: a fact of the truth, or of a door."""

    identifier: str
    value: str
    host: str
    field: str  # name in the sender's own record, in lower case


def truth(folder: Path) -> set[Row]:
    """Give what the servers received, read by nothing of vitne's."""
    rows = set()
    wanted = {plan.imei(one): "imei" for one in (*plan.CARRIERS, *plan.DIRECT)}
    wanted |= {plan.ad_id(one): "advertising-id" for one in (*plan.CARRIERS, *plan.DIRECT)}
    for line in (folder / "received.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        for field, value in _values(told):
            if value in wanted:
                rows.add(Row(wanted[value], value, told["host"], field.lower()))
    return rows


def _values(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Give all texts of a message with their names: of its query, headers and body."""
    body = base64.b64decode(told["body"])
    if body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    found = parse_qsl(told["query"]) + [(name, value) for name, value in told["headers"]]
    try:
        return found + [(name, str(value)) for name, value in json.loads(body).items()]
    except (ValueError, AttributeError):
        return found + parse_qsl(body.decode("latin-1")) + _fields(body)


def _fields(body: bytes) -> list[tuple[str, str]]:
    """Give the texts of a message of protobuf that has nothing else, with or without a head of gRPC."""
    out: list[tuple[str, str]] = []
    at = 5 if body[:1] == b"\0" else 0
    while at + 2 <= len(body) and body[at] & 7 == 2:
        end = at + 2 + body[at + 1]
        out.append((str(body[at] >> 3), body[at + 2 : end].decode("latin-1")))
        at = end
    return out


def subject(folder: Path) -> Path:
    """Write what is known of the invented phones."""
    path = folder / "subject.toml"
    path.touch(mode=0o600)
    blocks = []
    for one in (*plan.CARRIERS, *plan.DIRECT):
        for kind, value in (("imei", plan.imei(one)), ("advertising-id", plan.ad_id(one))):
            blocks.append(f'[[known]]\nidentifier = "{kind}"\nvalue = "{value}"\n')
    path.write_text("\n".join(blocks))
    return path


def findings(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    """Scan one door with the command, as a user runs it."""
    command = [
        sys.executable,
        "-m",
        "vitne.cli",
        "scan",
        *arguments,
        "--subject",
        str(subject(folder)),
        "--json",
        "--reveal",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"doors: the scan of {arguments[0]} failed\n{done.stderr}")
    rows: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return rows


def rows_of(found: list[dict[str, Any]]) -> set[Row]:
    """Give the known values that were sent, and to whom."""
    return {
        Row(one["identifier"], one["value"], one["destination"]["host"], one["field"].lower())
        for one in found
        if one["seed"] is not None and one["direction"] == "sent"
    }
