"""A capture told over and over: its copies are whole frames, later, and between other addresses."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from tests.pipeline.talk import Talk, get

from many import subject_of
from streaming import Source
from targets import ratio
from vitne.model import Subject
from vitne.pipeline import Options, run_scan


def test_copies_are_conversations_of_their_own_and_come_later(tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    talk = Talk()
    talk.ask(get("/x"))
    talk.write(path)
    source, told = Source(path), io.BytesIO()
    assert source.tell(told, 3 * path.stat().st_size) == len(told.getvalue())
    many = tmp_path / "three.pcap"
    many.write_bytes(told.getvalue())
    one, three = (run_scan([each], Options(subject=Subject(), jobs=1)) for each in (path, many))
    assert three.counts["packets"] == 3 * one.counts["packets"]
    assert three.counts["flows"] == 3 * one.counts["flows"]
    begins = [capture.last_ns - capture.first_ns for capture in (one.captures[0], three.captures[0])]
    assert begins[1] >= 2 * 60_000_000_000 + begins[0]


def test_what_is_no_classic_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.write_bytes(bytes(100))
    with pytest.raises(SystemExit, match="classic"):
        Source(path)


def test_subjects_of_many_values_are_written_in_many_spellings(tmp_path: Path) -> None:
    assert subject_of(8, tmp_path)[1] > 2000


def test_a_ratio_says_whether_it_holds_and_what_is_not_here() -> None:
    assert [ratio("x", 4, 1.0, other).holds for other in (5.0, 3.0, None)] == [True, False, None]
    assert "| ≥ 4x | 5.00x (1.00 s, 5.00 s) | yes |" in ratio("x", 4, 1.0, 5.0).line()
