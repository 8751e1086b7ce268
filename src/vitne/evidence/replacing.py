"""Values of persons replaced: keyed, format-preserving, the same everywhere.

A value's stand-in comes from HMAC-SHA-512 under a secret (RFC 2104) over its kind and canonical text, so that
without the secret nobody can try candidates, and equal values stay equal.  Digits stay digits, letters
letters; what tells model, operator or country stays, and check digits fit again.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
from typing import TYPE_CHECKING

import msgspec

from vitne.identify.checks import luhn
from vitne.identify.known_places import METRES
from vitne.identify.values import check_value
from vitne.model import IDENTIFIERS

if TYPE_CHECKING:
    from vitne.model import Seed

KEEP = {"imei": 8, "imeisv": 8, "imsi": 5, "iccid": 7, "msisdn": 3, "mac-address": 8, "bssid": 8, "eid": 8}
"""Characters at the front that tell maker, operator or country and stay."""
_LUHN = {"imei", "iccid"}
_ADDRESSES = {"public-ip", "local-ip"}
_TRIES = 64  # stand-ins that are made until one passes the checks of its identifier
_EDGE = 0.1  # degrees from a whole degree that stand-ins of places keep away
_AWAY = 0.05  # degrees that a stand-in of a place is away from it at least
_DIGITS, _HEX, _SMALL = "0123456789", "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz"


class Replacer:
    """Gives stand-ins under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def stream(self, kind: str, value: str) -> bytes:
        """Give 64 bytes that depend on secret, kind and value alone."""
        return hmac.new(
            self._secret, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha512
        ).digest()

    def value(self, identifier: str, value: str) -> str:
        """Give the stand-in of a value; never the value itself where it can be another.

        It passes the checks of its identifier where the value does, so that it can be looked for in turn.
        """
        if identifier in _ADDRESSES:
            return self.address(value)
        wanted, low = _passes(identifier, value), value.lower()
        seed, made = low, value
        for _ in range(_TRIES):
            made = self._value(identifier, value, seed)
            if made.lower() != low and _passes(identifier, made) >= wanted:
                return made
            seed += "\0"
        return made

    def _value(self, identifier: str, value: str, seed: str) -> str:
        if identifier == "imeisv" and luhn.only_digits(value) and len(value) == 16:  # the phone's IMEI
            return self._value("imei", value[:14], seed[:14] + seed[16:]) + value[14:]
        kind = "hardware" if identifier in {"mac-address", "bssid"} else identifier
        if identifier == "imei" and luhn.only_digits(value) and len(value) == 15:
            made = self._value("imei", value[:14], seed[:14] + seed[15:])
            last = (
                luhn.check_digit(made) if _fits(value) else _mapped(value[14:], self.stream(kind, seed), "")
            )
            return made + last
        keep = KEEP.get(identifier, 0) if len(value) > KEEP.get(identifier, 0) + 3 else 0
        alphabet = _HEX if _is_hex(value.lower()) else ""
        end = value.rfind(".") if identifier == "email-address" and "." in value else len(value)
        made = value[:keep] + _mapped(value[keep:end], self.stream(kind, seed), alphabet) + value[end:]
        if identifier in _LUHN and made.isascii() and made.isdecimal() and _fits(value):
            made = made[:-1] + luhn.check_digit(made[:-1])
        if identifier == "eid" and made.isascii() and made.isdecimal() and len(made) == 32:
            made = made[:-2] + f"{98 - int(made[:-2]) * 100 % 97:02d}"  # SGP.02 4.2.1: ISO 7064 MOD 97-10
        return made

    def address(self, ip: str) -> str:
        """Give the stand-in of an address of IP, of the same network, for headers and for texts."""
        try:
            packed = bytearray(ipaddress.ip_address(ip).packed)
        except ValueError:
            return _mapped(ip, self.stream("public-ip", ip), "")
        keep = len(packed) // 4 if len(packed) == 16 else 2
        own = str(ipaddress.ip_address(bytes(packed)))
        seed = own
        while True:
            packed[keep:] = self.stream("public-ip", seed)[: len(packed) - keep]
            made = str(ipaddress.ip_address(bytes(packed)))
            if made != own:
                return made
            seed += "\0"

    def number(self, kind: str, value: int, bound: int) -> int:
        """Give the stand-in of a number below a bound."""
        return int.from_bytes(self.stream(kind, str(value))[:8], "big") % max(bound, 1)

    def seed(self, seed: Seed) -> Seed:
        """Give the seed that stands for another."""
        replace = msgspec.structs.replace
        made = replace(seed, value=self.value(seed.identifier, seed.value)) if seed.value else seed
        if seed.cell is not None:
            made = self._cell(seed)
        if seed.latitude is not None and seed.longitude is not None:
            north, east = self.point(seed.latitude, seed.longitude, seed.radius_m or 0.0)
            made = replace(made, latitude=north, longitude=east, value=f"{north:.6f},{east:.6f}")
        return made

    def point(self, north: float, east: float, radius: float) -> tuple[float, float]:
        """Give another point of the same degrees, so far away that it does not count as the first."""
        key, far = f"{round(north * 1e6)},{round(east * 1e6)}", 3 * radius / METRES
        best = (-1.0, (north, east))
        for turn in range(_TRIES):
            point = tuple(
                math.copysign(int(abs(each)) + _EDGE + self._share(name, key, turn) * (1 - 2 * _EDGE), each)
                for name, each in (("latitude", north), ("longitude", east))
            )
            away = max(abs(point[0] - north), abs(point[1] - east))
            if away > max(far, _AWAY):
                return round(point[0], 6), round(point[1], 6)
            best = max(best, (away, (round(point[0], 6), round(point[1], 6))))
        return best[1]

    def _share(self, name: str, key: str, turn: int) -> float:
        return int.from_bytes(self.stream(name, key + "\0" * turn)[:8], "big") / (1 << 64)

    def _cell(self, seed: Seed) -> Seed:
        """Give another cell of the same network, its numbers as long as before."""
        numbers = {
            str(number): str(number)[:2] + _mapped(str(number)[2:], self.stream(kind, str(number)), "")
            for kind, number in (("area", seed.area), ("cell", seed.cell))
            if number is not None
        }
        head, *tail = seed.value.rsplit("-", 2) if seed.value.count("-") >= 3 else (seed.value,)
        value = "-".join([head, *(numbers.get(part, part) for part in tail)])
        cell = int(numbers[str(seed.cell)])
        area = None if seed.area is None else int(numbers[str(seed.area)])
        return msgspec.structs.replace(seed, value=value, area=area, cell=cell)


def _passes(identifier: str, value: str) -> bool:
    return identifier in IDENTIFIERS and check_value(identifier, value).ok


def _is_hex(low: str) -> bool:
    plain = low.replace("-", "").replace(":", "")
    return len(plain) >= 8 and all(c in _HEX for c in plain) and not plain.isdecimal()


def _mapped(text: str, stream: bytes, alphabet: str) -> str:
    """Change every digit and letter into another of its sort; other characters stay."""
    out = []
    for place, character in enumerate(text):
        step = stream[place % len(stream)] + place // len(stream)
        low = character.lower()
        letters = alphabet if low in alphabet and alphabet else _DIGITS if low in _DIGITS else _SMALL
        if low not in letters:
            out.append("x" if character.isalpha() and len(character.encode()) == 1 else character)
            continue
        made = letters[(letters.index(low) + 1 + step % (len(letters) - 1)) % len(letters)]
        out.append(made.upper() if character != low else made)
    return "".join(out)


def _fits(digits: str) -> bool:
    return (
        luhn.only_digits(digits)
        and len(digits) in {15, 19, 20}
        and luhn.check_digit(digits[:-1]) == digits[-1]
    )
