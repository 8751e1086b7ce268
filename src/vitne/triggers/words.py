"""The sentences of verdicts: fixed templates, filled with counts.  None says more than its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitne.triggers.coupled import Coupling
    from vitne.triggers.trial import Trial

FAR_S = 900.0  # a next transmission later than this is not worth a word
NAMES = {
    "boot": ("boot", "boots"),
    "shutdown": ("shutdown", "shutdowns"),
    "screen-on": ("lighting of the screen", "lightings of the screen"),
    "screen-off": ("darkening of the screen", "darkenings of the screen"),
    "keyguard-gone": ("unlock", "unlocks"),
    "keyguard-shown": ("locking", "lockings"),
    "storage-unlocked": ("first unlock after a start", "first unlocks after a start"),
    "sim-changed": ("change of the SIM card", "changes of the SIM card"),
    "network-connected": ("connection to a network", "connections to a network"),
    "network-lost": ("loss of a network", "losses of a network"),
    "app-foreground": ("opening of an app", "openings of an app"),
}


def named(event: str, count: int = 2) -> str:
    """Give what a kind of event is called in a sentence; the detail behind a colon stays."""
    kind, colon, detail = event.partition(":")
    one, many = NAMES.get(kind, (f"event {kind}", f"events {kind}"))
    return f"{one if count == 1 else many}{f' ({detail})' if colon else ''}"


def seconds(value: float) -> str:
    """Give a length of time for a person."""
    return f"{value:.1f} s" if value < 120 else f"{value / 60:.0f} min"


def counted(event: str, destination: str, tested: Coupling, *, clause: str) -> str:
    """Say what was counted, and behind it what follows from that."""
    latest = f"{tested.window_s:g} s"
    if tested.latency_s is not None and tested.hits >= 3:
        latest = f"{latest} (half of them within {seconds(max(tested.latency_s[1], 0.0))})"
    by_chance = f"by chance {tested.expected:.1f} would have"
    if tested.hits * 2 < tested.events and tested.next_s is not None and tested.next_s <= FAR_S:
        by_chance += f"; half of the next ones came after {seconds(tested.next_s)} or sooner"
    return (
        f"In {tested.hits} of {tested.events} {named(event, tested.events)} a transmission to {destination} "
        f"followed within {latest}; {by_chance}: {clause}."
    )


def of_trial(event: str, destination: str, tried: Trial, *, clause: str) -> str:
    """Say what a randomised trial counted."""
    return (
        f"In {tried.stimulus_hits} of {tried.stimuli} slots with {event} a transmission to {destination} "
        f"followed within {tried.window_s:g} s; in {tried.shams} sham slots: {tried.sham_hits}: {clause}."
    )


def clauses(verdict: str, *, through: str, more: int | None, beside: str = "") -> str:
    """Say what a verdict means, in the words that its test allows.

    ``through`` names what stands between, ``beside`` what came along and is not told apart.
    """
    if verdict == "caused":
        return "caused in a randomised trial"
    if verdict in {"coupled", "coupled-and-specific"}:
        link = f", through {named(through, 1)}" if through else ""
        if beside:
            link += f", not told apart from {named(beside, 1)} beside it"
        if verdict == "coupled":
            return f"coupled{link}, which does not say what causes what; not shown to be specific"
        return f"coupled{link}, and more than the phone's other destinations are"
    if verdict == "no-coupling-seen":
        return "no coupling seen; a sender that answers half of them would have shown"
    told = "cannot tell"
    return told if more is None else f"{told}; about {more} more events would do"
