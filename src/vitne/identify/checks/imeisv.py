"""IMEISV: the first 14 digits of the IMEI and two digits of software version, no check digit.

summary: 16 decimal digits; dashes and spaces between are read
specification: 3GPP TS 23.003 6.2.2
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn


def check(text: str) -> CheckResult:
    """Accept an IMEISV."""
    digits = text.replace("-", "").replace(" ", "").replace("/", "")
    if not luhn.only_digits(digits):
        return bad("an IMEISV has decimal digits only")
    if len(digits) != 16:
        return bad(f"an IMEISV has 16 digits, {len(digits)} were given")
    if not digits.strip("0"):
        return bad("all zeros is a filler, not the number of one phone")
    return good(digits)
