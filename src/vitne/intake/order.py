"""Which captures are one stream of packets: the files of a ring, one after the other in time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.intake.reader import CaptureReader
    from vitne.model import Capture

SLACK_NS = 1_000_000_000  # files of one ring may overlap so much: packets are written slightly out of order


def _stem(capture: Capture) -> str:
    """Give what ring files have in common: the name without the counter and time that the ring adds."""
    return re.sub(r"[0-9]+", "", capture.name)


def _follows(capture: Capture, end_ns: int, *, same_ring: bool) -> bool:
    """Tell whether a capture begins where others end; ring files may overlap by a little of their span."""
    if capture.first_ns is None or capture.last_ns is None:
        return False
    slack = min(SLACK_NS, (capture.last_ns - capture.first_ns) // 10) if same_ring else 0
    return capture.first_ns + slack >= end_ns


def arrange(readers: Iterable[CaptureReader]) -> list[list[CaptureReader]]:
    """Group captures that follow one another in time, each group in the order of time.

    Needs the times of the captures: call it when their chunks are exhausted.  Captures that overlap stand
    in different groups, captures without a packet alone, behind the others.  The order given makes no
    difference.  One capture alone has its place, and is not asked for its digest, which takes time.
    """
    some = list(readers)
    if len(some) < 2:
        return [some] if some else []
    dated = [(reader.capture, reader) for reader in some]
    dated.sort(key=lambda pair: place_in_time(pair[0]))
    groups: list[list[CaptureReader]] = []
    ends: list[int | None] = []
    stems: list[str] = []
    for capture, reader in dated:
        stem = _stem(capture)
        fitting = [
            (stems[group] == stem, end, -group)
            for group, end in enumerate(ends)
            if end is not None and _follows(capture, end, same_ring=stems[group] == stem)
        ]
        if fitting:
            chosen = -max(fitting)[2]
            groups[chosen].append(reader)
            ends[chosen], stems[chosen] = max(ends[chosen] or 0, capture.last_ns or 0), stem
        else:
            groups.append([reader])
            ends.append(capture.last_ns)
            stems.append(stem)
    return groups


def place_in_time(capture: Capture) -> tuple[bool, int, int, str, str]:
    """Sort by time, then by what does not depend on the order given."""
    return (
        capture.first_ns is None,
        capture.first_ns or 0,
        capture.last_ns or 0,
        capture.name,
        capture.sha256,
    )
