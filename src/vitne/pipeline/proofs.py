"""A log line that repeats in clear what was sent: matched with the packet, it proves content and origin anew.

The line's values become seeds, the captures are scanned for them alone, and a message that holds several of
them in the fields of the same names, near in time, is the one that the line tells of.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vitne.model import Seed, StoreError, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vitne.pipeline.triggering import Tested
    from vitne.store import Case

LEAST_FIELDS = 3  # equal fields that make a match
NEAR_NS = 30 * 10**9  # beyond the clock's bound
MOST_LINES = 200
_FIELDS = {
    "imei": ("imei", "imei1", "imei2"),
    "imsi": ("sim1lteimsi", "sim2lteimsi", "sim1cdmaimsi", "imsi"),
    "iccid": ("sim1iccid", "sim2iccid", "iccid"),
    "mac-address": ("macid", "mac"),
    "meid": ("meid",),
}


def proofs(case: Case, tested: Tested, places: Sequence[str]) -> list[dict[str, Any]]:
    """Give a proof for each log line that is matched; nothing where the captures are not at hand."""
    lines = [(log, *each) for log in tested.logs for each in log.payloads][:MOST_LINES]
    records = [(log, record, time_ns, _record(body)) for log, record, time_ns, body in lines]
    records = [each for each in records if len(each[3]) >= LEAST_FIELDS]
    if not records:
        return []
    try:
        found = _scanned(case, [each[3] for each in records], places)
    except StoreError:
        return []
    offset = tested.study.observation.offset
    shift, bound = (0, 0) if offset is None else (round(offset.seconds * 1e9), round(offset.bound_s * 1e9))
    out = []
    for log, record, time_ns, fields in records:
        best = _match(found, fields, time_ns - shift, bound + NEAR_NS)
        if best is not None:
            frames, message_ns, equal, host = best
            out.append(
                {
                    "log": log.name,
                    "record": record,
                    "frames": list(frames),
                    "message_ns": message_ns,
                    "destination": host,
                    "equal": equal,
                    "fields": len(fields),
                    "sentence": f"Line {record} of {log.name} repeats what was sent to {host} in frames "
                    f"{frames[0]} to {frames[1]}: {len(equal)} of {len(fields)} known fields are equal.",
                }
            )
    return out


def _record(body: bytes) -> dict[str, tuple[str, str]]:
    """Give the fields of a clear record that are known kinds: field -> (identifier, value)."""
    cut = body.rfind(b"}")
    try:
        decoded = msgspec.json.decode(body[: cut + 1], type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    kinds = {name: kind for kind, names in _FIELDS.items() for name in names}
    out = {}
    for key, value in decoded.items():
        kind = kinds.get(key.lower())
        if kind is not None and isinstance(value, str) and 8 <= len(value) <= 40:
            canonical = value.lower() if kind == "mac-address" else value
            out[key.lower()] = (kind, canonical)
    return out


def _scanned(case: Case, records: list[dict[str, tuple[str, str]]], places: Sequence[str]) -> list[Any]:
    from vitne.pipeline.inputs import places_by_digest
    from vitne.pipeline.scan import Options, run_scan

    known = sorted({pair for fields in records for pair in fields.values()})
    seeds = tuple(
        Seed(identifier=kind, name=f"{kind}#{number}", value=value)
        for number, (kind, value) in enumerate(known, 1)
    )
    given = [
        str(each) for each in (*places, *case.run.get("inputs", ())) if each != "-" and Path(each).exists()
    ]
    by_digest = places_by_digest(given) if given else {}
    missing = [each.name for each in case.captures if each.sha256 not in by_digest]
    if missing:
        raise StoreError("the capture is not where it was", where=missing[0])
    result = run_scan(
        [by_digest[each.sha256] for each in case.captures], Options(subject=Subject(seeds=seeds), jobs=1)
    )
    return list(result.findings)


def _match(
    findings: list[Any], fields: dict[str, tuple[str, str]], time_ns: int, reach: int
) -> tuple[tuple[int, int], int, list[str], str] | None:
    """Give the message with the most equal fields near in time: frames, time, fields, destination."""
    messages: dict[tuple[str, int, tuple[int, int]], dict[str, Any]] = {}
    for each in findings:
        name = each.field.lower().rpartition(".")[2]
        if each.seed is None or name not in fields or fields[name][1] != str(each.value).lower():
            continue
        if abs(each.time_ns - time_ns) <= reach:
            key = (each.capture["sha256"], each.flow, each.message_frames)
            messages.setdefault(key, {})[name] = each
    best: tuple[int, int] | None = None
    chosen: dict[str, Any] = {}
    for own in messages.values():
        first = next(iter(own.values()))
        rank = (len(own), -abs(first.time_ns - time_ns))
        if len(own) >= LEAST_FIELDS and (best is None or rank > best):
            best, chosen = rank, own
    if best is None:
        return None
    first = next(iter(chosen.values()))
    return first.message_frames, first.time_ns, sorted(chosen), first.destination.host or first.destination.ip
