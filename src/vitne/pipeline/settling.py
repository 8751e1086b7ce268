"""The end of a scan: destinations named, entries ordered and grouped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vitne.assess import Settling
from vitne.attribute.destinations import destination, scope_of
from vitne.model import Oddity
from vitne.pipeline.appnames import AppNames
from vitne.pipeline.cover import Cover
from vitne.pipeline.ends import NOBODY, Ends, both
from vitne.pipeline.recurring import recurring
from vitne.pipeline.result import DeviceRow, Result
from vitne.pipeline.rules import rules_used
from vitne.pipeline.toll import OPENED
from vitne.pipeline.transmissions import Transmissions
from vitne.store import OpaqueTotal, OpenedTotal

if TYPE_CHECKING:
    from vitne.assess import Draft, Setting
    from vitne.attribute import Device, Devices
    from vitne.model import Destination, Finding, Flow, Source
    from vitne.model.findings import Scope
    from vitne.pipeline.ends import Host, Pair
    from vitne.pipeline.flowwork import FlowWork

    _Named = tuple[Source, Destination, Scope]

_CONTRADICTING = (
    "two answers about one name came within two seconds and have no address in common; one may be forged"
)
_BEFORE, _LATE = -(1 << 62), 1 << 62
"""Times before and behind every answer."""


def settle_all(scan: Any, wanted: list[Device] | None) -> Result:
    """Put the result together, in an order that depends on the captures alone; values are as they are."""
    work: FlowWork = scan.work
    ends = Ends(work.devices, work.names)
    alone = sum(device.mac not in work.devices.routers for device in work.devices.all) == 1
    apps = AppNames(scan.traffics, scan.book, alone=alone)
    findings = recurring(_findings(work, ends, apps))
    for _ in work.names.contradictions():
        work.notes.add(Oddity(name="contradicting-dns-answers", note=_CONTRADICTING))
    opaque, opened = _totals(work, ends)
    return Result(
        captures=scan.captures,
        findings=findings,
        opaque=opaque,
        opened=opened,
        transmissions=Transmissions(work.toll, ends),
        gaps=work.notes.gaps(),
        oddities=work.notes.oddities(),
        devices=device_rows(work.devices, wanted),
        counts=dict(sorted(scan.counts.items())),
        rules=rules_used(),
        partial=scan.partial,
        failed=work.failed,
        revealed=True,
        cover=Cover(work.devices, findings, scan.seeds),
    )


def device_rows(devices: Devices, wanted: list[Device] | None) -> list[DeviceRow]:
    """Give the devices as shown; of those not asked for, nothing."""
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


def _findings(work: FlowWork, ends: Ends, apps: AppNames) -> list[Finding]:
    settling, known = Settling(), _Known(ends)
    apps.prepare(work.drafts)
    return [
        settling.finding(one, ends=known.ends(one), app=apps.of(one))
        for one in sorted(work.drafts, key=_order)
    ]


class _Known:
    """The ends of messages: what does not depend on the time is named once for each flow.

    The drafts have to live as long as this does.
    """

    def __init__(self, ends: Ends) -> None:
        self._ends = ends
        self._told: dict[tuple[Any, ...], tuple[_Named, tuple[str, str] | None]] = {}
        self._named: dict[tuple[Any, ...], Destination] = {}
        self._pairs: dict[tuple[Any, ...], Pair] = {}
        self._made: dict[int, _Named] = {}  # by the identity of the setting

    def ends(self, one: Draft) -> _Named:
        """Give the ends of the message that a draft is of."""
        setting = one.setting
        made = self._made.get(id(setting))
        if made is None:
            made = self._made[id(setting)] = self._of(setting)
        return made

    def _of(self, setting: Setting) -> _Named:
        side, flow = setting.message.side, setting.flow
        host = setting.host if setting.direction == "sent" or side == 0 else NOBODY
        told = self._told.get((flow.number, side, host))
        if told is None:
            pair, far = self._pair(flow, side)
            asks = (pair.asker, far) if pair.asker is not None and (side or not host[0]) else None
            told = (self._ends.of_pair(pair, flow, side, host=host, time_ns=_BEFORE), asks)
            self._told[flow.number, side, host] = told
        (source, target, scope), asks = told
        if asks is not None:
            name = self._ends.by_dns(*asks, setting.time_ns)
            target = self._called(target, name) if name[0] else target
        if host[0] and not target.host:
            target = self._called(target, host)
        return source, target, scope

    def _pair(self, flow: Flow, side: int) -> tuple[Pair, str]:
        """Name the ends of a flow by their addresses; and give the far one's."""
        (own, _), (far, _) = both(flow, side)
        key = (own, far, side, flow.transport, flow.tunnel)
        pair = self._pairs.get(key)
        if pair is None:
            pair = self._pairs[key] = self._ends.pair(own, far, side=side, carried=key[3:])
        return pair, far[0]

    def _called(self, target: Destination, host: Host) -> Destination:
        """Give a destination under a name; one object for all that are equal."""
        key = (target.ip, target.port, host)
        named = self._named.get(key)
        if named is None:
            named = self._named[key] = destination(target.ip, target.port, host=host[0], host_source=host[1])  # type: ignore[arg-type]
        return named


def _totals(work: FlowWork, ends: Ends) -> tuple[list[OpaqueTotal], list[OpenedTotal]]:
    """Sum bytes that could not be read, and that keys opened, per device, far end and reason."""
    sums: dict[tuple[Any, ...], list[Any]] = {}
    every = sorted(
        work.toll.unread.items(), key=lambda each: each[0]
    )  # of several addresses the least is told
    for (near_ip, near_mac, ip, port, host, transport, tunnel, reason), counted in every:
        near = work.devices.of(near_ip, near_mac)
        told = host if host[0] else ends.by_dns(near.key if near is not None else near_ip, ip, _LATE)
        far = destination(ip, port, host=told[0], host_source=told[1])  # type: ignore[arg-type]
        key = (ends.label(near, near_ip), far.host or far.ip, port, transport, reason)
        entry = sums.setdefault(key, [far, scope_of(ip, tunnel, near_ip), 0, 0])
        entry[2] += counted[0]
        entry[3] += counted[1]
    opaque: list[OpaqueTotal] = []
    opened: list[OpenedTotal] = []
    for (label, _, _, transport, reason), (far, scope, length, flows) in sorted(
        sums.items(), key=lambda item: item[0]
    ):
        shared: dict[str, Any] = {"device": label, "destination": far, "transport": transport, "scope": scope}
        shared |= {"bytes": length, "flows": flows, "filter": _address_filter(far, transport)}
        if reason == OPENED:
            opened.append(OpenedTotal(**shared))
        else:
            opaque.append(OpaqueTotal(reason=reason, **shared))
    return opaque, opened


def _address_filter(far: Destination, transport: str) -> str:
    """Give a Wireshark display filter for the traffic with one far end."""
    if not far.ip:
        return ""  # an export that tells no address
    family = "ipv6" if ":" in far.ip else "ip"
    return f"{family}.addr == {far.ip} && {transport}.port == {far.port}"
