"""What a scan gives: the nouns of every room, ready to be written or shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from vitne.model import Capture, Finding, Gap, Oddity
from vitne.store import OpaqueTotal, OpenedTotal, Transmission


class DeviceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One device of the scan, as shown."""

    label: str
    mac: str
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    router: bool
    searched: bool  # false: counted only, because another device was asked for


class Result(msgspec.Struct, kw_only=True):
    """Everything that a scan found, and everything that it could not read."""

    captures: list[Capture]
    findings: list[Finding]
    opaque: list[OpaqueTotal]
    transmissions: Collection[Transmission]  # made anew at each iteration: there may be millions
    gaps: list[Gap]
    oddities: list[Oddity]
    devices: list[DeviceRow]
    counts: dict[str, int]  # packets, flows, streams, bytes searched, flows of other devices, ...
    rules: dict[str, Any]  # versions and digests of what was used
    opened: list[OpenedTotal] = []
    partial: bool = False  # stopped by the user before the end
    failed: bool = False  # a part failed inside vitne
    revealed: bool = True  # values of persons are as they are
    cover: Any = None  # what masks them

    def masked(self) -> Result:
        """Give the same result with values of persons hidden: labels such as ``imei#1`` in their place."""
        masked: Result = self.cover.result(self) if self.revealed else self
        return masked
