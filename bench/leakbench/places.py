"""Places: how senders write a position.

specification: NMEA 0183 (ddmm.mmmm); geohash.org; Open Location Code specification; EPSG:3857; the published
formula of the GCJ-02 and BD-09 offsets; 3GPP2 C.S0002 (quarter seconds)
"""

from __future__ import annotations

import hashlib
import math
import struct
from typing import TYPE_CHECKING

from .cargo import CannotCarryError

if TYPE_CHECKING:
    from collections.abc import Callable

Place = tuple[float, float]
GEOHASH = "0123456789bcdefghjkmnpqrstuvwxyz"
PLUS = "23456789CFGHJMPQRVWX"


def sha1_hex(data: bytes) -> str:
    """Give a digest in hexadecimal."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def write(place: Place, how: str) -> bytes:
    """Write a place; raises CannotCarryError for an unknown way."""
    if how not in FORMS:
        raise CannotCarryError(f"a place has no spelling {how}")
    written = FORMS[how](*place)
    return written if isinstance(written, bytes) else written.encode()


def _dms(north: float, east: float) -> str:
    def part(value: float, letter: str) -> str:
        minutes = abs(value) * 60
        return f"{int(minutes // 60)}°{int(minutes % 60)}'{minutes % 1 * 60:.2f}\"{letter}"

    return part(north, "N") + " " + part(east, "E")


def _nmea(north: float, east: float) -> str:
    def part(value: float, width: int) -> str:
        return f"{int(value):0{width}d}{value % 1 * 60:07.4f}"

    body = f"GPRMC,081836,A,{part(north, 2)},N,{part(east, 3)},E,000.0,360.0,130998,011.3,E"
    check = 0
    for byte in body.encode():
        check ^= byte
    return f"${body}*{check:02X}"


def geohash(north: float, east: float, length: int = 10) -> str:
    """Give the geohash: bits of longitude and latitude in turn, five to a letter."""
    spans = [[-180.0, 180.0], [-90.0, 90.0]]
    values, out, letter = (east, north), "", 0
    for at in range(length * 5):
        span, value = spans[at % 2], values[at % 2]
        middle = (span[0] + span[1]) / 2
        bit = value >= middle
        span[0 if bit else 1] = middle
        letter = letter << 1 | bit
        if at % 5 == 4:
            out, letter = out + GEOHASH[letter], 0
    return out


def plus_code(north: float, east: float) -> str:
    """Give the ten-digit code with its plus: base 20 of latitude + 90 and longitude + 180, in turn."""
    y, x = int((north + 90) * 8000 + 1e-6), int((east + 180) * 8000 + 1e-6)
    pairs = []
    for _ in range(5):
        y, row = divmod(y, 20)
        x, column = divmod(x, 20)
        pairs.append(PLUS[row] + PLUS[column])
    code = "".join(reversed(pairs))
    return code[:8] + "+" + code[8:]


def mercator(north: float, east: float) -> tuple[float, float]:
    """Give metres east and north on the spherical Mercator map (EPSG:3857)."""
    radius = 6378137.0
    return math.radians(east) * radius, math.log(math.tan(math.pi / 4 + math.radians(north) / 2)) * radius


def gcj02(north: float, east: float) -> Place:
    """Give the position moved as the published formula of GCJ-02 moves it."""
    x, y = east - 105.0, north - 35.0
    wave = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    down = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    down += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    down += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    over = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    over += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    over += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    axis, flat = 6378245.0, 0.00669342162296594323
    angle = math.radians(north)
    magic = 1 - flat * math.sin(angle) ** 2
    root = math.sqrt(magic)
    north += down * 180 / (axis * (1 - flat) / (magic * root) * math.pi)
    return north, east + over * 180 / (axis / root * math.cos(angle) * math.pi)


def bd09(north: float, east: float) -> Place:
    """Give the position moved once more as BD-09 does."""
    north, east = gcj02(north, east)
    turn = math.pi * 3000 / 180
    length = math.hypot(east, north) + 0.00002 * math.sin(north * turn)
    angle = math.atan2(north, east) + 0.000003 * math.cos(east * turn)
    return length * math.sin(angle) + 0.006, length * math.cos(angle) + 0.0065


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _zigzag(number: int) -> bytes:
    return _varint(number << 1 if number >= 0 else (-number << 1) - 1)


def exif(north: float, east: float) -> bytes:
    """Give a JPEG head whose EXIF block holds a GPS directory (EXIF 2.3 4.6.6), with no picture behind."""

    def rationals(value: float) -> bytes:
        minutes = abs(value) * 60
        seconds = minutes % 1 * 60
        return struct.pack("<6I", int(minutes // 60), 1, int(minutes % 60), 1, round(seconds * 10000), 10000)

    head = b"II*\0" + struct.pack("<I", 8)
    first = struct.pack("<H", 1) + struct.pack("<HHII", 0x8825, 4, 1, 26) + struct.pack("<I", 0)
    entries = [
        struct.pack("<HHI4s", 1, 2, 2, b"N\0\0\0"),
        struct.pack("<HHII", 2, 5, 3, 80),
        struct.pack("<HHI4s", 3, 2, 2, b"E\0\0\0"),
        struct.pack("<HHII", 4, 5, 3, 104),
    ]
    gps = struct.pack("<H", 4) + b"".join(entries) + struct.pack("<I", 0)
    tiff = head + first + gps + rationals(north) + rationals(east)
    app = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(app) + 2) + app + b"\xff\xd9"


def _pair(
    form: str, change: Callable[[float, float], Place] = lambda n, e: (n, e)
) -> Callable[[float, float], str]:
    return lambda n, e: form.format(*change(n, e))


FORMS: dict[str, Callable[[float, float], str | bytes]] = {
    "": _pair("{:.6f},{:.6f}"),
    "decimal": _pair("{:.6f},{:.6f}"),
    "decimal-4": _pair("{:.4f};{:.4f}"),
    "semicolon": _pair("{:.5f};{:.5f}"),
    "east-first": lambda n, e: f"{e:.6f},{n:.6f}",
    "json": _pair('{{"latitude":{:.6f},"longitude":{:.6f}}}'),
    "json-short": _pair('{{"lat":{:.5f},"lng":{:.5f}}}'),
    "json-text": _pair('{{"lat":"{:.7f}","lon":"{:.7f}"}}'),
    "geojson": lambda n, e: f'{{"type":"Point","coordinates":[{e:.6f},{n:.6f}]}}',
    "query": _pair("lat={:.6f}&lon={:.6f}"),
    "geo-uri": _pair("geo:{:.6f},{:.6f}"),
    "xml": _pair('<wpt lat="{:.6f}" lon="{:.6f}"/>'),
    "wkt": lambda n, e: f"POINT({e:.6f} {n:.6f})",
    "e5": lambda n, e: f'{{"lat":{round(n * 1e5)},"lon":{round(e * 1e5)}}}',
    "e6": lambda n, e: f'{{"lat":{round(n * 1e6)},"lon":{round(e * 1e6)}}}',
    "e7": lambda n, e: f'{{"latE7":{round(n * 1e7)},"lonE7":{round(e * 1e7)}}}',
    "milliseconds": lambda n, e: f"x={round(e * 3600000)}&y={round(n * 3600000)}",
    "dms": _dms,
    "nmea": _nmea,
    "geohash": lambda n, e: f'{{"gh":"{geohash(n, e)}"}}',
    "plus-code": lambda n, e: f'{{"olc":"{plus_code(n, e)}"}}',
    "mercator": lambda n, e: '{{"x":{:.2f},"y":{:.2f}}}'.format(*mercator(n, e)),
    "gcj02": _pair('{{"coordtype":"gcj02","lat":{:.6f},"lng":{:.6f}}}', gcj02),
    "bd09": _pair('{{"coordtype":"bd09ll","lat":{:.6f},"lng":{:.6f}}}', bd09),
    "float32-le": lambda n, e: struct.pack("<ff", n, e),
    "float32-be": lambda n, e: struct.pack(">ff", n, e),
    "float64-le": lambda n, e: struct.pack("<dd", n, e),
    "float64-be": lambda n, e: struct.pack(">dd", n, e),
    "int32-e7-le": lambda n, e: struct.pack("<ii", round(n * 1e7), round(e * 1e7)),
    "int32-e6-be": lambda n, e: struct.pack(">ii", round(n * 1e6), round(e * 1e6)),
    "protobuf-double": lambda n, e: b"\x09" + struct.pack("<d", n) + b"\x11" + struct.pack("<d", e),
    "protobuf-float": lambda n, e: b"\x0d" + struct.pack("<f", n) + b"\x15" + struct.pack("<f", e),
    "protobuf-e7": lambda n, e: b"\x08" + _varint(round(n * 1e7)) + b"\x10" + _varint(round(e * 1e7)),
    "protobuf-zigzag-e7": lambda n, e: b"\x08" + _zigzag(round(n * 1e7)) + b"\x10" + _zigzag(round(e * 1e7)),
    "quarter-seconds": lambda n, e: f'{{"bslat":{round(n * 14400)},"bslon":{round(e * 14400)}}}',
    "exif": exif,
}
