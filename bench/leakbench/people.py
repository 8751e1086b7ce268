"""Invented people and phones: checked numbers out of test ranges, drawn anew for each run."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from .cargo import Words

IDENTIFIERS = (
    "imei", "imsi", "iccid", "msisdn", "meid", "android-id", "gsf-id", "advertising-id", "oaid", "install-id",
    "mac-address", "bssid", "ssid", "serial-number", "email-address", "person-name", "account-name",
    "device-name", "push-token", "location", "cell-id",
)  # fmt: skip
STRONG = (
    "imei", "imsi", "iccid", "msisdn", "android-id", "advertising-id", "mac-address", "email-address",
    "serial-number", "person-name",
)  # fmt: skip
TOKEN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


@dataclass(frozen=True)
class Person:
    """What is known of one person and phone."""

    values: dict[str, str]  # identifier -> canonical value; place and cell have their own
    place: tuple[float, float]  # degrees north and east
    cell: tuple[str, str, int, int]  # country, network, tracking area, cell identity of 28 bits

    def seed(self, identifier: str) -> str:
        """Give the name that a finding has for the value: the first entry of its identifier."""
        return f"{identifier}#1"

    def toml(self) -> str:
        """Give the entries of a subject file."""
        out = [
            f'[[known]]\nidentifier = "{name}"\nvalue = "{value}"\n' for name, value in self.values.items()
        ]
        north, east = self.place
        out.append(
            f'[[known]]\nidentifier = "location"\nlatitude = {north}\nlongitude = {east}\nradius_m = 60\n'
        )
        mcc, mnc, area, cell = self.cell
        out.append(
            f'[[known]]\nidentifier = "cell-id"\nmcc = "{mcc}"\nmnc = "{mnc}"\ntac = {area}\nci = {cell}\n'
        )
        return "\n".join(out)


def luhn(digits: str) -> str:
    """Give the check digit that belongs behind some digits (ISO/IEC 7812-1 annex B)."""
    doubled = [int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(digits))]
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def digits(chance: Random, count: int) -> str:
    """Draw some decimal digits."""
    return "".join(chance.choice("0123456789") for _ in range(count))


def hexadecimal(chance: Random, count: int) -> str:
    """Draw some hexadecimal digits, the first not 0."""
    return chance.choice("123456789abcdef") + "".join(
        chance.choice("0123456789abcdef") for _ in range(count - 1)
    )


def invent(chance: Random, words: Words) -> Person:
    """Draw a person and a phone."""
    given, family = words.pick("names_given", chance), words.pick("names_family", chance)
    middle = chance.choice("ABDEFGHIJKLMNOPRSTUV")
    body = "004402" + digits(chance, 8)
    card = "8999" + digits(chance, 14)
    user = f"{plain(given)}.{plain(family)}{digits(chance, 2)}"
    values = {
        "imei": body + luhn(body),
        "imsi": "99970" + digits(chance, 10),  # for private networks (ITU-T E.212 annex A)
        "iccid": card + luhn(card),
        "msisdn": "+447700900" + digits(chance, 3),  # numbers kept for drama (Ofcom)
        "meid": "A0" + hexadecimal(chance, 12).upper(),
        "android-id": hexadecimal(chance, 16),
        "gsf-id": hexadecimal(chance, 16),
        "advertising-id": random_uuid(chance),
        "oaid": hexadecimal(chance, 32),
        "install-id": random_uuid(chance),
        "mac-address": link_address(chance),
        "bssid": link_address(chance),
        "ssid": f"{family}s trådløse {digits(chance, 3)}",
        "serial-number": "".join(chance.choice(LETTERS) for _ in range(12)),
        "email-address": f"{user}@post.example",
        "person-name": f"{given} {middle}. {family}",
        "account-name": f"{plain(family)}_{plain(given)}{digits(chance, 4)}",
        "device-name": f"{given} sin telefon {digits(chance, 2)}",
        "push-token": "".join(chance.choice(TOKEN) for _ in range(152)),
    }
    place = (round(chance.uniform(58.2, 70.9), 6), round(chance.uniform(5.2, 24.9), 6))
    cell = (
        "001",
        "01",
        chance.randrange(1000, 65000),
        chance.randrange(20000, 1 << 20) << 8 | chance.randrange(1, 60),
    )
    return Person(values=values, place=place, cell=cell)


def link_address(chance: Random) -> str:
    """Draw an address that no maker gave: locally administered, of one station (IEEE 802 clause 8)."""
    first = chance.randrange(256) & 0xFC | 0x02
    return ":".join(f"{byte:02x}" for byte in (first, *chance.randbytes(5)))


def random_uuid(chance: Random) -> str:
    """Draw a UUID of version 4 (RFC 9562 5.4)."""
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def plain(name: str) -> str:
    """Give a name in small ASCII letters."""
    return name.lower().replace("ø", "o").replace("å", "a").replace("æ", "ae")
