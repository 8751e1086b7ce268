"""Checking a bag from inside: every finding derived again from the raw captures with the recorded rules.

Two ways, one over the other.  Each finding's recorded layers are walked from the captured bytes down and
wrapped again: that needs no known value.  And with the values (or where the scan had none) the whole
scan is run again, and every line must come out as it was, no more and no less.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.catalog.messages import messages
from vitne.evidence import sealing
from vitne.evidence.attributing import destinations
from vitne.evidence.canonical import canonical
from vitne.evidence.checking import Check
from vitne.evidence.remaking import Ends, copies, originals, tables
from vitne.evidence.verdicts import verdicts
from vitne.knowledge import Knowledge
from vitne.model import CaptureError, Malformed, Secrets, StoreError, Subject, UsageError
from vitne.pipeline import Options, run_scan
from vitne.pipeline.rederive import rederive
from vitne.pipeline.rules import rules_used
from vitne.report.audiences import Setting, page
from vitne.report.facts import Facts
from vitne.report.formats.webpage import render
from vitne.report.frozen import Beside, freeze, plain
from vitne.report.shape import beside_in
from vitne.store import read_case

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from vitne.evidence.checking import State
    from vitne.model import Capture, Finding
    from vitne.pipeline import Result
    from vitne.pipeline.rederive import Again
    from vitne.store import Case

REPORTS = "data/reports"
READERS = ("owner", "press", "authority", "maker")
_MASKED = re.compile(r"#\d|•")
"""A label in the place of a value: what stands there cannot be compared."""
_CLOSING = frozenset({"tls", "quic"})
"""What closes other protocols: a place inside counts in the bytes that were taken out."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the examiner knows beside the bag."""

    subject: Subject | None = None  # the known values of the scan; None for not given
    secrets: Secrets | None = None  # keys, salts and alphabets of the scan; None for not given
    tables: Knowledge | None = None  # tables to look destinations up in again; None for not to
    page: Any = None  # makes the page of a case again, or gives None where it cannot; None for not to


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """What each line of the report is held against."""

    sealed: dict[str, dict[str, Any]]  # by id: findings of the case
    full: dict[str, dict[str, Any]] | None  # the same of the scan made again; None without the values
    ends: Ends | None  # who sent what to whom; None where that could not be read again
    excuse: str  # why the scan made again may give another line of an honest case; "" for no reason


def check_findings(bag: Path, said: dict[str, Any], known: Known) -> list[Check]:
    """Derive all findings of a bag again, and what the report says beside them."""
    try:
        case = read_case(bag / sealing.CASE)
    except StoreError as error:
        return [Check(what="case", where=sealing.CASE, state="failed", why=error.what)]
    around = _beside(bag)
    other = _other_rules(case)
    made = [_document(bag, case, around), *_reports(bag, case, around), *copies(case, known.page)]
    checks = [*_excused(made, other), _rules(case), *originals(bag, case)]
    checks += _around(bag, case, around, known.tables)
    paths = _captures(bag, case)
    keys = sorted(str(path) for path in (bag / sealing.KEYS).glob("*.txt"))
    try:
        again = rederive(paths, case.findings, keys=keys, secrets=known.secrets)
    except (CaptureError, UsageError) as error:
        return [*checks, Check(what="capture", where=sealing.ORIGINAL, state="failed", why=error.what)]
    asked = _asked(bag, said, known, case)
    result = None if asked is None else _scanned(paths, asked)
    plainly = result or _scanned(paths, _wanted(bag, case))
    if plainly is not None and around.occasions is not None:
        rows = msgspec.structs.replace(case, transmissions=plainly.transmissions)
        checks += verdicts(bag, rows, around.occasions)
    ends = None
    if plainly is not None and not _without_secrets(said, known):
        checks += _excused(tables(case, plainly, known=result is not None), other)
        ends = Ends(case, plainly)
    full = None if result is None else _rows(result.findings, result.captures)
    stopped = "the scan was stopped before its end" if case.partial else ""
    lines = Lines(sealed=_rows(case.findings, case.captures), full=full, ends=ends, excuse=stopped or other)
    checks += [_line(one, again[one.id], lines) for one in case.findings]
    return [*checks, *_excused(_beyond(case, said, known, lines), other)]


