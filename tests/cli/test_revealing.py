"""Twin of vitne.cli.revealing: a copy that shows values is as closed as the case it comes from."""

from __future__ import annotations

import argparse
import shutil
import tomllib
from pathlib import Path

import pytest

from vitne.cli.main import main
from vitne.cli.revealing import Readers, readers
from vitne.model import UsageError

age = pytest.importorskip("pyrage", reason="pyrage is not installed: nothing was encrypted")


@pytest.fixture
def locked(demonstration: Path, tmp_path: Path) -> tuple[Path, str, object]:
    """Give an encrypted case, the file of its identity, and the identity."""
    case = Path(shutil.copytree(demonstration / "case", tmp_path / "case"))
    own = age.x25519.Identity.generate()
    (tmp_path / "id").write_text(f"{own}\n")
    assert main(["lock", str(case), "--encrypt", str(own.to_public())]) == 0
    return case.with_name("case.age"), str(tmp_path / "id"), own


def _values(demonstration: Path) -> list[bytes]:
    known = tomllib.loads((demonstration / "subject.toml").read_text(encoding="utf-8"))["known"]
    return [
        str(each["value"]).encode() for each in known if each.get("value") and len(str(each["value"])) > 9
    ]


def test_a_report_with_values_of_an_encrypted_case_is_encrypted(
    locked, demonstration, tmp_path, capsys
) -> None:
    case, identity, own = locked
    out = tmp_path / "owner.md"
    words = ["report", str(case), "--identity", identity, "--reveal", "--format", "md", "-o", str(out)]
    given = [
        "--subject",
        str(demonstration / "subject.toml"),
        "--capture",
        str(demonstration / "phone-hour.pcapng"),
    ]
    assert main([*words, "--for", "lab", *given]) == 0
    assert not out.exists()
    data = out.with_name("owner.md.age").read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    assert any(value in age.decrypt(data, [own]) for value in _values(demonstration))
    for path in tmp_path.iterdir():
        assert path.is_dir() or not any(value in path.read_bytes() for value in _values(demonstration)), path
    capsys.readouterr()


def test_slices_of_an_encrypted_case_are_encrypted_and_masked_reports_are_not(
    locked, demonstration, tmp_path, capsys
) -> None:
    case, identity, own = locked
    given = ["--identity", identity, "--capture", str(demonstration / "phone-hour.pcapng")]
    assert (
        main(["export", str(case), "--format", "slices", "--reveal", "-o", str(tmp_path / "s"), *given]) == 0
    )
    made = sorted((tmp_path / "s").iterdir())
    assert made
    assert {path.suffix for path in made} == {".age"}
    assert age.decrypt(made[0].read_bytes(), [own])[:4] == b"\x0a\x0d\x0d\x0a"
    assert main(["report", str(case), "--format", "md", "-o", str(tmp_path / "m.md"), *given]) == 0
    assert (tmp_path / "m.md").read_text(encoding="utf-8").startswith("# ")
    capsys.readouterr()


def test_without_an_encrypted_case_it_is_said_and_can_be_asked_for(capsys) -> None:
    plain = argparse.Namespace(reveal=True, encrypt=[])
    assert not readers(plain).any
    assert "is not encrypted" in capsys.readouterr().err
    own = age.x25519.Identity.generate()
    asked = readers(argparse.Namespace(reveal=True, encrypt=[str(own.to_public())]))
    assert age.decrypt(asked.closed(b"x"), [own]) == b"x"
    with pytest.raises(UsageError):
        readers(argparse.Namespace(reveal=True, encrypt=["age1nobody"]))
    assert not readers(argparse.Namespace(reveal=False, encrypt=["age1nobody"])).any


def test_a_passphrase_closes_and_names_end_once() -> None:
    made = Readers((), "correct horse")
    assert age.passphrase.decrypt(made.closed(b"x"), "correct horse") == b"x"
    assert (made.named("a.md"), made.named("a.age"), Readers().named("a.md")) == ("a.md.age", "a.age", "a.md")
