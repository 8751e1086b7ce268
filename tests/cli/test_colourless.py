"""Tables are printed plainly where nobody sees colours."""

from __future__ import annotations

import io
import sys

import pytest

from vitne.cli import colourless
from vitne.cli.colourless import console
from vitne.cli.terminal import Terminal
from vitne.report.formats.laid import Plain


@pytest.fixture(autouse=True)
def piped(monkeypatch):
    """Let standard output be a pipe in UTF-8, and nothing be asked for."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    return monkeypatch


@pytest.mark.skipif(sys.platform == "win32", reason="its terminals are left to the library")
def test_a_pipe_is_printed_to_plainly_as_wide_as_the_library_would(piped):
    piped.setenv("COLUMNS", "90")
    out = console()
    assert isinstance(out, Plain)
    assert out.width == Terminal().width == 90


@pytest.mark.skipif(sys.platform == "win32", reason="its terminals are left to the library")
def test_without_a_word_about_it_the_width_is_that_of_any_stream_or_eighty():
    assert console().width == Terminal().width


@pytest.mark.parametrize(
    ("name", "value"), [("FORCE_COLOR", "1"), ("TTY_COMPATIBLE", "1"), ("COLUMNS", "40")]
)
def test_colours_and_narrow_terminals_are_left_to_the_library(piped, name, value):
    piped.setenv(name, value)
    assert isinstance(console(), Terminal)


def test_so_is_a_terminal_and_an_encoding_that_lacks_lines(piped):
    piped.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="latin-1"))
    assert isinstance(console(), Terminal)
    shown = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    piped.setattr(shown, "isatty", lambda: True)
    piped.setattr(sys, "stdout", shown)
    assert isinstance(console(), Terminal)


def test_a_terminal_of_no_columns_is_left_to_the_library(piped):
    piped.setattr(colourless.os, "get_terminal_size", lambda _: (_ for _ in ()).throw(OSError))
    piped.setenv("COLUMNS", "0")
    assert isinstance(console(), Terminal)
