"""A case laid out for people: by device, by destination, by what was found there.

Both the terminal table and the page are drawn from this, so that they never say different things.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.model import GRADES, IDENTIFIERS, Destination, Finding
from vitne.report.inert import visible
from vitne.report.unread import bytes_opened, limits, with_opened
from vitne.report.words import app_of, count_of, device_label, in_order, joined, listed, records_of, span
from vitne.store import OpaqueTotal, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.report.outcome import Outcome

OUTSIDE = frozenset({"internet", "operator-core"})
"""Scopes beyond the home network."""
_LONGEST = 600  # characters of one sentence


_PLACES = {identifier: place for place, identifier in enumerate(IDENTIFIERS)}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value at one destination, its repeats folded."""

    identifier: str  # word of the closed list
    title: str  # the same for a person
    kind: str
    value: str  # as the finding shows it
    seed: str | None  # name in the subject file
    fields: tuple[str, ...]  # names in the sender's own record
    grade: str  # the strongest of the repeats
    verified: int  # repeats that wrap back to the captured bytes
    findings: tuple[Finding, ...]  # all of them, by time

    @property
    def times(self) -> int:
        """Messages that held the value."""
        return len(self.findings)


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One destination of one device, with what was found there and what could not be read."""

    name: str  # host name, else address
    destination: Destination  # of the first finding or unread row
    addresses: tuple[str, ...]  # all addresses of it, "ip:port/transport"
    scope: str
    direction: str
    lines: tuple[Line, ...]  # without attributes
    attributes: tuple[Line, ...]
    messages: int  # messages that held findings
    deliveries: tuple[str, ...]  # what became of them
    answers: tuple[str, ...]  # answers that told
    protections: tuple[str, ...]
    senders: tuple[str, ...]  # known senders
    apps: tuple[str, ...]  # programs on the device, each with how it is known
    first_ns: int | None
    last_ns: int | None
    unread: tuple[OpaqueTotal, ...]
    opened: int = 0  # bytes that went encrypted and were opened with keys

    @property
    def titles(self) -> tuple[str, ...]:
        """Give what was found, each kind once."""
        return listed(line.title for line in self.lines)

    @property
    def told(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give attributes as (label, values), one row per field, named by the field where it must be."""
        rows: dict[tuple[str, str], list[str]] = {}
        for line in self.attributes:
            rows.setdefault((line.identifier, ", ".join(line.fields)), []).append(line.value)
        words = [identifier for identifier, _ in rows]
        return tuple(
            (field if field and words.count(identifier) > 1 else identifier, listed(values))
            for (identifier, field), values in rows.items()
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Give all findings at this destination, by time."""
        every = [found for line in (*self.lines, *self.attributes) for found in line.findings]
        return tuple(sorted(every, key=lambda f: (f.time_ns, f.frames, f.stream_range)))


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """One device and where its traffic went."""

    label: str
    targets: tuple[Target, ...]  # with findings
    unread: tuple[Target, ...]  # without findings, but with bytes that could not be read


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """A whole case, laid out."""

    headlines: tuple[str, ...]  # what to say first, one sentence a line
    limits: str  # what could not be looked at, one sentence
    devices: tuple[Near, ...]
    partial: bool
    span: str  # length of the capture for a person
    records: str  # how many packets and entries of exports were read, for a person
    messages: int  # messages that passed


def _names(case: Outcome) -> dict[tuple[str, int], Destination]:
    """Give names that other messages tell of destinations that stand without one."""
    targets = [found.destination for found in case.findings] + [row.destination for row in case.opaque]
    without = {(where.ip, where.port) for where in targets if not where.host}
    without |= {(one.source.ip, one.source.port) for one in case.findings if one.direction == "received"}
    if not without:
        return {}
    names: dict[tuple[str, int], Destination] = {}
    for columns in columns_of(case.transmissions, only=("ip", "host", "host_source", "port")):
        ips, hosts = columns.words["ip"], columns.words["host"]
        wanted = {ip for ip, _ in without}
        asked = np.array([ip in wanted for ip in ips.things], dtype=bool)
        named = np.array([bool(host) for host in hosts.things], dtype=bool)
        rows = np.flatnonzero(asked[ips.codes] & named[hosts.codes])
        sources = columns.words["host_source"]
        for ip, port, host, source in zip(
            ips.codes[rows].tolist(),
            columns.numbers["port"][rows].tolist(),
            hosts.codes[rows].tolist(),
            sources.codes[rows].tolist(),
            strict=True,
        ):
            where = (ips.things[ip], port)
            if where in without:
                names[where] = Destination(
                    ip=where[0],
                    port=port,
                    host=hosts.things[host],
                    host_source=sources.things[source],
                    domain="",
                )
    return names


def overview(case: Outcome) -> Overview:
    """Lay a case out."""
    known = {found.source.device for found in case.findings if found.seed}  # where the subject's values are
    speaking = sorted(
        {found.source.device for found in case.findings}, key=lambda it: (it not in known, in_order(it))
    )
    labels = speaking + sorted({row.device for row in case.opaque} - set(speaking), key=in_order)
    names = _names(case)
    found: dict[str, list[Finding]] = {label: [] for label in labels}
    for one in case.findings:
        found[one.source.device].append(one)
    unread: dict[str, list[OpaqueTotal]] = {label: [] for label in labels}
    for row in case.opaque:
        unread[row.device].append(row)
    opened = bytes_opened(case)
    devices = tuple(
        with_opened(_near(label, found[label], unread[label], names=names), opened) for label in labels
    )
    records = records_of(case.captures)
    seen = span(case.captures)
    return Overview(
        headlines=_headlines(devices, seen, records, partial=case.partial),
        limits=limits(case),
        devices=devices,
        partial=case.partial,
        span=seen,
        records=records,
        messages=len(case.transmissions),
    )


def sentences(laid: Overview) -> list[str]:
    """Give what is said first, inert: what left, and what could not be looked at."""
    return [visible(sentence, _LONGEST) for sentence in (*laid.headlines, laid.limits)]


def far_of(found: Finding, names: Mapping[tuple[str, int], Destination]) -> Destination:
    """Give the far end of a finding: where it went, or where it came from if the device received it."""
    if found.direction == "sent":
        return found.destination
    ip, port = found.source.ip, found.source.port
    unnamed = Destination(ip=ip, port=port, host="", host_source="none", domain="")
    return names.get((ip, port), unnamed)


def _near(
    label: str,
    own: Iterable[Finding],
    rows: Iterable[OpaqueTotal],
    *,
    names: Mapping[tuple[str, int], Destination],
) -> Near:
    """Lay one device out."""
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    by_place: dict[tuple[Any, ...], list[Finding]] = {}  # what is one object needs one key only
    for found in own:
        sent, direction = found.direction == "sent", found.direction
        far = id(found.destination) if sent else (found.source.ip, found.source.port)
        place = (far, found.scope, direction, found.transport)
        held = by_place.get(place)
        if held is None:
            key = _key(far_of(found, names), found.scope, direction, found.transport)
            held = by_place[place] = groups.setdefault(key, [])
        held.append(found)
    unread: dict[tuple[str, str, str, str], list[OpaqueTotal]] = {}
    for row in rows:
        unread.setdefault(_key(row.destination, row.scope, "sent", row.transport), []).append(row)
    targets = [_target(found, unread.pop(key, []), names) for key, found in groups.items()]
    rest = [_target([], rows, names) for rows in unread.values()]
    return Near(
        label=label,
        targets=tuple(sorted(targets, key=_weight)),
        unread=tuple(sorted(rest, key=lambda t: (-sum(row.bytes for row in t.unread), t.name, t.addresses))),
    )


def _key(target: Destination, scope: str, direction: str, transport: str) -> tuple[str, str, str, str]:
    return target.host or target.ip, f"{target.port}/{transport}", scope, direction


def _weight(target: Target) -> tuple[Any, ...]:
    """Order destinations: sent before received, far before near, much before little."""
    return (
        target.direction != "sent",
        not target.lines,
        target.scope not in OUTSIDE,
        -len(target.lines),
        target.first_ns or 0,
        target.name,
        target.addresses,
    )


def _target(
    found: Sequence[Finding], unread: Sequence[OpaqueTotal], names: Mapping[tuple[str, int], Destination]
) -> Target:
    """Put together what is known of one destination."""
    first = found[0] if found else None
    where = far_of(first, names) if first is not None else unread[0].destination
    scope, transport = (first or unread[0]).scope, (first or unread[0]).transport
    direction = first.direction if first is not None else "sent"
    ends = [f.destination.ip if direction == "sent" else f.source.ip for f in found]
    ips = {*ends, *[row.destination.ip for row in unread]}
    lines = _lines(found)
    apps = list({id(f.app): app_of(f.app) for f in found}.values())
    times = [f.time_ns for f in found]
    return Target(
        name=name_of(where, scope),
        destination=where,
        addresses=tuple(sorted([f"{_bracketed(ip)}:{where.port}/{transport}" for ip in ips])),
        scope=scope,
        direction=direction,
        lines=tuple([line for line in lines if line.kind != "attribute"]),
        attributes=tuple([line for line in lines if line.kind == "attribute"]),
        messages=len({(f.capture["sha256"], f.flow, f.message_frames) for f in found}),
        deliveries=listed([f.delivery for f in found]),
        answers=listed([f.answer or None for f in found]),
        protections=listed([f.protection for f in found]),
        senders=listed([f.sender or None for f in found]),
        apps=listed([app or None for app in apps]),
        first_ns=min(times, default=None),
        last_ns=max(times, default=None),
        unread=tuple(unread),
    )


def name_of(where: Destination, scope: str) -> str:
    """Give what to call a far end: its host name, else its address."""
    if scope == "multicast" and not where.host:
        return f"all devices nearby ({where.ip})"
    return where.host or where.ip


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _lines(found: Iterable[Finding]) -> list[Line]:
    """Fold repeats of one value into one line."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in found:
        groups.setdefault((one.group, one.identifier, one.value), []).append(one)
    lines = []
    for (_, identifier, value), many in groups.items():
        if len(many) > 1:
            many.sort(key=lambda f: (f.time_ns, f.frames, f.stream_range))
        lines.append(
            Line(
                identifier=identifier,
                title=title_of(identifier),
                kind=many[0].kind,
                value=value,
                seed=many[0].seed,
                fields=listed([f.field or None for f in many]),
                grade=max({f.grade for f in many}, key=GRADES.index),
                verified=sum([f.verified for f in many]),
                findings=tuple(many),
            )
        )
    return sorted(lines, key=lambda line: (_rank(line.identifier), line.fields, line.value))


def _rank(identifier: str) -> tuple[int, str]:
    """Order identifiers as their closed list does."""
    return _PLACES.get(identifier, len(_PLACES)), identifier


@functools.lru_cache(maxsize=1024)
def title_of(identifier: str) -> str:
    """Give an identifier's name for a person, without its source."""
    _, title = IDENTIFIERS.get(identifier, ("", identifier))
    return title.split(" (")[0]


def _headlines(devices: Iterable[Near], seen: str, records: str, *, partial: bool) -> tuple[str, ...]:
    """Say first what matters; «none» only as far as was looked."""
    out = []
    for near in devices:
        sent = [t for t in near.targets if t.direction == "sent" and t.lines]
        far = [t for t in sent if t.scope in OUTSIDE]
        home = [t for t in sent if t.scope not in OUTSIDE]
        if far:
            out.append(_left(near, far))
        if home:
            kinds = {line.identifier for t in home for line in t.lines}
            told = joined([_short(kind) for kind in sorted(kinds, key=_rank)])
            out.append(f"{device_label(near.label)} told the home network: {told}.")
    if not any(
        t.lines and t.scope in OUTSIDE for near in devices for t in near.targets if t.direction == "sent"
    ):
        out.insert(0, f"No personal data was observed leaving in {seen} of capture ({records}).")
    if partial:
        out.append("The scan was stopped before its end: this is what was found until then.")
    return tuple(out)


def _left(near: Near, far: Sequence[Target]) -> str:
    """Say what left one device for the internet, and in what form."""
    kinds = sorted({line.identifier for target in far for line in target.lines}, key=_rank)
    forms = {protection for target in far for protection in target.protections}
    form = "encrypted on the way"
    if "decrypted" not in forms:
        form = "in clear" if forms == {"clear"} else "without encryption"
    elif forms != {"decrypted"}:
        form = "partly without encryption"
    what = joined([_short(kind) for kind in kinds])
    names = joined([target.name for target in far[:4]] + ([f"{len(far) - 4} more"] if len(far) > 4 else []))
    return (
        f"{count_of(len(kinds), 'kind')} of personal data left {device_label(near.label)} {form} "
        f"to {count_of(len(far), 'destination')} ({names}): {what}."
    )


def _short(identifier: str) -> str:
    """Give the first words of an identifier's title."""
    return title_of(identifier).split(",")[0]
