"""Known senders that the user gives: data files beside those of vitne, such as a draft that was learned.

They hold for one scan, count in the rules of its result by their digest, and are checked as vitne's own are.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from vitne.catalog.reading import read_file
from vitne.catalog.senders import SenderFile
from vitne.model import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_BYTES = 4 << 20

_state: dict[str, tuple[SenderFile, ...] | str] = {"senders": (), "digest": ""}


def given() -> tuple[SenderFile, ...]:
    """Give the senders that were given, in their order."""
    senders = _state["senders"]
    return senders if isinstance(senders, tuple) else ()


def given_digest() -> str:
    """Give the digest of the files that were given, "" without any."""
    return str(_state["digest"])


def take(paths: Sequence[str], *, taken: Collection[str]) -> bool:
    """Read the files; say whether anything changed.  ``taken`` are ids that a file may not have.

    Raises UsageError with everything that is wrong.
    """
    errors: list[str] = []
    senders: list[SenderFile] = []
    digest = hashlib.sha256()
    ids = set(taken)
    for path in paths:
        data = _bytes(Path(path))
        digest.update(len(data).to_bytes(8, "big") + data)
        content = _content(Path(path), errors)
        if content is None:
            continue
        if content.id in ids:
            errors.append(f"{Path(path).name}: another known sender has the id {content.id!r}")
        ids.add(content.id)
        senders.append(content)
    if errors:
        raise UsageError(
            "; ".join(errors),
            where="--sender",
            expected="a known sender's data file, named after its id",
            next_step="docs/how-to/add-a-known-sender.md shows one",
        )
    before = _state["digest"]
    _state["senders"], _state["digest"] = tuple(senders), digest.hexdigest() if paths else ""
    return before != _state["digest"]


def _content(path: Path, errors: list[str]) -> SenderFile | None:
    try:
        return read_file(path, SenderFile, errors)
    except RecursionError:
        errors.append(f"{path.name}: it is nested too deeply")
        return None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"it is longer than {MOST_BYTES} bytes", where=str(path))
    return data
