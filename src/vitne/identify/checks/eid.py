"""EID: number of the chip of an eSIM.

summary: 32 decimal digits that begin with 89, modulo 97 equal to 1
specification: GSMA SGP.29 section 2; ISO/IEC 7064 MOD 97-10
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn


def check(text: str) -> CheckResult:
    """Accept an EID with its two check digits."""
    digits = text.replace(" ", "").replace("-", "")
    if not luhn.only_digits(digits):
        return bad("an EID has decimal digits only")
    if len(digits) != 32:
        return bad(f"an EID has 32 digits, {len(digits)} were given")
    if not digits.startswith("89"):
        return bad("an EID begins with 89")
    if int(digits) % 97 != 1:
        expected = f"{98 - int(digits[:30]) * 100 % 97:02d}"
        return bad(f"the two check digits are wrong: {expected} was expected", expected_digit=expected)
    return good(digits)
