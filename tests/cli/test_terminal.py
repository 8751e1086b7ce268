"""The console does not end the program by itself."""

from __future__ import annotations

import pytest

from vitne.cli.terminal import Terminal


def test_a_reader_that_went_away_is_told_to_the_caller() -> None:
    with pytest.raises(BrokenPipeError):
        Terminal().on_broken_pipe()
