"""``vitne triggers``: a case and logs of its device, and which events set which transmissions off."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.table import Table
from rich.text import Text

from vitne.cli.terminal import Terminal
from vitne.model import StoreError, UsageError
from vitne.report import visible

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

SHOWN = 12  # verdicts in full; --verbose shows all
_COLOURS = {"caused": "bold red", "coupled-and-specific": "red", "coupled": "yellow"}


def run(options: argparse.Namespace) -> int:
    """Test, show, and write what was asked for."""
    from vitne.evidence.occurred import keep
    from vitne.pipeline.proofs import proofs
    from vitne.pipeline.triggering import Asked, document, find_triggers
    from vitne.store import read_case

    case = read_case(Path(options.case))
    asked = Asked(
        zone_s=zone(options.zone),
        device=options.device,
        claims=tuple(map(claim, options.claim)),
        seed=options.seed,
    )
    tested = find_triggers(case, options.events, asked)
    said = document(tested)
    said["proofs"] = proofs(case, tested, options.capture)
    if os.access(case.folder, os.W_OK):
        wanted = {
            **msgspec.to_builtins(asked),
            "logs": [str(Path(each).absolute()) for each in options.events],
        }
        keep(
            case.folder,
            said,
            {name: at.tolist() for name, at in tested.study.events.items()},
            asked=wanted,
        )
    drawn = None
    if options.svg or options.html or options.png:
        from vitne.report.occasions import drawing

        columns = {name: at.tolist() for name, at in tested.study.bursts.items()}
        drawn = drawing(said, {name: at.tolist() for name, at in tested.study.events.items()}, columns)
    if options.svg and drawn:
        write(options.svg, drawn)
    if options.png and drawn:
        from vitne.report.formats.png import png_of

        write(options.png, png_of(drawn))
    if options.html and drawn:
        from vitne.report.occasions_page import page

        write(options.html, page(said, drawn))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(said), indent=2).decode())
    else:
        show(said, Terminal(), verbose=options.verbose)
    return 0


def zone(text: str | None) -> int | None:
    """Read ``+01:00``, ``-0330`` or ``UTC`` as seconds; raises UsageError."""
    if text is None:
        return None
    if text.upper() in {"UTC", "Z"}:
        return 0
    found = re.fullmatch(r"(?:UTC)?([+-])(\d\d):?([0-5]\d)", text)
    if found is None or int(found[2]) > 14:
        raise UsageError(
            "this is no time zone", where=text, expected="hours and minutes from UTC, as +01:00 or UTC-05:00"
        )
    return (int(found[2]) * 3600 + int(found[3]) * 60) * (-1 if found[1] == "-" else 1)


def claim(text: str) -> tuple[str, str]:
    """Read ``EVENT=DESTINATION``; raises UsageError."""
    event, equals, destination = text.partition("=")
    if not (equals and event and destination):
        raise UsageError(
            "this is no claim", where=text, expected="EVENT=DESTINATION, as keyguard-gone=host.example"
        )
    return ("keyguard-gone" if event == "unlock" else event.replace("_", "-"), destination)


def write(place: str, content: str | bytes) -> None:
    """Write a file; raises StoreError."""
    try:
        Path(place).write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise StoreError(f"this cannot be written ({error.strerror})", where=place) from error


def show(said: dict[str, Any], console: Console, *, verbose: bool) -> None:
    """Print the verdicts, strongest first, with what they rest on."""
    from vitne.report.occasions_page import remarks, standing

    console.print(Text(standing(said)))
    if said["other_devices"]:
        console.print(
            Text(f"Tested: {visible(said['device'], 80)}; {said['other_devices']} more devices were not.")
        )
    triggers = said["triggers"]
    shown = triggers if verbose else [t for t in triggers if t["verdict"] != "no-coupling-seen"][:SHOWN]
    for each in shown:
        console.print(
            Text.assemble(
                (f"\n{each['verdict']}: ", _COLOURS.get(each["verdict"], "bold")),
                visible(each["sentence"], 900),
            )
        )
        if each["verdict"] in _COLOURS or verbose:
            _grounds(each, console)
    left = len(triggers) - len(shown)
    if left:
        console.print(Text(f"\n{left} more pairs were tested; --verbose or --json shows them.", style="dim"))
    for name, found in said["beacons"].items():
        period, share = found["period_s"], found["share"]
        console.print(Text(f"timer: {visible(name, 80)} every {period:.1f} s ({share:.0%} of the intervals)"))
    for proof in said["proofs"]:
        console.print(Text(visible(proof["sentence"], 400)))
    for line in remarks(said):
        console.print(Text(visible(line, 400), style="dim"))


def _grounds(each: dict[str, Any], console: Console) -> None:
    effect = each["effect"]
    low, high = effect["excess_interval"]
    table = Table(box=None, show_header=False, padding=(0, 1))
    lines = [
        (
            "effect",
            f"{effect['excess']:.0%} of the events more than by chance (95 %: {low:.0%} to {high:.0%})",
        )
    ]
    for name, test in each["tests"].items():
        told = f"p {test['p']:.2g}, corrected {test['p_holm']:.2g}"
        if name == "specific" and test.get("odds_ratio"):
            told += (
                f", odds ratio {test['odds_ratio']:.1f} ({test['odds_low']:.1f} to {test['odds_high']:.1f})"
            )
        if name == "caused":
            told += (
                f", difference {test['effect']:.0%} ({test['effect_low']:.0%} to {test['effect_high']:.0%})"
            )
        lines.append((name, told))
    lines += [(f"rival {own['name']}", f"{own['standing']}: {own['because']}") for own in each["rivals"]]
    for label, told in lines:
        table.add_row(Text(f"  {label}", style="dim"), Text(visible(told, 400)))
    console.print(table)
