"""Twin of vitne.cli.locking: a case at rest opens to its key alone, and what a command writes stays in it."""

from __future__ import annotations

import argparse
import errno
import getpass
import io
import json
import os
import shutil
import signal
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from vitne.cli import locking
from vitne.cli.main import main
from vitne.model import StoreError

age = pytest.importorskip("pyrage")


@pytest.fixture
def case(demonstration: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demonstration / "case", tmp_path / "case"))


@pytest.fixture
def own(tmp_path: Path) -> tuple[str, str]:
    """Give a recipient and the file of its identity."""
    made = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"# mine\n{made}\n")
    return str(made.to_public()), str(tmp_path / "id")


def _left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_case_is_locked_in_place_and_every_verb_opens_it(
    case: Path, own: tuple[str, str], capsys: Any
) -> None:
    recipient, identity = own
    before = {str(path.relative_to(case)): path.read_bytes() for path in case.rglob("*") if path.is_file()}
    assert main(["lock", str(case), "--encrypt", recipient]) == 0
    locked = case.with_name("case.age")
    assert not case.exists()
    assert stat.S_IMODE(locked.stat().st_mode) == 0o600
    data = locked.read_bytes()
    assert data.startswith(b"age-encryption.org/v1\n")
    assert b"carrier" not in data
    for words in (["show"], ["attribute"], ["destinations"], ["recipient", "china-telecom"], ["challenge"]):
        verb, *more = words
        assert main([verb, str(locked), *more, "--identity", identity]) == 0, verb
    assert locked.read_bytes() == data, "nothing was written into it"
    assert _left(case.parent) == []
    assert main(["unlock", str(locked), "--identity", identity]) == 0
    assert not locked.exists()
    after = {str(path.relative_to(case)): path.read_bytes() for path in case.rglob("*") if path.is_file()}
    assert after == before
    capsys.readouterr()


def test_what_a_command_writes_into_the_case_is_locked_again(
    case: Path, own: tuple[str, str], demonstration: Path, capsys: Any
) -> None:
    recipient, identity = own
    other = age.x25519.Identity.generate()
    assert main(["lock", str(case), "--encrypt", recipient, "--encrypt", str(other.to_public())]) == 0
    locked = case.with_name("case.age")
    data = locked.read_bytes()
    assert main(["seal", str(locked), "--identity", identity]) == 0
    assert (case.parent / "case.bag" / "bagit.txt").is_file(), "named after the case, beside it"
    assert locked.read_bytes() != data, "the ledger tells of the sealing"
    opened = age.decrypt(locked.read_bytes(), [other])
    with tarfile.open(fileobj=io.BytesIO(opened)) as archive:
        ledger = archive.extractfile("case/ledger.jsonl")
        assert ledger is not None
        assert json.loads(ledger.read().splitlines()[-1])["action"] == "seal"
    assert _left(case.parent) == []
    capsys.readouterr()


