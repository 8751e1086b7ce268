"""What could not be read of a case, and what keys opened, told for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from vitne.report.words import count_of, joined

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vitne.model import Destination
    from vitne.report.outcome import Outcome
    from vitne.report.overview import Near, Target

Place = tuple[str, str, str]
"""Device, name or address of the far end, port with transport."""


def bytes_opened(case: Outcome) -> dict[Place, int]:
    """Give the bytes that keys opened at each destination."""
    return {_key(row.device, row.destination, row.transport): row.bytes for row in case.opened}


def _key(device: str, where: Destination, transport: str) -> Place:
    return device, where.host or where.ip, f"{where.port}/{transport}"


def with_opened(near: Near, opened: Mapping[Place, int]) -> Near:
    """Tell of each destination how much of it keys opened."""
    if not opened:
        return near

    def told(target: Target) -> Target:
        where, transport = target.destination, target.addresses[0].rpartition("/")[2]
        size = opened.get(_key(near.label, where, transport), 0)
        return msgspec.structs.replace(target, opened=size) if size else target

    return msgspec.structs.replace(
        near, targets=tuple(map(told, near.targets)), unread=tuple(map(told, near.unread))
    )


def limits(case: Outcome) -> str:
    """Say what could not be looked at."""
    total = sum(row.bytes for row in case.opaque)
    places = {(row.destination.host or row.destination.ip, row.destination.port) for row in case.opaque}
    parts = []
    if total:
        where = count_of(len(places), "destination")
        parts.append(f"{count_of(total, 'byte')} to or from {where} (encrypted or of unknown form)")
    gaps = sum(gap.count for gap in case.gaps)
    if gaps:
        parts.append(f"{count_of(gaps, 'gap')} in what was captured")
    read = sum(row.bytes for row in case.opened)
    keys = f"Opened with keys: {count_of(read, 'byte')}. " if read else ""
    if not parts:
        return (
            f"{keys}Every message of the capture could be read; what passed elsewhere or later is not in it."
        )
    return f"{keys}Not looked into: {joined(parts)}. What stands in there is unknown."
