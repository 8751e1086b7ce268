"""Twin of vitne.cli.locking_verbs: which commands open an encrypted case, and which take it as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vitne.cli.locking_verbs import asks, is_locked
from vitne.cli.main import build_parser

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def locked(tmp_path: Path) -> str:
    (tmp_path / "c.age").write_bytes(b"age-encryption.org/v1\n-> X25519 ...")
    return str(tmp_path / "c.age")


def test_an_age_file_is_known_by_its_first_line(locked: str, tmp_path: Path) -> None:
    assert is_locked(locked)
    (tmp_path / "plain").write_bytes(b"age-encryption")
    for place in (str(tmp_path / "plain"), str(tmp_path), str(tmp_path / "none"), "", "a\0b", "/dev/null"):
        assert not is_locked(place)


@pytest.mark.parametrize(
    ("words", "opened"),
    [
        (["show", "{}"], True),
        (["attribute", "{}"], True),
        (["redact", "{}"], True),
        (["wipe", "{}"], False),
        (["unlock", "{}"], False),
        (["scan", "a.pcap", "--case", "{}"], False),
        (["scan", "a.pcap", "--case", "c", "--encrypt", "age1x"], True),
    ],
)
def test_verbs_that_read_a_case_open_it(words: list[str], opened: bool, locked: str) -> None:
    options = build_parser().parse_args([word.format(locked) for word in words])
    assert asks(options) is opened


@pytest.mark.parametrize(
    "words",
    [
        ["show", "c"],
        ["attribute", "c"],
        ["destinations", "c"],
        ["recipient", "c", "x"],
        ["report", "c", "--for", "owner"],
        ["export", "c", "--format", "har", "-o", "x"],
        ["challenge", "c"],
        ["seal", "c"],
        ["redact", "c"],
    ],
)
def test_every_verb_that_reads_a_case_takes_an_identity(words: list[str]) -> None:
    assert build_parser().parse_args([*words, "--identity", "i"]).identity == "i"
