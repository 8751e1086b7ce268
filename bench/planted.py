"""The person of the captures, all invented, and the forms in which her values are sent."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from random import Random

VALUES: dict[str, tuple[str, ...]] = {
    "imei#1": ("490154203237518",),
    "imei#2": ("004402990000014",),
    "iccid#1": ("8999900000000000006",),
    "imsi#1": ("001010123456789",),
    "msisdn#1": ("+4740012345",),
    "email-address#1": ("kari.nordmann@post.example",),
    "mac-address#1": ("00:00:5e:00:53:17",),
    "android-id#1": ("a1b2c3d4e5f60718",),
    "advertising-id#1": ("38400000-8cf0-41bd-b23e-10b96e40000d",),
    "ssid#1": ("Fjellhytta 5G Kari",),
    "serial-number#1": ("SYN0042X7781",),
    "location#1": ("59.913869", "10.752245"),
    "person-name#1": ("Kari Nordmann",),
}
"""What the subject file knows, by the name that vitne gives each: 14 values, the place has two."""

FORMS = {
    "plain": 1130,
    "base64": 433,
    "base64-json": 371,
    "hex": 381,
    "url": 377,
    "md5": 374,
    "sha1": 402,
    "sha256": 378,
    "gzip": 384,
    "gzip-base64-json": 397,
    "utf16": 198,
}
"""How often each form is drawn, in parts of the sum."""

SPELLED = frozenset({"plain", "base64", "base64-json", "hex", "url", "md5", "sha1", "sha256", "utf16"})
"""Forms that stand in the stream uncompressed, in one of the spellings that are searched."""

NOT_OF_PLACES = frozenset({"hex", "md5", "sha1", "sha256", "utf16"})


@dataclass(frozen=True)
class Planted:
    """One planted value: what, in which form, in which flow."""

    seed: str
    """name of the value, as a finding names it"""
    form: str
    """one of ``FORMS``"""
    source: str
    """address and port of the sender"""
    target: str
    """address and port of the receiver"""


def rows(planted: list[Planted]) -> list[dict[str, str]]:
    """Give what was planted as it stands in the file of truth."""
    return [asdict(one) for one in planted]


def subject_toml() -> str:
    """Give the subject file of the planted values."""
    out = []
    for name, values in VALUES.items():
        out.append(f'[[known]]\nidentifier = "{name.partition("#")[0]}"\n')
        if len(values) == 2:
            out.append(f"latitude = {values[0]}\nlongitude = {values[1]}\nradius_m = 200\n\n")
        else:
            out.append(f'value = "{values[0]}"\n\n')
    return "".join(out)


def literals() -> list[str]:
    """Give the 14 values as they are written, for tools that search literals."""
    return [value for values in VALUES.values() for value in values]


_DRAWN = [form for form, count in FORMS.items() for _ in range(count)]
_NAMES = sorted(VALUES)


def draw(chance: Random) -> tuple[str, str]:
    """Draw a value and a form that suits it."""
    while True:
        name, form = chance.choice(_NAMES), chance.choice(_DRAWN)
        if len(VALUES[name]) == 1 or form not in NOT_OF_PLACES:
            return name, form


def _record(name: str, chance: Random) -> str:
    values = VALUES[name]
    known = {"lat": float(values[0]), "lon": float(values[1])} if len(values) == 2 else {"id": values[0]}
    return json.dumps({"v": 3, **known, "t": chance.randrange(10**9)})


def _all_percent(value: str) -> str:
    quoted = quote(value, safe="")
    return quoted if quoted != value else "".join(f"%{octet:02X}" for octet in value.encode())


def body(name: str, form: str, chance: Random) -> tuple[bytes, str, str]:
    """Give the body of a request that carries a value in a form, its content type and its coding."""
    values = VALUES[name]
    record = _record(name, chance)
    text = values[0] if len(values) == 1 else f"{values[0]},{values[1]}"
    match form:
        case "plain":
            return record.encode(), _JSON, ""
        case "base64":
            wrapped = base64.b64encode((text if len(values) == 1 else record).encode()).decode()
            return f'{{"event":"open","blob":"{wrapped}"}}'.encode(), _JSON, ""
        case "base64-json":
            return b"data=" + base64.urlsafe_b64encode(record.encode()).rstrip(b"="), _FORM, ""
        case "hex":
            return b"event=open&h=" + text.encode().hex().encode(), _FORM, ""
        case "url":
            said = f"geo={quote(text, safe='')}" if len(values) == 2 else f"id={_all_percent(text)}"
            return f"event=open&{said}".encode(), _FORM, ""
        case "gzip":
            return gzip.compress(record.encode(), mtime=0), _JSON, "gzip"
        case "gzip-base64-json":
            inner = base64.b64encode(record.encode()).decode()
            return gzip.compress(json.dumps({"e": "s", "d": inner}).encode(), mtime=0), _JSON, "gzip"
        case "utf16":
            return b"\x00\x01\x02" + text.encode("utf-16-le") + b"\x00\x00\x07", _OCTETS, ""
        case _:
            digest = hashlib.new(form, text.encode()).hexdigest()
            return f'{{"h":"{digest}","t":{chance.randrange(10**9)}}}'.encode(), _JSON, ""


_JSON, _FORM, _OCTETS = "application/json", "application/x-www-form-urlencoded", "application/octet-stream"
