"""How far data came at each destination, and how often: the steps that packets prove, and repetition.

Steps, each proved by what the step says: a name was resolved, a connection was asked for, agreed to, a
message was sent, acknowledged, accepted or refused, and sent again.  A step that no packet shows is
unknown where it could not be seen, and no where it could have been.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vitne.model import Finding

STEPS = ("resolved", "attempted", "connected", "sent", "acknowledged", "accepted", "refused", "repeated")
Seen = Literal["yes", "no", "unknown"]
_AT_LEAST = {
    "attempted": 1,
    "connected": 2,
    "sent": 3,
    "acknowledged": 4,
    "accepted": 5,
    "refused": 5,
    "unknown": 0,
}


class Repetition(msgspec.Struct, frozen=True, kw_only=True):
    """How often, first, last, and what changed between."""

    count: int  # messages
    first_ns: int  # time of the first, nanoseconds UTC since 1970
    last_ns: int  # of the last
    median_gap_ns: int | None  # between one and the next, None for fewer than two
    changed: tuple[str, ...] = ()  # identifiers whose value changed between the first and the last
    came: tuple[str, ...] = ()  # identifiers that were not in the first
    went: tuple[str, ...] = ()  # identifiers that were in the first and not in the last


class Rungs(msgspec.Struct, frozen=True, kw_only=True):
    """One destination's ladder."""

    ip: str  # address as captured
    host: str  # name as captured, "" where none is known
    port: int  # 0 where only addresses were asked for
    steps: dict[str, Seen]  # every step of STEPS
    messages: dict[str, int]  # delivery -> messages that came no farther
    tries: int | None  # requests to connect, None where captures were not looked at again
    identifiers: dict[str, int]  # identifier -> findings
    protections: tuple[str, ...]  # of the findings, sorted
    senders: tuple[str, ...]  # known senders, sorted
    opaque: int  # bytes that could not be read
    repeated: Repetition | None  # of messages with findings, else of all messages

    @property
    def only_tried(self) -> bool:
        """Say whether nothing that was sent is seen to have arrived."""
        return (
            self.steps["acknowledged"] != "yes"
            and self.steps["accepted"] != "yes"
            and self.steps["refused"] != "yes"
        )

    @property
    def last_step(self) -> str:
        """Give the farthest step that is proved."""
        return next((step for step in reversed(STEPS[:-1]) if self.steps[step] == "yes"), "unknown")


def ladders(case: Any, traced: Any | None = None) -> list[Rungs]:
    """Give the ladder of each destination of a case, most findings first.

    ``traced`` is what the captures show beside the case (``pipeline.retrace``); without it what names
    resolved to and which connections were refused is unknown.
    """
    groups: dict[tuple[str, str, int], dict[str, list[Any]]] = {}

    def group(ip: str, host: str, port: int) -> dict[str, list[Any]]:
        return groups.setdefault((ip, host, port), {"rows": [], "found": [], "opaque": []})

    for row in case.transmissions:
        group(row.ip, row.host, row.port)["rows"].append(row)
    for finding in case.findings:
        if finding.direction == "sent":
            target = finding.destination
            group(target.ip, target.host, target.port)["found"].append(finding)
    for total in case.opaque:
        target = total.destination
        group(target.ip, target.host, target.port)["opaque"].append(total)
    out = [_rungs(key, parts, traced) for key, parts in groups.items()]
    if traced is not None:
        reached = {key[0] for key in groups}
        out += [_tried(contact) for ip, contact in traced.contacts.items() if ip not in reached]
    return sorted(
        out,
        key=lambda each: (-sum(each.identifiers.values()), -sum(each.messages.values()), each.host, each.ip),
    )


