"""The end of a scan: destinations named, entries ordered and grouped, what was unread summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from vitne.assess import hide_mac, mask, scrubber, settle
from vitne.assess.drafts import rfc3339
from vitne.attribute.destinations import destination, scope_of
from vitne.model import Finding, Gap, Oddity, Source
from vitne.pipeline.result import DeviceRow, Result
from vitne.pipeline.rules import rules_used
from vitne.store import OpaqueTotal, Transmission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitne.assess import Draft
    from vitne.attribute import Device, Devices
    from vitne.model import Destination, Flow, Seed
    from vitne.model.findings import Scope
    from vitne.pipeline.flowwork import FlowWork


class Ends:
    """Names the two ends of a flow."""

    def __init__(self, work: FlowWork) -> None:
        self.work = work

    def _label(self, device: Device | None, ip: str) -> str:
        return device.label if device is not None else ip

    def ends(self, flow: Flow, side: int, *, time_ns: int | None = None) -> tuple[Source, Destination, Scope]:
        """Give the sender, where the bytes went, and how far that is."""
        client = (flow.client_ip, flow.client_port, flow.client_mac)
        server = (flow.server_ip, flow.server_port, flow.server_mac)
        own, far = (client, server) if side == 0 else (server, client)
        devices = self.work.devices
        sender, receiver = devices.of(own[0], own[2]), devices.of(far[0], far[2])
        received = sender is None and (receiver is not None or side == 1)
        mac = "" if own[2] in devices.routers else own[2]
        label = self._label(receiver, far[0]) if received else self._label(sender, own[0])
        source = Source(ip=own[0], port=own[1], mac=mac, device=label)
        host, how = ("", "none") if received else self._host(flow, far[0], sender, own[0], time_ns)
        scope = scope_of(*((own[0], flow.tunnel, far[0]) if received else (far[0], flow.tunnel, own[0])))
        return source, destination(far[0], far[1], host=host, host_source=how), scope  # type: ignore[arg-type]

    def near_and_far(self, flow: Flow, side: int) -> tuple[str, Destination, Scope]:
        """Give the label of the device and the far end, whoever of them sent."""
        devices = self.work.devices
        client = devices.of(flow.client_ip, flow.client_mac)
        server = devices.of(flow.server_ip, flow.server_mac)
        outward = (client is not None and server is None) or (
            (client is None) == (server is None) and side == 0
        )
        source, target, scope = self.ends(flow, 0 if outward else 1)
        if client is None and server is not None:
            source, target, scope = self.ends(flow, 1)
        return source.device, target, scope

    def _host(
        self, flow: Flow, far: str, sender: Device | None, own: str, time_ns: int | None
    ) -> tuple[str, str]:
        """Give the name of the far end and how it is known: Host header, SNI, DNS answer before, none."""
        told = self.work.flow_hosts.get(flow.number)
        if told is not None and far == flow.server_ip:
            return told
        when = time_ns if time_ns is not None else 1 << 62
        name = self.work.names.name(sender.key if sender is not None else own, far, time_ns=when)
        return (name, "dns") if name else ("", "none")


def settle_all(scan: Any, wanted: list[Device] | None) -> Result:
    """Put the result together, in an order that depends on the captures alone."""
    work: FlowWork = scan.work
    ends = Ends(work)
    findings = _findings(work, ends)
    opaque = _opaque(work, ends)
    transmissions = list(_transmissions(work, ends))
    rows = device_rows(work.devices, wanted)
    if not scan.options.reveal:
        cover = Cover(work, findings, scan.seeds)
        findings = mask(findings, cover.scrub, cover.device)
        opaque = [cover.opaque(row) for row in opaque]
        transmissions = [cover.transmission(row) for row in transmissions]
        rows = [cover.row(row) for row in rows]
    return Result(
        captures=scan.captures,
        findings=findings,
        opaque=opaque,
        transmissions=transmissions,
        gaps=_ordered_gaps(work),
        oddities=_ordered_oddities(work),
        devices=rows,
        counts=dict(sorted(scan.counts.items())),
        rules=rules_used(),
        partial=scan.partial,
        failed=work.failed,
    )


def device_rows(devices: Devices, wanted: list[Device] | None) -> list[DeviceRow]:
    """Give the devices as shown; of those not asked for, nothing but that they are there."""
    keys = None if wanted is None else {device.key for device in wanted}
    return [
        DeviceRow(
            label=device.label,
            mac=device.mac,
            addresses=tuple(device.addresses),
            names=tuple(device.names),
            router=device.mac in devices.routers,
            searched=True,
        )
        for device in devices.all
        if keys is None or device.key in keys
    ]


class Cover:
    """Masks what is shown beside the findings: names of devices, hosts that hold a value."""

    def __init__(self, work: FlowWork, findings: list[Finding], seeds: list[Seed]) -> None:
        self.scrub = scrubber(findings, seeds)
        self._labels: dict[str, str] = {}
        for number, device in enumerate(work.devices.all, 1):
            self._labels.setdefault(device.label, f"device#{number}")

    def device(self, label: str) -> str:
        """Give the masked label of a device; what is no device is scrubbed."""
        return self._labels.get(label) or self.scrub(label)

    def _target(self, target: Destination) -> Destination:
        return replace(target, host=self.scrub(target.host), domain=self.scrub(target.domain))

    def opaque(self, row: OpaqueTotal) -> OpaqueTotal:
        """Mask a row of unreadable bytes."""
        return replace(row, device=self.device(row.device), destination=self._target(row.destination))

    def transmission(self, row: Transmission) -> Transmission:
        """Mask a row of what was sent."""
        source = replace(row.source, mac=hide_mac(row.source.mac), device=self.device(row.source.device))
        return replace(row, source=source, destination=self._target(row.destination))

    def row(self, row: DeviceRow) -> DeviceRow:
        """Mask a device."""
        return replace(
            row, label=self.device(row.label), mac=hide_mac(row.mac), names=tuple("•••" for _ in row.names)
        )


def _order(one: Draft) -> tuple[Any, ...]:
    setting = one.setting
    return (
        setting.capture.number,
        setting.frames[0],
        one.frames[0] if one.frames else 0,
        setting.flow.number,
        setting.message.side,
        one.stream_range,
        one.identifier,
        one.value_range,
    )


def _findings(work: FlowWork, ends: Ends) -> list[Finding]:
    groups: dict[tuple[str, ...], str] = {}
    found = []
    for one in sorted(work.drafts, key=_order):
        setting = one.setting
        message = setting.message
        source, target, scope = ends.ends(setting.flow, message.side, time_ns=setting.time_ns)
        if message.host and setting.direction == "sent" and message.host_source == "http-host":
            target = destination(target.ip, target.port, host=message.host, host_source="http-host")
        found.append(settle(one, source=source, destination=target, scope=scope, groups=groups))
    return found


def _opaque(work: FlowWork, ends: Ends) -> list[OpaqueTotal]:
    """Sum unreadable bytes per device, far end and reason."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    for (number, side, reason), (_, length) in work.toll.unread.items():
        flow = work.toll.flows[number]
        near, far, scope = ends.near_and_far(flow, side)
        key = (near, far.host or far.ip, far.port, flow.transport, reason)
        entry = sums.setdefault(key, [far, scope, 0, set()])
        entry[2] += length
        entry[3].add(number)
    return [
        OpaqueTotal(
            reason=reason,
            device=near,
            destination=far,
            transport=transport,
            scope=scope,
            bytes=length,
            flows=len(flows),
            filter=_address_filter(far, transport),
        )
        for (near, _, _, transport, reason), (far, scope, length, flows) in sorted(
            sums.items(), key=lambda item: item[0]
        )
    ]


