"""Results of a gate as JUnit XML, as build servers read it: a suite per recipient, a case per result."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, tostring

from vitne.report import visible

if TYPE_CHECKING:
    from vitne.gate.judging import Judged, Outcome

_LONGEST = 400


def junit(outcome: Outcome) -> bytes:
    """Give the XML as UTF-8."""
    root = Element("testsuites", name="vitne gate")
    ordered = sorted(outcome.results, key=lambda each: (each.recipient, each.identifier, each.field))
    failures = skipped = 0
    for recipient, group in groupby(ordered, key=lambda each: each.recipient):
        cases = list(group)
        failed = sum(each.state == "objected" for each in cases)
        waived = sum(each.state in {"waived", "baseline"} for each in cases)
        failures, skipped = failures + failed, skipped + waived
        suite = SubElement(
            root,
            "testsuite",
            name=visible(recipient, _LONGEST),
            tests=str(len(cases)),
            failures=str(failed),
            errors="0",
            skipped=str(waived),
        )
        for each in cases:
            _case(suite, each)
    errors = 0 if outcome.whole else 1
    if errors:
        _broken(root)
    root.set("tests", str(len(ordered) + errors))
    root.set("failures", str(failures))
    root.set("errors", str(errors))
    root.set("skipped", str(skipped))
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: Element, one: Judged) -> None:
    words = [one.identifier, one.field and f"as {one.field}", one.protection]
    name = visible(" ".join(word for word in words if word), _LONGEST)
    case = SubElement(suite, "testcase", classname=visible(one.recipient, _LONGEST), name=name)
    told = visible(one.message, _LONGEST)
    if one.state == "objected":
        failure = SubElement(case, "failure", message=told, type=f"vitne/{one.identifier}")
        frames = ", ".join(map(str, one.frames[:8]))
        captures = visible(", ".join(one.captures), _LONGEST)
        failure.text = f"fingerprint {one.fingerprint}\ncaptures {captures}\nframes {frames}\n"
    elif one.state in {"waived", "baseline"}:
        until = f" (until {one.expires})" if one.expires else ""
        SubElement(case, "skipped", message=visible(f"{one.state}: {one.reason}{until}", _LONGEST))
    else:
        out = SubElement(case, "system-out")
        out.text = visible(f"{one.state}: {one.reason or one.message}", _LONGEST)


def _broken(root: Element) -> None:
    """Say that the scan itself did not come to its end."""
    suite = SubElement(root, "testsuite", name="the scan", tests="1", failures="0", errors="1", skipped="0")
    case = SubElement(suite, "testcase", classname="the scan", name="reads all captures to their end")
    SubElement(
        case, "error", message="a part failed or was stopped: what it holds was not judged", type="vitne/scan"
    )
