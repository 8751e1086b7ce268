"""A match as one page that opens offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.firmware.page import framed, safe
from vitne.firmware.text import where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.match.shape import Match

_MOST = 2000


def page(found: Match) -> bytes:
    """Give the page as UTF-8."""
    return framed("What was seen and what is there", _body(found))


def _body(found: Match) -> Iterator[str]:
    for image in found.images:
        yield f"<p>Firmware {safe(image.name)} <code>sha256 {image.sha256}</code></p>"
    for name, digest in found.captures:
        yield f"<p>Capture {safe(name)} <code>sha256 {safe(digest)}</code></p>"
    for each in found.joined[:_MOST]:
        sending = each.sending
        yield f"<section><h2>{safe(sending.host)}: {each.verdict}</h2>"
        yield f"<p>{safe(', '.join(sending.identifiers))}; {sending.messages} messages.</p>"
        yield f"<p>{safe(each.why)}</p><ul>"
        for part in each.parts:
            for link in part.links:
                places = "; ".join(where(spot) for spot in link.spots)
                yield f"<li>{safe(part.unit)}: {link.by} {safe(link.text)} <code>{safe(places)}</code></li>"
        yield "</ul></section>"
    yield from _further(len(found.joined))
    yield "<h2>Present but never seen sending</h2><ul>"
    for row in found.silent[:_MOST]:
        yield f"<li>{safe(row.unit)} <code>{safe(row.path)}</code><br>{safe('; '.join(row.because))}</li>"
    yield "</ul>"
    yield from _further(len(found.silent))
    yield from (f"<p>{safe(note)}</p>" for note in found.notes)


def _further(count: int) -> Iterator[str]:
    """Say how many rows of a list are not on the page."""
    if count > _MOST:
        yield f"<p>and {count - _MOST} more; --json holds all.</p>"
