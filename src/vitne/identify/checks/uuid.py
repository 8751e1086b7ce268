"""UUID as used for advertising and vendor identifiers.

summary: 32 hexadecimal digits, with the four dashes of a UUID or without; not all zeros
specification: RFC 9562 section 4
"""

from __future__ import annotations

import re

from vitne.identify.checks import CheckResult, bad, good

SHAPE = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\Z")


def check(text: str) -> CheckResult:
    """Accept a UUID; the canonical spelling has dashes and lower-case letters."""
    lowered = text.lower().removeprefix("urn:uuid:").strip("{}")
    if not SHAPE.match(lowered):
        return bad("32 hexadecimal digits were expected, e.g. 6a1c1487-a0af-4223-b142-a0f4621d0311")
    digits = lowered.replace("-", "")
    if len(set(digits)) == 1:
        return bad("one digit repeated says that there is no identifier or that tracking is off")
    return good("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))