def _rungs(key: tuple[str, str, int], parts: Mapping[str, list[Any]], traced: Any | None) -> Rungs:
    ip, host, port = key
    rows, found = parts["rows"], parts["found"]
    reach = [_AT_LEAST[row.delivery] for row in rows] + [_AT_LEAST[one.delivery] for one in found]
    deliveries = [row.delivery for row in rows] + [one.delivery for one in found]
    contact = traced.contacts.get(ip) if traced is not None else None
    tcp = any(row.transport == "tcp" for row in rows) or contact is not None
    steps: dict[str, Seen] = {
        "resolved": _resolved(host, rows, traced),
        "attempted": "yes" if reach or contact is not None else "unknown",
        "connected": _connected(contact, reach, tcp=tcp),
        "sent": _yes(any(each >= 3 for each in reach) or bool(parts["opaque"])),
        "acknowledged": "yes" if any(each >= 4 for each in reach) else ("no" if tcp and reach else "unknown"),
        "accepted": "yes" if "accepted" in deliveries else "unknown",
        "refused": "yes" if "refused" in deliveries else "unknown",
        "repeated": _yes(len(rows) > 1),
    }
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.delivery] = counted.get(row.delivery, 0) + 1
    identifiers: dict[str, int] = {}
    for one in found:
        identifiers[one.identifier] = identifiers.get(one.identifier, 0) + 1
    return Rungs(
        ip=ip,
        host=host,
        port=port,
        steps=steps,
        messages=dict(sorted(counted.items())),
        tries=contact.tries if contact is not None else None,
        identifiers=dict(sorted(identifiers.items())),
        protections=tuple(sorted({one.protection for one in found})),
        senders=tuple(sorted({one.sender for one in found if one.sender})),
        opaque=sum(total.bytes for total in parts["opaque"]),
        repeated=repetition(found) if found else _times([row.time_ns for row in rows]),
    )


def _yes(seen: bool) -> Seen:  # noqa: FBT001  (a word for a bool)
    return "yes" if seen else "no"


def _resolved(host: str, rows: list[Any], traced: Any | None) -> Seen:
    if any(row.host_source == "dns" for row in rows) or (traced is not None and traced.resolved(host)):
        return "yes"
    return "no" if traced is not None and host else "unknown"


def _connected(contact: Any | None, reach: list[int], *, tcp: bool) -> Seen:
    if any(each >= 4 for each in reach) and tcp:
        return "yes"
    if contact is not None:
        return "yes" if contact.connected else "no"
    return "unknown"  # a datagram needs no connection


def _tried(contact: Any) -> Rungs:
    """Give the ladder of an address that was only asked to connect to: no message went there."""
    steps: dict[str, Seen] = dict.fromkeys(STEPS, "no")
    steps |= {"resolved": "unknown", "attempted": "yes", "repeated": _yes(contact.tries > 1)}
    if contact.connected:
        steps["connected"] = "yes"
    return Rungs(
        ip=contact.ip,
        host="",
        port=0,
        steps=steps,
        messages={},
        tries=contact.tries,
        identifiers={},
        protections=(),
        senders=(),
        opaque=0,
        repeated=_times([contact.first_ns, contact.last_ns]) if contact.tries > 1 else None,
    )


def repetition(found: Iterable[Finding]) -> Repetition | None:
    """Say how often messages with findings went out, and what changed between the first and the last."""
    messages: dict[tuple[int, int], list[Finding]] = {}
    for one in found:
        messages.setdefault((one.time_ns, one.flow), []).append(one)
    if not messages:
        return None
    order = sorted(messages)
    values = [{(one.identifier, one.field): one.value for one in messages[key]} for key in order]
    first, last = values[0], values[-1]
    base = _times([key[0] for key in order])
    return msgspec.structs.replace(
        base,
        changed=_words(key for key in first if key in last and first[key] != last[key]),
        came=_words(key for each in values[1:] for key in each if key not in first),
        went=_words(key for key in first if key not in last),
    )


def _words(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({identifier for identifier, _ in keys}))


def _times(times: list[int]) -> Repetition:
    ordered = sorted(times) or [0]
    gaps = sorted(after - before for before, after in itertools.pairwise(ordered))
    return Repetition(
        count=len(times),
        first_ns=ordered[0],
        last_ns=ordered[-1],
        median_gap_ns=gaps[len(gaps) // 2] if gaps else None,
    )
