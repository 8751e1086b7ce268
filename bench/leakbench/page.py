"""The page of the docs: its table is written between two marks, by one command.

``python -m bench.leakbench --peers --page docs/explanation/detection.md``
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import QUALITIES, WANTED, WANTED_FIXED, main_figure, quality_share

if TYPE_CHECKING:
    from pathlib import Path

    from .tables import Report

BEGIN, END = "<!-- leakbench: begin -->", "<!-- leakbench: end -->"


def renew(path: Path, report: Report) -> None:
    """Put the tables of a run between the marks of a page; raises ValueError where they are missing."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no place for the table: put {BEGIN} and {END} there")
    path.write_text(before + BEGIN + "\n" + tables(report) + END + after, encoding="utf-8")


def tables(report: Report) -> str:
    """Give the tables in Markdown."""
    out = [f"Seed {report.seed}, one run.", ""]
    out += ["| track | wanted | vitne | " + "".join(f"{name} | " for name in report.peers)]
    out += ["|---|---|---|" + "---|" * len(report.peers)]
    for at, score in enumerate(report.positives()):
        wanted = WANTED_FIXED if score.track == "F" else WANTED.get(int(score.track.split()[-1]), 0)
        name = (
            "F, fixed chains" if score.track == "F" else f"R, random chains, depth {score.track.split()[-1]}"
        )
        beside = "".join(f"{main_figure(scores[at]):.3f} | " for scores in report.peers.values())
        out.append(f"| {name} | {wanted:.2f} | {main_figure(score):.3f} | {beside}".rstrip())
    out += ["", "| what was found | share |", "|---|---|"]
    out += [f"| {words} | {quality_share(report, name):.3f} |" for name, words in QUALITIES.items()]
    if report.decoys:
        false = sum(outcome.false for outcome in report.decoys.outcomes)
        out += ["", f"Decoys reported as sent by the subject: {false} of {len(report.decoys.outcomes)}."]
    if report.clean:
        found = sum(report.clean.false.values())
        sought = f"{report.clean.strangers} looked for in {report.clean.captures} captures"
        out += ["", f"Strangers found in real captures: {found}, of {sought}."]
    if report.fixed:
        names = "".join(f"{name} | " for name in report.peers)
        out += ["", f"| fixed chains, by family | vitne | cases | {names}".rstrip()]
        out += ["|---|---|---|" + "---|" * len(report.peers)]
        families = [scores[0].by("family") for scores in report.peers.values()]
        for family, tally in report.fixed.by("family").items():
            cells = "".join(
                f"{each[family].recall:.2f} | " if family in each else "– | " for each in families
            )
            out.append(f"| {family} | {tally.recall:.2f} | {tally.planted} | {cells}".rstrip())
    return "\n".join(out) + "\n"
