"""Numbers on a command line."""

from __future__ import annotations

import argparse

import pytest

from vitne.cli.bounds import between
from vitne.cli.main import main


def test_both_bounds_are_within() -> None:
    read = between(1, 3, int)
    assert [read("1"), read("3")] == [1, 3]


@pytest.mark.parametrize("text", ["0.9", "3.1", "-1", "nan", "inf", "-inf"])
def test_a_number_outside_and_one_that_is_none_are_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not between 1 and 3"):
        between(1, 3)(text)


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "x.pcap", "--jobs", "0"],
        ["scan", "x.pcap", "--jobs", "-3"],
        ["scan", "x.pcap", "--jobs", "many"],
        ["fleet", "x", "--out", "y", "--jobs", "0"],
        ["fleet", "x", "--out", "y", "--patience", "nan"],
        ["recipient", "case", "name", "--speed", "-1"],
        ["recipient", "case", "name", "--speed", "nan"],
    ],
)
def test_a_command_names_the_option_whose_number_makes_no_sense(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert words[-2] in capsys.readouterr().err
