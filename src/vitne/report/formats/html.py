"""A case as one page that opens offline: no script, nothing loaded, every foreign word inert.

Written piece by piece without a template language: loading and compiling one took longer than all pages.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from vitne.model import GRADES
from vitne.report import words
from vitne.report.formats.html_cards import Cards
from vitne.report.formats.html_pieces import inert, joined, listed, meaning, paired, scrolled, upfirst
from vitne.report.overview import overview
from vitne.report.timeline import LEFT, RIGHT, WIDTH, drawing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vitne.model import Capture
    from vitne.report.blocks import Whither
    from vitne.report.outcome import Outcome
    from vitne.report.overview import Near, Overview, Target
    from vitne.report.timeline import Drawing

PATH = "report/index.html"
"""Where the page stands in a case."""
_LINES = 200  # most values listed under one destination
_TARGETS = 200  # most destinations of one device, of either sort
_PROOFS = 2000  # most values on the page
_NOTES = 100  # most kinds of gaps or oddities listed
_GLANCE = (
    '<thead><tr><th scope="col">To whom</th><th scope="col">What</th><th scope="col">On the way</th>'
    '<th scope="col">What became of it</th><th scope="col" class="n">Messages</th></tr></thead>'
)
_UNREAD = (
    '<thead><tr><th scope="col">Destination</th><th scope="col">Address</th><th scope="col">Why</th>'
    '<th scope="col" class="n">Bytes</th></tr></thead>'
)


def page(
    case: Outcome,
    *,
    rules: Mapping[str, Any] | None = None,
    whither: Sequence[Whither] = (),
    laid: Overview | None = None,
) -> bytes:
    """Give the page as UTF-8; ``rules`` are versions and digests of what was used.

    ``laid`` is the case laid out, where that was done already.
    """
    laid, left_out = _bounded(laid or overview(case))
    pieces = [_head(laid), *_glance(laid), *_whither(whither)]
    picture = drawing(case, laid)
    if picture is not None:
        pieces += _when(picture)
    cards = Cards()
    for number, near in enumerate(laid.devices):
        if near.targets:
            pieces += cards.of(near, number)
    if left_out:
        pieces.append(
            f"<p><strong>{left_out} more</strong> found no room on this page; the tables beside it "
            "(findings.jsonl, opaque.jsonl) hold all.</p>\n"
        )
    pieces += _unread(case, laid)
    grades = ((grade, inert(words.GRADE_MEANS[grade])) for grade in reversed(GRADES))
    pieces.append(_part("method.html").format(grades=paired(grades)))
    pieces += _evidence(case.captures, _flat(rules or {}))
    pieces.append(_part("foot.html"))
    return "".join(pieces).encode()


def _bounded(laid: Overview) -> tuple[Overview, int]:
    """Keep what a page can hold; gives how many values and destinations were left out."""
    room = _PROOFS
    left_out = 0
    devices = []
    for near in laid.devices:
        targets = []
        for target in near.targets[:_TARGETS]:
            lines = target.lines[: min(_LINES, room)]
            attributes = target.attributes[: min(_LINES, room - len(lines))]
            kept = len(lines) + len(attributes)
            left_out += len(target.lines) + len(target.attributes) - kept
            room -= kept
            if kept:
                targets.append(replace(target, lines=lines, attributes=attributes))
        unread = near.unread[: min(_TARGETS, room)]
        left_out += len(near.targets[_TARGETS:]) + len(near.unread) - len(unread)
        room -= len(unread)
        if targets or unread:
            devices.append(replace(near, targets=tuple(targets), unread=unread))
    return replace(laid, devices=tuple(devices)), left_out


@functools.cache
def _part(name: str) -> str:
    """Give a part of the page that never changes but for the names in braces."""
    return (resources.files("vitne.report.formats") / "templates" / name).read_text(encoding="utf-8")


def _head(laid: Overview) -> str:
    """Give everything before the first section."""
    style = _part("style.css")
    labels = [near.label for near in laid.devices if near.targets or near.unread]
    return _part("head.html").format(
        digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        title=inert(_title(labels)),
        style=style,
        headlines="".join(f"<p>{inert(sentence)}</p>\n" for sentence in laid.headlines),
        limits=inert(laid.limits),
        records=inert(laid.records),
        messages=inert(words.count_of(laid.messages, "message")),
        span=inert(laid.span),
    )


def _title(labels: list[str]) -> str:
    if len(labels) == 1:
        return f"What did {words.device_label(labels[0])} send, and to whom?"
    return "What did these devices send, and to whom?" if labels else "What was sent, and to whom?"


def _glance(laid: Overview) -> Iterator[str]:
    """Yield the table of destinations that got something."""
    rows = [
        _got(target, f"to-{device}-{number}")
        for device, near in enumerate(laid.devices)
        for number, target in enumerate(near.targets)
        if target.direction == "sent" and target.lines
    ]
    if rows:
        table = ["<table>", _GLANCE, "<tbody>", *rows, "</tbody>", "</table>"]
        yield '<section aria-labelledby="glance">\n<h2 id="glance">At a glance</h2>\n'
        yield scrolled("Destinations and what they got", *table)
        yield "</section>\n"


def _got(target: Target, place: str) -> str:
    """Give a row of what one destination got."""
    titles = [upfirst(title) if not number else inert(title) for number, title in enumerate(target.titles)]
    forms = [meaning(word, "form") for word in target.protections]
    return (
        f'<tr><td class="what"><a href="#{place}">{inert(target.name)}</a><br>'
        f'<span class="soft">{meaning(target.scope, "scope")}</span></td>\n<td>{"; ".join(titles)}</td>\n'
        f"<td>{'; '.join(forms)}</td><td>{joined(target.deliveries)}</td>"
        f'<td class="n">{target.messages}</td></tr>'
    )


def _whither(whither: Sequence[Whither]) -> Iterator[str]:
    """Yield pictures of where data went, each with the same told in words."""
    if not whither:
        return
    yield '<section aria-labelledby="whither">\n<h2 id="whither">To whom, and to which countries</h2>\n'
    for each in whither:
        heading = inert(each.heading)
        yield f'<h3>{heading}</h3>\n<figure class="drawn">\n'
        if each.svg:
            yield scrolled(heading, each.svg)
        note = f" {inert(each.note)}" if each.note else ""
        yield f'<figcaption class="soft">{inert(each.title)}{note}\n'
        yield '<details class="minor"><summary>The same in words</summary>\n'
        yield listed(map(inert, each.told))
        yield "</details></figcaption>\n</figure>\n"
    yield "</section>\n"


def _when(picture: Drawing) -> Iterator[str]:
    """Yield the line of time."""
    told = inert(picture.told)
    left = f" {inert(words.count_of(picture.left_out, 'destination'))} not drawn." if picture.left_out else ""
    drawn = [
        f'<svg role="img" aria-labelledby="when-title when-told" viewBox="0 0 {WIDTH} {picture.height}">',
        '<title id="when-title">Messages with findings, by destination and time</title>',
        f'<desc id="when-told">{told}</desc>',
        *_marks(picture),
        "</svg>",
    ]
    yield '<section aria-labelledby="when">\n<h2 id="when">When</h2>\n<figure>\n'
    yield scrolled("Line of time", *drawn)
    yield f'<figcaption class="soft">{told} Times are UTC.{left}</figcaption>\n</figure>\n</section>\n'


def _marks(picture: Drawing) -> Iterator[str]:
    """Yield the lines, dots, bars and words of the line of time."""
    ends = f'x1="{LEFT}" x2="{WIDTH - RIGHT}"'
    base = picture.base
    for lane in picture.lanes:
        y = lane.y
        yield f'<text x="{LEFT}" y="{y - 15}">{inert(lane.name)}</text>'
        yield f'<line {ends} y1="{y}" y2="{y}"/>'
        for dot in lane.dots:
            yield f'<circle cx="{dot.x}" cy="{y}" r="6.5"><title>{inert(dot.text)}</title></circle>'
    if picture.bars:
        yield f'<text class="soft" x="{LEFT}" y="{base - 50}">all messages, readable or not</text>'
        for bar in picture.bars:
            size = f'width="{bar.width}" height="{bar.height}"'
            yield f'<rect x="{bar.x}" y="{base - bar.height}" {size}/>'
    yield f'<line {ends} y1="{base}" y2="{base}"/>'
    for tick in picture.ticks:
        place = f'x="{tick.x}" y="{base + 17}" text-anchor="{tick.anchor}"'
        yield f'<text class="soft" {place}>{inert(tick.text)}</text>'


def _unread(case: Outcome, laid: Overview) -> Iterator[str]:
    """Yield what could not be read, the gaps and the oddities."""
    yield '<section aria-labelledby="unread">\n<h2 id="unread">What could not be read</h2>\n'
    yield f"<p>{inert(laid.limits)}</p>\n"
    for near in laid.devices:
        if near.unread:
            caption = f"<caption>{inert(near.label or 'An unnamed device')}</caption>"
            table = ["<table>", caption, _UNREAD, "<tbody>", *_unread_rows(near), "</tbody>", "</table>"]
            yield scrolled(f"Unread traffic of {inert(near.label)}", *table)
    yield _notes(
        "Gaps",
        "What the capture does not hold, or what broke its own format.",
        _counted((gap.kind, gap.why, gap.count) for gap in case.gaps),
    )
    yield _notes(
        "Oddities",
        "What deviates from its specification and was read all the same.",
        _counted((odd.name, odd.note, odd.count) for odd in case.oddities),
    )
    yield "</section>\n"


def _unread_rows(near: Near) -> Iterator[str]:
    for target in near.unread:
        addresses = joined(target.addresses[:3])
        opened = f"; {inert(words.size(target.opened))} beside it opened with keys" if target.opened else ""
        rows = sorted(target.unread, key=lambda row: (-row.bytes, row.reason, row.transport, row.protocol))
        for row in rows:
            yield (
                f'<tr><td class="what">{inert(target.name)}</td><td class="mono">{addresses}</td>'
                f"<td>{meaning(row.reason, 'reason')}{opened}</td>"
                f'<td class="n">{inert(words.size(row.bytes))}</td></tr>'
            )


def _notes(heading: str, about: str, rows: list[tuple[str, str, int]]) -> str:
    """Give notes under a heading; nothing where there are none."""
    if not rows:
        return ""
    told = [
        f"<strong>{inert(name)}</strong>{f', {times} times' if times > 1 else ''}: {inert(why)}"
        for name, why, times in rows[:_NOTES]
    ]
    if len(rows) > _NOTES:
        told.append(f"and {len(rows) - _NOTES} more kinds")
    return f'<h3>{heading}</h3>\n<p class="soft">{about}</p>\n{listed(told)}'


def _counted(rows: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Add up alike notes, the most frequent first."""
    sums: dict[tuple[str, str], int] = {}
    for name, note, count in rows:
        sums[name, note] = sums.get((name, note), 0) + count
    return sorted(((*key, count) for key, count in sums.items()), key=lambda row: (-row[2], row[:2]))


