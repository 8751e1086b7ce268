"""IMSI: mobile country code, mobile network code, subscription number.

summary: 14 or 15 decimal digits that begin with a possible mobile country code; no check digit
specification: 3GPP TS 23.003 2.2; ITU-T E.212
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn


def check(text: str) -> CheckResult:
    """Accept an IMSI."""
    digits = text.replace(" ", "").replace("-", "")
    if not luhn.only_digits(digits):
        return bad("an IMSI has decimal digits only")
    if len(digits) not in {14, 15}:
        return bad(f"an IMSI has 14 or 15 digits, {len(digits)} were given")
    # E.212: geographic areas begin with 2 to 7; 901, 902 shared; 999 private; 001 tests
    if not ("2" <= digits[0] <= "7" or digits[:3] in {"001", "901", "902", "999"}):
        return bad("an IMSI begins with a mobile country code: 2 to 7, or 001, 901, 902, 999")
    return good(digits)
