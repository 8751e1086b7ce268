"""What hides values of persons in a result: labels for values, numbers for devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from vitne.assess import hide_mac, mask, scrubber
from vitne.pipeline.transmissions import Transmissions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vitne.attribute import Devices
    from vitne.model import Destination, Finding, Seed
    from vitne.pipeline.result import DeviceRow, Result
    from vitne.store import OpaqueTotal, OpenedTotal

_Total = TypeVar("_Total", "OpaqueTotal", "OpenedTotal")


class Cover:
    """Masks findings and what is shown beside them: names of devices, hosts that hold a value."""

    def __init__(self, devices: Devices, findings: list[Finding], seeds: Iterable[Seed]) -> None:
        self.scrub = scrubber(findings, seeds)
        self._labels: dict[str, str] = {}
        for number, device in enumerate(devices.all, 1):
            self._labels.setdefault(device.label, f"device#{number}")

    def device(self, label: str) -> str:
        """Give the masked label of a device; what is no device is scrubbed."""
        return self._labels.get(label) or self.scrub(label)

    def _target(self, target: Destination) -> Destination:
        return replace(target, host=self.scrub(target.host), domain=self.scrub(target.domain))

    def total(self, row: _Total) -> _Total:
        """Mask a row of bytes that could not be read, or were opened with keys."""
        return replace(row, device=self.device(row.device), destination=self._target(row.destination))

    def row(self, row: DeviceRow) -> DeviceRow:
        """Mask a device."""
        return replace(
            row, label=self.device(row.label), mac=hide_mac(row.mac), names=tuple("•••" for _ in row.names)
        )

    def result(self, result: Result) -> Result:
        """Mask a whole result."""
        rows = result.transmissions
        return replace(
            result,
            findings=mask(result.findings, self.scrub, self.device),
            opaque=[self.total(row) for row in result.opaque],
            opened=[self.total(row) for row in result.opened],
            transmissions=rows.covered(self.device, self.scrub) if isinstance(rows, Transmissions) else rows,
            devices=[self.row(row) for row in result.devices],
            revealed=False,
        )
