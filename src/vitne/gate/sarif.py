"""Results of a gate as SARIF 2.1.0 (OASIS standard of 27 March 2020), for code scanning.

Frames of a capture are no lines of a text, so that a place names the capture and, in its properties, the
frames.  What the policy allows is not a result; a waiver is a suppression, a baseline a state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from vitne.gate.judging import GAP, UNREADABLE, Judged, Outcome
from vitne.model import IDENTIFIERS
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.catalog.mappings import MappingEntry, MappingFile

_LONGEST = 400
_FINGERPRINT = "vitneGate/v1"
_STATES = {"baseline": "unchanged", "objected": "new", "waived": "unchanged", "noted": "unchanged"}
_NO_SENDINGS = {UNREADABLE: "Traffic that could not be read", GAP: "A part of the captures that was not seen"}
_HELP = "Evidence for the named tests and mechanisms, and no statement on conformity."


def sarif(outcome: Outcome, *, version: str, frameworks: Sequence[MappingFile]) -> dict[str, Any]:
    """Give the log as plain JSON values."""
    shown = [each for each in outcome.results if each.state != "allowed"]
    words = sorted({each.identifier for each in shown})
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "vitne",
                "version": version,
                "rules": [_rule(word) for word in words],
                "supportedTaxonomies": [{"name": each.id, "index": n} for n, each in enumerate(frameworks)],
            }
        },
        "taxonomies": [_taxonomy(each) for each in frameworks],
        "invocations": [
            {"executionSuccessful": outcome.whole, "toolExecutionNotifications": _notes(outcome)}
        ],
        "results": [_result(each, words, frameworks, compared=outcome.compared) for each in shown],
        "columnKind": "unicodeCodePoints",
    }
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def evidence_for(one: Judged, framework: MappingFile) -> list[MappingEntry]:
    """Give the entries of a framework that a result is evidence for."""
    if one.identifier in _NO_SENDINGS:
        return []
    return [
        each
        for each in framework.entry
        if (not each.protections or one.protection in each.protections)
        and (not each.kinds or one.kind in each.kinds)
    ]


def _rule(word: str) -> dict[str, Any]:
    title = _NO_SENDINGS.get(word) or f"Sent beside the policy: {IDENTIFIERS[word][1]}"
    return {
        "id": f"vitne/{word}",
        "name": "".join(part.capitalize() for part in word.split("-")),
        "shortDescription": {"text": title},
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": "note" if word in _NO_SENDINGS else "error"},
    }


def _taxonomy(framework: MappingFile) -> dict[str, Any]:
    return {
        "name": framework.id,
        "organization": framework.organization,
        "shortDescription": {"text": framework.title},
        "fullDescription": {"text": f"Read from: {framework.source}. {_HELP}"},
        "taxa": [
            {"id": each.id, "name": each.title, "shortDescription": {"text": each.title}}
            for each in framework.entry
        ],
    }


def _notes(outcome: Outcome) -> list[dict[str, Any]]:
    told = [
        *outcome.notes,
        *(f"{count} times {kind} in the captures" for kind, count in outcome.gaps.items()),
    ]
    return [{"level": "warning", "message": {"text": visible(each, _LONGEST)}} for each in told]


def _result(
    one: Judged, words: list[str], frameworks: Sequence[MappingFile], *, compared: bool
) -> dict[str, Any]:
    taxa = [
        {"id": entry.id, "toolComponent": {"name": framework.id}}
        for framework in frameworks
        for entry in evidence_for(one, framework)
    ]
    result: dict[str, Any] = {
        "ruleId": f"vitne/{one.identifier}",
        "ruleIndex": words.index(one.identifier),
        "level": "error" if one.state == "objected" else "note",
        "message": {"text": visible(one.message, _LONGEST)},
        "locations": [_location(name, one) for name in one.captures],
        "fingerprints": {_FINGERPRINT: one.fingerprint},
        "partialFingerprints": {_FINGERPRINT: one.fingerprint},
        "properties": {
            "recipient": visible(one.recipient, _LONGEST),
            "field": visible(one.field, _LONGEST),
            "protection": one.protection,
            "grade": one.grade,
            "sender": one.sender,
            "count": one.count,
            "state": one.state,
        },
    }
    if compared:  # 3.27.24: a state is one relative to a baseline
        result["baselineState"] = _STATES[one.state]
    if taxa:
        result["taxa"] = taxa
    if one.state == "waived":
        told = f"{one.reason} (until {one.expires})"
        result["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": visible(told, _LONGEST)}
        ]
    return result


def _location(name: str, one: Judged) -> dict[str, Any]:
    frames = ", ".join(map(str, one.frames[:8]))
    return {
        "physicalLocation": {"artifactLocation": {"uri": quote(name)}},
        "logicalLocations": [{"name": visible(one.recipient, _LONGEST), "kind": "resource"}],
        "message": {"text": f"first in frames {frames}" if frames else "somewhere in the capture"},
    }
