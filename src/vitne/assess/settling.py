"""From drafts to findings: each gets its name, its group, its ends and its time as a person reads it."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vitne.assess.drafts import from_wire
from vitne.model import Finding, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.assess.drafts import Draft, Setting
    from vitne.model import App, Destination, Source
    from vitne.model.findings import Scope


def rfc3339(time_ns: int) -> str:
    """Give nanoseconds since 1970 as RFC 3339 text in UTC with nine digits, also before 1970."""
    seconds, rest = divmod(time_ns, 1_000_000_000)
    second = _second(seconds)
    return f"{second}.{rest:09d}Z" if second else ""


@functools.lru_cache(maxsize=1 << 13)
def _second(number: int) -> str:
    """Give date and time so many seconds behind the beginning of 1970, nothing beyond the calendar."""
    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number):%Y-%m-%dT%H:%M:%S}"
    except OverflowError:
        return ""


def display_filter(frames: Sequence[int]) -> str:
    """Give a Wireshark display filter that shows exactly these frames."""
    if len(frames) == 1:
        return f"frame.number == {frames[0]}"
    return "frame.number in {" + ", ".join(str(frame) for frame in frames) + "}"


class _Shared(NamedTuple):
    """What all findings of one message share."""

    place: str  # the beginning of their place, as JSON
    capture: dict[str, str]  # name and digest
    time: str
    counted: bool  # its frames are packets


class Settling:
    """Finishes the drafts of a scan; the first entry of a value names its group.

    The drafts have to live as long as this does: what those that are alike share is made once.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], str] = {}
        self._places: dict[int, str] = {}  # identity of layers -> codecs and ranges as JSON
        self._captures: dict[int, tuple[str, dict[str, str]]] = {}  # by number: digest as JSON, both
        self._shared: dict[int, _Shared] = {}  # by the identity of the setting

    def finding(
        self, one: Draft, *, ends: tuple[Source, Destination, Scope], app: App | None = None
    ) -> Finding:
        """Finish a draft; ``app`` is the program on the device, where one is known."""
        source, destination, scope = ends
        setting = one.setting
        shared = self._shared.get(id(setting))
        if shared is None:
            shared = self._shared[id(setting)] = self._share(setting)
        own = self._id(one, shared.place)
        identifier, value, direction, frames = one.identifier, one.value, setting.direction, one.frames
        key = (source.device, destination.host or destination.ip, identifier, value, direction)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = "G-" + own[2:]
        flow, time_ns, records = setting.flow, setting.time_ns, one.records
        more = {} if app is None else {"app": app}
        return Finding(
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
            direction=direction,
            delivery=setting.delivery,
            answer=setting.answer,
            protection=one.protection,
            scope=scope,
            capture=shared.capture,
            frames=frames,
            message_frames=setting.frames,
            time_ns=time_ns,
            time=shared.time,
            transport=flow.transport,
            source=source,
            destination=destination,
            layers=one.layers if records is None else from_wire(one),
            value_range=one.value_range,
            stream_range=records or one.stream_range,
            also=one.also,
            sender=one.sender,
            filter=display_filter(frames) if shared.counted else "",
            protocol=setting.message.protocol,
            flow=flow.number,
            **more,
        )

    def _share(self, setting: Setting) -> _Shared:
        capture, (first, last) = setting.capture, setting.frames
        known = self._captures.get(capture.number)
        if known is None or known[1]["sha256"] != capture.sha256 or known[1]["name"] != capture.name:
            said = {"name": capture.name, "sha256": capture.sha256}
            known = self._captures[capture.number] = (msgspec.json.encode(capture.sha256).decode(), said)
        return _Shared(
            place=f"[{known[0]},{setting.message.side},[{first},{last}],[",
            capture=known[1],
            time=rfc3339(setting.time_ns),
            counted=capture.unit == "packet",
        )

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
