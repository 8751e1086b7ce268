"""``vitne list`` and ``vitne schema``: what vitne knows, and the shape of what it writes."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from vitne.model import IDENTIFIERS, UsageError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print names or a schema."""
    if options.verb == "schema":
        return _schema(options.name)
    rows = _ROWS[options.what]()
    if options.json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return 0
    width = max((len(row["id"]) for row in rows), default=0)
    for row in rows:
        rest = "  ".join(str(value) for key, value in row.items() if key != "id" and value)
        print(f"{row['id']:{width}}  {rest}")
    return 0


def schemas() -> dict[str, str]:
    """Give the published JSON Schemas by name."""
    folder = resources.files("vitne") / "data" / "schema"
    return {
        item.name.removesuffix(".json"): item.read_text(encoding="utf-8")
        for item in sorted(folder.iterdir(), key=lambda each: each.name)
        if item.name.endswith(".json")
    }


def _schema(name: str | None) -> int:
    known = schemas()
    if name is None:
        for each, text in known.items():
            print(f"{each}  {json.loads(text).get('title', '')}")
        return 0
    if name not in known:
        raise UsageError(f"there is no schema {name!r}", expected=", ".join(known), next_step="vitne schema")
    print(known[name], end="")
    return 0


def _identifiers() -> list[dict[str, Any]]:
    return [{"id": word, "kind": kind, "title": title} for word, (kind, title) in IDENTIFIERS.items()]


def _senders() -> list[dict[str, Any]]:
    from vitne import catalog

    return [{"id": sender.id, "title": sender.title} for sender in catalog.senders()]


def _protocols() -> list[dict[str, Any]]:
    from vitne.decode.protocols import decoders

    return [
        {"id": name, "summary": each.summary, "specification": each.specification}
        for name, each in decoders().items()
    ]


def _encodings() -> list[dict[str, Any]]:
    from vitne.encodings import encodings

    return [
        {"id": name, "summary": each.summary, "specification": each.specification}
        for name, each in encodings().items()
    ]


def _recipients() -> list[dict[str, Any]]:
    from vitne.catalog.recipients import recipients

    return [
        {
            "id": each.id,
            "title": each.name,
            "roles": ", ".join(each.values("role")),
            "seat": ", ".join(each.values("seat")),
        }
        for each in recipients()
    ]


_ROWS = {
    "identifiers": _identifiers,
    "senders": _senders,
    "protocols": _protocols,
    "encodings": _encodings,
    "recipients": _recipients,
}
