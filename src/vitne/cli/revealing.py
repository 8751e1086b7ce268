"""Copies that show values of persons: of an encrypted case they are encrypted, to whom the case is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from vitne.cli import custody

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

ENDING = ".age"


class Readers(NamedTuple):
    """Who can open a copy: recipients, or whoever knows the passphrase; nobody in particular without both."""

    recipients: Sequence[str] = ()
    phrase: str = ""

    @property
    def any(self) -> bool:
        """Say whether a copy is to be encrypted."""
        return bool(self.recipients or self.phrase)

    def closed(self, data: bytes) -> bytes:
        """Give a copy as an age file where it is to be encrypted, else as it is."""
        return custody.locked(data, self.recipients, passphrase=self.phrase) if self.any else data

    def named(self, place: str) -> str:
        """Give the place of a copy, with the ending of an age file where it is to be encrypted."""
        return f"{place}{ENDING}" if self.any and not place.endswith(ENDING) else place


def readers(options: argparse.Namespace) -> Readers:
    """Give who can open what a command writes: those named, else those of the encrypted case it reads.

    Only what shows values is encrypted; raises UsageError for a recipient that is none.
    """
    from vitne.cli.locking import whom

    if not options.reveal:
        return Readers()
    named = getattr(options, "encrypt", None)
    if named:
        return Readers(*whom(named))
    inherited = getattr(options, "locked_to", None)
    if inherited is not None:
        return Readers(*inherited)
    print(
        "vitne: this copy shows values of persons and is not encrypted; --encrypt RECIPIENT does that",
        file=sys.stderr,
    )
    return Readers()
