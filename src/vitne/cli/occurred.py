"""Logs of device events, as the verbs that count by events need them: kind of event and its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import EVENT_KINDS, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence


def times_of(files: Sequence[str], *, near_ns: int | None, zone: str | None) -> dict[str, list[int]]:
    """Give the times of all events by kind; raises CaptureError for a log that cannot be read."""
    from vitne.cli.triggers import zone as read_zone
    from vitne.events import Hints
    from vitne.events.reading import read_log

    hints = Hints(near_ns=near_ns, zone_s=read_zone(zone))
    times: dict[str, list[int]] = {}
    for file in files:
        for event in read_log(file, hints).events:
            times.setdefault(event.kind, []).append(event.time_ns)
    return {kind: sorted(set(own)) for kind, own in sorted(times.items())}


def kind_of_event(word: str) -> str:
    """Check the word for a kind of event; raises UsageError with the nearest one."""
    if word in EVENT_KINDS:
        return word
    import difflib

    near = difflib.get_close_matches(word, EVENT_KINDS, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"{word!r} is no kind of event{hint}", expected=", ".join(EVENT_KINDS))