def _address_filter(far: Destination, transport: str) -> str:
    """Give a Wireshark display filter for the traffic with one far end."""
    family = "ipv6" if ":" in far.ip else "ip"
    return f"{family}.addr == {far.ip} && {transport}.port == {far.port}"


def _transmissions(work: FlowWork, ends: Ends) -> Iterator[Transmission]:
    """Give one row per message sent; frames and times are looked up in bulk, per walked group."""
    rows = work.toll.works
    places: dict[int, tuple[int, int, int, int]] = {}
    groups: dict[int, tuple[Any, list[int]]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(id(row[0]), (row[0], []))[1].append(number)
    for traffic, numbers in groups.values():
        spans = np.asarray([rows[n][1] for n in numbers], dtype=np.int64)
        times = traffic.walked.row_times(spans[:, 0]).tolist()
        capture = traffic.walked.capture_of(spans[:, 0])
        first, last = traffic.walked.frame_of(spans[:, 0]), traffic.walked.frame_of(spans[:, 1])
        for n, time, at, start, end in zip(
            numbers, times, capture.tolist(), first.tolist(), last.tolist(), strict=True
        ):
            places[n] = (at, start, end, time)
    cached: dict[tuple[int, int], Any] = {}
    for n in sorted(places, key=lambda each: (*places[each], each)):
        at, start, end, time_ns = places[n]
        _, _, number, side, protocol, kind, length, delivery, readable = rows[n]
        flow = work.toll.flows[number]
        if (number, side) not in cached:
            cached[number, side] = ends.ends(flow, side, time_ns=time_ns)
        source, target, scope = cached[number, side]
        capture_row = work.captures[at]
        yield Transmission(
            time_ns=time_ns,
            time=rfc3339(time_ns),
            capture={"name": capture_row.name, "sha256": capture_row.sha256},
            flow=number,
            message_frames=(start, end),
            source=source,
            destination=target,
            transport=flow.transport,
            protocol=protocol,
            kind=kind,
            bytes=length,
            direction="sent",
            delivery=delivery,
            protection="clear" if readable else None,
            scope=scope,
        )


def _ordered_gaps(work: FlowWork) -> list[Gap]:
    gaps = [note for note in work.notes if isinstance(note, Gap)]
    return sorted(
        gaps, key=lambda gap: (gap.capture, gap.frame or 0, gap.flow or 0, gap.offset or 0, gap.kind, gap.why)
    )


def _ordered_oddities(work: FlowWork) -> list[Oddity]:
    odd = [note for note in work.notes if isinstance(note, Oddity)]
    return sorted(
        odd, key=lambda one: (one.capture, one.frame or 0, one.flow or 0, one.offset or 0, one.name, one.note)
    )
