"""Reading foreign JSON and XML values: whatever stands there, a value of the asked type or nothing."""

from __future__ import annotations

import base64
import binascii
import calendar
import ipaddress
import json
import math
import re
from functools import lru_cache
from typing import Any

import msgspec

from vitne.model import Malformed

_TIME = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,30}))?\s*(Z|z|[+-]\d\d:?\d\d)?"
)
_LATEST_NS = 1 << 62
_DECODER = msgspec.json.Decoder()
_LONGEST_ADDRESS = 256  # letters, with zone and brackets
_KEPT_ADDRESSES = 4096  # that were read lately
_PORTS = 65_536
_USUAL_TIME = len("2026-11-22T10:00:00.000Z")


def json_object(record: bytes) -> dict[str, Any]:
    """Decode one JSON object; raises Malformed.  Bytes that are no UTF-8 become lone surrogates."""
    try:
        value = _DECODER.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _leniently(record)
    if not isinstance(value, dict):
        raise Malformed("an entry is no JSON object", at=0)
    return value


def _leniently(record: bytes) -> Any:
    """Decode JSON that is not quite JSON: NaN, half a surrogate pair, bytes that are no UTF-8."""
    try:
        return json.loads(record.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise Malformed("an entry is no sound JSON", at=getattr(error, "pos", None)) from error


def mapping(value: object) -> dict[str, Any]:
    """Give an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """Give the objects of a list, none for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Give text; numbers as they are written, nothing for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def number(value: object) -> float | None:
    """Give a finite number, also where it is written as text."""
    if isinstance(value, str) and len(value) < 40:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > 1e300:
        return None
    return float(value) if math.isfinite(value) else None


def port(value: object) -> int:
    """Give a port, 0 for anything that is none."""
    found = number(value)
    return int(found) if found is not None and 0 < found < _PORTS else 0


def status(value: object) -> int:
    """Give a status code of three digits, 0 for anything else."""
    found = number(value)
    return int(found) if found is not None and 100 <= found < 1000 else 0


def raw(value: str) -> bytes:
    """Give the bytes of text: UTF-8, lone surrogates of U+DC80 to U+DCFF as the bytes they stand for."""
    try:
        return value.encode()
    except UnicodeEncodeError:
        pass_on = re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", value)
        return pass_on.encode("utf-8", "surrogateescape")


def from_base64(value: str) -> bytes:
    """Decode base64, in the alphabet for addresses too; raises Malformed."""
    try:
        return base64.b64decode(value.replace("-", "+").replace("_", "/"), validate=False)
    except (binascii.Error, ValueError) as error:
        raise Malformed("a body is no sound base64") from error


def address(value: object) -> str:
    """Give a network address in its plain form, "" for anything that is none."""
    word = text(value)
    return _address(word) if word and len(word) < _LONGEST_ADDRESS else ""


@lru_cache(_KEPT_ADDRESSES)
def _address(written: str) -> str:
    word = written.strip().strip("[]").split("%")[0]
    try:
        return str(ipaddress.ip_address(word)) if len(word) < 64 else ""
    except ValueError:
        return ""


def time_ns(value: object) -> int | None:
    """Give the nanoseconds of an ISO 8601 time, UTC where it names no zone; None for what is none."""
    if isinstance(value, str) and len(value) == _USUAL_TIME and value[-1] == "Z" and value.isascii():
        return _usual(value[:-4], value[-4:-1])
    return _any_time(value)


@lru_cache(_KEPT_ADDRESSES)
def _second(written: str) -> int | None:
    return _any_time(f"{written}000Z")


def _usual(second: str, milliseconds: str) -> int | None:
    """Give the time of a second, as written up to its point, and three digits behind it."""
    if not milliseconds.isdigit() or second[-1:] != ".":
        return _any_time(f"{second}{milliseconds}Z")
    begin = _second(second)
    return None if begin is None else begin + int(milliseconds) * 1_000_000


def _any_time(value: object) -> int | None:
    found = _TIME.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    if not (year >= 1 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 61):
        return None
    try:
        seconds = calendar.timegm((year, month, day, hour, minute, second))
    except ValueError:
        return None
    zone = (found[8] or "Z").upper().replace(":", "")
    if zone != "Z":
        shift = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
        seconds -= shift if zone[0] == "+" else -shift
    return _within(seconds * 10**9 + int((found[7] or "0")[:9].ljust(9, "0")))


def epoch_ns(value: object, unit_ns: int = 10**9) -> int | None:
    """Give the nanoseconds of a count of units since 1970, to the microsecond; None for what is none."""
    found = number(value)
    if found is None or abs(found) * unit_ns > _LATEST_NS:
        return None
    if isinstance(value, int):
        return _within(value * unit_ns)
    return _within(round(found * unit_ns / 1000) * 1000)


def _within(found: int) -> int | None:
    return found if abs(found) < _LATEST_NS else None
