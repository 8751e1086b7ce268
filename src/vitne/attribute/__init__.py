"""Where bytes went and which device sent them: destinations and devices, from the capture alone."""

from vitne.attribute.destinations import Names, domain_of, scope_of
from vitne.attribute.devices import Device, Devices, EndColumns, ends_of, find_devices

__all__ = [
    "Device",
    "Devices",
    "EndColumns",
    "Names",
    "domain_of",
    "ends_of",
    "find_devices",
    "scope_of",
]
