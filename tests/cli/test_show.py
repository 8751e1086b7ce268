"""Twin of vitne.cli.show: a case again, one finding layer by layer, and ids by their beginning."""

from __future__ import annotations

import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from tests.pipeline.talk import IMEI, Talk, post, subject

from vitne.cli.main import main
from vitne.cli.show import pick
from vitne.model import UsageError
from vitne.store import read_case

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("show")
    talk = Talk()
    talk.ask(post(b'{"imei": "' + IMEI.encode() + b'", "n": 1}'))
    capture = talk.write(folder / "a.pcap")
    assert (
        main(
            [
                "scan",
                str(capture),
                "--subject",
                str(subject(folder)),
                "--case",
                str(folder / "case"),
                "--quiet",
            ]
        )
        == 0
    )
    return folder


def _id(folder: Path) -> str:
    [own] = [one.id for one in read_case(folder / "case").findings if one.identifier == "imei"]
    return own


def test_a_case_is_shown_again_with_the_ids_of_its_findings(made: Path, capsys) -> None:
    assert main(["show", str(made / "case")]) == 0
    out = capsys.readouterr().out
    assert _id(made) in out
    assert IMEI not in out


def test_a_finding_is_shown_without_its_value_unless_it_is_revealed(made: Path, capsys) -> None:
    assert main(["show", str(made / "case"), _id(made)]) == 0
    hidden = capsys.readouterr().out
    assert "json" in hidden
    assert IMEI not in hidden
    assert main(["show", str(made / "case"), _id(made), "--reveal"]) == 0
    assert IMEI in capsys.readouterr().out


def test_without_the_capture_the_layers_stand_alone_and_nothing_can_be_revealed(
    made: Path, tmp_path: Path, capsys
) -> None:
    other = tmp_path / "case"
    shutil.copytree(made / "case", other)
    (made / "a.pcap").rename(made / "moved.pcap")
    try:
        assert main(["show", str(other), _id(made)]) == 0
        assert "Without the capture" in capsys.readouterr().out
        assert main(["show", str(other), _id(made), "--reveal"]) not in {0, 2}
        assert "--capture" in capsys.readouterr().err
        moved = str(made / "moved.pcap")
        assert main(["show", str(other), _id(made), "--reveal", "--capture", moved]) == 0
        assert IMEI in capsys.readouterr().out
    finally:
        (made / "moved.pcap").rename(made / "a.pcap")


def test_an_id_may_be_cut_as_long_as_it_is_one() -> None:
    one, two = SimpleNamespace(id="F-0a11"), SimpleNamespace(id="F-0a22")
    case = SimpleNamespace(findings=[one, two], folder="case")
    assert pick(case, "F-0a1") is one
    assert pick(case, "0a2") is two
    for word, many in (("0a", "2 findings"), ("ff", "no finding")):
        with pytest.raises(UsageError, match=many):
            pick(case, word)
