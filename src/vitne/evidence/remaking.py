"""The case of a bag made again: what a report says beside its findings comes out of the captures, too.

Gaps, unreadable bytes, messages, devices and counts are what «nothing else was found» rests on.  They are
read again from the captures and compared row by row; what a case holds twice, as lines, as Parquet and as a
page, is compared with itself.
"""

from __future__ import annotations

import hashlib
import io
import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from vitne.assess.settling import display_filter
from vitne.evidence import sealing
from vitne.evidence.checking import Check
from vitne.store.tables import TABLES, parquet, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from vitne.evidence.checking import State
    from vitne.model import Finding
    from vitne.pipeline import Result
    from vitne.store import Case, Transmission

TABLE, PAGE = "table", "report/index.html"
_NAMED = frozenset({"name", "path"})
"""Of a capture: what a bag may have to write otherwise."""
_FACTS = ("counts", "devices", "opened")
"""What the manifest of a case says of the whole scan."""
_STOPPED = "the scan was stopped before its end; read to the end it holds more"

_MASK = re.compile(r"•|\b(?!device#)[a-z][a-z-]*#\d")
"""What stands in the place of a value: a scan that does not know the value writes something else there."""

Place = tuple[int, int, tuple[int, int]]
"""Number of the capture, flow, first and last frame: what tells one message from all others."""


def originals(bag: Path, case: Case) -> list[Check]:
    """Check that each capture of the bag is the one that the case and its findings name."""
    checks = []
    for number, capture in enumerate(case.captures):
        name = sealing.original_name(number, capture.name)
        path = bag / name
        if path.is_symlink() or not path.is_file():
            continue  # told as missing where the captures are opened
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if (found, path.stat().st_size) == (capture.sha256, capture.size):
            checks.append(_check(name, "confirmed", "the capture that the case names, by its digest"))
        else:
            why = f"this is another capture than the case names: sha256 {found} and not {capture.sha256}"
            checks.append(_check(name, "failed", why))
    return checks


def tables(case: Case, result: Result, *, known: bool) -> list[Check]:
    """Compare the tables of a case with those of a scan made again.

    ``known`` says that the scan was given the values that the first one was given; without them the rows in
    which a value of a person is masked cannot be compared.
    """
    checks = []
    for table in TABLES:
        if table.name == "findings":
            continue
        rows = typed(table, getattr(result, table.name))
        if case.partial and table.name != "captures":
            checks.append(_check(f"{sealing.CASE}/{table.name}.jsonl", "not-checked", _STOPPED))
            continue
        checks.append(_table(table.name, getattr(case, table.name), rows, known=known))
    if not case.partial:
        checks.append(_facts(case, result, known=known))
    return checks


def _check(where: str, state: State, why: str, what: str = TABLE) -> Check:
    return Check(what=what, where=where, state=state, why=why)


