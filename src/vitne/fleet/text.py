"""A fleet's report as text: who sends, what they have in common, the odd ones out, and what is unknown."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from vitne.fleet.grouping import MOST_GROUPS
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.fleet.shape import Count, Explanation, FleetReport, Sender

_LONGEST = 120
_NAMES = 10
_GROUPS = 12


def text(report: FleetReport) -> Iterator[str]:
    """Give the lines of the report."""
    yield (
        f"{report.devices} devices, {report.captures} captures, {len(report.unreadable)} of them unreadable; "
        f"{report.tried} attributes and pairs were tried"
    )
    for capture, why in report.unreadable[:_NAMES]:
        yield f"  not read: {visible(capture.rpartition('/')[2], _LONGEST)}: {visible(why, _LONGEST)}"
    yield from _running(report)
    if not report.senders:
        yield "No capture shows that an identifier was sent."
    for sender in report.senders:
        yield ""
        yield from _sender(sender)


def _running(report: FleetReport) -> Iterator[str]:
    """Say how many devices run a fixed build."""
    if report.fixed:
        builds = visible(", ".join(report.fixed), _LONGEST)
        yield f"Fixed builds: {builds}"
    for each in report.running[: _GROUPS + 1]:
        when = f"date {visible(each.date, 60)}" if each.date else "all dates"
        unknown = f", the build of {each.unknown} more is not told" if each.unknown else ""
        bound = f"{each.low:.1%} to {each.high:.1%}"
        yield f"    {when}: {each.running:,} of {each.of:,} run one ({bound}){unknown}"
    if len(report.running) > _GROUPS + 1:
        yield f"    and {_further(len(report.running) - 1)} more dates"


def _further(count: int) -> str:
    """Give how many rows of a list are not shown; of one as long as lists are made there may be more."""
    return f"{'at least ' if count >= MOST_GROUPS else ''}{count - _GROUPS}"


def _count(count: Count) -> str:
    return f"{count.sending:,} of {count.of:,}"


def _sender(sender: Sender) -> Iterator[str]:
    known = f" ({', '.join(sender.senders)})" if sender.senders else ""
    yield f"{visible(sender.recipient, _LONGEST)}{visible(known, _LONGEST)}"
    yield f"  {', '.join(sender.identifiers)}; {', '.join(sender.protections)}"
    share = f"between {sender.count.low:.2%} and {sender.count.high:.2%} of such devices"
    unknown = f"; of {sender.count.unknown} more it cannot be told" if sender.count.unknown else ""
    yield f"  sent by {_count(sender.count)} devices ({share}){unknown}"
    if sender.explanation is None:
        yield "  no attribute of the table tells those that send from those that do not"
    else:
        yield from _explained(sender.explanation)
        for other in sender.alike[:_NAMES]:
            yield f"  the same devices, and not to be told apart from it: {_words(other)}"
    yield from _odd("sends, and is none of these", sender.odd_sending)
    yield from _odd("is one of these, and does not send", sender.odd_silent)
    for group in sender.groups[:_GROUPS]:
        unknown = f", {group.count.unknown} unknown" if group.count.unknown else ""
        bound = f"{group.count.low:.1%} to {group.count.high:.1%}"
        name = visible(f"{group.column} {group.value}", _LONGEST)
        yield f"    {name}: {_count(group.count)} still send ({bound}){unknown}"
    if len(sender.groups) > _GROUPS:
        yield f"    and {_further(len(sender.groups))} more"


def _explained(found: Explanation) -> Iterator[str]:
    yield (
        f"  {_words(found.attributes)}: {_count(found.inside)}; all others: {_count(found.outside)} "
        f"({_chance(found.p_log10)}, corrected {_chance(found.corrected_log10)})"
    )


def _chance(log10: float) -> str:
    """Write a probability, however small, from its decimal logarithm."""
    if log10 > -4:
        return f"p = {10**log10:.2g}"
    whole = floor(log10)
    return f"p = {10 ** (log10 - whole):.1f}e{whole}"


def _words(attributes: tuple[tuple[str, str], ...]) -> str:
    return visible(" and ".join(f"{name} {value}" for name, value in attributes), 2 * _LONGEST)


def _odd(what: str, names: tuple[str, ...]) -> Iterator[str]:
    if names:
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        listed = ", ".join(visible(name, 60) for name in names[:_NAMES])
        yield f"  {what}: {listed}{more}"
