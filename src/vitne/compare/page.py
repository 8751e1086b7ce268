"""A comparison as one page that opens offline: no script, nothing loaded, every foreign word inert."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

from vitne.compare.showing import span
from vitne.compare.text import ORDER
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.compare.shape import Change, Comparison, HalfShown

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8886;padding:.4rem;"
    "text-align:left;vertical-align:top}code{font-size:.85em;overflow-wrap:anywhere}"
    ".new,.changed{font-weight:bold}:root{color-scheme:light dark}"
)
_LONGEST = 400


def page(comparison: Comparison) -> bytes:
    """Give the page as UTF-8."""
    return "\n".join(_lines(comparison)).encode() + b"\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Before and after</title>'
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<style>{_STYLE}</style></head><body><h1>Before and after</h1>"
    counts = ", ".join(f"{count} {verdict}" for verdict, count in comparison.counts.items())
    yield f"<p>Per recipient and identifier: {_safe(counts or 'nothing was seen')}.</p>"
    yield "<table><thead><tr><th>recipient</th><th>identifier</th><th>verdict</th><th>because</th>"
    yield "<th>before</th><th>after</th></tr></thead><tbody>"
    for change in sorted(comparison.changes, key=lambda each: ORDER.index(each.verdict)):
        yield _row(change)
    yield "</tbody></table><h2>What each half was able to see</h2>"
    yield from (f"<p>Not alike: {_safe(note)}.</p>" for note in comparison.notes)
    for half in (comparison.before, comparison.after):
        yield from _half(half)
    yield f"<p>A difference counts below p = {comparison.level:g}.</p></body></html>"


def _safe(words: str) -> str:
    return escape(visible(words, _LONGEST))


def _row(change: Change) -> str:
    perhaps = "perhaps " if change.verdict == "cannot tell" else ""
    verdict = change.verdict + (f": {perhaps}{change.into}" if change.into else "")
    cells = [_safe(change.recipient), _safe(change.identifier)]
    cells.append(f'<span class="{change.verdict.split()[0]}">{_safe(verdict)}</span>')
    cells.append("<br>".join(_safe(reason) for reason in change.because))
    for seen in (change.before, change.after):
        if seen is None:
            cells.append("not seen")
            continue
        forms = "<br>".join(f"<code>{_safe(form)}</code>" for form in seen.forms)
        cells.append(f"{seen.sendings} sendings in {seen.looks} captures<br>{forms}")
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _half(half: HalfShown) -> Iterator[str]:
    yield f"<h3>{_safe(half.label)}</h3><p>{half.looks} captures or cases, {span(half.seconds)}, "
    yield f"{half.joins} times joining the network, {half.events} marked events.</p><ul>"
    for kind, count in half.triggers.items():
        yield f"<li>device event: {_safe(kind)}, {count} times</li>"
    for name, digest in half.captures:
        yield f"<li>{_safe(name)} <code>sha256 {_safe(digest)}</code></li>"
    for unread in half.unreadable:
        only = ", only in this half" if unread.only_here else ""
        aside = ", set aside" if unread.set_aside else ""
        why = _safe(", ".join(unread.reasons))
        yield f"<li>unreadable: {_safe(unread.recipient)}, {unread.bytes} bytes ({why}){only}{aside}</li>"
    for kind, count in half.gaps.items():
        yield f"<li>gap: {count} times {_safe(kind)}</li>"
    yield "</ul>"