def _apart(one: Any, two: Any) -> Literal["", "masked", "other"]:
    """Say whether two things differ, and whether only in what stands masked."""
    if one == two:
        return ""
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        return _most(_apart(one[key], two[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(two, list | tuple) and len(one) == len(two):
        return _most(map(_apart, one, two))
    texts = (each for each in (one, two) if isinstance(each, str))
    return "masked" if any(map(_MASK.search, texts)) else "other"


def _most(found: Iterable[Literal["", "masked", "other"]]) -> Literal["", "masked", "other"]:
    return max(found, default="", key=("", "masked", "other").index)


def _table(name: str, sealed: Iterable[Any], again: Iterable[Any], *, known: bool) -> Check:
    where = f"{sealing.CASE}/{name}.jsonl"
    masked = 0
    count = 0
    for count, (one, two) in enumerate(zip_longest(sealed, again), 1):
        if one == two:
            continue
        left, right = _row(name, one), _row(name, two)
        how = _apart(left, right)
        if how == "other" or (how and known):
            why = f"read again from the captures, {_short(left, right)}"
            return _check(f"{where}:{count}", "failed", why)
        masked += bool(how)
    if masked:
        why = f"{masked} of {count} rows hold masked values and were not compared: name the subject file"
        return _check(where, "not-checked", why)
    return _check(where, "confirmed", f"{count} rows read again from the captures: the same")


def _row(name: str, row: Any) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(row) or {}
    return {k: v for k, v in told.items() if k not in _NAMED} if name == "captures" else told


def _short(sealed: dict[str, Any], again: dict[str, Any]) -> str:
    """Say how a row differs, without any value of it."""
    if not sealed:
        return "there is a row more"
    if not again:
        return "this row is not there"
    return f"this row has another {', '.join(sorted(k for k in sealed if sealed[k] != again.get(k)))}"


def _facts(case: Case, result: Result, *, known: bool) -> Check:
    """Compare what the manifest of the case says of the whole scan."""
    where = f"{sealing.CASE}/manifest.json"
    found = {name: getattr(result, name) for name in _FACTS}
    found["inputs"] = [{"sha256": c.sha256, "size": c.size, "format": c.format} for c in result.captures]
    again = msgspec.json.decode(msgspec.json.encode(found))
    said = {name: case.manifest.get(name, []) for name in again}
    said["inputs"] = [
        {k: v for k, v in row.items() if k not in _NAMED} if isinstance(row, dict) else row
        for row in said["inputs"] if isinstance(said["inputs"], list)
    ]  # fmt: skip
    apart = {name: _apart(said[name], again[name]) for name in again}
    differ = [name for name in sorted(apart) if apart[name]]
    if not differ:
        return _check(where, "confirmed", "counts, devices and inputs read again from the captures: the same")
    hidden = not known and "other" not in apart.values()
    why = f"read again from the captures, these come out otherwise: {', '.join(differ)}"
    return _check(where, "not-checked" if hidden else "failed", why)


def copies(case: Case, page: Callable[[Case], bytes | None] | None) -> list[Check]:
    """Check that what the case holds once more, as Parquet and as a page, says what its lines say.

    ``page`` makes the page again, or gives None where other tables are at hand than it was made with.
    """
    checks = [_parquet(case, table) for table in TABLES if table.parquet]
    where = f"{sealing.CASE}/{PAGE}"
    path = case.folder / PAGE
    made = None if page is None else page(case)
    if not path.is_file():
        checks.append(_check(where, "failed", "it is missing", "report"))
    elif made is None:
        why = "made with other tables of networks and countries than those at hand"
        checks.append(_check(where, "not-checked", why, "report"))
    elif path.read_bytes() == made:
        checks.append(_check(where, "confirmed", "made again from the case: same bytes", "report"))
    else:
        checks.append(_check(where, "failed", "made again from the case, it comes out otherwise", "report"))
    return checks


def _parquet(case: Case, table: Any) -> Check:
    """Compare a Parquet file with the lines beside it, value by value: its bytes depend on the writer."""
    from pyarrow import ArrowException
    from pyarrow import parquet as pq

    where = f"{sealing.CASE}/{table.name}.parquet"
    rows = getattr(case, table.name)
    made = io.BytesIO()
    parquet(table, rows, made)
    try:
        if pq.read_metadata(case.folder / f"{table.name}.parquet").num_rows != len(rows):
            return _check(where, "failed", f"it does not have as many rows as {table.name}.jsonl")
        found = pq.read_table(case.folder / f"{table.name}.parquet")
        made.seek(0)
        same = found.equals(pq.read_table(made))
    except (ArrowException, OSError, ValueError):
        return _check(where, "failed", "it cannot be read")
    if same:
        return _check(where, "confirmed", f"says what {table.name}.jsonl says")
    return _check(where, "failed", f"it says something else than {table.name}.jsonl")


class Ends:
    """Who sent what to whom and when, read again without any value: what a finding has to agree with."""

    def __init__(self, case: Case, result: Result) -> None:
        self._numbers = {capture.sha256: capture.number for capture in case.captures}
        self._packets = {capture.number for capture in case.captures if capture.unit == "packet"}
        wanted = {self._place(one) for one in case.findings}
        self._sent: dict[Place, Transmission] = {}
        for row in result.transmissions:
            first, last = row.message_frames
            key = (row.capture, row.flow, (first, last))
            if key in wanted:
                self._sent[key] = row
        self._same = {one.id: one for one in result.findings}

    def _place(self, finding: Finding) -> Place:
        first, last = finding.message_frames
        return self._numbers.get(finding.capture["sha256"], -1), finding.flow, (first, last)

    def fault(self, finding: Finding) -> str:
        """Say where a finding does not agree with its captures; "" where it does."""
        number = self._place(finding)[0]
        if number < 0:
            return "it names a capture that is none of the case's"
        first, last = finding.message_frames
        if not all(first <= frame <= last for frame in finding.frames):
            return "it names frames outside its message"
        shown = display_filter(finding.frames) if number in self._packets else ""
        if finding.filter != shown:
            return "its filter shows other frames"
        differ = self._differ(finding)
        return f"read again from the capture, it has another {', '.join(differ)}" if differ else ""

    def _differ(self, finding: Finding) -> list[str]:
        said: dict[str, Any] = msgspec.to_builtins(finding)
        same = self._same.get(finding.id)
        if same is not None:
            again = msgspec.to_builtins(same)
            return [name for name in _WHERE if _apart(said[name], again[name]) == "other"]
        sent = self._sent.get(self._place(finding)) if finding.direction == "sent" else None
        if sent is None:
            return []
        source, target = finding.source, finding.destination
        pairs = {
            "time_ns": (finding.time_ns, sent.time_ns),
            "transport": (finding.transport, sent.transport),
            "source": (
                (source.ip, source.port, source.device),
                (sent.source_ip, sent.source_port, sent.device),
            ),
            "destination": (
                (target.ip, target.port, target.host, target.host_source),
                (sent.ip, sent.port, sent.host, sent.host_source),
            ),
            "delivery": (finding.delivery, sent.delivery),
            "scope": (finding.scope, sent.scope),
        }
        return [name for name, (one, two) in pairs.items() if _apart(one, two) == "other"]


_WHERE = (
    *("time_ns", "time", "transport", "source", "destination", "direction", "delivery", "answer"),
    *("protection", "scope", "protocol", "frames", "filter", "app"),
)
"""What a finding says that no known value has a part in."""
