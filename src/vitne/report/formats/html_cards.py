"""What a case's page tells of what was found: a card per destination, with the proof of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.report import words
from vitne.report.formats.html_pieces import (
    inert,
    joined,
    layer_range,
    meaning,
    parameters,
    ranges,
    scrolled,
    upfirst,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.model import Finding
    from vitne.report.overview import Line, Near, Target

REPEATS = 100
"""Most repeats listed under one value."""
_VALUES = (
    '<thead><tr><th scope="col">What</th><th scope="col">Value</th><th scope="col">Field</th>'
    '<th scope="col">Proof</th><th scope="col" class="n">Times</th></tr></thead>'
)
_LAYERS = (
    '<thead><tr><th scope="col">Step</th><th scope="col">Layer</th><th scope="col">Part or field</th>'
    '<th scope="col">Bytes, counted in the step before</th><th scope="col">Written with</th></tr></thead>'
)
_AGAIN = (
    '<thead><tr><th scope="col">Time, UTC</th><th scope="col">Frames</th>'
    '<th scope="col">Bytes, layer by layer</th><th scope="col">Outcome</th>'
    '<th scope="col">Verified</th></tr></thead>'
)


class Cards:
    """Writes the cards of all devices; the first proof of the page stands open."""

    def __init__(self) -> None:
        self._opened = False

    def of(self, near: Near, device: int) -> Iterator[str]:
        """Yield the section of one device, the ``device``-th of the page from 0."""
        yield f'<section aria-labelledby="device{device}">\n'
        yield f'<h2 id="device{device}">What was found: {inert(near.label or "an unnamed device")}</h2>\n'
        for number, target in enumerate(near.targets):
            name = inert(target.name)
            received = "Received from " if target.direction == "received" else ""
            place = f'id="to-{device}-{number}"'
            if target.lines:
                yield f'<article class="card" {place}>\n'
            else:
                count = inert(words.count_of(target.messages, "message"))
                told = f"told of the device only ({count})"
                yield '<details class="card minor">\n'
                yield f"<summary>{received}<strong>{name}</strong>: {told}</summary>\n"
                yield f"<article {place}>\n"
            yield f"<h3>{received}{name}</h3>\n"
            yield from self._card(target, name)
            yield "</article>\n" if target.lines else "</article>\n</details>\n"
        yield "</section>\n"

    def _card(self, target: Target, name: str) -> Iterator[str]:
        more = f" and {len(target.addresses) - 6} more" if len(target.addresses) > 6 else ""
        yield f'<p class="soft mono">{", ".join(map(inert, target.addresses[:6]))}{more}</p>\n'
        yield '<ul class="facts main">\n'
        yield from (f"<li>{fact}</li>\n" for fact in _facts(target))
        yield "</ul>\n"
        if target.lines:
            rows = [_value(line) for line in target.lines]
            table = ["<table>", "<caption>Personal data</caption>", _VALUES, "<tbody>", *rows]
            yield scrolled(f"Personal data at {name}", *table, "</tbody>", "</table>")
        if target.attributes:
            yield f'<p class="soft">Told of the device{" besides" if target.lines else ""}:\n'
            told = [
                f'<span class="mono">{inert(label)}</span> {inert(words.some(values))}'
                for label, values in target.told
            ]
            yield "; \n".join(told) + "\n</p>\n"
        yield "<h4>Proof, layer by layer</h4>\n"
        for line in (*target.lines, *target.attributes):
            yield from self._proof(line)

    def _proof(self, line: Line) -> Iterator[str]:
        found = line.findings[0]
        minor = ' class="minor"' if line.kind == "attribute" else ""
        stands = "" if self._opened else " open"
        self._opened = True
        again = " and once more" if line.times == 2 else f" and {line.times - 1} times more"
        field = f" in <code>{joined(line.fields)}</code>" if line.fields else ""
        yield f"<details{minor}{stands}>\n"
        yield f"<summary><strong>{upfirst(line.title)}</strong>{field}: frame {_frames(found)}"
        yield f"{again if line.times > 1 else ''}</summary>\n<div>\n"
        yield from _place(found)
        yield scrolled("Layers", "<table>", _LAYERS, "<tbody>", *_layers(found), "</tbody>", "</table>")
        yield '<ul class="facts">\n'
        yield from _reasons(line, found)
        yield "</ul>\n"
        if line.times > 1:
            yield _repeats(line)
        yield "</div>\n</details>\n"


def _frames(found: Finding) -> str:
    return inert(words.frames(found.frames))


def _facts(target: Target) -> Iterator[str]:
    """Yield what is known of a destination and its messages, one sentence each."""
    where = target.destination
    domain = f"; registrable domain {inert(where.domain)}" if where.domain else ""
    scope = words.upfirst(words.SCOPE_MEANS.get(target.scope, target.scope))
    yield f"{inert(scope)}; {meaning(where.host_source, 'host')}{domain}"
    if target.messages:
        count = inert(words.count_of(target.messages, "message"))
        yield f"{count}, {inert(words.reach(target.first_ns, target.last_ns))}"
    for word in target.protections:
        yield upfirst(words.PROTECTION_MEANS.get(word, word))
    if target.direction == "sent":
        for number, word in enumerate(target.deliveries):
            answers = f" ({joined(target.answers[:4])})" if not number and target.answers else ""
            yield upfirst(words.DELIVERY_MEANS.get(word, word)) + answers
    if target.messages:
        yield f"App: {joined(target.apps) if target.apps else 'unknown; nothing tells'}"
    if target.senders:
        yield f"The messages have the form of a known sender: {joined(target.senders)}"
    if target.opened:
        yield f"Opened with keys: {inert(words.size(target.opened))}"
    for row in target.unread:
        yield f"Not read here: {inert(words.size(row.bytes))}, {meaning(row.reason, 'reason')}"


def _value(line: Line) -> str:
    """Give a value of a destination as a row."""
    named = line.seed and not line.seed.startswith(f"{line.identifier}#")
    seed = f' <span class="soft">({inert(line.seed)})</span>' if named else ""
    how = "" if line.verified == line.times else f"{line.verified} of {line.times} "
    grade = inert(line.grade)
    return (
        f'<tr><td class="what">{upfirst(line.title)}</td><td class="mono">{inert(line.value)}{seed}</td>'
        f'<td class="mono">{joined(line.fields)}</td>\n'
        f'<td><span class="tag {grade}">{grade}</span> {how}verified</td><td class="n">{line.times}</td></tr>'
    )


def _place(found: Finding) -> Iterator[str]:
    """Yield when and where a finding stands."""
    first, last = found.message_frames
    whole = f" (the whole message: {first} to {last})" if first != last else ""
    near, far, name = found.source, found.destination, inert(found.capture["name"])
    yield f'<p>At {inert(words.clock(found.time_ns))} UTC in <span class="mono">{name}</span>, '
    yield f"{'frame' if len(found.frames) == 1 else 'frames'} {_frames(found)}{whole}. "
    yield f'From <span class="mono">{inert(near.ip)}</span> port {near.port} '
    yield f'to <span class="mono">{inert(far.ip)}</span> port {far.port} over {inert(found.transport)}.</p>\n'


def _stream(found: Finding) -> str:
    return "stream" if found.transport == "tcp" else "datagram"


def _layers(found: Finding) -> Iterator[str]:
    """Yield a row per layer, then one of the value."""
    of = f" of the {_stream(found)}"
    for number, layer in enumerate(found.layers, 1):
        yield (
            f"<tr><td>{number}</td><td>{inert(layer.get('codec', ''))}</td>"
            f'<td class="mono">{inert(layer.get("path", ""))}</td>'
            f'<td class="mono">{layer_range(layer)}{of}</td><td class="mono">{parameters(layer)}</td></tr>'
        )
        of = ""
    start, end = found.value_range
    yield (
        f'<tr><td>{len(found.layers) + 1}</td><td>value</td><td class="mono">{inert(found.spelling)}</td>'
        f'<td class="mono">{start}–{end}</td><td></td></tr>'
    )


def _reasons(line: Line, found: Finding) -> Iterator[str]:
    """Yield why a finding is one, as rows of a list."""
    means = inert(words.GRADE_MEANS.get(line.grade, ""))
    yield f"<li>{upfirst(line.grade)}: {'; '.join([means, *map(inert, found.reasons)])}</li>\n"
    if found.verified:
        start, end = found.stream_range
        yield "<li>Verified: writing the value again through these layers gives the captured bytes, "
        yield f"{start}–{end} of the {_stream(found)}</li>\n"
    else:
        yield "<li>Not verified: writing the value again through these layers does not give "
        yield "the captured bytes</li>\n"
    if found.evalue is not None:
        yield f"<li>By chance alone {found.evalue:.2g} such values would be expected in this capture</li>\n"
    if found.answer:
        yield f"<li>Answer: {inert(found.answer)}</li>\n"
    for other in found.also:
        field = f" as <code>{inert(other.field)}</code>" if other.field else ""
        steps = [f"{inert(layer.get('codec', ''))} {layer_range(layer)}" for layer in other.layers]
        frames = inert(words.frames(other.frames))
        yield f"<li>Also in this message{field}: frame {frames}, {' › '.join(steps)}</li>\n"
    yield f'<li>See it in Wireshark: <code class="filter">{inert(found.filter)}</code></li>\n'
    yield f'<li class="soft">Finding <code>{inert(found.id)}</code></li>\n'


def _repeats(line: Line) -> str:
    """Give the same value in other messages as a table."""
    listed: Sequence[Finding] = line.findings[1 : REPEATS + 1]
    rows = [
        f'<tr><td class="mono">{inert(words.clock(again.time_ns))}</td><td class="mono">{_frames(again)}</td>'
        f'<td class="mono">{ranges(again)}</td><td>{inert(again.delivery)}</td>'
        f"<td>{'yes' if again.verified else 'no'}</td></tr>"
        for again in listed
    ]
    left = line.times - 1 - REPEATS
    if left > 0:
        rows.append(f'<tr><td colspan="5">and {left} more, in findings.jsonl</td></tr>')
    label = "The same value in other messages"
    caption = f"<caption>{label}</caption>"
    return scrolled(label, "<table>", caption, _AGAIN, "<tbody>", *rows, "</tbody>", "</table>")
