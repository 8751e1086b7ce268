"""What else may explain a coupling: each rival with how it stands and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from vitne.triggers.beacon import Beacon
from vitne.triggers.rivals import Beside, Between, beside, between
from vitne.triggers.words import named, seconds

if TYPE_CHECKING:
    from vitne.triggers.coupled import Coupling
    from vitne.triggers.study import Study

LINKS = ("network-connected", "in-service")  # what may stand between an event and a transmission
COMPETITORS = (
    "screen-on",
    "keyguard-gone",
    "storage-unlocked",
    "network-connected",
    "in-service",
    "boot",
    "charging-on",
)


class Rivals(msgspec.Struct, frozen=True, kw_only=True):
    """All that was looked at."""

    event: str
    timer: Beacon | None
    links: dict[str, Between]
    others: dict[str, Beside]

    @property
    def through(self) -> str:
        """Give the kind of event that stands between, "" for none that is shown to."""
        return next((kind for kind, found in self.links.items() if found.explains), "")

    @property
    def beside(self) -> str:
        """Give the kind of event that came along wherever an answer came, "" for none.

        A network that comes up is a link and no rival, whatever woke it.
        """
        if self.event in LINKS:
            return ""
        shadows = [
            (-near.with_it[0], kind)
            for kind, near in self.others.items()
            if kind not in LINKS and _shadows(near)
        ]
        return min(shadows)[1] if shadows else ""

    def lines(self, *, randomised: bool) -> tuple[dict[str, str], ...]:
        """Give each rival: name, standing ("excluded", "not excluded", "explains it"), because."""
        out = [_timer(self.timer)]
        for kind, found in self.links.items():
            out.append(_link(kind, found))
        for kind, near in self.others.items():
            out.append(_beside(kind, near))
        out.append(_observer(randomised=randomised))
        return tuple(out)


def look(  # noqa: PLR0913  (one pair and what is known about all)
    given: Study,
    event: str,
    destination: str,
    *,
    seen: Coupling,
    pairs: dict[tuple[str, str], Coupling],
    beacons: dict[str, Beacon],
) -> Rivals:
    """Look at timers, at networks that came up between, and at events that occurred together."""
    links: dict[str, Between] = {}
    others: dict[str, Beside] = {}
    events, bursts = given.events.get(event), given.bursts[destination]
    if events is not None:
        answered = np.array(seen.waits) <= seen.window_s
        for kind in COMPETITORS:
            if kind == event or kind not in given.events:
                continue
            other = given.events[kind]
            near = beside(events, other, answered)
            if near.with_it[1]:
                others[kind] = near
            if kind in LINKS and event not in LINKS and (kind, destination) in pairs:
                links[kind] = between(
                    events, other, bursts, window_s=seen.window_s, early_s=min(given.early[event], 1.0)
                )
    return Rivals(event=event, timer=beacons.get(destination), links=links, others=others)


def _timer(found: Beacon | None) -> dict[str, str]:
    if found is None:
        because = "no steady period among the contacts (p above 0.01, or too few)"
        return {"name": "timer", "standing": "excluded", "because": because}
    because = (
        f"{found.share:.0%} of the intervals fit a period of {seconds(found.period_s)} "
        f"(give or take {seconds(found.jitter_s)})"
    )
    return {"name": "timer", "standing": "not excluded", "because": because}


def _link(kind: str, found: Between) -> dict[str, str]:
    with_it, without = found.with_it, found.without
    because = (
        f"answered with {named(kind, 1)} between: {with_it[0]} of {with_it[1]}; "
        f"without: {without[0]} of {without[1]}"
    )
    if found.second_latency_s is not None:
        because += f"; half of the answers came within {seconds(max(found.second_latency_s, 0))} of it"
    standing = "explains it" if found.explains else "not excluded" if with_it[0] else "excluded"
    return {"name": f"through {kind}", "standing": standing, "because": because}


def _beside(kind: str, near: Beside) -> dict[str, str]:
    with_it, alone = near.with_it, near.alone
    because = (
        f"answered with {named(kind, 1)} within 10 s: {with_it[0]} of {with_it[1]}; "
        f"alone: {alone[0]} of {alone[1]}"
    )
    if not alone[1]:
        return {"name": f"beside {kind}", "standing": "not excluded", "because": f"{because}: never apart"}
    standing = "excluded" if near.p > 0.05 and alone[0] * 2 >= alone[1] else "not excluded"
    return {"name": f"beside {kind}", "standing": standing, "because": because}


def _shadows(near: Beside) -> bool:
    """Tell whether events that came without the other kind say nothing for themselves."""
    hits, alone = near.with_it[0], near.alone
    return hits >= 3 and (alone[1] == 0 or alone[0] * 2 < alone[1])


def _observer(*, randomised: bool) -> dict[str, str]:
    if randomised:
        because = "the order of stimulus and sham was drawn beforehand"
        return {"name": "observer", "standing": "excluded", "because": because}
    because = (
        "whoever used the phone chose the moments; only a randomised trial takes that out (vitne protocol)"
    )
    return {"name": "observer", "standing": "not excluded", "because": because}