def _beyond(case: Case, said: dict[str, Any], known: Known, lines: Lines) -> list[Check]:
    """Name what the captures hold and the report does not, or say what was not compared."""
    full = lines.full
    if full is None:
        why = (
            "values, and with them kind and grade, were not compared: "
            "name the subject and secrets files of the scan, or the identity"
        )
        checks = [Check(what="values", where=sealing.CASE, state="not-checked", why=why)]
        if lines.ends is None:
            given = (
                "secrets file (--secrets)" if _without_secrets(said, known) else "subject file (--subject)"
            )
            why = f"not read again from the captures: that needs the {given} of the scan"
            checks.append(Check(what="table", where=sealing.CASE, state="not-checked", why=why))
        return checks
    recorded = {one.id for one in case.findings}
    more = sorted(set(full) - recorded)
    if case.partial and more:
        why = f"the scan was stopped before its end; read to the end it finds {len(more)} more"
        return [Check(what="finding", where=sealing.CASE, state="not-checked", why=why)]
    why = "it is in the captures and not in the report"
    return [Check(what="finding", where=id_, state="failed", why=why) for id_ in more]


def _without_secrets(said: dict[str, Any], known: Known) -> bool:
    return bool(said.get("searched_with_secrets")) and known.secrets is None


def reports(document: dict[str, Any]) -> dict[str, bytes]:
    """Give the reports that travel in a bag, by their path there: pure functions of the findings document."""
    facts = Facts(document, messages("en"))
    return {f"{REPORTS}/{name}.html": render(page(name, facts, Setting())) for name in READERS}


def _beside(bag: Path) -> Beside:
    """Give what stands beside the findings in the sealed document; nothing where it cannot be read."""
    try:
        return beside_in((bag / sealing.FINDINGS).read_bytes())
    except (OSError, Malformed):
        return Beside()


def _around(bag: Path, case: Case, around: Beside, tables: Knowledge | None) -> list[Check]:
    """Look the destinations up again, where the same tables are at hand, and compare the kept verdicts."""
    name = sealing.FINDINGS
    checks = []
    said = around.destinations
    if said is not None and tables is not None:
        place = tuple(said["vantage"]) if said["vantage"] else None
        own = _captures(bag, case) if said["captures_read"] else []
        again = plain(destinations(case, tables, captures=own, as_of=said["as_of"], vantage=place))
        if again["tables"] != said["tables"]:
            why = f"sealed with the tables {', '.join(said['tables']) or 'none'}, which are not all at hand"
            checks.append(Check(what="destinations", where=name, state="not-checked", why=why))
        else:
            same = again == said
            why = "looked up again: the same" if same else "looked up again, they come out otherwise"
            state: State = "confirmed" if same else "failed"
            checks.append(Check(what="destinations", where=name, state=state, why=why))
    return checks


def _reports(bag: Path, case: Case, around: Beside) -> list[Check]:
    """Check that each report of the bag comes out of its findings again, byte for byte."""
    checks = []
    for name, wanted in reports(freeze(case, around)).items():
        path = bag / name
        if not path.is_file():
            checks.append(Check(what="report", where=name, state="failed", why="it is missing"))
            continue
        same = path.read_bytes() == wanted
        why = "made again from the findings: same bytes" if same else "made again, it comes out otherwise"
        checks.append(Check(what="report", where=name, state="confirmed" if same else "failed", why=why))
    return checks


def _document(bag: Path, case: Case, around: Beside) -> Check:
    """Check that the frozen findings document says what the case says."""
    name = sealing.FINDINGS
    try:
        data = (bag / name).read_bytes()
    except OSError:
        return Check(what="document", where=name, state="failed", why="it is missing")
    if data == canonical(freeze(case, around)):
        return Check(
            what="document", where=name, state="confirmed", why="made again from the case: same bytes"
        )
    why = "made again from the case it comes out otherwise"
    return Check(what="document", where=name, state="failed", why=why)


def _rules(case: Case) -> Check:
    differ = _differing(case)
    if not differ:
        why = "the same versions and data files as recorded"
        return Check(what="rules", where="manifest.json", state="confirmed", why=why)
    why = (
        f"this vitne differs from the recorded one in: {', '.join(differ)}; lines may differ for that reason"
    )
    return Check(what="rules", where="manifest.json", state="not-checked", why=why)


def _differing(case: Case) -> list[str]:
    """Name the versions and data files that are not the recorded ones."""
    recorded, here = case.manifest.get("rules", {}), rules_used()
    if not isinstance(recorded, dict):
        return sorted(here)
    return sorted(k for k in {*recorded, *here} if recorded.get(k) != here.get(k))