def test_a_passphrase_opens_it_and_another_does_not(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    said = iter(["right horse", "right horse", "right horse", "wrong", "one", "two", ""])
    monkeypatch.setattr(getpass, "getpass", lambda *_: next(said))
    assert main(["lock", str(case)]) == 0
    locked = str(case.with_name("case.age"))
    assert main(["show", locked]) == 0
    assert main(["show", locked]) == 1
    assert "does not open" in capsys.readouterr().err
    assert _left(case.parent) == []


def test_a_passphrase_that_is_empty_or_differs_locks_nothing(
    case: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    said = iter(["one", "two", ""])
    monkeypatch.setattr(getpass, "getpass", lambda *_: next(said))
    assert main(["lock", str(case)]) == 2
    assert main(["lock", str(case), "--encrypt", "-"]) == 2
    assert (case / "manifest.json").is_file()
    assert not case.with_name("case.age").exists()
    capsys.readouterr()


def test_a_scan_leaves_nothing_in_clear(
    demonstration: Path, tmp_path: Path, own: tuple[str, str], capsys: Any
) -> None:
    recipient, identity = own
    place = tmp_path / "kept" / "case.age"
    place.parent.mkdir()
    words = ["scan", str(demonstration / "phone-hour.pcapng"), "-q", "--case", str(place)]
    assert main([*words, "--encrypt", recipient]) == 0
    assert [path.name for path in place.parent.iterdir()] == ["case.age"]
    assert main(["show", str(place), "--identity", identity]) == 0
    assert main([*words, "--encrypt", recipient]) == 2, "none is replaced"
    assert main(["scan", str(demonstration / "phone-hour.pcapng"), "--encrypt", recipient]) == 2
    capsys.readouterr()


def test_what_is_wrong_is_said_and_nothing_is_lost(
    case: Path, own: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    recipient, identity = own
    for verb, words in (("lock", "there is no case here"), ("unlock", "there is no such file")):
        assert main([verb, str(tmp_path / "missing")]) == 2
        assert words in capsys.readouterr().err
    (tmp_path / "other").mkdir()
    assert main(["lock", str(tmp_path / "other"), "--encrypt", recipient]) == 2
    assert main(["lock", str(case), "--encrypt", "age1nonsense"]) == 2
    assert main(["lock", str(case), "--encrypt", "-", "--encrypt", recipient]) == 2
    assert main(["unlock", str(case), "--identity", identity]) == 2

    def full(*_: Any, **__: Any) -> None:
        raise StoreError("the case cannot be encrypted: No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(locking, "lock", full)
        assert main(["lock", str(case), "--encrypt", recipient]) == 1
    assert (case / "findings.jsonl").is_file()
    assert main(["lock", str(case), "--encrypt", recipient]) == 0
    locked = case.with_name("case.age")
    whole = locked.read_bytes()
    locked.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert main(["show", str(locked), "--identity", identity]) == 1
    locked.write_bytes(age.encrypt(b"no archive", [age.x25519.Recipient.from_str(recipient)]))
    assert main(["show", str(locked), "--identity", identity]) == 1
    hostile = io.BytesIO()
    with tarfile.open(fileobj=hostile, mode="w") as archive:
        entry = tarfile.TarInfo("case/../../escaped")
        archive.addfile(entry, io.BytesIO())
    locked.write_bytes(age.encrypt(hostile.getvalue(), [age.x25519.Recipient.from_str(recipient)]))
    assert main(["show", str(locked), "--identity", identity]) == 1
    assert not (case.parent / "escaped").exists()
    assert _left(case.parent) == []
    capsys.readouterr()


def test_an_encrypted_case_can_be_wiped(case: Path, own: tuple[str, str], capsys: Any) -> None:
    assert main(["lock", str(case), "--encrypt", own[0]]) == 0
    assert main(["wipe", str(case.with_name("case.age")), "--yes"]) == 0
    assert not case.with_name("case.age").exists()
    capsys.readouterr()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_a_command_leaves_nothing_in_clear(
    case: Path, own: tuple[str, str], number: signal.Signals
) -> None:
    recipient, identity = own
    assert main(["lock", str(case), "--encrypt", recipient]) == 0
    open_then: list[str] = []

    def verb(options: argparse.Namespace) -> int:
        open_then.extend(_left(case.parent))
        (Path(options.case) / "note").write_text("kept")
        os.kill(os.getpid(), number)
        return 0

    options = argparse.Namespace(verb="show", case=str(case.with_name("case.age")), identity=identity)
    with pytest.raises(KeyboardInterrupt):
        locking.run_open(verb, options)
    assert len(open_then) == 1
    assert _left(case.parent) == []
    assert main(["unlock", str(case.with_name("case.age")), "--identity", identity]) == 0
    assert (case / "note").read_text() == "kept"


def test_a_disk_that_is_full_leaves_the_case_and_nothing_half_written(
    case: Path, own: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(locking.os, "fsync", full)
    assert main(["lock", str(case), "--encrypt", own[0]]) == 1
    assert "the case cannot be encrypted: No space left" in capsys.readouterr().err
    assert (case / "findings.jsonl").is_file()
    assert _left(case.parent) == []


def test_a_locked_bag_verifies_as_it_is(bag: Path, own: tuple[str, str], tmp_path: Path, capsys: Any) -> None:
    copy = Path(shutil.copytree(bag, tmp_path / "bag"))
    recipient, identity = own
    assert main(["lock", str(copy), "--encrypt", recipient]) == 0
    assert main(["verify", str(tmp_path / "bag.age"), "--identity", identity, "--outer", "-q"]) == 0
    assert _left(tmp_path) == []
    capsys.readouterr()


def test_a_scan_into_an_encrypted_case_names_no_folder_that_is_gone(
    demonstration: Path, own: tuple[str, str], tmp_path: Path, capsys: Any
) -> None:
    recipient, _ = own
    words = ["scan", str(demonstration / "phone-hour.pcapng"), "-q", "--case", str(tmp_path / "c.age")]
    assert main([*words, "--encrypt", recipient]) == 0
    told = capsys.readouterr()
    assert ".open-" not in told.out
    assert "next: vitne show" in told.err
