"""IMEI: eight digits of type allocation code, six of serial number, one check digit.

summary: 15 decimal digits, the last a Luhn check digit; dashes and spaces between are read
specification: 3GPP TS 23.003 6.2.1 and annex B
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn

FILLERS = frozenset({"000000000000000", "004999010640000", "111111111111119"})
# all zeros: no number; the second is the default of an emulator's modem; the third a typist's filler


def check(text: str) -> CheckResult:
    """Accept an IMEI with its check digit."""
    digits = text.replace("-", "").replace(" ", "").replace("/", "")
    if not luhn.only_digits(digits):
        return bad("an IMEI has decimal digits only")
    if len(digits) == 16:
        return bad("16 digits were given: that is an IMEISV, an IMEI has 15")
    if len(digits) == 14:
        expected = luhn.check_digit(digits)
        return bad(
            f"14 digits were given: the 15th, the check digit, would be {expected}", expected_digit=expected
        )
    if len(digits) != 15:
        return bad(f"an IMEI has 15 digits, {len(digits)} were given")
    if digits in FILLERS:
        return bad("this is a filler that many phones share, not the number of one phone")
    result = luhn.check(digits)
    return result if not result.ok else good(digits)
