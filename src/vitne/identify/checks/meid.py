"""MEID: number of a CDMA phone.

summary: 14 hexadecimal digits, the first two A0 to FF, or 18 decimal digits that say the same
specification: 3GPP2 S.R0048-A section 1; C.S0072
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn

HEX = frozenset("0123456789ABCDEF")


def from_decimal(digits: str) -> str:
    """Turn 18 decimal digits (10 for 32 bits, 8 for 24) into 14 hexadecimal ones; "" if out of range."""
    head, tail = int(digits[:10]), int(digits[10:])
    if head >> 32 or tail >> 24:
        return ""
    return f"{head:08X}{tail:06X}"


def check(text: str) -> CheckResult:
    """Accept a MEID; the canonical spelling is 14 upper-case hexadecimal digits."""
    digits = text.replace(" ", "").replace("-", "").upper()
    if len(digits) == 18 and luhn.only_digits(digits):
        digits = from_decimal(digits)
        if not digits:
            return bad("the decimal digits of a MEID are 10 up to 4294967295 and 8 up to 16777215")
    if len(digits) != 14 or not HEX.issuperset(digits):
        return bad("a MEID has 14 hexadecimal digits (or 18 decimal ones)")
    if digits[0] < "A":
        return bad(
            "a MEID begins with A0 to FF; with decimal digits alone it would be an IMEI without check digit"
        )
    if len(set(digits)) == 1:
        return bad("one digit repeated is a filler, not the number of one phone")
    return good(digits)
