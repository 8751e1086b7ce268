"""What happened on the device, and what is claimed to set a transmission off."""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

EventKind = Literal[
    "boot",  # the system came up
    "shutdown",  # the system was told to go down
    "screen-on",  # the screen was lit; nobody need have unlocked anything
    "screen-off",
    "keyguard-gone",  # the lock screen went away: what people call an unlock
    "keyguard-shown",
    "storage-unlocked",  # the user's encrypted storage opened: once after each boot
    "sim-changed",  # a SIM card came, went or was exchanged
    "network-connected",
    "network-lost",
    "in-service",  # the mobile network took the phone in
    "out-of-service",
    "roaming-on",
    "roaming-off",
    "app-foreground",  # an app's page came to the front; detail names the package
    "app-updated",  # detail names the package
    "app-installed",  # detail names the package
    "system-updated",  # the build is another than before
    "charging-on",
    "charging-off",
    "clock-set",  # the clock was set; what was logged before may bear a wrong time
    "consent-given",  # a person's mark
    "consent-refused",  # a person's mark
    "setting-changed",  # a person's mark; detail says which
    "stimulus",  # of a randomised trial; detail names the arm
    "sham",  # of a randomised trial: nothing was done; detail names the arm
    "note",  # a person's mark in their own words
]
EVENT_KINDS: tuple[str, ...] = get_args(EventKind)

Doubt = Literal[
    "year-assumed",  # the line has no year; the one nearest to the capture was taken
    "zone-assumed",  # the line has no zone, and none was given
    "clock-not-set",  # the clock stood long before the capture
    "clock-jump",  # the clock had jumped in this log, or jumps later
    "out-of-order",  # the line stands behind later ones
    "burst",  # many lines came in one second, as a buffer lets them go: the event may be older
    "coarse",  # the log has whole seconds only
]
DOUBTS: tuple[str, ...] = get_args(Doubt)

Verdict = Literal["cannot-tell", "no-coupling-seen", "coupled", "coupled-and-specific", "caused"]
VERDICTS: tuple[str, ...] = get_args(Verdict)


class DeviceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a log of the device or a person's mark says, and where it says so."""

    kind: EventKind  # word of the closed list
    time_ns: int  # nanoseconds UTC by the clock that wrote it
    early_ns: int = 0  # it may have happened so much earlier than ``time_ns``
    late_ns: int = 0  # or so much later (a coarse clock)
    doubts: tuple[Doubt, ...] = ()  # what makes the time uncertain
    detail: str = ""  # package, arm or note; hostile text: show only through visible()
    clock: str = "device"  # whose clock wrote it: "device", or "capture" where that is the capture's own
    log: str = ""  # base name of the file
    record: int = 0  # line or record in that file, from 1
    rule: str = ""  # what reads the line as this event: data file and name of the line


class ClockSample(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison of the device's clock with the clock of whoever asked."""

    time_ns: int  # nanoseconds UTC by the asking clock, in the middle of question and answer
    offset_ns: int  # the device's clock less the asking clock
    bound_ns: int  # the offset lies within so much of it, for sure: half of the time the answer took
    log: str = ""  # base name of the file it stands in
    record: int = 0  # line in that file, from 1


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed link from one kind of device event to transmissions to one destination, with its tests."""

    event: str  # kind of event, with the detail behind a colon where it was split
    destination: str  # host, or address without one
    verdict: Verdict  # the strongest that holds after correction for many tests
    sentence: str  # the verdict in one plain sentence
    events: int  # events that could be tested
    transmissions: int  # bursts to the destination while both log and capture ran
    tests: dict[str, Any]  # per test: p, corrected p, effect with interval, window
    effect: dict[str, Any]  # responses, expected by chance, excess with interval, lift, latency
    rivals: tuple[dict[str, str], ...] = ()  # other explanations: name, standing, because
    through: str = ""  # kind of event that stands between, where the link is indirect
    more_events: int | None = None  # so many more events would tell, where that can be said
    latencies_s: tuple[float | None, ...] = ()  # per event seconds to the next burst; None for none


__all__ = [
    "DOUBTS",
    "EVENT_KINDS",
    "VERDICTS",
    "ClockSample",
    "DeviceEvent",
    "Doubt",
    "EventKind",
    "Trigger",
    "Verdict",
]
