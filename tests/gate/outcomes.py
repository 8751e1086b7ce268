"""Outcomes for the tests of the renderings."""

from __future__ import annotations

from datetime import date

import msgspec
from tests.gate.test_judging import TODAY

from vitne.gate.judging import Outcome, Sight, judge, marks_of
from vitne.gate.policy import policy_of
from vitne.lab import samples
from vitne.model import Gap
from vitne.store import OpaqueTotal

EVIL = "<b>|`[x](y)\x1b]8;;z"


def full() -> Outcome:
    """Give an outcome with every state, and a hostile name."""
    findings = [
        samples.finding(),
        samples.finding(field="IMEI2"),
        samples.finding(field="IMEI3"),
        samples.finding(field="ok", identifier="iccid"),
        samples.finding(field=EVIL, protection="decrypted"),
    ]
    rules = policy_of({"version": 1})
    waived = min(marks_of(findings[1:2], rules))
    policy = policy_of(
        {
            "version": 1,
            "title": "Release",
            "allow": [{"identifiers": ["iccid"], "recipients": ["*"], "because": "contract"}],
            "waiver": [{"fingerprint": waived, "reason": "ticket 7", "expires": date(2026, 12, 31)}],
        }
    )
    opaque = [msgspec.convert(row, OpaqueTotal) for row in samples.opaque()]
    sight = Sight(
        findings=findings, opaque=opaque, gaps=[Gap(kind="limit", why="a bound")], captures=("a b.pcap",)
    )
    return judge(sight, policy, today=TODAY, baseline=marks_of(findings[2:3], rules) | {"v1-gone"})
