"""Context: whether the name beside a value speaks for its identifier.

Names of fields alone prove nothing (the same key means different things to different senders); they back a
value that chance could explain.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vitne.identify.overlaps import Found
    from vitne.model import Seed

REACH = 40  # bytes before a value in which its key may stand
# What stands before a value, read backwards so that it is anchored: quotes, what joins, quotes, index, name.
_KEY = re.compile(
    rb"(?:[\"'\[(]|22%){0,2}\s{0,2}(?:[:=>]|A3%|D3%|\x00)\s{0,2}(?:22%)?"
    rb"(?:\][0-9]{0,6}\[)?[\"'\]]{0,2}([A-Za-z0-9_.\-]{1,39})"
)

KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "imei": ("imei", "deviceid", "devid", "imie", "meid"),
    "imeisv": ("imei", "imeisv", "svn"),
    "meid": ("meid", "esn"),
    "imsi": ("imsi", "subscriber", "subid"),
    "iccid": ("iccid", "simserial", "ccid", "simsn", "sim"),
    "eid": ("eid", "euicc"),
    "msisdn": ("msisdn", "mdn", "phone", "mobile", "tel", "line1", "number", "msisdn"),
    "serial-number": ("serial", "sn", "hwid", "psn"),
    "android-id": ("androidid", "anid", "ssaid", "openudid", "udid"),
    "gsf-id": ("gsf",),
    "mac-address": ("mac", "hwaddr", "chaddr", "hardware", "ethernet", "clientid"),
    "bssid": ("bssid", "mac", "ap"),
    "ssid": ("ssid", "essid", "wifi", "wlan", "network"),
    "cell-id": (
        "cellid",
        "cell",
        "cid",
        "ci",
        "eci",
        "nci",
        "cgi",
        "lac",
        "tac",
        "bts",
        "cl",
        "enb",
        "enodeb",
        "gnb",
        "gnodeb",
        "siteid",
        "bsid",
        "baseid",
    ),
    "operator": ("operator", "mccmnc", "plmn", "carrier", "mnc", "mcc", "simop", "netop"),
    "email-address": ("email", "mail"),
    "person-name": ("name", "user", "author", "owner", "contact", "nick", "person"),
    "contact": ("contact", "name", "address"),
    "account-name": ("account", "user", "login", "uid", "nick", "name"),
    "password": ("password", "passwd", "pass", "pwd", "auth", "credentials"),
    "device-name": ("devicename", "hostname", "host", "name", "device"),
    "device-model": ("model", "device", "product", "ua", "useragent"),
    "os-version": ("os", "osver", "version", "release", "build"),
    "software-version": ("version", "ver", "app", "fw", "sw"),
    "app-id": ("app", "package", "bundle", "pkg"),
    "time-zone": ("timezone", "tz", "zone"),
    "public-ip": ("ip", "addr"),
    "local-ip": ("ip", "addr"),
    "session-id": ("session", "sid"),
    "auth-token": ("token", "auth", "bearer", "key"),
    "push-token": ("token", "push", "regid"),
}


def has_key(found: Found, words: Sequence[str]) -> bool:
    """Say whether the node's field, or a name right before the value, holds one of the words."""
    if not words:
        return False
    if _matches(found.node.field, words):
        return True
    before = found.node.data[max(0, found.start - REACH) : found.start]
    key = _KEY.match(before[::-1])
    return key is not None and _matches(key[1][::-1].decode("ascii"), words)


def area_beside(found: Found, seed: Seed) -> bool:
    """Say whether the area of a cell stands near its number, as a number of its own."""
    if seed.area is None:
        return False
    near = found.node.data[max(0, found.start - REACH) : found.end + REACH]
    forms = b"%d|0{0,4}%x|0{0,4}%X" % (seed.area, seed.area, seed.area)
    return re.search(rb"(?<![0-9A-Za-z])(?:0[xX])?(?:" + forms + rb")(?![0-9A-Za-z])", near) is not None


def _matches(name: str, words: Sequence[str]) -> bool:
    """Short words must be a whole part of the name (``ci`` of ``cell_ci``, not of ``pci``)."""
    last = re.split(r"[./\[\]]", name.rstrip("]0123456789["))[-1] if name else ""
    parts = {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", last)}
    glued = re.sub(r"[^a-z]", "", last.lower())
    return any(word == glued or word in parts or (len(word) > 3 and word in glued) for word in words)
