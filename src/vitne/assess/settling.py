"""From drafts to findings: each gets its name, its group, its ends and its time as a person reads it."""

from __future__ import annotations

import functools
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from vitne.assess.drafts import from_wire
from vitne.model import Finding, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.assess.drafts import Draft
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


class Settling:
    """Finishes the drafts of a scan; the first entry of a value names its group.

    The drafts have to live as long as this does: what those that are alike share is made once.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], str] = {}
        self._places: dict[int, str] = {}  # identity of layers -> codecs and ranges as JSON
        self._captures: dict[int, tuple[str, dict[str, str]]] = {}  # by number: digest as JSON, both

    def finding(
        self, one: Draft, *, ends: tuple[Source, Destination, Scope], app: App | None = None
    ) -> Finding:
        """Finish a draft; ``app`` is the program on the device, where one is known."""
        source, destination, scope = ends
        setting = one.setting
        own = self._id(one)
        key = (
            source.device,
            destination.host or destination.ip,
            one.identifier,
            one.value,
            setting.direction,
        )
        more = {} if app is None else {"app": app}
        return Finding(
            id=own,
            group=self._groups.setdefault(key, "G-" + own[2:]),
            identifier=one.identifier,
            kind=kind_of(one.identifier),
            seed=one.seed,
            value=one.value,
            spelling=one.spelling,
            field=one.field,
            grade=one.grade,
            evalue=one.evalue,
            reasons=one.reasons,
            verified=one.verified,
            direction=setting.direction,
            delivery=setting.delivery,
            answer=setting.answer,
            protection=one.protection,
            scope=scope,
            capture=self._capture(one)[1],
            frames=one.frames,
            message_frames=setting.frames,
            time_ns=setting.time_ns,
            time=rfc3339(setting.time_ns),
            transport=setting.flow.transport,
            source=source,
            destination=destination,
            layers=one.layers if one.records is None else from_wire(one),
            value_range=one.value_range,
            stream_range=one.records or one.stream_range,
            also=one.also,
            sender=one.sender,
            filter=display_filter(one.frames) if setting.capture.unit == "packet" else "",
            protocol=setting.message.protocol,
            flow=setting.flow.number,
            **more,
        )

    def _capture(self, one: Draft) -> tuple[str, dict[str, str]]:
        capture = one.setting.capture
        known = self._captures.get(capture.number)
        if known is None or known[1]["sha256"] != capture.sha256 or known[1]["name"] != capture.name:
            said = {"name": capture.name, "sha256": capture.sha256}
            known = self._captures[capture.number] = (msgspec.json.encode(capture.sha256).decode(), said)
        return known

    def _id(self, one: Draft) -> str:
        """Name a finding after its place alone."""
        setting = one.setting
        places = self._places.get(id(one.layers))
        if places is None:
            rows = [[layer["codec"], layer["range"]] for layer in one.layers]
            places = self._places[id(one.layers)] = msgspec.json.encode(rows).decode()
        (first, last), (start, end), (low, high) = setting.frames, one.stream_range, one.value_range
        place = (
            f"[{self._capture(one)[0]},{setting.message.side},[{first},{last}],[{start},{end}],"
            f'{places},[{low},{high}],"{one.identifier}"]'
        )
        return "F-" + hashlib.sha256(place.encode()).hexdigest()[:16]
