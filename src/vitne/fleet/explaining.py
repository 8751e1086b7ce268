"""Which devices send, and what they have in common.

For each recipient every attribute, every pair of attributes that a sending device has, and every attribute of
a small column that it does not have («sim ≠ none»), is tested against all other devices by Fisher's exact
test.  The best is the least likely by chance; of those that hold for the same devices, the shortest is named
and the others are listed, because the fleet cannot tell them apart.  Devices of which it could not be told
count on neither side.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from vitne.exact import fisher_log, holm_logs
from vitne.fleet.grouping import NOT, Attributes, count_of, groups, running
from vitne.fleet.shape import SCHEMA, Count, Explanation, FleetReport, Sender

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vitne.fleet.manifest import Handset
    from vitne.fleet.results import CaptureResult, Sending

LEVEL = 0.01
_BLOCKING = frozenset(
    {"unreadable-input", "internal", "limit", "snap-length", "damaged-record", "unknown-link-type"}
)
_LISTED = 50
_SMALL = 12
"""Values of a column up to which «any other value» is tried."""


class Device(NamedTuple):
    """One device, with all its captures put together."""

    name: str
    attributes: Attributes
    recipients: frozenset[str]  # that it sends to
    dark: frozenset[str]  # that it has unreadable traffic with
    blind: bool  # a capture was not read, or has gaps that may hide anything


def explain(
    handsets: Sequence[Handset], results: Mapping[str, CaptureResult], *, fixed: Sequence[str] = ()
) -> FleetReport:
    """Explain every recipient; ``fixed`` are builds that are said to send no more."""
    devices = list(_devices(handsets, results))
    recipients = sorted({name for device in devices for name in device.recipients})
    index = _index(devices)
    bits = {key: _bits(members, len(devices)) for key, members in index.items()}
    drafts = [_best(name, devices, index, bits) for name in recipients]
    tried = sum(count for _, _, count in drafts)
    chances = holm_logs([best[1] if best is not None else 0.0 for best, _, _ in drafts], looked_at=tried)
    said: dict[str, list[Sending]] = {}
    for handset in handsets:
        for each in results[handset.capture].sendings:
            if each.kind != "attribute":
                said.setdefault(each.recipient, []).append(each)
    fleet = _Fleet(devices, index, fixed)
    senders = [
        _sender(name, fleet, found=(draft[0], draft[1], chance), said=said[name])
        for name, draft, chance in zip(recipients, drafts, chances, strict=True)
    ]
    senders.sort(key=lambda each: (each.explanation is None, each.count.sending, each.recipient))
    columns = dict.fromkeys(name for each in handsets for name, _ in each.attributes)
    return FleetReport(
        schema=SCHEMA,
        devices=len(devices),
        captures=len(results),
        unreadable=tuple(
            (capture, result.error) for capture, result in results.items() if result.state != "read"
        ),
        columns=tuple(columns),
        fixed=tuple(fixed),
        running=tuple(running(index, len(devices), fixed)) if fixed else (),
        tried=tried,
        senders=tuple(senders),
    )


def _devices(handsets: Sequence[Handset], results: Mapping[str, CaptureResult]) -> Iterable[Device]:
    """Put the captures of each device together."""
    rows: dict[str, list[Handset]] = {}
    for each in handsets:
        rows.setdefault(each.device, []).append(each)
    for name, own in rows.items():
        found = [results[each.capture] for each in own]
        attributes = dict(own[0].attributes)
        for other in own[1:]:  # what differs between captures of one device is no attribute of the device
            attributes = {key: value for key, value in attributes.items() if (key, value) in other.attributes}
        yield Device(
            name=name,
            attributes=tuple((key, value) for key, value in attributes.items() if value),
            recipients=frozenset(
                each.recipient for result in found for each in result.sendings if each.kind != "attribute"
            ),
            dark=frozenset(recipient for result in found for recipient in result.unreadable),
            blind=any(each.state != "read" or each.partial or _BLOCKING & each.gaps.keys() for each in found),
        )


def _index(devices: Sequence[Device]) -> dict[Attributes, frozenset[int]]:
    """Give the devices that have each attribute."""
    index: dict[Attributes, set[int]] = {}
    for number, device in enumerate(devices):
        for attribute in device.attributes:
            index.setdefault((attribute,), set()).add(number)
    columns: dict[str, list[Attributes]] = {}
    for key in index:
        columns.setdefault(key[0][0], []).append(key)
    out = {key: frozenset(numbers) for key, numbers in index.items()}
    for name, keys in columns.items():
        if 2 < len(keys) <= _SMALL:
            every = frozenset().union(*(out[key] for key in keys))
            out |= {((name, NOT + key[0][1]),): every - out[key] for key in keys}
    return out


def _split(name: str, devices: Sequence[Device]) -> tuple[frozenset[int], frozenset[int]]:
    """Give the devices that send to a recipient, and those of which it cannot be told."""
    sending = frozenset(n for n, device in enumerate(devices) if name in device.recipients)
    unknown = frozenset(
        n for n, device in enumerate(devices) if n not in sending and (device.blind or name in device.dark)
    )
    return sending, unknown


Best = tuple[Attributes, float]
"""An explanation, and the natural logarithm of its chance."""


def _bits(numbers: frozenset[int], count: int) -> int:
    """Give a set of devices as the bits of a number: meeting two sets is then one step."""
    held = bytearray(count // 8 + 1)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


def _best(
    name: str,
    devices: Sequence[Device],
    index: Mapping[Attributes, frozenset[int]],
    bits: Mapping[Attributes, int],
) -> tuple[Best | None, tuple[Attributes, ...], int]:
    """Give the best explanation, those that hold for the same devices, and how many were tried."""
    sending, unknown = _split(name, devices)
    known = len(devices) - len(unknown)
    if len(sending) == known:
        return None, (), 0  # all of them: nothing tells them apart
    told = ~_bits(unknown, len(devices))
    sends = _bits(sending, len(devices))
    tried: dict[Attributes, tuple[float, int]] = {}
    for chosen in _choices(devices, sending, index):
        members = told
        for each in chosen:
            members &= bits[(each,)]
        count, inside = members.bit_count(), (members & sends).bit_count()
        outside = len(sending) - inside
        if inside * (known - count) <= outside * count:
            tried[chosen] = 0.0, members  # rarer inside than outside explains nothing
            continue
        tried[chosen] = fisher_log((inside, count), (outside, known - count)), members
    if not tried:
        return None, (), 0
    best = min(tried, key=lambda each: (tried[each][0], len(each), each))
    chance, members = tried[best]
    alike = sorted(
        (
            each
            for each, (_, own) in tried.items()
            if own == members and each != best and len(each) <= len(best)
        ),
        key=lambda each: (len(each), each),
    )
    return (best, chance), tuple(alike[:_LISTED]), len(tried)


def _choices(
    devices: Sequence[Device], sending: frozenset[int], index: Mapping[Attributes, frozenset[int]]
) -> Iterable[Attributes]:
    """Give every attribute and pair that a sending device has, and what it does not have, each once.

    An attribute of one device alone says no more than its name does, unless it is the only one that sends.
    """
    seen: set[Attributes] = set()
    for number in sending:
        own = [each for each in devices[number].attributes if len(sending) == 1 or len(index[(each,)]) > 1]
        seen.update(combinations(own, 1), combinations(own, 2))
    seen.update(key for key in index if key[0][1].startswith(NOT))
    return sorted(seen)


def _counted(members: frozenset[int], sending: frozenset[int], unknown: frozenset[int]) -> Count:
    return count_of(len(members & sending), len(members - unknown), len(members & unknown))


class _Fleet(NamedTuple):
    """All devices, by number and by what they have."""

    devices: Sequence[Device]
    having: Mapping[Attributes, frozenset[int]]
    fixed: Sequence[str]  # builds


def _sender(
    name: str,
    fleet: _Fleet,
    *,
    found: tuple[Best | None, tuple[Attributes, ...], float],
    said: Sequence[Sending],
) -> Sender:
    devices, index, fixed = fleet
    best, alike, corrected = found
    sending, unknown = _split(name, devices)
    everyone = frozenset(range(len(devices)))
    explanation: Explanation | None = None
    odd_sending: tuple[str, ...] = ()
    odd_silent: tuple[str, ...] = ()
    if best is not None and corrected <= log(LEVEL):
        members = frozenset.intersection(*(index[(each,)] for each in best[0]))
        explanation = Explanation(
            attributes=best[0],
            inside=_counted(members, sending, unknown),
            outside=_counted(everyone - members, sending, unknown),
            p=exp(best[1]),
            p_log10=round(best[1] / log(10), 4),
            corrected=exp(corrected),
            corrected_log10=round(corrected / log(10), 4),
        )
        odd_sending = _names(devices, sending - members)
        odd_silent = _names(devices, members - sending - unknown)
    return Sender(
        recipient=name,
        senders=tuple(sorted({each.sender for each in said if each.sender})),
        identifiers=tuple(sorted({each.identifier for each in said})),
        protections=tuple(sorted({each.protection for each in said})),
        count=_counted(everyone, sending, unknown),
        explanation=explanation,
        alike=alike if explanation is not None else (),
        odd_sending=odd_sending,
        odd_silent=odd_silent,
        groups=tuple(groups(index, partial(_counted, sending=sending, unknown=unknown), fixed)),
    )


def _names(devices: Sequence[Device], numbers: frozenset[int]) -> tuple[str, ...]:
    return tuple(sorted(devices[number].name for number in numbers)[:_LISTED])
