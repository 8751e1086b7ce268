"""Output that goes away, is full, or lacks characters."""

from __future__ import annotations

import errno
import io
import os
import sys

import pytest

from vitne.cli.printing import printing
from vitne.cli.starting import accept_all_characters
from vitne.model import StoreError


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> io.TextIOWrapper:
    read, write = os.pipe()
    os.close(read)
    stream = open(write, "w", encoding="ascii")  # noqa: PTH123, SIM115  (a descriptor; the tests use it up)
    monkeypatch.setattr(sys, "stdout", stream)
    return stream


def test_a_reader_that_went_away_ends_the_printing_quietly(pipe: io.TextIOWrapper) -> None:
    with printing():
        print("lost")
    pipe.close()  # what was buffered fails no second time


def test_a_full_output_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = open("/dev/full", "w", encoding="ascii")  # noqa: PTH123, SIM115  (the printing uses it up)
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(StoreError, match="the output cannot be written: No space") as told, printing():
        print("x" * 100_000)
    assert told.value.where == "standard output"
    assert told.value.next_step
    stream.close()  # what was buffered fails no second time


def test_a_fault_of_another_file_passes() -> None:
    with pytest.raises(FileNotFoundError), printing():
        raise FileNotFoundError(errno.ENOENT, "No such file", "case/manifest.json")


def test_characters_that_the_output_lacks_become_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    accept_all_characters()
    print("✓", flush=True)
    assert raw.getvalue() == b"\\u2713" + os.linesep.encode()


def test_a_full_disk_elsewhere_is_not_said_of_the_output(pipe: io.TextIOWrapper) -> None:
    with pytest.raises(StoreError, match="a file cannot be written: No space"), printing():
        raise OSError(errno.ENOSPC, "No space left on device")
    pipe.close()
