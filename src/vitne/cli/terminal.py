"""The console that tables are printed on."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class Terminal(Console):
    """A console that says when its reader went away, instead of ending the program with its own exit code."""

    def on_broken_pipe(self) -> NoReturn:
        """Let ``vitne.cli.printing`` end the output."""
        raise BrokenPipeError
