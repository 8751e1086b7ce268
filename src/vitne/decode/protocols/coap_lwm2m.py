"""Names for numbered paths of LwM2M: /3/0/2 is the serial number of the device.

Specification: OMA LightweightM2M 1.2 core, sections 7.1 (paths) and appendix E; objects 3, 4, 6 and 10 of the
OMA registry.
"""

from __future__ import annotations

import re

_PATH = re.compile(r"(\d{1,5})/\d{1,5}/(\d{1,5})(?:/\d{1,5})?\Z")
_DEVICE = ("manufacturer", "model number", "serial number", "firmware version")
_NAMES = {
    **{(3, number): name for number, name in enumerate(_DEVICE)},
    (3, 13): "current time",
    (3, 14): "utc offset",
    (3, 15): "timezone",
    (3, 17): "device type",
    (3, 18): "hardware version",
    (3, 19): "software version",
    (4, 4): "ip addresses",
    (4, 5): "router ip addresses",
    (4, 7): "apn",
    (4, 8): "cell id",
    (4, 9): "smnc",
    (4, 10): "smcc",
    (4, 12): "lac",
    (6, 0): "latitude",
    (6, 1): "longitude",
    (6, 2): "altitude",
    (10, 6): "serving plmn",
}


def name_of(path: str) -> str:
    """Give the name of a resource by its path, "" for paths that are none of those known."""
    found = _PATH.match(path)
    return _NAMES.get((int(found[1]), int(found[2])), "") if found is not None else ""
