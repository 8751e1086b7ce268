"""What a hash hides: the search space counted, and the reversal run on the subject's own value to prove it.

A digest hides a value only as long as its possible values are too many to try.  What is known without the
value (the model of the phone, the maker of the radio, the operator, the country's length of numbers) makes
them few.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vitne.model import Finding

DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_SAMPLE = 50_000


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """The values one has to try, and what they rest on."""

    size: int  # number of candidates
    assumes: str  # what is known beforehand
    fixed: str  # leading characters that are known; the rest is tried
    free: int  # characters that are tried
    alphabet: str  # of them


class Reversal(msgspec.Struct, frozen=True, kw_only=True):
    """One trial of reversing a digest."""

    identifier: str  # word of the closed list
    digest: str  # name of the function
    space: Space  # that was searched
    rate: float  # candidates a second, measured on this machine
    seconds: float  # time the trial took
    found: bool  # the value was found again
    tried: int  # candidates that were tried
    whole_s: float  # time for the whole space at that rate


def spaces(identifier: str, value: str) -> list[Space]:
    """Give the search spaces of a value, smallest first; none for one that cannot be tried through."""
    plain = "".join(char for char in value if char.isalnum()).lower()
    digits = "0123456789"
    if identifier == "imei" and len(plain) == 15 and plain.isdigit():
        return [
            Space(
                size=10**6,
                assumes="the model is known (8 digits of the TAC); the last digit follows from the others",
                fixed=plain[:8],
                free=6,
                alphabet=digits,
            )
        ]
    if identifier == "mac-address" and len(plain) == 12:
        return [
            Space(
                size=1 << 24,
                assumes="the maker of the radio is known (6 hex digits)",
                fixed=plain[:6],
                free=6,
                alphabet="0123456789abcdef",
            )
        ]
    if identifier == "msisdn" and plain.isdigit() and 8 <= len(plain) <= 15:
        free = min(8, len(plain) - 2)
        return [
            Space(
                size=10**free,
                assumes="country and length of the number are known",
                fixed=plain[: len(plain) - free],
                free=free,
                alphabet=digits,
            )
        ]
    if identifier == "imsi" and len(plain) == 15 and plain.isdigit():
        return [
            Space(
                size=10**10,
                assumes="the operator is known (5 digits)",
                fixed=plain[:5],
                free=10,
                alphabet=digits,
            )
        ]
    return []


def hashed(findings: Iterable[Finding]) -> list[tuple[Finding, str]]:
    """Give findings whose value stood as a digest, with the digest's name, one of each value and function."""
    out: dict[tuple[str, str, str], tuple[Finding, str]] = {}
    for one in findings:
        for layer in one.layers:
            if layer["codec"] in DIGESTS:
                out.setdefault((one.identifier, one.value, layer["codec"]), (one, layer["codec"]))
    return list(out.values())


def reverse(
    identifier: str, value: str, digest: str, *, clock: Callable[[], float], budget: float = 20.0
) -> Reversal | None:
    """Hash a value, forget all but what everybody knows, and look for it; None where no space can be counted.

    ``clock`` gives seconds; the trial ends when ``budget`` seconds are over, and says then that it did.
    """
    found_spaces = spaces(identifier, value)
    if not found_spaces or digest not in DIGESTS:
        return None
    space = found_spaces[0]
    shape = _shape(value)
    target = hashlib.new(digest, value.encode(), usedforsecurity=False).digest()
    make = getattr(hashlib, digest)
    begun, tried, found = clock(), 0, False
    for candidate in _candidates(identifier, space):
        if make(shape(candidate).encode(), usedforsecurity=False).digest() == target:
            found = True
            tried += 1
            break
        tried += 1
        if tried % _SAMPLE == 0 and clock() - begun > budget:
            break
    took = max(clock() - begun, 1e-9)
    rate = tried / took
    return Reversal(
        identifier=identifier,
        digest=digest,
        space=space,
        rate=rate,
        seconds=took,
        found=found,
        tried=tried,
        whole_s=space.size / rate,
    )


def _candidates(identifier: str, space: Space) -> Iterator[str]:
    base = len(space.alphabet)
    pattern = f"0{space.free}x" if base == 16 else f"0{space.free}d"
    if identifier == "imei":
        for number in range(space.size):
            body = f"{space.fixed}{number:06d}"
            yield body + luhn(body)
        return
    for number in range(space.size):
        yield f"{space.fixed}{number:{pattern}}"


def luhn(body: str) -> str:
    """Give the check digit of digits (ISO/IEC 7812-1, as 3GPP TS 23.003 annex B uses it)."""
    total = 0
    for place, char in enumerate(reversed(body)):
        digit = int(char) * (2 - place % 2)
        total += digit - 9 if digit > 9 else digit
    return str(-total % 10)


def _shape(value: str) -> Callable[[str], str]:
    """Give a function that writes a plain candidate with the separators and the case of a value."""
    separators = [(place, char) for place, char in enumerate(value) if not char.isalnum()]
    upper = any(char.isupper() for char in value)

    def shaped(plain: str) -> str:
        text = plain.upper() if upper else plain
        for place, char in separators:
            text = text[:place] + char + text[place:]
        return text

    return shaped
