"""``python -m bench.leakbench.doors``: the same planted traffic through every door, scored at each.

The same cases are written as a capture in clear, closed with TLS and its key log beside it, closed with the
keys inside, as HTTP/2 in TLS, as HTTP/3, as HAR and as flows of mitmproxy.  What a door cannot hold is left
out of its figures and counted.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import capture, closed, exports, over_quic
from .score import Score
from .tables import Report, main_figure, quality_share
from .tracks import Bench, decoy_track, fixed_track, random_track

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cases import Recipe

DOORS: dict[str, tuple[str, str, Callable[..., object]]] = {
    "pcap": ("pcap, in clear", ".pcap", capture.write),
    "pcapng": ("pcapng, in clear", ".pcapng", capture.write),
    "tls": ("pcap and key log: TLS", ".tls.pcap", closed.write),
    "tls-inside": ("pcapng with the keys inside: TLS", ".tls.pcapng", closed.write),
    "h2": ("pcap and key log: HTTP/2", ".h2.pcap", partial(closed.write, inside="h2")),
    "h3": ("pcap and key log: HTTP/3", ".h3.pcap", over_quic.write),
    "har": ("HAR", ".har", exports.write),
    "flows": ("flows of mitmproxy", ".flows", exports.write),
}
BEGIN, END = "<!-- leakbench doors begin -->", "<!-- leakbench doors end -->"


class Row(NamedTuple):
    """The figures of one door."""

    door: str
    report: Report
    asked: int  # cases that were planned


def through(door: str, options: argparse.Namespace, folder: Path) -> Row:
    """Run the tracks through one door."""
    words, suffix, writer = DOORS[door]
    own = folder / door
    own.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.seed, own, suffix=suffix, writer=writer)  # type: ignore[arg-type]
    report = Report(options.seed, quick=True)
    recipes: list[Recipe] = []
    if "F" in options.tracks:
        report.fixed, made = fixed_track(bench, most=options.identifiers)
        recipes += made
    if "R" in options.tracks:
        low, _, high = options.depths.partition("-")
        depths = range(int(low), int(high or low) + 1)
        report.random, made = random_track(bench, each=options.cases, depths=depths)
        recipes += made
    if "D" in options.tracks:
        report.decoys = decoy_track(bench, recipes)
    report.finish(bench)
    return Row(words, report, len(recipes))


def cells(row: Row) -> list[str]:
    """Give the cells of a door's row."""
    report, whole = row.report, Score("R")
    for score in report.random.values():
        whole.outcomes += score.outcomes
    held = sum(len(score.outcomes) for score in report.positives())
    false = "–"
    if report.decoys is not None:
        told = [each.false for each in report.decoys.outcomes]
        false = f"{sum(told)} of {len(told)}"
    return [
        row.door,
        f"{held} of {row.asked}",
        f"{report.fixed.macro():.3f}" if report.fixed else "–",
        f"{main_figure(whole):.3f}" if report.random else "–",
        *(f"{quality_share(report, name):.3f}" for name in ("verified", "frames_right", "path_right")),
        false,
    ]


HEADS = ("door", "cases it can hold", "F", "R", "verified", "right frames", "right layers", "false of decoys")


def table(rows: list[Row]) -> str:
    """Give the table as Markdown."""
    lines = ["| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS)]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def renew(page: Path, text: str) -> None:
    """Write the table into a page, between its marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def main(given: list[str] | None = None) -> int:
    """Run every door, or those that are asked for."""
    parser = argparse.ArgumentParser(prog="leakbench.doors", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9), help="repeat a run")
    parser.add_argument("--doors", default=",".join(DOORS), help="which of: " + ", ".join(DOORS))
    parser.add_argument("--cases", type=int, default=10, help="random cases a depth (default: 10)")
    parser.add_argument("--depths", default="1-6", help="depths of the random track (default: 1-6)")
    parser.add_argument("--identifiers", type=int, default=2, help="identifiers a fixed chain (default: 2)")
    parser.add_argument("--tracks", default="FRD", help="which of F, R, D (default: all)")
    parser.add_argument("--folder", type=Path, help="keep captures and truth here")
    parser.add_argument("--missed", type=Path, help="write what each door missed here, by its likely cause")
    parser.add_argument("--page", type=Path, help="write the table into this page, between its marks")
    options = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="leakbench-") as name:
        rows = [through(door, options, options.folder or Path(name)) for door in options.doors.split(",")]
    text = f"Seed {options.seed}.\n\n{table(rows)}"
    print(text)
    if options.missed:
        pages = (f"# {row.door}\n\n{row.report.failures()}" for row in rows)
        options.missed.write_text("\n".join(pages), encoding="utf-8")
    if options.page:
        renew(options.page, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
