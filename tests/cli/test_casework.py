"""Twin of vitne.cli.casework: evidence kept while it is needed, and captures found again by their digest."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from vitne.cli.casework import EVIDENCE, Kept, captures_of
from vitne.model import StoreError


def case(folder: Path, *contents: bytes, inputs: tuple[str, ...] = ()) -> SimpleNamespace:
    captures = [
        SimpleNamespace(name=f"{number}.pcap", sha256=hashlib.sha256(data).hexdigest())
        for number, data in enumerate(contents)
    ]
    return SimpleNamespace(folder=folder, captures=captures, run={"inputs": inputs})


def test_standard_input_is_kept_beside_the_case_and_then_gone(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "deep" / "case")
    kept.take(b"a capture")
    assert kept.place is not None
    assert kept.place.parent == tmp_path / "deep"
    with kept.content() as view:
        assert bytes(view) == b"a capture"
    assert not kept.place.exists()
    assert not list((tmp_path / "deep").iterdir())


def test_what_was_kept_is_gone_after_a_failure_too(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "case")
    kept.take(b"a capture")
    with pytest.raises(RuntimeError, match="made by the test"), kept.content():
        raise RuntimeError("made by the test")
    assert not list(tmp_path.iterdir())


def test_nothing_kept_gives_nothing(tmp_path: Path) -> None:
    with Kept(tmp_path).content() as view:
        assert view is None


def test_evidence_that_cannot_be_kept_is_told_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Kept(tmp_path / "file" / "case").take(b"a capture")
    assert caught.value.next_step
    assert (tmp_path / "file").read_bytes() == b""


def test_captures_are_found_by_digest_as_given_as_noted_or_inside_the_case(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    (folder / EVIDENCE).mkdir(parents=True)
    (folder / EVIDENCE / "standard-input").write_bytes(b"three")
    for name, data in (("given", b"one"), ("noted", b"two"), ("another", b"other")):
        (tmp_path / name).write_bytes(data)
    there = case(folder, b"one", b"two", b"three", inputs=(str(tmp_path / "noted"), "-"))
    found = captures_of(there, [str(tmp_path / "another"), str(tmp_path / "given")])
    assert [Path(each).name for each in found] == ["given", "noted", "standard-input"]


def test_a_capture_that_was_changed_is_no_longer_the_evidence(tmp_path: Path) -> None:
    (tmp_path / "a.pcap").write_bytes(b"changed")
    with pytest.raises(StoreError, match="not where it was") as caught:
        captures_of(case(tmp_path, b"as it was"), [str(tmp_path / "a.pcap")])
    assert caught.value.where == "0.pcap"
