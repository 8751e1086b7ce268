"""Twin of vitne.cli.terminal: the console leaves the end of the output to who prints."""

from __future__ import annotations

import io

import pytest

from vitne.cli.terminal import Terminal


class _Gone(io.StringIO):
    def write(self, text: str) -> int:
        del text
        raise BrokenPipeError


def test_a_reader_that_went_away_is_said_and_does_not_end_the_program() -> None:
    with pytest.raises(BrokenPipeError):
        Terminal(file=_Gone()).print("a line")
