"""A comparison as text for a terminal: what changed, what could not be told, what both halves saw."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from vitne.compare.showing import span
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.compare.shape import Change, Comparison, HalfShown

ORDER = ("new", "changed", "gone", "cannot tell", "unchanged")
_TITLES = {
    "new": "New",
    "changed": "Changed in form",
    "gone": "Gone",
    "cannot tell": "Cannot tell",
    "unchanged": "Unchanged",
}
_LONGEST = 300
_CAPTURES = 6


def text(comparison: Comparison, *, attributes: bool = False) -> Iterator[str]:
    """Give the lines of a comparison; attributes (model, version) are counted only, unless asked for."""
    yield "What became of each identifier, per recipient"
    rows = sorted(comparison.changes, key=lambda each: ORDER.index(each.verdict))
    shown = [each for each in rows if attributes or each.kind != "attribute"]
    if not shown:
        yield "  neither half shows that an identifier was sent"
    for verdict, group in groupby(shown, key=lambda each: each.verdict):
        yield ""
        yield _TITLES[verdict]
        for change in group:
            yield from _change(change)
    left = len(rows) - len(shown)
    if left:
        yield ""
        yield f"{left} attributes (model, version and the like) are not listed; --verbose lists them."
    yield ""
    yield from (f"Not alike: {note}" for note in comparison.notes)
    yield "What each half was able to see"
    for half in (comparison.before, comparison.after):
        yield from _half(half)
    yield ""
    yield f"A difference counts below p = {comparison.level:g}. That none is shown does not mean none."


def _change(change: Change) -> Iterator[str]:
    into = f" ({'perhaps ' if change.verdict == 'cannot tell' else ''}{change.into})" if change.into else ""
    yield f"  {change.identifier} to {visible(change.recipient, 100)}: {change.verdict}{into}"
    for reason in change.because:
        yield f"      {visible(reason, _LONGEST)}"


def _half(half: HalfShown) -> Iterator[str]:
    looks = f"{half.looks} capture{'s' if half.looks != 1 else ''} or case{'s' if half.looks != 1 else ''}"
    yield (
        f"  {half.label}: {looks}, {span(half.seconds)}, "
        f"{half.joins} times joining the network, {half.events} marked events, "
        f"{half.messages} messages with an identifier"
    )
    if half.triggers:
        told = ", ".join(f"{kind} {count}" for kind, count in half.triggers.items())
        yield f"      device events: {visible(told, _LONGEST)}"
    for name, digest in half.captures[:_CAPTURES]:
        yield f"      {visible(name, 100)}  sha256 {digest}"
    if len(half.captures) > _CAPTURES:
        yield f"      and {len(half.captures) - _CAPTURES} more captures"
    for unread in half.unreadable:
        marks = ", only in this half" if unread.only_here else ""
        marks += ", set aside" if unread.set_aside else ""
        where = visible(unread.recipient, 100)
        yield f"      unreadable: {where}, {unread.bytes} bytes ({', '.join(unread.reasons)}){marks}"
    for kind, count in half.gaps.items():
        yield f"      gap: {count} times {kind}"
    if half.partial:
        yield "      not read to its end"
