"""``vitne learn``: what the fields of an unknown sender are, and a data file drafted from it."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vitne.cli.main import DONE
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from vitne.learn import Learned
    from vitne.model.fields import FieldValue
    from vitne.store import Case

_PAUSE_NS = 30 * 10**9
"""Questions for an address closer together than this belong to one start."""
_MOST_LESSONS = 20


def run(options: argparse.Namespace) -> int:
    """Learn, print, and write the draft."""
    from vitne.store import read_case

    if options.draft:
        _check_name(Path(options.draft))
    case = read_case(Path(options.case))
    learned = _learned(case, options)
    if options.draft:
        _draft(learned, Path(options.draft))
    if options.json:
        import msgspec

        sys.stdout.buffer.write(msgspec.json.encode(learned) + b"\n")
        return DONE
    for line in text(learned):
        print(line)
    if options.draft:
        print(f"Draft: {options.draft}  (next: vitne scan CAPTURE --sender {options.draft})")
    return DONE


def _learned(case: Case, options: argparse.Namespace) -> Learned:
    from vitne.cli.casework import captures_of
    from vitne.learn import learn
    from vitne.learn.fields import known_of
    from vitne.pipeline.fieldvalues import field_values

    hosts = _flows(case, options.host)
    if not hosts:
        raise UsageError(
            f"nothing in this case was sent to {options.host!r}",
            expected="a host or an address as the case names it, or a pattern such as '*.carrier.example'",
            next_step=f"vitne show {options.case}",
        )
    joins = {row.flow for row in case.transmissions if row.protocol == "dhcp"}
    keys = options.keys or [str(each) for each in case.run.get("keys", ())]
    values = list(
        field_values(
            captures_of(case, options.capture),
            keys=keys,
            flows=joins | hosts.keys(),
            hosts=lambda flow: hosts.get(flow, ""),
            tell=_warn,
        )
    )
    dark = sum(
        total.flows
        for total in case.opaque
        if _fits(total.destination.host, options.host) or _fits(total.destination.ip, options.host)
    )
    return learn(
        [each for each in values if each.flow in hosts],
        host=options.host,
        boots=_starts(values),
        known=known_of(case.findings),
        unreadable=dark,
    )


def _warn(what: str) -> None:
    print(f"vitne: warning: {what}", file=sys.stderr)


def _flows(case: Case, word: str) -> dict[int, str]:
    """Give the flows to a host, with its name."""
    return {
        row.flow: row.host or row.ip
        for row in case.transmissions
        if _fits(row.host, word) or _fits(row.ip, word)
    }


def _fits(name: str, word: str) -> bool:
    return bool(name) and fnmatchcase(name.lower(), word.lower())


def _starts(values: list[FieldValue]) -> dict[str, tuple[int, ...]]:
    """Take the times at which each device asked for an address: it started, or joined the network anew."""
    asked: dict[str, list[int]] = {}
    for each in values:  # all questions of a network may be one flow: they name the asking device inside
        if each.protocol == "dhcp" and each.message.startswith("discover") and each.path == "chaddr":
            asked.setdefault(each.value.hex(":"), []).append(each.time_ns)
    starts = {}
    for device, times in asked.items():
        kept: list[int] = []
        for time_ns in sorted(set(times)):
            if not kept or time_ns - kept[-1] > _PAUSE_NS:
                kept.append(time_ns)
        starts[device] = tuple(kept)
    return starts


def _check_name(place: Path) -> None:
    from vitne.learn.drafting import slug

    if place.suffix != ".toml" or slug(place.stem) != place.stem:
        raise UsageError(
            f"{place.name!r} cannot be the name of a data file",
            expected="small letters, digits and hyphens, and .toml, as in carrier-example.toml",
        )
    if place.exists():
        raise UsageError("a file is there already", where=str(place), next_step="choose another name")


def _draft(learned: Learned, place: Path) -> None:
    from vitne.learn import draft
    from vitne.learn.drafting import usable

    lessons = [each for each in learned.lessons if usable(each)]
    if not lessons:
        raise UsageError(
            "no message to this host has a record with named fields: there is nothing to draft",
            where=learned.host,
        )
    try:
        place.write_text(draft(learned, lessons[0], name=place.stem), encoding="utf-8")
    except OSError as error:
        raise StoreError(f"the draft cannot be written: {error.strerror}", where=str(place)) from error


def text(learned: Learned) -> Iterator[str]:
    """Give what was learned as lines for a terminal."""
    from vitne.report import visible

    yield (
        f"{visible(learned.host, 100)}: {learned.devices} devices, {learned.starts} starts seen, "
        f"{learned.unreadable} connections that could not be read"
    )
    if learned.devices < 2:
        yield "With one device, what is the same for all cannot be told from what is its own."
    for lesson in learned.lessons[:_MOST_LESSONS]:
        yield ""
        told = f"{lesson.protocol} {visible(lesson.message, 100)}: {lesson.messages} messages"
        yield told + (f", {' in '.join(reversed(lesson.decoding))}" if lesson.decoding else "")
        for field in lesson.fields:
            yield from _field(field)
    if len(learned.lessons) > _MOST_LESSONS:
        yield f"and {len(learned.lessons) - _MOST_LESSONS} rarer kinds of messages"


def _field(field: Any) -> Iterator[str]:
    from vitne.report import visible

    name = visible(field.name or field.path, 60)
    doubt = "" if field.sure else "?"
    yield f"  {name:24} {field.role + doubt:12} {field.identifier:18} {field.shape}"
    chance = f" (p = {field.p:.1g})" if field.p is not None else ""
    moves = f"; changes with {visible(', '.join(field.moves_with), 100)}" if field.moves_with else ""
    yield f"  {'':24} {field.because}{chance}{moves}"
