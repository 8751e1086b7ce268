"""``vitne show``: a case again, or one finding layer by layer with hex beside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.table import Table
from rich.text import Text

from vitne.cli.terminal import Terminal
from vitne.model import StoreError, UsageError
from vitne.report import visible
from vitne.report.words import app_of

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from vitne.model import Finding
    from vitne.pipeline.replay import Replay, Step
    from vitne.store import Case


def run(options: argparse.Namespace) -> int:
    """Show a case or a finding."""
    from vitne.store import read_case

    case = read_case(Path(options.case))
    console = Terminal()
    if options.finding is None:
        from vitne.report.formats.table import print_result

        print_result(case, console, verbose=True)
        _ids(case, console)
        return 0
    finding = pick(case, options.finding)
    _facts(console, finding)
    try:
        replayed = _replay(case, finding, options.capture, keys=options.keys, secrets=options.secrets)
    except StoreError as error:
        if options.reveal:
            raise
        console.print(
            Text(f"\nWithout the capture the layers stand without their bytes.\n{error}", style="yellow")
        )
        for layer in finding.layers:
            console.print(Text(f"  {layer['codec']:12} {layer['path']:24} {layer['range']}"))
        return 0
    if not options.reveal:
        replayed = _with_paths_of(finding, replayed)
    _layers(console, replayed, reveal=options.reveal)
    if options.reveal:
        from vitne.assess.drafts import text_of

        console.print(
            Text.assemble("\nvalue as it stands: ", (visible(text_of(replayed.spelling), 4096), "bold"))
        )
    else:
        console.print(
            Text("\nValues of persons are hidden; --reveal reads them back from the capture.", style="dim")
        )
    return 0


def _ids(case: Case, console: Console) -> None:
    """List one finding of each group with its id, so that it can be shown."""
    table = Table(title="Findings, the first of each value and destination", box=None, title_justify="left")
    table.add_column("id", no_wrap=True)
    for column in ("identifier", "field", "destination", "frames", "times"):
        table.add_column(column)
    groups: dict[str, list[Finding]] = {}
    for finding in case.findings:
        groups.setdefault(finding.group, []).append(finding)
    for found in groups.values():
        first = found[0]
        where = first.destination.host or first.destination.ip
        frames = ", ".join(map(str, first.frames[:4]))
        cells = (first.id, first.identifier, first.field, where, frames, str(len(found)))
        table.add_row(*(Text(visible(cell, 60)) for cell in cells))
    console.print()
    console.print(table)
    console.print(Text(f"Next: vitne show {case.folder} ID", style="dim"))


def pick(case: Case, word: str) -> Finding:
    """Give the finding whose id begins with a word; raises UsageError for none or several."""
    found = [finding for finding in case.findings if finding.id == word] or [
        finding
        for finding in case.findings
        if finding.id.removeprefix("F-").startswith(word.removeprefix("F-"))
    ]
    if len(found) != 1:
        what = "no finding" if not found else f"{len(found)} findings"
        raise UsageError(
            f"{what} of this case begins with {word!r}",
            expected="an id such as F-0123456789abcdef",
            next_step=f"vitne show {case.folder}",
        )
    return found[0]


def _replay(
    case: Case, finding: Finding, given: list[str], *, keys: list[str], secrets: str | None
) -> Replay:
    from vitne.ciphers import read_secrets
    from vitne.cli.casework import captures_of
    from vitne.pipeline.replay import replay

    siblings = [
        other
        for other in case.findings
        if other.id != finding.id
        and (other.flow, other.message_frames) == (finding.flow, finding.message_frames)
    ]
    logs = keys or [str(each) for each in case.run.get("keys", ())]
    own = read_secrets(secrets)[0] if secrets else None
    return replay(captures_of(case, given), finding, siblings, keys=logs, secrets=own)


def _with_paths_of(finding: Finding, replayed: Replay) -> Replay:
    """Name the layers as the case does: a path of the capture may hold a value."""
    paths = [layer["path"] for layer in finding.layers]
    steps = tuple(
        msgspec.structs.replace(step, path=paths[number] if number < len(paths) else "")
        for number, step in enumerate(replayed.steps)
    )
    return msgspec.structs.replace(replayed, steps=steps)


def _facts(console: Console, finding: Finding) -> None:
    target = finding.destination
    name = f"{target.host} ({target.ip})" if target.host else target.ip
    rows: list[tuple[str, Any]] = [
        ("finding", finding.id),
        ("identifier", f"{finding.identifier} ({finding.kind})"),
        ("value", finding.value),
        ("field", finding.field),
        ("grade", finding.grade),
        ("because", "; ".join(finding.reasons)),
        ("known sender", finding.sender or ""),
        ("verified", "yes: wrapping it again gives the captured bytes" if finding.verified else "no"),
        ("chance", "" if finding.evalue is None else f"{finding.evalue:.1e} hits expected by chance"),
        ("when", finding.time),
        ("from", f"{finding.source.device} ({finding.source.ip}:{finding.source.port})"),
        ("app", app_of(finding.app) or "unknown"),
        ("to", f"{name}:{target.port}, name known by {target.host_source}, {finding.scope}"),
        ("delivery", f"{finding.delivery}  {finding.answer}".rstrip()),
        ("protection", finding.protection),
        ("capture", f"{finding.capture['name']}  sha256 {finding.capture['sha256']}"),
        ("frames", ", ".join(map(str, finding.frames))),
        ("Wireshark", finding.filter),
    ]
    for label, value in rows:
        if value:
            console.print(Text.assemble((f"{label:>13}  ", "dim"), visible(str(value), 2000)))


def _layers(console: Console, replayed: Replay, *, reveal: bool) -> None:
    from vitne.report.formats.hexview import rows, terminal

    for number, step in enumerate(replayed.steps, 1):
        where = f"bytes {step.start} to {step.end} of the layer before"
        title = f"\n{number}. {step.codec} {visible(step.path, 80)}  {where}"
        console.print(Text(title, style="bold"))
        marked = (step.value_start - step.outer_from, step.value_end - step.outer_from)
        console.print(
            terminal(
                rows(
                    step.outer,
                    marked=marked,
                    hidden=() if reveal else _shifted(step),
                    base=step.outer_from,
                    context=2,
                )
            )
        )
    inner = replayed.inner
    console.print(Text(f"\n{len(replayed.steps) + 1}. what stands inside ({len(inner)} bytes)", style="bold"))
    at = inner.find(replayed.spelling)
    hidden = () if reveal else replayed.inner_hidden
    console.print(terminal(rows(inner, marked=(at, at + len(replayed.spelling)), hidden=hidden, context=2)))


def _shifted(step: Step) -> list[tuple[int, int]]:
    return [(start - step.outer_from, end - step.outer_from) for start, end in step.hidden]