def _evidence(captures: Iterable[Capture], rules: list[tuple[str, str]]) -> Iterator[str]:
    """Yield what the page rests on: the captures, and what read them."""
    yield '<section aria-labelledby="evidence">\n<h2 id="evidence">The evidence</h2>\n'
    for capture in captures:
        packed = f", {inert(capture.compression)}" if capture.compression else ""
        size = f"{inert(words.count_of(capture.size, 'byte'))}, {inert(words.records_of([capture]))}"
        yield '<dl class="pairs">\n'
        yield f'<dt>Capture</dt><dd class="mono">{inert(capture.name)}</dd>\n'
        yield f'<dt>SHA-256</dt><dd class="mono">{inert(capture.sha256)}</dd>\n'
        yield f"<dt>Size</dt><dd>{size}, {inert(capture.format)}{packed}</dd>\n"
        if capture.first_ns is not None:
            yield f"<dt>Time</dt><dd>{inert(words.reach(capture.first_ns, capture.last_ns))}</dd>\n"
        yield "</dl>\n"
    if rules:
        yield '<h3>Made with</h3>\n<dl class="pairs">\n'
        yield from (f'<dt>{inert(name)}</dt><dd class="mono">{inert(value)}</dd>\n' for name, value in rules)
        yield "</dl>\n"
    yield "</section>\n"


def _flat(rules: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Give nested names and values as pairs, sorted."""
    out: list[tuple[str, str]] = []
    for name in sorted(rules):
        value = rules[name]
        if hasattr(value, "items"):
            out += _flat(value, f"{before}{name} ")
        else:
            out.append((f"{before}{name}", str(value)))
    return out
