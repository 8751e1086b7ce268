"""The console that tables are printed on."""

from __future__ import annotations

from typing import Any, NoReturn

from rich.console import Console

_COLUMNS = 80


class Terminal(Console):
    """A console that says when its reader went away, instead of ending the program with its own exit code.

    One that is said to have no columns at all (``COLUMNS=0``) has eighty: else nothing would be printed.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        if self.width <= 0:
            self.width = _COLUMNS

    def on_broken_pipe(self) -> NoReturn:
        """Let ``vitne.cli.printing`` end the output."""
        raise BrokenPipeError
