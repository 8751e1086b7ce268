"""Seeds of a scan: the subject's own, and the link addresses that the capture itself shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitne.model import Seed

if TYPE_CHECKING:
    from vitne.attribute import Devices
    from vitne.model import Subject

_MOST_DEVICES = 64


def all_seeds(subject: Subject, devices: Devices) -> list[Seed]:
    """Give the subject's seeds, then one per link address of a device or router (origin "capture").

    A device that writes its own link address into a payload is caught so without any subject file; a router's
    link address in a payload tells where the device is.  Values of the subject are not repeated.
    """
    known = {seed.value.lower() for seed in subject.seeds}
    macs = [device.mac for device in devices.all if device.mac][:_MOST_DEVICES]
    seeds = list(subject.seeds)
    seeds.extend(
        Seed(identifier="mac-address", name=f"link address {n}", value=mac, origin="capture")
        for n, mac in enumerate(macs, 1)
        if mac not in known and not _group(mac)
    )
    seeds.extend(
        Seed(identifier="bssid", name=f"router address {n}", value=mac, origin="capture")
        for n, mac in enumerate(sorted(devices.routers)[:_MOST_DEVICES], 1)
        if mac not in known and not _group(mac)
    )
    return seeds


def _group(mac: str) -> bool:
    """Say whether a link address is a group's or no real one (all zeros)."""
    return bool(int(mac[:2], 16) & 1) or mac.replace(":", "").strip("0") == ""
