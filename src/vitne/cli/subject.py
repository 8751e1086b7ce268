"""``vitne subject``: make and check the file of what is known of the person and the phone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vitne.identify.subject import ask, read_subject, write_subject
from vitne.model import UsageError

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Run the asked action."""
    return _check(options.file) if options.action == "check" else _new(options.file, force=options.force)


def _check(file: str) -> int:
    subject, warnings = read_subject(file)
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    kinds: dict[str, int] = {}
    for seed in subject.seeds:
        kinds[seed.identifier] = kinds.get(seed.identifier, 0) + 1
    print(f"{file}: {len(subject.seeds)} values, all well formed")
    for identifier, count in sorted(kinds.items()):
        print(f"  {identifier}: {count}")
    return 0


def _new(file: str, *, force: bool) -> int:
    path = Path(file)
    if path.exists() and not force:
        raise UsageError(
            "the file is there already", where=file, next_step="another name, or --force to replace it"
        )

    def prompt(question: str) -> str:
        try:
            return input(question)
        except EOFError:
            return ""

    subject = ask(prompt, print)
    if not subject.seeds:
        print("Nothing was given, nothing was written.")
        return 0
    write_subject(path, subject, overwrite=force)
    print(f"Written: {file} ({len(subject.seeds)} values), readable by you alone.")
    print(f"Next: vitne scan CAPTURE --subject {file}")
    return 0
