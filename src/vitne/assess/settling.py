"""From drafts to findings: each gets its name, its group, its ends and its time as a person reads it."""

from __future__ import annotations

import functools
from datetime import date, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from vitne.assess.drafts import from_wire
from vitne.model import App, Destination, Finding, Source, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.assess.drafts import Draft
    from vitne.model.findings import Scope


def rfc3339(time_ns: int) -> str:
    """Give nanoseconds since 1970 as RFC 3339 text in UTC with nine digits, also before 1970."""
    days, rest = divmod(time_ns, _DAY_NS)
    day = _day(days)
    second, rest = divmod(rest, _SECOND_NS)
    clock = f"{day}T{_TWO[second // 3600]}:{_TWO[second // 60 % 60]}:{_TWO[second % 60]}"
    return f"{clock}.{str(_SECOND_NS + rest)[1:]}Z" if day else ""


_SECOND_NS = 10**9
_DAY_NS = 86_400 * _SECOND_NS
_TWO = tuple(f"{number:02d}" for number in range(60))
"""Two digits, looked up: to format a number takes as long as all else."""


@functools.lru_cache(maxsize=1 << 10)
def _day(number: int) -> str:
    """Give the date so many days behind the beginning of 1970, nothing beyond the calendar."""
    try:
        return f"{date(1970, 1, 1) + timedelta(days=number):%Y-%m-%d}"
    except OverflowError:
        return ""


def display_filter(frames: Sequence[int]) -> str:
    """Give a Wireshark display filter that shows exactly these frames."""
    if len(frames) == 1:
        return f"frame.number == {frames[0]}"
    return "frame.number in {" + ", ".join(str(frame) for frame in frames) + "}"


_UNKNOWN = App()
_BLANK = Finding(
    id="",
    group="",
    identifier="",
    kind="",
    seed=None,
    value="",
    spelling="",
    field="",
    grade="inferred",
    evalue=None,
    reasons=(),
    verified=False,
    direction="sent",
    delivery="unknown",
    answer="",
    protection="clear",
    scope="internet",
    capture={},
    frames=(),
    message_frames=(0, 0),
    time_ns=0,
    time="",
    transport="",
    source=Source(ip="", port=0, mac="", device=""),
    destination=Destination(ip="", port=0, host="", host_source="none", domain=""),
    layers=(),
    value_range=(0, 0),
    stream_range=(0, 0),
    also=(),
    sender=None,
    filter="",
    protocol="",
    flow=0,
)
"""What findings are made from: a copy with other contents takes a third of what a new one takes."""
_Shared = tuple[str, Finding, bool]
"""Of all findings of a message: how their place begins, as JSON; one with what they share; whether its frames
are packets."""


class Settling:
    """Finishes the drafts of a scan; the first entry of a value names its group.

    The drafts have to live as long as this does: what those that are alike share is made once, and a finding
    is a copy of another of the same message with its own in place of the other's.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], str] = {}
        self._places: dict[int, str] = {}  # identity of layers -> codecs and ranges as JSON
        self._captures: dict[int, tuple[str, dict[str, str]]] = {}  # by identity: digest as JSON, both
        self._said: dict[tuple[str, str], dict[str, str]] = {}
        self._shared: dict[int, _Shared] = {}  # by the identity of the setting

    def finding(
        self, one: Draft, *, ends: tuple[Source, Destination, Scope], app: App | None = None
    ) -> Finding:
        """Finish a draft; ``app`` is the program on the device, where one is known."""
        source, destination, scope = ends
        setting = one.setting
        shared = self._shared.get(id(setting))
        if shared is None:
            shared = self._shared[id(setting)] = self._share(one)
        place, like, counted = shared
        own = self._id(one, place)
        identifier, value, frames, records = one.identifier, one.value, one.frames, one.records
        key = (source.device, destination.host or destination.ip, identifier, value, setting.direction)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = "G-" + own[2:]
        return replace(
            like,
            id=own,
            group=group,
            identifier=identifier,
            kind=kind_of(identifier),
            seed=one.seed,
            value=value,
            spelling=one.spelling,
            field=one.field,
            grade=one.grade,
            evalue=one.evalue,
            reasons=one.reasons,
            verified=one.verified,
            protection=one.protection,
            scope=scope,
            frames=frames,
            source=source,
            destination=destination,
            layers=one.layers if records is None else from_wire(one),
            value_range=one.value_range,
            stream_range=records or one.stream_range,
            also=one.also,
            sender=one.sender,
            filter=display_filter(frames) if counted else "",
            app=_UNKNOWN if app is None else app,
        )

    def _share(self, one: Draft) -> _Shared:
        setting = one.setting
        capture, flow, (first, last) = setting.capture, setting.flow, setting.frames
        known = self._captures.get(id(capture))
        if known is None:
            name, digest = capture.name, capture.sha256
            said = self._said.setdefault((name, digest), {"name": name, "sha256": digest})
            known = self._captures[id(capture)] = (msgspec.json.encode(digest).decode(), said)
        like = replace(
            _BLANK,
            direction=setting.direction,
            delivery=setting.delivery,
            answer=setting.answer,
            capture=known[1],
            message_frames=setting.frames,
            time_ns=setting.time_ns,
            time=rfc3339(setting.time_ns),
            transport=flow.transport,
            protocol=setting.message.protocol,
            flow=flow.number,
        )
        place = f"[{known[0]},{setting.message.side},[{first},{last}],["
        return place, like, capture.unit == "packet"

    def _id(self, one: Draft, place: str) -> str:
        """Name a finding after its place alone."""
        layers = one.layers
        places = self._places.get(id(layers))
        if places is None:
            rows = [[layer["codec"], layer["range"]] for layer in layers]
            places = self._places[id(layers)] = msgspec.json.encode(rows).decode()
        (start, end), (low, high) = one.stream_range, one.value_range
        told = f'{place}{start},{end}],{places},[{low},{high}],"{one.identifier}"]'
        return "F-" + sha256(told.encode()).hexdigest()[:16]
