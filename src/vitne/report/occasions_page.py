"""The outcome of ``vitne triggers`` as a page that opens offline, without a script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from vitne.report.inert import visible
from vitne.report.words import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_ROWS = 400
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;font-size:.9rem}td,th{border-bottom:1px solid #ddd;padding:.3rem .6rem;"
    "text-align:left;vertical-align:top}svg{max-width:100%;height:auto}.v{font-weight:bold;white-space:nowrap}"
    ".m{color:#666}"
)
MEANINGS = (
    "Coupled: transmissions follow the events more often than other moments of the same stretch of use. "
    "Coupled and specific: and more than the phone's other destinations do. "
    "Caused: shown in a trial whose order was drawn beforehand. "
    "Cannot tell: the numbers are too small, or the clocks cannot be compared."
)


def page(document: Mapping[str, Any], drawing: str) -> str:
    """Give the page; ``drawing`` is an SVG of our own making."""
    seen = document["observation"]
    ran = f"{clock(seen['begin_ns'])} to {clock(seen['end_ns'])} UTC"
    body = [
        "<h1>What set transmissions off</h1>",
        f"<p>Device {_(document['device'], 120)}, {ran}, {document['tested']} pairs tested.</p>",
        f"<p>{_(standing(document), 400)}</p>",
        *_verdicts(document),
        "<h2>In time</h2>",
        drawing,
        "<h2>The logs</h2>",
        "<ul>",
        *(f"<li>{_(line, 400)}</li>" for line in remarks(document)),
        "</ul>",
        "<h2>What the words mean</h2>",
        f"<p>{MEANINGS}</p>",
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'none'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>Triggers</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def standing(document: Mapping[str, Any]) -> str:
    """Say where the device's clock stands, or why nothing can be claimed."""
    if document["blocked"]:
        return f"Nothing is claimed: {document['blocked']}."
    at = document["clock"]
    if at is None:
        return "The device's clock was not compared with the capture's."
    return (
        f"The device's clock runs {at['offset_s']:+.1f} s beside the capture's, "
        f"give or take {at['bound_s']:.1f} s ({at['how']})."
    )


def remarks(document: Mapping[str, Any]) -> Iterator[str]:
    """Give a line for each log, and one for each thing to know about it."""
    for log in document["logs"]:
        yield f"{log['name']}: {log['format'] or 'nothing'}, {log['records']} lines, {log['events']} events"
        for each in log["remarks"]:
            count = f" ({each['count']} times)" if each["count"] > 1 else ""
            where = f", from line {each['record']}" if each["record"] else ""
            yield f"{log['name']}: {each['name']}: {each['note']}{count}{where}"
    for why, count in document["observation"]["left_out"].items():
        yield f"{count} events were left out: {why}"


def _verdicts(document: Mapping[str, Any]) -> Iterator[str]:
    if not document["triggers"]:
        return
    yield "<h2>Verdicts</h2><table><tr><th>verdict</th><th>in words</th><th>other explanations</th></tr>"
    for each in document["triggers"][:MOST_ROWS]:
        rivals = "; ".join(f"{own['name']}: {own['standing']} ({own['because']})" for own in each["rivals"])
        p = ", ".join(f"{name} p {test['p_holm']:.2g}" for name, test in each["tests"].items() if test)
        yield (
            f'<tr><td class="v">{_(each["verdict"], 40)}</td><td>{_(each["sentence"], 600)}'
            f'<br><span class="m">corrected: {_(p, 200)}</span></td><td class="m">{_(rivals, 1500)}</td></tr>'
        )
    yield "</table>"


def _(text: str, limit: int) -> str:
    return escape(visible(str(text), limit), quote=True)
