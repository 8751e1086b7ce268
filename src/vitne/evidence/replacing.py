"""Values of persons replaced: keyed, format-preserving, the same everywhere.

A value's stand-in comes from HMAC-SHA-512 under a secret (RFC 2104) over its kind and canonical text, so that
without the secret nobody can try candidates, and equal values stay equal.  Digits stay digits, letters
letters; what tells model, operator or country stays, and check digits fit again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

import msgspec

from vitne.evidence.digested import Digested
from vitne.identify.checks import luhn
from vitne.identify.variants import needles, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.identify.needles import Needle
    from vitne.model import Salt, Seed

KEEP = {"imei": 8, "imeisv": 8, "imsi": 5, "iccid": 7, "msisdn": 3, "mac-address": 8, "bssid": 8}
"""Characters at the front that tell maker, operator or country and stay."""
_LUHN = {"imei", "iccid"}
_COORDINATE = re.compile(r"-?\d{1,3}\.\d{1,17}")
_NEAR = 0.05  # degrees from a known place that are still about it
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
        """Give the stand-in of a value; never the value itself where it can be another."""
        kind = "hardware" if identifier in {"mac-address", "bssid"} else identifier
        low = value.lower()
        keep = KEEP.get(identifier, 0) if len(value) > KEEP.get(identifier, 0) + 3 else 0
        alphabet = _HEX if _is_hex(low) else ""
        seed = low
        for _ in range(16):
            end = value.rfind(".") if identifier == "email-address" and "." in value else len(value)
            made = value[:keep] + _mapped(value[keep:end], self.stream(kind, seed), alphabet) + value[end:]
            if identifier in _LUHN and made.isascii() and made.isdecimal() and _fits(value):
                made = made[:-1] + luhn.check_digit(made[:-1])
            if made.lower() != low:
                return made
            seed += "\0"
        return made

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
            north = int(seed.latitude) + self.number("latitude", round(seed.latitude * 1e6), 10**6) / 1e6
            east = int(seed.longitude) + self.number("longitude", round(seed.longitude * 1e6), 10**6) / 1e6
            made = replace(made, latitude=north, longitude=east, value=f"{north:.6f},{east:.6f}")
        return made

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


class Pairs:
    """Needles of values, each with what its stand-in looks like in the same spelling."""

    def __init__(self, seeds: list[Seed], replacer: Replacer, salts: Sequence[Salt] = ()) -> None:
        self.seeds = seeds
        self.stand_ins = [replacer.seed(seed) for seed in seeds]
        self.replacer = replacer
        every = needles(seeds)
        self.needles = [n for n in every if not n.weak and len(n.data) >= 5]
        self._known = {(seeds[n.seed].identifier, n.data.lower()): n for n in reversed(every)}
        texts: dict[tuple[int, str], bytes] = {}
        for needle in needles(self.stand_ins):
            texts.setdefault((needle.seed, needle.spelling), needle.text)
        self._texts = texts
        self._digests = Digested(seeds, self.stand_ins, salts)

    def stand_in(self, needle: Needle, place: bytes) -> bytes:
        """Give the bytes that stand for a needle's at a place, as long as these wherever that can be."""
        text = self._texts.get((needle.seed, needle.spelling))
        if text is not None:
            made = write(text, needle.layers)
            if len(made) == len(place):
                return _cased(made, place) if needle.fold else made
        return self.bytes(self.seeds[needle.seed].identifier, place)

    def told(self, identifier: str, place: bytes) -> bytes:
        """Give the bytes for a place where a value of this kind was found, weak spellings included."""
        needle = self._known.get((identifier, place.lower()))
        if needle is not None:
            return self.stand_in(needle, place)
        if identifier == "location":
            return self._moved(place) or self.bytes(identifier, place)
        return self._digests.of(place) or self.bytes(identifier, place)

    def _moved(self, place: bytes) -> bytes | None:
        """Give a text in which coordinates of a known place are moved as the place is; None without one."""
        pairs = [
            each
            for one, two in zip(self.seeds, self.stand_ins, strict=True)
            if one.latitude is not None and two.latitude is not None
            for each in ((one.latitude, two.latitude), (one.longitude or 0.0, two.longitude or 0.0))
        ]

        def told(found: re.Match[str]) -> str:
            number = float(found[0])
            near = min(pairs, key=lambda pair: abs(pair[0] - number))
            if abs(near[0] - number) > _NEAR:
                return found[0]
            decimals = len(found[0].partition(".")[2])
            return f"{near[1] + number - near[0]:.{decimals}f}"

        try:
            text = place.decode("ascii")
        except UnicodeDecodeError:
            return None
        made = _COORDINATE.sub(told, text) if pairs else text
        return made.encode() if made != text else None

    def bytes(self, identifier: str, place: bytes) -> bytes:
        """Give bytes for a place whose spelling is not known: each character by one of its own sort."""
        try:
            text = place.decode("ascii")
        except UnicodeDecodeError:
            stream = self.replacer.stream(identifier, place.hex()) * (len(place) // 64 + 1)
            return bytes(one ^ two or one for one, two in zip(place, stream, strict=False))
        alphabet = _HEX if _is_hex(text.lower()) else ""
        return _mapped(text, self.replacer.stream(identifier, text.lower()), alphabet).encode()


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


def _cased(made: bytes, place: bytes) -> bytes:
    """Write letters in the case that the place has."""
    upper = any(65 <= byte <= 90 for byte in place) and not any(97 <= byte <= 122 for byte in place)
    lower = any(97 <= byte <= 122 for byte in place) and not any(65 <= byte <= 90 for byte in place)
    return made.upper() if upper else made.lower() if lower else made


def _fits(digits: str) -> bool:
    return (
        luhn.only_digits(digits)
        and len(digits) in {15, 19, 20}
        and luhn.check_digit(digits[:-1]) == digits[-1]
    )
