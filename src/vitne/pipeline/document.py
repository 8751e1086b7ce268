"""The one document of a scan: what ``--json`` prints and the published schema ``scan`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from vitne.attribute.groups import grouped

if TYPE_CHECKING:
    from vitne.pipeline.result import Result

SCHEMA = "vitne-scan/1"


def document(result: Result) -> dict[str, Any]:
    """Give the result as plain JSON values; paths of this machine are left out."""
    captures = []
    for capture in result.captures:
        row = msgspec.to_builtins(capture)
        del row["path"]
        captures.append(row)
    return {
        "schema": SCHEMA,
        "captures": captures,
        "findings": msgspec.to_builtins(result.findings),
        "opaque": msgspec.to_builtins(result.opaque),
        "opened": msgspec.to_builtins(result.opened),
        "gaps": msgspec.to_builtins(result.gaps),
        "oddities": msgspec.to_builtins(result.oddities),
        "devices": msgspec.to_builtins(result.devices),
        "recipients": msgspec.to_builtins(grouped(result.findings)),
        "counts": result.counts,
        "rules": result.rules,
        "revealed": result.revealed,
        "partial": result.partial,
    }
