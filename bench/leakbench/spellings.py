"""Spellings: the forms in which the bench writes a value, by name."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from . import places
from .cargo import CannotCarryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .people import Person

UUID_LIKE = ("advertising-id", "install-id")
MACS = ("mac-address", "bssid")


def spell(person: Person, identifier: str, how: str = "") -> bytes:
    """Write a value in a spelling; "" is the usual one.  Raises CannotCarryError where it does not fit."""
    if identifier == "location":
        return places.write(person.place, how)
    if identifier == "cell-id":
        return _cell(person.cell, how)
    value = person.values[identifier]
    if not how:
        return value.encode()
    written = FORMS[how](identifier, value)
    if not written:
        raise CannotCarryError(f"{identifier} has no spelling {how}")
    return written if isinstance(written, bytes) else written.encode()


def usual(identifier: str) -> list[str]:
    """Give the spellings that the random track draws from."""
    listed = {
        "imei": ["", "", "imei-14", "dashes-2-6-6-1"],
        "iccid": ["", "", "padded-f"],
        "msisdn": ["", "bare", "zeros"],
        "mac-address": ["", "upper", "bare", "dashes"],
        "bssid": ["", "upper", "bare"],
        "android-id": ["", "upper"],
        "advertising-id": ["", "upper", "no-dashes"],
        "install-id": ["", "no-dashes"],
        "email-address": ["", "upper"],
        "person-name": ["", "last-first"],
        "location": ["decimal", "json", "json-short"],
        "cell-id": ["dashes", "colons"],
    }
    return listed.get(identifier, [""])


def _only(kinds: tuple[str, ...], make: Callable[[str], str | bytes]) -> Callable[[str, str], str | bytes]:
    return lambda identifier, value: make(value) if identifier in kinds else ""


def _dashes(*cuts: int) -> Callable[[str], str]:
    def make(value: str) -> str:
        parts, at = [], 0
        for cut in cuts:
            parts.append(value[at : at + cut])
            at += cut
        return "-".join(parts)

    return make


def _last_first(name: str) -> str:
    *first, last = name.split()
    return f"{last}, {' '.join(first)}"


def _ascii(name: str) -> str:
    for letter, plain in (("ø", "o"), ("Ø", "O"), ("å", "a"), ("Å", "A"), ("æ", "ae"), ("Æ", "Ae")):
        name = name.replace(letter, plain)
    return name


def _meid_decimal(value: str) -> str:
    return f"{int(value[:8], 16):010d}{int(value[8:], 16):08d}"


def _bcd(value: str, *, swap: bool) -> bytes:
    if not value.lstrip("+").isdigit():
        return b""
    value = value.lstrip("+")
    value += "f" * (len(value) % 2)
    pairs = [value[at : at + 2] for at in range(0, len(value), 2)]
    return bytes.fromhex("".join(pair[::-1] if swap else pair for pair in pairs))


def _number(value: str) -> int:
    value = value.replace(":", "").replace("+", "")
    return int(value, 10 if value.isdigit() else 16)


def _base36(number: int) -> str:
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + out
    return out


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _eui64(value: str) -> bytes:
    raw = bytes.fromhex(value.replace(":", ""))
    return bytes([raw[0] ^ 2]) + raw[1:3] + b"\xff\xfe" + raw[3:]


def _imsi_mobile_identity(value: str) -> bytes:
    """3GPP TS 24.008 10.5.1.4: the first digit shares its byte with parity and type."""
    return _bcd("9" + value, swap=True) if len(value) == 15 else b""


DIGITS = ("imei", "imsi", "iccid", "msisdn")
FORMS: dict[str, Callable[[str, str], str | bytes]] = {
    "imei-14": _only(("imei",), lambda v: v[:14]),
    "imei-zero": _only(("imei",), lambda v: v[:14] + "0"),
    "imeisv": _only(("imei",), lambda v: v[:14] + "07"),
    "dashes-2-6-6-1": _only(("imei",), _dashes(2, 6, 6, 1)),
    "dashes-6-2-6-1": _only(("imei",), _dashes(6, 2, 6, 1)),
    "dashes-3-2-10": _only(("imsi",), _dashes(3, 2, 10)),
    "spaces-by-4": _only(("iccid",), lambda v: " ".join(v[at : at + 4] for at in range(0, len(v), 4))),
    "padded-f": _only(("iccid",), lambda v: v + "F"),
    "iccid-18": _only(("iccid",), lambda v: v[:-1]),
    "bare": lambda i, v: v.lstrip("+") if i == "msisdn" else v.replace(":", "") if i in MACS else "",
    "zeros": _only(("msisdn",), lambda v: "00" + v[1:]),
    "national": _only(("msisdn",), lambda v: "0" + v[3:]),
    "grouped": _only(("msisdn",), lambda v: f"{v[:3]} {v[3:7]} {v[7:]}"),
    "upper": lambda _i, v: v.upper() if v.upper() != v else "",
    "lower": lambda _i, v: v.lower() if v.lower() != v else "",
    "bare-upper": _only(MACS, lambda v: v.replace(":", "").upper()),
    "dashes": _only(MACS, lambda v: v.replace(":", "-")),
    "dots": _only(MACS, lambda v: ".".join(v.replace(":", "")[at : at + 4] for at in (0, 4, 8))),
    "no-dashes": _only(UUID_LIKE, lambda v: v.replace("-", "")),
    "no-dashes-upper": _only(UUID_LIKE, lambda v: v.replace("-", "").upper()),
    "decimal": _only(("android-id", "gsf-id", *MACS), lambda v: str(_number(v))),
    "signed-decimal": _only(
        ("android-id", "gsf-id"), lambda v: str(_number(v) - (1 << 64)) if _number(v) >> 63 else ""
    ),
    "meid-decimal": _only(("meid",), _meid_decimal),
    "last-first": _only(("person-name",), _last_first),
    "ascii": _only(("person-name",), lambda v: _ascii(v) if _ascii(v) != v else ""),
    "pesn": _only(("meid",), lambda v: "80" + places.sha1_hex(bytes.fromhex(v))[-6:].upper()),
    "bcd": lambda i, v: _bcd(v, swap=False) if i in DIGITS else "",
    "bcd-swapped": lambda i, v: _bcd(v, swap=True) if i in DIGITS else "",
    "mobile-identity": _only(("imsi",), _imsi_mobile_identity),
    "uint64-le": lambda i, v: struct.pack("<Q", _number(v)) if i in {"imei", "imsi", "android-id"} else "",
    "uint64-be": lambda i, v: struct.pack(">Q", _number(v)) if i in {"imei", "imsi", "android-id"} else "",
    "varint": lambda i, v: b"\x08" + _varint(_number(v)) if i in {"imei", "imsi", "msisdn"} else "",
    "float64": lambda i, v: struct.pack("<d", _number(v)) if i in {"imei", "imsi"} else "",
    "hex-integer": lambda i, v: f"{_number(v):x}" if i in {"imei", "imsi"} else "",
    "base36-integer": lambda i, v: _base36(_number(v)) if i in {"imei", "imsi"} else "",
    "raw-6": _only(MACS, lambda v: bytes.fromhex(v.replace(":", ""))),
    "int48-le": _only(MACS, lambda v: bytes.fromhex(v.replace(":", ""))[::-1]),
    "eui-64": _only(MACS, _eui64),
    "eui-64-text": _only(
        MACS, lambda v: "fe80::" + ":".join(f"{n:x}" for n in struct.unpack(">4H", _eui64(v)))
    ),
    "raw-16": _only(UUID_LIKE, lambda v: bytes.fromhex(v.replace("-", ""))),
    "raw-8": _only(("android-id",), bytes.fromhex),
}


def _cell(cell: tuple[str, str, int, int], how: str) -> bytes:
    """Write a cell as apps do; the network code is written without leading zeros in half of them."""
    mcc, mnc, area, identity = cell
    tower, sector = identity >> 8, identity & 255
    forms = {
        "": f"{mcc}-{mnc}-{area}-{identity}",
        "dashes": f"{mcc}-{mnc}-{area}-{identity}",
        "colons": f"{mcc}:{mnc}:{area}:{identity}",
        "bars": f"{mcc}|{mnc}|{area}|{identity}|-87",
        "short-mnc": f"{mcc}_{int(mnc)}_{area}_{identity}",
        "network": f"{mcc}{mnc}-{area}-{identity}",
        "json": f'{{"mcc":"{mcc}","mnc":"{mnc}","tac":{area},"ci":{identity}}}',
        "json-tower": f'{{"mcc":{mcc},"mnc":{mnc},"tac":{area},"enb":{tower},"sector":{sector}}}'.replace(
            ":001", ':"001"'
        ).replace(":01,", ':"01",'),
        "json-hex": f'{{"mcc":"{mcc}","mnc":"{mnc}","tac":"{area:04x}","eci":"{identity:07x}"}}',
        "identity": str(identity),
        "glued-5-5": f"{area % 100000:05d}{identity % 100000:05d}",
        "query": f"mcc={mcc}&mnc={mnc}&lac={area}&cid={identity}",
    }
    if how not in forms or not math.isfinite(identity):
        raise CannotCarryError(f"a cell has no spelling {how}")
    return forms[how].encode()
