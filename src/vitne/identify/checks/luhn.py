"""Luhn check digit over decimal digits.

summary: decimal digits whose last one is the Luhn check digit of the others
specification: ISO/IEC 7812-1 annex B
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good

DIGITS = frozenset("0123456789")


def only_digits(text: str) -> bool:
    """Say whether the text is one or more of the digits 0 to 9 (not those of other scripts)."""
    return bool(text) and DIGITS.issuperset(text)


def check_digit(payload: str) -> str:
    """Compute the Luhn check digit of a run of decimal digits."""
    total = 0
    for index, digit in enumerate(reversed(payload)):
        number = int(digit) * (2 if index % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return str(-total % 10)


def check(text: str) -> CheckResult:
    """Accept decimal digits with the right last digit."""
    if len(text) < 2 or not only_digits(text):
        return bad("two or more decimal digits were expected")
    expected = check_digit(text[:-1])
    if text[-1] != expected:
        return bad(f"the check digit is wrong: {expected} was expected", expected_digit=expected)
    return good(text)
