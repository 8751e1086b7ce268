"""From paths to traffic: captures opened, ordered, walked; devices found; a device asked for picked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from vitne.attribute import EndColumns, ends_of, find_devices
from vitne.intake import arrange
from vitne.intake.order import place_in_time
from vitne.model import Capture, Gap, Oddity, UsageError
from vitne.pipeline.conversation import read_flow
from vitne.pipeline.exported import ExportWalk
from vitne.pipeline.exportreader import ExportReader
from vitne.pipeline.inputs import open_inputs
from vitne.pipeline.moved import Moved
from vitne.pipeline.opened import OpenedFlows, closed, keys_of, read_inside
from vitne.reassemble import Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from vitne.attribute import Device, Devices
    from vitne.model import Flow
    from vitne.pipeline.inputs import Reader
    from vitne.pipeline.opened import Inside
    from vitne.pipeline.views import SideView

_SOME = 65_536


class Traffic(msgspec.Struct, kw_only=True):
    """Captures that form one stream of packets, walked."""

    readers: list[Any]  # CaptureReader of each capture, in order
    captures: list[Capture]  # all captures of the scan, by number
    walked: Any  # vitne.reassemble.Traffic
    first_flow: int  # number of the first flow over the whole scan
    link_types: frozenset[int]
    exported: bool = False  # an export: ``walked`` is an ExportWalk
    keyed: OpenedFlows | None = None  # opens closed flows, where keys are there

    def flow(self, number: int) -> Flow:
        """Give a flow by its number over the whole scan."""
        own: Flow = self.walked.flow(number - self.first_flow)
        return own if own.number == number else msgspec.structs.replace(own, number=number)

    def events(self, flow: Flow, views: dict[int, SideView]) -> Iterator[Any]:
        """Yield messages, gaps and oddities of one flow."""
        if self.exported:
            yield from self.walked.events(flow.number - self.first_flow, flow, views)
            return
        if flow.decrypted:
            yield from read_inside(flow, views, self.walked.row_times)
            return
        events = read_flow(flow, views, self.walked.row_times)
        if self.keyed is None:
            yield from events
        else:
            yield from self.keyed.events(flow, views, events)

    def inside(self, flow: Flow, views: dict[int, SideView]) -> Inside | None:
        """Give what was inside a flow, once, if it was closed and could be opened.

        Its events are read for that where they were not: a flow that says what another said is read once.
        """
        if self.keyed is None:
            return None
        if not self.keyed.has_read(flow) and closed(views):
            for _ in self.events(flow, views):
                continue
        return self.keyed.inside(flow)

    def ends(self) -> Iterator[EndColumns]:
        """Yield the ends of flows that tell which devices there are, some thousand flows at a time."""
        if self.exported:
            yield ends_of(self.walked.near_flows())
            return
        count = self.walked.flow_count
        for low in range(0, count, _SOME):
            yield EndColumns(*self.walked.ends_of(self.walked.distinct(low, min(low + _SOME, count))))


def open_traffic(
    paths: Sequence[str | Path], *, stdin: Any, progress: Callable[[str, int, int], None]
) -> tuple[list[Capture], list[Traffic], list[Gap | Oddity]]:
    """Open, order and walk the captures; raises CaptureError where none can be read."""
    notes: list[Gap | Oddity] = []
    opened = open_inputs(paths, stdin=stdin)
    notes.extend(opened.notes)
    exports = [reader for reader in opened.readers if isinstance(reader, ExportReader)]
    readers = [reader for reader in opened.readers if not isinstance(reader, ExportReader)]
    if len(opened.readers) > 1:
        for reader in readers:  # their order is known when their times are; indexing twice costs little
            for _ in reader.chunks():
                continue
        once = _once_each(opened.readers, notes)
        exports = [reader for reader in exports if reader in once]
        readers = [reader for reader in readers if reader in once]
    groups = arrange(readers)
    number, first_flow = 0, 0
    captures, traffics = [], []
    total = sum(len(reader.buffer) for reader in readers)
    done = 0
    for group in groups:
        walk = Walk()
        for reader in group:
            for item in reader.chunks():
                if isinstance(item, (Gap, Oddity)):
                    notes.append(msgspec.structs.replace(item, capture=number))
                else:
                    walk.add(number, reader.buffer, item)
                    last = int(item.offset[-1]) if len(item.offset) else 0
                    progress("reading", done + last, total)
            done += len(reader.buffer)
            captures.append(msgspec.structs.replace(reader.capture, number=number))
            number += 1
        walked = walk.finish()
        links = frozenset(interface.link_type for reader in group for interface in reader.capture.interfaces)
        traffics.append(
            Traffic(readers=group, captures=captures, walked=walked, first_flow=first_flow, link_types=links)
        )
        first_flow += walked.flow_count
    traffics += _exports(exports, captures, notes, first_flow=first_flow)
    return captures, traffics, notes


def give_keys(traffics: Sequence[Traffic], files: Sequence[str | Path]) -> list[Gap]:
    """Let closed flows be opened with these key logs and the secrets inside the captures.

    Raises UsageError for a key log that cannot be read.
    """
    readers = [reader for traffic in traffics if not traffic.exported for reader in traffic.readers]
    keys, gaps = keys_of(files, readers)
    for traffic in traffics:
        if keys is not None and not traffic.exported:
            traffic.keyed = OpenedFlows(keys, Moved(traffic.walked, keys), traffic.first_flow)
    return gaps


def _exports(
    readers: list[ExportReader], captures: list[Capture], notes: list[Gap | Oddity], *, first_flow: int
) -> list[Traffic]:
    """Read all exports once; their captures follow those of packets, in the order of time."""
    walks = []
    for reader in readers:
        walked = ExportWalk(reader)
        walked.index()
        reader.count(walked.entries, walked.span_ns)
        walks.append((reader, walked))
    walks.sort(key=lambda pair: place_in_time(pair[0].capture))
    traffics = []
    for reader, walked in walks:
        walked.capture = len(captures)
        captures.append(msgspec.structs.replace(reader.capture, number=walked.capture))
        notes.extend(msgspec.structs.replace(note, capture=walked.capture) for note in walked.told)
        traffics.append(
            Traffic(
                readers=[reader],
                captures=captures,
                walked=walked,
                first_flow=first_flow,
                link_types=frozenset(),
                exported=True,
            )
        )
        first_flow += walked.flow_count
    return traffics


def _once_each(readers: list[Reader], notes: list[Gap | Oddity]) -> list[Reader]:
    """Keep one of captures that are the same bytes under several names."""
    kept: dict[str, Reader] = {}
    for reader in sorted(readers, key=lambda each: each.capture.name):
        first = kept.setdefault(reader.capture.sha256, reader)
        if first is not reader:
            note = f"{reader.capture.name} is the same file as {first.capture.name} and was read once"
            notes.append(Oddity(name="same-capture-twice", note=note))
            reader.close()
    return [reader for reader in readers if kept[reader.capture.sha256] is reader]


def devices_of(traffics: Sequence[Traffic]) -> Devices:
    """Find the devices behind all flows, looking once at each pair of endpoints of some thousand flows."""
    return find_devices(some for traffic in traffics for some in traffic.ends())


def pick_devices(devices: Devices, word: str | None) -> list[Device] | None:
    """Give the devices that a user's word stands for; None for all.  Raises UsageError."""
    if word is None:
        return None
    found = devices.matching(word)
    if not found:
        there = ", ".join(
            device.addresses[0] if device.addresses else device.key for device in devices.all[:12]
        )
        raise UsageError(
            f"no device in these captures answers to {word!r}",
            expected="a link address, a network address or a name the device gave itself (DHCP, mDNS)",
            next_step=f"devices seen: {there or 'none'}",
        )
    return found


def mask_of(traffic: Traffic, wanted: list[Device] | None) -> np.ndarray | None:
    """Give which flows belong to the wanted devices; None for all."""
    if wanted is None:
        return None
    addresses = {address for device in wanted for address in device.addresses}
    macs = {device.mac for device in wanted if device.mac}
    count = traffic.walked.flow_count
    keep = np.zeros(count, dtype=bool)
    for number in range(count):
        flow = traffic.walked.flow(number)
        keep[number] = (
            flow.client_ip in addresses
            or flow.server_ip in addresses
            or (flow.client_mac in macs and flow.client_ip in {"0.0.0.0", "::"})  # noqa: S104
        )
    return keep
