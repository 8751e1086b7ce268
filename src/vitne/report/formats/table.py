"""A case on the terminal: plain words first, then a table per destination, then what could not be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.report import visible
from vitne.report.formats.laid import Indented, Rule, Table, Text
from vitne.report.overview import OUTSIDE, overview, sentences
from vitne.report.words import (
    DELIVERY_MEANS,
    HOST_SOURCE_MEANS,
    PROTECTION_MEANS,
    PROTECTION_SHORT,
    REASON_MEANS,
    SCOPE_MEANS,
    count_of,
    device_label,
    frames,
    reach,
    size,
    some,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from vitne.report.formats.laid import Plain
    from vitne.report.outcome import Outcome
    from vitne.report.overview import Line, Near, Overview, Target

_SAID = 12  # most sentences at the top
_DEVICES = 6  # most devices
_TARGETS = 12  # most destinations of one device that got values
_LINES = 40  # most values of one destination
_NARROW = 64  # columns below which values are a list, for a table would drop some
_WIDE = 96  # columns from which the frames have room beside the values
_APPS = 4  # most apps named of one destination
_UNREAD = 12  # most destinations that could not be read, and most gaps and oddities
_GRADE_STYLE = {"observed": "bold green", "derived": "green", "declared": "cyan", "inferred": "yellow"}


def print_result(
    case: Outcome, console: Console | Plain, *, verbose: bool = False, laid: Overview | None = None
) -> None:
    """Print a case; ``verbose`` shows lists to their end, ``laid`` is the case laid out, where it was."""
    laid = laid or overview(case)
    *said, limits = sentences(laid)
    for number, sentence in enumerate(said if verbose else said[:_SAID]):
        console.print(Text(sentence, "bold" if number == 0 else ""), soft_wrap=True)
    if not verbose and len(said) > _SAID:
        console.print(Text(f"And {len(said) - _SAID} more sentences of this kind (-v shows all).", "dim"))
    console.print(Text(limits), soft_wrap=True)
    shown = laid.devices if verbose else _most_telling(laid.devices)
    for near in shown:
        _print_device(near, console, verbose=verbose)
    if len(shown) < len(laid.devices):
        _print_left_out(laid.devices, shown, console)
    _print_notes(case, console, verbose=verbose)
    console.print()
    console.print(_coverage(laid), soft_wrap=True)


def _most_telling(devices: Sequence[Near]) -> Sequence[Near]:
    """Choose the devices that told most values to places outside, then most at all; in the order given."""
    ranked = sorted(
        range(len(devices)),
        key=lambda at: (
            -sum(len(one.lines) for one in devices[at].targets if one.scope in OUTSIDE),
            -sum(len(one.lines) for one in devices[at].targets),
            at,
        ),
    )
    return [devices[at] for at in sorted(ranked[:_DEVICES])]


def _print_left_out(devices: Sequence[Near], shown: Sequence[Near], console: Console | Plain) -> None:
    """Say of how many devices nothing was printed."""
    printed = set(map(id, shown))
    left = [near for near in devices if id(near) not in printed]
    told = sum(any(target.lines for target in near.targets) for near in left)
    words = f"And {count_of(len(left), 'more device')}, {told} of them with personal data (-v shows all)"
    console.print()
    console.print(Text(words, "bold"))


def _print_device(near: Near, console: Console | Plain, *, verbose: bool) -> None:
    console.print()
    console.print(Rule(_plain(device_label(near.label), 80, "bold")))
    telling = [target for target in near.targets if target.lines]
    for target in telling if verbose else telling[:_TARGETS]:
        console.print()
        for part in _heading(target):
            console.print(Indented(part, 2))
        lines = target.lines if verbose else target.lines[:_LINES]
        wide = console.width >= _WIDE
        laid = _table(lines, wide=wide) if console.width >= _NARROW else _list(lines)
        console.print(Indented(laid, 2))
        if not verbose and len(target.lines) > _LINES:
            console.print(Text(f"  and {len(target.lines) - _LINES} more (-v shows all)", "dim"))
        if target.attributes:
            console.print(Indented(Text("also: ", "dim").append_text(_attributes(target)), 4))
        for words in _unread_words(target):
            console.print(Indented(words, 4))
    if not verbose and len(telling) > _TARGETS:
        more = f"and {count_of(len(telling) - _TARGETS, 'more destination')} with values (-v shows all)"
        console.print()
        console.print(Text(f"  {more}", "dim"))
    besides = [target for target in near.targets if not target.lines]
    if besides:
        console.print()
        console.print(Indented(Text("Told of the device only", "bold"), 2))
        console.print(Indented(_besides(besides, verbose=verbose), 2))
    if near.unread:
        console.print()
        console.print(Indented(Text("What could not be read", "bold"), 2))
        console.print(Indented(_unread(near.unread, verbose=verbose), 2))


def _heading(target: Target) -> Iterable[Text]:
    """Say who, how known, how often, and what became of it."""
    where = target.destination
    title = _plain(target.name, 120, "bold")
    if target.direction == "received":
        title = Text("received from ").append_text(title)
    title.append("  " + visible(", ".join(target.addresses[:3]), 120), "dim")
    yield title
    known = [SCOPE_MEANS.get(target.scope, target.scope), HOST_SOURCE_MEANS.get(where.host_source, "")]
    if where.domain and where.domain != target.name:
        known.append(f"domain {where.domain}")
    if target.senders:
        known.append(f"known sender: {', '.join(target.senders)}")
    known.append(count_of(target.messages, "message"))
    known.append(reach(target.first_ns, target.last_ns))
    yield _plain(" · ".join(part for part in known if part), 400, "dim")
    apps = "; ".join(target.apps[:_APPS])
    yield _plain(f"app: {apps}" if apps else "app: unknown (nothing tells)", 400, "" if apps else "dim")
    for word in target.protections:
        yield _plain(PROTECTION_MEANS.get(word, word), 200)
    answers = f" ({'; '.join(target.answers[:3])})" if target.answers else ""
    for number, word in enumerate(target.deliveries if target.direction == "sent" else ()):
        yield _plain(DELIVERY_MEANS.get(word, word) + (answers if number == 0 else ""), 300)


def _list(lines: Sequence[Line]) -> Text:
    """Give the values found at one destination for a narrow terminal."""
    out = Text()
    for line in lines:
        out.append_text(_plain(f"{line.identifier} {_value(line)} in {', '.join(line.fields)}: ", 200))
        out.append_text(_proof(line)).append(f", {line.times} ×\n")
    return out


def _table(lines: Sequence[Line], *, wide: bool) -> Table:
    """Give the values found at one destination."""
    table = Table()
    table.add_column("what")
    widest = max(len(visible(_value(line), 80)) for line in lines)
    table.add_column("value", min_width=min(widest, 24))
    table.add_column("field")
    table.add_column("proof", no_wrap=True)
    table.add_column("times", right=True, no_wrap=True)
    if wide:
        table.add_column("frames")
    for line in lines:
        seen = frames([found.frames[0] for found in line.findings if found.frames], 3)
        table.add_row(
            _plain(line.identifier, 40),
            _plain(_value(line), 80),
            _plain(", ".join(line.fields), 60),
            _proof(line),
            str(line.times),
            *([_plain(seen, 80, "dim")] if wide else []),
        )
    return table


def _value(line: Line) -> str:
    """Give the value, with the name that the owner gave it."""
    named = line.seed and line.seed != line.value and not line.seed.startswith(f"{line.identifier}#")
    return f"{line.value} ({line.seed})" if named else line.value


def _proof(line: Line) -> Text:
    """Give the grade, and whether wrapping again gives the captured bytes."""
    text = _plain(line.grade, 20, _GRADE_STYLE.get(line.grade, ""))
    if line.verified == line.times:
        return text.append(" ✓", "green")
    return text.append(f" ✓ {line.verified} of {line.times}" if line.verified else " unverified", "yellow")


def _attributes(target: Target) -> Text:
    """Fold what describes the device into one line."""
    told = [f"{label} {some(values)}" for label, values in target.told]
    return _plain(some(told, 20), 600, "dim")


def _besides(targets: Sequence[Target], *, verbose: bool) -> Table:
    """Give the destinations that were told nothing but attributes of the device, one line each."""
    table = Table()
    for name in ("destination", "what", "on the way"):
        table.add_column(name)
    table.add_column("messages", right=True, no_wrap=True)
    shown = targets if verbose else targets[:_UNREAD]
    for target in shown:
        name = f"from {target.name}" if target.direction == "received" else target.name
        form = ", ".join(PROTECTION_SHORT.get(word, word) for word in target.protections)
        table.add_row(_plain(name, 80), _attributes(target), _plain(form, 60), str(target.messages))
    if len(shown) < len(targets):
        table.add_row(Text(f"and {len(targets) - len(shown)} more (-v shows all)", "dim"))
    return table


def _unread_words(target: Target) -> Iterable[Text]:
    """Say what keys opened, and what could not be read, beside findings at the same destination."""
    if target.opened:
        yield _plain(f"opened with keys: {size(target.opened)}", 80, "dim")
    for row in target.unread:
        why = REASON_MEANS.get(row.reason, row.reason)
        yield _plain(f"not read here: {size(row.bytes)}, {why}", 200, "yellow")


def _unread(targets: Sequence[Target], *, verbose: bool) -> Table:
    """Give the destinations where nothing but unreadable bytes were seen."""
    table = Table()
    for name in ("destination", "address", "why"):
        table.add_column(name)
    table.add_column("size", right=True, no_wrap=True)
    shown = targets if verbose else targets[:_UNREAD]
    for target in shown:
        table.add_row(
            _plain(target.name, 80),
            _plain(", ".join(target.addresses[:3]), 100, "dim"),
            _plain(_why(target), 140),
            size(sum(row.bytes for row in target.unread)),
        )
    if len(shown) < len(targets):
        rest = sum(row.bytes for target in targets[len(shown) :] for row in target.unread)
        table.add_row(Text(f"and {len(targets) - len(shown)} more (-v shows all)", "dim"), "", "", size(rest))
    return table


def _why(target: Target) -> str:
    """Say why bytes of a destination could not be read, and how much else of it keys opened."""
    opened = [f"{size(target.opened)} beside it opened with keys"] if target.opened else []
    return ", ".join([*(REASON_MEANS.get(row.reason, row.reason) for row in target.unread), *opened])


def _print_notes(case: Outcome, console: Console | Plain, *, verbose: bool) -> None:
    """Print gaps and oddities, alike ones together."""
    gaps: dict[tuple[str, str], int] = {}
    for gap in case.gaps:
        gaps[gap.kind, gap.why] = gaps.get((gap.kind, gap.why), 0) + gap.count
    odd: dict[tuple[str, str], int] = {}
    for oddity in case.oddities:
        odd[oddity.name, oddity.note] = odd.get((oddity.name, oddity.note), 0) + oddity.count
    for title, rows in (
        ("Gaps: what the capture does not hold or could not be read", gaps),
        ("Oddities", odd),
    ):
        if not rows:
            continue
        console.print()
        console.print(Text(title, "bold"))
        ordered = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
        shown = ordered if verbose else ordered[:_UNREAD]
        for (name, note), count in shown:
            console.print(Indented(_plain(f"{count} × {name}: {note}", 300), 2))
        if len(shown) < len(ordered):
            console.print(
                Indented(Text(f"and {len(ordered) - len(shown)} more kinds (-v shows all)", "dim"), 2)
            )


def _coverage(laid: Overview) -> Text:
    """Say what was read."""
    read = f"{laid.records}, {count_of(laid.messages, 'message')}"
    told = f"Read: {read}, {laid.span} of capture."
    return _plain(f"{told} What passed elsewhere or at other times is not in it.", 300, "dim")


def _plain(text: str, limit: int, style: str = "") -> Text:
    """Give foreign text for the terminal: inert, and never read as console markup."""
    return Text(visible(text, limit), style)
