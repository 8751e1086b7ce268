"""The pictures of a scan's page: which data went to whom and to which countries, by the tables at hand.

Drawn from destinations with findings alone.  Tables of networks are not opened for it, and none at all where
nothing went to an address of the open internet: a page should cost little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.attribute.drawing import Flowing, diagram, world
from vitne.attribute.groups import recipient_of, sent_far, table_near
from vitne.attribute.names import nowhere_on_the_internet, translated
from vitne.cli import knowing
from vitne.cli.knowing import last_day
from vitne.model import StoreError
from vitne.report import visible
from vitne.report.blocks import Whither

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.attribute.drawing import Drawn
    from vitne.attribute.table import Table
    from vitne.model import Finding

Spot = tuple[str, str]
"""Address and host name of a destination."""
_MOST_STREAMS = 40
_NO_COUNTRY = "unknown"


def pictures(findings: Iterable[Finding], as_of: str = "") -> tuple[Whither, ...]:
    """Give the diagram and the map of what left, each told in words too; nothing where nothing left.

    ``as_of`` is the day that tables must not be later than, or the word capture.
    """
    counted: dict[tuple[str, Spot], int] = {}
    far = sent_far(findings)
    for one in far:
        key = (one.identifier, (one.destination.ip, one.destination.host))
        counted[key] = counted.get(key, 0) + 1
    if not counted:
        return ()
    spots = list(dict.fromkeys(spot for _, spot in counted))
    day = last_day([one.time_ns for one in far]) if as_of == "capture" else as_of
    countries, used = countries_of(spots, day)
    table = table_near(host for _, host in spots)
    streams = _streams(counted, countries, table)
    flow = diagram(streams[:_MOST_STREAMS], show=visible)
    left_out = len(streams) - _MOST_STREAMS
    note = (
        f"{left_out} further streams are not drawn (vitne destinations CASE lists all)."
        if left_out > 0
        else ""
    )
    return (
        _whither(flow, "What went where, to whom, to which country", note),
        _whither(_map(countries), "Countries of the destinations, by tables", _by(used)),
    )


def _streams(
    counted: dict[tuple[str, Spot], int], countries: dict[Spot, tuple[str, ...]], table: Table
) -> list[Flowing]:
    """Give the streams, the widest first; destinations of one name and country are one."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for (identifier, spot), count in counted.items():
        name, _, stands = recipient_of(table, spot[1])
        who = f"{name} (stand-in for {stands})" if stands else name
        key = (identifier, spot[1] or spot[0], who, " or ".join(countries[spot]) or _NO_COUNTRY)
        sums[key] = sums.get(key, 0) + count
    streams = [
        Flowing(identifier=what, destination=where, recipient=who, country=country, count=count)
        for (what, where, who, country), count in sums.items()
    ]
    return sorted(streams, key=lambda each: (-each.count, each.identifier, each.destination, each.country))


def countries_of(spots: Sequence[Spot], as_of: str = "") -> tuple[dict[Spot, tuple[str, ...]], list[str]]:
    """Give the countries that tables name for each destination, sorted, and the names of the tables asked."""
    from vitne.knowledge import Ranges

    plain = []
    for ip, _ in spots:
        behind = translated(ip)
        address = ip if behind is None else behind.address
        plain.append("" if nowhere_on_the_internet(address) else address)
    found: dict[Spot, set[str]] = {spot: set() for spot in spots}
    used = []
    if any(plain):
        hub = knowing.knowledge()
        for snapshot in hub.chosen(as_of):
            if snapshot.about != "country":
                continue
            try:
                content = hub.table(snapshot)
            except StoreError:  # a damaged table of the user's must not cost the case; «vitne data» says so
                continue
            if isinstance(content, Ranges):
                own = f" (user's own, {snapshot.licence})" if snapshot.added_by_user else ""
                used.append(f"{snapshot.name}{own}")
                for spot, text in zip(spots, content.texts(plain), strict=True):
                    found[spot] |= {text} if text else set()
    return {spot: tuple(sorted(names)) for spot, names in found.items()}, used


def _map(countries: dict[Spot, tuple[str, ...]]) -> Drawn:
    counts: dict[str, int] = {}
    for names in countries.values():
        if len(names) == 1:
            counts[names[0]] = counts.get(names[0], 0) + 1
    return world(counts, show=visible, unknown=sum(len(names) != 1 for names in countries.values()))


def _by(used: Sequence[str]) -> str:
    return (
        f"Tables asked: {', '.join(used)}."
        if used
        else "No table was asked: no address of the open internet."
    )


def _whither(drawn: Drawn, heading: str, note: str) -> Whither:
    title, *rows = drawn.text.split("\n")
    seen = drawn.bare if 'class="got"' in drawn.svg or 'class="band"' in drawn.svg else ""  # no empty map
    return Whither(heading=heading, svg=seen, title=title, told=tuple(rows), note=note)
