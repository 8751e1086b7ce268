"""Short messages as phones and modems write them: one transfer unit, in octets.

specification: 3GPP TS 23.040 section 9.2.2 (SMS-DELIVER, SMS-SUBMIT) and 9.1.2.5 (addresses);
3GPP TS 23.038 sections 4 (coding scheme) and 6.2.1 (7-bit alphabet)
"""

from __future__ import annotations

import calendar
from typing import NamedTuple

from vitne.model import Malformed

_DIGITS = "0123456789*#abc"
_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {10: "\f", 20: "^", 40: "{", 41: "}", 47: "\\", 60: "[", 61: "~", 62: "]", 64: "|", 101: "€"}
_ESCAPE = 27
_DELIVER, _SUBMIT = 0, 1
_VALIDITY = (0, 7, 1, 7)  # octets, by the two bits of the format
_CENTURY = 90  # years from here on are of the 20th century: the stamp has two digits
_MOST_SERVICE_CENTRE = 12  # octets of the service centre's address


class ShortMessage(NamedTuple):
    """One short message."""

    sent: bool  # by the phone
    number: str  # of the other end
    data: bytes  # the text in UTF-8, or the octets of a binary message
    time_ns: int | None  # stamp of the service centre, of messages received


class _Octets:
    """Octets that are taken one after the other; raises Malformed where they end early."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """Give the next octets."""
        if count > len(self._data) - self.at:
            raise Malformed("a short message ends early", at=self.at)
        self.at += count
        return self._data[self.at - count : self.at]

    def one(self) -> int:
        """Give the next octet."""
        return self.take(1)[0]


def parse(pdu: bytes) -> ShortMessage:
    """Read one transfer unit behind the address of its service centre; raises Malformed."""
    octets = _Octets(pdu)
    centre = octets.one()
    if centre > _MOST_SERVICE_CENTRE:
        raise Malformed("no address of a service centre", at=0)
    octets.take(centre)
    first = octets.one()
    kind = first & 3
    if kind not in {_DELIVER, _SUBMIT}:
        raise Malformed("neither a message sent nor one received", at=octets.at - 1)
    if kind == _SUBMIT:
        octets.one()  # reference
    number = _address(octets)
    octets.one()  # protocol identifier
    scheme = octets.one()
    when = None
    if kind == _DELIVER:
        when = _stamp(octets.take(7))
    else:
        octets.take(_VALIDITY[first >> 3 & 3])
    data = _user_data(octets, scheme, header=bool(first & 0x40))
    return ShortMessage(sent=kind == _SUBMIT, number=number, data=data, time_ns=when)


def _address(octets: _Octets) -> str:
    digits = octets.one()
    kind = octets.one()
    packed = octets.take((digits + 1) // 2)
    if kind >> 4 & 7 == 5:
        return _septets(packed, digits * 4 // 7, 0)
    halves = [half for octet in packed for half in (octet & 15, octet >> 4)][:digits]
    plus = "+" if kind >> 4 & 7 == 1 else ""
    return plus + "".join(_DIGITS[half] for half in halves if half < len(_DIGITS))


def _user_data(octets: _Octets, scheme: int, *, header: bool) -> bytes:
    length = octets.one()
    coding = _coding(scheme)
    data = octets.take((length * 7 + 7) // 8 if coding == "7bit" else length)
    skip = data[0] + 1 if header and data else 0
    if skip > len(data):
        raise Malformed("the header of a short message is longer than it", at=octets.at)
    if coding == "7bit":
        return _septets(data, length, (skip * 8 + 6) // 7).encode()
    if coding == "ucs2":
        return data[skip:].decode("utf-16-be", "replace").encode()
    return data[skip:]


def _coding(scheme: int) -> str:
    """Name how the text is written (TS 23.038 section 4)."""
    if scheme & 0xC0 in {0x00, 0x40}:
        return ("7bit", "8bit", "ucs2", "8bit")[scheme >> 2 & 3]
    if scheme & 0xF0 == 0xE0:
        return "ucs2"
    return "8bit" if scheme & 0xF0 == 0xF0 and scheme & 4 else "7bit"


def _septets(data: bytes, count: int, skip: int) -> str:
    """Read text of seven bits a letter, the lowest bits first."""
    bits = int.from_bytes(data, "little")
    out = []
    escaped = False
    for index in range(skip, min(count, len(data) * 8 // 7)):
        code = bits >> 7 * index & 0x7F
        if escaped:
            out.append(_EXTENSION.get(code, _ALPHABET[code]))
            escaped = False
        elif code == _ESCAPE:
            escaped = True
        else:
            out.append(_ALPHABET[code])
    return "".join(out)


def _stamp(octets: bytes) -> int | None:
    """Give the nanoseconds of a service centre's stamp (section 9.2.3.11); None where it is none."""
    fields = [(octet & 15) * 10 + (octet >> 4) for octet in octets]
    year, month, day, hour, minute, second = fields[:6]
    quarters = (octets[6] & 7) * 10 + (octets[6] >> 4)
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    seconds = calendar.timegm(
        (2000 + year if year < _CENTURY else 1900 + year, month, day, hour, minute, second)
    )
    return (seconds + (quarters if octets[6] & 8 else -quarters) * 900) * 10**9
