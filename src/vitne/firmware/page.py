"""The document as one page that opens offline: no script, nothing loaded, every foreign word inert."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from vitne.firmware.text import where
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.firmware.shape import Firmware, Unit

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "code{font-size:.85em;overflow-wrap:anywhere}li{margin:.2rem 0}section{border-top:1px solid #8886}"
    ".odd{font-weight:bold}:root{color-scheme:light dark}"
)
_LONGEST = 400
_MOST_UNITS = 2000
_MOST_ROWS = 200


def framed(title: str, body: Iterator[str]) -> bytes:
    """Give a page as UTF-8: a title, a body, and a policy that lets nothing in."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    head = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'\">"
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style>'
        f"</head><body><h1>{escape(title)}</h1>"
    )
    return (head + "\n".join(body) + "</body></html>\n").encode()


def page(firmware: Firmware) -> bytes:
    """Give the page of a firmware document."""
    return framed("What could send in this firmware", _body(firmware))


def _body(firmware: Firmware) -> Iterator[str]:
    for image in firmware.images:
        yield f"<p>{safe(image.name)}: {image.format}, {image.size:,} bytes, {image.files:,} files<br>"
        yield f"<code>sha256 {image.sha256}</code></p>"
    market = f"{firmware.market} ({firmware.market_source})" if firmware.market else "not told"
    counts = ", ".join(f"{count:,} {name}" for name, count in firmware.counts.items())
    yield f"<p>{safe(counts)}. Market of the build: {safe(market)}.</p>"
    for odd in firmware.oddities:
        yield f'<p class="odd">{safe(odd.note)}<br><code>{safe(where(odd.spot))}</code></p>'
    shown = [unit for unit in firmware.units if unit.could_send]
    for unit in shown[:_MOST_UNITS]:
        yield from _unit(unit)
    if len(shown) > _MOST_UNITS:
        yield f"<p>and {len(shown) - _MOST_UNITS} more.</p>"
    yield "<h2>What is unknown</h2><ul>"
    for each in firmware.not_read[:_MOST_ROWS]:
        yield f"<li><code>{safe(each.path)}</code>: {safe(each.note)}</li>"
    yield from (f"<li>{safe(note)}</li>" for note in firmware.notes)
    yield "</ul>"


def _unit(unit: Unit) -> Iterator[str]:
    yield f"<section><h2>{safe(unit.name)}</h2><p>{unit.kind} {safe(unit.version)}<br>"
    yield f"<code>{safe(unit.path)}</code><br><code>sha256 {unit.sha256}</code></p><ul>"
    yield from (f"<li>{safe(line)}</li>" for line in unit.because)
    yield "</ul><ul>"
    for sender in unit.senders:
        for evidence in sender.evidence[:_MOST_ROWS]:
            words = f"{sender.id}: {evidence.kind} {evidence.text}"
            yield f"<li>{safe(words)} <code>{safe(where(evidence.spot))}</code></li>"
    for component in unit.components:
        if component.wakes:
            words = f"{component.kind} {component.name} woken by {', '.join(component.wakes)}"
            yield f"<li>{safe(words)} <code>{safe(where(component.spot))}</code></li>"
    for endpoint in unit.endpoints[:_MOST_ROWS]:
        yield f"<li>{safe(endpoint.host)} <code>{safe(where(endpoint.spots[0]))}</code></li>"
    for signer in unit.signers:
        yield f"<li>signed ({signer.scheme}) {safe(signer.subject)} <code>{signer.sha256}</code></li>"
    yield "</ul></section>"


def safe(words: str) -> str:
    """Give foreign text that can do nothing in a page."""
    return escape(visible(words, _LONGEST))
