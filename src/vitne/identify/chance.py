"""Chance: how many hits of a needle the searched bytes would give if nobody had sent the value.

E-value as in sequence search: places searched x needles of the same seed x probability of the needle at one
place.  The probability is the greatest of four models of bytes, so that no class of traffic is favoured:
text (digits come in runs, hence order 1), hexadecimal runs, base64 runs, binary.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from vitne.identify.needles import Needle

ENOUGH = 1e-6  # expected chance hits at which a hit stands alone
PERHAPS = 1e-2  # up to here a hit counts that is a whole token, or once a key or company is reckoned in
KEYED = 1e-3  # share of bytes that stand under a key of the right kind
WHOLE = 0.05  # share of chance hits of digits that are whole runs (measured 0.04 to 0.16 for 3 to 5 digits)

# shares of text bytes, measured on requests: a digit, and a digit after a digit
FIRST_DIGIT, NEXT_DIGIT = 0.15, 0.48
FIRST_LETTER, NEXT_LETTER = 0.06, 0.10  # of one given letter: order-1 entropy of words is some 3.3 bits
OTHER = 0.02  # one given mark or space
CONTROL = 1e-5  # one given control character: what has more of them is no text
ENCODED = 0.1  # share of text that stands under one given text codec
REWRITTEN = frozenset(
    {"hex", "base64", "base64url", "percent", "utf-16", "json-escapes", "html-numeric", "reverse"}
)
# shares of bytes that are no text, measured on payloads outside runs of text: 0.083, 1/229, 1/198 and 1/290
FIRST_ZERO, FIRST_FULL, SMALL_BYTE, OTHER_BYTE = 0.1, 1 / 128, 1 / 128, 1 / 200
NEXT_SAME = 0.5  # a zero after a zero, a byte of ones after its like
_RUNS = {0: FIRST_ZERO, 255: FIRST_FULL}
IN_HEX, IN_BASE64, IN_BINARY = 0.03, 0.3, 1.0  # shares of bytes in runs of each class


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What chance says of one hit."""

    evalue: float | None  # expected number of chance hits; None where a key over the whole field decides
    enough: bool  # worth a sighting
    reasons: tuple[str, ...] = ()  # for a person, without the value
    prior: float = 0.0  # rank among sightings of one place
    haystack: int = 0  # bytes that the E-value was reckoned for
    strict: bool = False  # the needle is weak: never alone

    def backed(self, *, key: bool, record: int, whole_field: bool) -> Evidence:
        """Reckon in what stands beside the hit.

        ``key``: a name that speaks for the identifier; ``record``: bytes of a record that also holds another
        value of the subject, 0 without; ``whole_field``: the field that the key names holds this and no more.
        """
        if self.enough or self.evalue is None:
            return msgspec.structs.replace(self, prior=self.prior + (0.5 if key else 0.0))
        evalue, reasons = self.evalue, list(self.reasons)
        if key:
            evalue *= KEYED
            reasons.append("the field's name speaks for it")
        if record:
            evalue *= min(1.0, record / max(self.haystack, 1))
            reasons.append("another known value stands in the same record")
        if key and whole_field and evalue > PERHAPS:
            reasons.append("it is the whole value of that field")
            return msgspec.structs.replace(
                self, evalue=None, enough=True, reasons=tuple(reasons), prior=self.prior + 0.25
            )
        enough = (key or record > 0) and evalue <= PERHAPS
        return msgspec.structs.replace(
            self, evalue=evalue, enough=enough, reasons=tuple(reasons), prior=self.prior + 0.25
        )


def evalue(needle: Needle, bytes_searched: int, *, siblings: int = 1) -> float:
    """Give the expected number of chance hits in so many bytes; ``siblings`` are the needles of the seed."""
    chance = probability(needle)
    return bytes_searched * chance * max(siblings, 1)


def judge(needle: Needle, *, haystack: int, siblings: int) -> Evidence:
    """Judge a hit of a needle by itself."""
    expected = evalue(needle, haystack, siblings=siblings)
    whole = needle.border != "none" and ENOUGH < expected <= PERHAPS and not needle.weak
    return Evidence(
        evalue=expected,
        enough=whole or (expected <= ENOUGH and not needle.weak),
        reasons=("it stands as a whole",) if whole else (),
        prior=1.0 if not needle.layers else 0.9,
        haystack=haystack,
        strict=needle.weak,
    )


def probability(needle: Needle) -> float:
    """Give the chance that the needle stands at one given place."""
    data = needle.data
    models = [
        _text(data) if _may_be_text(data) else -math.inf,
        _hexadecimal(data),
        _base64(data),
        _binary(data),
    ]
    if len(needle.layers) == 1 and needle.codec in REWRITTEN:  # encoded text is as likely as text
        models.append(math.log(ENCODED) + _text(needle.text))
    chance = math.exp(max(models))
    if needle.fold:
        chance *= 2.0  # the whole in the other case; mixed case is rare
    if needle.border != "none":
        chance *= WHOLE
    return min(1.0, chance)


_LINES = frozenset(b"\t\r\n")
_DIGITS = frozenset(b"0123456789")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_BASE64 = _DIGITS | _LETTERS | frozenset(b"+/-_=")


def _may_be_text(data: bytes) -> bool:
    """Say whether the bytes can be a piece of UTF-8: what stands inside is well formed."""
    inside = data.lstrip(bytes(range(0x80, 0xC0)))
    for cut in range(4):
        try:
            inside[: len(inside) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return len(data) - len(inside) < 4
    return False


def _text(data: bytes) -> float:
    """Order 1: a digit or a letter is likelier after its like.  Natural logarithm."""
    total, before = 0.0, ""
    for byte in data:
        if byte in _DIGITS:
            kind, chance = "digit", (NEXT_DIGIT if before == "digit" else FIRST_DIGIT) / 10
        elif byte in _LETTERS:
            kind, chance = "letter", NEXT_LETTER if before == "letter" else FIRST_LETTER
        elif 32 <= byte < 127 or byte >= 0x80:
            kind, chance = "other", OTHER
        else:
            kind, chance = "control", OTHER / 10 if byte in _LINES else CONTROL
        total += math.log(chance)
        before = kind
    return total


def _hexadecimal(data: bytes) -> float:
    return math.log(IN_HEX) - len(data) * math.log(16) if _HEX.issuperset(data) else -math.inf


def _base64(data: bytes) -> float:
    return math.log(IN_BASE64) - len(data) * math.log(64) if _BASE64.issuperset(data) else -math.inf


def _binary(data: bytes) -> float:
    """Zeros and ones come in runs, small numbers are likelier than others, which are nearly even."""
    total, before = math.log(IN_BINARY), -1
    for byte in data:
        if byte in _RUNS:
            chance = NEXT_SAME if byte == before else _RUNS[byte]
        else:
            chance = SMALL_BYTE if byte < 32 else OTHER_BYTE
        total += math.log(chance)
        before = byte
    return total
