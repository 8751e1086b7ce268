"""A findings document with all that stands beside findings: recipients, countries, verdicts, events."""

from __future__ import annotations

import copy
from typing import Any

SECOND = 10**9


def fact(kind: str, value: str, **more: str) -> dict[str, str]:
    """Give one fact of a source."""
    base = {"kind": kind, "value": value, "source": "table@2026-06-01", "place": "", "date": "2026-06-01",
            "knowing": "inferred", "said_by": "", "trap": ""}  # fmt: skip
    return {**base, **more}


def verdict(event: str, destination: str, **more: Any) -> dict[str, Any]:
    """Give one verdict of the tests of events."""
    base = {
        "event": event, "destination": destination, "verdict": "coupled", "sentence": "s", "events": 8,
        "transmissions": 8, "through": "", "more_events": None, "latencies_s": [0.5],
        "tests": {"coupled": {"p": 0.001, "p_holm": 0.01, "window_s": 5.0}},
        "effect": {"window_s": 5.0, "responses": 8, "expected": 0.6, "excess": 0.9},
        "rivals": [{"name": "timer", "standing": "excluded", "because": "no steady period"}],
    }  # fmt: skip
    return {**base, **more}


def rich(document: dict[str, Any], *, countries: tuple[str, ...] = ("CN",)) -> dict[str, Any]:
    """Put beside the findings of a case what look-ups and event logs would have given."""
    made = copy.deepcopy(document)
    [far] = [
        t for t in made["targets"] if t["outside"] and t["lines"] and t["host"].startswith("registration")
    ]
    first = int(far["first_ns"])
    facts = [
        fact("listed-under", "China Telecom", source="a list", said_by="its authors"),
        fact("registry-contact", "CNNIC", knowing="registry", trap="it answers for all of .cn"),
        fact("hosting-provider", "Example Cloud (cloud)"),
        *(fact("country-by-table", code) for code in countries),
    ]
    steps = dict.fromkeys(("attempted", "connected", "sent", "acknowledged", "refused", "repeated"), "yes")
    row = {
        "ip": far["ip"], "host": far["host"], "port": far["port"], "shown": far["host"], "tries": 8,
        "steps": {"resolved": "yes", "accepted": "unknown", **steps}, "repeated": None, "stands_for": "",
        "recipients": [{"id": "china-telecom", "name": "China Telecom", "roles": ["carrier"], "seats": ["CN"]}],
        "countries": sorted(countries), "facts": facts, "limits": ["may be a rented machine"],
        "disagreements": [{"about": "owner", "values": [["A", "one"], ["B", "two"]], "note": "differ"}],
        "unknown": ["registrar"],
    }  # fmt: skip
    made["destinations"] = {
        "tables": ["geo@2026-06-01"], "as_of": "2019-02-03", "vantage": None, "captures_read": True, "rows": [row],
    }  # fmt: skip
    made["occasions"] = {
        "format": "vitne-triggers/1", "captures": [], "device": "device#1", "other_devices": 0,
        "observation": {"begin_ns": str(first), "events": {"keyguard-gone": 8}}, "logs": [], "beacons": {},
        "clock": {"offset_s": 0.2, "bound_s": 0.1, "how": "marks", "anchors": 3, "zone_s": 0},
        "tested": 14, "left_out": 0, "blocked": "",
        "triggers": [
            verdict("keyguard-gone", far["host"]),
            verdict("screen-on", far["host"], verdict="caused"),
            verdict("app-foreground:com.example.<b>", far["host"], verdict="no-coupling-seen"),
        ],
        "event_times": {
            "keyguard-gone": [str(first + n * SECOND) for n in range(8)],
            "consent-refused": [str(first - SECOND)],
            "app-foreground:com.example.<b>": [str(first)],
        },
    }  # fmt: skip
    return made


def hostile_beside(document: dict[str, Any], text: Any) -> dict[str, Any]:
    """Put hostile texts wherever a table, a log or a register can put text."""
    made = copy.deepcopy(document)
    for row in made["destinations"]["rows"]:
        row["stands_for"], row["limits"] = text(), [text()]
        for each in row["recipients"]:
            each["name"] = text()
        for each in row["facts"]:
            for key in ("value", "source", "date", "said_by", "trap"):
                each[key] = text()
        row["disagreements"][0]["values"] = [[text(), text()]]
    made["destinations"]["tables"] = [text()]
    said = made["occasions"]
    for each in said["triggers"]:
        each["event"] = f"app-foreground:{text()}"
        each["rivals"] = [{"name": text(), "standing": text(), "because": text()}]
    said["event_times"] = {f"note:{text()}": times for times in said["event_times"].values()}
    return made
