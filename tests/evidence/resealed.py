"""A case in a bag changed by somebody who makes the digests fit again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def change(bag: Path, table: str, how: Callable[[int, dict[str, Any]], dict[str, Any] | None]) -> None:
    """Change the rows of a table, each by number and content (None takes it out), and the digest in the case."""
    path = bag / f"data/case/{table}.jsonl"
    rows = (how(number, json.loads(line)) for number, line in enumerate(path.read_text().splitlines()))
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows if row is not None))
    place = bag / "data/case/manifest.json"
    manifest = json.loads(place.read_text())
    manifest["results"][path.name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    place.write_text(json.dumps(manifest))
