from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from tests.pipeline.talk import Talk, get

from vitne.cli.watch import MOST_BEHIND, MOST_LABELS, MOST_ROWS, Seen, _kept_up, _look, screen
from vitne.lab import demo
from vitne.lab.samples import finding

if TYPE_CHECKING:
    from pathlib import Path


def test_findings_show_while_a_capture_comes_on_standard_input_and_each_once(tmp_path: Path) -> None:
    files = demo.make(tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "vitne.cli", "watch", "-", "--every", "0.2", "--subject", str(files.subject)],
        input=files.capture.read_bytes(),
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    lines = run.stdout.decode().splitlines()
    assert run.returncode == 0, run.stderr
    registered = [line for line in lines if " imei " in line and "registration.carrier.example" in line]
    assert len(registered) == 2  # two slots, each told once though posted eight times
    assert b"004402990000014" not in run.stdout


@pytest.mark.parametrize(
    ("given", "words"),
    [(b"x" * 100, b"neither pcap nor pcapng"), (b"", b"nothing came in")],
    ids=("junk", "nothing"),
)
def test_what_is_no_capture_is_refused(given: bytes, words: bytes) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "vitne.cli", "watch", "-"],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 3
    assert words in run.stderr


def many(number: int, **more: Any) -> Any:
    return finding(value=f"v{number}", group=f"g{number}", time_ns=number, **more)


def test_the_table_is_bounded_and_says_what_gave_way() -> None:
    seen = Seen()
    for number in range(MOST_ROWS + 25):
        assert seen.add(many(number))
    assert (len(seen.rows), seen.forgotten) == (MOST_ROWS, 25)
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(screen(seen))
    assert "25 older rows gave way" in console.export_text()


def test_the_same_message_seen_in_two_looks_counts_once() -> None:
    seen = Seen()
    assert seen.add(many(1))
    assert not seen.add(many(1))
    assert next(iter(seen.rows.values()))[0] == 1


def test_what_comes_faster_than_it_can_be_looked_at_is_passed_over_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / f"capture-{number:06}.pcapng" for number in range(MOST_BEHIND + 7)]
    for path in paths:
        path.touch()
    assert _kept_up(paths, keep=False) == paths[7:]
    assert "7 files were passed over" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == paths[7:]
    assert _kept_up(paths[:3], keep=False) == paths[:3]
    _kept_up(paths, keep=True)
    assert len(list(tmp_path.iterdir())) == MOST_BEHIND


def test_what_the_table_remembers_of_messages_is_bounded_too() -> None:
    seen = Seen()
    for number in range(21 * MOST_ROWS):
        seen.add(many(number))
    assert len(seen._messages) == 20 * MOST_ROWS


def test_masked_values_of_two_looks_are_told_apart_and_keep_their_label(tmp_path: Path) -> None:
    seen = Seen()
    options = argparse.Namespace(subject=None, reveal=False)
    told = []
    for number, imei in enumerate(("490154203237518", "004402990000014", "490154203237518")):
        talk = Talk()
        talk.now += number * 10**12
        talk.ask(get(f"/?imei={imei}", host=f"host{number}.example"))
        told += _look(options, seen, [talk.write(tmp_path / f"{number}.pcap")])
    words = [line.split()[1:5] for line in told if " imei " in line]
    assert words == [
        ["imei", "imei#1", "to", "host0.example"],
        ["imei", "imei#2", "to", "host1.example"],
        ["imei", "imei#1", "to", "host2.example"],
    ]


def test_the_labels_that_are_remembered_are_bounded() -> None:
    seen = Seen()
    first = seen.label(finding(identifier="imei", value="a"))
    assert first == "imei#1"
    for number in range(MOST_LABELS):
        seen.label(finding(identifier="imei", value=f"v{number}"))
    assert (
        seen.label(finding(identifier="imei", value="a")) == f"imei#{MOST_LABELS + 2}"
    )  # a number is given once
