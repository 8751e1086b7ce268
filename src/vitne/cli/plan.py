"""``vitne plan identities``: the runs to make so that every field names the identifier that moves it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from vitne.cli.main import DONE
from vitne.model import StoreError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from vitne.compare.schedule import Schedule


def run(options: argparse.Namespace) -> int:
    """Make the schedule, print it and write it."""
    from vitne.compare.schedule import schedule

    plan = schedule(_names(options), words=options.words, repeats=options.repeats)
    if options.schedule:
        try:
            Path(options.schedule).write_text("\n".join(toml(plan)) + "\n", encoding="utf-8")
        except OSError as error:
            what = f"the schedule cannot be written: {error.strerror}"
            raise StoreError(what, where=options.schedule) from error
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(plan) + b"\n")
        return DONE
    for line in text(plan):
        print(line)
    return DONE


def _names(options: argparse.Namespace) -> list[str]:
    """Give what varies: as named, or what differs between two subject files."""
    if options.identifiers:
        if options.subject:
            raise UsageError("identifiers are named, or taken from two --subject files, and not both")
        return list(options.identifiers)
    if len(options.subject) != 2:
        raise UsageError(
            "nothing says which identifiers take two values",
            expected="names of identifiers, or two --subject files that differ",
        )
    from vitne.cli.identities import _read, profile_of

    first, second = (profile_of(_read(file)) for file in options.subject)
    return [name for name in first if name in second and first[name] != second[name]]


def toml(plan: Schedule) -> Iterator[str]:
    """Give the schedule as the file that ``vitne compare --by identity --schedule`` reads."""
    from vitne.learn.drafting import toml_text

    yield "# Runs in order; A and B are the first and the second subject file."
    for each in plan.runs:
        yield from ("", "[[run]]", f"word = {each.word}", "[run.values]")
        for name, word in each.values.items():
            yield f"{toml_text(name)} = {toml_text(word)}"


def text(plan: Schedule) -> Iterator[str]:
    """Give the schedule as lines for whoever makes the runs."""
    from vitne.report import visible

    yield (
        f"{len(plan.runs)} runs: {plan.words} identities, each {plan.repeats} times; "
        f"{len(plan.identifiers)} identifiers take value A or B"
    )
    if plan.pairs:
        yield "A field that hangs on two identifiers is told from one that hangs on any other two."
    else:
        yield "Some pairs of identifiers cannot be told from other pairs; more words would."
    yield "Install or reset afresh before every run, and do the same in each."
    yield ""
    yield "run  " + "  ".join(f"{number:>2}" for number in range(1, len(plan.runs) + 1))
    yield "word " + "  ".join(f"{each.word:>2}" for each in plan.runs)
    for name in plan.identifiers:
        yield "     " + "  ".join(f"{each.values[name]:>2}" for each in plan.runs) + f"   {visible(name, 60)}"
