"""What changed between two firmwares, as text for a terminal and as a page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from vitne.firmware.page import framed, safe
from vitne.firmware.text import where
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.against import Changed, Changes

_LONGEST = 240
_FLAGS = 20
_QUIET = {"flag", "field name", "call"}
"""Kinds of which there may be hundreds between two builds."""


def text(found: Changes, *, everything: bool = False) -> Iterator[str]:
    """Give the lines, unit by unit."""
    for word, images in (("before", found.before), ("after ", found.after)):
        for image in images:
            yield f"{word}  {_safe(image.name)}  sha256 {image.sha256}"
    counts = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items())
    yield f"{counts}." if found.changes else "Nothing that was read differs."
    for unit, rows in groupby(found.changes, key=lambda each: each.unit):
        yield ""
        yield _safe(unit) if unit else "properties of the build"
        yield from _rows(list(rows), everything=everything)
    yield ""
    yield from found.notes


def _rows(rows: list[Changed], *, everything: bool) -> Iterator[str]:
    for what, some in groupby(rows, key=lambda each: each.what):
        listed = list(some)
        cut = len(listed) if everything or what not in _QUIET else _FLAGS
        for row in listed[:cut]:
            yield f"  {row.verdict:>7}  {what} {_told(row)}"
            if everything:
                yield f"           {where(row.spot)}"
        if len(listed) > cut:
            yield f"           and {len(listed) - cut} more of this kind; --verbose lists them"


def _told(row: Changed) -> str:
    if row.verdict == "changed":
        return f"{_safe(row.name)}: {_safe(row.before)} -> {_safe(row.after)}"
    more = row.before or row.after
    return _safe(row.name) + (f": {_safe(more)}" if more and more != row.name else "")


def page(found: Changes) -> bytes:
    """Give the page."""
    return framed("What changed between two firmwares", _body(found))


def _body(found: Changes) -> Iterator[str]:
    for word, images in (("Before", found.before), ("After", found.after)):
        for image in images:
            yield f"<p>{word}: {safe(image.name)} <code>sha256 {image.sha256}</code></p>"
    for unit, rows in groupby(found.changes, key=lambda each: each.unit):
        yield f"<section><h2>{safe(unit or 'properties of the build')}</h2><ul>"
        for row in rows:
            words = f"{row.verdict}: {row.what} {row.name}"
            values = f"{row.before} → {row.after}" if row.verdict == "changed" else row.before or row.after
            yield f"<li>{safe(words)}<br>{safe(values)} <code>{safe(where(row.spot))}</code></li>"
        yield "</ul></section>"
    yield from (f"<p>{safe(note)}</p>" for note in found.notes)


def _safe(words: str) -> str:
    return visible(words, _LONGEST)
