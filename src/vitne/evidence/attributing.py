"""Who the destinations of a case are, for the frozen findings document: facts of tables, steps, countries.

Each destination with findings, or with bytes that could not be read, gets one row: the ladder of what packets
prove, the dated facts with what disagrees in them, and the organisations that documents list its name under.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from vitne.attribute.attribution import Asked, Attributor
from vitne.attribute.ladder import ladders
from vitne.attribute.table import shipped_table
from vitne.lookups.kept import facts_of, read_answers
from vitne.model import CaptureError, StoreError
from vitne.pipeline.retrace import retrace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.attribute.attribution import Place
    from vitne.attribute.ladder import Rungs
    from vitne.knowledge import Knowledge
    from vitne.model.attribution import Attribution
    from vitne.pipeline.retrace import Retrace
    from vitne.store import Case

_COUNTRY = ("country-by-registry", "country-by-table")
_ON_THE_PHONE = frozenset({12, 14, 101, 228, 229})
"""Link types of raw IP: captured on the phone or behind a VPN, where handshakes are answered nearby."""


def destinations(
    case: Case,
    knowledge: Knowledge,
    *,
    captures: Sequence[str] = (),
    as_of: str = "",
    vantage: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Give the destinations of a case as plain values: tables asked, their day, and a row each.

    ``captures`` are where the captures lie now; without them, names resolved and refused connections are
    unknown.  ``as_of`` is the day that tables should not be later than, ``vantage`` where was captured.
    """
    rungs = _wanted(case, captures)
    traced = rungs[1]
    places = list(dict.fromkeys((each.ip, each.host) for each in rungs[0]))
    asked = Asked(
        as_of=as_of,
        vantage=vantage,
        handshakes_ms=_handshakes(case, places, traced) if vantage is not None else {},
        prefixes=traced.nat64 if traced is not None else (),
        answers=facts_of(read_answers(case.folder)),
    )
    attributor = Attributor(knowledge, asked)
    said = dict(zip(places, attributor.attribute(places), strict=True))
    return {
        "tables": sorted(attributor.credited),
        "as_of": as_of,
        "vantage": list(vantage) if vantage is not None else None,
        "captures_read": traced is not None,
        "rows": [_row(each, said[each.ip, each.host]) for each in rungs[0]],
    }


def _wanted(case: Case, captures: Sequence[str]) -> tuple[list[Rungs], Retrace | None]:
    traced: Retrace | None = None
    if captures:
        try:
            traced = retrace(list(captures))
        except (CaptureError, StoreError):
            traced = None
    own = {(f.destination.ip, f.destination.host, f.destination.port) for f in case.findings}
    own |= {(r.destination.ip, r.destination.host, r.destination.port) for r in case.opaque}
    rows = [each for each in ladders(case, traced) if (each.ip, each.host, each.port) in own]
    return sorted(rows, key=lambda each: (each.ip, each.host, each.port)), traced


def _handshakes(case: Case, places: Sequence[Place], traced: Retrace | None) -> dict[Place, float]:
    """Give the shortest handshakes; none where they were answered on the phone itself or by a VPN."""
    links = {interface.link_type for capture in case.captures for interface in capture.interfaces}
    if traced is None or links & _ON_THE_PHONE:
        return {}
    return dict(traced.handshakes_of(places))


def _row(rungs: Rungs, one: Attribution) -> dict[str, Any]:
    table = shipped_table()
    known = [table.all[name] for name in one.recipients]
    return {
        "ip": rungs.ip,
        "host": rungs.host,
        "port": rungs.port,
        "shown": one.shown or rungs.ip,
        "steps": dict(rungs.steps),
        "tries": rungs.tries,
        "repeated": msgspec.to_builtins(rungs.repeated),
        "recipients": [
            {
                "id": each.id,
                "name": each.name,
                "roles": sorted(each.values("role")),
                "seats": sorted(each.values("seat")),
            }
            for each in known
        ],
        "stands_for": next((fact.value for fact in one.facts if fact.kind == "stands-for"), ""),
        "countries": sorted({fact.value for fact in one.facts if fact.kind in _COUNTRY}),
        "facts": msgspec.to_builtins(one.facts),
        "disagreements": msgspec.to_builtins(one.disagreements),
        "limits": list(one.limits),
        "unknown": list(one.unknown),
    }
