"""Android ID (SSAID).

summary: 64 bits as up to 16 hexadecimal digits
specification: Android API reference, Settings.Secure.ANDROID_ID
"""

from __future__ import annotations

from vitne.identify.checks import CheckResult, bad, good

HEX = frozenset("0123456789abcdef")
EMULATOR = "9774d56d682e549c"  # shared by a whole generation of phones through a fault of Android 2.2


def check(text: str) -> CheckResult:
    """Accept an Android ID; the canonical spelling is 16 lower-case hexadecimal digits."""
    digits = text.lower().removeprefix("0x")
    if not digits or not HEX.issuperset(digits) or not 13 <= len(digits) <= 16:
        return bad("an Android ID has 16 hexadecimal digits")
    digits = digits.zfill(16)
    if digits == EMULATOR or len(set(digits)) == 1:
        return bad("this is a filler that many phones share, not the number of one phone")
    if len(text) < 16:
        return good(digits, "fewer than 16 digits were given: leading zeros were added")
    return good(digits)
