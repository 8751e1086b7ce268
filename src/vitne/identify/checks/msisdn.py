"""Telephone number in international form.

summary: a telephone number with its country code, + or 00 in front
specification: ITU-T E.164; 3GPP TS 23.003 3.3
"""

from __future__ import annotations

import re

from vitne.identify.checks import CheckResult, bad, good, luhn


def check(text: str) -> CheckResult:
    """Accept an international number; the canonical spelling is the digits without +."""
    digits = re.sub(r"[ \-./()]", "", text)
    if digits.startswith("+"):
        digits = digits[1:]
    elif digits.startswith("00"):
        digits = digits[2:]
    if not luhn.only_digits(digits):
        return bad("a telephone number has digits, with + and the country code in front")
    if digits.startswith("0"):
        return bad("a telephone number is given with its country code, e.g. +47, without a leading 0")
    if not 7 <= len(digits) <= 15:
        return bad(f"an international telephone number has 7 to 15 digits, {len(digits)} were given")
    return good(digits, *_doubts(digits))


def _doubts(digits: str) -> tuple[str, ...]:
    """Say when the numbering plans do not know such a number.  The library is large, hence imported here."""
    import phonenumbers

    try:
        number = phonenumbers.parse("+" + digits, None)
    except phonenumbers.NumberParseException:
        return ("no country has a code that these digits begin with",)
    if not phonenumbers.is_possible_number(number):
        return ("the length does not fit the country that its first digits name",)
    return ()
