"""Twin of vitne.cli.printing: a reader that goes away is no failure, a full disk is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vitne.cli.printing import printing

FULL = Path("/dev/full")
PRINT = "from vitne.cli.printing import *\n"


def run(code: str, **more: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PRINT + code], stderr=subprocess.PIPE, check=False, timeout=60, **more
    )  # type: ignore[call-overload]


def test_what_was_printed_is_there_afterwards(capsys) -> None:
    with printing():
        print("all of it")
    assert capsys.readouterr().out == "all of it\n"


def test_a_reader_that_goes_away_ends_the_output_and_nothing_else() -> None:
    code = "with printing():\n    print('x' * 1000000)\nimport sys\nsys.stderr.write('went on')\nsys.exit(7)"
    done = subprocess.run(
        ["sh", "-c", '{ "$0" -c "$1"; echo $? >&2; } | true', sys.executable, PRINT + code],
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    assert done.stderr.split() == [b"went", b"on7"]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_told_with_the_next_step() -> None:
    code = (
        "try:\n    with printing():\n        print('x')\n"
        "except StoreError as error:\n    import sys\n    sys.stderr.write(error.where + '|' + error.next_step)"
    )
    with FULL.open("wb") as full:
        done = run(code, stdout=full)
    assert done.stderr.startswith(b"standard output|")
    assert done.returncode == 0


def test_an_error_of_a_file_inside_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), printing():
        (tmp_path / "none").read_bytes()


def test_a_character_that_the_output_lacks_is_written_as_an_escape() -> None:
    done = run(
        "accept_all_characters()\nprint('\\u2713')",
        stdout=subprocess.PIPE,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == b"\\u2713"