def _other_rules(case: Case) -> str:
    """Say that another vitne made the case, "" for this very one."""
    if not _differing(case):
        return ""
    rules = case.manifest.get("rules", {})
    version = str(rules.get("vitne", "?") if isinstance(rules, dict) else "?")[:40]
    return f"vitne {version} with its own libraries and data files can tell: this one is another"


def _excused(checks: list[Check], excuse: str) -> list[Check]:
    """Give checks with what did not come out the same as not checked, where an honest bag may do so, too.

    What contradicts the captures in itself is never passed through here.
    """
    if not excuse:
        return checks
    return [
        msgspec.structs.replace(one, state="not-checked", why=f"{one.why}; {excuse}")
        if one.state == "failed" else one
        for one in checks
    ]  # fmt: skip


def _captures(bag: Path, case: Case) -> list[str]:
    return [str(bag / sealing.original_name(number, c.name)) for number, c in enumerate(case.captures)]


def _asked(bag: Path, said: dict[str, Any], known: Known, case: Case) -> Options | None:
    """Give what the scan was asked for; None where something that it was given is not at hand."""
    if (said.get("searched_with_subject") and known.subject is None) or (
        said.get("searched_with_secrets") and known.secrets is None
    ):
        return None
    return msgspec.structs.replace(
        _wanted(bag, case), subject=known.subject or Subject(), secrets=known.secrets or Secrets()
    )


def _wanted(bag: Path, case: Case) -> Options:
    """Give what the scan was asked for, without what the examiner knows."""
    return Options(
        keys=tuple(sorted(str(path) for path in (bag / sealing.KEYS).glob("*.txt"))),
        apps=tuple(sorted(str(path) for path in (bag / sealing.APPS).glob("*/*"))),
        device=case.run.get("device") or None,
        quick=bool(case.run.get("quick")),
    )


def _scanned(paths: list[str], asked: Options) -> Result | None:
    """Scan again, values masked; None where that cannot be."""
    try:
        return run_scan(paths, asked).masked()
    except (CaptureError, UsageError):
        return None


def _rows(findings: Sequence[Finding], captures: Sequence[Capture]) -> dict[str, dict[str, Any]]:
    """Give findings by id with the number of their capture: its digest is compared by itself."""
    numbers = {capture.sha256: capture.number for capture in captures}
    rows: dict[str, dict[str, Any]] = {one.id: msgspec.to_builtins(one) for one in findings}
    for row in rows.values():
        row["capture"] = numbers.get(row["capture"]["sha256"])
    return rows


def _line(finding: Finding, again: Again, lines: Lines) -> Check:
    """Say of one line of the report whether it holds."""
    fault = _fault(finding, again) or ("" if lines.ends is None else lines.ends.fault(finding))
    if fault:
        return Check(what="finding", where=finding.id, state="failed", why=fault)
    other = "" if lines.full is None else _otherwise(lines.sealed[finding.id], lines.full.get(finding.id))
    if other:
        failed = Check(what="finding", where=finding.id, state="failed", why=other)
        return _excused([failed], lines.excuse)[0]
    what = ["place", *([] if lines.ends is None else ["ends"]), "decoding"]
    if lines.full is not None or finding.verified:
        what.append("wrapping again")
    if lines.full is not None:
        what += ["value", "grade"]
    told = f"{', '.join(what[:-1])} and {what[-1]}"
    return Check(what="finding", where=finding.id, state="confirmed", why=f"{finding.identifier}: {told}")


def _otherwise(row: dict[str, Any], again: dict[str, Any] | None) -> str:
    """Say in what the scan made again gives another line; "" for in nothing."""
    if again is None:
        return "scanning the captures again does not find it"
    differ = sorted(name for name in row if row[name] != again[name])
    return f"scanning again gives another {', '.join(differ)}" if differ else ""


def _fault(finding: Finding, again: Again) -> str:
    """Say what does not hold of a place, its layers and their wrapping; "" for nothing."""
    if again.spelling is None:
        return again.why
    if finding.verified and not again.rewraps:
        return "wrapping it again does not give the captured bytes"
    closed = finding.layers[0]["codec"] in _CLOSING and finding.protocol not in _CLOSING
    if not closed and again.stream_range != finding.stream_range:
        return "its bytes stand at another place of the stream"
    recorded = [(layer["codec"], layer["path"]) for layer in finding.layers[closed:]]
    for (codec, path), (now, where) in zip(recorded, again.steps, strict=False):
        if codec != now or (path != where and not _MASKED.search(path)):
            return f"its layer {codec} {path} is {now} {where} in the capture"
    return ""
