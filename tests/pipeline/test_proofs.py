from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from vitne.cli.main import main
from vitne.lab import demo
from vitne.lab.demo import local_time
from vitne.lab.phone import invent
from vitne.lab.sender import record
from vitne.pipeline.proofs import _record, proofs
from vitne.pipeline.triggering import Asked, find_triggers
from vitne.store import Case, read_case

if TYPE_CHECKING:
    from pathlib import Path

HOST = "registration.carrier.example"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("proofs")
    files = demo.make(folder)
    assert main(["scan", str(files.capture), "--case", str(folder / "case"), "-q"]) == 0
    return read_case(folder / "case")


def log_of(case: Case, folder: Path, body: bytes) -> Path:
    lines = [b"--------- beginning of main\n"]
    for at in sorted({row.time_ns for row in case.transmissions if row.host == HOST}):
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(at // 10**9)).encode()
        lines.append(stamp + b".100 +0000  100  100 D RegistrationTask: " + body + b"\n")
        lines.append(stamp + b".000 +0000  100  100 I screen_toggled: 2\n")
    place = folder / "main.log"
    place.write_bytes(b"".join(lines))
    return place


def test_a_line_that_repeats_what_was_sent_is_matched_with_its_packet(case: Case, tmp_path: Path) -> None:
    body = record(invent(), local_time(0))
    found = find_triggers(case, [log_of(case, tmp_path, body)], Asked())
    said = proofs(case, found, [])
    assert len(said) == 8
    assert said[0]["equal"] == ["imei1", "imei2", "macid", "sim1iccid", "sim1lteimsi"]
    assert said[0]["destination"] == HOST
    assert said[0]["record"] == 2
    assert "004402990000014" not in str(said)


def test_a_line_with_other_values_proves_nothing(case: Case, tmp_path: Path) -> None:
    body = record(invent(7), local_time(0))
    found = find_triggers(case, [log_of(case, tmp_path, body)], Asked())
    assert proofs(case, found, []) == []


def test_only_known_fields_with_values_count() -> None:
    assert _record(b'{"IMEI1":"004402990000014","MODEL":"x","MACID":"00:00:5E:00:53:01"} and more') == {
        "imei1": ("imei", "004402990000014"),
        "macid": ("mac-address", "00:00:5e:00:53:01"),
    }
    assert _record(b"{broken") == _record(b'{"IMEI1":7}') == {}
