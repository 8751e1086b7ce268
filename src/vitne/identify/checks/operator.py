"""Mobile network code: MCC and MNC.

summary: a mobile country code of three digits and a network code of two or three
specification: ITU-T E.212 section 4
"""

from __future__ import annotations

import re

from vitne.identify.checks import CheckResult, bad, good

SHAPE = re.compile(r"(001|[2-7][0-9]{2}|90[12]|999)[-_/ ]?([0-9]{2,3})\Z", re.ASCII)


def check(text: str) -> CheckResult:
    """Accept a network; the canonical spelling is MCC-MNC, e.g. 001-01."""
    found = SHAPE.match(text)
    if not found:
        return bad("a network is written as MCC-MNC, e.g. 001-01")
    return good(f"{found[1]}-{found[2]}")
