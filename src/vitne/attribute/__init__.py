"""Where bytes went and which device sent them: destinations and devices, from the capture alone."""

from vitne.attribute.destinations import Names, domain_of, scope_of
from vitne.attribute.devices import Device, Devices, find_devices

__all__ = ["Device", "Devices", "Names", "domain_of", "find_devices", "scope_of"]
