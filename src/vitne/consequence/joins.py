"""Joins: records that recipients can put together by a shared value, and requests that tie values for ever.

Values are compared by what stands in the findings, so masked labels will do: equal values have equal labels
within a case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.consequence.lasting import can_be_reset, lasting, permanent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from vitne.model import Finding

_KINDS = {"identifier", "credential"}


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """A value that two recipients hold: with it they can put their records together."""

    identifier: str  # word of the closed list
    value: str  # masked unless revealed
    others: tuple[str, ...]  # the other recipients, sorted
    lasts: str  # how long the value points at the same


class Bridge(msgspec.Struct, frozen=True, kw_only=True):
    """A message that ties an identifier that can be made anew to one that cannot."""

    resettable: str  # identifier that can be made anew
    permanent: str  # identifier that cannot
    values: tuple[str, str]  # of the two, masked unless revealed
    frames: tuple[int, int]  # first and last frame of the message
    capture: str  # name of the capture
    time: str  # RFC 3339
    count: int  # messages that tie the same two


def joins(findings: Iterable[Finding], of: Callable[[Finding], str], name: str) -> list[Join]:
    """Give the values that a recipient shares with others; ``of`` gives the recipient of a finding."""
    holders: dict[tuple[str, str], set[str]] = {}
    for one in findings:
        if one.direction == "sent" and one.kind in _KINDS:
            holders.setdefault((one.identifier, one.value), set()).add(of(one))
    out = []
    for (identifier, value), who in holders.items():
        others = who - {name}
        if name in who and others:
            known = lasting().get(identifier)
            lasts = "unknown" if known is None else _lasts(known.outlives_reset, known.of)
            out.append(Join(identifier=identifier, value=value, others=tuple(sorted(others)), lasts=lasts))
    return sorted(out, key=lambda each: (not permanent(each.identifier), each.identifier, each.value))


def _value(together: Iterable[Finding], identifier: str) -> str:
    return next(one.value for one in together if one.identifier == identifier)


def holders(findings: Iterable[Finding], of: Callable[[Finding], str]) -> dict[tuple[str, str], int]:
    """Count messages by holder and value, of values that stay with a person, a device or an account."""
    out: dict[tuple[str, str], int] = {}
    for one in findings:
        if one.direction == "sent" and one.kind in _KINDS:
            pair = (of(one), f"{one.identifier} {one.value}")
            out[pair] = out.get(pair, 0) + 1
    return out


def _lasts(outlives_reset: str, what: str) -> str:
    return f"points at the {what}, outlives a factory reset: {outlives_reset}"


def bridges(findings: Iterable[Finding]) -> list[Bridge]:
    """Give the messages that tie what can be made anew to what cannot, the first of each pair."""
    messages: dict[tuple[str, int, tuple[int, int]], list[Finding]] = {}
    for one in findings:
        if one.direction == "sent":
            messages.setdefault((one.capture["sha256"], one.flow, one.message_frames), []).append(one)
    first: dict[tuple[str, str], Bridge] = {}
    for key in sorted(messages, key=lambda each: min(one.time_ns for one in messages[each])):
        together = messages[key]
        words = {one.identifier for one in together}
        for soft in sorted(word for word in words if can_be_reset(word)):
            for hard in sorted(word for word in words if permanent(word) and word not in {"ssid", "bssid"}):
                had = first.get((soft, hard))
                if had is not None:
                    first[soft, hard] = msgspec.structs.replace(had, count=had.count + 1)
                    continue
                one = together[0]
                first[soft, hard] = Bridge(
                    resettable=soft,
                    permanent=hard,
                    values=(_value(together, soft), _value(together, hard)),
                    frames=one.message_frames,
                    capture=one.capture["name"],
                    time=one.time,
                    count=1,
                )
    return [first[pair] for pair in sorted(first)]
