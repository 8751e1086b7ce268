"""Plain words for a reader: numbers with their nouns, times, lists, and what the closed words mean.

Wording rules: counts have denominators, «none» is said only as far as was looked, encoded is not encrypted.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vitne.model import App, Capture

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

GRADE_MEANS = {
    "observed": "the bytes equal a value that was known beforehand",
    "derived": "after the named wrappings or hashes, the bytes equal a value that was known beforehand",
    "declared": "a documented field of a known sender",
    "inferred": "the form and its surroundings fit; no known value confirms it",
}
DELIVERY_MEANS = {
    "attempted": "attempted: nothing shows that the other side answered at all",
    "connected": "connected: a connection was made, the message itself is not shown to have arrived",
    "sent": "sent: nothing in the capture says whether it arrived",
    "acknowledged": "acknowledged: the other side confirmed that it received the bytes",
    "accepted": "accepted: the other side answered that it took the message",
    "refused": "refused: the other side answered no, which shows that it received the message",
    "unknown": "unknown: the capture does not tell what became of it",
}
PROTECTION_MEANS = {
    "clear": "clear: anyone on the way could read it as it was",
    "encoded": "encoded, not encrypted: anyone on the way could turn it back without a key",
    "decrypted": "encrypted on the way: read here with keys",
}
PROTECTION_SHORT = {
    "clear": "clear",
    "encoded": "encoded, not encrypted",
    "decrypted": "encrypted",
}
SCOPE_MEANS = {
    "internet": "on the internet",
    "local-network": "in the home network",
    "multicast": "to everyone in the home network",
    "operator-core": "in the mobile operator's network",
    "this-device": "on the device itself",
}
APP_SOURCE_MEANS = {
    "pcapdroid-trailer": "by the trailer of its packets",
    "pcapdroid-comment": "by the comments of its packets",
    "process-comment": "by the comments of its packets",
    "process-block": "by blocks of the capture that its packets point to",
    "pktap": "by the header of its packets",
    "proc-net": "by the phone's table of sockets",
    "socket-trace": "by a log of its calls on sockets",
    "netstats": "the only app that sent anything at that time, by the phone's own count",
    "export": "by the export",
    "several": "what is told of its packets does not agree",
    "unknown": "nothing tells",
}
HOST_SOURCE_MEANS = {
    "http-host": "name from the HTTP request",
    "sni": "name from the TLS hello",
    "dns": "name from a DNS answer seen before",
    "export": "what the export calls the server",
    "none": "no name seen",
}
REASON_MEANS = {
    "tls": "encrypted with TLS",
    "quic": "encrypted with QUIC",
    "no-key": "encrypted with TLS or QUIC, its key is not in the key log",
    "no-hello": "encrypted with TLS or QUIC, the handshake that tells its keys is not in the capture",
    "wrong-key": "encrypted with TLS or QUIC, the key in the key log does not fit",
    "unsupported-cipher": "encrypted with TLS or QUIC, in a version or with a cipher that is not opened",
    "damaged-record": "encrypted with TLS or QUIC, damaged",
    "encrypted": "encrypted",
    "high-entropy": "looks encrypted or compressed, format unknown",
    "unknown-format": "format unknown",
    "unknown-protocol": "protocol unknown",
    "missing-segment": "not in the capture",
    "not-in-the-export": "sent or received, and not held by the log or export",
    "limit": "a bound was reached",
}


def count_of(number: int, noun: str) -> str:
    """Give a number with its noun, thousands apart."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", " ")


def in_order(label: str) -> list[tuple[int, str]]:
    """Give a key that sorts labels as people count: device#2 before device#10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]{1,18})", label)]


def records_of(captures: Iterable[Capture]) -> str:
    """Say how many packets, and entries of exports, captures hold."""
    counts = {"packet": 0, "entry": 0}
    for capture in captures:
        counts[capture.unit] += capture.packets
    entries = f"{counts['entry']:,} {'entry' if counts['entry'] == 1 else 'entries'}".replace(",", " ")
    packets = count_of(counts["packet"], "packet")
    return packets if not counts["entry"] else entries if not counts["packet"] else f"{packets}, {entries}"


def size(number: int) -> str:
    """Give a number of bytes in a unit that a person reads."""
    value, unit = float(number), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"


def upfirst(text: str) -> str:
    """Give a text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def joined(words: Sequence[str]) -> str:
    """Give words as a list in a sentence."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def listed(words: Iterable[str | None]) -> tuple[str, ...]:
    """Give each word once, in the order of first use."""
    every = dict.fromkeys(words)
    every.pop(None, None)
    return tuple(every)  # type: ignore[arg-type]  # none of them is None


def device_label(label: str) -> str:
    """Give what to call a device in a sentence."""
    return label or "an unnamed device"


@functools.lru_cache(maxsize=1 << 13)
def clock(time_ns: int | None, *, date: bool = True) -> str:
    """Give a time in UTC to the second; "" where there is none, the bare number where no calendar reaches."""
    if time_ns is None:
        return ""
    try:
        moment = _EPOCH + timedelta(seconds=time_ns // 10**9)
    except OverflowError:
        return f"{time_ns} ns"
    return moment.strftime("%Y-%m-%d %H:%M:%S" if date else "%H:%M:%S")


def reach(first_ns: int | None, last_ns: int | None) -> str:
    """Give a stretch of time in UTC."""
    if first_ns is None:
        return ""
    if last_ns is None or clock(last_ns) == clock(first_ns):
        return f"{clock(first_ns)} UTC"
    same_day = clock(first_ns)[:10] == clock(last_ns)[:10]
    return f"{clock(first_ns)} to {clock(last_ns, date=not same_day)} UTC"


def span(captures: Iterable[Capture]) -> str:
    """Give how long the captures watched, added up."""
    total = sum(c.last_ns - c.first_ns for c in captures if c.first_ns is not None and c.last_ns is not None)
    seconds = max(total, 0) // 10**9
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def some(words: Sequence[str], most: int = 3) -> str:
    """Give the first few words and how many more there are."""
    told = ", ".join(words[:most])
    return f"{told} and {len(words) - most} more" if len(words) > most else told


def frames(numbers: Sequence[int], most: int = 6) -> str:
    """Give frame numbers, the first few of many."""
    return some([str(number) for number in numbers], most)


def app_of(app: App) -> str:
    """Name an app and how it is known, in one phrase; "" where nothing tells."""
    if app.source == "unknown":
        return ""
    what = app.package or app.name
    if app.package and app.name and app.name != app.package:
        what = f"{app.package} ({app.name})"
    user = "" if app.uid is None else f"uid {app.uid}"
    process = "" if app.pid is None else f"process {app.pid}"
    known = ", ".join(part for part in (user, process, APP_SOURCE_MEANS[app.source]) if part)
    return f"{what or 'not named'}; {known}"
