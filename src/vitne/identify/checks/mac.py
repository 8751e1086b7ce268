"""Hardware address of a network interface (EUI-48).

summary: 12 hexadecimal digits, with colons, dashes, dots or nothing between
specification: IEEE 802-2014 section 8
"""

from __future__ import annotations

import re

from vitne.identify.checks import CheckResult, bad, good

SHAPE = re.compile(
    r"(?:[0-9a-f]{2}([:\-. ]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}"  # pairs
    r"|[0-9a-f]{4}([.:\-])[0-9a-f]{4}\2[0-9a-f]{4}"  # fours, as some network gear writes
    r"|[0-9a-f]{6}[:\-][0-9a-f]{6})\Z"  # maker and number
)
FILLERS = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:00"})
# nobody, everybody, and what Android since version 6 gives to apps that may not know


def check(text: str) -> CheckResult:
    """Accept an address; the canonical spelling has colons and lower-case letters."""
    lowered = text.lower()
    if not SHAPE.match(lowered):
        return bad("a hardware address has 12 hexadecimal digits, e.g. 00:00:5e:00:53:01")
    digits = re.sub(r"[^0-9a-f]", "", lowered)
    canonical = ":".join(digits[index : index + 2] for index in range(0, 12, 2))
    if canonical in FILLERS:
        return bad("this address stands for none, for all, or for one that is withheld")
    if int(digits[:2], 16) & 1:
        return bad("this is a group address: the lowest bit of its first byte is set")
    if int(digits[:2], 16) & 2:
        return good(
            canonical,
            "a locally administered address: phones change such addresses, per network or over time",
        )
    return good(canonical)
