"""The frozen findings document: the one thing that every report is drawn from.

It holds what a case holds, the same laid out by device and destination, who the destinations are, and what
set messages off where that was examined; nothing is added when a report is made.  Whole numbers beyond 2^53
(times) stand as text, so that any reader of JSON keeps their digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from vitne.report.overview import OUTSIDE, overview

if TYPE_CHECKING:
    from vitne.report.overview import Line, Target
    from vitne.store import Case

SCHEMA = "vitne-findings/1"
_SAFE = 1 << 53


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """What was made of a case beside its findings: who the destinations are, what set messages off."""

    destinations: dict[str, Any] | None = None  # tables, their day, a row each; None for not looked up
    occasions: dict[str, Any] | None = None  # the document of ``vitne triggers``; None for not examined
    revealed: bool = False  # values of persons stand in the findings


NOTHING_BESIDE = Beside()


def beside_of(document: dict[str, Any]) -> Beside:
    """Give what stands beside the findings in a frozen document."""
    return Beside(
        destinations=document.get("destinations"),
        occasions=document.get("occasions"),
        revealed=bool(document.get("revealed")),
    )


def freeze(case: Case, beside: Beside = NOTHING_BESIDE) -> dict[str, Any]:
    """Give the findings document of a case, as plain JSON values."""
    laid = overview(case)
    captures = []
    for capture in case.captures:
        row = msgspec.to_builtins(capture)
        row.pop("path", None)
        captures.append(row)
    manifest = case.manifest
    content = {
        "schema": SCHEMA,
        "captures": captures,
        "devices": manifest.get("devices", []),
        "counts": manifest.get("counts", {}),
        "rules": manifest.get("rules", {}),
        "partial": case.partial,
        "limited_to_device": any(not d.get("searched", True) for d in manifest.get("devices", [])),
        "span": laid.span,
        "messages": laid.messages,
        "targets": [
            _target(near.label, target) for near in laid.devices for target in (*near.targets, *near.unread)
        ],
        "findings": msgspec.to_builtins(case.findings),
        "opaque": msgspec.to_builtins(case.opaque),
        "gaps": msgspec.to_builtins(case.gaps),
        "oddities": msgspec.to_builtins(case.oddities),
        "destinations": beside.destinations,
        "occasions": beside.occasions,
        "revealed": beside.revealed,
    }
    frozen: dict[str, Any] = plain(content)
    return frozen


def plain(value: Any) -> Any:
    """Give JSON values that any reader keeps: big numbers and lone surrogates as text, tuples as lists."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SAFE:
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def _target(device: str, target: Target) -> dict[str, Any]:
    return {
        "device": device,
        "name": target.name,
        "ip": target.destination.ip,
        "port": target.destination.port,
        "host": target.destination.host,
        "host_source": target.destination.host_source,
        "domain": target.destination.domain,
        "addresses": target.addresses,
        "scope": target.scope,
        "outside": target.scope in OUTSIDE,
        "direction": target.direction,
        "messages": target.messages,
        "deliveries": target.deliveries,
        "answers": target.answers,
        "protections": target.protections,
        "senders": target.senders,
        "first_ns": target.first_ns,
        "last_ns": target.last_ns,
        "lines": [_line(line) for line in (*target.lines, *target.attributes)],
        "unread_bytes": sum(row.bytes for row in target.unread),
        "unread_reasons": sorted({row.reason for row in target.unread}),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "identifier": line.identifier,
        "title": line.title,
        "kind": line.kind,
        "value": line.value,
        "fields": line.fields,
        "grade": line.grade,
        "verified": line.verified,
        "times": line.times,
        "findings": [found.id for found in line.findings],
    }
