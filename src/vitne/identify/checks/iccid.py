"""ICCID: number of a SIM card.

summary: 18 to 20 digits that begin with 89, the last often a Luhn check digit; a padding F is dropped
specification: ITU-T E.118; ETSI TS 102 221 13.2
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good, luhn

HEX = frozenset("0123456789ABCDEF")


def check(text: str) -> CheckResult:
    """Accept an ICCID; a wrong Luhn digit is a warning, since not every issuer uses one."""
    digits = text.replace(" ", "").replace("-", "").upper()
    if digits.endswith("F") and len(digits) == 20:
        digits = digits[:-1]  # the pad of an odd number of digits in a file of whole bytes
    if not digits or not HEX.issuperset(digits):
        return bad("an ICCID has digits only")
    if not luhn.only_digits(digits) and not (digits[:5] == "89860" and luhn.only_digits(digits[7:])):
        return bad("an ICCID has decimal digits only (some Chinese cards: one letter A to F)")
    if not 18 <= len(digits) <= 20:
        return bad(f"an ICCID has 18 to 20 digits, {len(digits)} were given")
    if not digits.startswith("89"):
        return bad("an ICCID begins with 89")
    if luhn.only_digits(digits) and not luhn.check(digits).ok:
        return good(
            digits,
            "the last digit is not the Luhn check digit; some issuers use none, so look again",
        )
    return good(digits)
