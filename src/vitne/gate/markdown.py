"""Results of a gate as a short Markdown page, for the summary of a build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vitne.gate.judging import GAP
from vitne.gate.sarif import evidence_for
from vitne.report import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vitne.catalog.mappings import MappingFile
    from vitne.gate.judging import Judged, Outcome

_LONGEST = 160
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~])")
_TITLES = {
    "objected": "Not named by the policy",
    "waived": "Waived",
    "baseline": "Known from the baseline",
    "noted": "Could not be read",
    "allowed": "Allowed",
}
_MOST = 200


def markdown(outcome: Outcome, *, frameworks: Sequence[MappingFile]) -> Iterator[str]:
    """Give the lines of the page."""
    ended = "" if outcome.whole else ", and the scan did not come to its end"
    yield f"# vitne gate: {'passed' if outcome.passed else 'not passed'}{ended}"
    yield ""
    counts = ", ".join(f"{count} {state}" for state, count in outcome.counts.items()) or "nothing was seen"
    yield f"{_safe(outcome.title)}: {counts}." if outcome.title else f"{counts[0].upper()}{counts[1:]}."
    for state, title in _TITLES.items():
        rows = [each for each in outcome.results if each.state == state]
        if rows:
            yield from _table(title, rows, frameworks)
    if outcome.notes or outcome.gaps or outcome.absent:
        yield ""
        yield "## Notes"
        yield ""
        for note in outcome.notes:
            yield f"- {_safe(note)}"
        told = {each.recipient for each in outcome.results if each.identifier == GAP}
        for kind, count in ((kind, count) for kind, count in outcome.gaps.items() if kind not in told):
            yield f"- {count} times {kind}: what is hidden there was not judged"
        if outcome.absent:
            some = ", ".join(outcome.absent[:5])
            yield f"- {len(outcome.absent)} results of the baseline are not here: {some}"
    yield ""
    yield "Numbers of frameworks name what a result is evidence for; they state nothing about conformity."


def _table(title: str, rows: list[Judged], frameworks: Sequence[MappingFile]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield "| identifier | recipient | field | protection | times | evidence for | reason | fingerprint |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in rows[:_MOST]:
        entries = [entry.id for framework in frameworks for entry in evidence_for(one, framework)]
        reason = one.reason + (f" (until {one.expires})" if one.expires else "")
        cells = (
            one.identifier,
            one.recipient,
            one.field,
            one.protection,
            str(one.count),
            ", ".join(entries),
            reason,
        )
        yield "| " + " | ".join(_safe(cell) for cell in cells) + f" | `{one.fingerprint}` |"
    if len(rows) > _MOST:
        yield ""
        yield f"{len(rows) - _MOST} more are left out here."


def _safe(words: str) -> str:
    """Make foreign words plain: no markup, no second line."""
    return _MARKS.sub(r"\\\1", visible(words, _LONGEST))
