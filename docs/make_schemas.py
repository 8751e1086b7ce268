# ruff: noqa: INP001
"""Make the published schemas that follow from the program's own types: ``python docs/make_schemas.py``.

The schema ``scan`` is written by hand; these are made from the structs that are printed, with the line of
meaning beside each field as its description.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from vitne.attribute import documents
from vitne.compare import identities
from vitne.compare import shape as compare
from vitne.consequence import learned
from vitne.firmware import against
from vitne.firmware import shape as firmware
from vitne.fleet import shape as fleet
from vitne.knowledge import snapshots
from vitne.learn import shape as learn
from vitne.match import shape as match
from vitne.report import shape as report
from vitne.triggers import shape as triggers

FOLDER = Path(__file__).resolve().parent.parent / "src" / "vitne" / "data" / "schema"

MADE: dict[str, tuple[type, str, str]] = {
    "attribute": (documents.Attributed, documents.ATTRIBUTION, "What vitne attribute --json prints"),
    "challenge": (report.Challenge, report.CHALLENGE, "What vitne challenge --json prints"),
    "compare": (compare.Comparison, compare.SCHEMA, "What vitne compare --json prints"),
    "data": (snapshots.Snapshot, "vitne-data/1", "What vitne data --json prints"),
    "destinations": (
        documents.Destinations,
        documents.DESTINATIONS,
        "What vitne destinations --json prints",
    ),
    "findings": (report.Findings, report.SCHEMA, "What vitne report --format json prints"),
    "firmware": (firmware.Firmware, firmware.SCHEMA, "What vitne firmware --json prints"),
    "firmware-changes": (against.Changes, against.SCHEMA, "What vitne firmware --against --json prints"),
    "fleet": (fleet.FleetReport, fleet.SCHEMA, "What vitne fleet --json prints"),
    "identities": (
        identities.Identities,
        identities.SCHEMA,
        "What vitne compare --by identity --json prints",
    ),
    "learn": (learn.Learned, learn.SCHEMA, "What vitne learn --json prints"),
    "match": (match.Match, match.SCHEMA, "What vitne match --json prints"),
    "event": (triggers.DeviceEvent, triggers.EVENT, "A line of what vitne events show --json prints"),
    "protocol": (triggers.Plan, triggers.PROTOCOL, "What vitne protocol --json prints"),
    "triggers": (triggers.Triggers, triggers.SCHEMA, "What vitne triggers --json prints"),
    "recipient": (learned.Learned, learned.FORMAT, "What vitne recipient --json prints"),
}


LISTS = {snapshots.Snapshot}
"""Documents that are a list of such rows."""


def schema(name: str) -> str:
    """Give one schema as text."""
    root, version, title = MADE[name]
    (made,), parts = msgspec.json.schema_components([root], ref_template="#/$defs/{name}")
    body = parts.pop(made["$ref"].rpartition("/")[2])
    types = {each.__name__: each for each in _structs(root)}
    for part, inner in {**parts, root.__name__: body}.items():
        _describe(inner, types[part])
    for word in (
        ("schema", "format") if root not in LISTS else ()
    ):  # older documents say it with the second word
        if word in body["properties"]:
            body["properties"][word] = {"const": version}
    said = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:vitne:schema:{name}:{version.rpartition('/')[2]}",
        "title": title,
        "description": "Version 1. Later versions add names; none is renamed or removed.",
    }
    body.pop("title", None)
    body.pop("description", None)
    if root in LISTS:
        name_of = {"name": {"type": "string", "description": "what it is called in results: series and date"}}
        parts[root.__name__] = {**body, "properties": {**name_of, **body["properties"]}}
        body = {"type": "array", "items": {"$ref": f"#/$defs/{root.__name__}"}}
    return json.dumps({**said, **body, "$defs": parts}, indent=1) + "\n"


def _structs(root: type) -> list[type]:
    """Give a struct and all that its fields lead to."""
    found: dict[type, None] = {}

    def walk(told: Any) -> None:
        if isinstance(told, msgspec.inspect.StructType):
            if told.cls in found:
                return
            found[told.cls] = None
            for field in told.fields:
                walk(field.type)
        for name in ("item_type", "key_type", "value_type", "types", "item_types"):
            inner = getattr(told, name, ())
            for each in inner if isinstance(inner, tuple) else (inner,):
                walk(each)

    walk(msgspec.inspect.type_info(root))
    return list(found)


def _describe(body: dict[str, Any], kind: type) -> None:
    """Put the lines of meaning in."""
    body.pop("title", None)
    body["description"] = (kind.__doc__ or "").strip().splitlines()[0]
    means = dict(re.findall(r"^    (\w+): [^#\n]+  # (.+)$", inspect.getsource(kind), re.MULTILINE))
    for name, one in body["properties"].items():
        if name in means:
            one["description"] = means[name]


def main() -> None:
    """Write all schemas."""
    for name in MADE:
        (FOLDER / f"{name}.json").write_text(schema(name), encoding="utf-8")


if __name__ == "__main__":
    main()
